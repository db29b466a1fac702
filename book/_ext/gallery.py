"""The gallery: every widget of the package, with links that set it.

`{gallery} 1 3` in book/gallery.md shows those of chapters 1 to 3; `python book/_ext/gallery.py
FILE` writes all of them as one file that needs nothing else, for those who work on widgets
(`make gallery`).
"""

import inspect
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dgm_lessons import widgets
from dgm_lessons.widgets.base import HERE, LessonWidget, base_style, json_safe, script_safe

BOOK = Path(__file__).parents[1]
SECONDS = ("DigitDial", "OneCall")  # they draw digits for seconds: as their page stores them


def kinds() -> list[Any]:
    """The classes of all widgets."""
    return [getattr(widgets, name) for name in widgets.__all__]


def title(kind: type[LessonWidget]) -> str:
    return kind.name().replace("-", " ").capitalize()


def about(kind: type[LessonWidget]) -> str:
    """The first sentence of the class's docstring."""
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())


def link(kind: type[LessonWidget], fields: dict[str, Any]) -> str:
    """The address that sets these fields: #set-NAME?field=value."""
    plain = {
        name: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in fields.items()
    }
    return f"#set-{kind.name()}?{urlencode(plain, safe=',')}"


def links(kind: type[LessonWidget]) -> Iterator[tuple[str, str, str]]:
    """(words, address, what is then to be seen) of each preset."""
    for words, fields, seen in kind.PRESETS:
        yield words, link(kind, dict(fields)), seen


def homes(kind: type[LessonWidget]) -> Iterator[str]:
    """The pages of the book that show this widget, such as "02-vae/elbo"."""
    call = re.compile(rf"\b{kind.__name__}(\.example)?\(")
    yield from (page for page, code in code_of_the_book().items() if call.search(code))


@cache
def cells_of_the_book() -> dict[str, list[dict]]:
    """The cells with code of each page."""
    found = {}
    for path in sorted(BOOK.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            cells = json.loads(path.read_text(encoding="utf8"))["cells"]
            page = path.relative_to(BOOK).with_suffix("").as_posix()
            found[page] = [cell for cell in cells if cell["cell_type"] == "code"]
    return found


@cache
def code_of_the_book() -> dict[str, str]:
    """The code of each page, all of its cells."""
    return {
        page: "\n".join("".join(cell["source"]) for cell in cells)
        for page, cells in cells_of_the_book().items()
    }


def html(kind: Any) -> str:
    """The widget as a notebook stores it, without a page's question."""
    if kind.__name__ not in SECONDS:
        return kind.example().static_html()
    outputs = [o for page in homes(kind) for c in cells_of_the_book()[page] for o in c["outputs"]]
    stored = ("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    head = f'data-widget="{kind.name()}"'
    whole = next(text for text in stored if head in text)
    before, state, after = re.split(r'(?<="dgm-state">)(.*?)(?=</script>)', whole, maxsplit=1)
    fields = json.loads(state) | {"guess": {}}
    return before + json_safe(fields) + after


def chapter(kind: type[LessonWidget]) -> int:
    """The first chapter that shows this widget; 1 for one that stands in none."""
    numbers = [int(page[:2]) for page in homes(kind) if page[:2].isdigit()]
    return min(numbers, default=1)


class Gallery(SphinxDirective):
    """A section for each widget: what it is, where it stands, the widget, links that set it.

    `{gallery} 1 3` shows those of chapters 1 to 3: a page of all would be too heavy for a phone.
    """

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        first, last = map(int, self.arguments)
        for file in HERE.rglob("*.*"):
            if file.suffix in {".py", ".js", ".css"}:
                self.env.note_dependency(str(file))
        shown = (kind for kind in kinds() if first <= chapter(kind) <= last)
        return [self.section(kind) for kind in shown]

    def section(self, kind: Any) -> nodes.section:
        section = nodes.section(ids=[f"gallery-{kind.name()}"])
        section += nodes.title("", title(kind))
        pages = ", ".join(f"{{doc}}`/book/{page}`" for page in homes(kind))
        self.text(section, f"{about(kind)}{f' It stands in {pages}.' if pages else ''}")
        section += nodes.raw("", html(kind), format="html")
        presets = "\n".join(f"- [{words}]({target}): {seen}" for words, target, seen in links(kind))
        self.text(section, presets)
        return section

    def text(self, parent: nodes.Element, markdown: str) -> None:
        lines = StringList(markdown.splitlines(), source="gallery")
        self.state.nested_parse(lines, self.content_offset, parent)


def page() -> str:
    """All widgets on one page that needs nothing else."""
    parts = [f"<style>{base_style()}{''.join(kind.style() for kind in kinds())}</style>"]
    for kind in kinds():
        set_by = "".join(
            f'<li><a href="{escape(target)}">{escape(words)}</a>: {escape(seen)}</li>'
            for words, target, seen in links(kind)
        )
        parts += [
            f"<h2>{escape(title(kind))}</h2><p>{escape(about(kind))}</p><ul>{set_by}</ul>",
            kind.example().static_html(),
            f"<script>{script_safe(kind.script())}</script>",
        ]
    theme = "document.documentElement.dataset.theme = "
    buttons = "".join(
        f"<button onclick=\"{theme}'{name}'\">{name}</button>" for name in ("light", "dark")
    )
    style = (
        "body { margin: 1rem auto; max-width: 900px; padding: 0 12px; font-family: sans-serif } "
    )
    style += 'html[data-theme="dark"] body { background: #10151c; color: #e6e9ee }'
    return (
        '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><meta '
        f'name="viewport" content="width=device-width"><title>Gallery</title><style>{style}</style>'
        f"<body><h1>Gallery</h1>{buttons}{''.join(parts)}"
    )


def setup(app: Sphinx) -> dict:
    app.add_directive("gallery", Gallery)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf8")
    print(f"open {target}")
