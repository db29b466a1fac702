"""Every page in a real browser: quiet, self-contained, readable on a phone and in the dark."""

from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))


def listed(entry: dict) -> list[str]:
    """The pages of a table of contents, in order."""
    own = [entry[key] for key in ("root", "file") if key in entry]
    inner = [child for key in ("parts", "chapters", "sections") for child in entry.get(key, [])]
    return own + [page for child in inner for page in listed(child)]


PAGES = listed(TOC)

READY = """async () => {
  if (window.MathJax?.startup) await MathJax.startup.promise;
  for (let i = 0; i < 200; i++) {
    const open = [...document.querySelectorAll(".dgm-widget")].filter(
      (el) => !["done", "failed"].includes(el.dataset.mounted));
    if (!open.length) return;
    await new Promise((next) => setTimeout(next, 50));
  }
}"""

STATE = """() => {
  const article = document.querySelector(".bd-article");
  const all = (what) => [...article.querySelectorAll(what)];
  const text = article.cloneNode(true);
  const other = "pre, code, script, mjx-container, .dgm-widget";
  for (const el of text.querySelectorAll(other)) el.remove();
  return {
    formulas: all(".math").length,
    drawn: all(".math mjx-container").length,
    bad: all('mjx-merror, [data-mml-node="merror"], mjx-container [style*="color: red"]')
      .map((el) => el.closest(".math")?.textContent ?? "?"),
    dollars: text.textContent.split("\\n").filter((line) => line.includes("$")),
    unmarked: all('.math[id^="equation-eq-"]').filter((el) => !el.querySelector("a.eq-mark"))
      .map((el) => el.id),
    silent: all("img").filter((el) => !el.alt.trim()).map((el) => el.src),
    broken: all("img").filter((el) => el.complete && !el.naturalWidth).map((el) => el.src),
    widgets: all(".dgm-widget").map((el) => el.dataset.mounted),
    headings: all("h1").length,
  };
}"""

WIDTH = "() => [document.documentElement.scrollWidth, window.innerWidth]"

BRIGHT = """() => {
  const brightness = (el) => {
    const colour = getComputedStyle(el).backgroundColor.match(/[\\d.]+/g).map(Number);
    return colour.length > 3 && colour[3] === 0 ? 0 : (colour[0] + colour[1] + colour[2]) / 765;
  };
  const panels = document.querySelectorAll("body, .bd-article .output, .bd-article .highlight pre");
  return [...panels].filter((el) => brightness(el) > 0.35).map((el) => el.className || el.tagName);
}"""


@pytest.fixture
def tab(chromium, address):
    """A fresh tab that notes every request beyond the site and every word on the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.heard = []
    page.on("console", lambda message: page.heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: page.heard.append(f"error: {error}"))
    page.on("requestfailed", lambda request: page.heard.append(f"failed: {request.url}"))
    page.on("request", lambda request: outside(request.url, address, page.heard))
    page.on("response", lambda reply: reply.ok or page.heard.append(f"{reply.status}: {reply.url}"))
    yield page
    context.close()


def outside(url: str, address: str, heard: list[str]) -> None:
    if not url.startswith((address, "blob:", "data:")):
        heard.append(f"request: {url}")


@pytest.mark.parametrize("name", PAGES)
def test_page(tab, address, name):
    tab.goto(f"{address}{name}.html")
    tab.evaluate(READY)
    state = tab.evaluate(STATE)
    assert state["headings"] == 1
    assert state["drawn"] == state["formulas"]
    assert state["bad"] == [], "MathJax does not know a command: write plain LaTeX"
    assert state["dollars"] == [], "a formula that was not read as one"
    assert state["unmarked"] == [], "an equation without its mark"
    assert state["silent"] == [], "a picture without alt text"
    assert state["broken"] == []
    assert set(state["widgets"]) <= {"done"}, "a widget that did not start"
    for width in (360, 768):
        tab.set_viewport_size({"width": width, "height": 780})
        scroll, inner = tab.evaluate(WIDTH)
        assert scroll <= inner, f"scrolls sideways at {width} px"
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert tab.evaluate(BRIGHT) == [], "a bright panel in dark mode"
    assert tab.heard == []


def test_search_finds_a_word(tab, address):
    tab.goto(f"{address}search.html?q=translator")
    tab.wait_for_selector("#search-results li a", timeout=10_000)
    found = tab.eval_on_selector_all("#search-results li a", "all => all.map((a) => a.href)")
    assert any("book/notation.html" in link for link in found)
    assert tab.heard == []


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


@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith("book/checks")])
def test_a_page_of_checks_stays_light(tab, address, name):
    """Some 200 elements a formula: a chapter that outgrows this wants a second page."""
    tab.goto(f"{address}{name}.html")
    tab.evaluate(READY)
    assert 100 < tab.evaluate("() => document.querySelectorAll('*').length") < 15_000
