"""Drifts: the process's own, and that of its reversal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor

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
    return lambda x, t: forward(x, t) - process.g2(t).to(x.dtype) * denoiser.score(x, t)


def checked(
    process: Process, times: Tensor | Sequence[float], drift: Drift | None
) -> tuple[list[float], Drift]:
    """The times as numbers, all in one direction, and the drift; `ValueError` otherwise."""
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
    return ts.tolist(), drift or forward_drift(process)
