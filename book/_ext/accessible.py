"""Small mends of what the theme and its helpers say to a screen reader."""

from typing import Any

from sphinx.application import Sphinx

MENDS = (
    # The name of a fold is what stands on it.
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
    # The list of references holds list items; the role that docutils gives them is deprecated.
    ('role="doc-biblioentry"', 'role="listitem"'),
)


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for wrong, right in MENDS:
        context["body"] = context.get("body", "").replace(wrong, right)


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", mend)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
