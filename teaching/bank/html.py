r"""Markdown with $formulas$ as HTML with \(formulas\): what Moodle and Canvas show."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin


def _inline(self: Any, tokens: Sequence[Token], k: int, options: Any, env: Any) -> str:
    return rf"\({html.escape(tokens[k].content, quote=False)}\)"


def _display(self: Any, tokens: Sequence[Token], k: int, options: Any, env: Any) -> str:
    return f"<p>\\[{html.escape(tokens[k].content.strip(), quote=False)}\\]</p>\n"


PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
PARSER.add_render_rule("math_inline", _inline)
PARSER.add_render_rule("math_block", _display)


def paragraphs(text: str) -> str:
    """A text of one or more paragraphs."""
    return PARSER.render(text).strip()


def line(text: str) -> str:
    """A text that stands in a line: a statement, a thing to be ordered."""
    return PARSER.renderInline(text)


def plain(number: float) -> str:
    """A number as one types it: 0.3, where Python says 0.30000000000000004."""
    return f"{number:.10g}"
