"""SURE meter: the error of a denoiser with and without the clean value, draw after draw."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from .. import svg
from ..base import MixtureWidget, check_count, mixture_state

DENOISERS = ("shrink", "threshold", "posterior")
LIMITS = {"shrink": (-0.2, 1.2), "threshold": (0.0, 2.0), "assumed": (0.1, 2.4)}
MOST = 1000  # draws


class SureMeter(MixtureWidget):
    """Two averages over the same draws: the squared error, and SURE, which sees no clean value.

    Args:
        mixture: the law of the clean values, a `GaussianMixture` in 1-D.
        sigma: standard deviation of the noise, from 0.1 to 2.4.
        denoiser: "shrink" (a times the value), "threshold" (soft), or "posterior" (the mean for
            an assumed noise level).
        shrink, threshold, assumed: the knob of each; `assumed` is sigma by default.
        n: how many draws are shown, from 1 to 1000.
        seed: of the draws.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Always zero",
            {"denoiser": "shrink", "shrink": 0.0},
            "The guess is zero. SURE is the square of what we see, less the noise's: below zero "
            "for every value near zero.",
        ),
        (
            "Do nothing",
            {"denoiser": "shrink", "shrink": 1.0},
            "The guess is what we see. SURE is the same number for every draw: right on average, "
            "and it says nothing of the single draw.",
        ),
        (
            "The best guess",
            {"denoiser": "posterior", "assumed": 0.6},
            "The posterior mean with the right noise level: the least error that there is.",
        ),
    )

    sigma = t.Float().tag(sync=True)
    denoiser = t.Enum(DENOISERS, "shrink").tag(sync=True)
    shrink = t.Float().tag(sync=True)
    threshold = t.Float().tag(sync=True)
    assumed = t.Float().tag(sync=True)
    n = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)
    limits = t.Dict().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        sigma: float = 0.6,
        *,
        denoiser: str = "shrink",
        shrink: float = 0.3,
        threshold: float = 0.5,
        assumed: float | None = None,
        n: int = 300,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=1)
        if denoiser not in DENOISERS:
            raise ValueError(f"denoiser must be one of {', '.join(DENOISERS)}, not {denoiser!r}")
        knobs = {"shrink": shrink, "threshold": threshold}
        knobs["assumed"] = sigma if assumed is None else assumed
        for name, value in {"sigma": sigma, **knobs}.items():
            low, high = LIMITS["assumed" if name == "sigma" else name]
            if not low <= value <= high:
                raise ValueError(f"{name} must lie in [{low}, {high}], not {value}")
        super().__init__(
            **state,
            sigma=float(sigma),
            denoiser=denoiser,
            n=check_count(n, 1, MOST, "n"),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            limits={name: list(ends) for name, ends in LIMITS.items()},
            **{name: float(value) for name, value in knobs.items()},
        )
        if state != mixture_state(gm1(), dim=1) or sigma != 0.6:
            self.presets = []  # they speak of that mixture

    @classmethod
    def example(cls) -> Self:
        return cls(gm1())

    def risks(self, shrinkages: torch.Tensor) -> torch.Tensor:
        """The exact risk of a times the value, for each a."""
        square = float(self.mixture.covariance[0, 0] + self.mixture.mean[0] ** 2)
        return (shrinkages - 1) ** 2 * square + shrinkages**2 * self.sigma**2

    def picture(self) -> str:
        """The exact risk of shrinkage, and SURE with its error from as many draws as are shown."""
        low, high = LIMITS["shrink"]
        a = torch.linspace(low, high, 57).double()
        risk = self.risks(a)
        g = torch.Generator().manual_seed(self.seed)
        x = self.mixture.sample(self.n, g, torch.float64)
        y = x + self.sigma * torch.randn(x.shape, generator=g, dtype=x.dtype)
        some = torch.linspace(0, 1, 11).double()
        readings = (some - 1) ** 2 * y**2 + (2 * some - 1) * self.sigma**2
        frame = svg.Axes(
            500,
            230,
            (low, high, "keep a share a of the value"),
            (0, float(risk.max()) * 1.08, "squared error"),
        )
        bars = []
        spread = readings.std(0) if self.n > 1 else torch.zeros_like(some)
        for place, mean, std in zip(some.tolist(), readings.mean(0), spread, strict=True):
            error = 2 * float(std) / math.sqrt(self.n)
            ends = [frame.place(place, max(0.0, float(mean) + e)) for e in (-error, error)]
            bars.append(svg.line(ends))
        dots = list(zip(some.tolist(), readings.mean(0).tolist(), strict=True))
        label = (
            f"The risk of keeping a share of a noisy value, as a curve with its least value near "
            f"{float(a[risk.argmin()]):.2f}, and SURE from {self.n} noisy values on it"
        )
        parts = [
            frame.axes(),
            frame.curve(a.tolist(), risk.tolist(), svg.BLUE),
            svg.strokes("".join(bars), svg.VERMILLION, 1.6),
            frame.dots(dots, svg.VERMILLION, 6),
            svg.legend(
                [("line", svg.BLUE, "true risk"), ("line", svg.VERMILLION, "SURE, two s.e.")],
                44,
                frame.height + 12,
            ),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)
