"""VE, VP, FM on one clock: paths against the package's SDEs, what is refused, a reader's hands."""

import math
import re

import pytest
import torch
from pytest import approx
from reader import double, drag, gap, settled, state, status

from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VE, VP, FlowMatching
from dgm_lessons.widgets import ThreeProcesses

TOLERANCE, TOLD_APART = 1e-9, 1e-3
browser = pytest.mark.browser
PROCESSES = {"ve": VE(), "vp": VP(), "fm": FlowMatching()}
LEVELS = [6.0, 3.1, 0.7, -0.4, -2.9, -6.5]
X0 = [-1.3, 0.4, 0.9, -0.2, 1.6, 0.3, -0.7, -1.1]


@pytest.fixture(scope="module")
def script(run_module):
    def run(code, slip=None, **a):
        state = ThreeProcesses.example().static_state()
        return run_module(ThreeProcesses, f"return {code}", {"state": state, **a}, slip)

    return run


@pytest.fixture(scope="module")
def noise():
    g = torch.Generator().manual_seed(0)
    return torch.randn(len(LEVELS), len(X0), generator=g, dtype=torch.float64)


ROWS = """(() => {
  let k = 0;
  const fill = (out) => (out.set(a.noise[k++]), out);
  return M.brownianRows(a.x0, a.levels, fill).map((row) => [...row]);
})()"""


# -- the mathematics ------------------------------------------------------------------------------


@browser
@pytest.mark.parametrize("name", PROCESSES)
def test_one_brownian_path_times_alpha_is_the_sde(script, noise, name):
    """The same noise through the package's exact transitions of each process, state by state."""
    process = PROCESSES[name]
    times = [0.0] + [float(process.t_from_log_snr(level)) for level in LEVELS]
    x, expected = double(X0), []
    for before, after, z in zip(times, times[1:], noise, strict=False):
        ratio, std = process.transition(before, after)
        x = ratio * x + std * z
        expected.append(x / process.alpha(after))
    given = {"x0": X0, "levels": LEVELS, "noise": noise.tolist()}
    assert gap(script(ROWS, **given), torch.stack(expected)) < 1e-7
    for slip in (("ratioAt(level) - before", "ratioAt(level)"),
                 ("Math.exp(-level); // v", "Math.exp(-level / 2); // v")):  # fmt: skip
        assert gap(script(ROWS, slip, **given), torch.stack(expected)) > TOLD_APART


@browser
@pytest.mark.parametrize("name", PROCESSES)
def test_where_a_process_meets_the_clock(script, name):
    code = """a.levels.map((level) => {
      const { t, alpha, sigma } = M.meeting(M.makeProcess(a.state.processes[a.name]), level);
      return [t, alpha, sigma, M.ratioAt(level)];
    })"""
    process, times = PROCESSES[name], PROCESSES[name].t_from_log_snr(double(LEVELS))
    alpha, sigma = process.alpha(times), process.sigma(times)
    expected = torch.stack([times, alpha, sigma, (sigma / alpha) ** 2], 1)
    assert gap(script(code, levels=LEVELS, name=name), expected) < TOLERANCE
    slip = ("const t = process.timeAt(level)", "const t = process.timeAt(level / 2)")
    assert gap(script(code, slip, levels=LEVELS, name=name), expected) > TOLD_APART


@browser
def test_levels_window_and_the_share_that_is_seen(script):
    found = script("[...M.levelsToNoise([-6, 4], 5)]")
    assert found == approx([4, 2, 0, -2, -4, -6])
    points = ring(8).sample(200, torch.Generator().manual_seed(1), torch.float64)
    for factor in (0.9, 1.2):
        seen = script("M.shareSeen(a.x, a.factor, 2)", x=points.flatten().tolist(), factor=factor)
        assert seen == approx(float(((factor * points).abs() <= 2).all(1).double().mean()))
    assert 0 < seen < 1
    assert script("M.shareSeen([2, -2, 1, 2.5], 1, 2)") == 0.5  # the edge is seen
    wide = script("a.levels.map((level) => M.windowAt(3.5, level))", levels=LEVELS)
    assert wide == approx([math.hypot(3.5, 3 * math.exp(-level / 2)) for level in LEVELS])


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"log_snr": -9.0}, ValueError, "log_snr must lie in [-7.8"),
        ({"log_snr": math.nan}, ValueError, "not nan"),
        ({"rescaled": 1}, TypeError, "rescaled must be True or False, not 1"),
        ({"seed": -1}, ValueError, "seed must be a whole number"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        ThreeProcesses(ring(8), **given)


def test_the_mixture_lies_in_the_plane():
    with pytest.raises(ValueError, match="mixtures in 2-D"):
        ThreeProcesses(gm1())


def test_the_picture_follows_the_state():
    mixture = ThreeProcesses.example().mixture
    seen = [ThreeProcesses(mixture, log_snr=0.0, rescaled=r).picture() for r in (False, True)]
    assert "VP, t = 0.26 T" in seen[0] and "x / alpha" in seen[1] and seen[0] != seen[1]


# -- in a reader's hands --------------------------------------------------------------------------

PIXELS = """() => [...document.querySelectorAll('.dgm-three .dgm-stage')].map((stage) => {
  const [plot] = stage.querySelectorAll('canvas');
  return plot.toDataURL();
})"""


@browser
def test_divided_by_alpha_the_three_densities_are_one_picture(open_page):
    page = open_page(ThreeProcesses.example(), reduced_motion="reduce")
    page.get_by_role("button", name="Much noise", exact=True).click()
    settled(page)
    assert len(set(page.evaluate(PIXELS))) == 3
    assert re.search(r"\b\d% \(VE\), 100% \(VP\)", status(page))
    assert "Now divide by α" in page.locator(".dgm-story").inner_text()
    page.get_by_role("radio", name="x / α").check()
    settled(page)
    assert len(set(page.evaluate(PIXELS))) == 1
    shares = re.search(r"of x/α: (\d+)% \(VE\), (\d+)% \(VP\), (\d+)% \(FM\)", status(page))
    assert len(set(shares.groups())) == 1 and int(shares[1]) > 95
    assert page.noise == []


@browser
def test_the_clock_is_dragged_and_says_three_times(open_page):
    page = open_page(ThreeProcesses.example(), reduced_motion="reduce")
    grip = page.get_by_role("slider", name="Clock")
    drag(page, grip, 60, 0)
    level = state(page, "log_snr")
    assert -6 < level < -1 and f"log-SNR {level:.2f}".replace("-", "−")[8:] in status(page)
    for name, process in PROCESSES.items():
        time = float(process.t_from_log_snr(level))
        assert f"{name.upper()} t = {time:.3f}" in status(page)
    grip.press("Home")
    assert state(page, "log_snr") == approx(state(page, "limits")[1])
    assert "nearly agree" in page.locator(".dgm-story").inner_text()
    page.get_by_role("button", name="Play").click()  # to its end at once
    assert state(page, "log_snr") == approx(state(page, "limits")[0])
    assert page.noise == []


@browser
def test_it_plays_once_in_sight_from_data_to_noise(open_page):
    page = open_page(ThreeProcesses.example(), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('log_snr') < -7.8",
        timeout=60_000,
    )
    still = open_page(ThreeProcesses.example(), reduced_motion="reduce")
    assert state(still, "log_snr") == 0.0
    assert page.noise == [] and still.noise == []


@browser
def test_a_link_sets_the_scene(open_page):
    address = "#set-three-processes?log_snr=-3&rescaled=true"
    page = open_page(ThreeProcesses.example(), address=address, reduced_motion="reduce")
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmModel.get('rescaled')")
    assert state(page, "log_snr") == approx(-3.0)
    assert page.noise == []
