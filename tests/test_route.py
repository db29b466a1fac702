"""The map of the book says what the pages themselves say: what you need, and the road on."""

from functools import cache

import pytest
import route
import yaml
from equation_sources import BOOK

FOUND = route.route()
CHAPTERS = {chapter["number"]: chapter for chapter in FOUND["chapters"]}
TOC = yaml.safe_load((BOOK.parent / "_toc.yml").read_text(encoding="utf8"))
FILES = [entry["file"].removeprefix("book/") for part in TOC["parts"] for entry in part["chapters"]]
PAGES = [page for page in FILES if (BOOK / f"{page}.ipynb").exists() and page[:2].isdigit()]
EDGES = [*route.edges(FOUND["chapters"])]
needs, road_on = cache(route.needs), cache(route.road_on)


def before(number):
    """The chapter and all that it stands on, according to the map."""
    return {number}.union(*(before(one) for one in CHAPTERS[number]["needs"]))


def number(page):
    return int(page[:2])


def test_the_map_has_every_chapter_each_below_what_it_needs():
    assert [*CHAPTERS] == sorted({number(page) for page in PAGES})
    rows = {n: chapter["at"][1] for n, chapter in CHAPTERS.items()}
    assert all(rows[after] > rows[one] for after, one in EDGES)
    assert len({tuple(chapter["at"]) for chapter in CHAPTERS.values()}) == len(CHAPTERS)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_needs_comes_before_it(page):
    for one in needs(page):
        assert number(one) in before(number(page)), f"{one}: put it on the map or say it helps"
        assert PAGES.index(one) < PAGES.index(page) or number(one) != number(page)


@pytest.mark.parametrize("edge", EDGES)
def test_each_arrow_is_said_by_a_page(edge):
    after, one = edge
    said = any(
        number(other) == one for page in PAGES if number(page) == after for other in needs(page)
    )
    led = any(
        number(other) == after for page in PAGES if number(page) == one for other in road_on(page)
    )
    assert said or led


@pytest.mark.parametrize("path", FOUND["paths"], ids=lambda path: path["name"])
def test_a_path_holds_all_that_its_pages_need_in_order(path):
    assert len(set(path["pages"])) == len(path["pages"])
    for place, page in enumerate(path["pages"]):
        assert page in PAGES
        assert needs(page) <= set(path["pages"][:place]), f"{page} comes too early"


def test_what_helps_is_not_needed(monkeypatch):
    text = "**You need** {doc}`a <../02-vae/elbo>`; {doc}`b <reverse>` helps. Half an hour.\n:::"
    monkeypatch.setattr(route, "text_of", lambda page: text)
    assert route.needs("03-ddpm/sampling") == {"02-vae/elbo"}


def test_every_chapter_has_a_picture():
    for chapter in CHAPTERS.values():
        assert route.picture(chapter["picture"]).startswith("<svg")
