"""A cheat sheet is one page of paper, with nothing cut off."""

import re

import pytest
from test_browser import PAGES
from visit import READY

pytestmark = pytest.mark.browser
SHEETS = [page for page in PAGES if page.startswith("book/teaching/sheets/")]
A4 = {"format": "A4", "margin": dict.fromkeys(("top", "right", "bottom", "left"), "10mm")}
INSIDE = {"width": 718, "height": 1047}  # A4 less these margins, in CSS pixels

# Formulas that are wider than their column.
CUT = """() => [...document.querySelectorAll(".cheat-sheet div.math")].filter((el) =>
  el.querySelector("mjx-math").getBoundingClientRect().width > el.clientWidth + 1
).map((el) => el.parentElement.firstElementChild.textContent)"""


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_one_page_of_paper(chromium, address, name):
    page = chromium.new_page(viewport=INSIDE)
    page.emulate_media(media="print")
    page.goto(f"{address}{name}.html")
    page.evaluate(READY)
    assert page.evaluate(CUT) == [], "name it in the sheet's list `long`"
    printed = page.pdf(**A4)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
