"""Assignments: student notebooks with points and no solutions, for nbgrader too; rubrics."""

import ast
import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from dgm_lessons.exercises import diagnose, find, pages, points
from dgm_lessons.exercises.catalogue import homes, is_question
from dgm_lessons.exercises.catalogue import page_of as module_of
from dgm_lessons.exercises.scoring import FULL, QUICK, halves, most, score
from dgm_lessons.questions import shown
from editions.assignment import counted, exercise_of
from editions.book import the_book
from editions.notebook import edition, groups

ROOT = Path(__file__).parents[1]
BOOK = the_book()


def module(page):
    """`c03_ddpm.reverse` for the page `book/03-ddpm/reverse`."""
    return module_of(page.removeprefix("book/"))


PAGES = [page for page in BOOK.notebooks if module(page) in pages()]
SCHEMA = {  # nbgrader's metadata of a cell with tests, version 3
    "schema_version": 3,
    "cell_type": "code",
    "grade": True,
    "locked": True,
    "solution": False,
    "task": False,
}
every = pytest.mark.parametrize("page", PAGES)


def student(page):
    return edition(BOOK, page, "student")


def graded(notebook):
    """(the cell with the stub, the cell with the points) for each exercise with a check."""
    cells = notebook.cells
    return [pair for pair in pairwise(cells) if "nbgrader" in pair[1].metadata]


def imports(notebook):
    nodes = [
        node
        for cell in notebook.cells
        if cell.cell_type == "code" and "%" not in cell.source
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    space = {}
    exec(compile(ast.Module(nodes, []), "imports", "exec"), space)
    return space


def value(source, space):
    """What a cell shows: the value of its last expression."""
    *body, last = ast.parse(source).body
    exec(compile(ast.Module(body, []), "cell", "exec"), space)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space)


@every
def test_all_that_is_checked_has_a_cell_with_points_and_the_metadata_of_nbgrader(page):
    """Exercises and questions: those of the page, and no others."""
    notebook = student(page)
    own = {
        cell.metadata.nbgrader.grade_id: dict(cell.metadata.nbgrader)
        for _, cell in graded(notebook)
    }
    assert set(own) - asked(page) == set(pages()[module(page)])
    for name, metadata in own.items():
        assert homes()[name] == module(page)
        assert metadata == SCHEMA | {"grade_id": name, "points": most(name)}
        assert re.fullmatch(r"[\w-]+", name)
        title = f" {name}** ({counted(most(name))})"
        assert len([c for c in notebook.cells if title in c.source]) == 1, name
    assert f" questions: {sum(map(most, own))} points.**" in notebook.cells[1].source
    assert notebook.cells[1].source.startswith("**Name:**")


def asked(page):
    """The questions of a page."""
    text = "\n".join(cell.source for cell in nbformat.read(BOOK.source(page), 4).cells)
    return set(re.findall(r"\{question\} (\S+)", text))


@every
def test_stubs_earn_nothing_with_a_helpful_message_and_solutions_all(page, capsys):
    """And a solution in the stub's place earns all, in the cells as they stand."""
    notebook = student(page)
    space = imports(notebook)
    solved = {
        exercise_of(cell): cell.source
        for solution, group in groups(nbformat.read(BOOK.source(page), 4).cells)
        for cell in group
        if solution and exercise_of(cell)
    }
    for stub, cell in graded(notebook):
        name = exercise_of(stub)
        if is_question(name):
            question = shown(name)
            answered = stub.source.replace("...", repr(question.right), 1)
            wanted, praised = question.wanted, f"✓ Right. {question.question.why}"
        else:
            answered = solved[name]
            wanted, praised = f"Wanted: {find(name).asks}.", "✓ Right."
        for source, said, earned in (
            (stub.source, f"○ Not answered yet. {wanted}", 0),
            (answered, praised, most(name)),
        ):
            capsys.readouterr()
            exec(source, space)
            assert said in capsys.readouterr().out
            assert value(cell.source, dict(space)) == earned, name


@every
def test_no_line_of_a_solution_is_left_in_a_student_notebook(page):
    """Not in cells, outputs or metadata, but for lines that stand outside of solutions, too."""
    parts = list(groups(nbformat.read(BOOK.source(page), 4).cells))
    kept = "\n".join(c.source for solution, group in parts for c in group if not solution)
    said = json.dumps(student(page), ensure_ascii=False)
    for line in (l for solution, g in parts if solution for c in g for l in c.source.splitlines()):
        telling = line.strip()
        if len(telling) > 12 and telling not in kept and not telling.startswith("```"):
            assert json.dumps(telling, ensure_ascii=False)[1:-1] not in said, telling


def test_a_question_earns_all_or_nothing():
    question = shown("q-5-18")
    assert points("q-5-18", question.right) == most("q-5-18") == QUICK
    assert not any(points("q-5-18", letter) for letter in question.wrong) and not halves("q-5-18")
    assert points("q-5-18", ...) == 0


def test_points_are_full_half_or_none():
    formula, guess = "c-5-21", "tweedie-bends"
    assert halves(formula) and not any(map(halves, (guess, "rev-halved")))
    assert points(formula, find(formula).solution) == points(guess, find(guess).solution) == FULL
    assert points(formula, next(iter(find(formula).mistakes.values()))) == FULL // 2
    assert points(guess, next(iter(find(guess).mistakes.values()))) == 0
    assert points(formula, lambda *inputs: inputs[0] + 7) == points(formula, None) == 0
    assert score(formula, *diagnose(formula, lambda *inputs: 1 / 0)) == 0
    with pytest.raises(KeyError):
        points("c-99-1", 1)


@every
def test_the_instructor_has_a_rubric_for_all_that_is_checked(page):
    text = [c.source for c in edition(BOOK, page, "instructor").cells if c.cell_type == "markdown"]
    own = pages()[module(page)]
    for name in (*own, *asked(page)):
        (rubric,) = [t for t in text if t.startswith(f"**For the instructor.** `{name}`")]
        assert counted(most(name)) in rubric
        assert name not in own or all(slip in rubric for slip in find(name).mistakes)
        assert ("1 if it names a slip" in rubric) == halves(name)
    assert "grade FOLDER --handout NOTEBOOK" in text[1] and f"`{page[5:]}.ipynb`" in text[1]


@pytest.mark.skipif(not shutil.which("nbgrader"), reason="nbgrader is not installed")
@pytest.mark.slow
def test_nbgrader_generates_and_grades(tmp_path):
    """One page through a course: released as it is, handed in right, half right and empty."""
    page = "book/05-score-matching/tweedie"
    source = tmp_path / "source" / "ps1" / "tweedie.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(exercises_only(student(page)), source)
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'dgm'\n"
    )
    nbgrader(tmp_path, "generate_assignment", "ps1")
    released = nbformat.read(tmp_path / "release" / "ps1" / "tweedie.ipynb", 4)
    stubs = [c.source for c in released.cells if exercise_of(c)]
    assert stubs == [c.source for c in student(page).cells if exercise_of(c)]
    for name, body in {
        "right": "    return (x_noisy + sigma**2 * score) / alpha",
        "half": "    return (x_noisy + sigma * score) / alpha",
        "empty": "    return ...",
    }.items():
        hand_in(released, name, body, tmp_path / "submitted" / name / "ps1" / "tweedie.ipynb")
    nbgrader(tmp_path, "autograde", "ps1")
    nbgrader(tmp_path, "export")
    rows = (tmp_path / "grades.csv").read_text().splitlines()
    head = rows[0].split(",")
    scores = {
        r.split(",")[head.index("student_id")]: float(r.split(",")[head.index("raw_score")])
        for r in rows[1:]
    }
    assert scores == {"right": 3.0, "half": 1.0, "empty": 0.0}


def exercises_only(notebook):
    """The page without its long cells: imports, exercises, points."""
    first = [c for c in notebook.cells if "import check" in c.source and not exercise_of(c)]
    own = [cell for pair in graded(notebook) for cell in pair]
    return nbformat.from_dict(notebook | {"cells": [*first, *own]})


def hand_in(released, name, body, path):
    made = nbformat.from_dict(json.loads(json.dumps(released)))
    for cell in made.cells:
        if exercise_of(cell) == "c-5-21":
            cell.source = re.sub(r"    return .*", body, cell.source)
        if name == "right" and exercise_of(cell) == "q-5-18":
            cell.source = cell.source.replace("...", repr(shown("q-5-18").right), 1)
    path.parent.mkdir(parents=True)
    nbformat.write(made, path)


def nbgrader(folder, *words):
    done = subprocess.run(["nbgrader", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
