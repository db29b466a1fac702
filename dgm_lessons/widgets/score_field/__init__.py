"""Score field: particles under the exact score of a mixture in the plane, at any noise level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import traitlets as t

from ...mixtures import GaussianMixture, ring
from ...processes import VP, Process
from .. import svg
from ..base import MixtureWidget, check_count, level_range, mixture_state, process_state

DYNAMICS = ("langevin", "sde", "ode")
EDGE = 0.94  # the farthest the probe goes, in half windows


class ScoreField(MixtureWidget):
    """A mixture seen through noise: its density, its score, and particles that follow it.

    A probe asks where a noisy point came from: the pulls of the components, as long as their
    shares, add up to the posterior mean E[x_0 | x_t]; the ellipse is one standard deviation of the
    posterior. Readers can draw data of their own.

    Args:
        mixture: a `GaussianMixture` in 2-D; up to 12 components can be dragged.
        process: what noises it; the slider runs over its log-SNR.
        dynamics: "langevin", "sde" (reverse) or "ode" (PF-ODE).
        n_particles: from 1 to 20,000.
        log_snr: the noise level to start from; the noisy end by default.
        seed: of the particles' random numbers.
        autoplay: the quiet variant for a title page, where noise becomes data by itself.
        aspect: width over height of the picture.
        probe: where the probe stands, as fractions from -0.94 to 0.94 of the window's half width
            and half height; None for a picture without it.
    """

    _folder = Path(__file__).parent
    WORDS = ("score", "posterior mean", "noise guess", "dynamics", "log-SNR")
    PRESETS = (
        (
            "Little noise",
            {"log_snr": 4.5, "probe": [-0.5, 0.62]},
            "One pull: only component 4 can have sent this point, and the ellipse is small.",
        ),
        (
            "Between two",
            {"log_snr": 3.0, "probe": [0.26, 0.63]},
            "Two pulls, nearly opposite. Their sum is short, and ends where no clean point is.",
        ),
        (
            "Much noise",
            {"log_snr": -4.0, "probe": [0.26, 0.63]},
            "All pull, and their sum points inwards: the average is near the middle of the ring.",
        ),
    )

    process = t.Dict().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    log_snr = t.Float().tag(sync=True)
    dynamics = t.Enum(DYNAMICS, "langevin").tag(sync=True)
    n_particles = t.Int().tag(sync=True)
    seed = t.Int().tag(sync=True)
    autoplay = t.Bool().tag(sync=True)
    aspect = t.Float(1.0).tag(sync=True)
    probe: t.List = t.List().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        process: Process | None = None,
        *,
        dynamics: str = "ode",
        n_particles: int = 1000,
        log_snr: float | None = None,
        seed: int = 0,
        autoplay: bool = False,
        aspect: float = 1.0,
        probe: Sequence[float] | None = (0.12, 0.3),
    ) -> None:
        process = VP() if process is None else process
        state = {**mixture_state(mixture, dim=2), "process": process_state(process)}
        if dynamics not in DYNAMICS:
            raise ValueError(f"dynamics must be one of {', '.join(DYNAMICS)}, not {dynamics!r}")
        if not 0.25 <= aspect <= 4:
            raise ValueError(f"aspect must lie between 0.25 and 4, not {aspect}")
        clean, noisy = level_range(mixture, process)
        level = noisy if log_snr is None else float(log_snr)
        if not noisy <= level <= clean:
            raise ValueError(f"log_snr must lie in [{noisy:.2f}, {clean:.2f}], not {log_snr}")
        probe = [] if probe is None or autoplay else [float(value) for value in probe]
        if probe and not (len(probe) == 2 and all(abs(value) <= EDGE for value in probe)):
            raise ValueError(f"probe must be two numbers from -{EDGE} to {EDGE}, not {probe}")
        super().__init__(
            **state,
            levels=[clean, noisy],
            log_snr=level,
            dynamics=dynamics,
            n_particles=check_count(n_particles, 1, 20_000, "n_particles"),
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
            autoplay=bool(autoplay),
            aspect=float(aspect),
            probe=probe,
        )
        if not probe or state["means"] != mixture_state(ring(8), dim=2)["means"]:
            self.presets = []  # they speak of the probe on that ring
        self._process = process

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8), log_snr=1.0, dynamics="langevin")

    def picture(self) -> str:
        """The density, the score and 150 samples, at a level where the components stand apart."""
        half = self._half_height()
        wide = half * self.aspect
        names = ("", "") if self.autoplay else ("x1", "x2")
        frame = svg.Axes(340 * self.aspect, 340, (-wide, wide, names[0]), (-half, half, names[1]))
        scale = 170 / half
        time = self._process.t_from_log_snr(max(self.log_snr, 2.0))
        law = self.mixture.diffuse(self._process.alpha(time), self._process.sigma(time))

        samples = law.sample(150, torch.Generator().manual_seed(self.seed), torch.float64)
        lattice = _lattice(half, self.aspect, rows=11)
        score = law.score(lattice)
        score = 18 * score / score.norm(dim=1, keepdim=True).clamp(min=1e-9)
        places = [frame.place(x, y) for x, y in lattice.tolist()]
        arrows = (
            svg.arrow(x - dx / 2, y + dy / 2, dx, -dy)
            for (x, y), (dx, dy) in zip(places, score.tolist(), strict=True)
        )
        variances, axes = torch.linalg.eigh(law.covariances)
        angles = torch.atan2(-axes[:, 1, 0], axes[:, 0, 0]).rad2deg().tolist()  # y points down
        radii = (scale * variances.sqrt()).tolist()
        centres = [frame.place(x, y) for x, y in law.means.tolist()]
        ellipses = (
            svg.ellipse(centre, (reach * rx, reach * ry), angle, svg.SKY, 0.3)
            for centre, (rx, ry), angle in zip(centres, radii, angles, strict=True)
            for reach in (2, 1)
        )
        label = (
            f"{len(self.weights)} Gaussians in the plane seen through noise, with score and samples"
        )
        marks = [
            ("area", svg.SKY, "density"),
            ("line", svg.GREY, "score"),
            ("dot", svg.VERMILLION, "particles"),
        ]
        parts = [
            *ellipses,
            svg.strokes("".join(arrows), svg.GREY, 1.2),
            frame.dots([(x, y) for x, y in samples.tolist()], svg.VERMILLION),
        ]
        if not self.autoplay:
            parts += [frame.axes(), svg.legend(marks, 44, frame.height + 12, 110)]
        return svg.picture(frame.width, frame.height + 20, label, parts)

    def _half_height(self) -> float:
        spread = 3 * self.mixture.covariances.diagonal(dim1=1, dim2=2).sqrt()
        reach = (self.mixture.means.abs() + spread) / torch.tensor([self.aspect, 1.0])
        return 1.08 * float(reach.max())


def _lattice(half: float, aspect: float, rows: int) -> torch.Tensor:
    def axis(count: int) -> torch.Tensor:
        return (torch.arange(count).double() + 0.5) / count * 2 - 1

    return torch.cartesian_prod(half * aspect * axis(round(rows * aspect)), half * axis(rows))
