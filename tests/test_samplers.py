"""Samplers: orders of convergence, invariances, exact Gaussian moments, Langevin's laws.

The reference for all processes is one equation in z = x/alpha and rho = sigma/alpha,
dz/d(log rho) = z - E[x_0 | z], solved by SciPy: it knows nothing of alpha', sigma', f or g.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from pytest import approx
from scipy.integrate import solve_ivp

from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import (
    EDM,
    VE,
    VP,
    CosineVP,
    DiscreteProcess,
    FlowMatching,
    time_grid,
    uniform_in_log_snr,
)
from dgm_lessons.samplers import (
    DPMSolver2M,
    ancestral_moments,
    ancestral_step,
    annealed_langevin,
    ddim_step,
    euler_maruyama_moments,
    euler_maruyama_step,
    euler_step,
    heun_step,
    integrate,
    langevin,
    langevin_moments,
    langevin_step,
    mala_step,
    sample,
    solve_adaptive,
)

PROCESSES = (VP(), CosineVP(), VE(), EDM(), FlowMatching())
STEPS = (ancestral_step, euler_maruyama_step, euler_step, heun_step, ddim_step)
Z = torch.tensor([[-4.0], [-1.5], [0.4], [2.0], [5.0]], dtype=torch.float64)  # x/alpha at the top


def name(thing):
    return getattr(thing, "__name__", type(thing).__name__)


def grid_of(process, n, low=-2.0, high=2.0):
    """n steps from log-SNR `low` up to `high`, evenly in log-SNR."""
    ends = (float(process.t_from_log_snr(level)) for level in (low, high))
    return time_grid(process, n, uniform_in_log_snr, *ends)


def scaled(process, step, n, z=Z, mixture=None):
    """x/alpha at the end of n steps that start with x/alpha = z."""
    times = grid_of(process, n)
    x = process.alpha(times[0]) * z
    x = sample(ExactDenoiser(mixture or gm1(), process), x, times, step)
    return x / process.alpha(times[-1])


@pytest.fixture(scope="module")
def truth():
    """x/alpha at log-SNR 2 on the path that has Z at log-SNR -2: log rho runs from 1 to -1."""

    def slope(log_rho, z):
        at = torch.from_numpy(z)[:, None]
        return (at - gm1().seen(at, 1.0, math.exp(log_rho)).mean)[:, 0].numpy()

    solution = solve_ivp(slope, (1, -1), Z[:, 0].numpy(), "DOP853", rtol=1e-12, atol=1e-12)
    return torch.from_numpy(solution.y[:, -1:])


def fitted_order(errors):
    """Minus the slope of log error against log n, by least squares."""
    ns, values = np.array(list(errors)), np.array(list(errors.values()))
    assert values.min() > 1e-11, "the errors have sunk into rounding"
    return -np.polyfit(np.log(ns), np.log(values), 1)[0]


# -- order of convergence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step, order", [(euler_step, 1), (ddim_step, 1), (heun_step, 2), (DPMSolver2M, 2)]
)
def test_order_of_the_ode_solvers(process, step, order, truth):
    errors = {}
    for n in (32, 64, 128) if order == 2 else (64, 128, 256):
        solver = step() if step is DPMSolver2M else step
        errors[n] = float((scaled(process, solver, n) - truth).abs().mean())
    assert fitted_order(errors) == approx(order, abs=0.15)


def gaussian():
    """One Gaussian on the line, N(0.7, 0.4^2): every sampler's step is affine on it."""
    return GaussianMixture(torch.ones(1), torch.tensor([[0.7]]), torch.tensor([0.16]))


def carried_moments(moments, process, times):
    """Mean and std at the end, starting from the exact law at times[0]; no random numbers."""
    denoiser = ExactDenoiser(gaussian(), process)
    law = denoiser.marginal(times[0].item())
    mean, variance = law.means.item(), law.covariances.item()
    probe = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    for s, t in pairwise(times.tolist()):
        at, std = moments(denoiser, probe, s, t)
        slope = float(at[1] - at[0])
        mean, variance = float(at[0]) + slope * mean, slope**2 * variance + float(std) ** 2
    return mean, math.sqrt(variance)


def true_moments(process, t):
    law = gaussian().diffuse(process.alpha(t), process.sigma(t))
    return law.means.item(), math.sqrt(law.covariances.item())


def test_euler_maruyama_is_of_order_one(process):
    errors = ({}, {})
    for n in (64, 128, 256):
        times = grid_of(process, n)
        found = carried_moments(euler_maruyama_moments, process, times)
        for error, a, b in zip(errors, found, true_moments(process, times[-1]), strict=True):
            error[n] = abs(a - b)
    assert fitted_order(errors[1]) == approx(1, abs=0.15)
    if max(errors[0].values()) > 1e-12:  # means are exact where they move on straight lines
        assert fitted_order(errors[0]) == approx(1, abs=0.15)


def test_ancestral_means_are_exact_and_deviations_of_order_one(process):
    """On Gaussian data E[x_0 | x_s] is affine, and so is everything else."""
    errors = {}
    for n in (1, 3, 64, 128, 256):
        times = grid_of(process, n)
        mean, std = carried_moments(ancestral_moments, process, times)
        true_mean, true_std = true_moments(process, times[-1])
        assert mean == approx(true_mean, rel=1e-9)
        errors[n] = abs(std - true_std)
    order = fitted_order({n: errors[n] for n in (64, 128, 256)})
    assert order == approx(1, abs=0.15)


def test_ddim_means_are_exact(process):
    def moments(*arguments):
        return ddim_step(*arguments), 0.0

    for n in (1, 4, 64):
        times = grid_of(process, n)
        mean, _ = carried_moments(moments, process, times)
        assert mean == approx(true_moments(process, times[-1])[0], rel=1e-9)


def test_the_reverse_of_the_chain_is_exact_where_one_step_is():
    """One ancestral step of a chain: its moments are the posterior's at the exact denoiser."""
    process = DiscreteProcess.linear(50)
    denoiser = ExactDenoiser(ring(), process)
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mean, std = ancestral_moments(denoiser, x, 30, 29)
    beta, bar, before = float(process.betas[29]), float(process.alpha(30)), float(process.alpha(29))
    link = math.sqrt(1 - beta**2)
    eps = denoiser.eps(x, 30)  # Ho et al. (2020), algorithm 2
    torch.testing.assert_close(mean, (x - beta**2 / math.sqrt(1 - bar**2) * eps) / link)
    assert float(std) == approx(beta * math.sqrt((1 - before**2) / (1 - bar**2)), rel=1e-9)


# -- invariances -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [ddim_step, DPMSolver2M])
def test_one_log_snr_grid_gives_one_answer_in_every_process(step):
    """Their x/alpha agree to rounding: only the names of the times differ."""
    z = Z.repeat(1, 2)
    answers = []
    for process in PROCESSES:
        solver = step() if step is DPMSolver2M else step
        answers.append(scaled(process, solver, 12, z=z, mixture=ring()))
    for answer in answers[1:]:
        torch.testing.assert_close(answer, answers[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("process", [EDM(), FlowMatching()], ids=name)
def test_euler_is_ddim_where_paths_are_straight(process):
    a, b = (scaled(process, step, 9) for step in (euler_step, ddim_step))
    torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


def test_euler_is_not_ddim_where_paths_are_curved():
    a, b = (scaled(VP(), step, 9) for step in (euler_step, ddim_step))
    assert float((a - b).abs().max()) > 1e-3


def test_one_heun_step_by_hand(process):
    denoiser = ExactDenoiser(gm1(), process)
    s, t = 0.7 * process.T, 0.5 * process.T
    slope = denoiser.velocity(Z, s)
    second = denoiser.velocity(Z + (t - s) * slope, t)
    expected = Z + (t - s) * (slope + second) / 2
    torch.testing.assert_close(heun_step(denoiser, Z, s, t), expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(euler_step(denoiser, Z, s, t), Z + (t - s) * slope)


def test_euler_maruyama_moments_by_hand(process):
    denoiser = ExactDenoiser(gm1(), process)
    s, t = 0.7 * process.T, 0.65 * process.T
    f, g2 = float(process.f(s)), float(process.g2(s))
    score = gm1().diffuse(process.alpha(s), process.sigma(s)).score(Z)
    mean, std = euler_maruyama_moments(denoiser, Z, s, t)
    torch.testing.assert_close(mean, Z - (f * Z - g2 * score) * (s - t), rtol=1e-10, atol=1e-10)
    assert float(std) == approx(math.sqrt(g2 * (s - t)))


def test_dpm_solver_forgets_nothing_but_its_last_run():
    """A first step and a step to sigma = 0 are DDIM's; in between it remembers."""
    process = FlowMatching()
    denoiser = ExactDenoiser(gm1(), process)
    solver = DPMSolver2M()
    x = solver(denoiser, Z, 0.8, 0.5)
    torch.testing.assert_close(x, ddim_step(denoiser, Z, 0.8, 0.5))
    second = solver(denoiser, x, 0.5, 0.3)
    assert float((second - ddim_step(denoiser, x, 0.5, 0.3)).abs().max()) > 1e-3
    torch.testing.assert_close(solver(denoiser, x, 0.3, 0.0), denoiser(x, 0.3))
    fresh = solver(denoiser, Z, 0.9, 0.6)  # does not continue at 0.0: a new run
    torch.testing.assert_close(fresh, ddim_step(denoiser, Z, 0.9, 0.6))


@pytest.mark.parametrize("process", [CosineVP(), FlowMatching()], ids=name)
def test_runs_from_pure_noise_to_pure_data_stay_finite(process):
    """alpha = 0 at the start, sigma = 0 at the end: both log-SNRs are infinite."""
    times = torch.linspace(1, 0, 9, dtype=torch.float64)
    denoiser = ExactDenoiser(gm1(), process)
    for step in (ancestral_step, euler_step, heun_step, ddim_step, DPMSolver2M()):
        x = sample(denoiser, Z / 5, times, step, generator=torch.Generator().manual_seed(0))
        assert bool(torch.isfinite(x).all()), name(step)


@pytest.mark.parametrize("process", [VP(), VE(), EDM()], ids=name)
def test_the_last_step_may_end_at_the_data(process):
    denoiser = ExactDenoiser(gm1(), process)
    for step in (*STEPS, DPMSolver2M()):
        x = step(denoiser, Z, 0.3, 0.0, torch.Generator().manual_seed(0))
        assert bool(torch.isfinite(x).all()), name(step)


# -- chaining steps --------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [ancestral_step, euler_maruyama_step])
def test_a_stochastic_step_is_mean_plus_std_times_noise(step):
    moments = ancestral_moments if step is ancestral_step else euler_maruyama_moments
    denoiser = ExactDenoiser(gm1(), VP())
    mean, std = moments(denoiser, Z, 0.5, 0.4)
    noise = torch.randn(Z.shape, generator=torch.Generator().manual_seed(3), dtype=Z.dtype)
    found = step(denoiser, Z, 0.5, 0.4, torch.Generator().manual_seed(3))
    torch.testing.assert_close(found, mean + std * noise)


@pytest.mark.parametrize("step", STEPS)
def test_sample_chains_steps(step):
    denoiser = ExactDenoiser(gm1(), VP())
    times = time_grid(VP(), 5)
    path = sample(denoiser, Z, times, step, True, torch.Generator().manual_seed(1))
    last = sample(denoiser, Z, times, step, generator=torch.Generator().manual_seed(1))
    x, generator = Z, torch.Generator().manual_seed(1)
    for i, (s, t) in enumerate(pairwise(times.tolist())):
        assert torch.equal(path[i], x)
        x = step(denoiser, x, s, t, generator)
    assert path.shape == (6, 5, 1)
    assert torch.equal(path[-1], x) and torch.equal(last, x)


def test_sample_keeps_no_graph_and_no_seed():
    weight = torch.ones(1, requires_grad=True)
    denoiser = Denoiser(lambda x, level: weight * x, VP())
    torch.manual_seed(0)
    state = torch.get_rng_state()
    for step in STEPS:
        x = sample(denoiser, Z, time_grid(VP(), 3), step, generator=torch.Generator())
        assert not x.requires_grad
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("step, bias", [(ancestral_step, 0.01), (euler_maruyama_step, 0.04)])
def test_stochastic_samples_follow_the_law(step, bias, generator):
    """Samples of gm1 (mean 0, std 1.298, 60% on the right) within 4 standard errors and bias."""
    n = 4000
    denoiser = ExactDenoiser(gm1(), VP())
    x = VP().sample_prior((n, 1), generator, torch.float64)
    x = sample(denoiser, x, time_grid(VP(), 150), step, generator=generator)[:, 0]
    assert float(x.mean()) == approx(0, abs=4 * 1.3 / math.sqrt(n) + bias)
    assert float(x.std()) == approx(1.298, abs=4 * 1.3 / math.sqrt(2 * n) + bias)
    assert float((x > -0.4).double().mean()) == approx(0.6, abs=4 * 0.49 / math.sqrt(n) + bias)


# -- the adaptive solver ---------------------------------------------------------------------------


def test_adaptive_solution_and_its_round_trip(process, truth):
    s, t = (float(process.t_from_log_snr(level)) for level in (-2.0, 2.0))
    denoiser = ExactDenoiser(gm1(), process)
    x = process.alpha(s) * Z
    down, calls = solve_adaptive(denoiser, x, s, t, rtol=1e-8, atol=1e-8)
    assert 20 < calls < 3000
    torch.testing.assert_close(down / process.alpha(t), truth, rtol=0, atol=1e-5)
    up, _ = solve_adaptive(denoiser, down, t, s, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(up, x, rtol=1e-5, atol=1e-5)


def test_adaptive_solution_obeys_its_tolerance(truth):
    s, t = (float(VP().t_from_log_snr(level)) for level in (-2.0, 2.0))
    denoiser, x = ExactDenoiser(gm1(), VP()), VP().alpha(s) * Z
    errors, calls = [], []
    for tol in (1e-3, 1e-5, 1e-7):
        found, n = solve_adaptive(denoiser, x, s, t, tol, tol)
        errors.append(float((found / VP().alpha(t) - truth).abs().max()))
        calls.append(n)
    assert errors[0] > 3 * errors[1] > 9 * errors[2] and calls[0] < calls[1] < calls[2]
    assert errors[2] < 1e-5


def test_adaptive_solution_reaches_both_ends():
    denoiser = ExactDenoiser(gm1(), FlowMatching())
    x, _ = solve_adaptive(denoiser, Z / 5, 1.0, 0.0)
    assert bool(torch.isfinite(x).all())
    for process in (VP(), VE()):
        x, _ = solve_adaptive(ExactDenoiser(gm1(), process), Z / 5, 0.5, 0.0)
        assert bool(torch.isfinite(x).all())


def test_integrate_solves_what_it_is_given():
    """dx/dt = -2 t x, forwards and backwards, one tensor or two."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    found = integrate(lambda t, x: -2 * t * x, x, 0.0, 1.0, 1e-9, 1e-9)
    torch.testing.assert_close(found, x * math.exp(-1), rtol=1e-7, atol=0)
    pair = integrate(lambda t, s: (-2 * t * s[0], s[0]), (x, 0 * x), 1.0, 0.0, 1e-9, 1e-9)
    torch.testing.assert_close(pair[0], x * math.e, rtol=1e-7, atol=0)
    area = -math.e * math.sqrt(math.pi) / 2 * math.erf(1)
    torch.testing.assert_close(pair[1], x * area, rtol=1e-7, atol=0)
    through = integrate(lambda t, x: x, x, -1.0, 1.0, 1e-9, 1e-9)
    torch.testing.assert_close(through, x * math.e**2, rtol=1e-7, atol=0)


# -- Langevin dynamics -----------------------------------------------------------------------------


def test_langevin_step_by_hand(generator):
    noise = torch.randn(Z.shape, generator=torch.Generator().manual_seed(0), dtype=Z.dtype)
    found = langevin_step(lambda x: -x / 0.25, Z, 0.1, generator)
    torch.testing.assert_close(found, Z - 0.4 * Z + math.sqrt(0.2) * noise)


@pytest.mark.parametrize("ratio", [0.1, 0.8])
def test_langevin_is_stationary_at_its_own_variance(ratio, generator):
    """On N(0, s^2) with step eta the chain's variance is s^2 / (1 - eta/(2 s^2)), not s^2."""
    s2, n = 0.49, 100_000
    eta = ratio * s2
    x = torch.zeros(n, 1, dtype=torch.float64)
    for _ in range(80):
        x = langevin_step(lambda x: -x / s2, x, eta, generator)
    expected = s2 / (1 - eta / (2 * s2))
    assert float(x.var()) == approx(expected, rel=4 * math.sqrt(2 / n))
    assert abs(expected / s2 - 1) > 8 * math.sqrt(2 / n)  # the check tells the two apart


def test_langevin_moments_are_those_of_the_step(generator):
    """200,000 steps from one place; a slope of half the size is told apart."""
    n, eta, at = 200_000, 0.3, 0.4
    x = torch.full((n, 1), at, dtype=torch.float64)
    mean, std = langevin_moments(gm1().score, x[:1], eta)
    found = langevin_step(gm1().score, x, eta, generator)
    assert std == approx(math.sqrt(2 * eta))
    assert float(found.mean()) == approx(float(mean), abs=4 * std / math.sqrt(n))
    assert float(found.std()) == approx(std, rel=4 / math.sqrt(2 * n))
    assert abs(float(mean) - at) / 2 > 8 * std / math.sqrt(n)


# -- the Metropolis correction ---------------------------------------------------------------------


def forget_the_proposal(monkeypatch):
    """The slip that many make: accept by p(y) / p(x) alone."""
    monkeypatch.setattr(langevin, "_log_bell", lambda x, mean, std: 0.0)


@pytest.mark.parametrize("slip", [False, True], ids=["right", "without the proposal's ratio"])
@pytest.mark.parametrize("own_score", [True, False], ids=["autograd", "score given"])
def test_mala_is_stationary_at_the_law_itself(slip, own_score, generator, monkeypatch):
    """N(0, s^2) from its own samples, at a step where the bare chain's variance is 5/3 of it."""
    s2, n = 0.49, 100_000
    eta = 0.8 * s2
    if slip:
        forget_the_proposal(monkeypatch)
    x = math.sqrt(s2) * torch.randn(n, 1, generator=generator, dtype=torch.float64)
    score = None if own_score else lambda x: -x / s2
    for _ in range(30):
        x, taken = mala_step(
            lambda x: -x[:, 0].square() / (2 * s2) + 7, x, eta, generator, score=score
        )
    off = abs(float(x.var()) / s2 - 1) / math.sqrt(2 / n)  # in standard errors
    assert (off > 20) if slip else (off < 4)
    assert 0.6 < float(taken.double().mean()) < 0.99


def test_one_step_of_mala_by_hand():
    """500 rows in the plane, of which a third is refused."""
    law = GaussianMixture([0.3, 0.7], [[-1.0, 0.5], [1.5, 0.0]], 0.6)
    seeded, eta = lambda seed: torch.Generator().manual_seed(seed), 0.5
    x = torch.randn(500, 2, generator=seeded(0), dtype=torch.float64)
    new, taken = mala_step(law.log_prob, x, eta, seeded(1))
    g = seeded(1)
    noise = torch.randn(x.shape, generator=g, dtype=x.dtype)
    dice = torch.rand(500, generator=g, dtype=x.dtype)
    way = lambda x: torch.distributions.Normal(x + eta * law.score(x), math.sqrt(2 * eta))  # noqa: E731
    y = x + eta * law.score(x) + math.sqrt(2 * eta) * noise
    there, back = way(x).log_prob(y).sum(1), way(y).log_prob(x).sum(1)
    wanted = dice < (law.log_prob(y) - law.log_prob(x) + back - there).exp()
    assert torch.equal(taken, wanted) and 0.1 < wanted.double().mean() < 0.9
    torch.testing.assert_close(new, torch.where(wanted[:, None], y, x))


def test_mala_forgets_its_start(generator):
    """From a point far out to the law's own variance, at three steps of very different size."""
    s2, n = 0.49, 40_000
    for ratio, steps in ((0.1, 100), (0.8, 40), (1.6, 60)):
        x = torch.full((n, 1), 1.5, dtype=torch.float64)
        for _ in range(steps):
            x, _ = mala_step(lambda x: -x[:, 0].square() / (2 * s2), x, ratio * s2, generator)
        assert float(x.var()) == approx(s2, rel=4.5 * math.sqrt(2 / n)), ratio
        assert abs(float(x.mean())) < 4.5 * math.sqrt(s2 / n), ratio


def traffic(step, n=400_000):
    """The largest |N_ij - N_ji| / sqrt(N_ij + N_ji) of one step from samples of gm1.

    N_ij of them go from cell i to cell j: under detailed balance each ratio is a standard normal.
    """
    g = torch.Generator().manual_seed(0)
    x = gm1().sample(n, g, torch.float64)
    edges = torch.tensor([-1.8, -1.5, -1.2, 0.0, 0.5, 1.0, 1.5], dtype=torch.float64)
    cells = [torch.bucketize(points[:, 0].contiguous(), edges) for points in (x, step(x, g))]
    k = len(edges) + 1
    counts = (k * cells[0] + cells[1]).bincount(minlength=k * k).reshape(k, k).double()
    both = counts + counts.mT
    return float(((counts - counts.mT).abs() / both.clamp(min=1).sqrt()).max())


def test_mala_is_in_detailed_balance(monkeypatch):
    """As many go from one cell to another as come back: 28 pairs of cells, none beyond 4.5."""
    corrected = lambda x, g: mala_step(gm1().log_prob, x, 0.1, g, score=gm1().score)[0]  # noqa: E731
    assert traffic(corrected) < 4.5
    assert traffic(lambda x, g: langevin_step(gm1().score, x, 0.1, g)) > 20
    forget_the_proposal(monkeypatch)
    assert traffic(corrected) > 20


def test_mala_in_the_plane_takes_or_leaves_whole_rows(generator):
    """Rows of (3, 2) features are moved together, and a row that has not moved is the old one."""
    x = torch.randn(500, 3, 2, generator=generator, dtype=torch.float64)
    new, taken = mala_step(lambda x: -x.square().flatten(1).sum(1) / 2, x, 0.9, generator)
    assert taken.shape == (500,) and 0.2 < float(taken.double().mean()) < 0.95
    moved = (new != x).flatten(1)
    assert torch.equal(moved.all(1), taken) and torch.equal(moved.any(1), taken)


def test_mala_refuses_steps_to_where_the_density_is_zero(generator):
    """An exponential law, whose log-density is minus infinity below 0."""
    n = 100_000
    x = -torch.rand(n, 1, generator=generator, dtype=torch.float64).log()
    for _ in range(20):
        x, _ = mala_step(
            lambda x: torch.where(x > 0, -x, -math.inf)[:, 0],
            x,
            0.5,
            generator,
            score=lambda x: torch.where(x > 0, -1.0, math.nan),  # not asked for below 0
        )
    assert float(x.min()) > 0
    assert float(x.mean()) == approx(1, abs=4 / math.sqrt(n))
    assert float(x.square().mean()) == approx(2, abs=4 * math.sqrt(20 / n))


@pytest.mark.parametrize("process", [EDM(), VP()], ids=name)
def test_annealed_langevin_reaches_the_ring(process, generator):
    """From pure noise to the right share of every mode, the radius and the width."""
    n, mixture = 3000, ring()
    times = grid_of(process, 40, low=-4.0, high=8.0)
    x = torch.randn(n, 2, generator=generator, dtype=torch.float64)
    x = process.alpha(times[0]) * math.exp(2) * x
    x = annealed_langevin(ExactDenoiser(mixture, process), x, times, 12, 0.15, generator)
    x = x / process.alpha(times[-1])
    nearest = torch.cdist(x, mixture.means).argmin(1)
    share = nearest.bincount(minlength=8) / n
    assert float((share - mixture.weights).abs().sum()) / 2 < 0.05  # chance alone: 0.02
    offset = x - mixture.means[nearest]
    assert float(offset.mean(0).abs().max()) < 0.015
    assert float(offset.std()) == approx(0.15, abs=0.015)


def test_annealed_langevin_step_sizes_and_rescaling(generator):
    """eta = ratio sigma^2 at each level; between levels x is multiplied by the ratio of alphas."""
    process, mixture = VP(), gm1()
    found = annealed_langevin(
        ExactDenoiser(mixture, process), Z, torch.tensor([0.6, 0.3]), 2, 0.05, generator
    )
    x, g, times = Z, torch.Generator().manual_seed(0), torch.tensor([0.6, 0.3]).tolist()
    for t in times:
        if t != times[0]:
            x = x * process.alpha(times[1]) / process.alpha(times[0])
        law = mixture.diffuse(process.alpha(t), process.sigma(t))
        for _ in range(2):
            eta = 0.05 * float(process.sigma(t)) ** 2
            noise = torch.randn(x.shape, generator=g, dtype=x.dtype)
            x = x + eta * law.score(x) + math.sqrt(2 * eta) * noise
    torch.testing.assert_close(found, x, rtol=1e-9, atol=1e-9)


def test_annealed_langevin_gives_its_path():
    """The start and x after each level: that of fewer levels, drawn from the same noise."""
    exact, levels = ExactDenoiser(gm1(), EDM()), [4.0, 1.0, 0.2]

    def run(levels, path=False):
        g = torch.Generator().manual_seed(3)
        return annealed_langevin(exact, Z, levels, 3, 0.1, g, path=path)

    expected = torch.stack([Z, *(run(levels[:n]) for n in (1, 2, 3))])
    assert torch.equal(run(levels, path=True), expected)


# -- bad input -------------------------------------------------------------------------------------

X = torch.ones(3, 2)
EXACT = ExactDenoiser(ring(), VP())
FLOW = ExactDenoiser(ring(), FlowMatching())
CHAIN = ExactDenoiser(ring(), DiscreteProcess.linear(50))
NAN = math.nan
EVERY_STEP = (*STEPS, DPMSolver2M())


@pytest.mark.parametrize("step", EVERY_STEP, ids=name)
@pytest.mark.parametrize(
    "x, s, t, error, words",
    [
        (X * NAN, 0.5, 0.2, ValueError, "NaN or infinity"),
        (X * math.inf, 0.5, 0.2, ValueError, "NaN or infinity"),
        (X.long(), 0.5, 0.2, TypeError, "floating dtype"),
        (X[0], 0.5, 0.2, ValueError, r"must have shape \(B"),
        (X[:, :1], 0.5, 0.2, ValueError, r"must have shape \(B, 2\)"),
        (X, NAN, 0.2, ValueError, "nan"),
        (X, 0.5, NAN, ValueError, "nan"),
        (X, 1.5, 0.2, ValueError, r"\[0, 1\].*1.5"),
        (X, 0.5, -0.1, ValueError, r"\[0, 1\].*-0.1"),
    ],
)
def test_steps_refuse_bad_input(step, x, s, t, error, words):
    with pytest.raises(error, match=words):
        step(EXACT, x, s, t, torch.Generator())


@pytest.mark.parametrize("step", [ancestral_step, euler_maruyama_step])
def test_stochastic_steps_only_go_down(step):
    with pytest.raises(ValueError, match=r"0\.2.*0\.5|0\.5.*0\.2"):
        step(EXACT, X, 0.2, 0.5, torch.Generator())
    with pytest.raises(ValueError, match=r"0\.2.*0\.5|0\.5.*0\.2"):
        moments = ancestral_moments if step is ancestral_step else euler_maruyama_moments
        moments(EXACT, X, 0.2, 0.5)


def test_no_reverse_sde_starts_where_the_drift_is_infinite():
    for denoiser in (FLOW, ExactDenoiser(ring(), CosineVP())):
        with pytest.raises(ValueError, match=r"s = 1.*t_max|t_max.*s = 1"):
            euler_maruyama_step(denoiser, X, 1.0, 0.5, torch.Generator())


def test_standing_still_changes_nothing():
    """A step from s to s, and the next one is as if it had not been."""
    denoiser, solver, plain = ExactDenoiser(gm1(), VP()), DPMSolver2M(), DPMSolver2M()
    x, y = solver(denoiser, Z, 0.8, 0.5), plain(denoiser, Z, 0.8, 0.5)
    for half in (0.5, torch.full((5,), 0.5, dtype=torch.float64)):
        again = solver(denoiser, x, half, half)
        torch.testing.assert_close(again, x, rtol=0, atol=1e-14)
    torch.testing.assert_close(solver(denoiser, x, 0.5, 0.2), plain(denoiser, y, 0.5, 0.2))
    for step in (euler_step, heun_step, ddim_step):
        torch.testing.assert_close(step(denoiser, Z, 0.5, 0.5), Z, rtol=0, atol=1e-14)


def test_dpm_solver_needs_noise_to_start_from():
    for t in (0.0, 0.5):
        with pytest.raises(ValueError, match=r"sigma.*s = 0"):
            DPMSolver2M()(EXACT, X, 0.0, t)


@pytest.mark.parametrize("step", [euler_step, heun_step, euler_maruyama_step])
def test_a_chain_has_no_velocity_to_follow(step):
    with pytest.raises(TypeError, match="no time derivative"):
        step(CHAIN, X, 30, 20, torch.Generator())


@pytest.mark.parametrize("step", EVERY_STEP, ids=name)
def test_steps_take_empty_batches(step):
    none = torch.empty(0, 2)
    assert step(EXACT, none, 0.5, 0.2, torch.Generator()).shape == (0, 2)
    times = time_grid(VP(), 3)
    assert sample(EXACT, none, times, step, generator=torch.Generator()).shape == (0, 2)
    assert sample(EXACT, none, times, step, True, torch.Generator()).shape == (4, 0, 2)


@pytest.mark.parametrize(
    "x, times, error, words",
    [
        (X * NAN, [0.5, 0.2], ValueError, "x contains NaN"),
        (X.long(), [0.5, 0.2], TypeError, "x must have a floating dtype"),
        (X[0], [0.5, 0.2], ValueError, r"x must have shape \(B"),
        (X, [0.5], ValueError, r"times must be at least two, strictly decreasing.*0.5"),
        (X, [], ValueError, "times must be at least two"),
        (X, [0.2, 0.5], ValueError, "strictly decreasing.*0.2, 0.5"),
        (X, [0.5, 0.5], ValueError, "strictly decreasing"),
        (X, [0.5, NAN], ValueError, "nan"),
        (X, [NAN, 0.5], ValueError, "nan"),
        (X, [1.5, 0.5], ValueError, r"\[0, 1\].*1.5"),
        (X, [0.5, -0.5], ValueError, r"\[0, 1\].*-0.5"),
        (X, [[0.5, 0.2]], (TypeError, ValueError), r"times.*\(1, 2\)"),
        (X, 0.5, (TypeError, ValueError), r"times"),
    ],
)
def test_sample_refuses(x, times, error, words):
    for step in (ancestral_step, ddim_step, euler_step):
        with pytest.raises(error, match=words):
            sample(
                EXACT,
                x,
                torch.tensor(times, dtype=torch.float64),
                step,
                generator=torch.Generator(),
            )


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: solve_adaptive(EXACT, X * NAN, 1.0, 0.1), ValueError, "x contains NaN"),
        (lambda: solve_adaptive(EXACT, X.long(), 1.0, 0.1), TypeError, "floating dtype"),
        (lambda: solve_adaptive(EXACT, X[0], 1.0, 0.1), ValueError, r"shape \(B"),
        (lambda: solve_adaptive(EXACT, X, NAN, 0.1), ValueError, r"\[0, 1\].*nan"),
        (lambda: solve_adaptive(EXACT, X, 1.0, NAN), ValueError, r"\[0, 1\].*nan"),
        (lambda: solve_adaptive(EXACT, X, 1.0, -1.0), ValueError, r"t .*\[0, 1\].*-1.0"),
        (lambda: solve_adaptive(EXACT, X, 2.0, 0.1), ValueError, r"\[0, 1\].*2.0"),
        (lambda: solve_adaptive(EXACT, X, 1.0, 0.1, rtol=-1.0), ValueError, "rtol .*above 0"),
        (lambda: solve_adaptive(EXACT, X, 1.0, 0.1, atol=NAN), ValueError, "atol .*nan"),
        (lambda: solve_adaptive(CHAIN, X, 50, 1), TypeError, "no time derivative"),
        (lambda: integrate(lambda t, x: x, X, NAN, 1.0, 1e-3, 1e-3), ValueError, "nan"),
        (lambda: integrate(lambda t, x: x, X, 0.0, 1.0, 0.0, 1e-3), ValueError, "rtol .*not 0"),
        (lambda: langevin_step(ring().score, X, 0.0), ValueError, "step_size .*not 0"),
        (lambda: langevin_step(ring().score, X, -0.1), ValueError, "step_size .*not -0.1"),
        (lambda: langevin_step(ring().score, X, NAN), ValueError, "step_size .*nan"),
        (lambda: langevin_step(ring().score, X * NAN, 0.1), ValueError, "x contains NaN"),
        (lambda: langevin_step(ring().score, X[0], 0.1), ValueError, r"x must have shape \(B"),
        (lambda: langevin_step(ring().score, X.long(), 0.1), TypeError, "x must have a floating"),
        (lambda: langevin_step(lambda x: x[:1], X, 0.1), ValueError, r"score.*\(1, 2\).*\(3, 2\)"),
        (lambda: langevin_step(lambda x: x * NAN, X, 0.1), ValueError, "score.* NaN"),
        (lambda: langevin_moments(ring().score, X, 0.0), ValueError, "step_size .*not 0"),
        (lambda: mala_step(ring().log_prob, X, 0.0), ValueError, "step_size .*not 0"),
        (lambda: mala_step(ring().log_prob, X, NAN), ValueError, "step_size .*nan"),
        (lambda: mala_step(ring().log_prob, X * NAN, 0.1), ValueError, "x contains NaN"),
        (lambda: mala_step(ring().log_prob, X[0], 0.1), ValueError, r"x must have shape \(B"),
        (lambda: mala_step(ring().log_prob, X.long(), 0.1), TypeError, "x must have a floating"),
        (lambda: mala_step(lambda x: x, X, 0.1), ValueError, r"one number a row.*\(3,\).*\(3, 2\)"),
        (lambda: mala_step(lambda x: x.sum(), X, 0.1), ValueError, r"one number a row.*not \(\)"),
        (lambda: mala_step(lambda x: x[:, 0] * NAN, X, 0.1), ValueError, "NaN or plus infinity"),
        (lambda: mala_step(lambda x: x[:, 0] / 0, X, 0.1), ValueError, "NaN or plus infinity at x"),
        (lambda: mala_step(lambda x: -x[:, 0] / 0, X, 0.1), ValueError, "start where the density"),
        (lambda: mala_step(lambda x: torch.zeros(3), X, 0.1), ValueError, "pass its score"),
        (
            lambda: mala_step(ring().log_prob, X, 0.1, score=lambda x: x[:1]),
            ValueError,
            r"score.*\(1, 2\).*\(3, 2\)",
        ),
        (
            lambda: mala_step(ring().log_prob, X, 0.1, score=lambda x: x * NAN),
            ValueError,
            "score.* NaN",
        ),
        (lambda: annealed_langevin(EXACT, X, [0.5], 0), ValueError, "at least 1, not 0"),
        (lambda: annealed_langevin(EXACT, X, [0.5], 2, -0.1), ValueError, "step_ratio .*-0.1"),
        (lambda: annealed_langevin(EXACT, X, [0.5], 2, NAN), ValueError, "step_ratio .*nan"),
        (lambda: annealed_langevin(EXACT, X * NAN, [0.5]), ValueError, "x contains NaN"),
        (lambda: annealed_langevin(EXACT, X * NAN, []), ValueError, "x contains NaN|times"),
        (lambda: annealed_langevin(EXACT, X.long(), [0.5]), TypeError, "floating dtype"),
        (lambda: annealed_langevin(EXACT, X, []), ValueError, "times"),
        (lambda: annealed_langevin(EXACT, X, [0.2, 0.5]), ValueError, "times.*decreasing"),
        (lambda: annealed_langevin(EXACT, X, [0.5, NAN]), ValueError, "nan"),
        (lambda: annealed_langevin(EXACT, X, [1.5, 0.5]), ValueError, r"\[0, 1\].*1.5"),
        (lambda: annealed_langevin(EXACT, X, [0.5, 0.0]), ValueError, "0"),
        (lambda: annealed_langevin(FLOW, X, [1.0, 0.5]), ValueError, "alpha.*1|t_max"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_empty_batches_stay_empty(generator):
    none = torch.empty(0, 2)
    assert langevin_step(ring().score, none, 0.1, generator).shape == (0, 2)
    assert [part.shape for part in mala_step(ring().log_prob, none, 0.1)] == [(0, 2), (0,)]
    assert annealed_langevin(EXACT, none, [0.5, 0.1], 2).shape == (0, 2)
    assert solve_adaptive(EXACT, none, 1.0, 0.1)[0].shape == (0, 2)


def test_no_way_to_go_is_no_change():
    found, calls = solve_adaptive(EXACT, X, 0.5, 0.5)
    assert torch.equal(found, X) and calls == 0
