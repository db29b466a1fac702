"""The theme's style sheets without the rules that no page can need: 400 kB become 110.

A rule stays if each class that it names is a word somewhere in the built pages or scripts, for
scripts set classes too. What a script puts together from parts is named in PARTS.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx

SHEETS = ("styles/*.css", "sphinx-design.min.css", "mystnb.*.css")
DATA = re.compile(r"(weights|pixels|network|taught|search-index)\b")  # scripts of numbers and texts
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
NOT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")  # true of a class that no page has
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
PARTS = ("bs-tooltip-", "bs-popover-")
IMPORT = re.compile(r'@import "([^"]+)";')
BESIDE = re.compile(r"""url\((["']?)(?!data:|/|#)""")  # an address from the sheet's own folder


def words(site: Path) -> set[str]:
    """Every word of the pages and scripts that may be a class."""
    found: set[str] = set()
    for path in [*site.rglob("*.html"), *(site / "_static").rglob("*.js")]:
        if not DATA.match(path.name):
            found.update(WORD.findall(path.read_text(encoding="utf8")))
    return found


def whole(path: Path) -> str:
    """A style sheet with those that it imports inside: a browser would ask for them only once it
    has read it, and show nothing before."""

    def inside(found: re.Match[str]) -> str:
        imported = path.parent / found[1]
        folder = found[1].removesuffix(imported.name)
        return BESIDE.sub(rf"url(\1{folder}", imported.read_text(encoding="utf8"))

    return IMPORT.sub(inside, path.read_text(encoding="utf8"))


def lean(css: str, known: set[str]) -> str:
    """A style sheet with only the rules whose classes are known."""
    return "".join(kept(tinycss2.parse_stylesheet(css, True, True), known))


def kept(rules: Iterable[tinycss2.ast.Node], known: set[str]) -> Iterator[str]:
    for rule in rules:
        head = tinycss2.serialize(getattr(rule, "prelude", None) or [])
        if rule.type == "qualified-rule":
            selectors = [one for one in split(head) if needed(one, known)]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = "".join(kept(tinycss2.parse_rule_list(rule.content, True, True), known))
            if inner:
                yield f"@{rule.at_keyword}{head}{{{inner}}}"
        else:
            yield rule.serialize()


def needed(selector: str, known: set[str]) -> bool:
    names = (name.replace("\\", "") for name in CLASS.findall(NOT.sub("", selector)))
    return all(name in known or name.startswith(PARTS) for name in names)


def split(selectors: str) -> Iterator[str]:
    """The selectors of a list: commas inside brackets part nothing."""
    start = depth = 0
    for place, sign in enumerate(f"{selectors},"):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            yield selectors[start:place].strip()
            start = place + 1


def write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    known = words(site)
    for pattern in SHEETS:
        for path in (site / "_static").glob(pattern):
            path.write_text(lean(whole(path), known), encoding="utf8")


def setup(app: Sphinx) -> dict:
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
