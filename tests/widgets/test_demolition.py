"""Demolition: its mathematics against Python, its HTML, and a reader's hands."""

import re
from functools import partial

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.widgets import Demolition
from dgm_lessons.widgets.demolition import SCHEDULES, stored_digits

TOLERANCE = 1e-9
TOLD_APART = 1e-4
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
STEPS = [1, 2, 40, 300, 730, 999, 1000]
browser = pytest.mark.browser
PAUSE = "(button) => button.innerText === 'Pause'"


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, Demolition)


def gap(found, expected) -> float:
    """The largest difference, relative where the expected number is above one."""
    found = torch.tensor(found, dtype=torch.float64).reshape(expected.shape)
    return float(((found - expected).abs() / expected.abs().clamp(min=1)).max())


# -- the mathematics ------------------------------------------------------------------------------


def chain_gap(script, kind, slip=None):
    """alpha, sigma and the three numbers of a step back, against the package."""
    code = """const chain = M.makeChain(a.kind, 1000);
      return a.steps.map((i) => {
        const { keep, pull, std } = chain.back(i);
        return [chain.alpha(i), chain.sigma(i), keep, pull, std];
      });"""
    found = script(code, {"kind": kind, "steps": STEPS}, slip)
    process, rows = SCHEDULES[kind], []
    one, zero = torch.ones(1, 1).double(), torch.zeros(1, 1).double()
    for i in STEPS:
        keep, std = process.posterior(one, zero, i, i - 1)
        pull, _ = process.posterior(zero, one, i, i - 1)
        values = (process.alpha(i), process.sigma(i), keep, pull, std)
        rows.append(torch.stack([value.reshape(()) for value in values]))
    return gap(found, torch.stack(rows))


@browser
@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_chains(script, kind):
    assert chain_gap(script, kind) < TOLERANCE


CHAIN_SLIPS = {
    "no half": ("0.5 * Math.log1p(-SQ", "Math.log1p(-SQ", "linear"),
    "steps counted from zero": ("(19.9 * (i - 1))", "(19.9 * i)", "linear"),
    "cosine not squared": ("(Math.PI / 2)) ** 2", "(Math.PI / 2)) ** 1", "cosine"),
    "no cap": ("Math.min(0.999,", "Math.min(0.9999,", "cosine"),
    "noise of the step for its variance": (
        "(square * before) / after),",
        "square),",
        "linear",
    ),
    "ratio upside down": ("log[i] - log[i - 1]);\n", "log[i - 1] - log[i]);\n", "linear"),
}


@browser
@pytest.mark.parametrize("name", CHAIN_SLIPS)
def test_a_slip_in_the_chain_is_told_apart(script, name):
    *slip, kind = CHAIN_SLIPS[name]
    assert chain_gap(script, kind, slip) > TOLD_APART


def law_of_digits():
    """The stored digits as a mixture with components of no width to speak of."""
    stored, _ = stored_digits()
    return GaussianMixture(torch.ones(200), stored.double() / 7.5 - 1, 1e-12)


def jump_gap(script, slip=None):
    code = """const images = M.makeImages(a.pixels);
      return a.cases.map(({ x, alpha, sigma }) =>
        [...M.averageImage(images, M.imageWeights(images, x, alpha, sigma))]);"""
    law, process = law_of_digits(), SCHEDULES["linear"]
    x0 = law.means[[3, 50, 120]]
    eps = torch.randn(3, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    steps = (60, 300, 600)
    rows = [process.perturb(x0[[k]], i, eps[[k]]) for k, i in enumerate(steps)]
    cases = [
        {"x": row[0].tolist(), "alpha": float(process.alpha(i)), "sigma": float(process.sigma(i))}
        for row, i in zip(rows, steps, strict=True)
    ]
    denoiser = ExactDenoiser(law, process)
    expected = torch.cat([denoiser(row, i) for row, i in zip(rows, steps, strict=True)])
    found = script(code, {"pixels": Demolition(ring(8)).pixels, "cases": cases}, slip)
    return gap(found, expected)


@browser
def test_the_jump_of_a_digit_is_the_posterior_mean_over_the_stored_ones(script):
    assert jump_gap(script) < 1e-6  # the mixture's components have a width of 1e-6


SLIPS = {
    "sigma for sigma squared": ("2 * Math.max(sigma * sigma,", "2 * Math.max(sigma,"),
    "no half": ("2 * Math.max(sigma * sigma,", "Math.max(sigma * sigma,"),
    "alpha forgotten": ("x[j] - alpha * values", "x[j] - values"),
    "grey levels": ("/ 7.5 - 1", "/ 8 - 1"),
}


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_jump_is_told_apart(script, name):
    assert jump_gap(script, SLIPS[name]) > TOLD_APART


@browser
def test_stored_images_and_a_step_back_by_hand(script):
    """Two images that differ in their first pixel alone, by 4 / 7.5; a step of two numbers."""
    code = """const images = M.makeImages(a.pixels);
      const x = images.image(1).map((v) => 0.5 * v), y = Float64Array.of(3, 5);
      M.stepBack({ keep: 0.5, pull: 2, std: 0.1 }, y, [7, 11], { normal: () => 4 });
      const still = Float64Array.of(3, 5);
      M.stepBack({ keep: 0.5, pull: 2, std: 0 }, still, [7, 11], null);
      return [images.count, [...images.image(1)], [...M.imageWeights(images, x, 0.5, 0.25)],
        [...y], [...still]];"""
    rest = "0123456789abcdef" * 3 + "f" * 15
    count, image, weights, *moved = script(code, {"pixels": f"1{rest}5{rest}2{rest}"})
    assert count == 3
    assert image == pytest.approx([int(digit, 16) / 7.5 - 1 for digit in f"5{rest}"])
    gaps = 0.5 * torch.tensor([4.0, 0.0, 3.0]) / 7.5
    expected = (-gaps.square() / (2 * 0.25**2)).softmax(0)
    assert weights == pytest.approx(expected.tolist(), rel=1e-5)
    assert moved == [pytest.approx([15.9, 24.9]), pytest.approx([15.5, 24.5])]


@browser
def test_steps_back_with_the_exact_guess_give_the_data_back(script):
    """All thousand steps of the page on the mixture: its moments, within their noise."""
    code = """const chain = M.makeChain("linear", 1000), rng = M.makeRng(5);
      const x = rng.fill(new Float64Array(4000)), guess = new Float64Array(4000);
      for (let i = 1000; i > 0; i--) {
        const law = M.diffuse(a, chain.alpha(i), chain.sigma(i));
        M.stepBack(chain.back(i), x, M.posteriorMean(law, x, guess), rng);
      }
      return [...x];"""
    mixture = ring(8)
    state = Demolition(mixture).static_state()
    found = script(code, {name: state[name] for name in ("weights", "means", "covariances")})
    x = torch.tensor(found, dtype=torch.float64).reshape(-1, 2)
    near = torch.cdist(x, mixture.means).min(1)
    share = torch.bincount(near.indices, minlength=8) / len(x)
    assert (near.values < 0.6).double().mean() > 0.99
    assert (share - mixture.weights).abs().max() < 4 * (0.25 * 0.75 / len(x)) ** 0.5


# -- what the notebook stores ---------------------------------------------------------------------


def test_the_digits_are_those_of_the_data_set_to_half_a_grey_level():
    stored, labels = stored_digits()
    widget = Demolition(ring(8))
    assert len(widget.pixels) == 200 * 64 and len(widget.labels) == 200
    assert [int(pixel, 16) for pixel in widget.pixels] == stored.flatten().tolist()
    assert stored.min() == 0 and stored.max() == 15 and sorted(set(labels.tolist())) == [*range(10)]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Demolition(gm1()), ValueError, "mixtures in 2-D, but the mixture has D = 1"),
        (lambda: Demolition("ring"), TypeError, "must be a GaussianMixture, not str"),
        (lambda: Demolition(ring(8, radius=5.0)), ValueError, "reaches out to 5.3"),
        (lambda: Demolition(ring(8), digit=200), ValueError, "digit must be a whole number"),
        (lambda: Demolition(ring(8), step=1001), ValueError, "from 0 to 1000, not 1001"),
        (lambda: Demolition(ring(8), step=0.5), ValueError, "step must be a whole number"),
        (lambda: Demolition(ring(8), schedule="vp"), ValueError, "linear or cosine, not 'vp'"),
        (lambda: Demolition(ring(8), seed=-1), ValueError, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


def test_the_picture_marks_the_step():
    assert Demolition(ring(8), step=900).picture() != Demolition(ring(8), step=100).picture()
    assert isinstance(SCHEDULES["cosine"], DiscreteProcess)


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    code = "(name) => document.querySelector('.dgm-widget').dgmModel.get(name)"
    return page.evaluate(code, name)


def status(page):
    return page.locator("[role=status]").first.inner_text()


def pixels(page):
    return page.evaluate(
        "() => [...document.querySelectorAll('.dgm-column canvas')].map((c) => c.toDataURL())"
    )


@browser
def test_the_handle_is_the_scrubber(open_page):
    page = open_page(Demolition(ring(8)))
    handle, before = page.locator(".dgm-handle"), pixels(page)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 17, box["y"] + 17)
    page.mouse.down()
    page.mouse.move(box["x"] + 77, box["y"] + 17, steps=4)
    page.mouse.up()
    i = state(page, "step")
    assert i > 400 and pixels(page) != before
    process = SCHEDULES["linear"]
    mix = f"{process.alpha(i):.3f} × the data + {process.sigma(i):.3f} × noise"
    assert f"Step {i} of 1000: {mix}" in status(page)
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert state(page, "step") == i - 60
    assert handle.get_attribute("aria-valuetext") == f"step {i - 60} of 1000"
    for _ in range(30):
        page.keyboard.press("Shift+ArrowRight")
    assert state(page, "step") == 1000
    assert page.noise == []


@browser
def test_little_noise_gives_the_same_digit_and_nothing_is_lost_at_step_zero(open_page):
    page = open_page(Demolition(ring(8), step=40), reduced_motion="reduce")
    page.get_by_role("button", name="Rebuild").click()
    assert "the very digit that was torn down" in status(page)
    page.evaluate("document.querySelector('.dgm-widget').dgmModel.set('step', 0)")
    assert "1.000 × the data" in status(page) and "Nothing has been torn down yet" in status(page)
    digits = page.evaluate(
        "() => [...document.querySelectorAll('canvas.dgm-pixels')].map((c) => c.toDataURL())"
    )
    assert digits[0] == digits[1] == digits[2]
    assert page.noise == []


@browser
def test_from_pure_noise_step_by_step_beats_one_jump(open_page):
    page = open_page(Demolition(ring(8), step=1000), reduced_motion="reduce")
    page.get_by_role("button", name="Rebuild").click()
    numbers = re.search(r"one jump ([\d.]+), step by step ([\d.]+), other true data", status(page))
    jump, walk = map(float, numbers.groups())
    assert jump > 1 > 3 * walk
    assert page.noise == []


@browser
def test_the_race_runs_once_by_itself_and_again_from_elsewhere(open_page):
    page = open_page(Demolition(ring(8), step=600), quick=True)
    rebuild = page.locator("button[aria-label*='step by step']")
    page.wait_for_function(f"() => [...document.querySelectorAll('button')].some({PAUSE})")
    page.get_by_text("Step by step gave").wait_for(timeout=60_000)
    assert rebuild.inner_text() == "Rebuild" and state(page, "step") == 600
    jump, walk = (page.locator(".dgm-column").nth(k).inner_text() for k in (1, 2))
    far = [float(re.search(r"([\d.]+) from fresh data", words)[1]) for words in (jump, walk)]
    assert "an average of" in jump and far[0] > 4 * far[1]
    page.locator(".dgm-handle").press("ArrowRight")
    assert "press Rebuild" in page.locator(".dgm-column").nth(2).inner_text()
    rebuild.click()
    page.get_by_text("Step by step gave").wait_for(timeout=60_000)
    assert state(page, "step") == 610 and page.noise == []


@browser
def test_who_wants_no_motion_starts_the_race_by_hand(open_page):
    page = open_page(Demolition(ring(8), step=600), reduced_motion="reduce")
    page.wait_for_timeout(300)
    assert "Press Rebuild" in status(page)


@browser
def test_the_fewer_are_left_the_fewer_share_the_weight(script):
    code = (
        "return [M.crowd([1, 0]), M.crowd([0.25, 0.25, 0.25, 0.25]), M.largest([0.1, 0.7, 0.2])];"
    )
    assert script(code, {}) == [1, 4, 1]


@browser
def test_schedule_and_noise_change_the_picture(open_page):
    page = open_page(Demolition(ring(8)), reduced_motion="reduce")
    seen = [pixels(page)]
    page.locator("input[value=linear]").focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "schedule") == "cosine"
    assert f"{SCHEDULES['cosine'].alpha(300):.3f} × the data" in status(page)
    seen.append(pixels(page))
    page.get_by_role("button", name="New noise").click()
    seen.append(pixels(page))
    assert len({tuple(p) for p in seen}) == 3
    assert page.noise == []
