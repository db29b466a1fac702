"""Exercises of chapter 1, generative modelling."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..divergences import total_variation
from ..mixtures import gm1
from . import Exercise

_GRID = torch.linspace(-9, 9, 1801, dtype=torch.float64)
_P = gm1().log_prob(_GRID[:, None]).exp()
_Q = torch.exp(-(_GRID**2) / 2) / math.sqrt(2 * math.pi)


def _kl(m1: float, s1: float, m2: float, s2: float) -> float:
    return math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


def _integral(values: Tensor, x: Tensor) -> Tensor:
    return torch.trapezoid(values, x)


def _flow(x: Tensor, b: Tensor, s: Tensor, stretch: float = 1.0) -> Tensor:
    z = (x - b) * torch.exp(-s)
    return (-(z**2) / 2 - math.log(2 * math.pi) / 2 - stretch * s).sum(1)


def _bell(z: Tensor, s: Tensor) -> Tensor:
    return (-(z**2) / 2 - math.log(2 * math.pi) / 2 - s).sum(1)


_FAMILIES = ("energy", "autoregressive", "VAE", "flow", "GAN", "diffusion")
_SEEN = (2, 3, 1, 3, 0, 1)
_HINTS = (
    "its loss has the energy, and Z is missing",
    "its conditionals sum to one, so nothing is missing",
    "an encoder helps to climb a bound",
    "its determinant is known, so nothing is missing",
    "there is only a recipe for samples",
    "the chain is a VAE of many layers, and its loss is a bound",
)


def _one_wrong(place: int, value: int) -> Callable[..., list[int]]:
    return lambda families: [value if i == place else seen for i, seen in enumerate(_SEEN)]


def _one_slip() -> dict[str, Callable[..., list[int]]]:
    """Every column with one wrong entry, under a hint on that family."""
    return {
        f"{family} is not {value}: {hint}": _one_wrong(place, value)
        for place, (family, hint) in enumerate(zip(_FAMILIES, _HINTS, strict=True))
        for value in range(4)
        if value != _SEEN[place]
    }


EXERCISES: dict[str, Exercise] = {
    "c-1-06": Exercise(
        asks="the divergence KL(p || q) in nats, p = N(m1, s1^2) and q = N(m2, s2^2)",
        inputs=(0.3, 0.7, -0.5, 1.4),
        solution=_kl,
        mistakes={
            "it looks like the other direction, KL(q || p)": (
                lambda m1, s1, m2, s2: _kl(m2, s2, m1, s1)
            ),
            "the half at the end is missing: equal laws must give 0": (
                lambda m1, s1, m2, s2: _kl(m1, s1, m2, s2) + 0.5
            ),
            "the logarithm has the wrong sign: the wider law belongs on top here": (
                lambda m1, s1, m2, s2: _kl(m1, s1, m2, s2) + 2 * math.log(s1 / s2)
            ),
            "it looks like variances inside the logarithm without the factor 1/2": (
                lambda m1, s1, m2, s2: _kl(m1, s1, m2, s2) + math.log(s2 / s1)
            ),
            "it looks like s1 where s1 squared belongs": (
                lambda m1, s1, m2, s2: _kl(m1, s1, m2, s2) + (s1 - s1**2) / (2 * s2**2)
            ),
            "the factor 2 below the squares is missing: divide by 2 s2 squared": (
                lambda m1, s1, m2, s2: 2 * _kl(m1, s1, m2, s2) - math.log(s2 / s1) + 0.5
            ),
            "it looks like s2 where s2 squared belongs": (
                lambda m1, s1, m2, s2: math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2) - 0.5
            ),
            "the gap of the means must be squared": (
                lambda m1, s1, m2, s2: (
                    math.log(s2 / s1) + (s1**2 + abs(m1 - m2)) / (2 * s2**2) - 0.5
                )
            ),
            "the means are missing: laws in different places differ": (
                lambda m1, s1, m2, s2: _kl(0.0, s1, 0.0, s2)
            ),
        },
    ),
    "c-1-09": Exercise(
        asks="KL(data || model) in nats",
        inputs=(torch.tensor([1.9, 2.4, 3.1]), torch.tensor([1.2, 1.9, 0.4])),
        solution=lambda loss, entropy: loss - entropy,
        mistakes={
            "the sign of the entropy: it is the floor of the loss, so take it away": (
                lambda loss, entropy: loss + entropy
            ),
            "this is minus the divergence, and no divergence is below 0": (
                lambda loss, entropy: entropy - loss
            ),
            "this is the loss alone; a perfect model would not reach 0": (
                lambda loss, entropy: loss
            ),
        },
    ),
    "c-1-16": Exercise(
        asks="the total variation of p and q, a number between 0 and 1",
        inputs=(_P, _Q, _GRID),
        solution=total_variation,
        mistakes={
            "the half is missing: laws that never meet would be 2 apart": (
                lambda p, q, x: _integral((p - q).abs(), x)
            ),
            "the integral of p - q is 0 for every pair: take absolute values inside": (
                lambda p, q, x: _integral(p - q, x) / 2
            ),
            "this is the largest gap between the densities; integrate it": (
                lambda p, q, x: (p - q).abs().max()
            ),
            "it looks like squares where absolute values belong": (
                lambda p, q, x: _integral((p - q) ** 2, x) / 2
            ),
            "the spacing of the grid is missing: use torch.trapezoid with x": (
                lambda p, q, x: (p - q).abs().sum() / 2
            ),
        },
    ),
    "c-1-20": Exercise(
        asks="log p(x) of the flow for each row, shape (B,)",
        inputs=(
            torch.tensor([[0.3, -1.1], [1.7, 0.4], [-0.6, 0.9]], dtype=torch.float64),
            torch.tensor([[0.1, 0.2], [-0.4, 0.5], [0.3, -0.7]], dtype=torch.float64),
            torch.tensor([[0.6, -0.2], [0.3, 0.5], [-0.4, 0.9]], dtype=torch.float64),
        ),
        solution=_flow,
        mistakes={
            "the sign of the stretching: where the map stretches, the density falls": (
                lambda x, b, s: _flow(x, b, s, stretch=-1.0)
            ),
            "the stretching is missing: take the sum of s away": (
                lambda x, b, s: _flow(x, b, s, stretch=0.0)
            ),
            "the stretching enters as a logarithm: s, not exp(s)": (
                lambda x, b, s: _flow(x, b, s, stretch=0.0) - torch.exp(s).sum(1)
            ),
            "undo the scale: z is (x - b) times exp(-s)": (
                lambda x, b, s: _bell((x - b) * torch.exp(s), s)
            ),
            "undo the shift first, then the scale": (
                lambda x, b, s: _bell(x * torch.exp(-s) - b, s)
            ),
            "s is the log of the scale: divide by exp(s), not by s": (
                lambda x, b, s: _bell((x - b) / s, s)
            ),
            "the half before the square is missing": (
                lambda x, b, s: _bell((x - b) * torch.exp(-s) * math.sqrt(2), s)
            ),
            "the constant log(2 pi) / 2 for each coordinate is missing": (
                lambda x, b, s: _flow(x, b, s) + math.log(2 * math.pi)
            ),
            "this is a density; take its logarithm": lambda x, b, s: _flow(x, b, s).exp(),
        },
    ),
    "c-1-21": Exercise(
        asks="the best discriminator at each point, between 0 and 1",
        inputs=(
            torch.tensor([0.2, 0.9, 0.05, 0.4], dtype=torch.float64),
            torch.tensor([0.3, 0.1, 0.6, 0.4], dtype=torch.float64),
            0.2,
        ),
        solution=lambda p, q, r: r * p / (r * p + (1 - r) * q),
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
        },
    ),
    "c-1-22": Exercise(
        asks="six numbers from 0 to 3, one for each family in the order given",
        inputs=(_FAMILIES,),
        solution=lambda families: list(_SEEN),
        mistakes=_one_slip(),
    ),
}
