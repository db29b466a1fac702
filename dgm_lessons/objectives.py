"""Training objectives: denoising, explicit, implicit and sliced score matching.

Every loss is one half of a mean squared norm (plus what replaces the unknown target), in the
units of its argument: a sum over coordinates and a mean over the batch.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ._inputs import (
    as_time,
    check_batch,
    check_finite,
    check_not_empty,
    check_same_shape,
    on_cpu,
)
from .calculus import rademacher, value_and_divergence, value_and_probed_divergence
from .denoisers import Denoiser, read

Field = Callable[[Tensor], Tensor]


def half_squared_norm(x: Tensor) -> Tensor:
    """|x|^2 / 2 of each row of x, shape (B,)."""
    return 0.5 * (check_batch(x) ** 2).flatten(1).sum(1)


def denoising_target(denoiser: Denoiser, x0: Tensor, t: float | Tensor, eps: Tensor) -> Tensor:
    """What the network should say about (x_0, eps), in the units of `denoiser.predicts`."""
    check_same_shape(check_batch(x0, "x0"), check_batch(eps, "eps"), ("x0", "eps"))
    return read(denoiser.predicts, (x0, eps), t, denoiser.process)


def denoising_loss(
    denoiser: Denoiser,
    x0: Tensor,
    t: float | Tensor,
    eps: Tensor,
    weight: Tensor | None = None,
) -> Tensor:
    """E[w |network(x_t) - target|^2] / 2, a scalar (Vincent 2011; Ho et al. 2020, eq. 14).

    Args:
        x0, eps: data and standard normal noise, (B, *D). t: times, () or (B,).
        weight: w, shape (B,); 1 by default.
    """
    t = as_time(t, 0.0, denoiser.process.T)
    x_t = check_not_empty(denoiser.process.perturb(x0, t, eps), "x0")
    error = half_squared_norm(denoiser.predict(x_t, t) - denoising_target(denoiser, x0, t, eps))
    if weight is not None:
        if on_cpu(check_finite(weight, "weight")) and bool((weight < 0).any()):
            raise ValueError("weight must not be negative")
        check_same_shape(weight, error, ("weight", "the losses of the batch"))
        error = weight * error
    return error.mean()


def explicit_score_matching(score: Field, x: Tensor, target: Tensor) -> Tensor:
    """E|score(x) - target|^2 / 2 with the true score as target: the loss nobody has in practice."""
    value = check_finite(score(check_not_empty(check_batch(x))), "score(x)")
    check_same_shape(value, check_finite(target, "target"), ("score(x)", "target"))
    return half_squared_norm(value - target).mean()


def implicit_score_matching(score: Field, x: Tensor) -> Tensor:
    """E[div score(x) + |score(x)|^2 / 2] (Hyvärinen 2005): explicit matching up to a constant."""
    value, divergence = value_and_divergence(score, check_not_empty(check_batch(x)))
    return (divergence + half_squared_norm(value)).mean()


def sliced_score_matching(
    score: Field, x: Tensor, n_probes: int = 1, generator: torch.Generator | None = None
) -> Tensor:
    """E[u . (d score/dx) u + (u . score)^2 / 2] over random signs u (Song et al. 2019)."""
    if n_probes < 1:
        raise ValueError(f"n_probes must be at least 1, not {n_probes}")
    probes = rademacher((n_probes, *check_not_empty(check_batch(x)).shape), generator, x)
    value, curvature = value_and_probed_divergence(score, x, probes)
    along = (probes * value).flatten(2).sum(2)
    return (curvature + 0.5 * (along**2).mean(0)).mean()
