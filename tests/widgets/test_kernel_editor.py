"""Kernel editor: its curves against scipy and the package, its paths, a reader's hands on it."""

import math
import re

import numpy as np
import pytest
import torch
from pytest import approx
from reader import double, drag, gap, number, set_field, settled, state, status
from scipy.interpolate import PchipInterpolator

from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.widgets import KernelEditor
from dgm_lessons.widgets.kernel_editor import PROCESSES, monotone, on

browser = pytest.mark.browser
TIMES = np.linspace(0.003, 0.997, 71)
VALUES = [
    [0.81, 0.44, 0.16, 0.04, 0.01],
    [0.6, 1.1, 0.7, 0.5, 1.4],
    [0.2, 0.9, 0.9, 0.05, 0.06],
    [0.0, -0.5, 0.1, 0.2, 0.3],  # level, then down
    [0.1, -0.26, 0.2, 0.6, 0.6],  # up a little, then down by 3.6 times as much; up, then level
]
BUMP = {"start": "drawn", "alphas": [1.0] * 5, "sigmas": [0.6, 1.1, 0.7, 0.5, 1.4]}
BENT = {"start": "vp", "alphas": [0.9, 0.5, 0.2, 0.1, 0.02], "sigmas": [0.5, 0.7, 0.9, 1.3, 1.6]}
KERNEL = """const known = a.start === "drawn" ? null : M.makeProcess(a.processes[a.start]);
  const kernel = M.makeKernel(known, a.alphas, a.sigmas);"""


def fields(**chosen):
    return KernelEditor(**chosen).static_state()


def run(run_module, code, slip=None, *, given=BENT, **more):
    a = {**fields(**given), "t": TIMES.tolist(), **more}
    return run_module(KernelEditor, f"{KERNEL} return {code}", a, slip)


# -- the mathematics ------------------------------------------------------------------------------


@browser
@pytest.mark.parametrize("values", VALUES)
def test_between_the_handles_lies_a_monotone_cubic(run_module, values):
    values = [0.0, *values]
    code = """(() => { const curve = M.makeCurve(a.values);
      return a.t.map((t) => [curve.value(t), curve.slope(t)]); })()"""
    known = PchipInterpolator(np.linspace(0, 1, 6), values)
    expected = double(np.stack([known(TIMES), known(TIMES, 1)], 1))
    assert gap(run(run_module, code, values=values), expected) < 1e-9
    assert gap(monotone(values)(double(TIMES)), expected[:, 0]) < 1e-9
    for slip in (("(2 * a * b) / (a + b)", "(a + b) / 2"), ("u * (3 * u - 2)", "u * (3 * u - 1)")):
        assert gap(run(run_module, code, slip, values=values), expected) > 1e-3


def slopes(curve):
    """Values and derivatives, by automatic differentiation."""
    t = double(TIMES)
    return curve(t), torch.func.grad(lambda t: curve(t).sum())(t)


@browser
@pytest.mark.parametrize("given", [BENT, BUMP, on("fm"), on("ve")])
def test_f_and_g2_are_those_of_the_lemma(run_module, given):
    code = "a.t.map((t) => ['alpha', 'sigma', 'f', 'g2', 'logSnr'].map((name) => kernel[name](t)))"
    (alpha, alpha_dot), (sigma, sigma_dot) = map(slopes, KernelEditor(**given).curves())
    f = alpha_dot / alpha
    g2 = 2 * sigma * sigma_dot - 2 * f * sigma**2
    expected = torch.stack([alpha, sigma, f, g2, 2 * (alpha / sigma).log()], 1)
    assert gap(run(run_module, code, given=given), expected) < 1e-8
    slip = ("alpha(t) * s.slope(late(t)) - a", "alpha(t) * s.slope(late(t)) + a")
    if given["start"] != "ve" and given is not BUMP:  # where alpha moves
        assert gap(run(run_module, code, slip, given=given), expected) > 1e-2


@browser
@pytest.mark.parametrize("name", PROCESSES)
def test_an_untouched_process_is_exact(run_module, name):
    code = "a.t.map((t) => [kernel.alpha(t), kernel.sigma(t), kernel.f(t), kernel.g2(t)])"
    process, t = PROCESSES[name], double(TIMES)
    exact = torch.stack([process.alpha(t), process.sigma(t), process.f(t), process.g2(t)], 1)
    assert gap(run(run_module, code, given=on(name)), exact) < 1e-8
    assert gap(torch.stack([c(t) for c in KernelEditor(start=name).curves()]), exact.T[:2]) < 1e-9


@browser
def test_a_process_is_bent_through_the_handles(run_module):
    code = """(() => { const curve = M.bend({ value: (t) => t * t, slope: (t) => 2 * t }, a.sigmas);
      return [0, 1, 2, 3, 4, 5].map((k) => curve.value(k / 5)); })()"""
    assert run(run_module, code) == approx([0.0, *BENT["sigmas"]])
    slip = ("value - known.value((k + 1) / n)", "value")
    assert gap(run(run_module, code, slip), double([0.0, *BENT["sigmas"]])) > 0.1


@browser
def test_where_the_signal_to_noise_ratio_rises(run_module):
    spans, least = run(run_module, "[M.rises(kernel), M.lowest(kernel)]", given=BUMP)
    alpha, sigma = KernelEditor(**BUMP).curves()
    t = torch.linspace(0, 1, 20_001, dtype=torch.float64)[1:]
    rising = (alpha(t) / sigma(t)).diff() > 0
    (span,) = spans
    assert span == approx([t[:-1][rising].min().item(), t[1:][rising].max().item()], abs=3e-3)
    rate = torch.func.grad(lambda t: (sigma(t) ** 2).sum())(t)  # alpha = 1: this is g2
    assert least["g2"] == approx(rate.min().item(), abs=0.02)
    assert least["t"] == approx(t[rate.argmin()].item(), abs=3e-3)
    slip = (">= -1e-9) continue", "<= 1e-9) continue")
    assert run(run_module, "M.rises(kernel)", slip, given=BUMP) != spans
    for given in (BENT, *map(on, PROCESSES), dict(KernelEditor.PRESETS[-1][1])):
        assert run(run_module, "M.rises(kernel)", given=given) == []


@browser
def test_both_look_at_the_middle_of_each_cell(run_module):
    code = """const seen = [], rates = [-1, -1e-9, -1.05e-9, -1], g2 = [5, 2, 3, 2];
      const of = (list) => (t) => (seen.push(t), list[Math.floor(4 * t)]);
      const spans = M.rises({ falling: of(rates) }, 4);
      return [seen, spans, M.lowest({ g2: of(g2) }, 4)];"""
    seen, spans, least = run_module(KernelEditor, code, {})
    middles = [0.125, 0.375, 0.625, 0.875]
    assert seen[:4] == middles and set(seen) == set(middles)
    assert spans == [[0, 0.25], [0.5, 1]] and least == {"t": 0.375, "g2": 2}


@browser
def test_a_hop_may_lack_a_billionth_of_variance(run_module):
    code = """return a.map((lost) => M.walks(
      { alpha: () => 1, sigma: (t) => Math.sqrt(1 - lost * t) }, [0], 1, () => {}).length - 1);"""
    assert run_module(KernelEditor, code, [0.95e-9, 1.05e-9]) == [1, 0]


@browser
def test_where_alpha_or_sigma_is_zero(run_module):
    code = """const drawn = M.makeKernel(null, [0.5, 0, 0], [0.5, 1, 1]);
      const straight = M.makeKernel(null, [1, 1, 1], [1 / 3, 2 / 3, 1]);
      return [drawn.f(2 / 3), drawn.g2(2 / 3), straight.g2(0)];"""
    *ends, start = run_module(KernelEditor, code, {})
    assert ends == [-math.inf, math.inf]
    assert start == approx(2e-6)  # 2 sigma sigma' a millionth after 0


@browser
def test_paths_have_the_kernel_and_stop_where_no_sde_goes_on(run_module):
    """From one datum: mean and variance of 20,000 paths at the end; with the bump, a stop."""
    code = """(() => { const rng = M.makeRng(3);
      const rows = M.walks(kernel, new Float64Array(a.n).fill(1.3), 20, rng.fill);
      const last = rows.at(-1), mean = last.reduce((s, x) => s + x, 0) / a.n;
      return [rows.length - 1, mean, last.reduce((s, x) => s + (x - mean) ** 2, 0) / a.n]; })()"""
    n = 20_000
    for given in (BENT, on("fm")):
        hops, mean, var = run(run_module, code, given=given, n=n)
        sigma = given["sigmas"][-1]
        assert hops == 20
        assert abs(mean - 1.3 * given["alphas"][-1]) < 4 * sigma / math.sqrt(n)
        assert abs(var - sigma**2) < 4 * sigma**2 * math.sqrt(2 / n)
    slip = ("(ratio * kernel.sigma(t)) ** 2", "ratio * kernel.sigma(t) ** 2")
    wrong = run(run_module, code, slip, n=n)[2]
    assert abs(wrong - 1.6**2) > 10 * 1.6**2 * math.sqrt(2 / n)
    assert run(run_module, code, given=BUMP, n=n)[0] == 8  # to t = 0.4
    forgets = {"start": "drawn", "alphas": [1, 1, 1, 1, 0.0], "sigmas": [1.0] * 5}
    assert run(run_module, code, given=forgets, n=n)[0] == 20


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"start": "edm"}, ValueError, "start must be one of drawn, vp, ve, cosine, fm, not 'edm'"),
        ({"start": "drawn"}, ValueError, "give alphas and sigmas"),
        ({"alphas": [0.5] * 4}, ValueError, "alphas must be 5 numbers, not 4"),
        ({"alphas": [0.5, 0.0, 0.5, 0.5, 0.0]}, ValueError, "every alpha must lie in [0.010"),
        ({"sigmas": [0.5, 0.5, 0.5, 0.5, 3.1]}, ValueError, "the last sigma must lie in [0.000"),
        ({"sigmas": [0.5, math.nan, 0.5, 0.5, 1.0]}, ValueError, "not nan"),
        ({"time": -0.1}, ValueError, "time must lie in [0.000, 1.000], not -0.1"),
        ({"mixture": ring(8)}, ValueError, "mixtures in 1-D"),
        ({"mixture": 3}, TypeError, "not int"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        KernelEditor(**given)


def test_the_picture_follows_the_state():
    seen = [KernelEditor(gm1(), **given).picture() for given in (on("vp"), on("fm"), BUMP)]
    assert len(set(seen)) == 3 and "alpha goes from 1 to 0.00" in seen[1]


# -- in a reader's hands --------------------------------------------------------------------------


@browser
def test_a_handle_dragged_up_again_makes_g2_negative(open_page):
    page = open_page(KernelEditor(start="fm"), reduced_motion="reduce")
    assert "The SNR never rises: an SDE has this kernel on [0, 1)" in status(page)
    story = page.locator(".dgm-story")
    assert "g² to ∞" in story.inner_text()
    grip = page.get_by_role("slider", name="α at t = 0.6")
    drag(page, grip, 0, -60)
    settled(page)
    assert state(page, "alphas")[2] > 0.7
    assert re.search(r"The SNR rises from t = 0\.\d+ to 0\.\d+: no SDE there", status(page))
    assert number(page, "The least g² is") < -0.5
    assert "negative" in story.inner_text()
    grip.press("End")
    assert state(page, "alphas")[2] == approx(1.2)
    assert grip.get_attribute("aria-valuetext") == "α 1.20"
    grip.press("Home")
    assert state(page, "alphas")[2] == approx(0.01)
    page.get_by_role("slider", name="α at t = 1.0").press("Home")
    assert state(page, "alphas")[4] == 0
    assert page.noise == []


@browser
def test_the_cursor_reads_the_kernel(open_page):
    page = open_page(KernelEditor(start="fm"), reduced_motion="reduce")
    for t in (0.5, 0.9, 0.99):
        set_field(page, "time", t)
        assert number(page, "g² =") == approx(2 * t / (1 - t), abs=6e-3)
        assert number(page, "f =") == approx(-1 / (1 - t), abs=6e-3)
    set_field(page, "time", 0)
    assert "log-SNR = ∞, f = −1.00, g² = 0.00" in status(page)
    set_field(page, "time", 1)
    assert "log-SNR = −∞, f = −∞, g² = ∞" in status(page)
    page.get_by_role("button", name="VP", exact=True).click()
    set_field(page, "time", 0)
    assert number(page, "g² =") == approx(0.1) and number(page, "f =") == approx(-0.05)
    assert page.noise == []


@browser
def test_presets_say_which_case_it_is(open_page):
    page = open_page(KernelEditor(), reduced_motion="reduce")
    story = page.locator(".dgm-story")
    assert story.inner_text().startswith("Drag a handle")
    said = {
        "VE": "never moves",
        "Cosine": "ends at 0",
        "A bump": "grows against",
        "σ falls, α faster": "α falls faster",
        "VP": "all is finite",
    }
    for name, says in said.items():
        page.get_by_role("button", name=name, exact=True).click()
        assert says in story.inner_text(), name
    assert page.noise == []
