"""The book's Sphinx extensions and the machinery of checks, on small inputs."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import alt_text
import concordance
import equation_checks
import numpy as np
import offline
import pytest
import torch
import verification
from sphinx.errors import ExtensionError

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
    def test_keeps_the_worst_error_and_the_smallest_wrong_one(self):
        compare = verification.Comparison()
        compare(1.0, 1.0 + 1e-10, tol=1e-9, wrong=4.0)
        compare(torch.ones(2), np.ones(2) + 1e-12, tol=1e-11, wrong=[2.0, 1.0])
        assert (compare.error, compare.tolerance) == (pytest.approx(1e-10), 1e-9)
        assert compare.wrong_error == pytest.approx(1.0)

    @pytest.mark.parametrize(
        ("found", "expected", "wrong"),
        [(1.0, 2.0, 5.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.5)],
        ids=["off", "wrong equals right", "wrong within ten tolerances"],
    )
    def test_fails(self, found, expected, wrong):
        with pytest.raises(AssertionError):
            verification.Comparison()(found, expected, tol=0.1, wrong=wrong)

    @pytest.mark.parametrize(
        ("found", "wrong", "tol"),
        [
            (float("nan"), 2.0, 0.1),
            (1.0, float("nan"), 0.1),
            (1.0, float("inf"), 0.1),
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


def test_results_are_merged_and_those_of_changed_tests_dropped(tmp_path, monkeypatch):
    path = tmp_path / "checks.json"
    now = verification.Declared(("eq-a",), "test_a", RECORD["file"], 3, RECORD["source"])
    monkeypatch.setattr(verification, "declared_checks", lambda: [now])
    verification.save({"one": RECORD}, path)
    verification.save({"two": {**RECORD, "error": 2e-12}}, path)
    assert list(verification.load(path)) == ["one", "two"]
    verification.save({"three": {**RECORD, "source": "another text"}}, path)
    assert list(verification.load(path)) == ["one", "two"]


def test_declared_checks_are_read_from_the_source(tmp_path):
    text = '@verifies("eq-a", "eq-b", against="x", wrong="y")\ndef test_a(compare):\n    pass\n'
    (tmp_path / "test_x.py").write_text(f"import verification\n\n\n{text}")
    (check,) = verification.declared_checks(tmp_path)
    assert (check.labels, check.test, check.line) == (("eq-a", "eq-b"), "test_a", 4)
    assert check.source == text.rstrip()


def write_checks(root, records):
    (root / "_build").mkdir()
    (root / "_build" / "checks.json").write_text(json.dumps(records))


def test_cases_of_one_test_become_one_check(tmp_path):
    second = {**RECORD, "error": 3e-12, "wrong_error": 5.0, "passed": False}
    write_checks(tmp_path, {"test_a[1]": RECORD, "test_a[2]": second})
    (check,) = equation_checks.read_checks(tmp_path)["eq-a"]
    assert (check.error, check.wrong_error, check.passed) == (3e-12, 2.0, False)


def test_missing_results_say_what_to_run(tmp_path):
    with pytest.raises(ExtensionError, match="make checks"):
        equation_checks.read_checks(tmp_path)


def test_marks_stand_before_the_number(tmp_path):
    failed = {**RECORD, "labels": ["eq-e"], "test": "test_e", "passed": False}
    write_checks(tmp_path, {"test_a": RECORD, "test_e": failed})
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


def test_alt_texts_are_found_by_the_picture(tmp_path):
    png = base64.b64encode(b"picture").decode()
    output = {"data": {"image/png": png}, "metadata": {"image/png": {"alt": "a curve"}}}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"outputs": [output]}, {"cell_type": "markdown"}]}))
    assert alt_text.stored_alt_texts(path) == {sha256(b"picture").hexdigest(): "a curve"}


def test_rows_have_targets():
    assert concordance.target("5.21") == "c-5-21"
    assert {row["id"] for row in concordance.syllabus()} >= {"1.01", "5.21", "11.08"}
    assert "<strong>1</strong> of 253" in concordance.progress({"c-5-21": None})


def test_mathjax_is_where_it_is_copied_from():
    source = offline.mathjax_source()
    assert (source / "tex-chtml.js").exists()
    assert len(list((source / offline.FONTS).glob("*.woff"))) == 23
