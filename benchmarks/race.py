"""Races at equal CPU seconds, in runs that may be cut off and taken up again.

Seconds are turned into steps once, before anything is trained: `seconds_per_step` lets all
contenders take turns, so that a busy machine is as hard on one as on another. A run is then so
many steps, whatever else the machine does, and a file of its own, written when it is done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dgm_lessons.zoo import write_file

from .measure import Clock, over_seeds, progress

ROUNDS, TURN = 7, 0.25  # turns of each contender, and CPU seconds of a turn


class Contender(Protocol):
    """Something in training."""

    def advance(self) -> None:
        """One step."""


Make = Callable[[Any, int, int], Contender]  # (data, seed, steps)
Numbers = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A contender, what it learns from, and how it is asked what it has learned.

    Where the learning rate falls to zero (`restart`), each budget is a run of its own; else one
    run passes through all of them.
    """

    name: str
    make: Make
    data: Callable[[int], Any]  # of the seed
    evaluate: Callable[[Any, int], Numbers]  # of the contender and the seed
    budgets: list[float]  # CPU seconds of training
    restart: bool = False


def seconds_per_step(entries: list[Entry], quick: bool = False) -> dict[str, float]:
    """CPU seconds of a step: the least of some turns, which the contenders take one by one."""
    turn = TURN / 10 if quick else TURN
    spare = {entry.name: entry.make(entry.data(0), 0, 10_000) for entry in entries}
    least = dict.fromkeys(spare, float("inf"))
    for contender in spare.values():  # the first steps are slower
        contender.advance()
        contender.advance()
    for _ in range(ROUNDS):
        for name, contender in spare.items():
            start, steps = time.process_time(), 0
            while time.process_time() < start + turn or steps < 2:
                contender.advance()
                steps += 1
            least[name] = min(least[name], (time.process_time() - start) / steps)
    return least


def steps_of(budget: float, seconds: float) -> int:
    """So many steps fit into the budget."""
    return max(1, int(budget / seconds))


def run_one(entry: Entry, seed: int, seconds: float) -> list[Numbers]:
    """The numbers of a contender after each budget, trained from this seed."""
    data, rows = entry.data(seed), []
    for budget, contender, cost in _trained(entry, data, seed, seconds):
        rows.append({"budget": budget} | cost | entry.evaluate(contender, seed))
        shown = ", ".join(f"{k} {v:.4g}" for k, v in rows[-1].items() if isinstance(v, int | float))
        progress(f"{entry.name}: seed {seed}: {shown}")
    return rows


def _trained(
    entry: Entry, data: Any, seed: int, seconds: float
) -> Iterator[tuple[float, Contender, Numbers]]:
    clock, done = Clock(), 0
    contender = None
    for budget in sorted(entry.budgets):
        steps = steps_of(budget, seconds)
        if entry.restart or contender is None:
            clock, done, contender = Clock(), 0, entry.make(data, seed, steps)
        with clock.running():
            for _ in range(steps - done):
                contender.advance()
        done = steps
        yield budget, contender, {"steps": steps, **clock.seconds()}


def race(
    folder: Path, entries: list[Entry], seeds: list[int], quick: bool = False
) -> dict[str, Any]:
    """All runs, seed by seed: for each name seconds a step, and its rows summed up over the seeds.

    What lies in the folder already is not run again: a race that was stopped goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    timing = folder / "seconds-per-step.json"
    if not timing.exists():
        _save(timing, seconds_per_step(entries, quick))
    seconds = _load(timing)
    if missing := [entry.name for entry in entries if entry.name not in seconds]:
        raise SystemExit(f"{timing} was made without {missing}; delete the folder, or give --runs")
    for entry, seed in ((entry, seed) for seed in seeds for entry in entries):
        if not _file(folder, entry, seed).exists():
            _save(_file(folder, entry, seed), run_one(entry, seed, seconds[entry.name]))
    return {
        entry.name: {
            "seconds_per_step": seconds[entry.name],
            "rows": _summed_up([_rows(folder, entry, seed) for seed in seeds]),
        }
        for entry in entries
    }


def _summed_up(runs: list[list[Numbers]]) -> list[Numbers]:
    """One row for each budget; what is no number is taken from the first seed."""
    rows = []
    for same in zip(*runs, strict=True):
        kept = {k: v for k, v in same[0].items() if not isinstance(v, int | float)}
        rows.append(over_seeds(list(same)) | kept | {"budget": same[0]["budget"]})
    return rows


def _file(folder: Path, entry: Entry, seed: int) -> Path:
    name = "".join(c if c.isalnum() else "-" for c in entry.name)
    return folder / f"{name}-{seed}.json"


def _rows(folder: Path, entry: Entry, seed: int) -> list[Numbers]:
    path = _file(folder, entry, seed)
    rows = _load(path)
    if [row["budget"] for row in rows] != sorted(entry.budgets):
        raise SystemExit(f"{path} has other budgets than {entry.budgets}: delete it, run again")
    return rows


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf8"))


def _save(path: Path, content: Any) -> None:
    write_file(path, json.dumps(content, allow_nan=False).encode())
