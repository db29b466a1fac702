"""What a network may predict of (x_0, eps), and how to translate one prediction into another.

Each prediction is one row (a, b) of  y = a x_0 + b eps:

    x0 (1, 0)    eps (0, 1)    v (-sigma, alpha)    velocity (alpha', sigma')    score (0, -1/sigma)

Together with x_t = alpha x_0 + sigma eps it is two equations for x_0 and eps.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._inputs import all_finite, check_batch, check_finite, check_same_shape, expand
from ..processes import Process
from ..processes.elementary import over

PREDICTIONS = ("x0", "eps", "v", "velocity", "score")


def prediction_row(kind: str, t: float | Tensor, process: Process) -> tuple[Any, Any]:
    """The coefficients (a, b) of y = a x_0 + b eps for one of `PREDICTIONS`.

    Each has the shape of t; they may be numbers where t is one.
    """
    if kind == "velocity":
        return process.rates(t)
    alpha, sigma = process.levels(t)
    zero, one = 0 * alpha, 0 * alpha + 1
    if kind == "x0":
        return one, zero
    if kind == "eps":
        return zero, one
    if kind == "v":
        return -sigma, alpha
    if kind == "score":
        return zero, over(-1, sigma)
    raise ValueError(f"a prediction is one of {', '.join(PREDICTIONS)}, not {kind!r}")


def x0_eps_from(
    y: Tensor, x_t: Tensor, t: float | Tensor, process: Process, kind: str
) -> tuple[Tensor, Tensor]:
    """Solve y = a x_0 + b eps and x_t = alpha x_0 + sigma eps for (x_0, eps), each (B, *D).

    Raises `ValueError` where the two equations are one: eps or score at alpha = 0, x0 at sigma = 0.
    """
    check_finite(y, "the prediction")
    check_same_shape(y, check_batch(x_t, "x_t"), ("the prediction", "x_t"))
    a, b = prediction_row(kind, t, process)
    alpha, sigma = process.levels(t)
    det = alpha * b - sigma * a
    if not all_finite(det) or not all_finite(over(1, det)):
        raise ValueError(
            f"at t = {t} a prediction of {kind} does not determine both x_0 and eps; "
            f"keep t within [{process.t_min:g}, {process.t_max:g}] or predict another quantity"
        )
    a, b, alpha, sigma = (expand(c / det, x_t) for c in (a, b, alpha, sigma))
    return b * x_t - sigma * y, alpha * y - a * x_t


def convert(
    y: Tensor, x_t: Tensor, t: float | Tensor, process: Process, source: str, target: str
) -> Tensor:
    """Translate a prediction of kind `source` into kind `target`, both (B, *D)."""
    return prediction_of(target, x0_eps_from(y, x_t, t, process, source), t, process)


def prediction_of(
    kind: str, pair: tuple[Tensor, Tensor], t: float | Tensor, process: Process
) -> Tensor:
    """One of `PREDICTIONS` from the pair (x_0, eps)."""
    x0, eps = pair
    a, b = prediction_row(kind, t, process)
    if not all_finite(a) or not all_finite(b):
        raise ValueError(f"the {kind} is infinite at t = {t}; stop at t_min = {process.t_min:g}")
    return expand(a, x0) * x0 + expand(b, x0) * eps
