"""Which cells an answer needs: its own, and the definitions that it uses; no training, no plots."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from symtable import SymbolTable, symtable

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)

SURE = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.Import, ast.ImportFrom)  # no `if` about it


@dataclass(frozen=True)
class Needed:
    """What must run before an answer stands: statements by the number of their cell, in order."""

    statements: Sequence[tuple[int, ast.stmt]]
    answer: ast.expr
    cell: int  # where the answer is


def needed(sources: Sequence[str], name: str) -> Needed:
    """What the last `check(name, answer)` of a notebook needs, of its cells of code.

    Its own cell counts up to the `check`; of the cells before, the statements that bind a name
    which is used, and so on. Raises `SyntaxError`, or `LookupError` where there is no `check`.
    """
    cells, broken = parsed(sources)
    statements = [(k, statement) for k, cell in cells.items() for statement in cell]
    found = [(n, asked) for n, (_, s) in enumerate(statements) for asked in asks(s, name)]
    if not found:
        raise missing(sources, broken, name)
    place, answer = found[-1]
    cell = statements[place][0]
    before = [(k, s) for k, s in statements[:place] if not any(asks(s))]
    own = {n for n, (k, _) in enumerate(before) if k == cell}
    used = uses([*(before[n][1] for n in sorted(own)), ast.Expr(answer)])
    return Needed([before[n] for n in closure(before, own, used)], answer, cell)


def parsed(sources: Sequence[str]) -> tuple[dict[int, list[ast.stmt]], dict[int, SyntaxError]]:
    """The statements of each cell, and the errors of those that are no Python."""
    cells, broken = {}, {}
    for number, source in enumerate(sources):
        try:
            cells[number] = parse(source)
        except SyntaxError as error:
            broken[number] = error
    return cells, broken


def parse(source: str) -> list[ast.stmt]:
    """The statements of a cell, without the lines that are for IPython, such as `%pip install`."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return ast.parse(MAGIC.sub(r"\1pass", source)).body


def asks(statement: ast.stmt, name: str = "") -> Iterator[ast.expr]:
    """The answers that a statement hands to `check`, for this exercise or for any."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and len(node.args) == 2:
            function, (asked, answer) = node.func, node.args
            called = getattr(function, "attr", getattr(function, "id", ""))
            if called == "check" and isinstance(asked, ast.Constant):
                if name in ("", asked.value):
                    yield answer


def closure(before: Sequence[tuple[int, ast.stmt]], own: set[int], used: set[str]) -> list[int]:
    """The places of the statements that bind a name in use, until no more are added."""
    tables = [table(statement) for _, statement in before]
    bound = [binds(one) for one in tables]
    kept, size = set(own), -1
    while len(kept) > size:
        size = len(kept)
        for place, one in enumerate(tables):
            if place not in kept and bound[place] & used:
                kept.add(place)
                used |= outer(one)
    return sorted(kept)


def uses(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that they need from before, since none of them has surely bound them by then."""
    used: set[str] = set()
    bound: set[str] = set()
    for statement in statements:
        scope = table(statement)
        used |= outer(scope) - bound
        bound |= binds(scope) if isinstance(statement, SURE) else set()
    return used


def table(statement: ast.stmt) -> SymbolTable:
    return symtable(ast.unparse(statement), "cell", "exec")


def binds(scope: SymbolTable) -> set[str]:
    """The names that a statement gives a value."""
    return {s.get_name() for s in scope.get_symbols() if s.is_assigned() or s.is_imported()}


def outer(scope: SymbolTable) -> set[str]:
    """The names that a statement and the functions in it take from outside."""
    top = scope.get_type() == "module"
    own = {
        s.get_name() for s in scope.get_symbols() if s.is_referenced() and (top or s.is_global())
    }
    return own.union(*map(outer, scope.get_children()))


def missing(sources: Sequence[str], broken: dict[int, SyntaxError], name: str) -> Exception:
    """Why there is no answer."""
    for number, error in broken.items():
        if re.search(rf"""\bcheck\(\s*["']{re.escape(name)}["']""", sources[number]):
            return SyntaxError(f"{error.msg}, in line {error.lineno} of its cell")
    return LookupError(f'there is no check("{name}", ...) that runs')
