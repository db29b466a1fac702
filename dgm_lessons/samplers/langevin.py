"""Langevin dynamics: a walk uphill on the log-density, with noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from .._inputs import check_batch, check_finite, check_positive, check_same_shape
from ..calculus import gradient
from ..denoisers import AbstractDenoiser, process_of
from .stochastic import noise_like
from .times import decreasing

Score = Callable[[Tensor], Tensor]


def langevin_moments(score: Score, x: Tensor, step_size: float) -> tuple[Tensor, float]:
    """Mean x + eta score(x), (B, *D), and std sqrt(2 eta) of one Langevin step."""
    eta = check_positive(step_size, "step_size")
    slope = check_finite(score(check_batch(x)), "score(x)")
    check_same_shape(slope, x, ("score(x)", "x"))
    return x + eta * slope, (2 * eta) ** 0.5


def langevin_step(
    score: Score, x: Tensor, step_size: float, generator: torch.Generator | None = None
) -> Tensor:
    """x + eta score(x) + sqrt(2 eta) noise: as eta -> 0, a chain whose law tends to p."""
    mean, std = langevin_moments(score, x, step_size)
    return mean + std * noise_like(x, generator)


@torch.no_grad()
def mala_step(
    log_density: Callable[[Tensor], Tensor],
    x: Tensor,
    step_size: float,
    generator: torch.Generator | None = None,
    score: Score | None = None,
) -> tuple[Tensor, Tensor]:
    """A Langevin step that is taken or refused, so that p itself is stationary at every step size.

    The Metropolis-adjusted Langevin algorithm (Roberts & Tweedie 1996, section 1.4.2): the step y
    is taken with probability min(1, p(y) q(x | y) / (p(x) q(y | x))), q the step's Gaussian.

    Args:
        log_density: (B, *D) -> (B,), up to a constant; minus infinity where p is 0.
        x: (B, *D), where p is above 0.
        step_size: eta, as in `langevin_step`.
        score: of the same density; by default the gradient of `log_density`, by autograd.

    Returns:
        The new x, (B, *D), and whether each row has moved, (B,) of bools.

    Raises:
        ValueError: where log_density has another shape, is NaN or plus infinity, or minus at x.
    """
    score = score or partial(gradient, log_density, name="log_density(x)")
    log_p = _log_density(log_density, check_batch(x), "x")
    if bool((log_p == -math.inf).any()):
        raise ValueError("log_density(x) is minus infinity: start where the density is above 0")
    mean, std = langevin_moments(score, x, step_size)
    y = mean + std * noise_like(x, generator)
    log_p_y = _log_density(log_density, y, "the proposal")
    there = log_p_y > -math.inf  # elsewhere there is no score, and the step is refused
    back = mean.clone()
    if bool(there.any()):
        back[there] = langevin_moments(score, y[there], step_size)[0]
    log_ratio = log_p_y - log_p + _log_bell(x, back, std) - _log_bell(y, mean, std)
    device = generator.device if generator is not None else x.device
    dice = torch.rand(len(x), generator=generator, dtype=x.dtype, device=device).to(x.device)
    taken = dice.log() < log_ratio
    return torch.where(taken.reshape(-1, *[1] * (x.dim() - 1)), y, x), taken


def _log_bell(x: Tensor, mean: Tensor, std: float) -> Tensor:
    """log N(x; mean, std^2 I) for each row, without its constant."""
    return -(x - mean).square().flatten(1).sum(1) / (2 * std**2)


def _log_density(log_density: Callable[[Tensor], Tensor], x: Tensor, name: str) -> Tensor:
    value = log_density(x)
    if value.shape != x.shape[:1]:
        raise ValueError(
            f"log_density must give one number a row: shape {tuple(x.shape[:1])} for {name}, "
            f"not {tuple(value.shape)}"
        )
    if bool((value.isnan() | (value == math.inf)).any()):
        raise ValueError(f"log_density contains NaN or plus infinity at {name}")
    return value


@torch.no_grad()
def annealed_langevin(
    denoiser: AbstractDenoiser,
    x: Tensor,
    times: Tensor | list[float],
    steps_per_level: int = 20,
    step_ratio: float = 0.1,
    generator: torch.Generator | None = None,
    path: bool = False,
) -> Tensor:
    """Langevin steps at each noise level in turn, from noisy to clean (Song & Ermon 2019, alg. 1).

    The step size at level t is step_ratio * sigma(t)^2, so that every level moves alike:
    {eq}`eq-ald-step`. Where alpha changes between levels, x is carried over by its ratio.

    Args:
        denoiser: its score is called steps_per_level * len(times) times.
        x: (B, *D), from about N(0, sigma(times[0])^2 I).
        times: of the levels, decreasing; steps are taken at the last one too.
        step_ratio: step size over noise variance, above 0; from 2 on the walkers run away.

    Returns:
        The last x, (B, *D), or with `path=True` the start and x after each level,
        (len(times) + 1, B, *D).

    Raises:
        ValueError: for times that do not decrease or where there is no noise, counts below 1.
    """
    check_positive(step_ratio, "step_ratio")
    if steps_per_level < 1:
        raise ValueError(f"steps_per_level must be at least 1, not {steps_per_level}")
    process = process_of(denoiser)
    grid = decreasing(process, times, at_least=1)
    if process.alpha(grid[0]) == 0:
        raise ValueError(f"alpha is 0 at t = {grid[0]:g}: no law to sample; start at t_max")
    check_batch(x)
    previous = grid[0]
    xs = [x]
    for t in grid:
        x = x * (process.alpha(t) / process.alpha(previous))
        for _ in range(steps_per_level):
            eta = float(step_ratio * process.variance(t))
            x = langevin_step(partial(denoiser.score, t=t), x, eta, generator)
        previous = t
        if path:
            xs.append(x)
    return torch.stack(xs) if path else x
