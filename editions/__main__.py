"""python -m editions: write the editions of all notebooks, or of those named."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import nbformat

from . import ROOT
from .book import Book, the_book
from .notebook import EDITIONS, edition


def place(kind: str, page: str) -> str:
    """The path of an edition: `colab/03-ddpm/reverse.ipynb` for the page `book/03-ddpm/reverse`."""
    return f"{kind}/{page.removeprefix('book/')}.ipynb"


def write(book: Book, page: str, kind: str, out: Path) -> Path:
    """Write one notebook, checked against the format, in whole or not at all."""
    notebook = edition(book, page, kind)
    nbformat.validate(notebook)
    path = out / place(kind, page)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    nbformat.write(notebook, scratch)
    os.replace(scratch, path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m editions", description=__doc__)
    parser.add_argument("pages", nargs="*", help="such as book/03-ddpm/reverse; all by default")
    parser.add_argument("--edition", choices=EDITIONS, action="append", help="all three by default")
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "editions")
    options = parser.parse_args()
    book = the_book()
    for kind in options.edition or EDITIONS:
        for page in options.pages or book.notebooks:
            write(book, page, kind, options.out)
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
