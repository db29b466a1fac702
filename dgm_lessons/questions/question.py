"""What a question is: a choice, a number or an order; and each wrong answer with its reason.

Exercises ask for formulas and code, and are marked by trying them. Questions are quicker: a minute
in class, in a quiz, or on a page before the picture that answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from numpy.random import Generator

Kind = Literal["concept", "derivation", "error", "plot"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What all questions have.

    Args:
        section: the page that teaches it, such as "03-ddpm/reverse".
        kind: "concept"; "derivation": a step of one; "error": find it, as the sources made it;
            "plot": predict what a picture or an experiment shows.
        asks: the question, as Markdown with $formulas$.
        why: why the right answer is right, in a sentence or two.
    """

    section: str
    kind: Kind
    asks: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """One of several statements is right.

    Args:
        right: the right statement, as Markdown with $formulas$.
        wrong: the others, two to four, each with the reason why it is wrong: what somebody who
            chose it should think of.
    """

    right: str
    wrong: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """The answer is a number, worked out by code.

    Args:
        right: the number.
        within: the largest error accepted, relative to the size of `right`.
        wrong: numbers that usual mistakes lead to, as (number, reason).
        unit: of the number, if it has one.
    """

    right: float
    within: float = 0.01
    wrong: tuple[tuple[float, str], ...] = field(default=())
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Order(Question):
    """Three to six things to be put in order.

    Args:
        right: the things in the right order, as Markdown with $formulas$.
        wrong: orders that usual mistakes lead to, as (positions in `right`, reason): (1, 0, 2)
            is the order in which the first two have changed places.
    """

    right: tuple[str, ...]
    wrong: tuple[tuple[tuple[int, ...], str], ...] = field(default=())


@dataclass(frozen=True)
class Family:
    """A question whose numbers are drawn: another variant for each student.

    Args:
        make: from a source of random numbers, the question; its right and wrong answers are
            worked out from the numbers that it draws.
    """

    make: Callable[[Generator], Question]
