"""Exercises of the page `ncsn-and-ddpm`, chapter 6."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..exercise import Exercise, normal

QUANTITIES = (
    "ladder: the mean of x_i for a given x_0 = 3",
    "chain: the mean of x_i for a given x_0 = 3",
    "ladder: the variance of x_i, for data of variance 1",
    "chain: the variance of x_i, for data of variance 1",
    "chain: the variance of x_i / alpha_bar_i, for data of variance 1",
)


def moves(quantities: tuple[str, ...]) -> list[int]:
    return [0, -1, 1, 0, 1]


def density(x: Tensor, data: Tensor, sigma: float) -> Tensor:
    squared = ((x[:, None] - data) ** 2).sum(2)
    D = x.shape[1]
    bells = torch.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2) ** (D / 2)
    return bells.mean(1)


def target(x: Tensor, noisy: Tensor, sigma: float) -> Tensor:
    return (x - noisy) / sigma**2


def langevin(
    x: Tensor, score: Tensor, noise: Tensor, delta: float, sigma: float, sigma_1: float
) -> Tensor:
    eta = delta * sigma**2 / sigma_1**2
    return x + eta * score + math.sqrt(2 * eta) * noise


def ladder_score(eps: Tensor, alpha_bar: float) -> Tensor:
    return -alpha_bar / math.sqrt(1 - alpha_bar**2) * eps


EXERCISES: dict[str, Exercise] = {
    "c-6-12": Exercise(
        asks="five numbers, 1 (grows), 0 (stays) or -1 (shrinks), in the order of the quantities",
        trials=((QUANTITIES,),),
        solution=moves,
        mistakes={
            "the ladder adds noise of mean 0 and leaves the datum alone": (
                lambda quantities: [-1, -1, 1, 0, 1]
            ),
            "the chain multiplies by alpha < 1 in every step: the datum fades": (
                lambda quantities: [0, 0, 1, 0, 1]
            ),
            "alpha^2 + beta^2 = 1 keeps the variance 1: the chain preserves it": (
                lambda quantities: [0, -1, 1, 1, 1]
            ),
            "what fades takes its share of the variance along, but the noise fills it up": (
                lambda quantities: [0, -1, 1, -1, 1]
            ),
            "divided by alpha_bar the chain is a ladder, and a ladder's variance grows": (
                lambda quantities: [0, -1, 1, 0, 0]
            ),
            "divided by alpha_bar, which falls, nothing shrinks": (
                lambda quantities: [0, -1, 1, 0, -1]
            ),
            "every step of the ladder adds variance": lambda quantities: [0, -1, 0, 0, 1],
            "the two are exchanged: the ladder explodes, the chain preserves": (
                lambda quantities: [-1, 0, 0, 1, 0]
            ),
        },
    ),
    "c-6-15": Exercise(
        asks="the density p_sigma at each row of x, shape (n,)",
        trials=(
            (normal(3, 4, 3), normal(4, 6, 3), 0.8),
            (normal(5, 2, 5), normal(6, 7, 5), 1.3),
        ),
        solution=density,
        mistakes={
            "every datum has the weight 1/N: take the mean of the bells, not their sum": (
                lambda x, data, sigma: len(data) * density(x, data, sigma)
            ),
            "the bells are not normalised: divide by (2 pi sigma^2)^(D/2)": (
                lambda x, data, sigma: torch.exp(
                    -((x[:, None] - data) ** 2).sum(2) / (2 * sigma**2)
                ).mean(1)
            ),
            "the normaliser is that of one dimension; in D of them it has the power D/2": (
                lambda x, data, sigma: (
                    density(x, data, sigma) * (2 * math.pi * sigma**2) ** ((x.shape[1] - 1) / 2)
                )
            ),
            "the normaliser has the power D; it is D/2, or sigma^D": (
                lambda x, data, sigma: (
                    density(x, data, sigma) / (2 * math.pi * sigma**2) ** (x.shape[1] / 2)
                )
            ),
            "there is no root of 2 pi in it for each dimension": (
                lambda x, data, sigma: density(x, data, sigma) * (2 * math.pi) ** (x.shape[1] / 2)
            ),
            "half of the squared distance stands in the exponent": (
                lambda x, data, sigma: (
                    density(x, data, sigma / math.sqrt(2)) / 2 ** (x.shape[1] / 2)
                )
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, data, sigma: density(x, data, math.sqrt(sigma))
            ),
            "one bell about the mean of the data: average the bells, not the data": (
                lambda x, data, sigma: density(x, data.mean(0, keepdim=True), sigma)
            ),
            "this is log p_sigma": lambda x, data, sigma: density(x, data, sigma).log(),
        },
    ),
    "c-6-15-target": Exercise(
        asks="the target of denoising score matching for each row, of the shape of x",
        trials=((normal(7, 4, 3), normal(8, 4, 3), 0.6), (normal(9, 2, 5), normal(10, 2, 5), 1.7)),
        solution=target,
        mistakes={
            "the sign: the target points from the noisy point back to the clean one": (
                lambda x, noisy, sigma: (noisy - x) / sigma**2
            ),
            "this is minus the noise; the score is that over sigma once more": (
                lambda x, noisy, sigma: (x - noisy) / sigma
            ),
            "this is the noise, which DDPM predicts; the target is minus it, over sigma": (
                lambda x, noisy, sigma: (noisy - x) / sigma
            ),
            "sigma^2 is missing: divide by it": lambda x, noisy, sigma: x - noisy,
            "sigma^2 divides; it does not multiply": (
                lambda x, noisy, sigma: (x - noisy) * sigma**2
            ),
            "the target is a score, not the clean datum": lambda x, noisy, sigma: x,
            "this is the score of pure noise: the bell stands about x": (
                lambda x, noisy, sigma: -noisy / sigma**2
            ),
        },
    ),
    "c-6-15-langevin": Exercise(
        asks="the next x, of the shape of x",
        trials=(
            (normal(11, 4, 3), normal(12, 4, 3), normal(13, 4, 3), 0.013, 1.9, 0.3),
            (normal(14, 2, 5), normal(15, 2, 5), normal(16, 2, 5), 0.07, 0.85, 0.45),
        ),
        solution=langevin,
        mistakes={
            "the noise is sqrt(2 eta): a factor 2 is missing under the root": (
                lambda x, s, z, d, sigma, low: (
                    x + d * sigma**2 / low**2 * s + math.sqrt(d * sigma**2 / low**2) * z
                )
            ),
            "the other custom: half of eta uphill. Here it is all of it, with sqrt(2 eta)": (
                lambda x, s, z, d, sigma, low: (
                    x + d * sigma**2 / low**2 / 2 * s + math.sqrt(d * sigma**2 / low**2) * z
                )
            ),
            "eta itself multiplies the noise; take the root of 2 eta": (
                lambda x, s, z, d, sigma, low: (
                    x + d * sigma**2 / low**2 * s + 2 * d * sigma**2 / low**2 * z
                )
            ),
            "delta is the step of the last level; at this one eta = delta sigma^2 / sigma_1^2": (
                lambda x, s, z, d, sigma, low: x + d * s + math.sqrt(2 * d) * z
            ),
            "eta is relative to the lowest level: divide by sigma_1^2": (
                lambda x, s, z, d, sigma, low: langevin(x, s, z, d, sigma, 1.0)
            ),
            "the ratio of the levels is squared": (
                lambda x, s, z, d, sigma, low: langevin(
                    x, s, z, d, math.sqrt(sigma), math.sqrt(low)
                )
            ),
            "the ratio is upside down: more noise allows larger steps": (
                lambda x, s, z, d, sigma, low: langevin(x, s, z, d, low, sigma)
            ),
            "the sign: the score leads uphill, and it is added": (
                lambda x, s, z, d, sigma, low: langevin(x, -s, z, d, sigma, low)
            ),
            "the noise is missing: this is gradient ascent": (
                lambda x, s, z, d, sigma, low: langevin(x, s, 0 * z, d, sigma, low)
            ),
        },
    ),
    "c-6-15-link": Exercise(
        asks="the score on the ladder, of the shape of eps",
        trials=((normal(17, 4, 3), 0.83), (normal(18, 2, 5), 0.34)),
        solution=ladder_score,
        mistakes={
            "as printed: alpha_bar is not squared under the root, which is of other notes": (
                lambda eps, a: -math.sqrt(a) / math.sqrt(1 - a) * eps
            ),
            "as it stood: two things are wrong still, the root and the rescaling": (
                lambda eps, a: -eps / math.sqrt(1 - a)
            ),
            "sigma_bar is the root of 1 - alpha_bar^2: here the square is lost": (
                lambda eps, a: -a / math.sqrt(1 - a) * eps
            ),
            "this is the score in the chain's own x; on the ladder z = x / alpha_bar": (
                lambda eps, a: -eps / math.sqrt(1 - a**2)
            ),
            "the rescaling goes the other way: tau = sigma_bar / alpha_bar": (
                lambda eps, a: -eps / (a * math.sqrt(1 - a**2))
            ),
            "divided by tau squared; the score is -eps/tau": (
                lambda eps, a: -(a**2) / (1 - a**2) * eps
            ),
            "multiplied by tau, where it divides": (lambda eps, a: -math.sqrt(1 - a**2) / a * eps),
            "the sign: the noise points away from the data, the score towards them": (
                lambda eps, a: a / math.sqrt(1 - a**2) * eps
            ),
            "sigma_bar is missing: divide by it": lambda eps, a: -a * eps,
        },
    ),
}
