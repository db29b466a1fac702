"""Exact flow maps: of a Gaussian in closed form, of any denoiser by solving the ODE."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import check_points, expand
from ..denoisers import AbstractDenoiser, process_of
from ..mixtures import GaussianMixture
from ..processes import Process
from ..samplers import integrate
from .base import both_times


class GaussianFlowMap:
    """The flow map of one Gaussian, which is affine in x, `eq-maps-gaussian`.

    Along each axis of the covariance, of variance v, the distance to the mean alpha m changes in
    proportion to the standard deviation sqrt(alpha^2 v + sigma^2).

    Args:
        law: a `GaussianMixture` of one component, N(m, S) in D dimensions.
        process: of any kind.
    """

    def __init__(self, law: GaussianMixture, process: Process) -> None:
        if len(law.weights) != 1:
            raise ValueError(
                f"the law has {len(law.weights)} components, and only the map of a single Gaussian "
                "is known in closed form: use SolvedFlowMap(ExactDenoiser(law, process))"
            )
        self.law, self.process = law, process

    def __call__(self, x: Tensor, s: float | Tensor, t: float | Tensor) -> Tensor:
        """x (B, D) carried from s to t."""
        s, t = both_times(self.process, check_points(x, self.law.dim), s, t)
        mean, axes = self.law.means[0].to(x), self.law.eigenvectors[0].to(x)
        ratio = (self._variances(t) / self._variances(s)).sqrt()
        offset = (x - self.process.alpha(s)[:, None] * mean) @ axes
        return self.process.alpha(t)[:, None] * mean + (ratio * offset) @ axes.T

    def _variances(self, t: Tensor) -> Tensor:
        """Of x_t along the axes, (B, D)."""
        alpha, variance = self.process.alpha(t), self.process.variance(t)
        return alpha[:, None] ** 2 * self.law.eigenvalues[0].to(t) + variance[:, None]


class SolvedFlowMap:
    """The flow map of a denoiser, found by solving its PF-ODE: the truth, and many evaluations.

    Args:
        denoiser: exact or learned, of a process in continuous time.
        rtol, atol: what the solver keeps, for every row; finer than 1e-5 wants x in float64.
    """

    def __init__(self, denoiser: AbstractDenoiser, rtol: float = 1e-5, atol: float = 1e-5) -> None:
        self.denoiser, self.process = denoiser, process_of(denoiser)
        self.rtol, self.atol = rtol, atol

    @torch.no_grad()
    def __call__(self, x: Tensor, s: float | Tensor, t: float | Tensor) -> Tensor:
        """x (B, *D) carried from s to t, each row between times of its own.

        Errors are those of `samplers.integrate`.
        """
        s, t = both_times(self.process, x, s, t)
        if not x.numel() or torch.equal(s, t):
            return x

        def slope(share: Tensor, x: Tensor) -> Tensor:
            """dx/dshare on the way from s (share 0) to t (share 1)."""
            return expand(t - s, x) * self.denoiser.velocity(x, s + float(share) * (t - s))

        found: Tensor = integrate(slope, x, 0.0, 1.0, self.rtol, self.atol)
        return found
