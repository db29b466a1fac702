"""Converter: what a network says, in the letters of five conventions, and what a slip costs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...denoisers import PREDICTIONS, prediction_row
from ...processes import EDM, VE, VP, FlowMatching, Process
from .. import svg
from ..base import LessonWidget, check_within, process_state

PROCESSES: dict[str, Process] = {
    "vp": VP(),  # DDPM, in continuous time
    "ve": VE(),  # NCSN
    "edm": EDM(),
    "fm": FlowMatching(),  # the data at t = 0, as in this book
    "fm1": FlowMatching(),  # the data at 1: the same, on the clock 1 - t
}
KINDS = (*PREDICTIONS, "F")
LEVELS = (-7.8, 7.8)  # log-SNR
LARGEST = 200.0


class Converter(LessonWidget):
    """From an input x and one prediction to all others, in every convention at the same log-SNR.

    Each prediction is a row (a, b) of a x_0 + b eps (`denoisers.prediction_row`); "F" is the raw
    network of EDM, D = c_skip x + c_out F. The curve is the error that a conversion makes of an
    error of 1: {eq}`eq-vdm-gain`.

    Args:
        source, target: the conventions: "vp" (DDPM), "ve" (NCSN), "edm", "fm" (flow matching, data
            at t = 0) or "fm1" (data at 1).
        given, wanted: predictions: "x0", "eps", "v", "velocity", "score" or "F".
        log_snr: the noise level, from 7.8 (data) to -7.8 (noise).
        x, value: the network's input and what it says, from -200 to 200.
        sigma_data: the data's standard deviation in EDM's c_skip and c_out, 0.5 in the paper.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Data from noise",
            {"source": "vp", "target": "vp", "given": "eps", "wanted": "x0", "log_snr": -6.0},
            "With much noise an error of the guessed noise is multiplied by σ/α, here 20.",
        ),
        (
            "Noise from data",
            {"source": "vp", "target": "vp", "given": "x0", "wanted": "eps", "log_snr": 6.0},
            "With little noise it is the other way round: an error of the guessed datum is "
            "multiplied by α/σ.",
        ),
        (
            "v is careful",
            {"source": "vp", "target": "vp", "given": "v", "wanted": "x0", "log_snr": -6.0},
            "Under VP no conversion from v to the datum or to the noise makes an error larger: "
            "the curve never rises above 1.",
        ),
        (
            "From DDPM to flow matching",
            {"source": "vp", "target": "fm1", "given": "eps", "wanted": "velocity", "log_snr": 0.0},
            "One network, two papers. At the same log-SNR the input is rescaled, and the clock "
            "of the paper runs from noise to data.",
        ),
    )

    processes = t.Dict().tag(sync=True)
    limits: t.List = t.List().tag(sync=True)
    source = t.Enum(tuple(PROCESSES), "vp").tag(sync=True)
    target = t.Enum(tuple(PROCESSES), "vp").tag(sync=True)
    given = t.Enum(KINDS, "eps").tag(sync=True)
    wanted = t.Enum(KINDS, "x0").tag(sync=True)
    log_snr = t.Float().tag(sync=True)
    x = t.Float().tag(sync=True)
    value = t.Float().tag(sync=True)
    sigma_data = t.Float().tag(sync=True)

    def __init__(
        self,
        source: str = "vp",
        given: str = "eps",
        target: str = "vp",
        wanted: str = "x0",
        *,
        log_snr: float = 0.0,
        x: float = 0.5,
        value: float = 0.3,
        sigma_data: float = 0.5,
    ) -> None:
        for name, chosen, known in (
            ("source", source, tuple(PROCESSES)),
            ("target", target, tuple(PROCESSES)),
            ("given", given, KINDS),
            ("wanted", wanted, KINDS),
        ):
            if chosen not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {chosen!r}")
        super().__init__(
            processes={name: process_state(known) for name, known in PROCESSES.items()},
            limits=list(LEVELS),
            source=source,
            target=target,
            given=given,
            wanted=wanted,
            log_snr=check_within("log_snr", log_snr, LEVELS),
            x=check_within("x", x, (-LARGEST, LARGEST)),
            value=check_within("value", value, (-LARGEST, LARGEST)),
            sigma_data=check_within("sigma_data", sigma_data, (0.01, 100.0)),
        )

    @classmethod
    def example(cls) -> Self:
        return cls()

    def picture(self) -> str:
        """What becomes of an error of 1 in eps, x_0 or v, read as x_0, under VP."""
        levels = torch.linspace(LEVELS[1], LEVELS[0], 79).double()
        process = PROCESSES["vp"]
        t = process.t_from_log_snr(levels)
        alpha, sigma = process.levels(t)
        decades = (-levels / 2 / math.log(10)).tolist()  # of sigma / alpha
        frame = svg.Axes(
            500,
            230,
            (-1.7, 1.7, "noise level, log10 of sigma / alpha"),
            (-2, 2, "log10 of what an error is multiplied by"),
        )
        parts = [frame.axes(), frame.curve([-1.7, 1.7], [0, 0], svg.GREY, 1, "4 4")]
        styles = {"eps": (svg.VERMILLION, ""), "v": (svg.BLUE, "6 4")}
        for kind, (colour, dash) in styles.items():
            a, b = prediction_row(kind, t, process)
            gain = (sigma / (alpha * b - sigma * a)).abs().log10()
            parts.append(frame.curve(decades, gain.tolist(), colour, dash=dash))
        keys = [
            ("line", svg.VERMILLION, "x0 read from eps"),
            ("dash", svg.BLUE, "x0 read from v"),
        ]
        parts.append(svg.legend(keys, 44, frame.height + 12))
        label = (
            "What an error of 1 becomes when the datum is read from a guessed noise, a line that "
            "rises with the noise level, or from v, a curve that stays at or below 1"
        )
        return svg.picture(frame.width, frame.height + 20, label, parts)
