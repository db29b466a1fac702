"""What denoising sees: its mathematics against torch, what it refuses, and a reader's hands."""

import math
import re

import pytest
import torch
from reader import double, drag, gap, pixels, settled, state, status

from dgm_lessons.mixtures import GaussianMixture, gm1, ring, two_moons_like
from dgm_lessons.widgets import WhatDenoisingSees

TOLERANCE = 1e-9  # relative; the promise is 1e-5
TOLD_APART = 1e-3
browser = pytest.mark.browser

SKEWED = GaussianMixture([0.3, 0.7], [[-1.0, 0.4], [0.8, -0.3]], [[[0.3, 0.1], [0.1, 0.2]]] * 2)
BEDS = {"moons": two_moons_like(), "ring": ring(8), "skewed": SKEWED}
PLACES = [(0.5, [0.3, 0.2]), (0.2, [-0.8, 0.9]), (1.3, [1.5, -1.0])]


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, mixture, slip, few): runs `code` with a crowd of 20,000 as `crowd`."""
    world = """const { weights, means, covariances } = a.state;
      const crowd = M.makeCrowd({ weights, means, covariances }, 20000, 3, a.few);
    """

    def run(code, mixture, slip=None, few=0):
        state = WhatDenoisingSees(mixture).static_state()
        arguments = {"state": state, "few": few, "places": PLACES}
        return run_module(WhatDenoisingSees, world + code, arguments, slip)

    return run


DISC = """return [[...crowd.x0], [...crowd.eps], a.places.map(([sigma, x]) => {
    const { found, count, mean, error, variance, doubt } = M.inDisc(crowd, sigma, x, 0.25);
    return [count, ...mean, ...error, variance, doubt, found.reduce((s, i) => s + i, 0)];
  })];"""


def in_disc(script, slip=None):
    x0, eps, found = script(DISC, BEDS["moons"], slip)
    x0, eps = double(x0).reshape(-1, 2), double(eps).reshape(-1, 2)
    expected = []
    for sigma, place in PLACES:
        noisy = x0 + sigma * eps
        inside = (noisy - double(place)).norm(dim=1) <= 0.25
        arrows = (x0 - noisy)[inside]
        count, mean = len(arrows), arrows.mean(0)
        squared = ((arrows - mean) ** 2).sum(1)
        variance = squared.sum() / (count - 1)
        doubt = ((squared - variance) ** 2).sum().div(count * (count - 1)).sqrt()
        tail = [variance / sigma**4, doubt / sigma**4, inside.nonzero().sum()]
        error = arrows.std(0) / math.sqrt(count)
        expected.append([count, *mean.tolist(), *error.tolist(), *map(float, tail)])
    return gap(found, double(expected))


@browser
def test_the_arrows_of_a_disc_are_counted_and_averaged(script):
    assert in_disc(script) < TOLERANCE


@browser
def test_a_disc_has_its_edge_and_its_first_point(script):
    code = """const x0 = Float64Array.of(0, 0, 5, 5, 0.25, 0, 0, -0.26);
      return M.inDisc({ n: 4, x0, eps: new Float64Array(8) }, 0.5, [0, 0], 0.25).found;"""
    assert script(code, BEDS["ring"]) == [0, 2]


@browser
def test_a_pair_is_a_clean_point_and_its_noisy_one(script):
    code = "return [[...crowd.x0], [...crowd.eps], M.clean(crowd, 7), M.noisy(crowd, 0.5, 7)];"
    x0, eps, clean, noisy = script(code, BEDS["ring"])
    x0, eps = double(x0).reshape(-1, 2), double(eps).reshape(-1, 2)
    assert gap(clean, x0[7]) == 0 and gap(noisy, x0[7] + 0.5 * eps[7]) < TOLERANCE
    assert gap(noisy, x0[7] - 0.5 * eps[7]) > TOLD_APART


SLIPS = {
    "an arrow from clean to noisy": (
        "f(-sigma * eps[2 * i], -sigma * eps[2 * i + 1])",
        "f(sigma * eps[2 * i], sigma * eps[2 * i + 1])",
    ),
    "sigma squared in the noise": (
        "x0[2 * i] + sigma * eps[2 * i] - a",
        "x0[2 * i] + sigma * sigma * eps[2 * i] - a",
    ),
    "the target's variance over sigma^2": (
        "variance: variance / sigma ** 4",
        "variance: variance / sigma ** 2",
    ),
}


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_disc_is_told_apart(script, name):
    assert in_disc(script, SLIPS[name]) > TOLD_APART


EXACT = """return a.places.map(([sigma, x]) => {
    const { mean, variance } = M.exactArrow(crowd, sigma, x);
    return [...mean, variance];
  });"""


def exact(mixture):
    rows = []
    for sigma, place in PLACES:
        x = double([place])
        noisy = mixture.diffuse(1.0, sigma)
        laplacian = noisy.hessian(x)[0].trace()
        rows.append([*(sigma**2 * noisy.score(x)[0]).tolist(), float(2 / sigma**2 + laplacian)])
    return double(rows)


@browser
@pytest.mark.parametrize("bed", BEDS)
def test_the_exact_arrow_is_the_score_and_its_variance_the_curvature(script, bed):
    assert gap(script(EXACT, BEDS[bed]), exact(BEDS[bed])) < 1e-7


@browser
def test_slips_in_the_exact_arrow_are_told_apart(script):
    backwards = ("mean[0] - x[0]", "x[0] - mean[0]")
    squared = ("(cov[0][0] + cov[1][1]) / sigma ** 4", "(cov[0][0] + cov[1][1]) / sigma ** 2")
    for slip in (backwards, squared):
        assert gap(script(EXACT, SKEWED, slip), exact(SKEWED)) > TOLD_APART


@browser
def test_twenty_points_are_twenty_and_their_law_is_a_kernel_density(script):
    code = """return [[...crowd.x0], crowd.law.means, a.places.map(([sigma, x]) => {
        const { mean, variance } = M.exactArrow(crowd, sigma, x);
        return [...mean, variance];
      })];"""
    x0, means, found = script(code, BEDS["moons"], few=20)
    distinct, counts = double(x0).reshape(-1, 2).unique(dim=0, return_counts=True)
    assert len(distinct) == len(means) == 20 and counts.min() > 800
    points, rows = double(means), []
    for sigma, place in PLACES:
        arrows = points - double(place)
        share = (-(arrows**2).sum(1) / (2 * sigma**2)).softmax(0)
        mean = share @ arrows
        variance = share @ ((arrows - mean) ** 2).sum(1) / sigma**4
        rows.append([*mean.tolist(), float(variance)])
    assert gap(found, double(rows)) < 1e-7


@browser
@pytest.mark.parametrize("bed", BEDS)
def test_the_average_of_a_small_disc_is_the_exact_arrow(run_module, bed):
    """Within five standard errors and what a disc of that width may shift, at 25 places."""
    code = """const { weights, means, covariances } = a.state;
      const crowd = M.makeCrowd({ weights, means, covariances }, 60000, a.state.seed);
      return a.places.map((x) => {
        const disc = M.inDisc(crowd, 0.4, x, M.discOf(0.4));
        return [disc.count, ...disc.mean, ...disc.error, ...M.exactArrow(crowd, 0.4, x).mean,
          M.wholeVariance(crowd, 0.4)];
      });"""
    places = torch.cartesian_prod(*[torch.linspace(-1.2, 1.2, 5)] * 2).tolist()
    widget = WhatDenoisingSees(BEDS[bed])
    arguments = {"state": widget.static_state(), "places": places}
    rows = double(run_module(WhatDenoisingSees, code, arguments))
    rows = rows[rows[:, 0] > 30]
    assert len(rows) > 10
    off = (rows[:, 1:3] - rows[:, 5:7]).abs()
    assert (off < 5 * rows[:, 3:5] + 0.02).all()
    assert abs(rows[0, 7] / (2 / 0.16) - 1) < 5 * math.sqrt(1 / 60_000)


# -- what the notebook stores ---------------------------------------------------------------------

MOONS = two_moons_like()
WIDE = GaussianMixture([1.0], [[0.0, 0.0]], 400.0)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: WhatDenoisingSees(gm1()), ValueError, "mixtures in 2-D, but the mixture has D"),
        (lambda: WhatDenoisingSees("moons"), TypeError, "must be a GaussianMixture, not str"),
        (lambda: WhatDenoisingSees(WIDE), ValueError, "scale the mixture to a std of about 1"),
        (lambda: WhatDenoisingSees(MOONS, sigma=0.01), ValueError, "sigma must lie in"),
        (lambda: WhatDenoisingSees(MOONS, sigma=math.nan), ValueError, "not nan"),
        (lambda: WhatDenoisingSees(MOONS, probe=(0.0, 1.0)), ValueError, "probe must be two"),
        (lambda: WhatDenoisingSees(MOONS, crowd="ten"), ValueError, "endless, twenty, not 'ten'"),
        (lambda: WhatDenoisingSees(MOONS, seed=-1), ValueError, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


# -- in a reader's hands --------------------------------------------------------------------------


def story(page):
    return page.locator(".dgm-story").inner_text()


@browser
def test_the_presets_show_what_they_say(open_page):
    page = open_page(WhatDenoisingSees(MOONS), reduced_motion="reduce")
    said = {
        "Contradiction": "nearly cancel",
        "Much noise": "middle of all data",
        "Twenty points": "one of the twenty points",
        "Nobody there": "told nothing",
    }
    for name, words in said.items():
        page.get_by_role("button", name=name).click()
        assert words in story(page), (name, story(page))
    assert " 0 of 60,000" in status(page)
    page.get_by_role("button", name="Twenty points").click()
    assert state(page, "crowd") == "twenty" and "kernel density" in status(page)
    assert page.noise == []


@browser
def test_the_disc_follows_mouse_and_keys_and_the_numbers_are_right(open_page):
    page = open_page(WhatDenoisingSees(MOONS), reduced_motion="reduce")
    layers = ".dgm-stand canvas:nth-of-type(2)", ".dgm-panel canvas"
    before = [pixels(page, layer) for layer in layers]
    disc = page.locator(".dgm-stand .dgm-handle")
    dx, dy = drag(page, disc, -80, 50)
    assert dx == pytest.approx(-80, abs=8) and dy == pytest.approx(50, abs=8)
    disc.press("ArrowRight")
    settled(page)
    assert all(pixels(page, layer) != old for layer, old in zip(layers, before, strict=True))
    probe, window = state(page, "probe"), state(page, "window")
    x = double([[p * half for p, half in zip(probe, window, strict=True)]])
    noisy = MOONS.diffuse(1.0, 0.5)
    arrow = 0.25 * noisy.score(x)[0]
    variance = 8 + noisy.hessian(x)[0].trace()
    said = status(page).replace("−", "-")
    for words in (
        f"exact score: ({arrow[0]:.3f}, {arrow[1]:.3f})",
        f"closed form {variance:.1f};",
        "D/σ² = 8.0.",
    ):
        assert words in said, (words, said)
    assert page.noise == []


@browser
def test_the_noise_grows_once_by_itself_to_where_it_was(open_page):
    page = open_page(WhatDenoisingSees(MOONS), quick=True)
    sigma = "document.querySelector('.dgm-widget').dgmModel.get('sigma')"
    page.wait_for_function(f"() => {sigma} < 0.3")
    page.wait_for_function(f"() => Math.abs({sigma} - 0.5) < 1e-9", timeout=60_000)
    page.get_by_role("button", name="Play").wait_for()
    assert page.noise == []


@browser
def test_a_page_that_has_not_taught_the_score_does_not_hear_of_it(open_page):
    page = open_page(WhatDenoisingSees(MOONS).staged(words=()), reduced_motion="reduce")
    text = page.locator(".dgm-widget").inner_text()
    assert "score" not in text.lower() and "exact average" in text
