"""Exercises of the page `generalised-score-matching`, chapter 5."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal, uniform


def adjoint(x: Tensor, field: Tensor, divergence: Tensor, a: float, sigma: float) -> Tensor:
    return a * (x * field).sum(1) - sigma**2 * divergence


def risk_from_loss(loss: float, square: float, d: int, sigma: float) -> float:
    return 2 * loss + square - d * sigma**2


def variance(first: Tensor, second: Tensor, sigma: float) -> Tensor:
    return sigma**2 * (1 + second - first**2)


OPERATORS = (
    "the gradient on the data",
    "second derivatives on the data",
    "the denoising operator with little noise",
    "the gradient with noise as wide as the gap",
)


def sees(operators: tuple[str, ...]) -> list[int]:
    return [0, 0, 0, 1]


EXERCISES: dict[str, Exercise] = {
    "c-5-34": Exercise(
        asks="the adjoint at each point, of shape (B,)",
        trials=(
            (normal(1, 5, 3), normal(2, 5, 3), normal(3, 5), 1.4, 1.7),
            (normal(4, 3, 4), normal(5, 3, 4), normal(6, 3), 0.7, 0.6),
        ),
        solution=adjoint,
        mistakes={
            "the sign of the divergence: integration by parts turns it": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1) + sigma**2 * div
            ),
            "multiplication is its own adjoint: its sign stays": (
                lambda x, s, div, a, sigma: -a * (x * s).sum(1) - sigma**2 * div
            ),
            "both signs are turned: only the derivative changes its sign": (
                lambda x, s, div, a, sigma: -a * (x * s).sum(1) + sigma**2 * div
            ),
            "sigma^2 is missing before the divergence": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1) - div
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1) - sigma * div
            ),
            "the divergence is averaged over the points: each has its own": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1) - sigma**2 * div.mean()
            ),
            "the number a is missing": lambda x, s, div, a, sigma: (x * s).sum(1) - sigma**2 * div,
            "a belongs to the multiplication alone": (
                lambda x, s, div, a, sigma: a * ((x * s).sum(1) - sigma**2 * div)
            ),
            "the multiplication is missing: L f has two parts": (
                lambda x, s, div, a, sigma: -(sigma**2) * div
            ),
            "the divergence is missing: L f has two parts": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1)
            ),
            "add the coordinates up, do not average them": (
                lambda x, s, div, a, sigma: a * (x * s).mean(1) - sigma**2 * div
            ),
            "the divergence is added up across the batch: each point has its own": (
                lambda x, s, div, a, sigma: a * (x * s).sum(1) - sigma**2 * div.sum()
            ),
            "this is the operator itself: L^† takes a field to a number at each point": (
                lambda x, s, div, a, sigma: a * x * s - sigma**2 * div[:, None]
            ),
        },
    ),
    "c-5-35": Exercise(
        asks="the mean of SURE",
        trials=((-0.74, 6.1, 3, 1.7), (-0.31, 5.3, 4, 0.6)),
        solution=risk_from_loss,
        mistakes={
            "the half: the loss is half of SURE, up to a constant": (
                lambda loss, square, d, sigma: loss + square - d * sigma**2
            ),
            "this is half of SURE": (
                lambda loss, square, d, sigma: loss + (square - d * sigma**2) / 2
            ),
            "the constant is doubled as well, and so has no half left": (
                lambda loss, square, d, sigma: 2 * loss + (square - d * sigma**2) / 2
            ),
            "- d sigma^2 is missing: square is that of the noisy values": (
                lambda loss, square, d, sigma: 2 * loss + square
            ),
            "one sigma^2 for every coordinate": (
                lambda loss, square, d, sigma: 2 * loss + square - sigma**2
            ),
            "sigma must be squared": lambda loss, square, d, sigma: 2 * loss + square - d * sigma,
            "the sign of d sigma^2: the clean values have less square than the noisy": (
                lambda loss, square, d, sigma: 2 * loss + square + d * sigma**2
            ),
            "the constant's sign: the loss is too small by it": (
                lambda loss, square, d, sigma: 2 * loss - square + d * sigma**2
            ),
            "the loss is half of SURE: double it": (
                lambda loss, square, d, sigma: loss / 2 + square - d * sigma**2
            ),
            "the sign is not what is wrong, the constant and the half are": (
                lambda loss, square, d, sigma: -loss
            ),
            "the constant is missing": lambda loss, square, d, sigma: 2 * loss,
        },
    ),
    "c-5-36": Exercise(
        asks="the posterior variance at each point, of the shape of first",
        trials=(
            (normal(7, 5), uniform(8, 5, low=2.0, high=4.0), 1.7),
            (normal(9, 4), uniform(10, 4, low=3.0, high=6.0), 0.6),
        ),
        solution=variance,
        mistakes={
            "the square of the first is missing: a variance is taken about the mean": (
                lambda first, second, sigma: sigma**2 * (1 + second)
            ),
            "second is the average of eps^2 - 1, so the 1 comes back": (
                lambda first, second, sigma: sigma**2 * (second - first**2)
            ),
            "first must be squared": lambda first, second, sigma: sigma**2 * (1 + second - first),
            "the sign: the square of the mean is taken off": (
                lambda first, second, sigma: sigma**2 * (1 + second + first**2)
            ),
            "this is the variance of eps; x = x_noisy - sigma eps has sigma^2 times that": (
                lambda first, second, sigma: 1 + second - first**2
            ),
            "sigma must be squared": (lambda first, second, sigma: sigma * (1 + second - first**2)),
            "the heads are averages of eps, not the score: no second sigma^2": (
                lambda first, second, sigma: sigma**2 + sigma**4 * (second - first**2)
            ),
            "this is the standard deviation": (
                lambda first, second, sigma: sigma * (1 + second - first**2).abs() ** 0.5
            ),
            "the sign of second: where eps is large on average, the doubt is large": (
                lambda first, second, sigma: sigma**2 * (1 - second + first**2)
            ),
        },
    ),
    "gsm-sees": Exercise(
        asks="four numbers, 0 or 1, in the order of the operators",
        trials=((OPERATORS,),),
        solution=sees,
        parts=OPERATORS,
        mistakes={
            "inside a cluster the weight is a constant, and cancels in L p / p": (
                lambda operators: [1, 0, 0, 1]
            ),
            "more derivatives are as local as one": (lambda operators: [0, 1, 0, 1]),
            "it is the gradient with x and sigma^2 about it, and as local": (
                lambda operators: [0, 0, 1, 1]
            ),
            "noise as wide as the gap makes the clusters overlap": (lambda operators: [0, 0, 0, 0]),
        },
    ),
}
