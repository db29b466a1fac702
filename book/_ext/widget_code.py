"""Several widgets on a page share one copy of their code, and bulky data becomes a file.

Each stored widget carries its script, so that its notebook output stands alone. On a page of the
site the copies after the first are dropped: `data-dgm` names the content by its hash. Data, such
as a network's weights, moves to a file of the site that loads when the widget is first used.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

SCRIPT = re.compile(
    r'<script(?: type="(?P<kind>text/dgm-(?:esm|css|data))")? '
    r'data-dgm="(?P<key>[^"]+)">.*?</script>\n?',
    re.DOTALL,
)
DATA = re.compile(
    r'<script type="text/dgm-data" data-dgm="(?P<key>[\w-]+)">(?P<text>[\w+/=]+)</script>'
)


def share(body: str) -> str:
    """The page with only the first copy of each widget script."""
    seen: set[tuple[str | None, str]] = set()

    def first_only(match: re.Match) -> str:
        key = (match["kind"], match["key"])
        if key in seen:
            return ""
        seen.add(key)
        return match[0]

    return SCRIPT.sub(first_only, body)


def move_data(body: str, folder: Path, address: Callable[[str], str]) -> str:
    """The page with its data in `folder`; `address` gives a file's address as the page sees it.

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


def share_on_page(app: Sphinx, page: str, template: str, context: dict[str, Any], _: Any) -> None:
    if "data-dgm=" in context.get("body", ""):
        static = Path(app.outdir) / "_static"
        context["body"] = move_data(
            share(context["body"]), static, lambda name: context["pathto"](f"_static/{name}", 1)
        )


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", share_on_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
