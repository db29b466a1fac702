"""Exercises of chapter 7: each right answer once more, by another derivation."""

import pytest
import torch

from dgm_lessons.exercises.c07_score_sde.probability_flow import EXERCISES


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
    u, x, s, t = inputs  # the trapezium rule for the integral of u, at Euler's guess
    guess = x + (t - s) * u(x, s)
    return x + torch.trapezoid(torch.stack([u(x, s), u(guess, t)]), dx=t - s, dim=0)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    torch.testing.assert_close(
        by_definition(name).double(), wanted(name).double(), rtol=1e-6, atol=1e-8
    )
