r"""Symbols that a page of the book uses and nobody introduces: python tests/symbols.py [PAGE ...].

A *symbol* is a letter with its bar, hat or tilde and its script (`\bar\alpha`, `\hat x`,
`\mathcal N`), and with an index that names it: a word, as in `p_{\rm data}`, or parameters, as in
`q_\theta`. A dot is a time derivative, a star the best one, other indices number or time it: these
make no new symbol.

A page may use a symbol that stands in one of the notation page's tables (those of a chapter count
on the pages of this chapter), or that it introduces itself before the end of the second paragraph
after its first use: in a formula, left of `=` (with more than a number on the right), `\sim`, `\in`
or `\propto`, as the variable of a sum or an integral, or alone in the brackets of a Gaussian; or in
words, alone behind a noun or a word such as "let" ("the step $h$", "let $q$ be"), before "is" or a
counted noun ("in $n$ steps"). This reads grammar, not meaning: it finds letters that fall from the
sky, and not wrong explanations.
"""

import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import DOTALL

sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "_ext"))
from equation_sources import BOOK, pages

NOTATION = BOOK / "notation.md"
QUOTING = {"errata.md", "notation.md"}  # the letters of others; the tables themselves
LATER = 2  # paragraphs after its first use in which a symbol may still be introduced

GREEK = set(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi pi rho"
    " sigma varsigma tau phi varphi chi psi omega ell nabla partial"
    " Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split()
)
ACCENTS = {"bar": "bar", "hat": "hat", "tilde": "tilde", "overline": "bar", "widehat": "hat"}
ACCENTS |= {"widetilde": "tilde", "dot": "", "ddot": "", "mathbf": "", "boldsymbol": ""}
SCRIPTS = {"mathcal", "mathbb", "mathsf", "mathfrak"}
WORDS = set("text mathrm mathtt texttt operatorname begin end label tag color".split())
RELATIONS = {"=", ":", r"\sim", r"\in", r"\propto", r"\equiv", r"\mapsto"}
BOUNDS = {">", "<", r"\ge", r"\le", r"\ne", r"\gg", r"\ll", r"\to"}
OPEN, CLOSE = set("([{"), set(")]}")
BREAKS = {",", ";", "|", r"\quad", r"\qquad", r"\\"}
SPACES = {r"\,", r"\;", r"\!", r"\ ", r"\big", r"\Big", r"\partial"}
RANGES = {r"\sum", r"\prod", r"\max", r"\min", r"\sup", r"\inf", r"\bigcup"}
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|\d+(?:[.,]\d+)*|\S")
FORMULA = re.compile(
    r"\$\$(.+?)\$\$(?:[ \t]*\([\w-]+\))?|(?<![\\$])\$(?!\$)((?:\\.|[^$\\])+?)\$", re.DOTALL
)
# Words before a formula that do not make it an apposition.
SMALL = set(
    "about above after all along also although and are around as at be because been before behind"
    " below between both but by can cannot does down during each either else even every exceeds for"
    " from gets give gives given go goes had has have hence here how if in instead into is it its"
    " leaves let like make makes may more most must near needs neither nor not now of off on"
    " once one only onto or our out over per put puts reads returns same see shall should since so"
    " some such than that their them then there these they this those through thus to towards two"
    " under unless until up upon us use uses was we were what when where which while who whose why"
    " will with within without would yet you".split()
)
# Only symbols, commas and "and" between a formula and the word that introduces it.
LIST = re.compile(r"(?:[\s*(\"“'’]*)(?:\$[^$]+\$[\s*]*(?:,\s*and|,\s*or|,|and|or|to)[\s*]*)*$")
WORD = re.compile(r"([A-Za-zÀ-ÿ’'-]+)[*_\s)(\"“]*$")
VERB = re.compile(r"(?:is|are|be|stands?|means?|denotes?|counts?|being|the|an?|any|some)\b")
CUES = {
    "a",
    "an",
    "any",
    "let",
    "call",
    "write",
    "where",
    "with",
    "put",
    "given",
    "for",
    "some",
    "every",
    "each",
    "one",
}


Symbol = str


def tokens(latex: str) -> list[str]:
    return TOKEN.findall(latex.replace("&", " "))


def argument(toks: list[str], i: int) -> tuple[list[str], int]:
    """The tokens of the argument at i, and the place after it."""
    if i >= len(toks) or toks[i] != "{":
        return toks[i : i + 1], i + 1
    depth = 0
    for j in range(i, len(toks)):
        depth += (toks[j] == "{") - (toks[j] == "}")
        if not depth:
            return toks[i + 1 : j], j + 1
    return toks[i + 1 :], len(toks)


def letter(toks: list[str], i: int) -> tuple[Symbol | None, list[str], int]:
    """The decorated letter at i if there is one, tokens inside that are none, the place after."""
    tok = toks[i]
    name = tok[1:] if tok.startswith("\\") else ""
    if (len(tok) == 1 and tok.isalpha()) or name in GREEK:
        return tok, [], i + 1
    if name in SCRIPTS:
        inner, j = argument(toks, i + 1)
        return f"{tok} {''.join(inner)}", [], j
    if name in ACCENTS:
        inner, j = argument(toks, i + 1)
        if not inner:
            return None, [], j
        found, _, end = letter(inner, 0)
        if found and end == len(inner):
            accent = ACCENTS[name]
            return (f"\\{accent} {found}" if accent else found), [], j
        return None, inner, j
    return None, [], i + 1


def naming(index: list[str]) -> str:
    """What an index adds to a symbol's name: a word or parameters; else nothing."""
    if not index:
        return ""
    if index[0] in (r"\rm", r"\text", r"\mathrm"):
        return "_" + "".join(t for t in index[1:] if t.isalpha())
    if index[0] in (r"\min", r"\max", r"\infty"):
        return "_" + index[0]
    return "_" + index[0] if index in ([r"\phi"], [r"\theta"]) else ""


def scripts(toks: list[str], i: int) -> tuple[str, list[list[str]], int]:
    """The naming index of what ends at i, its other indices and powers, and the place after."""
    name, rest = "", []
    while i < len(toks) and toks[i] in ("_", "^", "'"):
        if toks[i] == "'":
            i += 1
            continue
        low, (inner, i) = toks[i] == "_", argument(toks, i + 1)
        named = naming(inner)
        if named and low:
            name = named
        elif not named:
            rest.append(inner)
    return name, rest, i


def symbols(toks: list[str]) -> Iterator[Symbol]:
    """All symbols of a formula, in order; words in it are none."""
    i = 0
    while i < len(toks):
        if toks[i][1:] in WORDS and toks[i][0] == "\\":
            _, i = argument(toks, i + 1)
        elif toks[i] == r"\rm":
            i += 1
            while i < len(toks) and toks[i].isalpha():
                i += 1
        else:
            found, inside, i = letter(toks, i)
            yield from symbols(inside)
            if found:
                name, rest, i = scripts(toks, i)
                yield found + name
                for part in rest:
                    yield from symbols(part)


def statements(toks: list[str]) -> list[list[str]]:
    """A formula cut at its commas, line ends and words, but not within brackets."""
    parts: list[list[str]] = [[]]
    depth = i = 0
    while i < len(toks):
        tok, i = toks[i], i + 1
        word = tok[0] == "\\" and tok[1:] in WORDS
        if word:
            _, i = argument(toks, i)
        if not depth and (word or tok in BREAKS):
            parts.append([])
        elif not word:
            depth = max(0, depth + (tok in OPEN) - (tok in CLOSE))
            parts[-1].append(tok)
    return [part for part in parts if part]


def closing(toks: list[str], i: int) -> int:
    """The place after the bracket that closes the one at i."""
    depth = 0
    for j in range(i, len(toks)):
        depth += (toks[j] in OPEN) - (toks[j] in CLOSE)
        if not depth:
            return j + 1
    return len(toks)


def head(toks: list[str]) -> tuple[Symbol | None, list[str]]:
    """The symbol that a statement begins with, and what follows its indices and arguments."""
    i = 0
    while i < len(toks) and toks[i] in SPACES:
        i += 1
    if i == len(toks):
        return None, []
    found, _, i = letter(toks, i)
    if not found:
        return None, []
    name, _, i = scripts(toks, i)
    while i < len(toks) and (toks[i] in SPACES or toks[i] in tuple("([^_'")):
        if toks[i] in "([":
            i = closing(toks, i)
        elif toks[i] in "^_'":
            _, _, i = scripts(toks, i)
        else:
            i += 1
    return found + name, toks[i:]


def bound(toks: list[str]) -> Iterator[Symbol]:
    """The variables of sums and integrals, and what stands alone in a Gaussian's brackets."""
    for i, tok in enumerate(toks):
        if tok in RANGES and toks[i + 1 : i + 2] == ["_"]:
            yield from symbols(argument(toks, i + 2)[0])
        elif tok == "d" and r"\int" in toks[:i] and i + 1 < len(toks):
            found, _, _ = letter(toks, i + 1)
            if found:
                yield found
        elif toks[i : i + 2] == [r"\mathcal", "N"]:
            start = i + 2 + (toks[i + 2 : i + 3] in ([r"\big"], [r"\Big"]))
            for part in statements(toks[start + 1 : closing(toks, start) - 1]):
                found, rest = head(part)
                if found and rest in ([], ["I"]):
                    yield found


def defined(toks: list[str]) -> Iterator[Symbol]:
    """What a formula introduces by itself."""
    yield from bound(toks)
    for part in statements(toks):
        found, rest = head(part)
        value = [t for t in rest[1:] if t not in {"-", ".", r"\pm", r"\%", *SPACES}]
        number = len(value) == 1 and value[0][0].isdigit()
        if found and rest and rest[0] in (BOUNDS if number else RELATIONS):
            yield found


def named(toks: list[str]) -> list[Symbol]:
    """The symbols of a formula that is nothing but symbols, or symbols with bounds or a pair."""
    if toks[0] in "([" and closing(toks, 0) == len(toks):
        toks = toks[1:-1]
    found = []
    for part in statements([tok for tok in toks if tok not in (r"\dots", r"\ldots")]):
        symbol, rest = head(part)
        if not symbol or (rest and rest[0] not in BOUNDS | RELATIONS):
            return []
        found.append(symbol)
    return found


def announced(before: str, after: str) -> bool:
    """Whether the words around a formula introduce the symbols that it consists of."""
    before = LIST.sub("", before)
    after = after.lstrip(" *)")
    if VERB.match(after):
        return True
    aside = before.rstrip(" *").endswith(",") and after[:1] in tuple(",.;:")
    found = WORD.search(before.rstrip(" *").rstrip(",") if aside else before)
    word = found[1].casefold() if found else ""
    following = re.match(r"[a-z-]+s\b", after)
    counted = bool(following) and following[0] not in SMALL and word in SMALL
    return counted or word in CUES or (len(word) > 1 and word not in SMALL)


@dataclass
class Block:
    """A paragraph: the symbols used in it and those it introduces."""

    text: str
    used: list[Symbol]
    introduced: set[Symbol]


def read(text: str) -> Block:
    block = Block(text, [], set())
    for match in FORMULA.finditer(text):
        toks = tokens(match[1] or match[2])
        block.used += symbols(toks)
        block.introduced |= set(defined(toks))
        before, after = text[max(0, match.start() - 160) : match.start()], text[match.end() :]
        if match[2] and announced(before, after[:60]):
            block.introduced |= set(named(toks))
    return block


def plain(markdown: str) -> str:
    """What a reader reads: no fences, options, targets; of a role its words, of code a word."""
    text = re.sub(r"^```(?:python|bash|text)\n.*?^```$", "", markdown, flags=DOTALL | re.MULTILINE)
    text = re.sub(r"^\s*(?:`{3,}|:{3,}|:\w+:|\([\w-]+\)=).*$", "", text, flags=re.MULTILINE)
    text = text.replace(r"\begin{array}", r"\begin{array}\text")
    text = re.sub(r"\{cite(?::\w+)?\}`[^`]*`", "", text)
    text = re.sub(r"\{[\w:]+\}`([^`<]*)[^`]*`", r"\1", text)
    return re.sub(r"`[^`\n]*`", "code", text)


def cells(page: Path) -> Iterator[str]:
    """The texts of a page, its captions among them."""
    text = page.read_text(encoding="utf8")
    if page.suffix == ".md":
        yield text
        return
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])
        for output in cell.get("outputs", []):
            yield "".join(output.get("data", {}).get("text/markdown", ""))


def blocks(texts: Iterable[str]) -> list[Block]:
    """The paragraphs of a page; a displayed formula belongs to the one before it."""
    whole = (re.sub(r"\n\s*\n(?=\$\$)", "\n", plain(text)) for text in texts)
    return [read(part) for text in whole for part in re.split(r"\n\s*\n", text) if part.strip()]


def known(symbol: Symbol, table: Collection[Symbol]) -> bool:
    """Whether a table has the symbol, or its letter: an index says which of them is meant."""
    return symbol in table or symbol.split("_")[0] in table


def unknown(texts: Iterable[str], table: Collection[Symbol]) -> dict[Symbol, str]:
    """The symbols that nobody introduces, each with the paragraph of its first use."""
    found: dict[Symbol, str] = {}
    page = blocks(texts)
    for place, block in enumerate(page):
        so_far = {name for other in page[: place + LATER + 1] for name in other.introduced}
        for symbol in block.used:
            if not known(symbol, table) and not known(symbol, so_far):
                found.setdefault(symbol, block.text)
    return found


@dataclass(frozen=True)
class Row:
    """A row of the notation page: the chapter it counts in ("" for all) and its cells."""

    chapter: str
    cells: tuple[str, ...]

    @property
    def symbols(self) -> set[Symbol]:
        """All symbols of the first cell."""
        return set(in_formulas(self.cells[0]))

    @property
    def subjects(self) -> set[Symbol]:
        r"""Those that the row is about: of $\sigma(i)$ the first."""
        formulas = [tokens(match[2]) for match in FORMULA.finditer(self.cells[0])]
        heads = {head(part)[0] for toks in formulas for part in statements(toks)}
        return {name for name in heads if name} - {r"\nabla", r"\Delta", r"\partial"}


def in_formulas(text: str) -> list[Symbol]:
    """The symbols of all formulas in a text."""
    found = FORMULA.finditer(text)
    return [name for match in found for name in symbols(tokens(match[1] or match[2]))]


def rows(heading: str = "symbol") -> list[Row]:
    """The rows of those tables of the notation page whose first column has the heading."""
    found, chapter, inside = [], "", False
    for line in NOTATION.read_text(encoding="utf8").splitlines():
        title = re.match(r"\*\*(\d+) .*\*\*$", line)
        if title or line.startswith("#"):
            chapter = title[1].zfill(2) if title else ""
        if not line.startswith("|"):
            inside = False
        elif line.startswith(f"| {heading} |"):
            inside = True
        elif inside and not line.startswith("|--"):
            parts = tuple(part.strip() for part in line.strip("|").split(" | "))
            found.append(Row(chapter, parts))
    return found


def table(page: Path) -> set[Symbol]:
    """The symbols that the notation page has for a page."""
    chapter = page.relative_to(BOOK).parts[0][:2]
    listed = [row.symbols for row in rows() if row.chapter in ("", chapter)]
    return {symbol for names in listed for symbol in names}


def unlisted(page: Path) -> dict[Symbol, str]:
    """The symbols of a page that are neither on the notation page nor introduced on it."""
    return {} if page.name in QUOTING else unknown(cells(page), table(page))


def main(names: list[str]) -> int:
    """Print what each page uses and nobody introduces; all pages if none is named."""
    asked = [Path(name).resolve() for name in names] or pages()
    found = {page: unlisted(page) for page in asked}
    for page, missing in found.items():
        for symbol, text in missing.items():
            print(f"{page.relative_to(BOOK)}: {symbol}\n    {' '.join(text.split())[:200]}")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
