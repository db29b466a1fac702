"""From steps to SDE: one chain with ever more and finer steps, driven by one Brownian path."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...processes import VP
from .. import svg
from ..base import LessonWidget, check_count, check_within

CHAINS = ("ddpm", "ncsn", "brownian")
LEVELS, ZOOMS, TIMES = (3, 10), (0, 7), (0.05, 1.0)


class StepsToSde(LessonWidget):
    """A noising chain on [0, 1] that is refined, and the Brownian path that drives it.

    All numbers of steps use the same Brownian path: a finer one puts new points between the old
    (a Brownian bridge). The chain's path and law come close to those of the SDE
    ({eq}`eq-steps-sde`), the quadratic variation to 1, and the difference quotient grows
    ({eq}`eq-steps-variation`, {eq}`eq-steps-quotient`).

    Args:
        chain: "ddpm" (beta(t) from 0.1 to 8), "ncsn" (sigma(t) from 0.1 to 2.5) or "brownian".
        level: the chain takes 2^level steps; from 3 to 10.
        zoom: the window is 2^zoom times narrower than [0, 1]; from 0 to 7.
        centre: the time that is looked at, from 0.05 to 1.
        seed: which path; from 0 to 999.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Eight steps",
            {"chain": "ddpm", "level": 3, "zoom": 0, "centre": 0.5, "seed": 1},
            "Large steps forget too much: path and law are not those of the limit.",
        ),
        (
            "The same noise, finer",
            {"chain": "ddpm", "level": 10, "zoom": 0, "centre": 0.5, "seed": 1},
            "A thousand steps: the chain lies on the path of the limit, and its law stays put.",
        ),
        (
            "Look closer",
            {"chain": "ddpm", "level": 10, "zoom": 6, "centre": 0.5, "seed": 1},
            "64 times closer, the limit is as rough as before; the chain is straight pieces again.",
        ),
        (
            "NCSN",
            {"chain": "ncsn", "level": 3, "zoom": 0, "centre": 0.5, "seed": 1},
            "With eight levels the law is already exact: only the path in between is coarse.",
        ),
    )

    chain = t.Enum(CHAINS, "ddpm").tag(sync=True)
    level = t.Int().tag(sync=True)
    zoom = t.Int().tag(sync=True)
    centre = t.Float().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        *,
        chain: str = "ddpm",
        level: int = 3,
        zoom: int = 0,
        centre: float = 0.5,
        seed: int = 1,
    ) -> None:
        if chain not in CHAINS:
            raise ValueError(f"chain must be one of {', '.join(CHAINS)}, not {chain!r}")
        super().__init__(
            chain=chain,
            level=check_count(level, *LEVELS, "level"),
            zoom=check_count(zoom, *ZOOMS, "zoom"),
            centre=check_within("centre", centre, TIMES),
            seed=check_count(seed, 0, 999, "seed"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls()

    def picture(self) -> str:
        """A DDPM chain of 8 and of 512 steps, driven by one Brownian path."""
        generator = torch.Generator().manual_seed(self.seed)
        noise = torch.randn(512, generator=generator, dtype=torch.float64) / math.sqrt(512)
        frame = svg.Axes(500, 200, (0, 1, "time t"), (-3, 3, "x"))
        label = (
            "Two paths over time with the same noise: one of 8 long straight steps, and one of "
            "512 short steps that is rough everywhere"
        )
        lines = [(512, svg.GREY, 1.2), (8, svg.VERMILLION, 2.2)]
        marks = [("line", svg.VERMILLION, "8 steps"), ("line", svg.GREY, "512 steps")]
        paths = [
            frame.curve(*_ddpm(noise.reshape(L, -1).sum(1)), colour, width)
            for L, colour, width in lines
        ]
        key = svg.legend(marks, 44, frame.height + 12)
        return svg.picture(frame.width, frame.height + 20, label, [frame.axes(), *paths, key])


def _ddpm(increments: torch.Tensor) -> tuple[list[float], list[float]]:
    """Times and places of the DDPM chain from 1.5, driven by L increments of w."""
    L, x = len(increments), [1.5]
    rate = VP(0.1, 8.0)
    for i, dw in enumerate(increments.tolist()):
        beta = -2 * float(rate.f((i + 0.5) / L))
        x.append(math.sqrt(1 - beta / L) * x[-1] + math.sqrt(beta) * dw)
    return [i / L for i in range(L + 1)], x
