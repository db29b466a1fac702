"""What each notebook of the book costs in CPU seconds, measured.

`python -m teaching.costs` runs the notebooks without a number, `python -m teaching.costs all` all,
`python -m teaching.costs 02-vae/elbo` some. Each runs in a kernel of its own; the CPU seconds of
that kernel are written down in teaching/costs.json, with the date.
"""

import json
import os
import platform
import resource
import sys
from datetime import date
from pathlib import Path

from nbclient import NotebookClient
from nbformat import read

BOOK = Path(__file__).parents[1] / "book"
STORE = Path(__file__).with_name("costs.json")


def cpu_seconds(notebook: Path) -> float:
    """The CPU seconds of a kernel that runs the whole notebook: user and system, imports too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    resources = {"metadata": {"path": str(notebook.parent)}}
    NotebookClient(read(notebook, as_version=4), timeout=600, resources=resources).execute()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def machine() -> str:
    return f"one thread, {platform.machine()}, {os.cpu_count()} cores"


def stored() -> dict[str, dict]:
    """What was measured, by page: cpu_seconds, and the date and the machine of the measurement."""
    return json.loads(STORE.read_text(encoding="utf8")) if STORE.exists() else {}


def store(costs: dict[str, dict]) -> None:
    scratch = STORE.with_suffix(".tmp")
    scratch.write_text(json.dumps(costs, indent=1, sort_keys=True) + "\n", encoding="utf8")
    os.replace(scratch, STORE)


def notebooks() -> list[str]:
    """The pages of the book that are notebooks: 01-generative-modelling/divergences, ..."""
    found = sorted(BOOK.glob("[0-9]*/*.ipynb"))
    return [path.relative_to(BOOK).with_suffix("").as_posix() for path in found]


def main(pages: list[str]) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if pages == ["all"]:
        pages = notebooks()
    for page in pages or [page for page in notebooks() if page not in stored()]:
        seconds = round(cpu_seconds((BOOK / page).with_suffix(".ipynb")), 1)
        cost = {"cpu_seconds": seconds, "date": date.today().isoformat(), "machine": machine()}
        store(stored() | {page: cost})
        print(f"{page}: {seconds} CPU seconds", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
