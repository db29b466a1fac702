"""The variational bound of a denoiser of digits, term by term, in bits per dimension."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from .. import data
from ..denoisers import AbstractDenoiser
from ..vae import gaussian_kl

GREYS = 255.0


@torch.no_grad()
def variational_bound(
    denoiser: AbstractDenoiser,
    images: Tensor,
    generator: Generator,
    steps: int = 1000,
    groups: int = 20,
) -> dict[str, Tensor]:
    """DDPM's bound for the central 24x24 of uint8 digits `(N, 28, 28)`, averaged over them.

    The chain has so many steps, even in the log-SNR, from the process's t_min to t_max. A step of
    narrow width costs (snr_{i-1} - snr_i) |x_0 - guess|^2 / 2, eq-hvae-snr; each image draws one
    step from each of the groups of neighbouring steps.

    Returns:
        bits per dimension: `decoder` (), 8 bits, the first level; `steps` (groups,), from little
        noise to much; `prior` (); `total` (); and `error` (), the standard error of the total.
    """
    process, x0 = denoiser.process, data.mnist_to_unit(images)
    ends = [float(process.log_snr(t)) for t in (process.t_min, process.t_max)]
    levels = torch.linspace(ends[0], ends[1], steps, dtype=torch.float64)
    times, snr = process.t_from_log_snr(levels), levels.exp()
    bill = []
    for part in torch.arange(1, steps).tensor_split(groups):
        i = part[torch.randint(len(part), (len(x0),), generator=generator)]
        x_i = process.perturb(x0, times[i], _noise(x0, generator))
        miss = (x0 - denoiser(x_i, times[i])).square().flatten(1).sum(1)
        bill.append(0.5 * len(part) * (snr[i - 1] - snr[i]) * miss)
    terms = torch.stack([decoder(denoiser, x0, times[0], generator), *bill, prior(denoiser, x0)])
    terms = terms / (x0[0].numel() * math.log(2))
    mean, total = terms.mean(1), terms.sum(0)
    error = total.std() / len(x0) ** 0.5
    parts = {"decoder": mean[0], "steps": mean[1:-1], "prior": mean[-1]}
    return parts | {"total": total.mean(), "error": error}


def decoder(denoiser: AbstractDenoiser, x0: Tensor, t: Tensor, generator: Generator) -> Tensor:
    """-log P(x_0 | x_1), (N,): a Gaussian round the guess, cut into the 256 grey levels."""
    process = denoiser.process
    guess = denoiser(process.perturb(x0, t, _noise(x0, generator)), t)
    std = float(process.sigma(t) / process.alpha(t))
    half = 0.5 / (GREYS * data.MNIST_STD)
    low, high = (-data.MNIST_MEAN / data.MNIST_STD, (1 - data.MNIST_MEAN) / data.MNIST_STD)
    above = torch.where(x0 > high - half, math.inf, (x0 + half - guess) / std)
    below = torch.where(x0 < low + half, -math.inf, (x0 - half - guess) / std)
    mass = torch.special.ndtr(above.double()) - torch.special.ndtr(below.double())
    return -mass.clamp(min=1e-12).log().flatten(1).sum(1)


def prior(denoiser: AbstractDenoiser, x0: Tensor) -> Tensor:
    """KL of p(x_T | x_0) from the prior, (N,)."""
    process = denoiser.process
    mean = process.alpha(process.t_max).to(x0) * x0 / process.prior_std
    log_variance = (process.variance(process.t_max) / process.prior_std**2).log()
    return gaussian_kl(mean, log_variance.to(x0).expand_as(mean)).double()


def _noise(x0: Tensor, generator: Generator) -> Tensor:
    return torch.randn(x0.shape, generator=generator, device=x0.device)
