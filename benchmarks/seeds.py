"""A page with other dice: `python -m benchmarks.seeds elbo [FIRST LAST]`, seeds 0 to 19.

The page's own cells are run once for each seed: every `manual_seed(k)` in them becomes
`manual_seed(1000 * seed + k)`, so that seed 0 is the page as it stands. An assertion that fails is
reported, and the page goes on. What the page has put into a dictionary `measured` is written to
dgm_lessons/results/seeds-PAGE.json, which the page quotes.
"""

import contextlib
import io
import re
import sys
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import torch

from . import measure

BOOK = measure.RESULTS.parents[1] / "book"


def cells(page: str) -> dict[int, str]:
    """The code cells of a page, without the exercises."""
    (path,) = BOOK.glob(f"**/{page}.ipynb")
    notebook = nbformat.read(path, as_version=4)
    code = {i: cell.source for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    return {i: source for i, source in code.items() if not re.search(r"^check\(", source, re.M)}


def play(sources: dict[int, str], seed: int) -> tuple[dict[str, float], dict[int, str]]:
    """What the cells have measured, and what those with a failed assertion had printed."""
    names: dict[str, Any] = {"__name__": "page", "display": lambda *_: None}
    failed = {}
    for i, source in sources.items():
        source = re.sub(r"(?m)^( *)%.*$", r"\1pass", source)
        source = source.replace("manual_seed(", f"manual_seed({1000 * seed} + ")
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                exec(compile(source, f"cell {i}", "exec"), names)
        except AssertionError:
            failed[i] = said.getvalue()
        if "show" in names:  # pictures are not drawn
            names["show"] = lambda *_, **__: plt.close("all")
            names["caption"] = lambda *_, **__: None
    return {name: float(value) for name, value in names.get("measured", {}).items()}, failed


def run(page: str, seeds: range) -> dict[str, Any]:
    """The page's measurements, one list over the seeds for each, and its failed assertions."""
    sources, found, failures = cells(page), [], []
    for seed in seeds:
        clock = measure.Clock()
        with clock.running():
            measured, failed = play(sources, seed)
        found.append(measured)
        failures.append(sorted(failed))
        measure.progress(f"{page}, seed {seed}: {clock.wall:.0f} s, failed: {sorted(failed)}")
        for i, said in failed.items():
            measure.progress(f"cell {i} of seed {seed} printed\n{said}")
    measured = {name: [row[name] for row in found] for name in found[0]}
    return {"seeds": list(seeds), "measured": measured, "failed": failures}


def main(page: str, first: int = 0, last: int = 19) -> None:
    """Run one page, and write what it measured, if it measured anything."""
    torch.set_num_threads(1)
    result = run(page, range(first, last + 1))
    count = sum(map(len, result["failed"]))
    measure.progress(f"{page}: {count} failed assertions in {len(result['seeds'])} seeds")
    if result["measured"]:
        print("written:", measure.write(f"seeds-{page}", result, quick=False))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
