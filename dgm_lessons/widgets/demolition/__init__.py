"""Demolition: a digit and a mixture, torn down by one noise scrubber and rebuilt in two ways."""

from __future__ import annotations

import torch
import traitlets as t

from ..data import digits
from ..mixtures import GaussianMixture
from ..processes import DiscreteProcess
from . import svg
from .base import LessonWidget, check_count, mixture_state

STEPS = 1000
STORED = 200  # digits, which are the law of the digit
SCHEDULES = {"linear": DiscreteProcess.linear(STEPS), "cosine": DiscreteProcess.cosine(STEPS)}


class Demolition(LessonWidget):
    """x_i of a digit and of a mixture, the guess E[x_0 | x_i], and a rebuilding step by step.

    The denoiser is exact: of the mixture, and of the law that draws one of 200 stored digits.

    Args:
        mixture: a `GaussianMixture` in 2-D, within [-3.4, 3.4]^2.
        digit: which of the 200 stored digits is torn down.
        step: of the scrubber, from 0 (data) to 1000 (noise).
        schedule: "linear" or "cosine"; the reader can change it.
        seed: of all noise.
    """

    _modules = (
        "mixture.js",
        "chain.js",
        "ui.js",
        "canvas.js",
        "discs.js",
        "digit_view.js",
        "demolition_view.js",
        "demolition.js",
    )
    _styles = ("demolition.css",)

    weights: t.List = t.List().tag(sync=True)
    means: t.List = t.List().tag(sync=True)
    covariances: t.List = t.List().tag(sync=True)
    pixels = t.Unicode().tag(sync=True)
    labels = t.Unicode().tag(sync=True)
    steps = t.Int(STEPS).tag(sync=True)
    digit = t.Int().tag(sync=True)
    step = t.Int().tag(sync=True)
    schedule = t.Enum(tuple(SCHEDULES), "linear").tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        digit: int = 3,
        *,
        step: int = 300,
        schedule: str = "linear",
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        spread = mixture.covariances.diagonal(0, 1, 2).sqrt()
        reach = (mixture.means.abs() + 2 * spread).max()
        if reach > 3.4:
            raise ValueError(f"the mixture reaches out to {reach:.3g}; scale it to 3.4 or less")
        if schedule not in SCHEDULES:
            raise ValueError(f"schedule must be linear or cosine, not {schedule!r}")
        stored, labels = stored_digits()
        super().__init__(
            **state,
            pixels="".join(f"{value:x}" for value in stored.flatten().tolist()),
            labels="".join(map(str, labels.tolist())),
            digit=check_count(digit, 0, STORED - 1, "digit"),
            step=check_count(step, 0, STEPS, "step"),
            schedule=schedule,
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )

    def picture(self) -> str:
        """The log-SNR of both schedules over the steps, and the place of the scrubber."""
        width, height = 560.0, 300.0
        curves = {name: _curve(chain, width, height) for name, chain in SCHEDULES.items()}
        level = f"M0 {height * 10 / 22:.1f}H{width:g}"
        x, y = curves[self.schedule][max(self.step, 1) // 10]
        label = (
            "The log signal-to-noise ratio over the 1,000 steps of the chain. The linear schedule "
            "falls steeply at first and at the end lies near -10; the cosine one falls more evenly."
        )
        parts = [
            svg.strokes(level, svg.GREY, 1, 0.7),
            svg.strokes(svg.line(curves["linear"]), svg.BLUE, 2.5),
            svg.strokes(svg.line(curves["cosine"]), svg.VERMILLION, 2.5),
            svg.ellipse((x, y), (7, 7), 0, svg.GREY, 1),
        ]
        return svg.picture(width, height, label, parts)


def stored_digits() -> tuple[torch.Tensor, torch.Tensor]:
    """The first 200 small digits in 4 bits, whole numbers 0..15 of shape (200, 64), and labels."""
    pixels, labels = digits()
    return (pixels[:STORED].flatten(1).long() * 15 + 8) // 16, labels[:STORED]


def _curve(chain: DiscreteProcess, width: float, height: float) -> list[tuple[float, float]]:
    """Every tenth step: (step, log-SNR from 10 down to -12) in the units of the picture."""
    steps = torch.arange(0, STEPS + 1, 10).clamp(min=1)
    levels = chain.log_snr(steps.double()).clamp(-12, 10)
    return list(
        zip((steps / STEPS * width).tolist(), ((10 - levels) / 22 * height).tolist(), strict=True)
    )
