"""Exercises on the variational bound: their solutions meet quadrature, draws and whole walks."""

import math

import torch
from torch.distributions import Normal

from dgm_lessons.exercises.c03_ddpm.variational_bound import EXERCISES


def test_the_bound_of_the_right_model_is_its_likelihood():
    """Where the model's walk is the noise's walk turned round, every walk gives -log p(x_0)."""
    a, b = 0.8, 0.6  # data N(0, 1): the chain is stationary and reads the same both ways
    g = torch.Generator().manual_seed(0)
    x = [torch.randn(7, generator=g, dtype=torch.float64)]
    for _ in range(3):
        x.append(a * x[-1] + b * torch.randn(7, generator=g, dtype=torch.float64))
    up = torch.stack([Normal(a * x[k], b).log_prob(x[k + 1]) for k in range(3)], 1)
    down = torch.stack([Normal(a * x[k + 1], b).log_prob(x[k]) for k in range(3)], 1)
    unit = Normal(0.0, 1.0)
    found = EXERCISES["c-3-49"].solution(up, down, unit.log_prob(x[3]), 1)
    assert torch.allclose(found, -unit.log_prob(x[0]) / math.log(2), atol=1e-6)


def test_the_weight_is_that_of_the_mean():
    """A unit of noise moves mu_phi by beta^2 / (alpha sigma_bar); its cost is half its square."""
    exercise = EXERCISES["c-3-44"]
    beta, s, bar = exercise.trials[0]
    move = beta**2 / (math.sqrt(1 - beta**2) * math.sqrt(1 - bar**2))
    assert math.isclose(exercise.solution(beta, s, bar), move**2 / (2 * s**2), rel_tol=1e-12)
    printed = next(words for words in exercise.mistakes if "as printed" in words)
    assert exercise.mistakes[printed](beta, s, bar) > 2 * exercise.solution(beta, s, bar)


def test_the_levels_add_up_and_agree_with_quadrature():
    exercise = EXERCISES["c-3-50"]
    _, mean, std, K = exercise.trials[0]
    each = [exercise.solution(torch.full(mean.shape, k), mean, std, K).exp() for k in range(K)]
    assert torch.allclose(sum(each), torch.ones_like(mean), atol=1e-12)
    fine = torch.linspace(2.5, 3.5, 2001, dtype=torch.float64)
    area = torch.trapezoid(Normal(mean[..., None], std).log_prob(fine).exp(), fine)
    assert torch.allclose(each[3], area, atol=1e-7)
