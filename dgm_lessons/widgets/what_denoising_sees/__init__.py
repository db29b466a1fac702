"""What denoising sees: arrows from noisy points to clean ones, their average, the exact score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, two_moons_like
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state

SIGMAS = (0.05, 1.5)
EDGE = 0.94  # the farthest the probe goes, in half windows
CROWDS = ("endless", "twenty")


class WhatDenoisingSees(MixtureWidget):
    """Every noisy point has an arrow to its own clean point; a disc shows what they say together.

    Denoising score matching is a regression on these arrows, divided by sigma^2. At the disc the
    single arrows, their average with its standard error and sigma^2 times the exact score are
    seen, and the variance of the target in the disc ({eq}`eq-dsm-constant`) beside its closed form.

    Args:
        mixture: a `GaussianMixture` in 2-D: the law of the clean points.
        sigma: the noise at the start, from 0.05 to 1.5.
        probe: where the disc stands, as fractions from -0.94 to 0.94 of the half window.
        crowd: "endless" data, or "twenty" points of it, whose noisy law is a kernel density.
        seed: of the random numbers.
    """

    _folder = Path(__file__).parent
    WORDS = ("score", "kernel density")
    PRESETS = (
        (
            "One answer",
            {"sigma": 0.1, "probe": [-0.25, 0.65], "crowd": "endless"},
            "Little noise: the arrows are short, and lead to the nearest part of the data.",
        ),
        (
            "Contradiction",
            {"sigma": 0.5, "probe": [0.0, 0.0], "crowd": "endless"},
            "Half-way between the moons the arrows lead to both. Together they say: stay.",
        ),
        (
            "Much noise",
            {"sigma": 1.5, "probe": [0.6, 0.6], "crowd": "endless"},
            "Each arrow leads somewhere else; their average leads to the middle of all data.",
        ),
        (
            "Twenty points",
            {"sigma": 0.1, "probe": [-0.25, 0.65], "crowd": "twenty"},
            "Every arrow ends at one of twenty points, most of them at the nearest.",
        ),
        (
            "Nobody there",
            {"sigma": 0.1, "probe": [0.8, 0.8], "crowd": "endless"},
            "No noisy point comes here: a network hears nothing of this place.",
        ),
    )

    sigma = t.Float().tag(sync=True)
    probe: t.List = t.List().tag(sync=True)
    crowd = t.Enum(CROWDS, "endless").tag(sync=True)
    seed = t.Int().tag(sync=True)
    window: t.List = t.List().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        sigma: float = 0.5,
        probe: Sequence[float] = (0.14, 0.46),
        crowd: str = "endless",
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        spread = 3 * mixture.covariances.diagonal(dim1=1, dim2=2).sqrt()
        reach = (mixture.means.abs() + spread).max(0).values
        if not 0.5 <= float(reach.max()) <= 20:
            raise ValueError("scale the mixture to a std of about 1: the noise goes up to 1.5")
        if crowd not in CROWDS:
            raise ValueError(f"crowd must be one of {', '.join(CROWDS)}, not {crowd!r}")
        place = [float(value) for value in probe]
        if not (len(place) == 2 and all(abs(value) <= EDGE for value in place)):
            raise ValueError(f"probe must be two numbers from -{EDGE} to {EDGE}, not {place}")
        super().__init__(
            **state,
            sigma=check_within("sigma", sigma, SIGMAS),
            probe=place,
            crowd=crowd,
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            window=[float(reach[0]) + 0.6, float(reach[1]) + 0.6],
        )

    @classmethod
    def example(cls) -> Self:
        return cls(two_moons_like())

    def picture(self) -> str:
        """60 noisy points with their arrows, and at the disc sigma^2 times the exact score."""
        wide, high = self.window
        frame = svg.Axes(460, 460 * high / wide, (-wide, wide, "x1"), (-high, high, "x2"))
        g = torch.Generator().manual_seed(self.seed)
        clean = self.mixture.sample(60, g, torch.float64)
        noisy = clean + self.sigma * torch.randn(60, 2, generator=g, dtype=torch.float64)
        inside = (noisy.abs() < torch.tensor(self.window)).all(1)
        ends = zip(noisy[inside].tolist(), clean[inside].tolist(), strict=True)
        x = torch.tensor([[self.probe[0] * wide, self.probe[1] * high]], dtype=torch.float64)
        mean = self.mixture.seen(x, 1.0, self.sigma).mean
        (start,), (end,) = x.tolist(), mean.tolist()
        marks = [
            ("dot", svg.VERMILLION, "noisy points, arrows to their clean ones"),
            ("line", svg.BLUE, "the average arrow at one place"),
        ]
        label = (
            f"Noisy points at sigma = {self.sigma:.2f}, each with an arrow to its clean point; the "
            f"average arrow at ({start[0]:.2f}, {start[1]:.2f}) leads to "
            f"({end[0]:.2f}, {end[1]:.2f})"
        )
        parts = [
            svg.strokes("".join(_arrow(frame, *pair) for pair in ends), svg.GREY, 1, 0.6),
            frame.dots([(a, b) for a, b in noisy[inside].tolist()], svg.VERMILLION),
            svg.strokes(_arrow(frame, start, end), svg.BLUE, 3),
            frame.axes(),
            svg.legend(marks, 44, frame.height + 12, 270),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)


def _arrow(frame: svg.Axes, start: Sequence[float], end: Sequence[float]) -> str:
    (x, y), (u, v) = frame.place(*start), frame.place(*end)
    return svg.arrow(x, y, u - x, v - y) if math.hypot(u - x, v - y) > 1 else ""
