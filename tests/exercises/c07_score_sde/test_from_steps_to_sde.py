"""Exercises of `from-steps-to-sde`: what they call right is right for a process of the package."""

import math

import pytest
import torch

from dgm_lessons.exercises.c07_score_sde.from_steps_to_sde import EXERCISES
from dgm_lessons.processes import VE, VP, DiscreteProcess


def test_the_signal_that_is_left_is_the_limit_of_the_products():
    for B in (0.6, 3.0):
        betas = torch.full((20_000,), B / 20_000, dtype=torch.float64).sqrt()
        product = DiscreteProcess(betas).alpha(20_000).item()
        assert EXERCISES["c-7-01"].solution(B) == pytest.approx(product, rel=1e-3)


def test_the_noise_is_that_of_ve():
    process, t = VE(0.1, 2.5), 0.4
    sigma = 0.1 * 25**t  # with the floor, as a paper has it
    found = EXERCISES["c-7-02"].solution(sigma, math.log(25) * sigma)
    assert found**2 == pytest.approx(float(process.g2(t)))


def test_small_steps_have_the_law_of_vp():
    """From 1.3 in 200 steps: mean and variance of the transition, up to the error of order dt."""
    process, start, L = VP(0.1, 8.0), torch.full((40_000,), 1.3, dtype=torch.float64), 200
    g, x = torch.Generator().manual_seed(0), start
    for i in range(L):
        eps = torch.randn(x.shape, generator=g, dtype=x.dtype)
        x = EXERCISES["c-7-03"].solution(x, float(process.g2((i + 0.5) / L)), 1 / L, eps)
    assert float(x.mean()) == pytest.approx(1.3 * float(process.alpha(1.0)), abs=0.02)
    assert float(x.var()) == pytest.approx(float(process.sigma(1.0)) ** 2, abs=0.04)


def test_the_noise_is_heard_in_the_exercise_s_own_paths():
    for (path, T), g in zip(EXERCISES["c-7-06"].trials, (0.7, 1.9), strict=True):
        error = 4 * g / math.sqrt(2 * (len(path) - 1))
        assert float(EXERCISES["c-7-06"].solution(path, T)) == pytest.approx(g, abs=error)


def test_orders_are_one_where_the_noise_is_additive():
    assert EXERCISES["c-7-05"].solution() == [1, 0.5, 1, 0.5]
