"""Exercises of the page `variational-diffusion`, chapter 10."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal

Flow = Callable[[Tensor, float], Tensor]


def one_term(slope: float, error: float, M: int, T: float) -> float:
    return -0.5 * slope * error * T / M


def _forward(alpha_t: float, sigma_t: float, alpha_s: float, sigma_s: float) -> float:
    """The standard deviation of the forward kernel from t to s."""
    return math.sqrt(sigma_s**2 - (alpha_s / alpha_t) ** 2 * sigma_t**2)


def step_std(alpha_t: float, sigma_t: float, alpha_s: float, sigma_s: float) -> float:
    return _forward(alpha_t, sigma_t, alpha_s, sigma_s) * sigma_t / sigma_s


def score_from_v(v: Tensor, x: Tensor, alpha: float, sigma: float) -> Tensor:
    return -(sigma * x + alpha * v) / (sigma * (alpha**2 + sigma**2))


def eps_from_flow(u: Flow, x: Tensor, alpha: float, sigma: float) -> Tensor:
    tau, z = alpha / (alpha + sigma), x / (alpha + sigma)
    return z - tau * u(z, tau)


def _by_variance(u: Flow, x: Tensor, alpha: float, sigma: float) -> Tensor:
    """A slip: tau = alpha^2 / (alpha^2 + sigma^2) and the input of VP."""
    size = math.hypot(alpha, sigma)
    z, tau = x / size, (alpha / size) ** 2
    return z - tau * u(z, tau)


def _bent(z: Tensor, tau: float) -> Tensor:
    """A velocity that bends in both arguments: of no law in particular."""
    return z.sin() / (0.3 + tau) - 0.8 * tau**2 * z.cos()


EXERCISES: dict[str, Exercise] = {
    "c-10-12": Exercise(
        asks="the value of one term, a number",
        trials=((-37.0, 0.23, 340, 1.7), (-5.3, 0.71, 1900, 0.6)),
        solution=one_term,
        mistakes={
            "this is what the notes print; one term is that much only times the step, T / M": (
                lambda slope, error, M, T: -0.5 * slope * error
            ),
            "the length of a step is T / M, not 1 / M": (
                lambda slope, error, M, T: -0.5 * slope * error / M
            ),
            "the half of the KL is missing": lambda slope, error, M, T: -slope * error * T / M,
            "the sign: SNR falls, and the term is SNR(t) - SNR(s) with t < s, above 0": (
                lambda slope, error, M, T: 0.5 * slope * error * T / M
            ),
            "this is the sum of all M terms; one of them was asked for": (
                lambda slope, error, M, T: -0.5 * slope * error * T
            ),
            "T belongs above: the longer the interval, the longer a step": (
                lambda slope, error, M, T: -0.5 * slope * error / (T * M)
            ),
            "the error is a squared norm already": (
                lambda slope, error, M, T: -0.5 * slope * error**2 * T / M
            ),
            "the error is a squared norm already: no root": (
                lambda slope, error, M, T: -0.5 * slope * math.sqrt(error) * T / M
            ),
            "the length of a step is T / M, not 1 / M, and the sign: SNR falls": (
                lambda slope, error, M, T: 0.5 * slope * error / M
            ),
            "the length of a step is T / M, not 1 / M, and the half of the KL is missing": (
                lambda slope, error, M, T: -slope * error / M
            ),
        },
    ),
    "c-10-14": Exercise(
        asks="the standard deviation, a number",
        trials=((0.93, 0.41, 0.52, 1.13), (0.71, 0.37, 0.33, 0.86)),
        solution=step_std,
        mistakes={
            "this is the noise of the forward step; the reverse one has a factor sigma_t/sigma_s": (
                _forward
            ),
            "this is the variance; the standard deviation was asked for": (
                lambda a, b, c, d: step_std(a, b, c, d) ** 2
            ),
            "the ratio is turned: sigma_t / sigma_s is below 1": (
                lambda a, b, c, d: _forward(a, b, c, d) * d / b
            ),
            "sigma_{s|t} squared is sigma_s^2 minus (alpha_s/alpha_t)^2 sigma_t^2: "
            "alpha is missing": (lambda a, b, c, d: math.sqrt(d**2 - b**2) * b / d),
            "alpha_{s|t} = alpha_s / alpha_t must be squared beside a variance": (
                lambda a, b, c, d: math.sqrt(d**2 - c / a * b**2) * b / d
            ),
            "this is the noise level at t; the step adds less": lambda a, b, c, d: b,
            "this assumes alpha^2 + sigma^2 = 1; take the sigmas as they are": (
                lambda a, b, c, d: math.sqrt(1 - (c / a) ** 2) * b / d
            ),
            "this assumes alpha^2 + sigma^2 = 1; it is true for the variances as they are": (
                lambda a, b, c, d: math.sqrt((1 - (c / a) ** 2) * (1 - a**2) / (1 - c**2))
            ),
            "this is the noise of a forward step that keeps the signal, as VE's; the reverse one "
            "is sigma_{s|t} sigma_t / sigma_s": lambda a, b, c, d: math.sqrt(d**2 - b**2),
            "the ratio of the sigmas is squared in the variance, not in the standard deviation": (
                lambda a, b, c, d: _forward(a, b, c, d) * b**2 / d**2
            ),
        },
    ),
    "c-10-15": Exercise(
        asks="the score at each input, of the shape of x",
        trials=(
            (normal(101, 4, 3), normal(102, 4, 3), 0.7, 1.3),
            (normal(103, 2, 5), normal(104, 2, 5), 0.85, 0.35),
        ),
        solution=score_from_v,
        mistakes={
            "alpha^2 + sigma^2 is missing below: it is 1 under VP only": (
                lambda v, x, a, s: -(s * x + a * v) / s
            ),
            "this is the noise epsilon; the score is minus epsilon over sigma": (
                lambda v, x, a, s: (s * x + a * v) / (a**2 + s**2)
            ),
            "the sign: the score is minus epsilon over sigma": (
                lambda v, x, a, s: (s * x + a * v) / (s * (a**2 + s**2))
            ),
            "this is x_0 over sigma; the noise is (sigma x + alpha v) / (alpha^2 + sigma^2)": (
                lambda v, x, a, s: -(a * x - s * v) / (s * (a**2 + s**2))
            ),
            "alpha and sigma are exchanged: epsilon = (sigma x + alpha v) / (alpha^2 + sigma^2)": (
                lambda v, x, a, s: -(a * x + s * v) / (s * (a**2 + s**2))
            ),
            "the score is minus epsilon over sigma, not over its square": (
                lambda v, x, a, s: -(s * x + a * v) / (s**2 * (a**2 + s**2))
            ),
            "v enters with a plus: v = alpha epsilon - sigma x_0": (
                lambda v, x, a, s: -(s * x - a * v) / (s * (a**2 + s**2))
            ),
            "alpha^2 + sigma^2 is missing below, and sigma must not be squared": (
                lambda v, x, a, s: -(s * x + a * v) / s**2
            ),
            "this is (x_0 - x) / sigma^2; the score is (alpha x_0 - x) / sigma^2": (
                lambda v, x, a, s: ((a * x - s * v) / (a**2 + s**2) - x) / s**2
            ),
            "alpha^2 + sigma^2 belongs below without a root": (
                lambda v, x, a, s: -(s * x + a * v) / (s * math.hypot(a, s))
            ),
        },
    ),
    "vdm-flow": Exercise(
        asks="the noise in each input, of the shape of x",
        trials=((_bent, normal(105, 4, 3), 0.7, 1.3), (_bent, normal(106, 2, 5), 0.85, 0.35)),
        solution=eps_from_flow,
        mistakes={
            "tau is the share of the datum, alpha / (alpha + sigma); this is that of the noise": (
                lambda u, x, a, s: x / (a + s) - s / (a + s) * u(x / (a + s), s / (a + s))
            ),
            "the network is asked at x; its input is x / (alpha + sigma)": (
                lambda u, x, a, s: x / (a + s) - a / (a + s) * u(x, a / (a + s))
            ),
            "the noise is z - tau u with z = x / (alpha + sigma), not x - tau u": (
                lambda u, x, a, s: x - a / (a + s) * u(x / (a + s), a / (a + s))
            ),
            "this is the datum, z + (1 - tau) u": (
                lambda u, x, a, s: x / (a + s) + s / (a + s) * u(x / (a + s), a / (a + s))
            ),
            "the sign of u: with the data at 1 it points from noise to data": (
                lambda u, x, a, s: x / (a + s) + a / (a + s) * u(x / (a + s), a / (a + s))
            ),
            "the network is asked at the right input but at tau = alpha": (
                lambda u, x, a, s: x / (a + s) - a / (a + s) * u(x / (a + s), a)
            ),
            "tau is missing in front of u": (
                lambda u, x, a, s: x / (a + s) - u(x / (a + s), a / (a + s))
            ),
            "this is VP's share of variance and its rescaled input; on the line the datum's share "
            "is alpha / (alpha + sigma), and z = x / (alpha + sigma)": _by_variance,
            "nothing is rescaled: z - tau u with z = x and tau = alpha": (
                lambda u, x, a, s: x - a * u(x, a)
            ),
            "at equal SNR x is divided by alpha + sigma, not by alpha": (
                lambda u, x, a, s: x / a - a / (a + s) * u(x / a, a / (a + s))
            ),
        },
    ),
}
