"""What the process of a submission does: it runs the cells, tries the answer, says what it said.

It stands behind `confine`. Nothing that happens here is believed but for the numbers.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import os
import sys
from collections.abc import Sequence
from typing import Any

from ..attempt import Attempt, attempt, reply
from ..catalogue import find, is_question
from ..evaluation import crash
from ..marking import called
from .cells import Needed, needed
from .confinement import confine, protections
from .wire import pack


def answer(sources: Sequence[str], name: str, seconds: int, memory: int, safe: bool, out: Any):
    """Try the answer to one exercise or question, and write the attempt to the pipe `out`."""
    place = shut(out)
    confine(seconds, memory, safe)
    say(place, pack(tried(sources, name)))


def probe(seconds: int, memory: int, out: Any) -> None:
    """Say which protections hold in a process like that of a submission."""
    place = shut(out)
    confine(seconds, memory, safe=False)
    say(place, "\n".join(protections(memory)).encode())


def tried(sources: Sequence[str], name: str) -> Attempt:
    """The attempt; whatever goes wrong is in it."""
    cell = ""
    try:
        found = needed(sources, name)
        cell = title(found.cell)
        said = run(sources, found)
        return reply(said) if is_question(name) else attempt(said, find(name).trials, called(name))
    except BaseException as error:
        return Attempt(stopped=crash(error, cell))


def run(sources: Sequence[str], found: Needed) -> Any:
    """Run the statements, cell by cell, and the expression that is the answer."""
    space: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown, **how: None}
    for number, group in itertools.groupby(found.statements, key=lambda pair: pair[0]):
        name, source = title(number), sources[number]
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        module = ast.Module([statement for _, statement in group], [])
        exec(compile(module, name, "exec", dont_inherit=True), space)
    return eval(compile(ast.Expression(found.answer), "<check>", "eval", dont_inherit=True), space)


def title(cell: int) -> str:
    return f"<cell {cell + 1}>"


def shut(out: Any) -> int:
    """Close all files but the pipe, whose number this is; what is printed goes nowhere."""
    place, nowhere = os.dup(out.fileno()), os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.dup2(place, 3)
    os.closerange(4, 65536)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)
    sys.stderr = open(2, "w", closefd=False)
    return 3


def say(place: int, data: bytes) -> None:
    """Write all of it, and end: nothing that a submission left behind runs on."""
    while data:
        data = data[os.write(place, data) :]
    os._exit(0)
