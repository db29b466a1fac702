"""The comma after a formula stays on its line: a browser may break the line between them."""

import re
from typing import Any

from sphinx.application import Sphinx

FORMULA = re.compile(
    r'([(“]*)(<span class="math notranslate nohighlight">\\\(.*?\\\)</span>)([,.;:!?)”]*)',
    re.DOTALL,
)


def held(body: str) -> str:
    """The page with each inline formula held together with the marks around it."""
    return FORMULA.sub(
        lambda m: f'<span class="held">{m[0]}</span>' if m[1] or m[3] else m[0], body
    )


def hold(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    context["body"] = held(context.get("body", ""))


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", hold)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
