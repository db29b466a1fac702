"""Exercises of the page `mnist`, chapter 3."""

from __future__ import annotations

import torch
from torch import Tensor

from ..exercise import Exercise, normal


def guide(told: Tensor, untold: Tensor, w: float) -> Tensor:
    return told + w * (told - untold)


def decided(readings: Tensor, end: int) -> int:
    stray = (readings != end).any(1)
    return int(stray.nonzero().max()) + 1


# One row a step, one column a branch: the digit that the branch ends as.
_A_THREE = (
    "8398 5398 5335 3333 3353 8555 9999 8883 8333 3383 3353 3533 3333 3333".split(),
    3,
)
_A_SEVEN = (
    "191 977 991 777 111 777 977 771 797 771 777 999 797 177 777 777 777 777".split(),
    7,
)
_A_FIVE = (
    "38888 88585 55855 99999 55555 55585 58555 33333 55555 55855 88888 55555 55555 55555".split(),
    5,
)


def _film(rows: list[str], end: int) -> tuple[Tensor, int]:
    return torch.tensor([[int(digit) for digit in row] for row in rows]), end


def _first(mask: Tensor) -> int:
    return int(mask.nonzero().min())


def _last(mask: Tensor) -> int:
    return int(mask.nonzero().max())


EXERCISES: dict[str, Exercise] = {
    "digits-guidance": Exercise(
        asks="the guided guess, of the shape of told",
        trials=((normal(1, 4, 3), normal(2, 4, 3), 0.7), (normal(3, 2, 5), normal(4, 2, 5), 1.6)),
        solution=guide,
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
            "only the guess without label is scaled: the told one has 1 + w": (
                lambda told, untold, w: told - w * untold
            ),
            "the weights 1 + w and -w add up to 1 already: divide by nothing": (
                lambda told, untold, w: (told + w * (told - untold)) / (1 + w)
            ),
            "the start is the told guess; this starts from the one without label": (
                lambda told, untold, w: untold + w * told
            ),
            "w multiplies the difference of the two guesses; here a guess is added": (
                lambda told, untold, w: told + w * untold
            ),
            "this ignores w": lambda told, untold, w: 2 * told - untold,
        },
    ),
    "digits-decided": Exercise(
        asks="the first step, counted from 0, from which on all branches end as the film does",
        trials=(_film(*_A_THREE), _film(*_A_SEVEN), _film(*_A_FIVE)),
        solution=decided,
        mistakes={
            "this is the first unanimous step; a later one has a branch that strays": (
                lambda readings, end: _first((readings == end).all(1))
            ),
            "this is the last step with a stray branch; the next one is wanted": (
                lambda readings, end: decided(readings, end) - 1
            ),
            "this is the first step with a stray branch; start from the last one": (
                lambda readings, end: _first((readings != end).any(1))
            ),
            "this waits only until no step has all branches astray; one stray branch is too many": (
                lambda readings, end: _last((readings != end).all(1)) + 1
            ),
            "a majority is not enough: all branches must end as the film does": (
                lambda readings, end: _last((readings == end).double().mean(1) <= 0.5) + 1
            ),
            "this is the first majority; all branches must end as the film does, and stay": (
                lambda readings, end: _first((readings == end).double().mean(1) > 0.5)
            ),
            "one loyal branch is not enough: all must end as the film does": (
                lambda readings, end: _first((readings == end).any(1))
            ),
            "this follows one branch; all must end as the film does": (
                lambda readings, end: _last(readings[:, 0] != end) + 1
            ),
            "the branches must end as the film does, not only alike": (
                lambda readings, end: _first((readings == readings[:, :1]).all(1))
            ),
            "this is a number of unanimous steps; an index counted from 0 is wanted": (
                lambda readings, end: int((readings == end).all(1).sum())
            ),
            "this is a number of steps with a stray branch; an index is wanted": (
                lambda readings, end: int((readings != end).any(1).sum())
            ),
            "this is the number of steps that are left; an index from 0 is wanted": (
                lambda readings, end: len(readings) - decided(readings, end)
            ),
            "this is the last step of all": lambda readings, end: len(readings) - 1,
            "count from 0: the first row is step 0": (
                lambda readings, end: decided(readings, end) + 1
            ),
            "this is a verdict on every step; one step is wanted": (
                lambda readings, end: (readings == end).all(1)
            ),
        },
    ),
}
