"""Solver race: solvers of the probability flow from one start, with equal network calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

import torch
import traitlets as t
from torch import Tensor, nn

from ...denoisers import ExactDenoiser
from ...mixtures import GaussianMixture, ring
from ...networks import MLP
from ...processes import VP
from ...samplers import euler_step, heun_step, sample
from ...zoo import load_network
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state, process_state

SOLVERS = ("euler", "heun", "ddim", "multistep", "random", "adaptive", "few")
GRIDS = ("time", "snr", "angle")
MEASURES = ("endpoint", "crowd")
CALLS = (4, 48)
REACH = 3.0  # of the start, and of the picture
PROCESS = VP()
FEW = Path(__file__).parents[2] / "results" / "few_steps.json"  # solvers trained on ring(8)


class SolverRace(MixtureWidget):
    """Solvers from one noise x_T that the reader drags, with at most the same network calls.

    Euler, Heun, DDIM, DPM-Solver++ 2M, an adaptive pair of orders 3 and 2, Euler-Maruyama on the
    reverse SDE, all under VP from t = 1 to t_min, and a trained solver, which always has five
    calls; the adaptive one needs ten to arrive. Beside them the error of each against calls, of a
    crowd of starts, computed in the page. The denoiser is the exact one or the network `ring`.

    Args:
        mixture: a `GaussianMixture` in 2-D.
        few: a `FewSteps` solver trained for it, as the dictionary of its `levels`, `noise_weights`
            and `answer_weights`; by default the shipped one for `ring(8)`, and none elsewhere.
        calls: of the network for one sample, 4 to 48.
        denoiser: "exact" or "trained"; the network was trained on `ring(8)` and knows no other.
        grid: of times: "time", "snr" (even in log-SNR) or "angle" (even in atan(sigma/alpha)).
        measure: "endpoint", the median distance from the exact end, or "crowd", the sliced
            Wasserstein distance between the crowd of ends and that of the exact ends.
        solver: the one that stands out: one of `SOLVERS`.
        start: x_T, two numbers of at most 3.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Few calls, bad grid",
            {"calls": 8, "grid": "time", "denoiser": "exact", "measure": "endpoint"},
            "Even in time, most steps are spent where nothing is decided.",
        ),
    )

    process = t.Dict().tag(sync=True)
    network = t.Bytes().tag(sync=True)
    few = t.Dict().tag(sync=True)
    calls = t.Int().tag(sync=True)
    denoiser = t.Enum(("exact", "trained"), "exact").tag(sync=True)
    grid = t.Enum(GRIDS, "angle").tag(sync=True)
    measure = t.Enum(MEASURES, "endpoint").tag(sync=True)
    solver = t.Enum(SOLVERS, "euler").tag(sync=True)
    start: t.List = t.List().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        *,
        few: dict | None = None,
        calls: int = 8,
        denoiser: str = "exact",
        grid: str = "angle",
        measure: str = "endpoint",
        solver: str = "euler",
        start: tuple[float, float] = (0.6, 0.9),
    ) -> None:
        state = mixture_state(mixture, dim=2)
        if few is None and state == mixture_state(ring(8), dim=2):
            few = json.loads(FEW.read_text(encoding="utf8"))["solvers"]["5"]
        choices = {
            "denoiser": (denoiser, ("exact", "trained")),
            "grid": (grid, GRIDS),
            "measure": (measure, MEASURES),
            "solver": (solver, SOLVERS if few else SOLVERS[:-1]),
        }
        for name, (value, known) in choices.items():
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
        if len(start) != 2:
            raise ValueError(f"start must be two numbers, not {start!r}")
        super().__init__(
            **state,
            process=process_state(PROCESS),
            network=packed(load_network("ring")),
            few=few or {},
            calls=check_count(calls, *CALLS, "calls"),
            start=[check_within("start", value, (-REACH, REACH)) for value in start],
            **{name: value for name, (value, _) in choices.items()},
        )

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8))

    def picture(self) -> str:
        """The exact line of the flow from the start, and Euler's way with so many calls."""
        exact = ExactDenoiser(self.mixture, PROCESS)
        x = torch.tensor([self.start], dtype=torch.float64)
        frame = svg.Axes(340, 340, (-REACH, REACH, "x1"), (-REACH, REACH, "x2"))
        true = sample(exact, x, angle_grid(100), heun_step, path=True)[:, 0]
        euler = sample(exact, x, angle_grid(self.calls), euler_step, path=True)[:, 0]
        data = self.mixture.sample(200, torch.Generator().manual_seed(0), torch.float64)
        label = (
            f"From the noise ({self.start[0]:.2f}, {self.start[1]:.2f}) the line of the flow runs "
            f"to a mixture of {len(self.weights)} Gaussians; Euler's {self.calls} steps beside it"
        )
        marks = [
            ("dot", svg.SKY, "data"),
            ("line", svg.GREY, "the flow"),
            ("line", svg.VERMILLION, "Euler"),
        ]
        parts = [
            frame.dots(data.tolist(), svg.SKY, 2),
            frame.curve(true[:, 0].tolist(), true[:, 1].tolist(), svg.GREY, 2.6),
            frame.curve(euler[:, 0].tolist(), euler[:, 1].tolist(), svg.VERMILLION),
            frame.dots(euler.tolist(), svg.VERMILLION),
            frame.axes(),
            svg.legend(marks, 44, frame.height + 12, 100),
        ]
        return svg.picture(frame.width, frame.height + 20, label, parts)


def angle_grid(n: int) -> Tensor:
    """n + 1 times even in atan(sigma/alpha), as the page has them."""
    ends = torch.tensor([PROCESS.T, PROCESS.t_min], dtype=torch.float64)
    first, last = torch.atan2(PROCESS.sigma(ends), PROCESS.alpha(ends)).tolist()
    angles = torch.linspace(first, last, n + 1, dtype=torch.float64)
    times = PROCESS.t_from_log_snr(-2 * angles.tan().log())
    times[0], times[-1] = PROCESS.T, PROCESS.t_min
    return times


def packed(network: nn.Module) -> bytes:
    """The weights of an `MLP` as the browser keeps them: [in, out], in blocks of four."""
    assert isinstance(network, MLP)
    parts = [p.detach().double() for p in network.parameters()]
    rows = []
    for weight, bias in zip(parts[::2], parts[1::2], strict=True):
        inner, columns = (size + -size % 4 for size in weight.T.shape)
        table = torch.zeros(inner, columns, dtype=torch.float64)
        table[: weight.shape[1], : weight.shape[0]] = weight.T
        rows += [table.flatten(), nn.functional.pad(bias, (0, columns - len(bias)))]
    return torch.cat(rows).float().numpy().tobytes()
