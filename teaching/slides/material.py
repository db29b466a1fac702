"""What stands in a page, by its name: equations, figures, widgets, code and algorithms."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import nbformat
from figures import MARK

from editions.book import Book, equation_label
from editions.markdown import Translator
from editions.myst import everything

STATE = re.compile(r'<script type="application/json" class="dgm-state">(.*?)</script>', re.DOTALL)


class Equation(NamedTuple):
    """A formula in TeX, its number on the page, and where that is on the site."""

    tex: str
    number: str
    address: str


class Figure(NamedTuple):
    """A picture with its alternative text and its caption."""

    png: bytes
    alt: str
    caption: str


class Live(NamedTuple):
    """A widget as it is stored, its state and its caption."""

    html: str
    state: dict[str, Any]
    caption: str


@dataclass(frozen=True)
class Material:
    """The page `page` of the book, such as "book/05-score-matching/tweedie".

    What it has not is a `ValueError` that says what it has.
    """

    book: Book
    page: str

    def __post_init__(self) -> None:
        source = nbformat.read(self.book.source(self.page), as_version=4)
        object.__setattr__(self, "cells", {cell.id: cell for cell in source.cells})
        text = "\n\n".join(c.source for c in source.cells if c.cell_type == "markdown")
        object.__setattr__(self, "tokens", list(everything(text)))

    def equation(self, label: str) -> Equation:
        found = {
            name: (directive.body if directive else token.content).strip()
            for token, directive in self.tokens
            if (name := equation_label(token, directive))
        }
        tex = self._pick(found, label, "equation")
        place = self.book.places[label]
        return Equation(tex, place.name, self.book.address(place.page, place.anchor))

    def algorithm(self, label: str) -> tuple[str, str]:
        """Its title and its steps, in Markdown."""
        found = {
            directive.options["label"]: directive
            for _, directive in self.tokens
            if directive and directive.proof == "algorithm" and "label" in directive.options
        }
        directive = self._pick(found, label, "algorithm")
        return directive.argument, self.plain(directive.body)

    def figure(self, cell: str) -> Figure:
        found = {}
        for name, (output, caption) in self._shown("image/png").items():
            alt = output.metadata["image/png"]["alt"]
            found[name] = Figure(base64.b64decode(output.data["image/png"]), alt, caption)
        return self._pick(found, cell, "figure")

    def widget(self, cell: str) -> Live:
        found = {}
        for name, (output, caption) in self._shown("text/html").items():
            if state := STATE.search(html := output.data["text/html"]):
                found[name] = Live(html, json.loads(state[1]), caption)
        return self._pick(found, cell, "widget")

    def code(self, cell: str) -> str:
        found = {name: c.source for name, c in self.cells.items() if c.cell_type == "code"}
        return self._pick(found, cell, "cell of code")

    def plain(self, myst: str) -> str:
        """MyST of the page as plain Markdown, its roles as links to the site."""
        return Translator(self.book, self.page)(myst)

    def _shown(self, kind: str) -> dict[str, tuple[Any, str]]:
        """The first output of this kind of each cell, with the caption after it, if there is."""
        found: dict[str, tuple[Any, str]] = {}
        for name, cell in self.cells.items():
            outputs = cell.get("outputs", [])
            for place, output in enumerate(outputs):
                if kind in output.get("data", {}) and name not in found:
                    after = outputs[place + 1 : place + 2]
                    said = after[0].get("data", {}).get("text/markdown", "") if after else ""
                    mark = f"**{MARK}**"
                    caption = said.removeprefix(mark).strip() if said.startswith(mark) else ""
                    found[name] = output, self.plain(caption)
        return found

    def _pick(self, found: dict[str, Any], name: str, what: str) -> Any:
        if name not in found:
            known = ", ".join(found) or "none"
            raise ValueError(f"{self.page} has no {what} {name!r}; it has {known}")
        return found[name]
