"""Exercises of the page ve-and-vp: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c07_score_sde.ve_and_vp import EXERCISES
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import VP


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-7-27":  # the variance must grow by g^2 dt
        low, high, t = inputs
        variance, h = lambda t: (low + (high - low) * t**2) ** 2, 1e-5
        return np.sqrt((variance(t + h) - variance(t - h)) / (2 * h))
    if name == "c-7-28":  # the moment equations in the clock B
        mean, var, B = inputs
        rates = lambda b, y: [-y[0] / 2, 1 - y[1]]  # noqa: E731
        return solve_ivp(rates, (0, B), [mean, var], rtol=1e-10, atol=1e-12).y[:, -1]
    if name == "c-7-30":
        x, x0, alpha, sigma = inputs
        kernel = lambda x: torch.distributions.Normal(alpha * x0, sigma).log_prob(x).sum()  # noqa: E731
        return torch.func.grad(kernel)(x)
    score, x, alpha, sigma = inputs  # of the log-density along x, by differences of its integral
    h = 1e-5
    below, above = ((x + d) / alpha for d in (-h, h))
    rise = (above - below) * score((above + below) / 2, sigma / alpha)
    return rise / (2 * h)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=1e-6, atol=1e-8)


def test_a_score_of_ve_becomes_that_of_vp():
    law, process = ring(8), VP()
    x = law.sample(50, torch.Generator().manual_seed(0), torch.float64)
    alpha, sigma = (float(level) for level in process.levels(0.4))
    found = EXERCISES["vevp-map"].solution(
        lambda y, noise: law.diffuse(1.0, noise).score(y), x, alpha, sigma
    )
    torch.testing.assert_close(found, ExactDenoiser(law, process).score(x, 0.4))
