"""Langevin dynamics: a walk uphill on the log-density, with noise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from .._inputs import check_batch, check_finite, check_positive, check_same_shape
from ..denoisers import AbstractDenoiser, process_of
from .stochastic import noise_like
from .times import decreasing


def langevin_step(
    score: Callable[[Tensor], Tensor],
    x: Tensor,
    step_size: float,
    generator: torch.Generator | None = None,
) -> Tensor:
    """x + eta score(x) + sqrt(2 eta) noise: as eta -> 0, a chain whose law tends to p."""
    eta = check_positive(step_size, "step_size")
    slope = check_finite(score(check_batch(x)), "score(x)")
    check_same_shape(slope, x, ("score(x)", "x"))
    return x + eta * slope + (2 * eta) ** 0.5 * noise_like(x, generator)


@torch.no_grad()
def annealed_langevin(
    denoiser: AbstractDenoiser,
    x: Tensor,
    times: Tensor | list[float],
    steps_per_level: int = 20,
    step_ratio: float = 0.1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Langevin steps at each noise level in turn, from noisy to clean (Song & Ermon 2019, alg. 1).

    The step size at level t is step_ratio * sigma(t)^2, so that every level moves alike.
    When alpha changes between levels, x is carried over by the ratio of the alphas.
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
    for t in grid:
        x = x * (process.alpha(t) / process.alpha(previous))
        for _ in range(steps_per_level):
            eta = float(step_ratio * process.variance(t))
            x = langevin_step(partial(denoiser.score, t=t), x, eta, generator)
        previous = t
    return x
