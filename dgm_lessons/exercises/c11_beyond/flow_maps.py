"""Exercises of the page `flow-maps`, chapter 11."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal, uniform


def mean_way(
    x: Tensor,
    m: float,
    w: float,
    s: float,
    alpha_s: float,
    sigma_s: float,
    t: float,
    alpha_t: float,
    sigma_t: float,
) -> Tensor:
    before = (alpha_s * w) ** 2 + sigma_s**2
    after = (alpha_t * w) ** 2 + sigma_t**2
    end = alpha_t * m + (after / before) ** 0.5 * (x - alpha_s * m)
    return (end - x) / (t - s)


def are_maps(formulas: tuple[str, ...]) -> list[int]:
    return [1, 0, 1, 0, 1]


def meanflow_target(v: Tensor, s: Tensor, t: Tensor, du_ds: Tensor, du_dx: Tensor) -> Tensor:
    return v - (s - t) * (du_ds + du_dx * v)


def whole_way(u_1: Tensor, u_2: Tensor, s: float, r: float, t: float) -> Tensor:
    return ((r - s) * u_1 + (t - r) * u_2) / (t - s)


def stretched(x: Tensor, m: float, ratio: float, s: float, a: float, t: float, b: float) -> Tensor:
    """The average velocity of an affine map whose stretch is `ratio`."""
    return (b * m + ratio * (x - a * m) - x) / (t - s)


FORMULAS = ("x", "x (1 + t - s)", "x exp(t^2 - s^2)", "x + (t - s) x^2", "x + sin t - sin s")

EXERCISES: dict[str, Exercise] = {
    "c-11-07": Exercise(
        asks="the average velocity between s and t, of the shape of x",
        trials=(
            (normal(61, 7), 0.62, 0.39, 0.91, 0.34, 1.21, 0.23, 0.87, 0.29),
            (normal(62, 5), -1.31, 1.43, 0.74, 0.52, 0.66, 0.19, 0.93, 0.41),
        ),
        solution=mean_way,
        mistakes={
            "this is where the path ends; the average velocity was asked for": (
                lambda x, m, w, s, a, p, t, b, q: x + (t - s) * mean_way(x, m, w, s, a, p, t, b, q)
            ),
            "the way is not divided by the time": (
                lambda x, m, w, s, a, p, t, b, q: (t - s) * mean_way(x, m, w, s, a, p, t, b, q)
            ),
            "the time has the other sign: the way from s to t takes the time t - s": (
                lambda x, m, w, s, a, p, t, b, q: -mean_way(x, m, w, s, a, p, t, b, q)
            ),
            "the stretch is the ratio of the standard deviations, not of the variances": (
                lambda x, m, w, s, a, p, t, b, q: stretched(
                    x, m, ((b * w) ** 2 + q**2) / ((a * w) ** 2 + p**2), s, a, t, b
                )
            ),
            "the stretch is turned: it is the later spread over the one at the start": (
                lambda x, m, w, s, a, p, t, b, q: stretched(
                    x, m, (((a * w) ** 2 + p**2) / ((b * w) ** 2 + q**2)) ** 0.5, s, a, t, b
                )
            ),
            "the spread is not the noise alone: the data have a width, alpha w": (
                lambda x, m, w, s, a, p, t, b, q: stretched(x, m, q / p, s, a, t, b)
            ),
            "variances add up, standard deviations do not": (
                lambda x, m, w, s, a, p, t, b, q: stretched(
                    x, m, (b * w + q) / (a * w + p), s, a, t, b
                )
            ),
            "the path is stretched about its mean, which moves from alpha_s m to alpha_t m": (
                lambda x, m, w, s, a, p, t, b, q: stretched(
                    x, 0.0, (((b * w) ** 2 + q**2) / ((a * w) ** 2 + p**2)) ** 0.5, s, a, t, b
                )
            ),
            "the mean is alpha m, not m": (
                lambda x, m, w, s, a, p, t, b, q: stretched(
                    x, m, (((b * w) ** 2 + q**2) / ((a * w) ** 2 + p**2)) ** 0.5, s, 1.0, t, 1.0
                )
            ),
        },
    ),
    "maps-laws": Exercise(
        asks="five numbers, 1 or 0, in the order of the formulas",
        parts=("a", "b", "c", "d", "e"),
        trials=((FORMULAS,),),
        solution=are_maps,
        mistakes={
            "all five are x at s = t; the two-step law rules some of them out": (
                lambda formulas: [1, 1, 1, 1, 1]
            ),
            "the map that moves nothing is one as well": lambda formulas: [0, 0, 1, 0, 1],
            "a velocity may change with time, and the map with t^2 - s^2 or sin t - sin s": (
                lambda formulas: [1, 1, 0, 1, 0]
            ),
        },
    ),
    "maps-target": Exercise(
        asks="the target, of the shape of v",
        trials=tuple(
            (normal(k, n), uniform(k, n, low=0.6), uniform(k + 1, n, high=0.4), *ends)
            for k, n in ((64, 6), (68, 9))
            for ends in [(normal(k + 2, n), normal(k + 3, n))]
        ),
        solution=meanflow_target,
        mistakes={
            "the sign of the second term: it is v - (s - t) du/ds": (
                lambda v, s, t, d, j: v + (s - t) * (d + j * v)
            ),
            "du/dx is missing: the derivative is along the path, not at a fixed x": (
                lambda v, s, t, d, j: v - (s - t) * d
            ),
            "the partial derivative in s is missing": lambda v, s, t, d, j: v - (s - t) * j * v,
            "along the path x moves with v: du/dx must be multiplied by it": (
                lambda v, s, t, d, j: v - (s - t) * (d + j)
            ),
            "the length of the way, s - t, is missing": lambda v, s, t, d, j: v - d - j * v,
            "this is the derivative along the path alone": lambda v, s, t, d, j: d + j * v,
            "this is the velocity alone; the derivative along the path is missing": (
                lambda v, s, t, d, j: v
            ),
        },
    ),
    "maps-legs": Exercise(
        asks="the average velocity over the whole way, of the shape of u_1",
        trials=(
            (normal(73, 4, 3), normal(74, 4, 3), 0.91, 0.67, 0.13),
            (normal(75, 3, 5), normal(76, 3, 5), 0.84, 0.29, 0.17),
        ),
        solution=whole_way,
        mistakes={
            "the handout's slip: right only if r is the middle": (
                lambda u, w, s, r, t: 0.5 * (u + w)
            ),
            "this is the whole way; divide it by the whole time": (
                lambda u, w, s, r, t: (r - s) * u + (t - r) * w
            ),
            "this is the whole way, backwards; divide it by the time s - t": (
                lambda u, w, s, r, t: (s - r) * u + (r - t) * w
            ),
            "the weights are exchanged: each leg counts with its own time": (
                lambda u, w, s, r, t: ((t - r) * u + (r - s) * w) / (t - s)
            ),
            "the sign: both legs and the whole run from s down to t": (
                lambda u, w, s, r, t: ((r - s) * u + (t - r) * w) / (s - t)
            ),
        },
    ),
}
