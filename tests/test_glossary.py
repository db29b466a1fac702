"""The glossary is in order, and each of its entries leads to the page that introduces it."""

import re

from test_book_source import BOOK, SOURCES, TARGET, prose

TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")
PLACE = re.compile(r"\{(ref|doc)\}`[^`<]*<([^`>]+)>`")


def entries(text: str) -> list[tuple[list[str], str]]:
    """Each entry's names, and its explanation on one line."""
    body = re.search(r"^```\{glossary\}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[1]
    blocks = [block.splitlines() for block in body.strip().split("\n\n")]
    return [
        (
            [line for line in block if not line.startswith(" ")],
            " ".join(line.strip() for line in block if line.startswith(" ")),
        )
        for block in blocks
    ]


ENTRIES = entries((BOOK / "glossary.md").read_text(encoding="utf8"))


def test_entries_are_in_alphabetical_order():
    first = [re.sub(r"[-–'’]", " ", names[0]).casefold() for names, _ in ENTRIES]
    assert len(first) > 90
    assert first == sorted(first)


def test_no_term_is_explained_twice():
    names = [name.casefold() for names, _ in ENTRIES for name in names]
    assert len(names) == len(set(names)), {name for name in names if names.count(name) > 1}


def test_every_entry_is_short_and_leads_to_a_place_in_the_book():
    targets = {target for path in SOURCES for target in TARGET.findall(prose(path))}
    for names, text in ENTRIES:
        assert 3 < len(re.sub(r"\$[^$]*\$", "x", text).split()) < 70, names
        places = PLACE.findall(text)
        assert places and text.endswith("`"), f"{names}: say where the book introduces it"
        for role, place in places:
            found = place in targets if role == "ref" else (BOOK / f"{place}.ipynb").exists()
            assert found or place == "notation", f"{names}: {place} is not in the book"


def test_terms_that_pages_use_are_in_the_glossary():
    known = {name.casefold() for names, _ in ENTRIES for name in names}
    used = {term.casefold() for path in SOURCES for term in TERM.findall(prose(path))}
    assert used and used <= known, f"write an entry: {sorted(used - known)}"
