"""Exercises and pages: each id stands on the page that its module mirrors, and on no other."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest

from dgm_lessons.exercises import diagnose, pages

BOOK = Path(__file__).parents[2] / "book"
CHECK = re.compile(r"""\bcheck\(\s*["']([^"']+)["']""")


def module_of(path):
    """`c03_ddpm.reverse` for book/03-ddpm/reverse.ipynb."""
    chapter, page = path.parent.name, path.stem
    return f"c{chapter}.{page}".replace("-", "_")


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


NOTEBOOKS = {module_of(path): path for path in sorted(BOOK.rglob("*.ipynb"))}
CODE = {module: code_cells(path) for module, path in NOTEBOOKS.items()}
ON_PAGE = {module: CHECK.findall("\n".join(cells)) for module, cells in CODE.items()}
HERE = {module: list(own) for module, own in pages().items()}


def test_every_module_mirrors_a_page():
    assert set(HERE) <= set(NOTEBOOKS)


@pytest.mark.parametrize("module", NOTEBOOKS)
def test_page_and_module_have_the_same_exercises(module):
    on_page, here = set(ON_PAGE[module]), set(HERE.get(module, []))
    assert not on_page - here, "on the page, but not in its module"
    assert not here - on_page, "in the module, but not on its page"


def test_every_id_stands_on_one_page():
    places = {}
    for module, names in ON_PAGE.items():
        for name in set(names):
            assert name not in places, f"{name} stands in {places[name]} and in {module}"
            places[name] = module


def test_the_reader_of_pages_sees_what_it_is_for():
    assert CHECK.findall('check("c-3-12", mean)\ncheck(\n    "c-3-13",\n    f)') == [
        "c-3-12",
        "c-3-13",
    ]


def answers_on(module):
    """(id, function, its parameters, verdict) for each cell of a page that calls `check`."""
    space, found = {}, []

    def check(name, answer):
        found.append((name, answer, diagnose(name, answer)))

    for code in CODE[module]:
        if "import check" in code:
            space.update(imports(code))
        if CHECK.search(code):
            exec(code, {**space, "check": check})
    return found


def imports(code):
    """What the import statements of a cell bring, without anything else that the cell does."""
    statements = [n for n in ast.parse(code).body if isinstance(n, ast.Import | ast.ImportFrom)]
    space = {}
    exec(compile(ast.Module(statements, []), "imports", "exec"), space)
    return space


@pytest.mark.parametrize("module", HERE)
def test_stubs_are_unanswered_and_the_pages_own_solutions_are_right(module):
    found = answers_on(module)
    for name in HERE[module]:
        verdicts = [verdict for other, _, verdict in found if other == name]
        stubs = [message for _, message in verdicts if message.startswith("Not answered yet")]
        assert len(stubs) == 1, f"{name} has {len(stubs)} stubs"
        assert [right for right, message in verdicts if message not in stubs] == [True], name


@pytest.mark.parametrize("module", HERE)
def test_solutions_have_the_parameters_of_the_stubs(module):
    """The marking speaks of `alpha_bar` by the name that the reader has before his eyes."""
    for name, answer, _ in answers_on(module):
        solution = pages()[module][name].solution
        if callable(solution):
            ours, theirs = (list(inspect.signature(f).parameters) for f in (solution, answer))
            assert ours == theirs, name
