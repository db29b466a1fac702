"""A page with other dice: `python -m benchmarks.seeds elbo [FIRST LAST [CELL...]]`, seeds 0 to 19.

The page's own cells, or those given, are run once for each seed: every `manual_seed(k)` in them
becomes `manual_seed(1000 * seed + k)`, so that seed 0 is the page as it stands. An assertion that
fails is reported, and the page goes on. What the page has put into a dictionary `measured` is
written to dgm_lessons/results/seeds-PAGE.json, which the page quotes; while it is measured it is
shown nothing of an earlier file.
"""

import contextlib
import io
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import torch

from . import measure

BOOK = measure.RESULTS.parents[1] / "book"


def cells(page: str) -> dict[int, str]:
    """The code cells of a page, without the exercises."""
    path = min(BOOK.glob(f"**/{page}.ipynb"))  # `families` ends the book, too: the first is meant
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
        if "over_seeds" in names:  # nothing is measured yet
            names["over_seeds"] = lambda _: defaultdict(lambda: torch.full((2,), math.nan))
    return {name: float(value) for name, value in names.get("measured", {}).items()}, failed


def run(page: str, seeds: range, only: tuple[int, ...] = ()) -> Iterator[dict[str, Any]]:
    """After each seed: the measurements, one list over the seeds for each, and what has failed."""
    sources, found, failures = cells(page), [], []
    sources = {i: sources[i] for i in only or sources}
    for seed in seeds:
        clock = measure.Clock()
        with clock.running():
            measured, failed = play(sources, seed)
        found.append(measured)
        failures.append(sorted(failed))
        measure.progress(f"{page}, seed {seed}: {clock.cpu:.0f} s, failed: {sorted(failed)}")
        for i, said in failed.items():
            measure.progress(f"cell {i} of seed {seed} printed\n{said}")
        rows = {name: [row[name] for row in found] for name in measured}
        counted = {"seeds": list(seeds)[: len(found)], "cells": list(sources)}
        yield {**counted, "measured": rows, "failed": failures}


def main(page: str, first: int = 0, last: int = 19, *only: int) -> None:
    """Run one page, and write what it measured, if anything; a run may be stopped after a seed."""
    torch.set_num_threads(1)
    for result in run(page, range(first, last + 1), only):
        if result["measured"]:
            measure.write(f"seeds-{page}", result, quick=False)
    count = sum(map(len, result["failed"]))
    measure.progress(f"{page}: {count} failed assertions in {len(result['seeds'])} seeds")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
