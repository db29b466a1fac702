"""Marking: what an answer is told."""

from __future__ import annotations

from inspect import signature
from typing import Any

from torch import Tensor

from dgm_lessons.questions import shown

from .attempt import Attempt, Odd, attempt
from .catalogue import find, is_question
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
    if is_question(name):
        return shown(name).told(answer)
    return judge(name, attempt(answer, find(name).trials, called(name)))


def judge(name: str, tried: Attempt) -> tuple[bool, str]:
    """The same of an answer that has been tried already, in this process or in another."""
    if is_question(name):
        return _question(name, tried)
    exercise, values = find(name), tried.values
    if any(value is Odd.UNANSWERED for value in values):
        return False, f"{UNANSWERED}. Wanted: {exercise.asks}."
    if callable(exercise.solution) and not tried.function:
        handed = f"check({name!r}, your_function)"
        return False, f"Hand over the function itself, without calling it: `{handed}`."
    if tried.stopped:
        return False, f"Your answer stopped with {tried.stopped}"
    if any(value is Odd.NOTHING for value in values):
        return False, "Your function returned nothing: did you forget `return`?"
    if isinstance(exercise.solution, str):
        return _choice(exercise, values[0] if isinstance(values[0], str) else "")
    given = [value for value in values if isinstance(value, Tensor)]
    if len(given) < len(values):
        return False, f"The answer should be numbers. Wanted: {exercise.asks}."
    return verdict(exercise, given)


def _question(name: str, tried: Attempt) -> tuple[bool, str]:
    if tried.stopped:
        return False, f"Your answer stopped with {tried.stopped}"
    (value,) = tried.values
    return shown(name).told(... if isinstance(value, Odd) else value)


def called(name: str) -> str:
    """The names of what the exercise hands to a function, for a sentence."""
    solution = find(name).solution
    return ", ".join(signature(solution).parameters) if callable(solution) else ""


def _choice(exercise: Exercise, given: str) -> tuple[bool, str]:
    given = given.strip().lower()
    if given == exercise.solution:
        return True, "Right."
    for looks_like, wrong in exercise.mistakes.items():
        if given == wrong:
            return False, f"Not yet: {looks_like}."
    choices = sorted({str(exercise.solution), *map(str, exercise.mistakes.values())})
    return False, f"Choose one of {', '.join(choices)}."
