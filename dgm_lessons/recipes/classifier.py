"""The classifier whose features measure samples."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .. import data
from ..networks import Classifier
from .base import Batch, Recipe


class MnistClassifier(Recipe):
    """The classifier whose features measure samples; each batch is shifted by up to two pixels."""

    name, steps, lr = "mnist-classifier", 4000, 3e-3

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.images, self.labels = (part.to(device) for part in data.mnist("train"))
        self.arguments, self.network = {}, Classifier()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def draw(self, generator: torch.Generator) -> Batch:
        rows = self.rows(len(self.images), generator, 128)
        down, right = torch.randint(-2, 3, (2, 1), generator=generator, device=self.device)
        places = torch.arange(28, device=self.device)
        # the margin is black: what wraps round is nothing
        batch = self.images[rows, None][:, :, (places - down) % 28][..., (places - right) % 28]
        return batch.float() / 255, self.labels[rows]

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        return F.cross_entropy(network(batch[0]), batch[1])

    @torch.no_grad()
    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        images, labels = (part.to(self.device) for part in data.mnist("test"))
        right = network(images[:, None].float() / 255).argmax(1) == labels
        return {"test_accuracy": right.sum().item() / len(right)}
