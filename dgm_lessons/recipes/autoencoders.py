"""Variational autoencoders for black and white MNIST digits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .. import data
from ..evaluation import binary_test_digits, evaluate_vae
from ..networks import DigitPlane, DigitVAE
from .base import Batch, Recipe


class BinaryVAE(Recipe):
    """A `DigitVAE` on digits made black and white anew each time, which lessens overfitting."""

    lr = 2e-3
    network: DigitVAE
    code: int

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.ink = data.mnist("train")[0].to(device).float() / 255

    def draw(self, generator: torch.Generator) -> Batch:
        rows = self.rows(len(self.ink), generator, 128)
        x = torch.bernoulli(self.ink[rows], generator=generator)
        return x, torch.randn(128, self.code, generator=generator, device=self.device)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        reconstruction, kl = network(*batch)
        return (kl - reconstruction).mean()

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        assert isinstance(network, DigitVAE)
        return evaluate_vae(network)


class MnistVAE(BinaryVAE):
    """The flagship: one stochastic layer of 40 numbers, dense networks, wider on a GPU."""

    name, code = "mnist-vae", 40

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        large = device.type == "cuda"
        self.steps = 400_000 if large else 100_000
        self.arguments = {"code": self.code, "hidden": [1024, 1024] if large else [512, 256]}
        self.network = DigitVAE(**self.arguments)
        self.network.start_at(self.ink.mean(0))


class MnistPlane(BinaryVAE):
    """A code of two numbers, to be drawn as a plane; a map of test digits travels with it."""

    name, steps, code = "mnist-plane", 30_000, 2

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.arguments = {"hidden": [160, 160]}
        self.network = DigitPlane(**self.arguments)
        self.network.start_at(self.ink.mean(0))

    def finish(self, network: nn.Module) -> None:
        assert isinstance(network, DigitPlane)
        ink, labels = binary_test_digits(self.device)
        network.place(ink[: len(network.test_codes)], labels[: len(network.test_codes)])
