"""Latent diffusion: digits become codes of 48 numbers, and the codes are denoised.

Training on a code takes a fifth of the arithmetic of training on a picture. Ten minutes of one CPU
core (in bfloat16), two of them for the autoencoder, show the denoiser each digit 68 times.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .. import data
from ..evaluation import (
    digit_codes,
    evaluate_codes,
    evaluate_digits,
    picture_of_digits,
    sample_codes,
)
from ..networks import CodeMLP, DigitCodes
from ..objectives import denoising_loss
from ..processes import VP
from ..training import noise_times
from .base import Batch, Recipe


class MnistCodes(Recipe):
    """An autoencoder for digits, whose codes bear a little noise; trained by squared error."""

    name, steps, lr, bits = "mnist-codes", 5000, 3e-3, 8

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.images = data.mnist("train")[0].to(device)[:, None].float() / 255
        self.arguments = {"code": 48, "widths": [24, 64]}
        self.network = DigitCodes(**self.arguments)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def draw(self, generator: torch.Generator) -> Batch:
        rows = self.rows(len(self.images), generator, 64)
        noise = torch.randn(64, self.arguments["code"], generator=generator, device=self.device)
        return self.images[rows], noise

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        x, noise = batch
        z, decoded = network(x, 0.3 * noise)  # so that near codes mean near digits
        return (decoded - x).square().flatten(1).sum(1).mean() + 1e-3 * z.square().sum(1).mean()

    def finish(self, network: nn.Module) -> None:
        assert isinstance(network, DigitCodes)
        network.standardise(self.images)

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        assert isinstance(network, DigitCodes)
        return evaluate_codes(network)


class MnistLatent(Recipe):
    """A perceptron that denoises the codes of `mnist-codes`; conditional."""

    name, steps, lr, bits = "mnist-latent", 16_000, 2e-3, 8
    process, predicts, batch_size = VP(), "v", 256

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        codes = digit_codes(device)
        images, self.labels = (part.to(device) for part in data.mnist("train"))
        with torch.no_grad():
            parts = images[:, None].split(1000)
            self.z = torch.cat([codes.encode(part.float() / 255) for part in parts])
        self.arguments = {"dim": self.z.shape[1], "classes": 10, "width": 512, "depth": 3}
        self.network = CodeMLP(**self.arguments)

    def draw(self, generator: torch.Generator) -> Batch:
        size = self.batch_size
        rows = self.rows(len(self.z), generator, size)
        hide = torch.rand(size, generator=generator, device=self.device) < 0.1
        labels = torch.where(hide, -1, self.labels[rows])
        t = noise_times(self.process, size, generator, median=0.7, device=self.device)
        eps = torch.randn(self.z[rows].shape, generator=generator, device=self.device)
        return self.z[rows], labels, t, eps

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        z, labels, t, eps = batch
        denoiser = self.denoiser(partial(network, labels=labels))
        return denoising_loss(denoiser, z, t, eps) / z.shape[1]

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        return evaluate_digits(self.denoiser(network), draw=sample_codes, guidance=0.3)

    def picture(self, network: nn.Module) -> Tensor:
        return picture_of_digits(self.denoiser(network), sample_codes)
