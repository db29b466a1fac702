"""Steps that draw noise: ancestral sampling and the reverse-time SDE."""

from __future__ import annotations

import math

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
    denoiser: AbstractDenoiser, x: Tensor, s: Time, t: Time, share: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Mean and std of an Euler step of the reverse SDE with a share of Langevin noise.

    The mean is x - (f x - (1 + share)/2 g^2 score)(s - t), the std g sqrt(share (s - t)): the
    flow plus `share` times the Langevin dynamics of speed g^2 / 2: {eq}`eq-rsde-share`.
    With the exact score and small steps the law of x stays p_t for each share (Zhang & Chen 2023,
    with share = lambda^2; Karras et al. 2022, eq. 6).

    Args:
        x: (B, *D), at time s.
        share: 0 is the probability-flow ODE, 1 the reverse SDE; any number from 0 on.

    Raises:
        ValueError: if share is negative, infinite or NaN, if t > s, or where f is infinite.
    """
    share = _check_share(share)
    process = denoiser.process
    check_interval(process, s, t)
    if anywhere(t > s):
        raise ValueError(f"the reverse SDE runs towards data: t = {t} must not exceed s = {s}")
    f, g2 = process.f(s), process.g2(s)
    if not bool(torch.isfinite(f).all()):
        raise ValueError(f"the drift is infinite at s = {s}; start at t_max = {process.t_max:g}")
    pull = expand((1 + share) / 2 * g2, x) * denoiser.score(x, s)
    drift = expand(f, x) * x - pull
    return x - expand(s - t, x) * drift, (share * g2 * (s - t)).sqrt()


def euler_maruyama_step(
    denoiser: AbstractDenoiser,
    x: Tensor,
    s: Time,
    t: Time,
    generator: torch.Generator | None = None,
    share: float = 1.0,
) -> Tensor:
    """One Euler-Maruyama step of the reverse-time SDE (Song et al. 2021), or of its relatives.

    `share` is that of `euler_maruyama_moments`. A sampler takes another one by
    `sample(denoiser, x, times, partial(euler_maruyama_step, share=0.5))`.
    """
    mean, std = euler_maruyama_moments(denoiser, x, s, t, share)
    return mean + expand(std, x) * noise_like(x, generator)


def _check_share(share: float) -> float:
    if not (isinstance(share, (int, float)) and 0 <= share < math.inf):
        raise ValueError(
            f"share must be a finite number from 0 (the flow) on, 1 for the reverse SDE, "
            f"not {share!r}"
        )
    return float(share)
