"""What stands within a line: roles, links and pictures."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from markdown_it.token import Token

from .book import Book

TARGETED = re.compile(r"(.*?)\s*<([^<>]+)>", re.DOTALL)  # text <target>
AFAR = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Inline:
    """The inline MyST of one page as plain Markdown."""

    book: Book
    page: str

    def __call__(self, text: str, token: Token) -> str:
        """`text` with its roles and relative links translated.

        The parser does not say where the children of an inline token stand, only in which order;
        so each is looked for behind the one before.
        """
        done, rest = "", text
        for child in token.children or ():
            if change := self.change(child):
                source, new = change
                match = re.search(source, rest, re.DOTALL)
                if not match:
                    raise ValueError(f"{self.page}: {source} is not in {rest!r}")
                done, rest = done + rest[: match.start()] + new, rest[match.end() :]
        return done + rest

    def change(self, child: Token) -> tuple[str, str] | None:
        """A pattern of the child's source, and what it becomes; None if it stays."""
        if child.type == "myst_role":
            name = child.meta["name"]
            content = r"\s+".join(map(re.escape, child.content.split()))
            return re.escape(f"{{{name}}}") + f"(`+){content}\\1", self.role(name, child.content)
        link = str(child.attrGet("href") or child.attrGet("src") or "")
        if not link or AFAR.match(link):
            return None
        address = self.picture(link) if child.type == "image" else self.address(link)
        return re.escape(f"]({link}"), f"]({address}"

    def role(self, name: str, content: str) -> str:
        match = TARGETED.fullmatch(content)
        text, target = match.groups() if match else ("", content)
        if name == "eq":
            place = self.book.places[target]
            return place.name if place.page == self.page else self.book.link(target)
        if name in {"ref", "prf:ref", "numref"}:
            return self.book.link(target, text)
        if name == "term":
            return self.book.link(f"term {target.casefold()}", text or target)
        if name == "doc":
            return self.book.link_to(self.beside(target), text)
        if name == "cite:t":
            return ", ".join(self.book.citation(key.strip(), True) for key in content.split(","))
        if name in {"cite", "cite:p"}:
            said = "; ".join(self.book.citation(key.strip()) for key in content.split(","))
            return f"({said})"
        raise ValueError(f"{self.page}: say in editions/inline.py what {{{name}}} becomes")

    def beside(self, path: str) -> str:
        """A path relative to this page, from the root."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path))

    def address(self, link: str) -> str:
        """A relative link as it is from afar: pages on the site, `#set-...` on this page."""
        path, _, anchor = link.partition("#")
        page = re.sub(r"\.(ipynb|md)$", "", self.beside(path)) if path else self.page
        return self.book.address(page, anchor)

    def picture(self, path: str) -> str:
        """Where the site keeps a picture."""
        return f"{self.book.site}/_images/{posixpath.basename(path)}"
