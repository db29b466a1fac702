"""The widgets in a reader's hands: a page from a file, a mouse, a keyboard, a phone, the dark."""

import re

import pytest

from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VE
from dgm_lessons.widgets import Paths, ScoreField

pytestmark = pytest.mark.browser

FIELD, PATHS = ".dgm-field", ".dgm-paths"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def field(**options):
    return ScoreField(ring(8), **{"n_particles": 300, "log_snr": 2.0, **options})


def state(page, name, which=0):
    """A field of the model of the page's widget number `which`."""
    code = "([i, name]) => document.querySelectorAll('.dgm-widget')[i].dgmModel.get(name)"
    return page.evaluate(code, [which, name])


def status(page):
    return page.locator("[role=status]").first.inner_text()


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d+\.\d+", text)]


def pixels(page, selector):
    """A canvas's pixels, summed up in one number; to be compared."""
    return page.evaluate(
        """(selector) => {
          const canvas = document.querySelector(selector);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, value, i) => (sum * 31 + value * (i % 7)) % 1000003, 0);
        }""",
        selector,
    )


def test_widgets_mount_in_silence(open_page):
    page = open_page(field(), Paths(gm1()), field(process=VE()), Paths(gm1(), "fm"))
    assert page.locator(".dgm-widget[data-mounted=done]").count() == 4
    for play in page.get_by_role("button", name="Play").all():
        play.click()
    page.wait_for_timeout(500)
    assert page.noise == []
    assert page.locator("style").count() == 2  # one style sheet a kind
    assert page.locator("svg.dgm-picture").count() == 0


def test_a_module_that_fails_leaves_the_picture(open_page, monkeypatch):
    monkeypatch.setattr(ScoreField, "_esm", "export default { render() { throw Error('no') } };")
    page = open_page(field())
    assert page.locator(".dgm-widget[data-mounted=failed] svg.dgm-picture").is_visible()
    assert "did not start: Error: no" in page.locator(".dgm-widget").inner_text()


def test_everything_can_be_reached_by_keyboard_and_has_a_name(open_page):
    page = open_page(field(), Paths(gm1()))
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                  const node = document.activeElement;
                  const ring = node.type === "radio" ? node.nextElementSibling : node;
                  const style = getComputedStyle(ring);
                  const width = parseFloat(style.outlineWidth);
                  const visible = style.outlineStyle !== "none" && width >= 2;
                  const label = node.getAttribute("aria-label") || node.textContent || node.value;
                  return `${node.type}|${label.slice(0, 11)}|${visible}`;
                }"""
            )
        )
    seen = {entry for entry in seen if not entry.startswith("undefined")}
    names = {entry.split("|")[1] for entry in seen}
    assert {f"Component {k}" for k in range(1, 9)} <= names
    assert {"ode", "Noise level", "Play", "One step", "Reset: new "} <= names
    assert {"vp", "backward", "Time t", "New noise: ", "Start of th"} <= names
    assert all(entry.endswith("|true") for entry in seen), seen


def test_the_slider_scrubs_the_noise(open_page):
    page = open_page(field())
    before = status(page)
    slider = page.get_by_role("slider", name="Noise level")
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)  # the text settles 0.4 s after the last key
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")
    after = status(page)
    assert after != before
    assert numbers(after)[2] < numbers(before)[2]  # log-SNR falls
    assert f"{state(page, 'log_snr'):.1f}" == f"{numbers(after)[2]:.1f}"
    assert slider.get_attribute("aria-valuetext").startswith("t 0.")


def test_the_dynamics_are_chosen_by_arrow_keys(open_page):
    page = open_page(field(dynamics="langevin"))
    page.locator("input[value=langevin]").focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "dynamics") == "sde"
    page.keyboard.press("ArrowRight")
    assert state(page, "dynamics") == "ode"


def test_particles_become_data(open_page):
    """Noise, carried to the data by each of the two: as near to the truth as true samples are."""
    for dynamics in ("ode", "sde"):
        page = open_page(ScoreField(ring(8), dynamics=dynamics, n_particles=500))
        page.get_by_role("button", name="Play").click()
        page.get_by_role("button", name="Play").wait_for(timeout=60_000)  # again, at the end
        _, _, _, distance, floor, off, usual = numbers(status(page))
        assert state(page, "log_snr") == pytest.approx(state(page, "levels")[0])
        assert distance < 3 * floor and off < 3 * usual, status(page)
        assert page.noise == []


def test_langevin_forgets_a_wrong_start(open_page):
    page = open_page(field(dynamics="langevin", log_snr=-1.0))
    step = page.get_by_role("button", name="One step")
    first = numbers(status(page))
    before = pixels(page, f"{FIELD} canvas:nth-of-type(3)")
    step.click()
    assert pixels(page, f"{FIELD} canvas:nth-of-type(3)") != before
    assert numbers(status(page))[:3] == first[:3]  # the level stays


def test_reset_is_repeatable(open_page):
    page = open_page(field(dynamics="langevin"))
    canvas = f"{FIELD} canvas:nth-of-type(3)"
    start = pixels(page, canvas)
    for _ in range(3):
        page.get_by_role("button", name="One step").click()
    assert pixels(page, canvas) != start
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, canvas) == start


def drag(page, handle, dx, dy):
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 4, y - 3)  # not at its very centre
    page.mouse.down()
    page.mouse.move(x + 4 + dx / 2, y - 3 + dy / 2)
    page.mouse.move(x + 4 + dx, y - 3 + dy)
    page.mouse.up()
    after = handle.bounding_box()
    return after["x"] - box["x"], after["y"] - box["y"]


@pytest.mark.parametrize("options", [{}, {"device_scale_factor": 3}, PHONE])
def test_a_component_follows_the_mouse(open_page, options):
    page = open_page(field(), **options)
    handle = page.locator(f"{FIELD} .dgm-handle").first
    density = pixels(page, f"{FIELD} canvas:nth-of-type(1)")
    before = state(page, "means")[0]
    moved = drag(page, handle, -60, 30)
    assert moved == pytest.approx((-60, 30), abs=1)
    after = state(page, "means")[0]
    assert after[0] < before[0] - 0.2 and after[1] < before[1] - 0.1  # y points up
    assert state(page, "means")[1:] == ring(8).means[1:].tolist()
    assert pixels(page, f"{FIELD} canvas:nth-of-type(1)") != density
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")


MOVES = {"right": "", "left behind": "0 *", "pushed away": "-"}


@pytest.mark.parametrize("move", MOVES)
def test_the_particles_stay_true_while_a_component_moves(open_page, monkeypatch, move):
    """The heaviest component goes through its neighbours; two wrong ways to follow it are seen."""
    code, right = ScoreField._esm, "const share = weight *"
    assert code.count(right) == 1
    monkeypatch.setattr(
        ScoreField, "_esm", code.replace(right, f"const share = {MOVES[move]} weight *")
    )
    page = open_page(field(dynamics="ode", n_particles=500))
    page.locator(f"{FIELD} .dgm-handle").nth(3).focus()
    for key in ["Shift+ArrowDown"] * 6 + ["Shift+ArrowRight"] * 12:
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")
    _, _, _, distance, floor, off, usual = numbers(status(page))
    assert state(page, "means")[3][0] > 0.5
    assert (distance < 2 * floor and off < 2 * usual) == (move == "right"), status(page)


def test_a_component_follows_the_arrow_keys(open_page):
    page = open_page(field())
    page.locator(f"{FIELD} .dgm-handle").nth(1).focus()
    x, y = state(page, "means")[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    new = state(page, "means")[1]
    assert new[1] > y and new[0] < x
    assert x - new[0] == pytest.approx(5 * (new[1] - y))  # Shift: five steps at once
    name = page.locator(f"{FIELD} .dgm-handle").nth(1).get_attribute("aria-label")
    assert f"({new[0]:.2f}, {new[1]:.2f})" in name


def test_fingers_scroll_the_page_everywhere_but_on_the_handles(open_page):
    page = open_page(field(), Paths(gm1()), **PHONE)
    code = "(selector) => getComputedStyle(document.querySelector(selector)).touchAction"
    for selector in (".dgm-stage", f"{FIELD} canvas", ".dgm-plot", f"{PATHS} canvas"):
        assert page.evaluate(code, selector) == "auto"
    assert page.evaluate(code, f"{FIELD} .dgm-handle") == "none"
    assert page.evaluate(code, f"{PATHS} .dgm-handle") == "none"


@pytest.mark.parametrize("width", [320, 360, 600, 1200])
def test_no_sideways_scrolling(open_page, width):
    viewport = {"width": width, "height": 740}
    page = open_page(field(), Paths(gm1()), field(autoplay=True, aspect=2.0), viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_mode_repaints(open_page):
    page = open_page(field(), Paths(gm1()))
    canvases = [f"{FIELD} canvas:nth-of-type({k})" for k in (1, 2, 3)]
    canvases += [f"{PATHS} .dgm-heat", f"{PATHS} .dgm-lit", f"{PATHS} .dgm-cursor", ".dgm-side"]
    light = [pixels(page, canvas) for canvas in canvases]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    dark = [pixels(page, canvas) for canvas in canvases]
    assert all(a != b for a, b in zip(light, dark, strict=True))
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_timeout(100)
    assert [pixels(page, canvas) for canvas in canvases] == light


def test_a_print_is_light_and_has_no_buttons(open_page):
    page = open_page(field(), Paths(gm1()), theme="dark")
    dark = pixels(page, f"{PATHS} .dgm-heat")
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    assert not page.get_by_role("button", name="Play").first.is_visible()
    assert page.locator(f"{FIELD} canvas").first.is_visible()
    assert pixels(page, f"{PATHS} .dgm-heat") != dark


def test_choosing_while_it_plays_goes_on_from_there(open_page):
    page = open_page(field(dynamics="ode", log_snr=0.0))
    start = float(page.get_by_role("slider", name="Noise level").input_value())
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => document.querySelector('[type=range]').value < {start - 0.05}")
    page.locator("input[value=sde]").check()
    page.get_by_role("button", name="Pause").click()
    assert state(page, "log_snr") > 0.9  # 0.05 of a range of more than 18


def test_autoplay_respects_reduced_motion(open_page):
    widget = field(autoplay=True, dynamics="ode", log_snr=None)
    page = open_page(widget)
    page.get_by_role("button", name="Pause").wait_for()
    page = open_page(widget, reduced_motion="reduce")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.noise == []


def test_autoplay_stops_for_good_when_told(open_page):
    page = open_page(field(autoplay=True, dynamics="ode", log_snr=None))
    page.get_by_role("button", name="Pause").click()
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(200)
    page.mouse.wheel(0, -3000)
    page.wait_for_timeout(200)
    assert page.get_by_role("button", name="Play").is_visible()


def test_paths_keep_their_quantile(open_page):
    page = open_page(Paths(gm1(), start=0.7))
    grip = page.locator(f"{PATHS} .dgm-handle")
    for process in ("vp", "ve", "fm"):
        page.locator(f"input[value={process}]").check()
        assert state(page, "process") == process
        drift = float(re.search(r"\(to (\S+?)\)", status(page))[1])
        assert drift < 2e-4, (process, status(page))
        error, usual = (float(n) for n in re.findall(r"([\d.]+)%", status(page)))
        assert error < 2 * usual, (process, status(page))
    assert grip.get_attribute("aria-valuetext").startswith("x = ")


def test_time_turns_round_on_the_same_line(open_page):
    page = open_page(Paths(gm1(), start=0.7))

    def ends():
        found = re.search(r"from x = (\S+) is .* ends at (\S+?);", status(page))
        return [float(n.replace("−", "-")) for n in found.groups()]

    noise, data = ends()
    page.locator("input[value=forward]").check()
    assert ends() == pytest.approx([data, noise], abs=2e-3)


def test_the_start_of_the_paths_moves(open_page):
    page = open_page(Paths(gm1(), start=0.7))
    grip = page.locator(f"{PATHS} .dgm-handle")
    before = status(page)
    moved = drag(page, grip, 0, 50)
    assert moved == pytest.approx((0, 50), abs=1)  # along its edge
    assert state(page, "start") < 0.7 and status(page) != before
    start = state(page, "start")
    grip.focus()
    page.keyboard.press("ArrowUp")
    assert state(page, "start") > start


def test_the_cursor_is_scrubbed_and_plays(open_page):
    page = open_page(Paths(gm1()))
    page.get_by_role("slider", name="Time t").focus()
    page.keyboard.press("End")
    assert "t = 1.000" in status(page)
    page.keyboard.press("Home")
    assert "t = 0.00" in status(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[type=range]').value < 0.99")
    page.get_by_role("button", name="Pause").click()
    assert 0 < state(page, "time") < 1
    assert page.noise == []


def test_python_can_move_what_the_page_shows(open_page):
    """The model's changes, as a kernel would send them, reach the picture."""
    page = open_page(field(dynamics="ode"), Paths(gm1()))
    model = "document.querySelectorAll('.dgm-widget')[{}].dgmModel.set('{}', {})"
    page.evaluate(model.format(0, "log_snr", -3))
    assert float(page.get_by_role("slider", name="Noise level").input_value()) > 0.5
    page.evaluate(model.format(1, "process", "'fm'"))
    assert page.locator("input[value=fm]").is_checked()
    page.evaluate(model.format(1, "time", 0.5))
    assert page.get_by_role("slider", name="Time t").input_value() == "0.5"


def test_a_frame_of_2000_particles_is_timed(open_page):
    """The hook with which frames are measured; no limit here, for machines differ."""
    page = open_page(field(n_particles=2000, dynamics="ode", log_snr=None))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmFrameMs > 0")
