"""Denoisers of points in the plane, against the exact one."""

from __future__ import annotations

from typing import Any

import torch

from .. import metrics
from ..denoisers import Denoiser, ExactDenoiser
from ..mixtures import GaussianMixture
from ..processes import karras, time_grid
from ..samplers import heun_step, sample


def evaluate_points(denoiser: Denoiser, mixture: GaussianMixture) -> dict[str, Any]:
    """The error of its noise, and of 10,000 samples; the denoiser is on the CPU."""
    generator, process = torch.Generator().manual_seed(1), denoiser.process
    noise = process.sample_prior((10_000, mixture.means.shape[1]), generator)
    x = sample(denoiser, noise, time_grid(process, 20, karras(7.0)), heun_step)
    weights = metrics.mode_weights(x, mixture)
    return {
        "noise_rmse": noise_rmse(denoiser, ExactDenoiser(mixture, process), generator),
        "off_mode_share": metrics.off_mode_share(x, mixture),
        "largest_weight_error": (weights - mixture.weights).abs().max().item(),
    }


@torch.no_grad()
def noise_rmse(
    learned: Denoiser, exact: ExactDenoiser, generator: torch.Generator, points: int = 2000
) -> float:
    """Root mean square error of one coordinate of E[eps | x_t], mean over levels 0.05 to 5."""
    process, errors = exact.process, []
    for level in torch.logspace(-1.30103, 0.69897, 20, dtype=torch.float64):
        t = process.t_from_log_snr(-2 * level.log())
        x0 = exact.mixture.sample(points, generator)
        x_t = process.perturb(x0, t, torch.randn(x0.shape, generator=generator))
        errors.append((learned.eps(x_t, t) - exact.eps(x_t, t)).square().mean().sqrt())
    return torch.stack(errors).mean().item()
