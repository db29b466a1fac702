"""Noisy points through the eyes of a mixture: posterior, score and their derivatives."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .._inputs import all_finite

if TYPE_CHECKING:
    from .gaussian import GaussianMixture


class Seen:
    """What a mixture says of points x_t = alpha x_0 + sigma eps, as `mixture.seen` gives it.

    One pass over the K components finds how probable each point is under each; every reading
    is worked out from that when it is first asked for, and kept. Readings have the dtype of the
    points, whatever that of the mixture.

    Args:
        mixture: the law of x_0.
        x_t: noisy points, (B, D).
        alpha, sigma: the noise level, () or (B,), in the dtype of the mixture.
    """

    def __init__(self, mixture: GaussianMixture, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> None:
        self._mixture, self._dtype = mixture, x_t.dtype
        self._alpha, self._sigma = alpha, sigma
        x = x_t.to(mixture.means.dtype).mT.contiguous()
        # V_k = U_k diag(variance) U_k^T; z is the offset from the component's mean in that basis
        variance = alpha**2 * self._eigenvalues + sigma**2
        self._z = mixture.eigenvectors.mT @ (x - alpha * mixture.means[:, :, None])
        self._precision = 1 / variance
        log_density = -0.5 * (self._z**2 * self._precision + (2 * math.pi * variance).log()).sum(1)
        if not all_finite(log_density):
            raise ValueError(f"x is too large for floating point: up to {x.abs().max():.3g}")
        self._log_joint = mixture.weights.log()[:, None] + log_density

    @cached_property
    def log_prob(self) -> Tensor:
        """log p_t(x_t) in nats, (B,)."""
        return self._log_joint.logsumexp(0).to(self._dtype)

    @cached_property
    def responsibilities(self) -> Tensor:
        """p(component k | x_t), (B, K)."""
        return self._rows(self._share)

    @cached_property
    def score(self) -> Tensor:
        """The gradient of log p_t at x_t, (B, D)."""
        return self._rows(self._score)

    @cached_property
    def mean(self) -> Tensor:
        """E[x_0 | x_t], (B, D): the perfect denoiser."""
        return self._rows(self._mean)

    @cached_property
    def covariance(self) -> Tensor:
        """Cov[x_0 | x_t], (B, D, D), by the law of total covariance."""
        offset = self._means - self._mean
        between = torch.einsum("kb,kdb,keb->bde", self._share, offset, offset)
        within = self._eigenvalues * self._precision * self._sigma**2  # lambda sigma^2 / v
        return (between + self._turned(within)).to(self._dtype)

    @cached_property
    def hessian(self) -> Tensor:
        """The second derivatives of log p_t at x_t, (B, D, D)."""
        second = torch.einsum("kb,kdb,keb->bde", self._share, self._pull, self._pull)
        square = torch.einsum("db,eb->bde", self._score, self._score)
        return (second - self._turned(self._precision) - square).to(self._dtype)

    @cached_property
    def score_divergence(self) -> Tensor:
        """The divergence of the score in x_t, (B,): the trace of the Hessian."""
        return self._traced(self._pull, -self._precision).to(self._dtype)

    @cached_property
    def mean_divergence(self) -> Tensor:
        """The divergence of E[x_0 | x_t] in x_t, (B,)."""
        shrink = self._alpha * self._eigenvalues * self._precision
        return self._traced(self._means, shrink).to(self._dtype)

    # -- what the readings share: by component, coordinate and, last, point, which is quickest --

    @cached_property
    def _share(self) -> Tensor:
        return self._log_joint.softmax(0)  # (K, B)

    @cached_property
    def _pull(self) -> Tensor:
        # the score of each component, -V_k^{-1} (x_t - alpha mu_k), (K, D, B)
        return -self._mixture.eigenvectors @ (self._z * self._precision)

    @cached_property
    def _score(self) -> Tensor:
        return self._averaged(self._pull)

    @cached_property
    def _means(self) -> Tensor:
        # E[x_0 | x_t, k] = mu_k + alpha S_k V_k^{-1} (x_t - alpha mu_k), (K, D, B)
        shift = self._mixture.covariances @ self._pull
        return self._mixture.means[:, :, None] - self._alpha * shift

    @cached_property
    def _mean(self) -> Tensor:
        return self._averaged(self._means)

    @property
    def _eigenvalues(self) -> Tensor:
        return self._mixture.eigenvalues[:, :, None]

    @property
    def _lean(self) -> Tensor:
        # the share of component k has the gradient share_k (pull_k - score)
        return self._pull - self._score

    def _averaged(self, parts: Tensor) -> Tensor:
        return (self._share[:, None] * parts).sum(0)

    def _turned(self, diagonal: Tensor) -> Tensor:
        # the mean over components of U_k diag(diagonal) U_k^T, (B, D, D)
        basis = self._mixture.eigenvectors
        return torch.einsum("kib,kdi,kei->bde", self._share[:, None] * diagonal, basis, basis)

    def _traced(self, parts: Tensor, slopes: Tensor) -> Tensor:
        # of sum_k share_k parts_k, where parts_k is affine in x_t with these eigenvalues
        return self._averaged(parts * self._lean + slopes).sum(0)

    def _rows(self, points: Tensor) -> Tensor:
        return points.mT.contiguous().to(self._dtype)
