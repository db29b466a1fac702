"""Submissions: a notebook, or a folder of notebooks, under the name of who handed it in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..catalogue import pages

CHECK = re.compile(r"""\bcheck\(\s*["']([^"'\n]+)["']""")
LARGEST = 16 << 20  # bytes of a notebook


@dataclass(frozen=True)
class Submission:
    """What one student handed in: of each notebook the cells of code; what could not be read."""

    student: str
    notebooks: tuple[tuple[str, ...], ...]
    problem: str = ""

    def asked(self) -> set[str]:
        """The names that its cells check."""
        return {name for cells in self.notebooks for name in CHECK.findall("\n".join(cells))}

    def notebook_of(self, name: str) -> tuple[str, ...] | None:
        """The last notebook that checks this exercise."""
        with_it = [cells for cells in self.notebooks if name in CHECK.findall("\n".join(cells))]
        return with_it[-1] if with_it else None


def submissions(folder: Path) -> list[Submission]:
    """All of them, by name. Raises `ValueError` where there is none."""
    handed_in = [p for p in sorted(folder.iterdir()) if p.is_dir() or p.suffix == ".ipynb"]
    found = [submission(path) for path in handed_in if not path.name.startswith(".")]
    if not found:
        raise ValueError(f"{folder} holds no notebook and no folder of notebooks")
    return found


def submission(path: Path) -> Submission:
    files = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
    files = [file for file in files if ".ipynb_checkpoints" not in file.parts]
    notebooks, problems = [], [] if files else ["no notebook in the folder"]
    for file in files:
        try:
            notebooks.append(tuple(code(file)))
        except (ValueError, OSError, RecursionError) as error:
            problems.append(f"{file.name}: {error}")
    return Submission(
        path.stem if path.is_file() else path.name, tuple(notebooks), "; ".join(problems)
    )


def code(path: Path) -> Iterator[str]:
    """The cells of code of a notebook. Raises `ValueError` where the file is none."""
    if not path.is_file():
        raise ValueError("this is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"this is larger than {LARGEST >> 20} MB")
    notebook: Any = json.loads(path.read_text(encoding="utf8"))
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("this is no notebook of format 4")
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield "".join(map(str, source)) if isinstance(source, list) else str(source)


def assignment(handed_in: Sequence[Submission]) -> list[str]:
    """The pages that at least half of the submissions answer, such as `c03_ddpm.reverse`.

    Raises `ValueError` where there is none.
    """
    asked: Counter[str] = Counter()
    for names in [one.asked() for one in handed_in]:
        asked.update(page for page, own in pages().items() if names & set(own))
    found = [page for page in pages() if 2 * asked[page] >= len(handed_in)]
    if not found:
        raise ValueError("no page is answered by half of the submissions: name it, as --page")
    return found
