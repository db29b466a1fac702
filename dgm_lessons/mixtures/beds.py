"""The named test beds: small mixtures that the whole book works on."""

from __future__ import annotations

import math

import torch

from .._inputs import check_positive
from .gaussian import GaussianMixture


def gm1() -> GaussianMixture:
    """0.4 N(-1.5, 0.3^2) + 0.6 N(1, 0.5^2) on the line: mean 0, standard deviation 1.298."""
    return GaussianMixture([0.4, 0.6], [[-1.5], [1.0]], [0.09, 0.25])


def ring(n: int = 8, radius: float = 2.0, std: float = 0.15) -> GaussianMixture:
    """n Gaussians on a circle; for n = 8 with weights (1, 6, 3, 8, 2, 5, 4, 7)/36, else equal."""
    if n < 1:
        raise ValueError(f"a ring needs at least one component, not n = {n}")
    check_positive(radius, "radius")
    angle = torch.arange(n, dtype=torch.float64) * (2 * math.pi / n)
    means = radius * torch.stack([angle.cos(), angle.sin()], 1)
    weights = torch.tensor([1.0, 6, 3, 8, 2, 5, 4, 7]) if n == 8 else torch.ones(n)
    return GaussianMixture(weights, means, check_positive(std, "std") ** 2)


def grid(n: int = 25, spacing: float = 1.0, std: float = 0.1) -> GaussianMixture:
    """n Gaussians of equal weight on a square grid; n must be a square number."""
    if n < 1 or (side := math.isqrt(n)) ** 2 != n:
        raise ValueError(f"n must be a square number such as 9, 16 or 25, not {n}")
    axis = check_positive(spacing, "spacing") * (torch.arange(side).double() - (side - 1) / 2)
    means = torch.cartesian_prod(axis, axis).reshape(-1, 2)
    return GaussianMixture(torch.ones(n), means, check_positive(std, "std") ** 2)


def two_moons_like(n: int = 12, std: float = 0.12) -> GaussianMixture:
    """Two interlocking half circles of n Gaussians each."""
    if n < 2:
        raise ValueError(f"each moon needs at least two components, not n = {n}")
    angle = torch.linspace(0, math.pi, n, dtype=torch.float64)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], 1)
    means = 1.5 * torch.cat([upper, -upper])
    return GaussianMixture(torch.ones(2 * n), means, check_positive(std, "std") ** 2)
