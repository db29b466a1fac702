"""Where blur comes from: the noise of the encoder, and what the best decoder makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import traitlets as t

from ..mixtures import GaussianMixture
from . import svg
from .base import LessonWidget, check_count, mixture_state

NOISE = (0.02, 3.0)  # the least and the most encoder noise, in standard deviations of the data


class WhereBlurComesFrom(LessonWidget):
    """Data, their codes z = x + tau eps, and the best decoder's points E[x | z].

    E[x | z] is the mixture's posterior mean, in closed form. As tau grows, codes of different modes
    overlap, and the decoded points go from the modes to their average.

    Args:
        mixture: a `GaussianMixture` in 2-D: the data's law.
        tau: the encoder's noise at the start, from 0.02 to 3 standard deviations of the data.
        code: the code that is followed, (x, y).
        n: number of points, 1 to 5000; `seed` chooses them.
    """

    _modules = (
        "mixture.js",
        "blur.js",
        "ui.js",
        "canvas.js",
        "hues.js",
        "where_blur_view.js",
        "where_blur_comes_from.js",
    )
    _styles = ("where_blur_comes_from.css",)

    weights: t.List = t.List().tag(sync=True)
    means: t.List = t.List().tag(sync=True)
    covariances: t.List = t.List().tag(sync=True)
    limits = t.Dict().tag(sync=True)
    tau = t.Float().tag(sync=True)
    code: t.List = t.List().tag(sync=True)
    n = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        tau: float | None = None,
        code: Sequence[float] = (0.0, 0.0),
        n: int = 600,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        stds = torch.linalg.eigvalsh(mixture.covariances)[:, -1].sqrt()
        half = 1.1 * float((mixture.means.abs().amax(1) + 3 * stds).max())
        std = _standard_deviation(mixture)
        low, high = (share * std for share in NOISE)
        tau = 0.25 * std if tau is None else float(tau)
        if not low <= tau <= high:
            raise ValueError(f"tau must lie in [{low:.3f}, {high:.3f}] for this mixture, not {tau}")
        edge = half * math.hypot(1, tau / std)
        if len(code) != 2 or not all(abs(value) <= edge for value in code):
            raise ValueError(f"code must be two numbers in [{-edge:.3f}, {edge:.3f}], not {code}")
        super().__init__(
            **state,
            tau=tau,
            code=[float(value) for value in code],
            limits={"half": half, "std": std, "tau": [low, high]},
            n=check_count(n, 1, 5000, "n"),
            seed=check_count(seed, 0, 2**32 - 1, "seed"),
        )
        self.mixture = mixture

    def picture(self) -> str:
        """Data, codes and decoded codes beside each other."""
        side, gap, half = 180.0, 12.0, self.limits["half"]
        generator = torch.Generator().manual_seed(self.seed)
        x = self.mixture.sample(min(self.n, 250), generator)
        z = x + self.tau * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        zoom = math.hypot(1, self.tau / self.limits["std"])
        decoded = self.mixture.posterior_mean(z, 1.0, self.tau)
        parts = []
        for i, cloud in enumerate((x, z / zoom, decoded)):
            left = i * (side + gap)
            inside = cloud[(cloud.abs() < half).all(1)].tolist()
            places = [
                (left + side * (0.5 + u / (2 * half)), side * (0.5 - v / (2 * half)))
                for u, v in inside
            ]
            parts.append(svg.strokes(svg.dots(places), (svg.BLUE, svg.GREY, svg.VERMILLION)[i], 3))
        label = (
            f"Three clouds of points: data from {len(self.weights)} modes, their codes with noise "
            f"of standard deviation {self.tau:.2f}, and the average datum for each code"
        )
        return svg.picture(3 * side + 2 * gap, side, label, parts)


def _standard_deviation(mixture: GaussianMixture) -> float:
    """Of one coordinate, averaged over the two."""
    mean = mixture.weights @ mixture.means
    own = mixture.covariances.diagonal(dim1=1, dim2=2).sum(1)
    away = ((mixture.means - mean) ** 2).sum(1)
    return math.sqrt(float(mixture.weights @ (own + away)) / 2)
