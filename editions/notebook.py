"""One edition of one notebook."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import nbformat
from figures import MARK
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .assignment import exercise_of, graded, heading, rubric, stub, with_points
from .book import Book
from .markdown import Translator, folded
from .myst import Directive, directive, parse

SOLUTIONS = {  # what the text of a solution becomes
    "colab": folded,
    "student": lambda title, text: "",
    "instructor": lambda title, text: f"**{title}**\n\n{text}",
}
EDITIONS = tuple(SOLUTIONS)
PICTURE = re.compile(
    r'<svg class="dgm-picture"[^>]*aria-label="(?P<name>[^"]*)".*?</svg>', re.DOTALL
)


def edition(book: Book, page: str, kind: str) -> NotebookNode:
    """The notebook of a page as `kind`, one of EDITIONS."""
    if kind not in EDITIONS:
        raise ValueError(f"there are the editions {', '.join(EDITIONS)}, not {kind!r}")
    source = nbformat.read(book.source(page), as_version=4)
    number_figures(source)
    translate = Translator(book, page, SOLUTIONS[kind])
    cells: list[NotebookNode] = []
    for solution, group in groups(source.cells):
        if solution:
            cells += solved(group, kind, translate)
            continue
        (cell,) = group
        if "instructor" in cell.metadata.get("tags", []) and kind != "instructor":
            continue
        cells += [plain(cell, translate)]
        if kind != "colab":
            cells += asked(cell, kind)
        if name := exercise_of(cell):
            if kind == "student":
                cells += [graded(cell, name)]
            if kind == "instructor":
                cells += [rubric(name, f"{cell.id}-rubric")]
    title, text = cells[0].source.split("\n", 1)
    cells[0].source = f"{title}\n\n{_about(book, page)}\n{text}"
    if kind != "colab" and (total := with_points(cells)):
        cells.insert(1, heading(page, kind, total))
    return nbformat.from_dict(source | {"cells": cells})


def groups(cells: list[NotebookNode]) -> Iterator[tuple[bool, list[NotebookNode]]]:
    """The cells one by one, and those of each solution, from its start to its end, together."""
    solution: list[NotebookNode] = []
    for cell in cells:
        names = {found.name for found in _directives(cell)}
        if solution or "solution-start" in names:
            solution.append(cell)
            if "solution-end" in names:
                yield True, solution
                solution = []
        else:
            yield False, [cell]
    if solution:
        raise ValueError(f"this solution has no end:\n{solution[0].source}")


def solved(group: list[NotebookNode], kind: str, translate: Translator) -> list[NotebookNode]:
    """A solution: nothing for students, folded text for Colab, for instructors cells that run."""
    if kind == "student":
        return []
    if kind == "instructor":
        first = new_markdown_cell("**Solution**", id=f"{group[0].id}-title")
        return [first, *(plain(cell, translate) for cell in group if _said(cell, translate))]
    texts = (_said(cell, translate) for cell in group)
    return [new_markdown_cell(folded("Solution", "\n\n".join(filter(None, texts))), id=group[0].id)]


def _said(cell: NotebookNode, translate: Translator) -> str:
    return (
        translate(cell.source) if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```"
    )


def asked(cell: NotebookNode, kind: str) -> Iterator[NotebookNode]:
    """For each question of a cell the cells to answer it; for the instructor its rubric."""
    for name in (found.argument for found in _directives(cell) if found.name == "question"):
        place = f"{cell.id}-{name}"
        if kind == "student":
            answer = stub(name, place)
            yield from (answer, graded(answer, name))
        else:
            yield rubric(name, place)


def plain(cell: NotebookNode, translate: Translator) -> NotebookNode:
    """The cell without MyST: its text translated, its widget a picture, its code as it is."""
    if cell.cell_type == "markdown":
        return new_markdown_cell(translate(cell.source), id=cell.id)
    metadata = dict(cell.metadata)
    if {"hide-input", "remove-input", "remove-cell"} & set(metadata.get("tags", [])):
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    address = translate.book.address(translate.page)
    outputs = [still(output, address) for output in cell.get("outputs", [])]
    return nbformat.from_dict(cell | {"metadata": metadata, "outputs": outputs})


def still(output: NotebookNode, address: str) -> NotebookNode:
    """A stored widget as the picture that it shows until it runs; any other output as it is."""
    found = PICTURE.search(output.get("data", {}).get("text/html", ""))
    if not found:
        return output
    svg = base64.b64encode(found[0].encode()).decode()
    html = (
        f'<img src="data:image/svg+xml;base64,{svg}" alt="{found["name"]}" '
        'style="width: 100%; max-width: 640px">'
        "<p><em>Run this cell and the picture moves, as it does "
        f'<a href="{address}">on the site</a>.</em></p>'
    )
    return nbformat.from_dict(output | {"data": output.data | {"text/html": html}})


def number_figures(notebook: NotebookNode) -> None:
    """Give each caption its number, as on the site."""
    mark, number = f"**{MARK}**", 0
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        said = output.get("data", {}).get("text/markdown", "")
        if said.startswith(mark):
            number += 1
            output.data["text/markdown"] = f"**Figure {number}.**{said.removeprefix(mark)}"


def _about(book: Book, page: str) -> str:
    link = book.link_to(page)
    return f"*A page of {book.title}: {link}. There every picture moves without running anything.*"


def _directives(cell: NotebookNode) -> list[Directive]:
    if cell.cell_type != "markdown":
        return []
    return [found for token in parse(cell.source) if (found := directive(token))]
