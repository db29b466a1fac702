"""Exercises of the page `noise-levels`, chapter 6."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

CHANGES = (
    "both ends doubled",
    "200 dimensions for 2",
    "twice as many levels",
    "the upper end doubled",
    "data of some width",
)


def overlap_changes(changes: tuple[str, ...]) -> list[int]:
    return [0, -1, 1, -1, 1]


def far_score(x: Tensor, mean: float, s: float, sigma: float) -> Tensor:
    return -(x - mean) / (s**2 + sigma**2)


def ladder(sigma_min: float, sigma_max: float, L: int) -> Tensor:
    i = torch.arange(L, dtype=torch.float64)
    return sigma_min * (sigma_max / sigma_min) ** (i / (L - 1))


def weighted_losses(score: Tensor, eps: Tensor, sigma: Tensor) -> Tensor:
    return _losses(score, eps, sigma, lambda eps, s: -eps / s, 2)


def score_from_noise(eps: Tensor, alpha_bar: float) -> Tensor:
    return -eps / (1 - alpha_bar**2) ** 0.5


def _losses(
    score: Tensor,
    eps: Tensor,
    sigma: Tensor,
    target: Callable[[Tensor, Tensor], Tensor],
    power: float,
) -> Tensor:
    """Half the mean squared norm of score - target at each level, times sigma^power."""
    error = score - target(eps, sigma[:, None, None])
    return 0.5 * sigma**power * error.square().sum(2).mean(1)


EXERCISES: dict[str, Exercise] = {
    "levels-overlap": Exercise(
        asks="five of -1, 0, 1, in the order of the changes",
        trials=((CHANGES,),),
        solution=overlap_changes,
        parts=CHANGES,
        mistakes={
            "only the ratio of two neighbours counts: doubling both ends changes nothing": (
                lambda changes: [1, -1, 1, -1, 1]
            ),
            "only the ratio of neighbours counts; to double both ends leaves it": (
                lambda changes: [-1, -1, 1, -1, 1]
            ),
            "in many dimensions the noise has nearly one length, and shells part": (
                lambda changes: [0, 0, 1, -1, 1]
            ),
            "more dimensions make the shells thinner beside their radius, not thicker": (
                lambda changes: [0, 1, 1, -1, 1]
            ),
            "with the same levels a longer ladder has wider gaps": (
                lambda changes: [0, -1, 1, 0, 1]
            ),
            "the width of the data is added to both, and makes their ratio smaller": (
                lambda changes: [0, -1, 1, -1, 0]
            ),
            "two laws that are both blurred further come closer": (
                lambda changes: [0, -1, 1, -1, -1]
            ),
            "more levels between the same ends stand closer, and share more": (
                lambda changes: [0, -1, -1, -1, 1]
            ),
            "more levels between the same ends: each ratio is smaller": (
                lambda changes: [0, -1, 0, -1, 1]
            ),
            "a larger upper end stretches every gap": lambda changes: [0, -1, 1, 1, 1],
        },
    ),
    "c-6-03": Exercise(
        asks="the score at the points x, of their shape",
        trials=((normal(1, 5) + 7, 1.3, 0.4, 0.15), (normal(2, 3) - 9, -0.7, 0.9, 0.35)),
        solution=far_score,
        mistakes={
            "the sign is turned: the score leads back to the data": (
                lambda x, mean, s, sigma: (x - mean) / (s**2 + sigma**2)
            ),
            "as claimed; but the slope of a parabola grows with the distance": (
                lambda x, mean, s, sigma: 0 * x
            ),
            "this is the score without noise: the variances add up": (
                lambda x, mean, s, sigma: -(x - mean) / s**2
            ),
            "this is the score of the noise alone: the data have a width, too": (
                lambda x, mean, s, sigma: -(x - mean) / sigma**2
            ),
            "variances add up, not standard deviations": (
                lambda x, mean, s, sigma: -(x - mean) / (s + sigma) ** 2
            ),
            "divide by the variance, not by the standard deviation": (
                lambda x, mean, s, sigma: -(x - mean) / (s**2 + sigma**2) ** 0.5
            ),
            "the distance to the mean counts, not to the origin": (
                lambda x, mean, s, sigma: -x / (s**2 + sigma**2)
            ),
            "there is a half too many: the half of the exponent goes with its square": (
                lambda x, mean, s, sigma: -(x - mean) / (2 * (s**2 + sigma**2))
            ),
            "this is the log-density up to a constant; its slope was wanted": (
                lambda x, mean, s, sigma: -((x - mean) ** 2) / (2 * (s**2 + sigma**2))
            ),
        },
    ),
    "c-6-04": Exercise(
        asks="the L levels, ascending",
        trials=((0.03, 7.0, 6), (0.2, 3.1, 9)),
        solution=ladder,
        mistakes={
            "these are evenly spaced; equal ratios were wanted": (
                lambda a, b, L: torch.linspace(a, b, L, dtype=torch.float64)
            ),
            "their squares are evenly spaced; equal ratios were wanted": (
                lambda a, b, L: torch.linspace(a**2, b**2, L, dtype=torch.float64).sqrt()
            ),
            "L levels have L - 1 gaps: the last is not sigma_max": (
                lambda a, b, L: a * (b / a) ** (torch.arange(L, dtype=torch.float64) / L)
            ),
            "L levels have L - 1 gaps: the first is not sigma_min": (
                lambda a, b, L: a * (b / a) ** ((torch.arange(L, dtype=torch.float64) + 1) / L)
            ),
            "these descend; in this book sigma_1 is the smallest": (
                lambda a, b, L: ladder(a, b, L).flip(0)
            ),
            "these are the logarithms of the levels": lambda a, b, L: ladder(a, b, L).log(),
            "these are variances: take the root": lambda a, b, L: ladder(a, b, L) ** 2,
            "the ratio is raised to its power, but the first level is missing as a factor": (
                lambda a, b, L: ladder(a, b, L) / a
            ),
            "these start at sigma_max and go on upwards": (lambda a, b, L: ladder(a, b, L) * b / a),
        },
    ),
    "c-6-06": Exercise(
        asks="L numbers, the weighted loss of each level",
        trials=(
            (normal(3, 3, 4, 5), normal(4, 3, 4, 5), uniform(5, 3, low=0.1, high=3.0)),
            (normal(6, 5, 2, 3), normal(7, 5, 2, 3), uniform(8, 5, low=0.2, high=1.6)),
        ),
        solution=weighted_losses,
        mistakes={
            "the minus of the target is missing: this learns the score upside down": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: e / s, 2)
            ),
            "the target is -eps / sigma, not -eps": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e, 2)
            ),
            "the target is -eps / sigma, not eps": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: e, 2)
            ),
            "the target is -eps / sigma, not -eps / sigma^2": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e / s**2, 2)
            ),
            "the weight sigma^2 is forgotten: the smallest level rules": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e / s, 0)
            ),
            "the weight is sigma, its square is wanted": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e / s, 1)
            ),
            "the weight multiplies the squared norm; here it was squared with it": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e / s, 4)
            ),
            "the loss is divided by sigma^2; multiply": (
                lambda score, eps, sigma: _losses(score, eps, sigma, lambda e, s: -e / s, -2)
            ),
            "this is the mean over the coordinates; add them up": (
                lambda score, eps, sigma: weighted_losses(score, eps, sigma) / eps.shape[2]
            ),
            "this is the sum over the rows; their mean is wanted": (
                lambda score, eps, sigma: weighted_losses(score, eps, sigma) * eps.shape[1]
            ),
        },
    ),
    "c-6-07": Exercise(
        asks="the score, of the shape of eps",
        trials=((normal(9, 4, 3), 0.83), (normal(10, 2, 5), 0.37)),
        solution=score_from_noise,
        mistakes={
            "as printed: alpha_bar is an amplitude here, its square belongs under the root": (
                lambda eps, a: -eps / (1 - a) ** 0.5
            ),
            "the minus is missing: the noise leads away from the data": (
                lambda eps, a: eps / (1 - a**2) ** 0.5
            ),
            "this is -eps: divide it by sigma_bar": lambda eps, a: -eps,
            "this multiplies by sigma_bar: that is how a score becomes a noise": (
                lambda eps, a: -eps * (1 - a**2) ** 0.5
            ),
            "this divides by the variance: the root is missing": lambda eps, a: -eps / (1 - a**2),
            "this is the score in NCSN's coordinates, x / alpha_bar": (
                lambda eps, a: -eps * a / (1 - a**2) ** 0.5
            ),
            "alpha_bar does not enter beside sigma_bar": (
                lambda eps, a: -eps / (a * (1 - a**2) ** 0.5)
            ),
            "this divides by alpha_bar, where sigma_bar belongs": lambda eps, a: -eps / a,
            "the square stands outside: 1 - alpha_bar^2, not (1 - alpha_bar)^2": (
                lambda eps, a: -eps / (1 - a)
            ),
        },
    ),
}
