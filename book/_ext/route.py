"""The map of the book, `{route}`: its chapters, what each needs, and paths for an hour or a week.

What it shows stands in book/route.yml, and the pages' own words agree with it (a test). It is plain
HTML: a chapter is a choice of a group, and styles alone show what belongs to it.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import yaml
from docutils import nodes
from equation_sources import BOOK
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PICTURE = re.compile(r'<svg class="dgm-picture".*?</svg>', re.DOTALL)
NEED = re.compile(r"\*\*You need\*\*(.*?)(?:(?:Half an|An) hour|Forty|Twenty|\n:::)", re.DOTALL)
ROAD = re.compile(r"^## The road on\n(.*)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\{(doc|ref)\}`[^`<]*<?([^`<>]+)>?`")


class Map(nodes.General, nodes.Element):
    """Stands where the map goes until every page has been read."""


class Route(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(BOOK / "route.yml"))
        return [Map()]


def route() -> dict[str, Any]:
    return yaml.safe_load((BOOK / "route.yml").read_text(encoding="utf8"))


def text_of(page: str) -> str:
    """The words of a section, such as "03-ddpm/reverse"."""
    cells = nbformat.read(BOOK / f"{page}.ipynb", as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def linked(page: str, text: str) -> Iterator[str]:
    """The sections that a piece of a page's text links to."""
    for kind, target in LINK.findall(text):
        name = (BOOK / page).parent.joinpath(target).resolve() if kind == "doc" else homes()[target]
        if name.is_relative_to(BOOK) and (found := name.relative_to(BOOK).as_posix())[:1].isdigit():
            yield found


def homes() -> dict[str, Path]:
    """The section of each target "(c-1-18)=" of a row of the syllabus."""
    target = re.compile(r"\((c-\d+-\d+)\)=")
    paths = sorted(BOOK.glob("[01]*/*.ipynb"))
    return {
        name: path.with_suffix("")
        for path in paths
        for name in target.findall(path.read_text(encoding="utf8"))
    }


def needs(page: str) -> set[str]:
    """The sections without which a page cannot be read; not those that only help."""
    found = NEED.search(text_of(page))
    parts = re.split(r"[;.]\s", found[1]) if found else []
    return {
        one for part in parts if not re.search(r"\bhelps?\b", part) for one in linked(page, part)
    }


def road_on(page: str) -> set[str]:
    """The sections that a page's last words lead to."""
    found = ROAD.search(text_of(page))
    return set(linked(page, found[1])) if found else set()


def picture(page: str) -> str:
    """The first picture of a page's figures to touch."""
    cells = nbformat.read(BOOK / f"{page}.ipynb", as_version=4).cells
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    shown = (output.get("data", {}).get("text/html", "") for output in outputs)
    return next(found[0] for html in shown if (found := PICTURE.search("".join(html))))


def fill(app: Any, doctree: nodes.document, page: str) -> None:
    for node in list(doctree.findall(Map)):
        node.replace_self(nodes.raw("", drawn(app, page, route()), format="html"))


def drawn(app: Any, here: str, found: dict[str, Any]) -> str:
    def link(page: str) -> str:
        address = app.builder.get_relative_uri(here, f"book/{page}")
        return f'<a href="{address}">{escape(app.env.titles[f"book/{page}"].astext())}</a>'

    chapters = found["chapters"]
    rows = max(chapter["at"][1] for chapter in chapters)
    choices = "".join(choice(chapter, rows) for chapter in chapters)
    about = "".join(
        described(chapter, chapters, [link(page) for page in sections(app, chapter["number"])])
        for chapter in chapters
    )
    paths = "".join(path(one, [link(page) for page in one["pages"]]) for one in found["paths"])
    shown = "".join(
        f'.route:has([value="{n}"]:not(:checked)) [data-chapter="{n}"] {{ display: none }}'
        for n in (chapter["number"] for chapter in chapters)
    )
    return (
        f'<style>{shown}</style><div class="route">'
        "<fieldset><legend>The chapters, and what each stands on</legend>"
        f"{arrows(chapters, rows)}{choices}</fieldset>"
        f'<div class="route-about" aria-live="polite">{about}</div></div>{paths}'
    )


def sections(app: Any, number: int) -> list[str]:
    pages = (page.removeprefix("book/") for page in app.env.collect_relations())
    return [page for page in pages if re.match(rf"{number:02d}-", page)]


def place(chapter: dict[str, Any], rows: int) -> tuple[float, float]:
    """The middle of a chapter on the map, in per cent."""
    column, row = chapter["at"]
    return 100 * (column - 0.5) / 3, 100 * (row - 0.5) / rows


def choice(chapter: dict[str, Any], rows: int) -> str:
    x, y = place(chapter, rows)
    checked = " checked" if chapter["number"] == 1 else ""
    return (
        f'<label style="left:{x:.1f}%;top:{y:.1f}%"><input type="radio" name="route" '
        f'value="{chapter["number"]}"{checked}> <b>{chapter["number"]}</b> '
        f"{escape(chapter['name'])}</label>"
    )


def arrows(chapters: list[dict[str, Any]], rows: int) -> str:
    at = {chapter["number"]: place(chapter, rows) for chapter in chapters}
    lines = "".join(
        '<line x1="{:.1f}%" y1="{:.1f}%" x2="{:.1f}%" y2="{:.1f}%"/>'.format(
            *at[before], *at[after]
        )
        for after, before in edges(chapters)
    )
    return f'<svg class="route-arrows" aria-hidden="true">{lines}</svg>'


def edges(chapters: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """(chapter, a chapter that it needs)."""
    for chapter in chapters:
        for before in chapter["needs"]:
            yield chapter["number"], before


def described(chapter: dict[str, Any], chapters: list[dict[str, Any]], links: list[str]) -> str:
    names = {one["number"]: escape(f"{one['number']} {one['name']}") for one in chapters}
    before = ", ".join(names[number] for number in chapter["needs"])
    stands = f" <em>Stands on {before}.</em>" if before else ""
    pages = "".join(f"<li>{one}</li>" for one in links)
    return (
        f'<div data-chapter="{chapter["number"]}">{picture(chapter["picture"])}'
        f"<p><strong>{names[chapter['number']]}.</strong> {escape(chapter['says'])}{stands}</p>"
        f"<ul>{pages}</ul></div>"
    )


def path(one: dict[str, Any], links: list[str]) -> str:
    pages = "".join(f"<li>{link}</li>" for link in links)
    return (
        f'<details class="route-path"><summary><strong>{escape(one["name"])}.</strong> '
        f"{escape(one['says'])}</summary><ol>{pages}</ol></details>"
    )


def setup(app: Sphinx) -> dict:
    app.add_directive("route", Route)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
