"""Exercises of `denoising-score-matching`: what they call right is measured on exact laws."""

import torch

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c05_score_matching.denoising_score_matching import EXERCISES, some_score
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import VE
from dgm_lessons.samplers import langevin_step

X = torch.linspace(-8, 8, 4001, dtype=torch.float64)[:, None]


def averaged(law, values):
    """The mean of a function of x under a law on the line."""
    return torch.trapezoid(law.log_prob(X).exp() * values, X[:, 0])


def perfect(sigma):
    """Half the mean variance of the target that a perfect network leaves."""
    law = gm1().diffuse(1.0, sigma)
    return 0.5 * (1 / sigma**2 - averaged(law, law.score(X)[:, 0] ** 2))


def test_what_half_the_noise_changes():
    sigma = 0.01
    factors = EXERCISES["c-5-17"].solution(())
    score = [gm1().diffuse(1.0, s).score(X[1500:2500]) for s in (sigma, sigma / 2)]
    found = [
        (2 / sigma) ** 2 / (1 / sigma) ** 2,
        (sigma / 2) / sigma,
        (score[1].norm() / score[0].norm()).item(),
        (perfect(sigma / 2) / perfect(sigma)).item(),
    ]
    assert torch.allclose(torch.tensor(found), torch.tensor(factors).float(), rtol=3e-3)


def test_the_target_is_the_kernels_score():
    g = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 20, 3, generator=g, dtype=torch.float64)
    y.requires_grad_(True)
    kernel = torch.distributions.Normal(0.8 * x, torch.full_like(x, 0.6))
    (score,) = torch.autograd.grad(kernel.log_prob(y).sum(), y)
    assert torch.allclose(EXERCISES["c-5-15"].solution(x, y.detach(), 0.8, 0.6), score)


def test_the_loss_is_the_packages_with_its_weight():
    g = torch.Generator().manual_seed(1)
    x, eps = torch.randn(2, 6, 6, generator=g, dtype=torch.float64)  # B = D on purpose
    sigma = torch.linspace(0.2, 1.4, 6, dtype=torch.float64)
    process = VE(sigma_max=5.0)
    times = process.t_from_log_snr(-2 * sigma.log())

    def network(x, log_snr):
        scale = (1 + (-log_snr).exp()).sqrt()[:, None]
        return some_score(x * scale, (-log_snr / 2).exp())

    denoiser = Denoiser(network, process, predicts="score")
    expected = denoising_loss(denoiser, x, times, eps, weight=sigma**2)
    found = EXERCISES["c-5-16"].solution(some_score, x, eps, sigma)
    assert torch.allclose(found, expected, rtol=1e-6)


def test_the_error_of_a_score_is_read_from_its_denoising_loss():
    sigma = 0.5
    law = gm1().diffuse(1.0, sigma)
    exact, wrong = law.score(X)[:, 0], law.score(X)[:, 0] + 0.3 * X[:, 0].sin()
    squared = averaged(law, (wrong - exact) ** 2)
    loss = 0.5 * squared + perfect(sigma)
    power = averaged(law, exact**2)
    found = EXERCISES["c-5-14"].solution(loss, sigma, 1, power)
    assert torch.isclose(found, squared.sqrt())


def test_variances_before_and_after_the_posterior_mean():
    s, sigma = 0.8, 0.5
    data = GaussianMixture([1.0], [[0.0]], s**2)
    law, g = data.diffuse(1.0, sigma), torch.Generator().manual_seed(2)
    x = law.sample(40_000, g, torch.float64)
    for _ in range(30):
        x = langevin_step(law.score, x, 0.005, g)
    found = torch.stack([x.var(), data.seen(x, 1.0, sigma).mean.var()])
    expected = torch.tensor(EXERCISES["c-5-20"].solution(s, sigma), dtype=torch.float64)
    assert (found / expected - 1).abs().max() < 0.04
