"""What makes a page an assignment: a name, points, cells that are graded, a rubric.

Points are those of `dgm_lessons.exercises.points`. A graded cell carries the metadata of nbgrader,
schema 3; nothing else does, so that what students write in their own cells is never replaced.
The package is imported where it is used: it loads PyTorch, and the edition for Colab needs none.
"""

from __future__ import annotations

import ast
import re

from exercise_names import CHECK
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

TITLE = re.compile(r"^\*\*Exercise (\S+)\*\*", re.MULTILINE)


def exercise_of(cell: NotebookNode) -> str | None:
    """The exercise that a cell of code checks, if it does. Questions, `q-3-01`, have no points."""
    found = CHECK.search(cell.source) if cell.cell_type == "code" else None
    return found[1] if found and not found[1].startswith("q-") else None


def graded(cell: NotebookNode, name: str) -> NotebookNode:
    """The cell that follows the student's: its value is the points of the answer."""
    from dgm_lessons.exercises.scoring import FULL

    calls = (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
    (answer,) = (c.args[1] for c in calls if getattr(c.func, "id", "") == "check")
    source = (
        f"import dgm_lessons.exercises  # {FULL} points; leave this cell as it is\n\n"
        f'dgm_lessons.exercises.points("{name}", {ast.unparse(answer)})'
    )
    nbgrader = {
        **{"schema_version": 3, "grade_id": name, "cell_type": "code", "points": FULL},
        **{"grade": True, "locked": True, "solution": False, "task": False},
    }
    return new_code_cell(source, id=f"{cell.id}-points", metadata={"nbgrader": nbgrader})


def rubric(name: str, place: str) -> NotebookNode:
    """What an answer earns, and the slips that its check knows, for who teaches."""
    from dgm_lessons.exercises import find
    from dgm_lessons.exercises.scoring import FULL, halves

    half = (
        f"{FULL // 2} if it names a slip; else 0"
        if halves(name)
        else "else 0, since a part may be guessed"
    )
    slips = "\n".join(f"- {slip}" for slip in find(name).mistakes)
    known = f"\n\nIt knows these slips, and those that every formula invites:\n\n{slips}"
    text = f"**For the instructor.** `{name}`: {FULL} points if its check says right; {half}."
    return new_markdown_cell(text + known * bool(slips), id=place)


def with_points(cells: list[NotebookNode]) -> int:
    """Write the points into the titles of the exercises that have a check; their sum."""
    from dgm_lessons.exercises.scoring import FULL

    names = {name for cell in cells if (name := exercise_of(cell))}
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = TITLE.sub(
                lambda title: f"{title[0]} ({FULL} points)" if title[1] in names else title[0],
                cell.source,
            )
    return FULL * len(names)


def heading(page: str, kind: str, total: int) -> NotebookNode:
    """What stands at the head of an assignment."""
    if kind == "student":
        text = (
            f"**Name:**\n\n**Exercises with a check: {total} points.** A right answer earns all "
            "of its points, a formula with a slip that the check names half of them. Try as "
            "often as you like. The cells that show points stay as they are."
        )
    else:
        text = (
            f"**Marking.** The exercises with a check have {total} points, which stand in their "
            "titles; below each is its rubric. A folder of students' notebooks is marked by\n\n"
            f"    python -m dgm_lessons.exercises grade FOLDER --page {module(page)}\n\n"
            "Exercises without a check are for pen and paper, or open: mark them by their solution."
        )
    return new_markdown_cell(text, id="assignment")


def module(page: str) -> str:
    """`c03_ddpm.reverse` for the page `book/03-ddpm/reverse`."""
    return "c" + page.removeprefix("book/").replace("/", ".").replace("-", "_")
