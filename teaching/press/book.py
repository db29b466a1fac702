"""All pages of the book, in order, as one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from playwright.sync_api import Browser
from pypdf import PdfWriter

from teaching.pages import ROOT

from .joined import Joined
from .paper import Piece, print_front, print_page

LEFT_OUT = ("book/api", "book/checks", "book/gallery")  # and what begins so: for a screen


def parts(toc: dict) -> list[tuple[str, list[str]]]:
    """The pages of each part, in order; the root stands before all parts, under no caption."""

    def listed(entry: dict) -> Iterator[str]:
        if not entry["file"].startswith(LEFT_OUT):
            yield entry["file"]
            for section in entry.get("sections", []):
                yield from listed(section)

    found = [
        (part["caption"], [n for e in part["chapters"] for n in listed(e)]) for part in toc["parts"]
    ]
    return [("", [toc["root"]]), *((caption, pages) for caption, pages in found if pages)]


def press(browser: Browser, site: Path, root: Path = ROOT, only: tuple[str, ...] = ()) -> PdfWriter:
    """The book as one file; with `only`, of these pages."""
    toc, config = (
        yaml.safe_load((root / f).read_text("utf8")) for f in ("_toc.yml", "_config.yml")
    )
    wanted = [
        (part, kept)
        for part, names in parts(toc)
        if (kept := [n for n in names if not only or n in only])
    ]
    for name in (name for _, names in wanted for name in names):
        if not (site / f"{name}.html").exists():
            raise FileNotFoundError(
                f"{name}.html is missing in {site}: `make book` builds the site"
            )
    context = browser.new_context(viewport={"width": 650, "height": 980}, color_scheme="light")
    tab = context.new_page()
    tab.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    tab.route("**/widgets/*.js*", lambda route: route.abort())  # the stored pictures stay
    book: list[tuple[str, list[Piece]]] = []
    done = 0
    for part, names in wanted:
        book.append((part, []))
        for name in names:
            book[-1][1].append(print_page(tab, site, name, done))
            done += len(book[-1][1][-1].pdf.pages)
    front = print_front(tab, site, config, book)
    context.close()
    joined = Joined(site, config["html"]["baseurl"], front, [p for _, ps in book for p in ps])
    joined.outline(book)
    joined.writer.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    joined.writer.compress_identical_objects()
    return joined.writer
