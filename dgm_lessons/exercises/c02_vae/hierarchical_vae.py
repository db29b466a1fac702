"""Exercises of the page `hierarchical-vae`, chapter 2."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform


def turned(z2: Tensor, m: float, s1: float, c: float, s2: float) -> Tensor:
    k = c * s1**2 / (c**2 * s1**2 + s2**2)
    mean = m + k * (z2 - c * m)
    return torch.stack([mean, torch.full_like(mean, (1 - k * c) * s1**2)])


def _gain(s1: float, c: float, s2: float) -> float:
    return c * s1**2 / (c**2 * s1**2 + s2**2)


Wrong = Callable[..., Tensor | float]


def _mean_is(wrong: Wrong) -> Callable[..., Tensor]:
    """The right answer with another mean."""
    return lambda *given: torch.stack([torch.as_tensor(wrong(*given)), turned(*given)[1]])


def _variance_is(wrong: Wrong) -> Callable[..., Tensor]:
    """The right answer with another variance."""
    return lambda *given: torch.stack([turned(*given)[0], 0 * given[0] + wrong(*given)])


def _gain_is(gain: Callable[[float, float, float], float]) -> Callable[..., Tensor]:
    """The right formula with another gain, from s1, c and s2."""

    def answer(z2: Tensor, m: float, s1: float, c: float, s2: float) -> Tensor:
        k = gain(s1, c, s2)
        return torch.stack([m + k * (z2 - c * m), 0 * z2 + (1 - k * c) * s1**2])

    return answer


def information(spread: Tensor, b: Tensor) -> Tensor:
    return 0.5 * torch.log1p(spread / b**2).sum()


def sheet(
    mu: float,
    sigma: float,
    eps: float,
    seen: float,
    pull: float,
    model: float,
    inference: float,
    log_w: Tensor,
    snr_low: float,
    snr_high: float,
    miss: float,
) -> list[Any]:
    return [
        mu + sigma * eps,
        0.5 * (mu**2 + sigma**2 - 1 - math.log(sigma**2)),
        seen - pull,
        model + inference,
        log_w.logsumexp(0) - math.log(len(log_w)),
        0.5 * (snr_low - snr_high) * miss,
    ]


def _line(number: int, mistake: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The sheet with one line, counted from 1, replaced by a mistake."""

    def wrong(*given: Any) -> list[Any]:
        lines = sheet(*given)
        lines[number - 1] = mistake(*given)
        return lines

    return wrong


def inner_term(m: float, s1: float, c: float, s2: float, a: float, t: float) -> float:
    square = (1 - a * c) ** 2 * (m**2 + s1**2) + a**2 * s2**2
    return math.log(t / s1) + square / (2 * t**2) - 0.5


def _term(s1: float, t: float, square: float) -> float:
    """The term for any expected square of z_1 - a z_2."""
    return math.log(t / s1) + square / (2 * t**2) - 0.5


EXERCISES: dict[str, Exercise] = {
    "c-2-20": Exercise(
        asks="mean and variance of q(z_1 | z_2, x), of shape (2, B)",
        trials=((normal(1, 4), 0.7, 1.3, 0.6, 0.45), (2 * normal(2, 5), -0.4, 0.55, -1.7, 1.2)),
        parts=("the mean", "the variance"),
        solution=turned,
        mistakes={
            "the two rows are exchanged: the mean comes first": (
                lambda z2, m, s1, c, s2: turned(z2, m, s1, c, s2).flip(0)
            ),
            "this is the standard deviation; give the variance": (
                _variance_is(lambda *given: turned(*given)[1].sqrt())
            ),
            "this is the precision; the variance is one over it": (
                _variance_is(lambda *given: 1 / turned(*given)[1])
            ),
            "x is forgotten: start from the mean m that the encoder gives it": (
                lambda z2, m, s1, c, s2: turned(z2, 0.0, s1, c, s2)
            ),
            "z_2 is compared with m; what the encoder expects of it is c m": (
                _mean_is(lambda z2, m, s1, c, s2: m + _gain(s1, c, s2) * (z2 - m))
            ),
            "the correction has the wrong sign": (
                _mean_is(lambda z2, m, s1, c, s2: m - _gain(s1, c, s2) * (z2 - c * m))
            ),
            "z_1 is found from z_2 alone, as z_2 / c; x knows something too": (
                lambda z2, m, s1, c, s2: torch.stack([z2 / c, 0 * z2 + s2**2 / c**2])
            ),
            "the variance did not shrink: z_2 adds knowledge": (
                _variance_is(lambda z2, m, s1, c, s2: s1**2)
            ),
            "the variance grew: z_2 adds knowledge, so a part is taken away": (
                _variance_is(lambda z2, m, s1, c, s2: (1 + c * _gain(s1, c, s2)) * s1**2)
            ),
            "the gain is multiplied by c in the variance: (1 - k c) s1^2": (
                _variance_is(lambda z2, m, s1, c, s2: (1 - _gain(s1, c, s2)) * s1**2)
            ),
            "this is the noise of the second step; what is wanted is about z_1": (
                _variance_is(lambda z2, m, s1, c, s2: s2**2)
            ),
            "c is missing above in the gain: the covariance of z_1 and z_2 is c s1^2": (
                _gain_is(lambda s1, c, s2: _gain(s1, c, s2) / c)
            ),
            "c is missing below in the gain: the variance of z_2 is c^2 s1^2 + s2^2": (
                _gain_is(lambda s1, c, s2: c * s1**2 / (s1**2 + s2**2))
            ),
            "the variance of z_2 is c^2 s1^2 + s2^2: a square is missing at s2": (
                lambda z2, m, s1, c, s2: turned(z2, m, s1, c, s2**0.5)
            ),
            "the widths are standard deviations, and here they are read as variances": (
                lambda z2, m, s1, c, s2: turned(z2, m, s1**0.5, c, s2**0.5)
            ),
            "this is the product of two laws of z_1; z_2 sees c times it": (
                lambda z2, m, s1, c, s2: turned(z2, m, s1, 1.0, s2)
            ),
        },
    ),
    "c-2-23": Exercise(
        asks="the mutual information of code and datum in nats, one number",
        trials=(
            (uniform(3, 3, high=2.0), uniform(4, 3, low=0.2)),
            (uniform(5, 5, high=4.0), uniform(6, 5, low=0.2)),
        ),
        solution=information,
        mistakes={
            "the half is missing": lambda spread, b: 2 * information(spread, b),
            "widths are standard deviations: square them": (
                lambda spread, b: 0.5 * torch.log1p(spread / b).sum()
            ),
            "the spread is a variance already: do not square it": (
                lambda spread, b: information(spread**2, b)
            ),
            "the ratio is turned over: spread means are what tells data apart": (
                lambda spread, b: 0.5 * torch.log1p(b**2 / spread).sum()
            ),
            "the 1 is missing: without spread there is no information": (
                lambda spread, b: 0.5 * (spread / b**2).log().sum()
            ),
            "each unit has a logarithm of its own: add the logarithms, not the ratios": (
                lambda spread, b: 0.5 * torch.log1p((spread / b**2).sum())
            ),
            "this is a mean over units; independent units add up": (
                lambda spread, b: information(spread, b) / len(b)
            ),
            "this is the mean KL from N(0, I): it holds the distance of the crowd as well": (
                lambda spread, b: 0.5 * (spread + b**2 - 1 - (b**2).log()).sum()
            ),
            "this is the entropy of the crowd; take the entropy that is left for one datum away": (
                lambda spread, b: 0.5 * (2 * math.pi * math.e * (spread + b**2)).log().sum()
            ),
            "this takes the crowd for N(0, I); its variance is spread + b^2": (
                lambda spread, b: -b.log().sum()
            ),
            "the sign: information is never negative": lambda spread, b: -information(spread, b),
        },
    ),
    "c-2-26": Exercise(
        asks="six numbers, one a line",
        trials=(
            (0.55, 0.7, -1.3, -15.2, 3.4, 0.27, 0.1, normal(7, 4), 4.1, 1.5, 0.6),
            (-1.4, 1.6, 0.78, 2.1, 0.33, 1.7, 0.9, 2 * normal(8, 7), 0.85, 0.31, 2.3),
        ),
        parts=tuple(f"line {k}" for k in range(1, 7)),
        solution=sheet,
        mistakes={
            "the noise is scaled by the standard deviation, not the variance": _line(
                1, lambda mu, sigma, eps, *rest: mu + sigma**2 * eps
            ),
            "the noise has the width sigma": _line(1, lambda mu, sigma, eps, *rest: mu + eps),
            "the half is missing": _line(
                2, lambda mu, sigma, *rest: mu**2 + sigma**2 - 1 - math.log(sigma**2)
            ),
            "the log is of the variance": _line(
                2, lambda mu, sigma, *rest: 0.5 * (mu**2 + sigma**2 - 1 - math.log(sigma))
            ),
            "the log has the wrong sign": _line(
                2, lambda mu, sigma, *rest: 0.5 * (mu**2 + sigma**2 - 1 + math.log(sigma**2))
            ),
            "the -1 is missing: equal laws must give 0": _line(
                2, lambda mu, sigma, *rest: 0.5 * (mu**2 + sigma**2 - math.log(sigma**2))
            ),
            "the pull is subtracted": _line(3, lambda *given: given[3] + given[4]),
            "the ELBO is what is seen minus the pull; this is the loss": _line(
                3, lambda *given: given[4] - given[3]
            ),
            "inference error is added, it pays for nothing": _line(
                4, lambda *given: given[5] - given[6]
            ),
            "the logs are averaged; average the weights first": _line(
                5, lambda *given: given[7].mean()
            ),
            "this is the log of the sum; subtract log K": _line(
                5, lambda *given: given[7].logsumexp(0)
            ),
            "the sum is divided after the log; divide before it": _line(
                5, lambda *given: given[7].logsumexp(0) / len(given[7])
            ),
            "the half is missing: half the drop of the SNR times the miss": _line(
                6, lambda *given: (given[8] - given[9]) * given[10]
            ),
            "the SNR falls on the way up, so take the lower floor's minus the higher's": _line(
                6, lambda *given: 0.5 * (given[9] - given[8]) * given[10]
            ),
            "the miss is a squared error already": _line(
                6, lambda *given: 0.5 * (given[8] - given[9]) * given[10] ** 2
            ),
            "it is the difference of the two SNRs, not their ratio": _line(
                6, lambda *given: 0.5 * given[8] / given[9] * given[10]
            ),
        },
    ),
    "c-2-19": Exercise(
        asks="the expected log-ratio in nats, one number",
        trials=((0.7, 0.45, 1.6, 0.35, 0.52, 1.3), (-1.2, 0.8, 0.62, 1.45, -0.33, 0.9)),
        solution=inner_term,
        mistakes={
            "this is as printed: z_2 is drawn as if it had nothing to do with z_1": (
                lambda m, s1, c, s2, a, t: _term(
                    s1, t, (1 - a * c) ** 2 * m**2 + s1**2 + a**2 * (c**2 * s1**2 + s2**2)
                )
            ),
            "this is the KL at the mean of z_2; z_2 varies": (
                lambda m, s1, c, s2, a, t: _term(s1, t, (1 - a * c) ** 2 * m**2 + s1**2)
            ),
            "the noise of z_2 is missing": (
                lambda m, s1, c, s2, a, t: _term(s1, t, (1 - a * c) ** 2 * (m**2 + s1**2))
            ),
            "the spread of z_1 is missing": (
                lambda m, s1, c, s2, a, t: _term(s1, t, (1 - a * c) ** 2 * m**2 + a**2 * s2**2)
            ),
            "the mean of z_1 is missing": (
                lambda m, s1, c, s2, a, t: inner_term(0.0, s1, c, s2, a, t)
            ),
            "the noise of z_2 arrives multiplied by a, and squared": (
                lambda m, s1, c, s2, a, t: inner_term(m, s1, c, s2 / a, a, t)
            ),
            "the logarithm has the wrong sign": (
                lambda m, s1, c, s2, a, t: inner_term(m, s1, c, s2, a, t) - 2 * math.log(t / s1)
            ),
            "the half at the end is missing: it is the expected square of q itself": (
                lambda m, s1, c, s2, a, t: inner_term(m, s1, c, s2, a, t) + 0.5
            ),
            "the sign is turned: the bound subtracts this term": (
                lambda m, s1, c, s2, a, t: -inner_term(m, s1, c, s2, a, t)
            ),
            "the factor 2 below the square is missing": (
                lambda m, s1, c, s2, a, t: (
                    2 * inner_term(m, s1, c, s2, a, t) - math.log(t / s1) + 0.5
                )
            ),
            "the decoder's variance is t squared": (
                lambda m, s1, c, s2, a, t: (
                    math.log(t / s1)
                    + ((1 - a * c) ** 2 * (m**2 + s1**2) + a**2 * s2**2) / (2 * t)
                    - 0.5
                )
            ),
        },
    ),
}
