"""A denoiser for points in the plane, in seconds."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor, nn

from .. import metrics
from ..denoisers import Denoiser, ExactDenoiser
from ..mixtures import ring
from ..networks import MLP
from ..objectives import denoising_loss
from ..processes import VP, karras, time_grid
from ..samplers import heun_step, sample
from ..training import averaged_targets, noise_times
from .base import Batch, Recipe


def ring_points(device: torch.device) -> Recipe:
    """Eight Gaussians on a ring, in seconds."""
    process, mixture = VP(), ring(8)
    points = mixture.sample(50_000, Generator().manual_seed(0)).to(device)

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(points), (256,), generator=generator, device=device)
        t = noise_times(process, 256, generator, median=0.35, device=device)
        eps = torch.randn((256, 2), generator=generator, device=device)
        x0, eps = averaged_targets(process, points[rows], t, eps)
        return x0, t, eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        return denoising_loss(Denoiser(network, process, predicts="v"), *batch)

    def evaluate(network: nn.Module) -> dict[str, Any]:
        generator = Generator().manual_seed(1)
        denoiser = Denoiser(network.to("cpu"), process, predicts="v")
        noise = process.sample_prior((10_000, 2), generator)
        x = sample(denoiser, noise, time_grid(process, 20, karras(7.0)), heun_step)
        weights = metrics.mode_weights(x, mixture)
        return {
            "noise_rmse": noise_rmse(denoiser, ExactDenoiser(mixture, process), generator),
            "off_mode_share": metrics.off_mode_share(x, mixture),
            "largest_weight_error": (weights - mixture.weights).abs().max().item(),
        }

    arguments = {"dim": 2, "width": 64, "depth": 3}
    network = MLP(**arguments)
    return Recipe(
        "ring",
        network,
        arguments,
        draw,
        loss,
        evaluate,
        steps=2000,
        lr=2e-2,
        betas=(0.9, 0.95),
        warmup=0.01,
        process=process,
        predicts="v",
    )


@torch.no_grad()
def noise_rmse(
    learned: Denoiser, exact: ExactDenoiser, generator: Generator, points: int = 2000
) -> float:
    """Root mean square error of one coordinate of E[eps | x_t], mean over levels 0.05 to 5."""
    process, errors = exact.process, []
    for level in torch.logspace(-1.30103, 0.69897, 20, dtype=torch.float64):
        t = process.t_from_log_snr(-2 * level.log())
        x0 = exact.mixture.sample(points, generator)
        x_t = process.perturb(x0, t, torch.randn(x0.shape, generator=generator))
        errors.append((learned.eps(x_t, t) - exact.eps(x_t, t)).square().mean().sqrt())
    return torch.stack(errors).mean().item()
