"""Steps along the probability-flow ODE."""

from __future__ import annotations

import torch
from torch import Tensor

from ..denoisers import AbstractDenoiser
from .times import check_interval


def euler_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: float,
    t: float,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One Euler step of the probability-flow ODE, order 1."""
    check_interval(denoiser.process, s, t)
    return x + (t - s) * denoiser.velocity(x, s)


def heun_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: float,
    t: float,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One Heun step of the probability-flow ODE, order 2, two evaluations (Karras et al. 2022)."""
    slope = denoiser.velocity(x, s)
    guess = x + (t - s) * slope
    return x + (t - s) * 0.5 * (slope + denoiser.velocity(guess, t))


def ddim_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: float,
    t: float,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Split x into data and noise, put them together again at t (Song, Meng & Ermon 2021)."""
    x0, eps = denoiser.x0_eps(x, s)
    alpha, sigma = denoiser.process.levels(t)
    return alpha * x0 + sigma * eps
