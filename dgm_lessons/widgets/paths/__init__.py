"""Paths: a mixture on the line on its way to noise and back, by the SDE and by the PF-ODE."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, gm1
from ...processes import VE, VP, FlowMatching, Process
from .. import svg
from ..base import MixtureWidget, check_count, level_range, mixture_state, process_state

PROCESSES: dict[str, Process] = {"vp": VP(), "ve": VE(), "fm": FlowMatching()}
DIRECTIONS = ("forward", "backward")


class Paths(MixtureWidget):
    """The heat map of p_t over time, with SDE paths and PF-ODE lines from two starts to be dragged.

    Args:
        mixture: a `GaussianMixture` in 1-D.
        process: the one to begin with: "vp", "ve" or "fm"; the reader can change it.
        direction: "forward", from data to noise, or "backward".
        start: where the paths leave from, x / sqrt(1 + sigma^2) under "ve", else x.
        other: the second start, in the same unit; by default -start.
        time: of the cursor, as a fraction of T; by default where the paths begin.
        seed: of the SDE's random numbers.
    """

    _folder = Path(__file__).parent
    WORDS = ("flow", "processes")
    PRESETS = (
        (
            "Nearly one start",
            {"direction": "backward", "start": 0.3, "other": 0.26, "time": 0.0},
            "From nearly the same noise the smooth lines run side by side, and do not cross. The "
            "orange paths, from one start, end in both modes.",
        ),
        (
            "To different modes",
            {"direction": "backward", "start": -0.15, "other": -0.35, "time": 0.0},
            "Two neighbours in the noise; between them runs the line that parts the modes.",
        ),
        (
            "From both modes",
            {"direction": "forward", "start": 1.0, "other": -1.5, "time": 1.0},
            "The orange paths leave from one mode. In the end the noise has forgotten which.",
        ),
    )

    processes = t.Dict().tag(sync=True)
    levels = t.Dict().tag(sync=True)
    process = t.Enum(tuple(PROCESSES), "vp").tag(sync=True)
    direction = t.Enum(DIRECTIONS, "backward").tag(sync=True)
    start = t.Float().tag(sync=True)
    other = t.Float().tag(sync=True)
    time = t.Float().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        process: str = "vp",
        *,
        direction: str = "backward",
        start: float = 0.5,
        other: float | None = None,
        time: float | None = None,
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=1)
        if process not in PROCESSES:
            raise ValueError(f"process must be one of {', '.join(PROCESSES)}, not {process!r}")
        if direction not in DIRECTIONS:
            raise ValueError(f"direction must be forward or backward, not {direction!r}")
        time = float(direction == "backward") if time is None else float(time)
        if not 0 <= time <= 1:
            raise ValueError(f"time is a fraction of T, between 0 and 1, not {time}")
        other = -float(start) or 0.5 if other is None else float(other)
        for name, value in (("start", start), ("other", other)):
            if not abs(value) < 1e3:
                raise ValueError(f"{name} must be a finite number near the mixture, not {value}")
        super().__init__(
            **state,
            processes={name: process_state(known) for name, known in PROCESSES.items()},
            levels={name: list(_levels(mixture, known)) for name, known in PROCESSES.items()},
            process=process,
            direction=direction,
            start=float(start),
            other=other,
            time=time,
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )
        if state != mixture_state(gm1(), dim=1):
            self.presets = []  # they speak of that mixture

    @classmethod
    def example(cls) -> Self:
        return cls(gm1(), direction="forward", start=1.0, other=-1.5)

    def picture(self) -> str:
        """Quantiles of p_t over time, which are PF-ODE lines: where they crowd, p_t is large."""
        process = PROCESSES[self.process]
        times = torch.linspace(0.0, 1.0, 41).double() * process.t_max
        levels = torch.linspace(0.02, 0.98, 13).double()
        curves = torch.stack([_quantiles(self.mixture, process, float(s), levels) for s in times])
        half = 1.05 * float(curves.abs().max())
        scaled = "x / sqrt(1 + sigma^2)" if self.process == "ve" else "x"
        frame = svg.Axes(500, 280, (0, 1, "time t / T: data to noise"), (-half, half, scaled))
        xs = (times / times[-1]).tolist()
        lines = [frame.points(xs, column) for column in curves.T.tolist()]
        label = "A mixture on the line becomes noise from left to right; lines follow its quantiles"
        parts = [
            svg.area([*lines[0], *reversed(lines[-1])], svg.SKY, 0.25),
            svg.strokes("".join(map(svg.line, lines)), svg.BLUE, 1.2, 0.8),
            frame.axes(),
            svg.legend([("line", svg.BLUE, "quantiles of p_t")], 44, frame.height + 12),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)


def _levels(mixture: GaussianMixture, process: Process) -> tuple[float, float]:
    """The log-SNR at the two ends of the paths, which begin at t = T/250 or before."""
    clean, noisy = level_range(mixture, process)
    return max(clean, float(process.log_snr(process.T / 250))), noisy


def _quantiles(
    mixture: GaussianMixture, process: Process, time: float, levels: torch.Tensor
) -> torch.Tensor:
    """The x with F_t(x) = level, by bisection, over sqrt(alpha^2 + sigma^2) where that explodes."""
    alpha, sigma = process.alpha(time), process.sigma(time)
    law = mixture.diffuse(alpha, sigma)
    centre, std = law.means[:, 0], law.covariances[:, 0, 0].sqrt()
    edge = float((centre.abs() + 10 * std).max())
    low, high = torch.full_like(levels, -edge), torch.full_like(levels, edge)
    for _ in range(50):
        middle = (low + high) / 2
        below = torch.special.ndtr((middle[:, None] - centre) / std) @ law.weights
        low, high = (
            torch.where(below < levels, middle, low),
            torch.where(below < levels, high, middle),
        )
    explodes = float(alpha**2 + sigma**2) > 1
    return middle / float((alpha**2 + sigma**2).sqrt()) if explodes else middle
