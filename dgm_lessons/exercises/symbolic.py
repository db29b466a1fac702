"""Formulas typed with sympy: two that agree at generic points, for generic functions, are one."""

from __future__ import annotations

from random import Random
from typing import Any

import torch
from torch import Tensor

POINTS = 7


def is_formula(value: Any) -> bool:
    """Whether this is an expression of sympy, which is not imported for it."""
    return hasattr(value, "free_symbols") and hasattr(value, "doit")


def at_points(formula: Any) -> Tensor:
    """The values of an expression at some points, shape (7,), the same every time.

    Each symbol gets numbers, and each function without a formula, such as p(x, t), gets a smooth
    positive one of its arguments; derivatives are taken first. Raises `TypeError` where no number
    comes out.
    """
    from sympy import sin
    from sympy.core.function import AppliedUndef

    functions = {
        one: 2 + sin(sum(Random(f"{one.func}{k}").uniform(0.5, 1.5) * part
                         for k, part in enumerate(one.args)))
        for one in formula.atoms(AppliedUndef)
    }  # fmt: skip
    plain = formula.subs(functions).doit()
    rows = [
        {symbol: Random(f"{symbol} {k}").uniform(0.3, 1.7) for symbol in plain.free_symbols}
        for k in range(POINTS)
    ]
    return torch.tensor([float(plain.evalf(subs=row)) for row in rows], dtype=torch.float64)
