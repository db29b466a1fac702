"""Two ways to be wrong: one Gaussian against a mixture on the line, under six divergences."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from .. import svg
from ..base import MixtureWidget, mixture_state

DIVERGENCES = ("forward", "reverse", "js", "tv", "fisher", "w1")
REACH = 3.2  # how far from the mixture's mean q may go, and the picture shows, in its std
WIDTHS = (0.1, 2.0)  # the narrowest and the widest q, in the mixture's std
GRID = (0.05, 17.0)  # what the browser's grid resolves, and how far it goes, in the same unit


class TwoWays(MixtureWidget):
    """A mixture p and one Gaussian q over it; how far apart they are, six times over.

    Forward KL(p || q), reverse KL(q || p), Jensen-Shannon, total variation, Fisher
    E_p |score_p - score_q|^2 and Wasserstein-1, by quadrature in the browser, and descent in each,
    whose endings remain in the picture. 200 data drawn from p give the held-out log-likelihood.
    Of two components, the weight of the first can be moved.

    Args:
        mixture: a `GaussianMixture` in 1-D: the data's law p.
        mean, std: of q at the start; by default beside the mixture and narrower than it.
        descend: what the descent lowers: "forward", "reverse", "js", "tv", "fisher" or "w1".
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "On one mode",
            {"mean": 1.0, "std": 0.5},
            "Forward KL is large, and Fisher: to q the left mode is nearly impossible. Reverse KL "
            "is content: it never looks where q is not.",
        ),
        (
            "Over both",
            {"mean": 0.0, "std": 1.298},
            "Forward KL has its least value. Reverse KL pays for the mass that q puts in the gap.",
        ),
        (
            "Far off",
            {"mean": 3.8, "std": 0.3},
            "Jensen\u2013Shannon stands at 0.693 and total variation at 1: further away is not "
            "worse. The other four keep growing.",
        ),
        (
            "Few on the left",
            {"weight": 0.1, "mean": 1.0, "std": 0.5},
            "With a tenth of the data on the left, to ignore that mode is cheap for "
            "Jensen\u2013Shannon and total variation, and still dear for forward KL.",
        ),
    )

    limits = t.Dict().tag(sync=True)
    mean = t.Float().tag(sync=True)
    std = t.Float().tag(sync=True)
    descend = t.Enum(DIVERGENCES, "forward").tag(sync=True)
    weight = t.Float().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        mean: float | None = None,
        std: float | None = None,
        descend: str = "forward",
    ) -> None:
        state = mixture_state(mixture, dim=1)
        if descend not in DIVERGENCES:
            raise ValueError(f"descend must be one of {', '.join(DIVERGENCES)}, not {descend!r}")
        centre, spread = _moments(mixture)
        ranges = {
            "mean": [centre - REACH * spread, centre + REACH * spread],
            "std": [width * spread for width in WIDTHS],
        }
        start = {
            "mean": centre + 1.2 * spread if mean is None else float(mean),
            "std": 0.5 * spread if std is None else float(std),
        }
        for name, (low, high) in ranges.items():
            if not low <= start[name] <= high:
                raise ValueError(
                    f"{name} must lie in [{low:.3f}, {high:.3f}] for this mixture, "
                    f"not {start[name]}"
                )
        weight = state["weights"][0]
        super().__init__(**state, **start, limits=ranges, descend=descend, weight=weight)
        if state != mixture_state(gm1(), dim=1):
            self.presets = []  # they speak of that mixture

    @classmethod
    def example(cls) -> Self:
        return cls(gm1())

    def picture(self) -> str:
        """The density of p, filled, and q as a line over it."""
        low, high = self.limits["mean"]
        x = torch.linspace(low, high, 161).double()
        p = self.mixture.log_prob(x[:, None]).exp()
        q = torch.exp(torch.distributions.Normal(self.mean, self.std).log_prob(x))
        top = 1.08 * float(torch.maximum(p, q).max())
        label = (
            f"A mixture of {len(self.weights)} Gaussians on the line, filled, and one Gaussian "
            f"with mean {self.mean:.2f} and standard deviation {self.std:.2f} drawn over it"
        )
        frame = svg.Axes(500, 220, (low, high, "x"), (0, top, "density"))
        xs, ps, qs = x.tolist(), p.tolist(), q.tolist()
        parts = [
            frame.axes(),
            frame.filled(xs, ps, svg.SKY),
            frame.curve(xs, ps, svg.BLUE),
            frame.curve(xs, qs, svg.VERMILLION, 2.6),
            svg.legend(
                [("area", svg.BLUE, "data p"), ("line", svg.VERMILLION, "one Gaussian q")],
                44,
                frame.height + 12,
            ),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)


def _moments(mixture: GaussianMixture) -> tuple[float, float]:
    """Mean and std of a mixture on the line; `ValueError` if the browser's grid cannot hold it."""
    centres, stds = mixture.means[:, 0], mixture.covariances[:, 0, 0].sqrt()
    mean = mixture.weights @ centres
    std = (mixture.weights @ (stds**2 + (centres - mean) ** 2)).sqrt()
    narrowest, reach = stds.min() / std, ((centres - mean).abs() + 6 * stds).max() / std
    if narrowest < GRID[0] or reach > GRID[1]:
        raise ValueError(
            f"in units of the mixture's std {float(std):g}, its narrowest component has std "
            f"{float(narrowest):.3f} and it reaches out to {float(reach):.1f}; "
            "from 0.05 to 17 can be shown"
        )
    return float(mean), float(std)
