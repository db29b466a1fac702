"""Changes of a formula's parameters: its sign, its root, another one in its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from inspect import signature
from itertools import combinations, permutations
from typing import Any

from torch import Tensor

from .exercise import Exercise

Inputs = tuple[Any, ...]
Change = Callable[[Inputs], Inputs]


def changes(exercise: Exercise) -> Iterator[tuple[str, Change]]:
    """Every change that the names and kinds of the solution's parameters allow, with words."""
    assert callable(exercise.solution)
    names, first = list(signature(exercise.solution).parameters), exercise.trials[0]
    yield from papers(names)
    for k, name in enumerate(names):
        for words, change in alone(first[k]).items():
            yield words.format(f"`{name}`"), replaced(k, k, change)
    for a, b in combinations(range(len(names)), 2):
        if alike(first[a], first[b]):
            yield f"`{names[a]}` and `{names[b]}` are exchanged", exchanged(a, b)
    for a, b in permutations(range(len(names)), 2):
        if alike(first[a], first[b]):
            yield f"`{names[b]}` stands where `{names[a]}` belongs", replaced(a, b)
        if isinstance(first[a], float) and isinstance(first[b], float):
            words = f"1 - {names[b]}**2 stands where `{names[a]}` squared belongs"
            yield words, replaced(a, b, lambda v: math.sqrt(1 - v**2))


def replaced(place: int, source: int, change: Callable[[Any], Any] = lambda v: v) -> Change:
    """What stands at `source`, changed, goes to `place`."""
    return lambda inputs: (*inputs[:place], change(inputs[source]), *inputs[place + 1 :])


def exchanged(a: int, b: int) -> Change:
    """What stands at `a` goes to `b`, and the other way round."""
    return lambda inputs: tuple(inputs[{a: b, b: a}.get(k, k)] for k in range(len(inputs)))


def alike(a: Any, b: Any) -> bool:
    """Whether one may stand in the place of the other."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.shape == b.shape and a.dtype == b.dtype
    return isinstance(a, float) and isinstance(b, float)


def root(value: Any) -> Any:
    return value.sqrt() if isinstance(value, Tensor) else math.sqrt(value)


def papers(names: list[str]) -> Iterator[tuple[str, Change]]:
    """The DDPM paper's squares in place of our alpha, beta and alpha_bar: all of them, or some."""
    ours = [k for k, name in enumerate(names) if "beta" in name or "bar" in name]
    if ours:
        ours = sorted({*ours, *(k for k, name in enumerate(names) if name == "alpha")})
    for count in range(len(ours), 0, -1):
        for some in combinations(ours, count):
            letters = " and ".join(f"`{names[k]}`" for k in some)
            yield (
                "this is the DDPM paper's formula, whose beta is a variance: here "
                f"{letters} must be squared first",
                rooted(some),
            )


def rooted(places: tuple[int, ...]) -> Change:
    return lambda inputs: tuple(root(v) if k in places else v for k, v in enumerate(inputs))


NUMBER: dict[str, Callable[[Any], Any]] = {
    "it looks like {0} where {0} squared belongs": root,
    "it looks like {0} squared where {0} belongs": lambda v: v**2,
    "the sign of {0} is turned": lambda v: -v,
    "{0} seems to be missing: this is what comes out for {0} = 1": lambda v: 0 * v + 1,
    "the term with {0} seems to be missing": lambda v: 0 * v,
    "{0} has a factor 2 too many, or a half too few": lambda v: 2 * v,
    "{0} has a half too many, or a factor 2 too few": lambda v: v / 2,
    "{0} divides where it should multiply, or the other way round": lambda v: 1 / v,
}
ORDERED: dict[str, Callable[[Any], Any]] = {"{0} is in the reverse order": lambda v: v.flip(0)}
WHOLE: dict[str, Callable[[Any], Any]] = {
    "{0} is one too small": lambda v: v - 1,
    "{0} is one too large": lambda v: v + 1,
}


def alone(value: Any) -> dict[str, Callable[[Any], Any]]:
    """What may happen to one parameter of this kind."""
    if isinstance(value, Tensor):
        return {**(NUMBER if value.is_floating_point() else WHOLE), **ORDERED}
    return NUMBER if isinstance(value, float) else WHOLE if isinstance(value, int) else {}
