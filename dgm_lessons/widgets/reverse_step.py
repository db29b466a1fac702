"""The reverse step: exact p(x_{i-1} | x_i), the Gaussians it mixes, and the best single one."""

from __future__ import annotations

import math

import torch
import traitlets as t

from ..mixtures import GaussianMixture
from . import svg
from .base import LessonWidget, mixture_state

BETAS = (0.05, 0.95)


class ReverseStep(LessonWidget):
    """One step back on the line: p(x_{i-1} | x_i) is all but Gaussian for small beta only.

    x_{i-1} = signal x_0 + sqrt(1 - signal^2) eps and x_i = sqrt(1 - beta^2) x_{i-1} + beta eps.
    Shown are the exact law, the laws p(x_{i-1} | x_i, x_0) it mixes ({eq}`eq-rev-mixture`), the
    Gaussian of its own mean and variance, and the KL from the one to the other.

    Args:
        mixture: a `GaussianMixture` in 1-D: the data's law.
        signal: alpha_bar_{i-1}, from 0.1 to 0.99.
        beta: the step's noise (a standard deviation) at the start, from 0.05 to 0.95.
        x: x_i at the start, within the reach of the data.
    """

    _modules = (
        "mixture.js",
        "reverse_kernel.js",
        "ui.js",
        "canvas.js",
        "reverse_step_view.js",
        "reverse_step.js",
    )
    _styles = ("reverse_step.css",)

    weights: t.List = t.List().tag(sync=True)
    means: t.List = t.List().tag(sync=True)
    covariances: t.List = t.List().tag(sync=True)
    signal = t.Float().tag(sync=True)
    beta = t.Float().tag(sync=True)
    x = t.Float().tag(sync=True)
    limits = t.Dict().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        signal: float = 0.95,
        beta: float = 0.8,
        x: float = -0.2,
    ) -> None:
        state = mixture_state(mixture, dim=1)
        if not 0.1 <= signal <= 0.99:
            raise ValueError(f"signal must lie in [0.1, 0.99], not {signal}")
        stds = (signal**2 * mixture.covariances[:, 0, 0] + 1 - signal**2).sqrt()
        low = float((signal * mixture.means[:, 0] - 2.5 * stds).min())
        high = float((signal * mixture.means[:, 0] + 2.5 * stds).max())
        if high - low > 60 * float(stds.min()):
            raise ValueError("too wide for one picture: scale the mixture to a std of about 1")
        limits = {"beta": list(BETAS), "x": [low, high]}
        start = {"beta": float(beta), "x": float(x)}
        for name, (least, most) in limits.items():
            if not least <= start[name] <= most:
                raise ValueError(f"{name} must lie in [{least:.3f}, {most:.3f}], not {start[name]}")
        super().__init__(**state, **start, signal=float(signal), limits=limits)
        self.mixture = mixture

    def picture(self) -> str:
        """The exact reverse density, filled, and the Gaussian of the same mean and variance."""
        width, height = 560.0, 240.0
        low, high = self.limits["x"]
        x = torch.linspace(low, high, 2001).double()
        gain = math.sqrt(1 - self.beta**2)
        before = self.mixture.diffuse(self.signal, math.sqrt(1 - self.signal**2))
        log_p = before.log_prob(x[:, None]) - (self.x - gain * x) ** 2 / (2 * self.beta**2)
        share = log_p.softmax(0)
        mean = share @ x
        std = (share @ (x - mean) ** 2).sqrt()
        p = share / (x[1] - x[0])
        q = torch.distributions.Normal(mean, std).log_prob(x).exp()
        top = 1.08 * float(torch.maximum(p, q).max())
        label = (
            f"The law of x_(i-1) given x_i = {self.x:.2f} for beta = {self.beta:.2f}, filled, and "
            f"the Gaussian with its mean {float(mean):.2f} and its standard deviation "
            f"{float(std):.2f} drawn over it"
        )

        def curve(y: torch.Tensor) -> list[tuple[float, float]]:
            xs = ((x[::12] - low) / (high - low) * width).tolist()
            return [(u, height * (1 - v / top)) for u, v in zip(xs, y[::12].tolist(), strict=True)]

        fill = svg.area([(0, height), *curve(p), (width, height)], svg.SKY, 0.45)
        edge = svg.strokes(svg.line(curve(p)), svg.BLUE, 2)
        gaussian = svg.strokes(svg.line(curve(q)), svg.VERMILLION, 2.4)
        return svg.picture(width, height, label, [fill, edge, gaussian])
