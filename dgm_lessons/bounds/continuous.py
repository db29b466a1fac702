"""The variational bound in continuous time, of grey images with their 256 levels dequantised."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..denoisers import Denoiser
from ..likelihood import bits_per_dim
from ..objectives import half_squared_norm
from ..training import even_shares


def dequantised(images: Tensor, generator: torch.Generator) -> Tensor:
    """uint8 images `(N, 28, 28)` with even noise in [0, 1) added, scaled to [-1, 1)."""
    u = torch.rand(images.shape, generator=generator, device=images.device)
    return ((images.float() + u) / 128 - 1)[:, None]


def even_log_snr(n: int, ends: tuple[float, float], generator: torch.Generator) -> Tensor:
    """One log-SNR from each of n equal parts of the range, ascending."""
    return ends[0] + (ends[1] - ends[0]) * even_shares(n, generator, generator.device)


@torch.no_grad()
def dequantised_bound(
    denoiser: Denoiser, images: Tensor, generator: torch.Generator, repeats: int = 4
) -> Tensor:
    """The variational bound in bits per dimension, in continuous time, of each group of images.

    Half the squared error of the noise, integrated over the log-SNR (Kingma et al. 2021), plus
    the prior's divergence, plus the Gaussian density of x_0 given the first level. A group is up
    to 250 neighbours, whose levels are spread evenly; shape `(groups,)`, float64 on the CPU.
    """
    process, bounds = denoiser.process, []
    first, last = process.log_snr(process.t_max).item(), process.log_snr(process.t_min).item()
    for part in images.split(250):
        nats, dims = 0.0, part[0].numel()
        for _ in range(repeats):
            x0 = dequantised(part, generator)
            t = process.t_from_log_snr(even_log_snr(len(x0), (first, last), generator))
            eps = torch.randn(x0.shape, generator=generator, device=x0.device)
            found = denoiser.eps(process.perturb(x0, t, eps), t)
            steps = (last - first) * half_squared_norm(found - eps).mean().item()
            prior = math.exp(first) * half_squared_norm(x0).mean().item()
            nats += (steps + prior) / repeats
        decoder = 0.5 * dims * (1 + math.log(2 * math.pi) - last)
        bounds.append(-nats - decoder)
    return bits_per_dim(torch.tensor(bounds, dtype=torch.float64), dims, scale=1 / 128)
