"""Exercises on the reverse step: their solutions are the package's chain, and a printed slip."""

import math

import torch
from torch.distributions import Normal, kl_divergence

from dgm_lessons.exercises.c03_ddpm.reverse import EXERCISES
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
