"""Digit dial: one noise, one label, and guidance from none to far too much."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Self

import torch
import traitlets as t
from torch import Tensor

from ...data import MNIST_MEAN, MNIST_STD
from ...denoisers import Denoiser
from ...evaluation import digit_times
from ...guidance import ALWAYS, INTERVAL, GuidedDenoiser
from ...samplers import DPMSolver2M, sample
from ...zoo import load, with_labels
from .. import svg
from ..base import LessonWidget, check_count, check_within
from ..digit_from_noise import packed, unet_of
from ..digit_from_noise.sampler import sampler_steps, seed_noise
from ..quantise import rounded

MOST = 25.0  # the greatest weight: by then digits fall apart
MARKS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 25.0)  # weights of the strip
EIGHT = {"seed": 7, "label": 8, "step": 18}


class DigitDial(LessonWidget):
    """A digit, told its label and guided: (1 + w) D(x_t | label) - w D(x_t), with w in hand.

    A strip shows the same noise at seven weights; above it x_t and the guess of x_0 for the weight
    of the dial. By DPM-Solver++ 2M in the browser, with the network's weights at 8 bits;
    `denoiser` is the same network in PyTorch, and `path()` its way.

    Args:
        denoiser: a `Denoiser` with a `UNet` of one channel that knows labels, on data scaled by
            `mnist_to_unit`.
        weight: w, from 0, no guidance, to 25.
        levels: "interval", guidance at noise levels sigma/alpha from 0.5 to 5, or "all".
        label: the class. seed: of the noise.
        step: of the sampler that is shown, from 0 to `calls`.
        calls: of the network, without those for guidance.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "No guidance",
            EIGHT | {"weight": 0.0, "levels": "interval"},
            "Told to draw an 8, the network draws a scrawl.",
        ),
        (
            "Enough",
            EIGHT | {"weight": 2.0, "levels": "interval"},
            "The same noise, and a thin 8.",
        ),
        (
            "Too far",
            EIGHT | {"weight": 25.0, "levels": "interval"},
            "The 8 has become a blot of ink.",
        ),
        (
            "Too far, a 3",
            EIGHT | {"weight": 25.0, "levels": "all", "label": 3},
            "Nothing is left of a digit: the sampler has run away.",
        ),
    )

    weights = t.Bytes().tag(sync=True)
    tensors: t.List = t.List().tag(sync=True)
    steps: t.List = t.List().tag(sync=True)
    side = t.Int().tag(sync=True)
    classes = t.Int().tag(sync=True)
    grey: t.List = t.List().tag(sync=True)
    spread = t.Float().tag(sync=True)
    interval: t.List = t.List().tag(sync=True)
    marks: t.List = t.List().tag(sync=True)
    stored = t.Unicode().tag(sync=True)
    stored_of: t.List = t.List().tag(sync=True)
    weight = t.Float().tag(sync=True)
    levels = t.Enum(("interval", "all"), "interval").tag(sync=True)
    label = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)
    step = t.Int().tag(sync=True)

    def __init__(
        self,
        denoiser: Denoiser,
        *,
        weight: float = 2.0,
        levels: str = "interval",
        label: int = 8,
        seed: int = 7,
        step: int = 11,
        calls: int = 18,
    ) -> None:
        network = unet_of(denoiser)
        if not network.classes:
            raise ValueError("guidance needs a network that was trained with labels")
        if levels not in ("interval", "all"):
            raise ValueError(f"levels must be 'interval' or 'all', not {levels!r}")
        weights, layout = packed(network)
        self.denoiser = Denoiser(rounded(network).eval(), denoiser.process, denoiser.predicts)
        self._strip: tuple[object, Tensor] = (None, torch.empty(0))
        super().__init__(
            weights=weights,
            tensors=[list(entry) for entry in layout],
            steps=sampler_steps(denoiser, check_count(calls, 2, 100, "calls")),
            side=network.shape[-1],
            classes=network.classes,
            grey=[MNIST_MEAN, MNIST_STD],
            spread=float(denoiser.process.prior_std),
            interval=list(INTERVAL),
            marks=list(MARKS),
            weight=check_within("weight", weight, (0, MOST)),
            levels=levels,
            label=check_count(label, 0, network.classes - 1, "label"),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            step=check_count(step, 0, calls, "step"),
        )
        images = torch.stack([*self.strip(), *self.moment()])
        self.stored = base64.b64encode(bytes(_shades(images, 255))).decode()
        self.stored_of = [self.weight, self.levels, self.label, self.seed, self.step]
        if network.classes < 10 or calls != EIGHT["step"]:
            self.presets = []  # they speak of digits, finished ones

    @classmethod
    def example(cls) -> Self:
        return cls(load("mnist-conditional"))

    def guided(self, weight: float | None = None) -> GuidedDenoiser:
        """The denoiser of the label, guided with this weight or with that of the dial."""
        told = with_labels(self.denoiser, torch.tensor([self.label]))
        interval = INTERVAL if self.levels == "interval" else ALWAYS
        return GuidedDenoiser(
            told, self.denoiser, self.weight if weight is None else weight, interval
        )

    def path(self, weight: float | None = None) -> Tensor:
        """x_t from noise to digit by PyTorch, with the page's weights: (calls + 1, 1, side, side).

        With the dial's noise, label and levels, and its weight where none is given.
        """
        noise = seed_noise(self.seed, self.side**2).float().reshape(1, 1, self.side, self.side)
        times = digit_times(self.denoiser.process, len(self.steps))
        return sample(self.guided(weight), self.spread * noise, times, DPMSolver2M(), path=True)[
            :, 0
        ]

    def strip(self) -> Tensor:
        """The finished digits (7, 1, side, side) at the seven weights."""
        key = (self.seed, self.label, self.levels)
        if self._strip[0] != key:
            self._strip = key, torch.stack([self.path(mark)[-1] for mark in MARKS])
        return self._strip[1]

    @torch.no_grad()
    def moment(self) -> tuple[Tensor, Tensor]:
        """x_t at the dial's step, and the guess of x_0 from it, each (1, side, side)."""
        x = self.path()[self.step]
        if self.step == len(self.steps):
            return x, x
        t = float(digit_times(self.denoiser.process, len(self.steps))[self.step])
        return x, self.guided()(x[None], t)[0]

    def picture(self) -> str:
        """The same noise at seven weights."""
        width, gap = 80.0, 10.0
        places = [i * (width + gap) for i in range(len(MARKS))]
        shades = [torch.tensor(_shades(digit, 3)).view(-1, self.side) for digit in self.strip()]
        parts = [
            svg.greys(rows.tolist(), left, width / self.side)
            for rows, left in zip(shades, places, strict=True)
        ]
        parts += [
            svg.text(f"w = {mark:g}", left + width / 2, width + 18)
            for mark, left in zip(MARKS, places, strict=True)
        ]
        where = "0.5 to 5" if self.levels == "interval" else "all"
        label = (
            f"The digit {self.label} from one noise, with guidance of weight w = "
            f"{', '.join(f'{mark:g}' for mark in MARKS)} at noise levels {where}, from left to "
            "right; at the greatest weights it falls apart"
        )
        return svg.picture(places[-1] + width, width + 24, label, parts)


def _shades(x: Tensor, darkest: int) -> list[int]:
    pixels = (x.flatten() * MNIST_STD + MNIST_MEAN).clamp(0, 1)
    return (pixels * darkest).round().int().tolist()
