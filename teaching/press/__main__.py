"""python -m teaching.press: print the built site to one PDF."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.book import BROWSERS, FLAGS
from teaching.pages import ROOT

from .book import press


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m teaching.press", description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "dgm-lessons.pdf")
    parser.add_argument(
        "--page", action="append", default=[], help="such as book/notation; all by default"
    )
    options = parser.parse_args()
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        parser.error(f"no browser on the PATH: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        written = press(browser, options.site.resolve(), only=tuple(options.page))
    draft = options.out.with_suffix(".part")
    written.write(draft)
    draft.replace(options.out)
    size = options.out.stat().st_size / 1e6
    print(f"wrote {options.out}: {len(written.pages)} pages, {size:.1f} MB")


if __name__ == "__main__":
    main()
