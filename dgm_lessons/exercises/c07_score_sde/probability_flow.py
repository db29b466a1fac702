"""Exercises of the page `probability-flow`, chapter 7."""

from __future__ import annotations

import torch
from torch import Tensor

from ..exercise import Exercise

_X = torch.linspace(-2.0, 1.5, 8, dtype=torch.float64)[:, None]
_SCORE = -torch.tanh(_X) - 0.3
_X0 = 0.9 * torch.tanh(2 * _X) + 0.1


def _speed(x: Tensor, t: float) -> Tensor:
    """A velocity that bends in x and in t, so that no two rules agree by chance."""
    return x.cos() + t**2


def _signal(s: float, alpha: float, sigma: float) -> float:
    """rho^2, the squared correlation of x_0 and x_T."""
    return alpha**2 * s**2 / (alpha**2 * s**2 + sigma**2)


EXERCISES: dict[str, Exercise] = {
    "c-7-20": Exercise(
        asks="the velocity at each point",
        inputs=(_X, -0.7, 2.3, _SCORE),
        solution=lambda x, f, g2, score: f * x - 0.5 * g2 * score,
        mistakes={
            "the half is missing: this is the reverse SDE without its noise": (
                lambda x, f, g2, score: f * x - g2 * score
            ),
            "the sign: towards noise the crowd flows down the score, so it is subtracted": (
                lambda x, f, g2, score: f * x + 0.5 * g2 * score
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
        inputs=(1.5, 0.6, 0.8),
        solution=lambda s, alpha, sigma: s**2 * _signal(s, alpha, sigma),
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
            "this is rho squared; the variance of the data is missing": _signal,
            "this is the ride of N(0, 1), but x_T has the variance of p_T": (
                lambda s, alpha, sigma: (_signal(s, alpha, sigma) / alpha) ** 2
            ),
            "this is the doubt that is left about x_0; the guesses have the rest of s^2": (
                lambda s, alpha, sigma: s**2 * (1 - _signal(s, alpha, sigma))
            ),
        },
    ),
    "c-7-22": Exercise(
        asks="the velocity at x_t, of its shape",
        inputs=(_X, _X0, 0.7, 0.6, -1.1, 0.9),
        solution=lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0) / s,
        mistakes={
            "alpha is missing in the noise: take alpha x0 off x_t": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - x0) / s
            ),
            "sigma is missing: divide what is left of x_t by sigma to get the noise": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0)
            ),
            "it looks like sigma squared where sigma belongs": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * (x - a * x0) / s**2
            ),
            "the sign of the noise part": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 - s_dot * (x - a * x0) / s
            ),
            "x_t stands where the noise belongs": (
                lambda x, x0, a, s, a_dot, s_dot: a_dot * x0 + s_dot * x
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
        inputs=(_speed, _X, 0.9, 0.4),
        solution=lambda u, x, s, t: x + 0.5 * (t - s) * (u(x, s) + u(x + (t - s) * u(x, s), t)),
        mistakes={
            "this is Euler's step; use it as a guess and look again": (
                lambda u, x, s, t: x + (t - s) * u(x, s)
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
            "only the second slope is used; average it with the first": (
                lambda u, x, s, t: x + (t - s) * u(x + (t - s) * u(x, s), t)
            ),
            "the half is missing: the two slopes are added, not averaged": (
                lambda u, x, s, t: x + (t - s) * (u(x, s) + u(x + (t - s) * u(x, s), t))
            ),
            "the step has the wrong sign: it is t - s, negative on the way to the data": (
                lambda u, x, s, t: x - 0.5 * (t - s) * (u(x, s) + u(x - (t - s) * u(x, s), t))
            ),
        },
    ),
}
