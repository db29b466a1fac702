"""Exercises of the page `langevin`, chapter 4."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal


def langevin(x: Tensor, score: Tensor, eta: float, noise: Tensor) -> Tensor:
    return x + eta * score + (2 * eta) ** 0.5 * noise


def stationary_variance(s: float, eta: float, c: float) -> float:
    return c**2 * s**2 / (2 - eta / s**2)


CASES = (
    "eta = s^2/2, c = sqrt(2)",
    "eta = 1.9 s^2, c = sqrt(2)",
    "eta = 2.1 s^2, c = sqrt(2)",
    "eta = 1.9 s^2, with Metropolis' correction",
    "eta = s^2/1000, c = 1",
)


def widths(cases: tuple[str, ...]) -> list[int]:
    return [1, 1, 2, 0, -1]


def switch_time(d: float, s: float) -> float:
    return math.pi * s**2 * math.exp(d**2 / (2 * s**2)) / math.sqrt(d**2 / s**2 - 1)


def log_ratio(
    log_p_x: Tensor,
    log_p_y: Tensor,
    x: Tensor,
    y: Tensor,
    mean_x: Tensor,
    mean_y: Tensor,
    eta: float,
) -> Tensor:
    forth, back = (y - mean_x) ** 2, (x - mean_y) ** 2
    return log_p_y - log_p_x + (forth - back).sum(1) / (4 * eta)


def _ratio(forth: float, back: float, scale: float, target: float = 1.0) -> Callable[..., Tensor]:
    """`log_ratio` with its parts weighed: 1, -1 and 4 are right."""

    def wrong(
        log_p_x: Tensor,
        log_p_y: Tensor,
        x: Tensor,
        y: Tensor,
        mean_x: Tensor,
        mean_y: Tensor,
        eta: float,
    ) -> Tensor:
        bells = forth * (y - mean_x) ** 2 + back * (x - mean_y) ** 2
        return target * (log_p_y - log_p_x) + bells.sum(1) / (scale * eta)

    return wrong


def _pair(seed: int, rows: int, columns: int, eta: float) -> tuple[Tensor | float, ...]:
    x = normal(seed, rows, columns)
    y = x + normal(seed + 1, rows, columns)
    means = (x + 0.3 * normal(seed + 2, rows, columns), y + 0.3 * normal(seed + 3, rows, columns))
    return (normal(seed + 4, rows), normal(seed + 5, rows), x, y, *means, eta)


EXERCISES: dict[str, Exercise] = {
    "c-4-12": Exercise(
        asks="the next x, of the shape of x",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), 0.3, normal(3, 4, 3)),
            (normal(4, 2, 5), normal(5, 2, 5), 0.07, normal(6, 2, 5)),
        ),
        solution=langevin,
        mistakes={
            "sqrt(eta) where sqrt(2 eta) belongs: this chain samples from p squared": (
                lambda x, score, eta, noise: x + eta * score + eta**0.5 * noise
            ),
            "the sign: the score points uphill on the density, and the step goes with it": (
                lambda x, score, eta, noise: x - eta * score + (2 * eta) ** 0.5 * noise
            ),
            "the noise is scaled by the root of 2 eta, not by 2 eta": (
                lambda x, score, eta, noise: x + eta * score + 2 * eta * noise
            ),
            "the noise is scaled by the root of 2 eta, not by eta": (
                lambda x, score, eta, noise: x + eta * score + eta * noise
            ),
            "the 2 belongs under the root: sqrt(2 eta), not 2 sqrt(eta)": (
                lambda x, score, eta, noise: x + eta * score + 2 * eta**0.5 * noise
            ),
            "eta belongs under the root, too: sqrt(2 eta), not sqrt(2) eta": (
                lambda x, score, eta, noise: x + eta * score + 2**0.5 * eta * noise
            ),
            "this is half a step with the noise of a whole one": (
                lambda x, score, eta, noise: x + eta / 2 * score + (2 * eta) ** 0.5 * noise
            ),
            "this is gradient flow: the noise is missing": (
                lambda x, score, eta, noise: x + eta * score
            ),
            "the slope is missing: this is a random walk": (
                lambda x, score, eta, noise: x + (2 * eta) ** 0.5 * noise
            ),
            "the score is multiplied by eta": (
                lambda x, score, eta, noise: x + score + (2 * eta) ** 0.5 * noise
            ),
            "the step starts from x": (
                lambda x, score, eta, noise: eta * score + (2 * eta) ** 0.5 * noise
            ),
            "this is the step of size eta/2: another way to write it, with another eta": (
                lambda x, score, eta, noise: langevin(x, score, eta / 2, noise)
            ),
        },
    ),
    "c-4-13": Exercise(
        asks="the variance at which the chain rests, a number",
        trials=((0.7, 0.2, 1.3), (1.6, 1.1, 0.8), (0.4, 0.25, 1.9)),
        solution=stationary_variance,
        mistakes={
            "this is the limit of small steps; eta is not small": (
                lambda s, eta, c: c**2 * s**2 / 2
            ),
            "this forgets c: the noise has variance c^2 eta": (
                lambda s, eta, c: stationary_variance(s, eta, 2**0.5)
            ),
            "c enters squared: variances add, not standard deviations": (
                lambda s, eta, c: c * s**2 / (2 - eta / s**2)
            ),
            "it looks like s^2/(1 - eta/s^2): in (1 - eta/s^2)^2 the square gives 2 eta/s^2 "
            "and eta^2/s^4, so that the half stays": (
                lambda s, eta, c: c**2 * s**2 / (2 - 2 * eta / s**2)
            ),
            "the sign: with large steps the chain is too wide, not too narrow": (
                lambda s, eta, c: c**2 * s**2 / (2 + eta / s**2)
            ),
            "the variance is multiplied by the square of 1 - eta/s^2": (
                lambda s, eta, c: c**2 * s**2
            ),
            "the slope of log N(0, s^2) is -x/s^2, not -x/s": (
                lambda s, eta, c: c**2 * eta / (1 - (1 - eta / s) ** 2)
            ),
            "this has 2 c^2 eta of noise a step; it is c^2 eta, and c = sqrt(2) is the right one": (
                lambda s, eta, c: 2 * stationary_variance(s, eta, c)
            ),
            "this is the standard deviation; the variance was wanted": (
                lambda s, eta, c: stationary_variance(s, eta, c) ** 0.5
            ),
            "this is the variance after one step from a point: it still grows": (
                lambda s, eta, c: c**2 * eta
            ),
        },
    ),
    "langevin-widths": Exercise(
        asks="five of -1, 0, 1, 2, in the order of the cases",
        trials=((CASES,),),
        solution=widths,
        parts=CASES,
        mistakes={
            "the correction removes the bias, at any step at which it still moves": (
                lambda cases: [1, 1, 2, 1, -1]
            ),
            "beyond 2 s^2 each step throws further out than the last: there is no rest": (
                lambda cases: [1, 1, 1, 0, -1]
            ),
            "1.9 s^2 is still below 2 s^2: very wide, but at rest": lambda cases: [1, 2, 2, 0, -1],
            "too little noise narrows: the law is p^2, and a Gaussian's variance is halved": (
                lambda cases: [1, 1, 2, 0, 1]
            ),
            "small steps heal the bias of the step, not that of a wrong noise": (
                lambda cases: [1, 1, 2, 0, 0]
            ),
            "a large step is too wide, not too narrow: 1 - eta/(2 s^2) divides": (
                lambda cases: [-1, -1, 2, 0, -1]
            ),
            "no step of a finite size is exact without the correction": (
                lambda cases: [0, 0, 2, 0, -1]
            ),
        },
    ),
    "c-4-15": Exercise(
        asks="the mean time between switches, a number",
        trials=((1.5, 0.55), (1.2, 0.45), (2.3, 0.85)),
        solution=switch_time,
        mistakes={
            "the two Gaussians both stand at the saddle: p(0) is twice one of them, and the "
            "barrier is d^2/(2 s^2) - log 2": lambda d, s: 2 * switch_time(d, s),
            "the barrier is d^2/(2 s^2), with a 2: half the distance, squared, over twice s^2": (
                lambda d, s: switch_time(d, s) * math.exp(d**2 / (2 * s**2))
            ),
            "only the exponential: the two curvatures under the root are missing": (
                lambda d, s: math.exp(d**2 / (2 * s**2)) / 2
            ),
            "this is the rate; the time is one over it": lambda d, s: 1 / switch_time(d, s),
            "the curvature at the saddle is (d^2/s^2 - 1)/s^2; the -1 is missing": (
                lambda d, s: math.pi * s**3 / d * math.exp(d**2 / (2 * s**2))
            ),
            "the exponent has the distance squared": (
                lambda d, s: math.pi * s**2 * math.exp(d / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5
            ),
            "the barrier is divided by the temperature, 1, not by s": (
                lambda d, s: math.pi * s**2 * math.exp(d**2 / (2 * s)) / (d**2 / s**2 - 1) ** 0.5
            ),
            "the saddle bends down: its curvature counts without its sign, d^2/s^2 - 1": (
                lambda d, s: math.pi * s**2 * math.exp(d**2 / (2 * s**2)) / (d**2 / s**2 + 1) ** 0.5
            ),
            "the time grows with the barrier: the exponent is positive": (
                lambda d, s: (
                    math.pi * s**2 * math.exp(-(d**2) / (2 * s**2)) / (d**2 / s**2 - 1) ** 0.5
                )
            ),
            "there are two curvatures, of the valley and of the saddle: each is over s^2": (
                lambda d, s: switch_time(d, s) / s
            ),
            "2 pi stands over the root, not pi: the other 2 comes from p(0)": (
                lambda d, s: switch_time(d, s) / 2
            ),
            "the root goes over the curvatures": (
                lambda d, s: math.pi * s**4 / (d**2 / s**2 - 1) * math.exp(d**2 / (2 * s**2))
            ),
            "d is half the distance between the modes already": (
                lambda d, s: switch_time(2 * d, s)
            ),
        },
    ),
    "langevin-ratio": Exercise(
        asks="the logarithm of the ratio, one number a row",
        trials=(_pair(11, 4, 3, 0.2), _pair(21, 3, 5, 0.6)),
        solution=log_ratio,
        mistakes={
            "this is as written: the way back belongs above, the way there below": (
                _ratio(-1, 1, 4)
            ),
            "the proposal is forgotten: it is not symmetric, for the slope differs at x and y": (
                _ratio(0, 0, 4)
            ),
            "the step has variance 2 eta, and a Gaussian divides by twice its variance": (
                _ratio(1, -1, 2)
            ),
            "it looks like a variance of eta per 4: divide by 4 eta": _ratio(1, -1, 1),
            "the densities are upside down: where p(y) is high the step must be taken": (
                _ratio(1, -1, 4, target=-1)
            ),
            "the densities are missing": _ratio(1, -1, 4, target=0),
            "the whole ratio is upside down": _ratio(-1, 1, 4, target=-1),
            "the way back is missing": _ratio(1, 0, 4),
            "the way there is missing": _ratio(0, -1, 4),
        },
    ),
}
