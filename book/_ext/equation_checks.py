"""What the tests found about each labelled equation, and the mark printed beside it.

`make checks` runs tests/equations and stores the results in _build/checks.json. A mark ✓ leads
from the equation to its place on the chapter's page of checks; definitions (≔) and steps of a
derivation (∴) are read from the test files. A formula that is not as sealed is a warning.
"""

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import equation_seals
from docutils import nodes
from equation_sources import ROOT, declared_checks, definitions, pages
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)
ERRATA = "book/checks/errata"
EQUATION = re.compile(r'<div class="math[^"]*" id="equation-(eq-[\w-]+)">\s*<span class="eqno">')


@dataclass(frozen=True)
class Check:
    """One test of one label: what it compared and what it found."""

    test: str
    file: str
    line: int
    source: str
    against: str
    wrong: str
    error: float
    tolerance: float
    wrong_error: float
    passed: bool


def read_checks(root: Path) -> dict[str, list[Check]]:
    """The stored results by label; the cases of one test are merged, the worst error kept.

    Results of a test whose source has changed since are left out.
    """
    path = root / "_build" / "checks.json"
    if not path.exists():
        raise ExtensionError("no _build/checks.json: run `make checks`, then build again")
    current = {(check.file, check.test, check.source) for check in declared_checks()}
    merged: dict[str, dict[str, Check]] = {}
    for record in json.loads(path.read_text(encoding="utf8")).values():
        labels = record.pop("labels")
        if (record["file"], record["test"], record["source"]) not in current:
            continue
        check = Check(**{**record, "wrong_error": record["wrong_error"] or 0.0})
        for label in labels:
            tests = merged.setdefault(label, {})
            name = f"{check.file}::{check.test}"
            tests[name] = worse(tests.get(name, check), check)
    return {label: list(tests.values()) for label, tests in merged.items()}


def worse(a: Check, b: Check) -> Check:
    """The two cases of a test as one: worst error, smallest wrong error."""
    top = max(a, b, key=lambda check: check.error)
    return Check(
        **{
            **vars(top),
            "wrong_error": min(a.wrong_error, b.wrong_error),
            "passed": a.passed and b.passed,
        }
    )


def page_of_checks(page: str) -> str:
    """Where the checks of a page stand: book/checks/03-ddpm for book/03-ddpm/reverse."""
    return f"book/checks/{page.split('/')[1]}"


def load(app: Any) -> None:
    app.definitions = definitions()
    app.sealed = {
        page.relative_to(ROOT).with_suffix("").as_posix(): equation_seals.read(page)
        for page in pages()
    }
    checks = app.checks = read_checks(Path(app.srcdir))
    for label in checks:
        if not passed(checks[label]):
            logger.warning("the check of %s failed: see `make checks`", label, type="checks")


def passed(checks: list[Check]) -> bool:
    return all(check.passed for check in checks)


def number(value: float) -> str:
    """A short number: 3e-16, 0.42, 0."""
    return f"{value:.2g}"


def verdict(app: Any, label: str) -> tuple[str, str, str]:
    """Sign, kind and words for a label: ✓, ✗, ≔ or ∴; empty where nothing is known."""
    if label in app.checks:
        checks = app.checks[label]
        error = number(max(check.error for check in checks))
        if passed(checks):
            return "✓", "checked", f"checked by a test: error {error}"
        return "✗", "failed", "its test failed"
    if label in app.definitions:
        step = app.definitions[label].lower().startswith("step")
        sign, kind = ("∴", "step") if step else ("≔", "definition")
        return sign, kind, f"{kind}: {app.definitions[label]}"
    return "", "", ""


def mark(app: Any, label: str, href: str) -> str:
    """The small link printed beside an equation."""
    sign, kind, text = verdict(app, label)
    if not sign:
        logger.warning("no result for %s: write its test, run `make checks`", label, type="checks")
        return ""
    return (
        f'<a class="eq-mark eq-mark-{kind}" href="{href}#{label}" '
        f'title="{escape(text)}" aria-label="{escape(text)}">{sign}</a>'
    )


def linked_mark(app: Sphinx, label: str, page: str) -> str:
    return mark(app, label, app.builder.get_relative_uri(page, page_of_checks(page)))


def mark_equations(app: Sphinx, page: str, template: str, context: dict[str, Any], _: Any) -> None:
    """Put the mark before the number of every labelled equation of the page."""
    if "body" in context:
        context["body"] = EQUATION.sub(
            lambda match: match[0] + linked_mark(app, match[1], page), context["body"]
        )


def hold_to_seals(app: Any, doctree: nodes.document, page: str) -> None:
    """What is printed is what was sealed."""
    for block in doctree.findall(nodes.math_block):
        label = block.get("label") or ""
        sealed = app.sealed.get(page, {}).get(label, "")
        stands = equation_seals.normalised(block.astext())
        if label.startswith("eq-") and stands != equation_seals.normalised(sealed):
            text = "%s is not as sealed: see `python tests/seal.py`"
            logger.warning(text, label, location=block, type="checks")


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", load)
    app.connect("doctree-resolved", hold_to_seals)
    app.connect("html-page-context", mark_equations)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
