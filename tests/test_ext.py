"""The book's Sphinx extensions and the machinery of checks, on small inputs."""

import base64
import io
import json
import re
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import alt_text
import equation_checks
import equation_seals
import equation_sources
import gallery
import held
import nbformat
import numpy as np
import offline
import pytest
import quick
import torch
import verification
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).parents[1]


RECORD = {
    "labels": ["eq-a"],
    "test": "test_a",
    "file": "tests/equations/test_x.py",
    "line": 3,
    "source": "def test_a(): ...",
    "against": "quadrature",
    "wrong": "sign",
    "error": 1e-12,
    "tolerance": 1e-9,
    "wrong_error": 2.0,
    "passed": True,
}


class TestCompare:
    def test_keeps_the_error_nearest_to_its_tolerance_and_the_smallest_wrong_one(self):
        compare = verification.Comparison()
        compare(1.0, 1.0 + 1e-10, tol=1e-9, wrong=4.0)
        compare(torch.ones(2), np.ones(2) + 5e-12, tol=1e-11, wrong=[2.0, 1.0])
        compare(1.0, 1.0 + 1e-3, tol=1e-2)
        assert (compare.error, compare.tolerance) == (pytest.approx(5e-12), 1e-11)
        assert compare.wrong_error == pytest.approx(1.0)

    @pytest.mark.parametrize(
        ("found", "expected", "wrong"),
        [(4.0, 5.0, 9.0), (4.0, 4.0, 4.0), (4.0, 4.0, 4.5), (1.0, 1.0, 9.0)],
        ids=["off", "wrong equals right", "wrong within ten tolerances", "so is a slip of 5%"],
    )
    def test_fails(self, found, expected, wrong):
        with pytest.raises(AssertionError):
            verification.Comparison()(found, expected, tol=0.1, wrong=wrong)

    def test_a_right_side_of_zero_has_no_slip_of_5_per_cent(self):
        verification.Comparison()(0.01, 0.0, tol=0.1, wrong=2.0)

    @pytest.mark.parametrize(
        ("found", "wrong", "tol"),
        [
            (float("nan"), 2.0, 0.1),
            (1.0, float("nan"), 0.01),
            (1.0, float("inf"), 0.01),
            ([1.0, 1.0], 2.0, 0.1),
            ([], 2.0, 0.1),
            (1.0, 2.0, -1.0),
            (1.0, 2.0, float("nan")),
        ],
    )
    def test_refuses(self, found, wrong, tol):
        with pytest.raises(ValueError):
            verification.Comparison()(found, torch.ones(1), tol=tol, wrong=wrong)

    def test_labels_must_be_of_equations_or_errata(self):
        with pytest.raises(ValueError, match="eq-"):
            verification.verifies("tweedie", against="a", wrong="b")


def test_declared_checks_are_read_from_the_source(tmp_path):
    text = '@verifies("eq-a", "eq-b", against="x", wrong="y")\ndef test_a(compare):\n    pass\n'
    (tmp_path / "test_x.py").write_text(f"import verification\n\n\n{text}")
    (check,) = equation_sources.declared_checks(tmp_path)
    assert (check.labels, check.test, check.line) == (("eq-a", "eq-b"), "test_a", 4)
    assert check.source == text.rstrip()


def test_definitions_are_read_from_the_test_files(tmp_path):
    (tmp_path / "c01").mkdir()
    (tmp_path / "c01" / "test_x.py").write_text('DEFINITIONS = {"eq-a": "defines a"}\n')
    (tmp_path / "test_y.py").write_text("X = 1\n")
    assert equation_sources.definitions(tmp_path) == {"eq-a": "defines a"}


def test_a_page_knows_its_test_file():
    pages = {
        "03-ddpm/noise-prediction.ipynb": "c03_ddpm/test_noise_prediction.py",
        "appendix/zoo.ipynb": "appendix/test_zoo.py",
        "notation.md": "test_notation.py",
    }
    for page, file in pages.items():
        found = equation_sources.equation_tests(equation_sources.BOOK / page)
        assert found == equation_sources.TESTS / file


def test_a_seal_holds_the_formula_but_not_its_spaces(tmp_path, monkeypatch):
    page, file = tmp_path / "x.md", tmp_path / "seals_x.tex"
    monkeypatch.setattr(equation_seals, "seal_file", lambda page: file)
    page.write_text("Text $$a$$\n\n$$\n\\begin{aligned}\n  x &= 1\n$$ (eq-b)\n")
    assert [change.label for change in equation_seals.changes(page)] == ["eq-b"]
    equation_seals.write(page, dict(equation_sources.formulas(page)))
    assert equation_seals.changes(page) == []
    page.write_text("$$\\begin{aligned} x\n&=\n1 $$ (eq-b)")
    assert equation_seals.changes(page) == []
    page.write_text("$$\\begin{aligned} x &= -1$$ (eq-b)")
    (change,) = equation_seals.changes(page)
    assert change.sealed == "\\begin{aligned}\nx &= 1" and change.stands.endswith("-1")
    file.write_text(file.read_text().replace("&= 1", "&= -1"))  # the seal itself tampered with
    (change,) = equation_seals.changes(page)
    assert change.sealed is None
    page.write_text("No formula is left.")
    equation_seals.write(page, {"eq-b": "x"})
    (change,) = equation_seals.changes(page)
    assert (change.sealed, change.stands) == ("x", None)


@pytest.fixture
def write_checks(tmp_path, monkeypatch):
    """Stores records as `make checks` does; all of them belong to tests as they are now."""

    def write(records):
        verification.save(records, tmp_path / "_build" / "checks.json")
        tests = {r["test"]: (r["file"], r["test"], r["source"]) for r in records.values()}
        now = [SimpleNamespace(file=f, test=t, source=s) for f, t, s in tests.values()]
        monkeypatch.setattr(equation_checks, "declared_checks", lambda: now)

    return write


def test_cases_of_one_test_become_one_check(tmp_path, write_checks):
    second = {**RECORD, "error": 3e-12, "wrong_error": 5.0, "passed": False}
    write_checks({"test_a[1]": RECORD, "test_a[2]": second})
    (check,) = equation_checks.read_checks(tmp_path)["eq-a"]
    assert (check.error, check.wrong_error, check.passed) == (3e-12, 2.0, False)


def test_results_of_a_changed_test_do_not_count(tmp_path, write_checks, monkeypatch):
    write_checks({"test_a": RECORD})
    changed = SimpleNamespace(file=RECORD["file"], test="test_a", source="another text")
    monkeypatch.setattr(equation_checks, "declared_checks", lambda: [changed])
    assert equation_checks.read_checks(tmp_path) == {}


def test_missing_results_say_what_to_run(tmp_path):
    with pytest.raises(ExtensionError, match="make checks"):
        equation_checks.read_checks(tmp_path)


def test_marks_stand_before_the_number(tmp_path, write_checks, monkeypatch):
    quiet = SimpleNamespace(warning=lambda *words, **where: None)
    monkeypatch.setattr(equation_checks, "logger", quiet)  # whatever Sphinx ran before
    failed = {**RECORD, "labels": ["eq-e"], "test": "test_e", "passed": False}
    write_checks({"test_a": RECORD, "test_e": failed})
    app = SimpleNamespace(
        checks=equation_checks.read_checks(tmp_path),
        definitions={"eq-b": "defines b", "eq-c": "step of the derivation of eq-a"},
        builder=SimpleNamespace(get_relative_uri=lambda page, target: "../checks.html"),
    )
    shape = (
        '<div class="math notranslate" id="equation-eq-{0}">\n<span class="eqno">(1)</span></div>'
    )
    context = {"body": "".join(map(shape.format, "abcde"))}
    equation_checks.mark_equations(app, "book/x", "", context, None)
    a, b, c, d, e = context["body"].split("</div>")[:5]
    assert 'href="../checks.html#eq-a"' in a and "error 1e-12" in a and "✓" in a
    assert "≔" in b and "defines b" in b and "∴" in c
    assert "eq-mark" not in d
    assert "✗" in e and "failed" in e
    assert a.index("eq-mark") < a.index("(1)")


def test_a_printed_formula_that_is_not_as_sealed_is_a_warning(monkeypatch):
    heard = []
    say = SimpleNamespace(warning=lambda text, label, **where: heard.append(label))
    monkeypatch.setattr(equation_checks, "logger", say)
    app = SimpleNamespace(sealed={"book/x": {"eq-a": "a  = b", "eq-b": "b^2"}})
    page = nodes.section()
    for label, latex in (("eq-a", "a =\nb"), ("eq-b", "b"), ("eq-c", "c"), (None, "d")):
        page += nodes.math_block(latex, latex, label=label)
    equation_checks.hold_to_seals(app, page, "book/x")
    assert heard == ["eq-b", "eq-c"]


def test_checks_stand_on_the_page_of_the_chapter():
    assert equation_checks.page_of_checks("book/03-ddpm/reverse") == "book/checks/03-ddpm"
    assert equation_checks.page_of_checks("book/notation") == "book/checks/notation"


def test_alt_texts_are_found_by_the_picture(tmp_path):
    png = base64.b64encode(b"picture").decode()
    output = {"data": {"image/png": png}, "metadata": {"image/png": {"alt": "a curve"}}}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"outputs": [output]}, {"cell_type": "markdown"}]}))
    assert alt_text.stored_alt_texts(path) == {sha256(b"picture").hexdigest(): "a curve"}


def build(folder: Path, outputs: list[dict]) -> tuple[str, str]:
    """A page made from the outputs of one cell and a reference to fig-gap; and the warnings."""
    v4 = nbformat.v4
    shown = [v4.new_output("display_data", **output) for output in outputs]
    cells = [v4.new_markdown_cell("# Page\n\nSee {ref}`fig-gap`."), v4.new_code_cell("1")]
    cells[1]["outputs"] = shown
    notebook = v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(notebook, folder / "index.ipynb")
    warnings = io.StringIO()
    settings = {
        "extensions": ["myst_nb", "figures"],
        "nb_execution_mode": "off",
        "nb_render_markdown_format": "myst",
        "myst_enable_extensions": ["dollarmath"],
    }
    with docutils_namespace():
        places = [folder / name for name in ("out", "trees")]
        Sphinx(folder, None, *places, "html", settings, status=None, warning=warnings).build()
    return (folder / "out" / "index.html").read_text(encoding="utf8"), warnings.getvalue()


WIDGET = {"data": {"text/html": "<b>widget</b>", "text/plain": "widget"}}


def caption(text, name=""):
    metadata = {"text/markdown": {"name": name}} if name else {}
    return {"data": {"text/markdown": f"**Figure.** {text}"}, "metadata": metadata}


def test_captions_become_numbered_figures(tmp_path):
    text = caption("It falls like $1/n$, *slowly*.", "fig-gap")
    page, warnings = build(tmp_path, [WIDGET, caption("One."), WIDGET, WIDGET, text])
    first, second = re.findall(r"<figure .*?</figure>", page, re.DOTALL)
    assert 'id="figure-1"' in first and ">Figure 1<" in first and "<b>widget</b>" in first
    assert 'id="fig-gap"' in second and ">Figure 2<" in second and "Figure." not in second
    assert "<em>slowly</em>" in second and '<span class="math' in second
    assert page.count("<b>widget</b>") == 3
    assert 'href="#fig-gap"' in page and ">Figure 2</span></a>" in page
    assert warnings == ""


def test_a_caption_alone_is_a_warning(tmp_path):
    _, warnings = build(tmp_path, [caption("One.", "fig-gap"), WIDGET, caption("Two.")])
    assert warnings.count("a caption without a picture") == 1


def test_heavy_widgets_stand_in_the_gallery_as_on_their_page_without_its_question():
    for name in gallery.SECONDS:
        (kind,) = (kind for kind in gallery.kinds() if kind.__name__ == name)
        state = json.loads(re.search(r'"dgm-state">(.*?)</script>', gallery.html(kind))[1])
        assert state["guess"] == {} and set(state) == set(kind.fields())
        assert [words for words, *_ in state["presets"]] == [words for words, *_ in kind.PRESETS]


def test_a_quick_search_finds_what_docutils_finds():
    text = nodes.Text("a")
    tree = nodes.section("", nodes.paragraph("", "", text, nodes.emphasis("", "b")), nodes.title())
    paragraph, title = tree.children
    assert [*quick.walk(tree, lambda node: True)] == [
        *(tree, paragraph, text, paragraph[1], paragraph[1][0], title)
    ]
    quick.search_at_once()
    assert [*tree.findall(nodes.Text)] == [text, paragraph[1][0]]
    assert [*tree.findall()] == [*quick.walk(tree, lambda node: True)]
    assert [*tree.findall(lambda node: node is title)] == [title]
    assert [*paragraph.findall(include_self=False, siblings=True)] == [
        *(text, paragraph[1], paragraph[1][0], title)
    ]


def test_every_widget_stands_on_a_page_that_the_gallery_knows():
    assert [kind.__name__ for kind in gallery.kinds() if not [*gallery.homes(kind)]] == []


def test_mathjax_comes_in_parts_with_its_fonts(tmp_path):
    offline.copy_mathjax(tmp_path)
    assert len(list(tmp_path.rglob("*.woff"))) == 23
    for script in (ROOT / "book/_static/maths.js", ROOT / "teaching/slides/deck.js"):
        (parts,) = re.findall(r'\["core", .*?\]', script.read_text(encoding="utf8"))
        assert all((tmp_path / f"{part}.js").exists() for part in json.loads(parts))


def test_a_comma_stays_with_its_formula():
    formula = r'<span class="math notranslate nohighlight">\(x)\)</span>'
    assert held.held(f"so {formula} is") == f"so {formula} is"
    for text in (f"{formula},", f"({formula}", f"“({formula}).”"):
        assert held.held(f"{text} so") == f'<span class="held">{text}</span> so'
