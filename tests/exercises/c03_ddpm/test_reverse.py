"""Exercises on the reverse step: their solutions are the package's chain, and a printed slip."""

import math

import torch
from torch.distributions import Normal, kl_divergence

from dgm_lessons.exercises.c03_ddpm.reverse import EXERCISES
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import DiscreteProcess


def test_the_posterior_mean_is_the_packages():
    exercise = EXERCISES["c-3-12"]
    x_i, x_0, beta, bar = exercise.trials[0]
    chain = DiscreteProcess(torch.tensor([math.sqrt(1 - bar**2), beta], dtype=torch.float64))
    mean, _ = chain.posterior(x_i, x_0, 2, 1)
    assert torch.allclose(exercise.solution(*exercise.trials[0]), mean, atol=1e-12)


def test_the_exponent_is_that_of_the_posterior_and_the_printed_one_is_not():
    exercise = EXERCISES["c-3-13"]
    before, x_i, x_0, alpha, _, bar_before = exercise.trials[0]
    chain = DiscreteProcess(
        torch.tensor([math.sqrt(1 - bar_before**2), math.sqrt(1 - alpha**2)], dtype=torch.float64)
    )
    mean, std = chain.posterior(x_i, x_0, 2, 1)
    expected = ((before - mean) / std) ** 2  # the constant is included: the square is complete
    assert torch.allclose(exercise.solution(*exercise.trials[0]), expected, atol=1e-10)
    printed = next(words for words in exercise.mistakes if "as printed" in words)
    assert (exercise.mistakes[printed](*exercise.trials[0]) - expected).abs().max() > 0.1


def test_the_best_variance_is_that_of_paths():
    """The variance of x_{i-1} given x_i for Gaussian data, counted by regression on paths."""
    _, beta, bar = EXERCISES["c-3-16"].trials[0]
    g = torch.Generator().manual_seed(0)
    x_0, e_1, e_2 = torch.randn(3, 400_000, generator=g, dtype=torch.float64)
    before = bar * x_0 + math.sqrt(1 - bar**2) * e_1
    x_i = math.sqrt(1 - beta**2) * before + beta * e_2
    slope, pull = (x_i @ y / (x_i @ x_i) for y in (before, x_0))
    known = (x_0 - pull * x_i).var().reshape(1)
    found = EXERCISES["c-3-16"].solution(known, beta, bar)
    assert abs(found - (before - slope * x_i).var()) < 5 * found * math.sqrt(2 / len(x_i))


def test_the_step_loss_is_the_kl():
    exercise = EXERCISES["c-3-17"]
    model, target, variance = exercise.trials[0]
    kl = kl_divergence(Normal(target, math.sqrt(variance)), Normal(model, math.sqrt(variance)))
    assert torch.allclose(exercise.solution(*exercise.trials[0]), kl.sum(1), atol=1e-12)


def test_the_student_loss_is_torchs_kl():
    exercise = EXERCISES["rev-student"]
    for mu, variance, mean, log_std in exercise.trials:
        teacher, student = Normal(mu, math.sqrt(variance)), Normal(mean, log_std.exp())
        kl = kl_divergence(teacher, student).sum(1)
        assert torch.allclose(exercise.solution(mu, variance, mean, log_std), kl, atol=1e-12)


def test_what_half_a_step_does():
    """KL to the Gaussian, weight of x_0 and variance, for two small steps of one chain."""
    law = gm1().diffuse(0.7, math.sqrt(1 - 0.7**2))
    u, found = torch.linspace(-9, 9, 2001, dtype=torch.float64), []
    for beta in (0.04, 0.02):
        alpha = math.sqrt(1 - beta**2)
        x = 0.5 + beta * u  # x_{i-1} near x_i = 0.5
        log_p = -((0.5 - alpha * x) ** 2) / (2 * beta**2) + law.log_prob(x[:, None])
        log_p = log_p - torch.trapezoid(log_p.exp(), x).log()
        mean = torch.trapezoid(log_p.exp() * x, x)
        std = torch.trapezoid(log_p.exp() * (x - mean) ** 2, x).sqrt()
        kl = torch.trapezoid(log_p.exp() * (log_p - Normal(mean, std).log_prob(x)), x)
        chain = DiscreteProcess(torch.tensor([math.sqrt(1 - 0.7**2), beta], dtype=torch.float64))
        zero, one = torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
        pull, width = chain.posterior(zero, one, 2, 1)
        found.append(torch.stack([kl, pull[0, 0], width**2]))
    wanted = torch.tensor(EXERCISES["rev-halved"].solution(()), dtype=torch.float64)
    assert torch.allclose(found[0] / found[1], wanted, rtol=0.02)
