"""Demolition: a digit and a mixture, torn down by one handle and rebuilt in two ways."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...data import small_digits
from ...mixtures import GaussianMixture, ring
from ...processes import DiscreteProcess
from .. import svg
from ..base import MixtureWidget, check_count, mixture_state

STEPS = 1000
STORED = 200  # digits, which are the law of the digit
SCHEDULES = {"linear": DiscreteProcess.linear(STEPS), "cosine": DiscreteProcess.cosine(STEPS)}


class Demolition(MixtureWidget):
    """x_i of a digit and of a mixture, the guess E[x_0 | x_i], and a rebuilding step by step.

    The denoiser is exact: of the mixture, and of the law that draws one of 200 stored digits.

    Args:
        mixture: a `GaussianMixture` in 2-D, within [-3.4, 3.4]^2.
        digit: which of the 200 stored digits is torn down.
        step: of the handle, from 0 (data) to 1000 (noise).
        schedule: "linear" or "cosine"; the reader can change it.
        seed: of all noise.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        ("A little noise", {"step": 150}, "Both ways back give the digit that was torn down."),
        ("Half-way", {"step": 450}, "The jump is a blur. Press Rebuild: the walk is not."),
        ("Nothing left", {"step": 1000}, "One jump gives the average of all data. Press Rebuild."),
        ("Cosine, half-way", {"step": 450, "schedule": "cosine"}, "More of the data is left."),
    )

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

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8))

    def picture(self) -> str:
        """What is left of the data over the steps, for both schedules, and the handle's place."""
        frame = svg.Axes(500, 270, (0, STEPS, "step i: data to noise"), (0, 1, "left of the data"))
        curves = {name: _curve(chain) for name, chain in SCHEDULES.items()}
        _, left = curves[self.schedule]
        label = (
            "What is left of the data over the 1,000 steps of the chain, from all of it down to "
            "nothing. In the middle the cosine schedule leaves more of it than the linear one."
        )
        marks = [
            ("line", svg.BLUE, "linear schedule"),
            ("dash", svg.VERMILLION, "cosine schedule"),
            ("dot", svg.GREY, "the handle"),
        ]
        parts = [
            frame.axes(),
            frame.curve(*curves["linear"], svg.BLUE, 2.5),
            frame.curve(*curves["cosine"], svg.VERMILLION, 2.5, "7 4"),
            svg.ellipse(frame.place(self.step, left[self.step // 10]), (7, 7), 0, svg.GREY, 1),
            svg.legend(marks, 44, frame.height + 12),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)


def stored_digits() -> tuple[torch.Tensor, torch.Tensor]:
    """The first 200 small digits in 4 bits, whole numbers 0..15 of shape (200, 64), and labels."""
    pixels, labels = small_digits()
    return (pixels[:STORED].flatten(1).long() * 15 + 8) // 16, labels[:STORED]


def _curve(chain: DiscreteProcess) -> tuple[list[int], list[float]]:
    """Every tenth step, and the factor on the data there."""
    steps = torch.arange(0, STEPS + 1, 10)
    return steps.tolist(), chain.alpha(steps.double()).tolist()
