"""The page marks a question as `check` does, from the keyboard, on a phone and without a script."""

import io
from itertools import permutations
from pathlib import Path

import pytest
import question_forms as extension
from axe_playwright_python.base import AXE_SCRIPT
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from visit import READY, WIDTH

from dgm_lessons.questions import Choice, Number, catalogue, chapters, shown

from .samples import SAMPLES

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "book" / "_static"
ALL = [name for own in chapters().values() for name in own]

pytestmark = pytest.mark.browser

PAGE = """# A page

```{question} q-3-01
```

```{question} q-3-02
```

```{question} q-3-03
```
"""


# -- the script beside `check` --------------------------------------------------------------------


@pytest.fixture(scope="module")
def script(chromium):
    """A page with the scripts and nothing else."""
    page = chromium.new_page()
    for file in ("formula.js", "questions.js"):
        page.add_script_tag(path=STATIC / file)
    yield page
    page.close()


def tries(found):
    """Answers of all kinds: known ones, others, and what is no answer."""
    if isinstance(found.question, Choice):
        return [*found.items, ""]
    if isinstance(found.question, Number):
        known = [found.right, *found.wrong]
        near = [n + (k - 5) / 5 * found.question.error(n) * 1.1 for n in known for k in range(11)]
        return [*near, 10 * found.right + 1, -found.right - 3, 0.0, 1e9]
    return ["".join(order) for order in permutations(found.items)][:150]


def same_words(script, found):
    """The page's replies to all tries at once are those of Python."""
    kind, known = extension.KINDS[type(found.question)], extension.answers(found)
    known = [{**one, "within": float(one.get("within", 0))} for one in known]
    given = tries(found)
    code = "([kind, known, given]) => given.map((one) => questions.mark(kind, known, one))"
    replies = script.evaluate(code, [kind, known, [str(one) for one in given]])
    reasons = [found.question.why, *found.wrong.values()]
    for one, reply in zip(given, replies, strict=True):
        right, words = found.told(one)
        if reply["mark"] == "open":
            assert words.startswith("Not answered yet."), (one, words)
            continue
        assert reply["mark"] == ("right" if right else "wrong"), (one, words)
        begins = "Right." if right else "Not yet."
        said = reply.get("said") or f"{begins} {reasons[reply['index']]}"
        assert said == words, one


@pytest.mark.parametrize("name", ["q-3-01", "q-3-02", "q-3-03"])
def test_the_page_says_what_check_says_of_the_samples(samples, script, name):
    for variant in range(10):
        same_words(script, shown(name, variant))


@pytest.mark.parametrize("name", ALL)
def test_the_page_says_what_check_says(script, name):
    same_words(script, shown(name))


@pytest.mark.parametrize(
    "typed, mark",
    [
        *[("1/4", "right"), (" 0.25 ", "right"), (".25", "right"), ("2^-2", "right")],
        *[("½/2", "right"), ("25e-2", "right"), ("−0.25", "wrong"), ("0.3", "wrong")],
        *[("", "open"), ("many", "open"), ("1/", "open"), ("1/0", "open"), ("alert(1)", "open")],
    ],
)
def test_numbers_as_people_type_them(script, typed, mark):
    known = [{"answer": "0.25", "within": 0.0025}]
    code = "([known, typed]) => questions.mark('number', known, typed)"
    reply = script.evaluate(code, [known, typed])
    assert reply["mark"] == mark and (mark != "open" or reply["said"])


def test_the_script_is_small_asks_nothing_and_runs_no_text():
    text = (STATIC / "questions.js").read_text()
    assert len(text) < 6_000
    for word in ("eval(", "Function(", "fetch", "XMLHttp", "import", "innerHTML", "localStorage"):
        assert word not in text


def test_an_answer_takes_less_than_50_ms(script):
    known = [{"answer": str(k), "within": 0.01} for k in range(10)]
    code = """(known) => { const start = performance.now();
      for (let k = 0; k < 100; k++) questions.mark("number", known, "1/3 + sqrt(2)");
      return (performance.now() - start) / 100; }"""
    assert script.evaluate(code, known) < 50


BOX = r"""<div id="q"><form data-kind="choice"><fieldset disabled>
<input type="radio" value="a" checked>
</fieldset><button hidden>Check</button><output></output></form>
<div data-answer="a">It is <span class="math">\(x\)</span>.</div></div>"""


def test_formulas_of_a_reply_are_drawn_even_if_they_come_late(chromium):
    page = chromium.new_page()
    page.set_content(BOX)
    page.evaluate(
        "window.MathJax = { startup: { promise: new Promise((kept) => (window.drawn = kept)) } }"
    )
    page.add_script_tag(path=STATIC / "questions.js")
    page.evaluate("questions.enliven(document.getElementById('q'))")
    page.click("button")
    assert page.inner_text("output") == r"✓ Right. It is \(x\)."
    draw = "(span) => (span.innerHTML = '<mjx-container>x</mjx-container>')"
    page.locator("[data-answer] .math").evaluate(draw)
    page.evaluate("drawn()")
    page.wait_for_selector("output mjx-container")
    assert page.inner_text("output") == "✓ Right. It is x."
    page.close()


# -- a built page ---------------------------------------------------------------------------------


def build(folder, text):
    """A site of one page with the samples: the page, and what was said while it was built."""
    (folder / "source").mkdir()
    (folder / "source" / "index.md").write_text(text)
    said = io.StringIO()
    settings = {
        "extensions": ["myst_parser", "offline", "question_forms"],
        "source_suffix": {".md": "markdown"},  # its default remembers what other tests have built
        "myst_enable_extensions": ["dollarmath"],
        "html_static_path": [str(STATIC)],
        "html_css_files": ["book.css"],
        "html_js_files": ["formula.js"],
        "html_theme": "basic",
        "mathjax_path": "mathjax/startup.js",
        "mathjax_options": {"type": "text/later"},
    }
    places = [str(folder / name) for name in ("html", "trees")]
    with docutils_namespace(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "chapters", lambda: {3: SAMPLES})
        source = str(folder / "source")
        Sphinx(source, None, *places, "html", settings, status=None, warning=said).build()
    return folder / "html" / "index.html", said.getvalue()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The page of the three samples."""
    path, warnings = build(tmp_path_factory.mktemp("site"), PAGE)
    assert not warnings, warnings
    return path.as_uri()


@pytest.fixture
def page(samples, built, chromium):
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(built)
    page.evaluate(READY)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    yield page
    assert not heard, heard
    page.close()


def reply(page, name):
    return page.locator(f"#{name} output").inner_text()


def test_a_choice_by_keyboard(page):
    """Tab to the buttons, arrows between them, Enter to ask; wrong first, then right."""
    found = shown("q-3-01")
    page.locator("#q-3-01 input").first.focus()
    letters = list(found.items)
    page.keyboard.press("Space")
    for k, letter in enumerate(letters):
        if k:
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        said = reply(page, "q-3-01")
        right = letter == found.right
        assert said.startswith("✓ Right. " if right else "✗ Not yet. "), (letter, said)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.locator("#q-3-01 input").first.check()
    assert not reply(page, "q-3-01")  # what was said holds no longer


def test_a_reply_has_its_formulas_drawn(page):
    found = shown("q-3-01")
    page.locator(f"#q-3-01 input[value={found.right}]").check()
    page.locator("#q-3-01 button").click()
    output = page.locator("#q-3-01 output")
    assert output.locator("mjx-container").count() == 2  # of the words why
    assert "$" not in output.inner_text() and "\\" not in output.inner_text()
    assert output.get_attribute("data-mark") == "right"


def test_nothing_chosen_is_said(page):
    for name, words in {
        "q-3-01": "○ Not answered yet. Choose one.",
        "q-3-02": "○ Not answered yet. Give a number.",
        "q-3-03": "○ Give each its place: 1, 2, and on, each once.",
    }.items():
        page.locator(f"#{name} button").click()
        assert reply(page, name) == words


def test_a_number_by_keyboard(page):
    right = shown("q-3-02").right
    page.locator("#q-3-02 input").focus()
    page.keyboard.type(f"{-right:.6f}")
    page.keyboard.press("Enter")
    assert reply(page, "q-3-02") == "✗ Not yet. The sign."
    page.keyboard.press("Control+A")
    page.keyboard.type(f"sqrt({right**2:.6f})")
    page.keyboard.press("Enter")
    assert reply(page, "q-3-02") == "✓ Right. Its square is the number."


def test_an_order_by_keyboard(page):
    found = shown("q-3-03")
    selects = page.locator("#q-3-03 select")

    def place(order):
        for k, letter in enumerate(found.items):
            selects.nth(k).focus()
            page.keyboard.type(str(order.index(letter) + 1))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        return reply(page, "q-3-03")

    ((swapped, _),) = found.wrong.items()
    assert place(swapped).startswith("✗ Not yet. There is nothing to predict from before")
    assert place(found.right) == "✓ Right. Sampling runs from noise to data."
    selects.first.select_option("2")
    page.locator("#q-3-03 button").click()
    assert reply(page, "q-3-03").startswith("○ Give each its place")


def test_without_the_script_it_can_be_read_and_its_answer_opened(samples, built, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(built)
    for name in ("q-3-01", "q-3-02", "q-3-03"):
        box = page.locator(f"#{name}")
        assert not box.locator("button").is_visible()
        assert box.locator("fieldset[disabled]").count() == 1
        answer = box.locator("details p").first
        assert not answer.is_visible()
        box.locator("summary").click()
        assert answer.is_visible() and " is right. " in answer.inner_text()
        assert box.locator("details p").count() == 1 + len(shown(name).wrong)
    context.close()


def test_on_paper_stand_the_question_and_its_answers_without_the_form(page):
    page.emulate_media(media="print")
    for name in ("q-3-01", "q-3-02", "q-3-03"):
        box = page.locator(f"#{name}")
        for what in ("button", "input", "select", "output", "details"):
            assert not any(one.is_visible() for one in box.locator(what).all()), what
        assert all(one.is_visible() for one in box.locator("label span").all())


def test_narrow_and_without_barriers(page):
    """Colours are the theme's: they are looked at on the pages of the book."""
    page.set_viewport_size({"width": 360, "height": 700})
    page.add_style_tag(content="div.body { min-width: 0 !important; }")  # of Sphinx's own theme
    assert page.evaluate(WIDTH) <= 0
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true; }")
    page.evaluate(AXE_SCRIPT)
    code = """async () => {
      const rules = { "color-contrast": { enabled: false } };
      const { violations } = await axe.run(".dgm-question", { rules, preload: false });
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 120)}`));
    }"""
    assert page.evaluate(code) == []


def test_an_unknown_question_is_told_by_the_build(tmp_path):
    _, warnings = build(tmp_path, "# A page\n\n```{question} q-3-77\n```\n")
    assert "no question 'q-3-77'; there are q-3-01, q-3-02, q-3-03" in warnings
