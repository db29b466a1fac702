"""Plain Markdown from MyST: what a notebook shows where nothing knows MyST.

The parser says where each block and role stands; everything else is copied as it is. A directive
or role that has no translation here is an error, so that none can slip into an edition.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.token import Token

from dgm_lessons.questions import shown

from .book import Book, equation_label
from .inline import Inline
from .myst import PROOFS, Directive, directive, parse

ADMONITIONS = {
    *("admonition", "attention", "caution", "danger", "error", "hint", "important", "note"),
    *("seealso", "tip", "warning"),
}
FOLDS = {"dropdown", "toggle"}
GONE = {"myst_target", "myst_block_break", "myst_line_comment"}
WITHOUT_WORDS = {"dl_open": "definition lists", "footnote_reference_open": "footnotes"}
FORMULA = re.compile(r"\$\$\n(.*?)\n\$\$", re.DOTALL)


def quoted(text: str) -> str:
    """A block quotation, each formula on one line: Jupyter takes them out before it reads `>`."""
    text = FORMULA.sub(lambda match: f"$$ {' '.join(match[1].split())} $$", text)
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def folded(title: str, text: str) -> str:
    """Text under a title that opens it."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def proof(text: str) -> str:
    """A proof with its beginning and its end; formulas keep lines of their own."""
    before = "\n\n" if text.startswith("$$") else " "
    after = "\n\n" if text.endswith("$$") else " "
    return f"*Proof.*{before}{text}{after}∎"


class Translator:
    """From the MyST of one page to plain Markdown.

    Args:
        solution: what a solution's title and text become.
    """

    def __init__(self, book: Book, page: str, solution: Callable[[str, str], str] = folded) -> None:
        self.book, self.page, self.solution = book, page, solution
        self.inline = Inline(book, page)

    def __call__(self, text: str) -> str:
        lines = text.splitlines()
        for token in reversed(parse(text)):
            if not token.map:
                continue
            start, end = token.map
            if token.type == "inline":
                lines[start:end] = self.inline("\n".join(lines[start:end]), token).split("\n")
            elif (block := self.block(token)) is not None:
                indent = lines[start][: -len(lines[start].lstrip())]
                lines[start:end] = [f"{indent}{line}".rstrip() for line in block.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def block(self, token: Token) -> str | None:
        """What stands in the place of a block of MyST; None for one of plain Markdown."""
        found = directive(token)
        if label := equation_label(token, found):
            formula = (found.body if found else token.content).strip()
            return f"$$\n{formula}\n\\tag{{{self.book.places[label].name.strip('()')}}}\n$$"
        if token.type in GONE:
            return ""
        if token.type in WITHOUT_WORDS:
            raise ValueError(f"{self.page}: notebooks cannot show {WITHOUT_WORDS[token.type]}")
        return self.directive(found) if found else None

    def directive(self, found: Directive) -> str:
        name, title, body = found.name, found.argument, found.body
        if found.proof == "proof":
            return proof(self(body))
        if found.proof in PROOFS:
            number = self.book.places[found.options["label"]].name
            said = f"{number} ({title})" if title else number
            return quoted(f"**{said}.**\n\n{self(body)}")
        if name in FOLDS or (found.folded and name in ADMONITIONS):
            return folded(title or name.capitalize(), self(body))
        if name in ADMONITIONS:
            return quoted(f"**{title or name.capitalize()}**\n\n{self(body)}")
        if name in {"exercise", "exercise-start"}:
            return f"**{self.book.places[found.options['label']].name}**\n\n{self(body)}"
        if name == "solution":
            return self.solution("Solution", self(body))
        if name in {"exercise-end", "solution-start", "solution-end"}:
            return ""
        if name == "math":
            return f"$$\n{body}\n$$"
        if name in {"code", "code-block"}:
            return f"```{title}\n{body}\n```"
        if name in {"figure", "image"}:
            picture = f"![{found.options.get('alt', '')}]({self.inline.picture(title)})"
            return f"{picture}\n\n*{self(body)}*" if body else picture
        if name == "question":
            question = shown(title)
            answer = self.solution("Answer and reasons", question.answered)
            return f"**Question {title}**\n\n{question.asked}\n\n{answer}".rstrip()
        if name == "route":
            return f"The map of the chapters stands on {self.book.link_to('book/index')}."
        if name == "checks":
            return f"See {self.book.link_to('book/checks')}."
        raise ValueError(f"{self.page}: say in editions/markdown.py what {{{name}}} becomes")
