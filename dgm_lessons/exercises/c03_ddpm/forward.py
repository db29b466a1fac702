"""Exercises of the page `forward`, chapter 3."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform


def noise_variances(betas: Tensor) -> Tensor:
    alphas = (1 - betas**2).sqrt()
    later = [alphas[k + 1 :].prod() for k in range(len(betas))]
    return torch.stack(later) ** 2 * betas**2


def _alphas(betas: Tensor) -> Tensor:
    return (1 - betas**2).sqrt()


def _later(alphas: Tensor) -> Tensor:
    """For each step the product of what comes after it."""
    return torch.stack([alphas[k + 1 :].prod() for k in range(len(alphas))])


def jump(x0: Tensor, betas: Tensor, eps: Tensor) -> Tensor:
    alpha_bar = (1 - betas**2).sqrt().prod()
    return alpha_bar * x0 + (1 - alpha_bar**2).sqrt() * eps


def _bar(betas: Tensor) -> Tensor:
    return (1 - betas**2).sqrt().prod()


def memory(x0: Tensor, alpha_bar: float) -> Tensor:
    variance = 1 - alpha_bar**2
    rest = x0.shape[1] * (variance - 1 - math.log(variance))
    return 0.5 * (alpha_bar**2 * (x0**2).sum(1) + rest)


def _kl(x0: Tensor, square: float, variance: float) -> Tensor:
    """The KL for any weight of the squares and any variance."""
    rest = x0.shape[1] * (variance - 1 - math.log(variance))
    return 0.5 * (square * (x0**2).sum(1) + rest)


def log_signal(first: float, last: float, L: int) -> float:
    return -L * (first + last) / 4


def _linear(first: float, last: float, L: int) -> Tensor:
    """The variances beta_i^2 of the linear schedule."""
    return torch.linspace(first, last, L, dtype=torch.float64)


SCHEDULES = ("constant", "falling", "rising")


def left_in_the_middle(schedules: tuple[str, ...]) -> list[int]:
    return [2, 3, 1]


EXERCISES: dict[str, Exercise] = {
    "c-3-04": Exercise(
        asks="the variance that each noise contributes, of the shape of betas",
        trials=((uniform(1, 5, low=0.1, high=0.7),), (uniform(2, 3, low=0.2, high=0.8),)),
        solution=noise_variances,
        mistakes={
            "these are the weights as printed; a variance takes their squares": (
                lambda betas: _later(_alphas(betas)) * betas
            ),
            "the product of alphas is squared, but beta is not": (
                lambda betas: _later(_alphas(betas)) ** 2 * betas
            ),
            "beta is squared, but the product of alphas is not": (
                lambda betas: _later(_alphas(betas)) * betas**2
            ),
            "the product runs over the later steps only, without the step's own alpha": (
                lambda betas: (_later(_alphas(betas)) * _alphas(betas) * betas) ** 2
            ),
            "the product runs over the earlier steps; noise is shrunk by the later ones": (
                lambda betas: (_alphas(betas).cumprod(0) / _alphas(betas) * betas) ** 2
            ),
            "the product runs over the steps up to its own; noise is shrunk by the later ones": (
                lambda betas: (_alphas(betas).cumprod(0) * betas) ** 2
            ),
            "the product runs over all steps; noise is shrunk by the later ones": (
                lambda betas: (_alphas(betas).prod() * betas) ** 2
            ),
            "no noise is shrunk here: each is multiplied by the later alphas": (
                lambda betas: betas**2
            ),
            "alpha is the root of 1 - beta^2: this is 1 - beta": (
                lambda betas: (_later(1 - betas) * betas) ** 2
            ),
            "this is the variance of all noise after each step; each noise has its own": (
                lambda betas: 1 - _alphas(betas).cumprod(0) ** 2
            ),
        },
    ),
    "c-3-06": Exercise(
        asks="x_L, of the shape of x0",
        trials=(
            (normal(3, 4, 3), uniform(4, 5, low=0.1, high=0.7), normal(5, 4, 3)),
            (normal(6, 2, 5), uniform(7, 3, low=0.2, high=0.8), normal(8, 2, 5)),
        ),
        solution=jump,
        mistakes={
            "the bar is missing: this is the last step alone": (
                lambda x0, betas, eps: _alphas(betas)[-1] * x0 + betas[-1] * eps
            ),
            "the bar is missing on alpha": (
                lambda x0, betas, eps: _alphas(betas)[-1] * x0 + (1 - _bar(betas) ** 2).sqrt() * eps
            ),
            "a square is missing under the root: 1 - alpha_bar^2": (
                lambda x0, betas, eps: _bar(betas) * x0 + (1 - _bar(betas)).sqrt() * eps
            ),
            "square and root are both missing beside the noise": (
                lambda x0, betas, eps: _bar(betas) * x0 + (1 - _bar(betas)) * eps
            ),
            "the DDPM paper's alpha_bar is the square of ours: square ours for its formula": (
                lambda x0, betas, eps: _bar(betas).sqrt() * x0 + (1 - _bar(betas)).sqrt() * eps
            ),
            "the noise is multiplied by its variance; take the root": (
                lambda x0, betas, eps: _bar(betas) * x0 + (1 - _bar(betas) ** 2) * eps
            ),
            "alpha_bar is squared: it multiplies x0 as it is": (
                lambda x0, betas, eps: _bar(betas) ** 2 * x0 + (1 - _bar(betas) ** 2).sqrt() * eps
            ),
            "the datum is shrunk too: alpha_bar multiplies it": (
                lambda x0, betas, eps: x0 + (1 - _bar(betas) ** 2).sqrt() * eps
            ),
            "betas do not multiply: the noise has the width sqrt(1 - alpha_bar^2)": (
                lambda x0, betas, eps: _bar(betas) * x0 + betas.prod() * eps
            ),
            "widths do not add up, and earlier noise is shrunk later": (
                lambda x0, betas, eps: _bar(betas) * x0 + betas.sum() * eps
            ),
            "the variances of the noises are shrunk by later steps before they add up": (
                lambda x0, betas, eps: _bar(betas) * x0 + (betas**2).sum().sqrt() * eps
            ),
            "the noise has the width sqrt(1 - alpha_bar^2), not 1": (
                lambda x0, betas, eps: _bar(betas) * x0 + eps
            ),
            "alpha is the root of 1 - beta^2: this is 1 - beta": (
                lambda x0, betas, eps: (
                    (1 - betas).prod() * x0 + (1 - (1 - betas).prod() ** 2).sqrt() * eps
                )
            ),
            "the last step is missing": lambda x0, betas, eps: jump(x0, betas[:-1], eps),
            "the betas are standard deviations, and the DDPM paper's are variances": (
                lambda x0, betas, eps: jump(x0, betas.sqrt(), eps)
            ),
        },
    ),
    "c-3-07": Exercise(
        asks="the KL to the prior of each row, in nats, of shape (B,)",
        trials=((normal(9, 4, 3), 0.55), (normal(10, 2, 5), 0.83)),
        solution=memory,
        mistakes={
            "the factor 1/2 is missing": lambda x0, alpha_bar: 2 * memory(x0, alpha_bar),
            "the variance's part counts once for each of the D coordinates": (
                lambda x0, alpha_bar: (
                    memory(x0, alpha_bar)
                    - memory(0 * x0, alpha_bar) * (x0.shape[1] - 1) / x0.shape[1]
                )
            ),
            "the variance's part is missing": (
                lambda x0, alpha_bar: 0.5 * alpha_bar**2 * (x0**2).sum(1)
            ),
            "alpha_bar must be squared before x0": (
                lambda x0, alpha_bar: _kl(x0, alpha_bar, 1 - alpha_bar**2)
            ),
            "alpha_bar must be squared in the variance": (
                lambda x0, alpha_bar: _kl(x0, alpha_bar**2, 1 - alpha_bar)
            ),
            "alpha_bar must be squared in the log, too": (
                lambda x0, alpha_bar: (
                    memory(x0, alpha_bar) + 0.5 * x0.shape[1] * math.log(1 + alpha_bar)
                )
            ),
            "the datum is shrunk first: alpha_bar^2 stands before its square": (
                lambda x0, alpha_bar: _kl(x0, 1.0, 1 - alpha_bar**2)
            ),
            "this takes the standard deviation for the variance: no root of 1 - alpha_bar^2": (
                lambda x0, alpha_bar: _kl(x0, alpha_bar**2, (1 - alpha_bar**2) ** 0.5)
            ),
            "log of the variance, not of the standard deviation": (
                lambda x0, alpha_bar: (
                    memory(x0, alpha_bar) + 0.25 * x0.shape[1] * math.log(1 - alpha_bar**2)
                )
            ),
            "the log has the wrong sign": (
                lambda x0, alpha_bar: (
                    memory(x0, alpha_bar) + x0.shape[1] * math.log(1 - alpha_bar**2)
                )
            ),
            "the -1 is missing: N(0, I) itself has the divergence 0": (
                lambda x0, alpha_bar: memory(x0, alpha_bar) + 0.5 * x0.shape[1]
            ),
            "this is the other direction, the KL of the prior": (
                lambda x0, alpha_bar: (
                    0.5
                    * (
                        (alpha_bar**2 * (x0**2).sum(1) + x0.shape[1]) / (1 - alpha_bar**2)
                        + x0.shape[1] * (math.log(1 - alpha_bar**2) - 1)
                    )
                )
            ),
            "the squares are averaged over coordinates; they add up": (
                lambda x0, alpha_bar: (
                    memory(x0, alpha_bar) + 0.5 * alpha_bar**2 * ((x0**2).mean(1) - (x0**2).sum(1))
                )
            ),
            "this is a mean over coordinates; add them": (
                lambda x0, alpha_bar: memory(x0, alpha_bar) / x0.shape[1]
            ),
        },
    ),
    "c-3-38": Exercise(
        asks="log alpha_bar_L to first order in the variances beta_i^2, one number",
        trials=((2e-4, 0.017, 800), (6e-4, 0.031, 350)),
        solution=log_signal,
        mistakes={
            "this is log alpha_bar squared: alpha_i is the root of 1 - beta_i^2": (
                lambda first, last, L: -L * (first + last) / 2
            ),
            "the mean of the variances is half of first + last": (
                lambda first, last, L: -L * (first + last)
            ),
            "this is alpha_bar; its logarithm was wanted": (
                lambda first, last, L: math.exp(log_signal(first, last, L))
            ),
            "the logarithm of a number below 1 is negative": (
                lambda first, last, L: L * (first + last) / 4
            ),
            "this is the exact logarithm; the first order was wanted, a formula in first, last "
            "and L": (lambda first, last, L: 0.5 * (1 - _linear(first, last, L)).log().sum()),
            "this takes the largest variance for all steps": (lambda first, last, L: -L * last / 2),
            "this takes the smallest variance as 0; it is first": (
                lambda first, last, L: -L * last / 4
            ),
            "this is the difference of the ends; the mean is half of their sum": (
                lambda first, last, L: -L * (last - first) / 4
            ),
            "the sum over the steps is missing: L of them": (
                lambda first, last, L: -(first + last) / 4
            ),
            "the betas are given by their squares already": (
                lambda first, last, L: -L * (first**2 + last**2) / 4
            ),
        },
    ),
    "fwd-middle": Exercise(
        asks="the places 1, 2 and 3 of the schedules, in the order given; 1 keeps most",
        trials=((SCHEDULES,),),
        solution=left_in_the_middle,
        mistakes={
            "only the ends are alike: the earlier the heavy blows, the less is left half-way": (
                lambda schedules: [1, 1, 1]
            ),
            "the other way round: falling blows are heaviest at the start": (
                lambda schedules: [2, 1, 3]
            ),
            "between rising and falling stands the constant one": lambda schedules: [1, 3, 2],
            "equal blows are not the gentlest start; small ones first are": (
                lambda schedules: [1, 2, 3]
            ),
            "equal blows come before falling ones: they start more gently": (
                lambda schedules: [3, 2, 1]
            ),
            "rising keeps most, but falling keeps least: it hits hardest at the start": (
                lambda schedules: [3, 1, 2]
            ),
        },
    ),
}
