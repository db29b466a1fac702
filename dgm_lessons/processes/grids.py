"""Grids of times for samplers, from noise down to data."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_positive
from .base import Process
from .discrete import DiscreteProcess


def uniform_in_time(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
    """n + 1 times evenly spaced from t_max down to t_min."""
    return torch.linspace(t_max, t_min, n + 1, dtype=torch.float64)


def uniform_in_log_snr(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
    """n + 1 times whose log-SNR is evenly spaced."""
    low, high = (
        _finite_log_snr(process, t, name) for t, name in ((t_max, "t_max"), (t_min, "t_min"))
    )
    return process.t_from_log_snr(torch.linspace(low, high, n + 1, dtype=torch.float64))


def karras(rho: float = 7.0) -> Callable[[Process, float, float, int], Tensor]:
    """Times at which (sigma/alpha)^(1/rho) is evenly spaced (Karras et al. 2022, eq. 5)."""
    check_positive(rho, "rho")

    def spacing(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
        high = math.exp(-0.5 / rho * _finite_log_snr(process, t_max, "t_max"))
        low = math.exp(-0.5 / rho * _finite_log_snr(process, t_min, "t_min"))
        levels = torch.linspace(high, low, n + 1, dtype=torch.float64) ** rho
        return process.t_from_log_snr(-2 * levels.log())

    return spacing


def time_grid(
    process: Process,
    n: int,
    spacing: Callable[[Process, float, float, int], Tensor] = uniform_in_log_snr,
    t_max: float | None = None,
    t_min: float | None = None,
) -> Tensor:
    """n + 1 decreasing times for n sampler steps, from t_max to t_min, float64.

    `spacing` is one of `uniform_in_time`, `uniform_in_log_snr`, `karras(rho)`, or your own.
    """
    if isinstance(process, DiscreteProcess):
        raise ValueError("a DiscreteProcess has a grid of its own: process.times(n)")
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"a grid needs a whole number of steps, at least one step, not n = {n}")
    t_max = process.t_max if t_max is None else t_max
    t_min = process.t_min if t_min is None else t_min
    if not 0 < t_min < t_max <= process.T:
        raise ValueError(f"0 < t_min < t_max <= {process.T:g} is needed, not {t_min}, {t_max}")
    times = spacing(process, t_max, t_min, n)
    times[0], times[-1] = t_max, t_min  # exactly, whatever the rounding of an inverse
    return times


def _finite_log_snr(process: Process, t: float, name: str) -> float:
    value = process.log_snr(t).item()
    if not math.isfinite(value):
        raise ValueError(f"{name} = {t:g} has no finite log-SNR; keep within {process.t_max:g}")
    return value
