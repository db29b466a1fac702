"""Exercises of the page `noise-prediction`, chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise

_BETAS = torch.linspace(0.1, 0.5, 12, dtype=torch.float64)
_BETA = torch.cat([_BETAS.new_zeros(1), _BETAS])  # entry i belongs to step i
_ALPHA_BAR = (1 - _BETA**2).sqrt().cumprod(0)
_I = torch.tensor([1, 4, 7, 12])
_SU = torch.tensor([[0.1, -0.3], [0.2, 0.5], [-0.4, 0.1], [0.3, -0.2]], dtype=torch.float64)
_X = torch.tensor([[0.5, -1.0], [1.5, 0.3], [-2.0, 2.0], [0.2, -0.4]], dtype=torch.float64)
_EPS = torch.tensor([[-0.3, 0.8], [1.2, -0.6], [0.1, -1.4], [0.9, 0.4]], dtype=torch.float64)
_ALPHA, _BAR = 0.95, 0.6


def _network(x: Tensor, i: Tensor) -> Tensor:
    """A guess that depends on both arguments."""
    return torch.tanh(x) + 0.1 * i[:, None]


def _sigma_bar(alpha_bar: Tensor) -> Tensor:
    return (1 - alpha_bar**2).sqrt()


def _to_ddpm(su: Tensor, i: Tensor, beta: Tensor, alpha_bar: Tensor) -> Tensor:
    return (_sigma_bar(alpha_bar)[i] / beta[i])[:, None] * su


def _mean(x: Tensor, eps: Tensor, alpha: float, root: float) -> Tensor:
    return (x - (1 - alpha**2) / root * eps) / alpha


def _errors(
    network: Callable[[Tensor, Tensor], Tensor], x0: Tensor, i: Tensor, eps: Tensor, a: Tensor
) -> Tensor:
    """Squared errors of the guess, coordinate by coordinate, for signal a (B,)."""
    x_i = a[:, None] * x0 + _sigma_bar(a)[:, None] * eps
    return (network(x_i, i) - eps) ** 2


EXERCISES: dict[str, Exercise] = {
    "c-3-23": Exercise(
        asks="what DDPM's network would say, of the shape of su",
        inputs=(_SU, _I, _BETA, _ALPHA_BAR),
        solution=_to_ddpm,
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
            "the square on alpha_bar is missing": (
                lambda su, i, beta, bar: ((1 - bar).sqrt()[i] / beta[i])[:, None] * su
            ),
            "that is sigma_bar one step too early: the step's own noise belongs to it": (
                lambda su, i, beta, bar: (_sigma_bar(bar)[i - 1] / beta[i])[:, None] * su
            ),
            "no conversion at all: Su's network guesses the noise of the last step": (
                lambda su, i, beta, bar: su
            ),
        },
    ),
    "c-3-24": Exercise(
        asks="the mean of the reverse step, of the shape of x_i",
        inputs=(_X, _EPS, _ALPHA, _BAR),
        solution=lambda x, eps, alpha, bar: _mean(x, eps, alpha, (1 - bar**2) ** 0.5),
        mistakes={
            "that is the slide: the root takes the alpha of one step, it needs the product": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, (1 - alpha**2) ** 0.5)
            ),
            "sqrt(1 - alpha_bar) is right where alpha is a variance; here square alpha_bar": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, (1 - bar) ** 0.5)
            ),
            "the root is missing: divide by sigma_bar, not by its square": (
                lambda x, eps, alpha, bar: _mean(x, eps, alpha, 1 - bar**2)
            ),
            "the sign: the noise is taken away": (
                lambda x, eps, alpha, bar: _mean(x, -eps, alpha, (1 - bar**2) ** 0.5)
            ),
            "alpha in front is missing: divide by it at the end": (
                lambda x, eps, alpha, bar: alpha * _mean(x, eps, alpha, (1 - bar**2) ** 0.5)
            ),
            "both alphas got a bar: above the fraction stands the step's own": (
                lambda x, eps, alpha, bar: (x - (1 - bar**2) ** 0.5 * eps) / alpha
            ),
            "that is the clean datum, all steps undone at once": (
                lambda x, eps, alpha, bar: (x - (1 - bar**2) ** 0.5 * eps) / bar
            ),
        },
    ),
    "c-3-30": Exercise(
        asks="the simple loss of the batch, one number",
        inputs=(_network, _X, _I, _EPS, _ALPHA_BAR),
        solution=lambda net, x0, i, eps, bar: 0.5 * _errors(net, x0, i, eps, bar[i]).sum(1).mean(),
        mistakes={
            "the half is missing": (
                lambda net, x0, i, eps, bar: _errors(net, x0, i, eps, bar[i]).sum(1).mean()
            ),
            "this is a mean over coordinates; the squared norm is their sum": (
                lambda net, x0, i, eps, bar: 0.5 * _errors(net, x0, i, eps, bar[i]).mean()
            ),
            "this is a sum over the batch; take its mean": (
                lambda net, x0, i, eps, bar: 0.5 * _errors(net, x0, i, eps, bar[i]).sum()
            ),
            "alpha_bar[i - 1] is one step too early: alpha_bar[0] = 1 belongs to clean data": (
                lambda net, x0, i, eps, bar: (
                    0.5 * _errors(net, x0, i, eps, bar[i - 1]).sum(1).mean()
                )
            ),
            "alpha_bar is already the factor of the datum: no root of it here": (
                lambda net, x0, i, eps, bar: (
                    0.5 * _errors(net, x0, i, eps, bar[i].sqrt()).sum(1).mean()
                )
            ),
            "the noise is scaled by 1 - alpha_bar^2; take the square root": (
                lambda net, x0, i, eps, bar: (
                    0.5
                    * (net(bar[i][:, None] * x0 + (1 - bar[i] ** 2)[:, None] * eps, i) - eps)
                    .square()
                    .sum(1)
                    .mean()
                )
            ),
            "the guess is compared with the clean datum; this game is about the noise": (
                lambda net, x0, i, eps, bar: (
                    0.5
                    * (net(bar[i][:, None] * x0 + _sigma_bar(bar[i])[:, None] * eps, i) - x0)
                    .square()
                    .sum(1)
                    .mean()
                )
            ),
            "the network is shown the clean datum; show it the mixture": (
                lambda net, x0, i, eps, bar: 0.5 * (net(x0, i) - eps).square().sum(1).mean()
            ),
        },
    ),
}
