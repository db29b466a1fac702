"""Exercises on the forward chain: what they call right is what happens to points in a chain."""

import torch
from torch.distributions import Independent, Normal, kl_divergence

from dgm_lessons.exercises.c03_ddpm.forward import EXERCISES
from dgm_lessons.processes import DiscreteProcess


def test_the_noise_variances_are_those_of_a_chain():
    exercise = EXERCISES["c-3-04"]
    (betas,) = exercise.trials[0]
    made = torch.zeros(len(betas), len(betas), dtype=torch.float64)  # noise k, in a row of its own
    for k, beta in enumerate(betas):
        made = (1 - beta**2).sqrt() * made
        made[k, k] = beta
    variances = (made**2).sum(1)
    assert torch.allclose(exercise.solution(betas), variances)
    assert torch.allclose(variances.sum(), 1 - (1 - betas**2).prod())


def test_the_jump_is_the_packages():
    exercise = EXERCISES["c-3-06"]
    x0, betas, eps = exercise.trials[0]
    expected = DiscreteProcess(betas).perturb(x0, len(betas), eps)
    assert torch.allclose(exercise.solution(x0, betas, eps), expected)


def test_the_memory_is_the_kl_of_torch():
    exercise = EXERCISES["c-3-07"]
    x0, alpha_bar = exercise.trials[0]
    ruin = Independent(Normal(alpha_bar * x0, (1 - alpha_bar**2) ** 0.5), 1)
    prior = Independent(Normal(torch.zeros_like(x0), 1.0), 1)
    assert torch.allclose(exercise.solution(x0, alpha_bar), kl_divergence(ruin, prior))
