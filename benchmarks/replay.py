"""Every sampler of the book on one exact field: a part of `python -m benchmarks families`.

All have the exact denoiser of the ring, the same noise, the same noise levels and the same number
of calls; a method with two calls a step takes half as many steps. The numbers are those of the
page `families` of chapter 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import metrics
from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.flow_maps import (
    LearnedFlowMap,
    TwoTimeMLP,
    call_times,
    eulerian_loss,
    fit_flow_map,
    follow,
)
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
    solve_adaptive,
)

from .measure import RESULTS, Clock, over_seeds, progress
from .samplers import Counted

BUDGETS = (10, 40, 200)
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
    """The exact flow map from noise to data: the flow, solved with as many calls as it needs."""
    exact: AbstractDenoiser = ExactDenoiser(ring(8), FlowMatching())
    return solve_adaptive(exact, z, 1.0, 0.0, 1e-5, 1e-5)


def learned_map(seed: int, steps: int) -> LearnedFlowMap:
    """A flow map that is learned from 50,000 points of the ring, by the Eulerian loss."""
    torch.manual_seed(seed)  # layers draw their first weights from the global generator
    process, g = FlowMatching(), Generator().manual_seed(1000 * seed + 5)
    learned = LearnedFlowMap(TwoTimeMLP(2, process), process)
    points = ring(8).sample(50_000, g).float()
    for _ in fit_flow_map(learned, points, eulerian_loss, steps, generator=g):
        pass
    return learned


def one_step(process: Process, step: Callable[[], Callable], looks: int = 1) -> Sampler:
    """A row of the table."""
    return partial(stepwise, process, step, looks)


ROWS: dict[str, tuple[Sampler, tuple[int, ...]]] = {
    "Langevin on the data's score": (walk, BUDGETS),
    "annealed Langevin": (annealed, BUDGETS),
    "DDPM, ancestral": (one_step(VP(), lambda: ancestral_step), BUDGETS),
    "reverse SDE, Euler-Maruyama": (one_step(VP(), lambda: euler_maruyama_step), BUDGETS),
    "flow of VP, Euler": (one_step(VP(), lambda: euler_step), BUDGETS),
    "flow of VP, Heun": (one_step(VP(), lambda: heun_step, 2), BUDGETS),
    "DDIM": (one_step(VP(), lambda: ddim_step), BUDGETS),
    "DPM-Solver++ 2M": (one_step(VP(), DPMSolver2M), BUDGETS),
    "flow matching, Euler": (one_step(FlowMatching(), lambda: euler_step), BUDGETS),
    "flow matching, Heun": (one_step(FlowMatching(), lambda: heun_step, 2), BUDGETS),
    "few-step solver, trained": (trained, (5, 10)),
    "the flow, solved finely": (flow_map, (0,)),
}


def scores(x: Tensor, seed: int) -> dict[str, float]:
    """The three numbers of chapter 1, against points of the seed's own."""
    law, dice = ring(8), Generator().manual_seed(1000 * seed + 9)
    true = law.sample(len(x), Generator().manual_seed(1000 * seed + 2))
    shares = (metrics.mode_weights(x, law) - law.weights).abs().sum().item() / 2
    distance = metrics.sliced_wasserstein(x, true, 64, dice).item()
    return {"distance": distance, "shares": shares, "stray": metrics.off_mode_share(x, law)}


def run(quick: bool) -> dict[str, Any]:
    """A row for each sampler and budget: the three numbers, and CPU microseconds a sample."""
    n, seeds = (500, range(2)) if quick else (SAMPLES, range(SEEDS))
    rows = []
    training = Clock()
    with training.running():
        maps = [learned_map(seed, 5 if quick else 1000) for seed in seeds]

    def one_map(z: Tensor, calls: int, g: Generator) -> tuple[Tensor, int]:
        learned = maps[g.initial_seed() // 1000]
        return follow(learned, z.float(), call_times(learned.process, calls)), calls

    table = ROWS | {"flow map, learned": (one_map, (1, 4))}
    for name, (sampler, budgets) in table.items():
        for budget in budgets[:1] if quick else budgets:
            found, made = [], 0
            for seed in seeds:
                z, g = (Generator().manual_seed(1000 * seed + k) for k in (3, 4))
                noise, clock = torch.randn((n, 2), generator=z, dtype=torch.float64), Clock()
                with clock.running():
                    x, made = sampler(noise, budget, g)
                found.append(scores(x, seed) | {"microseconds": 1e6 * clock.cpu / n})
            rows.append({"sampler": name, "calls": made} | over_seeds(found))
            medians = {k: v["median"] for k, v in rows[-1].items() if isinstance(v, dict)}
            progress(f"{name}, {made} calls: {medians}")
    fresh = [ring(8).sample(n, Generator().manual_seed(1000 * s + 20)) for s in seeds]
    truth = over_seeds([scores(x, seed) for seed, x in zip(seeds, fresh, strict=True)])
    trained = {"steps": 5 if quick else 1000, "cpu_seconds_each": training.cpu / len(seeds)}
    return {"samples": n, "seeds": list(seeds), "truth": truth, "map": trained, "rows": rows}
