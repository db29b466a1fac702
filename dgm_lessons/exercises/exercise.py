"""What an exercise is, and ordinary numbers to try its answers on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Answer = Callable[..., Any] | float | int | str | Tensor


@dataclass(frozen=True, eq=False)
class Exercise:
    """One question.

    Args:
        asks: what the answer must be, in words.
        solution: the right answer: a function with the parameters of the page's stub, a number
            or a choice.
        mistakes: usual wrong answers, each under what it looks like.
        trials: sets of arguments with which functions are tried; two or more, of ordinary
            numbers and different sizes, so that no wrong formula is right by chance.
        parts: names for the entries along the first axis of the answer, if each is a question
            of its own: the marking says which of them are wrong.
        tol: the largest error accepted, relative to the size of the solution.
        on_page: whether the page may mark it as well, where it can (see `sheet`).
    """

    asks: str
    solution: Answer
    mistakes: Mapping[str, Answer] = field(default_factory=dict)
    trials: tuple[tuple[Any, ...], ...] = ((),)
    parts: tuple[str, ...] = ()
    tol: float = 1e-4
    on_page: bool = True


def normal(seed: int, *shape: int) -> Tensor:
    """Standard normal numbers in double precision, the same every time."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def uniform(seed: int, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Numbers between `low` and `high` in double precision, the same every time."""
    generator = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)
