"""The kit's parts, in the small widget of kit/README.md, whose code is run as it stands there."""

import json
import re
import shutil

import pytest
import torch
import traitlets as t
from in_page import in_page
from reader import number, set_field, settled, state, status

from dgm_lessons.widgets import ReverseStep, svg
from dgm_lessons.widgets.base import HERE, LessonWidget, standalone
from dgm_lessons.widgets.joiner import join

browser = pytest.mark.browser
README = (HERE / "kit" / "README.md").read_text(encoding="utf8")
DENSITY = """export const density = (x, { mean, std }) =>
  Math.exp(-0.5 * ((x - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
"""


def example():
    """The README's widget.js."""
    return re.search(r"```js\n(import \{ makeFields.*?)```", README, re.DOTALL)[1]


@pytest.fixture(scope="module")
def bell(tmp_path_factory):
    """The class of the README's widget, in a folder beside copies of kit and maths."""
    place = tmp_path_factory.mktemp("widgets")
    for part in ("kit", "maths"):
        shutil.copytree(HERE / part, place / part)
    (place / "bell").mkdir()
    (place / "bell" / "widget.js").write_text(example(), encoding="utf8")
    (place / "bell" / "style.css").write_text(".dgm-stage { aspect-ratio: 1.6; }\n", "utf8")
    (place / "maths" / "bell.js").write_text(DENSITY, encoding="utf8")

    class Bell(LessonWidget):
        _folder = place / "bell"
        WORDS = ("density",)
        PRESETS = (
            ("Narrow", {"std": 0.25}, "A tall peak."),
            ("To the left", {"mean": -1.5}, "Moved."),
        )
        mean = t.Float(0.5).tag(sync=True)
        std = t.Float(1.0).tag(sync=True)

        def picture(self):
            return svg.picture(10, 10, "a bell", [])

    return Bell


# -- the README's widget --------------------------------------------------------------------------


def test_the_small_widget_is_small():
    assert len(example().splitlines()) < 50


@browser
def test_the_small_widget_runs(open_page, bell):
    page = open_page(bell())
    assert number(page, "The mean is") == 0.5 and number(page, "the top") == 0.4
    grip = page.get_by_role("slider", name="Mean")
    grip.press("Shift+ArrowRight")
    assert state(page, "mean") == pytest.approx(0.75)
    assert grip.get_attribute("aria-valuetext") == "mean 0.75"
    page.get_by_role("slider", name="Width").press("Home")
    assert state(page, "std") == pytest.approx(0.2) and number(page, "the top") == 1.99
    assert page.noise == []


@browser
def test_it_is_painted_anew_for_other_colours_and_for_nothing_else(open_page, bell):
    page = open_page(
        bell(),
        before="""window.painted = 0;
        const pen = CanvasRenderingContext2D.prototype, clear = pen.clearRect;
        pen.clearRect = function (...box) { window.painted += 1; clear.apply(this, box); };""",
    )
    turn = """async (attributes) => {
      await new Promise((rest) => setTimeout(rest, 100));
      const before = window.painted;
      for (const [name, value] of Object.entries(attributes)) document.documentElement.setAttribute(name, value);
      await new Promise((rest) => setTimeout(rest, 100));
      return window.painted - before;
    }"""  # noqa: E501
    assert page.evaluate(turn, {"class": "scrolled", "data-theme": "light"}) == 0
    assert page.evaluate(turn, {"data-theme": "dark"}) > 0
    assert page.evaluate(turn, {"data-theme": "light"}) > 0


@browser
def test_a_slider_in_whole_steps_reaches_both_ends(run_module):
    """The browser takes the last step that is not beyond 1, and 99 / 99 may be."""
    code = """const w = { model: { get: () => 1, on() {} }, signal: new AbortController().signal };
      return Array.from({ length: 300 }, (_, i) => {
        const f = M.makeFields(w, { n: { limits: [1, i + 2], whole: true } }, () => {});
        const input = f.slider("n", "N", ["1", "all"], String).querySelector("input");
        return [0, 1].map((q) => ((input.value = q), Math.round(1 + input.value * (i + 1))));
      });"""
    expected = [[1, i + 2] for i in range(300)]
    assert run_module(ReverseStep, code, {}) == expected
    slip = ("Math.floor(1e15 / Math.abs(high - low)) / 1e15", "1 / Math.abs(high - low)")
    assert run_module(ReverseStep, code, {}, slip) != expected


# -- fields, links, presets, guesses --------------------------------------------------------------


@browser
def test_python_and_the_reader_take_one_way(open_page, bell):
    page = open_page(bell())
    set_field(page, "mean", 1.25)
    assert "mean is 1.25" in status(page)
    page.get_by_role("slider", name="Mean").press("End")
    settled(page)
    assert state(page, "mean") == 2
    saved = page.evaluate(
        """() => {
          const model = document.querySelector(".dgm-widget").dgmModel;
          let count = 0;
          model.save_changes = () => count++;
          document.querySelector(".dgm-handle").dispatchEvent(
            new KeyboardEvent("keydown", { key: "ArrowLeft" }));
          return new Promise((done) => setTimeout(() => done(count), 600));
        }"""
    )
    assert saved == 1  # once it has settled, not at every step


LINKS = {
    "#set-bell?mean=-1&std=0.5": (-1, 0.5),
    "#set-bell?mean=99": (2, 1.0),  # held within its limits; what is not named is as at the start
    "#set-bell-1?std=0.25": (0.5, 0.25),
    "#set-bell?mean=NaN&std=&words=x&nonsense=1": (0.5, 1.0),
    "#set-bell-2?mean=1": (0.5, 1.0),  # meant for the second of its kind
    "#set-other?mean=1": (0.5, 1.0),
    "#somewhere": (0.5, 1.0),
}


@browser
@pytest.mark.parametrize("link", LINKS)
def test_a_link_sets_the_picture_and_nothing_else(open_page, bell, link):
    page = open_page(bell(), address=link)
    assert (state(page, "mean"), state(page, "std")) == LINKS[link]
    assert state(page, "words") == ["density"] and page.noise == []


@browser
def test_a_link_from_elsewhere_brings_the_widget_into_sight(open_page, bell):
    page = open_page(*(bell() for _ in range(5)), address="#set-bell-5?mean=1.5")
    page.wait_for_function("scrollY > 100")
    box = page.locator(".dgm-bell").nth(4).bounding_box()
    assert state(page, "mean", 4) == 1.5 and 0 <= box["y"] < 800


@browser
def test_a_sentence_of_the_page_sets_the_second_of_its_kind(open_page, bell):
    prose = '<p style="margin-top: 1200px"><a href="#set-bell-2?mean=1.5">to the right</a></p>'
    page = open_page(bell(), bell(), prose=prose)
    page.locator("a").click()
    assert (state(page, "mean", 0), state(page, "mean", 1)) == (0.5, 1.5)
    assert page.evaluate("location.hash") == "#set-bell-2?mean=1.5"
    box = page.locator(".dgm-bell").nth(1).bounding_box()
    assert box["y"] > -box["height"] / 2, "the widget is brought into sight"
    page.get_by_role("slider", name="Mean").nth(1).press("Home")
    page.locator("a").click()  # once more: the same address, and it is obeyed again
    assert state(page, "mean", 1) == 1.5 and page.noise == []


@browser
def test_copy_link_gives_the_address_of_the_state(open_page, bell):
    page = open_page(bell(), bell())
    page.get_by_role("slider", name="Mean").nth(1).press("Home")
    page.get_by_role("button", name="Copy link").nth(1).click()
    page.get_by_text(re.compile("Copied|It is in the address bar")).wait_for()
    assert page.evaluate("location.hash") == "#set-bell-2?mean=-2"
    assert page.noise == []


@browser
def test_a_preset_is_a_state_and_a_sentence(open_page, bell):
    page = open_page(bell())
    seen = page.locator(".dgm-preset-seen")
    page.get_by_role("button", name="Narrow").click()
    assert state(page, "std") == 0.25 and seen.inner_text() == "A tall peak."
    page.get_by_role("slider", name="Mean").press("ArrowLeft")
    assert seen.inner_text() == "", "the sentence is about another state now"
    page = open_page(bell().staged(presets=[("Own", {"mean": 0.0, "std": 2.0}, "Wide.")]))
    page.get_by_role("button", name="Own").click()
    assert (state(page, "mean"), state(page, "std")) == (0, 2)
    assert page.get_by_role("button", name="Narrow").count() == 0 and page.noise == []


GUESS = ("Where is the top?", ["at the mean", "elsewhere"], "It is at the mean.")


@browser
def test_a_guess_is_kept_before_it_is_answered(open_page, bell):
    page = open_page(bell().staged(guess=GUESS))
    panel = page.get_by_role("group", name="Your guess")
    assert "It is at the mean" not in panel.inner_text()
    panel.get_by_role("button", name="elsewhere").click()
    assert "You guessed: elsewhere. It is at the mean." in panel.inner_text()
    assert panel.get_by_role("button", name="at the mean").is_disabled()
    page.reload()
    page.wait_for_selector("[data-mounted=done]")
    assert "You guessed: elsewhere" in panel.inner_text()
    panel.get_by_role("button", name="Guess again").click()
    assert "You guessed" not in panel.inner_text()
    page.reload()
    page.wait_for_selector("[data-mounted=done]")
    assert "You guessed" not in panel.inner_text()


@browser
def test_without_storage_a_guess_is_merely_not_remembered(open_page, bell):
    page = open_page(
        bell().staged(guess=GUESS),
        before="Object.defineProperty(window, 'localStorage', { get() { throw Error('no'); } })",
    )
    page.get_by_role("button", name="elsewhere").click()
    assert "You guessed: elsewhere" in page.get_by_role("group", name="Your guess").inner_text()
    assert page.noise == []


def test_what_a_page_may_ask_for(bell):
    with pytest.raises(ValueError, match=r"Bell does not know \['score'\]; it has density"):
        bell().staged(words=["score"])
    with pytest.raises(ValueError, match=r"Bell has no fields \['width'\] to preset"):
        bell().staged(presets=[("x", {"width": 1}, "y")])
    assert bell().staged(words=[]).words == [] and bell().words == ["density"]


# -- the parts by themselves ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def kit(chromium):
    """kit(file, code, arguments): runs `code` with a file of the kit as K."""
    page = chromium.new_page()
    page.goto("about:blank")

    def kit(file, code, arguments=None):
        text = join(HERE, f"kit/{file}")
        program = f'async (a) => {{ {text} const K = use("kit/{file}"); {code} }}'
        return in_page(page, program, arguments)

    yield kit
    page.close()


def contrast(one, other):
    """The contrast of two colours [r, g, b], by the formula of WCAG 2."""

    def luminance(colour):
        v = torch.tensor(colour).double() / 255
        v = torch.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
        return float(v @ torch.tensor([0.2126, 0.7152, 0.0722]).double())

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


GROUNDS = {"light": [255, 255, 255], "dark": [16, 21, 28]}


@browser
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("count", [3, 8, 10, 12])
def test_class_colours_can_be_read_and_told_apart(kit, ground, count):
    paper = GROUNDS[ground]
    code = "return Array.from({ length: a.count }, (_, k) => K.classColour(k, a.count, a.paper));"
    found = kit("colours.js", code, {"count": count, "paper": paper})
    colours = [[int(v) for v in re.findall(r"\d+", text)[:3]] for text in found]
    assert all(contrast(colour, paper) >= 4.5 for colour in colours), colours
    far = torch.cdist(torch.tensor(colours).double(), torch.tensor(colours).double())
    assert float((far + 1e9 * torch.eye(count)).min()) > (40 if count <= 10 else 35)


VARIABLE = re.compile(r"--dgm-([\w-]+): (#[0-9a-f]{6});")
TEXT, MARKS = ("ink", "soft", "high", "accent"), ("particle", "arrow", "ode", "contour", "edge")


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_kit_s_own_colours_can_be_read(ground):
    """Text 4.5:1 and marks 3:1, on paper and on the grey of panels; the words on the accent."""
    style = (HERE / "kit" / "base.css").read_text(encoding="utf8")
    light, dark = (dict(VARIABLE.findall(style.split("@media screen")[i])) for i in (0, 1))
    names = {n: [int(c[i : i + 2], 16) for i in (1, 3, 5)] for n, c in
             (light if ground == "light" else light | dark).items()}  # fmt: skip
    assert names["paper"] == GROUNDS[ground]
    for paper in ("paper", "fill"):
        for wanted, kind in ((4.5, TEXT), (3, MARKS)):
            for name in kind:
                assert contrast(names[name], names[paper]) >= wanted, (name, paper)
    assert contrast(names["on-accent"], names["accent"]) >= 4.5


@browser
@pytest.mark.parametrize("ends", [(-3.1, 2.4), (0, 1), (0, 0.0123), (-1000, 1000), (2, 2.5)])
def test_ticks_are_the_same_in_both_languages(kit, ends):
    for count in (4, 6, 9):
        found = kit("plot.js", "return K.ticks(...a);", [list(ends), count])
        assert found == svg.ticks(*ends, count)
        assert 2 <= len(found) <= 2 * count + 1
        assert all(ends[0] - 1e-9 <= tick <= ends[1] + 1e-9 for tick in found)


@browser
def test_ticks_of_a_log_axis(kit):
    def ticks(low, high):
        return kit("plot.js", "return K.ticks(a, 6, true);", [low, high])

    assert ticks(0.05, 2) == [0.05, 0.1, 0.2, 0.5, 1, 2]
    assert ticks(1e-11, 1) == [1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]


@browser
def test_numbers_as_they_are_written(kit):
    code = "return [K.shown(-1.25), K.shown(-0.0001), K.percent(0.125), K.scientific(3.21e-7)];"
    assert kit("ui.js", code) == ["−1.25", "0.00", "12.5%", "3.2 × 10⁻⁷"]
    code = "return [0, 999, 1000, 98765, 1234567].map(K.grouped);"
    assert kit("ui.js", code) == ["0", "999", "1,000", "98,765", "1,234,567"]


@browser
def test_a_pixel_pad_takes_strokes_and_gives_them_back(kit):
    code = """const pad = K.makePixelPad(24), sum = () => pad.values.reduce((x, y) => x + y, 0);
      const seen = [pad.empty, sum()];
      pad.point(0.2, 0.5, true);
      pad.point(0.8, 0.5, false);
      const row = [...pad.values.slice(12 * 24, 13 * 24)];
      pad.point(0.5, 0.1, true);
      const both = sum();
      pad.undo();
      seen.push(both > sum(), sum() > 0, Math.min(...row.slice(5, 19)), Math.max(...pad.values));
      pad.clear();
      return [...seen, sum(), pad.empty];"""
    empty, before, taken, left, least, most, after, again = kit("draw.js", code)
    assert empty and before == 0 and taken and left
    assert least > 0.9 and most <= 1, "a stroke has no holes"
    assert after == 0 and again


@browser
def test_a_stage_is_drawn_upon_by_mouse_and_keys(kit):
    code = """
      document.body.innerHTML = '<div style="position: relative; width: 200px; height: 100px">';
      const stage = document.body.firstChild, got = [];
      const pad = K.makePad({}, stage, { label: "Your data", onpoint: (...p) => got.push(p),
        onundo: () => got.push("undo") });
      document.body.append(pad.toggle);
      const quiet = getComputedStyle(stage).touchAction;
      pad.toggle.click();
      const board = stage.querySelector("[role=application]");
      Object.assign(board.style, { position: "absolute", inset: 0 });
      board.setPointerCapture = () => {};
      const { left, top } = stage.getBoundingClientRect();
      const send = (type, x = 0, y = 0) =>
        board.dispatchEvent(new PointerEvent(type, { clientX: left + x, clientY: top + y }));
      send("pointerdown", 50, 50);
      send("pointermove", 100, 50);
      send("pointerup");
      send("pointermove", 9, 9);
      for (const key of ["ArrowRight", " ", "Backspace", "Tab"]) {
        board.dispatchEvent(new KeyboardEvent("keydown", { key }));
      }
      return [got, quiet, getComputedStyle(board).display, pad.toggle.ariaPressed];"""
    got, quiet, display, pressed = kit("draw.js", code)
    assert got[0] == [0.25, 0.5, True] and got[1] == [0.5, 0.5, False]
    assert got[2] == [pytest.approx(0.54), 0.5, True] and got[3:] == ["undo"]
    assert quiet == "auto" and display != "none" and pressed == "true"


def test_axes_put_points_where_they_belong():
    frame = svg.Axes(100, 50, (0, 10, "x"), (-1, 1, "y"))
    left, top, width, height = frame.box
    assert frame.place(0, -1) == (left, top + height)
    assert frame.place(10, 1) == (left + width, top)
    assert frame.place(5, 0) == (left + 50, top + 25)
    drawn = frame.axes()
    assert drawn.count("<text") == len(svg.ticks(0, 10)) + len(svg.ticks(-1, 1, 4)) + 2
    assert frame.dots([(5, 0), (11, 0)], svg.BLUE).count("h0") == 1  # one lies outside
    assert "−1" in drawn and ">y<" in drawn


def test_a_page_carries_each_style_and_script_once(bell):
    page = standalone(bell(), bell())
    assert page.count(bell.style()) == 1 and page.count('define("bell"') == 1
    assert json.loads(re.search(r'dgm-state">(.*?)<', page)[1])["mean"] == 0.5
