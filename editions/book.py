"""The book as its pages refer to it: titles, labels, numbers and citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import yaml
from exercise_names import names
from figures import captions
from pybtex.database import parse_file
from sphinx.util.nodes import _make_id

from . import references
from .myst import PROOFS, Directive, everything


@dataclass(frozen=True)
class Place:
    """Where a label stands, and what a link to it says."""

    page: str
    anchor: str
    name: str


class Book:
    """Everything that a page needs to know of the others.

    Args:
        root: the repository; `_config.yml` gives the site's address, `_toc.yml` the pages.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf8"))
        self.title = config["title"]
        self.site = config["html"]["baseurl"].rstrip("/")
        self.pages = list(_pages(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))))
        self.references = parse_file(root / config["bibtex_bibfiles"][0]).entries
        self.titles: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self._proofs: Counter[str] = Counter()
        for page in self.pages:
            self._read(page)

    def source(self, page: str) -> Path:
        notebook = self.root / f"{page}.ipynb"
        return notebook if notebook.exists() else self.root / f"{page}.md"

    @property
    def notebooks(self) -> list[str]:
        return [page for page in self.pages if self.source(page).suffix == ".ipynb"]

    def address(self, page: str, anchor: str = "") -> str:
        """Where a page stands on the site."""
        return f"{self.site}/{page}.html" + (f"#{anchor}" if anchor else "")

    def link_to(self, page: str, text: str = "") -> str:
        """A Markdown link to a page, by default under its title."""
        return f"[{text or self.titles[page]}]({self.address(page)})"

    def link(self, label: str, text: str = "") -> str:
        """A Markdown link to what the label names."""
        place = self.places[label]
        return f"[{text or place.name}]({self.address(place.page, place.anchor)})"

    def citation(self, key: str, textual: bool = False) -> str:
        """Author and year as a link: to the work, or to the book's list of references."""
        entry = self.references[key]
        address = references.address(entry) or self.address("book/references")
        return f"[{references.said(entry, textual)}]({address})"

    def _read(self, page: str) -> None:
        """Note the page's title and all that it labels, in order."""
        source = self.source(page)
        if source.suffix == ".md":
            self._read_text(page, source.read_text(encoding="utf8"))
            return
        cells = nbformat.read(source, as_version=4).cells
        self._read_text(page, "\n\n".join(c.source for c in cells if c.cell_type == "markdown"))
        for number, name in enumerate(captions(source), 1):
            self._note(page, name, name, f"Figure {number}")
        for label, name in names(source).items():
            self._note(page, label, label, f"Exercise {name}")

    def _read_text(self, page: str, text: str) -> None:
        tokens = list(everything(text))
        equations = 0
        for place, (token, found) in enumerate(tokens):
            if token.type == "heading_open":
                title = tokens[place + 1][0].content
                self.titles.setdefault(page, title)
                before = tokens[place - 1][0]
                if place and before.type == "myst_target":
                    self._note(page, before.content, before.content, title)
            elif token.type == "myst_target":
                self._note(page, token.content, token.content, "")
            elif label := equation_label(token, found):
                equations += 1
                self._note(page, label, f"equation-{label}", f"({equations})")
            elif found:
                self._read_directive(page, found)

    def _read_directive(self, page: str, found: Directive) -> None:
        label = found.options.get("label", "")
        if found.name == "glossary":
            for term in re.findall(r"^\S.*$", found.body, re.MULTILINE):
                self._note(page, f"term {term.casefold()}", _make_id(f"term-{term}"), term)
        elif (kind := found.proof) in PROOFS and "nonumber" not in found.options:
            self._proofs[kind] += 1
            self._note(page, label, label, f"{kind.capitalize()} {self._proofs[kind]}")
        else:
            self._note(page, label, label, found.argument)

    def _note(self, page: str, label: str, anchor: str, name: str) -> None:
        if label:
            self.places[label] = Place(page, anchor, name)


@cache
def the_book() -> Book:
    """The book of this repository, read once."""
    return Book(Path(__file__).parents[1])


def equation_label(token, found: Directive | None) -> str:
    """The label of a displayed equation; "" for anything else."""
    if found:
        return found.options.get("label", "") if found.name == "math" else ""
    return token.info if token.type == "math_block_label" else ""


def _pages(toc: dict) -> Iterator[str]:
    yield toc["root"]
    for part in toc["parts"]:
        yield from _files(part["chapters"])


def _files(entries: list[dict]) -> Iterator[str]:
    for entry in entries:
        yield entry["file"]
        yield from _files(entry.get("sections", []))
