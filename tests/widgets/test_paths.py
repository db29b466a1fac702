"""Paths: what they refuse, and a reader's hands on them. Their mathematics: test_mixture.py."""

import re

import pytest
from reader import drag, state, status

from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.widgets import Paths

browser = pytest.mark.browser
PATHS = ".dgm-paths"


PLANE, LINE = ring(8), gm1()
REFUSED = [
    (lambda: Paths(PLANE), ValueError, "mixtures in 1-D, but the mixture has D = 2"),
    (lambda: Paths(LINE, "edm"), ValueError, "vp, ve, fm, not 'edm'"),
    (lambda: Paths(LINE, direction="up"), ValueError, "forward or backward, not 'up'"),
    (lambda: Paths(LINE, start=float("inf")), ValueError, "finite"),
    (lambda: Paths(LINE, time=1.5), ValueError, "between 0 and 1, not 1.5"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
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


@browser
def test_time_turns_round_on_the_same_line(open_page):
    page = open_page(Paths(gm1(), start=0.7))

    def ends():
        found = re.search(r"from x = (\S+) is .* ends at (\S+?);", status(page))
        return [float(n.replace("−", "-")) for n in found.groups()]

    noise, data = ends()
    page.locator("input[value=forward]").check()
    assert ends() == pytest.approx([data, noise], abs=2e-3)


@browser
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


@browser
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
