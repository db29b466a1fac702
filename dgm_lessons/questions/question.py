"""What a question is: a choice, a number or an order; and each wrong answer with its reason.

Exercises ask for formulas and code, and are marked by trying them. Questions are quicker: a minute
in class, in a quiz, or on a page before the picture that answers it.
"""

from __future__ import annotations

import math
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
        asks: the question, as Markdown with formulas in LaTeX.
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
        right: the right statement, as Markdown with formulas in LaTeX.
        wrong: the others, two to four, each with the reason why it is wrong: what somebody who
            chose it should think of.

    Raises:
        ValueError: if there are too few statements, too many, or two alike.
    """

    right: str
    wrong: Mapping[str, str]

    def __post_init__(self) -> None:
        if not 2 <= len(self.wrong) <= 4:
            raise ValueError(f"a choice has two to four wrong statements, not {len(self.wrong)}")
        if self.right in self.wrong:
            raise ValueError(f"the statement {self.right!r} is right and wrong")


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """The answer is a number, worked out by code.

    Args:
        right: the number.
        within: the largest error accepted, relative to the size of the number; absolute if the
            number is 0.
        wrong: numbers that usual mistakes lead to, as (number, reason).
        unit: of the number, if it has one.

    Raises:
        ValueError: if a number is not finite, or a wrong one would pass for the right one.
    """

    right: float
    within: float = 0.01
    wrong: tuple[tuple[float, str], ...] = field(default=())
    unit: str = ""

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (self.right, *dict(self.wrong))):
            raise ValueError(f"the numbers {self.right}, {[*dict(self.wrong)]} must be finite")
        if not 0 < self.within < 1:
            raise ValueError(f"within = {self.within} must lie between 0 and 1")
        for number, _ in self.wrong:
            if abs(number - self.right) <= self.error(number) + self.error(self.right):
                raise ValueError(f"{number} as a mistake is too close to the right {self.right}")

    def error(self, number: float) -> float:
        """The largest error accepted of `number`, the right one or a wrong one."""
        return self.within * (abs(number) or 1.0)


@dataclass(frozen=True, kw_only=True)
class Order(Question):
    """Three to six things to be put in order.

    Args:
        right: the things in the right order, as Markdown with formulas in LaTeX.
        wrong: orders that usual mistakes lead to, as (positions in `right`, reason): (1, 0, 2)
            is the order in which the first two have changed places.

    Raises:
        ValueError: if there are too few things, too many, or two alike, or if a wrong order is
            none or is the right one.
    """

    right: tuple[str, ...]
    wrong: tuple[tuple[tuple[int, ...], str], ...] = field(default=())

    def __post_init__(self) -> None:
        count = len(self.right)
        if not 3 <= count <= 6 or len(set(self.right)) < count:
            raise ValueError(f"an order is of three to six different things, not {self.right}")
        for positions, _ in self.wrong:
            if sorted(positions) != [*range(count)] or positions == tuple(range(count)):
                raise ValueError(f"{positions} is no wrong order of {count} things")


@dataclass(frozen=True)
class Family:
    """A question whose numbers are drawn: another variant for each student.

    Args:
        make: from a source of random numbers, the question; its right and wrong answers are
            worked out from the numbers that it draws.
    """

    make: Callable[[Generator], Question]
