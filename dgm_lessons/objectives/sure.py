"""Stein's unbiased risk estimate: how good a denoiser is, from noisy values alone."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_batch, check_not_empty, check_positive
from ..calculus import rademacher, value_and_divergence, value_and_probed_divergence

Field = Callable[[Tensor], Tensor]


def sure(
    denoiser: Field,
    x_noisy: Tensor,
    sigma: float,
    n_probes: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """|D - x_noisy|^2 + 2 sigma^2 div D - d sigma^2 of each row, eq-sure (Stein 1981).

    For x_noisy = x + sigma eps its mean over the noise is that of |D(x_noisy) - x|^2: the risk
    itself, without the half that losses carry. A single row may well be negative. For data scaled
    by alpha, give the denoiser of alpha x.

    Args:
        denoiser: (B, *D) -> (B, *D), each row from its own row of x_noisy.
        x_noisy: (B, *D). sigma: the standard deviation of its noise, above 0.
        n_probes: None for the exact divergence, d backward passes; else that many random signs
            for each row, a backward pass each (Ramani et al. 2008).
        generator: of the random signs.

    Returns:
        (B,); its mean can be trained on.

    Raises:
        ValueError: for sigma <= 0, n_probes < 1, shapes that do not fit, values not finite.
    """
    x = check_not_empty(check_batch(x_noisy, "x_noisy"), "x_noisy")
    variance = check_positive(sigma, "sigma") ** 2
    if n_probes is None:
        value, divergence = value_and_divergence(denoiser, x)
    elif n_probes < 1:
        raise ValueError(f"n_probes must be None or at least 1, not {n_probes}")
    else:
        probes = rademacher((n_probes, *x.shape), generator, x)
        value, divergence = value_and_probed_divergence(denoiser, x, probes)
    moved = ((value - x) ** 2).flatten(1).sum(1)
    return moved + 2 * variance * divergence - x[0].numel() * variance
