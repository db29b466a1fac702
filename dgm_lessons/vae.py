"""Variational autoencoders: the evidence lower bound, its two terms, and a tighter bound.

Values are in nats, one per row. `LinearVAE` is the truth to compare with: all in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from ._inputs import check_batch, check_finite, check_points, check_positive, check_same_shape

LogLikelihood = Callable[[Tensor, Tensor], Tensor]  # (decoder's output, x) -> log p(x | z), (B,)


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of N(mean, diag(exp(log_variance))) from N(0, I), for each row: (B, *D) to (B,).

    1/2 sum(mean^2 + variance - 1 - log variance), eq-elbo-gaussian-kl.
    Raises `ValueError` for two shapes, NaN or infinity. Source: Kingma and Welling (2014), app. B.
    """
    check_batch(mean, "mean")
    check_finite(log_variance, "log_variance")
    check_same_shape(mean, log_variance, ("mean", "log_variance"))
    return 0.5 * (mean**2 + torch.expm1(log_variance) - log_variance).flatten(1).sum(1)


def reparameterise(mean: Tensor, log_variance: Tensor, generator: Generator | None) -> Tensor:
    """A draw mean + std * noise of their shape, passing gradients; eq-elbo-reparameterise."""
    return mean + (0.5 * log_variance).exp() * _noise(mean, generator)


def bernoulli(logits: Tensor, x: Tensor) -> Tensor:
    """log p(x | z) of independent binary pixels with these logits: (B, *D) to (B,).

    Values of x between 0 and 1 are allowed, but only 0 and 1 make this the log of a probability.
    """
    check_batch(x)
    check_same_shape(logits, x, ("the decoder's output", "x"))
    if x.device.type == "cpu" and bool(((x < 0) | (x > 1)).any()):
        raise ValueError(
            f"x must lie in [0, 1] for a Bernoulli decoder, but spans {x.min():.3g} to "
            f"{x.max():.3g}; rescale it, or use gaussian(sigma)"
        )
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def gaussian(sigma: float) -> LogLikelihood:
    """log p(x | z) of N(decoder's output, sigma^2 I), a function of both; sigma above 0."""
    check_positive(sigma, "sigma")

    def log_likelihood(mean: Tensor, x: Tensor) -> Tensor:
        check_batch(x)
        check_same_shape(mean, x, ("the decoder's output", "x"))
        return (
            -(0.5 * ((x - mean) / sigma) ** 2 + math.log(sigma * math.sqrt(2 * math.pi)))
            .flatten(1)
            .sum(1)
        )

    return log_likelihood


class VAE(nn.Module):
    """Code z ~ N(0, I), datum x ~ p(x | z), and an encoder q(z | x) = N(mean, variance).

    Args:
        encoder: network (B, *D) to (B, 2 d): d means beside d log-variances.
        decoder: network (B, d) to (B, *D): logits or means.
        log_likelihood: what the decoder's output means: `bernoulli` or `gaussian(sigma)`.

    Source: Kingma and Welling, Auto-Encoding Variational Bayes (2014).
    """

    def __init__(
        self, encoder: nn.Module, decoder: nn.Module, log_likelihood: LogLikelihood
    ) -> None:
        super().__init__()
        self.encoder, self.decoder, self.log_likelihood = encoder, decoder, log_likelihood

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes of `x`, each (B, d)."""
        head = self.encoder(check_batch(x))
        if head.dim() != 2 or len(head) != len(x) or head.shape[1] % 2:
            raise ValueError(
                f"the encoder returned shape {tuple(head.shape)} for {len(x)} rows; give "
                f"({len(x)}, 2 d): d means beside d log-variances"
            )
        return head.chunk(2, dim=1)


def elbo(vae: VAE, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
    """The two terms of the ELBO, (reconstruction, kl), each (B,); the bound is their difference.

    E_q[log p(x | z)] by one draw of z, and KL(q(z | x) || N(0, I)) in closed form, eq-elbo.

    Args:
        x: data (B, *D). An empty batch gives empty terms.
        generator: where the draw comes from.
    """
    mean, log_variance = vae.encode(x)
    z = reparameterise(mean, log_variance, generator)
    return vae.log_likelihood(vae.decoder(z), x), gaussian_kl(mean, log_variance)


def importance_weighted_bound(
    vae: VAE, x: Tensor, n: int, generator: Generator | None = None
) -> Tensor:
    """log of the mean of n weights p(x, z) / q(z | x), z ~ q(z | x): one value per row, (B,).

    Its expectation is the ELBO for n = 1 and rises to log p(x) with n; eq-elbo-iwae.
    Raises `ValueError` for n < 1. Source: Burda, Grosse and Salakhutdinov (2016).
    """
    if n < 1:
        raise ValueError(f"n is {n}; give the number of draws, 1 or more")
    mean, log_variance = vae.encode(x)
    log_weights = []
    for _ in range(n):  # one at a time: memory for one batch of data, whatever n
        noise = _noise(mean, generator)
        z = mean + (0.5 * log_variance).exp() * noise
        prior_over_q = 0.5 * (noise**2 + log_variance - z**2).sum(1)
        log_weights.append(vae.log_likelihood(vae.decoder(z), x) + prior_over_q)
    return torch.stack(log_weights).logsumexp(0) - math.log(n)


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
        _check_scalar(self.w, "w")
        check_positive(_check_scalar(self.s, "s"), "s")

    def sample(self, n: int, generator: Generator | None = None) -> Tensor:
        """Ancestral sampling: codes first, then data, (n, 1) in float64."""
        z, noise = torch.randn(2, n, 1, generator=generator, dtype=torch.float64)
        return self.w * z + self.s * noise

    def log_prob(self, x: Tensor) -> Tensor:
        """log N(x; 0, w^2 + s^2), eq-elbo-linear-evidence."""
        return _log_normal(check_points(x, 1)[:, 0], self.w**2 + self.s**2)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (B, 1) and standard deviation () of z given x, eq-elbo-linear-posterior."""
        total = torch.as_tensor(self.w**2 + self.s**2, dtype=x.dtype)
        return self.w / total * check_points(x, 1), self.s / total.sqrt()

    def elbo(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> tuple[Tensor, Tensor]:
        """(reconstruction, kl), exact, for the encoder N(a x, b^2); eq-elbo-linear."""
        mean, log_variance = self._encode(x, a, b)
        away = self.w * b / self.s  # the encoder's own noise, decoded
        seen = _log_normal((x - self.w * mean)[:, 0], self.s**2)
        return seen - 0.5 * away**2, gaussian_kl(mean, log_variance)

    def gap(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> Tensor:
        """KL of the encoder N(a x, b^2) from the exact posterior, eq-elbo-gap."""
        mean, log_variance = self._encode(x, a, b)
        centre, std = self.posterior(x)
        return gaussian_kl((mean - centre) / std, log_variance - 2 * std.log())

    def _encode(self, x: Tensor, a: float | Tensor, b: float | Tensor) -> tuple[Tensor, Tensor]:
        _check_scalar(a, "a")
        check_positive(_check_scalar(b, "b"), "b")
        mean = a * check_points(x, 1)
        return mean, 2 * torch.as_tensor(b, dtype=x.dtype).log().expand_as(mean)


def _noise(like: Tensor, generator: Generator | None) -> Tensor:
    return torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)


def _check_scalar(value: float | Tensor, name: str) -> float:
    if isinstance(value, Tensor) and value.dim():
        raise ValueError(f"{name} must be a number, not a tensor of shape {tuple(value.shape)}")
    number = value.item() if isinstance(value, Tensor) else float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, not {number}")
    return number


def _log_normal(x: Tensor, variance: float | Tensor) -> Tensor:
    """log N(x; 0, variance), elementwise."""
    v = torch.as_tensor(variance, dtype=x.dtype)
    return -0.5 * (x**2 / v + (2 * math.pi * v).log())
