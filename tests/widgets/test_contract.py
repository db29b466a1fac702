"""What every widget keeps, whoever wrote it: one test a promise, for each kind of the package.

A widget is found by its folder. The pages are shared: all kinds stand on one page, so that each
test also runs beside all the others.
"""

import base64
import json
import math
import re
from pathlib import Path

import pytest
from in_page import at_rest
from reader import Elements

from dgm_lessons import widgets
from dgm_lessons.widgets.base import HERE, standalone

KINDS = {name: getattr(widgets, name) for name in widgets.__all__}
LONGEST = 60  # lines of a function, without those of the functions inside it; of `build` in all
CONTRACT = Path(__file__).with_name("contract.js").read_text(encoding="utf8")
browser = pytest.mark.browser
each = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@pytest.fixture(scope="module")
def examples():
    """One widget of each kind, by its class."""
    return {kind: kind.example() for kind in KINDS.values()}


@pytest.fixture(scope="module")
def opened(chromium, examples, tmp_path_factory):
    """opened(title, kinds, **context): a new page with these kinds, all of them if none are named.

    `page.noise` is all that it logs, throws or requests, which must stay empty.
    """

    def opened(title, kinds=None, *, theme="light", address="", **options):
        inside = standalone(*(examples[k] for k in (KINDS.values() if kinds is None else kinds)))
        file = tmp_path_factory.mktemp("page") / "page.html"
        ground = "#10151c" if theme == "dark" else "#fff"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><meta '
            f'name="viewport" content="width=device-width"><title>{title}</title>'
            f'<body style="margin: 12px; background: {ground}">'
            f'<button id="before">before</button>{inside}'
            '<button id="after">after</button><p style="height: 1500px">the end</p></body>',
            encoding="utf8",
        )
        page = chromium.new_page(**{"viewport": {"width": 900, "height": 800}, **options})
        page.set_default_timeout(30_000)
        page.add_init_script(CONTRACT)
        page.noise = []
        page.on("console", lambda message: page.noise.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: page.noise.append(f"error: {error}"))
        page.on("request", lambda request: page.noise.append(f"request: {request.url}"))
        page.goto(file.as_uri() + address)
        if options.get("java_script_enabled", True):
            page.wait_for_function("() => contract.mounted()")
            page.wait_for_timeout(150)
            page.evaluate("contract.rest()")
        page.noise = [n for n in page.noise if not n.startswith(f"request: {file.as_uri()}")]
        return page

    return opened


@pytest.fixture(scope="module")
def shared(opened):
    """shared(key, …): a page opened once for each key, for all the tests that ask for it."""
    pages = {}

    def shared(key, *kinds, **options):
        if key not in pages:
            pages[key] = opened(key, *kinds, **options)
        return pages[key]

    yield shared
    for page in pages.values():
        page.close()


@pytest.fixture
def own(opened):
    """own(…): a page for one test."""
    pages = []

    def own(*kinds, **options):
        pages.append(opened("own", kinds, **options))
        return pages[-1]

    yield own
    for page in pages:
        page.close()


def noise(page):
    """What was logged, thrown or requested, less what a page makes of its own memory."""
    return [line for line in page.noise if not line.startswith("request: blob:")]


def root(page, kind):
    return page.locator(f'.dgm-widget[data-widget="{kind.name()}"]')


def ask(page, kind, question, *rest):
    """What contract.js answers about this kind's widget on the page."""
    code = f"(el, rest) => contract.{question}(el, ...rest)"
    return root(page, kind).evaluate(code, list(rest))


def fields(page, kind):
    """The state as the page has it."""
    return ask(page, kind, "fields", kind.fields())


# -- the source -----------------------------------------------------------------------------------


def functions(text):
    """(name, lines in all, lines of its own) of each function and closure with a name."""
    begin = re.compile(
        r"\s*(?:export )?(?:async )?function\*? (\w+)|"
        r"\s*(?:(?:export )?const |\w+\.)(\w+) = (?:async )?(?:\([^)]*\)|\w+) => \{$"
    )
    opened = []  # [name, indent, first line, lines of inner functions]
    for place, line in enumerate(text.split("\n")):
        indent = len(line) - len(line.lstrip())
        if (match := begin.match(line)) and not line.rstrip().endswith(("}", ";")):
            opened.append([match[1] or match[2], indent, place, 0])
        elif opened and indent == opened[-1][1] and re.match(r"\s*\}", line):
            name, _, start, inner = opened.pop()
            lines = place - start + 1
            if opened:
                opened[-1][3] += lines
            yield name, lines, lines - inner


def too_long(folder):
    for file in folder.glob("*.js"):
        for name, lines, own in functions(file.read_text(encoding="utf8")):
            if (lines if name == "build" else own) > LONGEST:
                yield f"{file.name}: {name}, {lines} lines, {own} of its own"


@each
def test_its_functions_are_short(kind):
    assert [*too_long(kind._folder)] == []


def test_the_functions_of_kit_and_mathematics_are_short():
    assert [*too_long(HERE / "kit"), *too_long(HERE / "maths")] == []


def test_the_length_of_a_function_is_seen(tmp_path):
    text = "export function a() {\n  const b = () => {\n    1;\n  };\n}\nconst c = (x) => {\n};\n"
    assert list(functions(text)) == [("b", 3, 3), ("a", 5, 2), ("c", 2, 2)]
    (tmp_path / "x.js").write_text("function build() {\n" + "  1;\n" * 59 + "}\n")
    assert list(too_long(tmp_path)) == ["x.js: build, 61 lines, 61 of its own"]


def test_the_mathematics_knows_no_page_and_is_tested():
    tests = "".join(p.read_text(encoding="utf8") for p in Path(__file__).parent.glob("*.py"))
    untested = []
    for file in HERE.glob("maths/*.js"):
        text = file.read_text(encoding="utf8")
        assert not re.search(r"\b(document|window|matchMedia|requestAnimationFrame)\b", text)
        assert not re.search(r'from "\.\./', text), f"{file.name} imports from elsewhere"
        names = re.findall(r"^export (?:function|const) (\w+)", text, re.MULTILINE)
        untested += [n for n in names if not n.isupper() and f"M.{n}" not in tests]
    assert untested == []


def test_no_widget_waits_for_the_languages_of_the_browser():
    """The first use of its numbers and dates loads them: .05 s, .2 s on a phone."""
    slow = re.compile(r"\.toLocale\w*\(|\bIntl\b|localeCompare")
    files = [p for p in HERE.rglob("*.js") if slow.search(p.read_text(encoding="utf8"))]
    assert files == [] and slow.search('n.toLocaleString("en")')


@each
def test_its_style_stays_inside(kind):
    """By nesting; what would come out of a nest is not used."""
    style = kind.style()
    assert style.startswith(f".dgm-{kind.name()} {{")
    assert style.count("{") == style.count("}")
    depth = 0
    for char in style.rstrip()[style.index("{") : -1]:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth > 0, "a brace closes the widget's root too early"
    assert not re.search(r"@(keyframes|import|font-face|layer|property)|:root|\bhtml\b", style)


# -- what a notebook stores, and what is seen without JavaScript ----------------------------------


@each
def test_what_is_stored(kind, examples):
    widget = examples[kind]
    page = widget.static_html()
    assert page == widget.static_html()
    code = re.sub(r'<script type="text/dgm-data".*?</script>', "", page)
    outside = r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\("
    for text in (code, kind.script(), kind.style()):
        assert not re.search(outside, text.replace('xmlns="http://www.w3.org/2000/svg"', ""))
    elements = Elements(page)
    assert not any(row[1].get("type", "").startswith("text/dgm-esm") for row in elements.scripts())
    (state,) = elements.scripts(type="application/json")
    assert set(json.loads(state[2])) == set(kind.fields())
    (picture,) = [row for row in elements.found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and len(picture[1]["aria-label"]) > 40
    assert "nan" not in widget.picture() and len(widget.picture()) < 20_000
    data, metadata = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert data["text/html"] == page
    assert metadata == super(widgets.base.LessonWidget, widget)._repr_mimebundle_()[1]
    assert data["text/plain"] == f"<{kind.__name__}: a figure to touch>"


@browser
@each
def test_without_javascript_a_picture_with_axes_and_words(shared, kind):
    """Axes with numbers and names, or a caption under each small image; a note that it can move."""
    page = shared("still", java_script_enabled=False)
    picture = root(page, kind).locator("svg.dgm-picture")
    assert picture.is_visible()
    words = picture.locator("text").all_text_contents()
    numbers = [word for word in words if re.fullmatch(r"−?[\d.]+", word)]
    names = [word for word in words if re.search(r"[a-z]", word)]
    tiles = picture.locator("g[transform]").count()
    assert (len(numbers) >= 6 and len(names) >= 2) or len(names) == tiles > 2, words
    assert "picture moves" in root(page, kind).locator(".dgm-still").inner_text()
    box = picture.bounding_box()
    for text in picture.locator("text").all():
        place = text.bounding_box()
        assert (
            place["x"] > box["x"] - 2 and place["x"] + place["width"] < box["x"] + box["width"] + 2
        )


@browser
@each
def test_it_runs_in_a_notebook(own, kind, examples):
    """As a module from a blob beside a kernel; when the cell goes, it leaves nothing behind."""
    widget = examples[kind]
    state = widget.static_state()
    bytes_ = {n: base64.b64encode(v).decode() for n, v in state.items() if isinstance(v, bytes)}
    state = {name: value for name, value in state.items() if name not in bytes_}
    page = own()
    arguments = {"esm": widget._esm, "css": widget._css, "state": state, "bytes": bytes_}
    found = page.evaluate("(a) => contract.inNotebook(a)", arguments)
    assert found["ink"] > 0.001 and re.search(r"\d", found["text"])
    assert found["links"] == 0, "a notebook's address belongs to the notebook"
    assert found["before"] > 0 and found["after"] == 0
    assert "could not" not in found["text"]
    assert noise(page) == []


# -- keys and names -------------------------------------------------------------------------------


def walk(page, kind, key="Tab"):
    """All that has the focus from the first of the widget's controls until it is left again."""
    page.evaluate("([name, last]) => contract.enter(name, last)", [kind.name(), key != "Tab"])
    found = []
    for _ in range(60):
        now = page.evaluate("contract.focus()")
        if now["widget"] != kind.name():
            return found
        found.append(now)
        page.keyboard.press(key)
    raise AssertionError(f"a trap: {[row['name'] for row in found[-5:]]}")


@browser
@each
@pytest.mark.criterion("2.1.1", "2.1.2", "2.4.7", "2.5.3")
def test_the_tab_key_reaches_everything_and_leaves_again(shared, kind):
    """In every widget the Tab key reaches all controls, forward and back, each with a name and a
    ring, and leaves again."""
    page = shared("wide")
    forward, backward = walk(page, kind), walk(page, kind, "Shift+Tab")
    names = [row["name"] for row in forward]
    assert len(forward) >= 3 and sorted(names) == sorted(row["name"] for row in backward)
    for row in forward:
        assert row["name"].strip(), row
        assert row["ring"], f"no ring around {row['name']} when it has the focus"
        assert row["own"], f"JupyterLab takes the keys of {row['name']}"
        if row["tag"] == "BUTTON" and row["seen"].strip():
            seen, name = row["seen"].strip(), row["name"].strip()
            assert name.startswith(seen) or seen.isdigit(), f"seen: {seen}; heard: {name}"
    assert len(set(names)) == len(names), f"two controls have one name: {names}"


@browser
@each
@pytest.mark.criterion("1.1.1", "4.1.3")
def test_the_status_line_is_a_polite_sentence(shared, kind):
    """Every widget has a line of text that says its numbers and is read out when they change."""
    line = root(shared("wide"), kind).locator(".dgm-status")
    assert line.count() == 1 and line.get_attribute("role") == "status"
    assert re.search(r"\d", line.inner_text()), "the text line says the numbers"


@browser
@each
@pytest.mark.criterion("1.1.1")
def test_every_picture_has_a_name(shared, kind):
    """Every picture in a widget has a description."""
    assert ask(shared("wide"), kind, "silent") == []


KEYS = [
    "End",
    "PageDown",
    "ArrowLeft",
    "Shift+ArrowDown",
    "Home",
    "PageUp",
    "ArrowRight",
    "ArrowUp",
]


@browser
@each
@pytest.mark.criterion("2.1.1", "2.5.1")
def test_arrows_home_end_and_page_keys_move_handles_within_their_limits(shared, kind):
    """In every widget keys move what a pointer drags."""
    page = shared("wide")
    for handle in root(page, kind).locator(".dgm-handle:visible").all()[:3]:
        before, places = fields(page, kind), []
        for key in KEYS:
            handle.press(key)
            places.append(handle.bounding_box())
            assert ask(page, kind, "unsound", kind.fields()) == [], key
            assert handle.evaluate("(node) => contract.reachable(node)") is True, key
        assert len({(box["x"], box["y"]) for box in places}) >= 3, "the keys do nothing"
        if handle.get_attribute("role") == "slider":
            for key, end in (("Home", "min"), ("End", "max")):
                handle.press(key)
                now, limit = (
                    float(handle.get_attribute(f"aria-value{part}")) for part in ("now", end)
                )
                high = float(handle.get_attribute("aria-valuemax"))
                low = float(handle.get_attribute("aria-valuemin"))
                assert abs(now - limit) <= 0.03 * (high - low), (key, now, limit)
        assert fields(page, kind) != before
    for slider in root(page, kind).locator("input[type=range]").all():
        for key, expected in (("Home", 0), ("End", 1)):
            slider.press(key)
            assert float(slider.input_value()) == pytest.approx(expected, abs=1e-9)
            assert ask(page, kind, "unsound", kind.fields()) == []
            assert slider.get_attribute("aria-valuetext").strip()
    assert noise(page) == []


@browser
@each
def test_a_fling_beyond_every_edge_leaves_finite_numbers_and_a_reachable_handle(shared, kind):
    page = shared("wide")
    for handle in root(page, kind).locator(".dgm-handle:visible").all()[:3]:
        for dx, dy in ((-3000, 0), (3000, 0), (0, -3000), (0, 3000), (4000, 4000)):
            handle.scroll_into_view_if_needed()
            box = handle.bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + dx, y + dy)
            page.mouse.up()
            assert ask(page, kind, "unsound", kind.fields()) == [], (dx, dy)
            assert handle.evaluate("(node) => contract.reachable(node)") is True, (dx, dy)
    assert noise(page) == []


# -- links, presets, guesses ----------------------------------------------------------------------


@browser
@each
def test_presets_set_the_state_and_say_what_is_seen(shared, kind):
    page = shared("wide")
    presets = root(page, kind).locator(".dgm-preset")
    assert presets.count() == len(kind.PRESETS)
    for button, (label, preset, sentence) in zip(presets.all(), kind.PRESETS, strict=True):
        button.click()
        now = fields(page, kind)
        for name, value in preset.items():
            found = now[name] if isinstance(now[name], list) else [now[name]]
            wanted = value if isinstance(value, list | tuple) else [value]
            for a, b in zip(found, wanted, strict=True):
                assert a == (pytest.approx(b, rel=1e-6) if isinstance(b, float) else b), label
        assert sentence in root(page, kind).locator(".dgm-presets").inner_text()
    assert noise(page) == []


@browser
@each
def test_a_link_brings_the_state_back(shared, own, kind):
    """The address that *Copy link* makes, in a fresh page opened from a file."""
    page = shared("wide")
    for handle in root(page, kind).locator(".dgm-handle:visible").all()[:1]:
        handle.press("ArrowRight")
    for slider in root(page, kind).locator("input[type=range]").all()[:1]:
        slider.press("Home")
        slider.press("PageUp")
    root(page, kind).get_by_role("button", name="Copy link").click()
    hash_ = page.evaluate("location.hash")
    assert hash_.startswith(f"#set-{kind.name()}?")
    there, fresh = fields(page, kind), own(kind, address=hash_)
    here = fields(fresh, kind)
    named = {part.split("=")[0] for part in hash_.split("?")[1].split("&") if part}
    assert named or kind.name() == "digit-from-noise"
    for name in named:
        for a, b in zip(flat(here[name]), flat(there[name]), strict=True):
            assert a == (pytest.approx(b, rel=1e-4, abs=1e-6) if isinstance(b, float) else b), name
    assert noise(fresh) == [] and noise(page) == []


def flat(value):
    return value if isinstance(value, list) else [value]


# -- what moves -----------------------------------------------------------------------------------

PLAYS = re.compile("^(Play|Demolish|Rebuild)")


def playing(shared, kind):
    """A page with this kind alone, after what it plays by itself at first sight."""
    page = shared(f"play {kind.name()}", [kind])
    page.wait_for_timeout(150)
    for pause in root(page, kind).get_by_role("button", name=re.compile("^Pause")).all():
        pause.click()
    return page


@browser
@each
@pytest.mark.criterion("2.2.2")
def test_a_player_says_what_it_does_now(shared, kind):
    """What plays has a button that pauses it, and the button says so."""
    page = playing(shared, kind)
    for player in root(page, kind).get_by_role("button", name=PLAYS).all():
        before = player.get_attribute("aria-label")
        if before is None or ":" not in before:
            continue  # "Play again"
        node = player.element_handle()
        node.click()
        heard, seen = node.get_attribute("aria-label"), node.inner_text()
        if seen == "Pause":  # else it has arrived already
            assert heard.startswith("Pause") and heard != before
            node.click()
        page.wait_for_function("(node) => node.innerText !== 'Pause'", arg=node)
        assert node.get_attribute("aria-label") == before
    assert noise(page) == []


@browser
@each
def test_what_plays_rests_out_of_sight(shared, kind):
    page = playing(shared, kind)
    for player in root(page, kind).get_by_role("button", name=PLAYS).all()[:1]:
        if ":" not in (player.get_attribute("aria-label") or ""):
            continue
        node = player.element_handle()
        node.click()
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(150)
        first = ask(page, kind, "life")
        page.wait_for_timeout(250)
        assert ask(page, kind, "life") == first
        page.evaluate("window.scrollTo(0, 0)")
        if node.inner_text() == "Pause":
            node.click()


@browser
@each
def test_who_wants_no_motion_sees_the_end_at_once(shared, kind):
    page = shared("calm", reduced_motion="reduce")
    for player in root(page, kind).get_by_role("button", name=PLAYS).all():
        if ":" not in (player.get_attribute("aria-label") or ""):
            continue
        if kind.name() == "score-field":
            continue  # its clock has no end under Langevin
        player.click()
        assert player.inner_text() != "Pause"
    assert noise(page) == []


# -- paper, dark, few colours, small screens, fingers ---------------------------------------------


def of_all(page, question):
    """What contract.js answers about each kind on the page: the page turns once for all of them."""
    return {kind: ask(page, kind, question) for kind in KINDS.values()}


@pytest.fixture(scope="module")
def turned(shared):
    """The pictures on a light page, after it has turned dark, and when it is light again."""
    page, pictures = shared("theme"), []
    for theme in ("light", "dark", "light"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.wait_for_timeout(200)
        pictures.append(of_all(page, "pixels"))
    return pictures


@browser
@each
def test_it_follows_the_page_into_the_dark_and_back(shared, turned, kind):
    light, dark, again = (pictures[kind] for pictures in turned)
    assert again == light
    changed = [a != b for a, b in zip(light, dark, strict=True)]
    assert all(changed), changed
    assert noise(shared("theme")) == []


@pytest.fixture(scope="module")
def printed(shared):
    """What a dark page shows of each kind before its print, on paper, and after it."""
    page = shared("dark", theme="dark")
    before = of_all(page, "pixels")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper, grounds = of_all(page, "pixels"), of_all(page, "grounds")
    controls = "button:not(.dgm-handle):visible, input:visible"
    left = {kind: root(page, kind).locator(controls).count() for kind in KINDS.values()}
    exact = "(el) => getComputedStyle(el.querySelector('.dgm-legend, .dgm')).printColorAdjust"
    inks = {kind: root(page, kind).evaluate(exact) for kind in KINDS.values()}
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    after = of_all(page, "pixels")
    return {
        kind: (before[kind], paper[kind], grounds[kind], left[kind], inks[kind], after[kind])
        for kind in KINDS.values()
    }


@browser
@each
def test_a_print_from_the_dark_is_light_and_whole(printed, turned, kind):
    """Before the print the picture is painted for paper; the sheet has no buttons."""
    before, paper, grounds, left, inks, after = printed[kind]
    assert all(a != b for a, b in zip(before, paper, strict=True))
    assert len(turned[0][kind]) == len(paper)
    for ink, dark in grounds:
        assert ink > 0.001, "an empty picture"
        assert dark < 0.5, "a dark ground on paper"
    assert left == 0, "controls on paper"
    assert inks == "exact"
    assert after == before


@browser
@pytest.mark.parametrize("backgrounds", [True, False])
def test_a_sheet_of_paper(shared, backgrounds):
    """The printer's own way, with and without background graphics: a sheet comes, in silence."""
    page = shared("dark", theme="dark")
    seen = page.evaluate(
        """() => {
          window.sizes = [];
          addEventListener("beforeprint", () => window.sizes.push(
            [...document.querySelectorAll("canvas")].every((c) => c.width > 0)), { once: true });
        }"""
    )
    sheet = page.pdf(print_background=backgrounds)
    assert seen is None and page.evaluate("window.sizes") == [True]
    assert sheet.startswith(b"%PDF") and len(sheet) > 60_000
    assert noise(page) == []


@browser
@each
def test_few_colours_are_enough(shared, kind):
    page = shared("forced", forced_colors="active")
    canvas = "canvas:not([hidden])"
    assert root(page, kind).locator(canvas).count()
    assert ask(page, kind, "inks") == ["CanvasText", True]
    for ink, _ in ask(page, kind, "grounds"):
        assert ink > 0.001
    assert noise(page) == []


SMALL = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
SMALL["reduced_motion"] = "reduce"  # a handle that plays by itself would move away from the finger


@browser
@each
@pytest.mark.criterion("1.4.10")
def test_nothing_is_wider_than_a_small_phone(shared, kind):
    """No widget is wider than a window of 320 pixels."""
    page = shared("small", **SMALL)
    assert ask(page, kind, "tooWide") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert ask(page, kind, "tooSmall") == [], "a target smaller than 24 px"
    assert noise(page) == []


def swipe(page, x, y, dy):
    """A finger goes down at (x, y) and moves by dy."""
    touch = page.context.new_cdp_session(page)
    send = "Input.dispatchTouchEvent"
    touch.send(send, {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 9):
        points = [{"x": x, "y": y + dy * k / 8}]
        touch.send(send, {"type": "touchMove", "touchPoints": points})
    touch.send(send, {"type": "touchEnd", "touchPoints": []})
    touch.detach()
    return at_rest(page, "scrollY")  # after a quick swipe it glides on for a while


@browser
@each
def test_a_swipe_beside_a_handle_scrolls_and_one_on_it_does_not(shared, kind):
    page = shared("small", **SMALL)
    stage = root(page, kind).locator(".dgm-stage, canvas").first
    stage.evaluate("(node) => window.scrollTo(0, node.getBoundingClientRect().top + scrollY - 200)")
    before, box = at_rest(page, "scrollY"), stage.bounding_box()
    places = [handle.bounding_box() for handle in root(page, kind).locator(".dgm-handle").all()]
    free = next(
        (x, y)
        for x in (box["x"] + 20, box["x"] + box["width"] / 2, box["x"] + box["width"] - 20)
        for y in (box["y"] + 30, box["y"] + box["height"] / 2, box["y"] + box["height"] - 30)
        if y < 600
        and all(
            math.hypot(x - p["x"] - p["width"] / 2, y - p["y"] - p["height"] / 2) > 45
            for p in places
            if p
        )
    )
    assert swipe(page, *free, -120) > before + 40
    for handle in root(page, kind).locator(".dgm-handle:visible").all()[:1]:
        handle.scroll_into_view_if_needed()
        before, place = at_rest(page, "scrollY"), handle.bounding_box()
        assert swipe(page, place["x"] + 17, place["y"] + 17, -60) == before
    assert noise(page) == []


# -- neighbours -----------------------------------------------------------------------------------


@browser
@each
def test_neighbours_do_no_damage(shared, own, kind):
    """Alone, and among all the others in both orders, a widget looks the same: sizes and styles.

    Without motion: what is in sight alone would else play, and what is further down would not.
    """
    kinds, calm = list(KINDS.values()), {"reduced_motion": "reduce"}
    alone = ask(own(kind, **calm), kind, "look")
    for key, order in (("in order", kinds), ("in reverse", kinds[::-1])):
        page = shared(key, order, **calm)
        crowded = ask(page, kind, "look")
        differing = [(a, b) for a, b in zip(alone, crowded, strict=True) if a != b]
        assert differing == [], key
        assert noise(page) == []
