"""Denoisers for MNIST digits, 24x24: one network, four ways to train it.

On a CPU they are sized for ten minutes of one core; on a GPU the network is wider and the batch
larger. All but `mnist-vp` are conditional; the label is hidden from one image in ten, so that they
also know the digits without it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .. import data
from ..bounds import even_log_snr
from ..evaluation import evaluate_bound, evaluate_digits, picture_of_digits
from ..networks import UNet
from ..objectives import denoising_loss
from ..processes import VE, VP, FlowMatching, Process
from ..training import even_shares, noise_times
from .base import Batch, Recipe


class DigitDenoiser(Recipe):
    """A UNet that denoises digits; log-normal noise levels, as Karras et al. (2022) have them."""

    steps = 10_000  # under ten minutes of one CPU core
    classes, skip = 10, False
    process: Process

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        large = device.type == "cuda"
        images, self.labels = (part.to(device) for part in data.mnist("train"))
        self.x0 = data.mnist_to_unit(images)
        self.lr, self.batch_size = (2e-3, 512) if large else (4e-3, 64)
        widths = [48, 128] if large else [24, 64]
        self.arguments = {"size": 24, "classes": self.classes, "widths": widths, "skip": self.skip}
        self.network = UNet(**self.arguments)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def times(self, n: int, generator: torch.Generator) -> Tensor:
        """The noise levels of a batch, as times."""
        return noise_times(self.process, n, generator, 1.0, 1.3, self.device)

    def draw(self, generator: torch.Generator) -> Batch:
        size = self.batch_size
        rows = self.rows(len(self.x0), generator, size)
        x0, labels = self.x0[rows], self.labels[rows]
        hide = torch.rand(size, generator=generator, device=self.device)
        labels = torch.where(hide < (0.1 if self.classes else 1.0), -1, labels)
        t = self.times(size, generator)
        eps = torch.randn(x0.shape, generator=generator, device=self.device)
        return x0, labels, t, eps

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        x0, labels, t, eps = batch
        denoiser = self.denoiser(partial(network, labels=labels))
        weight = 1 + 1 / self.process.snr(t) if self.skip else None  # undoes the skip's factor
        return denoising_loss(denoiser, x0, t, eps, weight) / x0[0].numel()

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        denoiser = self.denoiser(network)
        return evaluate_digits(denoiser) | evaluate_bound(denoiser)

    def picture(self, network: nn.Module) -> Tensor:
        return picture_of_digits(self.denoiser(network))


class MnistVP(DigitDenoiser):
    """Variance-preserving process, v-prediction; unconditional."""

    name, process, predicts, classes = "mnist-vp", VP(), "v", 0


class MnistConditional(DigitDenoiser):
    """As `mnist-vp`, and conditional: good digits after ten minutes on a CPU."""

    name, process, predicts = "mnist-conditional", VP(), "v"


class MnistVE(DigitDenoiser):
    """As NCSN: added noise from 0.01 to 50, evenly in its logarithm, and eps-prediction.

    With NCSN's weights, sigma^2 |score error|^2 (Song and Ermon 2019, equation 6), and no skip
    connection the levels that decide on a digit hardly count: 10,000 steps still drew scrawls. So
    the network has the skip, and the loss the weights, of Karras et al. 2022.
    """

    name, process, predicts, skip = "mnist-ve", VE(), "eps", True

    def times(self, n: int, generator: torch.Generator) -> Tensor:
        ends = [self.process.log_snr(t).item() for t in (self.process.t_max, self.process.t_min)]
        return self.process.t_from_log_snr(even_log_snr(n, (ends[0], ends[1]), generator))


class MnistFM(DigitDenoiser):
    """Flow matching: straight paths, times even in t, and velocity prediction."""

    name, process, predicts = "mnist-fm", FlowMatching(), "velocity"

    def times(self, n: int, generator: torch.Generator) -> Tensor:
        low, high = self.process.t_min, self.process.t_max
        return low + (high - low) * even_shares(n, generator, self.device)
