"""The labelled equations of the book and what their tests declare, read without running anything.

The tests of book/03-ddpm/noise-prediction.ipynb stand in
tests/equations/c03_ddpm/test_noise_prediction.py. A label has a `@verifies` test there, or a reason
in that file's `DEFINITIONS` why it needs none: a definition ("defines ...") or a step of a
derivation whose result is checked ("step of the derivation of eq-x").
"""

import ast
import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
TESTS = ROOT / "tests" / "equations"
DISPLAYED = re.compile(r"\$\$(.*?)\$\$[ \t]*(?:\(([\w-]+)\))?", re.DOTALL)


def pages() -> list[Path]:
    """Every page of the book, notebooks and Markdown, in the order of their paths."""
    found = (path for end in ("ipynb", "md") for path in BOOK.glob(f"**/*.{end}"))
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def prose(path: Path) -> str:
    """The Markdown of a page."""
    text = path.read_text(encoding="utf8")
    if path.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def formulas(page: Path) -> list[tuple[str, str]]:
    """Label and LaTeX of each labelled equation, in order: `$$ ... $$ (eq-label)`."""
    return [(label, latex) for latex, label in DISPLAYED.findall(prose(page)) if label]


def equation_tests(page: Path) -> Path:
    """Where the tests of a page's equations stand, whether or not there are any."""
    folder = page.parent.relative_to(BOOK).as_posix().replace("-", "_")
    name = f"test_{page.stem.replace('-', '_')}.py"
    return TESTS / (f"c{folder}" if folder[0].isdigit() else folder) / name


@dataclass(frozen=True)
class Declared:
    """One check as it stands in the source of a test file."""

    labels: tuple[str, ...]
    test: str
    file: str
    line: int
    source: str


@functools.cache
def declared_in(path: Path) -> tuple[list[Declared], dict[str, str]]:
    """The `@verifies` tests of one file, and its DEFINITIONS; none where there is no such file."""
    text = path.read_text(encoding="utf8") if path.exists() else ""
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = [(node, declared_labels(node, path)) for node in functions]
    checks = [describe(node, names, path, text) for node, names in named if names]
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DEFINITIONS":
            return checks, ast.literal_eval(node.value)
    return checks, {}


def declared_labels(node: ast.FunctionDef, path: Path) -> tuple[str, ...]:
    names: list[str] = []
    for call in node.decorator_list:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "verifies":
            for argument in call.args:
                if not isinstance(argument, ast.Constant):
                    raise ValueError(f"{path.name}:{node.lineno}: write the labels as plain text")
                names.append(str(argument.value))
    return tuple(names)


def describe(node: ast.FunctionDef, names: tuple[str, ...], path: Path, text: str) -> Declared:
    first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
    source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    return Declared(names, node.name, file, first, source)


def declared_checks(folder: Path = TESTS) -> list[Declared]:
    """The `@verifies` tests of all files under the folder."""
    return [check for path in sorted(folder.rglob("test_*.py")) for check in declared_in(path)[0]]


def definitions(folder: Path = TESTS) -> dict[str, str]:
    """The labels that need no check, each with its reason, of all files under the folder."""
    files = sorted(folder.rglob("test_*.py"))
    return {name: why for path in files for name, why in declared_in(path)[1].items()}
