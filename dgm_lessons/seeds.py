"""What a page of the book measured with other dice; `benchmarks.seeds` writes it."""

from __future__ import annotations

import json
from importlib.resources import files

import torch
from torch import Tensor


def over_seeds(page: str) -> dict[str, Tensor]:
    """Each number that the page calls `measured`, once for every seed: float64, `(seeds,)`.

    Seed 0 is the page as it stands. Raises `ValueError` for a page without such a file.
    """
    folder = files("dgm_lessons") / "results"
    names = sorted(path.name for path in folder.iterdir() if path.name.startswith("seeds-"))
    pages = [name.removeprefix("seeds-").removesuffix(".json") for name in names]
    if page not in pages:
        raise ValueError(f"page is {page!r}; measured over seeds are {', '.join(pages)}")
    rows = json.loads((folder / f"seeds-{page}.json").read_text(encoding="utf8"))["measured"]
    return {name: torch.tensor(values, dtype=torch.float64) for name, values in rows.items()}


def mean_and_error(values: Tensor) -> tuple[float, float]:
    """The mean over seeds and its standard error, from at least two values `(seeds,)`."""
    if values.dim() != 1 or len(values) < 2:
        raise ValueError(f"values have shape {tuple(values.shape)}; give (seeds,), at least 2")
    return values.mean().item(), values.std().item() / len(values) ** 0.5
