"""Under the ceiling: the linear VAE against torch, and a reader's hands on it."""

import math
import re

import pytest
import torch
from reader import double, drag, gap, number, pixels, state, status
from torch.distributions import Normal, kl_divergence

from dgm_lessons.widgets import UnderTheCeiling

CLOSED = 1e-10  # of closed forms
TOLD_APART = 1e-3
browser = pytest.mark.browser
DECODERS = [(1.3, 0.6), (-0.4, 1.5), (0.0, 1.0), (6.0, 0.3)]


def encoders(w, s):
    """(x, slope, width): the best encoder, the prior, and others."""
    best = [w / (w * w + s * s), s / math.hypot(w, s)]
    return [[1.0, *best], [1.0, 0.0, 1.0], [-2.1, 0.3, 0.2], [0.0, 0.8, 0.7], [3.0, -0.2, 1.4]]


def expected_terms(w, s, x, a, b):
    """Ceiling, reconstruction, KL to the prior, ELBO and KL to the posterior, by torch."""
    total = w * w + s * s
    prior, q, x = Normal(double(0), double(1)), Normal(double(a * x), double(b)), double(x)
    nodes = torch.linspace(-12, 12, 4001).double()
    likelihood = Normal(w * (q.mean + q.stddev * nodes), double(s)).log_prob(x)
    reconstruction = torch.trapezoid(prior.log_prob(nodes).exp() * likelihood, nodes)
    rate = kl_divergence(q, prior)
    posterior = Normal(w * x / total, double(s / total**0.5))
    ceiling = Normal(double(0), double(total**0.5)).log_prob(x)
    gap_ = kl_divergence(q, posterior)
    return torch.stack([ceiling, reconstruction, rate, reconstruction - rate, gap_])


def elbos(run_module, decoder, slip=None):
    code = """const vae = M.makeLinearVae(a.w, a.s);
      return a.encoders.map(([x, slope, width]) => {
        const t = vae.terms(x, slope, width);
        return [t.ceiling, t.reconstruction, t.rate, t.elbo, t.gap];
      });"""
    w, s = decoder
    arguments = {"w": w, "s": s, "encoders": encoders(w, s)}
    expected = torch.stack([expected_terms(w, s, *encoder) for encoder in encoders(w, s)])
    return gap(run_module(UnderTheCeiling(), code, arguments, slip), expected)


@browser
@pytest.mark.parametrize("decoder", DECODERS)
def test_elbo_and_gap(run_module, decoder):
    assert elbos(run_module, decoder) < CLOSED


SLIPS_IN_THE_ELBO = {
    "no variance in the reconstruction": ("** 2 + w * w * b * b", "** 2"),
    "log std for log variance in the KL": ("- 1 - 2 * Math.log(b)", "- 1 - Math.log(b)"),
    "std for variance under the ceiling": ("Math.log(total) +", "2 * Math.log(total) +"),
    "the other KL as the gap": (
        "(ratio + off * off - 1 - Math.log(ratio))",
        "((1 + off * off) / ratio - 1 + Math.log(ratio))",
    ),
}


@browser
@pytest.mark.parametrize("name", SLIPS_IN_THE_ELBO)
def test_a_slip_in_the_elbo_is_told_apart(run_module, name):
    assert elbos(run_module, (1.3, 0.6), SLIPS_IN_THE_ELBO[name]) > TOLD_APART


@browser
@pytest.mark.parametrize("decoder", DECODERS)
def test_ceiling_less_elbo_is_the_gap_and_the_best_encoder_closes_it(run_module, decoder):
    code = """const vae = M.makeLinearVae(a.w, a.s);
      const { a: slope, b: width } = vae.best;
      return [slope, width, ...[-2, 0.5, 3].map((x) => vae.terms(x, slope, width).gap),
        ...a.encoders.map((e) => {
          const t = vae.terms(...e);
          return t.ceiling - t.elbo - t.gap;
        })];"""
    w, s = decoder
    arguments = {"w": w, "s": s, "encoders": encoders(w, s)}
    slope, width, *zeros = run_module(UnderTheCeiling(), code, arguments)
    assert (slope, width) == pytest.approx((w / (w * w + s * s), s / math.hypot(w, s)), rel=1e-12)
    assert max(map(abs, zeros)) < 1e-9


@browser
def test_the_contours_have_the_gap_that_is_written_on_them(run_module):
    code = """const vae = M.makeLinearVae(1.3, 0.6);
      return a.gaps.map((gap) => vae.level(1.4, gap).map(([slope, logB]) =>
        vae.terms(1.4, slope, Math.exp(logB)).gap));"""
    for gap_, found in zip(
        (0.1, 1.0, 4.0), run_module(UnderTheCeiling(), code, {"gaps": [0.1, 1.0, 4.0]}), strict=True
    ):
        assert found == pytest.approx([gap_] * len(found), abs=1e-9)


@browser
def test_a_contour_goes_once_round_the_best_encoder(run_module):
    """Its top and bottom have the best slope, at the widths where ratio - 1 - log ratio = 2 gap."""
    code = """const vae = M.makeLinearVae(1.3, 0.6);
      return [[Math.log(vae.best.b), vae.best.a], a.gaps.map((gap) => vae.level(1.4, gap))];"""
    gaps = [0.1, 1.0, 4.0]
    (log_b, slope), curves = run_module(UnderTheCeiling(), code, {"gaps": gaps})
    for gap_, curve in zip(gaps, curves, strict=True):
        assert len(curve) == 121
        top, bottom = curve[0], curve[60]
        assert curve[120] == pytest.approx(top, abs=1e-12)
        for (a, height), sign in ((top, 1), (bottom, -1)):
            u = height - log_b
            assert a == pytest.approx(slope, abs=1e-12) and sign * u > 0.2
            assert math.exp(2 * u) - 1 - 2 * u == pytest.approx(2 * gap_, rel=1e-9)
        assert all(a > slope for a, _ in curve[1:60]) and all(a < slope for a, _ in curve[61:120])


REFUSED = [
    (lambda: UnderTheCeiling(w=11), ValueError, "w must be a number from -10 to 10, not 11"),
    (lambda: UnderTheCeiling(w=float("nan")), ValueError, "not nan"),
    (lambda: UnderTheCeiling(s=0.0), ValueError, "between 0.05 and 10, not 0.0"),
    (lambda: UnderTheCeiling(x=9.0), ValueError, "x must lie in [-4.295, 4.295]"),
    (lambda: UnderTheCeiling(width=0.0), ValueError, "width must lie in"),
    (lambda: UnderTheCeiling(slope=float("inf")), ValueError, "slope must lie in"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_the_encoder_follows_the_mouse_and_the_keys(open_page):
    page = open_page(UnderTheCeiling(w=1.3, s=0.6), reduced_motion="reduce")
    grip = page.locator(".dgm-handle")
    assert drag(page, grip, 60, 50) == pytest.approx((60, 50), abs=1)
    x, a, b = (state(page, name) for name in ("x", "slope", "width"))
    expected = expected_terms(1.3, 0.6, x, a, b)
    assert number(page, "has ELBO") == pytest.approx(float(expected[3]), abs=6e-5)
    assert number(page, "p(z|x)) =") == pytest.approx(float(expected[4]), abs=6e-5)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    assert state(page, "width") > b and state(page, "slope") > a
    assert f"slope {state(page, 'slope'):.3f}" in grip.get_attribute("aria-label")
    page.get_by_role("button", name="Play").click()
    assert "touches the ceiling" in status(page) and number(page, "p(z|x)) =") == 0
    page.get_by_role("button", name="Reset").click()
    assert (state(page, "slope"), state(page, "width")) == (0, 1)
    assert page.noise == []


@browser
def test_the_observation_slides_and_the_map_follows(open_page):
    page = open_page(UnderTheCeiling(w=1.3, s=0.6), reduced_motion="reduce")
    before = pixels(page, ".dgm-layer-plot")
    slider = page.get_by_role("slider", name="Observation x")
    slider.focus()
    page.keyboard.press("End")
    assert state(page, "x") == pytest.approx(3 * math.hypot(1.3, 0.6))
    assert slider.get_attribute("aria-valuetext") == "x = 4.30"
    assert pixels(page, ".dgm-layer-plot") != before
    assert number(page, "log p(x) =") == pytest.approx(
        float(expected_terms(1.3, 0.6, state(page, "x"), 0.0, 1.0)[0]), abs=6e-5
    )


@browser
def test_it_looks_round_once_and_comes_back(open_page):
    page = open_page(UnderTheCeiling(w=1.3, s=0.6), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('width') < 0.6"
    )
    page.get_by_role("button", name="Play").wait_for(timeout=60_000)
    assert (state(page, "slope"), state(page, "width")) == (0, 1)
    page.get_by_role("button", name="Play").click()  # now it climbs
    page.get_by_text("touches the ceiling").first.wait_for(timeout=60_000)
    assert page.noise == []
