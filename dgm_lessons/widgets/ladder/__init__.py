"""The ladder: annealed Langevin from much noise down to little, level by level."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture
from .. import svg
from ..base import LessonWidget, check_count, check_within

SCENES = ("modes", "one")
LEVELS, STEPS = (2, 20), (1, 300)
LIMITS = {"top": (0.5, 20.0), "bottom": (0.05, 0.5), "ratio": (0.005, 2.2)}


USUAL = {"levels": 10, "top": 10.0, "bottom": 0.1, "steps": 20, "ratio": 0.1, "last": True}
TWO = {"levels": 2, "top": 0.6, "bottom": 0.3, "steps": 100, "ratio": 0.05, "last": True}


class Ladder(LessonWidget):
    """Walkers that take Langevin steps at each noise level in turn and are handed down.

    Each row is a level: the exact law p_sigma, filled, and the walkers as they leave it. They
    start from N(0, top^2); the step size at a level is ratio sigma^2 ({eq}`eq-ald-step`).

    Args:
        scene: "modes", 0.3 N(-8, 0.5^2) + 0.7 N(8, 0.5^2), or "one", N(0, 0.1^2).
        levels: how many, from 2 to 20; the ladder is geometric.
        top, bottom: the largest and the smallest noise, from 0.5 to 20 and from 0.05 to 0.5.
        steps: at each level, K, from 1 to 300.
        ratio: step size over noise variance, delta / sigma_1^2, from 0.005 to 2.2.
        last: whether steps are taken at the last level too.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Three steps",
            {"scene": "modes", **USUAL, "steps": 3},
            "30 calls: the walkers are strewn, and far too many of them are on the left.",
        ),
        (
            "A hundred",
            {"scene": "modes", **USUAL, "steps": 100},
            "1000 calls: the modes are sharp, and the weights come near.",
        ),
        (
            "Top too low",
            {"scene": "modes", **USUAL, "top": 1.0, "steps": 100},
            "At no level can anyone cross: the start decides, and it knows nothing of the weights.",
        ),
        (
            "Too far apart",
            {"scene": "modes", **USUAL, "levels": 2, "steps": 100},
            "From 10 straight to 0.1: the small steps do not bring the walkers home.",
        ),
        (
            "Last level left out",
            {"scene": "one", **TWO, "last": False},
            "The walkers follow the law of the level above: twice as wide as they should be.",
        ),
        (
            "Step too large",
            {"scene": "one", **TWO, "ratio": 1.6},
            "Every step overshoots: at each level the walkers are about twice too wide.",
        ),
    )

    scene = t.Enum(SCENES, "modes").tag(sync=True)
    levels = t.Int().tag(sync=True)
    top = t.Float().tag(sync=True)
    bottom = t.Float().tag(sync=True)
    steps = t.Int().tag(sync=True)
    ratio = t.Float().tag(sync=True)
    last = t.Bool().tag(sync=True)
    limits = t.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        scene: str = "modes",
        levels: int = 10,
        top: float = 10.0,
        bottom: float = 0.1,
        steps: int = 20,
        ratio: float = 0.1,
        last: bool = True,
    ) -> None:
        if scene not in SCENES:
            raise ValueError(f"scene must be one of {', '.join(SCENES)}, not {scene!r}")
        if not isinstance(last, bool):
            raise TypeError(f"last must be True or False, not {last!r}")
        given = {"top": top, "bottom": bottom, "ratio": ratio}
        held = {name: check_within(name, value, LIMITS[name]) for name, value in given.items()}
        limits = {name: list(ends) for name, ends in LIMITS.items()}
        limits |= {"levels": list(LEVELS), "steps": list(STEPS)}
        super().__init__(
            scene=scene,
            levels=check_count(levels, *LEVELS, "levels"),
            steps=check_count(steps, *STEPS, "steps"),
            last=last,
            limits=limits,
            **held,
        )

    @classmethod
    def example(cls) -> Self:
        return cls()

    @property
    def mixture(self) -> GaussianMixture:
        """The law of the data of this scene."""
        if self.scene == "one":
            return GaussianMixture([1.0], [[0.0]], 0.1**2)
        return GaussianMixture([0.3, 0.7], [[-8.0], [8.0]], 0.5**2)

    @property
    def sigmas(self) -> list[float]:
        """The noise levels, decreasing."""
        fall = self.bottom / self.top
        return [self.top * fall ** (k / (self.levels - 1)) for k in range(self.levels)]

    def picture(self) -> str:
        """The exact laws at all levels, the noisiest at the top."""
        reach = 10 + 2 * self.top if self.scene == "modes" else 3.5 * math.hypot(0.1, self.top)
        x = torch.linspace(-reach, reach, 121, dtype=torch.float64)
        frame = svg.Axes(500, 300, (-reach, reach, "x"), (0, self.levels, ""))
        label = f"The exact densities at {self.levels} noise levels, from {self.top:g} at the top "
        label += f"to {self.bottom:g} at the bottom, one above the other"
        parts = [frame.axes()]
        for row, sigma in enumerate(self.sigmas):
            p = self.mixture.diffuse(1.0, sigma).log_prob(x[:, None]).exp()
            foot = self.levels - 1 - row
            ridge = (foot + 0.85 * p / p.max()).tolist()
            parts.append(frame.curve(x.tolist(), ridge, svg.BLUE, 1.5))
            at = frame.place(-reach, foot + 0.25)
            parts.append(svg.text(f"\u03c3 = {sigma:.2g}", at[0] + 4, at[1], "start", 10))
        parts.append(
            svg.legend([("line", svg.BLUE, "p at each noise level")], 44, frame.height + 12)
        )
        return svg.picture(frame.width, frame.height + 20, label, parts)
