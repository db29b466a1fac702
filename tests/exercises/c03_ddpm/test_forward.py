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


def test_the_first_order_is_close_to_the_product():
    exercise = EXERCISES["c-3-38"]
    for first, last, L in exercise.trials:
        squares = torch.linspace(first, last, L, dtype=torch.float64)
        exact = DiscreteProcess(squares.sqrt()).alpha(L)
        assert abs(exercise.solution(first, last, L) / torch.as_tensor(exact).log() - 1) < 0.02


def test_rising_schedules_keep_most_in_the_middle():
    """Chains of several lengths and ends, each with the same end for its three schedules."""
    for L, end in ((20, 0.1), (100, 0.02), (1000, 0.006)):
        rising = torch.arange(1, L + 1, dtype=torch.float64) / L
        shapes = {"constant": torch.ones_like(rising), "falling": rising.flip(0), "rising": rising}
        left = {}
        for name, shape in shapes.items():
            low, high = 0.0, 1 / shape.max().item()
            for _ in range(80):  # beta^2 = c shape, with alpha_bar_L = end
                c = (low + high) / 2
                bars = (1 - c * shape).sqrt().cumprod(0)
                low, high = (low, c) if bars[-1] < end else (c, high)
            left[name] = bars[L // 2 - 1]
        exercise = EXERCISES["fwd-middle"]
        places = exercise.solution(*exercise.trials[0])
        best_first = sorted(left, key=left.__getitem__, reverse=True)
        assert [best_first.index(name) + 1 for name in exercise.trials[0][0]] == places
