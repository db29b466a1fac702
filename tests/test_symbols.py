"""One notation: each letter of a page is on the notation page, or the page introduces it."""

import re

import pytest
from equation_sources import BOOK, ROOT, pages
from symbols import cells, in_formulas, rows, symbols, table, tokens, unknown, unlisted

PLACE = re.compile(r"\{doc\}`[^`<]*<([^`>]+)>`")
WRITTEN = [page for page in pages() if any("$" in text for text in cells(page))]
NOTED = rows()
MODULES = sorted((ROOT / "dgm_lessons").glob("**/*.py"))
PACKAGE = "\n".join(f"{path.parent.name} {path.read_text('utf8')}" for path in MODULES)


def page_named(name: str):
    found = [BOOK / f"{name}.{end}" for end in ("ipynb", "md")]
    return next(path for path in found if path.exists())


def used_on(name: str) -> set[str]:
    return {symbol for text in cells(page_named(name)) for symbol in in_formulas(text)}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(BOOK).as_posix())
def test_every_symbol_is_on_the_notation_page_or_introduced(page):
    missing = unlisted(page)
    assert not missing, "\n".join(
        f"{symbol}: say what it is where it is first used, or list it in notation.md:\n{text}"
        for symbol, text in missing.items()
    )


@pytest.mark.parametrize(
    "sentence",
    [
        r"So the loss is $\Xi\,x_t$.",
        r"Nothing depends on $\Xi$ here.",
        r"And now $\Xi=0.3$.",
        r"$$x_t=\Xi\,x_0$$ (eq-planted)",
        r"$$p(x)=\hat\Xi_\phi(x)$$",
        "$\\Xi$ and\n\na paragraph,\n\nanother,\n\nand then the step $\\Xi$.",
    ],
)
def test_a_letter_that_falls_from_the_sky_is_noticed(sentence):
    page = BOOK / "06-ncsn" / "noise-levels.ipynb"
    assert any(r"\Xi" in symbol for symbol in unknown([*cells(page), sentence], table(page)))


@pytest.mark.parametrize(
    "sentence",
    [
        r"With the step $\Xi$ we go on.",
        r"Let $\Xi$ and $\Xi'$ be numbers. Take $\Xi\,x_t$.",
        r"Take $\Xi=x_0/\sigma_t$.",
        r"It holds with a number $\Xi>0$.",
        r"$$\mathbb E[x]=\int\Xi\,p(\Xi)\,d\Xi$$",
        r"$$\Xi_i\sim\mathcal N(0,I)$$",
        r"For data $\mathcal N(0,\Xi^2)$ it is $\Xi$.",
        r"Walk in $\Xi$ steps.",
        "The loss is $\\Xi\\,x_t$,\n\nwhere $\\Xi$ is a weight.",
    ],
)
def test_an_introduction_is_recognised(sentence):
    assert r"\Xi" not in unknown([sentence], table(BOOK / "glossary.md"))


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\bar\alpha_{t-1}\,x_0", [r"\bar \alpha", "t", "x"]),
        (r"\hat{x}_\phi(x_t,t)", [r"\hat x_\phi", "x", "t", "t"]),
        (r"p_{\rm data}*\mathcal N(0,\sigma^2I)", ["p_data", r"\mathcal N", r"\sigma", "I"]),
        (r"\dot\sigma_t\,\epsilon^*", [r"\sigma", "t", r"\epsilon"]),
        (r"\operatorname{tr}\text{ of the }J^\top", ["J"]),
        (r"\sigma_{\min}", [r"\sigma_\min"]),
    ],
)
def test_symbols_are_read(latex, expected):
    assert list(symbols(tokens(latex))) == expected


def test_a_row_of_a_chapter_leads_to_a_page_that_uses_its_symbols():
    chapters = [row for row in NOTED if row.chapter]
    assert {row.chapter for row in chapters} == {f"{n:02}" for n in range(1, 12)}
    for row in chapters:
        places = PLACE.findall(row.cells[2])
        assert places, f"{row.cells}: say where it is introduced"
        assert all(place.startswith(row.chapter) for place in places), row.cells
        assert row.symbols <= set.union(*map(used_on, places)), row.cells


def test_names_in_code_are_in_the_package():
    for row in NOTED:
        for code in re.findall(r"`([^`]+)`", PLACE.sub("", row.cells[-1])):
            for name in re.findall(r"[A-Za-z_]\w+", code):
                assert re.search(rf"\b{name}\b", PACKAGE), f"{name} is not in the package"


def test_a_letter_with_two_meanings_says_so():
    meanings: dict[str, set[str]] = {}
    for row in NOTED:
        for symbol in row.subjects:
            meanings.setdefault(symbol, set()).add(row.cells[1])
    twice = {symbol for symbol, found in meanings.items() if len(found) > 1}
    listed = {symbol for row in rows("letter") for symbol in row.symbols}
    assert twice <= listed, f"say both in 'Letters that serve twice': {sorted(twice - listed)}"


def test_a_letter_with_two_meanings_is_used_where_it_says():
    for row in rows("letter"):
        for place in PLACE.findall(row.cells[1]):
            assert row.symbols & used_on(place), f"{row.cells[0]} is not used on {place}"
