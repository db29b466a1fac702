"""Measure one thing: `python -m benchmarks mixture|samplers|likelihood|mnist|bound|book [--quick]`.

The result is a JSON file that the book's page on benchmarks reads. Peers are optional
(benchmarks/requirements.txt): one that is missing is named and left out. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path

TASKS = ("mixture", "samplers", "likelihood", "mnist", "bound", "book")


def main(argv: list[str] | None = None) -> None:
    """Run the task that the command line names, and write what it found."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")  # the peers' own progress bars
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--quick", action="store_true", help="tiny budgets, to test the code")
    parser.add_argument("--out", type=Path, help="folder for the JSON (default: the package's)")
    given = parser.parse_args(argv)

    import torch

    from . import measure

    torch.set_num_threads(1)
    task = importlib.import_module(f"benchmarks.{given.task}")
    # layers and peers draw from the global generator, which is put back afterwards
    with torch.random.fork_rng(devices=[]):
        result = task.run(given.quick)
    path = measure.write(given.task, result, given.quick, given.out)
    print(f"written: {path}")


if __name__ == "__main__":
    main()
