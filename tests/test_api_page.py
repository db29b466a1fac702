"""The page on the package: docstrings come out as they are, and cite equations that exist."""

import ast
import re
from pathlib import Path

import api
import pytest
from equation_sources import formulas, pages

PACKAGE = Path(__file__).parents[1] / "dgm_lessons"


@pytest.mark.parametrize(
    "docstring, rst",
    [
        ("(B, *D) and x_t | y", r"(B, \*D) and x\_t \| y"),
        ("as `x_0` says", "as ``x_0`` says"),
        ("several `x`s", r"several ``x``\ s"),
        ("see eq-tweedie.", "see :eq:`eq-tweedie`."),
        ("see {eq}`eq-tweedie`, `eq-elbo`", "see :eq:`eq-tweedie`, :eq:`eq-elbo`"),
        ("an x-eq-y", "an x-eq-y"),
        ("**A rule.** And 2**3", r"**A rule.** And 2\*\*3"),
        ("a lone ` tick", r"a lone \` tick"),
    ],
)
def test_a_line(docstring, rst):
    assert api.restructured(docstring) == rst


def test_docstrings_cite_equations_of_the_book():
    labels = {label for page in pages() for label, _ in formulas(page)}
    cited = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                cited |= set(api.LABEL.findall(ast.get_docstring(node) or ""))
    assert cited and cited <= labels, sorted(cited - labels)


def test_every_public_module_is_on_the_page():
    found = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    modules = {n for n in found if re.fullmatch(r"[a-z]\w*", n) and (PACKAGE / n).suffix == ""}
    modules = {
        n
        for n in modules
        if (PACKAGE / f"{n}.py").exists() or (PACKAGE / n / "__init__.py").exists()
    }
    inner = {"train", "quantise", "roofline", "seeds"}  # a command, and what only recipes need
    assert modules - inner == set(api.MODULES)
