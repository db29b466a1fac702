"""Points: what an answer earns, in a folder that is marked as in a notebook of nbgrader."""

from __future__ import annotations

from typing import Any

from .catalogue import find, is_question
from .marking import diagnose
from .slips import right as answer_of

FULL = 2  # points for each exercise
QUICK = 1  # for each question: one may try again, and there are few answers to try


def points(name: str, answer: Any) -> int:
    """The points of an answer: all if it is right, half for a slip with a name, else 0.

    Unknown names raise `KeyError`.
    """
    return score(name, *diagnose(name, answer))


def most(name: str) -> int:
    """The points of a right answer."""
    return QUICK if is_question(name) else FULL


def score(name: str, right: bool, message: str) -> int:
    """The points of an answer that was marked so."""
    if right:
        return most(name)
    return FULL // 2 if halves(name) and message.startswith("Not yet: ") else 0


def halves(name: str) -> bool:
    """Whether a slip with a name earns half: in a formula, not in a choice or whole numbers."""
    if is_question(name):
        return False
    exercise = find(name)
    if exercise.parts or isinstance(exercise.solution, str):
        return False
    return any(bool((values != values.round()).any()) for values in answer_of(exercise))
