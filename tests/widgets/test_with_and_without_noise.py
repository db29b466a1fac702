"""Backward with and without noise: its steps and network against the package, a reader's hands."""

import math
import re

import pytest
import torch
from pytest import approx
from reader import double, gap, set_field, state, status

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.divergences import wasserstein_1_samples as wasserstein_1
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VP, time_grid
from dgm_lessons.samplers import euler_maruyama_moments
from dgm_lessons.widgets import WithAndWithoutNoise
from dgm_lessons.widgets.with_and_without_noise.network import SmallNetwork

browser = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-9, 1e-3
PLACES = [-2.2, -1.2, -0.4, 0.15, 0.9, 2.6]
X = double(PLACES)[:, None]
EXACT = ExactDenoiser(gm1(), VP())

SETUP = """const { weights, means, covariances, process, levels, network } = a.state;
  const mixture = { weights, means, covariances };
  const course = M.makeCourse(mixture, process, [levels[0], levels[a.late ? 2 : 1]]);
"""


@pytest.fixture(scope="module")
def script(run_module):
    given = WithAndWithoutNoise(gm1()).static_state()

    def script(code, slip=None, **arguments):
        arguments = {"state": given, "late": False, **arguments}
        return run_module(WithAndWithoutNoise, f"{SETUP} {code}", arguments, slip)

    return script


@pytest.fixture(scope="module")
def times(script):
    return script("return [...course.times];")


# -- the mathematics ------------------------------------------------------------------------------


@browser
def test_the_grid_is_even_in_log_snr(script, times):
    cleanest = float(VP().t_from_log_snr(6.0))
    assert gap(times, time_grid(VP(), 100, t_min=cleanest)) < TOLERANCE
    nearest = script("return [1, 0.5, 0].map((t) => M.nearestIndex(course, t));")
    expected = [min(range(101), key=lambda i: abs(times[i] - t)) for t in (1, 0.5, 0)]
    assert nearest == expected and expected[1] not in (0, 100)
    by_hand = script("return [0.9, 2.5].map((t) => M.nearestIndex({ times: [3, 2, 1] }, t));")
    assert by_hand == [2, 0]


SCORE = """const out = new Float64Array(a.x.length);
  M.fillScore(course, network, a.kind, a.i, Float64Array.from(a.x), out);
  return [...out];"""


@browser
@pytest.mark.parametrize("i", [3, 60, 95])
def test_the_network_is_the_package_s(script, times, i):
    expected = SmallNetwork(gm1(), VP(), seed=1).score(X, times[i])
    given = {"kind": "network", "i": i, "x": PLACES}
    assert gap(script(SCORE, **given), expected[:, 0]) < 1e-6
    direct = """const out = new Float64Array(a.x.length);
      M.networkScore(network, course.laws[a.i], Float64Array.from(a.x), out);
      return [...out];"""
    assert script(direct, **given) == script(SCORE, **given)
    slip = ("sigma * x[i] + alpha * v", "sigma * x[i] - alpha * v")
    assert gap(script(SCORE, slip, **given), expected[:, 0]) > TOLD_APART


@browser
@pytest.mark.parametrize("i", [5, 60, 85])
def test_spoilt_scores(script, times, i):
    t = times[i]
    exact, sigma = EXACT.score(X, t)[:, 0], VP().sigma(t)
    expected = {
        "exact": exact,
        "early": 1.2 * exact if t > 0.4 else exact,
        "late": exact - 0.3 / sigma if t < 0.1 else exact,
    }
    for kind, values in expected.items():
        assert gap(script(SCORE, kind=kind, i=i, x=PLACES), values) < TOLERANCE
    assert any(not torch.equal(values, exact) for values in expected.values()) == (i != 60)


@browser
@pytest.mark.parametrize(
    ("kind", "t", "spoilt"),
    [("early", 0.401, True), ("early", 0.4, False), ("late", 0.1, False), ("late", 0.099, True)],
)
def test_a_score_is_spoilt_from_a_time_on(script, kind, t, spoilt):
    code = SCORE.replace("course", "{ ...course, times: { [a.i]: a.t } }")
    found, exact = (script(code, kind=k, i=60, t=t, x=PLACES) for k in (kind, "exact"))
    assert all((a != b) == spoilt for a, b in zip(found, exact, strict=True))


STEP = """const x = Float64Array.from(a.x), score = new Float64Array(x.length);
  M.fillScore(course, network, "exact", a.i, x, score);
  M.backwardStep(course, a.i, x, score, Float64Array.from(a.noise), M.ruleOf(a.share, "none"));
  return [...x];"""


@browser
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0, 2.0])
def test_a_step_is_the_package_s(script, times, share):
    i, noise = 60, [0.3, -1.1, 0.8, 1.7, -0.4, 0.2]
    mean, std = euler_maruyama_moments(EXACT, X, times[i], times[i + 1], share)
    expected = (mean + std * double(noise)[:, None])[:, 0] - X[:, 0]
    given = {"i": i, "x": PLACES, "noise": noise, "share": share}
    found = double(script(STEP, **given)) - X[:, 0]
    assert gap(found, expected) < TOLERANCE
    for slip in (("pull * g2 * score[j])", "pull * score[j])"), ("-h * (f", "h * (f")):
        assert gap(double(script(STEP, slip, **given)) - X[:, 0], expected) > TOLD_APART
    if share:
        slip = ("kick * Math.sqrt(g2 * h)", "kick * g2 * h")
        assert gap(double(script(STEP, slip, **given)) - X[:, 0], expected) > TOLD_APART


@browser
def test_rules_of_the_slips(script):
    rules = script("return a.slips.map((slip) => Object.values(M.ruleOf(0.64, slip)));",
                   slips=["none", "half", "score", "recorded", "replay"])  # fmt: skip
    kick = approx(0.8)
    assert rules == [
        [approx(0.82), kick, False],
        [approx(1.64), kick, False],
        [0, kick, False],
        [approx(0.82), kick, True],
        [0, kick, True],
    ]


@browser
def test_a_replay_goes_back_to_every_datum(script):
    code = """const { laws } = course, end = laws.length - 1;
      const { alpha, sigma } = laws[end];
      const data = M.sample(mixture, alpha, sigma, M.makeRng(7), new Float64Array(M.CROWD));
      const run = (score, slip) => M.runBack(course, network, { share: 1, score, slip, seed: 7 });
      const record = M.recordForward(course, M.makeRng(7));
      const states = run("exact", "replay");
      const gap = (p, q) => p.reduce((most, x, j) => Math.max(most, Math.abs(x - q[j])), 0);
      return [gap(states[end], data), gap(states[0], record.x), states.length];"""
    back, top, count = script(code)
    assert back < 1e-9 and top == 0 and count == 101
    assert script(code, ("1 - h * process.f(s)", "1 + h * process.f(s)"))[0] > 0.1


@browser
def test_the_ideal_crowd_stands_at_the_middles_of_equal_shares(script):
    ideal = double(script("return [...course.ideal];"))
    law = gm1()
    std = law.covariances[:, 0, 0].sqrt()
    below = torch.special.ndtr((ideal[:, None] - law.means[:, 0]) / std) @ law.weights
    assert gap(below, (torch.arange(2000).double() + 0.5) / 2000) < TOLERANCE


@browser
def test_the_distance_is_wasserstein_1(script):
    x = gm1().sample(2000, torch.Generator().manual_seed(3), torch.float64)[:, 0] * 1.1
    code = "return Object.values(M.distanceTo(course, Float64Array.from(a.x)));"
    far, std = script(code, x=x.tolist())
    truth = gm1().sample(400_000, torch.Generator().manual_seed(4), torch.float64)[:, 0]
    assert far == approx(float(wasserstein_1(x, truth)), abs=0.006)
    assert std == approx(float(x.std(unbiased=False)))
    floor = script("return M.trueDistance(course);")
    draws = [gm1().sample(2000, torch.Generator().manual_seed(s), torch.float64) for s in range(30)]
    assert floor == approx(sum(float(wasserstein_1(d[:, 0], truth)) for d in draws) / 30, abs=0.008)
    # data all at 3, told to be at 1: two apart in every draw
    code = """const point = { weights: [1], means: [[3]], covariances: [[[1e-12]]] };
      return M.trueDistance({ mixture: point, ideal: new Float64Array(2000).fill(1) });"""
    assert script(code) == approx(2, rel=1e-6)


END = """return a.seeds.map((seed) =>
  M.distanceTo(course, M.runBack(course, network, { ...a.run, seed }).at(-1)).far);"""


@browser
@pytest.mark.parametrize(
    ("run", "low", "high"),
    [
        ({"share": 0, "score": "exact", "slip": "none"}, 0.0, 0.08),
        ({"share": 1, "score": "exact", "slip": "none"}, 0.0, 0.08),
        ({"share": 2, "score": "exact", "slip": "none"}, 0.0, 0.08),
        ({"share": 0, "score": "early", "slip": "none"}, 0.35, 0.6),
        ({"share": 1, "score": "early", "slip": "none"}, 0.0, 0.1),
        ({"share": 0, "score": "late", "slip": "none"}, 0.04, 0.12),
        ({"share": 2, "score": "late", "slip": "none"}, 0.12, 0.32),
        ({"share": 1, "score": "network", "slip": "none"}, 0.01, 0.25),
        ({"share": 0, "score": "exact", "slip": "half"}, 1.1, 1.25),
        ({"share": 1, "score": "exact", "slip": "score"}, 50, 500),
        ({"share": 1, "score": "exact", "slip": "replay"}, 0.0, 0.08),
    ],
)
def test_where_runs_end(script, run, low, high):
    """What the buttons and the story say, for five seeds each."""
    found = script(END, run=run, seeds=[1, 2, 3, 4, 5])
    assert all(low <= far <= high for far in found), found


@browser
def test_old_noise_does_damage_only_where_the_start_knows_it(script):
    run = {"share": 1, "score": "exact", "slip": "recorded"}
    late = script(END, run=run, seeds=[1, 2, 3, 4, 5], late=True)
    assert all(0.18 < far < 0.35 for far in late), late
    early = script(END, run=run, seeds=[1, 2, 3, 4, 5])
    assert all(far < 0.08 for far in early), early


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"share": 2.5}, ValueError, "share must lie in [0.000, 2.000], not 2.5"),
        ({"share": math.nan}, ValueError, "not nan"),
        ({"score": "good"}, ValueError, "score must be one of exact, network, early, late"),
        ({"slip": "noise"}, ValueError, "slip must be one of none, half, score, recorded, replay"),
        ({"begin": 0.5}, ValueError, "begin must be 1 or 0.4, not 0.5"),
        ({"time": -1.0}, ValueError, "time must lie in [0.000, 1.000]"),
        ({"seed": 1.5}, ValueError, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        WithAndWithoutNoise(gm1(), **given)


def test_it_lives_on_the_line():
    with pytest.raises(ValueError, match="mixtures in 1-D"):
        WithAndWithoutNoise(ring(8))
    with pytest.raises(ValueError, match="the mixture in 2-D"):
        SmallNetwork(ring(8), VP())


def test_the_small_network_learns_most_of_v():
    """On draws of p_t at five levels, for three networks; guessing 0 errs by about 1."""
    for seed in range(3):
        net = SmallNetwork(gm1(), VP(), seed)
        for level in (-6.0, -2.0, 0.0, 2.0, 4.0):
            t = float(VP().t_from_log_snr(level))
            g = torch.Generator().manual_seed(seed)
            x = EXACT.marginal(t).sample(500, g, torch.float64)
            error = (net.v(x, t) - EXACT.v(x, t)).square().mean().sqrt()
            assert 0.01 < float(error) < 0.5, (seed, level, error)
    many = net.x0_eps(X, torch.linspace(0.1, 0.9, len(X), dtype=torch.float64))
    one = net.x0_eps(X[:1], 0.1)
    torch.testing.assert_close(many[0][:1], one[0])


# -- in a reader's hands --------------------------------------------------------------------------


def far(page):
    return float(re.search(r"W₁ = ([\d.]+)", status(page))[1])


def story(page):
    return page.locator(".dgm-story").inner_text()


@browser
def test_the_share_is_dragged_and_the_errors_differ(open_page):
    page = open_page(WithAndWithoutNoise(gm1()), reduced_motion="reduce")
    assert "on their way" in story(page) and far(page) < 0.08
    page.get_by_role("button", name="Play").click()
    assert state(page, "time") == 0 and "Drag the share" in story(page)
    page.get_by_role("button", name="Early error, no noise").click()
    without = far(page)
    assert "the error arrives" in story(page) and without > 0.35
    page.get_by_role("slider", name="Share of Langevin").press("End")
    assert state(page, "share") == 2 and far(page) < 0.1 and "pulled right again" in story(page)
    page.get_by_role("radio", name="wrong late").check()
    assert far(page) > 0.1 and "nothing comes after it" in story(page)
    assert page.noise == []


@browser
def test_slips_are_made_and_undone(open_page):
    page = open_page(WithAndWithoutNoise(gm1()), reduced_motion="reduce")
    page.get_by_role("button", name="A half too many").click()
    assert far(page) > 1 and "falls together" in story(page)
    page.get_by_role("button", name="No score").click()
    assert far(page) > 50 and state(page, "share") == 1
    page.get_by_role("button", name="Noise used again").click()
    assert 0.15 < far(page) < 0.4 and "this very noise" in story(page)
    page.get_by_role("radio", name="t = 1, all noise").check()
    assert far(page) < 0.08 and "By the end that is forgotten" in story(page)
    page.get_by_role("button", name="Back the same way").click()
    assert far(page) < 0.08 and "no new data arise" in story(page)
    page.get_by_role("radio", name="nothing").check()
    assert state(page, "slip") == "none" and far(page) < 0.08
    assert page.noise == []


@browser
def test_python_and_a_link_set_it(open_page):
    address = "#set-with-and-without-noise?share=0&score=early&time=0"
    page = open_page(WithAndWithoutNoise(gm1()), address=address, reduced_motion="reduce")
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('share') === 0"
    )
    assert far(page) > 0.35
    set_field(page, "score", "exact")
    assert far(page) < 0.08
    assert page.noise == []


@browser
def test_it_plays_once_in_sight(open_page):
    page = open_page(WithAndWithoutNoise(gm1()), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('time') === 0", timeout=60_000
    )
    assert page.noise == []
