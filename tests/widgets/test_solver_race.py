"""Solver race: its solvers against the package's, its network, and a reader's hands on it."""

import base64
import math
import re
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from reader import double, gap, number, settled, state, status
from scipy.integrate import RK23

from dgm_lessons import zoo
from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.metrics import off_mode_share
from dgm_lessons.mixtures import gm1, grid, ring
from dgm_lessons.processes import VP, time_grid, uniform_in_time
from dgm_lessons.samplers import (
    DPMSolver2M,
    ddim_step,
    euler_maruyama_moments,
    euler_step,
    heun_step,
    sample,
    solve_adaptive,
)
from dgm_lessons.widgets import SolverRace
from dgm_lessons.widgets.solver_race import angle_grid

TOLERANCE, TOLD_APART = 1e-8, 1e-3
browser = pytest.mark.browser
PROCESS, EXACT = VP(), ExactDenoiser(ring(8), VP())
GRIDS = {
    "angle": angle_grid,
    "snr": partial(time_grid, PROCESS),
    "time": partial(time_grid, PROCESS, spacing=uniform_in_time),
}
STARTS = torch.randn(6, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def no_dice(denoiser, x, s, t, generator=None):
    return euler_maruyama_moments(denoiser, x, s, t)[0]


STEPS = {
    "euler": lambda: euler_step,
    "heun": lambda: heun_step,
    "ddim": lambda: ddim_step,
    "multistep": DPMSolver2M,
    "random": lambda: no_dice,
}
WORLD = """
  const process = M.makeProcess(a.state.process);
  const { weights, means, covariances } = a.state;
  const denoise = M.exactDenoiser({ weights, means, covariances });
  const world = { process, denoise, rng: { normal: () => a.kick ?? 0 } };
  const ends = [process.T, process.T / 1000];
  const x = Float64Array.from(a.x);
"""


@pytest.fixture
def race(run_module):
    """race(code, slip=None, **arguments): runs the code in the world of the widget's example."""
    widget = SolverRace.example()
    kept = {k: v for k, v in widget.static_state().items() if k != "network"}

    def race(code, slip=None, **more):
        arguments = {"state": kept, "x": STARTS.flatten().tolist(), **more}
        return run_module(widget, WORLD + code, arguments, slip)

    return race


def end_gap(race, name, grid, calls, slip=None):
    """How far the browser's ends and the package's are apart; the count of calls is compared."""
    found = race(
        "const seen = [], visit = (x, made) => seen.push([made, x[0]]);"
        "const way = { grid: a.grid, ends };"
        "const { x: end, calls } = M.solve(a.name, world, x, a.calls, way, visit);"
        "return { end: [...end], calls, seen };",
        slip,
        name=name,
        grid=grid,
        calls=calls,
    )
    steps = calls // 2 if name == "heun" else calls
    assert found["calls"] == (2 * steps if name == "heun" else steps)
    made, first = zip(*found["seen"], strict=True)
    assert list(made) == list(range(0, found["calls"] + 1, 2 if name == "heun" else 1))
    assert (first[0], first[-1]) == (STARTS[0, 0], found["end"][0])
    expected = sample(EXACT, STARTS, GRIDS[grid](steps), STEPS[name]())
    return gap(found["end"], expected.flatten())


@browser
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("name", STEPS)
def test_the_solvers_are_those_of_the_package(race, name, grid):
    assert end_gap(race, name, grid, 9) < TOLERANCE


SLIPS = {
    "euler": ("t - s, velocity(world, x, s))", "s - t, velocity(world, x, s))"),
    "heun": ("0.5 * (u + second[i])", "u + second[i]"),
    "ddim": ("(c - (d * a) / b) * x0[i]", "(c - d * a) * x0[i]"),
    "multistep": ("(0.5 * h) / rise", "h / rise"),
    "random": ("(g2 * (value - alpha * x0[i]))", "(0.5 * g2 * (value - alpha * x0[i]))"),
}


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_a_solver_is_told_apart(race, name):
    assert end_gap(race, name, "angle", 9, SLIPS[name]) > TOLD_APART


@browser
def test_the_dice_have_the_width_of_a_step(race):
    code = """
      const end = (kick) => M.solve("random", { ...world, rng: { normal: () => kick } }, x, 1,
        { grid: "time", ends }).x;
      const still = end(0);
      return [...end(1).map((value, i) => value - still[i])];
    """
    std = euler_maruyama_moments(EXACT, STARTS, PROCESS.T, PROCESS.T / 1000)[1].item()
    assert gap(race(code), torch.full((12,), std, dtype=torch.float64)) < TOLERANCE


@browser
def test_the_grids_are_those_of_the_package(race):
    code = "return a.kinds.map((kind) => [...M.gridOf(process, kind, 7, ends)]);"
    found = race(code, kinds=list(GRIDS))
    for row, times in zip(found, GRIDS.values(), strict=True):
        assert gap(row, times(7)) < 1e-10


@browser
def test_the_adaptive_pair_keeps_its_tolerance_and_has_order_three(race):
    code = """return a.tolerances.map((tolerance) => {
      const { x: end, calls } = M.pairOfOrders(world, x, ends, tolerance);
      return { end: [...end], calls };
    });"""
    exact = solve_adaptive(EXACT, STARTS, PROCESS.T, PROCESS.t_min, 1e-10, 1e-10)[0].flatten()
    rows = race(code, tolerances=[1e-3, 1e-5, 1e-7])
    errors = [gap(row["end"], exact) for row in rows]
    assert errors[2] < 1e-5 and errors[0] > errors[1] > errors[2]
    # between the two finest: error falls as calls^-3
    slope = math.log(errors[2] / errors[1]) / math.log(rows[2]["calls"] / rows[1]["calls"])
    assert -4 < slope < -2.4
    wrong = race(code, ("k2[i] + 4 * k3[i])", "k2[i] + 3 * k3[i])"), tolerances=[1e-3])
    assert gap(wrong[0]["end"], exact) > 10 * errors[0]


@browser
def test_the_adaptive_solver_keeps_to_its_calls(race):
    code = """return a.budgets.map((most) => {
      const made = [];
      const note = (_, n) => made.push(n);
      const { x: end, calls } = M.solve("adaptive", world, x, most, { ends }, note);
      return { calls, made, end: end && [...end] };
    });"""
    few, *rows = race(code, budgets=[3, 20, 48])
    assert few["end"] is None and few["calls"] == math.inf
    for row, most in zip(rows, [20, 48], strict=True):
        assert row["calls"] <= most and row["made"][0] == 0 and row["made"][-1] == row["calls"]
        assert (row["calls"] - 1) % 3 == 0  # three a step, and the first slope


def by_scipys_tableau(tolerance):
    """Every state and how many calls it took, by the pair of SciPy's RK23 and its step control."""

    def velocity(t, x):
        return EXACT.velocity(torch.from_numpy(x), t).numpy()

    t, last, x = PROCESS.T, PROCESS.T / 1000, STARTS.numpy()
    h, calls, path = (last - t) / 10, 1, [(x, 0)]
    slopes = [velocity(t, x)]
    while t > last:
        h = max(h, last - t)
        for a, c in zip(RK23.A[1:], RK23.C[1:], strict=True):
            step = sum(w * k for w, k in zip(a, slopes, strict=False))
            slopes.append(velocity(t + c * h, x + h * step))
        after = x + h * sum(w * k for w, k in zip(RK23.B, slopes, strict=True))
        slopes.append(velocity(max(t + h, last), after))
        off = h * sum(w * k for w, k in zip(RK23.E, slopes, strict=True))
        scale = tolerance * (1 + np.maximum(np.abs(x), np.abs(after)))
        error, calls = np.sqrt(np.mean((off / scale) ** 2)), calls + 3
        if error <= 1:
            t, x = (last if t + h - last < 1e-12 else t + h), after
            path.append((x, calls))
        slopes = [slopes[-1] if error <= 1 else slopes[0]]
        h *= min(5, max(0.2, 0.9 * error ** (-1 / 3)))
    return path


PAIR = """return a.tolerances.map((tolerance) =>
  M.pairOfOrders(world, x, ends, tolerance).path.map(([at, calls]) => [[...at], calls]));"""


@browser
def test_the_adaptive_pair_is_scipy_s(race):
    """A coarse tolerance, whose steps are thrown away and grow fivefold, and a fine one."""
    tolerances = [0.3, 0.01]
    for tolerance, found in zip(tolerances, race(PAIR, tolerances=tolerances), strict=True):
        expected = by_scipys_tableau(tolerance)
        assert [calls for _, calls in found] == [calls for _, calls in expected]
        for (x, _), (y, _) in zip(found, expected, strict=True):
            assert gap(x, torch.from_numpy(y).flatten()) < 1e-6


@browser
def test_the_calls_that_are_allowed_may_all_be_used(race):
    code = """
      const run = (tolerance) => M.pairOfOrders(world, x, ends, tolerance);
      const calls = a.tolerances.map((tolerance) => run(tolerance).calls);
      const kept = (most) => M.solve("adaptive", world, x, most, { ends }).x !== null;
      return [kept(Math.min(...calls)), kept(Math.min(...calls) - 1)];"""
    assert race(code, tolerances=[1.5**-k for k in range(24)]) == [True, False]


@browser
def test_the_adaptive_solver_takes_the_finest_tolerance_that_its_calls_allow(race):
    code = """const end = (found) => [...found.x];
      const all = a.tolerances.map((tolerance) => M.pairOfOrders(world, x, ends, tolerance));
      const runs = M.finerAndFiner(world, x, ends);
      const calls = all.map((one) => one.calls), budgets = [20, 10_000, ...calls];
      const best = (given) =>
        budgets.map((most) => end(M.solve("adaptive", world, x, most, { ends, ...given })));
      return { calls, budgets, ends: all.map(end), found: best({}), shared: best({ runs }) };"""
    all_ = race(code, tolerances=[1.5**-k for k in range(24)])
    assert all_["shared"] == all_["found"]
    for most, found in zip(all_["budgets"], all_["found"], strict=True):
        calls = all_["calls"]
        first = next(k for k, made in enumerate(calls) if made <= most)
        beyond = next((k for k, made in enumerate(calls) if k > first and made > most), len(calls))
        used = max(calls[first:beyond])
        finest = max(k for k in range(first, beyond) if calls[k] == used)
        assert found == all_["ends"][finest]


@browser
@pytest.mark.parametrize(
    ("most", "calls", "chosen", "asked"),
    [
        (10, [13, 13, 10, 13, 7], 2, 4),  # it looks on until a finer one takes more again
        (4, [13, 13, 10, 13, 4], None, 4),
        (8, [7, 10], 0, 2),
        (10, [7, 10, 10, 13], 2, 4),
    ],
)
def test_the_adaptive_solver_asks_for_no_run_that_cannot_fit(race, most, calls, chosen, asked):
    code = """const asked = [];
      const runs = (k) => (asked.push(k), { x: [k], calls: a.calls[k], path: [] });
      const found = M.solve("adaptive", world, x, a.most, { ends, runs });
      return [found.x && found.x[0], asked];"""
    assert race(code, most=most, calls=calls) == [chosen, list(range(asked))]


@browser
def test_the_denoisers(race):
    code = """
      const bytes = Uint8Array.from(atob(a.network), (letter) => letter.charCodeAt(0));
      const numbers = Float64Array.from(new Float32Array(bytes.buffer));
      const learned = M.learnedDenoiser(M.makeGuesser(numbers, 4));
      return [denoise, learned].map((d) => [...d(x, a.alpha, a.sigma, new Float64Array(x.length))]);
    """
    t = 0.2
    alpha, sigma = (float(value) for value in PROCESS.levels(t))
    network = base64.b64encode(SolverRace.example().network).decode()
    found = race(code, network=network, alpha=alpha, sigma=sigma)
    assert gap(found[0], EXACT(STARTS, t).flatten()) < TOLERANCE
    with torch.no_grad():
        assert gap(found[1], zoo.load("ring")(STARTS.float(), t).double().flatten()) < 1e-5
    slip = ("(x[i] - sigma * out[i]) / alpha", "x[i] - sigma * out[i]")
    wrong = race(code, slip, network=network, alpha=alpha, sigma=sigma)
    assert gap(wrong[1], double(found[1])) > TOLD_APART


@browser
def test_few_steps_with_the_numbers_of_ddim_is_ddim(race):
    levels = [80.0, 5.0, 1.0, 0.2]
    n = len(levels)
    a, b = [levels[0]], [[0.0] * n]
    for k, (s, t) in enumerate(pairwise([*levels, 0.0])):  # x <- (t/s) x + (1 - t/s) D
        a.append(t / s * a[-1])
        b.append([t / s * w for w in b[-1]])
        b[-1][k] = 1 - t / s
    times = [float(PROCESS.t_from_log_snr(-2 * double(s).log())) for s in levels]
    start = STARTS * levels[0] * PROCESS.alpha(times[0])
    expected = sample(EXACT, start, [*times, 0.0], ddim_step, path=True)
    few = {"levels": levels, "noise_weights": a, "answer_weights": b}
    code = """const { x: end, calls, path } = M.fewSteps(a.few, denoise, x);
      return { end: [...end], calls, middle: [...path[2][0]] };"""
    found = race(code, few=few)
    assert found["calls"] == n and gap(found["end"], expected[-1].flatten()) < TOLERANCE
    assert gap(found["middle"], expected[2].flatten()) < 1e-6
    slip = ("a[k] * value)", "a[k] + value)")
    assert gap(race(code, slip, few=few)["end"], expected[-1].flatten()) > TOLD_APART


@browser
def test_the_shipped_solver_ends_nearer_than_the_others_with_five_calls(race):
    widget = SolverRace.example()
    starts = torch.randn(2000, 2, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    code = "return [...M.fewSteps(a.few, denoise, x).x];"
    found = double(race(code, few=widget.few, x=starts.flatten().tolist())).reshape(-1, 2)
    exact, _ = solve_adaptive(EXACT, starts, PROCESS.T, PROCESS.t_min, 1e-6, 1e-6)
    others = [sample(EXACT, starts, angle_grid(5), make()) for make in STEPS.values()]
    own, *gaps = ((x - exact).norm(dim=1).median() for x in (found, *others))
    assert own < 0.5 * min(gaps)
    strays = [off_mode_share(x, ring(8)) for x in (found, *others)]
    assert strays[0] < min(0.01, 0.5 * min(strays[1:]))
    numbers = [*widget.few["levels"], *widget.few["noise_weights"]]
    numbers += [w for k, row in enumerate(widget.few["answer_weights"]) for w in row[:k]]
    assert len(numbers) == 26


@browser
def test_the_median_distance(race):
    code = "return [M.medianGap(a.p, a.q), M.medianGap(a.p.slice(2), a.q.slice(2))];"
    assert race(code, p=[0, 0, 3, 4, 1, 0], q=[0, 0, 0, 0, 0, 0]) == [1, 3]


REFUSED = [
    (lambda: SolverRace(gm1()), ValueError, "mixtures in 2-D, but the mixture has D = 1"),
    (lambda: SolverRace("ring"), TypeError, "must be a GaussianMixture, not str"),
    (lambda: SolverRace(ring(8), calls=3), ValueError, "from 4 to 48, not 3"),
    (lambda: SolverRace(ring(8), solver="rk4"), ValueError, "one of euler, heun, ddim"),
    (lambda: SolverRace(grid(25), solver="few"), ValueError, "not 'few'"),
    (lambda: SolverRace(ring(8), grid="karras"), ValueError, "one of time, snr, angle"),
    (lambda: SolverRace(ring(8), denoiser="best"), ValueError, "one of exact, trained"),
    (lambda: SolverRace(ring(8), measure="fid"), ValueError, "one of endpoint, crowd"),
    (lambda: SolverRace(ring(8), start=(0, 9)), ValueError, "start must lie in [-3.000, 3.000]"),
    (lambda: SolverRace(ring(8), start=(0, 1, 2)), ValueError, "start must be two numbers"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_what_a_reader_does(open_page):
    page = open_page(SolverRace.example(), reduced_motion="reduce")
    eight = number(page, "DDIM")
    assert "8 calls" in status(page) and "Euler–Maruyama" not in status(page)
    page.locator("input[value=heun]").check()
    assert "half as many steps" in page.locator(".dgm-story").inner_text()
    slider = page.locator("input[type=range]")
    slider.press("End")
    settled(page)
    assert state(page, "calls") == 48 and number(page, "DDIM") < 0.5 * eight
    exact = number(page, "Heun")
    page.locator("input[value=trained]").check()
    page.locator("input[value=euler]").check()
    page.wait_for_function(
        f"() => !document.querySelector('.dgm-status').textContent.includes('Heun {exact:.3f}')"
    )
    assert number(page, "Heun") > 1.5 * exact  # the network's own error
    assert "lines flatten" in page.locator(".dgm-story").inner_text()
    page.locator("input[value=crowd]").check()
    assert "Euler–Maruyama" in status(page) and number(page, "true samples:") > 0.05
    before = state(page, "start")
    page.locator(".dgm-handle").press("ArrowRight")
    assert state(page, "start")[0] == pytest.approx(before[0] + 0.05)
    assert page.noise == []
