"""Exercises of the page `affine-kernels`, chapter 10."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal


def noise_rate(alpha: float, alpha_dot: float, sigma: float, sigma_dot: float) -> float:
    return 2 * sigma * sigma_dot - 2 * alpha_dot / alpha * sigma**2


def exists(kernels: tuple[str, ...]) -> list[int]:
    return [1, 0, 1, 0, 1]


def fresh_variance(alpha_t: float, sigma_t: float, alpha_s: float, sigma_s: float) -> float:
    return sigma_s**2 - (alpha_s / alpha_t * sigma_t) ** 2


def step_back(
    x_s: Tensor, x_0: Tensor, alpha_t: float, sigma_t: float, ratio: float, fresh: float
) -> Tensor:
    start, later = 1 / sigma_t**2, ratio**2 / fresh
    return (start * alpha_t * x_0 + later * x_s / ratio) / (start + later)


def mean_of_step(
    x_s: Tensor, eps: Tensor, alpha_t: float, sigma_t: float, alpha_s: float, sigma_s: float
) -> Tensor:
    ratio = alpha_s / alpha_t
    return (x_s - fresh_variance(alpha_t, sigma_t, alpha_s, sigma_s) / sigma_s * eps) / ratio


KERNELS = ("1 - t, 1/2", "1, 1 - t", "exp(-2t), exp(-t)", "exp(-t), exp(-2t)", "1 + t, t")

EXERCISES: dict[str, Exercise] = {
    "c-10-04": Exercise(
        asks="g squared, a number",
        trials=((0.83, -0.31, 0.44, 0.67), (0.37, -1.3, 1.7, 0.29), (0.91, 0.23, 0.57, -0.34)),
        solution=noise_rate,
        mistakes={
            "the second term is missing: this is (sigma^2)' alone, right where alpha stays": (
                lambda a, da, s, ds: 2 * s * ds
            ),
            "the sign of the second term: a drift that pulls inwards asks for more noise": (
                lambda a, da, s, ds: 2 * s * ds + 2 * da / a * s**2
            ),
            "a 2 is missing in the second term: a variance shrinks at twice the rate": (
                lambda a, da, s, ds: 2 * s * ds - da / a * s**2
            ),
            "a 2 is missing in the first term: (sigma^2)' is 2 sigma sigma'": (
                lambda a, da, s, ds: s * ds - 2 * da / a * s**2
            ),
            "half of it: in -sigma^2 times the log-SNR's slope stands half the log-SNR": (
                lambda a, da, s, ds: s * ds - da / a * s**2
            ),
            "twice too much: -2 sigma^2 lambda' has the half log-SNR, log(alpha/sigma)": (
                lambda a, da, s, ds: 4 * s * ds - 4 * da / a * s**2
            ),
            "sigma must be squared in the second term": (
                lambda a, da, s, ds: 2 * s * ds - 2 * da / a * s
            ),
            "f is alpha'/alpha, not alpha'": lambda a, da, s, ds: 2 * s * ds - 2 * da * s**2,
            "this is sigma' for (sigma^2)'": lambda a, da, s, ds: ds - 2 * da / a * s**2,
            "this is lambda', the slope of log(alpha/sigma); it wants the factor -2 sigma^2": (
                lambda a, da, s, ds: da / a - ds / s
            ),
            "this is g; its square was asked for": (
                lambda a, da, s, ds: abs(noise_rate(a, da, s, ds)) ** 0.5
            ),
        },
    ),
    "kern-sde": Exercise(
        asks="five numbers, 1 or 0, in the order of the kernels",
        parts=("a", "b", "c", "d", "e"),
        trials=((KERNELS,),),
        solution=exists,
        mistakes={
            "this asks whether sigma rises; a falling sigma is fine if alpha falls faster": (
                lambda kernels: [1, 0, 0, 0, 1]
            ),
            "this asks whether alpha falls; a rising alpha is fine if sigma rises faster": (
                lambda kernels: [1, 0, 1, 0, 0]
            ),
            "here alpha / sigma rises: the noise falls faster than the signal": (
                lambda kernels: [1, 1, 1, 1, 1]
            ),
            "the other way round: it is the signal-to-noise ratio that must not rise": (
                lambda kernels: [0, 1, 0, 1, 0]
            ),
        },
    ),
    "c-10-08": Exercise(
        asks="the variance of the fresh noise, a number",
        trials=((0.83, 0.44, 0.52, 0.91), (0.71, 0.6, 0.23, 1.7), (0.52, 0.91, 0.83, 0.44)),
        solution=fresh_variance,
        mistakes={
            "the handout's slip: the old noise has been scaled, too": (
                lambda a, s, b, r: r**2 - s**2
            ),
            "the ratio of the alphas must be squared: it scales a variance": (
                lambda a, s, b, r: r**2 - b / a * s**2
            ),
            "the ratio is turned: it is the later alpha over the earlier one": (
                lambda a, s, b, r: r**2 - (a / b * s) ** 2
            ),
            "the old noise has been scaled by alpha_s / alpha_t, not by alpha_s": (
                lambda a, s, b, r: r**2 - (b * s) ** 2
            ),
            "1 - ratio^2 is right only where alpha^2 + sigma^2 = 1 at both times": (
                lambda a, s, b, r: 1 - (b / a) ** 2
            ),
            "this is the standard deviation; the variance was asked for": (
                lambda a, s, b, r: abs(fresh_variance(a, s, b, r)) ** 0.5
            ),
            "this is what is left of the old noise": lambda a, s, b, r: (b / a * s) ** 2,
        },
    ),
    "c-10-09": Exercise(
        asks="the posterior mean, of the shape of x_s",
        trials=(
            (normal(41, 4, 3), normal(42, 4, 3), 0.83, 0.44, 0.63, 0.41),
            (normal(43, 2, 5), normal(44, 2, 5), 0.71, 0.6, 0.34, 1.7),
        ),
        solution=step_back,
        mistakes={
            "the hop measures x_t as x_s over the ratio, not as x_s": (
                lambda x, x0, a, s, r, v: (a * x0 / s**2 + r**2 * x / v) / (1 / s**2 + r**2 / v)
            ),
            "the precision of the hop is ratio^2 over the fresh variance": (
                lambda x, x0, a, s, r, v: (a * x0 / s**2 + x / (r * v)) / (1 / s**2 + 1 / v)
            ),
            "the datum is measured at alpha_t x_0": (
                lambda x, x0, a, s, r, v: (x0 / s**2 + r * x / v) / (1 / s**2 + r**2 / v)
            ),
            "the weights are not divided by their sum": (
                lambda x, x0, a, s, r, v: a * x0 / s**2 + r * x / v
            ),
            "the weights are exchanged: the precise measurement counts more": (
                lambda x, x0, a, s, r, v: (r**2 / v * a * x0 + x / r / s**2) / (1 / s**2 + r**2 / v)
            ),
            "a precision is one over the variance, not over the standard deviation": (
                lambda x, x0, a, s, r, v: (a * x0 / s + x / v**0.5) / (1 / s + r / v**0.5)
            ),
        },
    ),
    "c-10-10": Exercise(
        asks="the mean of the step, of the shape of x_s",
        trials=(
            (normal(45, 4, 3), normal(46, 4, 3), 0.83, 0.44, 0.52, 0.91),
            (normal(47, 2, 5), normal(48, 2, 5), 0.71, 0.6, 0.23, 1.7),
        ),
        solution=mean_of_step,
        mistakes={
            "this is DDIM, the step without fresh noise; here the whole fresh variance comes off": (
                lambda x, e, a, s, b, r: a * (x - r * e) / b + s * e
            ),
            "this is the guess of the datum, not the step": lambda x, e, a, s, b, r: (
                (x - r * e) / b
            ),
            "this is alpha_t times the guessed datum: what x_s says of x_t is left out": (
                lambda x, e, a, s, b, r: a * (x - r * e) / b
            ),
            "the division by the ratio alpha_s / alpha_t is missing": (
                lambda x, e, a, s, b, r: x - fresh_variance(a, s, b, r) / r * e
            ),
            "the fresh variance is divided by sigma_s, not by its square": (
                lambda x, e, a, s, b, r: (x - fresh_variance(a, s, b, r) / r**2 * e) * a / b
            ),
            "the division by sigma_s is missing": (
                lambda x, e, a, s, b, r: (x - fresh_variance(a, s, b, r) * e) * a / b
            ),
            "the fresh standard deviation stands where its square over sigma_s belongs": (
                lambda x, e, a, s, b, r: (x - fresh_variance(a, s, b, r) ** 0.5 * e) * a / b
            ),
            "the sign of the noise: it is taken off": (
                lambda x, e, a, s, b, r: (x + fresh_variance(a, s, b, r) / r * e) * a / b
            ),
            "the fresh variance is sigma_s^2 - ratio^2 sigma_t^2; the old noise is scaled, too": (
                lambda x, e, a, s, b, r: (x - (r**2 - s**2) / r * e) * a / b
            ),
        },
    ),
}
