"""One law, three processes: forward SDE, probability flow and reverse SDE in one density."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from ...processes import VP
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state, process_state

VIEWS = ("line", "plane")
TURNS = ("none", "score", "origin")
STARTS = ("data", "noise")
LEVELS = (6.0, -10.0)  # log-SNR, where the processes begin and end
HALF = 4.5  # of the grid that the density is solved on
EARLY = 0.15  # while the law in the plane is far from round
RIGHT = {"view": "line", "time": 0.45, "share": 1.0, "turn": "none", "whole": False}


def two_modes() -> GaussianMixture:
    """Two modes in the plane: the law of the data where none is given."""
    spreads = [[[0.09, 0.0], [0.0, 0.25]], [[0.25, 0.0], [0.0, 0.09]]]
    return GaussianMixture([0.4, 0.6], [[-1.3, -0.5], [1.1, 0.5]], spreads)


class OneLaw(MixtureWidget):
    """Three crowds of 2,000 in one solved density, and how far from it each of them is.

    The density comes from the Fokker-Planck equation ({eq}`eq-fp`) on a grid, under VP; the
    crowds from the forward SDE, from the probability flow and from the reverse SDE.

    Args:
        mixture: a `GaussianMixture` in 1-D: the law of the data on the line.
        plane: one in 2-D, with diagonal covariances: the law of the data in the plane.
        view: "line" or "plane".
        time: of the cursor, from data, 0, to noise, 1.
        share: the lambda of the mixed conditionals: 1 the SDE's pairs, 0 the flow's.
        turn: a field that all three get in addition, in the plane: "none", "score"
            (g^2 J score, which keeps p_t) or "origin" (g^2 J x, which does not).
        whole: the wrong half: all of g^2 score in the flow.
        start: where the flow starts, "data" or "noise".
        seed: of the random numbers.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Half a coin",
            RIGHT | {"share": 0.5},
            "Half of the pairs lie on one curve, half in a cloud. The histogram is the same.",
        ),
        (
            "A half too many",
            RIGHT | {"whole": True},
            "The flow alone leaves the density; the two SDEs have their full score by right.",
        ),
        (
            "Round along the contours",
            RIGHT | {"view": "plane", "turn": "score", "time": EARLY},
            "Everybody turns, and the distances stay those of exact draws.",
        ),
        (
            "Round about the origin",
            RIGHT | {"view": "plane", "turn": "origin", "time": EARLY},
            "This rotation takes the modes with it: the law is not round.",
        ),
    )

    plane = t.Dict().tag(sync=True)
    process = t.Dict().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    half = t.Float().tag(sync=True)
    view = t.Enum(VIEWS, "line").tag(sync=True)
    time = t.Float().tag(sync=True)
    share = t.Float().tag(sync=True)
    turn = t.Enum(TURNS, "none").tag(sync=True)
    whole = t.Bool().tag(sync=True)
    start = t.Enum(STARTS, "data").tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        plane: GaussianMixture | None = None,
        *,
        view: str = "line",
        time: float = 0.0,
        share: float = 1.0,
        turn: str = "none",
        whole: bool = False,
        start: str = "data",
        seed: int = 0,
    ) -> None:
        plane = plane or two_modes()
        state, second = mixture_state(mixture, dim=1), mixture_state(plane, dim=2)
        for law in (mixture, plane):
            stds = law.covariances.diagonal(dim1=1, dim2=2).sqrt()
            if (reach := float((law.means.abs() + 3 * stds).max())) > HALF - 0.5:
                raise ValueError(
                    f"the grid ends at {HALF}, but the mixture reaches {reach:.1f}; scale it to "
                    "a standard deviation of about 1"
                )
        if plane.covariances[:, 0, 1].abs().max() > 0:
            raise ValueError("in the plane the covariances must be diagonal")
        given = (("view", view, VIEWS), ("turn", turn, TURNS), ("start", start, STARTS))
        for name, value, allowed in given:
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        if not isinstance(whole, bool):
            raise TypeError(f"whole must be True or False, not {whole!r}")
        super().__init__(
            **state,
            plane=second,
            process=process_state(VP()),
            levels=list(LEVELS),
            half=HALF,
            view=view,
            time=check_within("time", time, (0, 1)),
            share=check_within("share", share, (0, 1)),
            turn=turn,
            whole=whole,
            start=start,
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls(gm1())

    def picture(self) -> str:
        """The density on the line at three times."""
        x = torch.linspace(-3.6, 3.6, 181).double()
        times = (0.0, 0.2, 1.0)
        laws = [self.mixture.diffuse(*VP().levels(at)).log_prob(x[:, None]).exp() for at in times]
        top = 1.1 * max(float(p.max()) for p in laws)
        frame = svg.Axes(500, 220, (-3.6, 3.6, "x"), (0, top, "density"))
        xs = x.tolist()
        parts = [
            frame.axes(),
            frame.filled(xs, laws[0].tolist(), svg.SKY),
            frame.curve(xs, laws[0].tolist(), svg.BLUE),
            frame.curve(xs, laws[1].tolist(), svg.VERMILLION, 2.0, "6 4"),
            frame.curve(xs, laws[2].tolist(), svg.VERMILLION, 2.0),
            svg.legend(
                [
                    ("area", svg.BLUE, "the data, t = 0"),
                    ("dash", svg.VERMILLION, "t = 0.2"),
                    ("line", svg.VERMILLION, "noise, t = 1"),
                ],
                44,
                frame.height + 12,
            ),
        ]
        label = "The density that three processes share, at the data, at time 0.2 and at the noise"
        return svg.picture(frame.width, frame.height + 20, label, parts)
