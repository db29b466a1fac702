"""Digit dial: the guided sampler of the page against PyTorch, and the dial in a reader's hands."""

import base64
from functools import cache

import pytest
import torch

from dgm_lessons import data, metrics, zoo
from dgm_lessons.data import MNIST_MEAN, MNIST_STD
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.networks import UNet
from dgm_lessons.processes import VP
from dgm_lessons.widgets import DigitDial
from dgm_lessons.widgets.digit_dial import MARKS, MOST
from dgm_lessons.widgets.digit_from_noise.sampler import seed_noise

browser = pytest.mark.browser
CALLS = 18


@cache
def shipped():
    return zoo.load("mnist-conditional")


def dial(**options):
    return DigitDial(shipped(), **options)


def pixels_of(x):
    return x.flatten() * MNIST_STD + MNIST_MEAN


# -- what is stored -------------------------------------------------------------------------------


def test_the_stored_pictures_are_those_of_pytorch():
    widget = dial(weight=3.0, step=9, seed=3, label=5)
    shades = torch.tensor(list(base64.b64decode(widget.stored))).reshape(len(MARKS) + 2, 576)
    expected = torch.stack([pixels_of(x) for x in (*widget.strip(), *widget.moment())])
    assert (shades / 255 - expected.clamp(0, 1)).abs().max() < 0.0021
    for mark, digit in zip(MARKS, widget.strip(), strict=True):
        assert torch.equal(digit, widget.path(mark)[-1])


def test_the_noise_is_the_same_for_every_weight_and_the_way_parts_where_guidance_acts():
    widget = dial()
    plain, guided = widget.path(0.0), widget.path(4.0)
    first = next(i for i, step in enumerate(widget.steps) if step["guided"])
    assert torch.equal(plain[: first + 1], guided[: first + 1])
    assert (plain[first + 1] - guided[first + 1]).abs().max() > 1e-3
    widget.levels = "all"
    assert (plain[1] - widget.path(4.0)[1]).abs().max() > 1e-4
    assert torch.equal(plain, widget.path(0.0))


def test_moment_is_on_the_way_and_its_guess_is_guided():
    """(1 + w) of the guess with the label less w of that without; at the end the digit, twice."""
    widget = dial(weight=3.0, step=10)
    x, guess = widget.moment()
    assert torch.equal(x, widget.path()[10])
    level = widget.steps[10]
    assert level["guided"]
    t = widget.denoiser.process.t_from_log_snr(-2 * torch.tensor(level["level"])).item()
    told = zoo.with_labels(widget.denoiser, torch.tensor([8]))(x[None], t)[0]
    free = widget.denoiser(x[None], t)[0]
    torch.testing.assert_close(guess, 4 * told - 3 * free, rtol=0, atol=1e-4)
    widget.step = CALLS
    x, guess = widget.moment()
    assert torch.equal(x, guess) and torch.equal(x, widget.path()[-1])


def read(x):
    return metrics.mnist_labels(data.mnist_to_pixels(x[None])).item()


def beyond(x):
    pixels = pixels_of(x)
    return ((pixels < -0.05) | (pixels > 1.05)).double().mean().item()


def test_what_the_presets_say_is_so():
    """A scrawl, then an 8, then a blot, by the classifier and by pixels that no ink can have."""
    ends = {}
    for name, fields, _ in DigitDial.PRESETS:
        widget = dial(**fields)
        ends[name] = widget.path()[-1]
    assert read(ends["No guidance"]) != 8 and read(ends["Enough"]) == 8
    assert beyond(ends["No guidance"]) == beyond(ends["Enough"]) == 0
    assert 0.02 < beyond(ends["Too far"]) < 0.2 and beyond(ends["Too far, a 3"]) > 0.9
    ink = {name: pixels_of(x).clamp(0, 1).mean().item() for name, x in ends.items()}
    assert 2 * ink["Enough"] < ink["Too far"]


def test_the_ink_that_the_page_speaks_of():
    """11% of the paper at weight 2, 17% at 8, and at 8 as much when all levels are guided."""
    for weight, levels, percent in ((2.0, "interval", 11), (8.0, "interval", 17), (8.0, "all", 17)):
        ink = pixels_of(dial(weight=weight, levels=levels).path()[-1]).clamp(0, 1).mean().item()
        assert round(100 * ink) == percent


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": MOST + 1}, "weight must lie in"),
        ({"weight": float("nan")}, "weight must lie in"),
        ({"levels": "none"}, "levels must be 'interval' or 'all', not 'none'"),
        ({"label": 10}, "label must be a whole number from 0 to 9"),
        ({"seed": -1}, "seed must be"),
        ({"step": 19}, "step must be a whole number from 0 to 18"),
        ({"calls": 1}, "calls must be"),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(ValueError, match=message):
        dial(**options)


def test_bad_networks():
    bare = Denoiser(UNet(size=8, classes=0, widths=(4, 8)), VP(), "v")
    with pytest.raises(ValueError, match="trained with labels"):
        DigitDial(bare)
    with pytest.raises(ValueError, match="without its labels"):
        DigitDial(zoo.with_labels(shipped(), torch.tensor([3])))
    few = Denoiser(UNet(size=8, classes=3, widths=(4, 8)).eval(), VP(), "v")
    assert DigitDial(few, label=2).presets == []


# -- the mathematics of the page ------------------------------------------------------------------

FORM = """
  const bytes = Uint8Array.from(atob(a.bytes), (letter) => letter.charCodeAt(0));
  const network = M.makeUNet(M.unpackWeights(bytes, a.tensors));
  return a.cases.map(([guidance, everywhere]) => {
    let last = null;
    const options = { label: a.label, guidance, everywhere };
    M.formDigit(network, a.steps, Float32Array.from(a.noise), options, (i, x) => (last = x));
    return [...last];
  });"""
CASES = [(0.0, False), (2.0, False), (2.0, True)]


def digits_gap(run_module, slip=None):
    """Largest difference of a pixel, 0 to 1, between the page's digits and PyTorch's."""
    widget = dial(label=3)
    state = widget.static_state()
    noise = widget.spread * seed_noise(7, 576)
    arguments = {
        **{name: state[name] for name in ("tensors", "steps", "label")},
        "bytes": base64.b64encode(widget.weights).decode(),
        "noise": noise.tolist(),
        "cases": CASES,
    }
    found = torch.tensor(run_module(DigitDial, FORM, arguments, slip))
    worst = 0.0
    for x, (weight, everywhere) in zip(found, CASES, strict=True):
        widget.levels = "all" if everywhere else "interval"
        gap = (pixels_of(x) - pixels_of(widget.path(weight)[-1])).abs().max()
        worst = max(worst, float(gap))
    return worst


@browser
def test_the_page_s_digits_are_those_of_pytorch(run_module):
    assert digits_gap(run_module) < 2e-3
    for slip in (
        ("(step.guided || everywhere)", "(step.guided)"),
        ("told + guidance * (told - free[j])", "guidance * told + (1 - guidance) * free[j]"),
    ):
        assert digits_gap(run_module, slip) > 0.05


@browser
def test_ink_and_what_lies_beyond(run_module):
    x = torch.randn(576, generator=torch.Generator().manual_seed(1)).double()
    code = "return M.inkOf(a.x, [0.4, 0.3]);"
    found = run_module(DigitDial, code, {"x": x.tolist()})
    pixels = 0.3 * x + 0.4
    assert found["ink"] == pytest.approx(pixels.clamp(0, 1).mean().item(), abs=1e-12)
    outside = ((pixels < -0.05) | (pixels > 1.05)).double().mean().item()
    assert found["beyond"] == pytest.approx(outside, abs=1e-12) and 0 < outside < 0.2


# -- in a reader's hands --------------------------------------------------------------------------


def status(page):
    return page.locator("[role=status]").first.inner_text()


def story(page):
    return page.locator(".dgm-story").inner_text()


def drawn(page, which):
    return page.evaluate("(i) => document.querySelectorAll('canvas')[i].toDataURL()", which)


def finished(page, text):
    """Waits for the digit that is told of as `text`; its pixels, 0 to 1 where ink can be."""
    wait = "(t) => (s => s.includes(t) && s.includes('calls of the network'))"
    wait += "(document.querySelector('[role=status]').innerText)"
    page.wait_for_function(wait, arg=text, timeout=60_000)
    last = page.evaluate("[...document.querySelector('.dgm-widget').dgmDigit.x]")
    return pixels_of(torch.tensor(last))


def heard(page):
    """What the page logs, throws or requests, less the worker that it makes of its own memory."""
    return [line for line in page.noise if not line.startswith("request: blob:")]


@browser
def test_at_rest_nothing_is_computed_and_the_strip_is_there(open_page):
    page = open_page(dial())
    page.wait_for_timeout(300)
    assert page.workers == [] and heard(page) == []
    assert "step 11 of 18" in status(page) and "Stored with the page" in status(page)
    assert len({drawn(page, i) for i in range(9)}) == 9
    assert page.locator(".dgm-here").inner_text() == "w = 2"


@browser
def test_the_dial_turns_by_keys_and_only_the_weight_changes(open_page):
    widget = dial(step=0)
    page = open_page(widget, reduced_motion="reduce")
    knob = page.get_by_role("slider", name="Guidance w")
    assert knob.get_attribute("aria-valuetext") == "w = 2, 1 + w = 3"
    knob.press("Home")
    plain = finished(page, "without guidance")
    assert "18 calls of the network" in status(page) and "No guidance" in story(page)
    assert page.locator(".dgm-here").inner_text() == "w = 0"
    noise = drawn(page, 0)
    knob.press("End")
    far = finished(page, "w = 25 at noise levels 0.5 to 5")
    assert "24 calls" in status(page) and story(page).startswith("Pushed too far: 5% of the pixels")
    assert drawn(page, 0) == noise  # x_t at the first step is the noise itself
    for pixels, weight in ((plain, 0.0), (far, MOST)):
        assert (pixels - pixels_of(widget.path(weight)[-1])).abs().max() < 0.02
    assert len(page.workers) == 1 and heard(page) == []


@browser
def test_pictures_of_the_strip_set_the_weight_and_fill_up(open_page):
    widget = dial(label=3, step=CALLS)
    page = open_page(widget, reduced_motion="reduce")
    page.locator(".dgm-cell").nth(3).click()
    finished(page, "w = 4 at")
    assert page.get_by_role("slider", name="Guidance w").get_attribute("aria-valuetext") == (
        "w = 4, 1 + w = 5"
    )
    page.get_by_label("all levels").check()
    pixels = finished(page, "w = 4 at all noise levels")
    widget.levels = "all"
    assert (pixels - pixels_of(widget.path(4.0)[-1])).abs().max() < 0.02
    assert "36 calls" in status(page) and "more ink than without guidance" in story(page)
    blank = "() => { const empty = Object.assign(document.createElement('canvas'), "
    blank += "{ width: 24, height: 24 }).toDataURL(); "
    blank += (
        "return [...document.querySelectorAll('canvas')].every((c) => c.toDataURL() !== empty); }"
    )
    page.wait_for_function(blank, timeout=60_000)
    assert drawn(page, 2 + 3) == drawn(page, 0) and heard(page) == []


@browser
def test_the_last_of_many_turns_is_the_one_that_is_shown(open_page):
    widget = dial()
    page = open_page(widget, reduced_motion="reduce")
    page.evaluate(
        """() => {
          const model = document.querySelector(".dgm-widget").dgmModel;
          for (let k = 1; k <= 40; k++) model.set("weight", k / 10);
          model.set("seed", 12);
        }"""
    )
    pixels = finished(page, "Digit 8 from seed 12, w = 4 at")
    assert (pixels - pixels_of(dial(seed=12).path(4.0)[-1])).abs().max() < 0.02


@browser
def test_the_sampler_is_scrubbed_at_any_weight(open_page):
    widget = dial(weight=4.0)
    page = open_page(widget, reduced_motion="reduce")
    slider = page.get_by_role("slider", name="Step of the sampler")
    slider.press("End")
    finished(page, "step 18 of 18, no noise left")
    assert drawn(page, 0) == drawn(page, 1)
    slider.press("ArrowLeft")
    assert "step 17 of 18, noise level" in status(page)
    assert slider.get_attribute("aria-valuetext").startswith("step 17 of 18, noise level")
    assert drawn(page, 0) != drawn(page, 1)


@browser
def test_play_forms_the_digit_step_by_step(open_page):
    watch = "document.querySelector('[role=status]')?.innerText.match(/step (\\d+) of/)?.[1]"
    page = open_page(dial(), before=f"window.seen = []; setInterval(() => seen.push({watch}), 15)")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => seen.at(-1) === '18'", timeout=60_000)
    order = [int(text) for text in page.evaluate("seen.filter((s) => s)")]
    shown = order[order.index(0) :]
    assert shown == sorted(shown) and len(set(shown)) >= 6 and heard(page) == []


@browser
def test_without_motion_play_shows_the_end(open_page):
    page = open_page(dial(), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    finished(page, "step 18 of 18")


@browser
def test_new_noise_and_another_digit(open_page):
    page = open_page(dial(step=CALLS), reduced_motion="reduce")
    page.get_by_role("button", name="New noise").click()
    finished(page, "Digit 8 from seed 8")
    page.get_by_role("radio", name="5", exact=True).check()
    pixels = finished(page, "Digit 5 from seed 8, w = 2")
    assert (pixels - pixels_of(dial(seed=8, label=5).path()[-1])).abs().max() < 0.02


@browser
def test_a_state_that_the_pictures_do_not_show_is_computed(open_page):
    widget = dial()
    widget.label = 3
    assert widget.static_state()["label"] == 3
    page = open_page(widget, reduced_motion="reduce")
    finished(page, "Digit 3 from seed 7, w = 2")


@browser
def test_a_network_that_does_not_load_is_reported_and_asked_for_again(open_page):
    page = open_page(dial(), reduced_motion="reduce")
    page.evaluate("document.querySelector('script[type=\"text/dgm-data\"]').remove()")
    page.get_by_role("button", name="New noise").click()
    page.get_by_text("The network did not run:").wait_for()
