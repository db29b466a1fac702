"""Exercises of the page `training`, chapter 9."""

from __future__ import annotations

import math

from torch import Tensor

from ..exercise import Exercise, normal, uniform

WEIGHTS = ("1", "sigma_t^2", "g(t)^2", "sigma_t^4")


def heard(weights: tuple[str, ...]) -> list[int]:
    return [1, 0, 1, -1]


def printed_loss(s: float, alpha: float, sigma: float) -> float:
    v = alpha**2 * s**2 + sigma**2
    return 0.5 * v * (1 / s**2 - 1 / v) ** 2


def floor(s: float, alpha: float, sigma: float, omega: float) -> float:
    return 0.5 * omega * (1 / sigma**2 - 1 / (alpha**2 * s**2 + sigma**2))


def target(x_t: Tensor, x0: Tensor, t: float, a: float, g: float) -> Tensor:
    variance = g**2 * (1 - math.exp(-2 * a * t)) / (2 * a)
    return (math.exp(-a * t) * x0 - x_t) / variance


def estimate(loss: Tensor, omega: Tensor, q: Tensor, T: float) -> Tensor:
    return (omega * loss / (T * q)).mean()


def _variance(t: float, a: float, g: float) -> float:
    return g**2 * (1 - math.exp(-2 * a * t)) / (2 * a)


def _rows(seed: int, n: int, T: float) -> tuple[Tensor, Tensor, Tensor, float]:
    return (
        uniform(seed, n, low=0.3, high=2.2),
        uniform(seed + 1, n, low=0.4, high=3.1),
        uniform(seed + 2, n, low=0.2, high=1.4),
        T,
    )


EXERCISES: dict[str, Exercise] = {
    "training-heard": Exercise(
        asks="four of -1, 0, 1, in the order of the weights",
        trials=((WEIGHTS,),),
        solution=heard,
        parts=WEIGHTS,
        mistakes={
            "g^2 does not vanish at t = 0, and sigma_t^2 does": lambda weights: [1, 0, 0, -1],
            "the target is -eps / sigma_t: its second moment grows as t goes to 0": (
                lambda weights: [0, -1, -1, -1]
            ),
            "all signs are turned": lambda weights: [-1, 0, -1, 1],
        },
    ),
    "c-9-01": Exercise(
        asks="what the printed loss charges a perfect network, a number",
        trials=((0.7, 0.8, 0.45), (1.6, 0.35, 1.2)),
        solution=printed_loss,
        mistakes={
            "the half is missing": lambda s, alpha, sigma: 2 * printed_loss(s, alpha, sigma),
            "this is the mean square over the data; the points are noisy, of variance v": (
                lambda s, alpha, sigma: (
                    0.5 * s**2 * (1 / s**2 - 1 / (alpha**2 * s**2 + sigma**2)) ** 2
                )
            ),
            "this is the loss against the right score, and a perfect network pays nothing": (
                lambda s, alpha, sigma: 0.0
            ),
            "this is the difference of the slopes; the error also has the mean square of x in it": (
                lambda s, alpha, sigma: 0.5 * (1 / s**2 - 1 / (alpha**2 * s**2 + sigma**2)) ** 2
            ),
            "alpha shrinks the data, so their variance shrinks by alpha squared": (
                lambda s, alpha, sigma: (
                    0.5 * (s**2 + sigma**2) * (1 / s**2 - 1 / (s**2 + sigma**2)) ** 2
                )
            ),
            "two scores are subtracted before the square is taken": lambda s, alpha, sigma: (
                0.5 * (1 / (alpha**2 * s**2 + sigma**2) + (alpha**2 * s**2 + sigma**2) / s**4)
            ),
        },
    ),
    "c-9-02": Exercise(
        asks="the denoising loss of the exact score, a number",
        trials=((0.7, 0.8, 0.45, 1.7), (1.6, 0.35, 1.2, 0.6)),
        solution=floor,
        mistakes={
            "the half is missing": lambda s, alpha, sigma, omega: 2 * floor(s, alpha, sigma, omega),
            "the weight is missing": lambda s, alpha, sigma, omega: floor(s, alpha, sigma, 1.0),
            "this is all of the target's variance; the score explains some of it": (
                lambda s, alpha, sigma, omega: 0.5 * omega / sigma**2
            ),
            "a perfect network still pays: single targets disagree": (
                lambda s, alpha, sigma, omega: 0.0
            ),
            "the data are shrunk: their variance at this time is alpha^2 s^2": (
                lambda s, alpha, sigma, omega: 0.5 * omega * (1 / sigma**2 - 1 / (s**2 + sigma**2))
            ),
            "the variance of the clean point is missing in that of the noisy one": (
                lambda s, alpha, sigma, omega: 0.5 * omega * (1 / sigma**2 - 1 / s**2)
            ),
            "this is the part that the score explains": lambda s, alpha, sigma, omega: (
                0.5 * omega / (alpha**2 * s**2 + sigma**2)
            ),
            "the target's variance is 1 / sigma^2, not 1 / sigma": lambda s, alpha, sigma, omega: (
                0.5 * omega * (1 / sigma - 1 / (alpha**2 * s**2 + sigma**2))
            ),
        },
    ),
    "c-9-04": Exercise(
        asks="the score of the kernel at x_t, of its shape",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), 0.7, 0.6, 1.3),
            (normal(3, 3, 5), normal(4, 3, 5), 1.9, 0.35, 0.8),
        ),
        solution=target,
        mistakes={
            "the sign is turned: the target leads back to the clean point": (
                lambda x_t, x0, t, a, g: -target(x_t, x0, t, a, g)
            ),
            "the clean point has moved: its mean at t is exp(-a t) x_0": (
                lambda x_t, x0, t, a, g: (x0 - x_t) / _variance(t, a, g)
            ),
            "this divides by a standard deviation: a score divides by the variance": (
                lambda x_t, x0, t, a, g: (math.exp(-a * t) * x0 - x_t) / _variance(t, a, g) ** 0.5
            ),
            "this is Brownian motion's variance g^2 t; the drift pulls the noise in, too": (
                lambda x_t, x0, t, a, g: (math.exp(-a * t) * x0 - x_t) / (g**2 * t)
            ),
            "this is the variance after a long time": lambda x_t, x0, t, a, g: (
                (math.exp(-a * t) * x0 - x_t) * 2 * a / g**2
            ),
            "the variance decays at twice the rate: exp(-2 a t)": lambda x_t, x0, t, a, g: (
                (math.exp(-a * t) * x0 - x_t) / (g**2 * (1 - math.exp(-a * t)) / (2 * a))
            ),
            "the variance obeys V' = -2 a V + g^2: divide by 2 a": lambda x_t, x0, t, a, g: (
                (math.exp(-a * t) * x0 - x_t) / (2 * _variance(t, a, g))
            ),
            "g enters squared: variances add up": lambda x_t, x0, t, a, g: (
                (math.exp(-a * t) * x0 - x_t) / (_variance(t, a, g) / g)
            ),
        },
    ),
    "c-9-05": Exercise(
        asks="the estimate, one number",
        trials=(_rows(11, 6, 1.7), _rows(21, 9, 0.6)),
        solution=estimate,
        mistakes={
            "this is the mean under the law that was drawn from": lambda loss, omega, q, T: (
                omega * loss
            ).mean(),
            "what was drawn too often must count less: divide by q": lambda loss, omega, q, T: (
                omega * loss * q * T
            ).mean(),
            "the even density on [0, T] is 1 / T, not 1": lambda loss, omega, q, T: (
                omega * loss / q
            ).mean(),
            "the weight omega is missing": lambda loss, omega, q, T: (loss / (T * q)).mean(),
            "this is a sum over the rows; an expectation is estimated by the mean": (
                lambda loss, omega, q, T: (omega * loss / (T * q)).sum()
            ),
            "this is the self-normalised estimate; here the density is known, so divide by n": (
                lambda loss, omega, q, T: (omega * loss / q).sum() / (1 / q).sum()
            ),
        },
    ),
}
