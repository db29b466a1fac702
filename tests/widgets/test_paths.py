"""Paths: what they refuse, a reader's hands. Mathematics: test_mixture.py, test_dynamics.py."""

import math
import re
from itertools import pairwise

import pytest
import torch
from reader import drag, gap, state, status

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.samplers import heun_step
from dgm_lessons.widgets import Paths
from dgm_lessons.widgets.digit_from_noise.sampler import seed_noise
from dgm_lessons.widgets.paths import PROCESSES

browser = pytest.mark.browser
PATHS = ".dgm-paths"


# -- bundles of paths, against the package -----------------------------------------------------

WORLD = """const { weights, means, covariances } = a.state;
  const mixture = { weights, means, covariances };
  const world = M.makeWorld(mixture, a.state.processes[a.process], a.state.levels[a.process]);
"""


def bundle(run_module, name, slip=None):
    """Worst errors of ODE lines, SDE paths, quantiles and the histogram's errors, both ways."""
    process, mixture, starts = PROCESSES[name], gm1(), [-1.2, 0.3, 0.9, 2.0]
    code = f"""{WORLD}
      const counts = Array.from({{ length: 40 }}, (_, b) => (b === 20 ? 1000 : b === 5 ? 1000 : 0));
      const all = Array.from(world.times, () => counts);
      const near = [0.1, 0.52, 0.9].map((t) => M.indexAt(world, t * a.T));
      return [[...world.times], M.odeLines(world, a.starts, true).map((row) => [...row]),
        M.sdeFan(world, 0.4, 4, true, 9).map((row) => [...row]), near,
        [false, true].map((back) => M.quantileStarts(world, 5, back)),
        Object.values(M.histogramError(world, all, near[0])),
        world.half, world.scale];"""
    arguments = {"state": Paths(mixture, name).static_state(), "process": name, "starts": starts}
    found = run_module(Paths, code, {**arguments, "T": process.T}, slip)
    times, lines, fan, near, quantiles, errors, half, scale = (
        torch.tensor(f, dtype=torch.float64) for f in found
    )
    wide = torch.stack([process.sigma(float(t)) for t in times]).double() ** 2
    assert gap(scale, (1 + wide * (name == "ve")).sqrt()) < 1e-6
    denoiser, x = (
        ExactDenoiser(mixture, process),
        torch.tensor(starts, dtype=torch.float64)[:, None],
    )
    noise = seed_noise(9, 4 * 300).reshape(300, 4)
    walk, rows, walks = torch.full((4, 1), 0.4, dtype=torch.float64), [], []
    back = times.flip(0).tolist()
    for k, (s, t) in enumerate(pairwise(back)):
        rows.append(x)
        walks.append(walk)
        x = heun_step(denoiser, x, s, t, None)
        drift = process.f(s) * walk - process.g2(s) * denoiser.score(walk, s)
        walk = walk + (t - s) * drift + math.sqrt(process.g2(s) * (s - t)) * noise[k][:, None]
    rows, walks = (torch.cat([*found, end], 1).flip(1) for found, end in ((rows, x), (walks, walk)))
    ends = [mixture.diffuse(process.alpha(t), process.sigma(t)) for t in times[[0, -1]].tolist()]
    below = torch.stack([cdf(law, row) for law, row in zip(ends, quantiles, strict=True)])
    i = int(near[0])
    law = mixture.diffuse(process.alpha(float(times[i])), process.sigma(float(times[i])))
    edges = torch.linspace(-1, 1, 41, dtype=torch.float64) * half * scale[i]
    p = cdf(law, edges)
    p[0], p[-1] = 0.0, 1.0
    p = p.diff().clamp(min=0)
    counts = torch.zeros(40).double()
    counts[[5, 20]] = 0.5
    floor = 0.5 * (2 * p * (1 - p) / (math.pi * 2000)).sqrt().sum()
    expected = torch.stack([0.5 * (counts - p).abs().sum(), floor])
    assert near.tolist() == [int((times - q * process.T).abs().argmin()) for q in (0.1, 0.52, 0.9)]
    return [
        float((lines - rows).abs().max() / scale.max()),
        float((fan - walks).abs().max() / scale.max()),
        float((below - torch.arange(0.5, 5).double() / 5).abs().max()),
        float((errors - expected).abs().max()),
    ]


def cdf(law, x):
    std = law.covariances[:, 0, 0].sqrt()
    return torch.special.ndtr((x[:, None] - law.means[:, 0]) / std) @ law.weights


@browser
@pytest.mark.parametrize("name", PROCESSES)
def test_bundles(run_module, name):
    assert all(error < 1e-8 for error in bundle(run_module, name))


BUNDLE_SLIPS = {
    "lines that start elsewhere": (
        0,
        ("travel(world, Float64Array.from(starts)", "travel(world, Float64Array.of(0.31, 0, 0, 0)"),
    ),
    "a fan that starts elsewhere": (1, ("(count).fill(start)", "(count).fill(-start)")),
    "quantiles at the edges": (2, ("(j + 0.5) / count", "(j + 0.1) / count")),
    "no pi in the floor": (3, ("(Math.PI * CROWD)", "CROWD")),
}


@browser
@pytest.mark.parametrize("slip", BUNDLE_SLIPS)
def test_a_slip_in_a_bundle_is_told_apart(run_module, slip):
    which, change = BUNDLE_SLIPS[slip]
    assert bundle(run_module, "vp", change)[which] > 1e-3


@browser
def test_the_ends_of_the_time_and_of_the_stage(run_module):
    code = f"""{WORLD}
      const far = {{ ...mixture, means: [[-2], [3]], covariances: [[[0.25]], [[2.25]]] }};
      const wide = M.makeWorld(far, {{ ...a.state.processes.vp }}, a.state.levels.vp);
      return [M.indexAt(world, 0), M.indexAt(world, world.times.at(-1)), wide.half, world.half];"""
    found = run_module(Paths, code, {"state": Paths(gm1()).static_state(), "process": "vp"})
    assert found == [0, 300, pytest.approx(3 + 3.2 * 1.5), pytest.approx(3.2)]


@browser
@pytest.mark.parametrize("half", [None, 0.5])
@pytest.mark.parametrize("back", [True, False])
def test_a_crowd_has_the_law_of_the_mixture(run_module, back, half):
    """2,000 SDE paths at every time: the histogram is off as true samples are, up to the steps.

    On half a stage of 0.5 most of them are in the last bins.
    """
    code = f"""{WORLD}
      world.half = a.half ?? world.half;
      const counts = M.sdeCrowd(world, a.back, 4);
      const total = (row) => row.reduce((x, y) => x + y, 0);
      return counts.map((row, i) => [total(row), M.histogramError(world, counts, i)]);"""
    arguments = {"state": Paths(gm1()).static_state(), "process": "vp", "back": back, "half": half}
    for total, found in run_module(Paths, code, arguments):
        assert total == 2000 and found["error"] < 2 * found["floor"]


# -- what is refused, and a reader's hands -----------------------------------------------------

PLANE, LINE = ring(8), gm1()
REFUSED = [
    (lambda: Paths(PLANE), ValueError, "mixtures in 1-D, but the mixture has D = 2"),
    (lambda: Paths(LINE, "edm"), ValueError, "vp, ve, fm, not 'edm'"),
    (lambda: Paths(LINE, direction="up"), ValueError, "forward or backward, not 'up'"),
    (lambda: Paths(LINE, start=float("inf")), ValueError, "finite"),
    (lambda: Paths(LINE, time=1.5), ValueError, "between 0 and 1, not 1.5"),
    (lambda: Paths(LINE, other=math.nan), ValueError, "other must be a finite number"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_paths_keep_their_quantile(open_page):
    page = open_page(Paths(gm1(), start=0.7))
    grip = page.locator(f"{PATHS} .dgm-handle").first
    for process in ("vp", "ve", "fm"):
        page.locator(f"input[value={process}]").check()
        assert state(page, "process") == process
        drift = float(re.search(r"\(to (\S+?)\)", status(page))[1])
        assert drift < 2e-4, (process, status(page))
        error, usual = (float(n) for n in re.findall(r"([\d.]+)%", status(page)))
        assert error < 2 * usual, (process, status(page))
    assert grip.get_attribute("aria-valuetext").startswith("x = ")


@browser
def test_time_turns_round_on_the_same_line(open_page):
    page = open_page(Paths(gm1(), start=0.7))

    def ends():
        found = re.search(r"from x = (\S+) is .* ends at (\S+?);", status(page))
        return [float(n.replace("−", "-")) for n in found.groups()]

    noise, data = ends()
    page.locator("input[value=forward]").check()
    assert ends() == pytest.approx([data, noise], abs=2e-3)


@browser
def test_the_start_of_the_paths_moves(open_page):
    page = open_page(Paths(gm1(), start=0.7))
    grip = page.locator(f"{PATHS} .dgm-handle").first
    before = status(page)
    moved = drag(page, grip, 0, 50)
    assert moved == pytest.approx((0, 50), abs=1)  # along its edge
    assert state(page, "start") < 0.7 and status(page) != before
    start = state(page, "start")
    grip.focus()
    page.keyboard.press("ArrowUp")
    assert state(page, "start") > start


@browser
def test_the_cursor_is_scrubbed_and_plays(open_page):
    page = open_page(Paths(gm1()))
    page.get_by_role("slider", name="Time t").focus()
    page.keyboard.press("End")
    assert "t = 1.000" in status(page)
    page.keyboard.press("Home")
    assert "t = 0.00" in status(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('[type=range]').value < 0.99")
    page.get_by_role("button", name="Pause").click()
    assert 0 < state(page, "time") < 1
    assert page.noise == []


@browser
def test_it_opens_where_the_paths_begin_and_plays_once(open_page):
    assert Paths(gm1(), direction="forward").time == 0 and Paths(gm1()).time == 1
    page = open_page(Paths(gm1(), direction="forward"), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('time') === 1", timeout=60_000
    )
    assert page.get_by_role("button", name="Play").is_visible()
    page = open_page(Paths(gm1(), direction="forward"), reduced_motion="reduce")
    page.wait_for_timeout(300)
    assert state(page, "time") == 0 and page.noise == []


@browser
def test_two_lines_are_tried_and_never_cross(open_page, run_module):
    page = open_page(Paths(gm1(), start=0.3, other=0.25), reduced_motion="reduce")
    assert "Drag the two starts" in page.locator(".dgm-story").inner_text()
    page.get_by_role("button", name="Play").click()
    assert "never cross" in page.locator(".dgm-story").inner_text()
    second = page.locator(f"{PATHS} .dgm-handle").nth(1)
    drag(page, second, 0, 50)
    assert state(page, "other") < 0 and state(page, "start") == 0.3
    assert "do not cross" in page.locator(".dgm-story").inner_text()
    code = f"{WORLD} return M.odeLines(world, a.starts, true).map((row) => [...row]);"
    starts = [0.3, 0.299, -0.25, -0.2532]
    arguments = {"state": Paths(gm1()).static_state(), "process": "vp", "starts": starts}
    rows = torch.tensor(run_module(Paths, code, arguments)).double()
    assert bool((rows.diff(dim=0) < 0).all())


@browser
def test_a_page_before_the_flow_has_paths_by_chance_only(open_page):
    page = open_page(Paths(gm1()).staged(words=[]), reduced_motion="reduce")
    text = page.locator(PATHS).inner_text()
    assert (
        not re.search("ODE|SDE|flow|smooth|matching", text.split("Try")[0])
        and "random paths" in text
    )
    assert page.get_by_role("radio").count() == 2  # which way time runs
    assert page.noise == []
