"""The book without a chapter: `python -m teaching.without 11-beyond OUT` writes its sources to OUT.

A copy of the repository, less the pages of the chapter, their checks, plans and cheat sheet. What
other pages say of them leads to the public site, and `make book` in OUT builds the rest.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from posixpath import dirname, join, normpath

import nbformat
import yaml

from editions.book import Book

from .pages import ROOT

LEFT = ("_build", ".git", ".venv", "runs", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
ROLE = re.compile(r"\{(doc|ref|eq|numref|prf:ref)\}`(?:([^`<]*?)\s*<([^`<>]+)>|([^`<>]+))`")
FILE = re.compile(r"\]\(([^)\s#:]+)\.(?:ipynb|md)(#[^)]*)?\)")
LABEL = re.compile(r"\{eq\}`eq-([\w-]+)`|(?<![\w-])eq-([a-z0-9][\w-]*\w)")


class Without:
    """The book of the repository at `root`, and a chapter, such as 11-beyond, to be left out."""

    def __init__(self, chapter: str, root: Path = ROOT) -> None:
        self.root, self.chapter, self.book = root, chapter, Book(root)
        folders = sorted({page.split("/")[1] for page in self.book.pages if page.count("/") > 1})
        if chapter not in folders or not chapter[0].isdigit():
            known = ", ".join(folder for folder in folders if folder[0].isdigit())
            raise ValueError(f"no chapter is called {chapter!r}; there are {known}")

    @property
    def number(self) -> int:
        return int(self.chapter.split("-")[0])

    def gone(self, page: str) -> bool:
        """Whether a page such as book/11-beyond/guidance is left out."""
        return self.chapter in page.split("/")

    def text(self, text: str, page: str) -> str:
        """Markdown of a page with its links to what is left out as links to the public site."""

        def moved(match: re.Match) -> str:
            role, words, target = match[1], match[2] or "", match[3] or match[4]
            if role == "doc":
                there = normpath(join(dirname(page), target)) if target[0] != "/" else target[1:]
                return self.book.link_to(there, words) if self.gone(there) else match[0]
            place = self.book.places.get(target)
            return self.book.link(target, words) if place and self.gone(place.page) else match[0]

        def file(match: re.Match) -> str:
            there = normpath(join(dirname(page), match[1]))
            if not self.gone(there):
                return match[0]
            return f"]({self.book.address(there)}{match[2] or ''})"

        return FILE.sub(file, ROLE.sub(moved, text))

    def docstrings(self, text: str, page: str = "") -> str:
        """Python with the labels of formulas that are left out as plain names."""

        def plain(match: re.Match) -> str:
            name = match[1] or match[2]
            place = self.book.places.get(f"eq-{name}")
            return name if place and self.gone(place.page) else match[0]

        return LABEL.sub(plain, text)

    def write(self, out: Path) -> None:
        """The sources without the chapter, to a folder that is not there yet."""
        shutil.copytree(self.root, out, ignore=shutil.ignore_patterns(*LEFT), symlinks=True)
        snake = f"c{self.chapter.replace('-', '_')}"
        shutil.rmtree(out / "book" / self.chapter)
        shutil.rmtree(out / "tests" / "equations" / snake)
        for page in filter(self.gone, self.book.pages):  # its checks, its sheet
            (out / f"{page}.md").unlink(missing_ok=True)
        (out / "teaching" / "sheets" / f"c{self.number:02d}.yml").unlink()
        (out / "teaching" / "slides" / "outlines" / f"{self.chapter}.yml").unlink()
        (out / "dgm_lessons" / "questions" / f"{snake}.py").unlink()
        changed(out / "_toc.yml", self.contents)
        changed(out / "book" / "route.yml", self.map)
        for path in sorted((out / "book").rglob("*.md")):
            edited(path, self.text, path.relative_to(out).with_suffix("").as_posix())
        for path in sorted((out / "book").rglob("*.ipynb")):
            self.notebook(path, path.relative_to(out).with_suffix("").as_posix())
        for path in sorted((out / "dgm_lessons").rglob("*.py")):
            edited(path, self.docstrings, "")
        self.teaching(out / "teaching")
        checks = self.root / "_build" / "checks.json"
        if checks.exists():
            (out / "_build").mkdir()
            shutil.copy(checks, out / "_build")

    def contents(self, toc: dict) -> dict:
        def kept(entries: list[dict]) -> list[dict]:
            left = [entry for entry in entries if not self.gone(entry["file"])]
            return [
                {name: kept(value) if name == "sections" else value for name, value in e.items()}
                for e in left
            ]

        parts = [part | {"chapters": kept(part["chapters"])} for part in toc["parts"]]
        return toc | {"parts": [part for part in parts if part["chapters"]]}

    def map(self, route: dict) -> dict:
        """The map on the front page: without the chapter, and the paths without its pages."""
        chapters = [
            chapter | {"needs": [need for need in chapter["needs"] if need != self.number]}
            for chapter in route["chapters"]
            if chapter["number"] != self.number
        ]
        paths = [
            path | {"pages": [page for page in path["pages"] if not self.gone(page)]}
            for path in route["paths"]
        ]
        return route | {"chapters": chapters, "paths": paths}

    def notebook(self, path: Path, page: str) -> None:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = self.text(cell.source, page)
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "text/markdown" in data:
                    data["text/markdown"] = self.text(data["text/markdown"], page)
        nbformat.write(notebook, path)

    def teaching(self, folder: Path) -> None:
        """Plans, pictures, costs and sheets, without the chapter."""
        for path in (folder / "plans").glob("*.yml"):
            changed(path, self.pictures if path.stem == "pictures" else self.plan)
        for path in (folder / "sheets").glob("*.yml"):
            changed(path, self.sheet)
        costs = json.loads((folder / "costs.json").read_text(encoding="utf8"))
        left = json.dumps(self.pictures(costs), indent=1, sort_keys=True) + "\n"
        (folder / "costs.json").write_text(left, encoding="utf8")

    def pictures(self, by_page: dict) -> dict:
        return {page: entry for page, entry in by_page.items() if not self.gone(page)}

    def plan(self, plan: dict) -> dict:
        part, units = None, []
        names = {
            place.name.removeprefix("Exercise ")
            for place in self.book.places.values()
            if self.gone(place.page)
        }
        for unit in plan["units"]:
            part = unit.get("part", part)
            sections = [page for page in unit["sections"] if not self.gone(page)]
            exercises = [name for name in unit.get("exercises", []) if name not in names]
            if sections:
                new = unit | {"sections": sections, "exercises": exercises}
                units.append(new | ({"part": part} if part else {}))
                part = None
        fewer = {"sessions": len(units)} if "sessions" in plan else {}
        return plan | fewer | {"units": units, "told": self.pictures(plan.get("told", {}))}

    def sheet(self, sheet: dict) -> dict:
        gone = {label for label, place in self.book.places.items() if self.gone(place.page)}
        left = {label: line for label, line in sheet["formulas"].items() if label not in gone}
        page = sheet.get("algorithm", "").split("#")[0]
        return {k: v for k, v in sheet.items() if k != "algorithm" or not self.gone(page)} | {
            "formulas": left,
            "long": [label for label in sheet.get("long", []) if label in left],
        }


def edited(path: Path, change: Callable[[str, str], str], page: str) -> None:
    before = path.read_text(encoding="utf8")
    after = change(before, page)
    if after != before:
        path.write_text(after, encoding="utf8")


def changed(path: Path, change: Callable[[dict], dict]) -> None:
    before = yaml.safe_load(path.read_text(encoding="utf8"))
    data = change(before)
    if data == before:
        return
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, encoding="utf8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m teaching.without", description=__doc__)
    parser.add_argument("chapter", help="its folder, such as 11-beyond")
    parser.add_argument("out", type=Path, help="a folder that is not there yet")
    options = parser.parse_args()
    if options.out.exists():
        parser.error(f"{options.out} is there already: name a new folder")
    try:
        Without(options.chapter).write(options.out)
    except ValueError as error:
        parser.error(str(error))
    print(f"wrote {options.out}: `make book` there builds it")


if __name__ == "__main__":
    main()
