"""The widgets of the first two chapters: their mathematics, their HTML, and a reader's hands."""

import json
import math
import re

import pytest
import torch
from test_widgets_static import Elements
from torch.distributions import Normal, kl_divergence

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.widgets import TwoWays, UnderTheCeiling
from dgm_lessons.widgets.two_ways import DIVERGENCES

TOLERANCE = 5e-6  # of the quadrature, relative; the promise is 1e-5
CLOSED = 1e-10  # of closed forms
TOLD_APART = 1e-3
browser = pytest.mark.browser

THREE = GaussianMixture([0.2, 0.5, 0.3], [[-20.0], [3.0], [11.0]], torch.tensor([4.0, 9.0, 0.36]))
MIXTURES = {"gm1": gm1(), "three": THREE}
DECODERS = [(1.3, 0.6), (-0.4, 1.5), (0.0, 1.0), (6.0, 0.3)]
WIDGETS = {"two": lambda: TwoWays(gm1()), "ceiling": lambda: UnderTheCeiling(w=1.3, s=0.6)}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def double(x):
    return torch.tensor(x, dtype=torch.float64)


def gap(found, expected) -> float:
    """The largest relative difference; below 0.001 it counts in thousandths."""
    found = torch.as_tensor(found, dtype=torch.float64).reshape(expected.shape)
    return float(((found - expected).abs() / expected.abs().clamp(min=1e-3)).max())


# -- two ways to be wrong: the same as torch ------------------------------------------------------

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
def test_reverse_kl_has_a_valley_at_each_mode(run_module):
    left = descent(run_module, gm1(), "reverse", [-2.0, 0.4])
    right = descent(run_module, gm1(), "reverse", [1.5, 0.4])
    assert left[:2] == pytest.approx([-1.5, 0.3], abs=0.02)
    assert right[:2] == pytest.approx([1.0, 0.5], abs=0.02)


# -- under the ceiling: the same as torch ---------------------------------------------------------


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


# -- what the notebook stores ---------------------------------------------------------------------


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_html_is_self_contained_and_always_the_same(make):
    page = make().static_html()
    assert page == make().static_html()
    outside = r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\("
    assert not re.search(outside, page.replace('xmlns="http://www.w3.org/2000/svg"', ""))
    elements = Elements(page)
    assert len(elements.scripts()) == 4
    (picture,) = [row for row in elements.found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and len(picture[1]["aria-label"]) > 40
    assert "nan" not in make().picture() and len(make().picture()) < 16_000
    (state,) = elements.scripts(type="application/json")
    assert json.loads(state[2]) == json.loads(json.dumps(make().static_state()))


def test_python_sees_where_the_reader_left_it():
    two, ceiling = TwoWays(gm1(), mean=0.5, std=0.7, descend="w1"), UnderTheCeiling()
    assert (two.mean, two.std, two.descend) == (0.5, 0.7, "w1")
    assert two.mixture.log_prob(torch.zeros(1, 1)) == gm1().log_prob(torch.zeros(1, 1))
    two.set_state({"mean": -1.0})
    ceiling.set_state({"slope": 0.5, "width": 0.4})
    assert (two.mean, ceiling.slope, ceiling.width) == (-1.0, 0.5, 0.4)


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


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name, which=0):
    code = "([i, name]) => document.querySelectorAll('.dgm-widget')[i].dgmModel.get(name)"
    return page.evaluate(code, [which, name])


def status(page):
    return page.locator("[role=status]").first.inner_text()


def number(page, before):
    """The number that follows these words in the status line."""
    found = re.search(re.escape(before) + r" ([−-]?[\d.]*\d)", status(page))
    assert found, (before, status(page))
    return float(found[1].replace("−", "-"))


def pixels(page, selector):
    return page.evaluate("(s) => document.querySelector(s).toDataURL()", selector)


def drag(page, handle, dx, dy):
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    after = handle.bounding_box()
    return after["x"] - box["x"], after["y"] - box["y"]


@browser
def test_the_handles_of_q_follow_the_mouse_and_the_keys(open_page):
    page = open_page(TwoWays(gm1()))
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
def test_playing_forward_kl_ends_at_the_moments_and_reset_goes_back(open_page):
    page = open_page(TwoWays(gm1()))
    before, picture = (state(page, "mean"), state(page, "std")), pixels(page, ".dgm-stage canvas")
    page.get_by_role("button", name="Play").click()
    page.get_by_text("the slope is gone").wait_for(timeout=60_000)
    assert (state(page, "mean"), state(page, "std")) == pytest.approx((0, 1.298), abs=0.01)
    assert "mean 0.000, std 1.298." in status(page)
    assert page.get_by_role("button", name="Play").inner_text() == "Play"
    page.get_by_role("button", name="Reset").click()
    assert (state(page, "mean"), state(page, "std")) == before
    assert pixels(page, ".dgm-stage canvas") != picture  # the lowest q so far is still shown
    assert page.noise == []


@browser
def test_with_reduced_motion_play_goes_straight_to_the_end(open_page):
    page = open_page(TwoWays(gm1(), descend="reverse"), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert "the slope is gone" in status(page)
    assert number(page, "Reverse KL is") < 0.52


@browser
def test_a_divergence_is_chosen_by_arrow_keys_and_a_step_lowers_it(open_page):
    page = open_page(TwoWays(gm1()))
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


@browser
def test_the_encoder_follows_the_mouse_and_the_keys(open_page):
    page = open_page(UnderTheCeiling(w=1.3, s=0.6))
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
    page.get_by_role("button", name="Best encoder").click()
    assert "touches the ceiling" in status(page) and number(page, "p(z|x)) =") == 0
    page.get_by_role("button", name="Reset").click()
    assert (state(page, "slope"), state(page, "width")) == (0, 1)
    assert page.noise == []


@browser
def test_the_observation_slides_and_the_map_follows(open_page):
    page = open_page(UnderTheCeiling(w=1.3, s=0.6))
    before = pixels(page, ".dgm-heat")
    slider = page.get_by_role("slider", name="Observation x")
    slider.focus()
    page.keyboard.press("End")
    assert state(page, "x") == pytest.approx(3 * math.hypot(1.3, 0.6))
    assert slider.get_attribute("aria-valuetext") == "x = 4.30"
    assert pixels(page, ".dgm-heat") != before
    assert number(page, "log p(x) =") == pytest.approx(
        float(expected_terms(1.3, 0.6, state(page, "x"), 0.0, 1.0)[0]), abs=6e-5
    )


@browser
def test_everything_can_be_reached_by_keyboard_with_a_name_and_a_ring(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    seen = set()
    for _ in range(16):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                  const node = document.activeElement;
                  const ring = node.type === "radio" ? node.nextElementSibling : node;
                  const { outlineStyle, outlineWidth } = getComputedStyle(ring);
                  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
                  const own = node.dataset.lmSuppressShortcuts === "true";
                  return [node.getAttribute("aria-label") || node.value, seen, own].join("|");
                }"""
            )
        )
    seen = {entry for entry in seen if not entry.startswith("|") and "undefined" not in entry}
    names = {entry.split("|")[0].split(":")[0] for entry in seen}
    assert {"Mean of q", "Width of q", "forward", "Play", "One step of descent"} <= names
    assert {"Encoder", "Observation x", "Best encoder", "Reset"} <= names
    assert all(entry.endswith("|true|true") for entry in seen if "|false|false" not in entry), seen


@browser
@pytest.mark.parametrize("width", [320, 360, 600, 1200])
def test_no_sideways_scrolling(open_page, width):
    widgets = (make() for make in WIDGETS.values())
    page = open_page(*widgets, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@browser
def test_fingers_scroll_everywhere_but_on_the_handles(open_page):
    page = open_page(*(make() for make in WIDGETS.values()), **PHONE)
    code = "(s) => [...document.querySelectorAll(s)].map((n) => getComputedStyle(n).touchAction)"
    assert set(page.evaluate(code, ".dgm-stage, canvas")) == {"auto"}
    assert page.evaluate(code, ".dgm-handle") == ["none"] * 3


@browser
def test_dark_mode_repaints(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    canvases = [".dgm-two-ways canvas", ".dgm-heat", ".dgm-marks", ".dgm-curves"]
    light = [pixels(page, canvas) for canvas in canvases]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert all(pixels(page, c) != before for c, before in zip(canvases, light, strict=True))
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_timeout(100)
    assert [pixels(page, canvas) for canvas in canvases] == light
    assert page.noise == []


@browser
def test_python_can_move_what_the_page_shows(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    model = "document.querySelectorAll('.dgm-widget')[{}].dgmModel.set('{}', {})"
    page.evaluate(model.format(0, "descend", "'tv'"))
    assert page.locator("input[value=tv]").is_checked() and status(page).startswith("TV is")
    page.evaluate(model.format(0, "mean", "-1.5"))
    assert number(page, "with mean") == -1.5
    page.evaluate(model.format(1, "x", 0))
    assert page.get_by_role("slider", name="Observation x").input_value() == "0.5"
