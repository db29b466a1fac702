"""Two ways to be wrong: its divergences against torch, and a reader's hands on it."""

import math
import re

import pytest
import torch
from reader import double, drag, gap, number, pixels, state, status
from torch.distributions import Normal

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.widgets import TwoWays
from dgm_lessons.widgets.two_ways import DIVERGENCES

TOLERANCE = 5e-6  # of the quadrature, relative; the promise is 1e-5
TOLD_APART = 1e-3
browser = pytest.mark.browser
THREE = GaussianMixture([0.2, 0.5, 0.3], [[-20.0], [3.0], [11.0]], torch.tensor([4.0, 9.0, 0.36]))
MIXTURES = {"gm1": gm1(), "three": THREE}


TABLE = "const { weights, means, covariances, limits } = a.state;"
TABLE += "const table = M.makeTable({ weights, means, covariances }, limits);"


def law_of(mixture):
    """Mean and standard deviation of a mixture on the line."""
    centres, variances = mixture.means[:, 0], mixture.covariances[:, 0, 0]
    mean = mixture.weights @ centres
    return float(mean), float(mixture.weights @ (variances + (centres - mean) ** 2)) ** 0.5


def places(mixture):
    """(mean, std) of some q's: beside p, over it, on one mode, far away, wide and narrow."""
    m, s = law_of(mixture)
    grid = [(0.0, 1.0), (1.2, 0.5), (-1.1, 0.25), (3.2, 0.1), (-3.0, 2.0), (0.3, 0.1)]
    return [(m + u * s, v * s) for u, v in grid]


def integrals(mixture, m, s):
    """The six divergences on a grid of torch's own, 40 times as fine, by the trapezoid rule."""
    mean, std = law_of(mixture)
    x = torch.linspace(mean - 24 * std, mean + 24 * std, 200_001).double()
    q = Normal(double(m), double(s))
    logp, logq = mixture.log_prob(x[:, None]), q.log_prob(x)
    p, middle = logp.exp(), torch.logaddexp(logp, logq) - math.log(2)
    parts = Normal(mixture.means[:, 0], mixture.covariances[:, 0, 0].sqrt())
    below = parts.cdf(x[:, None]) @ mixture.weights
    score = mixture.score(x[:, None])[:, 0] + (x - m) / s**2
    charges = [
        p * (logp - logq),
        logq.exp() * (logq - logp),
        0.5 * (p * (logp - middle) + logq.exp() * (logq - middle)),
        0.5 * (p - logq.exp()).abs(),
        p * score**2,
        (below - q.cdf(x)).abs(),
    ]
    return torch.stack([torch.trapezoid(charge, x) for charge in charges])


def divergences(run_module, mixture, slip=None):
    code = f"{TABLE} return a.places.map(([m, s]) => a.kinds.map("
    code += "(kind) => M.divergence(table, kind, m, s)));"
    widget = TwoWays(mixture)
    arguments = {"state": widget.static_state(), "places": places(mixture), "kinds": DIVERGENCES}
    expected = torch.stack([integrals(mixture, *place) for place in places(mixture)])
    return gap(run_module(widget, code, arguments, slip), expected)


def descent(run_module, mixture, kind, start):
    """Where descent from `start` ends: mean, std and the number of steps."""
    code = f"""{TABLE}
      let at = a.start, steps = 0;
      for (let next = at; next && steps < 2000; steps++) {{
        at = next;
        next = M.descentStep(table, a.kind, ...at);
      }}
      return [...at, steps];
    """
    widget = TwoWays(mixture)
    arguments = {"state": widget.static_state(), "kind": kind, "start": start}
    return run_module(widget, code, arguments)


@browser
@pytest.mark.parametrize("name", MIXTURES)
def test_divergences(run_module, name):
    assert divergences(run_module, MIXTURES[name]) < TOLERANCE


SLIPS = {
    "KL the other way round": ("p * (logp - logq) - p + q", "q * (logq - logp) - q + p"),
    "no half in JS": ("return 0.5 * (p *", "return (p *"),
    "no half in TV": ("0.5 * (p - q)", "(p - q)"),
    "std for variance in the score": ("(x[i] - m) / (s * s)", "(x[i] - m) / s"),
    "sign of the score": ("(score[i] + (x[i] - m)", "(score[i] - (x[i] - m)"),
    "no root of 2 in erf": ("/ (s * Math.SQRT2)", "/ s"),
    "no log of the width": ("- Math.log(s) - 0.5 * Math.log(2", "- 0.5 * Math.log(2"),
}


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_a_divergence_is_told_apart(run_module, name):
    assert divergences(run_module, gm1(), SLIPS[name]) > TOLD_APART


@browser
def test_the_log_density_of_q(run_module):
    code = "return a.map((x) => M.gaussianLog(x, -0.4, 0.7));"
    x = double([-3.0, -0.4, 0.1, 5.0])
    found = run_module(TwoWays, code, x.tolist())
    assert gap(found, Normal(double(-0.4), double(0.7)).log_prob(x)) < 1e-12


@browser
def test_the_quadrature_needs_its_end_terms(run_module):
    with_them, without = (
        divergences(run_module, THREE, slip) for slip in (None, (" + (a + b) / 6", ""))
    )
    assert without > 10 * with_them and without > TOLERANCE


@browser
@pytest.mark.parametrize("kind", ["forward", "fisher"])
@pytest.mark.parametrize("name", MIXTURES)
def test_forward_kl_and_fisher_end_at_the_moments(run_module, name, kind):
    mean, std = law_of(MIXTURES[name])
    for start in places(MIXTURES[name]):
        m, s, steps = descent(run_module, MIXTURES[name], kind, start)
        assert steps < 2000
        assert (m, s) == pytest.approx((mean, std), abs=0.01 * std), (kind, start)
    if name == "gm1":
        assert (mean, std) == pytest.approx((0, 1.298), abs=5e-4)


@browser
@pytest.mark.parametrize(("kind", "which"), [("reverse", 3), ("js", 2), ("tv", 3), ("w1", 5)])
def test_the_others_end_where_every_neighbour_is_higher(run_module, kind, which):
    for start in places(gm1())[:3]:
        m, s, steps = descent(run_module, gm1(), kind, start)
        assert steps < 2000
        here, *around = (
            integrals(gm1(), m + dm, s + ds)[DIVERGENCES.index(kind)]
            for dm, ds in ((0, 0), (0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02))
        )
        assert here < min(around), (kind, start, m, s)


@browser
def test_the_table_of_a_mixture(run_module):
    """Seven widths of the widest q beyond its limits; weights that do not sum to one."""
    code = """const law = { weights: [1, 3], means: [[-1], [2]], covariances: [[[0.5]], [[0.25]]] };
      const limits = { mean: [-2, 3], std: [0.2, 1.5] };
      const { x, step, mean, std } = M.makeTable(law, limits, 11);
      return [x.length, x[0], x.at(-1), step, mean, std, M.makeTable(law, limits).x.length];"""
    found = run_module(TwoWays, code, {})
    mean, square = (-1 + 3 * 2) / 4, (1 * 1.5 + 3 * 4.25) / 4
    std = (square - mean**2) ** 0.5
    assert found == pytest.approx([11, -12.5, 13.5, 2.6, mean, std, 8192])


LIMITS = {"mean": [-1.0, 0.7], "std": [0.5, 2.0]}
STEPS = {  # (mean, std), and where the limits hold it
    "near": (0.05, 1.35, {}),
    "far": (0.6, 0.6, {}),
    "far, wide": (-0.8, 1.9, {}),
    "one limit": (0.7, 1.4, {"mean": [0.65, 0.7]}),
    "the limit on its way": (0.6, 1.3, {"mean": [0.55, 0.7]}),
    "it would leave below": (0.3, 1.1, {"mean": [0.3, 0.7]}),
    "it would leave above": (-0.3, 1.1, {"mean": [-1.0, -0.3]}),
    "no narrower": (0.1, 1.5, {"std": [1.5, 2.0]}),
    "no wider": (0.1, 1.1, {"std": [0.5, 1.1]}),
}


@browser
@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_descent_by_hand(run_module, name):
    """Forward KL in (m / std of p, log s): its slope, no longer than 0.12, held by the limits."""
    m, s, held = STEPS[name]
    limits = {**LIMITS, **held}
    code = """const { weights, means, covariances } = a.state;
      const table = M.makeTable({ weights, means, covariances }, a.limits);
      return M.descentStep(table, "forward", a.m, a.s);"""
    given = {"state": TwoWays(gm1()).static_state(), "limits": limits, "m": m, "s": s}
    found = run_module(TwoWays, code, given)
    mean, std = law_of(gm1())
    slope = [std * (m - mean) / s**2, 1 - (std**2 + (m - mean) ** 2) / s**2]
    for i, (value, bounds) in enumerate(zip((m, s), (limits["mean"], limits["std"]), strict=True)):
        if value == bounds[slope[i] < 0]:  # it leads out
            slope[i] = 0.0
    length = min(1.0, 0.12 / math.hypot(*slope))
    if name == "near":  # a whole step goes as far beyond the best width as it came from it
        assert length == 1.0
        length = 0.5
    moved = [m - length * slope[0] * std, s * math.exp(-length * slope[1])]
    expected = double(moved)
    for i, bounds in enumerate((limits["mean"], limits["std"])):
        expected[i] = expected[i].clamp(*bounds)
    assert gap(found, expected) < 1e-4


@browser
@pytest.mark.parametrize(("share", "kept"), [(0.19, False), (0.21, True)])
def test_a_step_is_halved_until_a_fifth_of_what_its_slope_promises_is_gained(
    run_module, share, kept
):
    """Forward KL at the mean: log s + (std / s)^2 / 2, from the width whose step gains `share`."""
    mean, std = law_of(gm1())

    def gained(s):
        slope = 1 - std**2 / s**2
        after = s * math.exp(-0.12)  # as long as a step may be
        gain = math.log(s / after) + (std**2 / s**2 - std**2 / after**2) / 2
        return gain / (0.12 * slope)

    low, high = std / 0.88**0.5, 1.2 * std  # a slope of 0.12 and more
    for _ in range(60):
        s = (low + high) / 2
        low, high = (s, high) if gained(s) < share else (low, s)
    code = f"{TABLE} return M.descentStep(table, 'forward', a.m, a.s);"
    given = {"state": TwoWays(gm1()).static_state(), "m": mean, "s": s}
    found = run_module(TwoWays, code, given)
    assert found[1] == pytest.approx(s * math.exp(-0.12 if kept else -0.06), rel=1e-4)


@browser
def test_reverse_kl_has_a_valley_at_each_mode(run_module):
    left = descent(run_module, gm1(), "reverse", [-2.0, 0.4])
    right = descent(run_module, gm1(), "reverse", [1.5, 0.4])
    assert left[:2] == pytest.approx([-1.5, 0.3], abs=0.02)
    assert right[:2] == pytest.approx([1.0, 0.5], abs=0.02)


REFUSED = [
    (lambda: TwoWays(ring(8)), ValueError, "mixtures in 1-D, but the mixture has D = 2"),
    (lambda: TwoWays("gm1"), TypeError, "must be a GaussianMixture, not str"),
    (lambda: TwoWays(gm1(), descend="kl"), ValueError, "forward, reverse, js, tv, fisher, w1"),
    (lambda: TwoWays(gm1(), mean=9.0), ValueError, "mean must lie in [-4.155, 4.155]"),
    (lambda: TwoWays(gm1(), std=0.0), ValueError, "std must lie in [0.130, 2.597]"),
    (lambda: TwoWays(gm1(), std=float("nan")), ValueError, "not nan"),
    (
        lambda: TwoWays(GaussianMixture([0.5, 0.5], [[-1.0], [1.0]], [1e-4, 1.0])),
        ValueError,
        "narrowest component has std 0.008",
    ),
    (
        lambda: TwoWays(GaussianMixture([0.999, 0.001], [[0.0], [100.0]], [1.0, 1.0])),
        ValueError,
        "from 0.05 to 17 can be shown",
    ),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_the_handles_of_q_follow_the_mouse_and_the_keys(open_page):
    page = open_page(TwoWays(gm1()), reduced_motion="reduce")
    mean, width = page.locator(".dgm-handle").all()
    assert drag(page, mean, -80, 10) == pytest.approx((-80, 0), abs=1)  # along its axis
    m, s = state(page, "mean"), state(page, "std")
    assert m < 1.5 and number(page, "with mean") == pytest.approx(m, abs=5e-4)
    drag(page, width, 40, 0)
    assert state(page, "std") > s and state(page, "mean") == m
    assert number(page, "Forward KL is") == pytest.approx(
        float(integrals(gm1(), m, state(page, "std"))[0]), abs=6e-5
    )
    width.focus()
    s = state(page, "std")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert s - state(page, "std") == pytest.approx(6 * 0.02 * law_of(gm1())[1])
    mean.focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "mean") > m
    assert mean.get_attribute("aria-valuetext") == f"mean {state(page, 'mean'):.3f}"
    assert page.noise == []


@browser
def test_it_plays_once_to_the_moments_and_reset_goes_back(open_page):
    widget = TwoWays(gm1())
    page = open_page(widget)
    page.get_by_text("the slope is gone").wait_for(timeout=60_000)
    assert (state(page, "mean"), state(page, "std")) == pytest.approx((0, 1.298), abs=0.01)
    assert "mean 0.000, std 1.298." in status(page)
    assert page.get_by_role("button", name="Play").inner_text() == "Play"
    page.get_by_role("button", name="Reset").click()
    assert (state(page, "mean"), state(page, "std")) == (widget.mean, widget.std)
    ghost = pixels(page, ".dgm-stage canvas")  # where the descent ended
    page.get_by_role("slider", name="Weight").press("ArrowRight")
    page.get_by_role("slider", name="Weight").press("ArrowLeft")
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, ".dgm-stage canvas") != ghost  # another target: the ghost is gone
    assert page.noise == []


@browser
def test_the_weight_of_the_target_slides(open_page):
    page = open_page(TwoWays(gm1()), reduced_motion="reduce")
    slider = page.get_by_role("slider", name="Weight of the left mode")
    slider.press("End")
    assert state(page, "weight") == pytest.approx(0.98)
    assert state(page, "weights") == pytest.approx([0.98, 0.02])
    target = GaussianMixture(state(page, "weights"), [[-1.5], [1.0]], torch.tensor([0.09, 0.25]))
    mean, std = law_of(target)
    found = float(integrals(target, state(page, "mean"), state(page, "std"))[0])
    assert number(page, "Forward KL is") == pytest.approx(found, rel=1e-3)
    assert f"moments: mean {mean:.3f}, std {std:.3f}".replace("-", "−") in status(page)
    page = open_page(TwoWays(THREE))
    assert page.get_by_role("slider", name="Weight").count() == 0


@browser
def test_the_held_out_log_likelihood(run_module, open_page):
    code = "const { weights, means, covariances } = a.state;"
    code += "const x = M.heldOut({ weights, means, covariances }, 200);"
    code += "return [[...x], M.averageLog(x, 0.3, 0.8)];"
    data, found = run_module(TwoWays, code, {"state": TwoWays(gm1()).static_state()})
    expected = Normal(double(0.3), double(0.8)).log_prob(double(data)).mean()
    assert len(data) == 200 and found == pytest.approx(float(expected), rel=1e-12)
    assert sum(x < -0.4 for x in data) / 200 == pytest.approx(0.4, abs=0.14)
    page = open_page(TwoWays(gm1(), mean=0.3, std=0.8), reduced_motion="reduce")
    assert number(page, "have log-likelihood") == pytest.approx(float(expected), abs=6e-4)


ENDINGS = {
    "forward": [(0, 1.298)],
    "reverse": [(-1.5, 0.3), (1.0, 0.5)],
    "js": [(-1.495, 0.308), (0.988, 0.520), (0.128, 1.255)],
    "tv": [(0.797, 0.808)],
    "fisher": [(0, 1.298)],
}


@browser
def test_the_endings_of_the_descents(run_module):
    """As descent on the page's own grid, in torch, finds them; Jensen-Shannon has three."""
    code = "const { weights, means, covariances, limits } = a.state;"
    code += (
        "return a.kinds.map((kind) => M.endings({ weights, means, covariances }, limits, kind));"
    )
    arguments = {"state": TwoWays(gm1()).static_state(), "kinds": list(ENDINGS)}
    for kind, found in zip(ENDINGS, run_module(TwoWays, code, arguments), strict=True):
        places = sorted((row["mean"], row["std"]) for row in found)
        assert len(places) == len(ENDINGS[kind]), (kind, places)
        for place, expected in zip(places, sorted(ENDINGS[kind]), strict=True):
            assert place == pytest.approx(expected, abs=0.02), kind


@browser
def test_ghosts_that_look_alike_share_a_name(run_module):
    code = (
        "return a.map(([m, s]) => M.alike({ std: 1 }, { mean: 0, std: 1 }, { mean: m, std: s }));"
    )
    places = [(0.03, 1.02), (0.05, 1.0), (0.0, 0.9), (0.0239, 1.0318), (0.0, 0.959)]
    assert run_module(TwoWays, code, places) == [True, False, False, True, False]
    code = code.replace("std: 1 }, {", "std: 10 }, {", 1)
    assert run_module(TwoWays, code, [(0.39, 1.0), (-0.41, 1.0)]) == [True, False]


@browser
def test_the_width_is_held_inside_the_stage(open_page):
    page = open_page(TwoWays(gm1()), reduced_motion="reduce")
    mean, width = page.locator(".dgm-handle").all()
    mean.press("End")
    for key in ("End", "Home", "End"):
        width.press(key)
        stage, box = page.locator(".dgm-stage").first.bounding_box(), width.bounding_box()
        assert box["x"] > stage["x"] and box["x"] + box["width"] < stage["x"] + stage["width"]
    assert width.bounding_box()["x"] < mean.bounding_box()["x"]  # on the other side of the mean
    before = state(page, "std")
    drag(page, width, 40, 0)
    assert state(page, "std") < before


@browser
def test_with_reduced_motion_play_goes_straight_to_the_end(open_page):
    page = open_page(TwoWays(gm1(), descend="reverse"), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert "the slope is gone" in status(page)
    assert number(page, "Reverse KL is") < 0.52


@browser
def test_a_divergence_is_chosen_by_arrow_keys_and_a_step_lowers_it(open_page):
    page = open_page(TwoWays(gm1()), reduced_motion="reduce")
    page.locator("input[value=forward]").focus()
    for kind in DIVERGENCES[1:]:
        page.keyboard.press("ArrowRight")
        assert state(page, "descend") == kind
        assert page.locator(".dgm-chosen").count() == 1
        before = float(page.locator(".dgm-chosen b").inner_text())
        page.get_by_role("button", name="One step").click()
        assert float(page.locator(".dgm-chosen b").inner_text()) < before
        page.locator(f"input[value={kind}]").focus()
    assert page.noise == []
