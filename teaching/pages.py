"""What the pages of the book say of themselves: title, outcomes, needs, exercises, length.

A section is named by its page, such as `02-vae/elbo`.
"""

import functools
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath

import yaml

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
sys.path.insert(0, str(BOOK / "_ext"))  # labels and names are those of the site

from equation_sources import formulas, prose  # noqa: E402
from exercise_names import names  # noqa: E402
from route import needs  # noqa: E402

WORDS_A_MINUTE = 200
MINUTES_AN_EQUATION = 1
MINUTES_AN_EXERCISE = 10
MINUTES_AN_OPEN_EXERCISE = 20  # for pen and paper, or to extend: no check marks it

OUTCOMES = re.compile(r"\*\*You will be able to\*\*\n(.*?)\n\n", re.DOTALL)
NEEDS = re.compile(r"\*\*You need\*\* (.*?)\s*\w+(?:\s\w+)?\s(?:hour|minutes)\sto\sread", re.DOTALL)
LINK = re.compile(r"\{doc\}`([^`<]*)<([^`>]*)>`")
PRACTICE = re.compile(r"```+\{(exercise|solution)-start\}.*?\{\1-end\}", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """One page; `exercises` has the name of each by its label, `needs` the pages before it."""

    page: str
    title: str
    outcomes: tuple[str, ...]
    before: str
    needs: tuple[str, ...]
    exercises: dict[str, str]
    words: int
    equations: int

    @property
    def reading(self) -> int:
        """Minutes to read the page once, without its exercises."""
        return round(self.words / WORDS_A_MINUTE + MINUTES_AN_EQUATION * self.equations)

    def label(self, exercise: str) -> str:
        return next(label for label, name in self.exercises.items() if name == exercise)

    def minutes(self, exercise: str) -> int:
        """Minutes for an exercise: one without a check has its label for a name."""
        checked = self.label(exercise) != exercise
        return MINUTES_AN_EXERCISE if checked else MINUTES_AN_OPEN_EXERCISE


def source(page: str) -> Path:
    """The file of a page: a notebook, or Markdown."""
    notebook = BOOK / f"{page}.ipynb"
    return notebook if notebook.exists() else BOOK / f"{page}.md"


def chapters() -> dict[str, list[str]]:
    """The pages of each numbered chapter, in the order of the book, by its caption."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    files = {
        part["caption"]: [entry["file"].removeprefix("book/") for entry in part["chapters"]]
        for part in contents["parts"]
    }
    return {caption: pages for caption, pages in files.items() if caption[0].isdigit()}


def absolute(text: str, page: str) -> str:
    """Markdown of a page with its links to other pages as seen from anywhere."""

    def moved(match: re.Match) -> str:
        return f"{{doc}}`{match[1]}</{normpath(join('book', page, '..', match[2]))}>`"

    return LINK.sub(moved, text)


@functools.cache
def section(page: str) -> Section:
    path = source(page)
    if not path.exists():
        raise ValueError(f"no such section: {page}; sections are named as {next(iter(sections()))}")
    text = prose(path)
    outcomes = OUTCOMES.search(text)
    before = NEEDS.search(text)
    listed = re.split(r"\n?^- ", outcomes[1], flags=re.MULTILINE)[1:] if outcomes else []
    told = absolute(before[1].strip(), page) if before else ""
    return Section(
        page=page,
        title=re.findall(r"^# (.*)", text, re.MULTILINE)[0],
        outcomes=tuple(" ".join(line.split()).rstrip(";.") for line in listed),
        before=" ".join(told.split()),
        needs=tuple(sorted(needs(page))) if path.suffix == ".ipynb" else (),
        exercises=names(path) if path.suffix == ".ipynb" else {},
        words=len(PRACTICE.sub("", text).split()),
        equations=len(formulas(path)),
    )


def sections() -> list[str]:
    """The pages of all numbered chapters, in the order of the book."""
    return [page for pages in chapters().values() for page in pages]


@functools.cache
def measured() -> dict[str, float]:
    """The CPU seconds of each notebook, as teaching/costs.json has them."""
    stored = json.loads((ROOT / "teaching" / "costs.json").read_text(encoding="utf8"))
    return {page: cost["cpu_seconds"] for page, cost in stored.items()}
