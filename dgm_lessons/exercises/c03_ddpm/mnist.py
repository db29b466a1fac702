"""Exercises of the page `mnist`, chapter 3."""

from __future__ import annotations

import torch
from torch import Tensor

from ..exercise import Exercise

_TOLD = torch.tensor([[0.8, -0.2, 1.1], [-0.5, 0.3, 0.7]], dtype=torch.float64)
_UNTOLD = torch.tensor([[0.5, 0.1, 0.9], [-0.1, 0.2, 1.0]], dtype=torch.float64)
_W = 0.7

# One row a step, one column a branch: the digit that the branch ends as. The film ends as a 3.
_STRAYING = [[5, 9, 3, 8], [3, 3, 3, 3], [3, 8, 5, 3], [3, 3, 9, 3], [3, 3, 8, 3], [3, 3, 3, 8]]
_READINGS = torch.tensor(_STRAYING + 3 * [[3, 3, 3, 3]])
_END = 3


def _loyal(readings: Tensor, end: int) -> Tensor:
    """Whether all branches of a step end as the film does, (steps,)."""
    return (readings == end).all(1)


def _decided(loyal: Tensor) -> int:
    """The first step from which on `loyal` holds."""
    return int((~loyal).nonzero().max()) + 1


EXERCISES: dict[str, Exercise] = {
    "digits-guidance": Exercise(
        asks="the guided guess, of the shape of told",
        inputs=(_TOLD, _UNTOLD, _W),
        solution=lambda told, untold, w: (1 + w) * told - w * untold,
        mistakes={
            "the two guesses are swapped: guidance leads away from the one without label": (
                lambda told, untold, w: (1 + w) * untold - w * told
            ),
            "that is a mean of the two: guidance goes beyond the told guess, not back": (
                lambda told, untold, w: (1 - w) * told + w * untold
            ),
            "a plus: the guess without label is taken away": (
                lambda told, untold, w: (1 + w) * told + w * untold
            ),
            "the 1 is missing: at w = 0 the told guess must remain": (
                lambda told, untold, w: w * told - w * untold
            ),
            "that is the other convention, in which 1 means no guidance; here 0 does": (
                lambda told, untold, w: untold + w * (told - untold)
            ),
            "only the told guess is scaled: take w of the other one away": (
                lambda told, untold, w: (1 + w) * told
            ),
        },
    ),
    "digits-decided": Exercise(
        asks="the first step, counted from 0, from which on all branches end as the film does",
        inputs=(_READINGS, _END),
        solution=lambda readings, end: _decided(_loyal(readings, end)),
        mistakes={
            "this is the first unanimous step; a later one has a branch that strays": (
                lambda readings, end: int(_loyal(readings, end).nonzero().min())
            ),
            "this is the last step with a stray branch; the next one is wanted": (
                lambda readings, end: _decided(_loyal(readings, end)) - 1
            ),
            "a majority is not enough: all branches must end as the film does": (
                lambda readings, end: _decided((readings == end).double().mean(1) > 0.5)
            ),
            "this is a number of steps; an index counted from 0 is wanted": (
                lambda readings, end: int(_loyal(readings, end).sum())
            ),
            "count from 0: the first row is step 0": (
                lambda readings, end: _decided(_loyal(readings, end)) + 1
            ),
        },
    ),
}
