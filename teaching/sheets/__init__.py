"""Cheat sheets: the formulas of a chapter, taken from its pages by label; one A4 page each.

A sheet stands in `teaching/sheets/NAME.yml`: labels of equations with a line each, symbols, the
algorithm as `PAGE#FUNCTION`, a function of a cell that is tagged `key`, and traps. Formulas and
code are never copied: they come from the pages. A formula is printed with the mark of its check.
"""

from __future__ import annotations

import ast
import functools
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..pages import BOOK, source

from equation_sources import formulas, pages  # isort: skip  (on the path by ..pages)

HERE = Path(__file__).parent
LEAST, MOST = 8, 14  # formulas on a sheet


@dataclass(frozen=True)
class Formula:
    """A labelled equation of the book, and its meaning in a line; a long one is printed smaller."""

    label: str
    latex: str
    page: str
    line: str
    long: bool = False


@dataclass(frozen=True)
class Sheet:
    """One page; `algorithm` is (page, source of the function)."""

    title: str
    formulas: tuple[Formula, ...]
    symbols: dict[str, str]
    algorithm: tuple[str, str] | None
    traps: tuple[str, ...]


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.yml"))


@functools.cache
def equations() -> dict[str, tuple[str, str]]:
    """LaTeX and page of every labelled equation of the book."""
    return {
        label: (latex, path.relative_to(BOOK).with_suffix("").as_posix())
        for path in pages()
        for label, latex in formulas(path)
    }


def read(name: str) -> Sheet:
    path = HERE / f"{name}.yml"
    if not path.exists():
        raise ValueError(f"no sheet is called {name!r}; there are {', '.join(names())}")
    data = yaml.safe_load(path.read_text(encoding="utf8"))
    return Sheet(
        title=data["title"],
        formulas=tuple(
            formula(label, line, label in data.get("long", ()))
            for label, line in data["formulas"].items()
        ),
        symbols=data["symbols"],
        algorithm=algorithm(*data["algorithm"].split("#")) if "algorithm" in data else None,
        traps=tuple(data["traps"]),
    )


def formula(label: str, line: str, long: bool = False) -> Formula:
    if label not in equations():
        raise ValueError(f"no equation of the book is labelled {label}")
    latex, page = equations()[label]
    return Formula(label, latex, page, line, long)


def algorithm(page: str, function: str) -> tuple[str, str]:
    """The page, and the source of a function in one of its `key` cells."""
    cells = json.loads(source(page).read_text(encoding="utf8"))["cells"]
    for cell in cells:
        if "key" in cell["metadata"].get("tags", []):
            text = "".join(cell["source"])
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef) and node.name == function:
                    return page, ast.get_source_segment(text, node) or ""
    raise ValueError(f"{page} has no cell tagged key that defines {function}")
