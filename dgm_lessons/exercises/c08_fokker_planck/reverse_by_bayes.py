"""Exercises of the page `reverse-by-bayes`, chapter 8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import diff, log
from torch import Tensor

from ..exercise import Exercise, normal

ERRORS = (
    "the mean of one step",
    "the variance of one step",
    "the KL of one step",
    "the whole way back",
    "the mean of the remainder",
)
SHEET = (
    "the forward SDE",
    "Fokker-Planck",
    "the velocity v",
    "the probability-flow ODE",
    "the reverse SDE",
)
X, T, DT, DW = sympy.symbols("x t dt dw")
P, F, G = sympy.Function("p")(X, T), sympy.Function("f")(X, T), sympy.Function("g")(T)


def falls(errors: tuple[str, ...]) -> list[int]:
    return [4, 4, 4, 2, 2]


def remainder_rate(v: float, g: float, D: int) -> float:
    return -0.5 * g**2 * D / v


def left_over(f: Tensor, s: Tensor, g: float, dt: float) -> Tensor:
    return (0.5 * g**2 * s**2 - f * s) * dt


def variance_back(a: float, g: float, bend: Tensor, dt: float) -> Tensor:
    return g**2 * dt * (1 - 2 * a * dt + g**2 * dt * bend)


def cheat_sheet(x: Any, t: Any, dt: Any, dw: Any, p: Any, f: Any, g: Any) -> list[Any]:
    v = f - g**2 / 2 * diff(log(p), x)
    return [
        f * dt + g * dw,
        -diff(f * p, x) + g**2 / 2 * diff(p, x, 2),
        v,
        v * dt,
        (f - g**2 * diff(log(p), x)) * dt + g * dw,
    ]


def sheet_with(line: int, formula: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The right sheet with one line of it replaced; the formula gets dt, dw, f, g, p and x."""

    def sheet(x: Any, t: Any, dt: Any, dw: Any, p: Any, f: Any, g: Any) -> list[Any]:
        lines = cheat_sheet(x, t, dt, dw, p, f, g)
        lines[line] = formula(dt, dw, f, g, p, x)
        return lines

    return sheet


EXERCISES: dict[str, Exercise] = {
    "bayes-orders": Exercise(
        asks="five numbers, by which each error is divided when dt is halved",
        trials=((ERRORS,),),
        solution=falls,
        parts=ERRORS,
        mistakes={
            "in one step mean and variance are off by terms of order dt^2": (
                lambda errors: [2, 2, 4, 2, 2]
            ),
            "the KL takes the square of the variance's error over the variance: dt^4 over dt^2": (
                lambda errors: [4, 4, 16, 2, 2]
            ),
            "dt^3 is for the best Gaussian; the wrong variance costs one order": (
                lambda errors: [4, 4, 8, 2, 2]
            ),
            "the KL goes with the square of the variance's relative error": (
                lambda errors: [4, 4, 2, 2, 2]
            ),
            "twice as many steps, each with a quarter of the error": (
                lambda errors: [4, 4, 4, 4, 2]
            ),
            "that is the strong order; here the law counts": lambda errors: [4, 4, 4, 2**0.5, 2],
            "the remainder's mean over dt has a limit that is not 0": (
                lambda errors: [4, 4, 4, 2, 4]
            ),
            "R over dt has a limit; R itself goes with dt": lambda errors: [4, 4, 4, 2, 1],
            "this is the order; asked is 2 to that power": lambda errors: [2, 2, 2, 1, 1],
        },
    ),
    "c-8-13": Exercise(
        asks="the limit of the remainder's mean over dt, a number",
        trials=((0.7, 1.3, 3), (1.7, 0.6, 5)),
        solution=remainder_rate,
        mistakes={
            "it does not vanish: the square of the displacement is of order dt": (
                lambda v, g, D: 0.0
            ),
            "the half of Taylor's second term is missing": lambda v, g, D: -(g**2) * D / v,
            "a Gaussian's logarithm bends down: the sign is minus": (
                lambda v, g, D: 0.5 * g**2 * D / v
            ),
            "the trace has D terms": lambda v, g, D: -0.5 * g**2 / v,
            "the displacement has variance g^2 dt: g enters squared": (
                lambda v, g, D: -0.5 * g * D / v
            ),
            "g enters squared, not to the fourth": lambda v, g, D: -0.5 * g**4 * D / v,
            "the second derivative of -x^2/2v is -1/v: v is a variance already": (
                lambda v, g, D: -0.5 * g**2 * D / v**2
            ),
        },
    ),
    "c-8-14": Exercise(
        asks="what is left of the exponent, of the shape of s",
        trials=(
            (normal(51, 4), normal(52, 4), 1.3, 0.03),
            (normal(53, 6), normal(54, 6), 0.7, 0.11),
        ),
        solution=left_over,
        mistakes={
            "this forgets to divide by 2 g^2 dt, as in the text: it is of order dt": (
                lambda f, s, g, dt: (g**2 * dt * s) ** 2
            ),
            "the cross term is missing: the square is of f - g^2 s": (
                lambda f, s, g, dt: 0.5 * g**2 * s**2 * dt
            ),
            "the square's own term is missing": lambda f, s, g, dt: -f * s * dt,
            "both signs are turned: this is what was added, not what is left": (
                lambda f, s, g, dt: (f * s - 0.5 * g**2 * s**2) * dt
            ),
            "the sign of the cross term is turned": (
                lambda f, s, g, dt: (0.5 * g**2 * s**2 + f * s) * dt
            ),
            "divide g to the fourth by the g squared below": (
                lambda f, s, g, dt: (0.5 * g**4 * s**2 - f * s) * dt
            ),
            "the half is missing": lambda f, s, g, dt: (g**2 * s**2 - f * s) * dt,
            "this is of order 1: multiply by dt": lambda f, s, g, dt: 0.5 * g**2 * s**2 - f * s,
        },
    ),
    "c-8-15": Exercise(
        asks="the variance up to and including dt^2, of the shape of bend",
        trials=((-0.7, 1.3, normal(55, 4), 0.23), (0.37, 0.85, normal(56, 5), 0.31)),
        solution=variance_back,
        mistakes={
            "this is the first order; one more is asked for": (
                lambda a, g, bend, dt: g**2 * dt * (0 * bend + 1)
            ),
            "this is the second order alone; the first, g^2 dt, belongs to it": (
                lambda a, g, bend, dt: g**2 * dt * (g**2 * dt * bend - 2 * a * dt)
            ),
            "the drift is missing: the step back divides by 1 + a dt": (
                lambda a, g, bend, dt: g**2 * dt * (1 + g**2 * dt * bend)
            ),
            "a variance is divided by the square of 1 + a dt: a 2 is missing": (
                lambda a, g, bend, dt: g**2 * dt * (1 - a * dt + g**2 * dt * bend)
            ),
            "where log p bends down (bend < 0), x_t is known better, not worse": (
                lambda a, g, bend, dt: g**2 * dt * (1 - 2 * a * dt - g**2 * dt * bend)
            ),
            "going back divides by 1 + a dt": (
                lambda a, g, bend, dt: g**2 * dt * (1 + 2 * a * dt + g**2 * dt * bend)
            ),
            "this is a whole quotient; keep dt and dt^2 only": (
                lambda a, g, bend, dt: g**2 * dt * (1 + g**2 * dt * bend) / (1 + a * dt) ** 2
            ),
            "the bend is multiplied by the step's variance, g^2 dt": (
                lambda a, g, bend, dt: g**2 * dt * (1 - 2 * a * dt + g * dt * bend)
            ),
        },
    ),
    "c-8-16": Exercise(
        asks="five formulas in x, t, dt, dw, p, f and g",
        trials=((X, T, DT, DW, P, F, G),),
        solution=cheat_sheet,
        parts=SHEET,
        mistakes={
            "the noise is g dw, with g not squared": sheet_with(
                0, lambda dt, dw, f, g, p, x: f * dt + g**2 * dw
            ),
            "the half belongs to the second derivative": sheet_with(
                1, lambda dt, dw, f, g, p, x: -diff(f * p, x) + g**2 * diff(p, x, 2)
            ),
            "the drift carries with a minus": sheet_with(
                1, lambda dt, dw, f, g, p, x: diff(f * p, x) + g**2 / 2 * diff(p, x, 2)
            ),
            "f depends on x: it stands inside the derivative": sheet_with(
                1, lambda dt, dw, f, g, p, x: -f * diff(p, x) + g**2 / 2 * diff(p, x, 2)
            ),
            "the flow has half of the score's term": sheet_with(
                2, lambda dt, dw, f, g, p, x: f - g**2 * diff(log(p), x)
            ),
            "the score is the slope of log p, not of p": sheet_with(
                2, lambda dt, dw, f, g, p, x: f - g**2 / 2 * diff(p, x)
            ),
            "noise acts as a flow downhill: the score comes with a minus": sheet_with(
                2, lambda dt, dw, f, g, p, x: f + g**2 / 2 * diff(log(p), x)
            ),
            "this is a velocity; dx is v dt": sheet_with(
                3, lambda dt, dw, f, g, p, x: f - g**2 / 2 * diff(log(p), x)
            ),
            "the flow has no noise": sheet_with(
                3, lambda dt, dw, f, g, p, x: (f - g**2 / 2 * diff(log(p), x)) * dt + g * dw
            ),
            "this is the flow's drift; with noise, the whole g^2 counts": sheet_with(
                4, lambda dt, dw, f, g, p, x: (f - g**2 / 2 * diff(log(p), x)) * dt + g * dw
            ),
            "the reverse SDE has noise, too": sheet_with(
                4, lambda dt, dw, f, g, p, x: (f - g**2 * diff(log(p), x)) * dt
            ),
            "dt is negative on the way back: the score comes with a minus": sheet_with(
                4, lambda dt, dw, f, g, p, x: (f + g**2 * diff(log(p), x)) * dt + g * dw
            ),
            "time runs down in dt; the drift keeps its sign": sheet_with(
                4, lambda dt, dw, f, g, p, x: (-f + g**2 * diff(log(p), x)) * dt + g * dw
            ),
        },
    ),
}
