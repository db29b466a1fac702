"""The Fokker-Planck solvers against closed forms, each other, and what must be refused."""

import math
import warnings

import numpy as np
import pytest
import torch
from pytest import approx

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.fokker_planck import Grid, evolve, evolve_spectral, residual, reverse_drift
from dgm_lessons.fokker_planck.finite_volume import crank_nicolson, exchange
from dgm_lessons.fokker_planck.spectral import derivative_matrix
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import VE, VP, FlowMatching

OU = VP(1.0, 1.0)  # dx = -x/2 dt + dw


def at(mixture, process, t):
    return mixture.diffuse(*process.levels(t))


def l1(p, q, grid):
    return float((p - q).abs().sum()) * grid.width**grid.dim


def solved(cells, steps=None, t=1.0, process=OU, mixture=None):
    mixture, grid = mixture or gm1(), Grid(-6, 6, cells)
    path = evolve(grid.averages(mixture.log_prob), grid, process, [0.0, t], steps=steps)
    return path, grid.averages(at(mixture, process, t).log_prob), grid


def test_the_line_is_right_positive_and_keeps_its_mass():
    path, exact, grid = solved(256)
    assert l1(path[-1], exact, grid) < 3e-4  # 1.9e-4
    assert float(path.min()) >= 0
    assert grid.mass(path).numpy() == approx(1.0, abs=1e-13)


def test_the_error_is_of_second_order():
    cells = [64, 128, 256, 512]
    errors = [_error(n) for n in cells]
    slope = np.polyfit(np.log(cells), np.log(errors), 1)[0]
    assert slope == approx(-2, abs=0.05)


def _error(n):
    path, exact, grid = solved(n, n)
    return l1(path[-1], exact, grid)


def test_richardson_takes_the_second_order_away():
    coarse, exact, grid = solved(128, 128)
    fine = solved(256, 256)[0][-1].reshape(-1, 2).mean(1)
    assert l1((4 * fine - coarse[-1]) / 3, exact, grid) < 1e-6  # 7.4e-7


def test_the_spectral_variant_is_exact_to_rounding():
    grid = Grid(-8, 8, 128)
    path = evolve_spectral(grid.values(gm1().log_prob), grid, OU, [0.0, 1.0], steps=1)
    assert l1(path[-1], grid.values(at(gm1(), OU, 1.0).log_prob), grid) < 1e-12  # 1.5e-13


@pytest.mark.parametrize("process", [VP(), VE(0.01, 2.0)], ids=str)
def test_magnus_follows_coefficients_that_change(process):
    grid = Grid(-12, 12, 192)
    start, exact = (grid.values(at(gm1(), process, t).log_prob) for t in (0.05, 0.5))
    errors = [
        l1(evolve_spectral(start, grid, process, [0.05, 0.5], steps=n)[-1], exact, grid)
        for n in (1, 2, 4)
    ]
    order = -np.polyfit(np.log([1, 2, 4]), np.log(np.maximum(errors, 1e-13)), 1)[0]
    assert errors[-1] < 1e-4 and (order > 3.5 or errors[-1] < 1e-11)


def test_magnus_follows_a_drift_and_a_noise_that_turn_against_each_other():
    """Flow matching: elsewhere f is -g^2/2 or 0, and what one time does commutes with the next."""
    process, grid = FlowMatching(), Grid(-8, 8, 128)
    start, exact = (grid.values(at(gm1(), process, t).log_prob) for t in (0.05, 0.5))
    coarse, fine = (
        l1(evolve_spectral(start, grid, process, [0.05, 0.5], steps=n)[-1], exact, grid)
        for n in (5, 10)
    )
    assert fine < 1e-6 and coarse / fine == approx(2**4, rel=0.15)


@pytest.mark.parametrize("cells", [128, 256])
def test_too_few_steps_are_refused_before_they_explode(cells):
    """Else 1e108 in the place of a density, or NaN; and nothing stays nothing."""
    grid = Grid(-8, 8, cells)
    start, exact = (grid.values(at(gm1(), FlowMatching(), t).log_prob) for t in (0.0, 0.95))
    with pytest.raises(ValueError, match="explodes: 5 steps are too few"):
        evolve_spectral(start, grid, FlowMatching(), [0.0, 0.95], steps=5)
    path = evolve_spectral(start, grid, FlowMatching(), [0.0, 0.95], steps=20)
    assert l1(path[-1], exact, grid) < 1e-4
    assert not evolve_spectral(0 * start, grid, OU, [0.0, 0.1]).any()


@pytest.mark.parametrize("n", [32, 33])
def test_fourier_differentiates_waves_exactly(n):
    x = (grid := Grid(0.0, 2 * math.pi, n)).centres
    assert derivative_matrix(grid) @ torch.sin(3 * x) == approx(3 * torch.cos(3 * x), abs=1e-12)


def test_the_plane():
    grid, mixture = Grid(-5, 5, 128, dim=2), ring(8)
    path = evolve(grid.averages(mixture.log_prob), grid, OU, [0.0, 1.0])
    assert l1(path[-1], grid.averages(at(mixture, OU, 1.0).log_prob), grid) < 1e-3  # 8.6e-4
    assert grid.mass(path).numpy() == approx(1.0, abs=1e-13)
    assert float(path.min()) >= 0


def test_the_plane_keeps_its_axes_apart():
    mixture = GaussianMixture([1.0], [[1.0, -0.5]], torch.tensor([[[0.3, 0.1], [0.1, 0.6]]]))
    grid = Grid(-5, 5, 64, dim=2)
    path = evolve(grid.averages(mixture.log_prob), grid, OU, [0.0, 0.5])
    exact = grid.averages(at(mixture, OU, 0.5).log_prob)
    assert l1(path[-1], exact, grid) < 5e-3
    assert l1(path[-1].T, exact, grid) > 0.5


def test_the_reverse_sde_takes_the_law_back():
    process, grid = VP(), Grid(-6, 6, 128)
    d = ExactDenoiser(gm1(), process)
    start = grid.averages(at(gm1(), process, 0.6).log_prob)
    back = evolve(start, grid, process, [0.6, 0.3, 0.05], reverse_drift(d), steps=200)
    exact = grid.averages(at(gm1(), process, 0.05).log_prob)
    assert l1(back[-1], exact, grid) < 3e-3
    half = evolve(
        start,
        grid,
        process,
        [0.6, 0.05],
        lambda x, t: process.f(t) * x - process.g2(t) / 2 * d.score(x, t),
        steps=200,
    )
    assert l1(half[-1], exact, grid) > 0.1  # the half belongs to the flow without noise


def test_times_between_are_the_same_as_alone():
    grid = Grid(-6, 6, 64)
    start = grid.averages(gm1().log_prob)
    path = evolve(start, grid, OU, [0.0, 0.5, 1.0], steps=50)
    assert torch.equal(path[0], start)
    assert path[1] == approx(evolve(start, grid, OU, [0.0, 0.5], steps=50)[-1], abs=1e-15)


def test_fluxes_are_exact_for_a_constant_drift():
    """The stationary ratio of neighbours is e^(drift width / diffusion), for any width."""
    up, down = exchange(np.array([0.7, -3.0, 0.0]), 0.4, 0.5)
    assert up / down == approx(np.exp(np.array([0.7, -3.0, 0.0]) * 0.5 / 0.4))
    up, down = exchange(np.array([2.0, -2.0]), 0.0, 0.5)
    assert (up.tolist(), down.tolist()) == ([4.0, 0.0], [0.0, 4.0])
    up, down = exchange(np.array([1e5, -1e5]), 1e-4, 0.5)
    assert np.isfinite([*up, *down]).all() and (np.array([*up, *down]) >= 0).all()


def test_rows_are_solved_apart(generator):
    p = torch.rand(3, 8, generator=generator, dtype=torch.float64).numpy()
    up = torch.rand(3, 7, generator=generator, dtype=torch.float64).numpy()
    down = torch.rand(3, 7, generator=generator, dtype=torch.float64).numpy()
    together = crank_nicolson(p, up, down, 0.3)
    for row in range(3):
        assert together[row] == approx(crank_nicolson(p[row], up[row], down[row], 0.3), abs=1e-15)
    rates = np.diag(down[0], 1) + np.diag(up[0], -1)
    rates -= np.diag(rates.sum(0))
    one = np.eye(8)
    dense = np.linalg.solve(one - 0.15 * rates, (one + 0.15 * rates) @ p[0])
    assert together[0] == approx(dense, abs=1e-14)


def test_averages_are_those_of_the_normal_distribution_function():
    grid = Grid(-3, 3, 16)
    edges = (grid.edges + 1.5) / 0.3
    exact = torch.special.ndtr(edges).diff() / grid.width
    mixture = GaussianMixture([1.0], [[-1.5]], [0.09])
    assert grid.averages(mixture.log_prob) == approx(exact, abs=1e-5)
    assert Grid(-3, 3, 128).averages(gm1().log_prob).sum() * (6 / 128) == approx(1, abs=1e-4)


def seen(process, mixture=None):
    mixture = mixture or gm1()
    return lambda x, t: mixture.seen(x, process.alpha(t), process.sigma(t)).log_prob


@pytest.mark.parametrize("process", [VP(), VE(), FlowMatching(), OU], ids=str)
def test_mixtures_solve_the_equation(process, generator):
    x = torch.randn(6, 1, generator=generator, dtype=torch.float64)
    assert residual(seen(process), process, x, 0.37) == approx(torch.zeros(6), abs=1e-9)
    y = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    assert residual(seen(process, ring(8)), process, y, 0.37) == approx(torch.zeros(6), abs=1e-8)


def test_the_residual_finds_a_wrong_drift_a_wrong_clock_and_the_reverse(generator):
    x = torch.randn(6, 1, generator=generator, dtype=torch.float64)
    process = VP()
    wrong = residual(seen(process), process, x, 0.37, lambda y, t: 1.1 * process.f(t) * y)
    assert float(wrong.abs().max()) > 0.1
    late = seen(process)
    assert float(residual(lambda y, t: late(y, 0.9 * t), process, x, 0.37).abs().max()) > 0.1
    # by hand: v = x gives 1 + x s in place of f (1 + x s)
    s = ExactDenoiser(gm1(), process).score(x, 0.37)
    outward = residual(seen(process), process, x, 0.37, lambda y, t: y)
    assert outward == approx(((1 - process.f(0.37)) * (1 + x * s))[:, 0], abs=1e-9)


def test_walls_are_felt_and_said():
    grid = Grid(-2, 2, 64)
    with pytest.warns(UserWarning, match="take a wider grid"):
        evolve(grid.averages(gm1().log_prob), grid, OU, [0.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solved(64)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Grid(1, 1, 8), "low < high"),
        (lambda: Grid(0, math.inf, 8), "low < high"),
        (lambda: Grid(0, 1, 3), "at least 4"),
        (lambda: Grid(0, 1, 8, dim=3), "dim must be 1"),
        (lambda: run(density=torch.ones(7)), "the grid"),
        (lambda: run(density=-torch.ones(8)), "at least 0"),
        (lambda: run(density=torch.full((8,), math.nan)), "NaN"),
        (lambda: run(times=[0.5]), "at least two"),
        (lambda: run(times=[0.0, 0.5, 0.2]), "increase, or decrease"),
        (lambda: run(times=[0.0, 0.5, 0.5]), "increase, or decrease"),
        (lambda: run(times=[0.5, 0.2, 0.2]), "increase, or decrease"),
        (lambda: run(times=[0.5, 0.0]), "reverse_drift"),
        (lambda: run(process=FlowMatching(), times=[0.0, 1.0]), "t_max"),
        (lambda: run(times=[0.0, 1.5]), "must lie in"),
        (lambda: run(steps=-1), "steps must be at least 1"),
        (lambda: run(evolve_spectral, steps=0), "steps must be at least 1"),
        (lambda: run(evolve_spectral, grid=Grid(0, 1, 8, 2)), "for the line"),
    ],
)
def test_what_cannot_be_solved_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def run(solver=evolve, density=None, grid=None, process=OU, times=(0.0, 0.1), steps=5):
    grid = grid or Grid(-3, 3, 8)
    density = torch.ones(8) if density is None else density
    return solver(density, grid, process, list(times), steps=steps)


@pytest.mark.parametrize("pull", [0.0, 20.0, 60.0])
def test_a_strong_drift_leaves_no_cell_below_zero(pull):
    grid = Grid(-6, 6, 64)
    path = evolve(grid.averages(gm1().log_prob), grid, OU, [0.0, 0.2], lambda x, t: -pull * x)
    assert float(path.min()) >= 0


def test_narrow_modes_pull_hard_and_leave_no_cell_below_zero():
    target, grid = GaussianMixture([0.5, 0.5], [[-1.5], [1.5]], 0.05**2), Grid(-5, 5, 64)
    start = grid.averages(gm1().log_prob)
    path = evolve(start, grid, VP(2.0, 2.0), [0.0, 0.2], lambda x, t: target.score(x))
    assert float(path.min()) >= 0


def test_noise_without_bound_asks_for_few_steps(monkeypatch):
    """Flow matching close to its end: short steps there, not everywhere."""
    from dgm_lessons.fokker_planck import finite_volume

    grid, process = Grid(-6, 6, 128), FlowMatching()
    count = []
    step = finite_volume._step
    monkeypatch.setattr(finite_volume, "_step", lambda *a: count.append(1) or step(*a))
    path = evolve(grid.averages(gm1().log_prob), grid, process, [0.0, 0.999])
    exact = grid.averages(at(gm1(), process, 0.999).log_prob)
    assert l1(path[-1], exact, grid) < 2e-3 and len(count) < 2000
    assert float(path.min()) >= 0


@pytest.mark.parametrize("wanted, steps", [(40.05, 41), (39.95, 40), (3.0, 20)])
def test_so_many_steps_that_each_takes_at_most_nine_tenths(wanted, steps, monkeypatch):
    """Of what noise leaves in a cell, g^2 / width^2 in a unit of time: half a step takes half."""
    from dgm_lessons.fokker_planck import finite_volume

    grid, count, step = Grid(-6, 6, 128), [], finite_volume._step
    monkeypatch.setattr(finite_volume, "_step", lambda *a: count.append(1) or step(*a))
    end = wanted * 1.8 * grid.width**2 / OU.g2(0.0).item()
    evolve(grid.averages(gm1().log_prob), grid, OU, [0.0, end], lambda x, t: 0 * x)
    assert len(count) == steps


def test_a_network_moves_the_law_back_without_gradients():
    from dgm_lessons.denoisers import Denoiser
    from dgm_lessons.networks import MLP

    process, grid = VP(), Grid(-6, 6, 64)
    start = grid.averages(at(gm1(), process, 0.6).log_prob)
    drift = reverse_drift(Denoiser(MLP(dim=1), process, predicts="eps"))
    for solver in (evolve, evolve_spectral):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an untrained network leads nowhere
            path = solver(start, grid, process, [0.6, 0.5], drift, steps=5)
        assert not path.requires_grad and path.dtype == torch.float64


def test_walls_that_are_left_again_are_said():
    grid = Grid(-4, 4, 64)

    def there_and_back(x, t):
        return torch.full_like(x, 30.0 if t < 0.25 else -12.0)

    with pytest.warns(UserWarning, match="take a wider grid"):
        evolve(grid.averages(gm1().log_prob), grid, OU, [0.0, 0.25, 0.5], there_and_back)
    with pytest.warns(UserWarning, match="take a wider grid"):
        narrow = Grid(-2, 2, 64)
        evolve_spectral(narrow.values(gm1().log_prob), narrow, OU, [0.0, 1.0])


def test_a_law_at_rest_has_no_residual(generator):
    x = torch.randn(6, 1, generator=generator, dtype=torch.float64)
    for t in (0.0, 0.3):
        rest = residual(
            lambda y, t: gm1().log_prob(y), VP(2.0, 2.0), x, t, lambda y, t: gm1().score(y)
        )
        assert rest == approx(torch.zeros(6), abs=1e-9)
    with pytest.raises(ValueError, match="one time for all"):
        residual(lambda y, t: gm1().log_prob(y), OU, x, torch.ones(6))


@pytest.mark.parametrize("solver", [evolve, evolve_spectral])
@pytest.mark.parametrize(
    ("drift", "message"),
    [
        (lambda x, t: x[:, 0], "the drift has shape"),
        (lambda x, t: x * math.nan, "the drift at t"),
        (lambda x, t: x / 0, "the drift at t"),
    ],
)
def test_a_bad_drift_is_named(solver, drift, message):
    grid = Grid(-3, 3, 8)
    with pytest.raises(ValueError, match=message):
        solver(torch.ones(8), grid, OU, [0.0, 0.1], drift, steps=5)


@pytest.mark.parametrize("solver", [evolve, evolve_spectral])
@pytest.mark.parametrize("steps", [2.5, True, 0])
def test_steps_are_whole(solver, steps):
    with pytest.raises(ValueError, match="whole number"):
        run(solver, steps=steps)
