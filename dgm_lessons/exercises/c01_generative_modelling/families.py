"""Exercises of the page `families`, chapter 1."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

C = math.log(2 * math.pi) / 2  # what each coordinate of a bell adds to minus the log-density


def log_density(x: Tensor, b: Tensor, s: Tensor) -> Tensor:
    z = (x - b) * torch.exp(-s)
    return (-(z**2) / 2 - C - s).sum(1)


def _bell(z: Tensor, s: Tensor) -> Tensor:
    return (-(z**2) / 2 - C - s).sum(1)


def best_discriminator(p: Tensor, q: Tensor, r: float) -> Tensor:
    return r * p / (r * p + (1 - r) * q)


def mean_of_step(x: Tensor, eps: Tensor, sigma_s: float, sigma_t: float) -> Tensor:
    return x - (sigma_s**2 - sigma_t**2) / sigma_s * eps


FAMILIES = ("energy", "autoregressive", "VAE", "flow", "GAN", "diffusion")
SEEN = (2, 3, 1, 3, 0, 1)
HINTS = (
    "its loss has the energy, and Z is missing",
    "its conditionals sum to one, so nothing is missing",
    "an encoder helps to climb a bound",
    "its determinant is known, so nothing is missing",
    "there is only a recipe for samples",
    "the chain is a VAE of many layers, and its loss is a bound",
)


def seen_in_training(families: tuple[str, ...]) -> list[int]:
    return list(SEEN)


def _one_wrong(place: int, value: int) -> Callable[..., list[int]]:
    return lambda families: [value if i == place else seen for i, seen in enumerate(SEEN)]


def _one_slip() -> dict[str, Callable[..., list[int]]]:
    """Every column with one wrong entry, under a hint on that family."""
    return {
        f"not {value} ({hint})": _one_wrong(place, value)
        for place, hint in enumerate(HINTS)
        for value in range(4)
        if value != SEEN[place]
    }


def shortfall(p: Tensor, q: Tensor, d: Tensor) -> Tensor:
    best = p / (p + q)
    return (p * (best / d).log() + q * ((1 - best) / (1 - d)).log()).sum()


def _law(seed: int, cells: int) -> Tensor:
    """Probabilities of some cells."""
    shares = uniform(seed, cells, low=0.1)
    return shares / shares.sum()


def _game(p: Tensor, q: Tensor, d: Tensor) -> Tensor:
    return (p * d.log() + q * (1 - d).log()).sum()


EXERCISES: dict[str, Exercise] = {
    "c-1-20": Exercise(
        asks="log p(x) of the flow for each row, shape (B,)",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), 0.6 * normal(3, 4, 3)),
            (normal(4, 2, 5), normal(5, 2, 5), 0.6 * normal(6, 2, 5)),
        ),
        solution=log_density,
        mistakes={
            "the sign of the stretching: where the map stretches, the density falls": (
                lambda x, b, s: log_density(x, b, s) + 2 * s.sum(1)
            ),
            "the stretching is missing: take the sum of s away": (
                lambda x, b, s: log_density(x, b, s) + s.sum(1)
            ),
            "the stretching enters as a logarithm: s, not exp(s)": (
                lambda x, b, s: log_density(x, b, s) + (s - s.exp()).sum(1)
            ),
            "undo the scale: z is (x - b) times exp(-s)": (
                lambda x, b, s: _bell((x - b) * torch.exp(s), s)
            ),
            "undo the shift first, then the scale": (
                lambda x, b, s: _bell(x * torch.exp(-s) - b, s)
            ),
            "undo the layer: the bell is evaluated at z, not at x": lambda x, b, s: _bell(x, s),
            "the layer is done once more; undo it: z is (x - b) times exp(-s)": (
                lambda x, b, s: _bell(b + s.exp() * x, s)
            ),
            "s is the log of the scale: divide by exp(s), not by s": (
                lambda x, b, s: _bell((x - b) / s, s)
            ),
            "s is read as the scale itself, but it is its logarithm": (
                lambda x, b, s: _bell((x - b) / s, s.abs().log())
            ),
            "the half before the square is missing": (
                lambda x, b, s: _bell((x - b) * torch.exp(-s) * math.sqrt(2), s)
            ),
            "the constant log(2 pi) / 2 for each coordinate is missing": (
                lambda x, b, s: log_density(x, b, s) + C * x.shape[1]
            ),
            "the constant log(2 pi) / 2 counts once for each coordinate": (
                lambda x, b, s: log_density(x, b, s) + C * (x.shape[1] - 1)
            ),
            "this is a density; take its logarithm": lambda x, b, s: log_density(x, b, s).exp(),
            "the sum runs over the rows; add the coordinates of each row": (
                lambda x, b, s: log_density(x.T, b.T, s.T)
            ),
        },
    ),
    "c-1-21": Exercise(
        asks="the best discriminator at each point, between 0 and 1",
        trials=(
            (uniform(7, 4), uniform(8, 4), 0.2),
            (uniform(9, 3, high=2.0), uniform(10, 3, high=2.0), 0.85),
        ),
        solution=best_discriminator,
        mistakes={
            "this is the answer for equal stakes, r = 1/2": lambda p, q, r: p / (p + q),
            "this is the probability that the point is fake": (
                lambda p, q, r: (1 - r) * q / (r * p + (1 - r) * q)
            ),
            "the stakes are exchanged: r belongs to the data": (
                lambda p, q, r: (1 - r) * p / ((1 - r) * p + r * q)
            ),
            "this is a ratio of the two; divide by their sum": (
                lambda p, q, r: r * p / ((1 - r) * q)
            ),
            "r is missing above: the share is r p over the sum": (
                lambda p, q, r: p / (r * p + (1 - r) * q)
            ),
            "weigh both laws below, too: r p + (1 - r) q": lambda p, q, r: r * p / (p + q),
            "the fakes have the weight 1 - r": lambda p, q, r: r * p / (r * p + q),
            "this is the logarithm of the ratio; a sigmoid makes it a probability": (
                lambda p, q, r: (r * p / ((1 - r) * q)).log()
            ),
            "this is a hard decision; the best discriminator says how sure it is": (
                lambda p, q, r: (r * p > (1 - r) * q).double()
            ),
            "divide by the whole mass at the point: r p + (1 - r) q": lambda p, q, r: r * p,
        },
    ),
    "c-1-22": Exercise(
        asks="six numbers from 0 to 3, one for each family in the order given",
        trials=((FAMILIES,),),
        parts=FAMILIES,
        solution=seen_in_training,
        mistakes=_one_slip(),
    ),
    "families-gap": Exercise(
        asks="2 JS - log 4 minus the value of the game, one number",
        trials=(
            (_law(11, 5), _law(12, 5), uniform(13, 5, low=0.1, high=0.9)),
            (_law(14, 3), _law(15, 3), uniform(16, 3, low=0.1, high=0.9)),
        ),
        solution=shortfall,
        mistakes={
            "this is the value of the game itself; how far is it below the best?": _game,
            "this is the value at the best discriminator; take the game's value away": (
                lambda p, q, d: _game(p, q, p / (p + q))
            ),
            "the sign: no discriminator is better than the best one": (
                lambda p, q, d: -shortfall(p, q, d)
            ),
            "the fakes are missing: the discriminator is judged on both": (
                lambda p, q, d: (p * (p / (p + q) / d).log()).sum()
            ),
            "the data are missing: the discriminator is judged on both": (
                lambda p, q, d: (q * (q / (p + q) / (1 - d)).log()).sum()
            ),
            "the log 4 is missing: 2 JS alone is compared with the game": (
                lambda p, q, d: shortfall(p, q, d) + math.log(4)
            ),
            "JS counts twice in the game": (
                lambda p, q, d: shortfall(p, q, d) - (_game(p, q, p / (p + q)) + math.log(4)) / 2
            ),
            "this is a difference of probabilities; the game is played in logarithms": (
                lambda p, q, d: (p * (p / (p + q) - d) + q * (d - p / (p + q))).sum()
            ),
        },
    ),
    "c-1-24": Exercise(
        asks="the mean of the step from x at level sigma_s to level sigma_t",
        trials=tuple(
            (3 * normal(k, 35 - k), normal(k + 1, 35 - k), *levels)
            for k, levels in ((31, (1.6, 0.9)), (33, (0.7, 0.25)))
        ),
        solution=mean_of_step,
        mistakes={
            "the sign: the noise is taken away": (
                lambda x, eps, sigma_s, sigma_t: x + (sigma_s**2 - sigma_t**2) / sigma_s * eps
            ),
            "this is the ODE's step, which rolls no dice: the VAE's takes more away": (
                lambda x, eps, sigma_s, sigma_t: x - (sigma_s - sigma_t) * eps
            ),
            "this is the clean guess, a step all the way": (
                lambda x, eps, sigma_s, sigma_t: x - sigma_s * eps
            ),
            "eps is taken for the score; the score is -eps / sigma_s": (
                lambda x, eps, sigma_s, sigma_t: x + (sigma_s**2 - sigma_t**2) * eps
            ),
            "the division by sigma_s is missing: eps has standard deviation 1": (
                lambda x, eps, sigma_s, sigma_t: x - (sigma_s**2 - sigma_t**2) * eps
            ),
            "this divides by the variance; the score is -eps over the standard deviation": (
                lambda x, eps, sigma_s, sigma_t: x - (1 - (sigma_t / sigma_s) ** 2) * eps
            ),
            "this divides by the noise that remains; the score is that of the level s": (
                lambda x, eps, sigma_s, sigma_t: x - (sigma_s**2 - sigma_t**2) / sigma_t * eps
            ),
            "the root is the size of the dice; the mean moves by sigma_s^2 - sigma_t^2": (
                lambda x, eps, sigma_s, sigma_t: x - (sigma_s**2 - sigma_t**2) ** 0.5 * eps
            ),
            "this is the step alone; start from x": (
                lambda x, eps, sigma_s, sigma_t: -(sigma_s**2 - sigma_t**2) / sigma_s * eps
            ),
        },
    ),
}
