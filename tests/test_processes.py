"""The processes against closed forms, moment equations, Gaussian algebra and published numbers."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from pytest import approx
from scipy.integrate import solve_ivp

from dgm_lessons.processes import (
    EDM,
    VE,
    VP,
    CosineVP,
    DiscreteProcess,
    FlowMatching,
    Process,
    karras,
    time_grid,
    uniform_in_log_snr,
    uniform_in_time,
)

HALF_PI = math.pi / 2
LOG_RATIO = math.log(5000)  # of VE's sigma_max = 50 and sigma_min = 0.01

# alpha, sigma^2, f, g^2: worked out by hand, in NumPy.
CLOSED_FORMS = {
    "VP": (
        lambda t: np.exp(-0.25 * t**2 * 19.9 - 0.5 * t * 0.1),
        lambda t: 1 - np.exp(-0.5 * t**2 * 19.9 - t * 0.1),
        lambda t: -0.5 * (0.1 + 19.9 * t),
        lambda t: 0.1 + 19.9 * t,
    ),
    "CosineVP": (
        lambda t: np.cos(HALF_PI * t),
        lambda t: np.sin(HALF_PI * t) ** 2,
        lambda t: -HALF_PI * np.tan(HALF_PI * t),
        lambda t: math.pi * np.tan(HALF_PI * t),
    ),
    "VE": (
        lambda t: np.ones_like(t),
        lambda t: 1e-4 * (5000 ** (2 * t) - 1),
        lambda t: np.zeros_like(t),
        lambda t: 2 * LOG_RATIO * 1e-4 * 5000 ** (2 * t),
    ),
    "EDM": (
        lambda t: np.ones_like(t),
        lambda t: t**2,
        lambda t: np.zeros_like(t),
        lambda t: 2 * t,
    ),
    "FlowMatching": (
        lambda t: 1 - t,
        lambda t: t**2,
        lambda t: -1 / (1 - t),
        lambda t: 2 * t / (1 - t),
    ),
}


def name(process):
    return type(process).__name__


def inner_times(process, n=41):
    """Times away from both ends, where every quantity is finite."""
    return torch.linspace(0.01, 0.99, n, dtype=torch.float64) * process.T


# -- the curves and the SDE ------------------------------------------------------------------------


def test_curves_equal_their_closed_forms(process):
    t = inner_times(process)
    found = (process.alpha(t), process.variance(t), process.f(t), process.g2(t))
    for value, formula in zip(found, CLOSED_FORMS[name(process)], strict=True):
        np.testing.assert_allclose(value, formula(t.numpy()), rtol=1e-10, atol=1e-13)


def test_derivatives_equal_central_differences(process):
    t, h = inner_times(process), 1e-5 * process.T
    for curve, slope in ((process.alpha, process.alpha_dot), (process.sigma, process.sigma_dot)):
        torch.testing.assert_close(
            slope(t), (curve(t + h) - curve(t - h)) / (2 * h), rtol=1e-5, atol=1e-7
        )


SLOPES = ("alpha", "sigma", "variance")


@pytest.mark.parametrize("curve", SLOPES)
def test_closed_derivatives_equal_automatic_ones(process, curve):
    """Inside and at both ends; where sigma grows like sqrt(t), its slope at 0 is infinite."""
    u = torch.tensor([0.0, 1e-6, 0.01, 0.3, 0.5, 0.9, 1.0], dtype=torch.float64)
    t, slope = process.T * u, getattr(process, f"{curve}_dot")
    found, expected = slope(t), torch.func.grad(lambda t: getattr(process, curve)(t).sum())(t)
    if curve == "sigma" and name(process) in ("VP", "VE"):
        assert found[0] == math.inf
        found, expected = found[1:], expected[1:]
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    assert [float(slope(one)) for one in t.tolist()] == approx(slope(t).tolist(), rel=1e-13)
    single = slope(t.float())
    assert single.dtype == torch.float32 and slope(t[1]).shape == slope(0.5).shape == ()
    torch.testing.assert_close(single.double(), slope(t), rtol=1e-4, atol=1e-6)


def test_derivatives_can_be_differentiated_and_mapped(process):
    t = inner_times(process, 5)
    for slope in (process.alpha_dot, process.sigma_dot, process.variance_dot, process.g2):
        second = torch.stack([torch.func.grad(slope)(one) for one in t])
        h = 1e-5 * process.T
        expected = (slope(t + h) - slope(t - h)) / (2 * h)
        torch.testing.assert_close(second, expected, rtol=1e-5, atol=1e-7)
        torch.testing.assert_close(torch.func.jacfwd(slope)(t).diagonal(), second)


def test_numbers_give_numbers_and_the_same_ones(process):
    """`levels` and `rates` of a plain number: the values of the tensors, without tensors."""
    for u in (0.0, 1e-9, 0.3, 0.99, 1.0):
        t = u * process.T
        pairs = [(process.levels, (process.alpha, process.sigma))]
        if u:
            pairs.append((process.rates, (process.alpha_dot, process.sigma_dot)))
        for both, curves in pairs:
            found = both(t)
            assert [type(c) for c in found] == [float, float]
            as_tensors = both(torch.tensor([t], dtype=torch.float64))
            for c, row, curve in zip(found, as_tensors, curves, strict=True):
                assert c == approx(float(curve(t)), rel=1e-14, abs=1e-300)
                assert torch.equal(row, curve(torch.tensor([t], dtype=torch.float64)))
    for t in (-0.5, math.nan, 1e3):
        for both in (process.levels, process.rates):
            with pytest.raises(ValueError, match="t must lie in"):
                both(t)


@dataclass(frozen=True)
class Quartic(Process):
    """A process of one's own: two curves, in torch, and nothing else."""

    def _alpha(self, t):
        return torch.exp(-4 * t**4)

    def _sigma(self, t):
        return torch.sqrt(-torch.expm1(-8 * t**4))


def test_a_process_of_ones_own_needs_two_curves(generator):
    process, t = Quartic(), torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)
    torch.testing.assert_close(process.f(t), -16 * t**3)
    torch.testing.assert_close(process.g2(t), 32 * t**3)
    assert [float(c) for c in process.levels(0.5)] == approx([math.exp(-0.25), 0.6272712], rel=1e-6)
    assert float(process.rates(0.5)[0]) == approx(-2 * math.exp(-0.25))
    ratio, std = process.transition(0.2, 0.9)
    assert float(ratio) == approx(math.exp(-4 * (0.9**4 - 0.2**4)))
    assert float(std) ** 2 == approx(1 - float(ratio) ** 2)
    x_s, x0 = torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    mean, std = process.posterior(x_s, x0, 0.9, 0.2)
    rows = process.posterior(
        x_s, x0, torch.full((3,), 0.9).double(), torch.full((3,), 0.2).double()
    )
    torch.testing.assert_close(mean, rows[0])
    torch.testing.assert_close(std.expand(3), rows[1])


def test_drift_and_diffusion_carry_the_moments(process):
    """m' = f m and P' = 2 f P + g^2 from (m, P) = (1, 0.3) give alpha and 0.3 alpha^2 + sigma^2."""

    def slope(t, state):
        f, g2 = float(process.f(t)), float(process.g2(t))
        return [f * state[0], 2 * f * state[1] + g2]

    end = 0.95 * process.T
    # a first step, as SciPy before 1.12 may try one that ends beyond the last time
    options = {"rtol": 1e-12, "atol": 1e-14, "first_step": 1e-3 * end}
    solution = solve_ivp(slope, (0, end), [1.0, 0.3], "DOP853", **options)
    alpha, variance = float(process.alpha(end)), float(process.variance(end))
    assert solution.y[:, -1] == approx([alpha, 0.3 * alpha**2 + variance], rel=1e-10)


def test_variance_is_the_square_of_sigma_even_near_zero(process):
    t = process.T * torch.tensor([1e-12, 1e-8, 1e-4, 0.1, 1.0], dtype=torch.float64)
    torch.testing.assert_close(process.sigma(t) ** 2, process.variance(t), rtol=1e-12, atol=0)
    assert process.sigma(0.0) == 0 and process.alpha(0.0) == 1


def test_variance_keeps_its_digits_near_zero():
    """1 - exp(-x) would lose them all: at t = 1e-17, sigma^2 is beta_min t."""
    assert float(VP().variance(1e-17)) == approx(1e-18, rel=1e-10)
    assert float(VE().variance(1e-18)) == approx(1e-4 * 2 * LOG_RATIO * 1e-18, rel=1e-10)


@pytest.mark.parametrize("process", [VP(), CosineVP()], ids=name)
def test_variance_preserving_processes_stay_on_the_unit_circle(process):
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    torch.testing.assert_close(
        process.alpha(t) ** 2 + process.variance(t), torch.ones_like(t), rtol=0, atol=1e-14
    )


def test_log_snr_is_the_log_of_snr_and_decreases(process):
    t = inner_times(process)
    torch.testing.assert_close(process.log_snr(t), process.snr(t).log(), rtol=1e-12, atol=1e-12)
    assert bool((process.log_snr(t).diff() < 0).all())
    assert process.log_snr(0.0) == math.inf and process.snr(0.0) == math.inf
    assert process.snr(torch.zeros(9)).tolist() == [math.inf] * 9


def test_t_from_log_snr_inverts_log_snr(process):
    t = inner_times(process)
    torch.testing.assert_close(process.t_from_log_snr(process.log_snr(t)), t, rtol=1e-9, atol=1e-12)
    level = torch.linspace(-7, 12, 39, dtype=torch.float64)
    found = process.log_snr(process.t_from_log_snr(level))
    torch.testing.assert_close(found, level, rtol=0, atol=1e-9)
    assert process.t_from_log_snr(math.inf) == 0


def test_the_last_level_is_within_reach_in_float32(process):
    """What rounding adds to the log-SNR of T must not be refused."""
    for t in (process.T, process.t_max, 0.999999 * process.T):
        t = torch.tensor(t, dtype=torch.float32)
        assert float(process.t_from_log_snr(process.log_snr(t))) == approx(float(t), rel=1e-3)
    for ulps in (-4, 4):
        level = process.log_snr(process.T) * (1 + ulps * 1.2e-7)
        assert float(process.t_from_log_snr(level.float())) == approx(process.T, rel=1e-5)


@pytest.mark.parametrize("process", [VP(), VE(), EDM()], ids=name)
def test_a_level_may_miss_the_last_by_a_hundred_thousandth(process):
    last = process.log_snr(process.T).item()
    room = 1e-5 * (1 + abs(last))
    assert process.t_from_log_snr(last - 0.98 * room) == process.T
    with pytest.raises(ValueError, match="log_snr must lie in"):
        process.t_from_log_snr(last - 1.04 * room)


def test_processes_that_end_without_signal_stop_short():
    for process in (CosineVP(), FlowMatching()):
        assert process.alpha(1.0) == 0 and process.t_max < 1
        assert math.isfinite(process.f(process.t_max))
        assert process.f(1.0) == -math.inf
    for process in (VP(), VE(), EDM()):
        assert process.t_max == process.T and math.isfinite(process.f(process.T))


def test_ve_lands_on_its_parameters():
    process = VE(sigma_min=0.02, sigma_max=10.0)
    assert float(process.variance(1.0)) == approx(10.0**2 - 0.02**2, rel=1e-12)
    assert process.prior_std == approx(math.sqrt(100 - 0.0004), rel=1e-12)


def test_own_parameters_are_used():
    assert float(VP(0.2, 5.0).alpha(1.0)) == approx(math.exp(-0.25 * 4.8 - 0.1), rel=1e-12)
    assert float(VP(2.0, 2.0).t_from_log_snr(0.0)) == approx(math.log(2) / 2, rel=1e-12)
    assert EDM(T=10.0).prior_std == 10 and EDM(T=10.0).t_max == 10


# -- Gaussian kernels ------------------------------------------------------------------------------


def test_perturb_scales_and_adds(process, generator):
    x0, eps = torch.randn(2, 4, 3, 2, generator=generator, dtype=torch.float64)
    t = process.T * torch.tensor([0.1, 0.4, 0.5, 0.9], dtype=torch.float64)
    alpha, variance = (form(t.numpy()) for form in CLOSED_FORMS[name(process)][:2])
    rows = zip(alpha, variance, x0, eps, strict=True)
    expected = torch.stack([a * x + v**0.5 * e for a, v, x, e in rows])
    torch.testing.assert_close(process.perturb(x0, t, eps), expected, rtol=1e-12, atol=1e-12)


def test_two_hops_equal_one(process):
    r, t, s = (u * process.T for u in (0.1, 0.35, 0.8))
    (a1, b1), (a2, b2), (a, b) = (process.transition(*pair) for pair in ((r, t), (t, s), (r, s)))
    assert float(a1 * a2) == approx(float(a), rel=1e-12)
    assert float((a2 * b1) ** 2 + b2**2) == approx(float(b**2), rel=1e-12)


def test_transition_from_the_data_is_the_kernel(process):
    for s in (0.3 * process.T, process.T):
        a, b = process.transition(0.0, s)
        assert float(a) == float(process.alpha(s))
        assert float(b) == approx(float(process.sigma(s)), rel=1e-14)


def test_a_short_transition_follows_the_sde(process):
    """a = 1 + f dt and b^2 = g^2 dt to first order: no cancellation for neighbouring times."""
    t, dt = 0.5 * process.T, 1e-9 * process.T
    a, b = process.transition(t, t + dt)
    assert float(b**2) == approx(float(process.g2(t)) * dt, rel=1e-5)
    assert a.dtype == b.dtype == torch.float64 and a.shape == b.shape == ()
    assert float(a) == approx(1 + float(process.f(t)) * dt, abs=1e-12)


def test_posterior_is_a_product_of_gaussians(process, generator):
    """Precision weighting of p(x_t | x_0) and p(x_s | x_t), for times that differ by row."""
    x_s, x0 = torch.randn(2, 5, 5, generator=generator, dtype=torch.float64)
    t = process.T * torch.tensor([0.05, 0.2, 0.3, 0.5, 0.6], dtype=torch.float64)
    s = process.T * torch.tensor([0.1, 0.9, 0.31, 0.99, 0.7], dtype=torch.float64)
    alpha, var = (torch.from_numpy(form(t.numpy())) for form in CLOSED_FORMS[name(process)][:2])
    alpha_s, var_s = (torch.from_numpy(form(s.numpy())) for form in CLOSED_FORMS[name(process)][:2])
    ratio = alpha_s / alpha
    noise = var_s - ratio**2 * var
    precision = 1 / var + ratio**2 / noise
    pull = (alpha / var)[:, None] * x0 + (ratio / noise)[:, None] * x_s
    mean, std = process.posterior(x_s, x0, s, t)
    torch.testing.assert_close(mean, pull / precision[:, None], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(std, precision.rsqrt(), rtol=1e-10, atol=1e-10)


def test_posterior_at_the_ends(process, generator):
    x_s, x0 = torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    s = 0.6 * process.T
    mean, std = process.posterior(x_s, x0, s, 0.0)
    torch.testing.assert_close(mean, x0, rtol=0, atol=1e-14)
    assert std == 0
    mean, std = process.posterior(x_s, x0, s, s)
    torch.testing.assert_close(mean, x_s, rtol=0, atol=1e-14)
    assert std == 0


@pytest.mark.parametrize("process", [CosineVP(), FlowMatching()], ids=name)
def test_posterior_from_pure_noise_is_the_kernel(process, generator):
    """x_T holds nothing of x_0 where alpha(T) = 0, so it says nothing about x_t either."""
    x_T, x0 = torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    mean, std = process.posterior(x_T, x0, 1.0, 0.5)
    torch.testing.assert_close(mean, process.alpha(0.5) * x0)
    torch.testing.assert_close(std, process.sigma(0.5))


# -- the prior -------------------------------------------------------------------------------------


def test_prior(process, generator):
    n = 200_000
    x = process.sample_prior((n, 2), generator, torch.float64)
    assert x.dtype == torch.float64 and process.sample_prior((4, 3)).dtype == torch.float32
    std = float(process.sigma(process.T)) if float(process.alpha(process.T)) == 1 else 1.0
    assert process.prior_std == approx(std, rel=1e-12)
    assert abs(float(x.mean())) < 5 * std / math.sqrt(2 * n)
    assert float(x.var()) == approx(std**2, rel=5 * math.sqrt(1 / n))
    normal = torch.distributions.Normal(torch.zeros((), dtype=torch.float64), std)
    expected = normal.log_prob(x[:9]).sum(1)
    torch.testing.assert_close(process.prior_log_prob(x[:9]), expected, rtol=1e-12, atol=1e-12)


def test_prior_is_reproducible(process):
    draws = [process.sample_prior((3, 2), torch.Generator().manual_seed(4)) for _ in range(2)]
    assert torch.equal(*draws)


# -- the discrete chain ----------------------------------------------------------------------------


@pytest.mark.parametrize("process", [DiscreteProcess.linear(50), DiscreteProcess.cosine(50)])
def test_chain_is_the_product_of_its_links(process):
    betas = process.betas.numpy()
    product, variance = 1.0, 0.0
    for i, beta in enumerate(betas, start=1):
        link = math.sqrt(1 - beta**2)
        product, variance = link * product, link**2 * variance + beta**2
        assert float(process.alpha(i)) == approx(product, rel=1e-12)
        assert float(process.variance(i)) == approx(variance, rel=1e-12)
        a, b = process.transition(i - 1, i)
        assert (float(a), float(b)) == approx((link, beta), rel=1e-9)
    assert process.T == 50 and process.alpha(0) == 1 and process.variance(0) == 0


def test_published_numbers_of_ddpm():
    """Ho et al. (2020): beta^2 from 1e-4 to 0.02 in 1000 steps; what is left of the signal."""
    process = DiscreteProcess.linear(1000)
    squares = np.linspace(1e-4, 0.02, 1000)
    assert process.betas.numpy() ** 2 == approx(squares, rel=1e-12)
    assert float(process.alpha(1000)) == approx(0.00635, abs=5e-6)
    assert float(process.alpha(1000)) ** 2 == approx(4.036e-5, abs=5e-9)
    assert float(process.alpha(500)) ** 2 == approx(0.0781, abs=6e-4)
    # section 3.2: the two choices of reverse variance, beta^2 and the posterior's
    kept = np.cumprod(1 - squares)
    posterior = (1 - kept[498]) / (1 - kept[499]) * squares[499]
    x = torch.zeros(1, 1)
    assert float(process.posterior(x, x, 500, 499)[1]) ** 2 == approx(posterior, rel=1e-9)


def test_cosine_schedule_of_nichol_and_dhariwal():
    process = DiscreteProcess.cosine(1000)
    i = np.arange(0, 990)
    curve = np.cos((i / 1000 + 0.008) / 1.008 * HALF_PI) ** 2
    assert process.alpha(torch.from_numpy(i)).numpy() ** 2 == approx(curve / curve[0], rel=1e-9)
    assert float(process.betas.max()) == approx(math.sqrt(0.999))


def test_vp_is_the_limit_of_the_linear_chain():
    """The gap closes like 1/L."""
    gaps = []
    for L in (500, 5000):
        t = torch.linspace(0, 1, 51, dtype=torch.float64)
        gap = DiscreteProcess.linear(L).alpha((t * L).round()) - VP().alpha(t)
        gaps.append(float(gap.abs().max()))
    assert gaps[1] < 5e-4
    assert gaps[0] / gaps[1] == approx(10, rel=0.05)


def test_discrete_times():
    process = DiscreteProcess.linear(100)
    assert process.times().tolist() == list(range(100, -1, -1))
    assert process.times(4).tolist() == [100, 75, 50, 25, 0]
    assert process.times(100).tolist() == process.times().tolist()
    assert all(t == round(t) for t in process.times(7).tolist())
    assert bool((process.times(97).diff() < 0).all())


def test_integer_times_are_times():
    process = DiscreteProcess.linear(100)
    i = torch.tensor([0, 3, 100])
    assert torch.equal(process.alpha(i), process.alpha(i.double()))
    assert float(process.alpha(3)) == float(process.alpha(i)[1])


# -- grids -----------------------------------------------------------------------------------------


def test_grids_run_from_noise_to_data(process):
    for spacing in (uniform_in_time, uniform_in_log_snr, karras(7.0)):
        times = time_grid(process, 10, spacing)
        assert times.shape == (11,) and times.dtype == torch.float64
        assert (times[0].item(), times[-1].item()) == (process.t_max, process.t_min)
        assert bool((times.diff() < 0).all())
    times = time_grid(process, 4, t_max=0.5 * process.T, t_min=0.1 * process.T)
    assert times[0] == 0.5 * process.T and times[-1] == 0.1 * process.T


def test_spacings_space_what_they_say(process):
    def steps(values):
        return values.diff() / values.diff().mean() - 1

    times = time_grid(process, 16, uniform_in_time)
    assert float(steps(times).abs().max()) < 1e-9
    levels = process.log_snr(time_grid(process, 16, uniform_in_log_snr))
    assert float(steps(levels).abs().max()) < 1e-6
    times = time_grid(process, 16, karras(5.0))
    roots = (process.variance(times) / process.alpha(times) ** 2) ** (0.5 / 5)
    assert float(steps(roots).abs().max()) < 1e-6


def test_edm_grid_is_the_one_of_the_paper():
    """Karras et al. (2022), eq. 5, with sigma from 80 to 0.002 and rho = 7."""
    i = np.arange(18) / 17
    expected = (80 ** (1 / 7) + i * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7
    assert time_grid(EDM(), 17, karras()).numpy() == approx(expected, rel=1e-12)


# -- bad input -------------------------------------------------------------------------------------


CURVES = ("alpha", "sigma", "variance", "alpha_dot", "sigma_dot", "f", "g2", "snr", "log_snr")


@pytest.mark.parametrize(
    "t, words",
    [
        (math.nan, r"t must lie in .*nan"),
        (-0.5, r"t must lie in \[0, .*-0.5"),
        (math.inf, r"t must lie in .*inf"),
        (1e3, r"t must lie in .*1000"),
        (torch.tensor([0.1, math.nan]), r"t must lie in .*nan"),
        (torch.zeros(2, 1), r"t must be .*\(B,\), not \(2, 1\)"),
    ],
)
def test_bad_times_are_refused(process, t, words):
    for curve in CURVES:
        with pytest.raises(ValueError, match=words):
            getattr(process, curve)(t)


def test_no_times_give_no_values(process):
    none = torch.empty(0)
    for curve in (*CURVES, "t_from_log_snr"):
        assert getattr(process, curve)(none).shape == (0,)


def test_a_level_out_of_reach_is_refused_by_its_own_name(process):
    with pytest.raises(ValueError, match=r"log_snr .*nan"):
        process.t_from_log_snr(math.nan)
    if float(process.alpha(process.T)) > 0:
        for level in (-100.0, -math.inf):
            with pytest.raises(ValueError, match=r"log_snr.*-(100|inf)"):
                process.t_from_log_snr(level)
    else:
        assert process.t_from_log_snr(-math.inf) == process.T


X = torch.ones(3, 2)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda p: p.perturb(X, 0.5, X[:2]), ValueError, r"x0 has shape \(3, 2\) but eps"),
        (lambda p: p.perturb(X, 0.5, X[:, :1]), ValueError, r"x0 has shape \(3, 2\) but eps"),
        (lambda p: p.perturb(X[0], 0.5, X[0]), ValueError, r"x0 must have shape \(B, \*D\)"),
        (lambda p: p.perturb(X * math.nan, 0.5, X), ValueError, "x0 contains NaN"),
        (lambda p: p.perturb(X, 0.5, X * math.inf), ValueError, "eps contains .*infinity"),
        (lambda p: p.perturb(X.long(), 0.5, X), TypeError, r"x0 .*int64; use x0.float\(\)"),
        (lambda p: p.perturb([1.0], 0.5, X), TypeError, "x0 must be a torch.Tensor, not list"),
        (lambda p: p.perturb(X, torch.ones(2) / 2, X), ValueError, "one time per row"),
        (lambda p: p.perturb(X, torch.ones(1) / 2, X), ValueError, "one time per row"),
        (lambda p: p.perturb(X, -0.5, X), ValueError, "t must lie in .*-0.5"),
        (lambda p: p.transition(0.5, 0.2), ValueError, "towards noise.*0.5.*0.2"),
        (lambda p: p.transition(math.nan, 0.2), ValueError, "t must lie in .*nan"),
        (lambda p: p.transition(0.2, math.nan), ValueError, "s must lie in .*nan"),
        (lambda p: p.transition(-0.1, 0.2), ValueError, "t must lie in .*-0.1"),
        (
            lambda p: p.transition(torch.ones(2) / 9, torch.ones(3) / 2),
            ValueError,
            r"t .*\(2,\).*s .*\(3,\)",
        ),
        (lambda p: p.posterior(X, X[:1], 0.5, 0.2), ValueError, "x_s has shape .* but x0"),
        (lambda p: p.posterior(X * math.nan, X, 0.5, 0.2), ValueError, "x_s contains NaN"),
        (lambda p: p.posterior(X, X * math.nan, 0.5, 0.2), ValueError, "x0 contains NaN"),
        (lambda p: p.posterior(X.int(), X, 0.5, 0.2), TypeError, "x_s must have a floating"),
        (lambda p: p.posterior(X, X, 0.2, 0.5), ValueError, "towards noise"),
        (lambda p: p.posterior(X, X, 0.0, 0.0), ValueError, "posterior needs noise.*s = 0"),
        (lambda p: p.posterior(X, X, torch.ones(2) / 2, 0.2), ValueError, "one time per row"),
        (lambda p: p.prior_log_prob(X * math.nan), ValueError, "x contains NaN"),
        (lambda p: p.prior_log_prob(X[0]), ValueError, r"x must have shape \(B, \*D\)"),
        (lambda p: p.prior_log_prob(X.long()), TypeError, "x must have a floating dtype"),
        (lambda p: p.sample_prior(3), (TypeError, ValueError), "shape .*3"),
        (lambda p: p.sample_prior((-1, 2)), ValueError, "shape .*-1"),
        (lambda p: time_grid(p, 0), ValueError, "at least one step, not n = 0"),
        (lambda p: time_grid(p, 2.5), (TypeError, ValueError), "n .*2.5"),
        (lambda p: time_grid(p, 3, t_min=0.0), ValueError, r"0 < t_min .*not 0.0"),
        (lambda p: time_grid(p, 3, t_min=-1.0), ValueError, r"0 < t_min .*not -1"),
        (lambda p: time_grid(p, 3, t_max=1e3), ValueError, "t_max <= .*1000"),
        (lambda p: time_grid(p, 3, t_max=math.nan), ValueError, "t_max .*nan"),
        (lambda p: time_grid(p, 3, t_min=0.3, t_max=0.3), ValueError, "t_min < t_max.*0.3"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call(VP())


def test_no_transition_leaves_pure_noise():
    for process in (CosineVP(), FlowMatching()):
        with pytest.raises(ValueError, match="alpha is 0"):
            process.transition(1.0, 1.0)


@dataclass(frozen=True)
class Bump(Process):
    """Noise that rises, and falls again: no linear SDE has this kernel."""

    def _alpha(self, t):
        return 1 + 0 * t

    def _sigma(self, t):
        return 0.5 + 0.4 * torch.sin(2 * math.pi * torch.as_tensor(t))


def test_no_transition_gives_signal_back():
    assert Bump().transition(0.0, 0.25)[1] == approx(math.sqrt(0.9**2 - 0.5**2))
    x = torch.ones(1, 1)
    for ask in (lambda: Bump().transition(0.3, 0.6), lambda: Bump().posterior(x, x, 0.6, 0.3)):
        with pytest.raises(ValueError, match=r"t = 0.3.* to s = 0.6.*ratio is larger at s"):
            ask()


@dataclass(frozen=True)
class Sinking(Process):
    """Noise of variance 4 of which a share is lost by t = 1."""

    share: float

    def _alpha(self, t):
        return 1 + 0 * t

    def _sigma(self, t):
        return 2 * (1 - self.share * t) ** 0.5


def test_a_hundred_thousandth_of_the_variance_may_be_lost_to_rounding():
    assert Sinking(0.95e-5).transition(0.0, 1.0)[1] == 0
    with pytest.raises(ValueError, match="larger at s"):
        Sinking(1.05e-5).transition(0.0, 1.0)


def test_a_grid_in_log_snr_cannot_start_without_signal():
    for process in (CosineVP(), FlowMatching()):
        for spacing in (uniform_in_log_snr, karras()):
            with pytest.raises(ValueError, match=r"t_max = 1.*(alpha|log-SNR|log_snr)"):
                time_grid(process, 3, spacing, t_max=1.0)
        assert time_grid(process, 2, uniform_in_time, t_max=1.0)[0] == 1


def test_empty_batches_stay_empty(process):
    none = torch.empty(0, 2)
    assert process.perturb(none, 0.5, none).shape == (0, 2)
    assert process.perturb(none, torch.empty(0), none).shape == (0, 2)
    assert process.posterior(none, none, 0.5, 0.2)[0].shape == (0, 2)
    assert process.prior_log_prob(none).shape == (0,)
    assert process.sample_prior((0, 2)).shape == (0, 2)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: VP(beta_min=math.nan), "beta_min .*nan"),
        (lambda: VP(beta_min=-1.0), "beta_min .*above 0, not -1"),
        (lambda: VP(beta_max=math.inf), "beta_max .*finite.*inf"),
        (lambda: VP(1.0, 0.5), "beta_max = 0.5 must be at least beta_min"),
        (lambda: VE(sigma_min=0.0), "sigma_min .*above 0, not 0"),
        (lambda: VE(sigma_min=-0.1), "sigma_min .*not -0.1"),
        (lambda: VE(1.0, 1.0), "sigma_max = 1.0 must exceed sigma_min"),
        (lambda: EDM(T=math.inf), "T .*finite.*inf"),
        (lambda: EDM(T=-1.0), "T .*above 0, not -1"),
        (lambda: EDM(T=1.0, t_min=2.0), "T = 1.0 must exceed t_min = 2.0"),
        (lambda: karras(0.0), "rho .*above 0, not 0"),
        (lambda: karras(math.nan), "rho .*nan"),
        (lambda: DiscreteProcess(torch.empty(0)), r"L >= 1, not \(0,\)"),
        (lambda: DiscreteProcess(torch.ones(2, 2) / 2), r"shape \(L,\).*not \(2, 2\)"),
        (lambda: DiscreteProcess(torch.tensor([0.5, math.nan])), "between 0 and 1"),
        (lambda: DiscreteProcess(torch.tensor([0.5, 1.0])), "between 0 and 1"),
        (lambda: DiscreteProcess(torch.tensor([0.5, -0.1])), "between 0 and 1"),
        (lambda: DiscreteProcess.linear(20), "L > 20 .*not L = 20"),
        (lambda: DiscreteProcess.cosine(0), r"L .*0"),
        (lambda: DiscreteProcess.cosine(-3), r"L .*-3"),
        (lambda: DiscreteProcess.cosine(10, offset=-5.0), "offset .*-5"),
        (lambda: DiscreteProcess.cosine(10, offset=math.nan), "offset .*nan"),
        (lambda: DiscreteProcess.linear(50).times(0), "n must be between 1 and L = 50, not 0"),
        (lambda: DiscreteProcess.linear(50).times(51), "n must be between 1 and L = 50, not 51"),
        (lambda: DiscreteProcess.linear(50).alpha(1.5), r"whole times 0..50, not 1.5"),
        (lambda: DiscreteProcess.linear(50).alpha(math.nan), "t must lie in .*nan"),
        (lambda: DiscreteProcess.linear(50).alpha(51), r"t must lie in \[0, 50\].*51"),
    ],
)
def test_bad_parameters_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_chain_has_no_velocity_and_says_so():
    process = DiscreteProcess.linear(50)
    for method in (process.alpha_dot, process.sigma_dot, process.f, process.g2):
        with pytest.raises(TypeError, match="no time derivative; use VP"):
            method(3)
    for level in (0.0, torch.zeros(2)):
        with pytest.raises((NotImplementedError, TypeError), match="does not invert its log-SNR"):
            process.t_from_log_snr(level)


def test_the_grid_of_a_chain_is_whole_or_refused():
    process = DiscreteProcess.linear(100)
    for n, spacing in ((4, uniform_in_log_snr), (7, uniform_in_time)):  # 7 steps: not whole
        with pytest.raises((TypeError, ValueError), match=r"times\(n\)"):
            time_grid(process, n, spacing)


def test_process_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Process()
