"""Marks: a row for each exercise of each submission, and their sums, as CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..attempt import Attempt
from ..catalogue import homes
from ..marking import judge
from ..scoring import most, score
from .bench import Bench
from .submissions import Submission

IN_ALL = 6  # a page of a submission has this many times the seconds of an answer


@dataclass(frozen=True)
class Mark:
    """What one answer earned, of how many points, and what was said of it."""

    student: str
    page: str
    exercise: str
    points: int
    of: int
    right: bool
    said: str
    seconds: float


def marked(
    handed_in: Sequence[Submission], asked: Sequence[str], bench: Bench, jobs: int
) -> Iterator[list[Mark]]:
    """The marks of each submission for the exercises and questions `asked`, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda one: list(marks(one, asked, bench)), handed_in)


def marks(one: Submission, asked: Sequence[str], bench: Bench) -> Iterator[Mark]:
    pages = {homes()[name] for name in asked}
    who, left = clean(one.student), float(IN_ALL * bench.seconds * len(pages))
    for name in asked:
        right, said, seconds = mark(one, name, bench, left)
        left -= seconds
        earned, of = score(name, right, said), most(name)
        yield Mark(who, homes()[name], name, earned, of, right, clean(said), round(seconds, 2))


def mark(one: Submission, name: str, bench: Bench, left: float) -> tuple[bool, str, float]:
    """Whether an answer is right, what is said of it, and the seconds that it took."""
    notebook = one.notebook_of(name)
    if notebook is None:
        return False, one.problem or absent(one, name), 0.0
    if left < 1:
        return False, "Not run: the other answers have used up the time of the submission.", 0.0
    tried, seconds = bench.attempt(notebook, name, left)
    return *judged(name, tried), seconds


def absent(one: Submission, name: str) -> str:
    """That a check is not there, and what may have become of it."""
    unknown = [f'check("{other}", ...)' for other in one.asked() if other not in homes()]
    instead = f" There is {', '.join(unknown)}, of no exercise or question." if unknown else ""
    return f'There is no check("{name}", ...) in the notebook.{instead}'


def judged(name: str, tried: Attempt) -> tuple[bool, str]:
    """The verdict; an answer of which the marking itself can make nothing is wrong."""
    try:
        return judge(name, tried)
    except Exception as error:
        return False, f"The answer cannot be marked ({type(error).__name__})."


def clean(text: str) -> str:
    """Text for a cell of a table: one line, printable, not a formula of a spreadsheet."""
    line = "".join(c if c.isprintable() else " " for c in text)[:500]
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def totals(rows: Iterable[Mark]) -> list[dict[str, object]]:
    """For each student: points, of how many, exercises that are right, of how many."""
    by_student: dict[str, list[Mark]] = {}
    for row in rows:
        by_student.setdefault(row.student, []).append(row)
    return [
        {
            "student": student,
            "points": sum(row.points for row in own),
            "of": sum(row.of for row in own),
            "right": sum(row.right for row in own),
            "exercises": len(own),
        }
        for student, own in by_student.items()
    ]


def write(rows: Sequence[Mark], out: Path) -> Path:
    """Write the marks, and their sums beside them; this is where the sums are."""
    table(out, [field.name for field in fields(Mark)], map(astuple, rows))
    sums = totals(rows)
    beside = out.with_name(f"{out.stem}-totals{out.suffix}")
    table(beside, list(sums[0]), (list(own.values()) for own in sums))
    return beside


def table(path: Path, head: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV in whole or not at all."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("w", newline="", encoding="utf8") as file:
        csv.writer(file).writerows([head, *rows])
    os.replace(scratch, path)
