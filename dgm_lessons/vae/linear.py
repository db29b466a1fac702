"""The linear VAE: evidence, posterior, bound and gap in closed form, the truth to compare with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import check_points, check_positive
from .bound import gaussian_kl


@dataclass(frozen=True)
class LinearVAE:
    """x = w z + s noise on the line, z ~ N(0, 1), with encoders q(z | x) = N(a x, b^2).

    Points have shape (B, 1), values (B,). All four numbers may be tensors of shape (), so that
    they can be trained.

    Args:
        w: slope of the decoder.
        s: standard deviation of its noise, above 0.
    """

    w: float | Tensor
    s: float | Tensor

    def __post_init__(self) -> None:
        check_scalar(self.w, "w")
        check_positive(check_scalar(self.s, "s"), "s")

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Ancestral sampling: codes first, then data, (n, 1) in float64."""
        z, noise = torch.randn(2, n, 1, generator=generator, dtype=torch.float64)
        return self.w * z + self.s * noise

    def log_prob(self, x: Tensor) -> Tensor:
        """log N(x; 0, w^2 + s^2), eq-elbo-linear-evidence."""
        return log_normal(check_points(x, 1)[:, 0], self.w**2 + self.s**2)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (B, 1) and standard deviation () of z given x, eq-elbo-linear-posterior."""
        total = torch.as_tensor(self.w**2 + self.s**2, dtype=x.dtype)
        return self.w / total * check_points(x, 1), self.s / total.sqrt()

    def elbo(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> tuple[Tensor, Tensor]:
        """(reconstruction, kl), exact, for the encoder N(a x, b^2); eq-elbo-linear."""
        mean, log_variance = self._encode(x, a, b)
        away = self.w * b / self.s  # the encoder's own noise, decoded
        seen = log_normal((x - self.w * mean)[:, 0], self.s**2)
        return seen - 0.5 * away**2, gaussian_kl(mean, log_variance)

    def gap(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> Tensor:
        """KL of the encoder N(a x, b^2) from the exact posterior, eq-elbo-gap."""
        mean, log_variance = self._encode(x, a, b)
        centre, std = self.posterior(x)
        return gaussian_kl((mean - centre) / std, log_variance - 2 * std.log())

    def _encode(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> tuple[Tensor, Tensor]:
        check_scalar(a, "a")
        check_positive(check_scalar(b, "b"), "b")
        mean = a * check_points(x, 1)
        return mean, 2 * torch.as_tensor(b, dtype=x.dtype).log().expand_as(mean)


def check_scalar(value: float | Tensor, name: str) -> float:
    """`value` as a float; `ValueError` unless it is one finite number."""
    if isinstance(value, Tensor) and value.dim():
        raise ValueError(f"{name} must be a number, not a tensor of shape {tuple(value.shape)}")
    number = value.item() if isinstance(value, Tensor) else float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, not {number}")
    return number


def log_normal(x: Tensor, variance: float | Tensor) -> Tensor:
    """log N(x; 0, variance), elementwise."""
    v = torch.as_tensor(variance, dtype=x.dtype)
    return -0.5 * (x**2 / v + (2 * math.pi * v).log())
