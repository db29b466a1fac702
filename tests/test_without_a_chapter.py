"""The book without a chapter: nothing that is left leads to what is gone."""

import re

import pytest
import yaml
from equation_sources import DISPLAYED

from editions.book import Book
from teaching.without import FILE, LABEL, ROLE, Without

# References of Sphinx's own labels, and of places that `Book` does not note.
ROOT_FILES = ("_toc.yml", "_config.yml", "Makefile", "requirements.txt", "pyproject.toml")


def texts(book, page):
    """The Markdown of a page, outputs included."""
    source = book.source(page)
    return source.read_text(encoding="utf8").replace("\\n", "\n").replace("\\\\", "\\")


@pytest.fixture(scope="module", params=["08-fokker-planck", "11-beyond"])
def shorter(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("shorter") / "book"
    whole = Without(request.param)
    whole.write(out)
    return whole, out, Book(out)


def test_the_chapter_is_gone_and_no_other(shorter):
    whole, out, book = shorter
    assert set(whole.book.pages) - set(book.pages) == set(filter(whole.gone, whole.book.pages))
    assert not list(out.rglob(f"book/{whole.chapter}")) and not any(map(whole.gone, book.pages))
    assert all((out / name).exists() for name in ROOT_FILES)


def test_references_lead_to_what_is_left(shorter):
    whole, out, book = shorter
    gone = {label for label, place in whole.book.places.items() if whole.gone(place.page)}
    assert gone and not gone & book.places.keys()
    linked = 0
    for page in book.pages:
        text = texts(book, page)
        targets = {match[3] or match[4] for match in ROLE.finditer(text)}
        assert not targets & gone, page
        assert not [target for target in targets if whole.chapter in target], page
        assert not [match[0] for match in FILE.finditer(text) if whole.chapter in match[0]], page
        linked += text.count(f"{book.site}/book/{whole.chapter}/")
    assert linked > 3
    for path in out.joinpath("dgm_lessons").rglob("*.py"):
        labels = {f"eq-{match[1] or match[2]}" for match in LABEL.finditer(path.read_text("utf8"))}
        assert not labels & gone, path.name


def test_formulas_of_the_other_pages_stay_as_they_are(shorter):
    whole, _, book = shorter
    for page in book.pages:
        before, after = (DISPLAYED.findall(texts(b, page)) for b in (whole.book, book))
        assert before == after, page


def test_plans_and_sheets_leave_it_out(shorter):
    whole, out, book = shorter
    for path in [*out.glob("teaching/**/*.yml"), *out.glob("book/*.yml")]:
        text = path.read_text(encoding="utf8")
        assert whole.chapter not in text, path.name
        gone = whole.book.places.keys() - book.places.keys()
        assert not {*re.findall(r"\beq-[\w-]+", text)} & gone, path.name
    plan = yaml.safe_load((out / "teaching/plans/twelve-weeks.yml").read_text(encoding="utf8"))
    assert plan["sessions"] == len(plan["units"]) and all(u["sections"] for u in plan["units"])


def test_a_chapter_that_is_not_there():
    with pytest.raises(ValueError, match="no chapter is called '12-more'; there are 01-gen"):
        Without("12-more")
