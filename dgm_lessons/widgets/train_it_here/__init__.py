"""Train it here: a score network that learns in the reader's browser, beside the exact score."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, ring
from ...training import check_unit_scale
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state

LOSSES = ("denoising", "sliced", "implicit")
LEVELS = (0.05, 3.0)
BLUR = 0.04  # width of the Gaussian at a drawn point, in half windows


def _spiral(points: int) -> list[float]:
    """Points along a spiral, x, y, x, y, ..., as a steady hand would draw it."""
    turn = [4 * math.pi * (0.15 + 0.85 * k / (points - 1)) for k in range(points)]
    return [round(0.17 * a * f(a), 2) for a in turn for f in (math.cos, math.sin)]


class TrainItHere(MixtureWidget):
    """A score network learns in the reader's browser, by a loss of the reader's choice.

    Arrows of the learned score stand upon those of the exact one; the error is the RMSE of the
    predicted noise against the exact E[noise | x], mean over noise levels 0.05 to 5. The network is
    that of `networks.MLP` at its default size. Data are x = x_0 + sigma noise, with x_0 drawn
    afresh for every batch.

    Args:
        mixture: where clean points come from, in 2-D and of about unit scale.
        loss: "denoising", "sliced" or "implicit".
        sigma: the noise level whose arrows are shown, 0.05 to 3.
        steps: of training, with 256 points each.
        seed: of the first weights and of all that is drawn.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Denoising, ring",
            {"loss": "denoising", "sigma": 0.3, "drawn": []},
            "Press Train. The error falls below a tenth within seconds.",
        ),
        (
            "Sliced",
            {"loss": "sliced", "sigma": 0.3, "drawn": []},
            "Press Train. Each point asks along one random direction, and the error falls slower.",
        ),
        (
            "Draw your own",
            {"loss": "denoising", "sigma": 0.15, "drawn": _spiral(36)},
            "A spiral of 36 points; its exact score stands at once. Press Train. "
            "Then press Draw data, and put points of your own on the left picture.",
        ),
    )
    WORDS = ("probability-flow ODE",)

    loss = t.Enum(LOSSES, "denoising").tag(sync=True)
    sigma = t.Float().tag(sync=True)
    steps = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)
    window = t.Float().tag(sync=True)
    blur = t.Float().tag(sync=True)
    drawn: t.List = t.List().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        loss: str = "denoising",
        sigma: float = 0.3,
        steps: int = 1400,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        check_unit_scale(mixture.sample(4096, torch.Generator().manual_seed(0)))
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, not {loss!r}")
        reach = mixture.means.abs() + 3 * mixture.covariances.diagonal(dim1=1, dim2=2).sqrt()
        window = 1.25 * float(reach.max())
        super().__init__(
            **state,
            loss=loss,
            sigma=check_within("sigma", sigma, LEVELS),
            steps=check_count(steps, 10, 20_000, "steps"),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            window=window,
            blur=BLUR * window,
        )

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8))

    @property
    def data(self) -> GaussianMixture:
        """What is learned now: the mixture, or narrow Gaussians at the points that were drawn."""
        if not self.drawn:
            return self.mixture
        means = torch.tensor(self.drawn, dtype=torch.float64).reshape(-1, 2)
        return GaussianMixture(torch.ones(len(means)), means, self.blur**2)

    def picture(self) -> str:
        """The exact score as arrows at this noise level, with samples; nothing is learned yet."""
        half, rows = self.window, 13
        frame = svg.Axes(340, 340, (-half, half, "x1"), (-half, half, "x2"))
        law = self.data.diffuse(1.0, self.sigma)
        axis = half * ((torch.arange(rows).double() + 0.5) / rows * 2 - 1)
        lattice = torch.cartesian_prod(axis, axis)
        pull = self.sigma * law.score(lattice)
        size = pull.norm(dim=1, keepdim=True).clamp(min=1e-9)
        pull = 340 / rows * (0.12 + 0.8 * (size / 2.5).tanh()) * pull / size
        arrows = []
        for place, (dx, dy) in zip(lattice.tolist(), pull.tolist(), strict=True):
            x, y = frame.place(*place)
            arrows.append(svg.arrow(x - dx / 2, y + dy / 2, dx, -dy))
        generator = torch.Generator().manual_seed(self.seed)
        samples = self.data.sample(150, generator, torch.float64)
        marks = [("line", svg.GREY, "exact score"), ("dot", svg.VERMILLION, "clean data")]
        label = (
            f"The exact score of a mixture of {len(self.weights)} Gaussians under noise of sigma "
            f"{self.sigma:g}, as arrows. The learned arrows come once a reader trains the network."
        )
        parts = [
            svg.strokes("".join(arrows), svg.GREY, 1.2),
            frame.dots([(x, y) for x, y in samples.tolist()], svg.VERMILLION),
            frame.axes(),
            svg.legend(marks, 44, frame.height + 12, 130),
            svg.text("Nothing is learned yet: Train does that.", 44, frame.height + 32, "start"),
        ]
        return svg.picture(frame.width, frame.height + 40, label, parts)
