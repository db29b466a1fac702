"""Exercises of the page `divergences`, chapter 1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..exercise import Exercise, uniform


def kl_of_two_bells(m1: float, s1: float, m2: float, s2: float) -> float:
    squares = (s1**2 + (m1 - m2) ** 2) / (2 * s2**2)
    return math.log(s2 / s1) + squares - 0.5


def distance_from_perfect(loss: Tensor, entropy: Tensor) -> Tensor:
    return loss - entropy


def tv(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    return 0.5 * torch.trapezoid((p - q).abs(), x)


def _bell(x: Tensor, mean: float, std: float) -> Tensor:
    return torch.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))


def _densities(points: int, low: float, weight: float, mean: float) -> tuple[Tensor, ...]:
    """A law with two modes, a bell, and the grid on which both stand."""
    x = torch.linspace(low, 9, points, dtype=torch.float64)
    modes = weight * _bell(x, -1.6, 0.5) + (1 - weight) * _bell(x, 1.1, 0.8)
    return modes, _bell(x, mean, 1.2), x


def js_of_lists(p: Tensor, q: Tensor) -> Tensor:
    u = p / q
    f = 0.5 * (u * u.log() - (u + 1) * ((u + 1) / 2).log())
    return (q * f).sum()


def _law(seed: int, cells: int) -> Tensor:
    """Probabilities of some cells."""
    shares = uniform(seed, cells, low=0.1)
    return shares / shares.sum()


def _kl_to_middle(p: Tensor, q: Tensor) -> Tensor:
    return (p * (2 * p / (p + q)).log()).sum()


def f_of_reverse_kl(u: Tensor) -> Tensor:
    return u - 1 - u.log()


def w1_of_two_widths(s1: Tensor, s2: Tensor) -> Tensor:
    return (s1 - s2).abs() * math.sqrt(2 / math.pi)


EXERCISES: dict[str, Exercise] = {
    "c-1-06": Exercise(
        asks="the divergence KL(p || q) in nats, p = N(m1, s1^2) and q = N(m2, s2^2)",
        trials=((0.35, 0.7, -0.72, 1.3), (-1.1, 1.7, 0.45, 0.6)),
        solution=kl_of_two_bells,
        mistakes={
            "it looks like the other direction, KL(q || p)": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m2, s2, m1, s1)
            ),
            "the half at the end is missing: equal laws must give 0": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, m2, s2) + 0.5
            ),
            "a whole 1 is taken away at the end, and a half belongs there": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, m2, s2) - 0.5
            ),
            "the logarithm has the wrong sign: the width of the model belongs on top": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, m2, s2) + 2 * math.log(s1 / s2)
            ),
            "it looks like variances inside the logarithm without the factor 1/2": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, m2, s2) + math.log(s2 / s1)
            ),
            "it looks like s1 where s1 squared belongs": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, m2, s2) + (s1 - s1**2) / (2 * s2**2)
            ),
            "the factor 2 below the squares is missing: divide by 2 s2 squared": (
                lambda m1, s1, m2, s2: 2 * kl_of_two_bells(m1, s1, m2, s2) - math.log(s2 / s1) + 0.5
            ),
            "it looks like s2 where s2 squared belongs": (
                lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2) - 0.5
            ),
            "the widths are standard deviations, and here they are read as variances": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1**0.5, m2, s2**0.5)
            ),
            "the gap of the means must be squared": (
                lambda m1, s1, m2, s2: (
                    math.log(s2 / s1) + (s1**2 + abs(m1 - m2)) / (2 * s2**2) - 0.5
                )
            ),
            "the means are missing: laws in different places differ": (
                lambda m1, s1, m2, s2: kl_of_two_bells(0.0, s1, 0.0, s2)
            ),
            "the two squares are added, not subtracted": (
                lambda m1, s1, m2, s2: (
                    math.log(s2 / s1) + (s1**2 - (m1 - m2) ** 2) / (2 * s2**2) - 0.5
                )
            ),
            "this holds for equal widths only": (
                lambda m1, s1, m2, s2: (m1 - m2) ** 2 / (2 * s2**2)
            ),
            "this is the divergence from N(0, 1); the model has a mean and a width": (
                lambda m1, s1, m2, s2: kl_of_two_bells(m1, s1, 0.0, 1.0)
            ),
        },
    ),
    "c-1-09": Exercise(
        asks="KL(data || model) in nats",
        trials=(
            (
                torch.tensor([1.9, 0.4, 3.1], dtype=torch.float64),
                torch.tensor([1.2, -0.9, 0.3], dtype=torch.float64),
            ),
            (
                torch.tensor([-0.2, 2.6, -1.1, 0.7], dtype=torch.float64),
                torch.tensor([-0.6, 2.2, -1.7, -0.4], dtype=torch.float64),
            ),
        ),
        solution=distance_from_perfect,
        mistakes={
            "the sign of the entropy: it is the floor of the loss, so take it away": (
                lambda loss, entropy: loss + entropy
            ),
            "this is minus the divergence, and no divergence is below 0": (
                lambda loss, entropy: entropy - loss
            ),
            "this is the loss alone; a perfect model would not reach 0": (
                lambda loss, entropy: loss
            ),
            "this is a ratio; the distance from the floor is a difference": (
                lambda loss, entropy: loss / entropy
            ),
            "the difference is the answer; do not divide it by the entropy": (
                lambda loss, entropy: (loss - entropy) / entropy
            ),
            "a negative entropy is no error: it keeps its sign": (
                lambda loss, entropy: loss - entropy.abs()
            ),
            "a negative entropy is no error: do not cut it off at 0": (
                lambda loss, entropy: loss - entropy.clamp(min=0)
            ),
        },
    ),
    "c-1-16": Exercise(
        asks="the total variation of p and q, a number between 0 and 1",
        trials=(_densities(1801, -9.0, 0.4, 0.3), _densities(1301, -7.0, 0.7, -0.9)),
        solution=tv,
        mistakes={
            "the half is missing: laws that never meet would be 2 apart": (
                lambda p, q, x: 2 * tv(p, q, x)
            ),
            "the half is once too many: where p is above q lies half of the area already": (
                lambda p, q, x: 0.5 * tv(p, q, x)
            ),
            "the integral of p - q is 0 for every pair: take absolute values inside": (
                lambda p, q, x: torch.trapezoid(p - q, x)
            ),
            "this is the largest gap between the densities; integrate it": (
                lambda p, q, x: (p - q).abs().max()
            ),
            "it looks like squares where absolute values belong": (
                lambda p, q, x: torch.trapezoid((p - q) ** 2, x) / 2
            ),
            "the spacing of the grid is missing: use torch.trapezoid with x": (
                lambda p, q, x: (p - q).abs().sum() / 2
            ),
            "this is a mean over the grid; an integral is wanted: torch.trapezoid with x": (
                lambda p, q, x: (p - q).abs().mean() / 2
            ),
            "this is the overlap of the two; 1 minus it is the distance": (
                lambda p, q, x: torch.trapezoid(torch.minimum(p, q), x)
            ),
            "this is Hellinger's distance squared: no roots here": (
                lambda p, q, x: torch.trapezoid((p.sqrt() - q.sqrt()) ** 2, x) / 2
            ),
            "this is not integrated yet: one number is wanted": (
                lambda p, q, x: 0.5 * (p - q).abs()
            ),
        },
    ),
    "c-1-14": Exercise(
        asks="the Jensen–Shannon divergence of p and q in nats, one number",
        trials=((_law(1, 5), _law(2, 5)), (_law(3, 3), _law(4, 3))),
        solution=js_of_lists,
        mistakes={
            "this is the game of a GAN, 2 JS - log 4: its generator is not 0 at u = 1": (
                lambda p, q: 2 * js_of_lists(p, q) - 2 * math.log(2)
            ),
            "this is twice the divergence: two laws that never meet would be log 4 apart": (
                lambda p, q: 2 * js_of_lists(p, q)
            ),
            "this is half of the game, JS - log 2: equal laws must give 0": (
                lambda p, q: js_of_lists(p, q) - math.log(2)
            ),
            "this is KL from p to the middle alone; average it with that from q": _kl_to_middle,
            "this is KL from q to the middle alone; average it with that from p": (
                lambda p, q: _kl_to_middle(q, p)
            ),
            "this compares the laws with each other, not with their middle": (
                lambda p, q: 0.5 * ((p - q) * (p / q).log()).sum()
            ),
            "this is KL(p || q); here both laws are compared with their middle": (
                lambda p, q: (p * (p / q).log()).sum()
            ),
            "the generator is averaged with p; q belongs there": (
                lambda p, q: (
                    js_of_lists(p, q)
                    + (
                        (p - q)
                        * 0.5
                        * (p / q * (p / q).log() - (p / q + 1) * ((p / q + 1) / 2).log())
                    ).sum()
                )
            ),
            "this is the square root, which is a metric; the divergence was wanted": (
                lambda p, q: js_of_lists(p, q).sqrt()
            ),
        },
    ),
    "c-1-13": Exercise(
        asks="f(u) of reverse KL, flat at u = 1",
        trials=tuple(
            (torch.tensor(ratios, dtype=torch.float64),)
            for ratios in ([0.3, 1.7, 4.2], [0.08, 0.6, 2.9, 7.5])
        ),
        solution=f_of_reverse_kl,
        mistakes={
            "it gives reverse KL, but its slope at u = 1 is -1: add u - 1": lambda u: -u.log(),
            "this is forward KL: its weight is u, the ratio, where reverse KL has 1": (
                lambda u: u * u.log()
            ),
            "this is forward KL, made flat at u = 1": lambda u: u * u.log() - u + 1,
            "the sign turns no direction: this is minus forward KL": lambda u: -u * u.log(),
            "only the ratio is turned round; the weight before f stays q": (
                lambda u: (1 / u) * (1 / u).log()
            ),
            "it is flat at u = 1, but concave: turn the sign": lambda u: u.log() - u + 1,
            "f(1) must be 0": lambda u: u - u.log(),
            "the line has the wrong sign: the slope at u = 1 is now -2": (
                lambda u: 1 - u - u.log()
            ),
            "this is the ratio's logarithm; f must be convex": lambda u: u.log(),
            "this is Pearson's chi-squared": lambda u: (u - 1) ** 2,
        },
    ),
    "c-1-17": Exercise(
        asks="the Wasserstein-1 distance of N(m, s1^2) and N(m, s2^2), for each pair of widths",
        trials=tuple(
            tuple(torch.tensor(widths, dtype=torch.float64) for widths in pairs)
            for pairs in (([0.7, 2.6], [1.9, 0.4]), ([1.1, 3.1, 0.9], [3.3, 0.8, 0.3]))
        ),
        solution=w1_of_two_widths,
        mistakes={
            "the mean of |z| is missing (this is W2, the root mean square)": (
                lambda s1, s2: (s1 - s2).abs()
            ),
            "this is a half of the mean of |z|: both tails count": (
                lambda s1, s2: (s1 - s2).abs() / math.sqrt(2 * math.pi)
            ),
            "the mean of |z| is the square root of 2 / pi, not of pi / 2": (
                lambda s1, s2: (s1 - s2).abs() * math.sqrt(math.pi / 2)
            ),
            "the mean of |z| is the square root of 2 / pi: take the root": (
                lambda s1, s2: (s1 - s2).abs() * 2 / math.pi
            ),
            "it looks like variances where standard deviations belong": (
                lambda s1, s2: (s1**2 - s2**2).abs() * math.sqrt(2 / math.pi)
            ),
            "a distance is never negative, and this is where s1 is the smaller one": (
                lambda s1, s2: (s1 - s2) * math.sqrt(2 / math.pi)
            ),
            "a distance is never negative, and this is where s2 is the smaller one": (
                lambda s1, s2: (s2 - s1) * math.sqrt(2 / math.pi)
            ),
            "this is the square of W2, which averages squares": lambda s1, s2: (s1 - s2) ** 2,
            "this pairs the points at random; the best plan keeps the order": (
                lambda s1, s2: torch.hypot(s1, s2) * math.sqrt(2 / math.pi)
            ),
            "this turns one of the laws round; the best plan keeps the order": (
                lambda s1, s2: (s1 + s2) * math.sqrt(2 / math.pi)
            ),
        },
    ),
}
