"""The book's sources keep their promises: syllabus targets and notebooks."""

import csv
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from equation_sources import BOOK, pages, prose

# The rows of the syllabus without a place in the book, one id a line. Who writes the place deletes
# the line.
HOMELESS = Path(__file__).with_name("rows_without_a_home.txt")

# Papers without a known address on the web.
WITHOUT_A_LINK = {
    "csiszar1967",
    "feller1949",
    "geyer1991",
    "hoffman2016surgery",
    "langevin1908",
    "lecun2006",
    "minka2005",
    "miyasawa1961",
    "su2022ddpm",
}

KINDS = {"definition", "theorem", "algorithm", "intuition", "figure", "exercise"}
TARGET = re.compile(r"^\((c-[\w-]+)\)=", re.MULTILINE)
SOURCES = pages()
NOTEBOOKS = [path for path in SOURCES if path.suffix == ".ipynb"]


def found_in_book(pattern: re.Pattern) -> Counter:
    """How often each target stands in the book."""
    return Counter(name for path in SOURCES for name in pattern.findall(prose(path)))


LABEL = re.compile(r"^\(([\w.-]+)\)=|:label: *(\S+)", re.MULTILINE)
FIGURE = re.compile(r"""\bname=["']([\w-]+)["']""")


def test_every_label_has_one_home():
    """Pages are read side by side: Sphinx would see only those that are twice in its own part."""
    names = [a or b for path in SOURCES for a, b in LABEL.findall(prose(path))]
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        names += [name for source in code if "show(" in source for name in FIGURE.findall(source)]
    assert len(names) > 500
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert not twice, f"used more than once: {twice}"


def syllabus() -> list[dict[str, str]]:
    with (BOOK / "_ext" / "syllabus.tsv").open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_syllabus_is_whole():
    rows = syllabus()
    assert len(rows) == len({row["id"] for row in rows}) == 253
    for row in rows:
        assert 0 < len(row["line"].split()) <= 12, row
        assert row["kind"] in KINDS, row
        assert re.match(r"00[0-4]\b", row["source"]), row


def test_targets_name_rows_of_the_syllabus():
    rows = {"c-" + row["id"].replace(".", "-"): row for row in syllabus()}
    targets = set(found_in_book(TARGET))
    assert targets <= set(rows), f"no such row: {sorted(targets - set(rows))}"
    homeless = [row["id"] for target, row in rows.items() if target not in targets]
    listed = HOMELESS.read_text(encoding="utf8").split()
    housed, lost = sorted(set(listed) - set(homeless)), sorted(set(homeless) - set(listed))
    assert not housed, f"{HOMELESS.name}: delete the lines of {housed}, which have a place"
    assert not lost, f"{lost} have no place in the book and are not in {HOMELESS.name}"
    assert listed == homeless, f"{HOMELESS.name}: keep the order of the syllabus, each id once"


def problems(notebook: dict) -> list[str]:
    """What is wrong with a notebook as it is stored."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    first = "".join(code[0]["source"]) if code else ""
    found = []
    if '"google.colab" in sys.modules' not in first or "%pip install" not in first:
        found.append("the first code cell is not the one that installs on Colab")
    if "widgets" in notebook["metadata"]:
        found.append("widget state is stored")
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            found += [f"cell {place}: {what}" for what in cell_problems(cell)]
    return found


def hidden(cell: dict) -> bool:
    """Whether the page shows the cell's output only, or its source folded."""
    tags = cell.get("metadata", {}).get("tags", [])
    return bool({"hide-input", "remove-input", "remove-cell"} & set(tags))


def cell_problems(cell: dict) -> list[str]:
    source = "".join(cell["source"])
    found = []
    if source.count("\n") >= 25:
        found.append(f"{source.count(chr(10)) + 1} lines, more than 25")
    if any(len(line) > 88 for line in source.splitlines()) and not hidden(cell):
        found.append("a line longer than 88 characters: the page would cut it")
    if source.strip() and cell["execution_count"] is None:
        found.append("has not been run: make notebooks")
    for output in cell["outputs"]:
        data = output.get("data", {})
        if output["output_type"] == "error":
            found.append(f"stored error {output['ename']}")
        if output.get("name") == "stderr":
            found.append("text on stderr is stored")
        if any("widget-view" in kind for kind in data):
            found.append("a live widget view is stored")
        for kind in data:
            if kind.startswith("image/") and not output["metadata"].get(kind, {}).get("alt"):
                found.append("a picture without alt text: plots.show(fig, alt=...)")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(BOOK).as_posix())
def test_notebook(path):
    text = path.read_text(encoding="utf8")
    assert len(text.encode()) < 1_000_000
    assert problems(json.loads(text)) == []


def is_shown(output: dict) -> bool:
    """Whether an output is a picture or a widget: something that owes a caption."""
    data = output.get("data", {})
    pictures = any(kind.startswith("image/") for kind in data)
    return pictures or 'class="dgm-widget"' in "".join(data.get("text/html", ""))


def is_caption(output: dict) -> bool:
    return "".join(output.get("data", {}).get("text/markdown", "")).startswith("**Figure.**")


def uncaptioned(notebook: dict) -> list[int]:
    """The cells that show a picture or widget without a caption after it."""
    found = []
    for place, cell in enumerate(notebook["cells"]):
        outputs = cell.get("outputs", [])
        for output, following in pairwise([*outputs, {}]):
            if is_shown(output) and not is_caption(following):
                found.append(place)
    return found


def test_pictures_and_widgets_have_captions():
    for path in NOTEBOOKS:
        page = path.relative_to(BOOK).with_suffix("").as_posix()
        cells = uncaptioned(json.loads(path.read_text(encoding="utf8")))
        assert not cells, (
            f"{page}: no caption in cells {cells}: plots.show(..., caption=...) or plots.caption"
        )


def test_a_missing_caption_is_noticed():
    picture = {"data": {"image/png": ""}}
    widget = {"data": {"text/html": '<div class="dgm-widget"></div>'}}
    caption = {"data": {"text/markdown": "**Figure.** The finding."}}
    cells = [{"outputs": outputs} for outputs in ([picture, caption], [widget], [picture, widget])]
    assert uncaptioned({"cells": [*cells, {"cell_type": "markdown"}]}) == [1, 2, 2]


def test_notebooks_install_in_the_same_way():
    def install(path):
        cells = json.loads(path.read_text(encoding="utf8"))["cells"]
        return next("".join(c["source"]) for c in cells if c["cell_type"] == "code")

    assert len({install(path) for path in NOTEBOOKS}) == 1


def test_pictures_in_markdown_have_alt_text():
    for path in SOURCES:
        assert "![](" not in prose(path), f"{path}: a picture without alt text"


def test_references_have_no_formulas():
    """The list of references is plain text: a formula would stand there as it was typed."""
    assert "$" not in (BOOK / "references.bib").read_text(encoding="utf8")


def test_references_carry_links():
    text = (BOOK / "references.bib").read_text(encoding="utf8")
    entries = re.findall(r"^@\w+\{(\w+),(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    link = re.compile(r"^\s*(?:doi|eprint|url) = ", re.MULTILINE)
    missing = {key for key, entry in entries if not link.search(entry)}
    assert missing == WITHOUT_A_LINK, "add doi, eprint (arXiv) or url where you are sure of it"


def test_a_bad_notebook_is_noticed():
    picture = {"output_type": "display_data", "data": {"image/png": ""}, "metadata": {}}
    view = {"output_type": "display_data", "metadata": {}}
    view["data"] = {"application/vnd.jupyter.widget-view+json": {}}
    error = {"output_type": "error", "ename": "ValueError"}
    warning = {"output_type": "stream", "name": "stderr", "text": "!"}
    cell = {"cell_type": "code", "source": "x\n" * 30, "execution_count": None}
    cell["outputs"] = [picture, view, error, warning]
    found = " ".join(problems({"metadata": {"widgets": {}}, "cells": [cell]}))
    for word in (
        "Colab",
        "state",
        "31 lines",
        "not been run",
        "alt",
        "view",
        "ValueError",
        "stderr",
    ):
        assert word in found
