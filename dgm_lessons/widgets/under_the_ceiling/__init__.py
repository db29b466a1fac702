"""Under the ceiling: the ELBO of a linear VAE over all its encoders, below log p(x)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from .. import svg
from ..base import LessonWidget

REACH = 3.0  # how far the observation goes, in standard deviations of p(x)


class UnderTheCeiling(LessonWidget):
    """The linear VAE x = w z + s eps with z, eps ~ N(0, 1), and its encoder N(slope x, width^2).

    ELBO = E_q log p(x|z) - KL(q(z|x) || p(z)) = log p(x) - KL(q(z|x) || p(z|x)); the gap closes at
    slope w / (w^2 + s^2) and width s / sqrt(w^2 + s^2).

    Args:
        w: the decoder's slope, from -10 to 10.
        s: the decoder's noise, from 0.05 to 10.
        x: the observation to begin with, within 3 sqrt(w^2 + s^2) of 0.
        slope, width: of the encoder at the start; by default q(z|x) is the prior.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "The prior as a guess",
            {"slope": 0.0, "width": 1.0},
            "The encoder ignores x. It pays nothing to the prior; what is missing is in the "
            "reconstruction.",
        ),
        (
            "Very narrow",
            {"slope": 0.63, "width": 0.1},
            "Sure of one code: good reconstruction, and a high KL to the prior, which wants width.",
        ),
        (
            "Very wide",
            {"slope": 0.63, "width": 1.3},
            "Unsure of the code: cheap to the prior, and the reconstruction pays.",
        ),
    )

    w = t.Float().tag(sync=True)
    s = t.Float().tag(sync=True)
    x = t.Float().tag(sync=True)
    slope = t.Float().tag(sync=True)
    width = t.Float().tag(sync=True)
    limits = t.Dict().tag(sync=True)

    def __init__(
        self,
        w: float = 1.3,
        s: float = 0.6,
        x: float = 1.0,
        *,
        slope: float = 0.0,
        width: float = 1.0,
    ) -> None:
        if not abs(w) <= 10:
            raise ValueError(f"w must be a number from -10 to 10, not {w}")
        if not 0.05 <= s <= 10:
            raise ValueError(f"s, the decoder's noise, must lie between 0.05 and 10, not {s}")
        total = math.hypot(w, s)
        best_slope, best_width = w / total**2, s / total
        half = 1.5 * max(abs(best_slope), best_width)
        limits = {
            "x": [-REACH * total, REACH * total],
            "slope": [best_slope - half, best_slope + half],
            "width": [best_width / 5, max(5 * best_width, 1.3)],
        }
        start = {"x": float(x), "slope": float(slope), "width": float(width)}
        for name, (low, high) in limits.items():
            if not low <= start[name] <= high:
                raise ValueError(
                    f"{name} must lie in [{low:.3f}, {high:.3f}] for w = {w}, s = {s}, "
                    f"not {start[name]}"
                )
        super().__init__(w=float(w), s=float(s), limits=limits, **start)

    @classmethod
    def example(cls) -> Self:
        return cls()

    def picture(self) -> str:
        """The prior, the true posterior, filled, and the encoder's q(z|x)."""
        z = torch.linspace(-4, 4, 161).double()
        total = self.w**2 + self.s**2
        laws = [(0.0, 1.0), (self.w * self.x / total, self.s / total**0.5)]
        laws.append((self.slope * self.x, self.width))
        normals = [torch.distributions.Normal(*law) for law in laws]
        prior, posterior, encoder = (law.log_prob(z).exp().tolist() for law in normals)
        gap = torch.distributions.kl_divergence(normals[2], normals[1])
        label = (
            f"Prior, true posterior and encoder of a linear VAE at x = {self.x:.2f}; "
            f"the ELBO lies {float(gap):.4f} nats below log p(x)"
        )
        top = 1.08 * max(*prior, *posterior, *encoder)
        frame, zs = svg.Axes(500, 220, (-4, 4, "z"), (0, top, "density")), z.tolist()
        marks = [
            ("line", svg.GREY, "prior p(z)"),
            ("area", svg.BLUE, "posterior p(z|x)"),
            ("line", svg.VERMILLION, "encoder q(z|x)"),
        ]
        parts = [
            frame.axes(),
            frame.filled(zs, posterior, svg.SKY),
            frame.curve(zs, prior, svg.GREY, 1.6),
            frame.curve(zs, posterior, svg.BLUE),
            frame.curve(zs, encoder, svg.VERMILLION, 2.6),
            svg.legend(marks, 44, frame.height + 12),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)
