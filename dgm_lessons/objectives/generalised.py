"""Generalised score matching: the loss of any target L p / p, through the adjoint of L."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from .._inputs import check_batch, check_finite, check_not_empty
from .denoising import half_squared_norm

Field = Callable[[Tensor], Tensor]


def generalised_score_matching(
    field: Field, x: Tensor, adjoint: Callable[[Field, Tensor], Tensor]
) -> Tensor:
    """E[|field|^2 / 2 - L^† field] (Lyu 2009): E|field - L p / p|^2 / 2 up to a constant.

    With L the gradient, L^† field = -div field, it is `implicit_score_matching`. With
    L f = x f + sigma^2 grad f, L^† field = x . field - sigma^2 div field, it is half the mean of
    `sure` up to a constant, eq-gsm-sure.

    Args:
        field: x -> values, (B, *D) -> (B, *E).
        x: samples of p, (B, *D).
        adjoint: (field, x) -> (L^† field)(x), shape (B,); `calculus` has the divergence.

    Raises:
        ValueError: for values that are not finite, or an adjoint that gives another shape.
    """
    value = check_batch(field(check_not_empty(check_batch(x))), "field(x)")
    adjoined = check_finite(adjoint(field, x), "adjoint(field, x)")
    if adjoined.shape != x.shape[:1] or len(value) != len(x):
        raise ValueError(
            f"adjoint(field, x) has shape {tuple(adjoined.shape)} and field(x) "
            f"{tuple(value.shape)}; for {len(x)} points give ({len(x)},) and ({len(x)}, ...)"
        )
    return (half_squared_norm(value) - adjoined).mean()
