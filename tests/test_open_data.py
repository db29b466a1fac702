"""The checks and the errata as data: whole, and of the form that their schemas say."""

import json
import re
from types import SimpleNamespace

import jsonschema
import open_data
import pytest
from equation_checks import Check
from equation_sources import BOOK

TEXT = (BOOK / "errata.md").read_text(encoding="utf8")
CHECK = Check(
    "test_a", "tests/a.py", 3, "def test_a(): ...", "quadrature", "sign", 0, 1e-9, 2, True
)


def written(app, tmp_path):
    app.builder, app.outdir = SimpleNamespace(format="html"), tmp_path
    app.config = SimpleNamespace(html_baseurl="https://example.org/book")
    open_data.write(app, None)
    files = sorted((tmp_path / "_static" / "data").iterdir())
    return {file.stem: json.loads(file.read_text(encoding="utf8")) for file in files}


def valid(name, data):
    schema = (BOOK / "_static" / "data" / f"{name}.schema.json").read_text(encoding="utf8")
    jsonschema.validate(data, json.loads(schema), jsonschema.Draft202012Validator)


@pytest.fixture
def app():
    sealed = {"book/03-ddpm/reverse": {"eq-a": r"a = \beta", "eq-b": "b := 1"}}
    checks = {"eq-a": [CHECK], "err-E2-01": [CHECK]}
    return SimpleNamespace(sealed=sealed, checks=checks, definitions={"eq-b": "what b is"})


def test_both_are_of_the_form_that_the_schema_says(app, tmp_path):
    found = written(app, tmp_path)
    for name, data in found.items():
        valid(name, data)
    a, b = found["checks"]["checks"]
    assert (a["kind"], a["latex"], a["checks"][0]["wrong"]) == ("checked", r"a = \beta", "sign")
    assert (b["kind"], b["says"], b["checks"]) == ("definition", "what b is", [])
    assert a["report"] == "book/checks/03-ddpm.html#eq-a"


def test_the_schema_refuses_what_is_incomplete(app, tmp_path):
    data = written(app, tmp_path)["checks"]
    del data["checks"][0]["checks"][0]["tolerance"]
    with pytest.raises(jsonschema.ValidationError, match="tolerance"):
        valid("checks", data)


def test_every_erratum_is_there(app):
    found = {one["id"]: one for one in open_data.errata(app, TEXT)}
    assert [f"err-{name}" for name in found] == re.findall(r"^\((err-[\w-]+)\)=$", TEXT, re.M)
    assert found["E2-01"]["checks"] and all("<a" not in one["right"] for one in found.values())


def test_errata_with_a_test_say_so(app):
    """An entry that leads to a report has a test, and one with a test leads to its report."""
    checked = {one["id"] for one in open_data.errata(app, TEXT) if one["report"]}
    assert {f"err-{name}" for name in checked} == {
        label for label in labels_of_tests() if label.startswith("err-")
    }


def labels_of_tests():
    folder = BOOK.parent / "tests" / "equations"
    for path in folder.rglob("test_*.py"):
        yield from re.findall(r'"(err-[\w-]+)"', path.read_text(encoding="utf8"))
