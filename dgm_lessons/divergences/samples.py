"""Divergences from samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .._inputs import check_finite, check_not_empty, check_same_shape


def kl_samples(log_p: Tensor, log_q: Tensor) -> tuple[Tensor, Tensor]:
    """KL from samples of p, as (estimate, standard error): the mean of log p - log q.

    Args:
        log_p, log_q: both log-densities at the same N >= 2 points drawn from p, `(N,)` each.
    """
    check_finite(log_p, "log_p")
    check_finite(log_q, "log_q")
    check_same_shape(log_p, log_q, ("log_p", "log_q"))
    if log_p.dim() != 1 or len(log_p) < 2:
        raise ValueError(f"log_p has shape {tuple(log_p.shape)}; give (N,) with N >= 2")
    gap = log_p - log_q
    return gap.mean(), gap.std() / math.sqrt(len(gap))


def wasserstein_1_samples(a: Tensor, b: Tensor) -> Tensor:
    """W1 between two sets of numbers, `(N,)` and `(M,)`: the area between their staircases.

    With N = M it is the mean of |a_(i) - b_(i)| after sorting both.
    """
    for name, points in (("a", a), ("b", b)):
        check_not_empty(check_finite(points, name).reshape(-1), name)
        if points.dim() != 1:
            raise ValueError(f"{name} must have shape (N,), numbers, not {tuple(points.shape)}")
    a, b = a.sort().values, b.sort().values
    if len(a) == len(b):
        return (a - b).abs().mean()
    places = torch.cat([a, b]).sort().values
    share_a, share_b = (
        torch.searchsorted(s, places[:-1].contiguous(), right=True).to(s.dtype) / len(s)
        for s in (a, b)
    )
    return ((share_a - share_b).abs() * places.diff()).sum()
