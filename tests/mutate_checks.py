"""Break the checks of the equations on purpose, and see whether they notice: a score a chapter.

    python tests/mutate_checks.py                        thirty mutants of each chapter, seed 0
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
import signal
import tempfile
from pathlib import Path

import pytest
import scipy.stats  # noqa: F401 -- once, for all the processes that try a mutant
import sympy  # noqa: F401
from mutate import ROOT, Mutant, copied, mutants, sample

import dgm_lessons.widgets  # noqa: F401

EQUATIONS = ROOT / "tests" / "equations"
STORED = EQUATIONS / "mutants.json"
CHAPTERS = [*sorted(p.name for p in EQUATIONS.glob("c[0-9][0-9]_*")), "appendix", "errata"]
ASIDE = ("wrong", "tol", "slip")  # names of what is not the formula


def aside(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of each deliberate mistake and tolerance."""
    found: list[ast.expr | ast.stmt] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ASIDE:
            found.append(node.value)
        names = [node.name] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.Assign):
            names = [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        if any(part in name for name in names for part in ASIDE):
            found.append(node)  # type: ignore[arg-type]
    return [(node.lineno - 1, (node.end_lineno or node.lineno) - 1) for node in found]


def of_formulas(path: Path) -> list[Mutant]:
    """The mutants of a file of checks that change what is compared."""
    source = path.read_text(encoding="utf8")
    left = aside(ast.parse(source))
    return [
        m
        for m in mutants(path)
        if not source[m.start : m.end][0].isdigit()
        and not any(first <= m.line <= last for first, last in left)
    ]


def green(file: Path, seconds: int) -> bool:
    """Do the checks in this file pass? In a process of its own; too slow counts as red."""
    if not (child := os.fork()):
        signal.alarm(seconds)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os._exit(pytest.main([str(file), "-x", "-q", "-p", "no:cacheprovider"]))
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
        if green(target, 120):
            changed = mutant.text(source).splitlines()[mutant.line].strip()
            survivors.append(f"{mutant.path.name}:{mutant.line + 1}: {changed}")
        target.write_text(source, encoding="utf8")
    return {"of": len(pool), "tried": len(drawn), "survivors": survivors}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help=f"some of {', '.join(CHAPTERS)}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=30, help="mutants of each chapter")
    options = parser.parse_args()
    if unknown := set(options.chapters) - set(CHAPTERS):
        raise SystemExit(f"no checks of {', '.join(sorted(unknown))}: give {', '.join(CHAPTERS)}")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder) / "copy")
        os.chdir(copy)
        for chapter in options.chapters or CHAPTERS:
            if not green(copy / "tests" / "equations" / chapter, 600):
                raise SystemExit(f"{chapter} is red without any mutant: run `make checks` first")
            found[chapter] = score(chapter, copy, options.seed, options.count)
            tried, alive = found[chapter]["tried"], found[chapter]["survivors"]
            print(f"{chapter}: {tried - len(alive)} of {tried} noticed", *alive, sep="\n  ")
    if not options.chapters:
        STORED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
