"""Every labelled equation of the book has a test or a reason, beside each other and independent."""

import ast
import re
from collections import Counter

import equation_seals
import pytest
from equation_sources import (
    BOOK,
    ROOT,
    TESTS,
    declared_checks,
    declared_in,
    definitions,
    equation_tests,
    formulas,
    pages,
    prose,
)

PAGES = [page for page in pages() if formulas(page)]
LABELS = Counter(label for page in PAGES for label, _ in formulas(page))


def checked(prefix: str) -> set[str]:
    found = {label for check in declared_checks() for label in check.labels}
    return {label for label in found if label.startswith(prefix)}


def test_labels_are_found_and_unique():
    assert LABELS, "no labelled equation was found: has the syntax changed?"
    twice = [name for name, count in LABELS.items() if count > 1]
    assert not twice, f"used more than once: {twice}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(BOOK).as_posix())
def test_every_equation_has_a_check_or_a_reason_in_the_tests_of_its_page(page):
    file = equation_tests(page)
    checks, reasons = declared_in(file)
    tested = {label for check in checks for label in check.labels}
    own = set(dict(formulas(page)))
    missing = own - tested - set(reasons)
    assert not missing, f"{file.name}: write a @verifies test or a DEFINITION: {missing}"
    both = tested & set(reasons)
    assert not both, f"{file.name}: take these out of DEFINITIONS: {both}"
    stray = (tested | set(reasons)) - own
    assert not stray, f"{file.name}: no equation of its page has these labels: {stray}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(BOOK).as_posix())
def test_every_formula_is_as_sealed(page):
    for change in equation_seals.changes(page):
        pytest.fail(
            f"{change.label} is not as sealed. Look at it and at its test together, then run\n"
            f"python tests/seal.py {change.label}\nsealed: {change.sealed}\nstands: {change.stands}"
        )


def test_every_chapter_has_its_page_of_checks():
    toc = (ROOT / "_toc.yml").read_text(encoding="utf8")
    for page in PAGES:
        name = page.relative_to(BOOK).with_suffix("").parts[0]
        file = BOOK / "checks" / f"{name}.md"
        assert file.exists(), f"write {file.relative_to(ROOT)}, like those beside it"
        assert f"```{{checks}} {name}\n" in prose(file)
        assert f"file: book/checks/{name}\n" in toc, f"list book/checks/{name} in _toc.yml"


def test_no_seal_outlives_its_page():
    files = {equation_seals.seal_file(page) for page in PAGES}
    assert set(TESTS.rglob("seals_*.tex")) == files


def test_equations_are_written_in_one_way():
    """`$$ ... $$ (eq-label)`, the way that the checks, the seals and the editions read."""
    assert not [page for page in pages() if ":label: eq-" in prose(page)]


def test_every_check_and_definition_belongs_to_an_equation_of_the_book():
    stray = (checked("eq-") | set(definitions())) - set(LABELS)
    assert not stray, f"no equation of the book has these labels: {sorted(stray)}"


def test_definitions_that_are_steps_lead_to_a_checked_equation():
    for label, reason in definitions().items():
        assert len(reason.split()) >= 2, f"{label}: say why it needs no check"
        if reason.startswith("step"):
            results = set(re.findall(r"eq-[\w-]+", reason))
            assert results & checked("eq-"), f"{label}: name the checked equation it leads to"


def test_errata_that_claim_a_check_have_one():
    text = prose(BOOK / "errata.md")
    claimed = set(re.findall(r"checks/errata\.html#(err-E\d-\d\d)", text))
    assert claimed == checked("err-"), sorted(claimed ^ checked("err-"))
    entries = set(re.findall(r"^\((err-E\d-\d\d)\)=", text, re.MULTILINE))
    assert claimed <= entries, sorted(claimed - entries)


def test_references_import_nothing_of_the_package():
    """What the equations are compared with is independent of the code that they describe."""
    tree = ast.parse((TESTS / "references.py").read_text(encoding="utf8"))
    imported = [name.name for n in ast.walk(tree) if isinstance(n, ast.Import) for name in n.names]
    imported += [n.module or "." for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    tops = {name.split(".")[0] for name in imported}
    assert tops <= {"numpy", "scipy", "torch", "math", "itertools"}, tops
