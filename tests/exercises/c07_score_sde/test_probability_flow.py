"""Exercises of chapter 7: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c07_score_sde.probability_flow import EXERCISES
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP
from dgm_lessons.samplers import solve_adaptive


def wanted(name):
    """The right answer, as a tensor."""
    exercise = EXERCISES[name]
    return torch.as_tensor(exercise.solution(*exercise.trials[0]))


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[0]
    if name == "c-7-20":
        x, f, g2, score = inputs
        reverse_sde, langevin = f * x - g2 * score, -0.5 * g2 * score
        return reverse_sde - langevin
    if name == "c-7-21":  # the variance of E[x_0 | x_T], by regression of x_0 on x_T
        s, alpha, sigma = inputs
        covariance = torch.tensor([[s**2, alpha * s**2], [0, alpha**2 * s**2 + sigma**2]])
        return covariance[0, 1] ** 2 / covariance[1, 1]
    if name == "c-7-22":  # differentiate alpha(t) x_0 + sigma(t) eps with the pair held fixed
        x, x0, alpha, sigma, alpha_dot, sigma_dot = inputs
        eps, h = (x - alpha * x0) / sigma, 1e-6
        later, before = (
            (alpha + d * alpha_dot) * x0 + (sigma + d * sigma_dot) * eps for d in (h, -h)
        )
        return (later - before) / (2 * h)
    if name == "pf-rank":  # the share of N(0, 1) below the answer, by summing the density
        (rank,) = inputs
        x = torch.linspace(-8, 8, 400_001, dtype=torch.float64)
        below = torch.cumulative_trapezoid(torch.exp(-0.5 * x**2) / (2 * torch.pi) ** 0.5, x)
        return torch.from_numpy(np.interp(rank.numpy(), below.numpy(), x[1:].numpy()))
    u, x, s, t = inputs  # the trapezium rule for the integral of u, at Euler's guess
    guess = x + (t - s) * u(x, s)
    return x + torch.trapezoid(torch.stack([u(x, s), u(guess, t)]), dx=t - s, dim=0)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    torch.testing.assert_close(
        by_definition(name).double(), wanted(name).double(), rtol=1e-6, atol=1e-8
    )


def test_the_flow_takes_a_rank_to_its_noise():
    """Two heaps of data, where a rank is found by bisection, carried along the exact flow."""
    exercise, process = EXERCISES["pf-rank"], VP()
    (rank,) = exercise.trials[0]
    exact = ExactDenoiser(gm1(), process)
    first = exact.marginal(process.t_min)
    width = first.covariances[:, 0, 0].sqrt()
    low, high = torch.full_like(rank, -9.0), torch.full_like(rank, 9.0)
    for _ in range(60):
        x = (low + high) / 2
        below = torch.special.ndtr((x[:, None] - first.means.T) / width) @ first.weights < rank
        low, high = torch.where(below, x, low), torch.where(below, high, x)
    end, _ = solve_adaptive(exact, x[:, None], process.t_min, 1.0, 1e-8, 1e-8)
    assert torch.allclose(end[:, 0], exercise.solution(rank), atol=0.03)  # p_1 is nearly N(0, 1)
