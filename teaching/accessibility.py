"""What the tests look at of WCAG 2.1, A and AA: `{accessibility}` on the book's page.

A test names the criteria that it is about with `@pytest.mark.criterion("1.4.10")`; what the page
says of it is the first paragraph of its docstring. No criterion is reported as tested without one.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .pages import ROOT

LIST = Path(__file__).with_name("wcag.tsv")


@dataclass(frozen=True)
class Criterion:
    """A success criterion; `remark` is why it needs no test, or what remains for a person."""

    number: str
    level: str
    name: str
    remark: str


@dataclass(frozen=True)
class Proof:
    """A test that names criteria."""

    test: str
    says: str
    criteria: tuple[str, ...]


def criteria() -> list[Criterion]:
    """All of WCAG 2.1 of the levels A and AA, in order."""
    with LIST.open(encoding="utf8", newline="") as file:
        return [Criterion(*row) for row in csv.reader(file, delimiter="\t")]


def marked(source: str) -> Iterator[Proof]:
    """The tests in a file that carry the mark."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.criterion":
                says = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
                if not says:
                    raise ValueError(f"{node.name} names a criterion: say in its docstring how")
                yield Proof(node.name, says, tuple(ast.literal_eval(a) for a in mark.args))


def files(root: Path = ROOT) -> list[Path]:
    """The tests that have such a mark."""
    paths = sorted((root / "tests").rglob("test_*.py"))
    return [path for path in paths if "mark.criterion(" in path.read_text(encoding="utf8")]


def proofs(root: Path = ROOT) -> list[Proof]:
    """Of all tests; a criterion that WCAG has not is an error."""
    found = [proof for path in files(root) for proof in marked(path.read_text(encoding="utf8"))]
    known = {criterion.number for criterion in criteria()}
    for proof in found:
        if strange := set(proof.criteria) - known:
            raise ValueError(f"{proof.test} names {', '.join(sorted(strange))}: see wcag.tsv")
    return found


def table(root: Path = ROOT) -> str:
    """In Markdown: each criterion, and the tests that look at it, or that none does."""
    by_number: dict[str, list[Proof]] = {}
    for proof in proofs(root):
        for number in proof.criteria:
            by_number.setdefault(number, []).append(proof)
    lines = ["| criterion | level | by machine | by hand |", "|---|---|---|---|"]
    for one in criteria():
        tests = ". ".join(re.sub(r"\.$", "", p.says) for p in by_number.get(one.number, []))
        machine = f"{tests}." if tests else "" if one.remark else "not tested"
        lines.append(f"| {one.number} {one.name} | {one.level} | {machine} | {one.remark} |")
    return "\n".join(lines)


def counts(root: Path = ROOT) -> str:
    """A sentence: how many criteria have a test, need none, have none."""
    tested = {number for proof in proofs(root) for number in proof.criteria}
    apart = [c for c in criteria() if c.number not in tested]
    needless = [c for c in apart if c.remark.startswith("does not apply")]
    return (
        f"Of {len(criteria())} criteria {len(tested)} are looked at by a test, {len(needless)} do "
        f"not apply, and {len(apart) - len(needless)} have no test."
    )
