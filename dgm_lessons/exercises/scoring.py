"""Points: what an answer earns, in a folder that is marked as in a notebook of nbgrader."""

from __future__ import annotations

from typing import Any

from .catalogue import find
from .marking import diagnose
from .slips import right as answer_of

FULL = 2  # points for each exercise


def points(name: str, answer: Any) -> int:
    """The points of an answer: 2 if it is right, 1 for a slip with a name, else 0.

    Unknown names raise `KeyError`.
    """
    return score(name, *diagnose(name, answer))


def score(name: str, right: bool, message: str) -> int:
    """The points of an answer that was marked so."""
    if right:
        return FULL
    return FULL // 2 if halves(name) and message.startswith("Not yet: ") else 0


def halves(name: str) -> bool:
    """Whether a slip with a name earns half: in a formula, not in a choice or whole numbers."""
    exercise = find(name)
    if exercise.parts or isinstance(exercise.solution, str):
        return False
    return any(bool((values != values.round()).any()) for values in answer_of(exercise))
