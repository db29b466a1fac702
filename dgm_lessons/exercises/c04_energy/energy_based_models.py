"""Exercises of the page `energy-based-models`, chapter 4."""

from __future__ import annotations

from torch import Tensor

from ..exercise import Exercise, normal, uniform

QUANTITIES = (
    "the mean energy of the data",
    "log Z",
    "the negative log-likelihood",
    "the loss of CD-20",
    "the loss of score matching",
    "the score",
)


def changes(quantities: tuple[str, ...]) -> list[int]:
    return [1, 1, 0, 0, 0, 0]


def what_is_left(mass: float, other: float, depth: Tensor) -> Tensor:
    return other / (1 - mass + mass * depth.exp())


def gradient(at_data: Tensor, at_walkers: Tensor) -> Tensor:
    return at_data.mean(0) - at_walkers.mean(0)


def energy_loss(slope: Tensor, trace: Tensor) -> Tensor:
    return (-trace + (slope**2).sum(1) / 2).mean()


EXERCISES: dict[str, Exercise] = {
    "c-4-02": Exercise(
        asks="six numbers, 1 where it changes and 0 where not, in the order of the text",
        trials=((QUANTITIES,),),
        solution=changes,
        parts=QUANTITIES,
        mistakes={
            "it rises by 2, as every energy does": (lambda quantities: [0, 1, 0, 0, 0, 0]),
            "Z is an integral over exp(-E - 2): it does change": (
                lambda quantities: [1, 0, 0, 0, 0, 0]
            ),
            "it is the sum of the two before, and they change by 2 and -2": (
                lambda quantities: [1, 1, 1, 0, 0, 0]
            ),
            "it is a difference of two mean energies, in which the constant cancels": (
                lambda quantities: [1, 1, 0, 1, 0, 0]
            ),
            "it sees derivatives of the energy only": (lambda quantities: [1, 1, 0, 0, 1, 0]),
            "it is minus the slope of the energy, and a constant has none": (
                lambda quantities: [1, 1, 0, 0, 0, 1]
            ),
        },
    ),
    "c-4-03": Exercise(
        asks="the probability of the other region afterwards, of the shape of depth",
        trials=(
            (0.3, 0.25, uniform(1, 5, low=-2.0, high=2.0)),
            (0.6, 0.15, uniform(2, 3, low=0.2, high=3.0)),
        ),
        solution=what_is_left,
        mistakes={
            "this is the valley's own new probability, not the other region's": (
                lambda mass, other, depth: mass * depth.exp() / (1 - mass + mass * depth.exp())
            ),
            "the sign: a lower energy has a larger weight exp(-E), so the valley grows": (
                lambda mass, other, depth: what_is_left(mass, other, -depth)
            ),
            "nothing happens here to the weight, but Z has grown": (
                lambda mass, other, depth: other + 0 * depth
            ),
            "Z grows by a sum, the rest plus the valley's new weight: the rest is missing": (
                lambda mass, other, depth: other / (mass * depth.exp())
            ),
            "the rest keeps its weight 1 - mass: the valley is counted twice here": (
                lambda mass, other, depth: other / (1 + mass * depth.exp())
            ),
            "the weight is the exponential of the depth, not the depth": (
                lambda mass, other, depth: other / (1 - mass + mass * depth)
            ),
            "the others do not share the loss in equal parts: each is divided by the same number": (
                lambda mass, other, depth: (
                    other - (mass * depth.exp() / (1 - mass + mass * depth.exp()) - mass) / 2
                )
            ),
            "this is the whole rest; the other region is a part of it": (
                lambda mass, other, depth: what_is_left(mass, 1 - mass, depth)
            ),
            "Z stands below the bar: the others lose what the valley gains": (
                lambda mass, other, depth: other * (1 - mass + mass * depth.exp())
            ),
            "only Z has changed: the valley's gain does not multiply the other region": (
                lambda mass, other, depth: what_is_left(mass, other, depth) * depth.exp()
            ),
        },
    ),
    "c-4-05": Exercise(
        asks="the gradient for descent, one number a parameter: shape (P,)",
        trials=(
            (normal(3, 6, 4), 1.5 + normal(4, 9, 4)),
            (0.7 + normal(5, 5, 3), normal(6, 2, 3)),
        ),
        solution=gradient,
        mistakes={
            "the sign: descent would push the energy up at the data": (
                lambda data, walkers: walkers.mean(0) - data.mean(0)
            ),
            "the walkers' half is missing: the energy would fall everywhere, without end": (
                lambda data, walkers: data.mean(0)
            ),
            "the two halves are subtracted, not added": (
                lambda data, walkers: data.mean(0) + walkers.mean(0)
            ),
            "sums in place of means: B and M need not be equal": (
                lambda data, walkers: data.sum(0) - walkers.sum(0)
            ),
            "a mean over parameters: one number a parameter was asked for": (
                lambda data, walkers: data.mean() - walkers.mean()
            ),
            "a mean for the walkers, too: their number is not that of the data": (
                lambda data, walkers: data.mean(0) - walkers.sum(0)
            ),
            "this is the walkers' half alone": lambda data, walkers: -walkers.mean(0),
        },
    ),
    "c-4-10": Exercise(
        asks="the loss, one number",
        trials=((normal(7, 5, 3), normal(8, 5)), (1 + normal(9, 4, 6), 2 + normal(10, 4))),
        solution=energy_loss,
        mistakes={
            "the norm is mended, but the trace's sign is still that of p = exp(+E)": (
                lambda slope, trace: (trace + (slope**2).sum(1) / 2).mean()
            ),
            "the sign is mended, but a squared norm is a sum over the coordinates": (
                lambda slope, trace: (-trace + (slope**2).mean(1) / 2).mean()
            ),
            "this is the loss as it was: trace's sign, and mean for sum": (
                lambda slope, trace: (trace + (slope**2).mean(1) / 2).mean()
            ),
            "the half before the squared norm is missing": (
                lambda slope, trace: (-trace + (slope**2).sum(1)).mean()
            ),
            "the half belongs to the squared norm alone": (
                lambda slope, trace: (-trace / 2 + (slope**2).sum(1) / 2).mean()
            ),
            "the norm must be squared": (
                lambda slope, trace: (-trace + slope.norm(dim=1) / 2).mean()
            ),
            "all signs are turned: this is to be maximised": (
                lambda slope, trace: -energy_loss(slope, trace)
            ),
            "the trace is one number a point already, and is not divided by D": (
                lambda slope, trace: (-trace / slope.shape[1] + (slope**2).sum(1) / 2).mean()
            ),
        },
    ),
}
