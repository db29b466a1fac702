"""One thing to train."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from ..denoisers import Denoiser, Network
from ..processes import Process

Batch = tuple[Tensor, ...]


class Recipe(ABC):
    """One thing to train: its data and network, its loss, and how good the result is.

    A subclass makes on the device given: `network`, and `arguments`, which are those of the
    network's class, for the card. A denoiser also has a `process` and says what it `predicts`.
    """

    name: str
    steps: int
    lr: float  # peak rate of Adam; see `training.learning_rate`
    betas = (0.9, 0.99)
    warmup = 0.03
    bits = 16  # of a weight, as shipped: 8 where the metrics agree within their noise
    process: Process | None = None
    predicts: str | None = None
    network: nn.Module
    arguments: dict[str, Any]

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @abstractmethod
    def draw(self, generator: torch.Generator) -> Batch:
        """The global batch of a step; one row of each part belongs to one example."""

    @abstractmethod
    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The mean loss of a batch, or of a share of one; shape ()."""

    @abstractmethod
    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        """The metrics of the finished network."""

    def finish(self, network: nn.Module) -> None:  # noqa: B027
        """A last touch before the weights are written: nothing, by default."""

    def picture(self, network: nn.Module) -> Tensor | None:
        """Grey pixels (H, W), uint8, to look at on the way."""
        return None

    def denoiser(self, network: Network) -> Denoiser:
        """The denoiser that the network makes."""
        if self.process is None or self.predicts is None:
            raise TypeError(f"the recipe {self.name!r} trains no denoiser")
        return Denoiser(network, self.process, self.predicts)

    def rows(self, n: int, generator: torch.Generator, size: int) -> Tensor:
        """`size` of the numbers 0..n-1, with replacement."""
        return torch.randint(n, (size,), generator=generator, device=self.device)
