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

from dgm_lessons.questions import Choice, Number, shown

TITLE = re.compile(r"^\*\*(?:Exercise|Question) (\S+)\*\*", re.MULTILINE)
ANSWERS = {Choice: 'a letter, such as "a"', Number: "a number"}


def exercise_of(cell: NotebookNode) -> str | None:
    """The exercise or the question that a cell of code checks, if it does."""
    found = CHECK.search(cell.source) if cell.cell_type == "code" else None
    return found[1] if found else None


def stub(name: str, place: str) -> NotebookNode:
    """The cell to answer a question in."""
    variable = name.replace("-", "_")
    wanted = ANSWERS.get(type(shown(name).question), 'letters in order, such as "abc"')
    source = (
        "from dgm_lessons.exercises import check\n\n"
        f'{variable} = ...  # your turn: {wanted}\n\ncheck("{name}", {variable})'
    )
    return new_code_cell(source, id=place)


def graded(cell: NotebookNode, name: str) -> NotebookNode:
    """The cell that follows the student's: its value is the points of the answer."""
    from dgm_lessons.exercises.scoring import most

    calls = (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
    (answer,) = (c.args[1] for c in calls if getattr(c.func, "id", "") == "check")
    source = (
        f"import dgm_lessons.exercises  # {counted(most(name))}; leave this cell as it is\n\n"
        f'dgm_lessons.exercises.points("{name}", {ast.unparse(answer)})'
    )
    nbgrader = {
        **{"schema_version": 3, "grade_id": name, "cell_type": "code", "points": most(name)},
        **{"grade": True, "locked": True, "solution": False, "task": False},
    }
    return new_code_cell(source, id=f"{cell.id}-points", metadata={"nbgrader": nbgrader})


def rubric(name: str, place: str) -> NotebookNode:
    """What an answer earns, and the slips that its check knows, for who teaches."""
    from dgm_lessons.exercises import find
    from dgm_lessons.exercises.catalogue import is_question
    from dgm_lessons.exercises.scoring import FULL, halves, most

    if is_question(name):
        text = f"`{name}`: {counted(most(name))} for the right answer, else 0. Reasons stand above."
        return new_markdown_cell(f"**For the instructor.** {text}", id=place)
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
    """Write the points into the titles of what is checked; their sum."""
    from dgm_lessons.exercises.scoring import most

    points = {name: most(name) for cell in cells if (name := exercise_of(cell))}

    def titled(title: re.Match[str]) -> str:
        own = points.get(title[1])
        return f"{title[0]} ({counted(own)})" if own else title[0]

    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = TITLE.sub(titled, cell.source)
    return sum(points.values())


def counted(points: int) -> str:
    return f"{points} point{'s' * (points > 1)}"


def heading(page: str, kind: str, total: int) -> NotebookNode:
    """What stands at the head of an assignment."""
    if kind == "student":
        text = (
            f"**Name:**\n\n**Exercises with a check, and questions: {total} points.** A right "
            "answer earns all of its points, a formula with a slip that the check names half of "
            "them. Try as often as you like. The cells that show points stay as they are."
        )
    else:
        text = (
            f"**Marking.** The exercises with a check and the questions have {total} points, which "
            "stand in their titles; below each is its rubric. What students hand in, a notebook or "
            "a folder each, is marked by\n\n"
            "    python -m dgm_lessons.exercises grade FOLDER --handout NOTEBOOK\n\n"
            f"where NOTEBOOK is the one that you handed out, `{page.split('/', 1)[1]}.ipynb` of "
            "`make student`: what you take out of it does not count. "
            "Exercises without a check are for pen and paper, or open: mark them by their solution."
        )
    return new_markdown_cell(text, id="assignment")
