"""One slide as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from dgm_lessons.questions import Shown, shown

from .material import Material
from .outline import Slide

SAID = {
    "asks": "Question",
    "vote": "Vote",
    "mistake": "Often thought, and wrong",
    "sums": "In short",
}
LINES = 16  # of code on one slide
TIED = re.compile(r'<span class="math inline">[^<]*</span>[-.,;:?!)]+')  # stays on one line


def _formula(tex: str, options: dict) -> str:
    return f"\\[{escape(tex)}\\]" if options["display_mode"] else f"\\({escape(tex)}\\)"


MARKDOWN = MarkdownIt("commonmark").enable("table")
MARKDOWN.use(dollarmath_plugin, double_inline=True, renderer=_formula)


def inline(text: str) -> str:
    return TIED.sub(r'<span class="tie">\g<0></span>', MARKDOWN.renderInline(text))


def block(text: str) -> str:
    return TIED.sub(r'<span class="tie">\g<0></span>', MARKDOWN.render(text))


def slide(made: Slide, material: Material, name: str, picture: Callable[[bytes], str]) -> str:
    """The slide as a `<section>`.

    Args:
        name: its id in the deck.
        picture: stores a PNG and tells its address.
    """
    body, said = taken(made, material, picture)
    notes = "".join(block(note) for note in (made.notes, *said) if note)
    return (
        f'<section id="{name}" class="{made.kind}">{head(made, material)}'
        f'<div class="body">{block(made.text)}{body}</div>'
        f'<aside class="notes">{notes}</aside></section>'
    )


def head(made: Slide, material: Material) -> str:
    text = getattr(made, made.kind)
    if made.kind == "opens":
        title = inline(material.plain(material.book.titles[material.page]))
        return f'<h1>{title}</h1><p class="lead">{inline(text)}</p>'
    if made.kind == "sums":
        return f'<h2>{SAID["sums"]}</h2><p class="lead">{inline(text)}</p>'
    if made.kind == "vote":
        text = shown(made.vote).question.asks
        return f'<p class="kind">{SAID["vote"]}</p><div class="asked">{block(text)}</div>'
    kind = f'<p class="kind">{SAID[made.kind]}</p>' if made.kind in SAID else ""
    return f"{kind}<h2>{inline(text)}</h2>"


def taken(
    made: Slide, material: Material, picture: Callable[[bytes], str]
) -> tuple[str, list[str]]:
    """What the slide takes from its page, and what the page says of it, for the notes."""
    parts: list[str] = []
    notes: list[str] = []
    if made.vote:
        question = shown(made.vote)
        parts.append(options(question))
        notes.append(answered(question))
    for label in made.equations:
        tex, number, address = material.equation(label)
        parts.append(
            f'<div class="equation"><div>\\[{escape(tex)}\\]</div>'
            f'<a href="{address}">{number}</a></div>'
        )
    if made.algorithm:
        title, steps = material.algorithm(made.algorithm)
        parts.append(f'<div class="algorithm"><p><b>{inline(title)}</b></p>{block(steps)}</div>')
    if made.code:
        parts.append(code(material, made.code))
    if made.figure:
        png, alt, caption = material.figure(made.figure)
        parts.append(f'<img src="{picture(png)}" alt="{escape(alt)}">')
        notes.append(caption)
    if made.widget:
        live = material.widget(made.widget)
        parts.append(f'<div class="live" data-prevent-swipe>{live.html}</div>')
        notes += [guess(live.state.get("guess") or {}), live.caption]
    return "".join(parts), notes


def options(question: Shown) -> str:
    """The statements to choose from, with their letters; nothing where a number is asked."""
    items = "".join(f"<li>{inline(item)}</li>" for item in question.items.values())
    return f'<ol type="a">{items}</ol>' if items else ""


def answered(question: Shown) -> str:
    """For the speaker: the right answer and why, and what each wrong one should think of."""
    wrong = "\n".join(f"- **{answer}:** {reason}" for answer, reason in question.wrong.items())
    return f"**{question.right}.** {question.question.why}\n\n{wrong}"


def code(material: Material, cell: str) -> str:
    source = material.code(cell)
    if (lines := source.count("\n") + 1) > LINES:
        raise ValueError(f"{material.page}: cell {cell} has {lines} lines, a slide up to {LINES}")
    return f"<pre>{highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))}</pre>"


def guess(given: dict) -> str:
    """The question that the page asks above its widget, for the speaker to ask."""
    if not given:
        return ""
    answers = " / ".join(given["answers"])
    return f"**Ask first:** {given['question']} ({answers})\n\n**Then:** {given['truth']}"
