"""A deck: the slides of a chapter on one page, and the index of the decks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from pathlib import Path

import yaml
from offline import copy_mathjax
from pygments.formatters import HtmlFormatter
from widget_code import add_code, move_data, stale

from editions.book import Book

from .material import Material
from .outline import chapters, read
from .slide import inline, slide

HERE = Path(__file__).parent
REVEAL = ("dist/reveal.js", "dist/reveal.css", "LICENSE")
KEYS = (
    "Arrow keys or space turn the slides, Home and End go to the ends, Esc shows all, F fills the "
    "screen. S opens the speaker's notes in a window, N shows them below. A picture that you have "
    "clicked keeps the keys; Esc gives them back. To print, print: a slide a page."
)


def captions(book: Book) -> dict[str, str]:
    """The title of each chapter, such as "5 Score matching", by the folder of its pages."""
    toc = yaml.safe_load((book.root / "_toc.yml").read_text(encoding="utf8"))
    return {entry["file"].split("/")[1]: part["caption"]
            for part in toc["parts"] for entry in part["chapters"]}  # fmt: skip


def sections(book: Book, chapter: str) -> list[str]:
    """The names of the chapter's notebooks, in the book's order."""
    start = f"book/{chapter}/"
    return [page.removeprefix(start) for page in book.notebooks if page.startswith(start)]


def deck(book: Book, chapter: str, out: Path) -> Path:
    """Write the deck of a chapter, such as "05-score-matching", with its pictures and widgets."""
    slides = "".join(slides_of(book, chapter, out))
    if problems := list(stale(slides)):
        raise ValueError(f"{chapter}: {'; '.join(problems)}")
    slides = move_data(add_code(slides, out / "static", static), out / "static", static)
    title = captions(book)[chapter]
    return write(out / f"{chapter}.html", page(f"{title}: {book.title}", slides))


def slides_of(book: Book, chapter: str, out: Path) -> Iterator[str]:
    def picture(png: bytes) -> str:
        name = f"{sha256(png).hexdigest()[:16]}.png"
        (out / "static").mkdir(parents=True, exist_ok=True)
        (out / "static" / name).write_bytes(png)
        return static(name)

    outline = read(chapters()[chapter])
    for section in sections(book, chapter):
        if section not in outline:
            raise ValueError(f"{chapter}.yml has no slides for {section}")
        material = Material(book, f"book/{chapter}/{section}")
        for number, made in enumerate(outline[section], 1):
            yield slide(made, material, f"{section}-{number}", picture)


def static(name: str) -> str:
    return f"static/{name}"


def page(title: str, slides: str) -> str:
    colours = HtmlFormatter(style="xcode").get_style_defs("pre")
    return (
        '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="static/reveal/dist/reveal.css">'
        f'<style>{colours}</style><link rel="stylesheet" href="static/deck.css">'
        f'<body><main class="reveal"><div class="slides">{slides}</div></main>'
        '<script src="static/reveal/dist/reveal.js"></script>'
        '<script src="static/notes.js"></script>'
        '<script src="static/deck.js"></script>'
        '<script src="static/mathjax/startup.js" async></script>'
    )


def index(book: Book, out: Path) -> Path:
    """Write the list of all decks, each with its sections."""
    items = []
    for chapter in chapters():
        links = "".join(
            f'<li><a href="{chapter}.html#/{section}-1">'
            f"{inline(book.titles[f'book/{chapter}/{section}'])}</a>"
            for section in sections(book, chapter)
        )
        title = escape(captions(book)[chapter])
        items.append(f'<h2><a href="{chapter}.html">{title}</a></h2><ul>{links}</ul>')
    return write(
        out / "index.html",
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Slides: {escape(book.title)}</title>"
        '<link rel="stylesheet" href="static/deck.css"><body class="index">'
        f"<h1>{escape(book.title)}: slides</h1><p>{escape(KEYS)}</p>{''.join(items)}",
    )


def assets(out: Path) -> None:
    """Copy what all decks share: reveal.js, MathJax with its fonts, their own style and script."""
    spec = find_spec("sphinx_revealjs")
    if spec is None or spec.origin is None:
        raise RuntimeError("sphinx-revealjs is missing: pip install -r requirements.txt")
    reveal = Path(spec.origin).parent / "_static" / "revealjs"
    copy_mathjax(out / "static" / "mathjax")
    for name in REVEAL:
        target = out / "static" / "reveal" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(reveal / name, target)
    for name in ("deck.css", "deck.js", "notes.js"):
        shutil.copy2(HERE / name, out / "static" / name)


def write(path: Path, text: str) -> Path:
    """Write a file in whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(text, encoding="utf8")
    os.replace(scratch, path)
    return path
