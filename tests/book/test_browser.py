"""Every page in a real browser: quiet, light, self-contained, readable by eye, ear and key."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from visit import listen, visit

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
HEAVIEST = 2_000_000  # bytes a page loads beside MathJax


def listed(entry: dict) -> list[str]:
    """The pages of a table of contents, in order."""
    own = [entry[key] for key in ("root", "file") if key in entry]
    inner = [child for key in ("parts", "chapters", "sections") for child in entry.get(key, [])]
    return own + [page for child in inner for page in listed(child)]


PAGES = [*listed(TOC), "search"]


@pytest.fixture(scope="session")
def found(chromium, address, site):
    """What a visit of a page found; each page is visited once."""
    return cache(lambda name: visit(chromium, address, site, name))


@pytest.fixture
def tab(chromium, address):
    """A fresh tab that notes every request beyond the site and every word on the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.heard = listen(page, address)
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
class TestPage:
    def test_is_whole(self, found, name):
        state = found(name).state
        assert state["headings"] == 1
        assert state["drawn"] == state["formulas"]
        assert state["bad"] == [], "MathJax does not know a command: write plain LaTeX"
        assert state["dollars"] == [], "a formula that was not read as one"
        assert state["unmarked"] == [], "an equation without its mark"
        assert state["silent"] == [], "a picture without alt text"
        assert state["broken"] == []
        assert state["icons"] == [], "an icon that the theme's font does not have"
        assert set(state["widgets"]) <= {"done"}, "a widget that did not start"

    def test_cuts_nothing_off(self, found, name):
        cut = {width: what for width, what in found(name).cut.items() if what}
        assert not cut, "wider than its box, and no way to scroll to the rest (solutions opened)"
        assert max(found(name).sideways.values()) <= 0, "the page itself scrolls sideways"

    @pytest.mark.criterion("1.1.1", "1.3.1", "1.4.3", "2.4.4", "2.5.3", "4.1.2")
    def test_has_no_barrier(self, found, name):
        """The rules of axe, on every page, in the light and in the dark, all folds open."""
        assert found(name).barriers == {"light": [], "dark": []}
        assert found(name).bright == [], "a bright panel in dark mode"

    def test_is_light_and_keeps_to_itself(self, found, name):
        assert found(name).bytes < HEAVIEST
        assert found(name).heard == []
        if name.startswith("book/checks/"):
            # Some 200 elements a formula: a chapter that outgrows this wants a second page.
            assert 100 < found(name).state["elements"] < 15_000


def test_a_mark_leads_to_its_check_and_back(tab, address):
    tab.goto(f"{address}book/notation.html")
    tab.click("#equation-eq-notation-vp a.eq-mark")
    tab.wait_for_url("**/book/checks/notation.html#eq-notation-vp")
    card = tab.locator("#eq-notation-vp")
    assert "quadrature" in card.inner_text()
    card.locator("summary").click()
    assert "def test_vp" in card.inner_text()
    card.locator(".check-title a").click()
    tab.wait_for_url("**/book/notation.html#equation-eq-notation-vp")
