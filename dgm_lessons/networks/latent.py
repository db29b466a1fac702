"""Latent diffusion in two networks: one makes codes of digits, the other denoises codes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .._inputs import check_points
from .layers import LevelEmbedding, conv3, label_rows, log_noise_level, zero


class DigitCodes(nn.Module):
    """An autoencoder of 28x28 grey digits, `(B, 1, 28, 28)` on the scale 0 to 1.

    Its codes `(B, code)` are standardised by their `mean` and `std` over the training data, so
    that a denoiser finds them at unit scale.

    Args:
        code: numbers in a code.
        widths: channels at 14x14 and at 7x7.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, code: int = 48, widths: tuple[int, int] = (24, 64)) -> None:
        super().__init__()
        half, quarter = widths
        self.code = code
        self.encoder = nn.Sequential(
            *(nn.PixelUnshuffle(2), conv3(4, half), nn.SiLU()),
            *(nn.Conv2d(half, quarter, 2, stride=2), nn.SiLU()),
            *(conv3(quarter, quarter), nn.SiLU(), nn.Flatten(), nn.Linear(49 * quarter, code)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(code, 49 * quarter), nn.SiLU(), nn.Unflatten(1, (quarter, 7, 7))),
            *(conv3(quarter, quarter), nn.SiLU(), nn.Conv2d(quarter, 4 * half, 1)),
            *(nn.PixelShuffle(2), nn.SiLU(), conv3(half, half), nn.SiLU()),
            *(conv3(half, 4), nn.PixelShuffle(2)),
        )
        self.register_buffer("mean", torch.zeros(code))
        self.register_buffer("std", torch.ones(code))

    def encode(self, images: Tensor) -> Tensor:
        """Standardised codes `(B, code)`."""
        return (self.encoder(images) - self.mean) / self.std

    def decode(self, z: Tensor) -> Tensor:
        """Images on the scale 0 to 1 from standardised codes."""
        return self.decoder(check_points(z, self.code, "z") * self.std + self.mean).sigmoid()

    def forward(self, images: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Codes before standardising, and the images decoded from codes plus noise."""
        z = self.encoder(images)
        return z, self.decoder(z + noise).sigmoid()

    @torch.no_grad()
    def standardise(self, images: Tensor) -> None:
        """Take mean and standard deviation of the codes of these images."""
        z = torch.cat([self.encoder(part) for part in images.split(1000)])
        self.mean.copy_(z.mean(0))
        self.std.copy_(z.std(0))


class CodeMLP(nn.Module):
    """A residual perceptron that denoises codes `(B, dim)`, with optional labels.

    Args:
        dim: numbers in a code.
        classes: number of labels, 0 for none. A label of -1 means none: unconditional.
        width, depth: units of the residual stream, and number of its blocks.
    """

    def __init__(self, dim: int, classes: int = 10, width: int = 512, depth: int = 3) -> None:
        super().__init__()
        self.shape, self.classes, e = (dim,), classes, 128
        self.embedding = LevelEmbedding(e)
        self.label = nn.Embedding(classes + 1, e)  # the last row is for no label
        self.enter = nn.Linear(dim, width)
        self.blocks = nn.ModuleList(ResidualLinear(width, e) for _ in range(depth))
        self.leave = zero(nn.Linear(width, dim))

    def forward(self, x: Tensor, log_snr: Tensor, labels: Tensor | None = None) -> Tensor:
        check_points(x, *self.shape)
        e = self.embedding(log_noise_level(x, log_snr))
        e = F.silu(e + self.label(label_rows(x, labels, self.classes)))
        h = self.enter(x)
        for block in self.blocks:
            h = block(h, e)
        return self.leave(F.silu(h))


class ResidualLinear(nn.Module):
    """x plus two dense layers, the first shifted by the embedding `e`."""

    def __init__(self, width: int, e: int) -> None:
        super().__init__()
        self.first, self.shift = nn.Linear(width, width), nn.Linear(e, width)
        self.second = zero(nn.Linear(width, width))

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x)) + self.shift(e)))
