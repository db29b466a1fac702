"""Points in the plane: quality against CPU seconds of training, ours beside the peers.

Everybody learns the ring, the grid and the moons from the same points, and is asked for samples
with the same numbers of network calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from . import evaluate, peers
from .measure import over_seeds
from .ours import Ours
from .race import Entry, Make, Numbers, race

POINTS = 50_000
CALLS = (20, 80)


def settings(quick: bool) -> dict[str, Any]:
    """Budgets in CPU seconds of training, seeds and number of samples."""
    if quick:
        budgets = {"ring": [0.1, 0.2], "grid": [0.1], "moons": [0.1]}
        return {"budgets": budgets, "seeds": [0], "samples": 500, "pairs": 5}
    budgets = {"ring": [1.5, 4.0, 16.0], "grid": [2.0, 8.0], "moons": [2.0, 8.0]}
    return {"budgets": budgets, "seeds": [10, 11, 12, 13, 14], "samples": 4000, "pairs": 50}


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """Everything the page's first part shows; `runs` keeps what has been trained."""
    chosen = settings(quick)
    found, missing = peers.available(tuple(peers.POINTS))
    makes: dict[str, Make] = {"dgm_lessons": Ours} | {name: peers.POINTS[name] for name in found}
    result: dict[str, Any] = chosen | {
        "angles": evaluate.ANGLES,
        "calls": CALLS,
        "about": {name: " ".join((make.__doc__ or "").split()) for name, make in makes.items()},
        "laws": {},
        "left_out": missing,
    }
    for law in evaluate.laws():
        judge = Judge(law, chosen["samples"], chosen["pairs"])
        entries = [
            Entry(name, make, judge.points, judge, chosen["budgets"][law.name], make is Ours)
            for name, make in makes.items()
        ]
        contenders = race(runs / law.name, entries, chosen["seeds"], quick)
        truth = judge.truth(chosen["seeds"])
        result["laws"][law.name] = {
            "floor": judge.floor,
            "truth": truth,
            "contenders": contenders,
        }
    return result


class Judge:
    """What the contenders learn from, and what they are asked."""

    def __init__(self, law: evaluate.Law, n: int, pairs: int) -> None:
        self.law, self.n, self.floor = law, n, evaluate.floor(law, n, pairs)

    def points(self, seed: int) -> Tensor:
        """What is learned from: the same for all contenders."""
        return self.law.sample(POINTS, Generator().manual_seed(100 + seed))

    def __call__(self, contender: Any, seed: int) -> Numbers:
        """The error of the predicted noise, and how good samples are at each number of calls."""
        error = evaluate.rmse(self.law, contender.noise, seed)
        found: Numbers = {} if error is None else {"noise_rmse": error}
        for calls in CALLS:
            x = counted(contender, self.n, seed, calls)
            found |= {f"{name}_{calls}": v for name, v in self.numbers(x, seed).items()}
        return found

    def numbers(self, x: Tensor, seed: int) -> Numbers:
        """The qualities of a set of samples."""
        return evaluate.evaluate(self.law, x, self.floor, seed)

    def truth(self, seeds: list[int]) -> Numbers:
        """What true samples get on the same scales, against the same true samples."""
        draws = [self.law.sample(self.n, Generator().manual_seed(9000 + seed)) for seed in seeds]
        return over_seeds([self.numbers(x, k) for k, x in zip(seeds, draws, strict=True)])


def counted(contender: Any, n: int, seed: int, calls: int) -> Tensor:
    """Samples that cost exactly so many network calls, or an error."""
    made = 0

    def count(*_: Any) -> None:
        nonlocal made
        made += 1

    hook = contender.model.register_forward_hook(count)
    with torch.no_grad():
        x = contender.sample(n, seed, calls)
    hook.remove()
    if made != calls:
        raise RuntimeError(f"{type(contender).__name__} made {made} network calls for {calls}")
    return x
