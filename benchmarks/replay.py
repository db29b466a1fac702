"""Every sampler of the book on one exact field: a part of `python -m benchmarks families`.

All have the exact denoiser of the ring and the same noise. Where a sampler lets us choose its
noise levels they are the same; the walks, the trained solver and the flow map have their own. The
budgets are in calls: a method with two calls a step takes half as many steps. The numbers are those
of the page `families` of chapter 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import metrics
from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.flow_maps import SolvedFlowMap
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import EDM, VP, FlowMatching, Process
from dgm_lessons.samplers import (
    DPMSolver2M,
    FewSteps,
    ancestral_step,
    annealed_langevin,
    ddim_step,
    euler_maruyama_step,
    euler_step,
    heun_step,
    langevin_step,
    sample,
)

from .measure import RESULTS, Clock, kept, over_seeds
from .samplers import Counted

BUDGETS = (10, 40)
LONG = (*BUDGETS, 200)  # for the walks
SAMPLES, SEEDS = 10_000, 5
NOISIEST = 79 / 80  # the first time on the clock of flow matching: sigma/alpha is 79
Sampler = Callable[[Tensor, int, Generator], tuple[Tensor, int]]  # -> points, calls


def levels(process: Process, steps: int) -> Tensor:
    """Times of the process with sigma/alpha = u/(1 - u), u even from `NOISIEST` down to 0."""
    u = torch.linspace(NOISIEST, 0, steps + 1, dtype=torch.float64)
    times = process.t_from_log_snr(-2 * (u[:-1] / (1 - u[:-1])).log())
    return torch.cat([times, times.new_zeros(1)])


def stepwise(
    process: Process, step: Callable[[], Callable], looks: int, z: Tensor, calls: int, g: Generator
) -> tuple[Tensor, int]:
    """A one-step sampler from the noise z, and the calls that it made."""
    counted, times = Counted(ExactDenoiser(ring(8), process)), levels(process, calls // looks)
    x = sample(counted, process.sigma(times[0]) * z, times, step(), generator=g)
    return x, counted.calls


def walk(z: Tensor, calls: int, g: Generator) -> tuple[Tensor, int]:
    """Langevin's dynamics on the score of the data alone, as in chapter 1."""
    law, x = ring(8), 2 * z
    for _ in range(calls):
        x = langevin_step(law.score, x, 0.004, g)
    return x, calls


def annealed(z: Tensor, calls: int, g: Generator) -> tuple[Tensor, int]:
    """Ten levels from sigma/alpha = 10 to 0.05, the step 0.6 of the noise's variance."""
    counted = Counted(ExactDenoiser(ring(8), VP()))
    ratios = torch.logspace(1, -1.30103, 10, dtype=torch.float64)
    times = VP().t_from_log_snr(-2 * ratios.log())
    start = VP().sigma(times[0]) * z
    return annealed_langevin(counted, start, times, calls // 10, 0.6, g), calls


def trained(z: Tensor, calls: int, g: Generator) -> tuple[Tensor, int]:
    """The shipped few-step solver of so many calls."""
    numbers = json.loads((RESULTS / "few_steps.json").read_text())["solvers"][str(calls)]
    counted = Counted(ExactDenoiser(ring(8), EDM()))
    return FewSteps(**numbers)(counted, z), counted.calls


def flow_map(z: Tensor, calls: int, g: Generator) -> tuple[Tensor, int]:
    """The exact flow map from noise to data in one call of it, which takes many of the denoiser."""
    counted = Counted(ExactDenoiser(ring(8), FlowMatching()))
    return SolvedFlowMap(counted)(z, 1.0, 0.0), counted.calls


def one_step(process: Process, step: Callable[[], Callable], looks: int = 1) -> Sampler:
    """A row of the table."""
    return partial(stepwise, process, step, looks)


ROWS: dict[str, tuple[Sampler, tuple[int, ...]]] = {
    "Langevin on the data's score": (walk, LONG),
    "annealed Langevin": (annealed, LONG),
    "DDPM, ancestral": (one_step(VP(), lambda: ancestral_step), BUDGETS),
    "reverse SDE, Euler-Maruyama": (one_step(VP(), lambda: euler_maruyama_step), BUDGETS),
    "flow of VP, Euler": (one_step(VP(), lambda: euler_step), BUDGETS),
    "flow of VP, Heun": (one_step(VP(), lambda: heun_step, 2), BUDGETS),
    "DDIM": (one_step(VP(), lambda: ddim_step), BUDGETS),
    "DPM-Solver++ 2M": (one_step(VP(), DPMSolver2M), BUDGETS),
    "flow matching, Euler": (one_step(FlowMatching(), lambda: euler_step), BUDGETS),
    "few-step solver, trained": (trained, (5, 10)),
    "flow map, exact": (flow_map, (1,)),
}


def scores(x: Tensor, seed: int) -> dict[str, float]:
    """The three numbers of chapter 1, against points of the seed's own."""
    law, dice = ring(8), Generator().manual_seed(1000 * seed + 9)
    true = law.sample(len(x), Generator().manual_seed(1000 * seed + 2))
    shares = (metrics.mode_weights(x, law) - law.weights).abs().sum().item() / 2
    distance = metrics.sliced_wasserstein(x, true, 64, dice).item()
    return {"distance": distance, "shares": shares, "stray": metrics.off_mode_share(x, law)}


def run(quick: bool, folder: Path) -> dict[str, Any]:
    """A row for each sampler and budget: the three numbers, and CPU microseconds a sample.

    Each row is kept in the folder: a run that was stopped goes on.
    """
    n, seeds = (500, range(2)) if quick else (SAMPLES, range(SEEDS))
    rows = []
    for name, (sampler, budgets) in ROWS.items():
        for budget in budgets[:1] if quick else budgets:
            path = folder / f"replay-{len(rows)}.json"
            rows.append(kept(path, partial(measured, name, sampler, budget, n, seeds)))
    fresh = [ring(8).sample(n, Generator().manual_seed(1000 * s + 20)) for s in seeds]
    truth = over_seeds([scores(x, seed) for seed, x in zip(seeds, fresh, strict=True)])
    return {"samples": n, "seeds": list(seeds), "truth": truth, "rows": rows}


def measured(
    name: str, sampler: Sampler, budget: int, n: int, seeds: Iterable[int]
) -> dict[str, Any]:
    """The row of a sampler at one budget, over the seeds."""
    found, made = [], 0
    for seed in seeds:
        noise, g = noise_of(seed, n), Generator().manual_seed(1000 * seed + 4)
        clock = Clock()
        with clock.running():
            x, made = sampler(noise, budget, g)
        found.append(scores(x, seed) | {"microseconds": 1e6 * clock.cpu / n})
    return {"sampler": name, "calls": made} | over_seeds(found)


def noise_of(seed: int, n: int) -> Tensor:
    """Standard normal points of the plane, the same for all samplers: (n, 2), float64."""
    return torch.randn((n, 2), generator=Generator().manual_seed(1000 * seed + 3)).double()
