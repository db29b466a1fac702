"""Straightening: its two flows against the package's, the measures, and a reader's hands on it."""

import base64
import copy
import re

import pytest
import torch
from reader import double, gap, number, settled, state, status

from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.networks import MLP
from dgm_lessons.processes import VP, FlowMatching
from dgm_lessons.rectification import curvature, simulate, transport_cost
from dgm_lessons.samplers import euler_step, sample
from dgm_lessons.widgets import Straightening
from dgm_lessons.widgets.straightening import rectified_ring, train_flow

EXACT_TOLERANCE, TOLERANCE, TOLD_APART = 1e-8, 1e-5, 1e-3
SINGLE = 1e-4  # one call of the network: single precision in the browser, inputs up to 20
browser = pytest.mark.browser
EXACT = ExactDenoiser(ring(8), FlowMatching())
FLOW = rectified_ring
STARTS = torch.randn(7, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
WORLD = """
  const { weights, means, covariances } = a.state;
  const bytes = Uint8Array.from(atob(a.network), (letter) => letter.charCodeAt(0));
  const numbers = Float64Array.from(new Float32Array(bytes.buffer));
  const exact = M.exactVelocity({ weights, means, covariances });
  const learned = M.networkVelocity(numbers, a.state.shape, a.state.levels, 4);
  const x = Float64Array.from(a.x);
"""


@pytest.mark.slow
def test_the_stored_flow_is_the_trained_one():
    """Another CPU rounds otherwise, and 1,500 steps of training carry that on."""
    x, times = STARTS.float(), (0.9, 0.5, 0.1)
    stored, again = (torch.stack([f.velocity(x, t) for t in times]) for f in (FLOW(), train_flow()))
    assert (stored - again).square().mean().sqrt() < 0.1
    assert stored.square().mean().sqrt() > 0.5


def precise():
    """The same network in double precision: float32 rounds by up to 3e-5 where it is steep."""
    network = copy.deepcopy(FLOW().network).double()
    return Denoiser(network, FlowMatching(), "velocity")


@pytest.fixture
def flows(run_module):
    """flows(code, slip=None, **arguments): runs the code with the two flows of the example."""
    widget = Straightening.example()
    kept = {k: v for k, v in widget.static_state().items() if k != "network"}
    network = base64.b64encode(widget.network).decode()

    def flows(code, slip=None, **more):
        arguments = {"state": kept, "network": network, "x": STARTS.flatten().tolist(), **more}
        return run_module(widget, WORLD + code, arguments, slip)

    return flows


VELOCITIES = """return a.times.map((t, i) => [exact, learned].map((v) =>
  [...v(Float64Array.from(a.points[i]), t, new Float64Array(a.points[i].length))]));"""
TIMES = [1.0, 0.9995, 0.7, 0.2, 0.01, 1e-4]
DATA = ring(8).sample(7, torch.Generator().manual_seed(5), torch.float64)
POINTS = [FlowMatching().perturb(DATA, t, STARTS) for t in TIMES]


def velocities(flows, slip=None):
    rows = [x.flatten().tolist() for x in POINTS]
    return flows(VELOCITIES, slip, times=TIMES, points=rows)


@browser
def test_both_velocities_are_those_of_the_package(flows):
    """At 0.9995 and 1e-4 the network is beyond the levels that it knows."""
    found = velocities(flows)
    for t, x, (exact, learned) in zip(TIMES, POINTS, found, strict=True):
        assert gap(exact, EXACT.velocity(x, t).flatten()) < EXACT_TOLERANCE, t
        with torch.no_grad():
            expected = precise().velocity(x, t).flatten()
        assert gap(learned, expected) < SINGLE, t


@browser
@pytest.mark.parametrize(
    ("which", "slip"),
    [
        (0, ("(-t * out[i] - x[i]) / (1 - t)", "(-out[i] - x[i]) / (1 - t)")),
        (1, ("scale = Math.hypot(1, s) / Math.hypot(1 - t, t)", "scale = Math.hypot(1, s)")),
    ],
)
def test_a_slip_in_a_velocity_is_told_apart(flows, which, slip):
    found, right = (velocities(flows, slip)[2][which] for slip in (slip, None))
    assert gap(found, double(right)) > TOLD_APART


PATHS = """
  const paths = [exact, learned].map((v) => M.follow(v, x, 32, true));
  const few = [exact, learned].map((v) => [...M.follow(v, x, 4).at(-1)]);
  return { ends: paths.map((path) => [...path.at(-1)]), few, bends: paths.map(M.curvature),
    costs: paths.map(M.transportCost), half: [...M.placeAt(paths[0], 0.6)],
    apart: M.apart(paths[0].at(-1), paths[1].at(-1)) };
"""


@browser
def test_paths_curvature_and_cost_are_those_of_the_package(flows):
    found = flows(PATHS)
    times = torch.linspace(1, 0, 5, dtype=torch.float64)
    ends = []
    for i, flow in enumerate((EXACT, precise())):
        path = simulate(flow, STARTS, 32, path=True)
        ends.append(path[-1])
        assert gap(found["ends"][i], path[-1].flatten()) < TOLERANCE
        few = sample(flow, STARTS, times, euler_step)
        assert gap(found["few"][i], few.flatten()) < TOLERANCE
        assert abs(found["bends"][i] - curvature(path).mean().item()) < TOLERANCE
        assert abs(found["costs"][i] - transport_cost(path[-1], STARTS).item()) < TOLERANCE
        if i == 0:  # t = 0.6 lies at 12.8 of the 32 steps
            between = path[12] + 0.8 * (path[13] - path[12])
            assert gap(found["half"], between.flatten()) < EXACT_TOLERANCE
    apart = (ends[0] - ends[1]).square().sum(1).mean().sqrt().item()
    assert abs(found["apart"] - apart) < TOLERANCE


@browser
def test_a_path_between_its_ends_and_weights_that_do_not_add_up_to_1(flows):
    code = """const path = [[0, 1], [4, 3], [5, -1]];
      const thrice = M.exactVelocity({ weights: weights.map((w) => 3 * w), means, covariances });
      const at = (v, t) => [...v(x, t, new Float64Array(x.length))];
      return [[1, 0.75, 0.5, 0.25, 0].map((t) => M.placeAt(path, t)),
        [1, 0.6].map((t) => [at(exact, t), at(thrice, t)])];"""
    places, pairs = flows(code)
    assert places == [[0, 1], [2, 2], [4, 3], [4.5, 1], [5, -1]]
    for once, thrice in pairs:
        assert gap(thrice, double(once)) < 1e-12


SLIPS = {
    "bends": ("steps * (path[k + 1][i] - path[k][i])", "(path[k + 1][i] - path[k][i])"),
    "costs": ("(value - path.at(-1)[i]) ** 2", "Math.abs(value - path.at(-1)[i])"),
    "few": ("value - slope[i] / steps", "value + slope[i] / steps"),
    "ends": ("(0.5 * (slope[i] + second[i])) / steps", "(slope[i] + second[i]) / steps"),
}


@browser
@pytest.mark.parametrize("part", SLIPS)
def test_a_slip_in_a_measure_is_told_apart(flows, part):
    right, wrong = flows(PATHS)[part], flows(PATHS, SLIPS[part])[part]
    assert (double(wrong) - double(right)).abs().max() > TOLD_APART


def test_the_flow_after_is_straighter_costs_no_more_and_needs_fewer_steps():
    """What the widget's sentences say, over five sets of noise."""
    for seed in range(5):
        z = torch.randn(400, 2, generator=torch.Generator().manual_seed(seed))
        before, after = (simulate(f, z, path=True) for f in (EXACT, FLOW()))
        assert curvature(after).mean() < 0.02 * curvature(before).mean()
        assert transport_cost(after[-1], z) < 1.02 * transport_cost(before[-1], z)
        two = [sample(f, z, [1.0, 0.5, 0.0], euler_step) for f in (EXACT, FLOW())]
        gaps = [
            (x - path[-1]).square().sum(1).mean().sqrt().item()
            for x, path in zip(two, (before, after), strict=True)
        ]
        assert gaps[1] < 0.25 * gaps[0]


REFUSED = [
    (lambda: Straightening(gm1(), FLOW()), ValueError, "in 2-D, but the mixture has D = 1"),
    (lambda: Straightening(ring(8), EXACT), TypeError, "must be a Denoiser with an MLP(2)"),
    (
        lambda: Straightening(ring(8), Denoiser(MLP(1), FlowMatching(), "velocity")),
        TypeError,
        "must be a Denoiser with an MLP(2)",
    ),
    (
        lambda: Straightening(ring(8), Denoiser(MLP(2), VP(), "velocity")),
        ValueError,
        "must predict the velocity of FlowMatching(), not velocity of VP",
    ),
    (
        lambda: Straightening(ring(8), Denoiser(MLP(2), FlowMatching(), "eps")),
        ValueError,
        "not eps of FlowMatching",
    ),
    (lambda: Straightening(ring(8), FLOW(), steps=3), ValueError, "one of 1, 2, 4, 8, 64"),
    (lambda: Straightening(ring(8), FLOW(), start=(0, 3)), ValueError, "start must lie in"),
    (lambda: Straightening(ring(8), FLOW(), start=(0,)), ValueError, "must be two numbers"),
    (lambda: Straightening(ring(8), FLOW(), time=1.5), ValueError, "time must lie in"),
    (lambda: Straightening(ring(8), FLOW(), seed=-1), ValueError, "seed must be a whole number"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_what_a_reader_does(open_page):
    page = open_page(Straightening.example(), reduced_motion="reduce")
    page.get_by_text("After: curvature").wait_for()
    assert "400 paths" in status(page) and "64 steps of Euler" in status(page)
    bent, straight = (number(page, f"{side}: curvature") for side in ("Before", "After"))
    assert bent > 1 and straight < 0.05 * bent
    fine = number(page, "64 steps of Euler end")
    page.locator("input[value='1']").check()
    assert "1 step of Euler ends" in status(page)
    assert number(page, "1 step of Euler ends") > 10 * fine
    assert "One step" in page.locator(".dgm-story").inner_text()
    slider = page.locator("input[type=range]")
    slider.press("End")
    settled(page)
    assert state(page, "time") == 1 and "t = 1" in status(page)
    grip = page.get_by_label("Start of the black path, before rectification")
    before = state(page, "start")
    grip.press("ArrowRight")
    settled(page)
    after = state(page, "start")
    assert after[0] == pytest.approx(before[0] + 0.05) and after[1] == before[1]
    twin = page.get_by_label("Start of the black path, after")
    assert f"({after[0]:g}" in twin.get_attribute("aria-label")
    page.get_by_text("New noise").click()
    settled(page)
    assert state(page, "seed") == 1
    assert number(page, "Before: curvature") != bent
    assert page.noise == []


@browser
def test_one_step_of_the_first_flow_puts_everybody_at_the_mean_of_the_data(flows):
    """Euler's first look is x - E[x_0]: what the page asks to be guessed."""
    found = flows("return [...M.follow(exact, x, 1).at(-1)];")
    assert gap(found, ring(8).mean.repeat(7)) < EXACT_TOLERANCE
