"""python -m teaching.bank: the questions of a chapter, or of all, for Moodle, Canvas and paper."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from dgm_lessons.questions import chapters
from editions import ROOT
from editions.book import the_book

from .entries import Entry, entries
from .markdown import sheet
from .moodle import quiz
from .qti import package

ENDINGS = {"moodle": ".moodle.xml", "qti": ".qti.zip", "markdown": ".md"}


def titles() -> dict[int, str]:
    """The chapters of the book by number, such as "3 Denoising diffusion (DDPM)"."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    captions = [part["caption"] for part in toc["parts"]]
    return {int(c.split()[0]): c for c in captions if c.split()[0].isdigit()}


def export(found: Sequence[Entry], kind: str, title: str, ident: str) -> bytes:
    """The questions as one file of a kind, one of ENDINGS."""
    if kind == "moodle":
        return quiz(found, titles())
    if kind == "qti":
        return package(found, title, ident)
    return sheet(found, title).encode()


def write(path: Path, content: bytes) -> None:
    """Write a file in whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.tmp")
    scratch.write_bytes(content)
    os.replace(scratch, path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m teaching.bank", description=__doc__)
    parser.add_argument("--chapter", type=int, help="its number; a file for each by default")
    parser.add_argument("--format", choices=ENDINGS, help="all three by default")
    parser.add_argument("--variants", type=int, default=5, help="of a question with drawn numbers")
    parser.add_argument("--out", type=Path, help="the file, if chapter and format are given")
    options = parser.parse_args()
    if options.out and not (options.chapter and options.format):
        parser.error("--out is one file: say with --chapter and --format what it holds")
    book = the_book()
    try:
        for chapter in [options.chapter] if options.chapter else chapters():
            found = list(entries(book, [chapter], options.variants))
            ident, title = f"chapter-{chapter:02d}", f"DGM Lessons: {titles()[chapter]}"
            for kind in [options.format] if options.format else ENDINGS:
                path = options.out or ROOT / "_build" / "bank" / f"{ident}{ENDINGS[kind]}"
                write(path, export(found, kind, title, ident))
                print(f"wrote {path}: {len(found)} questions")
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
