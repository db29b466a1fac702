"""Points in the plane: quality against CPU seconds of training, ours beside the peers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from torch import Generator, Tensor

from . import judge, ours, peers
from .ablation import Variant, rows
from .measure import Clock, over_seeds, progress

POINTS = 50_000
Make = Callable[[Tensor, int, int], Any]  # (points, seed, steps) -> contender


def settings(quick: bool) -> dict[str, Any]:
    """Budgets in CPU seconds of training, seeds and number of samples."""
    if quick:
        return {
            "ours": [0.1, 0.2],
            "untuned": [0.2],
            "peers": [0.2],
            "ablation": [0.2],
            "seeds": [0],
            "samples": 1000,
        }
    return {
        "ours": [0.5, 1.0, 1.5, 2.0, 4.0, 16.0],
        "untuned": [2.0, 4.0],
        "peers": [4.0, 16.0, 40.0],
        "ablation": [2.0],
        "seeds": [0, 1, 2],
        "samples": judge.SAMPLES,
    }


def run(quick: bool) -> dict[str, Any]:
    """Everything the page's first part shows."""
    chosen = settings(quick)
    found, missing = peers.available(tuple(peers.POINTS))
    laws, n = judge.laws(), chosen["samples"]
    floors = {law.name: judge.floor(law, n, 5 if quick else 100) for law in laws}
    result: dict[str, Any] = {
        "samples": n,
        "angles": judge.ANGLES,
        "seeds": chosen["seeds"],
        "budgets": {k: chosen[k] for k in ("ours", "untuned", "peers", "ablation")},
        "floor": floors,
        "truth": truth(laws[0], n, floors["ring"], chosen["seeds"]),
        "contenders": {},
        "left_out": missing,
    }
    bench = partial(contest, floors=floors, seeds=chosen["seeds"], n=n)
    for law in laws:
        key = "ours" if law.name == "ring" else "untuned"
        name = "dgm_lessons" if law.name == "ring" else f"dgm_lessons on {law.name}"
        about = {"law": law.name, "settings": ours.SETTINGS}
        result["contenders"][name] = about | bench(law, name, one_run_each, budgets=chosen[key])
    for name in found:
        make = peers.POINTS[name]
        about = {"law": "ring", "settings": " ".join((make.__doc__ or "").split())}
        course = partial(one_long_run, make)
        result["contenders"][name] = about | bench(laws[0], name, course, budgets=chosen["peers"])
    result["ablation"] = {
        name: bench(laws[0], name, partial(variant_run, parts), budgets=chosen["ablation"])
        for name, parts in rows().items()
    }
    return result


def truth(law: judge.Law, n: int, floor: float, seeds: list[int]) -> dict[str, Any]:
    """What true samples get on the same scales."""
    draws = [law.sample(n, Generator().manual_seed(9000 + seed)) for seed in range(len(seeds) * 4)]
    return over_seeds([judge.judge(law, x, floor, k) for k, x in enumerate(draws)])


def contest(
    law: judge.Law,
    name: str,
    course: Callable,
    budgets: list[float],
    floors: dict[str, float],
    seeds: list[int],
    n: int,
) -> dict[str, Any]:
    """One row for each budget: summaries over the seeds of seconds, steps and quality."""
    runs: dict[float, list[dict[str, Any]]] = {budget: [] for budget in budgets}
    for seed in seeds:
        points = law.sample(POINTS, Generator().manual_seed(100 + seed))
        for budget, contender, clock, steps in course(points, seed, budgets):
            row = {"steps": steps, **clock.seconds()}
            row |= judged(law, contender, n, floors[law.name], seed)
            error = judge.rmse(law, contender.noise, seed)
            row |= {} if error is None else {"noise_rmse": error}
            runs[budget].append(row)
            progress(f"{name}: seed {seed}, {budget:g} s: {_line(row)}")
    return {"rows": [{"budget": b} | over_seeds(found) for b, found in runs.items()]}


def judged(law: judge.Law, contender: Any, n: int, floor: float, seed: int) -> dict[str, float]:
    """The median over three draws: one distance of two samples may be twice another by luck."""
    seeds = [10 * seed + k for k in range(3)]
    draws = [judge.judge(law, contender.sample(n, k), floor, k) for k in seeds]
    return {name: median(draw[name] for draw in draws) for name in draws[0]}


def one_run_each(points: Tensor, seed: int, budgets: list[float]):
    """Ours: the learning rate falls to zero over the run, so each budget is a run of its own."""
    pace = ours.pace(points) if budgets else 0.0
    for budget in budgets:
        clock, steps = Clock(), max(1, int(budget / pace))
        with clock.running():
            contender = ours.Ours(points, seed, steps)
            for _ in range(steps):
                contender.advance()
        yield budget, contender, clock, steps


def one_long_run(make: Make, points: Tensor, seed: int, budgets: list[float]):
    """A peer: its rate is constant, so one run passes through all budgets."""
    clock, steps = Clock(), 0
    make(points, seed, 0)  # a first one, so that imports are not counted
    with clock.running():
        contender = make(points, seed, 0)
    for budget in sorted(budgets):
        while clock.cpu < budget:
            with clock.running():
                contender.advance()
            steps += 1
        yield budget, contender, clock, steps


def variant_run(parts: Any, points: Tensor, seed: int, budgets: list[float]):
    """A row of the ablation; where nothing is left to vary it is ours."""
    if parts is None:
        yield from one_run_each(points, seed, budgets)
        return
    spare = Clock()
    trial = Variant(points, seed, 10_000, parts)
    for step in range(40):
        if step == 8:
            spare = Clock()
        with spare.running():
            trial.advance()
    for budget in budgets:
        clock, steps = Clock(), max(1, int(budget / (spare.cpu / 32)))
        with clock.running():
            contender = Variant(points, seed, steps, parts)
            for _ in range(steps):
                contender.advance()
        yield budget, contender, clock, steps


def _line(row: dict[str, Any]) -> str:
    """The row in one line of text."""
    return ", ".join(f"{k} {v:.3g}" for k, v in row.items() if k != "wall_seconds")
