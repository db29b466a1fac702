"""Steps along the probability-flow ODE."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import expand
from ..denoisers import AbstractDenoiser
from .times import Time, check_interval


def euler_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One Euler step of the probability-flow ODE, order 1."""
    check_interval(denoiser.process, s, t)
    return x + expand(t - s, x) * denoiser.velocity(x, s)


def heun_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One Heun step of the probability-flow ODE, order 2, two evaluations (Karras et al. 2022)."""
    slope, span = denoiser.velocity(x, s), expand(t - s, x)
    guess = x + span * slope
    return x + span * 0.5 * (slope + denoiser.velocity(guess, t))


def ddim_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Split x into data and noise, put them together again at t (Song, Meng & Ermon 2021)."""
    x0, eps = denoiser.x0_eps(x, s)
    alpha, sigma = denoiser.process.levels(t)
    return expand(alpha, x) * x0 + expand(sigma, x) * eps
