"""Drifts: the process's own, and that of its reversal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import TypeAlias

import torch
from torch import Tensor

from .._inputs import check_finite, check_same_shape
from ..denoisers import AbstractDenoiser, process_of
from ..processes import Process

Drift: TypeAlias = Callable[[Tensor, float], Tensor]


def forward_drift(process: Process) -> Drift:
    """(x, t) -> f(t) x."""
    return lambda x, t: process.f(t).to(x.dtype) * x


def reverse_drift(denoiser: AbstractDenoiser) -> Drift:
    """(x, t) -> f(t) x - g(t)^2 score(x, t), the drift of the reverse SDE (Anderson 1982).

    For times that decrease: `evolve(density, grid, process, [t_max, t_min], reverse_drift(d))`.
    """
    process = process_of(denoiser)
    forward = forward_drift(process)
    weight = next(getattr(denoiser, "network", torch.nn.Identity()).parameters(), None)

    def drift(x: Tensor, t: float) -> Tensor:
        seen = x if weight is None else x.to(weight.dtype)
        return forward(x, t) - process.g2(t).to(x.dtype) * denoiser.score(seen, t).to(x.dtype)

    return drift


def checked(
    process: Process, times: Tensor | Sequence[float], drift: Drift | None
) -> tuple[list[float], Drift]:
    """The times as numbers, all in one direction, and a drift whose values are looked at."""
    ts = torch.as_tensor(times, dtype=torch.float64)
    if ts.dim() != 1 or len(ts) < 2:
        raise ValueError(f"times must be a list of at least two, not of shape {tuple(ts.shape)}")
    steps = ts.diff()
    if not bool((steps > 0).all() or (steps < 0).all()):
        raise ValueError(f"times must increase, or decrease, throughout: {ts.tolist()[:6]}")
    if bool((steps < 0).all()) and drift is None:
        raise ValueError(
            "times that decrease need a drift that leads back, as reverse_drift(denoiser) does: "
            "noise cannot be undone by f(t) x alone"
        )
    for t in ts.aminmax():
        if not bool(torch.isfinite(process.f(t)) & torch.isfinite(process.g2(t))):
            raise ValueError(
                f"the SDE is infinite at t = {t:g}; stay at or before t_max = {process.t_max:g}"
            )
    return ts.tolist(), _watched(drift or forward_drift(process))


def _watched(drift: Drift) -> Drift:
    """The drift in float64, without gradients; `ValueError` for another shape, NaN, infinity."""

    @torch.no_grad()
    def watched(x: Tensor, t: float) -> Tensor:
        v = check_finite(drift(x, t), f"the drift at t = {t:g}")
        check_same_shape(v, x, ("the drift", "x"))
        return v.to(torch.float64)

    return watched


def check_steps(steps: int) -> int:
    """`steps` itself; `ValueError` unless a whole number, at least 1."""
    if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 1:
        raise ValueError(f"steps must be at least 1, a whole number, not {steps}")
    return int(steps)
