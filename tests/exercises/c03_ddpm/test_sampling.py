"""Exercises on DDPM's sampler: their solutions are the package's steps and Bayes' rule."""

import torch

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c03_ddpm.sampling import EXERCISES
from dgm_lessons.processes import DiscreteProcess


def test_the_step_is_the_packages():
    x, guess, eps, beta, bar = EXERCISES["c-3-31"].trials[0]
    chain = DiscreteProcess(torch.tensor([(1 - bar**2) ** 0.5, beta], dtype=torch.float64))
    clean = (x - chain.sigma(2) * guess) / chain.alpha(2)
    mean, std = chain.posterior(x, clean, 2, 1)
    found = EXERCISES["c-3-31"].solution(x, guess, eps, beta, bar)
    assert torch.allclose(found, mean + std * eps, atol=1e-12)


def test_the_walk_is_the_packages_means_with_wide_noise():
    x, guess, betas, eps = EXERCISES["c-3-41"].trials[0]
    found = EXERCISES["c-3-41"].solution(x, guess, betas, eps)
    chain = DiscreteProcess(betas)
    for i in range(len(betas), 0, -1):
        step = Denoiser(lambda _, log_snr, i=i, x=x: guess(x, i), chain)
        mean, _ = chain.posterior(x, step(x, i), i, i - 1)
        x = mean if i == 1 else mean + betas[i - 1] * eps[i - 1]
    assert torch.allclose(found, x, atol=1e-12)


def test_the_best_square_is_conditioning_and_has_both_special_cases():
    _, beta, bar = EXERCISES["c-3-34"].trials[0]
    v = torch.tensor([0.0, 0.25, 1.0, 4.0], dtype=torch.float64)
    before = bar**2 * v + 1 - bar**2
    known = before - (1 - beta**2) * before**2 / ((1 - beta**2) * before + beta**2)
    found = EXERCISES["c-3-34"].solution(v, beta, bar)
    assert torch.allclose(found, known, atol=1e-12)
    chain = DiscreteProcess(torch.tensor([(1 - bar**2) ** 0.5, beta], dtype=torch.float64))
    narrow = chain.posterior(torch.zeros(1, 1), torch.zeros(1, 1), 2, 1)[1]
    assert torch.isclose(found[0], narrow**2)
    assert torch.isclose(found[2], torch.tensor(beta**2, dtype=torch.float64))
    assert found[1] < beta**2 < found[3]
