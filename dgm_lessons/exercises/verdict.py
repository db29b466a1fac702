"""The verdict on an answer made of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from .evaluation import close
from .exercise import Exercise
from .slips import right, slips, unreduced


def verdict(exercise: Exercise, given: Sequence[Tensor]) -> tuple[bool, str]:
    """Whether the numbers, one tensor for each trial, are right, and what to tell the reader."""
    wanted = right(exercise)
    if not wanted[0].ndim:  # one number may come in a tensor of one entry
        given = [y.reshape(()) if y.numel() == 1 else y for y in given]
    if agree(given, wanted, exercise.tol):
        return True, "Right."
    looks_like = by_parts(exercise, given, wanted) if exercise.parts else None
    looks_like = looks_like or name(exercise, given, wanted)
    return False, f"Not yet: {looks_like}." if looks_like else unnamed(exercise, given, wanted)


def agree(
    a: Sequence[Tensor], b: Sequence[Tensor], tol: float, sizes: Sequence[Tensor] | None = None
) -> bool:
    """Whether two answers agree in all trials, within `tol` of the size of the right one."""
    return all(close(x, y, tol, size) for x, y, size in zip(a, b, sizes or b, strict=True))


def name(exercise: Exercise, given: Sequence[Tensor], wanted: Sequence[Tensor]) -> str | None:
    """What a wrong answer looks like, or None."""
    for words, wrong in slips(exercise):
        if agree(given, wrong, exercise.tol, wanted):
            return words
    for words, reduced in unreduced(given):
        if agree(reduced, wanted, exercise.tol):
            return words
    return None


def by_parts(exercise: Exercise, given: Sequence[Tensor], wanted: Sequence[Tensor]) -> str | None:
    """Which parts are wrong and what they look like; None where no part has a name."""
    if any(y.shape != w.shape for y, w in zip(given, wanted, strict=True)):
        return None
    rest = wrong_parts(exercise, given, wanted)
    names: dict[str, list[int]] = {}
    for words, slip in slips(exercise):
        if all(y.shape == w.shape for y, w in zip(slip, wanted, strict=True)):
            for k in list(rest):
                if agree(part(given, k), part(slip, k), exercise.tol, part(wanted, k)):
                    names.setdefault(words, []).append(k)
                    rest.remove(k)
    if not names:
        return None
    said = [f"{listed(exercise, named)}: {words}" for words, named in names.items()]
    return "; ".join(said + ([f"{listed(exercise, rest)}: wrong, too"] if rest else []))


def part(values: Sequence[Tensor], k: int) -> list[Tensor]:
    return [y[k] for y in values]


def wrong_parts(exercise: Exercise, given: Sequence[Tensor], wanted: Sequence[Tensor]) -> list[int]:
    parts = range(len(exercise.parts))
    return [k for k in parts if not agree(part(given, k), part(wanted, k), exercise.tol)]


def listed(exercise: Exercise, parts: list[int]) -> str:
    return ", ".join(exercise.parts[k] for k in parts)


def unnamed(exercise: Exercise, given: Sequence[Tensor], wanted: Sequence[Tensor]) -> str:
    """What can be said of an answer without a name. It never gives a single number away."""
    for y, w in zip(given, wanted, strict=True):
        if y.shape != w.shape:
            return f"The shape is {tuple(y.shape)}; it should be {tuple(w.shape)}."
    if not all(bool(y.isfinite().all()) for y in given):
        return (
            "The answer contains NaN or infinity: a root or a logarithm of a negative number, "
            "or a division by 0."
        )
    told = ""
    if exercise.parts:
        told = f" Wrong: {listed(exercise, wrong_parts(exercise, given, wanted))}."
    elif all(y.numel() > 1 and y.max() > y.min() for y in given):
        largest = max((y - w).abs().max().item() for y, w in zip(given, wanted, strict=True))
        told = f" The largest error is {largest:.3g}."
    return f"Not yet.{told} Wanted: {exercise.asks}."
