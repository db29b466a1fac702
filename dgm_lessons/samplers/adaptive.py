"""The probability-flow ODE with steps that adapt to tolerances."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torchdiffeq import odeint

from .._inputs import check_batch, check_positive
from ..denoisers import AbstractDenoiser
from .times import check_interval


def integrate(
    slope: Callable, state: Any, start: float, end: float, rtol: float, atol: float
) -> Any:
    """The state at `end`, from dstate/dt = slope(t, state) and the state at `start`.

    Dormand-Prince 5(4) by torchdiffeq, told to land on `end`: beyond it there is no process.
    """
    check_positive(rtol, "rtol")
    check_positive(atol, "atol")
    if not math.isfinite(start) or not math.isfinite(end):
        raise ValueError(f"start and end must be finite, not {start}, {end}")
    device = (state[0] if isinstance(state, tuple) else state).device
    span = torch.tensor([start, end], dtype=torch.float64, device=device)
    options = {"step_t": span[-1:], "first_step": abs(end - start) * 1e-3}
    solution = odeint(slope, state, span, rtol=rtol, atol=atol, method="dopri5", options=options)
    return tuple(part[-1] for part in solution) if isinstance(state, tuple) else solution[-1]


@torch.no_grad()
def solve_adaptive(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: float,
    t: float,
    rtol: float = 1e-5,
    atol: float = 1e-5,
) -> tuple[Tensor, int]:
    """x at time t, before or after s, on the PF-ODE, and the number of evaluations it took.

    The steps adapt to the tolerances rtol (relative) and atol (absolute).
    """
    check_batch(x)
    check_interval(denoiser.process, s, t)
    if s == t or not x.numel():
        return x, 0
    calls = 0

    def velocity(time: Tensor, x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return denoiser.velocity(x, time)

    return integrate(velocity, x, s, t, rtol, atol), calls
