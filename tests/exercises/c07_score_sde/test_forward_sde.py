"""Exercises of the page forward-sde: each right answer once more, by another derivation."""

import math

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, quad, solve_ivp
from scipy.optimize import brentq
from scipy.stats import norm

from dgm_lessons.exercises.c07_score_sde.forward_sde import EXERCISES


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-7-08":
        points, x, alpha, sigma = inputs
        table = [norm.pdf(x.numpy(), alpha * float(p), sigma) for p in points]
        return np.mean(table, axis=0)
    if name == "c-7-09":
        x0, f, g, T = inputs
        mean = solve_ivp(lambda t, m: f * m, (0, T), [x0], rtol=1e-11, atol=1e-12).y[0, -1]
        return mean, quad(lambda s: (g * math.exp(f * (T - s))) ** 2, 0, T)[0]
    if name == "c-7-10":
        f, g, P0 = inputs
        curve = solve_ivp(
            lambda t, P: 2 * f * P + g**2,
            (0, 40),
            [P0],
            rtol=1e-11,
            atol=1e-13,
            dense_output=True,
            max_step=0.05,
        ).sol
        rest = curve(40)[0]
        half = brentq(lambda t: curve(t)[0] - (rest + P0) / 2, 0, 20)
        return rest, half
    rates = [
        (lambda t: -np.exp(-t), lambda t: np.exp(-t)),
        (lambda t: -1 / (2 + t), lambda t: 0.1 + 0 * t),
        (lambda t: -(np.sin(t) ** 2), lambda t: 1 + 0 * t),
        (lambda t: 0 * t, lambda t: np.exp(-t)),
        (lambda t: 1 + 0 * t, lambda t: 1 + 0 * t),
    ]
    t = np.linspace(0, 200, 200_001)
    answers = []
    for f, g in rates:  # noise over signal, P / E^2, at T = 100 and T = 200: does it still grow?
        log_e = cumulative_trapezoid(f(t), t, initial=0)
        ratio = cumulative_trapezoid((g(t) * np.exp(-log_e)) ** 2, t, initial=0)
        answers.append(int(ratio[-1] > 1.5 * ratio[100_000]))
    return answers


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(by_definition(name), found, rtol=1e-5, atol=1e-8)
