"""What an exercise is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

Answer = Callable[..., Any] | float | int | str | Tensor


@dataclass(frozen=True)
class Exercise:
    """One question.

    Args:
        asks: what the answer must be, in words.
        solution: the right answer: a function of `inputs`, a number or a choice.
        mistakes: usual wrong answers, each under what it looks like.
        inputs: the arguments with which functions are tried.
        tol: the largest error accepted, relative to the size of the solution.
    """

    asks: str
    solution: Answer
    mistakes: Mapping[str, Answer] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ()
    tol: float = 1e-5
