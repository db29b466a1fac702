"""Slides: every section has them, all that they name is there, and the decks run from a disk."""

import re

import pytest

from editions.book import the_book
from teaching.slides.deck import assets, deck, index, sections
from teaching.slides.material import Material
from teaching.slides.outline import chapters, made, read
from teaching.slides.slide import code

BOOK = the_book()
OUTLINES = {chapter: read(path) for chapter, path in chapters().items()}
SLIDES = {
    f"{chapter}/{section}": slides
    for chapter, outline in OUTLINES.items()
    for section, slides in outline.items()
}
FORMULA = re.compile(r"\$[^$]*\$")
WORDS = 40

# Walks through the deck and tells what is wrong of each slide.
WALK = """() => {
  const outside = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
  return Reveal.getSlides().flatMap((slide, number) => {
    Reveal.slide(number);
    const said = [slide, ...slide.querySelectorAll(".body, .equation > div, pre, .live")];
    const text = slide.querySelectorAll(".body > :is(p, ul, ol), .body pre, h1, h2, .lead, .asked");
    const sizes = [...text].map((node) => parseFloat(getComputedStyle(node).fontSize));
    const picture = slide.querySelector("img");
    return [
      ...said.filter(outside).map((box) => `${slide.id}: ${box.className || box.tagName} overflows`),
      ...sizes.filter((size) => size < 20).map((size) => `${slide.id}: letters of ${size}px`),
      ...[...slide.querySelectorAll(".live")].filter((live) => live.dataset.zoom < 0.85)
        .map((live) => `${slide.id}: a widget at ${live.dataset.zoom} of its size`),
      ...(picture && picture.height < 200 ? [`${slide.id}: a picture of ${picture.height}px`] : []),
    ];
  });
}"""  # noqa: E501
READY = "document.documentElement.dataset.ready !== undefined"


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """A folder with all decks and their index."""
    out = tmp_path_factory.mktemp("slides")
    assets(out)
    for chapter in chapters():
        deck(BOOK, chapter, out)
    index(BOOK, out)
    return out


@pytest.fixture
def opened(chromium, decks):
    """Opens a deck and waits until it runs; `heard` has its requests and its complaints."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    heard = []

    def open_it(chapter, place="", **size):
        page = context.new_page()
        page.on("request", lambda request: heard.append(request.url))
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        if size:
            page.set_viewport_size(size)
        page.goto(f"{(decks / chapter).as_uri()}.html{place}")
        page.wait_for_function(READY)
        return page

    open_it.heard = heard
    yield open_it
    context.close()


def test_every_section_has_slides():
    for chapter in {page.split("/")[1] for page in BOOK.notebooks if re.match(r"book/\d\d-", page)}:
        assert list(OUTLINES[chapter]) == sections(BOOK, chapter)


@pytest.mark.parametrize("section", SLIDES)
def test_a_lecture(section):
    """A question first, what to take home last; 8 to 15 slides with few words."""
    slides = SLIDES[section]
    kinds = [slide.kind for slide in slides]
    assert kinds[0] == "opens" and kinds[-1] == "sums" and 8 <= len(slides) <= 15
    assert kinds.count("opens") == kinds.count("sums") == 1
    assert {"title", "asks", "vote", "mistake"} <= set(kinds)
    for slide in slides:
        said = FORMULA.sub("x", f"{getattr(slide, slide.kind)} {slide.text}")
        assert len(said.split()) <= WORDS, said
        if slide.widget or slide.kind in {"asks", "opens"}:
            assert slide.notes, said


def test_the_live_pictures_of_the_book_are_shown():
    """Each page's first widget, that is; where a page has several, an outline chooses."""
    for section, slides in SLIDES.items():
        shown = Material(BOOK, f"book/{section}")._shown("text/html")
        live = [cell for cell, (output, _) in shown.items() if "dgm-widget" in str(output)]
        assert not live or live[0] in [slide.widget for slide in slides], section


def test_what_is_not_there_is_an_error():
    page = Material(BOOK, "book/05-score-matching/tweedie")
    for missing in (page.equation, page.figure, page.widget, page.code, page.algorithm):
        with pytest.raises(ValueError, match=r"tweedie has no [a-z ]+ 'eq-gone'; it has "):
            missing("eq-gone")
    with pytest.raises(ValueError, match="a slide up to 16"):
        code(Material(BOOK, "book/03-ddpm/noise-prediction"), "05395b9a")


def test_a_slide_says_what_kind_it_is():
    with pytest.raises(ValueError, match=r"here needs one of .*, and has none"):
        made({"text": "Hello."}, "here")
    with pytest.raises(ValueError, match="and has title, asks"):
        made({"title": "A", "asks": "B"}, "here")
    with pytest.raises(ValueError, match="here has figures; a slide has"):
        made({"title": "A", "figures": "b"}, "here")


def test_the_index_leads_to_every_section(decks):
    text = (decks / "index.html").read_text(encoding="utf8")
    for address in re.findall(r'href="(\d\d-[^"]+)"', text):
        file, _, place = address.partition("#/")
        assert not place or f'<section id="{place}"' in (decks / file).read_text(encoding="utf8")
    assert text.count("#/") == len(SLIDES)


@pytest.mark.browser
@pytest.mark.parametrize("chapter", OUTLINES)
def test_a_deck_runs_from_a_disk(opened, chapter):
    """Nothing overflows, formulas are drawn, widgets run, and the network is asked for nothing."""
    page = opened(chapter)
    assert page.evaluate(WALK) == []
    assert page.locator("mjx-merror").count() == 0
    assert page.locator("mjx-container").count() > 20
    assert page.locator(".math:not(:has(mjx-container))").count() == 0
    assert not re.search(
        r"\\[()\[\]]|\$", page.evaluate("document.querySelector('.slides').innerText")
    )
    assert page.locator('.dgm-widget:not([data-mounted="done"])').count() == 0
    assert all(url.startswith(("file:", "blob:", "data:")) for url in opened.heard), opened.heard


@pytest.mark.browser
def test_keys_belong_to_the_widget_that_has_the_focus(opened):
    page = opened("05-score-matching", "#/tweedie-2")
    here = "Reveal.getCurrentSlide().id"
    noise = "Reveal.getCurrentSlide().querySelector('.dgm-widget').dgmModel.get('log_snr')"
    before = page.evaluate(noise)
    page.locator("#tweedie-2 input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(here) == "tweedie-2" and page.evaluate(noise) != before
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(here) == "tweedie-3"
    page.wait_for_function("location.hash === '#/tweedie-3'")
    page.keyboard.press("End")
    assert page.evaluate("Reveal.isLastSlide()")
    page.keyboard.press("Home")
    assert page.evaluate("Reveal.isFirstSlide()")
    assert page.locator(".aria-status").get_attribute("aria-live") == "polite"


@pytest.mark.browser
def test_notes_below_and_in_a_window(opened):
    page = opened("05-score-matching", "#/tweedie-6")
    wanted = "even a poor score is a fine denoiser"
    page.keyboard.press("n")
    assert wanted in page.locator(".speaker-notes").inner_text()
    page.keyboard.press("n")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value
    notes.get_by_text(wanted).wait_for()
    assert notes.locator("main math").first.is_visible()  # MathML: MathJax does not run there
    notes.keyboard.press("ArrowRight")
    notes.get_by_text("Ask who the rivals should be").wait_for()
    assert page.evaluate("Reveal.getCurrentSlide().id") == "tweedie-7"


@pytest.mark.browser
def test_a_slide_a_page_on_paper(opened):
    page = opened("10-kernels")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == page.locator(".slides > section").count()
    assert page.evaluate(READY) and page.evaluate("Reveal.isReady()")


@pytest.mark.browser
def test_a_phone_held_upright_scrolls(opened):
    page = opened("10-kernels", "#/variational-diffusion-1", width=360, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#variational-diffusion-1").evaluate(
        "section => Math.abs(section.getBoundingClientRect().top) < 5"
    )
    assert page.locator(".slides > section >> visible=true").count() == sum(
        map(len, OUTLINES["10-kernels"].values())
    )
