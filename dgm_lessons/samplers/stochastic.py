"""Steps that draw noise: ancestral sampling and the reverse-time SDE."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import expand
from ..denoisers import AbstractDenoiser
from ..processes.elementary import anywhere
from .times import Time, check_interval


def noise_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal noise of x's shape, dtype and device, drawn where the generator lives."""
    device = generator.device if generator is not None else x.device
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=device).to(x.device)


def ancestral_moments(
    denoiser: AbstractDenoiser, x: Tensor, s: Time, t: Time
) -> tuple[Tensor, Tensor]:
    """Mean (B, *D) and std of p(x_t | x_s, x_0) with x_0 = E[x_0 | x_s] (Ho et al. 2020, eq. 7)."""
    return denoiser.process.posterior(x, denoiser(x, s), s, t)


def ancestral_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One DDPM step for any process (Ho et al. 2020, algorithm 2; Kingma et al. 2021)."""
    mean, std = ancestral_moments(denoiser, x, s, t)
    return mean + expand(std, x) * noise_like(x, generator)


def euler_maruyama_moments(
    denoiser: AbstractDenoiser, x: Tensor, s: Time, t: Time
) -> tuple[Tensor, Tensor]:
    """Mean x - (f x - g^2 score)(s - t) and std g sqrt(s - t) of the reverse SDE's Euler step."""
    process = denoiser.process
    check_interval(process, s, t)
    if anywhere(t > s):
        raise ValueError(f"the reverse SDE runs towards data: t = {t} must not exceed s = {s}")
    f, g2 = process.f(s), process.g2(s)
    if not bool(torch.isfinite(f).all()):
        raise ValueError(f"the drift is infinite at s = {s}; start at t_max = {process.t_max:g}")
    drift = expand(f, x) * x - expand(g2, x) * denoiser.score(x, s)
    return x - expand(s - t, x) * drift, (g2 * (s - t)).sqrt()


def euler_maruyama_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One Euler-Maruyama step of the reverse-time SDE (Song et al. 2021)."""
    mean, std = euler_maruyama_moments(denoiser, x, s, t)
    return mean + expand(std, x) * noise_like(x, generator)
