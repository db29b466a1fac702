"""Exercises of the page `ve-and-vp`, chapter 7."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal

Score = Callable[[Tensor, float], Tensor]


def _sigma(sigma_min: float, sigma_max: float, t: float) -> tuple[float, float]:
    """sigma and its derivative under the schedule of the exercise."""
    width = sigma_max - sigma_min
    return sigma_min + width * t**2, 2 * width * t


def noise_of_square(sigma_min: float, sigma_max: float, t: float) -> float:
    sigma, slope = _sigma(sigma_min, sigma_max, t)
    return math.sqrt(2 * sigma * slope)


def crowd_under_vp(mean: float, var: float, B: float) -> tuple[float, float]:
    return math.exp(-B / 2) * mean, 1 + (var - 1) * math.exp(-B)


def conditional_score(x_t: Tensor, x0: Tensor, alpha: float, sigma: float) -> Tensor:
    return -(x_t - alpha * x0) / sigma**2


def score_of_vp(score_ve: Score, x: Tensor, alpha: float, sigma: float) -> Tensor:
    return score_ve(x / alpha, sigma / alpha) / alpha


def _bent(y: Tensor, noise: float) -> Tensor:
    """A score that bends in both arguments: of no law in particular."""
    return -y.tanh() / (0.4 + noise**2) + 0.3 * noise * y.cos()


EXERCISES: dict[str, Exercise] = {
    "c-7-27": Exercise(
        asks="g(t), a number",
        trials=((0.13, 3.7, 0.62), (0.4, 7.3, 0.34)),
        solution=noise_of_square,
        mistakes={
            "the square root is missing: this is g squared": (
                lambda low, high, t: noise_of_square(low, high, t) ** 2
            ),
            "this is the slope of sigma; the slope of sigma squared is wanted, and its root": (
                lambda low, high, t: _sigma(low, high, t)[1]
            ),
            "this is the root of sigma's slope; it is sigma squared that grows by g^2 dt": (
                lambda low, high, t: _sigma(low, high, t)[1] ** 0.5
            ),
            "a 2 is missing: (sigma^2)' is 2 sigma sigma', and the slope of t^2 is 2t": (
                lambda low, high, t: noise_of_square(low, high, t) / math.sqrt(2)
            ),
            "this is sigma itself": lambda low, high, t: _sigma(low, high, t)[0],
            "this is g of the geometric schedule; here sigma grows with t^2": (
                lambda low, high, t: low * (high / low) ** t * math.sqrt(2 * math.log(high / low))
            ),
            "the inner derivative is missing: sigma depends on t": (
                lambda low, high, t: math.sqrt(2 * _sigma(low, high, t)[0])
            ),
        },
    ),
    "c-7-28": Exercise(
        asks="the mean and the variance, a pair",
        trials=((1.7, 2.6, 0.7), (-0.9, 0.37, 1.3)),
        solution=crowd_under_vp,
        mistakes={
            "the mean shrinks by e^(-B/2); e^(-B) is its square, for the variance": (
                lambda m, v, B: (math.exp(-B) * m, 1 + (v - 1) * math.exp(-B))
            ),
            "the variance shrinks by e^(-B), the square of what the mean does": (
                lambda m, v, B: (math.exp(-B / 2) * m, 1 + (v - 1) * math.exp(-B / 2))
            ),
            "both factors are exchanged: e^(-B/2) is the mean's, e^(-B) the variance's": (
                lambda m, v, B: (math.exp(-B) * m, 1 + (v - 1) * math.exp(-B / 2))
            ),
            "this is the variance of the kernel, of one datum; the data have their own": (
                lambda m, v, B: (math.exp(-B / 2) * m, 1 - math.exp(-B))
            ),
            "the variance is preserved only where it is 1": (
                lambda m, v, B: (math.exp(-B / 2) * m, v)
            ),
            "the variance is 1 only where the data have variance 1, or at the end": (
                lambda m, v, B: (math.exp(-B / 2) * m, 1.0)
            ),
            "the noise is missing: this is the variance of alpha x_0 alone": (
                lambda m, v, B: (math.exp(-B / 2) * m, v * math.exp(-B))
            ),
            "this is VE: the mean stays, the noise is added": (
                lambda m, v, B: (m, v + 1 - math.exp(-B))
            ),
            "this is the standard deviation; the variance was asked for": (
                lambda m, v, B: (math.exp(-B / 2) * m, (1 + (v - 1) * math.exp(-B)) ** 0.5)
            ),
        },
    ),
    "c-7-30": Exercise(
        asks="the conditional score at each point, of the shape of x_t",
        trials=(
            (normal(31, 4, 3), normal(32, 4, 3), 0.7, 1.3),
            (normal(33, 2, 5), normal(34, 2, 5), 0.85, 0.45),
        ),
        solution=conditional_score,
        mistakes={
            "the exponent of sigma: the handout's slip, sigma squared belongs below": (
                lambda x, x0, a, s: -(x - a * x0) / s
            ),
            "the sign: the score points from x_t back to alpha x_0": (
                lambda x, x0, a, s: (x - a * x0) / s**2
            ),
            "alpha is missing: the kernel stands at alpha x_0": (
                lambda x, x0, a, s: -(x - x0) / s**2
            ),
            "sigma is missing: divide by its square": lambda x, x0, a, s: -(x - a * x0),
            "sigma squared belongs below, not above": lambda x, x0, a, s: -(x - a * x0) * s**2,
            "it looks like sigma to the fourth": lambda x, x0, a, s: -(x - a * x0) / s**4,
            "this is the noise epsilon; the score is minus epsilon over sigma": (
                lambda x, x0, a, s: (x - a * x0) / s
            ),
            "a 2 is left below: it cancels against the square's derivative": (
                lambda x, x0, a, s: -(x - a * x0) / (2 * s**2)
            ),
            "the kernel's variance is sigma squared, whatever alpha is": (
                lambda x, x0, a, s: -(x - a * x0) / (1 - a**2)
            ),
        },
    ),
    "vevp-map": Exercise(
        asks="the score at the points x, of their shape",
        trials=((_bent, normal(35, 4, 3), 0.7, 0.55), (_bent, normal(36, 2, 5), 0.45, 1.2)),
        solution=score_of_vp,
        mistakes={
            "the factor 1/alpha of the chain rule is missing": (
                lambda score, x, a, s: score(x / a, s / a)
            ),
            "alpha belongs below: a law that is shrunk has a steeper score": (
                lambda score, x, a, s: a * score(x / a, s / a)
            ),
            "the network is asked at x; its points are x over alpha": (
                lambda score, x, a, s: score(x, s / a) / a
            ),
            "the network is asked at the noise sigma; in its units it is sigma over alpha": (
                lambda score, x, a, s: score(x / a, s) / a
            ),
            "points are divided by alpha, not multiplied": (
                lambda score, x, a, s: score(a * x, a * s) / a
            ),
            "one factor of 1/alpha too many: the score is a first derivative": (
                lambda score, x, a, s: score(x / a, s / a) / a**2
            ),
            "nothing is rescaled: that is right only where alpha is 1": (
                lambda score, x, a, s: score(x, s)
            ),
        },
    ),
}
