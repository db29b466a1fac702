"""Points in the plane: quality against CPU seconds of training, ours beside the peers."""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import Any

from torch import Generator, Tensor

from . import evaluate, ours, peers
from .ablation import Variant, rows
from .measure import over_seeds
from .race import Training, one_long_run, race, separate_runs

POINTS, DRAWS = 50_000, 5


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
        "samples": evaluate.SAMPLES,
    }


def run(quick: bool) -> dict[str, Any]:
    """Everything the page's first part shows."""
    chosen = settings(quick)
    found, missing = peers.available(tuple(peers.POINTS))
    laws, n = evaluate.laws(), chosen["samples"]
    floors = {law.name: evaluate.floor(law, n, 5 if quick else 100) for law in laws}
    result: dict[str, Any] = {
        "samples": n,
        "angles": evaluate.ANGLES,
        "seeds": chosen["seeds"],
        "draws": DRAWS,
        "budgets": {k: chosen[k] for k in ("ours", "untuned", "peers", "ablation")},
        "floor": floors,
        "truth": truth(laws[0], n, floors["ring"], chosen["seeds"]),
        "contenders": {},
        "ablation": {},
        "left_out": missing,
    }
    bench = partial(contest, floors=floors, seeds=chosen["seeds"], n=n)
    own = separate_runs(ours.Ours)
    for law in laws:
        key = "ours" if law.name == "ring" else "untuned"
        name = "dgm_lessons" if law.name == "ring" else f"dgm_lessons on {law.name}"
        about = {"law": law.name, "settings": ours.SETTINGS}
        result["contenders"][name] = about | bench(law, name, own, budgets=chosen[key])
    for name in found:
        make = peers.POINTS[name]
        about = {"law": "ring", "settings": " ".join((make.__doc__ or "").split())}
        training = one_long_run(make)
        result["contenders"][name] = about | bench(laws[0], name, training, budgets=chosen["peers"])
    for name, parts in rows().items():
        training = separate_runs(partial(Variant, parts=parts)) if parts else own
        result["ablation"][name] = bench(laws[0], name, training, budgets=chosen["ablation"])
    return result


def truth(law: evaluate.Law, n: int, floor: float, seeds: list[int]) -> dict[str, Any]:
    """What true samples get on the same scales."""
    draws = [
        law.sample(n, Generator().manual_seed(9000 + seed)) for seed in range(len(seeds) * DRAWS)
    ]
    return over_seeds([evaluate.evaluate(law, x, floor, k) for k, x in enumerate(draws)])


def contest(
    law: evaluate.Law,
    name: str,
    training: Training,
    budgets: list[float],
    floors: dict[str, float],
    seeds: list[int],
    n: int,
) -> dict[str, Any]:
    """The rows of a contender."""

    def evaluated(contender: Any, seed: int) -> dict[str, float]:
        error = evaluate.rmse(law, contender.noise, seed)
        found = typical(law, contender, n, floors[law.name], seed)
        return found if error is None else found | {"noise_rmse": error}

    def points(seed: int) -> Tensor:
        return law.sample(POINTS, Generator().manual_seed(100 + seed))

    return {"rows": race(name, training, points, evaluated, budgets, seeds)}


def typical(law: evaluate.Law, contender: Any, n: int, floor: float, seed: int) -> dict[str, float]:
    """The median over some draws: one distance of two samples may be four times another by luck."""
    seeds = [10 * seed + k for k in range(DRAWS)]
    draws = [evaluate.evaluate(law, contender.sample(n, k), floor, k) for k in seeds]
    return {name: median(draw[name] for draw in draws) for name in draws[0]}
