"""Step for step agreement with the schedulers of diffusers, on the same network and noise.

Their step index runs from 0: index k is our time k + 1. Grids are "trailing", which visits
L, L - L/n, ..., L/n and then 0, as `DiscreteProcess.times(n)` does when n divides L. Predicted
data are never clipped (their default, `clip_sample=True`, would move the modes).
"""

import pytest
import torch

from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import DiscreteProcess, FlowMatching
from dgm_lessons.samplers import DPMSolver2M, ancestral_step, ddim_step, euler_step, sample

L, N = 1000, 20
CHAIN = DiscreteProcess.linear(L)
TOLERANCE = 1e-5
CONFIG = {
    "num_train_timesteps": L,
    "beta_start": 1e-4,
    "beta_end": 0.02,
    "timestep_spacing": "trailing",
}


@pytest.fixture(scope="module")
def diffusers():
    """Imported when it is needed: that takes seconds."""
    return pytest.importorskip("diffusers", reason="diffusers is not installed")


def start(n=16):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def theirs(scheduler, denoiser, x, n=N, **options):
    """Run a scheduler of diffusers; the network's noise comes from our denoiser."""
    scheduler.set_timesteps(n)
    path = [x]
    for k in scheduler.timesteps:
        x = scheduler.step(denoiser.eps(x, float(k) + 1), k, x, **options).prev_sample
        path.append(x)
    return torch.stack(path)


def in_float64(scheduler):
    """The same tables without the rounding of float32, which 1000 steps would add up."""
    kept = CHAIN.alpha(torch.arange(1, L + 1)) ** 2
    scheduler.alphas_cumprod, scheduler.one = kept, torch.tensor(1.0, dtype=torch.float64)
    scheduler.final_alpha_cumprod = scheduler.one
    return scheduler


def far(a, b):
    return float((a - b).abs().max())


@pytest.fixture(params=["exact", "learned"])
def denoiser(request):
    """The exact denoiser of the ring, and an arbitrary network that no formula knows."""
    if request.param == "exact":
        return ExactDenoiser(ring(), CHAIN)
    return Denoiser(lambda x, level: torch.sin(x) + 0.1 * level[:, None].tanh(), CHAIN, "v")


def test_schedule(diffusers):
    scheduler = diffusers.DDPMScheduler(**CONFIG)
    i = torch.arange(1, L + 1)
    assert far(CHAIN.alpha(i) ** 2, scheduler.alphas_cumprod.double()) < TOLERANCE
    assert far(CHAIN.betas**2, scheduler.betas.double()) < 1e-8
    scheduler.set_timesteps(N)
    assert (scheduler.timesteps + 1).tolist() == CHAIN.times(N)[:-1].tolist()


def test_cosine_schedule(diffusers):
    scheduler = diffusers.DDPMScheduler(L, beta_schedule="squaredcos_cap_v2")
    i = torch.arange(1, L + 1)
    alpha = DiscreteProcess.cosine(L).alpha(i)
    assert far(alpha**2, scheduler.alphas_cumprod.double()) < TOLERANCE


@pytest.mark.parametrize("n", [10, N, 100])
def test_ddim(diffusers, denoiser, n):
    scheduler = diffusers.DDIMScheduler(**CONFIG, clip_sample=False)
    expected = theirs(scheduler, denoiser, start(), n)
    found = sample(denoiser, start(), CHAIN.times(n), ddim_step, path=True)
    assert far(found, expected) < TOLERANCE
    assert far(found, theirs(in_float64(scheduler), denoiser, start(), n)) < 1e-10


def test_ddim_on_a_leading_grid(diffusers, denoiser):
    """Times 951, 901, ..., 1 and 0."""
    scheduler = diffusers.DDIMScheduler(
        **CONFIG | {"timestep_spacing": "leading"}, clip_sample=False
    )
    expected = theirs(scheduler, denoiser, start())
    times = torch.tensor([*(scheduler.timesteps + 1).tolist(), 0])
    assert times[0] == 951 and times[-2] == 1
    assert far(sample(denoiser, start(), times, ddim_step, path=True), expected) < TOLERANCE


@pytest.mark.parametrize("n", [10, N, 100])
def test_ddpm_with_the_same_noise(diffusers, denoiser, n):
    scheduler = diffusers.DDPMScheduler(**CONFIG, clip_sample=False, variance_type="fixed_small")
    seeds = [torch.Generator().manual_seed(5) for _ in range(3)]
    expected = theirs(scheduler, denoiser, start(), n, generator=seeds[0])
    found = sample(denoiser, start(), CHAIN.times(n), ancestral_step, True, seeds[1])
    assert far(found, expected) < (TOLERANCE if n <= N else 1e-4)
    precise = theirs(in_float64(scheduler), denoiser, start(), n, generator=seeds[2])
    assert far(found, precise) < 1e-9


def test_dpm_solver_plus_plus_2m(diffusers, denoiser):
    scheduler = diffusers.DPMSolverMultistepScheduler(
        **CONFIG, algorithm_type="dpmsolver++", solver_order=2, solver_type="midpoint"
    )
    expected = theirs(scheduler, denoiser, start())
    found = sample(denoiser, start(), CHAIN.times(N), DPMSolver2M(), path=True)
    assert far(found, expected) < TOLERANCE
    order_one = sample(denoiser, start(), CHAIN.times(N), ddim_step, path=True)
    assert far(order_one, expected) > 1e-3  # the second order is seen


def test_euler_on_straight_flows(diffusers):
    """Their clock is our t: sigma runs from 1 to 0, and velocity is eps - x_0."""
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=L)
    denoiser = ExactDenoiser(ring(), FlowMatching())
    scheduler.set_timesteps(N)
    x = start()
    path = [x]
    for k, sigma in zip(scheduler.timesteps, scheduler.sigmas[:-1], strict=True):
        x = scheduler.step(denoiser.velocity(x, float(sigma)), k, x).prev_sample
        path.append(x)
    found = sample(denoiser, start(), scheduler.sigmas.double(), euler_step, path=True)
    assert far(found, torch.stack(path)) < TOLERANCE
