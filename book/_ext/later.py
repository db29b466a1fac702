"""A page's scripts run when it has been read: in its head, each would hold the first picture up."""

from typing import Any

from sphinx.application import Sphinx

AT_ONCE = (
    "quiet.js",  # before the theme
    "documentation_options.js",  # the page's own lines go on with it
)


def wait(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for script in context.get("script_files", ()):
        name = str(getattr(script, "filename", None) or "").rpartition("/")[2]
        if name and name not in AT_ONCE and "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", wait, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
