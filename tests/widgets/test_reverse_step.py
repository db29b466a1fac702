"""The reverse step's widget: its mathematics against torch, its HTML, and a reader's hands."""

import math
import re

import pytest
import torch
from torch.distributions import Normal

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.widgets import ReverseStep

TOLERANCE = 1e-7  # relative; the promise is 1e-5
TOLD_APART = 1e-3
browser = pytest.mark.browser

THREE = GaussianMixture([0.2, 0.5, 0.3], [[-2.0], [0.4], [1.8]], torch.tensor([0.04, 0.3, 0.01]))
BEDS = {"gm1": (gm1(), 0.95), "gm1, noisier": (gm1(), 0.7), "three": (THREE, 0.8)}
GIVEN = {"state": ReverseStep(gm1()).static_state()}
STEPS = [(0.95, -0.2), (0.8, 0.5), (0.4, -1.4), (0.2, 0.3), (0.05, 1.1)]  # (beta, x_i)


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the module as M and the state as `world`."""
    world = """const { weights, means, covariances, signal } = a.state;
      const world = M.makeReverse({ weights, means, covariances }, signal);
    """
    return lambda code, *rest, **more: run_module(ReverseStep, world + code, *rest, **more)


def exact(mixture, signal, beta, x):
    """By Bayes' rule on a grid: mean, std, KL to the best Gaussian, KL with the Lemma's std."""
    gain = math.sqrt(1 - beta**2)
    reach = 14 * beta
    grid = torch.linspace(max(-9, x / gain - reach), min(9, x / gain + reach), 40_001).double()
    before = mixture.diffuse(signal, math.sqrt(1 - signal**2))
    log_p = before.log_prob(grid[:, None]) + Normal(gain * grid, beta).log_prob(
        torch.tensor(x, dtype=torch.float64)
    )
    log_p = log_p - torch.trapezoid(log_p.exp(), grid).log()
    p = log_p.exp()
    mean = torch.trapezoid(p * grid, grid)
    std = torch.trapezoid(p * (grid - mean) ** 2, grid).sqrt()
    chain = DiscreteProcess(torch.tensor([math.sqrt(1 - signal**2), beta], dtype=torch.float64))
    zero = torch.zeros(1, 1, dtype=torch.float64)
    sigma = chain.posterior(zero, zero, 2, 1)[1]
    kls = [
        torch.trapezoid(p * (log_p - Normal(mean, s).log_prob(grid)), grid) for s in (std, sigma)
    ]
    return torch.stack([mean, std, *kls])


def gap(found, expected):
    """The largest relative difference; below a millionth it counts in millionths, means in ones."""
    found = torch.tensor(found, dtype=torch.float64)
    scale = expected.abs().clamp(min=1e-6)
    scale[:, 0] = 1
    return float(((found - expected).abs() / scale).max())


def steps(script, bed, slip=None):
    mixture, signal = BEDS[bed]
    code = """return a.steps.map(([beta, x]) => {
        const { mean, variance, best, fixed } = M.reverseStep(world, beta, x);
        return [mean, Math.sqrt(variance), best, fixed];
      });"""
    state = ReverseStep(mixture, signal=signal).static_state()
    expected = torch.stack([exact(mixture, signal, *step) for step in STEPS])
    return gap(script(code, {"state": state, "steps": STEPS}, slip), expected)


@browser
@pytest.mark.parametrize("bed", BEDS)
def test_the_exact_law_and_its_kls(script, bed):
    assert steps(script, bed) < TOLERANCE


SLIPS = {
    "bar missing in the law of x_{i-1}": ("* part.variance + 1 - signal ** 2", "* part.variance"),
    "beta for its square": ("(before, x, gain, beta ** 2)", "(before, x, gain, beta)"),
    "no spread of the means": ("part.variance + (part.mean - mean) ** 2", "part.variance"),
    "no half in the exponent": ("Math.exp((-0.5 * (x - mean)", "Math.exp((-1 * (x - mean)"),
    "the Lemma's variance without its shrinking": (
        "variance: ((1 - signal ** 2) * beta ** 2) / rest",
        "variance: beta ** 2",
    ),
    "weights not updated": ("weight: Math.exp(logs[k] - top) / sum", "weight: parts[k].weight"),
    "a KL without its logarithm of p": ("p * (Math.log(p) - logq)", "p * -logq"),
}  # fmt: skip


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_apart(script, name):
    assert steps(script, "gm1", SLIPS[name]) > TOLD_APART


@browser
@pytest.mark.parametrize("bed", BEDS)
def test_the_parts_add_up_to_the_exact_law(script, bed):
    """400 conditional Gaussians with their weights, against the exact density."""
    mixture, signal = BEDS[bed]
    code = """return a.steps.map(([beta, x]) => {
        const step = M.reverseStep(world, beta, x);
        const std = Math.sqrt(step.variance);
        const at = [-2, -1, -0.3, 0, 0.4, 1, 1.7].map((u) => step.mean + u * std);
        const parts = M.mixed(step, x, 400);
        const off = (u) => M.density(parts, u) - M.density(step.exact, u);
        return at.map((u) => std * off(u));
      }).flat();"""
    state = ReverseStep(mixture, signal=signal).static_state()
    off = script(code, {"state": state, "steps": STEPS})
    assert max(map(abs, off)) < 0.02
    wrong = script(code, {"state": state, "steps": STEPS}, ("lemma.pull * origin", "origin"))
    assert max(map(abs, wrong)) > 0.2


@browser
def test_weights_need_not_add_up_to_1(script):
    state = ReverseStep(gm1()).static_state()
    thrice = {**state, "weights": [3 * w for w in state["weights"]]}
    code = "return [world.data.map((part) => part.weight), M.density(world.before, 0.3)];"
    once, found = (script(code, {"state": s}) for s in (state, thrice))
    assert found[0] == pytest.approx(gm1().weights.tolist(), rel=1e-12)
    assert found[1] == pytest.approx(once[1], rel=1e-12)


@browser
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_bumps_are_counted_at_any_scale_and_to_the_edge(script, scale):
    """The second bump lies at 1.9, 3.96 and 4.36 standard deviations; the last one only rises."""
    laws = [([0.8, 0.2], 10), ([0.95, 0.05], 10), ([0.96, 0.04], 10), ([0.96, 0.04], -10)]
    parts = [
        [
            {"weight": w, "mean": m * scale, "variance": scale**2}
            for w, m in zip(ws, (0, far), strict=True)
        ]
        for ws, far in laws
    ]
    found = script("return a.parts.map(M.peaks);", {**GIVEN, "parts": parts})
    assert found == [2, 2, 2, 2]


@browser
def test_wide_data_and_data_far_apart(script):
    """One wide Gaussian: both of its KLs in closed form. Two far away: the nearer is certain."""
    code = """const at = (weights, means, v, signal, beta, x) => M.reverseStep(M.makeReverse(
        { weights, means: means.map((m) => [m]), covariances: means.map(() => [[v]]) },
        signal), beta, x);
      const wide = at([1], [0], 1e4, 0.9, 0.995, 10);
      return [wide.variance, wide.lemma.variance, wide.best, wide.fixed,
        ...at([0.5, 0.5], [-60, 60], 0.01, 0.9, 0.1, 50).exact.map((part) => part.weight)];"""
    variance, lemma, best, fixed, *weights = script(code, GIVEN)
    assert weights == [0, 1] and best == pytest.approx(0, abs=1e-9)
    ratio = variance / lemma
    assert fixed == pytest.approx(0.5 * (ratio - 1 - math.log(ratio)), rel=1e-7) and ratio > 50


@browser
def test_the_parts_of_one_gaussian(script):
    """Even cells over 2.8 standard deviations on either side; each has the mass of its cell."""
    code = """const origins = [{ weight: 1 - 1e-5, mean: 1.5, variance: 0.16 },
        { weight: 1e-5, mean: 40, variance: 1 }];
      const lemma = { pull: 0.3, keep: 0.6, variance: 0.07 };
      return M.mixed({ origins, lemma }, 2, 7)
        .map((part) => [part.origin, part.weight, part.mean, part.variance]);"""
    found = script(code, {"state": ReverseStep(gm1()).static_state()})
    found = torch.tensor(found, dtype=torch.float64)
    edges = 1.5 + 1.12 * torch.linspace(-1, 1, 8, dtype=torch.float64)
    origins = (edges[1:] + edges[:-1]) / 2
    weights = Normal(1.5, 0.4).cdf(edges).diff()
    expected = torch.stack([origins, weights, 0.3 * origins + 1.2, 0 * origins + 0.07], 1)
    assert (found - expected).abs().max() < 1e-4
    assert (found - expected)[:, 0].abs().max() < 1e-9


# -- what the notebook stores ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: ReverseStep(ring(8)), ValueError, "mixtures in 1-D, but the mixture has D = 2"),
        (lambda: ReverseStep("gm1"), TypeError, "must be a GaussianMixture, not str"),
        (lambda: ReverseStep(gm1(), beta=1.0), ValueError, "beta must lie in [0.050, 0.950]"),
        (lambda: ReverseStep(gm1(), beta=math.nan), ValueError, "not nan"),
        (lambda: ReverseStep(gm1(), x=50.0), ValueError, "x must lie in"),
        (lambda: ReverseStep(gm1(), signal=1.0), ValueError, "signal must lie in [0.1, 0.99]"),
        (
            lambda: ReverseStep(GaussianMixture([1.0, 1.0], [[-90.0], [90.0]], 1.0)),
            ValueError,
            "scale the mixture to a std of about 1",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    return page.evaluate("(n) => document.querySelector('.dgm-widget').dgmModel.get(n)", name)


def status(page):
    return page.locator("[role=status]").inner_text()


def story(page):
    return page.locator(".dgm-story").inner_text()


def pixels(page, selector):
    return page.evaluate("(s) => document.querySelector(s).toDataURL()", selector)


@browser
def test_the_dot_on_the_ruler_sets_the_step_and_the_text_follows(open_page):
    page = open_page(ReverseStep(gm1()), reduced_motion="reduce")
    assert "not Gaussian" in status(page) and "Two bumps" in story(page)
    stages = ".dgm-stand canvas", ".dgm-panel canvas"
    before = [pixels(page, selector) for selector in stages]
    dot = page.get_by_role("slider", name="Step size β")
    box = dot.bounding_box()
    page.mouse.move(box["x"] + 17, box["y"] + 17)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 17, steps=4)
    page.mouse.up()
    beta, here = state(page, "beta"), dot.bounding_box()
    assert 0.2 < beta < 0.6 and here["y"] > box["y"] + 2  # it slides down along the curve
    assert here["x"] == pytest.approx(box["x"] - 77, abs=2)
    dot.press("Home")
    assert state(page, "beta") == pytest.approx(0.05)
    assert "nobody could see" in status(page) and "× 10⁻" in status(page)
    assert "A small step" in story(page)
    assert dot.get_attribute("aria-valuetext") == "beta = 0.05"
    assert all(pixels(page, s) != old for s, old in zip(stages, before, strict=True))
    page.get_by_role("button", name="Two bumps").click()
    assert state(page, "beta") == pytest.approx(0.8)
    assert page.noise == []


@browser
def test_the_step_grows_once_by_itself_to_where_it_was(open_page):
    page = open_page(ReverseStep(gm1()), quick=True)
    beta = "document.querySelector('.dgm-widget').dgmModel.get('beta')"
    page.wait_for_function(f"() => {beta} < 0.4")
    page.wait_for_function(f"() => {beta} === 0.8", timeout=60_000)
    page.get_by_role("button", name="Play").wait_for()
    assert page.noise == []


@browser
def test_bumps_are_counted(script):
    code = """return a.steps.map(([beta, x]) => M.peaks(M.reverseStep(world, beta, x).exact));"""
    found = script(
        code, {"state": ReverseStep(gm1()).static_state(), "steps": STEPS[:2] + STEPS[3:]}
    )
    assert found == [2, 2, 1, 1]


@browser
def test_a_page_that_has_not_taught_the_narrow_width_does_not_hear_of_it(open_page):
    page = open_page(ReverseStep(gm1()).staged(words=()), reduced_motion="reduce")
    assert "σ(i)" not in status(page)


@browser
def test_x_follows_the_mouse_and_the_keys_and_the_numbers_are_right(open_page):
    page = open_page(ReverseStep(gm1()), reduced_motion="reduce")
    grip = page.get_by_role("slider", name="x_i")
    box = grip.bounding_box()
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*centre)
    page.mouse.down()
    page.mouse.move(centre[0] + 70, centre[1] + 30, steps=4)
    page.mouse.up()
    x = state(page, "x")
    assert x > 0 and grip.get_attribute("aria-valuetext") == f"x_i = {x:.2f}"
    grip.focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "x") > x
    page.evaluate("document.querySelector('.dgm-widget').dgmModel.set('x', 0.25)")
    mean, std, best, fixed = exact(gm1(), 0.95, 0.8, 0.25).tolist()
    said = status(page).replace("−", "-")
    for words in (f"mean {mean:.3f} and std {std:.3f}", f"= {best:.4f} nats", f"KL = {fixed:.4f}."):
        assert words in said, (words, said)
    assert page.noise == []
