"""Handwritten digits: a variational autoencoder in nats, and denoisers in Frechet distance.

Both against CPU seconds of training. The test digits, and what measures them, are the same for all.
"""

from __future__ import annotations

from typing import Any

from . import mnist_denoisers, mnist_vae, peers
from .measure import progress


def run(quick: bool) -> dict[str, Any]:
    """Both parts, one seed: the spread of these numbers over seeds is not measured."""
    _, missing = peers.available(("smalldiffusion", "diffusers"))
    progress("variational autoencoders")
    result: dict[str, Any] = {"seeds": [0], "vae": mnist_vae.run(quick)}
    progress("denoisers")
    return result | {"denoisers": mnist_denoisers.run(quick, missing), "left_out": missing}
