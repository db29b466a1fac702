"""A question as it is shown, with letters, and what each answer to it is told."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .catalogue import find, source
from .question import Choice, Number, Order, Question

UNANSWERED = "Not answered yet."


@dataclass(frozen=True)
class Shown:
    """A question with letters: what is asked, and how the answers to it are written.

    Args:
        name: of the question, such as "q-3-01".
        question: what it is.
        items: the statements of a choice, the things of an order, by letter as they are shown.
        right: the right answer as it is given: a letter, a number, or letters in order, "bca".
        wrong: the wrong answers that have a reason, with it.
    """

    name: str
    question: Question
    items: Mapping[str, str]
    right: str | float
    wrong: Mapping[Any, str]

    @property
    def wanted(self) -> str:
        """What an answer looks like."""
        if isinstance(self.question, Number):
            unit = f", in {self.question.unit}" if self.question.unit else ""
            return f"Give a number{unit} (to {100 * self.question.within:g} per cent)."
        if isinstance(self.question, Order):
            return f"Give the letters in order, such as {''.join(self.items)!r}."
        return f"Choose one of {', '.join(self.items)}."

    @property
    def asked(self) -> str:
        """The question with its letters, as Markdown."""
        listed = "\n".join(f"- **{letter}** {text}" for letter, text in self.items.items())
        wanted = "" if isinstance(self.question, Choice) else self.wanted
        return "\n\n".join(filter(None, (self.question.asks, listed, wanted)))

    @property
    def answered(self) -> str:
        """Each answer that has a reason, the right one first, with it; as Markdown."""
        said = {self.right: f"is right. {self.question.why}"}
        said |= {answer: f"is wrong. {reason}" for answer, reason in self.wrong.items()}
        return "\n".join(f"- **{self.written(answer)}** {text}" for answer, text in said.items())

    def written(self, answer: str | float) -> str:
        """An answer as a reader sees it: letters, or a number with its unit."""
        if not isinstance(self.question, Number):
            return str(answer)
        return f"{float(answer):.4g} {self.question.unit}".strip()

    def told(self, answer: Any) -> tuple[bool, str]:
        """Whether `answer` is right, and why or why not."""
        if answer is None or answer is ... or answer == "":
            return False, f"{UNANSWERED} {self.wanted}"
        if isinstance(self.question, Number):
            return self._number(self.question, answer)
        given = "".join(letter for letter in str(answer).lower() if letter.isalnum())
        if given == self.right:
            return True, f"Right. {self.question.why}"
        if given in self.wrong:
            return False, f"Not yet. {self.wrong[given]}"
        if isinstance(self.question, Order) and sorted(given) == sorted(self.items):
            place = next(k for k, letter in enumerate(str(self.right)) if letter != given[k])
            return False, f"Not yet. {given[place]} does not belong in place {place + 1}."
        return False, f"{self.wanted} You gave {answer!r}."

    def _number(self, question: Number, answer: Any) -> tuple[bool, str]:
        try:
            given = float(answer)
        except (TypeError, ValueError, RuntimeError):
            return False, f"{self.wanted} You gave {answer!r}."
        if not math.isfinite(given):
            return False, f"{self.wanted} You gave {given}, which is not finite."
        if abs(given - question.right) <= question.error(question.right):
            return True, f"Right. {question.why}"
        for number, reason in question.wrong:
            if abs(given - number) <= question.error(number):
                return False, f"Not yet. {reason}"
        larger = "larger" if given < question.right else "smaller"
        return False, f"Not yet. The right number is {larger}."


def shown(name: str, variant: int = 0) -> Shown:
    """The question called `name` as it is shown: its letters depend on name and variant only.

    Raises:
        KeyError: if there is none of this name.
        ValueError: if `variant` is negative.
    """
    question = find(name, variant)
    if isinstance(question, Number):
        return Shown(name, question, {}, question.right, dict(question.wrong))
    if isinstance(question, Choice):
        texts: tuple[str, ...] = (question.right, *question.wrong)
    elif isinstance(question, Order):
        texts = question.right
    else:
        raise TypeError(f"{name} is neither a choice, a number nor an order: {question!r}")
    places = _shuffled(f"{name} shown", variant, len(texts), isinstance(question, Order))
    items = {string.ascii_lowercase[k]: texts[place] for k, place in enumerate(places)}
    letters = {place: letter for letter, place in zip(items, places, strict=True)}
    if isinstance(question, Choice):
        wrong = {letters[k]: reason for k, reason in enumerate(question.wrong.values(), 1)}
        return Shown(name, question, items, letters[0], dict(sorted(wrong.items())))
    right = "".join(letters[place] for place in range(len(texts)))
    orders = {"".join(right[k] for k in positions): reason for positions, reason in question.wrong}
    return Shown(name, question, items, right, orders)


def _shuffled(name: str, variant: int, count: int, mixed: bool) -> list[int]:
    """The numbers below `count` in a random order; not in their own if they are to be `mixed`."""
    random = source(name, variant)
    while True:
        order = [int(k) for k in random.permutation(count)]
        if not mixed or order != sorted(order):
            return order
