"""VE, VP and FM: one mixture under three processes at one log-SNR, equal once divided by alpha."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture
from ...processes import VE, VP, FlowMatching, Process
from .. import svg
from ..base import (
    MixtureWidget,
    check_count,
    check_within,
    level_range,
    mixture_state,
    process_state,
)

PROCESSES: dict[str, Process] = {"ve": VE(), "vp": VP(), "fm": FlowMatching()}


class ThreeProcesses(MixtureWidget):
    """The same points under three SDEs, at the times where their log-SNR is the same.

    Divided by alpha_t every linear SDE is one Brownian path on the clock sigma^2 / alpha^2
    ({eq}`eq-rescaled`): the three pictures differ by a factor, and by the times t.

    Args:
        mixture: a `GaussianMixture` in 2-D: the law of the data.
        log_snr: where the clock stands, from data (high) to noise (low).
        rescaled: whether x / alpha is drawn, in a window that grows with the noise, or x.
        seed: of the data and of the Brownian paths.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Noise as large as the signal",
            {"log_snr": 0.0, "rescaled": False},
            "σ = α in all three. VE has not moved the crosses; under FM both are at one half.",
        ),
        (
            "Much noise",
            {"log_snr": -5.0, "rescaled": False},
            "VE has sent most points out of the window; VP and FM keep nearly all of them.",
        ),
        (
            "Much noise, divided by α",
            {"log_snr": -5.0, "rescaled": True},
            "The same noise, and one picture three times, to the last point.",
        ),
    )

    processes = t.Dict().tag(sync=True)
    limits: t.List = t.List().tag(sync=True)
    half = t.Float().tag(sync=True)
    log_snr = t.Float().tag(sync=True)
    rescaled = t.Bool().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        log_snr: float = 0.0,
        rescaled: bool = False,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        if not isinstance(rescaled, bool):
            raise TypeError(f"rescaled must be True or False, not {rescaled!r}")
        ranges = [level_range(mixture, process) for process in PROCESSES.values()]
        limits = [max(noisy for _, noisy in ranges), ranges[0][0]]
        spread = 3 * mixture.covariances.diagonal(dim1=1, dim2=2).sqrt()
        super().__init__(
            **state,
            processes={name: process_state(known) for name, known in PROCESSES.items()},
            limits=limits,
            half=max(3.5, float((mixture.means.abs() + spread).max())),
            log_snr=check_within("log_snr", log_snr, limits),
            rescaled=rescaled,
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls(
            GaussianMixture(
                [0.4, 0.6],
                [[-1.4, -0.5], [1.0, 0.6]],
                [[[0.16, 0.06], [0.06, 0.09]], [[0.12, -0.06], [-0.06, 0.2]]],
            )
        )

    def picture(self) -> str:
        """90 points under each process, at its own time, in one window."""
        g = torch.Generator().manual_seed(self.seed)
        x0 = self.mixture.sample(90, g, torch.float64)
        noise = torch.randn(x0.shape, generator=g, dtype=torch.float64)
        y = x0 + math.exp(-self.log_snr / 2) * noise
        half = self.half
        if self.rescaled:
            half = math.hypot(half, 3 * math.exp(-self.log_snr / 2))
        parts = []
        for i, (name, process) in enumerate(PROCESSES.items()):
            time = process.t_from_log_snr(self.log_snr)
            points = y if self.rescaled else process.alpha(time) * y
            across = (-half, half, f"{name.upper()}, t = {float(time / process.T):.2f} T")
            up = (-half, half, "x / alpha" if self.rescaled else "x")
            frame = svg.Axes(150, 150, across, up, left=205 * i)
            parts += [frame.axes(), frame.dots(points.tolist(), svg.VERMILLION)]
        label = (
            f"The same 90 points under VE, VP and FM at log-SNR {self.log_snr:.1f}: one picture, "
            "multiplied by three different factors alpha"
        )
        return svg.picture(612, frame.height, label, parts)
