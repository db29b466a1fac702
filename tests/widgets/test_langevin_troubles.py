"""Langevin's troubles: walkers against the package, laws against quadrature, a reader's hands."""

import math
import re

import numpy as np
import pytest
import torch
from pytest import approx

from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.samplers import langevin, langevin_moments
from dgm_lessons.widgets import LangevinTroubles

browser = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-9, 1e-3

LAWS = {
    "two": {"weights": [0.5, 0.5], "means": [-1.2, 1.2], "std": 0.5},
    "unequal": {"weights": [0.3, 0.7], "means": [-0.9, 1.1], "std": 0.4},
    "one": {"weights": [1.0], "means": [0.3], "std": 0.7},
}
PLACES = [-2.2, -1.2, -0.4, 0.0, 0.15, 0.9, 2.6]


def mixture(law):
    return GaussianMixture(law["weights"], [[m] for m in law["means"]], law["std"] ** 2)


def column(values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


def gap(found, expected):
    expected = torch.as_tensor(expected, dtype=torch.float64).flatten()
    found = torch.tensor(found, dtype=torch.float64).flatten()
    return float(((found - expected).abs() / expected.abs().clamp(min=1)).max())


@pytest.fixture(scope="module")
def script(run_module):
    return lambda code, slip=None, **a: run_module(LangevinTroubles, f"return {code}", a, slip)


# -- the mathematics ------------------------------------------------------------------------------


@browser
@pytest.mark.parametrize("name", LAWS)
def test_log_density_slope_and_curvature(script, name):
    law, x = LAWS[name], column(PLACES)
    exact = mixture(law)
    assert gap(script("a.x.map((x) => M.logAt(a.law, x))", law=law, x=PLACES),
               exact.log_prob(x)) < TOLERANCE  # fmt: skip
    slopes = "a.x.map((x) => M.slopeAt(a.law, x))"
    assert gap(script(slopes, law=law, x=PLACES), exact.score(x)) < TOLERANCE
    bends = "a.x.map((x) => M.curvature(a.law, x))"
    found = script(bends, law=law, x=PLACES)
    assert gap(found, -exact.hessian(x)[:, 0, 0]) < 1e-5
    slip = ("pull += part * (means[k] - x)", "pull += part * (x - means[k])")
    assert gap(script(slopes, slip, law=law, x=PLACES), exact.score(x)) > TOLD_APART


@browser
def test_narrow_modes_far_apart_do_not_vanish(script):
    law = {"weights": [0.3, 0.7], "means": [-30.0, 40.0], "std": 0.2}
    x = [-36.0, 47.0]
    logs = [math.log(w) - 0.5 * math.log(2 * math.pi * 0.04) for w in law["weights"]]
    expected = [logs[0] - 36 / 0.08, logs[1] - 49 / 0.08]
    assert script("a.x.map((x) => M.logAt(a.law, x))", law=law, x=x) == approx(expected, rel=1e-12)
    slopes = script("a.x.map((x) => M.slopeAt(a.law, x))", law=law, x=x)
    assert slopes == approx([6 / 0.04, -7 / 0.04], rel=1e-12)
    code = "((q) => [q.share, q.density(-30), q.density(40)])(M.powered(a.law, 1, 0))"
    peak = 1 / (0.2 * math.sqrt(2 * math.pi))
    assert script(code, law=law) == approx([0.3, 0.3 * peak, 0.7 * peak], rel=1e-9)


@browser
def test_a_law_a_hundred_times_as_narrow_is_bent_ten_thousand_times_as_much(script):
    law = LAWS["unequal"]
    small = {**law, "means": [m / 100 for m in law["means"]], "std": law["std"] / 100}
    bends = "a.x.map((x) => M.curvature(a.law, x))"
    found = script(bends, law=small, x=[x / 100 for x in PLACES])
    expected = script(bends, law=law, x=PLACES)
    assert found == approx([1e4 * v for v in expected], rel=1e-5)


@browser
def test_where_walkers_begin_and_what_is_counted(script):
    """One walker, thrown from side to side by hand: 3 of its 4 arrivals are on the other side."""
    code = """(() => {
      const crowd = M.makeWalkers(3, a.place, 1);
      const begin = [[...crowd.x], [...crowd.side], crowd.steps, crowd.switches, crowd.taken];
      const law = { weights: [1], means: [0], std: 1 };
      const moves = { eta: 1e-12, bottoms: [-1, 2] };
      for (const x of [-1, 1.9, 2, 3, -0.9, -1.5]) {
        crowd.x.fill(x + (x < 0 ? -1e-5 : 1e-5) * (x === -0.9 || x === 1.9 ? 0 : 1));
        M.walk(crowd, law, moves, 1);
      }
      return [...begin, crowd.steps, crowd.switches, crowd.taken, [...crowd.side]];
    })()"""
    for place, side, switches in ((0.5, 1, 9), (0.0, 1, 9), (-0.5, -1, 6)):
        found = script(code, place=place)
        assert found == [[place] * 3, [side] * 3, 0, 0, 0, 6, switches, 18, [-1] * 3]


@browser
def test_a_walker_that_runs_away_is_held_at_a_million(script):
    code = """[-1, 1].map((sign) => {
      const crowd = M.makeWalkers(1, sign * 1e7, 1);
      M.walk(crowd, { weights: [1], means: [0], std: 1 }, { eta: 1e-9 }, 1);
      return crowd.x[0];
    })"""
    assert script(code) == [-1e6, 1e6]


@browser
@pytest.mark.parametrize("c", [math.sqrt(2), 0.9])
def test_a_step_is_the_package_s(script, c):
    law, eta = LAWS["unequal"], 0.07
    noise = torch.randn(len(PLACES), 1, generator=torch.Generator().manual_seed(0)).double()
    mean, std = langevin_moments(mixture(law).score, column(PLACES), eta)
    expected = mean + c / math.sqrt(2) * std * noise
    code = "a.x.map((x, i) => M.proposal(M.slopeAt(a.law, x), x, a.eta, a.c, a.noise[i]))"
    given = {"law": law, "x": PLACES, "eta": eta, "c": c, "noise": noise[:, 0].tolist()}
    assert gap(script(code, **given), expected) < TOLERANCE
    for slip in (("c * Math.sqrt(eta) * noise", "c * eta * noise"),
                 ("x + eta * slope", "x - eta * slope")):  # fmt: skip
        assert gap(script(code, slip, **given), expected) > TOLD_APART


@browser
def test_the_ratio_of_the_correction_is_the_package_s(script):
    law, eta = LAWS["unequal"], 0.15
    exact, x = mixture(law), column(PLACES)
    y = x + 0.4 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).double()
    (there, std), (back, _) = (langevin_moments(exact.score, z, eta) for z in (x, y))
    expected = exact.log_prob(y) - exact.log_prob(x)
    expected = expected + langevin._log_bell(x, back, std) - langevin._log_bell(y, there, std)
    code = "a.x.map((x, i) => M.logRatio(a.law, x, a.y[i], a.eta))"
    given = {"law": law, "x": PLACES, "y": y[:, 0].tolist(), "eta": eta}
    assert gap(script(code, **given), expected) < TOLERANCE
    for slip in (("(forth - back) / (4 * eta)", "0"), ("(forth - back)", "(back - forth)")):
        assert gap(script(code, slip, **given), expected) > TOLD_APART


def by_quadrature(law):
    """Barrier, Kramers' formula and the mean first-passage time, on a grid."""
    exact = mixture(law)
    x = torch.linspace(law["means"][0] - 4, law["means"][1] + 4, 400_001, dtype=torch.float64)
    p = exact.log_prob(x[:, None]).exp()
    middle = int(torch.nonzero((x > law["means"][0] + 0.1) & (p.roll(1) > p) & (p.roll(-1) > p))[0])
    left, right = int(p[:middle].argmax()), middle + int(p[middle:].argmax())
    bends = -exact.hessian(x[[left, middle]][:, None])[:, 0, 0]
    barrier = (p[left] / p[middle]).log()
    kramers = 2 * math.pi * barrier.exp() / (bends[0] * -bends[1]).sqrt()
    below = torch.cumulative_trapezoid(p, x)
    inside = slice(left, right)
    time = torch.trapezoid(below[inside] / p[1:][inside], x[1:][inside])
    return [float(v) for v in (x[left], x[middle], x[right], barrier, kramers, time)]


@browser
@pytest.mark.parametrize("name", ["two", "unequal"])
def test_the_time_between_switches(script, name):
    code = """((c) => [c.from, c.top, c.to, c.barrier, c.kramers, c.exact])(M.crossing(a.law))"""
    expected = by_quadrature(LAWS[name])
    assert gap(script(code, law=LAWS[name]), expected) < 1e-4
    for slip in (("2 * Math.PI * Math.exp(barrier)", "Math.PI * Math.exp(barrier)"),
                 ("below += step * p", "below += step")):  # fmt: skip
        assert gap(script(code, slip, law=LAWS[name]), expected) > TOLD_APART
    marks = script("Object.values(M.landmarks(a.law))", law=LAWS[name])
    assert marks == approx(expected[:3], abs=1e-4)
    still = script("M.stillPoint(a.law, a.low, a.high)", law=LAWS[name], low=-0.6, high=0.6)
    assert still == approx(expected[1], abs=1e-4)


@browser
@pytest.mark.parametrize("power", [2.0, 0.5])
def test_powers_of_the_law(script, power):
    law = LAWS["unequal"]
    x = torch.linspace(-8, 8, 160_001, dtype=torch.float64)
    p = (power * mixture(law).log_prob(x[:, None])).exp()
    p = p / torch.trapezoid(p, x)
    code = "((q) => [q.share, ...a.x.map(q.density)])(M.powered(a.law, a.power, 0.1))"
    expected = [float(torch.trapezoid(p * (x < 0.1), x)), *np.interp(PLACES, x, p)]
    assert gap(script(code, law=law, power=power, x=PLACES), expected) < 2e-3
    slip = ("power * logAt(law, x)) / all", "logAt(law, x)) / all")
    assert gap(script(code, slip, law=law, power=power, x=PLACES), expected) > 0.02


@browser
def test_the_variance_that_a_step_leaves(script):
    s2 = 0.25
    for eta in (0.05, 0.3):
        mean, std = langevin_moments(lambda x: -x / s2, torch.ones(1, 1).double(), eta)
        v = 0.0
        for _ in range(500):
            v = float(mean) ** 2 * v + std**2
        assert script("M.restVariance(a.s2, a.eta)", s2=s2, eta=eta) == approx(v)
    assert script("String(M.restVariance(0.25, 0.5))") == "Infinity"


WALK = """(() => {
  const crowd = M.makeWalkers(2000, a.start, 3);
  const law = { weights: [1], means: [0], std: 0.5 };
  M.walk(crowd, law, a.moves, a.steps);
  const mean = crowd.x.reduce((s, x) => s + x, 0) / 2000;
  const variance = crowd.x.reduce((s, x) => s + (x - mean) ** 2, 0) / 2000;
  return [variance, crowd.taken / (2000 * crowd.steps), crowd.switches];
})()"""


@browser
def test_walkers_come_to_rest_where_they_should(script):
    """Within five standard errors of 2000: a large step, the same corrected, too little noise."""
    error = 5 * math.sqrt(2 / 2000)
    for moves, expected in (
        ({"eta": 0.3}, 0.625),
        ({"eta": 0.3, "metropolis": True}, 0.25),
        ({"eta": 0.02, "c": 1.0}, 0.5**2 / (2 - 0.08)),
    ):
        variance, taken, switches = script(WALK, moves=moves, steps=400, start=0.4)
        assert variance == approx(expected, rel=error), moves
        assert (taken < 0.9) == ("metropolis" in moves) and switches == 0
    assert script(WALK, moves={"eta": 0.6}, steps=400, start=0.4)[0] > 1e9  # held, not NaN
    slip = ("!metropolis || ", "!metropolis || true || ")
    moves = {"eta": 0.3, "metropolis": True}
    assert script(WALK, slip, moves=moves, steps=400, start=0.4)[0] > 0.5


@browser
def test_switches_come_as_often_as_the_integral_says(script):
    """Three seeds: about 2000 switches each; the step of 0.01 makes them up to a tenth rarer."""
    code = """(() => {
      const crowd = M.makeWalkers(500, -1.2, a.seed);
      const { from, to, exact } = M.crossing(a.law);
      const moves = { eta: 0.01, bottoms: [from, to] };
      M.walk(crowd, a.law, moves, 300);
      crowd.forget();
      M.walk(crowd, a.law, moves, 4000);
      return (500 * 4000 * 0.01) / crowd.switches / exact;
    })()"""
    for seed in (1, 2, 3):
        assert script(code, law=LAWS["two"], seed=seed) == approx(1.02, abs=0.1)
    slip = ("side[i] = -side[i];", "")
    assert script(code, slip, law=LAWS["two"], seed=1) < 0.5


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"scene": "dimension"}, ValueError, "one of modes, step, noise, not 'dimension'"),
        ({"distance": 5.0}, ValueError, "distance must lie in [0.900, 2.200], not 5.0"),
        ({"distance": math.nan}, ValueError, "not nan"),
        ({"eta": 0.0}, ValueError, "eta must lie in [0.002, 0.600]"),
        ({"c": -1.0}, ValueError, "c must lie in [0.800, 3.000]"),
        ({"metropolis": "yes"}, TypeError, "must be True or False, not 'yes'"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        LangevinTroubles(**given)


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    return page.evaluate("(n) => document.querySelector('.dgm-widget').dgmModel.get(n)", name)


def status(page):
    return page.locator("[role=status]").inner_text()


def story(page):
    return page.locator(".dgm-story").inner_text()


@browser
def test_the_modes_are_dragged_apart_and_the_text_follows(open_page):
    page = open_page(LangevinTroubles(), reduced_motion="reduce")
    assert "Modes at ±1.30" in status(page) and "not yet measured (0 switches)" in status(page)
    grip = page.get_by_role("slider", name="Right mode")
    box = grip.bounding_box()
    page.mouse.move(box["x"] + 17, box["y"] + 17)
    page.mouse.down()
    page.mouse.move(box["x"] + 62, box["y"] + 30, steps=4)
    page.mouse.up()
    distance = state(page, "distance")
    assert 1.8 < distance < 2.2 and f"±{distance:.2f}" in status(page)
    assert "hardly anyone crosses" in story(page)
    grip.press("Home")
    assert state(page, "distance") == approx(0.9)
    page.get_by_role("button", name="Play").click()  # to its end at once
    found = re.search(r"([\d.]+) \(exact\).* ([\d.]+) ± ([\d.]+) measured", status(page))
    exact, measured, error = map(float, found.groups())
    assert measured == approx(exact, abs=5 * error + 0.15 * exact)
    assert page.noise == []


@browser
def test_one_scene_at_a_time(open_page):
    page = open_page(LangevinTroubles(), reduced_motion="reduce")
    seen = lambda: page.locator(".dgm-panel .dgm-stage:visible").count()  # noqa: E731
    assert seen() == 1 and not page.get_by_text("taken or refused").is_visible()
    page.get_by_role("button", name="Step too large").click()
    assert (state(page, "scene"), state(page, "eta")) == ("step", approx(0.4))
    assert seen() == 1 and page.get_by_text("taken or refused").is_visible()
    assert "The chain rests at 1.250" in status(page)
    assert not page.get_by_role("slider", name="Right mode").is_visible()
    for _ in range(3):
        page.get_by_role("button", name="Play").click()
    bare = float(re.search(r"Measured: ([\d.]+)", status(page))[1])
    page.get_by_role("radio", name="taken or refused").check()
    for _ in range(4):
        page.get_by_role("button", name="Play").click()
    assert re.search(r"Corrected: \d\d% of the steps are refused", status(page))
    corrected = float(re.search(r"Measured: ([\d.]+)", status(page))[1])
    assert bare == approx(1.25, rel=0.35) and corrected == approx(0.25, rel=0.35)
    page.get_by_role("slider", name="Ruler: step size").press("End")
    assert state(page, "eta") == approx(0.6)
    assert page.noise == []


@browser
def test_a_wrong_noise_starves_the_smaller_mode(open_page):
    page = open_page(LangevinTroubles(scene="noise", c=1.0), reduced_motion="reduce")
    assert "p to the power 2/c² = 2.00" in status(page)
    for _ in range(6):
        page.get_by_role("button", name="Play").click()
    said = re.search(r"with ([\d.]+)% on the left.*Measured: ([\d.]+)% ± ([\d.]+)%", status(page))
    expected, measured, error = map(float, said.groups())
    assert measured == approx(expected, abs=4.5 * error) and expected < 20
    assert page.noise == []


@browser
def test_it_plays_by_itself_and_rests_for_who_wants_no_motion(open_page):
    page = open_page(LangevinTroubles())
    page.wait_for_function(
        "() => /measured \\(/.test(document.querySelector('[role=status]').innerText)",
        timeout=60_000,
    )
    still = open_page(LangevinTroubles(), reduced_motion="reduce")
    assert "0 switches" in status(still)
    assert page.noise == [] and still.noise == []


@browser
def test_a_link_sets_the_scene(open_page):
    address = "#set-langevin-troubles?scene=step&eta=0.4&metropolis=true"
    page = open_page(LangevinTroubles(), address=address, reduced_motion="reduce")
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmModel.get('metropolis')")
    assert state(page, "scene") == "step" and state(page, "eta") == approx(0.4)
    assert page.noise == []
