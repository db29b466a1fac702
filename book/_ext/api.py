"""The page on the package is made from its docstrings, by Sphinx's autodoc.

Docstrings are plain text with `code` in backticks, so what reStructuredText
would read as markup is escaped. They cite the book's equations by label: `eq-tweedie` becomes a
link, and a label that no page has is a warning.
"""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

PAGE = "book/api"
ROOT = Path(__file__).parents[2]
LABEL = re.compile(r"(?:\{eq\}`)?(?<![\w-])(eq-[a-z0-9][\w-]*\w)`?")
CODE = re.compile(r"(`+)(.+?)\1")
# In the order of the design: a module rests on those before it.
MODULES = (
    *("calculus", "processes", "mixtures", "denoisers", "objectives", "samplers", "likelihood"),
    *("divergences", "vae", "networks", "data", "training", "bounds", "zoo", "metrics"),
    *("evaluation", "recipes", "plots", "widgets", "exercises"),
)


def restructured(line: str) -> str:
    """A line of a docstring as reStructuredText that shows it as it is, its labels as links."""
    parts, start = [], 0
    for code in CODE.finditer(LABEL.sub(r"\1", line)):
        parts.append(plain(code.string[start : code.start()]))
        parts.append(plain(code[2]) if LABEL.fullmatch(code[2]) else f"``{code[2]}``")
        start = code.end()
    return "".join(parts) + plain(LABEL.sub(r"\1", line)[start:])


def plain(text: str) -> str:
    escaped = re.sub(r"([\\*|_])", r"\\\1", text)
    return LABEL.sub(lambda match: f":eq:`{match[1]}`", escaped)


def write(
    app: Sphinx, what: str, name: str, thing: object, options: dict, lines: list[str]
) -> None:
    lines[:] = map(restructured, lines)


def add_modules(app: Sphinx, page: str, source: list[str]) -> None:
    """The page's own text is followed by a section for each module."""
    if page == PAGE:
        for module in MODULES:
            body = f".. automodule:: dgm_lessons.{module}\n   :members:\n"
            source[0] += f"\n## `{module}`\n\n```{{eval-rst}}\n{body}```\n"


def setup(app: Sphinx) -> dict:
    sys.path.insert(0, str(ROOT))
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("autodoc-process-docstring", write, priority=400)
    app.connect("source-read", add_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
