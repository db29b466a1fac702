"""Backward with and without noise: one crowd, any share of Langevin, a score that may be off."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from ...processes import VP
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state, process_state
from .network import SmallNetwork

SCORES = ("exact", "network", "early", "late")
SLIPS = ("none", "half", "score", "recorded", "replay")
BEGINS = (1.0, 0.4)
ARRIVED = {"share": 1.0, "score": "exact", "slip": "none", "begin": 1.0, "time": 0.0}
CLEANEST = 6.0  # the log-SNR at which a run ends: noise of 0.05


class WithAndWithoutNoise(MixtureWidget):
    """A crowd that runs back from noise to data, and how far from the data it ends.

    Steps are those of `euler_maruyama_step` with a share of Langevin, 100 of them, even in
    log-SNR, under VP. The score is exact, a small network's, or spoilt early (a fifth too much
    noise while t > 0.4) or late (the noise off by 0.3 while t < 0.1).

    Args:
        mixture: a `GaussianMixture` in 1-D.
        share: from 0, no noise at all, over 1, the reverse SDE, to 2.
        score: "exact", "network", "early" or "late".
        slip: "none"; "half" (g^2 for g^2/2 in front of each score), "score" (no score),
            "recorded" (the forward run's noise again) or "replay" (that, and no score).
        begin: the time at which the run begins, from the exact law there: 1 or 0.4.
        time: of the cursor.
        seed: of the random numbers.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "No noise",
            ARRIVED | {"share": 0.0},
            "Smooth lines that never cross, and the same histogram in the end.",
        ),
        (
            "Twice Langevin",
            ARRIVED | {"share": 2.0},
            "Each path is wilder; the histogram is the same.",
        ),
        (
            "Early error, no noise",
            ARRIVED | {"share": 0.0, "score": "early"},
            "What went wrong near the noise is carried to the end: the left mode has starved.",
        ),
        (
            "Early error, noise",
            ARRIVED | {"share": 1.0, "score": "early"},
            "The same error, with noise: by the end it is forgotten.",
        ),
        (
            "Late error, noise",
            ARRIVED | {"share": 2.0, "score": "late"},
            "No time is left to forget, and the wrong score counts one and a half times.",
        ),
        (
            "A half too many",
            ARRIVED | {"share": 0.0, "slip": "half"},
            "All of them end in one point.",
        ),
        (
            "No score",
            ARRIVED | {"slip": "score"},
            "The drift is turned round, the noise only adds: the crowd runs away.",
        ),
        (
            "Noise used again",
            ARRIVED | {"slip": "recorded", "begin": 0.4},
            "The start knows this noise already. The modes are too narrow, and closer together.",
        ),
        (
            "Back the same way",
            ARRIVED | {"slip": "replay"},
            "Old noise and no score: everybody goes back the way they came. That needs the data.",
        ),
    )

    process = t.Dict().tag(sync=True)
    network = t.Dict().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    share = t.Float().tag(sync=True)
    score = t.Enum(SCORES, "exact").tag(sync=True)
    slip = t.Enum(SLIPS, "none").tag(sync=True)
    begin = t.Enum(BEGINS, 1.0).tag(sync=True)
    time = t.Float().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        share: float = 1.0,
        score: str = "exact",
        slip: str = "none",
        begin: float = 1.0,
        time: float = 1.0,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=1)
        process = VP()
        for name, value, allowed in (("score", score, SCORES), ("slip", slip, SLIPS)):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        if begin not in BEGINS:
            raise ValueError(f"begin must be 1 or 0.4, not {begin!r}")
        net = SmallNetwork(mixture, process, seed=1)
        super().__init__(
            **state,
            process=process_state(process),
            network={"inner": net.inner.tolist(), "outer": net.outer.tolist()},
            levels=[CLEANEST, *(float(process.log_snr(at)) for at in BEGINS)],
            share=check_within("share", share, (0, 2)),
            score=score,
            slip=slip,
            begin=float(begin),
            time=check_within("time", time, (0, 1)),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )
        if state != mixture_state(gm1(), dim=1):
            self.presets = []  # they speak of that mixture

    @classmethod
    def example(cls) -> Self:
        return cls(gm1())

    def picture(self) -> str:
        """The data's density beside that of the noise."""
        x = torch.linspace(-3.6, 3.6, 181).double()
        data = self.mixture.log_prob(x[:, None]).exp()
        noise = torch.exp(torch.distributions.Normal(0.0, 1.0).log_prob(x))
        top = 1.1 * float(torch.maximum(data, noise).max())
        frame = svg.Axes(500, 220, (-3.6, 3.6, "x"), (0, top, "density"))
        xs = x.tolist()
        parts = [
            frame.axes(),
            frame.filled(xs, data.tolist(), svg.SKY),
            frame.curve(xs, data.tolist(), svg.BLUE),
            frame.curve(xs, noise.tolist(), svg.VERMILLION, 2.0),
            svg.legend(
                [("area", svg.BLUE, "the data, t = 0"), ("line", svg.VERMILLION, "noise, t = 1")],
                44,
                frame.height + 12,
            ),
        ]
        label = "The density of the data, filled, and of the noise that a backward run starts from"
        return svg.picture(frame.width, frame.height + 20, label, parts)
