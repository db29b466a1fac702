"""What an answer says to the inputs of an exercise: plain data, which can be marked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from torch import Tensor

from .evaluation import call, crash, home, numbers


class Odd(Enum):
    """Results that are neither numbers nor text."""

    UNANSWERED = "..."
    NOTHING = "None"
    OTHER = "something else"


@dataclass(frozen=True, eq=False)
class Attempt:
    """What somebody's answer says.

    Args:
        values: one for each set of inputs; numbers are tensors in double precision.
        function: whether the answer is a function.
        stopped: the exception that ended it, and where; then there are no values.
    """

    values: tuple[Tensor | str | Odd, ...] = ()
    function: bool = True
    stopped: str = ""


def attempt(answer: Any, trials: Sequence[tuple[Any, ...]], called: str = "") -> Attempt:
    """Try an answer on every set of inputs. Only the reader's own interrupt passes.

    `called` names the inputs, for who gave a function that does not take them.
    """
    if answer is None or answer is ...:
        return Attempt((Odd.UNANSWERED,), function=False)
    try:
        said = [call(answer, inputs) for inputs in trials]
    except (Exception, SystemExit, GeneratorExit) as error:
        return Attempt((), callable(answer), crash(error, home(answer), called))
    return Attempt(tuple(map(plain, said)), callable(answer))


def reply(answer: Any) -> Attempt:
    """What is answered to a question: a number, or text, as a list of letters may be."""
    if answer is None or answer is ... or answer == "":
        return Attempt((Odd.UNANSWERED,), function=False)
    said = plain(answer)
    return Attempt((str(answer) if isinstance(said, Odd) else said,), function=False)


def plain(value: Any) -> Tensor | str | Odd:
    """A result as data."""
    if value is ... or value is None:
        return Odd.UNANSWERED if value is ... else Odd.NOTHING
    if isinstance(value, str):
        return value
    try:
        return numbers(value)
    except (TypeError, ValueError, RuntimeError):
        return Odd.OTHER
