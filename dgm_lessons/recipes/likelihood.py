"""A denoiser of whole 28x28 digits for likelihoods: bits per dimension, no tricks left out."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .. import data
from ..denoisers import Denoiser
from ..likelihood import bits_per_dim, log_prob
from ..networks import GreyLevels
from ..objectives import denoising_loss, half_squared_norm
from ..processes import EDM
from ..training import even_shares
from .base import Batch, Recipe

# noise from far above the data to a 260th of a grey level, of which there are 128 in a unit
PROCESS = EDM(T=80.0, t_min=3e-5)
TRAINED = (-5.0, 14.0)  # log-SNR: outside, the grey levels alone are as good as any network


def mnist_likelihood(device: torch.device) -> Recipe:
    """Noise prediction in 28x28 digits with the weights of the likelihood: even in the log-SNR."""
    large = device.type == "cuda"
    images = data.mnist("train")[0].to(device)
    arguments: dict[str, Any] = {"size": 28, "widths": [96, 256] if large else [64, 128]}
    size = 256 if large else 64
    network = GreyLevels(**arguments)
    network.count(images.cpu())
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(images), (size,), generator=generator, device=device)
        x0 = dequantised(images[rows], generator)
        eps = torch.randn(x0.shape, generator=generator, device=device)
        return x0, even_levels(size, TRAINED, generator), eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        x0, log_snr, eps = batch
        denoiser, t = Denoiser(network, PROCESS, "eps"), PROCESS.t_from_log_snr(log_snr)
        return denoising_loss(denoiser, x0, t, eps) / x0[0].numel()

    return Recipe(
        "mnist-likelihood",
        network,
        arguments,
        draw,
        loss,
        lambda trained: evaluate_likelihood(Denoiser(trained, PROCESS, "eps")),
        steps=100_000 if large else 30_000,
        lr=1e-3 if large else 3e-3,
        process=PROCESS,
        predicts="eps",
    )


def dequantised(images: Tensor, generator: Generator) -> Tensor:
    """uint8 images `(N, 28, 28)` with even noise in [0, 1) added, scaled to [-1, 1)."""
    u = torch.rand(images.shape, generator=generator, device=images.device)
    return ((images.float() + u) / 128 - 1)[:, None]


def even_levels(n: int, ends: tuple[float, float], generator: Generator) -> Tensor:
    """One log-SNR from each of n equal parts of the range, ascending."""
    return ends[0] + (ends[1] - ends[0]) * even_shares(n, generator, generator.device)


@torch.no_grad()
def dequantised_bound(
    denoiser: Denoiser, images: Tensor, generator: Generator, repeats: int = 4
) -> Tensor:
    """The variational bound in bits per dimension, in continuous time, of each group of images.

    Half the squared error of the noise, integrated over the log-SNR (Kingma et al. 2021), plus
    the prior's divergence, plus the Gaussian density of x_0 given the first level. A group is up
    to 250 neighbours, whose levels are spread evenly; shape `(groups,)`.
    """
    process, bounds = denoiser.process, []
    first, last = process.log_snr(process.t_max).item(), process.log_snr(process.t_min).item()
    for part in images.split(250):
        bill, dims = 0.0, part[0].numel()
        for _ in range(repeats):
            x0 = dequantised(part, generator)
            t = process.t_from_log_snr(even_levels(len(x0), (first, last), generator))
            eps = torch.randn(x0.shape, generator=generator, device=x0.device)
            found = denoiser.eps(process.perturb(x0, t, eps), t)
            steps = (last - first) * half_squared_norm(found - eps).double().mean().item()
            prior = math.exp(first) * half_squared_norm(x0).double().mean().item()
            bill += (steps + prior) / repeats
        decoder = 0.5 * dims * (1 + math.log(2 * math.pi) - last)
        bounds.append(-bill - decoder)
    return bits_per_dim(torch.tensor(bounds, dtype=torch.float64), dims, scale=1 / 128)


def evaluate_likelihood(
    denoiser: Denoiser, n: int = 10_000, ode: int = 500, tol: float = 1e-4, probes: int = 1
) -> dict[str, Any]:
    """Bits per dimension of test digits: the bound of n of them, the PF-ODE's density of some.

    Both with their standard errors, and beside them the bound of histograms alone, one for each
    place, which see no neighbours. The density is that of the data with the noise of t_min; one
    draw of the dequantising noise, one Hutchinson probe an image.
    """
    device = next(denoiser.network.parameters()).device  # type: ignore[attr-defined]
    images, generator = data.mnist("test")[0].to(device), Generator(device).manual_seed(1)
    bound = dequantised_bound(denoiser, images[:n], generator)
    alone = GreyLevels()
    alone.count(data.mnist("train")[0])
    no_context = Denoiser(alone.to(device), denoiser.process, "eps")
    histograms = dequantised_bound(no_context, images[:n], generator, repeats=1)
    found = []
    for part in images[:ode].split(250):
        x0 = dequantised(part, generator)
        nats = log_prob(denoiser, x0, "hutchinson", tol, tol, probes, generator)
        found.append(bits_per_dim(nats.double().cpu(), x0[0].numel(), scale=1 / 128))
    flow = torch.cat(found)
    return {
        "bound_images": n,
        "bound_total": bound.mean().item(),
        "bound_error": (bound.std() / len(bound) ** 0.5).item(),
        "bound_histograms": histograms.mean().item(),
        "flow_images": len(flow),
        "flow_total": flow.mean().item(),
        "flow_error": (flow.std() / len(flow) ** 0.5).item(),
        "tolerance": tol,
        "probes": probes,
        "t_min": denoiser.process.t_min,
        "dequantisation": "uniform",
    }
