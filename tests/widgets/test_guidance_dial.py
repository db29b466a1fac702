"""The guidance dial: exact fields and densities against the package, and a reader's hands."""

import math
import re
from itertools import pairwise

import pytest
import torch
from pytest import approx
from reader import double, gap, set_field, state, status

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.guidance import ALWAYS, GuidedDenoiser, LabelledMixture
from dgm_lessons.metrics import mode_weights
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VP
from dgm_lessons.widgets import GuidanceDial
from dgm_lessons.widgets.guidance_dial import two_classes

browser = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-8, 1e-3
PLACES = [[-1.5, 0.4], [0.3, -0.9], [1.2, 0.8], [0.1, 0.2], [-0.4, 1.1]]
W = 1.7

SETUP = """const { weights, means, covariances, labels, label, process: spec, levels } = a.state;
  const whole = { weights, means, covariances }, process = M.makeProcess(spec);
  const setup = { whole, process, told: M.classOf(whole, labels, label) };
  const at = (t) => M.lawsAt(setup, t), flat = Float64Array.from((a.x ?? []).flat());
"""


@pytest.fixture(scope="module")
def script(run_module):
    given = GuidanceDial(two_classes()).static_state()

    def script(code, slip=None, **arguments):
        return run_module(GuidanceDial, f"{SETUP} {code}", {"state": given, **arguments}, slip)

    return script


def guided(w=W):
    data = two_classes()
    told, free = ExactDenoiser(data.law(0), VP()), ExactDenoiser(data.mixture, VP())
    return GuidedDenoiser(told, free, w, ALWAYS)


# -- fields and densities -------------------------------------------------------------------------


@browser
@pytest.mark.parametrize(("t", "w"), [(0.03, W), (0.25, W), (0.8, W), (0.25, 1.0)])
def test_the_guided_score_is_the_package_s(script, t, w):
    code = "return [...M.guidedScore(at(a.t), a.w, flat, flat.slice(), flat.slice())];"
    given = {"x": PLACES, "t": t, "w": w}
    expected = guided(w).score(double(PLACES), t).flatten()
    assert gap(script(code, **given), expected) < TOLERANCE
    for slip in (
        ("out[i] += w * (out[i] - free[i])", "out[i] += w * (free[i] - out[i])"),
        ("out[i] += w * (out[i] - free[i])", "out[i] = free[i] + w * (out[i] - free[i])"),
    ):  # the second takes the weight for a scale
        assert gap(script(code, slip, **given), expected) > TOLD_APART


@browser
def test_without_guidance_it_is_the_score_of_the_class(script):
    code = "return [...M.guidedScore(at(0.2), 0, flat, flat.slice(), flat.slice())];"
    expected = ExactDenoiser(two_classes().law(0), VP()).score(double(PLACES), 0.2).flatten()
    assert gap(script(code, x=PLACES), expected) < TOLERANCE


@browser
def test_a_class_and_its_share(script):
    data = two_classes()
    weights, prior = script("return [setup.told.mixture.weights, setup.told.prior];")
    assert prior == approx(data.prior(0)) and len(weights) == 3
    others = script("return M.classOf(whole, labels, 1).mixture.means;")
    assert gap(others, data.law(1).means) == 0
    code = """const some = { weights: [2, 3, 5], means: [7, 8, 9], covariances: [7, 8, 9] };
      return M.classOf(some, [0, 1, 0], 0);"""
    mixture = {"weights": [2, 5], "means": [7, 9], "covariances": [7, 9]}
    assert script(code) == {"mixture": mixture, "prior": approx(0.7)}


@browser
def test_a_step_is_heun_s(script):
    s, t = 0.5, 0.42
    code = """M.guidedStep(setup, a.w, flat, 0.5, 0.42, [0, 1, 2, 3].map(() => flat.slice()));
      return [...flat];"""

    def slope(x, u):
        return VP().f(u) * x - 0.5 * VP().g2(u) * guided().score(x, u)

    x = double(PLACES)
    first = slope(x, s)
    guess = x + (t - s) * first
    expected = (x + 0.5 * (t - s) * (first + slope(guess, t))).flatten()
    given = {"x": PLACES, "w": W}
    assert gap(script(code, **given), expected) < TOLERANCE
    slip = ("x[i] += 0.5 * h * (slope[i] +", "x[i] += h * (slope[i] +")
    assert gap(script(code, slip, **given), expected) > TOLD_APART


@browser
def test_the_whole_way(script):
    """64 steps against the package's sampler in 400: the points, and the shares of the modes."""
    noise = torch.randn(200, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    code = """const times = M.timesBetween(process, ...levels, 64);
      const rows = M.guidedPath(setup, a.w, flat, times);
      return [rows.length, times.at(-1), ...rows.at(-1)];"""
    count, end, *found = script(code, x=noise.tolist(), w=W)
    assert count == 65 and float(VP().log_snr(end)) == approx(7.0, abs=1e-6)
    times = VP().t_from_log_snr(torch.linspace(-9.9, 7.0, 401, dtype=torch.float64)).tolist()
    x = noise
    for s, t in pairwise(times):
        d = guided()
        first = d.velocity(x, s)
        x = x + 0.5 * (t - s) * (first + d.velocity(x + (t - s) * first, t))
    apart = (double(found).reshape(-1, 2) - x).norm(dim=1)
    assert apart.median() < 2e-3 and apart.max() < 0.1
    shares = mode_weights(x, two_classes().law(0))
    assert shares[0] < 0.2  # without guidance it has 0.4


@browser
def test_the_tilted_density_and_the_classifier(script):
    data, t = two_classes(), 0.15
    code = """const { log, classifier } = M.tiltedLog(at(0.15), a.w, flat);
      return [[...log], [...classifier]];"""
    log, classifier = script(code, x=PLACES, w=W)
    x = double(PLACES)
    expected = data.log_classifier(0, VP())(x, t)
    assert gap(classifier, expected) < TOLERANCE
    told, whole = (m.diffuse(VP().alpha(t), VP().sigma(t)) for m in (data.law(0), data.mixture))
    tilted = (1 + W) * told.log_prob(x) - W * whole.log_prob(x)
    assert gap(double(log) - log[0], tilted - tilted[0]) < TOLERANCE  # up to a factor
    slip = ("value + w * classifier[i]", "(1 + w) * classifier[i]")
    wrong = script(code, slip, x=PLACES, w=W)[0]
    assert gap(double(wrong) - wrong[0], tilted - tilted[0]) > TOLD_APART


@browser
@pytest.mark.parametrize("w", [0.0, 3.0])
def test_tilted_samples_have_the_tilted_density(script, w):
    """Mean and second moments of 20,000 by quadrature; with a wrong rule they are others."""
    code = """const x = M.tiltedSample(setup, at(1e-4), a.w, M.makeRng(3), 20000);
      let [m, v, c] = [0, 0, 0];
      for (let i = 0; i < x.length; i += 2) {
        m += x[i] / 2e4; v += x[i] ** 2 / 2e4; c += (x[i + 1] ** 2) / 2e4;
      }
      return [x.length / 4e4, m, v, c];"""
    axis = torch.linspace(-3.5, 3.5, 351, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    p = two_classes().tilted(0, w, points, 0.02**2) * 0.02**2
    a, b = points.T
    expected = double([1, (p * a).sum(), (p * a * a).sum(), (p * b * b).sum()])
    assert gap(script(code, w=w), expected) < 0.03  # three standard errors
    slip = ("sample(told.mixture, laws.told.alpha", "sample(told.mixture, 0.8 * laws.told.alpha")
    assert gap(script(code, slip, w=w), expected) > 0.06


@browser
def test_a_portrait(script):
    x = two_classes().law(0).sample(300, torch.Generator().manual_seed(2), torch.float64)
    code = """const { shares, spread, sure } = M.portrait(at(1e-4), flat);
      return [...shares, spread, sure];"""
    data = two_classes()
    sure = data.log_classifier(0, VP())(x, 1e-4).exp().mean()
    law = data.law(0).diffuse(VP().alpha(1e-4), VP().sigma(1e-4))
    spread = x.var(0, correction=0).sum().sqrt()
    expected = torch.cat([mode_weights(x, law), torch.stack([spread, sure])])
    assert gap(script(code, x=x.tolist()), expected) < TOLERANCE
    slip = ("total + square - mean * mean", "total + square")
    assert gap(script(code, slip, x=x.tolist()), expected) > TOLD_APART


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"guidance": -0.5}, ValueError, "guidance must lie in [0.000, 8.000], not -0.5"),
        ({"guidance": math.nan}, ValueError, "not nan"),
        ({"convention": "w"}, ValueError, "convention must be weight or scale, not 'w'"),
        ({"time": 1.5}, ValueError, "time must lie in [0.000, 1.000]"),
        ({"label": 7}, ValueError, "no component has the label 7"),
        ({"n_particles": 10}, ValueError, "n_particles must be a whole number from 50"),
        ({"seed": -1}, ValueError, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        GuidanceDial(two_classes(), **given)


def test_mixtures_that_do_not_fit_are_refused():
    with pytest.raises(TypeError, match="give a LabelledMixture, not a GaussianMixture"):
        GuidanceDial(ring(8))
    with pytest.raises(ValueError, match="mixtures in 2-D"):
        GuidanceDial(LabelledMixture(gm1(), [0, 1]))
    with pytest.raises(ValueError, match="all components have one label"):
        GuidanceDial(LabelledMixture(ring(3), [0, 0, 0]))


# -- in a reader's hands --------------------------------------------------------------------------


def numbers(page):
    """What the text says, once things have settled and distances are taken."""
    page.wait_for_function(
        "() => document.querySelector('.dgm-status').textContent.includes('Distance')"
    )
    found = re.search(
        r"density: ([\d.]+) \(true samples of it: ([\d.]+)\). Shares at the modes: (\d+)%.*"
        r"Spread ([\d.]+) \(tilted: ([\d.]+)\)",
        status(page),
    )
    return [float(value) for value in found.groups()]


@browser
def test_the_dial_is_turned(open_page):
    page = open_page(GuidanceDial(two_classes()), reduced_motion="reduce")
    page.get_by_role("slider", name="Way of the samples").press("End")
    far, floor, first, *_ = numbers(page)
    assert far < 1.8 * floor and 34 < first < 46  # no guidance: as true samples are
    dial = page.get_by_role("slider", name="Guidance")
    dial.press("End")
    far, floor, first, spread, wanted = numbers(page)
    assert far > 10 * floor and first == 0 and spread < wanted - 0.1
    assert dial.get_attribute("aria-valuetext") == "weight w = 8.0"
    page.get_by_role("radio", name="scale 1 + w").check()
    assert dial.get_attribute("aria-valuetext") == "scale 1 + w = 9.0"
    assert state(page, "guidance") == 8 and "scale 1 + w = 9.0" in status(page)
    assert page.noise == []


@browser
def test_python_a_link_and_a_preset_set_it(open_page):
    address = "#set-guidance-dial?guidance=1&time=1"
    page = open_page(GuidanceDial(two_classes()), address=address, reduced_motion="reduce")
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('guidance') === 1"
    )
    _, _, first, *_ = numbers(page)
    assert 15 < first < 30
    set_field(page, "guidance", 0.0)
    page.get_by_role("button", name="Pushed too far").click()
    assert numbers(page)[2] == 0
    page.get_by_role("button", name="No guidance").click()
    assert 34 < numbers(page)[2] < 46
    assert page.noise == []


@browser
def test_it_plays_once_in_sight(open_page):
    page = open_page(GuidanceDial(two_classes()), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('time') === 1", timeout=60_000
    )
    assert state(page, "guidance") == 0
    assert page.noise == []
