"""Cheat sheets: formulas and code of the pages by name, a size that fits one page of paper."""

import pytest
from equation_sources import declared_checks, definitions

from teaching import sheets
from teaching.pages import chapters

SHEETS = {name: sheets.read(name) for name in sheets.names()}


def test_a_sheet_for_each_chapter_and_one_for_the_book():
    assert set(SHEETS) == {"book", *(f"c{n:02d}" for n in range(1, len(chapters()) + 1))}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_of_its_chapter_and_has_room(name):
    sheet = SHEETS[name]
    assert sheets.LEAST <= len(sheet.formulas) <= sheets.MOST
    if name != "book":
        own = [
            pages
            for caption, pages in chapters().items()
            if int(caption.split()[0]) == int(name[1:])
        ]
        assert {formula.page for formula in sheet.formulas} <= set(own[0])
        assert sheet.algorithm[0] in own[0]
    assert sheet.algorithm[1].count("\n") < 14
    assert all(len(formula.line) < 60 for formula in sheet.formulas)
    assert {len(sheet.symbols), len(sheet.traps)} <= {4, 5}


def test_each_formula_is_checked_defined_or_a_step():
    known = {label for check in declared_checks() for label in check.labels} | definitions().keys()
    assert {formula.label for sheet in SHEETS.values() for formula in sheet.formulas} <= known


def test_what_is_not_there_is_noticed():
    with pytest.raises(ValueError, match="no equation of the book is labelled eq-nothing"):
        sheets.formula("eq-nothing", "")
    with pytest.raises(ValueError, match="no cell tagged key that defines nothing"):
        sheets.algorithm("03-ddpm/sampling", "nothing")
    with pytest.raises(ValueError, match="no sheet is called 'c99'"):
        sheets.read("c99")
