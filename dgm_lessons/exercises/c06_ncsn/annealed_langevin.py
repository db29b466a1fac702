"""Exercises of the page `annealed-langevin`, chapter 6."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..exercise import Exercise, normal

Score = Callable[[Tensor, float], Tensor]


def one_level(
    x: Tensor, score: Score, sigma: float, sigma_1: float, delta: float, noises: Tensor
) -> Tensor:
    eta = delta * sigma**2 / sigma_1**2
    for noise in noises:
        x = x + eta * score(x, sigma) + (2 * eta) ** 0.5 * noise
    return x


def descend(
    first: Tensor, score: Score, sigmas: list[float], delta: float, noises: Tensor
) -> Tensor:
    x = sigmas[-1] * first
    for sigma, own in zip(reversed(sigmas), noises, strict=True):
        x = one_level(x, score, sigma, sigmas[0], delta, own)
    return x


def signal_to_noise(delta: float, sigma: float, sigma_1: float, s: float) -> float:
    return (delta / 2) ** 0.5 * sigma / (sigma_1 * (s**2 + sigma**2) ** 0.5)


def variance_after(v: float, s: float, sigma: float, eta: float, K: int) -> float:
    V = s**2 + sigma**2
    rest = V / (1 - eta / (2 * V))
    return rest + (1 - eta / V) ** (2 * K) * (v - rest)


def calls(sigma_1: float, sigma_L: float, gamma: float, K: int) -> float:
    return K * (1 + math.log(sigma_L / sigma_1) / math.log(gamma)) + 1


def _score(x: Tensor, sigma: float) -> Tensor:
    """Of 0.4 N(-m, I/4) + 0.6 N(m, I/4) under noise, m = (1.3, ..., 1.3)."""
    v = 0.25 + sigma**2
    up = 1 / (1 + (0.4 / 0.6) * (-2 * 1.3 * x.sum(1, keepdim=True) / v).exp())
    return ((2 * up - 1) * 1.3 - x) / v


def _level(power: float = 2, noise: float = 2**0.5, sign: float = 1.0, count: int | None = None):
    """One level with its parts changed: the power of sigma, the noise, the sign, the steps."""

    def wrong(
        x: Tensor, score: Score, sigma: float, sigma_1: float, delta: float, noises: Tensor
    ) -> Tensor:
        eta = delta * (sigma / sigma_1) ** power
        for own in noises[:count]:
            x = x + sign * eta * score(x, sigma) + noise * eta**0.5 * own
        return x

    return wrong


def _sampler(
    start: int | None = -1,
    stop: int = 0,
    power: float = 2,
    noise: float = 2**0.5,
    upwards: bool = False,
):
    """The sampler with its parts changed: where it starts, where it stops, its steps."""
    level = _level(power, noise)

    def wrong(
        first: Tensor, score: Score, sigmas: list[float], delta: float, noises: Tensor
    ) -> Tensor:
        x = first if start is None else sigmas[start] * first
        down = sigmas if upwards else sigmas[::-1]
        for sigma, own in list(zip(down, noises, strict=True))[: len(down) - stop]:
            x = level(x, score, sigma, sigmas[0], delta, own)
        return x

    return wrong


EXERCISES: dict[str, Exercise] = {
    "c-6-08": Exercise(
        asks="x after all steps at this level, of the shape of x",
        trials=(
            (normal(1, 5, 3), _score, 0.7, 0.4, 0.04, normal(2, 4, 5, 3)),
            (normal(3, 2, 4), _score, 1.7, 0.65, 0.03, normal(4, 3, 2, 4)),
        ),
        solution=one_level,
        mistakes={
            "sqrt(eta) where sqrt(2 eta) belongs: this samples from the square of the law": (
                _level(noise=1.0)
            ),
            "the step is delta at every level: it must grow as sigma squared": _level(power=0),
            "the step grows as sigma; it must grow as sigma squared": _level(power=1),
            "sigma_1 divides, sigma multiplies: noisier levels take larger steps": _level(power=-2),
            "the sign: the score points uphill, and the step goes with it": _level(sign=-1.0),
            "the last step is missing: there is one for each row of noises": _level(count=-1),
            "this is one step only: there is one for each row of noises": _level(count=1),
            "the 2 belongs under the root: sqrt(2 eta), not 2 sqrt(eta)": _level(noise=2.0),
            "the noise is missing: all walkers run to the tops of the modes": _level(noise=0.0),
        },
    ),
    "c-6-09": Exercise(
        asks="the samples, of the shape of first",
        trials=(
            (normal(5, 4, 5), _score, [0.3, 0.8, 2.1], 0.02, normal(6, 3, 2, 4, 5)),
            (normal(7, 5, 3), _score, [0.4, 0.7, 1.3, 2.6], 0.03, normal(8, 4, 2, 5, 3)),
        ),
        solution=descend,
        mistakes={
            "two slips are left: it starts from N(0, I), and no step is taken at sigma_1": (
                _sampler(start=None, stop=1)
            ),
            "no step is taken at sigma_1: this output follows the law of sigma_2": _sampler(stop=1),
            "it starts from N(0, I): the law at the top is about N(0, sigma_L^2 I)": (
                _sampler(start=None)
            ),
            "it starts as narrow as the last level; start as wide as the first": _sampler(start=0),
            "this climbs: begin at the largest noise, sigmas[-1]": _sampler(upwards=True),
            "sqrt(eta) where sqrt(2 eta) belongs": _sampler(noise=1.0),
            "the step is delta at every level: it must grow as sigma squared": _sampler(power=0),
            "the step grows as sigma; it must grow as sigma squared": _sampler(power=1),
        },
    ),
    "c-6-10": Exercise(
        asks="root mean square of the drift over that of the noise, a number",
        trials=((0.03, 0.7, 0.4, 0.9), (0.002, 3.1, 0.13, 1.7), (0.05, 1.3, 0.6, 0.35)),
        solution=signal_to_noise,
        mistakes={
            "the data's own spread counts: the noisy law has variance s^2 + sigma^2": (
                lambda delta, sigma, sigma_1, s: (delta / 2) ** 0.5 / sigma_1
            ),
            "sqrt(eta) where sqrt(2 eta) belongs": (
                lambda delta, sigma, sigma_1, s: 2**0.5 * signal_to_noise(delta, sigma, sigma_1, s)
            ),
            "this is the step delta at every level": (
                lambda delta, sigma, sigma_1, s: (delta / 2 / (s**2 + sigma**2)) ** 0.5
            ),
            "this is a step that grows as sigma, not as its square": (
                lambda delta, sigma, sigma_1, s: (
                    (delta * sigma / (2 * sigma_1 * (s**2 + sigma**2))) ** 0.5
                )
            ),
            "this is noise over drift": (
                lambda delta, sigma, sigma_1, s: 1 / signal_to_noise(delta, sigma, sigma_1, s)
            ),
            "variances add, not standard deviations": (
                lambda delta, sigma, sigma_1, s: (
                    (delta / 2) ** 0.5 * sigma / (sigma_1 * (s + sigma))
                )
            ),
            "this is the square of the ratio": (
                lambda delta, sigma, sigma_1, s: signal_to_noise(delta, sigma, sigma_1, s) ** 2
            ),
        },
    ),
    "ald-variance": Exercise(
        asks="the variance after K steps, a number",
        trials=((2.6, 0.45, 0.9, 0.13, 3), (0.75, 0.35, 1.45, 0.31, 5), (5.3, 0.6, 0.7, 0.22, 3)),
        solution=variance_after,
        mistakes={
            "this is where it comes to rest, after many more steps": (
                lambda v, s, sigma, eta, K: variance_after(v, s, sigma, eta, 10_000)
            ),
            "the variance shrinks by the square of 1 - eta/V at each step": (
                lambda v, s, sigma, eta, K: (
                    (rest := variance_after(v, s, sigma, eta, 10_000))
                    + (1 - eta / (s**2 + sigma**2)) ** K * (v - rest)
                )
            ),
            "the chain rests at V / (1 - eta/(2V)), a little wider than V": (
                lambda v, s, sigma, eta, K: (
                    s**2
                    + sigma**2
                    + (1 - eta / (s**2 + sigma**2)) ** (2 * K) * (v - s**2 - sigma**2)
                )
            ),
            "the noise is missing: 2 eta comes in at each step": (
                lambda v, s, sigma, eta, K: (1 - eta / (s**2 + sigma**2)) ** (2 * K) * v
            ),
            "the slope is that of the noisy law: -x / (s^2 + sigma^2)": (
                lambda v, s, sigma, eta, K: variance_after(v, 0.0, sigma, eta, K)
            ),
            "sqrt(eta) where sqrt(2 eta) belongs": (
                lambda v, s, sigma, eta, K: (
                    (half := variance_after(v, s, sigma, eta, 10_000) / 2)
                    + (1 - eta / (s**2 + sigma**2)) ** (2 * K) * (v - half)
                )
            ),
            "this is the standard deviation": (
                lambda v, s, sigma, eta, K: variance_after(v, s, sigma, eta, K) ** 0.5
            ),
        },
    ),
    "c-6-11": Exercise(
        asks="the number of network calls",
        trials=(
            (0.013, 0.013 * 1.6**11, 1.6, 7),
            (0.2, 0.2 * 3.1**4, 3.1, 5),
            (0.06, 0.06 * 1.3**21, 1.3, 13),
        ),
        solution=calls,
        mistakes={
            "between L levels there are L - 1 gaps: one level is missing": (
                lambda sigma_1, sigma_L, gamma, K: calls(sigma_1, sigma_L, gamma, K) - K
            ),
            "the last denoising is a call, too": (
                lambda sigma_1, sigma_L, gamma, K: calls(sigma_1, sigma_L, gamma, K) - 1
            ),
            "K calls at each of the L levels multiply": (
                lambda sigma_1, sigma_L, gamma, K: calls(sigma_1, sigma_L, gamma, 1) + K
            ),
            "the ladder is geometric: its levels are evenly spaced in log sigma": (
                lambda sigma_1, sigma_L, gamma, K: K * (1 + (sigma_L - sigma_1) / gamma) + 1
            ),
            "these are the levels; each takes K calls": (
                lambda sigma_1, sigma_L, gamma, K: calls(sigma_1, sigma_L, gamma, 1) - 1
            ),
            "one denoising at the very end, not one a level": (
                lambda sigma_1, sigma_L, gamma, K: calls(sigma_1, sigma_L, gamma, K + 1) - 1
            ),
        },
    ),
}
