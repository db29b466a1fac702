"""What every measurement needs: seconds, medians with ranges, the machine, and the file."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

import torch

from dgm_lessons import data
from dgm_lessons.zoo import write_file

RESULTS = Path(__file__).parents[1] / "dgm_lessons" / "results"
PACKAGES = (
    *("torch", "numpy", "torchdiffeq"),
    *("smalldiffusion", "torchcfm", "flow_matching", "diffusers"),
)


@dataclass
class Clock:
    """CPU and wall seconds spent inside `with clock.running():`, summed over all entries."""

    cpu: float = 0.0
    wall: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time what happens inside."""
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu += time.process_time() - cpu
            self.wall += time.perf_counter() - wall

    def seconds(self) -> dict[str, float]:
        """Both, for the record."""
        return {"cpu_seconds": self.cpu, "wall_seconds": self.wall}


def summary(values: Iterable[float]) -> dict[str, Any]:
    """The median, the range and the values themselves."""
    row = [float(value) for value in values]
    if not row:
        raise ValueError("there are no values to summarise")
    return {"median": median(row), "low": min(row), "high": max(row), "values": row}


def over_seeds(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """One summary for each number that all runs have."""
    names = [k for k, v in runs[0].items() if isinstance(v, int | float)]
    return {name: summary(run[name] for run in runs) for name in names}


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> dict[str, Any]:
    """Summary of the CPU seconds of `work()`, after one call that is not counted."""
    work()
    values = []
    for _ in range(repeats):
        clock = Clock()
        with clock.running():
            work()
        values.append(clock.cpu)
    return summary(values)


def version(package: str) -> str | None:
    """The installed version, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """What the numbers depend on besides the code."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in PACKAGES},
    }


def write(task: str, result: dict[str, Any], quick: bool, folder: Path | None = None) -> Path:
    """Save the result of a task with date, machine and settings; returns the file."""
    folder = folder or RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "task": task,
        "settings": "quick" if quick else "full",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
    }
    path = folder / f"{task}.json"
    text = json.dumps(head | result, indent=1, allow_nan=False)
    write_file(path, (text + "\n").encode())
    return path


def kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the file holds; made and written first where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, json.dumps(make(), allow_nan=False).encode())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf8"))
    numbers = (f"{name} {value:.3g}" for name, value in found.items() if isinstance(value, float))
    progress(f"{path.stem}: {', '.join(numbers)}")
    return found


def need_mnist() -> None:
    """Ends the run where MNIST is neither in DGM_LESSONS_DATA nor in the cache."""
    if not data.mnist_is_here():
        raise SystemExit("needs MNIST; python -m dgm_lessons.train mnist-vp fetches it")


def progress(text: str) -> None:
    """One line at once: a long run should show where it is."""
    print(text, flush=True)
