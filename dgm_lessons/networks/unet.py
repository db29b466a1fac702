"""A small UNet for images, and its prediction for known labels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .._inputs import check_finite
from .layers import LevelEmbedding, conv3, label_rows, log_noise_level, zero


class UNet(nn.Module):
    """Small dense UNet for square images `(B, channels, size, size)`, with optional labels.

    The image is folded to half its size, then halved again; at the bottom one dense layer sees
    the whole image. There is no normalisation and no attention: on a CPU, plain 3x3 convolutions
    and matrix products cost least. 382,000 parameters at the default sizes.

    Args:
        size: side of the images, a multiple of 4 (24 and 28 for MNIST, 8 for small digits).
        channels: 1 for grey, 3 for colour.
        classes: number of labels, 0 for none. A label of -1 means none: unconditional.
        widths: channels at half and at quarter size.
        outputs: channels of the output, those of the input by default.
        skip: give (s x + F) / sqrt(1 + s^2), s = sigma/alpha, in place of F, for a network that
            predicts noise: where there is much of it, x is almost the answer, and what the layers
            add must not be amplified by s on the way to x_0 (Karras et al. 2022, table 1).
    """

    def __init__(
        self,
        size: int = 24,
        channels: int = 1,
        classes: int = 10,
        widths: tuple[int, int] = (24, 64),
        outputs: int | None = None,
        skip: bool = False,
    ) -> None:
        super().__init__()
        if size < 4 or size % 4:
            raise ValueError(f"size is {size}; give a multiple of 4, such as 24 or 28")
        self.shape, self.classes, self.skip = (channels, size, size), classes, skip
        outputs = outputs or channels
        half, quarter, e = *widths, 64
        self.embedding = LevelEmbedding(e)
        self.label = nn.Embedding(classes + 1, e)  # the last row is for no label
        self.enter = conv3(4 * channels, half)
        self.place = nn.Parameter(torch.zeros(half, size // 2, size // 2))
        self.first = Residual(half, e)
        self.down = nn.Conv2d(half, quarter, 2, stride=2)
        self.before = Residual(quarter, e)
        self.whole = GlobalView(quarter, size // 4, e)
        self.after = Residual(quarter, e)
        self.up = nn.Conv2d(quarter, 4 * half, 1)
        self.last = Residual(half, e)
        self.leave = zero(conv3(half, 4 * outputs))

    def forward(self, x: Tensor, log_snr: Tensor, labels: Tensor | None = None) -> Tensor:
        if x.ndim != 4 or x.shape[1:] != self.shape:
            raise ValueError(f"x has shape {tuple(x.shape)}; this network takes (B, *{self.shape})")
        check_finite(x)
        if not len(x):
            # pixel_unshuffle fails on an empty batch
            return x.new_zeros(0, self.leave.out_channels // 4, *self.shape[1:])
        level = log_noise_level(x, log_snr)
        e = self.embedding(level)
        e = F.silu(e + self.label(label_rows(x, labels, self.classes)))
        skip = self.first(self.enter(F.pixel_unshuffle(x, 2)) + self.place, e)
        h = self.after(self.whole(self.before(self.down(skip), e), e), e)
        h = self.last(F.pixel_shuffle(self.up(h), 2) + skip, e)
        y = F.pixel_shuffle(self.leave(F.silu(h)), 2)
        s = level.exp()[:, :, None, None]
        return (s * x + y) * (1 + s**2).rsqrt() if self.skip else y


class Residual(nn.Module):
    """x plus two convolutions, the first scaled and shifted by the embedding `e`."""

    def __init__(self, channels: int, e: int) -> None:
        super().__init__()
        self.first = conv3(channels, channels)
        self.modulate = zero(nn.Linear(e, 2 * channels))
        self.second = zero(conv3(channels, channels))

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        scale, shift = self.modulate(e)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(F.silu(x)) * (1 + scale) + shift))


class GlobalView(nn.Module):
    """x plus a dense layer over all places at once, which convolutions would need depth for."""

    def __init__(self, channels: int, size: int, e: int, hidden: int = 256) -> None:
        super().__init__()
        self.fold, self.unfold = nn.Conv2d(channels, 8, 1), zero(nn.Conv2d(8, channels, 1))
        self.inside = nn.Linear(8 * size**2, hidden)
        self.level = nn.Linear(e, hidden)
        self.outside = nn.Linear(hidden, 8 * size**2)

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        h = self.fold(x)
        h = F.silu(self.inside(h.flatten(1)) + self.level(e))
        h = F.silu(self.outside(h)).unflatten(1, (8, *x.shape[2:]))
        return x + self.unfold(h)


class WithLabels(nn.Module):
    """A conditional network with its labels fixed, `(B,)`: callable like any other network."""

    def __init__(self, network: nn.Module, labels: Tensor) -> None:
        super().__init__()
        self.network, self.labels = network, labels

    def forward(self, x: Tensor, log_snr: Tensor) -> Tensor:
        return self.network(x, log_snr, self.labels)
