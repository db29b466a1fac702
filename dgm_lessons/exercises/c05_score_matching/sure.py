"""Exercises of the page `sure`, chapter 5."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal


def risk_estimate(x_noisy: Tensor, denoised: Tensor, slopes: Tensor, sigma: float) -> Tensor:
    moved = ((denoised - x_noisy) ** 2).sum(1)
    return moved + 2 * sigma**2 * slopes.sum(1) - x_noisy.shape[1] * sigma**2


def bias_of_first_term(divergence: float, d: int, sigma: float) -> float:
    return d * sigma**2 - 2 * sigma**2 * divergence


READINGS = (
    "do nothing, at any value",
    "always zero, at 0",
    "always zero, at 3 sigma",
    "halve, at 0",
)


def signs(readings: tuple[str, ...]) -> list[int]:
    return [1, -1, 1, 0]


def best_shrinkage(square: float, d: int, sigma: float) -> float:
    return 1 - d * sigma**2 / square


EXERCISES: dict[str, Exercise] = {
    "c-5-28": Exercise(
        asks="SURE of each point, of shape (B,)",
        trials=(
            (normal(1, 5, 3), normal(2, 5, 3), normal(3, 5, 3), 1.7),
            (normal(12, 3, 4), normal(13, 3, 4), normal(14, 3, 4), 0.8),
        ),
        solution=risk_estimate,
        mistakes={
            "sigma^2 is missing before the divergence": (
                lambda y, D, J, sigma: ((D - y) ** 2).sum(1) + 2 * J.sum(1) - y.shape[1] * sigma**2
            ),
            "it looks like sigma where sigma squared belongs, before the divergence": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma * J.sum(1) - y.shape[1] * sigma**2
                )
            ),
            "the divergence is added up across the batch: each point has its own": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum() - y.shape[1] * sigma**2
                )
            ),
            "the divergence is averaged across the batch: each point has its own": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1).mean() - y.shape[1] * sigma**2
                )
            ),
            "- d sigma^2 is missing": (
                lambda y, D, J, sigma: ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1)
            ),
            "the last term is d sigma^2: one sigma^2 for every coordinate": (
                lambda y, D, J, sigma: ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1) - sigma**2
            ),
            "d is the number of coordinates, not of points": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1) - len(y) * sigma**2
                )
            ),
            "the last term has a minus": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1) + y.shape[1] * sigma**2
                )
            ),
            "the divergence is a sum over the coordinates, not a mean": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.mean(1) - y.shape[1] * sigma**2
                )
            ),
            "the last term has sigma squared, too": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * J.sum(1) - y.shape[1] * sigma
                )
            ),
            "the last term is d sigma^2, without a 2": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + 2 * sigma**2 * (J.sum(1) - y.shape[1])
                )
            ),
            "2 sigma^2 is missing before the divergence": (
                lambda y, D, J, sigma: ((D - y) ** 2).sum(1) + J.sum(1) - y.shape[1] * sigma**2
            ),
            "this is how far the value moves, and no more": (
                lambda y, D, J, sigma: ((D - y) ** 2).sum(1)
            ),
            "the factor 2 before the divergence is missing": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) + sigma**2 * J.sum(1) - y.shape[1] * sigma**2
                )
            ),
            "the sign of the divergence: a denoiser that reacts more is charged more": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).sum(1) - 2 * sigma**2 * J.sum(1) - y.shape[1] * sigma**2
                )
            ),
            "add the coordinates up, do not average them": (
                lambda y, D, J, sigma: (
                    ((D - y) ** 2).mean(1) + 2 * sigma**2 * J.sum(1) / y.shape[1] - sigma**2
                )
            ),
            "this is half of it: SURE is the risk itself": (
                lambda y, D, J, sigma: risk_estimate(y, D, J, sigma) / 2
            ),
            "the average over the batch was not asked for": (
                lambda y, D, J, sigma: risk_estimate(y, D, J, sigma).mean()
            ),
            "never negative? SURE may be": (
                lambda y, D, J, sigma: risk_estimate(y, D, J, sigma).clamp(min=0)
            ),
        },
    ),
    "c-5-29": Exercise(
        asks="the mean of |D - x_noisy|^2 less the risk",
        trials=((1.3, 3, 1.7), (4.1, 6, 0.6)),
        solution=bias_of_first_term,
        mistakes={
            "the sign: how much too large, not too small": (
                lambda divergence, d, sigma: 2 * sigma**2 * divergence - d * sigma**2
            ),
            "this is as the text has it: too small by d sigma^2, for doing nothing only": (
                lambda divergence, d, sigma: -d * sigma**2
            ),
            "the factor 2 before the divergence is missing": (
                lambda divergence, d, sigma: d * sigma**2 - sigma**2 * divergence
            ),
            "sigma^2 is missing before the divergence": (
                lambda divergence, d, sigma: d * sigma**2 - 2 * divergence
            ),
            "d sigma^2: one sigma^2 for every coordinate": (
                lambda divergence, d, sigma: sigma**2 - 2 * sigma**2 * divergence
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda divergence, d, sigma: d * sigma - 2 * sigma * divergence
            ),
            "d sigma^2 is missing": lambda divergence, d, sigma: -2 * sigma**2 * divergence,
            "- d sigma^2 is missing, and the sign of the divergence is turned": (
                lambda divergence, d, sigma: 2 * sigma**2 * divergence
            ),
            "this forgets the divergence": lambda divergence, d, sigma: d * sigma**2,
            "both terms have sigma^2": lambda divergence, d, sigma: d - 2 * divergence,
        },
    ),
    "sure-signs": Exercise(
        asks="four signs, 1, 0 or -1, in the order of the readings",
        trials=((READINGS,),),
        solution=signs,
        parts=READINGS,
        mistakes={
            "doing nothing moves nothing, and reacts in full: 0 + 2 sigma^2 - sigma^2": (
                lambda readings: [0, -1, 1, 0]
            ),
            "the divergence of doing nothing is d, not 0": (lambda readings: [-1, -1, 1, 0]),
            "an estimate of a square may be negative: 0 + 0 - sigma^2": (
                lambda readings: [1, 1, 1, 0]
            ),
            "nothing is moved and nothing reacts, so that - sigma^2 alone is left": (
                lambda readings: [1, 0, 1, 0]
            ),
            "SURE does not know that zero was right: it sees 9 sigma^2 moved": (
                lambda readings: [1, -1, -1, 0]
            ),
            "9 sigma^2 are moved, and only one sigma^2 is taken off": (
                lambda readings: [1, -1, 0, 0]
            ),
            "at 0 nothing is moved, but halving reacts: 2 sigma^2 times 1/2, less sigma^2": (
                lambda readings: [1, -1, 1, -1]
            ),
            "a half of the noise is let through: 2 sigma^2 times 1/2, and sigma^2 is taken off": (
                lambda readings: [1, -1, 1, 1]
            ),
        },
    ),
    "c-5-31": Exercise(
        asks="the a with the least mean of SURE",
        trials=((11.3, 3, 1.7), (4.1, 6, 0.6)),
        solution=best_shrinkage,
        mistakes={
            "this is what is taken off; a is 1 less that": (
                lambda square, d, sigma: d * sigma**2 / square
            ),
            "sigma must be squared": lambda square, d, sigma: 1 - d * sigma / square,
            "square is a sum over d coordinates, so the noise in it is d sigma^2": (
                lambda square, d, sigma: 1 - sigma**2 / square
            ),
            "multiply by d: there is one sigma^2 for every coordinate": (
                lambda square, d, sigma: 1 - sigma**2 / (square * d)
            ),
            "this is the noise over what is left of square; the noise is in square already": (
                lambda square, d, sigma: 1 - d * sigma**2 / (square - d * sigma**2)
            ),
            "nothing is gained by a = 1: that is doing nothing": lambda square, d, sigma: 1.0,
            "the sign: shrinkage makes smaller": lambda square, d, sigma: 1 + d * sigma**2 / square,
            "square is that of the noisy values: the noise is in it already": (
                lambda square, d, sigma: square / (square + d * sigma**2)
            ),
            "the factor 2 cancels: both terms of the derivative have it": (
                lambda square, d, sigma: 1 - 2 * d * sigma**2 / square
            ),
            "this is James and Stein's d - 2, for a read off the same vector; here square is a "
            "mean": lambda square, d, sigma: 1 - (d - 2) * sigma**2 / square,
            "the root is not needed: a multiplies the values, and the risk is a parabola in it": (
                lambda square, d, sigma: (1 - d * sigma**2 / square) ** 0.5
            ),
            "the signal's share: what is left of square over square, not over the noise": (
                lambda square, d, sigma: square / (d * sigma**2) - 1
            ),
        },
    ),
}
