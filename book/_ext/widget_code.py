"""Several widgets on a page share one copy of their code.

Each stored widget carries its script, so that its notebook output stands alone. On a page of the
site the copies after the first are dropped: `data-dgm` names the content by its hash.
"""

import re
from typing import Any

from sphinx.application import Sphinx

SCRIPT = re.compile(
    r'<script(?: type="(?P<kind>text/dgm-(?:esm|css))")? data-dgm="(?P<key>[^"]+)">.*?</script>\n?',
    re.DOTALL,
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


def share_on_page(app: Sphinx, page: str, template: str, context: dict[str, Any], _: Any) -> None:
    if "data-dgm=" in context.get("body", ""):
        context["body"] = share(context["body"])


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", share_on_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
