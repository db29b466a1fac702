"""```{question} q-3-01: a question with its form, marked on the page; closed below, its answers.

The form is HTML that works by `_static/questions.js`; without the script the question can be read,
and its answers opened. The replies are those of `check` in a notebook.
"""

import html
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import dgm_lessons.questions as package
from dgm_lessons.questions import Choice, Number, Order, Shown, shown

KINDS = {Choice: "choice", Number: "number", Order: "order"}


def answers(question: Shown) -> list[dict[str, str]]:
    """The answers that have words of their own, the right one first, as data of the page."""
    asked, listed = question.question, [question.right, *question.wrong]
    if isinstance(asked, Number):
        return [{"answer": str(n), "within": str(asked.error(float(n)))} for n in listed]
    return [{"answer": str(letters)} for letters in listed]


class QuestionDirective(SphinxDirective):
    """The question that its one argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            question = shown(name)
        except (KeyError, ValueError) as error:
            raise self.error(str(error.args[0])) from error
        for module in Path(package.__file__).parent.glob("*.py"):
            self.env.note_dependency(str(module))
        kind = KINDS[type(question.question)]
        box = nodes.container(classes=["dgm-question"], ids=[name])
        box += raw(f'<p class="dgm-title">Question</p><div id="{name}-asks">')
        self.state.nested_parse(StringList(question.question.asks.splitlines()), 0, box)
        box += raw(f'</div><form data-kind="{kind}" autocomplete="off" novalidate>')
        box += raw(f'<fieldset disabled aria-describedby="{name}-asks">')
        box.extend(self.fields(question, kind))
        box += raw("<button hidden>Check</button></fieldset><output></output></form>")
        box += raw("<details><summary>Answer and reasons</summary>")
        box.extend(self.reasons(question))
        box += raw("</details>")
        return [box]

    def fields(self, question: Shown, kind: str) -> Iterator[nodes.Node]:
        """What an answer is given with: buttons, a field, or for each thing its place."""
        name, items = question.name, question.items
        legends = {"choice": "Choose one:", "order": "Give each its place:", "number": "A number:"}
        yield raw(f"<legend>{legends[kind]}</legend>")
        if isinstance(question.question, Number):
            unit = html.escape(question.question.unit)
            yield raw(
                f'<label><input type="text" aria-label="Your number" autocapitalize="off"'
                f' autocorrect="off" spellcheck="false"> {unit}</label>'
            )
        places = "".join(f"<option>{k}</option>" for k in range(1, len(items) + 1))
        for letter, text in items.items():
            field = (
                f'<input type="radio" name="{name}" value="{letter}">'
                if kind == "choice"
                else f'<select name="{letter}"><option value="">–</option>{places}</select>'
            )
            yield raw(f"<label>{field} <span><b>{letter}</b> ")
            yield from self.inline(text)
            yield raw("</span></label>")

    def reasons(self, question: Shown) -> Iterator[nodes.Node]:
        """Each answer with its reason; the script shows that of the answer that was given."""
        words = {question.right: question.question.why, **question.wrong}
        for data, (answer, text) in zip(answers(question), words.items(), strict=True):
            marks = "".join(f' data-{key}="{html.escape(value)}"' for key, value in data.items())
            verdict = "right" if answer == question.right else "wrong"
            said = html.escape(question.written(answer))
            yield raw(f"<p><b>{said}</b> is {verdict}. <span{marks}>")
            yield from self.inline(text)
            yield raw("</span></p>")

    def inline(self, text: str) -> list[nodes.Node]:
        found, problems = self.state.inline_text(text, self.lineno)
        return [*found, *problems]


def raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def setup(app: Sphinx) -> dict:
    app.add_directive("question", QuestionDirective)
    app.add_js_file("questions.js", priority=902)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
