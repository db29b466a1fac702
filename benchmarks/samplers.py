"""Samplers on the exact denoiser of the ring: quality against network calls, and their own cost.

Every sampler starts from the same 10,000 points of noise. Where the ODE is followed, the endpoint
is compared, point by point, with that of a fine solution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import EDM, VP, FlowMatching, Process, karras, time_grid
from dgm_lessons.samplers import (
    DPMSolver2M,
    ancestral_step,
    ddim_step,
    euler_step,
    heun_step,
    sample,
    solve_adaptive,
)

from . import evaluate, peer_samplers, peers
from .measure import cpu_seconds, over_seeds, progress, summary

BUDGETS = (5, 10, 20, 50)


class Counted(AbstractDenoiser):
    """A denoiser that counts its calls."""

    def __init__(self, denoiser: AbstractDenoiser) -> None:
        self.denoiser, self.process, self.calls = denoiser, denoiser.process, 0

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        return self.denoiser.x0_eps(x_t, t)

    def velocity(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        self.calls += 1
        return self.denoiser.velocity(x_t, t)


class Still(AbstractDenoiser):
    """A denoiser that costs nothing: it always gives the same answer."""

    def __init__(self, process: Process, like: Tensor) -> None:
        self.process, self.answer = process, (torch.zeros_like(like), torch.ones_like(like))

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        return self.answer


def midpoint_step(
    denoiser: AbstractDenoiser, x: Tensor, s: float, t: float, generator: Generator | None = None
) -> Tensor:
    """One midpoint step of the probability-flow ODE, order 2: a step of one's own."""
    middle = x + 0.5 * (t - s) * denoiser.velocity(x, s)
    return x + (t - s) * denoiser.velocity(middle, 0.5 * (s + t))


def straight(n: int) -> Tensor:
    """Flow matching, even in time: n steps from 1 down to 0."""
    return torch.linspace(1, 0, n + 1, dtype=torch.float64)


def almost_straight(n: int) -> Tensor:
    """The same from just before 1, for solvers that need alpha > 0."""
    times = straight(n)
    times[0] = 1 - 5e-4
    return times


def _karras(process: Process, n: int) -> Tensor:
    """n - 1 steps on the levels 80 to 0.02 of Karras et al., rho 7, and one to the data."""
    high, low = (
        float(process.t_from_log_snr(-2 * torch.tensor(level).double().log()))
        for level in (80.0, 0.02)
    )
    times = time_grid(process, n - 1, karras(7.0), t_max=high, t_min=low)
    return torch.cat([times, times.new_zeros(1)])


def _log_snr(process: Process, n: int) -> Tensor:
    """n - 1 steps even in the log-SNR, and one to the data."""
    times = time_grid(process, n - 1)
    return torch.cat([times, times.new_zeros(1)])


# name: (process, step, calls a step, times)
Ours = tuple[Process, Callable[[], Callable], int, Callable[[int], Tensor]]
OURS: dict[str, Ours] = {
    "DPM-Solver++ 2M, flow, even in t": (FlowMatching(), DPMSolver2M, 1, almost_straight),
    "Heun, flow, even in t": (FlowMatching(), lambda: heun_step, 2, straight),
    "midpoint, flow, even in t": (FlowMatching(), lambda: midpoint_step, 2, straight),
    "Euler, flow, even in t": (FlowMatching(), lambda: euler_step, 1, straight),
    "DPM-Solver++ 2M, VP, even in log-SNR": (VP(), DPMSolver2M, 1, lambda n: _log_snr(VP(), n)),
    "DPM-Solver++ 2M, EDM, Karras": (EDM(), DPMSolver2M, 1, lambda n: _karras(EDM(), n)),
    "DDIM, EDM, Karras": (EDM(), lambda: ddim_step, 1, lambda n: _karras(EDM(), n)),
    "Heun, EDM, Karras": (EDM(), lambda: heun_step, 2, lambda n: _karras(EDM(), n)),
    "ancestral, VP, even in log-SNR": (
        *(VP(), lambda: ancestral_step, 1),
        lambda n: _log_snr(VP(), n),
    ),
}


def follow(name: str, noise: Tensor, calls: int) -> tuple[Tensor, int]:
    """Samples of one of `OURS` from standard noise, and the calls it made: at most `calls`."""
    return follow_entry(OURS[name], noise, calls)


def follow_entry(entry: Ours, noise: Tensor, calls: int) -> tuple[Tensor, int]:
    """The same of an entry of one's own."""
    process, make, per_step, grid = entry
    counted = Counted(ExactDenoiser(ring(8), process))
    times = grid(calls // per_step)
    start = noise * (float(times[0]) if isinstance(process, EDM) else 1.0)
    x = sample(counted, start, times, make(), generator=Generator().manual_seed(3))
    return x, counted.calls


def run(quick: bool) -> dict[str, Any]:
    """Quality at every budget, and seconds a step."""
    # many draws of noise: the distance of one draw may be four times that of another
    n, seeds = (1000, [0]) if quick else (evaluate.SAMPLES, list(range(24)))
    _, missing = peers.available(("diffusers", "flow_matching"))
    law = evaluate.laws()[0]
    floor = evaluate.floor(law, n, 5 if quick else 100)
    exact = ExactDenoiser(ring(8), FlowMatching())
    starts = [torch.randn((n, 2), generator=Generator().manual_seed(s)).double() for s in seeds]
    fine = [solve_adaptive(exact, z, 1.0, 0.0, 1e-7, 1e-7)[0] for z in starts]
    progress("the fine reference is ready")
    entries = [("dgm_lessons", name, follow) for name in OURS]
    entries += [(p, name, peer_samplers.follow) for p, name in peer_samplers.names(missing)]
    rows = []
    for owner, name, how in entries:
        for calls in BUDGETS:
            runs, used = [], 0
            for seed, z, end in zip(seeds, starts, fine, strict=True):
                x, used = how(name, z, calls)
                runs.append(
                    evaluate.evaluate(law, x, floor, seed) | {"paired_error": paired(x, end)}
                )
            numbers = over_seeds(runs)
            rows.append({"owner": owner, "sampler": name, "budget": calls, "calls": used} | numbers)
            line = ", ".join(f"{k} {v['median']:.3g}" for k, v in numbers.items())
            progress(f"{owner}: {name}, {used} calls: {line}")
    ends = [evaluate.evaluate(law, x, floor, s) for s, x in zip(seeds, fine, strict=True)]
    return {
        "samples": n,
        "seeds": seeds,
        "floor": floor,
        "fine": over_seeds(ends),
        "rows": rows,
        "step_cpu_seconds": step_costs(missing, 10 if quick else 50, 3 if quick else 15),
        "left_out": missing,
    }


def paired(x: Tensor, end: Tensor) -> float:
    """Root mean square distance of the endpoints."""
    return (x.double() - end).square().sum(1).mean().sqrt().item()


def step_costs(missing: dict[str, str], steps: int, repeats: int) -> list[dict[str, Any]]:
    """CPU seconds of one step, network excluded, on 256 points of the plane.

    A step of Heun or of the midpoint rule is two calls, for us and for the peers.
    """
    x = torch.randn((256, 2), generator=Generator().manual_seed(0))
    rows: list[dict[str, Any]] = []

    def note(owner: str, name: str, work: Callable[[], object], count: float) -> None:
        seconds = summary(v / count for v in cpu_seconds(work, repeats)["values"])
        rows.append({"owner": owner, "sampler": name, "seconds": seconds})
        progress(f"{owner}: {name}: {1e6 * seconds['median']:.0f} microseconds a step")

    for name, (process, make, _, grid) in OURS.items():
        still, times = Still(process, x), grid(steps)
        note("dgm_lessons", name, lambda: sample(still, x, times, make()), steps)  # noqa: B023
    for owner, name in peer_samplers.names(missing):
        work, count = peer_samplers.bare_steps(name, x, steps)
        if work is not None:
            note(owner, name, work, count / peer_samplers.SCHEDULERS[name][2])
    return rows
