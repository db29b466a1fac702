"""python -m teaching.slides: write the decks of all chapters, or of those named."""

from __future__ import annotations

import argparse
from pathlib import Path

from editions import ROOT
from editions.book import the_book

from .deck import assets, deck, index
from .outline import chapters


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m teaching.slides", description=__doc__)
    parser.add_argument(
        "--chapter", type=int, action="append", metavar="N", help="its number; all by default"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "slides")
    options = parser.parse_args()
    known = {int(name[:2]): name for name in chapters()}
    for number in options.chapter or []:
        if number not in known:
            parser.error(f"there is no chapter {number}; there are {', '.join(map(str, known))}")
    book = the_book()
    assets(options.out)
    for number in options.chapter or known:
        deck(book, known[number], options.out)
    print(f"open {index(book, options.out)}")


if __name__ == "__main__":
    main()
