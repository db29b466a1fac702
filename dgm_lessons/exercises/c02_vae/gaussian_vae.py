"""Exercises of the page `gaussian-vae`, chapter 2."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ..exercise import Exercise, normal


def draw(output: Tensor, eps: Tensor) -> Tensor:
    mean, log_variance = output.chunk(2, dim=1)
    return mean + (log_variance / 2).exp() * eps


def _scaled(output: Tensor, eps: Tensor, factor: float) -> Tensor:
    """A draw with `factor` for the half before the log-variance."""
    mean, log_variance = output.chunk(2, dim=1)
    return mean + (factor * log_variance).exp() * eps


def _heads(output: Tensor) -> tuple[Tensor, Tensor]:
    mean, log_variance = output.chunk(2, dim=1)
    return mean, log_variance


def reconstruction(x: Tensor, mu: Tensor, sigma: float) -> Tensor:
    square = (x - mu).square().sum(1) / (2 * sigma**2)
    return -square - x.shape[1] / 2 * math.log(2 * math.pi * sigma**2)


def _square(x: Tensor, mu: Tensor, sigma: float) -> Tensor:
    return (x - mu).square().sum(1) / (2 * sigma**2)


def _constant(x: Tensor, variance: float) -> float:
    """D/2 log(2 pi sigma^2)."""
    return x.shape[1] / 2 * math.log(2 * math.pi * variance)


def decode(z: Tensor, x: Tensor, tau: float) -> Tensor:
    weights = (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp()
    return (weights * x).sum(1) / weights.sum(1)


def _weights(z: Tensor, x: Tensor, tau: float) -> Tensor:
    return (-((z[:, None] - x) ** 2) / (2 * tau**2)).exp()


def who(z: Tensor, x: Tensor, tau: float) -> Tensor:
    return (-((z[:, None] - x) ** 2) / (2 * tau**2)).softmax(1)


def coin(z: Tensor, tau: float) -> Tensor:
    return ((z - 0.5) / tau**2).sigmoid()


def best_sigma(x: Tensor, mu: Tensor) -> Tensor:
    return (x - mu).square().mean().sqrt()


MACHINES = ("noisy and mean", "noisy and drawn", "sharp and mean", "sharp and drawn")


def share(V: float, tau: float) -> Tensor:
    return torch.tensor([V / (V + tau**2), 1.0, 1.0, 1.0], dtype=torch.float64)


def _entry(place: int, wrong: Callable[[float, float], float]) -> Callable[..., Tensor]:
    """The right answer with another number at one place."""

    def answer(V: float, tau: float) -> Tensor:
        shares = share(V, tau)
        shares[place] = wrong(V, tau)
        return shares

    return answer


EXERCISES: dict[str, Exercise] = {
    "c-2-11": Exercise(
        asks="a code for each row, of shape (B, d)",
        trials=((normal(1, 4, 6), normal(2, 4, 3)), (normal(3, 2, 10), normal(4, 2, 5))),
        solution=draw,
        mistakes={
            "that is the variance beside the noise: take its square root": (
                lambda output, eps: _scaled(output, eps, 1.0)
            ),
            "the exponential is that of half the log-variance, not of twice": (
                lambda output, eps: _scaled(output, eps, 2.0)
            ),
            "the log-variance itself beside the noise: take the exponential of its half": (
                lambda output, eps: _heads(output)[0] + _heads(output)[1] * eps
            ),
            "half the log-variance beside the noise: take its exponential": (
                lambda output, eps: _heads(output)[0] + 0.5 * _heads(output)[1] * eps
            ),
            "the root of the log-variance beside the noise: take the exponential of its half": (
                lambda output, eps: _heads(output)[0] + _heads(output)[1].abs().sqrt() * eps
            ),
            "the head is a log-variance: an exponential undoes the log, a softplus does not": (
                lambda output, eps: _heads(output)[0] + softplus(_heads(output)[1]) * eps
            ),
            "the sign in the exponential: that is one over the standard deviation": (
                lambda output, eps: _scaled(output, eps, -0.5)
            ),
            "the mean is missing": lambda output, eps: draw(output, eps) - _heads(output)[0],
            "that is the mean alone: a code is a draw": lambda output, eps: _heads(output)[0],
            "the standard deviation is missing: the noise has a width": (
                lambda output, eps: _heads(output)[0] + eps
            ),
            "the noise is missing: the standard deviation multiplies eps": (
                lambda output, eps: draw(output, torch.ones_like(eps))
            ),
            "the noise multiplies the standard deviation only, not the mean": (
                lambda output, eps: draw(output, torch.ones_like(eps)) * eps
            ),
            "the two heads are exchanged: means stand first": (
                lambda output, eps: _heads(output)[1] + (0.5 * _heads(output)[0]).exp() * eps
            ),
            "means and log-variances do not take turns: the first d are the means": (
                lambda output, eps: output[:, ::2] + (0.5 * output[:, 1::2]).exp() * eps
            ),
        },
    ),
    "c-2-13": Exercise(
        asks="the log-density of each row, of shape (B,)",
        trials=((normal(5, 4, 3), normal(6, 4, 3), 0.3), (normal(7, 2, 5), normal(8, 2, 5), 1.7)),
        solution=reconstruction,
        mistakes={
            "the constant is missing": lambda x, mu, sigma: -_square(x, mu, sigma),
            "the constant counts once for each of the D pixels": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - math.log(2 * math.pi * sigma**2) / 2
            ),
            "sigma is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - _constant(x, 1.0)
            ),
            "sigma must be squared in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - _constant(x, sigma)
            ),
            "log sigma counts once for each of the D pixels": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - _constant(x, 1.0) - math.log(sigma)
            ),
            "2 pi is missing in the constant": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - x.shape[1] * math.log(sigma)
            ),
            "the half of the constant is missing: D/2 log(2 pi sigma^2)": (
                lambda x, mu, sigma: -_square(x, mu, sigma) - 2 * _constant(x, sigma**2)
            ),
            "the half before the square is missing": (
                lambda x, mu, sigma: -2 * _square(x, mu, sigma) - _constant(x, sigma**2)
            ),
            "the square is divided by sigma; divide by its square": (
                lambda x, mu, sigma: -sigma * _square(x, mu, sigma) - _constant(x, sigma**2)
            ),
            "the distance must be squared": (
                lambda x, mu, sigma: -(x - mu).norm(dim=1) / (2 * sigma**2) - _constant(x, sigma**2)
            ),
            "the constant's sign: it is minus D/2 log(2 pi sigma^2)": (
                lambda x, mu, sigma: -_square(x, mu, sigma) + _constant(x, sigma**2)
            ),
            "the square has the wrong sign: far away the density is low": (
                lambda x, mu, sigma: _square(x, mu, sigma) - _constant(x, sigma**2)
            ),
            "the sign: this is the loss, minus the log-density": (
                lambda x, mu, sigma: -reconstruction(x, mu, sigma)
            ),
            "this is a mean over pixels; logs of independent pixels add up": (
                lambda x, mu, sigma: reconstruction(x, mu, sigma) / x.shape[1]
            ),
            "the squares are averaged over pixels; they add up": (
                lambda x, mu, sigma: -_square(x, mu, sigma) / x.shape[1] - _constant(x, sigma**2)
            ),
            "the sum runs over the rows; add the pixels of each row": (
                lambda x, mu, sigma: reconstruction(x.T, mu.T, sigma)
            ),
            "this is the density; its logarithm was wanted": (
                lambda x, mu, sigma: reconstruction(x, mu, sigma).exp()
            ),
        },
    ),
    "c-2-15": Exercise(
        asks="the best decoder's answer to each code, of shape (B,)",
        trials=((normal(9, 4), 1.5 * normal(10, 9), 0.7), (2 * normal(11, 3), normal(12, 5), 1.6)),
        solution=decode,
        mistakes={
            "the weights must add up to 1: divide by their sum": (
                lambda z, x, tau: _weights(z, x, tau) @ x / len(x)
            ),
            "the weights must add up to 1 for each code: divide by their sum over the data": (
                lambda z, x, tau: _weights(z, x, tau) @ x
            ),
            "the weights are divided by their sum over the codes; the sum over the data belongs "
            "there": (lambda z, x, tau: (_weights(z, x, tau) / _weights(z, x, tau).sum(0)) @ x),
            "divided by the prior: the sum of the weights, the codes' own law, belongs there": (
                lambda z, x, tau: _weights(z, x, tau) @ x / (len(x) * tau * (-(z**2) / 2).exp())
            ),
            "tau stands where its square belongs": (lambda z, x, tau: decode(z, x, math.sqrt(tau))),
            "the half in the Gaussian's exponent is missing": (
                lambda z, x, tau: decode(z, x, tau / math.sqrt(2))
            ),
            "the minus in the Gaussian's exponent is missing: near data weigh more": (
                lambda z, x, tau: ((z[:, None] - x) ** 2 / (2 * tau**2)).softmax(1) @ x
            ),
            "the distance in the exponent must be squared": (
                lambda z, x, tau: (-(z[:, None] - x).abs() / tau).softmax(1) @ x
            ),
            "tau multiplies in the exponent; it divides there": (
                lambda z, x, tau: decode(z, x, 1 / tau)
            ),
            "that is the likeliest datum; least squares wants the mean": (
                lambda z, x, tau: x[(z[:, None] - x).abs().argmin(1)]
            ),
            "all data count alike: weigh each by the density of z given it": (
                lambda z, x, tau: x.mean().expand(len(z))
            ),
            "that is the answer for data from N(0, 1); here the data are given": (
                lambda z, x, tau: z / (1 + tau**2)
            ),
            "these are the weights alone; multiply each by its datum": (
                lambda z, x, tau: _weights(z, x, tau).mean(1)
            ),
            "that is the code itself: it has noise in it": lambda z, x, tau: z,
        },
    ),
    "gvae-bayes": Exercise(
        asks="the probability of each datum given each code, of shape (B, N)",
        trials=((normal(13, 4), 1.5 * normal(14, 9), 0.7), (2 * normal(15, 3), normal(16, 5), 1.6)),
        solution=who,
        mistakes={
            "this is as printed, divided by the prior: the probabilities of a code do not add up "
            "to 1": (
                lambda z, x, tau: (
                    _weights(z, x, tau) / (len(x) * tau) / (-(z[:, None] ** 2) / 2).exp()
                )
            ),
            "these are the densities of the codes; divide by their sum over the data": (
                lambda z, x, tau: _weights(z, x, tau) / (tau * math.sqrt(2 * math.pi))
            ),
            "the weights must add up to 1 for each code: divide by their sum over the data": (
                lambda z, x, tau: _weights(z, x, tau)
            ),
            "these add up to 1 over the codes; they must over the data": (
                lambda z, x, tau: _weights(z, x, tau) / _weights(z, x, tau).sum(0)
            ),
            "these add up to 1 over everything; they must for each code": (
                lambda z, x, tau: _weights(z, x, tau) / _weights(z, x, tau).sum()
            ),
            "all data count alike: weigh each by the density of z given it": (
                lambda z, x, tau: torch.full_like(_weights(z, x, tau), 1 / len(x))
            ),
            "the half in the Gaussian's exponent is missing": (
                lambda z, x, tau: who(z, x, tau / math.sqrt(2))
            ),
            "codes are rows and data are columns": lambda z, x, tau: who(z, x, tau).T,
            "this is the mean datum of each code; its probabilities were wanted": decode,
        },
    ),
    "gvae-coin": Exercise(
        asks="the answer to the code z, a number between 0 and 1",
        trials=((0.5 + 0.6 * normal(31, 6), 0.8), (0.5 + 2 * normal(32, 9), 1.7)),
        solution=coin,
        mistakes={
            "the sign of the exponent: a large code speaks for 1": (
                lambda z, tau: 1 - coin(z, tau)
            ),
            "the squared distances are halved in the exponent: so their difference is, too": (
                lambda z, tau: ((2 * z - 1) / tau**2).sigmoid()
            ),
            "it looks like tau where tau squared belongs": (
                lambda z, tau: ((z - 0.5) / tau).sigmoid()
            ),
            "the codes 0 and 1 are the middles of the clouds: in between lies 1/2, not 0": (
                lambda z, tau: (z / tau**2).sigmoid()
            ),
            "this is the weight of the datum 1 alone; divide by the sum of both": (
                lambda z, tau: (-((z - 1) ** 2) / (2 * tau**2)).exp()
            ),
            "this is the weight of 1 over that of 0; divide by the sum of both": (
                lambda z, tau: ((z - 0.5) / tau**2).exp()
            ),
            "this is a weighted mean by 1/distance; the encoder is Gaussian": (
                lambda z, tau: z.abs() / (z.abs() + (1 - z).abs())
            ),
            "a code is no answer: it is a datum plus noise": lambda z, tau: z,
            "this answers with the likelier datum; the best decoder answers with the mean": (
                lambda z, tau: (z > 0.5).double()
            ),
        },
    ),
    "gvae-sigma": Exercise(
        asks="the sigma with the greatest sum of log-densities, one number",
        trials=((normal(17, 4, 3), normal(18, 4, 3)), (2 * normal(19, 2, 5), normal(20, 2, 5))),
        solution=best_sigma,
        mistakes={
            "this is the variance; take the square root": (lambda x, mu: (x - mu).square().mean()),
            "this adds the pixels up: each of the N D pixels has the same sigma, so average": (
                lambda x, mu: (x - mu).square().sum(1).mean().sqrt()
            ),
            "this adds everything up; average": lambda x, mu: (x - mu).norm(),
            "this is the mean distance of a pixel; sigma is the root of the mean square": (
                lambda x, mu: (x - mu).abs().mean()
            ),
            "the decoder's mean is mu: do not take the mean of the errors away": (
                lambda x, mu: (x - mu).std(correction=0)
            ),
            "the decoder's mean is mu: no error is taken away, and none is lost in N - 1": (
                lambda x, mu: (x - mu).std()
            ),
            "this is the spread of the data; sigma is that of the errors": (
                lambda x, mu: x.std(correction=0)
            ),
            "this is a sigma for each pixel; here one serves all": (
                lambda x, mu: (x - mu).square().mean(0).sqrt()
            ),
            "this is a sigma for each datum; here one serves all": (
                lambda x, mu: (x - mu).square().mean(1).sqrt()
            ),
            "this is the mean of the errors of the data; average the squares first": (
                lambda x, mu: (x - mu).square().mean(1).sqrt().mean()
            ),
            "the half belongs to the exponent; it cancels": (
                lambda x, mu: ((x - mu).square().mean() / 2).sqrt()
            ),
        },
    ),
    "c-2-17": Exercise(
        asks="four shares of the variance of the data",
        trials=((1.7, 0.8), (0.6, 1.3), (3.2, 0.45)),
        parts=MACHINES,
        solution=share,
        mistakes={
            "the mean decoder loses what it averages away": _entry(0, lambda V, tau: 1.0),
            "this is what the mean decoder loses; the rest comes back": _entry(
                0, lambda V, tau: tau**2 / (V + tau**2)
            ),
            "this is the variance, not a share of it": _entry(
                0, lambda V, tau: V**2 / (V + tau**2)
            ),
            "this is a share of the standard deviation": _entry(
                0, lambda V, tau: (V / (V + tau**2)) ** 0.5
            ),
            "this is the slope, squared: the codes have the variance V + tau^2": _entry(
                0, lambda V, tau: (V / (V + tau**2)) ** 2
            ),
            "it looks like tau where tau squared belongs": _entry(0, lambda V, tau: V / (V + tau)),
            "who draws from the law given the code makes up for the average": _entry(
                1, lambda V, tau: V / (V + tau**2)
            ),
            "this is the spread behind one code; the codes differ, too": _entry(
                1, lambda V, tau: tau**2 / (V + tau**2)
            ),
            "the draw adds back what was lost, not the noise of the code": _entry(
                1, lambda V, tau: 1 + tau**2 / V
            ),
            "behind a sharp code stands one datum: its mean is that datum": _entry(
                2, lambda V, tau: V / (V + tau**2)
            ),
            "behind a sharp code stands one datum: a draw is that datum": _entry(
                3, lambda V, tau: V / (V + tau**2)
            ),
            "one code has one datum, but the codes differ as the data do": _entry(
                2, lambda V, tau: 0.0
            ),
            "one code has one datum, but other codes have others": _entry(3, lambda V, tau: 0.0),
        },
    ),
}
