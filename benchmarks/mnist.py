"""Two autoencoders of handwritten digits, in nats of the test digits against CPU seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import mnist_vae
from .measure import need_mnist


def settings(quick: bool) -> dict[str, Any]:
    """Budgets in CPU seconds of training, seeds, and draws of the bound."""
    if quick:
        return {"vae": [0.5], "seeds": [0], "draws": 2}
    return {"vae": [15.0, 60.0], "seeds": [0, 1, 2, 3, 4], "draws": 50}


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """The bound of both after each budget; `runs` keeps what has been trained."""
    need_mnist()
    chosen = settings(quick)
    vae = mnist_vae.run(chosen["vae"], chosen["seeds"], chosen["draws"], runs, quick)
    return {"seeds": chosen["seeds"], "vae": vae}
