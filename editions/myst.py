"""Reading MyST: the tokens of a text, and what its directives say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

EXTENSIONS = {"colon_fence", "deflist", "dollarmath", "tasklist"}  # as in _config.yml
PROOFS = {
    *("algorithm", "assumption", "axiom", "conjecture", "corollary", "criterion", "definition"),
    *("example", "lemma", "observation", "property", "proposition", "remark", "theorem"),
}
OPTION = re.compile(r":([\w-]+):\s*(.*)")


@dataclass(frozen=True)
class Directive:
    """```{name} argument, its options, and the text inside."""

    name: str
    argument: str
    options: dict[str, str]
    body: str

    @property
    def folded(self) -> bool:
        return "dropdown" in self.options.get("class", "").split()

    @property
    def proof(self) -> str:
        """ "theorem" for `prf:theorem`; "" for what is not of this kind."""
        return self.name.removeprefix("prf:") if self.name.startswith("prf:") else ""


@cache
def parser() -> MarkdownIt:
    return create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML)


@cache
def parse(text: str) -> tuple[Token, ...]:
    """The tokens of a text, to be read only; `token.map` says on which lines each stands."""
    return tuple(parser().parse(text))


def directive(token: Token) -> Directive | None:
    """The directive that a fence is, or None."""
    match = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info.strip(), re.DOTALL)
    if token.type not in {"fence", "colon_fence"} or not match:
        return None
    lines = token.content.splitlines()
    options = {}
    while lines and (option := OPTION.fullmatch(lines[0].strip())):
        options[option[1]] = option[2]
        del lines[0]
    return Directive(match[1], match[2].strip(), options, "\n".join(lines).strip("\n"))


def everything(text: str) -> Iterator[tuple[Token, Directive | None]]:
    """All tokens of a text with their directives, in order, those inside of directives too."""
    for token in parse(text):
        found = directive(token)
        yield token, found
        if found and not found.name.startswith(("math", "code", "glossary")):
            yield from everything(found.body)
