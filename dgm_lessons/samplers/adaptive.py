"""The probability-flow ODE with steps that adapt to tolerances."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .._inputs import check_batch, check_positive, widest
from ..denoisers import AbstractDenoiser, process_of
from .times import single

MOST_STEPS = 10_000


def integrate(
    slope: Callable, state: Any, start: float, end: float, rtol: float, atol: float
) -> Any:
    """The state at `end`, from dstate/dt = slope(t, state) and the state at `start`.

    Dormand-Prince 5(4) by torchdiffeq, told to land on `end`: beyond it there is no process. The
    state is a tensor (B, *D) or a tuple of such. Every step keeps the error of its *worst row*
    within the tolerances, so that what a row gets does not hang on the rows beside it.

    Raises:
        ValueError: for tolerances below what the dtype resolves, or that the steps cannot keep,
            and where the slope is NaN or infinite.
    """
    from torchdiffeq import odeint  # it brings SciPy, a second that most programs can do without

    check_positive(rtol, "rtol")
    check_positive(atol, "atol")
    if not math.isfinite(start) or not math.isfinite(end):
        raise ValueError(f"start and end must be finite, not {start}, {end}")
    first = state[0] if isinstance(state, tuple) else state
    eps = torch.finfo(first.dtype).eps
    if max(rtol, atol) < eps:
        raise ValueError(
            f"rtol = {rtol:g} and atol = {atol:g} are finer than {first.dtype} resolves: "
            f"one of them must be at least {eps:.1g}; or give x.double()"
        )
    clock = widest(first.device)
    span = torch.tensor([start, end], dtype=clock, device=first.device)
    options = {
        "dtype": clock,
        "step_t": span[-1:],
        "first_step": abs(end - start) * 1e-3,
        "norm": worst_row,
        "max_num_steps": MOST_STEPS,
    }

    def checked(t: Tensor, state: Any) -> Any:
        found = slope(t, state)
        parts = found if isinstance(found, tuple) else (found,)
        if not all(bool(part.isfinite().all()) for part in parts):
            raise ValueError(
                f"the velocity is NaN or infinite at {float(t):.4g} on the way from {start:.4g} to "
                f"{end:.4g}: what the denoiser gives there must be finite"
            )
        return found

    try:
        path = odeint(checked, state, span, rtol=rtol, atol=atol, method="dopri5", options=options)
    except AssertionError as error:
        if not str(error).startswith(("max_num_steps", "underflow in dt", "non-finite values")):
            raise
        raise ValueError(
            f"the solver cannot keep rtol = {rtol:g}, atol = {atol:g} in {first.dtype} ({error}); "
            "loosen them, or give x.double()"
        ) from error
    return tuple(part[-1] for part in path) if isinstance(state, tuple) else path[-1]


def worst_row(error: Tensor | tuple[Tensor, ...]) -> Tensor:
    """The largest root mean square of any row, of (B, *D) or of several such: shape ()."""
    parts = error if isinstance(error, tuple) else (error,)
    rows = [part.reshape(len(part), -1).square().mean(1).max() for part in parts]
    return torch.stack(rows).max().sqrt()


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

    The steps adapt to the tolerances rtol (relative) and atol (absolute), which every row keeps.
    """
    check_batch(x)
    process = process_of(denoiser)
    s, t = single(process, s, "s"), single(process, t, "t")
    if s == t or not x.numel():
        return x, 0
    calls = 0

    def velocity(time: Tensor, x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return denoiser.velocity(x, float(time))

    return integrate(velocity, x, s, t, rtol, atol), calls
