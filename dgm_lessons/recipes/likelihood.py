"""A denoiser of whole 28x28 digits for likelihoods."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .. import data
from ..bounds import dequantised, even_log_snr
from ..evaluation import evaluate_likelihood
from ..networks import PixelHistograms
from ..objectives import denoising_loss
from ..processes import EDM
from .base import Batch, Recipe


class MnistLikelihood(Recipe):
    """Noise prediction in 28x28 digits with the weights of the likelihood: even in the log-SNR."""

    name, predicts, bits = "mnist-likelihood", "eps", 8
    # noise from far above the data to a 260th of a grey level, of which there are 128 in a unit
    process = EDM(T=80.0, t_min=3e-5)
    trained = (-5.0, 14.0)  # log-SNR: outside, the histograms alone are as good as any network

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        large = device.type == "cuda"
        self.images = data.mnist("train")[0].to(device)
        self.steps, self.lr = (100_000, 1e-3) if large else (30_000, 3e-3)
        self.batch_size = 256 if large else 64
        self.arguments = {"size": 28, "widths": [96, 256] if large else [64, 128]}
        self.network = PixelHistograms(**self.arguments)
        self.network.count(self.images.cpu())
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def draw(self, generator: torch.Generator) -> Batch:
        rows = self.rows(len(self.images), generator, self.batch_size)
        x0 = dequantised(self.images[rows], generator)
        eps = torch.randn(x0.shape, generator=generator, device=self.device)
        return x0, even_log_snr(self.batch_size, self.trained, generator), eps

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        x0, log_snr, eps = batch
        t = self.process.t_from_log_snr(log_snr)
        return denoising_loss(self.denoiser(network), x0, t, eps) / x0[0].numel()

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        return evaluate_likelihood(self.denoiser(network))
