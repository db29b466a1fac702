"""Training for equal CPU seconds: contenders run until their budgets are spent, and are evaluated.

A contender is made from (data, seed, steps) and takes one step at each `advance()`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from torch import Tensor

from .measure import Clock, over_seeds, progress


class Contender(Protocol):
    """Something in training."""

    def advance(self) -> None:
        """One step."""


Make = Callable[[Tensor, int, int], Contender]  # (data, seed, steps)
Spent = tuple[float, Contender, dict[str, float]]  # budget, contender, what it has cost
Training = Callable[[Tensor, int, list[float]], Iterator[Spent]]


def seconds_per_step(make: Make, data: Tensor, seconds: float = 0.5) -> float:
    """CPU seconds of a step, from a run that is thrown away after so many."""
    spare = make(data, 0, 10_000)
    for _ in range(8):  # the first steps are slower
        spare.advance()
    start, steps = time.process_time(), 0
    while time.process_time() < start + seconds:
        spare.advance()
        steps += 1
    return (time.process_time() - start) / steps


def separate_runs(make: Make) -> Training:
    """For a learning rate that falls to zero over the run: each budget is a run of its own."""

    def training(data: Tensor, seed: int, budgets: list[float]) -> Iterator[Spent]:
        for budget in budgets:
            clock, steps = Clock(), max(1, int(budget / seconds_per_step(make, data)))
            with clock.running():
                contender = make(data, seed, steps)
                for _ in range(steps):
                    contender.advance()
            yield budget, contender, {"steps": steps, **clock.seconds()}

    return training


def one_long_run(make: Make) -> Training:
    """For a constant rate: one run passes through all budgets."""

    def training(data: Tensor, seed: int, budgets: list[float]) -> Iterator[Spent]:
        clock, steps = Clock(), 0
        make(data, seed, 0)  # a first one, so that imports are not counted
        with clock.running():
            contender = make(data, seed, 0)
        for budget in sorted(budgets):
            while clock.cpu < budget:
                with clock.running():
                    contender.advance()
                steps += 1
            yield budget, contender, {"steps": steps, **clock.seconds()}

    return training


def race(
    name: str,
    training: Training,
    data: Callable[[int], Tensor],
    evaluate: Callable[[Any, int], dict[str, float]],
    budgets: list[float],
    seeds: list[int],
) -> list[dict[str, Any]]:
    """One row for each budget: summaries over the seeds of steps, seconds and quality.

    `data` gives what is learned from, and `evaluate` the qualities of a contender, for a seed.
    """
    runs: dict[float, list[dict[str, float]]] = {budget: [] for budget in budgets}
    for seed in seeds:
        for budget, contender, cost in training(data(seed), seed, budgets):
            row = cost | evaluate(contender, seed)
            runs[budget].append(row)
            line = ", ".join(f"{k} {v:.4g}" for k, v in row.items() if k != "wall_seconds")
            progress(f"{name}: seed {seed}, {budget:g} s: {line}")
    return [{"budget": budget} | over_seeds(found) for budget, found in runs.items()]
