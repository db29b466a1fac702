"""Marking: what an answer is told."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .catalogue import find
from .exercise import Exercise

UNANSWERED = "Not answered yet"


def check(name: str, answer: Any) -> None:
    """Mark an answer to the exercise called `name` and say what it looks like."""
    right, message = diagnose(name, answer)
    mark = "✓" if right else "○" if message.startswith(UNANSWERED) else "✗"
    print(mark, message)


def diagnose(name: str, answer: Any) -> tuple[bool, str]:
    """Whether `answer` is right, and what to tell the reader. Unknown names raise `KeyError`."""
    exercise = find(name)
    if answer is None or answer is ...:
        return False, f"{UNANSWERED}. Wanted: {exercise.asks}."
    try:
        given = _evaluate(answer, exercise.inputs)
    except Exception as error:
        return False, f"Your answer stopped with {type(error).__name__}: {error}"
    if given is None or given is ...:
        return False, f"{UNANSWERED}. Wanted: {exercise.asks}."
    wanted = _evaluate(exercise.solution, exercise.inputs)
    if isinstance(wanted, str):
        return _diagnose_choice(exercise, str(given), wanted)
    try:
        given = torch.as_tensor(given, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return False, f"The answer should be numbers. Wanted: {exercise.asks}."
    if given.shape != wanted.shape:
        return False, f"The shape is {tuple(given.shape)}; it should be {tuple(wanted.shape)}."
    if not bool(torch.isfinite(given).all()):
        return False, "The answer contains NaN or infinity."
    if _close(given, wanted, exercise.tol):
        return True, "Right."
    for looks_like, wrong in exercise.mistakes.items():
        mistaken = _evaluate(wrong, exercise.inputs)
        if mistaken.shape == given.shape and _close(given, mistaken, exercise.tol):
            return False, f"Not yet: {looks_like}."
    largest = (given - wanted).abs().max().item()
    return False, f"Not yet: the largest error is {largest:.3g}. Wanted: {exercise.asks}."


def _evaluate(answer: Any, inputs: tuple[Any, ...]) -> Any:
    value = answer(*inputs) if callable(answer) else answer
    return value if value is None or value is ... or isinstance(value, str) else _tensor(value)


def _tensor(value: Any) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64).detach()


def _diagnose_choice(exercise: Exercise, given: str, wanted: str) -> tuple[bool, str]:
    given = given.strip().lower()
    if given == wanted:
        return True, "Right."
    for looks_like, wrong in exercise.mistakes.items():
        if given == wrong:
            return False, f"Not yet: {looks_like}."
    choices = sorted({wanted, *map(str, exercise.mistakes.values())})
    return False, f"Choose one of {', '.join(choices)}."


def _close(a: Tensor, b: Tensor, tol: float) -> bool:
    return bool((a - b).abs().max() <= tol * max(1.0, b.abs().max().item()))
