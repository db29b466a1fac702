"""Exercises of the page `reverse`, chapter 3."""

from __future__ import annotations

import math

from torch import Tensor

from ..exercise import Exercise, normal, uniform


def posterior_mean(x_i: Tensor, x_0: Tensor, beta: float, alpha_bar_before: float) -> Tensor:
    alpha = math.sqrt(1 - beta**2)
    rest = 1 - (alpha * alpha_bar_before) ** 2
    pull = alpha_bar_before * beta**2 / rest
    keep = (1 - alpha_bar_before**2) * alpha / rest
    return pull * x_0 + keep * x_i


def _weights(beta: float, bar: float) -> tuple[float, float, float]:
    """The weights of x_0 and x_i in the mean, and the variance."""
    alpha = math.sqrt(1 - beta**2)
    rest = 1 - (alpha * bar) ** 2
    return bar * beta**2 / rest, (1 - bar**2) * alpha / rest, (1 - bar**2) * beta**2 / rest


def _mean(
    x_i: Tensor, x_0: Tensor, beta: float, bar: float, pull: float = 1.0, keep: float = 1.0
) -> Tensor:
    """The mean with its two weights multiplied by factors that do not belong there."""
    a, b, _ = _weights(beta, bar)
    return pull * a * x_0 + keep * b * x_i


def _rest(beta: float, bar: float) -> float:
    return 1 - (1 - beta**2) * bar**2


def exponent(
    before: Tensor,
    x_i: Tensor,
    x_0: Tensor,
    alpha: float,
    alpha_bar: float,
    alpha_bar_before: float,
) -> Tensor:
    one_step = (x_i - alpha * before) ** 2 / (1 - alpha**2)
    earlier = (before - alpha_bar_before * x_0) ** 2 / (1 - alpha_bar_before**2)
    whole = (x_i - alpha_bar * x_0) ** 2 / (1 - alpha_bar**2)
    return one_step + earlier - whole


def _squares(
    u: Tensor, x: Tensor, x0: Tensor, a: float, bar: float, low: float, first: float, last: float
) -> Tensor:
    """Three squares; x_0 counts `first` times in the second and `last` times in the third."""
    return (
        (x - a * u) ** 2 / (1 - a**2)
        + (u - first * x0) ** 2 / (1 - low**2)
        - (x - last * x0) ** 2 / (1 - bar**2)
    )


def best_variance(doubt: Tensor, beta: float, alpha_bar_before: float) -> Tensor:
    rest = 1 - (1 - beta**2) * alpha_bar_before**2
    pull = alpha_bar_before * beta**2 / rest
    return (1 - alpha_bar_before**2) * beta**2 / rest + pull**2 * doubt


def step_loss(model: Tensor, target: Tensor, variance: float) -> Tensor:
    return (model - target).square().sum(1) / (2 * variance)


_STEP, _LATER = (0.45, 0.7), (0.72, 0.55)  # beta of this step, alpha_bar of those before it


def _three_alphas(beta: float, before: float) -> tuple[float, float, float]:
    alpha = math.sqrt(1 - beta**2)
    return alpha, alpha * before, before


EXERCISES: dict[str, Exercise] = {
    "c-3-12": Exercise(
        asks="the mean of x_{i-1} given x_i and x_0, of their shape",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), *_STEP),
            (normal(3, 2, 5), normal(4, 2, 5), *_LATER),
        ),
        solution=posterior_mean,
        mistakes={
            "a bar is missing: both denominators are 1 - alpha_bar_i^2": (
                lambda x_i, x_0, beta, bar: _mean(
                    x_i, x_0, beta, bar, *2 * [_rest(beta, bar) / beta**2]
                )
            ),
            "the denominators hold alpha_bar of the steps before; this step belongs to them": (
                lambda x_i, x_0, beta, bar: _mean(
                    x_i, x_0, beta, bar, *2 * [_rest(beta, bar) / (1 - bar**2)]
                )
            ),
            "the denominators are missing: 1 - alpha_bar_i^2": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, *2 * [_rest(beta, bar)])
            ),
            "the denominators have no root: 1 - alpha_bar_i^2": (
                lambda x_i, x_0, beta, bar: _mean(
                    x_i, x_0, beta, bar, *2 * [_rest(beta, bar) ** 0.5]
                )
            ),
            "alpha_bar_i must be squared in the denominators": (
                lambda x_i, x_0, beta, bar: _mean(
                    x_i, x_0, beta, bar, *2 * [_rest(beta, bar) / (1 - (1 - beta**2) ** 0.5 * bar)]
                )
            ),
            "beta stands where its square belongs": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, pull=1 / beta)
            ),
            "alpha_bar stands where its square belongs, in the weight of x_i": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, keep=1 / (1 + bar))
            ),
            "alpha_bar is squared beside x_0; it stands there as it is": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, pull=bar)
            ),
            "beside x_0 stands alpha_bar of the steps before, without this one": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, pull=(1 - beta**2) ** 0.5)
            ),
            "alpha_i is missing beside x_i": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, keep=(1 - beta**2) ** -0.5)
            ),
            "alpha_bar is missing beside x_0": (
                lambda x_i, x_0, beta, bar: _mean(x_i, x_0, beta, bar, pull=1 / bar)
            ),
            "the two points are exchanged": (
                lambda x_i, x_0, beta, bar: _mean(x_0, x_i, beta, bar)
            ),
            "that is the datum carried to step i - 1; x_i has a say too": (
                lambda x_i, x_0, beta, bar: bar * x_0
            ),
            "that is x_i carried back a step; x_0 has a say too": (
                lambda x_i, x_0, beta, bar: x_i / (1 - beta**2) ** 0.5
            ),
        },
    ),
    "c-3-13": Exercise(
        asks="minus twice the log-density without its constant, of the shape of before",
        trials=(
            (normal(5, 4, 3), normal(6, 4, 3), normal(7, 4, 3), *_three_alphas(*_STEP)),
            (normal(8, 2, 5), normal(9, 2, 5), normal(10, 2, 5), *_three_alphas(*_LATER)),
        ),
        solution=exponent,
        mistakes={
            "this is as printed: x_0 reaches x_i by all the steps, not by one": (
                lambda u, x, x0, a, bar, low: _squares(u, x, x0, a, bar, low, a, a)
            ),
            "one bar is still missing, in the last term": (
                lambda u, x, x0, a, bar, low: _squares(u, x, x0, a, bar, low, low, a)
            ),
            "one bar is still missing, in the middle term": (
                lambda u, x, x0, a, bar, low: _squares(u, x, x0, a, bar, low, a, bar)
            ),
            "the two bars are exchanged: x_{i-1} has one step fewer": (
                lambda u, x, x0, a, bar, low: _squares(u, x, x0, a, bar, low, bar, low)
            ),
            "x_{i-1} is centred at alpha_bar_{i-1} x_0, with one step fewer": (
                lambda u, x, x0, a, bar, low: _squares(u, x, x0, a, bar, low, bar, bar)
            ),
            "one bar too many: the first term is a single step": (
                lambda u, x, x0, a, bar, low: (
                    exponent(u, x, x0, a, bar, low)
                    + ((x - bar * u) ** 2 - (x - a * u) ** 2) / (1 - a**2)
                )
            ),
            "one bar too many, below the first term: a single step has beta_i^2": (
                lambda u, x, x0, a, bar, low: (
                    exponent(u, x, x0, a, bar, low)
                    + (x - a * u) ** 2 * (1 / (1 - bar**2) - 1 / (1 - a**2))
                )
            ),
            "a factor: this is the log-density, and minus twice it was wanted": (
                lambda u, x, x0, a, bar, low: -0.5 * exponent(u, x, x0, a, bar, low)
            ),
            "the last term divides: its sign is minus": (
                lambda u, x, x0, a, bar, low: (
                    exponent(u, x, x0, a, bar, low) + 2 * (x - bar * x0) ** 2 / (1 - bar**2)
                )
            ),
            "the last term is missing: Bayes divides by the law of x_i": (
                lambda u, x, x0, a, bar, low: (
                    exponent(u, x, x0, a, bar, low) + (x - bar * x0) ** 2 / (1 - bar**2)
                )
            ),
            "below stand variances; these are standard deviations": (
                lambda u, x, x0, a, bar, low: (
                    (x - a * u) ** 2 / (1 - a**2) ** 0.5
                    + (u - low * x0) ** 2 / (1 - low**2) ** 0.5
                    - (x - bar * x0) ** 2 / (1 - bar**2) ** 0.5
                )
            ),
            "the alphas must be squared below, as 1 - alpha^2": (
                lambda u, x, x0, a, bar, low: (
                    (x - a * u) ** 2 / (1 - a)
                    + (u - low * x0) ** 2 / (1 - low)
                    - (x - bar * x0) ** 2 / (1 - bar)
                )
            ),
        },
    ),
    "c-3-16": Exercise(
        asks="the variance of x_{i-1} given x_i, of the shape of doubt",
        trials=((uniform(11, 5), *_STEP), (uniform(12, 3, high=2.0), *_LATER)),
        solution=best_variance,
        mistakes={
            "that is the variance given x_0; the doubt about x_0 comes on top": (
                lambda doubt, beta, bar: best_variance(0 * doubt, beta, bar)
            ),
            "that is the doubt's part; the variance given x_0 is missing": (
                lambda doubt, beta, bar: _weights(beta, bar)[0] ** 2 * doubt
            ),
            "the weight of x_0 must be squared": (
                lambda doubt, beta, bar: _weights(beta, bar)[2] + _weights(beta, bar)[0] * doubt
            ),
            "the weight of x_0 is missing: only a part of its doubt arrives": (
                lambda doubt, beta, bar: _weights(beta, bar)[2] + doubt
            ),
            "beta^2 is missing in the weight of x_0": (
                lambda doubt, beta, bar: (
                    _weights(beta, bar)[2] + (_weights(beta, bar)[0] / beta**2) ** 2 * doubt
                )
            ),
            "the weight of x_0 in the mean is not alpha_bar alone": (
                lambda doubt, beta, bar: _weights(beta, bar)[2] + bar**2 * doubt
            ),
            "beta must be squared in the variance given x_0": (
                lambda doubt, beta, bar: (
                    _weights(beta, bar)[2] / beta + _weights(beta, bar)[0] ** 2 * doubt
                )
            ),
            "the doubt is a variance already: no square of it": (
                lambda doubt, beta, bar: best_variance(doubt**2, beta, bar)
            ),
            "the doubt is a variance already: no root of it": (
                lambda doubt, beta, bar: best_variance(doubt.sqrt(), beta, bar)
            ),
            "the doubt is added: teachers who disagree widen the answer": (
                lambda doubt, beta, bar: best_variance(-doubt, beta, bar)
            ),
            "variances add up, standard deviations do not": (
                lambda doubt, beta, bar: (
                    _weights(beta, bar)[2] ** 0.5 + _weights(beta, bar)[0] * doubt.sqrt()
                )
            ),
            "that is beta^2 and the doubt; given x_0 the variance is below beta^2": (
                lambda doubt, beta, bar: beta**2 + _weights(beta, bar)[0] ** 2 * doubt
            ),
            "that is the wide width, beta^2, whatever the doubt": (
                lambda doubt, beta, bar: beta**2 + 0 * doubt
            ),
            "that is a standard deviation": (
                lambda doubt, beta, bar: best_variance(doubt, beta, bar).sqrt()
            ),
        },
    ),
    "c-3-17": Exercise(
        asks="the KL of two Gaussians with one variance, of shape (B,)",
        trials=(
            (normal(13, 4, 3), normal(14, 4, 3), 0.3),
            (normal(15, 2, 5), normal(16, 2, 5), 1.7),
        ),
        solution=step_loss,
        mistakes={
            "this is as printed: the variance is squared, sigma to the fourth": (
                lambda model, target, v: step_loss(model, target, v**2)
            ),
            "the half is missing": lambda model, target, v: 2 * step_loss(model, target, v),
            "divided by the standard deviation; the variance belongs there": (
                lambda model, target, v: step_loss(model, target, math.sqrt(v))
            ),
            "the variance divides: what is narrow costs more": (
                lambda model, target, v: step_loss(model, target, 1 / v)
            ),
            "this is a mean over coordinates; their KLs add up": (
                lambda model, target, v: step_loss(model, target, v) / model.shape[1]
            ),
            "the sum runs over the rows; add the coordinates of each row": (
                lambda model, target, v: step_loss(model.T, target.T, v)
            ),
            "the norm of the matrix is its largest stretch, sigma^2, whatever the dimension": (
                lambda model, target, v: step_loss(model, target, v) / model.shape[1] ** 0.5
            ),
            "the distance must be squared": (
                lambda model, target, v: (model - target).norm(dim=1) / (2 * v)
            ),
            "squares belong there, not absolute values": (
                lambda model, target, v: (model - target).abs().sum(1) / (2 * v)
            ),
            "the two variances are equal, so their logarithms cancel": (
                lambda model, target, v: (
                    step_loss(model, target, v) + model.shape[1] / 2 * math.log(v)
                )
            ),
            "the weight is missing: the plain squared distance has no units of nats": (
                lambda model, target, v: step_loss(model, target, 0.5)
            ),
        },
    ),
}
