"""Measure one thing: `python -m benchmarks TASK`.

The result is a JSON file that the book's page on benchmarks reads. Peers are optional
(benchmarks/requirements.txt): one that is missing is named and left out. Nothing is downloaded.
The races keep each finished run in a folder, so that one which was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import importlib
import os
import tempfile
from pathlib import Path

TASKS = (
    *("mixture", "ablation", "digits", "samplers", "likelihood"),
    *("mnist", "bound", "book", "score_matching", "noisy_mnist"),
    *("one_network", "few_steps", "solvers", "error_budget", "guidance"),
    *("flow_matching", "flow_maps", "families", "autoguidance", "latent"),
    "mnist_denoising",
)
RACES = (
    *("mixture", "ablation", "digits", "mnist", "one_network"),
    *("few_steps", "error_budget", "guidance", "flow_matching", "flow_maps"),
    *("families", "autoguidance", "latent"),
)


def main(argv: list[str] | None = None) -> None:
    """Run the task that the command line names, and write what it found."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")  # the peers' own progress bars
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--quick", action="store_true", help="tiny budgets, to test the code")
    parser.add_argument("--out", type=Path, help="folder for the JSON (default: the package's)")
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs/benchmarks"),
        help="folder where races keep their runs (default: %(default)s)",
    )
    given = parser.parse_args(argv)

    import torch

    from . import measure

    torch.set_num_threads(1)
    task = importlib.import_module(f"benchmarks.{given.task}")
    # layers and peers draw from the global generator, which is put back afterwards
    with torch.random.fork_rng(devices=[]), tempfile.TemporaryDirectory() as spare:
        runs = (Path(spare) if given.quick else given.runs) / given.task
        result = task.run(given.quick, runs) if given.task in RACES else task.run(given.quick)
    path = measure.write(given.task, result, given.quick, given.out)
    print(f"written: {path}")


if __name__ == "__main__":
    main()
