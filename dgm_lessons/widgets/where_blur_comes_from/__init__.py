"""Where blur comes from: the noise of the encoder, and what the best decoder makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...data import small_digits
from ...mixtures import GaussianMixture, ring
from .. import svg
from ..base import MixtureWidget, check_count, mixture_state

NOISE = (0.02, 3.0)  # the least and the most encoder noise, in standard deviations of the data


class WhereBlurComesFrom(MixtureWidget):
    """Data, their codes z = x + tau eps, and the best decoder's points E[x | z].

    E[x | z] is the mixture's posterior mean, in closed form. As tau grows, codes of different modes
    overlap, and the decoded points go from the modes to their average.

    Args:
        mixture: a `GaussianMixture` in 2-D: the data's law.
        tau: the encoder's noise at the start, from 0.02 to 3 standard deviations of the data.
        code: the code that is followed, (x, y).
        n: number of points, 1 to 5000; `seed` chooses them.

    Up to ten modes each get a real digit of 8 x 8 pixels (scikit-learn's), so that the average that
    a code decodes to is seen as a picture, too.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Sharp codes",
            {"tau": 0.08, "code": [0.0, 2.0]},
            "The code can come from one mode only: its answer is that mode's, and a clean digit.",
        ),
        (
            "Between two",
            {"tau": 0.5, "code": [0.75, 1.8]},
            "Two modes can be behind this code. The answer lies between them, where no datum lies: "
            "two digits upon each other.",
        ),
        (
            "Nothing left",
            {"tau": 4.0, "code": [0.75, 1.8]},
            "Every code could come from everywhere: all decode to nearly one point, a grey smear.",
        ),
    )

    limits = t.Dict().tag(sync=True)
    tau = t.Float().tag(sync=True)
    code: t.List = t.List().tag(sync=True)
    digits: t.List = t.List().tag(sync=True)
    n = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        tau: float | None = None,
        code: Sequence[float] = (0.0, 0.0),
        n: int = 600,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        stds = torch.linalg.eigvalsh(mixture.covariances)[:, -1].sqrt()
        half = 1.1 * float((mixture.means.abs().amax(1) + 3 * stds).max())
        std = _standard_deviation(mixture)
        low, high = (share * std for share in NOISE)
        tau = 0.25 * std if tau is None else float(tau)
        if not low <= tau <= high:
            raise ValueError(f"tau must lie in [{low:.3f}, {high:.3f}] for this mixture, not {tau}")
        edge = half * math.hypot(1, tau / std)
        if len(code) != 2 or not all(abs(value) <= edge for value in code):
            raise ValueError(f"code must be two numbers in [{-edge:.3f}, {edge:.3f}], not {code}")
        super().__init__(
            **state,
            tau=tau,
            code=[float(value) for value in code],
            digits=_digits(len(state["weights"])),
            limits={"half": half, "std": std, "tau": [low, high]},
            n=check_count(n, 1, 5000, "n"),
            seed=check_count(seed, 0, 2**32 - 1, "seed"),
        )
        if state != mixture_state(ring(8), dim=2):
            self.presets = []  # they speak of that ring

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8), tau=0.4, code=(0.75, 1.75))

    def picture(self) -> str:
        """Data, codes and decoded codes beside each other."""
        half = self.limits["half"]
        generator = torch.Generator().manual_seed(self.seed)
        x = self.mixture.sample(min(self.n, 250), generator)
        z = x + self.tau * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        wide = half * math.hypot(1, self.tau / self.limits["std"])
        decoded = self.mixture.seen(z, 1.0, self.tau).mean
        panels = [
            ("data x", x, half, svg.BLUE),
            ("codes z", z, wide, svg.GREY),
            ("decoded E[x|z]", decoded, half, svg.VERMILLION),
        ]
        parts = []
        for i, (name, cloud, reach, colour) in enumerate(panels):
            sides = (-reach, reach, "x1"), (-reach, reach, "x2")
            frame = svg.Axes(150, 150, *sides, left=i * 205, top=16)
            points = [(a, b) for a, b in cloud.tolist()]
            title = svg.text(name, frame.box[0] + 75, 12)
            parts += [title, frame.axes(), frame.dots(points, colour, 3)]
        label = (
            f"Three clouds of points: data from {len(self.weights)} modes, their codes with noise "
            f"of standard deviation {self.tau:.2f}, and the average datum for each code"
        )
        return svg.picture(3 * 205, frame.height, label, parts)


def _digits(count: int) -> list[str]:
    """For mode 1 a small digit 1, and so on, a letter a pixel; none for more than ten modes."""
    if count > 10:
        return []
    pictures, labels = small_digits()
    firsts = (pictures[labels == k % 10][0].flatten().tolist() for k in range(1, count + 1))
    return ["".join(chr(65 + value) for value in values) for values in firsts]


def _standard_deviation(mixture: GaussianMixture) -> float:
    """Of one coordinate, averaged over the two."""
    mean = mixture.weights @ mixture.means
    own = mixture.covariances.diagonal(dim1=1, dim2=2).sum(1)
    away = ((mixture.means - mean) ** 2).sum(1)
    return math.sqrt(float(mixture.weights @ (own + away)) / 2)
