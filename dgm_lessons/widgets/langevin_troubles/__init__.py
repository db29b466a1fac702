"""Langevin's troubles: modes far apart, steps of a finite size, noise of the wrong strength."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture
from .. import svg
from ..base import LessonWidget, check_within

SCENES = ("modes", "step", "noise")
LIMITS = {"distance": (0.9, 2.2), "eta": (0.002, 0.6), "c": (0.8, 3.0)}
WIDTH = 0.5  # the standard deviation of every Gaussian


class LangevinTroubles(LessonWidget):
    """Walkers that follow the slope of a log-density with noise, in three scenes.

    "modes": two equal Gaussians at -distance and distance; the mean time between switches beside
    Kramers' formula ({eq}`eq-kramers`) and the exact integral ({eq}`eq-passage`). "step": one
    Gaussian and the variance that a step eta leaves ({eq}`eq-langevin-variance`), or a Metropolis
    correction. "noise": c in place of sqrt(2), and p^(2/c^2) ({eq}`eq-langevin-tempered`).
    All Gaussians have standard deviation 0.5.

    Args:
        scene: "modes", "step" or "noise".
        distance: of either mode from the middle, from 0.9 to 2.2.
        eta: the step size in the scene "step", from 0.002 to 0.6; at 0.5 there is no rest any more.
        metropolis: whether steps are corrected, in the scene "step".
        c: the noise in the scene "noise", from 0.8 to 3.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Close",
            {"scene": "modes", "distance": 1.0},
            "A low hill: walkers switch all the time, and soon half of them are on either side.",
        ),
        (
            "Far apart",
            {"scene": "modes", "distance": 2.0},
            "Over a hundred times as long as at 1. Each mode looks perfect; the shares do not.",
        ),
        (
            "Step too small",
            {"scene": "step", "eta": 0.002},
            "They come from the left, rightly spread, but slowly.",
        ),
        ("Step right", {"scene": "step", "eta": 0.03}, "Arrived soon, and 6% too wide."),
        (
            "Step too large",
            {"scene": "step", "eta": 0.4},
            "Five times the variance, and it will not get better.",
        ),
        (
            "Corrected",
            {"scene": "step", "eta": 0.4, "metropolis": True},
            "The same step, but some are refused: the right law.",
        ),
        (
            "√η for √(2η)",
            {"scene": "noise", "c": 1.0},
            "The usual slip is c = 1: the law is p², and the smaller mode loses.",
        ),
    )

    scene = t.Enum(SCENES, "modes").tag(sync=True)
    distance = t.Float().tag(sync=True)
    eta = t.Float().tag(sync=True)
    metropolis = t.Bool().tag(sync=True)
    c = t.Float().tag(sync=True)
    limits = t.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        scene: str = "modes",
        distance: float = 1.3,
        eta: float = 0.2,
        metropolis: bool = False,
        c: float = math.sqrt(2),
    ) -> None:
        if scene not in SCENES:
            raise ValueError(f"scene must be one of {', '.join(SCENES)}, not {scene!r}")
        if not isinstance(metropolis, bool):
            raise TypeError(f"metropolis must be True or False, not {metropolis!r}")
        given = {"distance": distance, "eta": eta, "c": c}
        held = {name: check_within(name, value, LIMITS[name]) for name, value in given.items()}
        limits = {name: list(ends) for name, ends in LIMITS.items()}
        super().__init__(scene=scene, metropolis=metropolis, limits=limits, **held)

    @classmethod
    def example(cls) -> Self:
        return cls()

    def picture(self) -> str:
        """The two modes, filled, and the first walkers below the left one."""
        x = torch.linspace(-4, 4, 161, dtype=torch.float64)
        d = self.distance
        p = GaussianMixture([0.5, 0.5], [[-d], [d]], WIDTH**2).log_prob(x[:, None]).exp()
        top = 1.15 * float(p.max())
        label = (
            f"The density of two equal modes at minus and plus {self.distance:.2f}, filled, and "
            "walkers that have started in the left one as dots below it"
        )
        noise = torch.randn(60, generator=torch.Generator().manual_seed(0)).tolist()
        lift = torch.rand(60, generator=torch.Generator().manual_seed(1)).tolist()
        walkers = [
            (WIDTH * z - self.distance, 0.03 * top + 0.08 * top * u)
            for z, u in zip(noise, lift, strict=True)
        ]
        frame = svg.Axes(500, 200, (-4, 4, "x"), (0, top, "density"))
        marks = [("area", svg.BLUE, "target p"), ("dot", svg.VERMILLION, "walkers")]
        parts = [
            frame.axes(),
            frame.filled(x.tolist(), p.tolist(), svg.SKY),
            frame.curve(x.tolist(), p.tolist(), svg.BLUE),
            frame.dots(walkers, svg.VERMILLION),
            svg.legend(marks, 44, frame.height + 12),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)
