"""Score matching without noise: with the true score, and two ways to do without it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_batch, check_finite, check_not_empty, check_same_shape
from ..calculus import rademacher, value_and_divergence, value_and_probed_divergence
from .denoising import half_squared_norm

Field = Callable[[Tensor], Tensor]
Draw = Callable[[tuple[int, ...], torch.Generator | None, Tensor], Tensor]


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
    score: Field,
    x: Tensor,
    n_probes: int = 1,
    generator: torch.Generator | None = None,
    draw: Draw = rademacher,
) -> Tensor:
    """E[u . (d score/dx) u + (u . score)^2 / 2] over random probes u (Song et al. 2019).

    `draw(shape, generator, like)` gives probes with mean zero and identity covariance: random
    signs, unless another law is asked for. Each point has n_probes of its own.
    """
    if n_probes < 1:
        raise ValueError(f"n_probes must be at least 1, not {n_probes}")
    probes = draw((n_probes, *check_not_empty(check_batch(x)).shape), generator, x)
    value, curvature = value_and_probed_divergence(score, x, probes)
    along = (probes * value).flatten(2).sum(2)
    return (curvature + 0.5 * (along**2).mean(0)).mean()
