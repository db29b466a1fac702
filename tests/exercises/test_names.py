"""An exercise has one name: the id in the code is the title on the page."""

import io
import json
import re

import exercise_names
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from dgm_lessons.exercises import pages

from .test_pages import NOTEBOOKS


def cell(kind, source):
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **extra}


def gated(kind, rest):
    return cell("markdown", f"```{{{kind}-start}} {rest}\n```\nText.\n```{{{kind}-end}}\n```")


def start(label):
    return gated("exercise", f"\n:label: {label}")


CELLS = [
    cell("markdown", "# A page\n\nAbout {ref}`ex-second`."),
    start("ex-first"),
    cell("code", 'def f():\n    ...\n\n\ncheck("c-1-02", f)'),
    gated("solution", "ex-first\n:class: dropdown"),
    cell("markdown", "```{exercise}\n:label: ex-paper\nWith pen and paper.\n```"),
    start("ex-second"),
    cell("code", "x = 1"),
    cell("code", 'check("c-1-01", x)'),
    cell("code", 'check("c-1-01", x + 1)'),
]
PYTHON = {"language_info": {"name": "python", "pygments_lexer": "python3"}}
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 4, "metadata": PYTHON, "cells": CELLS}


@pytest.fixture
def page(tmp_path):
    (tmp_path / "index.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf8")
    return tmp_path / "index.ipynb"


def test_the_name_is_the_id_of_the_next_check(page):
    assert exercise_names.names(page) == {
        "ex-first": "c-1-02",
        "ex-paper": "ex-paper",
        "ex-second": "c-1-01",
    }


@pytest.mark.parametrize("module", pages())
def test_every_exercise_of_a_page_is_named(module):
    found = exercise_names.names(NOTEBOOKS[module])
    assert set(pages()[module]) <= set(found.values())


def test_titles_solutions_and_references_carry_the_name(page):
    folder = page.parent
    options = {"extensions": ["myst_nb", "exercise_names"], "nb_execution_mode": "off"}
    said = io.StringIO()
    with docutils_namespace():
        places = [folder / name for name in ("html", "doctrees")]
        Sphinx(folder, None, *places, "html", options, status=None, warning=said).build()
    assert not said.getvalue().strip()
    html = (folder / "html" / "index.html").read_text(encoding="utf8")
    titles = re.findall(r'<p class="admonition-title">(.*?)</p>', html)
    plain = [re.sub("<.*?>", "", title).strip() for title in titles]
    assert plain == [
        "Exercise c-1-02",
        "Solution to Exercise c-1-02",
        "Exercise ex-paper",
        "Exercise c-1-01",
    ]
    assert re.search(r'<a [^>]*href="#ex-second"[^>]*>.*Exercise c-1-01', html)
