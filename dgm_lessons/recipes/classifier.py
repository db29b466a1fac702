"""The classifier whose features measure samples."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from .. import data
from ..networks import Classifier
from .base import Batch, Recipe


def mnist_classifier(device: torch.device) -> Recipe:
    """The classifier whose features measure samples; each batch is shifted by up to two pixels."""
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    places = torch.arange(28, device=device)

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(images), (128,), generator=generator, device=device)
        down, right = torch.randint(-2, 3, (2, 1), generator=generator, device=device)
        # the margin is black: what wraps round is nothing
        batch = images[rows, None][:, :, (places - down) % 28][..., (places - right) % 28]
        return batch.float() / 255, all_labels[rows]

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        return F.cross_entropy(network(batch[0]), batch[1])

    def evaluate(network: nn.Module) -> dict[str, Any]:
        test_images, test_labels = (part.to(device) for part in data.mnist("test"))
        with torch.no_grad():
            answers = network(test_images[:, None].float() / 255).argmax(1)
        return {"test_accuracy": (answers == test_labels).double().mean().item()}

    network = Classifier()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Recipe("mnist-classifier", network, {}, draw, loss, evaluate, 4000, 3e-3)
