"""A denoiser for points in the plane, in seconds."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..evaluation import evaluate_points
from ..mixtures import ring
from ..networks import MLP
from ..objectives import denoising_loss
from ..processes import VP
from ..training import averaged_targets, noise_times
from .base import Batch, Recipe


class Ring(Recipe):
    """Eight Gaussians on a ring, in seconds."""

    name, steps, lr, betas, warmup = "ring", 2000, 2e-2, (0.9, 0.95), 0.01
    process, predicts = VP(), "v"

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.points = ring(8).sample(50_000, torch.Generator().manual_seed(0)).to(device)
        self.arguments = {"dim": 2, "width": 64, "depth": 3}
        self.network = MLP(**self.arguments)

    def draw(self, generator: torch.Generator) -> Batch:
        rows = self.rows(len(self.points), generator, 256)
        t = noise_times(self.process, 256, generator, median=0.35, device=self.device)
        eps = torch.randn((256, 2), generator=generator, device=self.device)
        x0, eps = averaged_targets(self.process, self.points[rows], t, eps)
        return x0, t, eps

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        return denoising_loss(self.denoiser(network), *batch)

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        return evaluate_points(self.denoiser(network.to("cpu")), ring(8))
