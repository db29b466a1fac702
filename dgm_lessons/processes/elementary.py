"""Elementary functions that take numbers and tensors alike.

A sampler's step needs the curves at two single times. On plain numbers that takes a hundredth of
the time that it takes on tensors of one element.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from .._inputs import Scalar


def exp(u: Scalar) -> Scalar:
    """e^u."""
    return u.exp() if isinstance(u, Tensor) else math.exp(u)


def expm1(u: Scalar) -> Scalar:
    """e^u - 1, accurate near u = 0."""
    return u.expm1() if isinstance(u, Tensor) else math.expm1(u)


def sin(u: Scalar) -> Scalar:
    """The sine of u."""
    return u.sin() if isinstance(u, Tensor) else math.sin(u)


def over(a: float | Tensor, b: float | Tensor) -> Any:
    """a / b, infinite where b is 0 as division of tensors is."""
    if isinstance(b, Tensor) or b != 0:
        return a / b
    return a * math.inf


def anywhere(condition: bool | Tensor) -> bool:
    """Whether a condition holds at any time."""
    return bool(condition.any()) if isinstance(condition, Tensor) else condition


def tensor(c: float | Tensor) -> Tensor:
    """A number as a tensor of shape (), float64; a tensor as it is."""
    return c if isinstance(c, Tensor) else torch.tensor(c, dtype=torch.float64)
