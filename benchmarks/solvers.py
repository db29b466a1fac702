"""Solvers on the exact denoiser of the ring: error against network calls, with its spread.

All start from the same noise, a new draw for each seed. Distances are over that of two true sets;
the endpoint of a path of the probability-flow ODE is compared, point by point, with that of a fine
solution. The trained solvers are those of `python -m benchmarks few_steps`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from statistics import mean, stdev
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import EDM, VP, FlowMatching, uniform_in_time
from dgm_lessons.samplers import FewSteps, euler_maruyama_step, solve_adaptive

from . import evaluate, measure, peer_samplers, peers, samplers
from .measure import over_seeds, progress

BUDGETS = (3, 5, 10, 20, 50, 100)
SAMPLES, SEEDS = 5_000, 8
TOLERANCES = (0.1, 0.03, 1e-2, 1e-3, 1e-4, 1e-5)
Follow = Callable[[Tensor, int], tuple[Tensor, int]]  # (noise, budget) -> samples, calls

OURS: dict[str, samplers.Ours] = {
    name: samplers.OURS[name]
    for name in (
        "Euler, flow, even in t",  # the same numbers as DDIM's on this clock
        "Heun, flow, even in t",
        "DPM-Solver++ 2M, flow, even in t",
        "DPM-Solver++ 2M, EDM, Karras",
        "DDIM, EDM, Karras",
        "ancestral, VP, even in log-SNR",
    )
} | {
    "Euler-Maruyama, VP, even in t": (
        *(VP(), lambda: euler_maruyama_step, 1),
        lambda n: uniform_in_time(VP(), 1.0, 0.0, n),
    ),
}
STOCHASTIC = ("ancestral", "Euler-Maruyama", "DDPM")


def trained() -> dict[int, FewSteps]:
    """The shipped few-step solvers of the ring, by their calls."""
    found = json.loads((measure.RESULTS / "few_steps.json").read_text())["solvers"]
    return {int(calls): FewSteps(**numbers) for calls, numbers in found.items()}


def few(solver: FewSteps, noise: Tensor, budget: int) -> tuple[Tensor, int]:
    """Samples of a trained solver, and its calls."""
    counted = samplers.Counted(ExactDenoiser(ring(8), EDM()))
    return solver(counted, noise), counted.calls


def adaptive(tolerance: float, noise: Tensor, budget: int) -> tuple[Tensor, int]:
    """Samples of the adaptive solver at rtol = atol = tolerance, and its calls."""
    exact = ExactDenoiser(ring(8), FlowMatching())
    return solve_adaptive(exact, noise, 1.0, 0.0, tolerance, tolerance)


def contenders(missing: dict[str, str]) -> list[tuple[str, str, Follow, tuple[int, ...]]]:
    """(owner, name, how to sample, budgets). The adaptive solver takes the calls that it needs."""
    rows: list[tuple[str, str, Follow, tuple[int, ...]]] = [
        ("dgm_lessons", name, partial(samplers.follow_entry, entry), BUDGETS)
        for name, entry in OURS.items()
    ]
    rows += [
        ("dgm_lessons", "trained", partial(few, solver), (calls,))
        for calls, solver in trained().items()
    ]
    rows += [
        ("dgm_lessons", f"adaptive, tolerance {tol:g}", partial(adaptive, tol), (0,))
        for tol in TOLERANCES
    ]
    return rows + [
        (owner, name, partial(peer_samplers.follow, name), BUDGETS)
        for owner, name in peer_samplers.names(missing)
        if owner == "diffusers"
    ]


def run(quick: bool) -> dict[str, Any]:
    """A row for each solver and budget, and whose is the best at each budget."""
    n, seeds = (500, range(2)) if quick else (SAMPLES, range(SEEDS))
    _, missing = peers.available(("diffusers",))
    law = evaluate.laws()[0]
    floor = evaluate.floor(law, n, 5 if quick else 100)
    starts = [torch.randn((n, 2), generator=Generator().manual_seed(s)).double() for s in seeds]
    fine = [adaptive(1e-7, z, 0)[0] for z in starts]
    progress("the fine reference is ready")
    rows = []
    for owner, name, follow, budgets in contenders(missing):
        for budget in budgets:
            runs, most = [], 0
            for seed, z, end in zip(seeds, starts, fine, strict=True):
                x, calls = follow(z, budget)
                most = max(most, calls)
                found = evaluate.evaluate(law, x, floor, seed)
                if not name.startswith(STOCHASTIC):
                    found["paired_error"] = samplers.paired(x, end)
                runs.append(found)
            numbers = over_seeds(runs)
            head = {"owner": owner, "sampler": name, "budget": budget, "calls": most}
            rows.append(head | numbers)
            line = ", ".join(f"{k} {v['median']:.3g}" for k, v in numbers.items())
            progress(f"{owner}: {name}, {most} calls: {line}")
    ends = [evaluate.evaluate(law, x, floor, s) for s, x in zip(seeds, fine, strict=True)]
    return {
        "samples": n,
        "seeds": len(seeds),
        "floor": floor,
        "fine": over_seeds(ends),
        "rows": rows,
        "best": [] if missing else best(rows),
        "left_out": missing,
    }


def best(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each budget and number: our best solver, diffusers' best, and the mean of ours - theirs.

    Solvers with fewer calls than the budget count. The difference is taken seed by seed, from one
    noise and one true set; `no_worse` says that it is at most two standard errors above 0.
    """
    found = []
    for budget in BUDGETS:
        for number in ("distance_over_floor", "off_mode_share", "paired_error"):
            allowed = [row for row in rows if row["calls"] <= budget and number in row]
            ours, theirs = (
                min(
                    (row for row in allowed if row["owner"] == owner),
                    key=lambda row: mean(row[number]["values"]),
                )
                for owner in ("dgm_lessons", "diffusers")
            )
            pairs = zip(ours[number]["values"], theirs[number]["values"], strict=True)
            gaps = [a - b for a, b in pairs]
            error = stdev(gaps) / len(gaps) ** 0.5
            found.append(
                {
                    "budget": budget,
                    "number": number,
                    "ours": ours["sampler"],
                    "theirs": theirs["sampler"],
                    "difference": mean(gaps),
                    "standard_error": error,
                    "no_worse": mean(gaps) <= 2 * error,
                }
            )
    return found
