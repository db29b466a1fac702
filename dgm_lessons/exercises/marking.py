"""Marking: what an answer is told."""

from __future__ import annotations

from inspect import signature
from typing import Any

from dgm_lessons.questions import shown

from .catalogue import find
from .evaluation import call, crash, numbers
from .exercise import Exercise
from .verdict import verdict

UNANSWERED = "Not answered yet"


def check(name: str, answer: Any) -> None:
    """Mark an answer to the exercise or the question called `name`; say what it looks like."""
    right, message = diagnose(name, answer)
    mark = "✓" if right else "○" if message.startswith(UNANSWERED) else "✗"
    print(mark, message)


def diagnose(name: str, answer: Any) -> tuple[bool, str]:
    """Whether `answer` is right, and what to tell the reader. Unknown names raise `KeyError`.

    A message "Not yet: ..." names the mistake. Nothing that an answer does ends the cell; only
    the reader's own interrupt passes.
    """
    if name.startswith("q-"):
        return shown(name).told(answer)
    exercise = find(name)
    if answer is None or answer is ...:
        return False, f"{UNANSWERED}. Wanted: {exercise.asks}."
    if callable(exercise.solution) and not callable(answer):
        called = f"check({name!r}, your_function)"
        return False, f"Hand over the function itself, without calling it: `{called}`."
    try:
        said = [call(answer, inputs) for inputs in exercise.trials]
    except (Exception, SystemExit, GeneratorExit) as error:
        return False, crash(error, answer, _called(exercise))
    if any(value is ... for value in said):
        return False, f"{UNANSWERED}. Wanted: {exercise.asks}."
    if any(value is None for value in said):
        return False, "Your function returned nothing: did you forget `return`?"
    if isinstance(exercise.solution, str):
        return _choice(exercise, str(said[0]))
    try:
        given = [numbers(value) for value in said]
    except (TypeError, ValueError, RuntimeError):
        return False, f"The answer should be numbers. Wanted: {exercise.asks}."
    return verdict(exercise, given)


def _called(exercise: Exercise) -> str:
    return ", ".join(signature(exercise.solution).parameters) if callable(exercise.solution) else ""


def _choice(exercise: Exercise, given: str) -> tuple[bool, str]:
    given = given.strip().lower()
    if given == exercise.solution:
        return True, "Right."
    for looks_like, wrong in exercise.mistakes.items():
        if given == wrong:
            return False, f"Not yet: {looks_like}."
    choices = sorted({str(exercise.solution), *map(str, exercise.mistakes.values())})
    return False, f"Choose one of {', '.join(choices)}."
