"""A notebook may be rerun in any order: once all cells have run, any one of them, run again, says
the same.

A reader changes a number in a cell and runs it again. If a later cell has taken a name that it
reads, it breaks or, worse, prints another number without a word.
"""

import ast
import functools
import re
import symtable
from pathlib import Path

import nbformat
import pytest
from execute import normalise
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

BOOK = Path(__file__).parents[1] / "book"
NOTEBOOKS = sorted(path for path in BOOK.rglob("*.ipynb") if "checkpoint" not in str(path))

each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: path.relative_to(BOOK).as_posix()
)


@each_notebook
def test_no_cell_reads_a_name_that_a_later_cell_takes(path):
    notebook = nbformat.read(path, as_version=4)
    cells = (i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    shared = {i: names for i in cells if (names := taken_later(notebook, i))}
    assert not shared, shared


@pytest.mark.slow
@pytest.mark.rerun
@each_notebook
def test_any_cell_may_be_run_again(path):
    found = changed(nbformat.read(path, as_version=4), path.parent)
    assert not found, "\n".join(f"cell {i}: {what}" for i, what in found.items())


def changed(notebook: nbformat.NotebookNode, folder: Path) -> dict[int, str]:
    """Run all cells, then each again, last to first: the cells whose output is not the same.

    Backwards, so that no earlier cell puts a name right before the cell that reads it is tried.
    """
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=600, coalesce_streams=True, resources=resources)
    cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    found = {}
    with client.setup_kernel():
        first = {i: said(client, i) for i in cells}
        for i in reversed(cells):
            try:
                again = said(client, i)
            except CellExecutionError as error:
                again = [{"text": str(error)}]
            if again != first[i]:
                found[i] = f"said first\n{words(first[i])}\nand then\n{words(again)}"
    return found


def said(client: NotebookClient, i: int) -> list[dict]:
    """What cell i prints and shows when it is run now: text, pictures, widgets."""
    cell = client.nb.cells[i]
    client.execute_cell(cell, i)
    normalise(nbformat.v4.new_notebook(cells=[cell]))
    return [{**output, "execution_count": None} for output in cell.outputs]


def words(outputs: list[dict]) -> str:
    return "\n".join(o.get("text") or o["data"].get("text/plain", "") for o in outputs)


def taken_later(notebook: nbformat.NotebookNode, i: int) -> list[str]:
    """Names that cell i reads from an earlier cell and a later cell gives another meaning."""
    later = [cell.source for cell in notebook.cells[i + 1 :] if cell.cell_type == "code"]
    reads, _ = names_of(notebook.cells[i].source)
    return sorted(reads & set().union(*(names_of(source)[1] for source in later)))


@functools.cache
def names_of(source: str) -> tuple[set[str], set[str]]:
    """What a cell reads before it sets it, or in a function that it defines; and what it sets."""
    reads, sets, inside = set(), set(), set()
    for statement in ast.parse(re.sub(r"(?m)^( *)%.*$", r"\1pass", source)).body:
        scope = symtable.symtable(ast.unparse(statement), "cell", "exec")
        names = scope.get_symbols()
        own = {s.get_name() for s in names if s.is_assigned() or s.is_imported()}
        used = {s.get_name() for s in names if s.is_referenced()}
        simple = isinstance(statement, (ast.Assign, ast.AugAssign))
        reads |= (used if simple else used - own) - sets
        sets |= own
        inside |= free(scope)
    return reads | (inside - sets), sets


def free(scope: symtable.SymbolTable) -> set[str]:
    """Names of the notebook that the functions in a scope read."""
    names = set()
    for child in scope.get_children():
        names |= {s.get_name() for s in child.get_symbols() if s.is_global()} | free(child)
    return names


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])


@pytest.mark.slow
def test_a_name_that_is_taken_later_is_noticed(tmp_path):
    found = changed(notebook_of("x = 1", "print(x)", "x = 2", "print(x)"), tmp_path)
    assert list(found) == [1] and "said first\n1" in found[1] and "then\n2" in found[1]


def test_dice_that_go_on_rolling_are_noticed(tmp_path):
    dice = "import random\ng = random.Random(0)"
    found = changed(notebook_of(dice, "print(g.random())", "print(g.random())"), tmp_path)
    assert sorted(found) == [1, 2]


@pytest.mark.slow
def test_a_cell_that_breaks_when_rerun_is_noticed(tmp_path):
    found = changed(notebook_of("x = [1]", "print(x[0])", "x = []"), tmp_path)
    assert list(found) == [1] and "IndexError" in found[1]


def test_a_clean_notebook_passes(tmp_path):
    assert not changed(notebook_of("x = 1", "y = x + 1\nprint(y)", "z = y\nprint(z)"), tmp_path)


def test_names_are_told_apart():
    reads, sets = names_of("a = b\nfor i in c:\n    d = a + e\ndef f(g):\n    return g + h + a")
    assert reads == {"b", "c", "e", "h"} and sets == {"a", "i", "d", "f"}


def test_stored_cells_keep_their_ids():
    """Outlines of slides and tests of pages name cells by them."""
    cells = [nbformat.v4.new_code_cell("1 + 1", id=name) for name in ("sum", "b2940361")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    normalise(notebook)
    assert [cell.id for cell in notebook.cells] == ["sum", "b2940361"]
