"""A sheet: all that a page without a kernel needs to mark an answer, as plain numbers.

An answer that is a formula, entry by entry, of its inputs is tried at a few points; one that is a
number, or a few, is compared as it stands. Right and wrong answers are worked out here, from the
exercise that `check` marks, so that the page says what the notebook says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .evaluation import results
from .exercise import Exercise
from .slips import right, slips

POINTS = 3  # entries taken from each trial
MOST = 9  # numbers, or formulas, in one answer
Sheet = dict[str, Any]
ERRORS = (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError)


class Place(NamedTuple):
    """Where a point comes from: the trial, the entry of each formula there, and the inputs."""

    trial: int
    entry: int
    inputs: list[float]


def sheet(exercise: Exercise) -> Sheet | None:
    """The sheet of an exercise, or None where only a notebook can mark it.

    `asks` and `parts` are the exercise's, `right` the right values: a list for each formula or
    number of the answer, with `within`, the error accepted, and in `slips` what the wrong answers
    give and look like. Formulas have `names`, their inputs, and `points`, the values of these.
    `D` is 1 for a formula that holds in any dimension and is asked for in one.
    """
    found = tried(exercise) if exercise.on_page else None
    if found is None:
        return None
    asked, count, places = found
    sheet = {"asks": exercise.asks, "parts": list(exercise.parts), **_marks(asked, count, places)}
    if places[0].inputs:
        sheet["names"] = names_of(exercise)
        sheet["points"] = [[_round(v) for v in place.inputs] for place in places]
    return sheet if asked is exercise else sheet | {"D": 1}


def tried(exercise: Exercise) -> tuple[Exercise, int, list[Place]] | None:
    """The exercise, perhaps in one dimension; the number of its formulas or numbers; the places."""
    if isinstance(exercise.solution, str):
        return None
    for asked in (exercise, in_one_dimension(exercise)):
        try:
            wanted = results(asked.solution, asked.trials)
        except ERRORS:
            return None
        lengths = {len(y) if y.ndim else 1 for y in wanted}  # along the first axis
        for count in {1, *(lengths if len(lengths) == 1 else ())}:
            places = _places(asked, wanted, count)
            if places and (asked is exercise or "D" not in names_of(asked)):
                return asked, count, places
    (first, *more) = results(exercise.solution, exercise.trials)
    plain = not more and first.ndim < 2 and first.numel() <= MOST
    return (exercise, first.numel(), [Place(0, 0, [])]) if plain else None


def read(values: Sequence[Tensor], count: int, places: list[Place]) -> list[list[float]]:
    """The values at the places, a list for each formula or number."""
    rows = [y.double().reshape(count, -1) for y in values]
    return [[_round(rows[p.trial][k, p.entry].item()) for p in places] for k in range(count)]


def names_of(exercise: Exercise) -> list[str]:
    """The inputs of the answer, if it is a function."""
    return list(signature(exercise.solution).parameters) if callable(exercise.solution) else []


def in_one_dimension(exercise: Exercise) -> Exercise:
    """The same question for points `(N, 1)` in the place of `(N, D)`."""
    cut = (
        tuple(v[:, :1] if isinstance(v, Tensor) and v.ndim == 2 else v for v in inputs)
        for inputs in exercise.trials
    )
    return replace(exercise, trials=tuple(cut))


def _places(exercise: Exercise, wanted: Sequence[Tensor], count: int) -> list[Place] | None:
    """Some points of an answer of so many formulas; None if it is not one, entry by entry."""
    solution, found = exercise.solution, []
    if not callable(solution) or count > MOST:
        return None
    for trial, (inputs, y) in enumerate(zip(exercise.trials, wanted, strict=True)):
        if not inputs or not all(_plain(v) for v in inputs):
            return None
        rows = y.reshape(count, -1)
        shape = y.shape[1:] if count > 1 else y.shape
        for entry in range(0, rows.shape[1], max(1, rows.shape[1] // POINTS)):
            try:
                alone = tuple(_alone(v, shape, entry) for v in inputs)
                (value,) = results(solution, [alone])
            except ERRORS:
                return None
            if value.numel() != count or not torch.allclose(value.flatten(), rows[:, entry]):
                return None
            found.append(Place(trial, entry, [float(v) for v in alone]))
    flat = all(bool((y == y.flatten()[0]).all()) for y in wanted)
    return None if flat and len(found) > len(wanted) else found


def _plain(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.is_floating_point()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _alone(value: Any, shape: Sequence[int], entry: int) -> Any:
    """What one entry of an answer of this shape is made of, with as many axes as before."""
    if not isinstance(value, Tensor):
        return value
    one = value.reshape(shape) if value.numel() == torch.Size(shape).numel() else value
    return one.expand(shape).flatten()[entry].reshape((1,) * value.ndim)


def _marks(exercise: Exercise, count: int, places: list[Place]) -> Sheet:
    """Right and wrong values of each formula or number, and the error that is accepted."""
    wanted = right(exercise)
    sizes = [y.reshape(count, -1).abs().amax(1) for y in wanted]
    within = [
        [_round(exercise.tol * (sizes[p.trial][k].item() or 1.0)) for p in places]
        for k in range(count)
    ]
    told = [
        [words, read(values, count, places)]
        for words, values in slips(exercise)
        if all(y.shape == w.shape for y, w in zip(values, wanted, strict=True))
    ]
    known = read(wanted, count, places)
    return {"right": known, "within": within, "slips": [*_new(told, [known])]}


def _new(told: list[Any], seen: list[Any]) -> Iterator[Any]:
    """Of [words, values], those with finite values that have not been seen before."""
    for words, values in told:
        if values not in seen and all(math.isfinite(v) for row in values for v in row):
            seen.append(values)
            yield [words, values]


def _round(value: float) -> float:
    return float(f"{value:.6g}")
