"""What is exported: questions with their places in the book, and variants of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dgm_lessons.questions import Family, Shown, chapters, shown
from editions.book import Book


@dataclass(frozen=True)
class Entry:
    """One question to export.

    Args:
        shown: the question.
        variant: its number, from 1: variant 0 stands with its answer on the page. 0 if the
            question has no other variants.
        chapter: the number of the chapter.
        section: the title of its section.
    """

    shown: Shown
    variant: int
    chapter: int
    section: str

    @property
    def title(self) -> str:
        return self.shown.name + (f", variant {self.variant}" if self.variant else "")

    @property
    def ident(self) -> str:
        """A name without spaces, for machines."""
        return self.shown.name + (f"-v{self.variant}" if self.variant else "")


def entries(book: Book, wanted: Sequence[int], variants: int) -> Iterator[Entry]:
    """All questions of the chapters `wanted`, those with drawn numbers in so many variants.

    Raises:
        ValueError: if a chapter has no questions, or `variants` is not positive.
    """
    if variants < 1:
        raise ValueError(f"at least one variant of each question is needed, not {variants}")
    for chapter in wanted:
        if chapter not in chapters():
            there = ", ".join(map(str, chapters())) or "none"
            raise ValueError(f"no questions of chapter {chapter}; there are chapters {there}")
        for name, question in chapters()[chapter].items():
            family = isinstance(question, Family)
            for variant, found in distinct(name, variants) if family else [(0, shown(name))]:
                title = book.titles[f"book/{found.question.section}"]
                yield Entry(found, variant, chapter, title)


def distinct(name: str, count: int) -> list[tuple[int, Shown]]:
    """The first `count` variants that differ, by their numbers; fewer if there are no more."""
    found: list[tuple[int, Shown]] = []
    for variant in range(1, 20 * count + 1):
        one = shown(name, variant)
        if all(one.question != other.question for _, other in found):
            found.append((variant, one))
        if len(found) == count:
            break
    return found
