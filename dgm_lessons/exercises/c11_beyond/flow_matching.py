"""Exercises of the page `flow-matching`, chapter 11."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal


def velocity(x: Tensor, eps: Tensor, t: float) -> Tensor:
    return (eps - x) / (1 - t)


def shifted(x: Tensor, time: float) -> Tensor:
    """A field without symmetry, for the exercise on clocks."""
    return (1.3 + time) * x + 0.7 * time**2


def on_our_clock(u: Callable[[Tensor, float], Tensor], x: Tensor, t: float) -> Tensor:
    return -u(x, 1 - t)


def loss_left(stds: tuple[float, ...]) -> float:
    return 0.25 * math.pi * sum(stds)


def after_turning(angle: float) -> tuple[float, float, float]:
    return 4 * (1 - math.cos(angle)), 0.0, 0.0


EXERCISES: dict[str, Exercise] = {
    "c-11-08": Exercise(
        asks="the velocity, of the shape of x",
        trials=(
            (normal(51, 4, 3), normal(52, 4, 3), 0.37),
            (normal(53, 2, 5), normal(54, 2, 5), 0.81),
        ),
        solution=velocity,
        mistakes={
            "the sign: it points from the datum to the noise, towards larger t": (
                lambda x, e, t: (x - e) / (1 - t)
            ),
            "this divides by t, which belongs to the datum's form (x - x0) / t": (
                lambda x, e, t: (e - x) / t
            ),
            "this is the guess of the datum; the velocity is the noise minus that": (
                lambda x, e, t: (x - t * e) / (1 - t)
            ),
            "the division by 1 - t is missing": lambda x, e, t: e - x,
            "this is noise plus datum": lambda x, e, t: e + (x - t * e) / (1 - t),
            "the noise in x is t times eps": lambda x, e, t: e - (x - e) / (1 - t),
        },
    ),
    "flow-clock": Exercise(
        asks="the velocity on the clock of this book, of the shape of x",
        trials=((shifted, normal(55, 4, 3), 0.23), (shifted, normal(56, 2, 5), 0.68)),
        solution=on_our_clock,
        mistakes={
            "the time is turned, but not the sign: dx/dt = -dx/dtau": lambda u, x, t: u(x, 1 - t),
            "the sign is turned, but not the time: tau = 1 - t": lambda u, x, t: -u(x, t),
            "nothing has been turned": lambda u, x, t: u(x, t),
            "the point stays where it is: only time runs the other way": (
                lambda u, x, t: -u(-x, 1 - t)
            ),
        },
    ),
    "flow-loss": Exercise(
        asks="the least loss, a number",
        trials=(((0.37, 1.6),), ((0.83, 0.29, 1.1),)),
        solution=loss_left,
        mistakes={
            "this is the whole mean variance; the loss has a half in front": lambda stds: (
                0.5 * math.pi * sum(stds)
            ),
            "this is the curvature": lambda stds: (2 - math.pi / 2) * sum(stds),
            "this is half the curvature": lambda stds: (1 - math.pi / 4) * sum(stds),
            "this is half of all that is saved; half the curvature has to be taken off": (
                lambda stds: sum(stds)
            ),
            "this is half the variance of all lines; what v* explains has to be taken off": (
                lambda stds: 0.5 * sum(1 + s * s for s in stds)
            ),
            "the standard deviation enters once, not squared": lambda stds: (
                0.25 * math.pi * sum(s * s for s in stds)
            ),
        },
    ),
    "flow-rotation": Exercise(
        asks="three numbers: the transport cost, the curvature, and the least cost",
        parts=("cost", "curvature", "least cost"),
        trials=((0.7,), (2.1,)),
        solution=after_turning,
        mistakes={
            "in the plane both coordinates count: the mean of |eps|^2 is 2": lambda angle: [
                2 * (1 - math.cos(angle)),
                0.0,
                0.0,
            ],
            "all lines are straight and none meet: nothing bends": lambda angle: [
                4 * (1 - math.cos(angle)),
                4 * (1 - math.cos(angle)),
                0.0,
            ],
            "both laws are one standard normal law: leaving everybody in place costs nothing": (
                lambda angle: [4 * (1 - math.cos(angle)), 0.0, 4 * (1 - math.cos(angle))]
            ),
            "a second flow keeps a coupling whose lines are straight and do not meet": (
                lambda angle: [0.0, 0.0, 0.0]
            ),
            "this is the mean square of the length of arc; the points move on chords": (
                lambda angle: [2 * angle**2, 0.0, 0.0]
            ),
        },
    ),
}
