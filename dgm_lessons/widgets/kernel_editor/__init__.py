"""Kernel editor: two curves drawn by hand, and everything that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import torch
import traitlets as t
from torch import Tensor

from ...mixtures import GaussianMixture, gm1
from ...processes import VE, VP, CosineVP, FlowMatching, Process
from .. import svg
from ..base import MixtureWidget, check_within, mixture_state, process_state

HANDLES = 5  # at t = 0.2, 0.4, ..., 1
ALPHAS, SIGMAS = (0.0, 1.2), (0.0, 3.0)  # limits of the handles
LEAST = 0.01  # of both before the end
AT = [(k + 1) / HANDLES for k in range(HANDLES)]
PROCESSES: dict[str, Process] = {
    "vp": VP(),
    "ve": VE(sigma_min=0.03, sigma_max=3.0),
    "cosine": CosineVP(),
    "fm": FlowMatching(),
}


def on(name: str) -> dict[str, Any]:
    """The fields that put all handles on the curves of a process."""
    process, times = PROCESSES[name], torch.tensor(AT, dtype=torch.float64)
    curves = process.alpha(times).tolist(), process.sigma(times).tolist()
    return {"start": name, "alphas": curves[0], "sigmas": curves[1]}


Curve = Callable[[Tensor], Tensor]


class KernelEditor(MixtureWidget):
    """Draw alpha(t) and sigma(t) of x_t = alpha x_0 + sigma eps: all else follows at once.

    f, g squared ({eq}`eq-kern-lemma`), the log-SNR, the densities and exact paths of the SDE.
    Where the SNR rises g squared is negative: the spans are shaded and the paths stop. The curves
    are those of a process plus a monotone cubic (PCHIP) through what the handles are off them, or
    such a cubic alone: f and g squared have no jumps, and untouched processes are exact.

    Args:
        mixture: a `GaussianMixture` on the line, the law of the data; by default `gm1()`.
        start: the curves that are bent: "vp", "ve" (to sigma = 3), "cosine", "fm"; or "drawn".
        alphas, sigmas: the curves at t = 0.2, 0.4, ..., 1, by default those of `start`; at t = 0
            they are 1 and 0. Alphas lie in [0, 1.2], sigmas in [0, 3]; before the end both are at
            least 0.01.
        time: of the cursor, from 0 to 1.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        ("VP", on("vp"), "The rate β grows evenly: g² = β, f = −β/2, and all is finite."),
        (
            "VE",
            on("ve"),
            "No drift; σ grows geometrically, here to 3, and g² with it.",
        ),
        ("Cosine", on("cosine"), "A quarter of a circle in the (α, σ) plane; α ends at 0."),
        ("FM", on("fm"), "Two straight lines: f = −1/(1−t), g² = 2t/(1−t)."),
        (
            "A bump",
            {"start": "drawn", "alphas": [1.0] * 5, "sigmas": [0.6, 1.1, 0.7, 0.5, 1.4]},
            "Noise comes, goes and comes again.",
        ),
        (
            "σ falls, α faster",
            {
                "start": "drawn",
                "alphas": [0.9, 0.6, 0.3, 0.12, 0.03],
                "sigmas": [0.5, 0.9, 0.8, 0.65, 0.5],
            },
            "The noise shrinks after t = 0.4.",
        ),
    )

    processes = t.Dict().tag(sync=True)
    start = t.Enum(("drawn", *PROCESSES), "vp").tag(sync=True)
    alphas: t.List = t.List().tag(sync=True)
    sigmas: t.List = t.List().tag(sync=True)
    time = t.Float().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture | None = None,
        *,
        start: str = "vp",
        alphas: Sequence[float] | None = None,
        sigmas: Sequence[float] | None = None,
        time: float = 1.0,
    ) -> None:
        if start not in ("drawn", *PROCESSES):
            known = ", ".join(("drawn", *PROCESSES))
            raise ValueError(f"start must be one of {known}, not {start!r}")
        if start == "drawn" and (alphas is None or sigmas is None):
            raise ValueError("start = 'drawn' has no curves of its own: give alphas and sigmas")
        own = on(start) if start != "drawn" else {}
        super().__init__(
            **mixture_state(gm1() if mixture is None else mixture, dim=1),
            processes={name: process_state(known) for name, known in PROCESSES.items()},
            start=start,
            alphas=_handles("alphas", own["alphas"] if alphas is None else alphas, ALPHAS),
            sigmas=_handles("sigmas", own["sigmas"] if sigmas is None else sigmas, SIGMAS),
            time=check_within("time", time, (0.0, 1.0)),
        )

    @classmethod
    def example(cls) -> Self:
        return cls()

    def curves(self) -> tuple[Curve, Curve]:
        """(alpha, sigma) as they are drawn now: functions of a tensor of times in [0, 1]."""
        if self.start == "drawn":
            return monotone([1.0, *self.alphas]), monotone([0.0, *self.sigmas])
        known = PROCESSES[self.start]
        return bend(known._alpha, self.alphas), bend(known._sigma, self.sigmas)

    def picture(self) -> str:
        """The two curves with their handles."""
        times = torch.linspace(0, 1, 101, dtype=torch.float64)
        frame = svg.Axes(420, 190, (0, 1, "time t"), (0, 3, "alpha and sigma"))
        parts = [frame.axes()]
        hues = (svg.BLUE, svg.VERMILLION)
        for curve, values, hue in zip(self.curves(), (self.alphas, self.sigmas), hues, strict=True):
            parts += [
                frame.curve(times.tolist(), curve(times).tolist(), hue),
                frame.dots(list(zip(AT, values, strict=True)), hue, 7),
            ]
        marks = [("line", hues[0], "alpha"), ("line", hues[1], "sigma")]
        parts.append(svg.legend(marks, 44, frame.height + 4))
        label = (
            f"Two curves over time: alpha goes from 1 to {self.alphas[-1]:.2f}, sigma from 0 to "
            f"{self.sigmas[-1]:.2f}"
        )
        return svg.picture(frame.width, frame.height + 14, label, parts)


def bend(known: Curve, values: Sequence[float]) -> Curve:
    """A known curve plus the monotone cubic through what the values are off it; never below 0."""
    off = torch.tensor(values, dtype=torch.float64) - known(torch.tensor(AT, dtype=torch.float64))
    added = monotone([0.0, *off.tolist()])
    return lambda t: (known(t) + added(t)).clamp(min=0)


def monotone(values: Sequence[float]) -> Curve:
    """The monotone cubic (PCHIP) through values at evenly spaced times from 0 to 1.

    Its slope has no jumps, and it rises and falls only where the values do (Fritsch and Butland
    1984; scipy's `PchipInterpolator`). The same as `makeCurve` in maths/kernel.js.
    """
    knots = torch.tensor(values, dtype=torch.float64)
    n = len(values) - 1
    rise = n * knots.diff()
    before, after = rise[:-1], rise[1:]
    inner = torch.where(before * after > 0, 2 * before * after / (before + after), 0.0)
    slopes = torch.cat([_end(rise[:2]), inner, _end(rise[-2:].flip(0))])

    def curve(t: Tensor) -> Tensor:
        k = (n * t.detach()).floor().long().clamp(0, n - 1)
        u = n * t - k
        v = 1 - u
        ends = v**2 * (1 + 2 * u) * knots[k] + u**2 * (1 + 2 * v) * knots[k + 1]
        return ends + u * v * (v * slopes[k] - u * slopes[k + 1]) / n

    return curve


def _end(rises: Tensor) -> Tensor:
    """The slope at an end, from the rise beside it and the next: of a parabola, held."""
    own, after = rises
    slope = (3 * own - after) / 2
    if slope * own <= 0:
        slope = 0 * own
    elif own * after < 0 and slope.abs() > 3 * own.abs():
        slope = 3 * own
    return slope[None]


def _handles(name: str, values: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """The five values, checked."""
    if len(values) != HANDLES:
        raise ValueError(f"{name} must be {HANDLES} numbers, not {len(values)}")
    first = [check_within(f"every {name[:-1]}", v, (LEAST, limits[1])) for v in values[:-1]]
    return [*first, check_within(f"the last {name[:-1]}", values[-1], limits)]
