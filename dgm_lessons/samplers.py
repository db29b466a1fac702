"""Samplers: one-step functions from time s down to t < s, and the loops that chain them.

A step is `step(denoiser, x, s, t, generator) -> x`. Stochastic steps are `mean + std * noise`,
with the two moments in a function of their own. Times in a sampler are single numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torchdiffeq import odeint

from ._inputs import (
    as_time,
    check_batch,
    check_finite,
    check_positive,
    check_same_shape,
    check_time,
)
from .denoisers import AbstractDenoiser
from .processes import Process

Step = Callable[..., Tensor]
Generator = torch.Generator | None


def _noise_like(x: Tensor, generator: Generator) -> Tensor:
    device = generator.device if generator is not None else x.device
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=device).to(x.device)


# -- stochastic steps ----------------------------------------------------------------------------


def ancestral_moments(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float
) -> tuple[Tensor, Tensor]:
    """Mean (B, *D) and std of p(x_t | x_s, x_0) with x_0 = E[x_0 | x_s] (Ho et al. 2020, eq. 7)."""
    return denoiser.process.posterior(x, denoiser(x, s), s, t)


def ancestral_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
) -> Tensor:
    """One DDPM step for any process (Ho et al. 2020, algorithm 2; Kingma et al. 2021)."""
    mean, std = ancestral_moments(denoiser, x, s, t)
    return mean + std * _noise_like(x, generator)


def euler_maruyama_moments(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float
) -> tuple[Tensor, Tensor]:
    """Mean x - (f x - g^2 score)(s - t) and std g sqrt(s - t) of the reverse SDE's Euler step."""
    process = denoiser.process
    check_interval(process, s, t)
    if t > s:
        raise ValueError(f"the reverse SDE runs towards data: t = {t} must not exceed s = {s}")
    f, g2 = process.f(s), process.g2(s)
    if not bool(torch.isfinite(f)):
        raise ValueError(f"the drift is infinite at s = {s}; start at t_max = {process.t_max:g}")
    drift = f * x - g2 * denoiser.score(x, s)
    return x - (s - t) * drift, (g2 * (s - t)).sqrt()


def euler_maruyama_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
) -> Tensor:
    """One Euler-Maruyama step of the reverse-time SDE (Song et al. 2021)."""
    mean, std = euler_maruyama_moments(denoiser, x, s, t)
    return mean + std * _noise_like(x, generator)


# -- deterministic steps: the probability-flow ODE -------------------------------------------------


def euler_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
) -> Tensor:
    """One Euler step of the probability-flow ODE, order 1."""
    check_interval(denoiser.process, s, t)
    return x + (t - s) * denoiser.velocity(x, s)


def heun_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
) -> Tensor:
    """One Heun step of the probability-flow ODE, order 2, two evaluations (Karras et al. 2022)."""
    slope = denoiser.velocity(x, s)
    guess = x + (t - s) * slope
    return x + (t - s) * 0.5 * (slope + denoiser.velocity(guess, t))


def ddim_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
) -> Tensor:
    """Split x into data and noise, put them together again at t (Song, Meng & Ermon 2021)."""
    x0, eps = denoiser.x0_eps(x, s)
    alpha, sigma = denoiser.process.levels(t)
    return alpha * x0 + sigma * eps


class DPMSolver2M:
    """DPM-Solver++ 2M: order 2 with one evaluation a step, from the step before (Lu et al. 2022).

    Holds the last evaluation, so use a new one for each run. The first step, and a last step to
    sigma = 0, are of order 1 (DDIM).
    """

    def __init__(self) -> None:
        self._last: tuple[Tensor, float, float] | None = None

    def __call__(
        self, denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator = None
    ) -> Tensor:
        """x at time t from x at time s."""
        x0 = denoiser(x, s)
        (alpha_s, sigma_s), (alpha_t, sigma_t) = map(denoiser.process.levels, (s, t))
        if sigma_s == 0:
            raise ValueError(f"there is no noise left to remove: sigma(s) = 0 at s = {s:g}")
        ahead, behind = alpha_t * sigma_s, alpha_s * sigma_t
        h = math.log(ahead / behind) if ahead and behind else math.inf  # half the log-SNR's step
        estimate = x0
        if self._last is not None and self._last[2] == s and sigma_t > 0:
            before, h_before, _ = self._last
            estimate = x0 + 0.5 * h / h_before * (x0 - before)
        if h:
            self._last = (x0, h, t)
        return sigma_t / sigma_s * x + (ahead - behind) / sigma_s * estimate


def check_interval(process: Process, s: float, t: float) -> None:
    """`ValueError` unless both times lie within the process's [0, T]."""
    check_time(s, 0.0, process.T, "s")
    check_time(t, 0.0, process.T)


def decreasing(process: Process, times: Tensor | list[float], at_least: int) -> list[float]:
    """The times as floats; `ValueError` unless a strictly decreasing row within [0, T]."""
    row = torch.as_tensor(times, dtype=torch.float64)
    if row.dim() != 1:
        raise ValueError(f"times must have shape (n,), not {tuple(row.shape)}")
    grid = [float(t) for t in as_time(row, 0.0, process.T, "times")]
    if len(grid) < at_least or any(t >= s for s, t in pairwise(grid)):
        few = {1: "one", 2: "two"}[at_least]
        raise ValueError(f"times must be at least {few}, strictly decreasing, not {grid[:5]}")
    return grid


# -- chaining steps ------------------------------------------------------------------------------


@torch.no_grad()
def sample(
    denoiser: AbstractDenoiser,
    x: Tensor,
    times: Tensor | list[float],
    step: Step = ancestral_step,
    path: bool = False,
    generator: Generator = None,
) -> Tensor:
    """Carry x (B, *D) from times[0] to times[-1], one `step` for each pair of neighbours.

    Returns the last x, or with `path=True` all of them, shape (len(times), B, *D).
    """
    check_batch(x)
    grid = decreasing(denoiser.process, times, at_least=2)
    xs = [x]
    for s, t in pairwise(grid):
        x = step(denoiser, x, s, t, generator)
        if path:
            xs.append(x)
    return torch.stack(xs) if path else x


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


# -- Langevin dynamics -----------------------------------------------------------------------------


def langevin_step(
    score: Callable[[Tensor], Tensor], x: Tensor, step_size: float, generator: Generator = None
) -> Tensor:
    """x + eta score(x) + sqrt(2 eta) noise: as eta -> 0, a chain whose law tends to p."""
    eta = check_positive(step_size, "step_size")
    slope = check_finite(score(check_batch(x)), "score(x)")
    check_same_shape(slope, x, ("score(x)", "x"))
    return x + eta * slope + (2 * eta) ** 0.5 * _noise_like(x, generator)


@torch.no_grad()
def annealed_langevin(
    denoiser: AbstractDenoiser,
    x: Tensor,
    times: Tensor | list[float],
    steps_per_level: int = 20,
    step_ratio: float = 0.1,
    generator: Generator = None,
) -> Tensor:
    """Langevin steps at each noise level in turn, from noisy to clean (Song & Ermon 2019, alg. 1).

    The step size at level t is step_ratio * sigma(t)^2, so that every level moves alike.
    When alpha changes between levels, x is carried over by the ratio of the alphas.
    """
    check_positive(step_ratio, "step_ratio")
    if steps_per_level < 1:
        raise ValueError(f"steps_per_level must be at least 1, not {steps_per_level}")
    process = denoiser.process
    grid = decreasing(process, times, at_least=1)
    if process.alpha(grid[0]) == 0:
        raise ValueError(f"alpha is 0 at t = {grid[0]:g}: no law to sample; start at t_max")
    check_batch(x)
    previous = grid[0]
    for t in grid:
        x = x * (process.alpha(t) / process.alpha(previous))
        for _ in range(steps_per_level):
            eta = float(step_ratio * process.variance(t))
            x = langevin_step(partial(denoiser.score, t=t), x, eta, generator)
        previous = t
    return x
