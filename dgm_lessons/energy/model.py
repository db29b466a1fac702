"""A density known up to its normaliser, and the normaliser on a grid."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .._inputs import check_batch, check_finite, check_points
from ..calculus import gradient


class EnergyModel(nn.Module):
    """p(x) = exp(-E(x)) / Z for an energy E, low where points are likely, eq-ebm-density.

    What needs Z takes the axes of a grid, one or two increasing tensors `(n,)`, and speaks of the
    law *inside* their box: Z is the trapezoidal sum over it, and can be differentiated.

    Args:
        energy: takes points `(B, *D)` to energies `(B,)` or `(B, 1)`, in nats; a module or any
            function that autograd can follow.

    Raises:
        ValueError: for energies of another shape, NaN or infinite; for axes that are not
            increasing or not as many as coordinates; for points outside the box.

    Source: LeCun et al., A tutorial on energy-based learning (2006).
    """

    def __init__(self, energy: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.energy = energy

    def forward(self, x: Tensor) -> Tensor:
        """E(x), `(B,)`."""
        value = check_finite(self.energy(check_batch(x)), "energy(x)")
        if value.shape not in ((len(x),), (len(x), 1)):
            raise ValueError(
                f"energy(x) has shape {tuple(value.shape)}; one number a point is needed, "
                f"({len(x)},) or ({len(x)}, 1)"
            )
        return value.reshape(len(x))

    def score(self, x: Tensor) -> Tensor:
        """-grad E(x), `(B, *D)`: the gradient of log p, without Z, eq-ebm-score.

        It can be differentiated once more, unless gradients are off.
        """
        return -gradient(self, x, "energy(x)")

    def log_z(self, *axes: Tensor) -> Tensor:
        """log Z over the box of the axes, `()`."""
        points, weights = _grid(axes)
        return (weights.log() - self(points)).logsumexp(0)

    def log_prob(self, x: Tensor, *axes: Tensor) -> Tensor:
        """log p(x) = -E(x) - log Z, `(B,)`; its mean is the log-likelihood, eq-ebm-mle."""
        log_z = self.log_z(*axes)
        check_points(x, len(axes))
        for i, axis in enumerate(axes):
            if len(x) and (bool((x[:, i] < axis[0]).any()) or bool((x[:, i] > axis[-1]).any())):
                raise ValueError(
                    f"coordinate {i} of x reaches from {x[:, i].min():g} to {x[:, i].max():g}, "
                    f"its axis from {axis[0]:g} to {axis[-1]:g}; take a wider grid"
                )
        return -self(x) - log_z

    def density(self, *axes: Tensor) -> Tensor:
        """p at the points of the grid, `(n,)` or `(n, m)`: it sums to one over the box."""
        points, weights = _grid(axes)
        energy = self(points)
        log_z = (weights.log() - energy).logsumexp(0)
        return (-energy - log_z).exp().reshape([len(axis) for axis in axes])


def _grid(axes: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """The points of the grid, (N, D), and the weight of each in the trapezoidal rule, (N,)."""
    if len(axes) not in (1, 2):
        raise ValueError(f"a grid has 1 or 2 axes, not {len(axes)}")
    for axis in axes:
        check_finite(axis, "axis")
        if axis.dim() != 1 or len(axis) < 2 or not bool((axis.diff() > 0).all()):
            raise ValueError(
                f"an axis must be increasing, of shape (n,) with n >= 2; shape {tuple(axis.shape)}"
            )
    sides = [torch.gradient(axis)[0] for axis in axes]  # half the way to each neighbour
    for side in sides:
        side[[0, -1]] /= 2
    if len(axes) == 1:
        return axes[0][:, None], sides[0]
    return torch.cartesian_prod(*axes), torch.outer(*sides).flatten()
