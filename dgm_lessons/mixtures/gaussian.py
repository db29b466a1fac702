"""The Gaussian mixture: a law with a closed form for all that a network is trained to learn."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor

from .._inputs import as_time, check_points, on_cpu, widest
from .parameters import checked
from .seen import Seen

Coefficient = float | Tensor


class GaussianMixture:
    """A mixture of K Gaussians in D dimensions, sum_k w_k N(mu_k, S_k).

    Args:
        weights: (K,), positive; scaled to sum to one.
        means: (K, D).
        covariances: (K, D, D) symmetric positive definite, or (K,) or a float: a variance each.

    Everything is computed in the mixture's own dtype (float64) and returned in that of the points.
    `eigenvalues` (K, D) and `eigenvectors` (K, D, D) of the covariances are worked out once.
    """

    def __init__(
        self, weights: Tensor | list, means: Tensor | list, covariances: Tensor | list | float
    ) -> None:
        self.weights, self.means, self.covariances = checked(weights, means, covariances)
        # S_k = U_k diag(lambda_k) U_k^T: in this basis every V_k is diagonal, at any noise level
        self.eigenvalues, self.eigenvectors = torch.linalg.eigh(self.covariances)
        if not bool((self.eigenvalues > 0).all()):
            raise ValueError("every covariance must be positive definite")

    @property
    def dim(self) -> int:
        """D, the number of coordinates."""
        return self.means.shape[1]

    @property
    def mean(self) -> Tensor:
        """The mean of the whole law, (D,)."""
        return self.weights @ self.means

    @property
    def covariance(self) -> Tensor:
        """The covariance of the whole law, (D, D): within the components and between them."""
        offset = self.means - self.mean
        between = torch.einsum("k,kd,ke->de", self.weights, offset, offset)
        return between + torch.einsum("k,kde->de", self.weights, self.covariances)

    def to(self, device: torch.device | str) -> GaussianMixture:
        """The same mixture with its parameters on `device`, in float32 where it has no float64."""
        moved = copy.copy(self)
        for name in ("weights", "means", "covariances", "eigenvalues", "eigenvectors"):
            value = getattr(self, name).to(device, widest(torch.device(device)))
            setattr(moved, name, value)
        return moved

    def __repr__(self) -> str:
        return f"GaussianMixture({len(self.weights)} components in {self.dim} dimensions)"

    # -- the law itself ----------------------------------------------------------------------

    def sample(
        self, n: int, generator: torch.Generator | None = None, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """n independent points, shape (n, D)."""
        if n < 0:
            raise ValueError(f"n must be at least 0, not {n}")
        if n == 0:
            return self.means.new_zeros((0, self.dim)).to(dtype)
        k = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        noise = torch.randn(
            (n, self.dim), generator=generator, dtype=self.means.dtype, device=self.means.device
        )
        # By the symmetric root: the basis that eigh finds for equal eigenvalues differs by CPU.
        root = (self.eigenvectors * self.eigenvalues.sqrt()[:, None]) @ self.eigenvectors.mT
        return (self.means[k] + torch.einsum("bij,bj->bi", root[k], noise)).to(dtype)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats, shape (B,)."""
        return self.seen(x).log_prob

    def score(self, x: Tensor) -> Tensor:
        """The gradient of log p at x, shape (B, D)."""
        return self.seen(x).score

    def hessian(self, x: Tensor) -> Tensor:
        """The matrix of second derivatives of log p at x, shape (B, D, D)."""
        return self.seen(x).hessian

    # -- seen through noise: x_t = alpha x_0 + sigma eps -----------------------------------

    def diffuse(self, alpha: Coefficient, sigma: Coefficient) -> GaussianMixture:
        """The law of x_t for one noise level: again a mixture."""
        alpha, sigma = self._level(alpha, sigma)
        eye = torch.eye(self.dim, dtype=self.means.dtype, device=self.means.device)
        return GaussianMixture(
            self.weights, alpha * self.means, alpha**2 * self.covariances + sigma**2 * eye
        )

    def seen(self, x_t: Tensor, alpha: Coefficient = 1.0, sigma: Coefficient = 0.0) -> Seen:
        """All that the mixture says of noisy points: score, posterior and more, from one pass.

        Args:
            x_t: points, (B, D).
            alpha, sigma: the noise level, floats or of shape () or (B,); none by default.
        """
        check_points(x_t, self.dim)
        return Seen(self, x_t, *self._level(alpha, sigma, len(x_t)))

    def _level(
        self, alpha: Coefficient, sigma: Coefficient, rows: int | None = None
    ) -> tuple[Tensor, Tensor]:
        level = []
        for value, name in ((alpha, "alpha"), (sigma, "sigma")):
            value = as_time(value, 0.0, math.inf, name).to(self.means)
            if value.dim() and len(value) != rows:
                wanted = "give one level, a scalar" if rows is None else f"there are {rows} rows"
                raise ValueError(f"{name} has shape {tuple(value.shape)}; {wanted}")
            if on_cpu(value) and bool(value.isinf().any()):
                raise ValueError(f"{name} must be finite, not inf")
            level.append(value)
        if on_cpu(level[0]) and bool(((level[0] == 0) & (level[1] == 0)).any()):
            raise ValueError("alpha and sigma must not both be 0: nothing would be left")
        return level[0], level[1]
