"""Under each exercise that a page can mark by itself: fields for its formulas or numbers."""

import html
import json
from pathlib import Path

from docutils import nodes
from exercise_names import names
from sphinx.application import Sphinx
from sphinx_exercise.nodes import is_exercise_node

from dgm_lessons.exercises.catalogue import exercises
from dgm_lessons.exercises.sheet import Sheet, sheet


def field(name: str) -> str | None:
    """The form for the exercise of this id, hidden until its script runs; None without a sheet."""
    found = sheet(exercises()[name]) if name in exercises() else None
    if found is None:
        return None
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<form class="dgm-answer" data-exercise="{name}" autocomplete="off" novalidate hidden>'
        f"{_inputs(name, found)}"
        '<button>Check</button><span class="dgm-read" aria-hidden="true"></span>'
        '<output class="dgm-reply"></output>'
        f'<script type="application/json">{text}</script></form>'
    )


def _inputs(name: str, found: Sheet) -> str:
    count, labels = len(found["right"]), [html.escape(part) for part in found["parts"]]
    inputs = ", ".join(f"<code>{html.escape(one)}</code>" for one in found.get("names", ()))
    asked = f"in {inputs}" if inputs else html.escape(found["asks"])
    if "D" in found:
        asked += " (in one dimension, D = 1)"
    if count == 1:
        return _input(f"answer-{name}", f"Your answer, {asked}:", bool(inputs))
    labels = labels or [str(k) for k in range(1, count + 1)]
    rows = (_input(f"answer-{name}-{k}", one, bool(inputs)) for k, one in enumerate(labels))
    return f"<fieldset><legend>Your answer, {asked}:</legend>{''.join(rows)}</fieldset>"


def _input(identity: str, label: str, formula: bool) -> str:
    hint = ' placeholder="such as (a + b^2) / sqrt(c)"' if formula else ""
    return (
        f'<label class="{"dgm-formula" if formula else "dgm-number"}" for="{identity}">'
        f'<span>{label}</span> <input id="{identity}" type="text" autocapitalize="off"'
        f' autocorrect="off" spellcheck="false"{hint}></label>'
    )


def add_fields(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    source = Path(app.env.doc2path(docname))
    if app.builder.format != "html" or source.suffix != ".ipynb":
        return
    called = names(source)
    for node in list(doctree.findall(is_exercise_node)):
        form = field(called.get(node.get("label", ""), ""))
        if form:
            node.append(nodes.raw("", form, format="html"))


def setup(app: Sphinx) -> dict:
    app.connect("doctree-resolved", add_fields)
    app.add_js_file("formula.js", priority=900)
    app.add_js_file("answers.js", priority=901)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
