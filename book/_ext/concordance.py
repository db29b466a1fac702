"""The concordance: for every row of the syllabus, where the book treats it, and what to do there.

The paragraph that treats row 5.21 starts with the target `(c-5-21)=`. The directive
`{concordance} 5` lists the rows of chapter 5 with a link to each target, or "not yet", and what
`row_contents` finds there, or "read"; `{concordance} progress` counts them.
"""

import csv
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from equation_checks import page_of_checks, passed
from equation_sources import pages
from row_contents import Thing, contents
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

TABLE = Path(__file__).with_name("syllabus.tsv")
Link = Callable[[str, str, str], str]  # page, anchor and words, as HTML


def syllabus() -> list[dict[str, str]]:
    """The rows: id, one line, kind, source."""
    with TABLE.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def target(row_id: str) -> str:
    """The label of a row: `c-5-21` for 5.21."""
    return "c-" + row_id.replace(".", "-")


def homes(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Page and anchor of every row that has a home, by target."""
    labels = env.get_domain("std").anonlabels  # type: ignore[attr-defined]
    return {name: place for name, place in labels.items() if name.startswith("c-")}


class Rows(nodes.General, nodes.Element):
    """Stands where the rows go until every page has been read."""


class Concordance(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for page in pages():  # of what it says there
            self.env.note_dependency(str(page))
        return [Rows(part=self.arguments[0])]


def fill(app: Any, doctree: nodes.document, page: str) -> None:
    found = list(doctree.findall(Rows))
    things = contents() if found else {}
    for node in found:
        places = homes(app.env)
        if node["part"] == "progress":
            html = progress(places)
        else:
            rows = [row for row in syllabus() if row["id"].split(".")[0] == node["part"]]
            html = table(rows, places, things, app, page)
        node.replace_self(nodes.raw("", html, format="html"))


def progress(places: dict[str, Any]) -> str:
    rows = syllabus()
    done = sum(target(row["id"]) in places for row in rows)
    return (
        f'<p class="concordance-progress"><progress value="{done}" max="{len(rows)}" '
        f'aria-label="rows of the syllabus with a home"></progress> '
        f"<strong>{done}</strong> of {len(rows)} rows have a home in the book.</p>"
    )


def table(
    rows: list[dict[str, str]],
    places: dict[str, Any],
    things: dict[str, list[Thing]],
    app: Any,
    page: str,
) -> str:
    def link(home: str, anchor: str, text: str) -> str:
        uri = app.builder.get_relative_uri(page, home)
        return f'<a href="{uri}#{anchor}">{escape(text)}</a>'

    checked = {label for label, checks in app.checks.items() if passed(checks)}
    heads = ("Row", "What", "Where", "What you can do", "Source")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    lines = [f'<table class="table concordance"><thead><tr>{head}</tr></thead><tbody>']
    for row in rows:
        where, do = '<span class="not-yet">not yet</span>', ""
        if target(row["id"]) in places:
            home, anchor = places[target(row["id"])]
            where = link(home, anchor, app.env.titles[home].astext())
            do = "; ".join(deeds(things.get(target(row["id"]), []), checked, link)) or "read"
        lines.append(
            f'<tr id="row-{target(row["id"])}"><td>{row["id"]}</td>'
            f'<td>{escape(row["line"])} <span class="kind">{row["kind"]}</span></td>'
            f'<td>{where}</td><td class="do">{do}</td>'
            f'<td class="source">{escape(row["source"])}</td></tr>'
        )
    return "\n".join([*lines, "</tbody></table>"])


VERBS = {"widget": "move", "exercise": "solve", "question": "answer", "figure": "see"}


def deeds(things: list[Thing], checked: set[str], link: Link) -> Iterator[str]:
    """What a reader can do with these things, kind by kind, in a few words."""
    for kind, verb in VERBS.items():
        if found := [link(one.page, one.anchor, one.name) for one in things if one.kind == kind]:
            run = kind == "figure" and len(found) > 2  # they follow one another
            yield f"{verb} " + (f"{found[0]} to {found[-1]}" if run else ", ".join(found))
    if cells := sum(thing.kind == "cell" for thing in things):
        yield f"run {counted(cells, 'cell')}"
    equations = [thing for thing in things if thing.kind == "equation" and thing.name in checked]
    if equations:
        first, words = equations[0], counted(len(equations), "equation")
        yield "check " + link(page_of_checks(first.page), first.name, words)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def setup(app: Sphinx) -> dict:
    app.add_node(Rows)
    app.add_directive("concordance", Concordance)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
