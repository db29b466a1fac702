"""What a reader does with a page beyond reading it: hide the code, search. From a disk, too."""

from contextlib import closing

import pytest
from in_page import at_rest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
SOURCES = ".bd-article div.cell .cell_input"
PLACE = "document.querySelector('#{} h2').getBoundingClientRect().y"  # below the window's top


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.heard = []
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    yield page
    context.close()


def visible(tab) -> list[bool]:
    """Of each cell whose code is to be seen, whether it is a key cell."""
    return tab.eval_on_selector_all(
        SOURCES,
        "all => all.filter((el) => el.checkVisibility()).map((el) => !!el.closest('.tag_key'))",
    )


def test_the_code_switch_by_keyboard_remembered_and_from_a_disk(tab, site):
    first, second = (site / "book" / name for name in ("03-ddpm/reverse.html", "02-vae/elbo.html"))
    tab.goto(first.as_uri())
    everything = visible(tab)
    assert everything
    switch = tab.get_by_role("combobox", name="Code")
    switch.focus()
    tab.keyboard.press("ArrowDown")
    assert visible(tab) == [key for key in everything if key]
    tab.keyboard.press("ArrowDown")
    assert visible(tab) == []
    tab.goto(second.as_uri())
    assert visible(tab) == [] and switch.input_value() == "none"
    shown = tab.evaluate("() => document.documentElement.dataset.code")
    assert shown == "none", "set before the page is drawn"
    switch.select_option("all")
    assert visible(tab)
    assert tab.heard == []


def results(tab, site, question: str) -> list[dict[str, str]]:
    tab.goto(f"{(site / 'search.html').as_uri()}?q={question}")
    tab.wait_for_selector("#search-results [role=status]")
    return tab.eval_on_selector_all(
        "#search-results li",
        """all => all.map((el) => ({
          link: el.querySelector("a").getAttribute("href"),
          excerpt: el.querySelector("p").textContent,
          marked: [...el.querySelectorAll("mark")].map((mark) => mark.textContent).join(" "),
        }))""",
    )


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Tweedie's formula", "book/05-score-matching/tweedie.html"),
        ("translator", "book/notation.html#"),
        ("conditional reverse kernel", "book/03-ddpm/reverse.html#the-lemma"),
        ("exponential families", "book/05-score-matching/tweedie.html#why-it-works"),
    ],
)
@pytest.mark.criterion("2.4.5")
def test_search_leads_to_the_section(tab, site, question, first):
    """A page is found by its place in the list of all pages and by a search."""
    hits = results(tab, site, question)
    assert hits[0]["link"].startswith(first), [hit["link"] for hit in hits[:5]]
    assert any(hit["marked"] for hit in hits) and all(hit["excerpt"] for hit in hits)
    tab.click("#search-results li a")
    tab.wait_for_url(f"**/{hits[0]['link']}")  # and its page is loaded
    anchor = tab.evaluate("() => location.hash.slice(1)")
    assert not anchor or tab.evaluate("(id) => !!document.getElementById(id)", anchor)
    assert tab.heard == []


def test_the_place_asked_for_stays_in_sight_while_formulas_are_drawn(chromium, site):
    """A link into a long page: formulas above its place make the page 2,000 pixels shorter."""
    with closing(chromium.new_context(**PHONE)) as context:
        page = context.new_page()
        page.goto((site / "book/03-ddpm/forward.html").as_uri() + "#choosing-a-schedule")
        page.wait_for_function("() => window.MathJax?.startup?.document")
        page.evaluate("() => MathJax.startup.promise")
        assert page.locator("mjx-container").count() > 100
        assert 0 < at_rest(page, PLACE.format("choosing-a-schedule")) < 150


def test_search_knows_greek_letters_and_says_when_there_is_nothing(tab, site):
    letter, name = results(tab, site, "β"), results(tab, site, "beta")
    assert letter == name and len(letter) > 5
    assert results(tab, site, "xylophone") == []
    assert "0 sections" in tab.inner_text("#search-results")


@pytest.mark.criterion("2.1.1", "3.3.1", "3.3.2", "3.3.3", "4.1.3")
def test_an_exercise_is_marked_on_the_page_by_keyboard_and_from_a_disk(tab, site):
    """A field under an exercise has a name, is used by keys, and says in words, read out at once,
    what is wrong and, where it knows the slip, which."""
    tab.goto((site / "book/05-score-matching/tweedie.html").as_uri())
    form = tab.locator('form[data-exercise="c-5-21"]')
    field, reply = form.get_by_role("textbox"), form.get_by_role("status")
    field.focus()
    tab.keyboard.type("(x + sigma score)/alpha")
    assert form.locator("math mfrac").count() == 1, "shown as it was read, while it is typed"
    tab.keyboard.press("Enter")
    assert reply.inner_text() == "✗ Not yet: it looks like sigma where sigma squared belongs."
    field.fill("(x + σ² score)/α")
    assert reply.inner_text() == "", "of an answer that has changed nothing is said"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    assert reply.inner_text() == "✓ Right."
    form.scroll_into_view_if_needed()
    box = form.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    signs = tab.locator('form[data-exercise="tweedie-bends"]').get_by_role("textbox")
    for box, sign in zip(signs.all(), ("-1", "1", "-1", "-1"), strict=True):
        box.fill(sign)
    signs.last.press("Enter")
    assert tab.locator('form[data-exercise="tweedie-bends"] output').inner_text() == "✓ Right."
    assert tab.heard == []


def test_without_javascript_there_is_no_field(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "book/05-score-matching/tweedie.html").as_uri())
    forms = page.locator("form.dgm-answer")
    assert forms.count() >= 4 and not any(form.is_visible() for form in forms.all())
    context.close()


def test_what_is_far_away_waits_and_then_links_find_it(tab, site):
    """A long page is not laid out as a whole before it answers; afterwards heights are real."""
    tab.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          window.waited = [...document.querySelectorAll(".bd-article h2")].map(
            (el) => !el.checkVisibility({ contentVisibilityAuto: true }));
        });"""
    )
    tab.goto((site / "book/05-score-matching/tweedie.html").as_uri())
    assert tab.evaluate("waited[0]") is False and tab.evaluate("waited.at(-1)") is True
    tab.wait_for_function(
        """() => [...document.querySelectorAll(".bd-article h2")].every(
          (el) => el.checkVisibility({ contentVisibilityAuto: true }))"""
    )
    tab.evaluate("() => { location.hash = 'the-road-on'; }")
    assert 0 < at_rest(tab, PLACE.format("the-road-on")) < 780
    code = tab.locator(".bd-article pre:visible").first
    wide, reached = code.evaluate("(el) => [el.scrollWidth > el.clientWidth, el.tabIndex === 0]")
    assert wide == reached
    assert tab.heard == []
