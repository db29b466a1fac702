"""Discovery: exercises are found where they stand, in a checkout and in a wheel, each id once."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dgm_lessons.exercises import Exercise, catalogue, exercises, find, pages

PACKAGE = Path(catalogue.__file__).parents[1]
MODULES = sorted(
    path for path in PACKAGE.glob("exercises/c*/*.py") if not path.stem.startswith("__")
)


def repeated(source):
    """Keys that a dictionary of the source holds twice (the second would hide the first)."""
    dicts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Dict)]
    keys = [[key.value for key in d.keys if isinstance(key, ast.Constant)] for d in dicts]
    return {key for own in keys for key in own if own.count(key) > 1}


def test_every_module_is_found():
    here = {f"{path.parent.name}.{path.stem}" for path in MODULES}
    assert set(pages()) == here and len(here) >= 13


def test_unknown_exercise_lists_the_known_ones():
    with pytest.raises(KeyError, match="c-5-21"):
        find("c-99-1")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_id_and_no_mistake_is_written_twice_in_a_page(path):
    assert not repeated(path.read_text(encoding="utf-8"))
    assert repeated('{"c-1-1": 1, "c-1-2": 2, "c-1-1": 3}') == {"c-1-1"}


def test_an_id_of_two_pages_is_refused(monkeypatch):
    one = {"c-1-06": Exercise("a number", 1.0)}
    monkeypatch.setattr(catalogue, "pages", lambda: {"c01.a": one, "c01.b": dict(one)})
    exercises.cache_clear()
    with pytest.raises(ValueError, match=r"'c-1-06' stands in c01\.a and in c01\.b"):
        exercises()
    monkeypatch.undo()
    exercises.cache_clear()
    assert find("c-1-06").asks != "a number"


@pytest.mark.slow
def test_the_wheel_takes_every_folder_and_finds_its_exercises(tmp_path):
    """Folders with `__init__.py`, which setuptools takes, zipped as in a wheel and read there."""
    packed = {path.parent for path in PACKAGE.rglob("__init__.py")}
    wheel = tmp_path / "dgm_lessons.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in (path for folder in packed for path in folder.iterdir()):
            if path.is_file():
                archive.write(path, path.relative_to(PACKAGE.parent))
    code = "from dgm_lessons.exercises import catalogue as c; print(c.__file__, *c.exercises())"
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=True,
    )
    where, *names = run.stdout.split()
    assert where.startswith(str(wheel)) and set(names) == set(exercises())
