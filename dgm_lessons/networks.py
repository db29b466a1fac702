"""Small networks for denoisers. They see a scaled input and the log-SNR, never the time.

A `Denoiser` calls `network(x_t / sqrt(alpha^2 + sigma^2), log_snr)`. So the input has unit scale at
every noise level when the data have, and one network serves every process.
"""

from __future__ import annotations

import copy
import math
from itertools import pairwise
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ._inputs import check_finite, check_points

M = TypeVar("M", nn.Linear, nn.Conv2d)


def log_noise_level(x: Tensor, log_snr: Tensor) -> Tensor:
    """ln(sigma / alpha), shape `(B, 1)`, from the log-SNR `(B,)` of the batch `x`.

    Infinite levels (no noise, no signal) are held at +-10, so that they never turn into NaN.
    """
    if log_snr.shape != x.shape[:1]:
        raise ValueError(
            f"log_snr has shape {tuple(log_snr.shape)} for {len(x)} inputs; give one level per "
            f"input, shape ({len(x)},)"
        )
    level = -0.5 * log_snr.to(x.dtype).clamp(-20, 20)[:, None]
    if level.device.type == "cpu" and bool(level.isnan().any()):
        raise ValueError("log_snr holds NaN")
    return level


class MLP(nn.Module):
    """Perceptron for points in a few dimensions, `(B, dim)` to `(B, dim)`.

    With s = sigma/alpha and z = x_t/alpha it sees z / sqrt(s^2 + k^2) for k = 1, 0.3, 0.1: three
    magnifications of the data, each of unit scale at the noise levels where it matters. Beside
    them stand c = ln(s)/4 and the sine and cosine of 2c and 4c. The last layer starts at zero.

    Args:
        dim: dimension of the points.
        width, depth: units in a hidden layer, and the number of such layers.
    """

    scales = (1.0, 0.3, 0.1)

    def __init__(self, dim: int, width: int = 64, depth: int = 3) -> None:
        super().__init__()
        if min(dim, width, depth) < 1:
            raise ValueError(f"dim, width, depth are {dim}, {width}, {depth}; each must be >= 1")
        self.shape = (dim,)
        sizes = [len(self.scales) * dim + 5] + [width] * depth
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(sizes):
            layers += [nn.Linear(fan_in, fan_out), nn.SiLU()]
        self.body = nn.Sequential(*layers, _zero(nn.Linear(width, dim)))
        with torch.no_grad():
            layers[0].weight.mul_(2)  # type: ignore[operator, union-attr]

    def forward(self, x: Tensor, log_snr: Tensor) -> Tensor:
        check_points(x, *self.shape)
        level = log_noise_level(x, log_snr)
        s2 = (2 * level).exp()
        # x_t / sqrt(alpha^2 + sigma^2) = z / sqrt(1 + s^2)
        views = [x * ((1 + s2) / (s2 + k**2)).sqrt() for k in self.scales]
        waves = torch.cat([level / 2, level], dim=1)
        return self.body(torch.cat([*views, level / 4, waves.sin(), waves.cos()], dim=1))


class UNet(nn.Module):
    """Small dense UNet for square images `(B, channels, size, size)`, with optional labels.

    The image is folded to half its size, then halved again; at the bottom one dense layer sees
    the whole image. There is no normalisation and no attention: on a CPU, plain 3x3 convolutions
    and matrix products cost least. 382,000 parameters at the default sizes.

    Args:
        size: side of the images, a multiple of 4 (24 and 28 for MNIST, 8 for small digits).
        channels: 1 for grey, 3 for colour.
        classes: number of labels, 0 for none. A label of -1 means "not told".
        widths: channels at half and at quarter size.
    """

    def __init__(
        self,
        size: int = 24,
        channels: int = 1,
        classes: int = 10,
        widths: tuple[int, int] = (24, 64),
    ) -> None:
        super().__init__()
        if size < 4 or size % 4:
            raise ValueError(f"size is {size}; give a multiple of 4, such as 24 or 28")
        self.shape, self.classes = (channels, size, size), classes
        half, quarter, e = *widths, 64
        self.embedding = LevelEmbedding(e)
        self.label = nn.Embedding(classes + 1, e)  # the last row is "not told"
        self.enter = _conv3(4 * channels, half)
        self.place = nn.Parameter(torch.zeros(half, size // 2, size // 2))
        self.first = Residual(half, e)
        self.down = nn.Conv2d(half, quarter, 2, stride=2)
        self.before = Residual(quarter, e)
        self.whole = GlobalView(quarter, size // 4, e)
        self.after = Residual(quarter, e)
        self.up = nn.Conv2d(quarter, 4 * half, 1)
        self.last = Residual(half, e)
        self.leave = _zero(_conv3(half, 4 * channels))

    def forward(self, x: Tensor, log_snr: Tensor, labels: Tensor | None = None) -> Tensor:
        if x.ndim != 4 or x.shape[1:] != self.shape:
            raise ValueError(f"x has shape {tuple(x.shape)}; this network takes (B, *{self.shape})")
        check_finite(x)
        if not len(x):
            return torch.zeros_like(x)  # pixel_unshuffle fails on an empty batch
        e = self.embedding(log_noise_level(x, log_snr))
        e = F.silu(e + self.label(self._label_rows(x, labels)))
        skip = self.first(self.enter(F.pixel_unshuffle(x, 2)) + self.place, e)
        h = self.after(self.whole(self.before(self.down(skip), e), e), e)
        h = self.last(F.pixel_shuffle(self.up(h), 2) + skip, e)
        return F.pixel_shuffle(self.leave(F.silu(h)), 2)

    def _label_rows(self, x: Tensor, labels: Tensor | None) -> Tensor:
        if labels is None:
            return torch.full((len(x),), self.classes, device=x.device)
        if labels.shape != (len(x),) or labels.is_floating_point():
            raise ValueError(
                f"labels are {labels.dtype} of shape {tuple(labels.shape)}; give {len(x)} integers"
            )
        if labels.device.type == "cpu" and bool(((labels < -1) | (labels >= self.classes)).any()):
            raise ValueError(f"labels must lie in -1 (not told) to {self.classes - 1}")
        return torch.where(labels < 0, self.classes, labels)


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


class Residual(nn.Module):
    """x plus two convolutions, the first scaled and shifted by the embedding `e`."""

    def __init__(self, channels: int, e: int) -> None:
        super().__init__()
        self.first = _conv3(channels, channels)
        self.modulate = _zero(nn.Linear(e, 2 * channels))
        self.second = _zero(_conv3(channels, channels))

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        scale, shift = self.modulate(e)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(F.silu(x)) * (1 + scale) + shift))


class GlobalView(nn.Module):
    """x plus a dense layer over all places at once, which convolutions would need depth for."""

    def __init__(self, channels: int, size: int, e: int, hidden: int = 256) -> None:
        super().__init__()
        self.fold, self.unfold = nn.Conv2d(channels, 8, 1), _zero(nn.Conv2d(8, channels, 1))
        self.inside = nn.Linear(8 * size**2, hidden)
        self.level = nn.Linear(e, hidden)
        self.outside = nn.Linear(hidden, 8 * size**2)

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        h = self.fold(x)
        h = F.silu(self.inside(h.flatten(1)) + self.level(e))
        h = F.silu(self.outside(h)).unflatten(1, (8, *x.shape[2:]))
        return x + self.unfold(h)


class WithLabels(nn.Module):
    """A conditional network with its labels fixed, `(B,)`: callable like any other network.

    Guidance w moves the prediction away from the unconditional one,
    (1 + w) F(x | label) - w F(x), at the noise levels sigma/alpha within `interval` only
    (Ho and Salimans 2022; Kynkaanniemi et al. 2024). It costs a second call of the network.
    """

    def __init__(
        self,
        network: nn.Module,
        labels: Tensor,
        guidance: float = 0.0,
        interval: tuple[float, float] = (0.5, 5.0),
    ) -> None:
        super().__init__()
        if not 0 <= guidance < math.inf:
            raise ValueError(f"guidance is {guidance}; give a finite number, 0 or more")
        self.network, self.labels, self.guidance = network, labels, guidance
        self.interval = interval

    def forward(self, x: Tensor, log_snr: Tensor) -> Tensor:
        told = self.network(x, log_snr, self.labels)
        s = (-0.5 * log_snr).exp()
        inside = (s >= self.interval[0]) & (s <= self.interval[1])
        if self.guidance == 0 or not bool(inside.any()):
            return told
        weight = (self.guidance * inside).to(x.dtype).reshape(-1, *[1] * (x.ndim - 1))
        return told + weight * (told - self.network(x, log_snr))


class Classifier(nn.Module):
    """Small convolutional classifier of 28x28 digits; its 64 features measure samples."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(64 * 9, 64), nn.ReLU()),
        )
        self.head = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits `(N, 10)` of images `(N, 1, 28, 28)` on the scale 0 to 1."""
        return self.head(self.features(images))


class EMA:
    """Running average of a network's parameters, whose memory grows with the training.

    After update n the average moves by 1 / (1 + fraction n) towards the parameters, so it covers
    about the last `fraction` of all steps, whatever their number (Karras et al. 2024, section 3).
    """

    def __init__(self, network: nn.Module, fraction: float = 0.05) -> None:
        if not 0 < fraction <= 1:
            raise ValueError(
                f"fraction is {fraction}; give the share of steps to average, in (0, 1]"
            )
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.fraction = fraction

    @torch.no_grad()
    def update(self, network: nn.Module, n: int) -> None:
        """Take in the parameters after step n = 1, 2, ..."""
        weight = 1 / (1 + self.fraction * n)
        for average, new in zip(self.network.parameters(), network.parameters(), strict=True):
            average.lerp_(new, weight)


def _conv3(channels_in: int, channels_out: int) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, 3, padding=1)


def _zero(layer: M) -> M:
    """The layer with zero weights: a block that starts as nothing cannot do harm."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
