"""Names for wrong answers: the mistakes of the exercise, then slips that every formula invites.

The right answer with one thing changed, `sigma` to its root, say, is what somebody gets who writes
`sigma` where `sigma**2` belongs. So a wrong answer that agrees with it on all inputs has a name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import torch
from torch import Tensor

from .changes import changes
from .evaluation import results
from .exercise import Exercise

Slip = tuple[str, list[Tensor]]  # what it looks like, and what it gives for each trial

RESULTS: dict[str, Callable[[Tensor], Tensor]] = {
    "the sign is turned": lambda y: -y,
    "this is twice what is asked for: a half is missing": lambda y: 2 * y,
    "this is half of what is asked for: there is a half too many": lambda y: y / 2,
    "this is the square of what is asked for": torch.square,
    "this is the square root of what is asked for": torch.sqrt,
    "this is the logarithm of what is asked for": torch.log,
    "this is the exponential of what is asked for": torch.exp,
    "this is one over what is asked for": torch.reciprocal,
    "this is in bits; the natural logarithm was wanted": lambda y: y / math.log(2),
    "this is in nats; bits were wanted": lambda y: y * math.log(2),
    "the order is turned round": lambda y: y.flip(0) if y.ndim else y,
    "rows and columns are exchanged": lambda y: y.T if y.ndim == 2 else y,
    "everything is added up; keep the values apart": torch.sum,
    "this is the mean of everything; keep the values apart": torch.mean,
}


@cache
def right(exercise: Exercise) -> tuple[Tensor, ...]:
    """The right answer for each trial."""
    return tuple(results(exercise.solution, exercise.trials))


@cache
def slips(exercise: Exercise) -> tuple[Slip, ...]:
    """Wrong answers, each under what it looks like."""
    own = ((words, results(y, exercise.trials)) for words, y in exercise.mistakes.items())
    if not callable(exercise.solution):
        return tuple(own)
    spoilt = (*spoilt_results(exercise), *spoilt_inputs(exercise))
    return (*own, *(slip for slip in spoilt if telling(slip[1])))


def telling(values: Sequence[Tensor]) -> bool:
    """Whether an answer would not meet these values by accident, as it would -1, 0 and 1."""
    return any(bool(((y != y.round()) | (y.abs() > 1)).any()) for y in values)


def spoilt_results(exercise: Exercise) -> Iterator[Slip]:
    """The right result, changed at the end."""
    wanted, trials = right(exercise), exercise.trials
    for words, change in RESULTS.items():
        yield words, [change(y) for y in wanted]
    for place, value in enumerate(trials[0]):
        for axis in range(value.ndim if isinstance(value, Tensor) else 0):
            sizes = [inputs[place].shape[axis] for inputs in trials]
            pairs = list(zip(wanted, sizes, strict=True))
            yield "this is a mean where a sum belongs", [y / n for y, n in pairs]
            yield "this is a sum where a mean belongs", [y * n for y, n in pairs]


def spoilt_inputs(exercise: Exercise) -> Iterator[Slip]:
    """The right formula with one or two parameters changed."""
    for words, change in changes(exercise):
        try:
            changed = [change(inputs) for inputs in exercise.trials]
            yield words, results(exercise.solution, changed)
        except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError):
            continue  # this parameter cannot be changed so


def unreduced(given: Sequence[Tensor]) -> Iterator[Slip]:
    """What an answer with an axis too many becomes when that axis is added up or averaged."""
    for axis in range(min(y.ndim for y in given)):
        for words, reduce in (("added up", torch.sum), ("averaged", torch.mean)):
            yield (
                f"the values are right but not yet {words} over axis {axis}",
                [reduce(y, axis) for y in given],
            )
