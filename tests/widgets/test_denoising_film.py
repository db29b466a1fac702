"""Denoising film: its pictures and readings against the package, its HTML, a reader's hands."""

import json
import re
from functools import partial

import pytest
import torch
from reader import Elements, drag

from dgm_lessons.data import mnist_to_pixels
from dgm_lessons.evaluation import digit_times
from dgm_lessons.metrics import mnist_labels
from dgm_lessons.samplers import ancestral_step, sample
from dgm_lessons.widgets import DenoisingFilm
from dgm_lessons.widgets.denoising_film import _shoot
from dgm_lessons.zoo import load

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SIZE = dict(seeds=(6, 15), calls=8, branches=4, step=4)
browser = pytest.mark.browser


@pytest.fixture(scope="module")
def denoiser():
    return load("mnist-conditional")


@pytest.fixture(scope="module")
def film(denoiser):
    return DenoisingFilm(denoiser, **SIZE)


@pytest.fixture
def widget(film):
    """The same films at their first state: pages change it."""
    film.film, film.step = 0, SIZE["step"]
    return film


@pytest.fixture(scope="module")
def script(run_module, film):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, film)


# -- pictures and readings ------------------------------------------------------------------------

PICTURES = """const films = M.makeFilms(Uint8Array.from(a.bytes), 8, 4);
  return [films.x(1, 5), films.guess(1, 5), films.guess(1, 8), films.branch(1, 2, 3)]
    .map((values) => [...values]);"""


def ink(x):
    """Share of ink of each pixel, as the page can show it."""
    return mnist_to_pixels(x)[0, 2:-2, 2:-2].double() / 255


def picture_gap(script, denoiser, film, slip=None):
    """The largest difference of the page's pictures from those of the sampler itself."""
    times = digit_times(denoiser.process, 8).tolist()
    g = torch.Generator().manual_seed(15)
    x = denoiser.process.sample_prior((1, 1, 24, 24), g)
    path = sample(denoiser, x, times, ancestral_step, path=True, generator=g)
    frames, _, others = _shoot(denoiser, 15, times, 4)
    assert torch.equal(frames, path[:, 0])
    with torch.no_grad():
        guess = denoiser(path[5], times[5])
    found = script(PICTURES, {"bytes": list(film.pixels)}, slip)
    expected = [ink(x) for x in (path[5], guess, path[8], others[[11]])]
    gaps = (
        torch.tensor(f, dtype=torch.float64).reshape(24, 24) - e
        for f, e in zip(found, expected, strict=True)
    )
    return max(float(gap.abs().max()) for gap in gaps)


@browser
def test_the_pictures_are_those_of_the_sampler_to_half_a_shade(script, denoiser, film):
    assert picture_gap(script, denoiser, film) < 0.5 / 15 + 0.5 / 255 + 1e-6


SLIPS = {
    "halves of a byte swapped": ("j % 2 ? pair & 15 : pair >> 4", "j % 2 ? pair >> 4 : pair & 15"),
    "a film too short": ("(calls - 1) * branches);", "(calls - 2) * branches);"),
    "guesses one step off": ("at(film, calls + 1 + i)", "at(film, calls + i)"),
    "branches of the step after": ("2 * calls + 1 + i * br", "2 * calls + 1 + (i - 1) * br"),
}


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_pictures_is_told_apart(script, denoiser, film, name):
    assert picture_gap(script, denoiser, film, SLIPS[name]) > 0.3


def test_a_branch_starts_where_its_film_is_and_goes_its_own_way(denoiser):
    times = digit_times(denoiser.process, 8).tolist()
    frames, guesses, others = _shoot(denoiser, 6, times, 4)
    assert frames.shape[0] == 9 and guesses.shape[0] == 8 and others.shape[0] == 7 * 4
    late, early = others[-4:], others[:4]  # from the last noise, and from the first
    near, far = ((part - frames[-1]).abs().mean() for part in (late, early))
    assert near < 0.2 * far
    assert len({tuple(x.flatten().tolist()) for x in others}) == 28


def test_the_readings_are_the_classifier_s(denoiser, film):
    times = digit_times(denoiser.process, 8).tolist()
    for k, seed in enumerate(SIZE["seeds"]):
        frames, _, others = _shoot(denoiser, seed, times, 4)
        read = mnist_labels(mnist_to_pixels(others)).tolist()
        assert film.readings[k] == "".join(map(str, read))
        assert film.ends[k] == str(int(mnist_labels(mnist_to_pixels(frames[-1:]))))


@browser
def test_counting(script):
    code = """return [M.tally("3359393"), M.tally("779226"), M.loyalty("33935533", "3", 4),
      ...[[0, 1, 0.5, 1, 1], [1, 0.5], [1, 1], [0, 1, 1, 1]].map(M.decidedAt)];"""
    tally, even, shares, *first = script(code, {})
    assert tally == [["3", 4], ["9", 2], ["5", 1]]
    assert even == [["2", 2], ["7", 2], ["6", 1], ["9", 1]]
    assert shares == [0.75, 0.5] and first == [3, 2, 0, 1]


@browser
def test_the_tree_of_futures(script):
    code = """return [M.leaves("33935"), M.leaves(""), ["", "939"].map((found) =>
        [[-1, 1], [-1, -1], [1, 1], [0, -1], [2, 5]].map(([j, up]) => M.nextLeaf(found, j, up))),
        M.trunkOf({ shares: [0, 0.5], end: "8", calls: 2 })];"""
    heights, none, (nowhere, steps), trunk = script(code, {})
    assert heights == pytest.approx([2.8, 3.0, 9.0, 3.2, 5.0]) and none == []
    assert nowhere[:2] == [-1, -1] and steps == [1, 2, 0, 1, 2]
    assert trunk == [4.5, 6.25, 8]


# -- what the notebook stores ---------------------------------------------------------------------


def test_html_is_self_contained_and_stays_below_its_size(denoiser):
    full = DenoisingFilm(denoiser, seeds=(6,))  # the page has five
    page = full.static_html()
    assert len(page) < 82_000 and len(full.picture()) < 16_000
    outside = r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\("
    code = re.sub(r'<script type="text/dgm-data".*?</script>', "", page)
    assert not re.search(outside, code.replace('xmlns="http://www.w3.org/2000/svg"', ""))
    elements = Elements(page)
    (picture,) = [row for row in elements.found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and len(picture[1]["aria-label"]) > 40
    (state,) = elements.scripts(type="application/json")
    assert json.loads(state[2])["ends"] == full.ends


def test_the_same_seeds_give_the_same_page(denoiser, widget):
    assert DenoisingFilm(denoiser, **SIZE).static_html() == widget.static_html()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"seeds": ()}, ValueError, "0 seeds; give 1 to 5"),
        ({"seeds": range(6)}, ValueError, "6 seeds; give 1 to 5"),
        ({"seeds": (-1,)}, ValueError, "a seed must be a whole number"),
        ({"calls": 1}, ValueError, "calls must be a whole number from 2 to 18, not 1"),
        ({"branches": 9}, ValueError, "branches must be a whole number from 2 to 8, not 9"),
        ({"film": 2}, ValueError, "film must be a whole number from 0 to 1, not 2"),
        ({"step": 9}, ValueError, "step must be a whole number from 0 to 8, not 9"),
    ],
)
def test_what_cannot_be_shown_is_refused(denoiser, options, error, says):
    with pytest.raises(error, match=re.escape(says)):
        DenoisingFilm(denoiser, **{**SIZE, **options})


def test_only_denoisers_have_films():
    with pytest.raises(TypeError, match="give a denoiser, not str"):
        DenoisingFilm("mnist")


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    code = "(name) => document.querySelector('.dgm-widget').dgmModel.get(name)"
    return page.evaluate(code, name)


def status(page):
    return page.locator("[role=status]").first.inner_text()


def drawn(page):
    return page.evaluate("() => [...document.querySelectorAll('canvas')].map((c) => c.toDataURL())")


@browser
def test_the_film_is_walked_by_keys_and_by_hand(open_page, widget):
    page = open_page(widget, reduced_motion="reduce")
    before = drawn(page)
    assert len(before) == 7 and len(set(before)) > 3
    grip = page.get_by_role("slider", name="Step of the sampler")
    grip.press("ArrowRight")
    assert state(page, "step") == 5 and drawn(page) != before
    found = widget.readings[0][20:24]
    assert f"step 5 of 8, noise level σ/α = {widget.levels[5]:.2g}" in status(page)
    assert all(f"{digit} ({found.count(digit)})" in status(page) for digit in set(found))
    drag(page, grip, -2000, 0)
    assert state(page, "step") == 0
    grip.press("End")
    assert state(page, "step") == 8 and "no noise left" in status(page)
    pictures = drawn(page)[-2:]
    assert pictures[0] == pictures[1]
    page.locator(".dgm-ending").first.click()
    assert page.locator(".dgm-chosen").count() == 0
    grip.press("ArrowUp")
    assert grip.get_attribute("aria-valuetext").startswith("step 8 of 8")
    assert page.noise == []


@browser
def test_futures_are_looked_into(open_page, widget):
    page = open_page(widget, reduced_motion="reduce")
    grip, second = page.get_by_role("slider"), page.locator(".dgm-ending").nth(1)
    trunk, guess = grip.bounding_box(), drawn(page)[-1]
    second.click()
    assert "dgm-chosen" in second.get_attribute("class")
    said = f"future 2: a {widget.readings[0][17]}"
    assert said in page.locator(".dgm-pair").inner_text() and drawn(page)[-1] != guess
    assert grip.bounding_box()["x"] > trunk["x"] + 100  # out at the end of its branch
    grip.press("ArrowLeft")
    assert (
        state(page, "step") == 3 and "guess of the digit" in page.locator(".dgm-pair").inner_text()
    )
    for _ in range(5):
        grip.press("ArrowUp")
    highest = max(widget.readings[0][12:16])
    assert grip.get_attribute("aria-valuetext").endswith(f"from step 3, read as {highest}")
    assert page.noise == []


@browser
def test_films_are_chosen_and_the_decision_is_found(open_page, widget):
    page = open_page(widget, reduced_motion="reduce")
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "film") == 1 and f"is read as {widget.ends[1]}" in status(page)
    page.get_by_role("button", name="Where it is decided").click()
    loyal = [widget.readings[1][4 * i :][:4] == 4 * widget.ends[1] for i in range(7)]
    first = max([i + 1 for i in range(7) if not loyal[i]], default=0)
    assert state(page, "step") == first
    assert page.noise == []


AT = "document.querySelector('.dgm-widget').dgmModel.get('step') === {}"


@browser
def test_playing_to_the_end_without_motion(open_page, widget):
    page = open_page(widget, reduced_motion="reduce")
    page.get_by_role("button", name="Play: the film").click()
    assert state(page, "step") == 8 and "no noise left" in status(page)
    assert page.noise == []


@browser
def test_it_plays_once_to_where_it_was_and_then_on(open_page, widget):
    watch = "document.querySelector('.dgm-widget')?.dgmModel?.get('step')"
    page = open_page(widget, before=f"window.seen = []; setInterval(() => seen.push({watch}), 20)")
    page.wait_for_function(f"() => seen.includes(0) && {AT.format(4)}")
    page.get_by_role("button", name="Play: the film").wait_for()
    assert page.evaluate("[1, 2, 3].every((step) => seen.includes(step))")
    page.get_by_role("button", name="Play: the film").click()
    page.wait_for_function(AT.format(5))
    page.get_by_role("button", name="Pause: the film").click()
    assert state(page, "step") < 8
    page.get_by_role("button", name="Play: the film").click()
    page.wait_for_function(AT.format(8))
    assert "no noise left" in status(page) and page.noise == []
