"""The denoiser of a Gaussian mixture: the truth."""

from __future__ import annotations

from torch import Tensor

from .._inputs import expand
from ..mixtures import GaussianMixture, Seen
from ..processes import Process
from .base import AbstractDenoiser


class ExactDenoiser(AbstractDenoiser):
    """The denoiser of a Gaussian mixture seen through a process: the truth to compare with.

    Warns where the process's prior does not cover the mixture; see `Process.check_scale`.
    """

    def __init__(self, mixture: GaussianMixture, process: Process) -> None:
        self.mixture, self.process = mixture, process
        squares = mixture.means.square() + mixture.covariances.diagonal(dim1=1, dim2=2)
        process.check_scale(float((mixture.weights @ squares).max().sqrt()))

    def marginal(self, t: float) -> GaussianMixture:
        """The law of x_t."""
        return self.mixture.diffuse(self.process.alpha(t), self.process.sigma(t))

    def __call__(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """E[x_0 | x_t] in closed form."""
        return self._seen(x_t, t).mean

    def score(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """The gradient of log p_t, from the closed form; finite at t = 0 too."""
        return self._seen(x_t, t).score

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]) in closed form; eps is -sigma times the score."""
        seen = self._seen(x_t, t)
        return seen.mean, -expand(self.process.levels(t)[1], x_t) * seen.score

    def velocity(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """dx/dt of the PF-ODE, alpha' x_0 - (sigma^2)' score / 2; finite everywhere."""
        process = self.process
        alpha_dot, variance_dot = process.alpha_dot(t), process.variance_dot(t)
        seen = self._seen(x_t, t)
        return expand(alpha_dot, x_t) * seen.mean - expand(0.5 * variance_dot, x_t) * seen.score

    def v_and_divergence(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """v, and its divergence in closed form."""
        alpha, sigma = self.process.levels(t)
        seen = self.mixture.seen(x_t, alpha, sigma)
        v = -expand(sigma, x_t) * seen.mean - expand(alpha * sigma, x_t) * seen.score
        divergence = -sigma * seen.mean_divergence - alpha * sigma * seen.score_divergence
        return v, divergence.to(x_t.dtype)

    def _seen(self, x_t: Tensor, t: float | Tensor) -> Seen:
        return self.mixture.seen(x_t, *self.process.levels(t))
