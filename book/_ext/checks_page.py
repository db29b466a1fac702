"""The pages Checks: for each equation what it was compared with, and what was found.

`{checks} summary` counts; `{checks} overview` has one line for each page of the book, and
`{checks} mutants` says how many changes on purpose the checks noticed. Each chapter has its page of
checks, book/checks/03-ddpm.md with `{checks} 03-ddpm`, and so have the errata.
"""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from equation_checks import ERRATA, Check, number, page_of_checks, passed, verdict
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

MUTANTS = Path(__file__).parents[2] / "tests" / "equations" / "mutants.json"


class Part(nodes.General, nodes.Element):
    """Stands where a part of the page goes until every page has been read."""


class Checks(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [Part(name=self.arguments[0])]


def html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def fill(app: Any, doctree: nodes.document, page: str) -> None:
    parts = {"summary": summary, "overview": overview, "mutants": mutants, "errata": errata}
    for node in list(doctree.findall(Part)):
        node.replace_self(list(parts.get(node["name"], chapter)(app, page)))
        if any(doctree.findall(nodes.math_block)):  # the page needs MathJax
            app.env.get_domain("math").data["has_equations"][page] = True


def labelled(app: Any) -> dict[str, dict[str, int]]:
    """Label and number of the equations of each page, in the order of the book."""
    found: dict[str, dict[str, int]] = {page: {} for page in app.env.collect_relations()}
    for label, (page, place) in app.env.get_domain("math").equations.items():
        if label.startswith("eq-"):
            found[page][label] = place
    ordered = {page: sorted(places, key=places.__getitem__) for page, places in found.items()}
    return {p: {label: found[p][label] for label in ordered[p]} for p in ordered if ordered[p]}


def good(app: Any, prefix: str) -> set[str]:
    return {name for name, found in app.checks.items() if name.startswith(prefix) and passed(found)}


def link(app: Any, here: str, page: str, anchor: str = "") -> str:
    return app.builder.get_relative_uri(here, page) + (f"#{anchor}" if anchor else "")


def title(app: Any, page: str) -> str:
    return escape(app.env.titles[page].astext())


def summary(app: Any, here: str) -> Iterator[nodes.Node]:
    names = {label for places in labelled(app).values() for label in places}
    counts = [
        (len(good(app, "eq-") & names), "equations checked by a test"),
        (len(names & app.definitions.keys()), "definitions and steps"),
        (len(good(app, "err-")), "errata checked by a test"),
    ]
    items = "".join(f"<li><strong>{count}</strong> {what}</li>" for count, what in counts)
    yield html(f'<ul class="check-counts">{items}</ul>')


def overview(app: Any, here: str) -> Iterator[nodes.Node]:
    rows: list[tuple] = []
    for page, places in labelled(app).items():
        checked, defined = good(app, "eq-") & places.keys(), app.definitions.keys() & places.keys()
        uri = link(app, here, page_of_checks(page), page.split("/")[-1])
        rows.append((f'<a href="{uri}">{title(app, page)}</a>', len(checked), len(defined)))
    uri = link(app, here, ERRATA)
    rows.append((f'<a href="{uri}">{title(app, ERRATA)}</a>', len(good(app, "err-")), ""))
    head = "".join(f'<th scope="col">{what}</th>' for what in ("Page", "✓", "≔ ∴"))
    body = "".join(f"<tr><td>{a}</td><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows)
    yield html(f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def mutants(app: Any, here: str) -> Iterator[nodes.Node]:
    """What tests/mutate_checks.py found, and what slipped through."""
    found = json.loads(MUTANTS.read_text(encoding="utf8"))
    head = "".join(f'<th scope="col">{what}</th>' for what in ("Checks of", "Tried", "Noticed"))
    body, missed = "", ""
    for folder, score in found.items():
        name = f"Chapter {int(folder[1:3])}" if folder[1:3].isdigit() else folder.capitalize()
        noticed = score["tried"] - len(score["survivors"])
        body += f"<tr><td>{name}</td><td>{score['tried']}</td><td>{noticed}</td></tr>"
        missed += "".join(f"<li><code>{escape(line)}</code></li>" for line in score["survivors"])
    tried = sum(score["tried"] for score in found.values())
    noticed = tried - sum(len(score["survivors"]) for score in found.values())
    body += f"<tr><td><strong>All</strong></td><td>{tried}</td><td>{noticed}</td></tr>"
    yield html(f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')
    yield html(f"<details><summary>those that went unnoticed</summary><ul>{missed}</ul></details>")


def chapter(app: Any, here: str) -> Iterator[nodes.Node]:
    """The equations of the pages whose checks stand here."""
    for page, places in labelled(app).items():
        if page_of_checks(page) != here:
            continue
        name = page.split("/")[-1]
        yield html(f'<h2 id="{name}"><a href="{link(app, here, page)}">{title(app, page)}</a></h2>')
        for label, place in places.items():
            uri = link(app, here, page, f"equation-{label}")
            back = f'<a href="{uri}">equation ({place})</a>'
            if label in app.checks:
                yield from card(label, back, app.checks[label], app.sealed[page].get(label, ""))
            else:
                sign, kind, _ = verdict(app, label)
                reason = escape(app.definitions.get(label, "no result"))
                mark = f'<span class="eq-mark eq-mark-{kind}">{sign}</span>'
                yield html(f'<p id="{label}">{mark} {back}: {reason}</p>')


def errata(app: Any, here: str) -> Iterator[nodes.Node]:
    places = app.env.get_domain("std").anonlabels
    for label in sorted(good(app, "err-")):
        back = f"erratum {label[4:]}"
        if label.lower() in places:
            back = f'<a href="{link(app, here, *places[label.lower()])}">{back}</a>'
        yield from card(label, back, app.checks[label], "")


def card(label: str, back: str, checks: list[Check], latex: str) -> Iterator[nodes.Node]:
    """One equation or erratum: its heading, the equation as sealed, each test and its findings."""
    sign, kind = ("✓", "checked") if passed(checks) else ("✗", "failed")
    yield html(
        f'<article class="check" id="{label}"><p class="check-title">'
        f'<span class="eq-mark eq-mark-{kind}" title="{kind}">{sign}</span> {back} '
        f"<code>{label}</code></p>"
    )
    if latex:
        yield nodes.math_block(latex, latex, nowrap=False, number=None, label=None)
    for check in checks:
        yield html(
            f"<dl><dt>Compared with</dt><dd>{escape(check.against)}: "
            f"error {number(check.error)} (tolerance {number(check.tolerance)})</dd>"
            f"<dt>Told apart</dt><dd>{escape(check.wrong)}: "
            f"error {number(check.wrong_error)}</dd></dl>"
            f"<details><summary>the test, {check.file} line {check.line}</summary>"
            f"<pre>{escape(check.source)}</pre></details>"
        )
    yield html("</article>")


def setup(app: Sphinx) -> dict:
    app.setup_extension("equation_checks")
    app.add_node(Part)
    app.add_directive("checks", Checks)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
