"""Editions: plain notebooks from the book's MyST, with nothing lost and no solution in the way."""

import re
from pathlib import Path

import nbformat
import pytest

from editions.book import the_book
from editions.markdown import Translator
from editions.notebook import EDITIONS, edition, groups

ROOT = Path(__file__).parents[1]
BOOK = the_book()
MYST = re.compile(
    r"\{(?:eq|cite[\w:]*|doc|ref|term|numref|prf:\w+)\}`|^\s*:{3,}|`{3,}\{|^\(c-[\w-]+\)="
    r"|^\+\+\+|^% |\{(?:exercise|solution|prf:)[\w-]*\}|^:(?:label|class|name):",
    re.MULTILINE,
)
SITE = re.compile(re.escape(BOOK.site) + r"/([\w/-]+)\.html(?:#([\w-]+))?")
ALL = [(page, kind) for page in BOOK.notebooks for kind in EDITIONS]


@pytest.fixture(scope="module", params=ALL, ids=lambda item: "-".join(item).removeprefix("book/"))
def made(request):
    """(page, kind, the edition), for every page and kind."""
    page, kind = request.param
    return page, kind, edition(BOOK, page, kind)


def source(page):
    return nbformat.read(BOOK.source(page), as_version=4)


def code(cells):
    """The sources of the cells of code, but for those that an assignment adds."""
    own = [c for c in cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
    return [cell.source for cell in own]


def text(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def stored_html(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.get("data", {}).get("text/html", "") for output in outputs]


def test_an_edition_is_a_valid_notebook_without_myst(made):
    _, _, notebook = made
    nbformat.validate(notebook)
    assert not MYST.search(text(notebook)), MYST.search(text(notebook))


def test_the_pattern_knows_the_myst_of_every_source():
    """Else the test above would find nothing whatever an edition holds."""
    blind = [page for page in BOOK.notebooks if not MYST.search(text(source(page)))]
    assert blind in ([], ["book/appendix/benchmarks"]), blind


def test_code_runs_as_in_the_source_but_for_solutions(made):
    page, kind, notebook = made
    parts = list(groups(source(page).cells))
    kept = [c for solution, group in parts for c in group if kind == "instructor" or not solution]
    added = questions(page) if kind == "student" else 0
    asked = [cell for cell in code(notebook.cells) if re.search(r'check\("q-[^"]+", \w+\)$', cell)]
    assert len(asked) == added
    assert [cell for cell in code(notebook.cells) if cell not in asked] == code(kept)


def questions(page):
    return text(source(page)).count("```{question} ")


def test_the_answers_of_questions_are_folded_for_colab_and_absent_for_students(made):
    page, kind, notebook = made
    folds = text(notebook).count("<details>\n<summary>Answer and reasons</summary>")
    assert folds == (questions(page) if kind == "colab" else 0)
    assert text(notebook).count("** is right. ") == (questions(page) if kind != "student" else 0)


def test_solutions_are_closed_text_for_colab_and_absent_for_students(made):
    page, kind, notebook = made
    solutions = sum(solution for solution, _ in groups(source(page).cells))
    folds = text(notebook).count("<details>\n<summary>Solution</summary>")
    assert folds == (solutions if kind == "colab" else 0)
    assert "<details open" not in text(notebook)
    said = re.search(r"\*\*Solution\*\*|Right\.", text(notebook) + str(code(notebook.cells)))
    assert bool(said) == (kind == "instructor" and solutions > 0)
    if kind != "instructor":
        outputs = [str(o) for c in notebook.cells for o in c.get("outputs", [])]
        assert not any("✓ Right" in output for output in outputs)


def test_tags_count_the_equations_of_the_page():
    for page in BOOK.notebooks:
        tags = re.findall(r"\\tag\{(\d+)\}", text(edition(BOOK, page, "instructor")))
        assert tags == [str(n + 1) for n in range(len(tags))], page


def test_links_lead_to_pages_of_the_site(made):
    _, _, notebook = made
    for page, _ in SITE.findall(text(notebook)):
        assert page in BOOK.pages, page


def test_a_widget_shows_its_picture(made):
    page, _, notebook = made
    html = "".join(stored_html(notebook))
    widgets = sum(text.startswith('<div class="dgm-widget"') for text in stored_html(source(page)))
    assert html.count('<img src="data:image/svg+xml;base64,') == widgets
    assert "<script" not in html and html.count('alt="') >= widgets


def translated(myst, page="book/03-ddpm/reverse"):
    return Translator(BOOK, page)(myst)


@pytest.mark.parametrize(
    "myst, plain",
    [
        ("see {eq}`eq-rev-bayes`.", "see (1)."),
        ("as `{eq}` says", "as `{eq}` says"),
        ("(c-3-09)=\nHere.", "Here."),
        (
            "{doc}`this <../index>`, {doc}`next <sampling>`",
            f"[this]({BOOK.site}/book/index.html), [next]({BOOK.site}/book/03-ddpm/sampling.html)",
        ),
        ("[zoo](../appendix/zoo.ipynb)", f"[zoo]({BOOK.site}/book/appendix/zoo.html)"),
        ("[set](#set-paths?x=1)", f"[set]({BOOK.site}/book/03-ddpm/reverse.html#set-paths?x=1)"),
        ("[out](https://example.org/a.md)", "[out](https://example.org/a.md)"),
        (
            "| a | b |\n|---|---|\n| {eq}`eq-rev-bayes` | {eq}`eq-rev-rate` |",
            "| a | b |\n|---|---|\n| (1) | (2) |",
        ),
        (
            ":::{admonition} So\n:class: dropdown\nYes.\n:::",
            "<details>\n<summary>So</summary>\n\nYes.\n\n</details>",
        ),
        ("```{note}\n$$\na\n$$\n```", "> **Note**\n>\n> $$ a $$"),
    ],
)
def test_translation(myst, plain):
    assert translated(myst) == plain


@pytest.mark.parametrize(
    "myst", ["{unheard}`x`", "```{unheard}\n```", "{doc}`nowhere`", "{eq}`eq-no`"]
)
def test_what_has_no_translation_is_an_error(myst):
    with pytest.raises((ValueError, KeyError)):
        translated(myst)


def test_a_solution_without_an_end_is_an_error():
    cell = nbformat.v4.new_markdown_cell("```{solution-start} ex-a\n```")
    with pytest.raises(ValueError, match="no end"):
        list(groups([cell]))


@pytest.mark.slow
def test_a_colab_edition_runs_alone_and_nothing_is_right_before_it_is_answered(tmp_path):
    from nbclient import NotebookClient

    notebook = edition(BOOK, "book/07-score-sde/from-steps-to-sde", "colab")
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    asked = [
        cell for cell in notebook.cells if "check(" in cell.source and cell.cell_type == "code"
    ]
    assert asked
    for cell in asked:
        said = "".join(o.get("text", "") for o in cell.outputs)
        assert "Not answered yet" in said and "Right" not in said, cell.source
