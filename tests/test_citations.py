"""The list of references: what is cited is in it, what is in it is cited, its numbers are sane."""

import re
from collections import Counter

import pytest
from equation_sources import BOOK, pages
from pybtex.database import Entry, parse_file
from symbols import cells

CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
ARXIV = re.compile(r"(?P<year>\d\d)(?P<month>0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+/\d{7}")
POSTED_LATER = {"lyu2009", "neal2011", "pedregosa2011"}  # on arXiv years after they appeared
NEURIPS = "Advances in Neural Information Processing Systems"
ENTRIES: dict[str, Entry] = dict(parse_file(str(BOOK / "references.bib")).entries.items())


def cited(text: str) -> set[str]:
    """The keys that a text cites."""
    return {key.strip() for keys in CITED.findall(text) for key in keys.split(",")}


def problems(key: str, entry: Entry) -> list[str]:
    """What cannot be right in an entry."""
    field, found = entry.fields, []
    if missing := [name for name in ("title", "year") if name not in field]:
        found.append(f"no {missing}")
    if not entry.persons.get("author"):
        found.append("no author")
    if not re.fullmatch(r"(19|20)\d\d", field.get("year", "")):
        found.append("the year is no year")
    number = ARXIV.fullmatch(field.get("eprint", ""))
    if "eprint" in field and (not number or field.get("archiveprefix") != "arXiv"):
        found.append("eprint is no arXiv number, or archiveprefix is missing")
    if number and number["year"] and key not in POSTED_LATER:
        if 2000 + int(number["year"]) > int(field["year"]):
            found.append("appeared before it was posted")
    if "doi" in field and not re.fullmatch(r"10\.\d{4,5}/\S+", field["doi"]):
        found.append("the DOI does not begin with 10.")
    if field.get("booktitle") == NEURIPS and "volume" in field:
        if int(field["volume"]) != int(field["year"]) - 1987:
            found.append("volume and year of NeurIPS do not fit")
    return found


def test_every_reference_is_cited_and_every_citation_is_a_reference():
    used = {key for page in pages() for text in cells(page) for key in cited(text)}
    assert used <= set(ENTRIES), f"not in references.bib: {sorted(used - set(ENTRIES))}"
    assert set(ENTRIES) <= used, f"nobody cites: {sorted(set(ENTRIES) - used)}"


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_an_entry_is_well_formed(key):
    assert not problems(key, ENTRIES[key])


def test_no_work_stands_twice():
    for name in ("title", "eprint", "doi"):
        values = Counter(e.fields[name].casefold() for e in ENTRIES.values() if name in e.fields)
        twice = {value for value, count in values.items() if count > 1}
        # the discussion of a paper has the paper's DOI
        assert twice <= {"10.1111/j.2517-6161.1994.tb02000.x"}, twice


def test_bad_entries_and_citations_are_noticed():
    fields = {"year": "2019", "eprint": "2113.00001", "doi": "doi:1", "volume": "33"}
    bad = Entry("article", {**fields, "booktitle": NEURIPS})
    assert len(problems("bad", bad)) == 5
    late = Entry("misc", {"title": "A", "year": "2019", "eprint": "2001.00001"})
    assert "appeared before it was posted" in problems("late", late)
    assert cited("as {cite}`one,two` and {cite:t}`three` say") == {"one", "two", "three"}
