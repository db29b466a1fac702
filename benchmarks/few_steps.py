"""The trained few-step solver: what it gains on the ring, what it costs, and where it fails.

Each solver is trained on noise of its own seed, and measured on other noise, beside the fine
solution of the same noise. DPM-Solver++ 2M with a trained grid and its own coefficients tells how
much the grid alone gains. The ring's solvers of seed 0 are kept in the file, under `solvers`, by
their calls, in text: `FewSteps(**found["solvers"]["5"])`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import zoo
from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser, ReclockedDenoiser
from dgm_lessons.processes import EDM, FlowMatching
from dgm_lessons.samplers import DPMSolver2M, FewSteps, few_steps, sample, train_few_steps

from . import evaluate, samplers
from .measure import Clock, kept, progress, summary

SEEDS = {  # of training: (bed, calls)
    **{("ring", calls): 5 for calls in (3, 4, 5)},
    ("ring", 10): 1,
    ("grid", 5): 2,
    ("network", 5): 3,
}
STEPS = 8
NOISES = 4096
DRAWS = 6  # of noise for each solver, to measure it on
Solve = Callable[[AbstractDenoiser, Tensor], Tensor]  # (denoiser, noise) -> samples


@dataclass(frozen=True)
class Bed:
    """What a solver is trained or tried on: a denoiser, and the law of the data behind it."""

    law: evaluate.Law
    denoiser: AbstractDenoiser
    dtype: torch.dtype = torch.float64

    def noise(self, n: int, seed: int) -> Tensor:
        """Standard normal points of the plane, (n, 2)."""
        return noise(n, seed).to(self.dtype)


def beds() -> dict[str, Bed]:
    """The exact denoisers of the ring and of the grid of 25 modes, and the ring's network."""
    ring, grid, _ = evaluate.laws()
    return {
        "ring": Bed(ring, ExactDenoiser(ring.mixture, EDM())),
        "grid": Bed(grid, ExactDenoiser(grid.mixture, EDM())),
        "network": Bed(ring, zoo.load("ring"), torch.float32),
    }


def noise(n: int, seed: int) -> Tensor:
    """Standard normal points of the plane, (n, 2), float64."""
    return torch.randn((n, 2), generator=Generator().manual_seed(seed), dtype=torch.float64)


def trained(bed: Bed, calls: int, seed: int, steps: int) -> FewSteps:
    """A solver whose levels and weights are trained."""
    *_, last = train_few_steps(bed.denoiser, bed.noise(NOISES, 1000 + seed), calls, steps)
    return last.solver


def second_order(levels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """DPM-Solver++ 2M on the levels (n,) and to 0, as levels and weights of a `FewSteps`."""
    n, zero = len(levels), levels.new_zeros(1)
    ratio = torch.cat([levels[1:], zero]) / levels
    rows = [(levels[0], levels.new_zeros(n))]
    for k in range(n):
        weights = levels.new_zeros(n)
        weights[k] = 1
        if 0 < k < n - 1:  # the first step and the last are DDIM's
            share = 0.5 * ratio[k].log() / ratio[k - 1].log()
            weights[k], weights[k - 1] = 1 + share, -share
        a, b = rows[-1]
        rows.append((ratio[k] * a, ratio[k] * b + (1 - ratio[k]) * weights))
    a, b = (torch.stack(parts) for parts in zip(*rows, strict=True))
    return levels, a, b


def grid_alone(bed: Bed, calls: int, seed: int, steps: int) -> FewSteps:
    """DPM-Solver++ 2M whose levels are trained, and nothing else."""
    z = bed.noise(NOISES, 1000 + seed)
    ends = few_steps.fine_ends(bed.denoiser, z)
    times = 10 / 11 * torch.arange(calls, 0, -1, dtype=torch.float64) / calls
    logs = (times / (1 - times)).log().requires_grad_()
    optimizer = torch.optim.LBFGS([logs], max_iter=10 * steps, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        x = few_steps._solve(bed.denoiser, z, *second_order(logs.exp()))
        value = (x - ends).square().mean()
        value.backward()
        return value

    optimizer.step(loss)
    return FewSteps(*second_order(logs.detach().exp()))


METHODS = {"trained": trained, "DPM-Solver++ 2M, trained grid": grid_alone}


def made(method: str, bed: Bed, calls: int, seed: int, steps: int) -> dict[str, Any]:
    """A trained solver's numbers and the CPU seconds that it took, target included."""
    clock = Clock()
    with clock.running():
        solver = METHODS[method](bed, calls, seed, steps)
    return {"solver": json.loads(solver.to_json()), "cpu_seconds": clock.cpu}


def straight(n: int) -> Tensor:
    """Flow matching, even in time from sigma/alpha = 79, where every process of the beds begins."""
    return torch.linspace(79 / 80, 0, n + 1, dtype=torch.float64)


def flow_2m(denoiser: AbstractDenoiser, z: Tensor, calls: int) -> Tensor:
    """DPM-Solver++ 2M, even in t on the clock of flow matching: the best of the usual grids."""
    flow = ReclockedDenoiser(denoiser, FlowMatching())
    times = straight(calls)
    return sample(flow, float(times[0]) * z, times, DPMSolver2M())


@cache
def floor(law: evaluate.Law, n: int) -> float:
    """The distance of two true sets of n."""
    return evaluate.floor(law, n, 100 if n >= evaluate.SAMPLES else 5)


@cache
def truth(bed: Bed, n: int, seed: int) -> tuple[Tensor, Tensor, float]:
    """A draw of noise, where the flow takes it, and the distance of that from a true set."""
    z = bed.noise(n, 100_000 + seed)
    end = few_steps.fine_ends(bed.denoiser, z)
    return z, end, evaluate.evaluate(bed.law, end, floor(bed.law, n), seed)["distance_over_floor"]


def measured(bed: Bed, n: int, draws: int, solves: list[Solve]) -> dict[str, Any]:
    """The numbers of a method, from each of its solvers on noise of its own.

    `mean` and `standard_error` are over the solvers, each the mean of its draws: the error has the
    chance of training and that of the samples in it. `fine_over_floor` is the distance of the fine
    solution of the same noise to the same true set, `over_fine` the solver's less that.
    """
    found: dict[str, list[list[float]]] = {}
    for number, solve in enumerate(solves):
        runs = []
        for seed in range(100 * number, 100 * number + draws):
            z, end, least = truth(bed, n, seed)
            x = solve(bed.denoiser, z)
            one = evaluate.evaluate(bed.law, x, floor(bed.law, n), seed)
            one["fine_over_floor"] = least
            one["over_fine"] = one["distance_over_floor"] - least
            one["paired_error"] = samplers.paired(x, end.double())
            runs.append(one)
        for name in runs[0]:
            found.setdefault(name, []).append([run[name] for run in runs])
    return {name: over_solvers(values) for name, values in found.items()}


def over_solvers(values: list[list[float]]) -> dict[str, Any]:
    """A summary of all draws; mean and standard error over the solvers."""
    means = [mean(draws) for draws in values]
    error = stdev(means) / len(means) ** 0.5 if len(means) > 1 else None
    return summary(value for draws in values for value in draws) | {
        "mean": mean(means),
        "standard_error": error,
    }


def run(quick: bool, folder: Path) -> dict[str, Any]:
    """A row for each bed, method and number of calls; the solvers of seed 0 on the ring."""
    n, draws, steps = (500, 2, 2) if quick else (evaluate.SAMPLES, DRAWS, STEPS)
    seeds = {("ring", 3): 2, ("grid", 3): 1} if quick else SEEDS
    where = beds()
    trained(where["ring"], 1, 0, 1)  # what torch loads at first use is not counted
    fits = {
        (name, calls, method): [
            kept(
                folder / f"{name}-{calls}-{method.replace(' ', '-')}-{seed}.json",
                partial(made, method, where[name], calls, seed, steps),
            )
            for seed in range(count)
        ]
        for (name, calls), count in seeds.items()
        for method in METHODS
    }
    rows: list[dict[str, Any]] = []

    def note(bed: str, method: str, calls: int, trained_on: str | None, solves: list[Any]) -> None:
        numbers = measured(where[bed], n, draws, solves)
        head = {"bed": bed, "method": method, "calls": calls, "trained_on": trained_on}
        rows.append(head | numbers)
        line = ", ".join(f"{k} {v['mean']:.3g} ({v['standard_error']})" for k, v in numbers.items())
        progress(f"{bed}: {method} ({trained_on}), {calls} calls: {line}")

    for (name, calls, method), runs in fits.items():
        for bed in where:
            if (bed, calls) in seeds:  # where it was trained, and where it was not
                note(bed, method, calls, name, [FewSteps(**one["solver"]) for one in runs])
    for (name, calls), count in seeds.items():
        plain = partial(flow_2m, calls=calls)
        note(name, "DPM-Solver++ 2M, flow, even in t", calls, None, [plain] * max(count, 2))
    return {
        "samples": n,
        "draws": draws,
        "training": [
            {"bed": name, "calls": calls, "method": method, "noises": NOISES, "steps": steps}
            | {"cpu_seconds": summary(one["cpu_seconds"] for one in runs)}
            for (name, calls, method), runs in fits.items()
        ],
        "solvers": {
            str(calls): runs[0]["solver"]
            for (name, calls, method), runs in fits.items()
            if (name, method) == ("ring", "trained")
        },
        "rows": rows,
    }
