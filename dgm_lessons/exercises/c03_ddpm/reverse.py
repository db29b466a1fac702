"""Exercises of the page `reverse`, chapter 3."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..exercise import Exercise

_BEFORE = torch.tensor([[0.2], [-1.3], [0.9]], dtype=torch.float64)
_X_I = torch.tensor([[-0.4], [1.1], [2.0]], dtype=torch.float64)
_X_0 = torch.tensor([[0.7], [-1.6], [1.2]], dtype=torch.float64)
_BETA, _BAR = 0.4, 0.8  # of this step, and alpha_bar of the steps before it
_ALPHA = math.sqrt(1 - _BETA**2)
_DOUBT = torch.tensor([0.05, 0.4, 1.3], dtype=torch.float64)
_MODEL = torch.tensor([[0.3, -0.5, 1.0], [0.2, 0.9, -1.4]], dtype=torch.float64)
_TARGET = torch.tensor([[0.1, -0.2, 1.3], [0.5, 0.4, -1.0]], dtype=torch.float64)


def _weights(beta: float, bar: float) -> tuple[float, float, float]:
    """The weights of x_0 and x_i in the mean, and the variance."""
    alpha = math.sqrt(1 - beta**2)
    rest = 1 - (alpha * bar) ** 2
    return bar * beta**2 / rest, (1 - bar**2) * alpha / rest, (1 - bar**2) * beta**2 / rest


def _mean(x_i: Tensor, x_0: Tensor, beta: float, bar: float) -> Tensor:
    pull, keep, _ = _weights(beta, bar)
    return pull * x_0 + keep * x_i


def _unbarred(x_i: Tensor, x_0: Tensor, beta: float, bar: float) -> Tensor:
    """1 - alpha^2, which is beta^2, where 1 - alpha_bar^2 belongs."""
    alpha = math.sqrt(1 - beta**2)
    return bar * x_0 + (1 - bar**2) * alpha / beta**2 * x_i


def _exponent(
    before: Tensor, x_i: Tensor, x_0: Tensor, alpha: float, first: float, last: float, bars: tuple
) -> Tensor:
    """Three squares; x_0 counts `first` times in the second and `last` times in the third."""
    bar, bar_before = bars
    return (
        (x_i - alpha * before) ** 2 / (1 - alpha**2)
        + (before - first * x_0) ** 2 / (1 - bar_before**2)
        - (x_i - last * x_0) ** 2 / (1 - bar**2)
    )


def _squares(model: Tensor, target: Tensor) -> Tensor:
    return (model - target).square().sum(1)


def _best_variance(doubt: Tensor, beta: float, bar: float, power: int = 2) -> Tensor:
    pull, _, variance = _weights(beta, bar)
    return variance + pull**power * doubt


EXERCISES: dict[str, Exercise] = {
    "c-3-12": Exercise(
        asks="the mean of x_{i-1} given x_i and x_0, of their shape",
        inputs=(_X_I, _X_0, _BETA, _BAR),
        solution=_mean,
        mistakes={
            "a bar is missing: both denominators are 1 - alpha_bar_i^2": _unbarred,
            "the denominators hold alpha_bar of the steps before; this step belongs to them": (
                lambda x_i, x_0, beta, bar: (
                    bar * beta**2 / (1 - bar**2) * x_0 + math.sqrt(1 - beta**2) * x_i
                )
            ),
            "beta stands where its square belongs": (
                lambda x_i, x_0, beta, bar: (
                    _weights(beta, bar)[0] / beta * x_0 + _weights(beta, bar)[1] * x_i
                )
            ),
            "alpha_bar stands where its square belongs, in the weight of x_i": (
                lambda x_i, x_0, beta, bar: (
                    _weights(beta, bar)[0] * x_0 + _weights(beta, bar)[1] / (1 + bar) * x_i
                )
            ),
            "alpha_i is missing beside x_i": (
                lambda x_i, x_0, beta, bar: (
                    _weights(beta, bar)[0] * x_0
                    + _weights(beta, bar)[1] / math.sqrt(1 - beta**2) * x_i
                )
            ),
            "alpha_bar is missing beside x_0": (
                lambda x_i, x_0, beta, bar: (
                    _weights(beta, bar)[0] / bar * x_0 + _weights(beta, bar)[1] * x_i
                )
            ),
            "the two points are exchanged": lambda x_i, x_0, beta, bar: _mean(x_0, x_i, beta, bar),
            "that is the datum carried to step i - 1; x_i has a say too": (
                lambda x_i, x_0, beta, bar: bar * x_0
            ),
        },
    ),
    "c-3-13": Exercise(
        asks="minus twice the log-density without its constant, of the shape of before",
        inputs=(_BEFORE, _X_I, _X_0, _ALPHA, _ALPHA * _BAR, _BAR),
        solution=lambda before, x_i, x_0, a, bar, low: _exponent(
            before, x_i, x_0, a, low, bar, (bar, low)
        ),
        mistakes={
            "this is as printed: x_0 reaches x_i by all the steps, not by one": (
                lambda before, x_i, x_0, a, bar, low: _exponent(
                    before, x_i, x_0, a, a, a, (bar, low)
                )
            ),
            "one bar is still missing, in the last term": (
                lambda before, x_i, x_0, a, bar, low: _exponent(
                    before, x_i, x_0, a, low, a, (bar, low)
                )
            ),
            "one bar is still missing, in the middle term": (
                lambda before, x_i, x_0, a, bar, low: _exponent(
                    before, x_i, x_0, a, a, bar, (bar, low)
                )
            ),
            "the two bars are exchanged: x_{i-1} has one step fewer": (
                lambda before, x_i, x_0, a, bar, low: _exponent(
                    before, x_i, x_0, a, bar, low, (bar, low)
                )
            ),
            "one bar too many: the first term is a single step": (
                lambda before, x_i, x_0, a, bar, low: (
                    _exponent(before, x_i, x_0, a, low, bar, (bar, low))
                    + ((x_i - bar * before) ** 2 - (x_i - a * before) ** 2) / (1 - a**2)
                )
            ),
            "a factor: this is the log-density, and minus twice it was wanted": (
                lambda before, x_i, x_0, a, bar, low: (
                    -0.5 * _exponent(before, x_i, x_0, a, low, bar, (bar, low))
                )
            ),
            "the last term divides: its sign is minus": (
                lambda before, x_i, x_0, a, bar, low: (
                    _exponent(before, x_i, x_0, a, low, bar, (bar, low))
                    + 2 * (x_i - bar * x_0) ** 2 / (1 - bar**2)
                )
            ),
        },
    ),
    "c-3-16": Exercise(
        asks="the variance of x_{i-1} given x_i, of the shape of doubt",
        inputs=(_DOUBT, _BETA, _BAR),
        solution=_best_variance,
        mistakes={
            "that is the variance given x_0; the doubt about x_0 comes on top": (
                lambda doubt, beta, bar: _best_variance(0 * doubt, beta, bar)
            ),
            "the weight of x_0 must be squared": (
                lambda doubt, beta, bar: _best_variance(doubt, beta, bar, power=1)
            ),
            "the weight of x_0 is missing: only a part of its doubt arrives": (
                lambda doubt, beta, bar: _best_variance(doubt, beta, bar, power=0)
            ),
            "the doubt is added: teachers who disagree widen the answer": (
                lambda doubt, beta, bar: _best_variance(-doubt, beta, bar)
            ),
            "that is beta^2 and the doubt; given x_0 the variance is below beta^2": (
                lambda doubt, beta, bar: beta**2 + _weights(beta, bar)[0] ** 2 * doubt
            ),
            "that is a standard deviation": (
                lambda doubt, beta, bar: _best_variance(doubt, beta, bar).sqrt()
            ),
        },
    ),
    "c-3-17": Exercise(
        asks="the KL of two Gaussians with one variance, of shape (B,)",
        inputs=(_MODEL, _TARGET, 0.3),
        solution=lambda model, target, v: _squares(model, target) / (2 * v),
        mistakes={
            "this is as printed: the variance is squared, sigma to the fourth": (
                lambda model, target, v: _squares(model, target) / (2 * v**2)
            ),
            "the half is missing": lambda model, target, v: _squares(model, target) / v,
            "divided by the standard deviation; the variance belongs there": (
                lambda model, target, v: _squares(model, target) / (2 * math.sqrt(v))
            ),
            "this is a mean over coordinates; their KLs add up": (
                lambda model, target, v: _squares(model, target) / (2 * v * model.shape[1])
            ),
            "the distance must be squared": (
                lambda model, target, v: _squares(model, target).sqrt() / (2 * v)
            ),
            "the weight is missing: the plain squared distance has no units of nats": (
                lambda model, target, v: _squares(model, target)
            ),
        },
    ),
}
