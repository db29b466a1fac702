"""Exercises of the page `families`, chapter 11."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise


def luck(weights: Tensor, n: int) -> Tensor:
    return (2 * weights * (1 - weights) / (math.pi * n)).sqrt().sum() / 2


def bill(call: float, steps: int, doubled: int, decoder: float) -> float:
    return (steps + doubled) * call + decoder


def cells(statements: tuple[str, ...]) -> list[int]:
    return [0, 1, 0, 1, 0, 1]


def numbers(
    alpha_s: float, sigma_s: float, alpha_t: float, sigma_t: float, c: float
) -> list[float]:
    a = (sigma_t**2 - c**2) ** 0.5 / sigma_s
    return [a, alpha_t - a * alpha_s]


def numbers_with(a_of: Callable[..., float]) -> Callable[..., list[float]]:
    """The answer with another first number, and the second that fits it."""

    def found(a_s: float, s_s: float, a_t: float, s_t: float, c: float) -> list[float]:
        a = a_of(s_s, s_t, c)
        return [a, a_t - a * a_s]

    return found


def shares(*parts: float) -> Tensor:
    return torch.tensor(parts, dtype=torch.float64) / sum(parts)


STATEMENTS = ("flows", "autoregressive", "modes", "VAE", "diffusion", "GAN")

EXERCISES: dict[str, Exercise] = {
    "c-11-03": Exercise(
        asks="the expected total variation, one number",
        trials=((shares(1, 6, 3, 8, 2, 5, 4, 7), 640), (shares(2, 3, 11), 2_300)),
        solution=luck,
        mistakes={
            "the half before the sum is missing": lambda w, n: 2 * luck(w, n),
            "this is the formula for equal shares": (
                lambda w, n: ((len(w) - 1) / (2 * math.pi * n)) ** 0.5
            ),
            "E|z| of a standard Gaussian is sqrt(2 / pi), not 1": (
                lambda w, n: luck(w, n) * (math.pi / 2) ** 0.5
            ),
            "a share has the variance w (1 - w) / n; the 1 - w is missing": (
                lambda w, n: (2 * w / (math.pi * n)).sqrt().sum() / 2
            ),
            "roots do not add up under one root: take the root of each share's variance": (
                lambda w, n: (2 * (w * (1 - w)).sum() / (math.pi * n)).sqrt() / 2
            ),
            "the mean modulus is proportional to the standard deviation, a root": (
                lambda w, n: (2 * w * (1 - w) / (math.pi * n)).sum() / 2
            ),
        },
    ),
    "c-11-04": Exercise(
        asks="the operations of one sample, a number in the unit of `call`",
        trials=((3.2, 18, 7, 6.9), (18.4, 23, 11, 4.1)),
        solution=bill,
        mistakes={
            "the decoder works once, at the end": lambda f, n, m, d: (n + m) * (f + d),
            "the decoder is missing": lambda f, n, m, d: (n + m) * f,
            "the guided steps ask twice": lambda f, n, m, d: n * f + d,
            "only the guided steps ask twice, not all": lambda f, n, m, d: 2 * n * f + d,
            "each guided step is one more call, not two more": (
                lambda f, n, m, d: (n + 2 * m) * f + d
            ),
            "the guided steps are among the steps: these are the others only": (
                lambda f, n, m, d: (n - m) * f + d
            ),
        },
    ),
    "c-11-05": Exercise(
        asks="six numbers, 1 where the cell stands, 0 where the book has measured otherwise",
        parts=tuple("abcdef"),
        trials=((STATEMENTS,),),
        solution=cells,
        mistakes={
            "a coupling flow draws in one pass": lambda statements: [1, 1, 0, 1, 0, 1],
            "few calls alone spoil the shares, even where the score is exact": (
                lambda statements: [0, 1, 1, 1, 0, 1]
            ),
            "the flow gives its density to the solver's accuracy, besides the bound": (
                lambda statements: [0, 1, 0, 1, 1, 1]
            ),
            "each factor is normalised by itself: the density is exact": (
                lambda statements: [0, 0, 0, 1, 0, 1]
            ),
            "the ELBO bounds log p from below; a VAE gives no more": (
                lambda statements: [0, 1, 0, 0, 0, 1]
            ),
            "a GAN has a law, but nobody can evaluate it": lambda statements: [0, 1, 0, 1, 0, 0],
        },
    ),
    "c-11-06": Exercise(
        asks="two numbers, a and b",
        parts=("a", "b"),
        trials=((0.83, 0.71, 0.93, 0.44, 0.21), (0.37, 1.9, 0.62, 0.86, 0.53)),
        solution=numbers,
        mistakes={
            "the new noise adds to the old: take c^2 off sigma_t^2 first": numbers_with(
                lambda s_s, s_t, c: s_t / s_s
            ),
            "variances add, standard deviations do not": numbers_with(
                lambda s_s, s_t, c: (s_t - c) / s_s
            ),
            "the sign: the fresh noise takes part of the variance": numbers_with(
                lambda s_s, s_t, c: (s_t**2 + c**2) ** 0.5 / s_s
            ),
            "this is a squared": numbers_with(lambda s_s, s_t, c: (s_t**2 - c**2) / s_s**2),
            "the division by sigma_s is missing": numbers_with(
                lambda s_s, s_t, c: (s_t**2 - c**2) ** 0.5
            ),
            "what is carried over brings a alpha_s of the datum with it": (
                lambda a_s, s_s, a_t, s_t, c: [numbers(a_s, s_s, a_t, s_t, c)[0], a_t]
            ),
            "the sign of what is carried over": (
                lambda a_s, s_s, a_t, s_t, c: [
                    numbers(a_s, s_s, a_t, s_t, c)[0],
                    a_t + numbers(a_s, s_s, a_t, s_t, c)[0] * a_s,
                ]
            ),
        },
    ),
}
