"""Handwritten digits: a variational autoencoder in nats, and denoisers in Frechet distance.

Both against CPU seconds of training. The test digits, and what measures them, are the same for all.
"""

from __future__ import annotations

from typing import Any

from . import mnist_denoisers, mnist_vae, peers
from .measure import need_mnist, progress


def settings(quick: bool) -> dict[str, Any]:
    """Budgets in CPU seconds of training, seeds, draws of the bound and number of samples."""
    if quick:
        chosen = {"vae": [0.5], "denoisers": [0.5], "peers": [0.5], "seeds": [0]}
        return chosen | {"draws": 2, "samples": 80}
    return {
        "vae": [15.0, 60.0],
        "denoisers": [30.0, 120.0],
        "peers": [120.0],  # half a minute is five of their steps
        "seeds": [0, 1, 2],
        "draws": 50,
        "samples": 500,
    }


def run(quick: bool) -> dict[str, Any]:
    """Both parts."""
    need_mnist()
    chosen = settings(quick)
    _, missing = peers.available(tuple(mnist_denoisers.PEERS))
    progress("variational autoencoders")
    seeds = chosen["seeds"]
    vae = mnist_vae.run(chosen["vae"], seeds, chosen["draws"])
    progress("denoisers")
    budgets = {"ours": chosen["denoisers"], "peers": chosen["peers"]}
    denoisers = mnist_denoisers.run(budgets, seeds, chosen["samples"], missing)
    return {"seeds": seeds, "vae": vae, "denoisers": denoisers, "left_out": missing}
