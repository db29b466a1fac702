"""From steps to SDE: paths against Lévy's bridge, chains against the package, a reader's hands."""

import math
import re

import pytest
import torch
from pytest import approx

from dgm_lessons.processes import VE, VP, DiscreteProcess
from dgm_lessons.widgets import StepsToSde

browser = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-9, 1e-3
RATE, LEVELS = VP(0.1, 8.0), VE(0.1, 2.5)


def gap(found, expected):
    found, expected = (torch.as_tensor(v, dtype=torch.float64) for v in (found, expected))
    return float((found.flatten() - expected.flatten()).abs().max())


def draws(n, seed=0):
    return torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def script(run_module):
    return lambda code, slip=None, **a: run_module(StepsToSde, f"return {code}", a, slip)


# -- the mathematics ------------------------------------------------------------------------------


@browser
def test_a_path_is_refined_by_levy_s_bridge(script):
    w, noise = torch.cat([torch.zeros(1).double(), draws(8).cumsum(0)]), draws(8, 1)
    expected = torch.empty(17, dtype=torch.float64)
    expected[::2] = w
    expected[1::2] = (w[:-1] + w[1:]) / 2 + noise * math.sqrt(1 / 8 / 4)
    code, given = "[...M.refine(a.w, a.noise)]", {"w": w.tolist(), "noise": noise.tolist()}
    assert gap(script(code, **given), expected) < TOLERANCE
    slip = ("const spread = 0.5 / Math.sqrt(steps)", "const spread = 1 / Math.sqrt(steps)")
    assert gap(script(code, slip, **given), expected) > TOLD_APART


@browser
def test_all_levels_are_one_brownian_path(script):
    """The coarse points stay; 3,000 paths have independent increments of variance 1/8."""
    coarse, fine = (torch.tensor(script("[...M.brownian(5, a.l)]", l=level)) for level in (4, 9))
    assert len(coarse) == 17 and coarse.equal(fine[::32]) and coarse[0] == 0
    code = "Array.from({ length: 3000 }, (_, k) => [...M.brownian(k, 3)])"
    steps = torch.tensor(script(code), dtype=torch.float64).diff(dim=1)
    expected, bound = torch.eye(8) / 8, 5 * math.sqrt(2 / 3000) / 8
    assert gap(steps.T.cov(), expected) < bound and steps.mean(0).abs().max() < 0.04
    slip = ("const spread = 0.5 / Math.sqrt(steps)", "const spread = 0.7 / Math.sqrt(steps)")
    wide = torch.tensor(script(code, slip), dtype=torch.float64).diff(dim=1)
    assert gap(wide.T.cov(), expected) > 2 * bound


@browser
def test_no_two_paths_and_no_two_levels_share_their_noise(script):
    """What a refinement adds to the mean of its first two neighbours, in sixty paths."""
    code = """Array.from({ length: 60 }, (_, k) => Array.from({ length: 8 }, (_, l) => {
      const w = M.brownian(k, l);
      return (l ? w[1] - w[2] / 2 : w[1]) / Math.sqrt(l ? 0.5 ** (l + 1) : 1);
    })).flat()"""
    found = torch.tensor(script(code), dtype=torch.float64).sort().values
    assert len(found) == 480 and found.diff().min() > 1e-9 and abs(found.std() - 1) < 0.15


def middle_rates(L):
    """beta_i^2 of the widget's DDPM chain: the rate in the middle of each step, over L."""
    t = (torch.arange(L, dtype=torch.float64) + 0.5) / L
    return -2 * torch.stack([torch.as_tensor(RATE.f(v)) for v in t.tolist()]) / L


@browser
@pytest.mark.parametrize("L", [8, 64])
def test_the_ddpm_chain_is_the_package_s(script, L):
    code = "((s) => M.chainLaws(s).map((l) => [l.alpha, l.variance]))(M.chainSteps('ddpm', a.L))"
    chain, t = DiscreteProcess(middle_rates(L).sqrt()), torch.arange(L + 1)
    expected = torch.stack([chain.alpha(t), chain.sigma(t) ** 2], 1)
    assert gap(script(code, L=L), expected) < TOLERANCE
    moves = "[Math.sqrt(1 - square), Math.sqrt(square)]"
    for slip in ((moves, "[1 - square / 2, Math.sqrt(square)]"),
                 (moves, "[Math.sqrt(1 - square), square]"),
                 ("keep[i] ** 2 * variance", "keep[i] * variance")):  # fmt: skip
        assert gap(script(code, slip, L=L), expected) > TOLD_APART


@browser
def test_ncsn_and_brownian_motion_are_exact_with_any_number_of_steps(script):
    ends = "a.L.map((L) => M.chainLaws(M.chainSteps(a.kind, L)).at(-1))"
    code = f"{ends}.map((l) => [l.alpha, l.variance])"
    for kind, variance in (("ncsn", float(LEVELS.sigma(1.0)) ** 2), ("brownian", 1.0)):
        found = script(code, kind=kind, L=[8, 50])
        assert gap(found, [[1, variance]] * 2) < TOLERANCE
    slip = (
        "VE.sigma(i / L) ** 2 - VE.sigma((i - 1) / L) ** 2",
        "VE.sigma(i / L) - VE.sigma((i - 1) / L)",
    )
    assert gap(script(code, slip, kind="ncsn", L=[8, 50]), found) > TOLD_APART


@browser
def test_the_limits_are_the_package_s_processes(script):
    times = [0.05, 0.4, 1.0]
    code = "a.t.map((t) => M.limitLaw(a.kind, t)).map((l) => [l.alpha, l.variance])"
    for kind, process in (("ddpm", RATE), ("ncsn", LEVELS)):
        expected = [[float(process.alpha(t)), float(process.sigma(t)) ** 2] for t in times]
        assert gap(script(code, kind=kind, t=times), expected) < TOLERANCE
    assert gap(script(code, kind="brownian", t=times), [[1, t] for t in times]) < TOLERANCE


@browser
def test_a_path_drives_the_chain(script):
    """With eps_i = (w_i - w_(i-1)) sqrt(L); the finest of two chains is the nearer to the limit."""
    L = 16
    w = torch.cat([torch.zeros(1).double(), (draws(L) / math.sqrt(L)).cumsum(0)])
    x = [1.5]
    for square, eps in zip(middle_rates(L).tolist(), draws(L).tolist(), strict=True):
        x.append(math.sqrt(1 - square) * x[-1] + math.sqrt(square) * eps)
    code, given = "[...M.drive(M.chainSteps('ddpm', 16), a.w, 1.5)]", {"w": w.tolist()}
    assert gap(script(code, **given), x) < TOLERANCE
    slip = ("kick[i] * (w[i] - w[i - 1]) * scale", "kick[i] * (w[i] - w[i - 1])")
    assert gap(script(code, slip, **given), x) > TOLD_APART
    ends = (
        "[4, 7, 14].map((l) => M.drive(M.chainSteps('ddpm', 2 ** l), M.brownian(2, l), 1.5).at(-1))"
    )
    coarse, finer, limit = script(ends)
    assert abs(finer - limit) < abs(coarse - limit) and abs(finer - limit) < 0.1


@browser
def test_what_increments_add_up_to(script):
    w = torch.cat([torch.zeros(1).double(), draws(40).cumsum(0) / math.sqrt(40)])
    code = "((r) => [r.square, r.quotient])(M.roughness(a.w))"
    steps = w.diff()
    expected = [float((steps**2).sum()), float((steps.abs() * 40).mean())]
    assert script(code, w=w.tolist()) == approx(expected, rel=1e-12)
    assert script(code, ("square += d * d", "square += d"), w=w.tolist()) != approx(expected)


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"chain": "vdm"}, "one of ddpm, ncsn, brownian, not 'vdm'"),
        ({"level": 2}, "level must be a whole number from 3 to 10, not 2"),
        ({"level": 4.0}, "level must be a whole number from 3 to 10, not 4.0"),
        ({"zoom": 9}, "zoom must be a whole number from 0 to 7, not 9"),
        ({"centre": math.nan}, "centre must lie in [0.050, 1.000], not nan"),
        ({"seed": -1}, "seed must be a whole number from 0 to 999, not -1"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        StepsToSde(**given)


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    return page.evaluate("(n) => document.querySelector('.dgm-widget').dgmModel.get(n)", name)


def said(page, pattern):
    return float(re.search(pattern, page.locator("[role=status]").inner_text())[1])


def story(page):
    return page.locator(".dgm-story").inner_text()


GAP, SUM, SLOPE = r"at most ([\d.]+) from", r"\(Δw\)² = ([\d.]+)", r"\|Δw\|/Δt = ([\d.]+)"


@browser
def test_more_steps_bring_the_chain_to_its_limit(open_page):
    page = open_page(StepsToSde(), reduced_motion="reduce")
    assert "strays from its limit" in story(page)
    before, slope = said(page, GAP), said(page, SLOPE)
    page.get_by_role("button", name="Play").click()  # to its end at once
    assert state(page, "level") == 10 and "Now zoom" in story(page)
    assert said(page, GAP) < before / 20 and said(page, SLOPE) > 5 * slope
    assert said(page, SUM) == approx(1, abs=5 * math.sqrt(2 / 1024))
    page.get_by_role("button", name="Step: twice").click()
    assert state(page, "level") == 3 and said(page, GAP) == before  # the same path again
    page.get_by_role("button", name="New noise").click()
    assert said(page, GAP) != before and page.noise == []


@browser
def test_close_up_the_limit_is_rough_and_the_handle_moves_the_window(open_page):
    page = open_page(StepsToSde(level=6), reduced_motion="reduce")
    page.get_by_role("slider", name="Zoom").press("End")
    assert state(page, "zoom") == 7 and "one or a few straight pieces" in story(page)
    grip = page.get_by_role("slider", name="Time looked at")
    grip.press("ArrowRight")
    assert state(page, "centre") == approx(0.51)
    page.get_by_role("slider", name="Number of steps").press("End")
    assert "as rough as before" in story(page) and page.noise == []


@browser
def test_ncsn_has_the_right_law_from_the_start(open_page):
    page = open_page(StepsToSde(chain="ncsn"), reduced_motion="reduce")
    found = re.findall(r"σ = (\d\.\d+)", page.locator("[role=status]").inner_text())
    assert found[0] == found[1] and "add up exactly" in story(page)
    page.get_by_role("radio", name="DDPM").check()
    found = re.findall(r"σ = (\d\.\d+)", page.locator("[role=status]").inner_text())
    assert found[0] != found[1] and page.noise == []


@browser
def test_it_plays_by_itself_and_rests_for_who_wants_no_motion(open_page):
    page = open_page(StepsToSde(), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('level') > 3", timeout=60_000
    )
    still = open_page(StepsToSde(), reduced_motion="reduce")
    assert state(still, "level") == 3 and page.noise == [] and still.noise == []
    linked = open_page(StepsToSde(), address="#set-steps-to-sde?level=3")  # where it would begin
    linked.wait_for_timeout(3000)
    assert state(linked, "level") == 3 and linked.noise == []
