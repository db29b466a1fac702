"""Exercises of the page `variational-bound`, chapter 3."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.distributions import Normal

from ..exercise import Exercise

_UP = torch.tensor([[0.4, -0.3, -1.1], [0.9, -2.0, -0.2]], dtype=torch.float64)
_DOWN = torch.tensor([[-0.7, 0.1, -1.6], [0.3, -1.2, -0.9]], dtype=torch.float64)
_END = torch.tensor([-2.8, -3.1], dtype=torch.float64)
_BETA, _WIDTH, _BAR = 0.4, 0.3, 0.7  # of this step; the model's; alpha_bar_i
_LEVEL = torch.tensor([[0, 3], [7, 5], [2, 7]])
_MEAN = torch.tensor([[0.4, 2.2], [6.6, 5.3], [3.5, 8.1]], dtype=torch.float64)


def _bound(up: Tensor, down: Tensor, end: Tensor, dims: int) -> Tensor:
    return ((up - down).sum(1) - end) / (dims * math.log(2))


def _weight(beta: float, s: float, bar: float) -> float:
    return beta**4 / (2 * (1 - beta**2) * s**2 * (1 - bar**2))


def _below(k: Tensor, mean: Tensor, std: float) -> Tensor:
    return Normal(mean, std).cdf(k.to(mean))


def _level(k: Tensor, mean: Tensor, std: float, K: int, half: float = 0.5) -> Tensor:
    """The probability of the levels; `half` an interval on either side, the outer ones open."""
    above = torch.where(k < K - 1, _below(k + half, mean, std), 1.0)
    return above - torch.where(k > 0, _below(k - half, mean, std), 0.0)


EXERCISES: dict[str, Exercise] = {
    "c-3-49": Exercise(
        asks="the bound of each walk in bits per dimension, of shape (B,)",
        inputs=(_UP, _DOWN, _END, 4),
        solution=_bound,
        mistakes={
            "this is in nats; divide by log 2": lambda u, d, e, D: _bound(u, d, e, D) * math.log(2),
            "divide by the number of dimensions too": lambda u, d, e, D: D * _bound(u, d, e, D),
            "this is a total in nats; bits per dimension were wanted": (
                lambda u, d, e, D: (u - d).sum(1) - e
            ),
            "the sign is turned: a bound on the cost has minus log p_phi": (
                lambda u, d, e, D: -_bound(u, d, e, D)
            ),
            "the prior's term is missing": lambda u, d, e, D: _bound(u, d, 0 * e, D),
            "the prior's term has the wrong sign": lambda u, d, e, D: _bound(u, d, -e, D),
            "the first step is missing; without sorting, the sum starts at i = 1": (
                lambda u, d, e, D: _bound(u[:, 1:], d[:, 1:], e, D)
            ),
            "the reconstruction is billed twice: it is the first column of down": (
                lambda u, d, e, D: _bound(u, d, e + d[:, 0], D)
            ),
        },
    ),
    "c-3-44": Exercise(
        asks="the weight of the squared error, one number",
        inputs=(_BETA, _WIDTH, _BAR),
        solution=_weight,
        mistakes={
            "this is as printed: one s^2 should be sigma_bar_i^2, and the half is missing": (
                lambda b, s, bar: b**4 / ((1 - b**2) * s**4)
            ),
            "the half is right; s^4 should be s^2 sigma_bar_i^2": (
                lambda b, s, bar: b**4 / (2 * (1 - b**2) * s**4)
            ),
            "only the half is missing": lambda b, s, bar: 2 * _weight(b, s, bar),
            "alpha_i^2 is missing below": lambda b, s, bar: (1 - b**2) * _weight(b, s, bar),
            "the bar is on the wrong alpha: alpha_i^2 belongs to this step alone": (
                lambda b, s, bar: (1 - b**2) / bar**2 * _weight(b, s, bar)
            ),
            "that is the weight in front of two noises, before the rotation": (
                lambda b, s, bar: b**2 / (2 * (1 - b**2) * s**2)
            ),
            "sigma_bar stands where its square belongs": (
                lambda b, s, bar: math.sqrt(1 - bar**2) * _weight(b, s, bar)
            ),
        },
    ),
    "c-3-50": Exercise(
        asks="log-probabilities of the levels, of the shape of k",
        inputs=(_LEVEL, _MEAN, 0.9, 8),
        solution=lambda k, mean, std, K: _level(k, mean, std, K).log(),
        mistakes={
            "the outer levels own everything beyond them": (
                lambda k, mean, std, K: (
                    _below(k + 0.5, mean, std) - _below(k - 0.5, mean, std)
                ).log()
            ),
            "this is the density, not the probability of an interval": (
                lambda k, mean, std, K: Normal(mean, std).log_prob(k.to(mean))
            ),
            "this is the probability; its logarithm was wanted": _level,
            "the interval is twice too wide: half a gap on either side": (
                lambda k, mean, std, K: _level(k, mean, std, K, half=1.0).log()
            ),
            "the interval must lie around the level, not above it": (
                lambda k, mean, std, K: _level(k + 0.5, mean, std, K).log()
            ),
            "std is the standard deviation, not the variance": (
                lambda k, mean, std, K: _level(k, mean, math.sqrt(std), K).log()
            ),
            "the levels run from 0 to K - 1: the upper one is open": (
                lambda k, mean, std, K: _level(k, mean, std, K + 1).log()
            ),
        },
    ),
}
