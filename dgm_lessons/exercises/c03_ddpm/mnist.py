"""Exercises of the page `mnist`, chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform


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


def guided_bell(m1: float, v1: float, m0: float, v0: float, w: float) -> list[float]:
    precision = (1 + w) / v1 - w / v0
    mean = ((1 + w) * m1 / v1 - w * m0 / v0) / precision
    return [mean, 1 / precision]


Moment = Callable[[float, float, float, float, float], float]


def _mean_is(wrong: Moment) -> Callable[..., list[float]]:
    """The right answer with another mean."""
    return lambda *given: [wrong(*given), guided_bell(*given)[1]]


def _variance_is(wrong: Moment) -> Callable[..., list[float]]:
    """The right answer with another variance."""
    return lambda *given: [guided_bell(*given)[0], wrong(*given)]


def frechet(m1: Tensor, v1: Tensor, m2: Tensor, v2: Tensor) -> Tensor:
    widths = (v1.sqrt() - v2.sqrt()) ** 2
    return ((m1 - m2) ** 2 + widths).sum()


SAMPLERS = ("one perfect digit a class", "real digits as asked", "real digits, label ignored")


def judged(samplers: tuple[str, ...]) -> list[int]:
    return [100, 100, 10, 0, 1, 2]


def _judged(place: int, value: int) -> Callable[..., list[int]]:
    return lambda samplers: [value if i == place else v for i, v in enumerate(judged(samplers))]


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
    "digits-bell": Exercise(
        asks="mean and variance of the tilted density, two numbers",
        trials=((0.9, 0.55, -0.35, 1.8, 0.7), (-1.3, 1.15, 0.6, 2.4, 1.6)),
        parts=("the mean", "the variance"),
        solution=guided_bell,
        mistakes={
            "the logarithms are extrapolated, not the means: narrow laws pull harder": _mean_is(
                lambda m1, v1, m0, v0, w: (1 + w) * m1 - w * m0
            ),
            "the precisions are extrapolated, not the variances": _variance_is(
                lambda m1, v1, m0, v0, w: (1 + w) * v1 - w * v0
            ),
            "this is the precision; the variance is one over it": _variance_is(
                lambda m1, v1, m0, v0, w: (1 + w) / v1 - w / v0
            ),
            "this is the standard deviation; the variance was wanted": _variance_is(
                lambda *given: guided_bell(*given)[1] ** 0.5
            ),
            "it is not divided by the precision yet": _mean_is(
                lambda m1, v1, m0, v0, w: (1 + w) * m1 / v1 - w * m0 / v0
            ),
            "that is the law without guidance": lambda m1, v1, m0, v0, w: [m1, v1],
            "that is the other convention, in which 1 means no guidance; here 0 does": (
                lambda m1, v1, m0, v0, w: guided_bell(m1, v1, m0, v0, w - 1)
            ),
            "a plus: the law without label is divided away": (
                lambda m1, v1, m0, v0, w: guided_bell(m1, v1, m0, -v0, w)
            ),
            "the law with label is raised to 1 + w, not to w": (
                lambda m1, v1, m0, v0, w: guided_bell(m1, v1 * (1 + w) / w, m0, v0, w)
            ),
            "only the law with label is raised to a power; the other is divided away": (
                _variance_is(lambda m1, v1, m0, v0, w: v1 / (1 + w))
            ),
            "the two rows are exchanged: the mean comes first": (
                lambda *given: guided_bell(*given)[::-1]
            ),
        },
    ),
    "digits-frechet": Exercise(
        asks="the Fréchet distance of the two Gaussians, one number",
        trials=(
            (
                normal(5, 4),
                uniform(6, 4, low=0.2, high=3.0),
                normal(7, 4),
                uniform(8, 4, low=0.2, high=3.0),
            ),
            (
                normal(9, 3),
                uniform(10, 3, low=0.2, high=3.0),
                normal(11, 3),
                uniform(12, 3, low=0.2, high=3.0),
            ),
        ),
        solution=frechet,
        mistakes={
            "this is as written: the root of v1 v2 is missing, so equal laws are apart": (
                lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2 - 2 * v1 * v2).sum()
            ),
            "the standard deviations are compared, not the variances": (
                lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + (v1 - v2) ** 2).sum()
            ),
            "the 2 before the root is missing: equal laws must give 0": (
                lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2 - (v1 * v2).sqrt()).sum()
            ),
            "the widths are missing": lambda m1, v1, m2, v2: ((m1 - m2) ** 2).sum(),
            "the means are missing": lambda m1, v1, m2, v2: frechet(0 * m1, v1, 0 * m2, v2),
            "the gap of the means must be squared": (
                lambda m1, v1, m2, v2: frechet((m1 - m2).abs().sqrt(), v1, 0 * m2, v2)
            ),
            "the distance is usually given squared: no root": (
                lambda m1, v1, m2, v2: frechet(m1, v1, m2, v2).sqrt()
            ),
            "the last term is subtracted": (
                lambda m1, v1, m2, v2: ((m1 - m2) ** 2 + v1 + v2 + 2 * (v1 * v2).sqrt()).sum()
            ),
            "this is a mean over features; they add up": (
                lambda m1, v1, m2, v2: frechet(m1, v1, m2, v2) / len(m1)
            ),
            "this is a divergence, the KL; the Fréchet distance has no logarithm": (
                lambda m1, v1, m2, v2: (
                    0.5 * ((v1 + (m1 - m2) ** 2) / v2 - 1 - (v1 / v2).log()).sum()
                )
            ),
        },
    ),
    "digits-judges": Exercise(
        asks="three agreements in per cent, then three spreads: 0, 1 or 2",
        trials=((SAMPLERS,),),
        solution=judged,
        mistakes={
            "one perfect digit is always read as asked": _judged(0, 10),
            "one digit a class, however perfect, is read as asked, and agreement sees no more": (
                _judged(0, 0)
            ),
            "real digits are read as asked, by a judge without fault": _judged(1, 10),
            "whoever ignores the label is right by chance, once in ten": _judged(2, 100),
            "chance is right once in ten, not never": _judged(2, 0),
            "there are ten classes: chance is right once in ten": _judged(2, 50),
            "one digit a class does not vary within it": _judged(3, 1),
            "one digit a class is less than real digits, not more": _judged(3, 2),
            "real digits have the spread of real digits": _judged(4, 2),
            "all ten classes are among the digits asked as one: they vary more, not as real ones": (
                _judged(5, 1)
            ),
            "all ten classes are among the digits asked as one, so they do vary": _judged(5, 0),
            "agreement comes first, then spread": lambda samplers: [0, 1, 2, 100, 100, 10],
        },
    ),
}
