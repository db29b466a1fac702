"""Energy landscape: its mathematics against scipy and torch, and a reader's hands on it."""

import math
import re

import numpy as np
import pytest
import torch
from reader import drag, gap, number, set_field, state, status
from scipy.interpolate import CubicSpline
from scipy.stats import wasserstein_distance

from dgm_lessons.energy import EnergyModel
from dgm_lessons.widgets import EnergyLandscape
from dgm_lessons.widgets.energy_landscape import PLACES, START, WALL

browser = pytest.mark.browser
HEIGHTS = (5.0, 0.4, 3.0, 2.2, 0.1, 6.0, 1.5)
INSIDE = np.linspace(-3, 3, 61)
WIDE = np.linspace(-4.5, 4.5, 1801)
ENERGY = "const energy = M.makeEnergy(a.places, a.heights, a.shift);"


def arguments(**more):
    return {"places": PLACES, "heights": HEIGHTS, "shift": 0.7, "x": WIDE.tolist(), **more}


def outside(x):
    """The spline of scipy, and beyond its ends a tangent and a wall."""
    spline = CubicSpline(PLACES, HEIGHTS, bc_type="natural")
    at = np.clip(x, -3, 3)
    return spline(at) + spline(at, 1) * (x - at) + WALL * (x - at) ** 2


def law(temperature):
    """The model in torch: log Z and the density on the grid of the browser."""
    model = EnergyModel(lambda x: torch.from_numpy(outside(x[:, 0].numpy()) + 0.7) / temperature)
    grid = torch.from_numpy(WIDE)
    return model.log_z(grid), model.density(grid)


def values(run_module, slip=None):
    code = f"{ENERGY} return a.x.map((x) => [energy.value(x), energy.slope(x)]);"
    found = torch.tensor(run_module(EnergyLandscape, code, arguments(), slip), dtype=torch.float64)
    spline = CubicSpline(PLACES, HEIGHTS, bc_type="natural")
    at = np.clip(WIDE, -3, 3)
    slope = spline(at, 1) + 2 * WALL * (WIDE - at)
    expected = torch.from_numpy(np.stack([outside(WIDE) + 0.7, slope], 1))
    return float((found - expected).abs().max())


@browser
def test_the_energy_is_a_natural_spline_with_walls(run_module):
    assert values(run_module) < 1e-9
    python = EnergyLandscape(HEIGHTS, shift=0.7).energy(torch.from_numpy(WIDE))
    assert float((python - torch.from_numpy(outside(WIDE) + 0.7)).abs().max()) < 1e-9


@browser
@pytest.mark.parametrize(
    "slip",
    [
        ("const pivot = 4 - upper", "const pivot = 4 + upper"),
        ("(u ** 3 - u) * bend[k + 1]) / 6", "(u ** 3 - u) * bend[k + 1]) / 3"),
        ("return slopeInside(at) + 2 * WALL", "return slopeInside(at) + WALL"),
        ("return shift + inside", "return inside"),
    ],
    ids=["pivot", "sixth", "wall", "shift"],
)
def test_a_slip_in_the_energy_is_told_apart(run_module, slip):
    assert values(run_module, slip) > 1e-2


@browser
@pytest.mark.parametrize("temperature", [0.05, 0.4, 1.0, 3.0, 100.0])
def test_the_law_is_that_of_the_energy_model(run_module, temperature):
    code = f"""{ENERGY} const law = M.boltzmann(energy, a.t);
      return [law.logZ, [...law.density], M.masses(law, [-1, 1])];"""
    log_z, density, shares = run_module(EnergyLandscape, code, arguments(t=temperature))
    exact_log_z, exact = law(temperature)
    assert log_z == pytest.approx(float(exact_log_z), abs=1e-9)
    assert gap(density, exact) < 1e-6
    x = torch.from_numpy(WIDE)
    parts = [(x <= -1), (x >= -1) & (x <= 1), (x >= 1)]
    masses = [float(torch.trapezoid(exact[part], x[part])) for part in parts]
    assert shares == pytest.approx(masses, abs=1e-9) and sum(shares) == pytest.approx(1)
    slip = ("-energy.value(at) / temperature", "-energy.value(at) * temperature")
    if temperature != 1:
        wrong = run_module(EnergyLandscape, code, arguments(t=temperature), slip)
        assert abs(wrong[0] - float(exact_log_z)) > 0.1


@browser
def test_no_shift_and_walkers_beyond_the_grid(run_module):
    code = """const energy = M.makeEnergy(a.places, a.heights), law = M.boltzmann(energy, 1);
      const far = M.distance(law, [-5, -5, 5]);
      return [a.places.map(energy.value), far, law.step, [...law.below]];"""
    found, far, step, below = run_module(EnergyLandscape, code, arguments())
    assert found == pytest.approx(HEIGHTS)
    assert far == pytest.approx(step * np.abs(2 / 3 - np.array(below)).sum())


@browser
def test_a_constant_changes_log_z_alone(run_module):
    code = f"""{ENERGY} const other = M.makeEnergy(a.places, a.heights, a.shift + 1.3);
      const [p, q] = [energy, other].map((e) => M.boltzmann(e, 1));
      return [q.logZ - p.logZ, Math.max(...p.density.map((v, i) => Math.abs(v - q.density[i])))];"""
    change, most = run_module(EnergyLandscape, code, arguments())
    assert change == pytest.approx(-1.3) and most < 1e-12


@browser
def test_a_step_without_noise_goes_downhill(run_module):
    code = f"""{ENERGY} const x = Float64Array.from(a.x), slope = a.x.map(energy.slope);
      M.walk(energy, x, 0.01, 2, null); return [[...x], slope];"""
    moved, slope = (
        torch.tensor(part, dtype=torch.float64)
        for part in run_module(EnergyLandscape, code, arguments())
    )
    expected = torch.from_numpy(WIDE) - 0.01 * slope
    torch.testing.assert_close(moved, expected)


@browser
def test_the_noise_of_a_step_has_variance_two_eta_t(run_module):
    n, eta, t = 20_000, 0.01, 2.0
    code = f"""{ENERGY} const x = new Float64Array(a.n).fill(0.3);
      const at = 0.3 - a.eta * energy.slope(0.3);
      M.walk(energy, x, a.eta, a.t, M.makeRng(1));
      return [...x].reduce((sum, v) => sum + (v - at) ** 2, 0) / a.n;"""
    variance = run_module(EnergyLandscape, code, arguments(n=n, eta=eta, t=t))
    noise = 2 * eta * t * math.sqrt(2 / n)
    assert abs(variance - 2 * eta * t) < 4 * noise
    slip = ("Math.sqrt(2 * eta * temperature)", "Math.sqrt(eta * temperature)")
    wrong = run_module(EnergyLandscape, code, arguments(n=n, eta=eta, t=t), slip)
    assert abs(wrong - 2 * eta * t) > 10 * noise


@browser
def test_distances_of_walkers(run_module):
    """Against scipy, and the fair one against the mean over many sets of exact samples."""
    _, density = law(1.0)
    x, n = torch.from_numpy(WIDE), 400
    picks = torch.multinomial(density, 1000 * n, True, generator=torch.Generator().manual_seed(0))
    sets = WIDE[picks.numpy()].reshape(1000, n)
    code = f"""{ENERGY} const law = M.boltzmann(energy, 1);
      const walkers = Float64Array.from(a.walkers);
      return [M.distance(law, walkers), M.fairDistance(law, walkers.length)];"""
    walkers = np.concatenate([sets[0][:200], np.full(200, -2.0)])
    found, fair = run_module(EnergyLandscape, code, arguments(walkers=walkers.tolist()))
    exact = wasserstein_distance(walkers, WIDE, None, density.numpy())
    assert found == pytest.approx(exact, abs=5e-3) and found > 0.2
    own = [wasserstein_distance(one, WIDE, None, density.numpy()) for one in sets]
    error = float(np.std(own)) / 1000**0.5
    assert abs(fair - np.mean(own)) < 4 * error < 0.1 * fair
    assert float(x[1] - x[0]) == pytest.approx(0.005)


REFUSED = [
    (lambda: EnergyLandscape([1.0, 2.0]), "heights must be 7 energies, not 2"),
    (lambda: EnergyLandscape([7.0] * 7), "every height must lie in [0.000, 6.000], not 7.0"),
    (lambda: EnergyLandscape(shift=3), "shift must lie in [-2.000, 2.000], not 3"),
    (lambda: EnergyLandscape(temperature=0), "temperature must lie in [0.300, 4.000], not 0"),
    (lambda: EnergyLandscape(temperature=math.nan), "not nan"),
    (lambda: EnergyLandscape(noise="yes"), "noise must be 'on' or 'off', not 'yes'"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


def shares(page):
    return [float(v) for v in re.findall(r"(?:left|middle|right) ([\d.]+)%", status(page))[:3]]


@browser
def test_one_valley_deeper_drains_the_others(open_page):
    page = open_page(EnergyLandscape(), reduced_motion="reduce")
    before = shares(page)
    handles = page.locator(".dgm-handle").all()
    assert len(handles) == 7
    drag(page, handles[3], 0, 15)
    after = shares(page)
    assert after[1] > before[1] + 2 and after[0] < before[0] and after[2] < before[2]
    assert sum(after) == pytest.approx(100, abs=0.2)
    assert "has gained" in page.locator(".dgm-story").inner_text()
    handles[1].focus()
    page.keyboard.press("ArrowDown")
    assert state(page, "heights")[1] == pytest.approx(START[1] - 0.1)
    assert handles[1].get_attribute("aria-valuetext") == "energy 0.90"
    page.keyboard.press("End")
    assert state(page, "heights")[1] == 6
    assert page.noise == []


@browser
def test_a_constant_and_the_temperature(open_page):
    page = open_page(EnergyLandscape(), reduced_motion="reduce")
    before, log_z = shares(page), number(page, "log Z =")
    set_field(page, "shift", 2.0)
    assert shares(page) == before
    assert number(page, "log Z =") == pytest.approx(log_z - 2, abs=2e-3)
    assert "No probability has changed" in page.locator(".dgm-story").inner_text()
    set_field(page, "temperature", 0.3)
    assert max(shares(page)) > max(before) + 10
    assert page.noise == []


@browser
def test_walkers_fill_it_with_noise_and_stay_without(open_page):
    page = open_page(EnergyLandscape(), reduced_motion="reduce")
    fair = number(page, "exact samples would have")
    assert number(page, "distance to the density") > 10 * fair
    assert number(page, "walker without noise is at") == pytest.approx(-2.7)
    page.get_by_role("button", name="Play").click()
    assert number(page, "distance to the density") < 4 * fair
    valley = torch.linspace(-3, -1, 2001, dtype=torch.float64)
    bottom = valley[EnergyLandscape().energy(valley).argmin()].item()
    assert number(page, "walker without noise is at") == pytest.approx(bottom, abs=6e-3)
    page.get_by_role("button", name="Reset").click()
    page.locator("input[value=off]").check(force=True)
    page.get_by_role("button", name="Play").click()
    assert number(page, "distance to the density") > 10 * fair
    assert "stays" in page.locator(".dgm-story").inner_text()
    page.get_by_role("button", name="Step").click()
    assert "6,050 steps" in status(page)
    assert page.noise == []
