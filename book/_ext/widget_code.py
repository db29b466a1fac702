"""The widgets of a page get the code of the day, by name; bulky data becomes a file.

A notebook stores a widget's state and picture only. Here each page that holds widgets loads the
style and script of their kinds from files of the site, and data, such as a network's weights,
moves to a file that loads when the widget is first used. A stored state whose fields are not those
of today's class is a warning, and so an error of the build: run the notebook again.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from dgm_lessons.widgets import base, named

LOGGER = logging.getLogger(__name__)
WIDGET = re.compile(
    r'<div class="dgm-widget" data-widget="(?P<name>[\w-]+)">'
    r'<script type="application/json" class="dgm-state">(?P<state>.*?)</script>.*?</div>',
    re.DOTALL,
)
DATA = re.compile(
    r'<script type="text/dgm-data" data-dgm="(?P<key>[\w-]+)">(?P<text>[\w+/=]+)</script>'
)
Address = Callable[[str], str]  # a file's address as the page sees it


def stale(body: str) -> Iterator[str]:
    """What is out of date about the widgets of a page."""
    if older := body.count('class="dgm-widget"') - len(WIDGET.findall(body)):
        yield f"{older} widgets are stored as they once were: run the notebook again"
    for match in WIDGET.finditer(body):
        name, stored = match["name"], set(json.loads(match["state"]))
        try:
            current = set(named(name).fields())
        except ValueError as error:
            yield str(error)
            continue
        if stored != current:
            yield (
                f"a stored {name} has the fields {sorted(stored - current)}, which its class "
                f"has not, and lacks {sorted(current - stored)}: run the notebook again"
            )


def add_code(body: str, folder: Path, address: Address) -> str:
    """The page with, before the first widget, the shared style, and after the first of each kind
    its own style and its script, which starts the widgets at once."""
    seen: set[str] = set()

    def place(match: re.Match) -> str:
        kind = named(match["name"])
        before = "" if seen else style("base.css", base.base_style())
        if kind.name() in seen:
            return match[0]
        seen.add(kind.name())
        own = style(f"{kind.name()}.css", kind.style())
        start = f'<script async src="{put(f"{kind.name()}.js", kind.script())}"></script>'
        return f"{before}{own}{match[0]}{start}"

    def style(name: str, text: str) -> str:
        return f'<link rel="stylesheet" href="{put(name, text)}">'

    def put(name: str, text: str) -> str:
        (folder / "widgets").mkdir(parents=True, exist_ok=True)
        (folder / "widgets" / name).write_text(text, encoding="utf8")
        return f"{address(f'widgets/{name}')}?v={base.digest(text)}"

    return WIDGET.sub(place, body)


def move_data(body: str, folder: Path, address: Address) -> str:
    """The page with its data in `folder`.

    A file is a script that leaves its text in `window.__dgm.files`: a page that is opened from a
    disk may load scripts, but may not fetch.
    """

    def move(match: re.Match) -> str:
        key, text = match["key"], match["text"]
        folder.mkdir(parents=True, exist_ok=True)
        code = f'((window.__dgm ??= {{}}).files ??= {{}})["{key}"] = "{text}";\n'
        (folder / f"{key}.js").write_text(code, encoding="utf8")
        place = address(f"{key}.js")
        return f'<script type="text/dgm-data" data-dgm="{key}" data-file="{place}"></script>'

    return DATA.sub(move, body)


class PictureLinks(SphinxTransform):
    """[words](#set-NAME?field=value) sets a picture: it is no link to a place of the page."""

    default_priority = 5  # before MyST looks for the place

    def apply(self, **kwargs: Any) -> None:
        for link in self.document.findall(nodes.reference):
            if link.get("refuri", "").startswith("#set-"):
                link.attributes.pop("id_link", None)
                link["classes"].append("dgm-set")


def complete(app: Sphinx, page: str, template: str, context: dict[str, Any], _: Any) -> None:
    body = context.get("body", "")
    if 'class="dgm-widget"' not in body:
        return
    for problem in stale(body):
        LOGGER.warning("%s: %s", page, problem)
    folder = Path(app.outdir) / "_static"

    def address(name: str) -> str:
        return context["pathto"](f"_static/{name}", 1)

    context["body"] = move_data(add_code(body, folder, address), folder, address)


def setup(app: Sphinx) -> dict:
    app.add_transform(PictureLinks)
    app.connect("html-page-context", complete)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
