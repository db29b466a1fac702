"""A share of Langevin in the reverse SDE's step: 0 is the flow, 1 the reverse SDE."""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
from pytest import approx

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.processes import VP, time_grid
from dgm_lessons.samplers import (
    euler_maruyama_moments,
    euler_maruyama_step,
    euler_step,
    sample,
)

Z = torch.tensor([[-2.3], [-0.4], [0.7], [1.9]], dtype=torch.float64)
SHARES = (0.0, 0.3, 1.0, 2.0)


@pytest.fixture
def times(process):
    return 0.7 * process.T, 0.66 * process.T


def test_without_langevin_it_is_an_euler_step_of_the_flow(process, times, generator):
    denoiser = ExactDenoiser(gm1(), process)
    expected = euler_step(denoiser, Z, *times)
    mean, std = euler_maruyama_moments(denoiser, Z, *times, share=0)
    torch.testing.assert_close(mean, expected, rtol=1e-10, atol=1e-10)
    assert float(std) == 0
    found = euler_maruyama_step(denoiser, Z, *times, generator, share=0.0)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_one_is_the_reverse_sde_to_the_last_bit(process, times):
    denoiser = ExactDenoiser(gm1(), process)
    plain, full = (
        euler_maruyama_step(denoiser, Z, *times, torch.Generator().manual_seed(2), *share)
        for share in ((), (1.0,))
    )
    assert torch.equal(plain, full)


@pytest.mark.parametrize("share", SHARES)
def test_moments_by_hand(process, times, share):
    """The flow's step plus `share` times a Langevin step of size g^2 (s - t) / 2."""
    denoiser = ExactDenoiser(gm1(), process)
    s, t = times
    eta = float(process.g2(s)) * (s - t) / 2
    score = gm1().diffuse(process.alpha(s), process.sigma(s)).score(Z)
    mean, std = euler_maruyama_moments(denoiser, Z, s, t, share)
    expected = euler_step(denoiser, Z, s, t) + share * eta * score
    torch.testing.assert_close(mean, expected, rtol=1e-10, atol=1e-10)
    assert float(std) == approx(math.sqrt(2 * share * eta))


@pytest.mark.parametrize("share", SHARES)
def test_every_share_keeps_a_gaussian_law(process, share):
    """Variance at the end of 400 and 800 steps, without random numbers; the error halves."""
    law = GaussianMixture([1.0], [[0.7]], 0.3)
    denoiser = ExactDenoiser(law, process)
    errors = []
    for n in (400, 800):
        grid = time_grid(process, n, t_min=0.02 * process.T)
        variance = denoiser.marginal(float(grid[0])).covariances.item()
        for s, t in pairwise(grid.tolist()):
            probe = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
            at, std = euler_maruyama_moments(denoiser, probe, s, t, share)
            variance = float(at[1] - at[0]) ** 2 * variance + float(std) ** 2
        errors.append(variance / denoiser.marginal(float(grid[-1])).covariances.item() - 1)
    assert abs(errors[1]) < 0.08
    assert errors[1] == approx(errors[0] / 2, rel=0.1, abs=1e-4)


def test_a_sampler_takes_a_share(generator):
    denoiser = ExactDenoiser(gm1(), VP())
    x = VP().sample_prior((4000, 1), generator, torch.float64)
    step = partial(euler_maruyama_step, share=2.0)
    x = sample(denoiser, x, time_grid(VP(), 200), step, generator=generator)[:, 0]
    assert float(x.std()) == approx(1.298, abs=0.1)
    assert float((x > -0.4).double().mean()) == approx(0.6, abs=0.06)


@pytest.mark.parametrize("share", [-0.1, math.nan, math.inf, "1", None, torch.tensor(1.0)])
@pytest.mark.parametrize("function", [euler_maruyama_moments, euler_maruyama_step])
def test_no_such_share(function, share):
    denoiser = ExactDenoiser(gm1(), VP())
    with pytest.raises(ValueError, match="share must be a finite number from 0"):
        function(denoiser, Z, 0.5, 0.4, share=share)
