"""Gaussian mixtures: the test beds on which score, denoiser and posterior are known exactly.

Noise a mixture and it stays a mixture, so that everything a network is trained to learn has a
closed form here: component k of x_t is N(alpha mu_k, V_k) with V_k = alpha^2 S_k + sigma^2 I.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ._inputs import all_finite, as_time, check_finite, check_points, check_positive, on_cpu

Coefficient = float | Tensor


class GaussianMixture:
    """A mixture of K Gaussians in D dimensions, sum_k w_k N(mu_k, S_k).

    Args:
        weights: (K,), positive; scaled to sum to one.
        means: (K, D).
        covariances: (K, D, D) symmetric positive definite, or (K,) or a float: a variance each.

    Everything is computed in the mixture's own dtype (float64) and returned in that of the points.
    """

    def __init__(
        self, weights: Tensor | list, means: Tensor | list, covariances: Tensor | list | float
    ) -> None:
        weights = check_finite(torch.as_tensor(weights, dtype=torch.float64), "weights")
        means = check_finite(torch.as_tensor(means, dtype=torch.float64), "means")
        if weights.dim() != 1 or means.dim() != 2 or len(weights) != len(means) or not len(means):
            raise ValueError(
                "weights (K,) and means (K, D) are needed, "
                f"not {tuple(weights.shape)} and {tuple(means.shape)}"
            )
        if not bool((weights > 0).all()):
            raise ValueError("every weight must be above 0; leave out empty components")
        self.weights = weights / weights.sum()
        self.means = means
        self.covariances = _as_matrices(covariances, *means.shape)
        # S_k = U_k diag(lambda_k) U_k^T: in this basis every V_k is diagonal, at any noise level
        self._spread, self._basis = torch.linalg.eigh(self.covariances)
        if not bool((self._spread > 0).all()):
            raise ValueError("every covariance must be positive definite")

    @property
    def dim(self) -> int:
        """D, the number of coordinates."""
        return self.means.shape[1]

    def to(self, device: torch.device | str) -> GaussianMixture:
        """The same mixture with its parameters on `device`."""
        return GaussianMixture(*(p.to(device) for p in self._parameters()))

    def _parameters(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.weights, self.means, self.covariances

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
        stretched = self._spread[k].sqrt() * noise
        return (self.means[k] + torch.einsum("bij,bj->bi", self._basis[k], stretched)).to(dtype)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats, shape (B,)."""
        return self._log_joint(x, 1.0, 0.0)[0].logsumexp(1).to(x.dtype)

    def score(self, x: Tensor) -> Tensor:
        """The gradient of log p at x, shape (B, D)."""
        return self.diffused_score(x, 1.0, 0.0)

    def hessian(self, x: Tensor) -> Tensor:
        """The matrix of second derivatives of log p at x, shape (B, D, D)."""
        log_joint, pull, precision = self._log_joint(x, 1.0, 0.0)
        share = log_joint.softmax(1)
        mean = torch.einsum("bk,bkd->bd", share, pull)
        second = torch.einsum("bk,bkd,bke->bde", share, pull, pull)
        curvature = torch.einsum("bk,kdi,bki,kei->bde", share, self._basis, precision, self._basis)
        return (second - curvature - mean[:, :, None] * mean[:, None, :]).to(x.dtype)

    # -- seen through noise: x_t = alpha x_0 + sigma eps -----------------------------------

    def diffuse(self, alpha: Coefficient, sigma: Coefficient) -> GaussianMixture:
        """The law of x_t for one noise level: again a mixture."""
        alpha, sigma = self._level(alpha, sigma)
        eye = torch.eye(self.dim, dtype=self.means.dtype, device=self.means.device)
        return GaussianMixture(
            self.weights, alpha * self.means, alpha**2 * self.covariances + sigma**2 * eye
        )

    def diffused_score(self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient) -> Tensor:
        """The gradient of log p_t at x_t, shape (B, D). alpha, sigma: floats or (B,)."""
        log_joint, pull, _ = self._log_joint(x_t, alpha, sigma)
        return torch.einsum("bk,bkd->bd", log_joint.softmax(1), pull).to(x_t.dtype)

    def posterior_mean(self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient) -> Tensor:
        """E[x_0 | x_t], shape (B, D): the perfect denoiser. alpha, sigma: floats or (B,)."""
        return self.posterior_mean_and_score(x_t, alpha, sigma)[0]

    def posterior_mean_and_score(
        self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient
    ) -> tuple[Tensor, Tensor]:
        """E[x_0 | x_t] and the gradient of log p_t, each (B, D), from one pass."""
        share, means, pull, _ = self._components(x_t, alpha, sigma)
        mean, score = (torch.einsum("bk,bkd->bd", share, part) for part in (means, pull))
        return mean.to(x_t.dtype), score.to(x_t.dtype)

    def mean_score_and_traces(
        self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """E[x_0 | x_t] and the gradient of log p_t, and the divergences of both, (B,)."""
        share, means, pull, precision = self._components(x_t, alpha, sigma)
        mean, score = (torch.einsum("bk,bkd->bd", share, part) for part in (means, pull))
        # component k is affine in x_t, and its share has the gradient share_k (pull_k - score)
        lean = pull - score[:, None]
        shrink = _column(self._level(alpha, sigma, len(x_t))[0]) * self._spread * precision
        of_mean = torch.einsum("bk,bkd->b", share, means * lean + shrink)
        of_score = torch.einsum("bk,bkd->b", share, pull * lean - precision)
        mean, score, of_mean, of_score = (
            part.to(x_t.dtype) for part in (mean, score, of_mean, of_score)
        )
        return mean, score, of_mean, of_score

    def _components(
        self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        # share of each component k, E[x_0 | x_t, k] = mu_k + alpha S_k V_k^{-1} (x_t - alpha mu_k),
        # its score, and the eigenvalues of V_k^{-1}
        log_joint, pull, precision = self._log_joint(x_t, alpha, sigma)
        level = _column(self._level(alpha, sigma, len(x_t))[0])
        means = self.means - level * torch.einsum("kde,bke->bkd", self.covariances, pull)
        return log_joint.softmax(1), means, pull, precision

    def posterior_covariance(self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient) -> Tensor:
        """Cov[x_0 | x_t], shape (B, D, D), by the law of total covariance."""
        share, means, _, precision = self._components(x_t, alpha, sigma)
        mean = torch.einsum("bk,bkd->bd", share, means)
        offset = means - mean[:, None]
        between = torch.einsum("bk,bkd,bke->bde", share, offset, offset)
        _, sigma = self._level(alpha, sigma, len(x_t))
        spread = self._spread * precision * _column(sigma) ** 2  # lambda sigma^2 / v
        within = torch.einsum("bk,kdi,bki,kei->bde", share, self._basis, spread, self._basis)
        return (between + within).to(x_t.dtype)

    def responsibilities(self, x_t: Tensor, alpha: Coefficient, sigma: Coefficient) -> Tensor:
        """p(component k | x_t), shape (B, K)."""
        return self._log_joint(x_t, alpha, sigma)[0].softmax(1).to(x_t.dtype)

    def _log_joint(
        self, x: Tensor, alpha: Coefficient, sigma: Coefficient
    ) -> tuple[Tensor, Tensor, Tensor]:
        """For each point and component k, the three tensors that all the rest is made of.

        log w_k N(x; alpha mu_k, V_k), (B, K); the component's score -V_k^{-1}(x - alpha mu_k),
        (B, K, D); the eigenvalues of V_k^{-1}, (B, K, D).
        """
        check_points(x, self.dim)
        alpha, sigma = self._level(alpha, sigma, len(x))
        x = x.to(self.means.dtype)
        variance = _column(alpha) ** 2 * self._spread + _column(sigma) ** 2
        offset = x[:, None] - _column(alpha) * self.means
        z = torch.einsum("kdi,bkd->bki", self._basis, offset)
        precision = (1 / variance).expand(len(x), -1, -1)
        log_density = -0.5 * (z**2 * precision + torch.log(2 * math.pi * variance)).sum(2)
        if not all_finite(log_density):
            raise ValueError(f"x is too large for floating point: up to {x.abs().max():.3g}")
        pull = -torch.einsum("kdi,bki->bkd", self._basis, z * precision)
        return self.weights.log() + log_density, pull, precision

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


def _column(c: Tensor) -> Tensor:
    """Shape () or (B, 1, 1): one coefficient for every component and coordinate."""
    return c if c.dim() == 0 else c[:, None, None]


def _as_matrices(covariances: Tensor | list | float, count: int, dim: int) -> Tensor:
    c = check_finite(torch.as_tensor(covariances, dtype=torch.float64), "covariances")
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


# -- the named test beds -----------------------------------------------------------------------


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
    side = math.isqrt(max(n, 0))
    if side < 1 or side * side != n:
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
