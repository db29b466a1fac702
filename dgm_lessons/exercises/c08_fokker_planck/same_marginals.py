"""Exercises of the page `same-marginals`, chapter 8."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal

PROCESSES = (
    "the flow, forward from x_0 ~ p_0",
    "the reverse SDE, backward from x_T ~ p_T",
    "the drift f - g^2 score with noise g, forward from x_0 ~ p_0",
    "dx/dt = f - g^2 score, backward from x_T ~ p_T",
    "at the start a coin: heads the forward SDE, tails the flow",
    "the flow with u = score added, forward from x_0 ~ p_0",
)


def keeps(processes: tuple[str, ...]) -> list[int]:
    return [1, 1, 0, 0, 1, 0]


def drifts(f: Tensor, g: float, score: Tensor, b: float) -> list[Tensor]:
    flow = f - 0.5 * g**2 * score
    return [flow + 0.5 * b**2 * score, flow - 0.5 * b**2 * score]


def gaussian_map(
    x: Tensor, m: float, std: float, start: tuple[float, float], end: tuple[float, float]
) -> Tensor:
    (a, s), (b, r) = start, end
    stretch = ((b**2 * std**2 + r**2) / (a**2 * std**2 + s**2)) ** 0.5
    return b * m + stretch * (x - a * m)


def correlation(share: float, std: float, alpha: float, sigma: float) -> float:
    rho = alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5
    return share * rho + (1 - share)


def leak(k: float, c: float, square: Tensor, bend: Tensor) -> Tensor:
    return k * (bend + square)


EXERCISES: dict[str, Exercise] = {
    "sm-keep": Exercise(
        asks="six of 0 and 1, in the order of the processes",
        trials=((PROCESSES,),),
        solution=keeps,
        parts=PROCESSES,
        mistakes={
            "forward in time this noise needs the drift f: the sign of the score's second half "
            "goes with the direction of time": lambda processes: [1, 1, 1, 0, 1, 0],
            "without noise half of the score is enough": lambda processes: [1, 1, 0, 1, 1, 0],
            "heads have the law p_t, tails have it, so all together have it": (
                lambda processes: [1, 1, 0, 0, 0, 0]
            ),
            "the divergence of p times the score is the Laplacian of p, which is not zero": (
                lambda processes: [1, 1, 0, 0, 1, 1]
            ),
            "this is the family with b = 0": lambda processes: [0, 1, 0, 0, 1, 0],
            "this is the family with b = g, downward": lambda processes: [1, 0, 0, 0, 1, 0],
        },
    ),
    "c-8-07": Exercise(
        asks="two factors before dt, for time up and for time down, each of the shape of f",
        trials=(
            (normal(1, 5), 1.3, normal(2, 5), 0.7),
            (normal(3, 4), 0.6, normal(4, 4), 1.7),
        ),
        solution=drifts,
        parts=("time up", "time down"),
        mistakes={
            "the two directions are exchanged: what undoes the noise has a plus upward": (
                lambda f, g, score, b: [
                    f - 0.5 * g**2 * score - 0.5 * b**2 * score,
                    f - 0.5 * g**2 * score + 0.5 * b**2 * score,
                ]
            ),
            "the half before g^2 is missing": (
                lambda f, g, score, b: [
                    f - g**2 * score + 0.5 * b**2 * score,
                    f - g**2 * score - 0.5 * b**2 * score,
                ]
            ),
            "the half before b^2 is missing": (
                lambda f, g, score, b: [
                    f - 0.5 * g**2 * score + b**2 * score,
                    f - 0.5 * g**2 * score - b**2 * score,
                ]
            ),
            "both halves are missing": (
                lambda f, g, score, b: [
                    f - g**2 * score + b**2 * score,
                    f - g**2 * score - b**2 * score,
                ]
            ),
            "b enters squared": (
                lambda f, g, score, b: [
                    f - 0.5 * g**2 * score + 0.5 * b * score,
                    f - 0.5 * g**2 * score - 0.5 * b * score,
                ]
            ),
            "this is the velocity of the flow; the noise b needs a share of the score, too": (
                lambda f, g, score, b: [f - 0.5 * g**2 * score, f - 0.5 * g**2 * score]
            ),
            "downward the flow's velocity keeps its sign: dt is negative there": (
                lambda f, g, score, b: [
                    f - 0.5 * g**2 * score + 0.5 * b**2 * score,
                    -f + 0.5 * g**2 * score + 0.5 * b**2 * score,
                ]
            ),
        },
    ),
    "c-8-09": Exercise(
        asks="where the points are at the end, of the shape of x",
        trials=(
            (normal(11, 5), 0.85, 0.6, (0.9, 0.3), (0.4, 0.85)),
            (normal(12, 4), -1.4, 1.7, (0.35, 1.2), (1.1, 0.25)),
        ),
        solution=gaussian_map,
        mistakes={
            "the map stretches by standard deviations, the roots of the variances": (
                lambda x, m, std, start, end: (
                    end[0] * m
                    + (end[0] ** 2 * std**2 + end[1] ** 2)
                    / (start[0] ** 2 * std**2 + start[1] ** 2)
                    * (x - start[0] * m)
                )
            ),
            "the ratio is turned: the map leads from `start` to `end`": (
                lambda x, m, std, start, end: (
                    end[0] * m
                    + (
                        (start[0] ** 2 * std**2 + start[1] ** 2)
                        / (end[0] ** 2 * std**2 + end[1] ** 2)
                    )
                    ** 0.5
                    * (x - start[0] * m)
                )
            ),
            "the mean of the data is m, that of p_t is alpha_t m": (
                lambda x, m, std, start, end: (
                    m
                    + (
                        (end[0] ** 2 * std**2 + end[1] ** 2)
                        / (start[0] ** 2 * std**2 + start[1] ** 2)
                    )
                    ** 0.5
                    * (x - m)
                )
            ),
            "the means move as well: subtract alpha_s m, add alpha_t m": (
                lambda x, m, std, start, end: (
                    (
                        (end[0] ** 2 * std**2 + end[1] ** 2)
                        / (start[0] ** 2 * std**2 + start[1] ** 2)
                    )
                    ** 0.5
                    * x
                )
            ),
            "this scales by alpha alone; the variance has the noise in it": (
                lambda x, m, std, start, end: end[0] / start[0] * x
            ),
        },
    ),
    "c-8-10": Exercise(
        asks="the correlation of x_0 and x_t, a number",
        trials=((0.23, 0.74, 0.87, 0.41), (0.68, 1.6, 0.35, 1.15)),
        solution=correlation,
        mistakes={
            "this is the correlation under the SDE; with chance 1 - lambda x_t is an increasing "
            "linear function of x_0": (
                lambda share, std, alpha, sigma: alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5
            ),
            "lambda is the share of the SDE, not of the flow": (
                lambda share, std, alpha, sigma: (
                    (1 - share) * alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5 + share
                )
            ),
            "the flow's pairs count, too: with correlation one": (
                lambda share, std, alpha, sigma: (
                    share * alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5
                )
            ),
            "this takes the square of the correlation": (
                lambda share, std, alpha, sigma: (
                    share * alpha**2 * std**2 / (alpha**2 * std**2 + sigma**2) + 1 - share
                )
            ),
            "the covariance is alpha std^2; divide it by both standard deviations": (
                lambda share, std, alpha, sigma: share * alpha * std**2 + 1 - share
            ),
            "the noise adds sigma^2 to the variance": (
                lambda share, std, alpha, sigma: (
                    share * alpha * std / (alpha**2 * std**2 + sigma) ** 0.5 + 1 - share
                )
            ),
            "alpha is a factor before x_0, not a correlation; the flow's is one": (
                lambda share, std, alpha, sigma: (
                    share * alpha * std / (alpha**2 * std**2 + sigma**2) ** 0.5
                    + (1 - share) * alpha
                )
            ),
        },
    ),
    "c-8-11": Exercise(
        asks="the divergence of p u over p at each point, of the shape of square",
        trials=(
            (0.7, 1.9, normal(21, 5) ** 2, normal(22, 5)),
            (-1.3, 0.4, normal(23, 3) ** 2, normal(24, 3)),
        ),
        solution=leak,
        mistakes={
            "p changes along u as well: the product rule has the term u . score": (
                lambda k, c, square, bend: k * bend
            ),
            "this is u . score; the divergence of u is missing": (
                lambda k, c, square, bend: k * square
            ),
            "the turned part does not leak, whatever c is": (
                lambda k, c, square, bend: (k + c) * (bend + square)
            ),
            "only the turned part does not leak; the other one does": (
                lambda k, c, square, bend: 0.0 * square
            ),
            "it is the turned part that does not leak": (
                lambda k, c, square, bend: c * (bend + square)
            ),
            "the two terms add up": lambda k, c, square, bend: k * (bend - square),
            "the length of the score counts squared": (
                lambda k, c, square, bend: k * (bend + square**0.5)
            ),
            "the turned score has no divergence: J is antisymmetric, second derivatives are not": (
                lambda k, c, square, bend: k * (bend + square) + c * bend
            ),
            "the factor k is missing": lambda k, c, square, bend: bend + square,
        },
    ),
}
