"""Exercises of the page `divergences`, chapter 1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...divergences import total_variation
from ...mixtures import gm1
from ..exercise import Exercise

_GRID = torch.linspace(-9, 9, 1801, dtype=torch.float64)
_P = gm1().log_prob(_GRID[:, None]).exp()
_Q = torch.exp(-(_GRID**2) / 2) / math.sqrt(2 * math.pi)


def _kl(m1: float, s1: float, m2: float, s2: float) -> float:
    return math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


def _integral(values: Tensor, x: Tensor) -> Tensor:
    return torch.trapezoid(values, x)


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
}
