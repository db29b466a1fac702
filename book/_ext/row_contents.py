"""What a reader can do at each row of the syllabus, read off the pages.

What stands between the target `(c-5-21)=` and the next row, or the end of the section, belongs to
row 5.21: widgets (there, or set by a link in the text), exercises, questions, figures, labelled
equations, cells to run. Rows whose targets stand together share it. An exercise called by the
row's id, such as "c-5-21", belongs to it wherever it stands.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from equation_sources import BOOK, pages
from exercise_names import CHECK, names
from figures import MARK

TARGETS = r"(?:^\([\w-]+\)=\s*)+"
MARKS = re.compile(
    rf"(?P<rows>{TARGETS}(?:^#+ .*\s*(?:{TARGETS})?)?)"
    r"|^(?P<heading>#+) |\{exercise(?:-start)?\}[^`]*?:label:\s*(?P<exercise>\S+)"
    r"|\{question\} (?P<question>q-\d+-\d+)"
    r"|\$\$[ \t]*\((?P<equation>eq-[\w-]+)\)|\(#set-(?P<set>[a-z-]+)"
    r"|\{(?P<solution>solution-(?:start|end))\}",
    re.MULTILINE,
)
ROW = re.compile(r"^\((c-\d+-\d+)\)=", re.MULTILINE)
EXERCISE = re.compile(r"(c-\d+-\d+)(?!\d)")
WIDGET = re.compile(r"<(\w+): a figure to touch>")


@dataclass(frozen=True)
class Thing:
    """One thing to do: its kind, its name as a reader knows it, and where it stands."""

    kind: str
    name: str
    page: str = ""
    anchor: str = ""


def contents() -> dict[str, list[Thing]]:
    """What belongs to each row that has a place, each thing once, in the order of the pages."""
    found: dict[str, dict[Thing, None]] = {}
    for path in pages():
        for row, things in of_page(path).items():
            found.setdefault(row, {}).update(dict.fromkeys(things))
    return {row: list(things) for row, things in found.items()}


def of_page(path: Path) -> dict[str, list[Thing]]:
    """What belongs to each row on one page."""
    found: dict[str, list[Thing]] = {}
    rows: list[str] = []
    scope = level = 0  # of the section that the rows stand in, of the last heading
    for mark in marks(path):
        if mark.kind in {"rows", "heading"}:
            heading = re.search("^#+", mark.name, re.MULTILINE)
            level = len(heading[0]) if heading else level
            if own_rows := ROW.findall(mark.name):
                rows, scope = own_rows, level
                found |= {row: found.get(row, []) for row in rows}
            elif heading and level <= scope:
                rows = []
        else:
            own = EXERCISE.match(mark.name) if mark.kind == "exercise" else None
            for row in dict.fromkeys([*rows, *own.groups()] if own else rows):
                found.setdefault(row, []).append(mark)
    return found


def marks(path: Path) -> Iterator[Thing]:
    """Rows, headings and all things of a page, in order."""
    page = path.relative_to(BOOK.parent).with_suffix("").as_posix()
    stored = cells(path)
    called = names(path) if path.suffix == ".ipynb" else {}
    pictures = [[replace(thing, page=page) for thing in things] for things in shown(stored)]
    widgets = {
        one.name.lower().replace(" ", "-"): one
        for things in reversed(pictures)  # of two of a kind, a link without a number sets the first
        for one in things
        if one.kind == "widget"
    }
    solution = False
    for place, cell in enumerate(stored):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            if not solution and not CHECK.search(source):
                widget = any(thing.kind == "widget" for thing in pictures[place])
                yield from [
                    *pictures[place],
                    *([] if widget else [Thing("cell", str(place), page)]),
                ]
            continue
        for mark in MARKS.finditer(source):
            kind, name = str(mark.lastgroup), mark[str(mark.lastgroup)]
            if kind == "solution":
                solution = name == "solution-start"
            elif kind == "exercise":
                yield Thing(kind, called.get(name, name), page, name)
            elif kind == "set":
                yield from [widgets[name]] if name in widgets else []
            else:
                yield Thing(kind, name, page, name)


def cells(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf8")
    if path.suffix == ".md":
        return [{"cell_type": "markdown", "source": text}]
    stored: list[dict[str, Any]] = json.loads(text)["cells"]
    return stored


def shown(stored: list[dict[str, Any]]) -> list[list[Thing]]:
    """The widgets and figures of each cell; their anchors are those that `figures` gives."""
    found: list[list[Thing]] = []
    number = 0
    for cell in stored:
        found.append([])
        before = ""
        for output in cell.get("outputs", []):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            if "".join(data.get("text/markdown", "")).startswith(f"**{MARK}**"):
                number += 1
                anchor = metadata.get("text/markdown", {}).get("name") or f"figure-{number}"
                widget = WIDGET.match(before)
                name = spaced(widget[1]) if widget else f"Figure {number}"
                found[-1].append(Thing("widget" if widget else "figure", name, anchor=anchor))
            before = "".join(data.get("text/plain", ""))
    return found


def spaced(name: str) -> str:
    """The class `TwoWays` as the gallery calls it: "Two ways"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
