"""WCAG 2.1 AA, beside what every visit looks at: small windows, large letters, keys, ears.

On pages that stand for the rest: the map of the book, a section with widgets, questions and fields
for answers, the search. The page *Accessibility* of the book is made of the marks here.
"""

import re

import pytest
from test_browser import PAGES
from visit import CUT, READY, UNFOLD, WIDTH

from teaching import accessibility

pytestmark = pytest.mark.browser
FULL = "book/05-score-matching/tweedie"  # widgets, answer fields, questions, code, figures
SOME = ["book/index", FULL, "search"]

SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }
  mjx-container, mjx-container * { letter-spacing: normal !important;
    line-height: 0 !important; }"""

# Words that are cut at an edge of a box that does not scroll.
CLIPPED = """() => [...document.querySelectorAll("body *")].filter((el) => {
  const { overflowX, overflowY, position, clipPath } = getComputedStyle(el);
  if (!el.innerText?.trim() || el.closest("mjx-container, svg")) return false;
  if (!el.checkVisibility()) return false;
  if (position === "absolute" && el.clientWidth <= 1 || clipPath !== "none") return false;
  const shut = (overflow) => ["hidden", "clip"].includes(overflow);
  return (shut(overflowX) && el.scrollWidth > el.clientWidth + 1)
    || (shut(overflowY) && el.scrollHeight > el.clientHeight + 1);
}).map((el) => el.outerHTML.slice(0, 120))"""

# What of the head of an article reaches beyond the article.
BEYOND = """() => {
  const head = document.querySelector(".bd-header-article");
  const edge = head.parentElement.getBoundingClientRect().right + 1;
  return [...head.querySelectorAll("*")].filter((el) => el.checkVisibility()
    && el.getBoundingClientRect().right > edge).map((el) => el.outerHTML.slice(0, 120));
}"""

# All that keys must reach: of radio buttons of one name, one. And how each looks without the focus.
EXPECTED = """() => {
  const groups = new Set();
  window.expected = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")].filter((el) => {
      if (el.disabled || el.tabIndex < 0 || el.type === "hidden") return false;
      if (!el.checkVisibility({ visibilityProperty: true })) return false;
      if (el.type !== "radio" || !el.name) return true;
      const group = el.name + [...document.forms].indexOf(el.form);
      return !groups.has(group) && groups.add(group);
    });
  const around = (el) =>
    [el, el.parentElement, el.nextElementSibling, el.closest("label"), el.firstElementChild];
  const look = (el) => {
    if (!el) return "";
    const style = getComputedStyle(el);
    const outline = style.outlineStyle === "none" ? "" : style.outlineWidth;
    return [outline, style.boxShadow, style.backgroundColor, style.borderColor].join();
  };
  window.looks = (el) => around(el).map(look).join(";");
  window.before = new Map(expected.map((el) => [el, looks(el)]));
  window.met = new Set();
  return expected.length;
}"""

# What has the focus: whether it was met before, shows that it has it, and is not covered.
FOCUS = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const again = met.has(el);
  met.add(el);
  const box = el.clientHeight || !el.firstElementChild ? el : el.firstElementChild;
  const { left, top, right, bottom } = box.getBoundingClientRect();
  const x = Math.min(Math.max((left + right) / 2, 0), innerWidth - 1);
  const ys = [top + 3, (top + bottom) / 2, bottom - 3].filter((y) => y >= 0 && y < innerHeight);
  const over = ys.map((y) => document.elementFromPoint(x, y));
  const label = el.closest("label");
  const own = (hit) => hit && (el.contains(hit) || hit.contains(el) || label?.contains(hit));
  const seen = over.some(own);
  const name = `${el.outerHTML.slice(0, 100)} ${[left, top, right, bottom].map(Math.round)}`;
  return { name, again, ring: looks(el) !== before.get(el), seen };
}"""
LEFT = """() => expected.filter((el) => {
  if (met.has(el) || !el.checkVisibility({ visibilityProperty: true })) return false;
  return el.type !== "radio" || ![...met].some((one) => one.name === el.name);
}).map((el) => el.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module", params=SOME)
def page(request, chromium, address):
    """One of the pages, drawn, all its folds open."""
    context = chromium.new_context(reduced_motion="reduce", color_scheme="light")
    tab = context.new_page()
    tab.goto(f"{address}{request.param}.html")
    tab.evaluate(READY)
    tab.add_style_tag(content="* { transition: none !important; }")  # or a ring is half-way
    tab.evaluate(UNFOLD)
    yield tab
    context.close()


def sized(page, width, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(UNFOLD)


@pytest.mark.criterion("1.4.10", "1.3.4")
@pytest.mark.parametrize(("width", "height"), [(320, 780), (780, 320)])
def test_a_small_window_scrolls_one_way(page, width, height):
    """In windows of 320 × 780 and 780 × 320 pixels nothing is cut and nothing scrolls sideways but
    a wide formula, table or program by itself."""
    sized(page, width, height)
    assert page.evaluate(WIDTH) <= 0
    assert page.evaluate(CUT) == []


@pytest.mark.criterion("1.4.4")
def test_letters_of_twice_the_size(page):
    """Zoomed to 200 per cent in a window of 1280 × 900 pixels no word and no formula is cut."""
    sized(page, 640, 450)
    assert page.evaluate(WIDTH) <= 0
    assert page.evaluate(CUT) + page.evaluate(CLIPPED) == []


@pytest.mark.criterion("1.4.4")
def test_letters_alone_of_twice_the_size(page):
    """With letters alone of twice the size in such a window no word is cut, none covers another at
    the head of the page, and nothing scrolls sideways."""
    sized(page, 1280)
    style = page.add_style_tag(content=":root { font-size: 200% !important; }")
    page.evaluate(UNFOLD)
    sideways, clipped, beyond = map(page.evaluate, (WIDTH, CLIPPED, BEYOND))
    style.evaluate("(el) => el.remove()")
    assert (sideways, clipped, beyond) == (0, [], [])


@pytest.mark.criterion("1.4.12")
def test_spaced_text(page):
    """With the spacing of lines, letters, words and paragraphs that the criterion names no word is
    cut."""
    sized(page, 1280)
    style = page.add_style_tag(content=SPACED)
    page.evaluate(UNFOLD)
    sideways, clipped = page.evaluate(WIDTH), page.evaluate(CLIPPED)
    style.evaluate("(el) => el.remove()")
    assert (sideways, clipped) == (0, [])


@pytest.mark.criterion("2.1.1", "2.1.2", "2.4.3", "2.4.7")
def test_the_tab_key_walks_through_and_out_again(page):
    """The Tab key alone reaches every link, button and field of a page, each once, shows where it
    is, under nothing else, and leaves again."""
    sized(page, 1280)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    expected, faults = page.evaluate(EXPECTED), []
    for _ in range(2 * expected + 50):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if now is None:
            break
        faults += [
            f"{what}: {now['name']}"
            for what, bad in (
                ("met twice", now["again"]),
                ("no ring", not now["ring"]),
                ("hidden", not now["seen"]),
            )
            if bad
        ]
    else:
        raise AssertionError("the walk does not end: a trap")
    assert not faults, "\n".join(faults)
    left = page.evaluate(LEFT)
    assert not left, "\n".join(["never reached", *left])
    assert expected > 10


@pytest.mark.criterion("2.4.1", "2.4.3")
def test_the_first_key_skips_to_the_text(chromium, address):
    """The first Tab shows a link that skips to the text; the next Tab goes on from there."""
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{address}{FULL}.html")
    tab.keyboard.press("Tab")
    link = tab.locator(":focus")
    assert link.inner_text() == "Skip to main content"
    assert link.bounding_box()["y"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("() => document.querySelector('main').contains(document.activeElement)")
    context.close()


@pytest.mark.criterion("1.1.1", "1.3.1")
def test_a_formula_is_mathml_for_the_ear(chromium, site):
    """Every formula is MathML in the tree that a screen reader reads, without a network, and what
    is drawn of it is not heard."""
    context = chromium.new_context(offline=True)
    tab = context.new_page()
    tab.goto((site / f"{FULL}.html").as_uri())
    tab.evaluate(READY)
    tab.evaluate(UNFOLD)
    count = tab.evaluate("() => document.querySelectorAll('.bd-article .math').length")
    nodes = context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
    heard = [node for node in nodes if node.get("role", {}).get("value") == "MathMLMath"]
    fractions = [node for node in nodes if node.get("role", {}).get("value") == "MathMLFraction"]
    assert count > 50 and len([node for node in heard if not node["ignored"]]) >= count
    assert fractions, "not only letters in a row"
    drawn = "mjx-container > mjx-math:not([aria-hidden='true'])"
    assert tab.locator(drawn).count() == 0
    context.close()


class Said:
    """What a page says of itself before anything runs."""

    def __init__(self, text):
        self.language = re.findall(r'<html lang="([\w-]+)"', text)
        self.title = re.findall(r"<title>(.*?)</title>", text, re.DOTALL)[0].strip()
        self.main = 'id="main-content"' in text
        article = text.partition('<article class="bd-article"')[2].partition("</main>")[0]
        self.headings = [int(level) for level in re.findall(r"<h([1-6])[\s>]", article)]


@pytest.fixture(scope="module")
def said(site):
    return {name: Said((site / f"{name}.html").read_text(encoding="utf8")) for name in PAGES}


@pytest.mark.criterion("3.1.1", "2.4.2", "2.4.1")
def test_every_page_says_its_language_and_has_a_title_of_its_own(said):
    """Every page names its language, has a title that no other has, and a place to skip to."""
    assert {name for name, page in said.items() if page.language != ["en"]} == set()
    titles = [page.title for page in said.values()]
    assert all(titles) and sorted(titles) == sorted(set(titles))
    assert all(page.main for page in said.values())


@pytest.mark.criterion("1.3.1", "2.4.6")
def test_headings_go_down_one_step_at_a_time(said):
    """The headings of every page begin with the one title and never skip a level."""
    for name, page in said.items():
        steps = list(zip(page.headings, page.headings[1:], strict=False))
        assert name == "search" or page.headings[0] == 1, name
        assert [pair for pair in steps if pair[1] > pair[0] + 1] == [], name


def test_the_report_names_tests_that_are_there_and_hides_no_gap(tmp_path):
    table = accessibility.table()
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert len(rows) == 50
    assert all(row[2].strip() or row[3].strip(" |") for row in rows), "each row says something"
    (tmp_path / "tests").mkdir()
    assert accessibility.proofs(tmp_path) == []
    assert accessibility.table(tmp_path).count("not tested") > 30
    fake = '@pytest.mark.criterion("9.9.9")\ndef test_x():\n    "It is."\n'
    (tmp_path / "tests" / "test_x.py").write_text(fake)
    with pytest.raises(ValueError, match=r"test_x names 9\.9\.9"):
        accessibility.proofs(tmp_path)
