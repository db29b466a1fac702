"""The rocket opens a page's colab edition, and the download button gives the same notebook.

The site keeps a copy of that edition under `editions/`; Colab takes it from the branch on which the
publishing workflow puts the editions.
"""

import multiprocessing
import sys
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

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


def write_editions(out: Path) -> None:
    book = the_book()
    for page in book.notebooks:
        write(book, page, "colab", out)


def begin(app: Sphinx) -> None:
    """Writes them in a process of its own, while pages are read, one after the other."""
    if app.builder.format != "html":
        return
    out = Path(app.outdir) / "editions"
    process = multiprocessing.get_context("fork").Process(target=write_editions, args=(out,))
    process.start()
    app.connect("build-finished", lambda app, error: end(process))


def end(process: BaseProcess) -> None:
    process.join()
    if process.exitcode:
        raise ExtensionError("the editions for Colab could not be written: the reason stands above")


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", lead_to_editions, priority=900)
    app.connect("builder-inited", begin)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
