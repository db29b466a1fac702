"""The ladder: its levels, laws and steps against the package, and a reader's hands."""

import math
import re

import pytest
import torch
from pytest import approx
from reader import state, status

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import annealed_langevin, langevin_moments
from dgm_lessons.widgets import Ladder

browser = pytest.mark.browser
MODES = {"weights": [0.3, 0.7], "means": [-8.0, 8.0], "std": 0.5}
ONE = {"weights": [1.0], "means": [0.0], "std": 0.1}


@pytest.fixture(scope="module")
def script(run_module):
    return lambda code, slip=None, **a: run_module(Ladder, f"return {code}", a, slip)


# -- the mathematics ------------------------------------------------------------------------------


@browser
def test_the_levels_are_those_of_python(script):
    for levels, top, bottom in ((10, 10.0, 0.1), (2, 0.6, 0.3), (7, 13.0, 0.05)):
        expected = Ladder(levels=levels, top=top, bottom=bottom).sigmas
        code = "M.rungs(a.levels, a.top, a.bottom)"
        given = {"levels": levels, "top": top, "bottom": bottom}
        assert script(code, **given) == approx(expected, rel=1e-12)
        if levels > 2:  # a ladder of two has no level between
            slip = ("top * (bottom / top) ** (l / (count - 1))", "top + (bottom - top) * l / count")
            assert script(code, slip, **given) != approx(expected, rel=0.01)


@browser
def test_the_law_at_a_level_is_the_mixture_s(script):
    law = {"weights": [0.3, 0.7], "means": [-1.1, 0.8], "std": 0.4}
    mixture = GaussianMixture(law["weights"], [[m] for m in law["means"]], law["std"] ** 2)
    noisy = mixture.diffuse(1.0, 0.7)
    x = torch.linspace(-14, 0, 200_001, dtype=torch.float64)
    expected = torch.trapezoid(noisy.log_prob(x[:, None]).exp(), x).item()
    code = "M.leftOf(M.blurred(a.law, 0.7))"
    assert script(code, law=law) == approx(expected, abs=1e-8)
    for slip in (("Math.hypot(law.std, sigma)", "(law.std + sigma)"),
                 ("0.5 * (1 - erf(means[k]", "0.5 * (1 + erf(means[k]")):  # fmt: skip
        assert abs(script(code, slip, law=law) - expected) > 0.01


DESCENT = """(() => {
  const { sigmas, now, law, n } = a;
  const d = M.makeDescent(law, sigmas, now, n, a.seed);
  const left = [];
  d.advance(Infinity, () => left.push(M.summary(d.x, (v) => v < 0).n / n));
  const { calls, total, level } = d;
  return { calls, total, level, left, whole: M.summary(d.x) };
})()"""


@browser
def test_walkers_go_down_as_the_package_s_do(script):
    """One Gaussian: their variance follows the chain's exact moments, within 5 standard errors."""
    n, sigmas, now = 8000, [0.6, 0.3], {"steps": 3, "ratio": 0.3, "last": True}
    found = script(DESCENT, law=ONE, sigmas=sigmas, now=now, n=n, seed=1)
    variance = sigmas[0] ** 2
    for sigma in sigmas:
        one, v = torch.ones(1, 1, dtype=torch.float64), ONE["std"] ** 2 + sigma**2
        mean, std = langevin_moments(lambda x, v=v: -x / v, one, now["ratio"] * sigma**2)
        for _ in range(now["steps"]):
            variance = float(mean) ** 2 * variance + std**2
    expected, error = math.sqrt(variance), math.sqrt(variance / (2 * n))
    assert found["whole"]["std"] == approx(expected, abs=5 * error)
    assert found["whole"]["n"] == n and abs(found["whole"]["mean"]) < 5 * expected / math.sqrt(n)
    assert (found["calls"], found["total"], found["level"]) == (6, 6, 2)
    for slip in (("eta: ratio * sigmas[d.level] ** 2", "eta: ratio * sigmas[d.level]"),
                 ("crowd.x[i] = sigmas[0] * crowd", "crowd.x[i] = 3 * crowd"),
                 ("d.level++", "d.level += 0")):  # fmt: skip
        wrong = script(DESCENT, slip, law=ONE, sigmas=sigmas, now=now, n=n, seed=1)
        assert abs(wrong["whole"]["std"] - expected) > 5 * error, slip


@browser
def test_the_weights_are_the_package_s(script):
    """Share on the left after each level, against `annealed_langevin` from its own noise."""
    n, levels, steps = 4000, [10.0, 3.0, 1.0, 0.4], 20
    now = {"steps": steps, "ratio": 0.1, "last": True}
    found = script(DESCENT, law=MODES, sigmas=levels, now=now, n=n, seed=2)["left"]
    g = torch.Generator().manual_seed(0)
    x = levels[0] * torch.randn(n, 1, generator=g, dtype=torch.float64)
    exact = ExactDenoiser(Ladder().mixture, EDM())
    path = annealed_langevin(exact, x, levels, steps, 0.1, g, path=True)
    expected = (path[1:, :, 0] < 0).double().mean(1).tolist()
    assert found == approx(expected, abs=5 * math.sqrt(0.5 / n))


@browser
def test_without_the_last_level_the_walkers_keep_the_law_above(script):
    now = {"steps": 100, "ratio": 0.05, "last": False}
    given = {"law": ONE, "sigmas": [0.6, 0.3], "n": 4000, "seed": 3}
    spread = [script(DESCENT, now={**now, "last": last}, **given) for last in (False, True)]
    for run, sigma, calls in zip(spread, (0.6, 0.3), (100, 200), strict=True):
        v, eta = 0.01 + sigma**2, 0.05 * sigma**2
        rest = math.sqrt(v / (1 - eta / (2 * v)))
        assert (
            run["whole"]["std"] == approx(rest, rel=5 / math.sqrt(8000)) and run["calls"] == calls
        )


@browser
def test_a_summary_of_a_few_numbers(script):
    code = "[M.summary(a.x), M.summary(a.x, (v) => v > 0)].map((s) => [s.n, s.mean, s.std])"
    x = torch.tensor([3.0, -1.0, 4.0, 2.0, 7.0], dtype=torch.float64)
    expected = [[len(v), float(v.mean()), float(v.std(correction=0))] for v in (x, x[x > 0])]
    for found, row in zip(script(code, x=x.tolist()), expected, strict=True):
        assert found == approx(row, rel=1e-12)
    assert script("M.summary([0.1, 0.1, 0.1]).std") == approx(0, abs=1e-8)


@browser
def test_a_descent_in_pieces_is_the_whole_one(script):
    """From `sigmas[0]` times the first noise of its seed; after each level it says so once."""
    code = """(() => {
      const { law, sigmas, now } = a, rng = M.makeRng(5);
      const first = Array.from({ length: 3 }, () => sigmas[0] * rng.normal());
      return [[99], [2, 1, 4, 99]].map((pieces) => {
        const d = M.makeDescent(law, sigmas, now, 3, 5), left = [];
        const begin = [[...d.x].join() === first.join(), d.level, d.step, d.calls];
        const calls = pieces.map((n) => (d.advance(n, (level) => left.push(level)), d.calls));
        return [begin, [...d.x], d.step, left, calls];
      });
    })()"""
    now = {"steps": 3, "ratio": 0.2, "last": True}
    whole, pieces = script(code, law=MODES, sigmas=[5.0, 2.0, 1.0], now=now)
    assert pieces[:4] == whole[:4] and whole[0] == [True, 0, 0, 0]
    assert whole[2:] == [0, [0, 1, 2], [9]] and pieces[4] == [2, 3, 7, 9]


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"scene": "ring"}, ValueError, "one of modes, one, not 'ring'"),
        ({"levels": 1}, ValueError, "levels must be a whole number from 2 to 20, not 1"),
        ({"steps": 2.5}, ValueError, "steps must be a whole number from 1 to 300, not 2.5"),
        ({"top": math.nan}, ValueError, "top must lie in [0.500, 20.000], not nan"),
        ({"bottom": 0.0}, ValueError, "bottom must lie in [0.050, 0.500]"),
        ({"ratio": 3.0}, ValueError, "ratio must lie in [0.005, 2.200]"),
        ({"last": 1}, TypeError, "last must be True or False, not 1"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        Ladder(**given)


# -- in a reader's hands --------------------------------------------------------------------------


def story(page):
    return page.locator(".dgm-story").inner_text()


@browser
def test_few_steps_lose_the_weights_and_calls_are_counted(open_page):
    page = open_page(Ladder(), reduced_motion="reduce")
    assert status(page).startswith("200 of 200 calls") and "its weight is 30%" in status(page)
    shares = []
    for name, calls in (("Three steps", 30), ("A hundred", 1000)):
        page.get_by_role("button", name=name).click()
        assert status(page).startswith(f"{calls} of {calls} calls")
        shares.append(float(re.search(r"Left mode: ([\d.]+)%", status(page))[1]))
        assert ("strewn" in story(page)) == (calls == 30)
    assert shares[0] > 39 and shares[1] < 37
    page.get_by_role("slider", name="Steps per level K").press("Home")
    page.wait_for_function(
        "() => /^10 of 10/.test(document.querySelector('.dgm-status').innerText)"
    )
    assert state(page, "steps") == 1 and page.noise == []


@browser
def test_the_last_level_is_left_out_and_the_spread_is_wrong(open_page):
    page = open_page(Ladder(), reduced_motion="reduce")
    page.get_by_role("button", name="Last level left out").click()
    spread = lambda: float(re.search(r"Std of the walkers: ([\d.]+)", status(page))[1])  # noqa: E731
    assert state(page, "last") is False and "law of the level above" in story(page)
    assert spread() == approx(0.61, abs=0.06)
    page.get_by_role("radio", name="K steps").check()
    assert spread() == approx(0.32, abs=0.035) and "as wide as the law" in story(page)
    page.get_by_role("button", name="Step too large").click()
    assert spread() > 0.5 and "times as wide" in story(page)
    assert page.noise == []


@browser
def test_step_goes_down_one_level_and_then_afresh(open_page):
    page = open_page(Ladder(), reduced_motion="reduce")
    first = status(page)
    step = page.get_by_role("button", name="Step: one level down")
    step.click()
    assert status(page).startswith("Level 2 from the top, of 10") and "20 of 200" in status(page)
    assert "from side to side" in story(page)
    for _ in range(4):
        step.click()
    assert "have parted" in story(page)
    page.get_by_role("button", name="Descend").click()  # to its end at once
    assert status(page).startswith("200 of 200") and status(page) != first  # other walkers
    assert page.noise == []


@browser
def test_it_goes_down_by_itself_and_rests_for_who_wants_no_motion(open_page):
    keep = """window.seen = new Set(); setInterval(() => {
      const line = document.querySelector('.dgm-status');
      if (line) window.seen.add(line.innerText.slice(0, 7));
    }, 20);"""
    page = open_page(Ladder(), before=keep, quick=True)
    page.wait_for_function("() => [...seen].filter((t) => /^Level/.test(t)).length > 3",
                           timeout=60_000)  # fmt: skip
    still = open_page(Ladder(), reduced_motion="reduce")
    assert status(still).startswith("200 of 200") and page.noise == [] and still.noise == []


@browser
def test_a_link_sets_the_scene(open_page):
    address = "#set-ladder?scene=one&levels=2&top=0.6&bottom=0.3&last=false"
    page = open_page(Ladder(), address=address, reduced_motion="reduce")
    page.wait_for_function("() => !document.querySelector('.dgm-widget').dgmModel.get('last')")
    assert state(page, "scene") == "one" and state(page, "top") == approx(0.6)
    assert page.noise == []
