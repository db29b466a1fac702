"""A network small enough to be trained by solving one linear system, and to be sent to a page."""

from __future__ import annotations

import torch
from torch import Tensor

from ..._inputs import check_points
from ...denoisers import AbstractDenoiser
from ...mixtures import GaussianMixture
from ...processes import Process

UNITS = 16
LEVELS = (-10.0, 6.0)  # the log-SNRs that it is trained at


class SmallNetwork(AbstractDenoiser):
    """16 tanh units of x_t and the log-SNR, added up to a guess of v = alpha eps - sigma x_0.

    The weights inside are drawn and stay (random features, Rahimi & Recht 2007). Those of the last
    layer have the least mean squared error over 2,000 draws from `mixture`, each noised 20 times at
    log-SNRs from -10 to 6, plus a small ridge. All are rounded to four decimals, as the page has
    them.

    Args:
        mixture: a `GaussianMixture` in 1-D, which the training data are drawn from.
        process: a variance-preserving one: alpha^2 + sigma^2 = 1.
        seed: of data, noise and inner weights.
    """

    def __init__(self, mixture: GaussianMixture, process: Process, seed: int = 0) -> None:
        if mixture.dim != 1:
            raise ValueError(f"the network lives on the line, the mixture in {mixture.dim}-D")
        self.process = process
        g = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=g, dtype=torch.float64)

        self.inner = (normal(3, UNITS) * torch.tensor([[2.0], [1.5], [1.5]]).double()).round(
            decimals=4
        )
        x0 = mixture.sample(2000, g, torch.float64).repeat(20, 1)
        low, high = LEVELS
        level = low + (high - low) * torch.rand(len(x0), generator=g, dtype=torch.float64)
        t, eps = process.t_from_log_snr(level), normal(*x0.shape)
        alpha, sigma = process.alpha(t)[:, None], process.sigma(t)[:, None]
        seen = self._features(alpha * x0 + sigma * eps, level)
        ridge = 1e-6 * len(x0) * torch.eye(UNITS + 2, dtype=torch.float64)
        target = seen.T @ (alpha * eps - sigma * x0)
        self.outer = torch.linalg.solve(seen.T @ seen + ridge, target)[:, 0].round(decimals=4)

    def _features(self, x: Tensor, level: Tensor) -> Tensor:
        inputs = torch.stack([x[:, 0], level / 5, torch.ones_like(level)], dim=1)
        return torch.cat([(inputs @ self.inner).tanh(), x, torch.ones_like(x)], dim=1)

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]) for x_t of shape (B, 1), float64."""
        check_points(x_t, 1, "x_t")
        alpha, sigma = self.process.alpha(t), self.process.sigma(t)
        level = self.process.log_snr(t).expand(len(x_t))
        v = (self._features(x_t, level) @ self.outer)[:, None]
        alpha, sigma = (c[:, None] if c.dim() else c for c in (alpha, sigma))
        return alpha * x_t - sigma * v, sigma * x_t + alpha * v
