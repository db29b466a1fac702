"""Exercises of the page `likelihood`, chapter 9."""

from __future__ import annotations

import math

from torch import Tensor

from ..exercise import Exercise, normal


def slope_of_log_density(f: float, g2: float, own: Tensor) -> Tensor:
    return _slope(f, g2, own, half=0.5)


def _slope(f: float, g2: float, own: Tensor, half: float, count: int = 0) -> Tensor:
    """Minus the divergence, with so many dimensions counted before f."""
    return half * g2 * own.sum(1) - (count or own.shape[1]) * f


CASES = (
    "nothing",
    "prior N(0, I) for p_T",
    "one Hutchinson probe",
    "five Euler steps",
    "a trained network",
    "start at t = 0.01",
)


def still_off(cases: tuple[str, ...]) -> list[int]:
    return [0, 1, 0, 1, 1, 1]


def grey_bits(nats: float) -> float:
    return (nats / math.log(2) + 7 * 1024) / 784


def mean_shift(s: float, sigma: float, D: int) -> float:
    r = sigma**2 / s**2
    return 0.5 * D * (r / (1 + r) - math.log(1 + r))


EXERCISES: dict[str, Exercise] = {
    "c-9-12": Exercise(
        asks="the slope of log p along the path, a number for each point, (B,)",
        trials=((-0.7, 2.3, normal(1, 4, 3)), (0.45, 0.62, normal(2, 2, 5))),
        solution=slope_of_log_density,
        mistakes={
            "the sign: where the flow spreads, the density falls": (
                lambda f, g2, own: -slope_of_log_density(f, g2, own)
            ),
            "the half is missing: the flow has half of g^2": (
                lambda f, g2, own: _slope(f, g2, own, half=1.0)
            ),
            "a quarter of g^2; the flow has half": lambda f, g2, own: _slope(f, g2, own, half=0.25),
            "f x spreads in each of the D dimensions": (
                lambda f, g2, own: _slope(f, g2, own, half=0.5, count=1)
            ),
            "the sign of the score's part": lambda f, g2, own: _slope(f, -g2, own, half=0.5),
            "this is the score's part alone; the drift f x has a divergence, too": (
                lambda f, g2, own: _slope(0.0, g2, own, half=0.5)
            ),
            "a divergence is the sum over the dimensions, not their mean": (
                lambda f, g2, own: _slope(f, g2, own, half=0.5) / own.shape[1]
            ),
        },
    ),
    "c-9-13": Exercise(
        asks="six numbers, 0 or 1, in the order of the cases",
        trials=((CASES,),),
        solution=still_off,
        parts=CASES,
        mistakes={
            "a probe is noisy, but right on average": lambda cases: [0, 1, 1, 1, 1, 1],
            "p_T is not quite the prior: something of the datum is left at T": (
                lambda cases: [0, 0, 0, 1, 1, 1]
            ),
            "a few Euler steps are a bias: no averaging over probes removes it": (
                lambda cases: [0, 1, 0, 0, 1, 1]
            ),
            "a trained score is not the score of the data": lambda cases: [0, 1, 0, 1, 0, 1],
            "p_0.01 is the density of slightly noisy data": lambda cases: [0, 1, 0, 1, 1, 0],
            "with nothing changed the number is log p_data itself": (
                lambda cases: [1, 1, 0, 1, 1, 1]
            ),
        },
    ),
    "like-bits": Exercise(
        asks="bits for each of the 784 pixels, a number",
        trials=((-4300.0,), (-4150.0,)),
        solution=grey_bits,
        mistakes={
            "nats first become bits: divide by log 2": lambda nats: (nats + 7 * 1024) / 784,
            "divided by log 2, not multiplied": (
                lambda nats: (nats * math.log(2) + 7 * 1024) / 784
            ),
            "data in [-1, 1] have 128 grey levels in a unit: 7 bits": (
                lambda nats: (nats / math.log(2) + 8 * 1024) / 784
            ),
            "the border's pixels are in these units, too: 7 bits for each of 1,024": (
                lambda nats: (nats / math.log(2) + 7 * 784) / 784
            ),
            "the border's pixels have these units, too; and [-1, 1] has 7 bits": (
                lambda nats: nats / math.log(2) / 784 + 8
            ),
            "multiply by 1024 and divide by 784, not the other way": (
                lambda nats: (nats / math.log(2) / 1024 + 7) * 784 / 1024
            ),
            "for each of the 784 pixels that count, not of 1,024": (
                lambda nats: nats / math.log(2) / 1024 + 7
            ),
            "the offset of the units is missing": lambda nats: nats / math.log(2) / 784,
            "the offset has the wrong sign: a density per unit is 128 times one per level": (
                lambda nats: (nats / math.log(2) - 7 * 1024) / 784
            ),
            "nats is minus the log-density already": (
                lambda nats: (7 * 1024 - nats / math.log(2)) / 784
            ),
        },
    ),
    "like-cut-off": Exercise(
        asks="a difference of two means, in nats, a number",
        trials=((0.7, 0.45, 3), (1.3, 0.9, 5)),
        solution=mean_shift,
        mistakes={
            "the sign: clean data are less probable under the blurred law": (
                lambda s, sigma, D: -mean_shift(s, sigma, D)
            ),
            "there are D dimensions": lambda s, sigma, D: mean_shift(s, sigma, 1),
            "a half is missing": lambda s, sigma, D: 2 * mean_shift(s, sigma, D),
            "this is for noisy data in the noisy density: here the data are clean": (
                lambda s, sigma, D: -0.5 * D * math.log(1 + sigma**2 / s**2)
            ),
            "this is the divergence the other way round: the mean is over the clean data": (
                lambda s, sigma, D: -0.5 * D * (sigma**2 / s**2 - math.log(1 + sigma**2 / s**2))
            ),
            "only the squares changed; the normalising constant did, too": (
                lambda s, sigma, D: 0.5 * D * sigma**2 / (s**2 + sigma**2)
            ),
            "variances add, standard deviations do not": (
                lambda s, sigma, D: (
                    0.5 * D * (1 - s**2 / (s + sigma) ** 2) - D * math.log(1 + sigma / s)
                )
            ),
            "nats have the natural logarithm": (
                lambda s, sigma, D: mean_shift(s, sigma, D) / math.log(2)
            ),
        },
    ),
}
