"""Energy landscape: an energy shaped by hand, the density that it gives, and walkers on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import traitlets as t
from torch import Tensor

from .. import svg
from ..base import LessonWidget, check_within

PLACES = (-3, -2, -1, 0, 1, 2, 3)
START = (4.5, 1.0, 3.4, 1.6, 3.4, 0.8, 4.5)
HEIGHTS, SHIFTS, TEMPERATURES = (0.0, 6.0), (-2.0, 2.0), (0.3, 4.0)
WALL = 20  # as in maths/energy.js


class EnergyLandscape(LessonWidget):
    """An energy on the line through seven points that the reader drags; p = exp(-E/T)/Z below it.

    The density is normalised anew at every move, by quadrature in the browser, and the mass of
    three regions is printed. 400 walkers take Langevin steps on the energy, with or without noise;
    their distance from p stands beside that of as many exact samples. One more never has noise.

    Args:
        heights: energies at x = -3, -2, ..., 3, each from 0 to 6; between them lies a natural
            cubic spline, beyond them a wall.
        shift: a constant added to all energies, from -2 to 2.
        temperature: T, from 0.3 to 4.
        noise: "on" or "off", in the walkers' steps.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Deepen the middle",
            {"heights": [4.5, 1.0, 3.4, 0.2, 3.4, 0.8, 4.5]},
            "Only the middle was touched. Left and right have lost mass to it.",
        ),
        (
            "Add a constant",
            {"shift": 2.0},
            "All energies are 2 higher, log Z is 2 lower, and no probability has changed.",
        ),
        ("Hot", {"temperature": 4.0}, "Differences of energy count for less: the hills fill up."),
        ("Cold", {"temperature": 0.3}, "The deepest valley takes most of the mass."),
        (
            "No noise",
            {"noise": "off"},
            "Press Reset, then Play: the walkers roll to the bottom of their valley and stay.",
        ),
    )

    heights: t.List = t.List().tag(sync=True)
    shift = t.Float().tag(sync=True)
    temperature = t.Float().tag(sync=True)
    noise = t.Enum(("on", "off"), "on").tag(sync=True)

    def __init__(
        self,
        heights: Sequence[float] = START,
        *,
        shift: float = 0.0,
        temperature: float = 1.0,
        noise: str = "on",
    ) -> None:
        if len(heights) != len(PLACES):
            raise ValueError(f"heights must be {len(PLACES)} energies, not {len(heights)}")
        if noise not in ("on", "off"):
            raise ValueError(f"noise must be 'on' or 'off', not {noise!r}")
        super().__init__(
            heights=[check_within("every height", height, HEIGHTS) for height in heights],
            shift=check_within("shift", shift, SHIFTS),
            temperature=check_within("temperature", temperature, TEMPERATURES),
            noise=noise,
        )

    @classmethod
    def example(cls) -> Self:
        return cls()

    def energy(self, x: Tensor) -> Tensor:
        """E at points `(n,)`, as the reader has shaped it, with the constant."""
        return spline(torch.tensor(self.heights, dtype=torch.float64), x) + self.shift

    def picture(self) -> str:
        """The energy above the density."""
        x = torch.linspace(-3.6, 3.6, 181, dtype=torch.float64)
        energy = self.energy(x)
        density = (-energy / self.temperature).softmax(0) / (x[1] - x[0])
        top = 1.1 * float(density.max())
        above = svg.Axes(500, 150, (-3.6, 3.6, ""), (-2.5, 8.5, "energy E"))
        below = svg.Axes(500, 120, (-3.6, 3.6, "x"), (0, top, "density"), top=above.height + 8)
        label = (
            "An energy curve with three valleys, and below it the density exp(-E/T)/Z, which is "
            "high where the energy is low"
        )
        xs, es, ps = x.tolist(), energy.tolist(), density.tolist()
        places = [(float(k), self.heights[i] + self.shift) for i, k in enumerate(PLACES)]
        marks = [("line", svg.GREY, "energy"), ("area", svg.BLUE, "density")]
        height = above.height + 8 + below.height
        parts = [
            above.axes(),
            above.curve(xs, es, svg.GREY, 2.4),
            above.dots(places, svg.VERMILLION, 9),
            below.axes(),
            below.filled(xs, ps, svg.SKY),
            below.curve(xs, ps, svg.BLUE),
            svg.legend(marks, 44, height + 12),
        ]
        return svg.picture(above.width, height + 20, label, parts)


def spline(heights: Tensor, x: Tensor) -> Tensor:
    """The natural cubic spline through the heights at `PLACES`, and a wall outside."""
    n = len(heights)
    system = torch.eye(n, dtype=x.dtype)
    for k in range(1, n - 1):
        system[k, k - 1 : k + 2] = torch.tensor([1.0, 4.0, 1.0], dtype=x.dtype)
    second = torch.zeros(n, dtype=x.dtype)
    second[1:-1] = 6 * (heights[2:] - 2 * heights[1:-1] + heights[:-2])
    bend = torch.linalg.solve(system, second)
    at = x.clamp(PLACES[0], PLACES[-1])
    i = (at - PLACES[0]).floor().long().clamp(0, n - 2)
    u = at - PLACES[0] - i
    v, out = 1 - u, x - at
    value = v * heights[i] + u * heights[i + 1]
    value = value + ((v**3 - v) * bend[i] + (u**3 - u) * bend[i + 1]) / 6
    slope = heights[i + 1] - heights[i]
    slope = slope + ((1 - 3 * v**2) * bend[i] + (3 * u**2 - 1) * bend[i + 1]) / 6
    return value + slope * out + WALL * out**2
