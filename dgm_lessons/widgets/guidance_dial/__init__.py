"""Guidance dial: a labelled mixture, guided samples, and the density they are said to have."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...guidance import LabelledMixture
from ...mixtures import GaussianMixture
from ...processes import VP
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state, process_state

CONVENTIONS = ("weight", "scale")
STRONGEST = 8.0  # the guidance weight w at the end of the dial
LEVELS = (-9.9, 7.0)  # log-SNR, where the samples begin and end


def two_classes() -> LabelledMixture:
    """Two classes of three Gaussians each; one mode of class 0 lies among those of class 1."""
    means = [[-0.2, 0.1], [1.1, 1.3], [1.5, -1.0], [-1.5, 0.3], [-0.7, -1.4], [-0.6, 1.6]]
    weights = [0.2, 0.15, 0.15, 0.2, 0.15, 0.15]
    return LabelledMixture(GaussianMixture(weights, means, 0.28**2), [0, 0, 0, 1, 1, 1])


class GuidanceDial(MixtureWidget):
    """Samples of one class under guidance, beside the tilted density {eq}`eq-guide-tilted`.

    Both fields are exact, so that nothing is the fault of a network. The dial is the guidance
    weight w; with the other convention the same dial reads 1 + w.

    Args:
        labelled: a `LabelledMixture` in 2-D with two or more classes.
        label: the class that is asked for.
        guidance: the weight w, from 0 to 8.
        convention: "weight" (w) or "scale" (1 + w): what the dial reads.
        time: of the samples, from noise, 0, to data, 1.
        n_particles: from 50 to 2,000.
        seed: of the random numbers.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "No guidance",
            {"guidance": 0.0, "time": 1.0},
            "The samples are those of the class: the distance is that of true samples.",
        ),
        (
            "w = 1, scale 2",
            {"guidance": 1.0, "time": 1.0},
            "The mode among the rings has lost half of its samples. The density has not.",
        ),
        (
            "Pushed too far",
            {"guidance": 8.0, "time": 1.0},
            "One mode is gone; the others are pushed outwards, away from the rings.",
        ),
    )

    labels: t.List = t.List().tag(sync=True)
    label = t.Int().tag(sync=True)
    process = t.Dict().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    guidance = t.Float().tag(sync=True)
    convention = t.Enum(CONVENTIONS, "weight").tag(sync=True)
    time = t.Float().tag(sync=True)
    n_particles = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        labelled: LabelledMixture,
        label: int = 0,
        *,
        guidance: float = 0.0,
        convention: str = "weight",
        time: float = 0.0,
        n_particles: int = 500,
        seed: int = 0,
    ) -> None:
        if not isinstance(labelled, LabelledMixture):
            raise TypeError(f"give a LabelledMixture, not a {type(labelled).__name__}")
        law = labelled.law(label)
        if len(law.weights) == len(labelled.mixture.weights):
            raise ValueError("all components have one label; guidance needs a second class")
        if convention not in CONVENTIONS:
            raise ValueError(f"convention must be weight or scale, not {convention!r}")
        super().__init__(
            **mixture_state(labelled.mixture, dim=2),
            labels=labelled.labels.tolist(),
            label=label,
            process=process_state(VP()),
            levels=list(LEVELS),
            guidance=check_within("guidance", guidance, (0.0, STRONGEST)),
            convention=convention,
            time=check_within("time", time, (0.0, 1.0)),
            n_particles=check_count(n_particles, 50, 2000, "n_particles"),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls(two_classes())

    def picture(self) -> str:
        """Both classes without guidance: 120 samples each."""
        half = 3.0
        frame = svg.Axes(340, 340, (-half, half, "x1"), (-half, half, "x2"))
        g = torch.Generator().manual_seed(self.seed)
        labels = torch.tensor(self.labels)
        groups = []
        for own in (labels == self.label, labels != self.label):
            whole = self.mixture
            law = GaussianMixture(whole.weights[own], whole.means[own], whole.covariances[own])
            groups.append([(x, y) for x, y in law.sample(120, g, torch.float64).tolist()])
        marks = [("dot", svg.VERMILLION, "the class"), ("dot", svg.GREY, "the others")]
        parts = [
            frame.dots(groups[1], svg.GREY),
            frame.dots(groups[0], svg.VERMILLION),
            frame.axes(),
            svg.legend(marks, 44, frame.height + 12, 110),
        ]
        label = "Samples of one class of a labelled mixture, among samples of the other classes"
        return svg.picture(frame.width, frame.height + 20, label, parts)
