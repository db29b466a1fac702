"""One law, three processes: density, steps and distances against the package, a reader's hands."""

import math
import re

import numpy as np
import pytest
import torch
from pytest import approx
from reader import double, gap, set_field, state, status

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.fokker_planck import Grid, evolve
from dgm_lessons.fokker_planck.finite_volume import exchange
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import VP
from dgm_lessons.samplers import euler_maruyama_moments, heun_step
from dgm_lessons.widgets import OneLaw
from dgm_lessons.widgets.one_law import two_modes

browser = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-9, 1e-3
TIMES = [0.02, 0.06, 0.15, 0.3, 0.6, 1.0]
PLANE = [[-1.5, 0.4], [0.3, -0.9], [1.2, 0.8], [0.1, 0.2]]

SETUP = """const { weights, means, covariances, plane, process: spec, levels, half } = a.state;
  const line = { weights, means, covariances }, process = M.makeProcess(spec);
  const film = (name, cells) =>
    M.makeFilm(name === "line" ? line : plane, spec, levels, { half, cells });
  const none = { spin: 0, turn: "score", whole: false, from: "data" };
"""  # fmt: skip


@pytest.fixture(scope="module")
def script(run_module):
    given = OneLaw(gm1()).static_state()

    def script(code, slip=None, **arguments):
        return run_module(OneLaw, f"{SETUP} {code}", {"state": given, **arguments}, slip)

    return script


# -- the solved density ---------------------------------------------------------------------------


@browser
def test_the_rates_across_walls_are_the_package_s(script):
    code = """const { up, down } = M.wallRates({ half: 2, cells: 9 }, -0.7, 1.3);
      return [...up, ...down];"""
    faces = np.linspace(-2, 2, 10)[1:-1]
    expected = torch.from_numpy(np.concatenate(exchange(-0.7 * faces, 0.65, 4 / 9)))
    assert gap(script(code), expected) < TOLERANCE
    for slip in (("g2 / 2];", "g2];"), ("rate + speed[i] / h", "rate - speed[i] / h")):
        assert gap(script(code, slip), expected) > TOLD_APART


@browser
def test_almost_without_drift_the_rates_lean_by_half_of_it(script):
    """z / (exp z - 1) is 1 - z / 2 near 0."""
    code = "return [...M.wallRates({ half: 2, cells: 4 }, 6e-9, 2).down];"
    z = double([-6e-9, 0, 6e-9])
    assert (double(script(code)) - (1 - z / 2)).abs().max() < 1e-15


@browser
@pytest.mark.parametrize("name", ["line", "plane"])
def test_the_cells_begin_with_the_mixture_s_averages(script, name):
    law = gm1() if name == "line" else two_modes()
    grid = Grid(-4.5, 4.5, 48, law.dim)
    expected = grid.averages(law.diffuse(0.8, 0.5).log_prob).flatten()
    code = """const law = a.name === "line" ? line : plane;
      return [...M.cellAverages(law, { half, cells: 48 }, 0.8, 0.5)];"""
    assert (double(script(code, name=name)) - expected).abs().max() < 1e-6
    slip = ("alpha ** 2 * covariances[k][axis][axis] + sigma ** 2", "covariances[k][axis][axis]")
    assert (double(script(code, slip, name=name)) - expected).abs().max() > TOLD_APART


SOLVE = """const grid = { half: 6, cells: 48 };
  const solved = M.solveDensity(Float64Array.from(a.p), grid, process, a.times);
  return solved.map((p) => [...p]);"""


@browser
@pytest.mark.filterwarnings("ignore:.*stands at the walls")
def test_the_density_on_the_line_is_the_package_s(script):
    grid = Grid(-6, 6, 48)
    start = grid.averages(gm1().diffuse(*VP().levels(TIMES[0])).log_prob)
    expected = evolve(start, grid, VP(), TIMES, steps=2)
    given = {"p": start.tolist(), "times": TIMES}
    assert (double(script(SOLVE, **given)) - expected).abs().max() < 1e-12
    start = torch.rand(48, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    at_walls = evolve(start, grid, VP(), TIMES, steps=2)
    found = script(SOLVE, p=start.tolist(), times=TIMES)
    assert (double(found) - at_walls).abs().max() < 1e-12
    for slip in (
        ("right[i] = at(i) + half * (flowIn - flowOut)", "right[i] = at(i)"),
        ("right[i] -= ratio[i] * right[i + 1]", "right[i] += ratio[i] * right[i + 1]"),
        ("times[k - 1] + (j + 0.5) * dt", "times[k - 1] + (j + 2) * dt"),
    ):
        assert (double(script(SOLVE, slip, **given)) - expected).abs().max() > TOLD_APART


@browser
def test_the_density_in_the_plane_is_that_of_the_mixture(script):
    """And mass is kept; with half of the directions left out it is another law."""
    times = torch.linspace(0.02, 1.0, 40).double().tolist()
    grid = Grid(-6, 6, 48, 2)
    start = grid.averages(two_modes().diffuse(*VP().levels(times[0])).log_prob)
    given = {"p": start.flatten().tolist(), "times": times}
    found = double(script(SOLVE, **given)).reshape(-1, 48, 48)
    for k in (10, 20, 39):
        exact = grid.averages(two_modes().diffuse(*VP().levels(times[k])).log_prob)
        assert grid.mass((found[k] - exact).abs()) < 0.02
        assert float(grid.mass(found[k])) == approx(1, abs=1e-6)
    slip = ("stepAlong(now, i, cells, rates, dt, work)", "stepAlong(now, i, cells, rates, 0, work)")
    wrong = double(script(SOLVE, slip, **given)).reshape(-1, 48, 48)
    assert grid.mass((wrong[20] - found[20]).abs()) > 0.1


@browser
@pytest.mark.filterwarnings("ignore:.*stands at the walls")
def test_a_product_in_the_plane_stays_a_product(script):
    """Of what each factor becomes on the line, with mass at every wall."""
    draws = torch.Generator().manual_seed(2)
    first, second = torch.rand(2, 48, generator=draws, dtype=torch.float64)
    along = [evolve(p, Grid(-6, 6, 48), VP(), TIMES, steps=2) for p in (first, second)]
    found = script(SOLVE, p=(first[:, None] * second).flatten().tolist(), times=TIMES)
    expected = torch.einsum("ti,tj->tij", *along).flatten(1)
    assert (double(found) - expected).abs().max() < 1e-12


@browser
def test_distribution_functions(script):
    p = torch.rand(6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    code = """const grid = { half: 1.5, cells: 6 }, p = Float64Array.from(a.p);
      return [M.cumulative(p, grid, 0), M.cumulative(p, grid, 1),
        M.cumulative(p.subarray(0, 6), grid), M.cumulative(p, grid)].flatMap((row) => [...row]);"""
    rows = [p.sum(1) * 0.25, p.sum(0) * 0.25, p[0] * 0.5, p.sum(1) * 0.25]
    expected = torch.cat([torch.cat([torch.zeros(1), row.cumsum(0)]) for row in rows])
    assert gap(script(code, p=p.flatten().tolist()), expected) < TOLERANCE
    assert gap(script(code, ("(axis ? i % cells", "(!axis ? i % cells"), p=p.flatten().tolist()),
               expected) > TOLD_APART  # fmt: skip


@browser
def test_the_film_s_density_is_near_the_exact_law(script):
    """The distribution functions, at all times, to a hundredth of what 2,000 draws are off."""
    code = """const f = film("line", 300);
      const gaps = f.below.map(([row], i) => row.reduce((most, b, c) =>
        Math.max(most, Math.abs(b - M.cdf(f.laws[i], (2 * half * c) / 300 - half))), 0));
      const { times } = f;
      return [Math.max(...gaps), times[0], times.at(-1), times.length, M.STEPS, times[80]];"""
    worst, first, last, count, steps, middle = script(code)
    assert worst < 2e-4 and count == steps + 1 == 161
    ends = [float(VP().t_from_log_snr(level)) for level in (6.0, -10.0, -2.0)]
    assert [first, last, middle] == approx(ends, rel=1e-6)
    assert script(code, ("const INSIDE = 2", "const INSIDE = 0.1"))[0] > 0.01


# -- the three processes --------------------------------------------------------------------------


def denoiser(law):
    return ExactDenoiser(law, VP())


VELOCITY = """const f = film("plane", 8), x = Float64Array.from(a.x.flat());
  const out = new Float64Array(x.length);
  M.velocity(f, 80, x, a.rule, new Float64Array(x.length), out);
  return [f.times[80], ...out];"""


@browser
@pytest.mark.parametrize("turn", ["score", "origin"])
def test_the_velocity_with_a_field_that_turns(script, turn):
    rule = {"keep": 1, "pull": 0.5, "spin": 1.7, "turn": turn}
    t, *found = script(VELOCITY, x=PLANE, rule=rule)
    x = double(PLANE)
    exact = denoiser(two_modes())
    round_ = exact.score(x, t) if turn == "score" else x
    turned = torch.stack([-round_[:, 1], round_[:, 0]], 1)
    expected = exact.velocity(x, t) + 0.85 * VP().g2(t) * turned
    assert gap(found, expected.flatten()) < 1e-8
    for slip in (("out[k] -= rate * round[k + 1]", "out[k] += rate * round[k + 1]"),
                 ("0.5 * spin * g2", "spin * g2")):  # fmt: skip
        assert gap(script(VELOCITY, slip, x=PLANE, rule=rule)[1:], expected.flatten()) > TOLD_APART


STEP = """const f = film("line", 8), x = Float64Array.from(a.x);
  const work = [0, 1, 2, 3].map(() => new Float64Array(x.length));
  M.lawStep(f, a.kind, a.i, a.j, x, none, Float64Array.from(a.noise), work);
  return [f.times[a.i], f.times[a.j], ...x];"""


@browser
@pytest.mark.parametrize(
    ("kind", "i", "j", "slip"),
    [
        ("forward", 80, 81, ("ratio * x[k] + std * noise[k]", "ratio * x[k] + noise[k]")),
        ("flow", 80, 81, ("pull: whole ? 1 : 0.5", "pull: whole ? 0.5 : 1")),
        ("flow", 81, 80, ("0.5 * h * (slope[k] + after[k])", "h * slope[k]")),
        ("reverse", 81, 80, ("g2(t) * (t - s)", "g2(t) * (t - s) / 2")),
    ],
)
def test_a_step_is_the_package_s(script, kind, i, j, slip):
    noise, places = [0.3, -1.1, 0.8, 1.7], [-2.0, -0.5, 0.4, 1.9]
    given = {"kind": kind, "i": i, "j": j, "x": places, "noise": noise}
    t, s, *found = script(STEP, **given)
    x, z, exact = double(places)[:, None], double(noise)[:, None], denoiser(gm1())
    if kind == "forward":
        keep, std = VP().transition(t, s)
        expected = keep * x + std * z
    elif kind == "flow":
        expected = heun_step(exact, x, t, s)
    else:
        mean, std = euler_maruyama_moments(exact, x, t, s)
        expected = mean + std * z
    change = (expected - x)[:, 0]
    tolerance = 1e-4 if kind == "flow" else 1e-8  # the package's Heun takes the step in log-SNR
    assert gap(double(found) - x[:, 0], change) < tolerance
    wrong = double(script(STEP, slip, **given)[2:])
    assert gap(wrong - x[:, 0], change) > 10 * tolerance


RUN = """const f = film(a.view, a.view === "line" ? 300 : 60);
  const rows = a.seeds.map((seed) => M.runProcess(f, a.kind, { ...none, seed, ...a.rule }));
  const mean = (i) => rows.reduce((sum, row) => sum + M.kolmogorov(f, i, row[i]), 0) / rows.length;
  return a.at.map(mean);"""
SEEDS, AT = [1, 2, 3], [0, 40, 80, 120, 160]


@browser
@pytest.mark.parametrize("view", ["line", "plane"])
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("forward", {}),
        ("flow", {}),
        ("flow", {"from": "noise"}),
        ("reverse", {}),
        ("forward", {"spin": 2}),
        ("flow", {"spin": 2}),
        ("reverse", {"spin": 2}),
    ],
)
def test_what_keeps_the_law(script, view, kind, rule):
    """The mean of three crowds of 2,000 at five times; exact draws have 0.019 ± 0.004."""
    found = script(RUN, view=view, kind=kind, rule=rule, seeds=SEEDS, at=AT)
    assert all(0.008 < far < 0.032 for far in found), found


@browser
@pytest.mark.parametrize(
    ("view", "kind", "rule", "index", "low"),
    [
        ("line", "flow", {"whole": True}, 120, 0.2),
        ("line", "flow", {"whole": True, "from": "noise"}, 0, 0.4),
        ("plane", "forward", {"spin": 2, "turn": "origin"}, 60, 0.08),
        ("plane", "flow", {"spin": 2, "turn": "origin"}, 120, 0.12),
        ("plane", "reverse", {"spin": 2, "turn": "origin"}, 0, 0.08),
    ],
)
def test_what_does_not(script, view, kind, rule, index, low):
    (found,) = script(RUN, view=view, kind=kind, rule=rule, seeds=SEEDS, at=[index])
    assert found > low, found


# -- distances and pairs --------------------------------------------------------------------------


@browser
@pytest.mark.parametrize("view", ["line", "plane"])
def test_film_and_crowds_begin_with_the_data_at_its_first_time(script, view):
    code = f"""const f = film("{view}", 20), {{ alpha, sigma }} = f.laws[0];
      const points = new Float64Array(M.CROWD * f.D);
      const data = M.sample(f.mixture, alpha, sigma, M.makeRng(3), points);
      const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
      const first = (kind) => M.runProcess(f, kind, {{ ...none, seed: 3 }})[0];
      const start = M.cellAverages(f.mixture, f.grid, alpha, sigma);
      return [same(f.density[0], start), ...["forward", "flow"].map((k) => same(first(k), data))];
    """
    assert script(code) == [True, True, True]


@browser
def test_the_distance_by_hand(script):
    """On three edges: the share below the first, at it, and beyond the last."""
    code = """const three = { grid: { half: 1, cells: 2 }, D: 1, below: [[[0, 0.5, 1]]] };
      return a.crowds.map((x) => M.kolmogorov(three, 0, Float64Array.from(x)));"""
    crowds = [[-5, 0.5], [-0.5, 0.5], [-0.5, -0.2, -0.1, 0.9], [0.2, 0.4, 0.6, 3], [-1, -1, 1, 1]]
    assert script(code, crowds=crowds) == approx([0.5, 0, 0.25, 0.5, 0.5])


@browser
@pytest.mark.parametrize("view", ["line", "plane"])
def test_the_distance_is_kolmogorov_and_smirnov_s(script, view):
    law = gm1() if view == "line" else two_modes()
    x = law.sample(500, torch.Generator().manual_seed(0), torch.float64) * 1.2
    code = """const f = film(a.view, 40), x = Float64Array.from(a.x.flat());
      return [M.kolmogorov(f, 0, x), ...f.below[0].flatMap((row) => [...row])];"""
    far, *below = script(code, view=view, x=x.tolist())
    edges = torch.linspace(-4.5, 4.5, 41, dtype=torch.float64)
    expected = 0.0
    for axis, column in enumerate(double(below).reshape(law.dim, 41)):
        share = (x[:, axis, None] <= edges).double().mean(0)
        expected = max(expected, float((share - column).abs().max()))
    assert far == approx(expected, abs=1e-12) and far > 0.03
    slip = ("seen += counts[e];", "seen += counts[e + 1];")
    assert abs(script(code, slip, view=view, x=x.tolist())[0] - expected) > TOLD_APART


@browser
def test_points_beyond_the_grid_are_as_far_as_can_be(script):
    """All on the left are there before any mass is, all on the right after all of it."""
    code = """const f = film("line", 4);
      return [M.CROWD, ...[-9, 9].map((x) => M.kolmogorov(f, 80, Float64Array.of(x, x, x)))];"""
    assert script(code) == [2000, approx(1, abs=1e-12), approx(1, abs=1e-6)]


@browser
def test_what_exact_draws_have(script):
    """Kolmogorov's law: 0.87 / sqrt(n) on average, 1.36 / sqrt(n) in 19 of 20."""
    code = "const { mean, high } = M.exactDistances(film('line', 300), 80); return [mean, high];"
    mean, high = script(code)
    assert mean == approx(0.87 / math.sqrt(2000), abs=0.002)
    assert high == approx(1.36 / math.sqrt(2000), abs=0.005)


PAIRS = """const f = film("line", 300);
  const [sde, flow] = ["forward", "flow"].map((kind) =>
    M.runProcess(f, kind, { ...none, seed: 2 }));
  return a.shares.map((share) => {
    const pairs = M.mixedPairs(f, sde, flow, share, 80);
    return [M.kolmogorov(f, 80, pairs[1]), M.correlation(pairs), ...pairs.map((row) => [...row])];
  });"""


@browser
def test_mixed_pairs_share_the_law_and_not_the_correlation(script):
    shares = [0.0, 0.25, 0.5, 1.0]
    rows = script(PAIRS, shares=shares)
    for far, rho, x0, xt in rows:
        assert far < 0.04 and rho == approx(np.corrcoef(x0, xt)[0, 1], abs=1e-12)
    flow, *_, sde = [rho for _, rho, _, _ in rows]
    assert flow > sde + 0.3
    for share, (_, rho, _, _) in zip(shares, rows, strict=True):
        assert rho == approx(share * sde + (1 - share) * flow, abs=0.05)
    _, _, x0, xt = rows[0]
    assert (np.diff(np.array(xt)[np.argsort(x0)]) > 0).all(), "the flow keeps the order"
    wrong = script(PAIRS, ("rng.uniform() < share", "rng.uniform() > share"), shares=shares)
    assert abs(wrong[1][1] - rows[1][1]) > 0.1


# -- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"view": "space"}, ValueError, "view must be one of line, plane, not 'space'"),
        ({"turn": "J"}, ValueError, "turn must be one of none, score, origin"),
        ({"start": "middle"}, ValueError, "start must be one of data, noise"),
        ({"share": 1.5}, ValueError, "share must lie in [0.000, 1.000], not 1.5"),
        ({"time": math.nan}, ValueError, "not nan"),
        ({"whole": 1}, TypeError, "whole must be True or False"),
        ({"seed": -1}, ValueError, "seed must be a whole number"),
        ({"plane": gm1()}, ValueError, "mixtures in 2-D"),
        ({"plane": ring(8, radius=6.0)}, ValueError, "the grid ends at 4.5"),
    ],
)
def test_what_cannot_be_shown_is_refused(given, error, says):
    with pytest.raises(error, match=re.escape(says)):
        OneLaw(gm1(), **given)


def test_covariances_in_the_plane_are_diagonal():
    tilted = GaussianMixture([1.0], [[0.0, 0.0]], [[[1.0, 0.5], [0.5, 1.0]]])
    with pytest.raises(ValueError, match="diagonal"):
        OneLaw(gm1(), tilted)


# -- in a reader's hands --------------------------------------------------------------------------


def distances(page):
    found = re.search(r"SDE ([\d.]+), flow ([\d.]+), reverse SDE ([\d.]+)\.", status(page))
    return [float(value) for value in found.groups()]


def story(page):
    return page.locator(".dgm-story").inner_text()


def correlation(page):
    return float(re.search(r"correlation of x₀ and xₜ (−?[\d.]+)\.", status(page))[1])


@browser
def test_the_coin_is_dragged_and_the_half_is_lost(open_page):
    page = open_page(OneLaw(gm1()), reduced_motion="reduce")
    assert "stand in one density" in story(page)
    page.get_by_role("button", name="Half a coin").click()
    half = correlation(page)
    page.get_by_role("slider", name="Mixed pairs").press("Home")
    assert state(page, "share") == 0 and correlation(page) > half + 0.1
    assert "one rising curve" in story(page) and max(distances(page)) < 0.04
    page.get_by_role("button", name="A half too many").click()
    forward, flow, reverse = distances(page)
    assert flow > 0.1 and forward < 0.04 and reverse < 0.04 and "outward" in story(page)
    page.get_by_role("radio", name="noise, backward").check()
    page.get_by_role("slider", name="Time t").press("Home")
    assert distances(page)[1] > 0.4 and "falls together" in story(page)
    page.get_by_role("radio", name="½ g² ∇log p", exact=True).check()
    assert max(distances(page)) < 0.04
    assert page.noise == []


@browser
def test_rotations_in_the_plane(open_page):
    page = open_page(OneLaw(gm1()), reduced_motion="reduce")
    assert page.get_by_role("radio", name="about the origin").is_hidden()
    page.get_by_role("button", name="Round along the contours").click()
    assert max(distances(page)) < 0.045 and "has not noticed" in story(page)
    assert page.get_by_role("slider", name="Mixed pairs").is_hidden()
    page.get_by_role("button", name="Round about the origin").click()
    assert min(distances(page)) > 0.05 and "takes the modes along" in story(page)
    assert distances(page)[1] > 0.1
    page.get_by_role("radio", name="nothing").check()
    assert max(distances(page)) < 0.045 and "Now add a field" in story(page)
    page.get_by_role("radio", name="on the line").check()
    assert correlation(page) < 1
    assert page.noise == []


@browser
def test_python_and_a_link_set_it(open_page):
    address = "#set-one-law?whole=true&time=1"
    page = open_page(OneLaw(gm1()), address=address, reduced_motion="reduce")
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('whole') === true"
    )
    assert distances(page)[1] > 0.4
    set_field(page, "whole", False)
    assert max(distances(page)) < 0.04
    assert page.noise == []


@browser
def test_it_plays_once_in_sight(open_page):
    page = open_page(OneLaw(gm1()), quick=True)
    page.wait_for_function(
        "() => document.querySelector('.dgm-widget').dgmModel.get('time') === 1", timeout=60_000
    )
    assert page.noise == []
