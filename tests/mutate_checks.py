"""Break the checks of the equations on purpose, and see whether they notice: a score a chapter.

    python tests/mutate_checks.py                        ten mutants of each chapter, seed 0
    python tests/mutate_checks.py c03_ddpm --count 100   of one chapter; nothing is stored

A check computes both sides of a formula in code of its own, in tests/equations. A mutant is that
code with one operator or function changed (mutate.py); it is noticed if a check of the file turns
red. Left alone are numbers (grids, seeds, parameters), tolerances and the deliberate mistakes. What
was found is stored in tests/equations/mutants.json, and the page "Checks" prints it.
"""

import argparse
import ast
import json
import os
import shutil
import signal
import tempfile
from itertools import accumulate
from pathlib import Path

import hypothesis  # noqa: F401 -- once, for all the processes that try a mutant
import pytest
import scipy.stats  # noqa: F401
import sympy  # noqa: F401
from mutate import ROOT, Mutant, mutants, sample

import dgm_lessons.widgets  # noqa: F401

EQUATIONS = ROOT / "tests" / "equations"
STORED = EQUATIONS / "mutants.json"
CHAPTERS = [*sorted(p.name for p in EQUATIONS.glob("c[0-9][0-9]_*")), "appendix", "errata"]
ASIDE = ("wrong", "tol", "slip")  # names of what is not the formula


def aside(source: str) -> list[tuple[int, int]]:
    """First and last place, in bytes, of each deliberate mistake and tolerance."""
    starts = [0, *accumulate(len(line) for line in source.encode().splitlines(keepends=True))]
    found: list[ast.expr | ast.stmt] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg in ASIDE:
            found.append(node.value)
        names = [node.name] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.Assign):
            names = [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        if any(part in name for name in names for part in ASIDE):
            found.append(node)  # type: ignore[arg-type]
    return [
        (starts[n.lineno - 1] + n.col_offset, starts[n.end_lineno - 1] + n.end_col_offset)  # type: ignore[operator]
        for n in found
    ]


def of_formulas(path: Path) -> list[Mutant]:
    """The mutants of a file of checks that change what is compared."""
    source = path.read_text(encoding="utf8")
    left = aside(source)
    return [
        m
        for m in mutants(path)
        if not source[m.start : m.end][0].isdigit()
        and not any(a <= len(source[: m.start].encode()) < b for a, b in left)
    ]


def touched(mutant: Mutant) -> str:
    """The test that a mutant stands in, as pytest names it; nothing where others may use it."""
    for node in ast.parse(mutant.path.read_text(encoding="utf8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            if node.lineno <= mutant.line + 1 <= (node.end_lineno or 0):
                return f"::{node.name}"
    return ""


def green(checks: str, seconds: int) -> bool:
    """Do these checks pass? In a process of its own; too slow counts as red."""
    if not (child := os.fork()):
        signal.alarm(seconds)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os._exit(pytest.main([checks, "-x", "-q", "-p", "no:cacheprovider"]))
    return os.waitpid(child, 0)[1] == 0


def score(chapter: str, copy: Path, seed: int, count: int) -> dict:
    """What became of a seeded sample of a chapter's mutants, each tried in this copy."""
    files = sorted((EQUATIONS / chapter).glob("test_*.py"))
    pool = [mutant for file in files for mutant in of_formulas(file)]
    drawn, survivors = sample(pool, seed, count), []
    for mutant in drawn:
        source = mutant.path.read_text(encoding="utf8")
        target = copy / mutant.path.relative_to(ROOT)
        target.write_text(mutant.text(source), encoding="utf8")
        if green(f"{target}{touched(mutant)}", 120):
            changed = mutant.text(source).splitlines()[mutant.line].strip()
            survivors.append(f"{mutant.path.name}:{mutant.line + 1}: {changed}")
        target.write_text(source, encoding="utf8")
    return {"of": len(pool), "tried": len(drawn), "survivors": survivors}


def beside(folder: Path) -> Path:
    """The tests once more, in a folder whose other files are those of the repository."""
    for path in ROOT.iterdir():
        if path.name != "tests":
            (folder / path.name).symlink_to(path)
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(ROOT / "tests", folder / "tests", ignore=ignored).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help=f"some of {', '.join(CHAPTERS)}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=10, help="mutants of each chapter")
    options = parser.parse_args()
    if unknown := set(options.chapters) - set(CHAPTERS):
        raise SystemExit(f"no checks of {', '.join(sorted(unknown))}: give {', '.join(CHAPTERS)}")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = beside(Path(folder))
        os.chdir(copy)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        for chapter in options.chapters or CHAPTERS:
            if not green(str(copy / "tests" / "equations" / chapter), 600):
                raise SystemExit(f"{chapter} is red without any mutant: run `make checks` first")
            found[chapter] = score(chapter, copy, options.seed, options.count)
            tried, alive = found[chapter]["tried"], found[chapter]["survivors"]
            print(
                f"{chapter}: {tried - len(alive)} of {tried} noticed",
                *alive,
                sep="\n  ",
                flush=True,
            )
    if not options.chapters:
        STORED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
