"""Plain Markdown from MyST: what a notebook shows where nothing knows MyST.

The parser says where each block and role stands; everything else is copied as it is. A directive
or role that has no translation here is an error, so that none can slip into an edition.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it.token import Token

from .book import Book, equation_label
from .myst import PROOFS, Directive, directive, parse

ADMONITIONS = {
    *("admonition", "attention", "caution", "danger", "error", "hint", "important", "note"),
    *("seealso", "tip", "warning"),
}
TARGETED = re.compile(r"(.*?)\s*<([^<>]+)>", re.DOTALL)
FORMULA = re.compile(r"\$\$\n(.*?)\n\$\$", re.DOTALL)


def quoted(text: str) -> str:
    """A block quotation. Jupyter takes formulas out before it reads Markdown, so each is one line."""
    text = FORMULA.sub(lambda match: f"$$ {' '.join(match[1].split())} $$", text)
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def folded(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


@dataclass(frozen=True)
class Translator:
    """From the MyST of one page to plain Markdown.

    Args:
        solutions: what to do with a solution's text, or None to leave it out.
    """

    book: Book
    page: str
    solutions: Callable[[str, str], str] | None = folded

    def __call__(self, text: str) -> str:
        lines = text.splitlines()
        for token in reversed([token for token in parse(text) if token.map]):
            start, end = token.map
            if token.type == "inline":
                lines[start:end] = self.inline("\n".join(lines[start:end]), token).split("\n")
            elif (block := self.block(token)) is not None:
                indent = re.match(r"\s*", lines[start])[0]
                lines[start:end] = [f"{indent}{line}".rstrip() for line in block.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def block(self, token: Token) -> str | None:
        """What stands in the place of a block of MyST; None for one of plain Markdown."""
        found = directive(token)
        if label := equation_label(token, found):
            number = self.book.places[label].name.strip("()")
            formula = (found.body if found else token.content).strip()
            return f"$$\n{formula}\n\\tag{{{number}}}\n$$"
        if token.type in {"myst_target", "myst_block_break", "myst_line_comment"}:
            return ""
        if token.type in {"dl_open", "footnote_reference_open"}:
            raise ValueError(f"{self.page}: no edition can show {token.type}")
        return self.directive(found) if found else None

    def directive(self, found: Directive) -> str:
        name, title, body = found.name, found.argument, found.body
        if found.proof == "proof":
            text = self(body)
            before, after = ("\n\n" if text.startswith("$$") else " "), ("\n\n" if text.endswith("$$") else " ")
            return f"*Proof.*{before}{text}{after}∎"
        if found.proof in PROOFS:
            number = self.book.places[found.options["label"]].name
            said = f"{number} ({title})" if title else number
            return quoted(f"**{said}.**\n\n{self(body)}")
        if name in ADMONITIONS or name in {"dropdown", "toggle"}:
            title = title or name.capitalize()
            if found.folded or name in {"dropdown", "toggle"}:
                return folded(title, self(body))
            return quoted(f"**{title}**\n\n{self(body)}")
        if name in {"exercise", "exercise-start"}:
            said = self.book.exercises.get(found.options.get("label", ""), "")
            return f"**Exercise {said}**".replace(" **", "**") + f"\n\n{self(body)}"
        if name == "solution":
            return self.solutions("Solution", self(body)) if self.solutions else ""
        if name in {"exercise-end", "solution-start", "solution-end"}:
            return ""
        if name == "math":
            return f"$$\n{body}\n$$"
        if name in {"code", "code-block"}:
            return f"```{title}\n{body}\n```"
        if name in {"figure", "image"}:
            picture = f"![{found.options.get('alt', '')}]({self.address(title)})"
            return f"{picture}\n\n*{self(body)}*" if body else picture
        if name == "checks":
            return f"See {self.book.link_to('book/checks')}."
        raise ValueError(f"{self.page}: say in editions/markdown.py what {{{name}}} becomes")

    def inline(self, text: str, token: Token) -> str:
        """The same text with its roles and relative links translated, in order."""
        done, rest = "", text
        for child in token.children or ():
            if child.type == "myst_role":
                said = r"\s+".join(map(re.escape, child.content.split()))
                raw = re.escape(f"{{{child.meta['name']}}}") + f"(`+){said}\\1"
                new = self.role(child.meta["name"], child.content)
            elif child.type == "link_open" and not re.match(r"[a-z]+:", child.attrs["href"]):
                href = child.attrs["href"]
                raw, new = re.escape(f"]({href}"), f"]({self.address(href)}"
            else:
                continue
            match = re.search(raw, rest, re.DOTALL)
            if not match:
                raise ValueError(f"{self.page}: cannot find {raw} in {rest!r}")
            done, rest = done + rest[: match.start()] + new, rest[match.end() :]
        return done + rest

    def role(self, name: str, content: str) -> str:
        match = TARGETED.fullmatch(content)
        text, target = match.groups() if match else ("", content)
        places = self.book.places
        if name == "eq":
            here = places[target].page == self.page
            return places[target].name if here else self.book.link(target)
        if name in {"ref", "prf:ref", "numref"}:
            return self.book.link(target, text)
        if name == "term":
            return self.book.link(f"term {target.casefold()}", text or target)
        if name == "doc":
            page = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), target))
            return self.book.link_to(page, text)
        if name.partition(":")[0] == "cite":
            textual = name == "cite:t"
            said = [self.book.citation(key.strip(), textual) for key in content.split(",")]
            return ", ".join(said) if textual else f"({'; '.join(said)})"
        raise ValueError(f"{self.page}: say in editions/markdown.py what {{{name}}} becomes")

    def address(self, link: str) -> str:
        """A relative link as it is from afar: pages on the site, `#set-...` on this page."""
        path, _, anchor = link.partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path)) if path else self.page
        return self.book.address(re.sub(r"\.(ipynb|md)$", "", page), anchor)
