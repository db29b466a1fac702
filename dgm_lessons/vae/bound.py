"""The variational autoencoder: the evidence lower bound, its two terms, and a tighter bound."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .._inputs import check_batch, check_finite, check_positive, check_same_shape

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


def reparameterise(mean: Tensor, log_variance: Tensor, generator: torch.Generator | None) -> Tensor:
    """A draw mean + std * noise of their shape, passing gradients; eq-elbo-reparameterise."""
    return mean + (0.5 * log_variance).exp() * noise_like(mean, generator)


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
        return gaussian_head(self.encoder, x, "the encoder")


def gaussian_head(network: nn.Module, x: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """Mean and log-variance, each (B, d), of the Gaussian that a network says for each row of x.

    Raises `ValueError`, with the network's name, unless it returns (B, 2 d).
    """
    head = network(check_batch(x))
    if head.dim() != 2 or len(head) != len(x) or head.shape[1] % 2:
        raise ValueError(
            f"{name} returned shape {tuple(head.shape)} for {len(x)} rows; give "
            f"({len(x)}, 2 d): d means beside d log-variances"
        )
    mean, log_variance = head.chunk(2, dim=1)
    return mean, log_variance


def elbo(vae: VAE, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
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
    vae: VAE, x: Tensor, n: int, generator: torch.Generator | None = None
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
        noise = noise_like(mean, generator)
        z = mean + (0.5 * log_variance).exp() * noise
        prior_over_q = 0.5 * (noise**2 + log_variance - z**2).sum(1)
        log_weights.append(vae.log_likelihood(vae.decoder(z), x) + prior_over_q)
    return torch.stack(log_weights).logsumexp(0) - math.log(n)


def noise_like(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal noise of the shape, dtype and device of `like`."""
    return torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)
