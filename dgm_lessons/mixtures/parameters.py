"""The parameters of a mixture, checked and copied."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import check_finite, widest

Numbers = Tensor | list | float


def checked(weights: Numbers, means: Numbers, covariances: Numbers) -> tuple[Tensor, ...]:
    """Weights (K,) that sum to one, means (K, D) and covariances (K, D, D); or `ValueError`."""
    weights, means = _own(weights, "weights"), _own(means, "means")
    if weights.dim() != 1 or means.dim() != 2 or len(weights) != len(means) or not len(means):
        raise ValueError(
            "weights (K,) and means (K, D) are needed, "
            f"not {tuple(weights.shape)} and {tuple(means.shape)}"
        )
    if not bool((weights > 0).all()):
        raise ValueError("every weight must be above 0; leave out empty components")
    matrices = _as_matrices(_own(covariances, "covariances"), *means.shape)
    return weights / weights.sum(), means, matrices


def _own(values: Tensor | list | float, name: str) -> Tensor:
    """A copy, so that what its giver does later changes no law."""
    given = values if isinstance(values, Tensor) else torch.tensor(values, dtype=torch.float64)
    return check_finite(given.to(widest(given.device), copy=True), name)


def _as_matrices(c: Tensor, count: int, dim: int) -> Tensor:
    eye = torch.eye(dim, dtype=c.dtype, device=c.device)
    if c.dim() == 0:
        c = c.expand(count)
    if c.shape == (count,):
        c = c[:, None, None] * eye
    if c.shape != (count, dim, dim):
        raise ValueError(
            f"covariances must be a variance, (K,) = ({count},) or ({count}, {dim}, {dim}), "
            f"not {tuple(c.shape)}"
        )
    if not torch.allclose(c, c.mT):
        raise ValueError("every covariance must be symmetric")
    return c
