"""Exercises of the page `families`, chapter 1."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise


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
