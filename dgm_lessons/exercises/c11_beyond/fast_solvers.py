"""Exercises of the page `fast-solvers`, chapter 11."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal

Guess = Callable[[Tensor, float], Tensor]


def weight(h: float, h_before: float) -> float:
    return (math.exp(-h) - 1 + h) / ((1 - math.exp(-h)) * h_before)


def middle_step(guess: Guess, x: Tensor, s: float, t: float) -> Tensor:
    return _middle(guess, x, s, t, math.sqrt(s * t))


def _middle(guess: Guess, x: Tensor, s: float, t: float, m: float) -> Tensor:
    u = m / s * x + (1 - m / s) * guess(x, s)
    return t / s * x + (1 - t / s) * guess(u, m)


def _noise(guess: Guess, x: Tensor, s: float, t: float) -> Tensor:
    m = math.sqrt(s * t)
    u = m / s * x + (1 - m / s) * guess(x, s)
    return x + (t - s) * (u - guess(u, m)) / m


def off_by(c: float, alpha_s: float, sigma_s: float, alpha_t: float, sigma_t: float) -> float:
    q = alpha_s * sigma_t / (sigma_s * alpha_t)
    return alpha_t * c * (q - q**2)


def last_over_first(highest: float, lowest: float, rho: float) -> float:
    return (highest / lowest) ** (1 / rho)


def _guess(x: Tensor, level: float) -> Tensor:
    """A denoiser that is not linear."""
    return 1.3 * torch.tanh(1.3 * x / (0.4 + level**2))


EXERCISES: dict[str, Exercise] = {
    "c-11-07-weight": Exercise(
        asks="the number w before the change of the guess",
        trials=((0.7, 0.45), (1.6, 0.9)),
        solution=weight,
        mistakes={
            "this is the weight of 2M, h/(2h'); the exact fraction of the two phi is asked": (
                lambda h, k: h / (2 * k)
            ),
            "this is the noise form: for the data form z is -h": (
                lambda h, k: (math.exp(h) - 1 - h) / ((math.exp(h) - 1) * k)
            ),
            "the ratio h/h' of the two steps is missing": lambda h, k: weight(h, h),
            "the ratio of the two steps is upside down": lambda h, k: weight(h, h) * k / h,
            "this is the slope's factor phi_2 alone: divide by phi_1, which DDIM's step has": (
                lambda h, k: (math.exp(-h) - 1 + h) / (h * k)
            ),
            "h/h' is there, but it is phi_1/phi_2": (lambda h, k: (h / k) ** 2 / weight(h, k)),
            "the two steps are exchanged": lambda h, k: weight(k, h),
        },
    ),
    "c-11-07-middle": Exercise(
        asks="the next x, of the shape of x",
        trials=((_guess, normal(31, 5, 3), 1.9, 0.6), (_guess, normal(32, 2, 4), 0.9, 0.25)),
        solution=middle_step,
        mistakes={
            "the middle in lambda is the geometric mean of the levels, not their mean": (
                lambda g, x, s, t: _middle(g, x, s, t, (s + t) / 2)
            ),
            "this is DDIM: the second guess is not used": (
                lambda g, x, s, t: t / s * x + (1 - t / s) * g(x, s)
            ),
            "this is two steps of DDIM: the last one must start at s, not in the middle": (
                lambda g, x, s, t: _two(g, x, s, t)
            ),
            "this is the noise form, DPM-Solver-2": _noise,
            "the second guess is asked at u, but at the level of the middle, not of s": (
                lambda g, x, s, t: t / s * x + (1 - t / s) * g(_ddim(g, x, s, math.sqrt(s * t)), s)
            ),
            "the second guess is asked at the point u, not at x": (
                lambda g, x, s, t: t / s * x + (1 - t / s) * g(x, math.sqrt(s * t))
            ),
        },
    ),
    "c-11-07-slip": Exercise(
        asks="computed less exact, a number",
        trials=((1.7, 0.6, 1.1, 0.85, 0.45), (-0.8, 0.75, 0.9, 0.95, 0.2)),
        solution=off_by,
        mistakes={
            "the sign: computed less exact is asked": lambda c, *levels: -off_by(c, *levels),
            "the point c is forgotten": lambda c, *levels: off_by(1.0, *levels),
            "alpha_t is forgotten": lambda c, a, b, d, e: off_by(c, a, b, d, e) / d,
            "as if half of the rise were taken, and not twice": (
                lambda c, a, b, d, e: d * c * (a * e / (b * d) - math.sqrt(a * e / (b * d)))
            ),
            "this is all that the guess adds; the exact step's part is to be taken off": (
                lambda c, a, b, d, e: d * c * (1 - (a * e / (b * d)) ** 2)
            ),
            "the two times are exchanged": lambda c, a, b, d, e: off_by(c, d, e, a, b),
        },
    ),
    "c-11-07-rho": Exercise(
        asks="the length of the last step over that of the first, in lambda",
        trials=((80.0, 0.01, 7.0), (50.0, 0.3, 3.0)),
        solution=last_over_first,
        mistakes={
            "this is first over last": lambda high, low, rho: (low / high) ** (1 / rho),
            "rho divides the exponent; it does not multiply it": (
                lambda high, low, rho: (high / low) ** rho
            ),
            "these are the steps in the noise level, not in lambda": (
                lambda high, low, rho: (low / high) ** (1 - 1 / rho)
            ),
            "rho is forgotten": lambda high, low, rho: high / low,
            "this is the exponent: the ratio is its exponential": (
                lambda high, low, rho: math.log(high / low) / rho
            ),
            "as if log_snr were lambda: it is twice that": (
                lambda high, low, rho: (high / low) ** (2 / rho)
            ),
        },
    ),
}


def _ddim(guess: Guess, x: Tensor, s: float, t: float) -> Tensor:
    return t / s * x + (1 - t / s) * guess(x, s)


def _two(guess: Guess, x: Tensor, s: float, t: float) -> Tensor:
    m = math.sqrt(s * t)
    return _ddim(guess, _ddim(guess, x, s, m), m, t)
