"""The concordance says where each row of the syllabus is treated, and what one can do there."""

from types import SimpleNamespace

import concordance
import nbformat
import pytest
import row_contents
from equation_sources import pages, prose
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from row_contents import Thing


def output(plain, **data):
    return new_output("display_data", {"text/plain": plain, **data})


def caption(name=""):
    stored = output("caption", **{"text/markdown": "**Figure.** What is seen."})
    stored["metadata"] = {"text/markdown": {"name": name}} if name else {}
    return stored


WIDGET = output("<TwoWays: a figure to touch>")
WITHIN = "(own)=\n### Within it\n\n$$\nx\n$$ (eq-x)\n\n(c-1-03)=\n[Far off](#set-two-ways?mean=3)"
PAGE = [
    new_markdown_cell("# A page\n\n[before any row](#set-two-ways?mean=1)"),
    new_code_cell("display(TwoWays())", outputs=[WIDGET, caption()]),
    new_markdown_cell("(c-1-01)=\n(other)=\n## A section\n(c-1-02)=\nText. {question} q-1-04"),
    new_code_cell("draw()", outputs=[output("Figure: dots"), caption()]),
    new_markdown_cell(WITHIN),
    new_code_cell("draw()", outputs=[output("Figure: lines"), caption("fig-lines")]),
    new_markdown_cell("## Of no row\n\n$$\ny\n$$ (eq-y)"),
    new_code_cell("1 + 1"),
    new_markdown_cell("(c-1-04)=\n## Exercises\n\nText.\n\n# More"),
    new_markdown_cell("```{exercise-start}\n:label: ex-one\n```\nAsked.\n```{exercise-end}\n```"),
    new_code_cell('check("c-1-03-b", ...)'),
    new_markdown_cell("(c-1-05)=\n```{solution-start} ex-one\n```\nSo."),
    new_code_cell("answer = 1"),
    new_markdown_cell("```{solution-end}\n```"),
]


@pytest.fixture
def page(tmp_path, monkeypatch):
    path = tmp_path / "book" / "page.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=PAGE), path)
    monkeypatch.setattr(row_contents, "BOOK", path.parent)
    return row_contents.of_page(path)


def said(things):
    return [(thing.kind, thing.name, thing.anchor) for thing in things if thing.kind != "cell"]


def test_rows_whose_targets_stand_together_share_what_follows(page):
    assert page["c-1-01"] == page["c-1-02"]
    assert said(page["c-1-01"]) == [
        ("question", "q-1-04", "q-1-04"), ("figure", "Figure 2", "figure-2"),
        ("equation", "eq-x", "eq-x"),
    ]  # fmt: skip
    assert sum(thing.kind == "cell" for thing in page["c-1-01"]) == 1


def test_a_link_that_sets_a_widget_and_an_exercise_of_that_name_belong_to_the_row(page):
    assert said(page["c-1-03"]) == [
        ("widget", "Two ways", "figure-1"), ("figure", "Figure 3", "fig-lines"),
        ("exercise", "c-1-03-b", "ex-one"),
    ]  # fmt: skip
    assert {thing.page for thing in page["c-1-03"]} == {"book/page"}


def test_a_row_ends_with_its_section(page):
    assert page["c-1-04"] == []
    assert not any(thing.name == "eq-y" for things in page.values() for thing in things)


def test_solutions_are_not_cells_to_run(page):
    assert page["c-1-05"] == []


def test_deeds_are_short_words_with_links():
    def link(page, anchor, text):
        return f"[{text}]({page}#{anchor})"

    things = [
        Thing("equation", "eq-a", "book/01-x/p", "eq-a"),
        Thing("equation", "eq-b", "book/01-x/p", "eq-b"),
        Thing("cell", "3", "book/01-x/p"),
        Thing("figure", "Figure 2", "book/01-x/p", "figure-2"),
        Thing("figure", "Figure 3", "book/01-x/p", "fig-lines"),
        Thing("widget", "Two ways", "book/01-x/p", "figure-1"),
    ]
    assert list(concordance.deeds(things, {"eq-b"}, link)) == [
        "move [Two ways](book/01-x/p#figure-1)",
        "see [Figure 2](book/01-x/p#figure-2), [Figure 3](book/01-x/p#fig-lines)",
        "run 1 cell",
        "check [1 equation](book/checks/01-x#eq-b)",
    ]
    assert list(concordance.deeds(things[:1], set(), link)) == []
    figures = [Thing("figure", f"Figure {k}", "p", f"figure-{k}") for k in range(2, 9)]
    assert list(concordance.deeds(figures, set(), link)) == [
        "see [Figure 2](p#figure-2) to [Figure 8](p#figure-8)"
    ]


def test_a_row_where_nothing_is_found_shows_it():
    row = {"id": "1.18", "line": "A < B", "kind": "theorem", "source": "001"}
    app = SimpleNamespace(
        checks={},
        env=SimpleNamespace(titles={"book/p": SimpleNamespace(astext=lambda: "The page")}),
        builder=SimpleNamespace(get_relative_uri=lambda here, there: f"{there}.html"),
    )
    places = {"c-1-18": ("book/p", "c-1-18")}
    html = concordance.table([row], places, {"c-1-18": []}, app, "book/concordance")
    assert '<td><a href="book/p.html#c-1-18">The page</a></td><td class="do">read</td>' in html
    things = {"c-1-18": [Thing("question", "q-1-04", "book/p", "q-1-04")]}
    html = concordance.table([row], places, things, app, "book/concordance")
    assert '<td class="do">answer <a href="book/p.html#q-1-04">q-1-04</a></td>' in html
    html = concordance.table([row], {}, {}, app, "book/concordance")
    assert 'not yet</span></td><td class="do"></td>' in html


def test_rows_have_targets():
    assert concordance.target("5.21") == "c-5-21"
    assert {row["id"] for row in concordance.syllabus()} >= {"1.01", "5.21", "11.08"}
    assert "<strong>1</strong> of 253" in concordance.progress({"c-5-21": None})


def test_every_row_that_has_a_place_in_the_book_is_found():
    found = row_contents.contents()
    homes = {row for path in pages() for row in row_contents.ROW.findall(prose(path))}
    assert homes <= set(found)


def test_at_each_row_of_chapters_1_and_2_there_is_more_than_text_and_formulas():
    poor = {
        row
        for row, things in row_contents.contents().items()
        if row.split("-")[1] in {"1", "2"} and {thing.kind for thing in things} <= {"equation"}
    }
    assert not poor
