"""The page on the package is made from its docstrings, by Sphinx's autodoc.

Docstrings are plain text with `code` in backticks and words in **bold**; whatever else
reStructuredText would read as markup is escaped. They cite the book's equations by label:
`eq-tweedie` becomes a link, and a label that no page has is a warning.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

PAGE = "book/api"
ROOT = Path(__file__).parents[2]
ROLE = re.compile(r"\{eq\}`(eq-[\w-]+)`")
LABEL = re.compile(r"(?<![\w-])eq-[a-z0-9][\w-]*\w")
MARKED = re.compile(
    r"(\w?)(?:(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|\*\*(?P<bold>\w[^*]*)\*\*)(?=(\w?))"
)
# In the order of the design: a module rests on those before it.
MODULES = (
    *("calculus", "processes", "mixtures", "denoisers", "guidance", "objectives", "samplers"),
    *("likelihood", "fokker_planck", "divergences", "vae", "energy", "networks", "data"),
    *("training", "rectification", "flow_maps", "bounds", "zoo", "metrics", "evaluation"),
    *("recipes", "questions", "plots", "widgets", "exercises"),
)


def restructured(line: str) -> str:
    """A line of a docstring as reStructuredText that shows it as it is, its labels as links."""
    return "".join(_pieces(ROLE.sub(r"\1", line)))


def _pieces(line: str) -> Iterator[str]:
    start = 0
    for match in MARKED.finditer(line):
        before, after = match[1], match[5]
        yield _plain(line[start : match.start()] + before) + ("\\ " if before else "")
        code, bold = match["code"], match["bold"]
        if code and not LABEL.fullmatch(code):
            yield f"``{code}``"
        else:
            yield f"**{_plain(bold)}**" if bold else _plain(code)
        yield "\\ " if after else ""
        start = match.end()
    yield _plain(line[start:])


def _plain(text: str) -> str:
    escaped = re.sub(r"([\\*|_`])", r"\\\1", text)
    return LABEL.sub(lambda match: f":eq:`{match[0]}`", escaped)


def rewrite(
    app: Sphinx, what: str, name: str, thing: object, options: dict, lines: list[str]
) -> None:
    lines[:] = map(restructured, lines)


def add_modules(app: Sphinx, page: str, source: list[str]) -> None:
    """The page's own text is followed by a section for each module."""
    if page == PAGE:
        for module in MODULES:
            body = f".. automodule:: dgm_lessons.{module}\n   :members:\n"
            source[0] += f"\n## `{module}`\n\n```{{eval-rst}}\n{body}```\n"


def leave_types(app: Sphinx, config: Config) -> None:
    """The types in signatures are those of torch and Python: they lead nowhere on this site."""
    config.nitpick_ignore_regex = [*config.nitpick_ignore_regex, ("py:.*", ".*")]


def setup(app: Sphinx) -> dict:
    sys.path.insert(0, str(ROOT))
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("config-inited", leave_types)
    app.connect("autodoc-process-docstring", rewrite, priority=400)  # before napoleon
    app.connect("source-read", add_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
