"""A digit from noise: a small trained UNet runs in the reader's browser, with no kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t
from torch import Tensor

from ...data import MNIST_MEAN, MNIST_STD
from ...denoisers import Denoiser
from ...evaluation import digit_times
from ...networks import UNet, WithLabels
from ...samplers import DPMSolver2M, sample
from ...zoo import load, with_labels
from .. import svg
from ..base import LessonWidget, check_count
from ..quantise import Layout, pack, rounded
from .sampler import sampler_steps, seed_noise

MOST_BYTES = 650_000  # with base64's third on top, a notebook of more would pass 1 MB


class DigitFromNoise(LessonWidget):
    """Noise, or a drawing under noise, becomes a digit in the browser, step by step.

    By DPM-Solver++ 2M on the probability-flow ODE, from pure noise or from any step on.

    The network's weights go to the page at 8 bits; `denoiser` is the same network with those
    weights in PyTorch, and `path()` its way from the same noise.

    Args:
        denoiser: a `Denoiser` with a `UNet` of one channel, on data scaled by `mnist_to_unit`.
        seed: of the noise; the page and `seed_noise` draw the same numbers from it.
        label: the class to begin with, -1 for any; by default 3, where the network knows it.
        guided: whether guidance is on at the start.
        guidance: its weight; it costs a second call at noise levels 0.5 to 5.
        calls: of the network, without those for guidance.
        noise: x_T `(1, side, side)` to begin with instead of the seed's.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        ("A 5 instead", {"label": 5}, "The same noise, told that it is a 5."),
        ("Any digit", {"label": -1}, "Told nothing: the noise decides."),
        ("No guidance", {"guided": False}, "Fewer calls, and a little less care for the label."),
    )

    weights = t.Bytes().tag(sync=True)
    tensors: t.List = t.List().tag(sync=True)
    steps: t.List = t.List().tag(sync=True)
    side = t.Int().tag(sync=True)
    classes = t.Int().tag(sync=True)
    grey: t.List = t.List().tag(sync=True)
    spread = t.Float().tag(sync=True)
    guidance = t.Float().tag(sync=True)
    noise: t.List = t.List().tag(sync=True)
    stored: t.List = t.List().tag(sync=True)
    seed = t.Int().tag(sync=True)
    label = t.Int().tag(sync=True)
    guided = t.Bool().tag(sync=True)

    def __init__(
        self,
        denoiser: Denoiser,
        *,
        seed: int = 7,
        label: int | None = None,
        guided: bool = True,
        guidance: float = 0.7,
        calls: int = 18,
        noise: Tensor | None = None,
    ) -> None:
        network = unet_of(denoiser)
        side = network.shape[-1]
        label = min(3, network.classes - 1) if label is None else label
        if not 0 <= guidance <= 10:
            raise ValueError(f"guidance must be a number from 0 to 10, not {guidance}")
        weights, layout = packed(network)
        self.denoiser = Denoiser(rounded(network).eval(), denoiser.process, denoiser.predicts)
        super().__init__(
            weights=weights,
            tensors=[list(entry) for entry in layout],
            steps=sampler_steps(denoiser, check_count(calls, 2, 100, "calls")),
            side=side,
            classes=network.classes,
            grey=[MNIST_MEAN, MNIST_STD],
            spread=float(denoiser.process.prior_std),
            guidance=float(guidance),
            noise=_noise_list(noise, side),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            label=check_count(label, -1, network.classes - 1, "label"),
            guided=bool(guided),
        )
        self.stored = self._shades(self.path()[-1], 255)

    @classmethod
    def example(cls) -> Self:
        return cls(load("mnist-conditional"), seed=7, label=3)

    def path(self) -> Tensor:
        """x_t from noise to digit by PyTorch, with the page's weights: (calls + 1, 1, side, side).

        From `noise` where it is given, else from the noise of `seed`; `label` and `guided` as the
        reader left them.
        """
        side = self.side
        noise = torch.tensor(self.noise) if self.noise else seed_noise(self.seed, side * side)
        strength = self.guidance if self.guided else 0.0
        label = torch.tensor([self.label])
        denoiser = self.denoiser if self.label < 0 else with_labels(self.denoiser, label, strength)
        x = self.spread * noise.float().reshape(1, 1, side, side)
        times = digit_times(denoiser.process, len(self.steps))
        return sample(denoiser, x, times, DPMSolver2M(), path=True)[:, 0]

    def picture(self) -> str:
        """Five moments on the way from noise to a digit, the last one finished."""
        width, gap = 100.0, 12.0
        path = self.path()
        moments = [round(q * len(self.steps)) for q in (0, 0.45, 0.6, 0.75, 1)]
        shades = [
            torch.tensor(self._shades(path[i], 3)).unflatten(0, (-1, self.side)) for i in moments
        ]
        tiles = [
            svg.greys(rows.tolist(), j * (width + gap), width / self.side)
            for j, rows in enumerate(shades)
        ]
        kind = f"the digit {self.label}" if self.label >= 0 else "a digit"
        label = (
            f"From left to right noise becomes {kind}: after "
            f"{', '.join(map(str, moments))} of {len(self.steps)} steps of the sampler"
        )
        calls = len(self.steps)
        names = [
            svg.text(f"after {i} steps" if i < calls else "the digit", left + width / 2, 118)
            for left, i in zip((j * (width + gap) for j in range(5)), moments, strict=True)
        ]
        return svg.picture(len(tiles) * (width + gap) - gap, width + 24, label, [*tiles, *names])

    def _shades(self, x: Tensor, darkest: int) -> list[int]:
        pixels = (x.flatten() * MNIST_STD + MNIST_MEAN).clamp(0, 1)
        return (pixels * darkest).round().int().tolist()


def packed(network: UNet) -> tuple[bytes, Layout]:
    """Bytes and layout of a network at 8 bits; `ValueError` for more than a page can carry."""
    weights, layout = pack(network)
    if len(weights) > MOST_BYTES:
        raise ValueError(
            f"the network takes {len(weights)} bytes at 8 bits, above {MOST_BYTES}; a page "
            "can carry it with fewer `widths`"
        )
    return weights, layout


def unet_of(denoiser: Denoiser) -> UNet:
    """The network that the page will run; `ValueError` unless it is a grey UNet without labels."""
    network = getattr(denoiser, "network", None)
    if isinstance(network, WithLabels):
        raise ValueError("the reader chooses the label: give the denoiser without its labels")
    if not isinstance(denoiser, Denoiser) or not isinstance(network, UNet):
        kind = type(denoiser if network is None else network).__name__
        raise ValueError(f"give a Denoiser whose network is a UNet, not {kind}")
    if network.shape[0] != 1:
        raise ValueError(f"this page draws grey images; the UNet has {network.shape[0]} channels")
    return network


def _noise_list(noise: Tensor | None, side: int) -> list[float]:
    if noise is None:
        return []
    if tuple(noise.shape) != (1, side, side) or not bool(torch.isfinite(noise).all()):
        raise ValueError(
            f"noise has shape {tuple(noise.shape)}; "
            f"give finite numbers of shape (1, {side}, {side})"
        )
    return noise.flatten().tolist()
