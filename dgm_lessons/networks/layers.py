"""What the networks share: how they see the noise level and a label, and how layers begin."""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", nn.Linear, nn.Conv2d)


def log_noise_level(x: Tensor, log_snr: Tensor, most: float = 10.0) -> Tensor:
    """ln(sigma / alpha), shape `(B, 1)`, from the log-SNR `(B,)` of the batch `x`.

    Infinite levels (no noise, no signal) are held at +-`most`, so that they never turn into NaN.
    """
    if log_snr.shape != x.shape[:1]:
        raise ValueError(
            f"log_snr has shape {tuple(log_snr.shape)} for {len(x)} inputs; give one level per "
            f"input, shape ({len(x)},)"
        )
    level = -0.5 * log_snr.to(x.dtype).clamp(-2 * most, 2 * most)[:, None]
    if level.device.type == "cpu" and bool(level.isnan().any()):
        raise ValueError("log_snr holds NaN")
    return level


class LevelEmbedding(nn.Module):
    """Waves of the noise level ln(sigma/alpha), `(B, 1)`, through two layers to `(B, width)`."""

    frequencies: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        frequencies = 0.5 * math.pi * 2 ** torch.linspace(-2, 4, 16) / 4
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.mix = nn.Sequential(nn.Linear(32, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, level: Tensor) -> Tensor:
        angle = level * self.frequencies
        return self.mix(torch.cat([angle.cos(), angle.sin()], dim=1))


def label_rows(x: Tensor, labels: Tensor | None, classes: int) -> Tensor:
    """The rows of a table of classes + 1 labels: the last one where there is no label (-1)."""
    if labels is None:
        return torch.full((len(x),), classes, device=x.device)
    if labels.shape != (len(x),) or labels.is_floating_point():
        raise ValueError(
            f"labels are {labels.dtype} of shape {tuple(labels.shape)}; give {len(x)} integers"
        )
    if labels.device.type == "cpu" and bool(((labels < -1) | (labels >= classes)).any()):
        raise ValueError(f"labels must lie in -1 (none) to {classes - 1}")
    return torch.where(labels < 0, classes, labels)


def conv3(channels_in: int, channels_out: int) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size of the image."""
    return nn.Conv2d(channels_in, channels_out, 3, padding=1)


def zero(layer: M) -> M:
    """The layer with zero weights: a block that starts as nothing cannot do harm."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
