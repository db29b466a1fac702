"""Exercises of the page `gaussian-vae`, chapter 2."""

from __future__ import annotations

import math

import torch

from ...mixtures import gm1
from ...vae import gaussian
from ..exercise import Exercise

_MEAN = torch.tensor([[0.5, -1.0], [1.5, 0.3], [0.0, 2.0]], dtype=torch.float64)
_LOG_VARIANCE = torch.tensor([[-1.0, 0.4], [0.2, -2.0], [-0.5, 0.7]], dtype=torch.float64)
_SIGMA, _TAU = 0.3, 0.8
_EPS = torch.tensor([[0.3, -1.2], [1.1, 0.6], [-0.8, 0.4]], dtype=torch.float64)
_LINE = gm1().sample(50, torch.Generator().manual_seed(0), torch.float64)[:, 0]
_CODES = torch.tensor([-2.0, 0.1, 0.7, 2.2], dtype=torch.float64)


def _draw(output: torch.Tensor, eps: torch.Tensor, factor: float = 0.5) -> torch.Tensor:
    mean, log_variance = output.chunk(2, dim=1)
    return mean + (factor * log_variance).exp() * eps


def _decode(z: torch.Tensor, x: torch.Tensor, tau: float) -> torch.Tensor:
    return (-((z[:, None] - x) ** 2) / (2 * tau**2)).softmax(1) @ x


def _square(x: torch.Tensor, mu: torch.Tensor, sigma: float) -> torch.Tensor:
    return (x - mu).square().sum(1) / (2 * sigma**2)


def _log_root(sigma: float) -> float:
    """The log of sqrt(2 pi sigma^2): what one pixel adds to the constant."""
    return math.log(math.sqrt(2 * math.pi) * sigma)


EXERCISES: dict[str, Exercise] = {
    "c-2-11": Exercise(
        asks="a code for each row, of shape (B, d)",
        inputs=(torch.cat([_MEAN, _LOG_VARIANCE], 1), _EPS),
        solution=_draw,
        mistakes={
            "that is the variance beside the noise: take its square root": (
                lambda output, eps: _draw(output, eps, factor=1.0)
            ),
            "the log-variance itself beside the noise: take the exponential of its half": (
                lambda output, eps: output[:, :2] + output[:, 2:] * eps
            ),
            "half the log-variance beside the noise: take its exponential": (
                lambda output, eps: output[:, :2] + 0.5 * output[:, 2:] * eps
            ),
            "the sign in the exponential: that is one over the standard deviation": (
                lambda output, eps: _draw(output, eps, factor=-0.5)
            ),
            "the mean is missing": lambda output, eps: (0.5 * output[:, 2:]).exp() * eps,
            "that is the mean alone: a code is a draw": lambda output, eps: output[:, :2],
            "the two heads are exchanged: means stand first": (
                lambda output, eps: output[:, 2:] + (0.5 * output[:, :2]).exp() * eps
            ),
            "means and log-variances do not take turns: the first d are the means": (
                lambda output, eps: output[:, ::2] + (0.5 * output[:, 1::2]).exp() * eps
            ),
        },
    ),
    "c-2-13": Exercise(
        asks="the log-density of each row, of shape (B,)",
        inputs=(_MEAN, _LOG_VARIANCE, _SIGMA),
        solution=lambda x, mu, sigma: gaussian(sigma)(mu, x),
        mistakes={
            "the constant is missing": lambda x, mu, sigma: -_square(x, mu, sigma),
            "the constant counts once for each of the D pixels": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - _log_root(sigma)
            ),
            "sigma is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - x.shape[1] * _log_root(1.0)
            ),
            "2 pi is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - x.shape[1] * math.log(sigma)
            ),
            "the half before the square is missing": (
                lambda x, mu, sigma: -2 * _square(x, mu, sigma) - x.shape[1] * _log_root(sigma)
            ),
            "the square is divided by sigma; divide by its square": (
                lambda x, mu, sigma: -sigma * _square(x, mu, sigma) - x.shape[1] * _log_root(sigma)
            ),
            "the constant's sign: it is minus D/2 log(2 pi sigma^2)": (
                lambda x, mu, sigma: -_square(x, mu, sigma) + x.shape[1] * _log_root(sigma)
            ),
            "the sign: this is the loss, minus the log-density": (
                lambda x, mu, sigma: -gaussian(sigma)(mu, x)
            ),
            "this is a mean over pixels; logs of independent pixels add up": (
                lambda x, mu, sigma: gaussian(sigma)(mu, x) / x.shape[1]
            ),
        },
    ),
    "c-2-15": Exercise(
        asks="the best decoder's answer to each code, of shape (B,)",
        inputs=(_CODES, _LINE, _TAU),
        solution=_decode,
        mistakes={
            "the weights must add up to 1: divide by their sum": (
                lambda z, x, tau: (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp() @ x / len(x)
            ),
            "divided by the prior: the sum of the weights, the codes' own law, belongs there": (
                lambda z, x, tau: (
                    (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp()
                    @ x
                    / (len(x) * tau * (-(z**2) / 2).exp())
                )
            ),
            "tau stands where its square belongs": (
                lambda z, x, tau: _decode(z, x, math.sqrt(tau))
            ),
            "the half in the Gaussian's exponent is missing": (
                lambda z, x, tau: _decode(z, x, tau / math.sqrt(2))
            ),
            "that is the likeliest datum; least squares wants the mean": (
                lambda z, x, tau: x[(z[:, None] - x).abs().argmin(1)]
            ),
            "all data count alike: weigh each by the density of z given it": (
                lambda z, x, tau: x.mean().expand(len(z))
            ),
            "that is the code itself: it has noise in it": lambda z, x, tau: z,
        },
    ),
}
