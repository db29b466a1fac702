"""Exercises of the page `from-steps-to-sde`, chapter 7."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..exercise import Exercise, normal


def signal_left(B: float) -> float:
    return math.exp(-B / 2)


def noise_size(sigma: float, sigma_dot: float) -> float:
    return math.sqrt(2 * sigma * sigma_dot)


def small_step(x: Tensor, beta: float, dt: float, eps: Tensor) -> Tensor:
    return x - 0.5 * beta * x * dt + math.sqrt(beta * dt) * eps


def strong_orders() -> list[float]:
    return [1, 0.5, 1, 0.5]


def noise_heard(x: Tensor, T: float) -> Tensor:
    return ((x.diff() ** 2).sum() / T).sqrt()


def _path(seed: int, g: float, T: float, L: int) -> Tensor:
    """One path of dx = (1 - x) dt + g dw on [0, T] in L steps, from 0.3; shape (L + 1,)."""
    x, dt = [torch.tensor(0.3, dtype=torch.float64)], T / L
    for eps in normal(seed, L).double():
        x.append(x[-1] + (1 - x[-1]) * dt + g * math.sqrt(dt) * eps)
    return torch.stack(x)


EXERCISES: dict[str, Exercise] = {
    "c-7-01": Exercise(
        asks="a number: the factor of x_0 in the limit",
        trials=((1.7,), (4.3,), (0.6,)),
        solution=signal_left,
        mistakes={
            "not nothing: the factors come nearer to 1 as their number grows": lambda B: 0.0,
            "the half is missing: the factor is the root of 1 - B/L": lambda B: math.exp(-B),
            "this is the variance of the noise; the signal was asked for": (
                lambda B: 1 - math.exp(-B)
            ),
            "this is the size of the noise; the signal was asked for": (
                lambda B: math.sqrt(1 - math.exp(-B))
            ),
            "this takes B for a standard deviation": lambda B: math.exp(-(B**2) / 2),
            "this is the first order in B; there are L factors": lambda B: 1 - B / 2,
            "the sign: the datum shrinks": lambda B: math.exp(B / 2),
            "the root of the root": lambda B: math.exp(-B / 4),
            "many factors a little below 1 multiply to one well below it": lambda B: 1.0,
        },
    ),
    "c-7-02": Exercise(
        asks="a number, g",
        trials=((0.7, 1.9), (2.3, 0.4), (1.3, 3.1)),
        solution=noise_size,
        mistakes={
            "this is g squared: the square root is missing": lambda s, d: 2 * s * d,
            "this is the slope of sigma; variances add, so differentiate sigma squared": (
                lambda s, d: d
            ),
            "the root of the slope of sigma; differentiate sigma squared": (
                lambda s, d: math.sqrt(d)
            ),
            "the 2 of the derivative of sigma squared is missing": lambda s, d: math.sqrt(s * d),
            "the 2 and the root are missing": lambda s, d: s * d,
            "the 2 stands under the root": lambda s, d: 2 * math.sqrt(s * d),
            "this is sigma itself": lambda s, d: s,
            "divided by 2 where the derivative multiplies": lambda s, d: math.sqrt(s * d / 2),
            "the slope stands under the root once, not squared": (
                lambda s, d: math.sqrt(2 * s) * d
            ),
            "sigma stands under the root once, not squared": lambda s, d: s * math.sqrt(2 * d),
        },
    ),
    "c-7-03": Exercise(
        asks="the next x, of the shape of x",
        trials=(
            (normal(1, 4, 3), 3.1, 0.07, normal(2, 4, 3)),
            (normal(3, 2, 5), 0.6, 0.3, normal(4, 2, 5)),
        ),
        solution=small_step,
        mistakes={
            "the half is missing: it is the half of the square root": (
                lambda x, beta, dt, eps: x - beta * x * dt + math.sqrt(beta * dt) * eps
            ),
            "the sign of the drift: it points to the origin": (
                lambda x, beta, dt, eps: x + 0.5 * beta * x * dt + math.sqrt(beta * dt) * eps
            ),
            "noise grows with the root of the time, not with the time": (
                lambda x, beta, dt, eps: x - 0.5 * beta * x * dt + math.sqrt(beta) * dt * eps
            ),
            "beta is a variance per time: its root belongs to the noise": (
                lambda x, beta, dt, eps: x - 0.5 * beta * x * dt + beta * math.sqrt(dt) * eps
            ),
            "neither beta nor dt has its root": (
                lambda x, beta, dt, eps: x - 0.5 * beta * x * dt + beta * dt * eps
            ),
            "the noise has lost its dt": (
                lambda x, beta, dt, eps: x - 0.5 * beta * x * dt + math.sqrt(beta) * eps
            ),
            "the drift grows with the time, not with its root": (
                lambda x, beta, dt, eps: (
                    x - 0.5 * beta * x * math.sqrt(dt) + math.sqrt(beta * dt) * eps
                )
            ),
            "the drift has lost its x": (
                lambda x, beta, dt, eps: x - 0.5 * beta * dt + math.sqrt(beta * dt) * eps
            ),
            "this is DDPM's own step; the linearised one was asked for": (
                lambda x, beta, dt, eps: math.sqrt(1 - beta * dt) * x + math.sqrt(beta * dt) * eps
            ),
            "this takes beta for a standard deviation": (
                lambda x, beta, dt, eps: x - 0.5 * beta**2 * x * dt + beta * math.sqrt(dt) * eps
            ),
            "the drift is missing": lambda x, beta, dt, eps: x + math.sqrt(beta * dt) * eps,
            "the noise is missing": lambda x, beta, dt, eps: x - 0.5 * beta * x * dt,
            "this is the change; add it to x": (
                lambda x, beta, dt, eps: -0.5 * beta * x * dt + math.sqrt(beta * dt) * eps
            ),
        },
    ),
    "c-7-05": Exercise(
        asks="four numbers",
        trials=((),),
        solution=strong_orders,
        mistakes={
            "all halves is the rule for noise that depends on x; the first and the third do not": (
                lambda: [0.5, 0.5, 0.5, 0.5]
            ),
            "these would be the weak orders": lambda: [1, 1, 1, 1],
            "a rate that depends on time is still additive noise": lambda: [1, 0.5, 0.5, 0.5],
            "the last one's noise depends on x": lambda: [1, 0.5, 1, 1],
            "the second one's noise is x itself": lambda: [1, 1, 1, 0.5],
            "the other way round: additive noise is the good case": lambda: [0.5, 1, 0.5, 1],
        },
    ),
    "c-7-06": Exercise(
        asks="a number, the estimate of g",
        trials=((_path(1, 0.7, 3.0, 500), 3.0), (_path(2, 1.9, 0.4, 300), 0.4)),
        solution=noise_heard,
        mistakes={
            "this is g squared: take the root": lambda x, T: (x.diff() ** 2).sum() / T,
            "divide by the time before you take the root": (
                lambda x, T: (x.diff() ** 2).sum().sqrt()
            ),
            "divided by T outside the root; variances add over time, so divide before": (
                lambda x, T: (x.diff() ** 2).sum().sqrt() / T
            ),
            "the squared increments add up; their mean is the share of one step": (
                lambda x, T: ((x.diff() ** 2).mean() / T).sqrt()
            ),
            "this is the spread of one step; divide by the root of its length": (
                lambda x, T: (x.diff() ** 2).mean().sqrt()
            ),
            "the mean difference quotient grows without end as steps get finer": (
                lambda x, T: x.diff().abs().sum() / T
            ),
            "the sum of sizes grows without end; add up squares": (
                lambda x, T: x.diff().abs().sum()
            ),
            "this is the net change of the path; add up the squares of its steps": (
                lambda x, T: (x[-1] - x[0]).abs() / T**0.5
            ),
            "this is the spread of the places, in which the drift has its share": (
                lambda x, T: x.std()
            ),
            "the second power of the difference quotient: divide by the step once": (
                lambda x, T: ((x.diff() * (len(x) - 1) / T) ** 2).mean().sqrt()
            ),
            "as good for fine steps, but the mean step was taken away: add up the squares": (
                lambda x, T: x.diff().std() * ((len(x) - 1) / T) ** 0.5
            ),
        },
    ),
}
