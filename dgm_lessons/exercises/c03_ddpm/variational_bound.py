"""Exercises of the page `variational-bound`, chapter 3."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.distributions import Normal

from ..exercise import Exercise, normal, uniform


def bound(up: Tensor, down: Tensor, end: Tensor, D: int) -> Tensor:
    return ((up - down).sum(1) - end) / (D * math.log(2))


def weight(beta: float, s: float, alpha_bar: float) -> float:
    return beta**4 / (2 * (1 - beta**2) * s**2 * (1 - alpha_bar**2))


def log_probability(k: Tensor, mean: Tensor, std: float, K: int) -> Tensor:
    law = Normal(mean, std)
    above = torch.where(k < K - 1, law.cdf(k + 0.5), 1.0)
    below = torch.where(k > 0, law.cdf(k - 0.5), 0.0)
    return (above - below).log()


def _level(k: Tensor, mean: Tensor, std: float, low: int, high: int, half: float = 0.5) -> Tensor:
    """The probability of the levels; from `low` down and from `high` up the interval is open."""
    law = Normal(mean, std)
    above = torch.where(k < high, law.cdf(k + half), 1.0)
    return above - torch.where(k > low, law.cdf(k - half), 0.0)


EXERCISES: dict[str, Exercise] = {
    "c-3-49": Exercise(
        asks="the bound of each walk in bits per dimension, of shape (B,)",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), normal(3, 4) - 3, 7),
            (normal(4, 2, 5), normal(5, 2, 5), normal(6, 2) - 4, 3),
        ),
        solution=bound,
        mistakes={
            "this is in nats; divide by log 2": lambda u, d, e, D: bound(u, d, e, D) * math.log(2),
            "divide by log 2; this multiplies by it": (
                lambda u, d, e, D: bound(u, d, e, D) * math.log(2) ** 2
            ),
            "divide by the number of dimensions too": lambda u, d, e, D: D * bound(u, d, e, D),
            "this is a total in nats; bits per dimension were wanted": (
                lambda u, d, e, D: (u - d).sum(1) - e
            ),
            "the sign is turned: a bound on the cost has minus log p_phi": (
                lambda u, d, e, D: -bound(u, d, e, D)
            ),
            "the sign of the walk is turned: the way up is added, the way down taken away": (
                lambda u, d, e, D: bound(d, u, e, D)
            ),
            "both ways are added; the way down is taken away": (
                lambda u, d, e, D: bound(u, -d, e, D)
            ),
            "the way up is missing: the noise of the data has its own log-density": (
                lambda u, d, e, D: bound(0 * u, d, e, D)
            ),
            "the prior's term is missing": lambda u, d, e, D: bound(u, d, 0 * e, D),
            "the prior's term has the wrong sign": lambda u, d, e, D: bound(u, d, -e, D),
            "this is a mean over steps; log-densities of steps add up": (
                lambda u, d, e, D: bound(u / u.shape[1], d / u.shape[1], e, D)
            ),
            "the first step is missing; without sorting, the sum starts at i = 1": (
                lambda u, d, e, D: bound(u[:, 1:], d[:, 1:], e, D)
            ),
            "the first step up is missing; without sorting, the sum starts at i = 1": (
                lambda u, d, e, D: bound(u, d, e + u[:, 0], D)
            ),
            "the reconstruction is billed twice: it is the first column of down": (
                lambda u, d, e, D: bound(u, d, e + d[:, 0], D)
            ),
        },
    ),
    "c-3-44": Exercise(
        asks="the weight of the squared error, one number",
        trials=((0.45, 0.35, 0.6), (0.7, 0.92, 0.33)),
        solution=weight,
        mistakes={
            "this is as printed: one s^2 should be sigma_bar_i^2, and the half is missing": (
                lambda b, s, bar: b**4 / ((1 - b**2) * s**4)
            ),
            "the half is right; s^4 should be s^2 sigma_bar_i^2": (
                lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**4)
            ),
            "s^4 should be s^2: sigma_bar_i^2 has come in its place": (
                lambda b, s, bar: weight(b, s**2, bar)
            ),
            "only the half is missing": lambda b, s, bar: 2 * weight(b, s, bar),
            "alpha_i^2 is missing below": lambda b, s, bar: (1 - b**2) * weight(b, s, bar),
            "alpha_i stands below where its square belongs": (
                lambda b, s, bar: (1 - b**2) ** 0.5 * weight(b, s, bar)
            ),
            "beta_i^2 stands above where beta_i^4 belongs": (
                lambda b, s, bar: weight(b, s, bar) / b**2
            ),
            "sigma_bar_i^2 is missing below": lambda b, s, bar: (1 - bar**2) * weight(b, s, bar),
            "sigma_bar_i^2 divides; it does not multiply": (
                lambda b, s, bar: (1 - bar**2) ** 2 * weight(b, s, bar)
            ),
            "alpha_bar must be squared: sigma_bar_i^2 = 1 - alpha_bar_i^2": (
                lambda b, s, bar: (1 + bar) * weight(b, s, bar)
            ),
            "the bar is on the wrong alpha: alpha_i^2 belongs to this step alone": (
                lambda b, s, bar: (1 - b**2) / bar**2 * weight(b, s, bar)
            ),
            "that is the weight in front of two noises, before the rotation": (
                lambda b, s, bar: b**2 / (2 * (1 - b**2) * s**2)
            ),
            "sigma_bar stands where its square belongs": (
                lambda b, s, bar: math.sqrt(1 - bar**2) * weight(b, s, bar)
            ),
            "that is the simple loss, with all weights equal": lambda b, s, bar: 1.0,
        },
    ),
    "c-3-50": Exercise(
        asks="log-probabilities of the levels, of the shape of k",
        trials=(
            (
                torch.tensor([[0, 3, 6], [7, 5, 1], [2, 7, 3], [4, 0, 5]]),
                uniform(7, 4, 3, low=1.5, high=5.5),
                1.3,
                8,
            ),
            (torch.tensor([[4, 0, 2], [1, 4, 3]]), uniform(8, 2, 3, low=1.0, high=3.0), 0.8, 5),
        ),
        solution=log_probability,
        mistakes={
            "the outer levels own everything beyond them": (
                lambda k, mean, std, K: _level(k, mean, std, -1, K).log()
            ),
            "the lowest level owns everything below it, too": (
                lambda k, mean, std, K: _level(k, mean, std, -1, K - 1).log()
            ),
            "the levels run from 0 to K - 1: the upper one is open": (
                lambda k, mean, std, K: _level(k, mean, std, 0, K).log()
            ),
            "only the outer levels are open, 0 and K - 1": (
                lambda k, mean, std, K: _level(k, mean, std, 1, K - 1).log()
            ),
            "this is the density, not the probability of an interval": (
                lambda k, mean, std, K: Normal(mean, std).log_prob(k.to(mean))
            ),
            "this is the probability; its logarithm was wanted": (
                lambda k, mean, std, K: _level(k, mean, std, 0, K - 1)
            ),
            "this is all below the upper edge; take what lies below the lower one away": (
                lambda k, mean, std, K: Normal(mean, std).cdf(k + 0.5).log()
            ),
            "the interval is twice too wide: half a gap on either side": (
                lambda k, mean, std, K: _level(k, mean, std, 0, K - 1, half=1.0).log()
            ),
            "the levels are whole numbers, one apart: half a gap is 1/2": (
                lambda k, mean, std, K: _level(k, mean, std, 0, K - 1, half=0.5 / (K - 1)).log()
            ),
            "the interval must lie around the level, not above it; the outer ones are open": (
                lambda k, mean, std, K: _level(k + 0.5, mean, std, -1, K).log()
            ),
            "the interval must lie around the level, not above it": (
                lambda k, mean, std, K: _level(k + 0.5, mean, std, 0, K - 1).log()
            ),
            "std is the standard deviation, not the variance: no root of it": (
                lambda k, mean, std, K: log_probability(k, mean, math.sqrt(std), K)
            ),
            "Normal takes the standard deviation, not the variance": (
                lambda k, mean, std, K: log_probability(k, mean, std**2, K)
            ),
            "the levels stay apart: no sum over them": (
                lambda k, mean, std, K: log_probability(k, mean, std, K).sum(1)
            ),
        },
    ),
}
