"""The reverse step: exact p(x_{i-1} | x_i), the Gaussians it mixes, and the best single one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from .. import svg
from ..base import MixtureWidget, check_within, mixture_state

BETAS = (0.05, 0.95)


class ReverseStep(MixtureWidget):
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

    _folder = Path(__file__).parent
    WORDS = ("σ(i)",)
    PRESETS = (
        ("Two bumps", {"beta": 0.8, "x": -0.2}, "No single Gaussian can have two bumps."),
        ("Far to one side", {"beta": 0.8, "x": 1.6}, "The other bump is low, but it does not die."),
        ("A small step", {"beta": 0.1, "x": -0.2}, "Hardly a difference. Note the KL."),
        ("Half of it", {"beta": 0.05, "x": -0.2}, "Nearly 2⁶ = 64 times less: slope 6."),
    )

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
        super().__init__(
            **state,
            beta=check_within("beta", beta, limits["beta"]),
            x=check_within("x", x, limits["x"]),
            signal=float(signal),
            limits=limits,
        )

    @classmethod
    def example(cls) -> Self:
        return cls(gm1())

    def picture(self) -> str:
        """The exact reverse density, filled, and the Gaussian of the same mean and variance."""
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

        frame = svg.Axes(500, 220, (low, high, "x_(i-1)"), (0, top, "density, given x_i"))
        xs, ps, qs = (values[::12].tolist() for values in (x, p, q))
        marks = [
            ("area", svg.BLUE, "exact p(x_(i-1) | x_i)"),
            ("dash", svg.VERMILLION, "the Gaussian of its mean and std"),
        ]
        parts = [
            frame.axes(),
            frame.filled(xs, ps, svg.SKY),
            frame.curve(xs, ps, svg.BLUE),
            frame.curve(xs, qs, svg.VERMILLION, 2.4, "7 4"),
            svg.legend(marks, 44, frame.height + 12, 220),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)
