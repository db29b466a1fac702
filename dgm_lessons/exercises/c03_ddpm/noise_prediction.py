"""Exercises of the page `noise-prediction`, chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

Network = Callable[[Tensor, Tensor], Tensor]


def _chain(seed: int, steps: int) -> tuple[Tensor, Tensor]:
    """beta and alpha_bar of a chain; entry 0 belongs to clean data."""
    betas = uniform(seed, steps, low=0.1, high=0.6)
    beta = torch.cat([betas.new_zeros(1), betas])
    return beta, (1 - beta**2).sqrt().cumprod(0)


_LONG, _SHORT = _chain(1, 12), _chain(2, 7)
_MANY, _FEW = torch.tensor([2, 5, 8, 12]), torch.tensor([6, 3])


def _network(x: Tensor, i: Tensor) -> Tensor:
    """A guess that depends on both arguments."""
    return torch.tanh(x) + 0.1 * i[:, None]


def to_ddpm(su: Tensor, i: Tensor, beta: Tensor, alpha_bar: Tensor) -> Tensor:
    sigma_bar = (1 - alpha_bar[i] ** 2).sqrt()
    return (sigma_bar / beta[i])[:, None] * su


def _sigma_bar(alpha_bar: Tensor) -> Tensor:
    return (1 - alpha_bar**2).sqrt()


def reverse_mean(x_i: Tensor, eps: Tensor, alpha: float, alpha_bar: float) -> Tensor:
    factor = (1 - alpha**2) / (1 - alpha_bar**2) ** 0.5
    return (x_i - factor * eps) / alpha


def _mean(x: Tensor, eps: Tensor, alpha: float, root: float) -> Tensor:
    """The mean with a root of one's own below beta squared."""
    return (x - (1 - alpha**2) / root * eps) / alpha


def simple_loss(network: Network, x0: Tensor, i: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    a = alpha_bar[i][:, None]
    x_i = a * x0 + (1 - a**2).sqrt() * eps
    guess = network(x_i, i)
    error = guess - eps
    return 0.5 * (error**2).sum(1).mean()


def _loss(guess: Tensor, target: Tensor) -> Tensor:
    return 0.5 * ((guess - target) ** 2).sum(1).mean()


def _mixed(signal: Tensor, noise: Tensor, x0: Tensor, eps: Tensor) -> Tensor:
    return signal[:, None] * x0 + noise[:, None] * eps


def _at(x0: Tensor, i: Tensor, eps: Tensor, bar: Tensor) -> Tensor:
    return _mixed(bar[i], _sigma_bar(bar[i]), x0, eps)


EXERCISES: dict[str, Exercise] = {
    "c-3-23": Exercise(
        asks="what DDPM's network would say, of the shape of su",
        trials=((normal(3, 4, 3), _MANY, *_LONG), (normal(4, 2, 5), _FEW, *_SHORT)),
        solution=to_ddpm,
        mistakes={
            "the factor is upside down: the noise of all steps is larger than that of one": (
                lambda su, i, beta, bar: (beta / _sigma_bar(bar))[i][:, None] * su
            ),
            "sigma_bar is missing: that is the noise of all steps, in units of its own": (
                lambda su, i, beta, bar: su / beta[i][:, None]
            ),
            "beta is missing: divide by it": (
                lambda su, i, beta, bar: _sigma_bar(bar)[i][:, None] * su
            ),
            "sigma_bar is the root of 1 - alpha_bar^2; the root is missing": (
                lambda su, i, beta, bar: ((1 - bar**2)[i] / beta[i])[:, None] * su
            ),
            "the square on alpha_bar is missing; the DDPM paper's is the square of ours": (
                lambda su, i, beta, bar: ((1 - bar).sqrt()[i] / beta[i])[:, None] * su
            ),
            "beta is squared, and it divides as it is": (
                lambda su, i, beta, bar: (_sigma_bar(bar)[i] / beta[i] ** 2)[:, None] * su
            ),
            "alpha_bar is what is left of the datum; the noise has sigma_bar": (
                lambda su, i, beta, bar: (bar[i] / beta[i])[:, None] * su
            ),
            "that is sigma_bar one step too early: the step's own noise belongs to it": (
                lambda su, i, beta, bar: (_sigma_bar(bar)[i - 1] / beta[i])[:, None] * su
            ),
            "that is beta one step too early: entry i belongs to step i": (
                lambda su, i, beta, bar: (_sigma_bar(bar)[i] / beta[i - 1])[:, None] * su
            ),
            "each row has a step of its own; this takes the first row's for all": (
                lambda su, i, beta, bar: _sigma_bar(bar)[i[0]] / beta[i[0]] * su
            ),
            "no conversion at all: Su's network guesses the noise of the last step": (
                lambda su, i, beta, bar: su
            ),
        },
    ),
    "c-3-24": Exercise(
        asks="the mean of the reverse step, of the shape of x_i",
        trials=(
            (normal(5, 4, 3), normal(6, 4, 3), 0.95, 0.6),
            (normal(7, 2, 5), normal(8, 2, 5), 0.74, 0.35),
        ),
        solution=reverse_mean,
        mistakes={
            "that is the slide: the root takes the alpha of one step, it needs the product": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, (1 - alpha**2) ** 0.5)
            ),
            "sqrt(1 - alpha_bar) is the DDPM paper's, whose alpha_bar is the square of ours": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, (1 - bar) ** 0.5)
            ),
            "the fraction is the DDPM paper's, whose alphas are the squares of ours": (
                lambda x, eps, alpha, bar: (x - (1 - alpha) / (1 - bar) ** 0.5 * eps) / alpha
            ),
            "the root is missing: divide by sigma_bar, not by its square": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, 1 - bar**2)
            ),
            "only the root of beta^2 / sigma_bar^2 is here: above stands beta^2, without a root": (
                lambda x, eps, alpha, bar: (
                    (x - ((1 - alpha**2) / (1 - bar**2)) ** 0.5 * eps) / alpha
                )
            ),
            "the sign: the noise is taken away": (
                lambda x, eps, alpha, bar: reverse_mean(x, -eps, alpha, bar)
            ),
            "alpha in front is missing: divide by it at the end": (
                lambda x, eps, alpha, bar: alpha * reverse_mean(x, eps, alpha, bar)
            ),
            "alpha in front divides; it does not multiply": (
                lambda x, eps, alpha, bar: alpha**2 * reverse_mean(x, eps, alpha, bar)
            ),
            "alpha in front divides the noise, too": (
                lambda x, eps, alpha, bar: reverse_mean(x, alpha * eps, alpha, bar)
            ),
            "in front stands the alpha of one step, without a bar": (
                lambda x, eps, alpha, bar: alpha / bar * reverse_mean(x, eps, alpha, bar)
            ),
            "both alphas got a bar: above the fraction stands the step's own": (
                lambda x, eps, alpha, bar: (x - (1 - bar**2) ** 0.5 * eps) / alpha
            ),
            "the bar is on the wrong alpha: it belongs below the fraction": (
                lambda x, eps, alpha, bar: (x - (1 - bar**2) / (1 - alpha**2) ** 0.5 * eps) / alpha
            ),
            "that is the clean datum, all steps undone at once": (
                lambda x, eps, alpha, bar: (x - (1 - bar**2) ** 0.5 * eps) / bar
            ),
        },
    ),
    "c-3-30": Exercise(
        asks="the simple loss of the batch, one number",
        trials=(
            (_network, normal(9, 4, 3), _MANY, normal(10, 4, 3), _LONG[1]),
            (_network, normal(11, 2, 5), _FEW, normal(12, 2, 5), _SHORT[1]),
        ),
        solution=simple_loss,
        mistakes={
            "the half is missing": (
                lambda net, x0, i, eps, bar: 2 * simple_loss(net, x0, i, eps, bar)
            ),
            "this is a mean over coordinates; the squared norm is their sum": (
                lambda net, x0, i, eps, bar: simple_loss(net, x0, i, eps, bar) / x0.shape[1]
            ),
            "this is a mean over coordinates, without the half; the squared norm is a sum": (
                lambda net, x0, i, eps, bar: 2 * simple_loss(net, x0, i, eps, bar) / x0.shape[1]
            ),
            "this is a sum over the batch; take its mean": (
                lambda net, x0, i, eps, bar: simple_loss(net, x0, i, eps, bar) * len(x0)
            ),
            "this is a sum over the batch, without the half": (
                lambda net, x0, i, eps, bar: 2 * simple_loss(net, x0, i, eps, bar) * len(x0)
            ),
            "sum and mean are exchanged: sum over coordinates, mean over the batch": (
                lambda net, x0, i, eps, bar: (
                    simple_loss(net, x0, i, eps, bar) * len(x0) / x0.shape[1]
                )
            ),
            "the norm must be squared": (
                lambda net, x0, i, eps, bar: (
                    0.5 * (net(_at(x0, i, eps, bar), i) - eps).norm(dim=1).mean()
                )
            ),
            "squares belong there, not absolute values": (
                lambda net, x0, i, eps, bar: (
                    0.5 * (net(_at(x0, i, eps, bar), i) - eps).abs().sum(1).mean()
                )
            ),
            "alpha_bar[i - 1] is one step too early: alpha_bar[0] = 1 belongs to clean data": (
                lambda net, x0, i, eps, bar: _loss(net(_at(x0, i - 1, eps, bar), i), eps)
            ),
            "no root of alpha_bar: the DDPM paper's alpha_bar is the square of ours": (
                lambda net, x0, i, eps, bar: simple_loss(net, x0, i, eps, bar.sqrt())
            ),
            "alpha_bar must be squared under the root, as 1 - alpha_bar^2": (
                lambda net, x0, i, eps, bar: _loss(
                    net(_mixed(bar[i], (1 - bar[i]).sqrt(), x0, eps), i), eps
                )
            ),
            "the noise is scaled by 1 - alpha_bar^2; take the square root": (
                lambda net, x0, i, eps, bar: _loss(
                    net(_mixed(bar[i], 1 - bar[i] ** 2, x0, eps), i), eps
                )
            ),
            "the factors are exchanged: alpha_bar belongs to the datum": (
                lambda net, x0, i, eps, bar: _loss(
                    net(_mixed(_sigma_bar(bar[i]), bar[i], x0, eps), i), eps
                )
            ),
            "the datum is shrunk as well: alpha_bar multiplies it": (
                lambda net, x0, i, eps, bar: _loss(
                    net(x0 + _sigma_bar(bar[i])[:, None] * eps, i), eps
                )
            ),
            "the guess is compared with the clean datum; this game is about the noise": (
                lambda net, x0, i, eps, bar: _loss(net(_at(x0, i, eps, bar), i), x0)
            ),
            "the network is shown the clean datum; show it the mixture": (
                lambda net, x0, i, eps, bar: _loss(net(x0, i), eps)
            ),
        },
    ),
}
