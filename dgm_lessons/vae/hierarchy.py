"""Codes of codes: the hierarchical VAE, a Markov chain z_0 = x, z_1, ..., z_L in both directions.

`LinearHVAE` is the truth to compare with: a chain on the line, all in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .._inputs import check_batch, check_points, check_positive, check_same_shape
from .bound import LogLikelihood, gaussian_head, gaussian_kl, reparameterise
from .linear import check_scalar, log_normal


class HVAE(nn.Module):
    """L codes above a datum, from x = z_0 to z_L ~ N(0, I); eq-hvae-generator, eq-hvae-encoder.

    Args:
        encoders: L networks; number i gives q(z_i | z_{i-1}), as (B, 2 d_i): d_i means beside d_i
            log-variances. The first takes x.
        decoders: L networks; number i gives p(z_{i-1} | z_i), as (B, 2 d_{i-1}). The first gives
            the logits or means of x, (B, *D).
        log_likelihood: what the first decoder's output means: `bernoulli` or `gaussian(sigma)`.

    With L = 1 it is the `VAE`. Source: Sønderby et al. (2016), section 2.1.
    """

    def __init__(
        self,
        encoders: Sequence[nn.Module],
        decoders: Sequence[nn.Module],
        log_likelihood: LogLikelihood,
    ) -> None:
        super().__init__()
        if not encoders or len(encoders) != len(decoders):
            raise ValueError(
                f"{len(encoders)} encoders and {len(decoders)} decoders: give one of each a level"
            )
        self.encoders, self.decoders = nn.ModuleList(encoders), nn.ModuleList(decoders)
        self.log_likelihood = log_likelihood

    def elbo(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Reconstruction (B,) and the price of each level (B, L); the bound is the first minus all.

        Prices are log q(z_i | z_{i-1}) - log p(z_i | z_{i+1}) at one draw of the codes, and at the
        top the KL from N(0, I) in closed form; eq-hvae-ratios. A price of a draw may be negative.
        """
        codes, log_q = [check_batch(x)], []
        for i, encoder in enumerate(self.encoders, 1):
            mean, log_variance = gaussian_head(encoder, codes[-1], f"encoder {i}")
            codes.append(reparameterise(mean, log_variance, generator))
            log_q.append(_log_gaussian(codes[-1], mean, log_variance))
        prices = []
        for i in range(1, len(self.encoders)):
            head = gaussian_head(self.decoders[i], codes[i + 1], f"decoder {i + 1}")
            check_same_shape(head[0], codes[i], (f"the mean of decoder {i + 1}", f"z_{i}"))
            prices.append(log_q[i - 1] - _log_gaussian(codes[i], *head))
        prices.append(gaussian_kl(mean, log_variance))
        return self.log_likelihood(self.decoders[0](codes[1]), x), torch.stack(prices, 1)

    def decode(
        self, z: Tensor, level: int | None = None, generator: torch.Generator | None = None
    ) -> list[Tensor]:
        """Draw downwards from codes of one level: [z, ..., z_1, the first decoder's output].

        Args:
            z: codes (B, d_level).
            level: which codes they are, 1 to L; the top by default.
        """
        level = len(self.decoders) if level is None else level
        if not 1 <= level <= len(self.decoders):
            raise ValueError(f"level is {level}; it must be 1 to {len(self.decoders)}")
        path = [check_batch(z, "z")]
        for i in range(level, 1, -1):
            head = gaussian_head(self.decoders[i - 1], path[-1], f"decoder {i}")
            path.append(reparameterise(*head, generator))
        return [*path, self.decoders[0](path[-1])]


@dataclass(frozen=True)
class LinearHVAE:
    """The chain z_{i-1} = w_i z_i + s_i noise on the line, z_0 = x, down from z_L ~ N(0, 1).

    Its encoders are q(z_i | z_{i-1}) = N(a_i z_{i-1}, b_i^2). Points have shape (B, 1).

    Args:
        w: the L slopes of the decoders, w_1 first.
        s: the standard deviations of their noise, each above 0.
    """

    w: Sequence[float]
    s: Sequence[float]

    def __post_init__(self) -> None:
        _check_levels(self.w, self.s, ("w", "s"), len(self.w))

    def variances(self) -> list[float]:
        """Variances of z_0 = x, z_1, ..., z_L: v_{i-1} = w_i^2 v_i + s_i^2, eq-hvae-variance."""
        v = [1.0]
        for w, s in zip(reversed(self.w), reversed(self.s), strict=True):
            v.append(w**2 * v[-1] + s**2)
        return v[::-1]

    def log_prob(self, x: Tensor) -> Tensor:
        """log N(x; 0, v_0), (B,)."""
        return log_normal(check_points(x, 1)[:, 0], self.variances()[0])

    def best_encoder(self) -> tuple[list[float], list[float]]:
        """The slopes a and widths b whose chain is the exact posterior, eq-hvae-best-encoder."""
        v = self.variances()
        levels = list(zip(self.w, self.s, v, v[1:], strict=False))
        return (
            [w * above / below for w, _, below, above in levels],
            [s * math.sqrt(above / below) for _, s, below, above in levels],
        )

    def elbo(self, x: Tensor, a: Sequence[float], b: Sequence[float]) -> tuple[Tensor, Tensor]:
        """(reconstruction (B,), prices (B, L)), exact, for encoders (a, b); as in `HVAE.elbo`."""
        _check_levels(a, b, ("a", "b"), len(self.w))
        second = check_points(x, 1)[:, 0] ** 2  # E[z_i^2 | x], from x upwards
        log_p, log_q = [], []  # E[log p(z_{i-1} | z_i)] and E[log q(z_i | z_{i-1})]
        for w, s, slope, width in zip(self.w, self.s, a, b, strict=True):
            miss = (1 - w * slope) ** 2 * second + (w * width) ** 2  # E[(z_{i-1} - w z_i)^2]
            log_p.append(-0.5 * (miss / s**2 + math.log(2 * math.pi * s**2)))
            second = slope**2 * second + width**2
            log_q.append(torch.full_like(second, -0.5 * math.log(2 * math.pi * math.e * width**2)))
        log_p.append(-0.5 * (second + math.log(2 * math.pi)))
        prices = [q - p for q, p in zip(log_q, log_p[1:], strict=True)]
        return log_p[0], torch.stack(prices, 1)


def _log_gaussian(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """log N(z; mean, diag(exp(log_variance))) of each row, (B,), but for the 2 pi.

    A price is the difference of two, in which that cancels.
    """
    return -0.5 * ((z - mean) ** 2 * torch.exp(-log_variance) + log_variance).sum(1)


def _check_levels(
    slopes: Sequence[float], widths: Sequence[float], names: tuple[str, str], levels: int
) -> None:
    if not levels or not len(slopes) == len(widths) == levels:
        raise ValueError(
            f"{names[0]} has {len(slopes)} numbers, {names[1]} has {len(widths)}; give one of "
            f"each for all {levels or 1} levels"
        )
    for i, (slope, width) in enumerate(zip(slopes, widths, strict=True), 1):
        check_scalar(slope, f"{names[0]}_{i}")
        check_positive(check_scalar(width, f"{names[1]}_{i}"), f"{names[1]}_{i}")
