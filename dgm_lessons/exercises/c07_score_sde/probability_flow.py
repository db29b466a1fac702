"""Exercises of the page `probability-flow`, chapter 7."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal

Velocity = Callable[[Tensor, float], Tensor]


def flow_velocity(x: Tensor, f: float, g2: float, score: Tensor) -> Tensor:
    return f * x - 0.5 * g2 * score


def collapsed_variance(s: float, alpha: float, sigma: float) -> float:
    return alpha**2 * s**4 / (alpha**2 * s**2 + sigma**2)


def _signal(s: float, alpha: float, sigma: float) -> float:
    """rho^2, the squared correlation of x_0 and x_T."""
    return alpha**2 * s**2 / (alpha**2 * s**2 + sigma**2)


def velocity_from(
    x_t: Tensor, x0: Tensor, alpha: float, sigma: float, alpha_dot: float, sigma_dot: float
) -> Tensor:
    eps = (x_t - alpha * x0) / sigma
    return alpha_dot * x0 + sigma_dot * eps


def heun_by_hand(u: Velocity, x: Tensor, s: float, t: float) -> Tensor:
    slope = u(x, s)
    guess = x + (t - s) * slope
    return x + 0.5 * (t - s) * (slope + u(guess, t))


def _speed(x: Tensor, t: float) -> Tensor:
    """A velocity that bends in x and in t, so that no two rules agree by chance."""
    return x.cos() + t**2


EXERCISES: dict[str, Exercise] = {
    "c-7-20": Exercise(
        asks="the velocity at each point",
        trials=(
            (normal(1, 4, 3), -0.7, 2.3, normal(2, 4, 3)),
            (normal(3, 2, 5), 0.45, 0.62, normal(4, 2, 5)),
        ),
        solution=flow_velocity,
        mistakes={
            "the half is missing: this is the reverse SDE without its noise": (
                lambda x, f, g2, score: f * x - g2 * score
            ),
            "the half is missing, and the score is subtracted": (
                lambda x, f, g2, score: f * x + g2 * score
            ),
            "the sign: towards noise the crowd flows down the score, so it is subtracted": (
                lambda x, f, g2, score: f * x + 0.5 * g2 * score
            ),
            "the half belongs to the score alone": (
                lambda x, f, g2, score: 0.5 * (f * x - g2 * score)
            ),
            "it looks like g where g squared belongs; g2 is the square already": (
                lambda x, f, g2, score: f * x - 0.5 * g2**0.5 * score
            ),
            "g2 is squared once more; it is the square already": (
                lambda x, f, g2, score: f * x - 0.5 * g2**2 * score
            ),
            "the drift has lost its x: it is f times x": (
                lambda x, f, g2, score: f - 0.5 * g2 * score
            ),
            "the whole sign is turned: the velocity is that of time running to noise": (
                lambda x, f, g2, score: 0.5 * g2 * score - f * x
            ),
        },
    ),
    "c-7-21": Exercise(
        asks="the variance at time 0, a number",
        trials=((1.5, 0.6, 1.1), (0.7, 0.85, 1.3)),
        solution=collapsed_variance,
        mistakes={
            "this is the variance of the data, which the flow with its half returns": (
                lambda s, alpha, sigma: s**2
            ),
            "this is a standard deviation; the variance is its square": (
                lambda s, alpha, sigma: s * _signal(s, alpha, sigma) ** 0.5
            ),
            "it looks like rho where rho squared belongs": (
                lambda s, alpha, sigma: s**2 * _signal(s, alpha, sigma) ** 0.5
            ),
            "it looks like rho to the fourth where rho squared belongs": (
                lambda s, alpha, sigma: s**2 * _signal(s, alpha, sigma) ** 2
            ),
            "this is rho squared; the variance of the data is missing": _signal,
            "this is the ride of N(0, 1), but x_T has the variance of p_T": (
                lambda s, alpha, sigma: (_signal(s, alpha, sigma) / alpha) ** 2
            ),
            "this is the doubt that is left about x_0; the guesses have the rest of s^2": (
                lambda s, alpha, sigma: s**2 * (1 - _signal(s, alpha, sigma))
            ),
            "this is the variance at time T; the ride back multiplies it": (
                lambda s, alpha, sigma: alpha**2 * s**2 + sigma**2
            ),
            "this is the signal's part of the variance at time T": (
                lambda s, alpha, sigma: alpha**2 * s**2
            ),
            "this is a ratio of variances at the two ends; the ride starts with p_T": (
                lambda s, alpha, sigma: s**2 / (alpha**2 * s**2 + sigma**2)
            ),
            "sigma^2 need not be 1 - alpha^2: use sigma": (
                lambda s, alpha, sigma: alpha**2 * s**4 / (alpha**2 * s**2 + 1 - alpha**2)
            ),
            "nothing is left of the spread only where alpha is 0": lambda s, alpha, sigma: 0.0,
        },
    ),
    "c-7-22": Exercise(
        asks="the velocity at x_t, of its shape",
        trials=(
            (normal(5, 4, 3), normal(6, 4, 3), 0.7, 1.3, -1.1, 0.9),
            (normal(7, 2, 5), normal(8, 2, 5), 0.9, 0.35, -0.4, 1.7),
        ),
        solution=velocity_from,
        mistakes={
            "alpha is missing in the noise: take alpha x0 off x_t": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - x0) / s
            ),
            "sigma is missing: divide what is left of x_t by sigma to get the noise": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0)
            ),
            "what is left of x_t is divided by sigma to get the noise, not multiplied": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0) * s
            ),
            "it looks like sigma squared where sigma belongs": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0) / s**2
            ),
            "this takes the score for the noise: the noise is minus sigma times the score": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 - s_dot * (x - a * x0) / s**2
            ),
            "the sign of the noise part": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 - s_dot * (x - a * x0) / s
            ),
            "x_t stands where the noise belongs": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * x
            ),
            "x_t stands where the datum belongs": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x + s_dot * (x - a * x0) / s
            ),
            "the noise part is missing": lambda x, x0, a, s, a_dot, s_dot: a_dot * x0,
            "the datum's part is missing": (
                lambda x, x0, a, s, a_dot, s_dot: s_dot * (x - a * x0) / s
            ),
            "the dots are missing: without them you get x_t back": (
                lambda x, x0, a, s, a_dot, s_dot: x
            ),
            "the dots are exchanged": (
                lambda x, x0, a, s, a_dot, s_dot: s_dot * x0 + a_dot * (x - a * x0) / s
            ),
        },
    ),
    "c-7-23": Exercise(
        asks="x at time t, of its shape",
        trials=((_speed, normal(9, 4, 3), 0.9, 0.4), (_speed, normal(10, 2, 5), 1.7, 0.6)),
        solution=heun_by_hand,
        mistakes={
            "this is Euler's step; use it as a guess and look again": (
                lambda u, x, s, t: x + (t - s) * u(x, s)
            ),
            "this is half of Euler's step; the second slope is missing": (
                lambda u, x, s, t: x + 0.5 * (t - s) * u(x, s)
            ),
            "this is the midpoint rule; Heun averages the slopes at both ends": (
                lambda u, x, s, t: x + (t - s) * u(x + 0.5 * (t - s) * u(x, s), 0.5 * (s + t))
            ),
            "the second look is at the old time; look at time t": (
                lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + (t - s) * u(x, s), s))
            ),
            "the second look is at the old place; look at the guess": (
                lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x, t))
            ),
            "the guess is half a step away; the second look is at the end of the whole step": (
                lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + 0.5 * (t - s) * u(x, s), t))
            ),
            "the guess is made with a step of 1; the step is t - s": (
                lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + u(x, s), t))
            ),
            "the length of the step is missing: multiply the slopes by t - s": (
                lambda u, x, s, t: x + 0.5 * (u(x, s) + u(x + (t - s) * u(x, s), t))
            ),
            "only the second slope is used; average it with the first": (
                lambda u, x, s, t: x + (t - s) * u(x + (t - s) * u(x, s), t)
            ),
            "the half is missing: the two slopes are added, not averaged": (
                lambda u, x, s, t: x + (t - s) * (u(x, s) + u(x + (t - s) * u(x, s), t))
            ),
            "the step starts from x, not from the guess": (
                lambda u, x, s, t: heun_by_hand(u, x, s, t) + (t - s) * u(x, s)
            ),
            "the second slope is added, not taken away": (
                lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) - u(x + (t - s) * u(x, s), t))
            ),
            "the step has the wrong sign: it is t - s, negative on the way to the data": (
                lambda u, x, s, t: x - 0.5 * (t - s) * (u(x, s) + u(x - (t - s) * u(x, s), t))
            ),
            "the step keeps its sign: it is t - s, negative on the way to the data": (
                lambda u, x, s, t: 2 * x - heun_by_hand(u, x, s, t)
            ),
        },
    ),
}
