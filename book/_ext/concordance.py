"""The concordance: for every row of the syllabus, where the book treats it.

The paragraph that treats row 5.21 starts with the target `(c-5-21)=`. The directive
`{concordance} 5` lists the rows of chapter 5 with a link to each target, or "not yet";
`{concordance} progress` counts them.
"""

import csv
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

TABLE = Path(__file__).with_name("syllabus.tsv")


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
        return [Rows(part=self.arguments[0])]


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for node in list(doctree.findall(Rows)):
        places = homes(app.env)
        if node["part"] == "progress":
            html = progress(places)
        else:
            rows = [row for row in syllabus() if row["id"].split(".")[0] == node["part"]]
            html = table(rows, places, app, page)
        node.replace_self(nodes.raw("", html, format="html"))


def progress(places: dict[str, Any]) -> str:
    rows = syllabus()
    done = sum(target(row["id"]) in places for row in rows)
    return (
        f'<p class="concordance-progress"><progress value="{done}" max="{len(rows)}" '
        f'aria-label="rows of the syllabus with a home"></progress> '
        f"<strong>{done}</strong> of {len(rows)} rows have a home in the book.</p>"
    )


def table(rows: list[dict[str, str]], places: dict[str, Any], app: Sphinx, page: str) -> str:
    lines = [
        '<table class="table concordance"><thead><tr><th scope="col">Row</th>'
        '<th scope="col">What</th><th scope="col">Where</th><th scope="col">Source</th>'
        "</tr></thead><tbody>"
    ]
    for row in rows:
        where = '<span class="not-yet">not yet</span>'
        if target(row["id"]) in places:
            home, anchor = places[target(row["id"])]
            uri = app.builder.get_relative_uri(page, home)
            where = f'<a href="{uri}#{anchor}">{escape(app.env.titles[home].astext())}</a>'
        lines.append(
            f'<tr id="row-{target(row["id"])}"><td>{row["id"]}</td>'
            f'<td>{escape(row["line"])} <span class="kind">{row["kind"]}</span></td>'
            f'<td>{where}</td><td class="source">{escape(row["source"])}</td></tr>'
        )
    return "\n".join([*lines, "</tbody></table>"])


def setup(app: Sphinx) -> dict:
    app.add_node(Rows)
    app.add_directive("concordance", Concordance)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
