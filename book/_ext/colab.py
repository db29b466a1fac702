"""The rocket opens a page's colab edition, and the download button gives the same notebook.

The site keeps a copy of that edition under `editions/`; Colab takes it from the branch on which the
publishing workflow puts the editions.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from editions import BRANCH  # noqa: E402
from editions.__main__ import place, write  # noqa: E402
from editions.book import the_book  # noqa: E402


def buttons(entries: list[dict]) -> Iterator[dict]:
    """The buttons of a page's header, also those inside of groups."""
    for entry in entries:
        yield entry
        yield from buttons(entry.get("buttons", []))


def lead_to_editions(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    if context.get("page_source_suffix") != ".ipynb":
        return
    branch = app.config.html_theme_options["repository_branch"]
    for button in buttons(context["header_buttons"]):
        if button.get("text") == "Colab":
            start = button["url"].split(f"/blob/{branch}/")[0]
            button["url"] = f"{start}/blob/{BRANCH}/{place('colab', page)}"
        elif button.get("label") == "download-source-button":
            button["url"] = context["pathto"](f"editions/{place('colab', page)}", 1)


def write_editions(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    book = the_book()
    for page in book.notebooks:
        write(book, page, "colab", Path(app.outdir) / "editions")


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", lead_to_editions, priority=900)
    app.connect("build-finished", write_editions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
