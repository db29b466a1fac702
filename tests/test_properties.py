"""Properties that hold for every process, time, shape and dtype, tried on drawn examples.

The profile (tests/conftest.py) is derandomized: each run tries the same examples.
"""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from dgm_lessons.denoisers import PREDICTIONS, Denoiser, ExactDenoiser, ReclockedDenoiser, convert
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import (
    EDM,
    VE,
    VP,
    CosineVP,
    DiscreteProcess,
    FlowMatching,
    karras,
    time_grid,
    uniform_in_log_snr,
    uniform_in_time,
)
from dgm_lessons.samplers import DPMSolver2M, ancestral_step, ddim_step, euler_step, heun_step

positive = st.floats(0.05, 20.0)
processes = st.one_of(
    st.builds(lambda low, more: VP(low, low + more), st.floats(0.05, 1.0), st.floats(5.0, 30.0)),
    st.just(CosineVP()),
    st.builds(lambda low, times: VE(low, low * times), st.floats(1e-3, 0.1), st.floats(100, 1e4)),
    st.builds(lambda T: EDM(T=T), st.floats(5.0, 200.0)),
    st.just(FlowMatching()),
)
fractions = st.floats(0.01, 0.99)
dtypes = st.sampled_from([torch.float32, torch.float64])
shapes = st.one_of(
    st.integers(1, 5).map(lambda n: (n, n)),  # B equal to D
    st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple),
)
seeds = st.integers(0, 10**6)
kinds = st.sampled_from(PREDICTIONS)


def draw(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def times_for(process, seed, n, dtype=torch.float64):
    """One time a row, away from both ends."""
    u = torch.rand(n, generator=torch.Generator().manual_seed(seed), dtype=dtype)
    return process.T * (0.02 + 0.96 * u)


def close(found, expected, tol):
    assert found.shape == expected.shape
    scale = float(expected.abs().max().clamp(min=1)) if expected.numel() else 1.0
    assert float((found - expected).abs().max()) <= tol * scale


def mixture_in(dim, seed):
    root = draw(seed, 3, dim, dim)
    covariances = 0.2 * root @ root.mT + 0.1 * torch.eye(dim, dtype=torch.float64)
    return GaussianMixture(torch.tensor([1.0, 2.0, 3.0]), draw(seed + 1, 3, dim), covariances)


def tanh_network(x, log_snr):
    return torch.tanh(x + 0.1 * log_snr.reshape(-1, *[1] * (x.dim() - 1)))


@given(processes, st.tuples(fractions, fractions, fractions))
def test_kernels_compose(process, us):
    r, t, s = (u * process.T for u in sorted(us))
    (a1, b1), (a2, b2), (a, b) = (process.transition(*pair) for pair in ((r, t), (t, s), (r, s)))
    assert math.isclose(float(a1 * a2), float(a), rel_tol=1e-10)
    total = float((a2 * b1) ** 2 + b2**2)
    assert math.isclose(
        total, float(b**2), rel_tol=1e-9, abs_tol=1e-15 * float(process.variance(s))
    )


@given(processes, fractions, dtypes)
def test_time_and_log_snr_are_inverse(process, u, dtype):
    t = torch.tensor(u * process.T, dtype=dtype)
    level = process.log_snr(t)
    assert level.dtype == dtype
    tol = 1e-3 if dtype == torch.float32 else 1e-9
    assert abs(float(process.t_from_log_snr(level) - t)) <= tol * process.T


@given(processes, fractions)
def test_the_sde_has_the_marginals(process, u):
    """(log alpha)' = f and (sigma^2)' = 2 f sigma^2 + g^2, by central differences."""
    t, h = u * process.T, 1e-5 * process.T
    slope = float(process.alpha(t + h).log() - process.alpha(t - h).log()) / (2 * h)
    f, g2 = float(process.f(t)), float(process.g2(t))
    assert math.isclose(slope, f, rel_tol=1e-4, abs_tol=1e-6)
    slope = float(process.variance(t + h) - process.variance(t - h)) / (2 * h)
    assert math.isclose(slope, 2 * f * float(process.variance(t)) + g2, rel_tol=1e-4, abs_tol=1e-6)
    assert g2 >= 0


@given(processes, shapes, seeds, dtypes)
def test_perturbing_a_batch_is_perturbing_its_rows(process, shape, seed, dtype):
    x0, eps = draw(seed, 2, *shape, dtype=dtype)
    t = times_for(process, seed, shape[0], dtype)
    x_t = process.perturb(x0, t, eps)
    assert x_t.dtype == dtype
    for i in range(shape[0]):
        row = process.perturb(x0[i : i + 1], t[i], eps[i : i + 1])
        close(x_t[i : i + 1], row, 1e-6 if dtype == torch.float32 else 1e-12)


@given(processes, shapes, seeds, dtypes, kinds, kinds)
def test_conversions_tell_the_truth(process, shape, seed, dtype, source, target):
    """From (x_0, eps) drawn on their own: never a round trip."""
    x0, eps = draw(seed, 2, *shape)
    t = times_for(process, seed, shape[0])
    wide = t.reshape(-1, *[1] * (len(shape) - 1))
    alpha, sigma = process.alpha(wide.flatten()), process.sigma(wide.flatten())
    h = 1e-6 * process.T
    slopes = [(curve(t + h) - curve(t - h)) / (2 * h) for curve in (process.alpha, process.sigma)]
    alpha, sigma, alpha_dot, sigma_dot = (c.reshape(wide.shape) for c in (alpha, sigma, *slopes))
    answers = {
        "x0": x0,
        "eps": eps,
        "v": alpha * eps - sigma * x0,
        "velocity": alpha_dot * x0 + sigma_dot * eps,
        "score": -eps / sigma,
    }
    x_t = alpha * x0 + sigma * eps
    y, x_t, expected = (z.to(dtype) for z in (answers[source], x_t, answers[target]))
    found = convert(y, x_t, t, process, source, target)
    assert found.dtype == dtype
    close(found, expected, 2e-1 if dtype == torch.float32 else 1e-4)


@given(processes, shapes, seeds, kinds)
def test_a_batch_of_one_equals_its_row(process, shape, seed, kind):
    x = draw(seed, *shape)
    t = times_for(process, seed, shape[0])
    denoiser = Denoiser(tanh_network, process, kind)
    for other in PREDICTIONS:
        read = denoiser if other == "x0" else getattr(denoiser, other)
        full = read(x, t)
        assert bool(torch.isfinite(full).all())
        for i in range(shape[0]):
            close(full[i : i + 1], read(x[i : i + 1], float(t[i])), 1e-10)


@given(processes, st.integers(1, 4), seeds, dtypes)
def test_the_exact_denoiser_row_by_row(process, dim, seed, dtype):
    mixture = mixture_in(dim, seed)
    t = times_for(process, seed, dim)  # B equal to D
    x = process.perturb(mixture.sample(dim, dtype=torch.float64), t, draw(seed, dim, dim)).to(dtype)
    denoiser = ExactDenoiser(mixture, process)
    for kind in PREDICTIONS:
        read = denoiser if kind == "x0" else getattr(denoiser, kind)
        full = read(x, t)
        assert full.dtype == dtype and bool(torch.isfinite(full).all())
        rows = torch.cat([read(x[i : i + 1], float(t[i])) for i in range(dim)])
        close(full, rows, 1e-4 if dtype == torch.float32 else 1e-10)


@given(processes, processes, st.floats(-5.0, 8.0), seeds)
def test_reclocking_is_exact(there, here, level, seed):
    reach = [float(process.log_snr(process.T)) for process in (there, here)]
    if level < max(reach):
        level = max(reach) + 0.1
    mixture = mixture_in(2, seed)
    t = float(here.t_from_log_snr(level))
    x = here.perturb(draw(seed, 4, 2), t, draw(seed + 1, 4, 2))
    moved = ReclockedDenoiser(ExactDenoiser(mixture, there), here)
    exact = ExactDenoiser(mixture, here)
    close(moved(x, t), exact(x, t), 1e-6)
    close(moved.velocity(x, t), exact.velocity(x, t), 1e-6)


@given(st.integers(1, 4), seeds, st.floats(1e-6, 1e3), st.floats(1e-3, 1.0))
def test_tweedie_at_any_noise_level(dim, seed, ratio, alpha):
    """alpha E[x_0 | x] = x + sigma^2 score, and Cov is symmetric, positive, below sigma^2/alpha^2
    plus what the modes spread."""
    sigma = ratio * alpha
    mixture = mixture_in(dim, seed)
    x = alpha * draw(seed, 3, dim) + sigma * draw(seed + 1, 3, dim)
    score = mixture.diffuse(alpha, sigma).score(x)
    mean = mixture.seen(x, alpha, sigma).mean
    close(alpha * mean, x + sigma**2 * score, 1e-9)
    covariance = mixture.seen(x, alpha, sigma).covariance
    close(covariance, covariance.mT, 1e-12)
    eigenvalues = torch.linalg.eigvalsh(covariance)
    assert bool((eigenvalues > 0).all()) and bool(torch.isfinite(covariance).all())


@given(processes, shapes, seeds, dtypes, fractions, fractions)
def test_steps_keep_shape_dtype_and_rows(process, shape, seed, dtype, u, v):
    s, t = (process.T * w for w in (max(u, v) + 0.005, min(u, v)))
    denoiser = Denoiser(tanh_network, process, "v")
    x = draw(seed, *shape, dtype=dtype)
    for step in (ddim_step, euler_step, heun_step, DPMSolver2M()):
        full = step(denoiser, x, s, t)
        assert full.dtype == dtype and bool(torch.isfinite(full).all())
        fresh = DPMSolver2M() if isinstance(step, DPMSolver2M) else step
        close(fresh(denoiser, x[:1], s, t), full[:1], 1e-3 if dtype == torch.float32 else 1e-9)
    full = ancestral_step(denoiser, x, s, t, torch.Generator().manual_seed(seed))
    assert full.shape == shape and full.dtype == dtype and bool(torch.isfinite(full).all())


@given(processes, st.integers(1, 40), st.sampled_from(["time", "log_snr", "karras"]))
def test_grids_decrease_and_hit_their_ends(process, n, name):
    spacing = {"time": uniform_in_time, "log_snr": uniform_in_log_snr, "karras": karras(3.0)}[name]
    times = time_grid(process, n, spacing)
    assert len(times) == n + 1 and bool((times.diff() < 0).all())
    assert times[0] == process.t_max and times[-1] == process.t_min


@given(st.lists(st.floats(1e-3, 0.99), min_size=1, max_size=30))
def test_any_chain_preserves_variance(betas):
    process = DiscreteProcess(torch.tensor(betas, dtype=torch.float64))
    i = torch.arange(len(betas) + 1)
    close(
        process.alpha(i) ** 2 + process.variance(i), torch.ones(len(i), dtype=torch.float64), 1e-12
    )
    assert bool((process.alpha(i).diff() < 0).all())
