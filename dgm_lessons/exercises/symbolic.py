"""Formulas typed with sympy: two that agree at generic points, for generic functions, are one."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

POINTS = 7


def is_formula(value: Any) -> bool:
    """Whether this is an expression of sympy, which is not imported for it."""
    return hasattr(value, "free_symbols") and hasattr(value, "doit")


def number(name: str) -> float:
    """A number between 0.4 and 1.6 that belongs to this name, everywhere."""
    return 0.4 + 1.2 * int.from_bytes(sha256(name.encode()).digest()[:4], "big") / 2**32


def at_points(formula: Any) -> Tensor:
    """The values of an expression at some points, shape (7,), the same every time.

    Each symbol gets numbers, and each function without a formula, such as p(x, t), gets a smooth
    positive one of its arguments; derivatives are taken first. Raises `TypeError` where no number
    comes out.
    """
    from sympy import sin
    from sympy.core.function import AppliedUndef

    functions = {
        one: 2 + sin(sum(number(f"{one.func}{k}") * x for k, x in enumerate(one.args)))
        for one in formula.atoms(AppliedUndef)
    }
    plain = formula.subs(functions).doit()
    rows = [
        {symbol: number(f"{symbol} {k}") for symbol in plain.free_symbols} for k in range(POINTS)
    ]
    return torch.tensor([float(plain.evalf(subs=row)) for row in rows], dtype=torch.float64)
