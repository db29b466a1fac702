"""Submissions: a notebook, or a folder of notebooks, under the name of who handed it in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..catalogue import homes

CHECK = re.compile(r"""\bcheck\(\s*["']([^"'\n]+)["']""")
LARGEST = 16 << 20  # bytes of a notebook


@dataclass(frozen=True)
class Submission:
    """What one student handed in: of each notebook the cells of code; what could not be read."""

    student: str
    notebooks: tuple[tuple[str, ...], ...]
    problem: str = ""

    def asked(self) -> list[str]:
        """The names that its cells check, each once, in their order."""
        code = "\n".join(cell for cells in self.notebooks for cell in cells)
        return list(dict.fromkeys(CHECK.findall(code)))

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
            problems.append(f"{file.name} cannot be read: {error}")
    return Submission(
        path.stem if path.is_file() else path.name, tuple(notebooks), "; ".join(problems)
    )


def code(path: Path) -> Iterator[str]:
    """The cells of code of a notebook. Raises `ValueError` where the file is none."""
    if not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST >> 20} MB")
    notebook: Any = json.loads(path.read_text(encoding="utf8"))
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("it is no notebook of format 4")
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield "".join(map(str, source)) if isinstance(source, list) else str(source)


def assignment(handed_in: Sequence[Submission]) -> list[str]:
    """The exercises and questions that at least half of the notebooks have, page by page.

    Raises `ValueError` where there is none.
    """
    read = [one for one in handed_in if one.notebooks]
    asked = Counter(name for one in read for name in one.asked())
    found = [name for name in homes() if asked[name] and 2 * asked[name] >= len(read)]
    if not found:
        raise ValueError(
            "no exercise stands in half of the submissions: name the notebook that you handed "
            "out, as --handout NOTEBOOK"
        )
    return found


def handout(path: Path) -> list[str]:
    """The exercises and questions of the notebook that was handed out, in its order.

    Raises `ValueError` where there is none.
    """
    given = submission(path)
    found = [name for name in given.asked() if name in homes()]
    if not found:
        raise ValueError(given.problem or f"{path} checks no exercise of the book")
    return found
