"""Exercises of the page `forward-sde`, chapter 7."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

CASES = (
    "f = -exp(-t), g = exp(-t)",
    "f = -1/(2+t), g = 0.1",
    "f = -sin(t)^2, g = 1",
    "f = 0, g = exp(-t)",
    "f = 1, g = 1",
)


def _kernels(points: Tensor, x: Tensor, scale: float, std: float) -> Tensor:
    """The density N(x; scale * point, std^2): a column a point, (m, n)."""
    z = (x[:, None] - scale * points) / std
    return torch.exp(-0.5 * z**2) / (std * math.sqrt(2 * math.pi))


def density_from(points: Tensor, x: Tensor, alpha: float, sigma: float) -> Tensor:
    return _kernels(points, x, alpha, sigma).mean(1)


def constant_kernel(x0: float, f: float, g: float, T: float) -> tuple[float, float]:
    return x0 * math.exp(f * T), g**2 * (math.exp(2 * f * T) - 1) / (2 * f)


def resting_variance(f: float, g: float, P0: float) -> tuple[float, float]:
    return -(g**2) / (2 * f), math.log(2) / (-2 * f)


def forgets(cases: Sequence[str]) -> list[int]:
    return [0, 1, 1, 0, 0]


EXERCISES: dict[str, Exercise] = {
    "c-7-08": Exercise(
        asks="the density p_t at the places x, numbers of the shape of x",
        trials=(
            (normal(21, 6), uniform(22, 5, low=-2, high=2), 0.7, 0.45),
            (1.4 * normal(23, 4), uniform(24, 7, low=-3, high=3), 0.85, 1.3),
        ),
        solution=density_from,
        mistakes={
            "alpha is missing: a kernel stands at alpha times its datum": (
                lambda points, x, alpha, sigma: _kernels(points, x, 1.0, sigma).mean(1)
            ),
            "this is a sum over the points; a density wants their average": (
                lambda points, x, alpha, sigma: _kernels(points, x, alpha, sigma).sum(1)
            ),
            "sigma stands where sigma squared belongs: sigma is the standard deviation": (
                lambda points, x, alpha, sigma: _kernels(points, x, alpha, sigma**0.5).mean(1)
            ),
            "this is the log of the density": (
                lambda points, x, alpha, sigma: _kernels(points, x, alpha, sigma).mean(1).log()
            ),
            "this averages the logs; the average of the densities is wanted": (
                lambda points, x, alpha, sigma: _kernels(points, x, alpha, sigma).log().mean(1)
            ),
            "the factor before the exponential is missing": (
                lambda points, x, alpha, sigma: (
                    _kernels(points, x, alpha, sigma).mean(1) * sigma * math.sqrt(2 * math.pi)
                )
            ),
            "this is one kernel about the mean of the data; every datum has its own": (
                lambda points, x, alpha, sigma: _kernels(points.mean().reshape(1), x, alpha, sigma)[
                    :, 0
                ]
            ),
            "this averages over the places; average over the points": (
                lambda points, x, alpha, sigma: _kernels(points, x, alpha, sigma).mean(0)
            ),
        },
    ),
    "c-7-09": Exercise(
        asks="the mean and the variance, a pair",
        trials=((1.3, -0.7, 1.2, 1.6), (-0.9, 0.47, 0.62, 1.35)),
        solution=constant_kernel,
        mistakes={
            "the 2 in the exponent is missing: a kick's variance is multiplied by E squared": (
                lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * (math.exp(f * T) - 1) / f)
            ),
            "the drift has lost its x: f x pulls in proportion to x": (
                lambda x0, f, g, T: (x0 + f * T, g**2 * T)
            ),
            "it looks like g where g squared belongs": (
                lambda x0, f, g, T: (x0 * math.exp(f * T), g * math.expm1(2 * f * T) / (2 * f))
            ),
            "the kicks are not shrunk on their way to T": (
                lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * T)
            ),
            "the 2f below the line is missing: integrate the exponential": (
                lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(2 * f * T))
            ),
            "f stands below the line; the integral of e^(2fs) has 2f there": (
                lambda x0, f, g, T: (x0 * math.exp(f * T), g**2 * math.expm1(2 * f * T) / f)
            ),
            "the sign of f in the exponent of the mean": (
                lambda x0, f, g, T: (x0 * math.exp(-f * T), g**2 * math.expm1(2 * f * T) / (2 * f))
            ),
            "a kick is multiplied between s and T, not between 0 and s: e^(2f(T-s))": (
                lambda x0, f, g, T: (
                    x0 * math.exp(f * T),
                    g**2 * (1 - math.exp(-2 * f * T)) / (2 * f),
                )
            ),
            "this is the standard deviation; the variance is its square": (
                lambda x0, f, g, T: (
                    x0 * math.exp(f * T),
                    (g**2 * math.expm1(2 * f * T) / (2 * f)) ** 0.5,
                )
            ),
        },
    ),
    "c-7-10": Exercise(
        asks="the variance at rest and the halving time, a pair",
        trials=((-0.7, 1.3, 0.4), (-1.6, 0.8, 2.3)),
        solution=resting_variance,
        mistakes={
            "the 2 of 2fP is missing in both": (lambda f, g, P0: (-(g**2) / f, math.log(2) / -f)),
            "the variance has lost the 2 of 2fP": (
                lambda f, g, P0: (-(g**2) / f, math.log(2) / (-2 * f))
            ),
            "this is the halving time of the mean; the variance is twice as fast": (
                lambda f, g, P0: (-(g**2) / (2 * f), math.log(2) / -f)
            ),
            "it looks like g where g squared belongs": (
                lambda f, g, P0: (-g / (2 * f), math.log(2) / (-2 * f))
            ),
            "a variance cannot be negative: f < 0 makes -g^2 / 2f positive": (
                lambda f, g, P0: (g**2 / (2 * f), math.log(2) / (-2 * f))
            ),
            "this is a time constant, after which 1/e is left; one half was wanted": (
                lambda f, g, P0: (-(g**2) / (2 * f), 1 / (-2 * f))
            ),
            "the rest is the same from every start, and the time too: P0 does not enter": (
                lambda f, g, P0: (P0, math.log(2) / (-2 * f))
            ),
        },
    ),
    "c-7-11": Exercise(
        asks="five numbers, 1 or 0, in the order of the cases",
        parts=CASES,
        trials=((CASES,),),
        solution=forgets,
        mistakes={
            "f <= 0 is not enough: the integral of -exp(-t) stops at -1": (
                lambda cases: [1, 1, 1, 0, 0]
            ),
            "a slow brake is a brake: the integral of 1/(2+t) has no bound": (
                lambda cases: [0, 0, 1, 0, 0]
            ),
            "that sin(t)^2 touches 0 does not matter: its integral grows without end": (
                lambda cases: [0, 1, 0, 0, 0]
            ),
            "growing noise makes you forget only if the signal does not grow as fast": (
                lambda cases: [0, 1, 1, 0, 1]
            ),
            "without a drift one forgets only if the noise grows without end": (
                lambda cases: [0, 1, 1, 1, 0]
            ),
        },
    ),
}
