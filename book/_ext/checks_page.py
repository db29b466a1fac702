"""The page Checks: for each equation what it was compared with, and what was found.

`{checks} summary`, `{checks} equations`, `{checks} definitions` and `{checks} errata` stand in
book/checks.md for its parts.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from equation_checks import PAGE, Check, number, passed
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Part(nodes.General, nodes.Element):
    """Stands where a part of the page goes until every page has been read."""


class Checks(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [Part(name=self.arguments[0])]


def html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def fill(app: Any, doctree: nodes.document, page: str) -> None:
    parts = {
        "summary": summary,
        "equations": equations,
        "definitions": definitions,
        "errata": errata,
    }
    for node in list(doctree.findall(Part)):
        node.replace_self(list(parts[node["name"]](app)))


def labelled(app: Any) -> dict[str, tuple[str, int]]:
    """Page and number of each labelled equation, in the order of the book."""
    found = app.env.get_domain("math").equations
    order = {page: place for place, page in enumerate(app.env.collect_relations())}
    names = [name for name in found if name.startswith("eq-")]
    names.sort(key=lambda name: (order[found[name][0]], found[name][1]))
    return {name: found[name] for name in names}


def formula(app: Any, label: str, page: str) -> nodes.math_block | None:
    """The equation itself, without its number."""
    for block in app.env.get_doctree(page).findall(nodes.math_block):
        if block.get("label") == label:
            text = block.astext()
            return nodes.math_block(text, text, nowrap=False, number=None, label=None)
    return None


def summary(app: Any) -> Iterator[nodes.Node]:
    names = labelled(app)
    good = {name for name, checks in app.checks.items() if passed(checks)}
    checked = len(good & set(names))
    slips = sum(name.startswith("err-") for name in good)
    counts = [
        (checked, "equations checked by a test"),
        (sum(name in app.definitions for name in names), "definitions and steps"),
        (slips, "errata checked by a test"),
    ]
    items = "".join(f"<li><strong>{count}</strong> {what}</li>" for count, what in counts)
    yield html(f'<ul class="check-counts">{items}</ul>')


def equations(app: Any) -> Iterator[nodes.Node]:
    last = ""
    for label, (page, place) in labelled(app).items():
        if label not in app.checks:
            continue
        uri = app.builder.get_relative_uri(PAGE, page)
        if page != last:
            title = escape(app.env.titles[page].astext())
            yield html(f'<h3><a href="{uri}">{title}</a></h3>')
            last = page
        back = f'<a href="{uri}#equation-{label}">equation ({place})</a>'
        yield from card(label, back, app.checks[label], formula(app, label, page))


def errata(app: Any) -> Iterator[nodes.Node]:
    places = app.env.get_domain("std").anonlabels
    for label in sorted(app.checks):
        if label.startswith("err-"):
            back = f"erratum {label[4:]}"
            if label.lower() in places:
                page, anchor = places[label.lower()]
                uri = app.builder.get_relative_uri(PAGE, page)
                back = f'<a href="{uri}#{anchor}">{back}</a>'
            yield from card(label, back, app.checks[label], None)


def card(
    label: str, back: str, checks: list[Check], equation: nodes.Node | None
) -> Iterator[nodes.Node]:
    """One equation or erratum: its heading, the equation, and each test with what it found."""
    sign, kind = ("✓", "checked") if passed(checks) else ("✗", "failed")
    yield html(
        f'<article class="check" id="{label}"><p class="check-title">'
        f'<span class="eq-mark eq-mark-{kind}" title="{kind}">{sign}</span> {back} '
        f"<code>{label}</code></p>"
    )
    if equation is not None:
        yield equation
    for check in checks:
        yield html(
            f"<dl><dt>Compared with</dt><dd>{escape(check.against)}</dd>"
            f"<dt>Error found</dt><dd>{number(check.error)} "
            f'<span class="quiet">(tolerance {number(check.tolerance)})</span></dd>'
            f"<dt>Told apart</dt><dd>{escape(check.wrong)}: "
            f"error {number(check.wrong_error)}</dd></dl>"
            f"<details><summary>the test, <code>{check.file}</code> line {check.line}</summary>"
        )
        yield nodes.literal_block(check.source, check.source, language="python")
        yield html("</details>")
    yield html("</article>")


def definitions(app: Any) -> Iterator[nodes.Node]:
    rows = []
    for label, (page, place) in labelled(app).items():
        if label in app.definitions:
            uri = app.builder.get_relative_uri(PAGE, page)
            title = escape(app.env.titles[page].astext())
            rows.append(
                f'<tr id="{label}"><td><a href="{uri}#equation-{label}">{title} ({place})</a></td>'
                f"<td>{escape(app.definitions[label])}</td></tr>"
            )
    head = '<thead><tr><th scope="col">Equation</th><th scope="col">Why no test</th></tr></thead>'
    yield html(f'<table class="table">{head}<tbody>{"".join(rows)}</tbody></table>')


def setup(app: Sphinx) -> dict:
    app.setup_extension("equation_checks")
    app.add_node(Part)
    app.add_directive("checks", Checks)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
