"""Exercises of the page flow-maps: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch.func import jvp

from dgm_lessons.exercises.c11_beyond.flow_maps import EXERCISES


def followed(x, m, w, alpha, sigma, s, t):
    """Where alpha' E[x_0 | x] + sigma' E[eps | x] takes x, on curves through both levels."""

    def slope(time, x):
        k = (time - s) / (t - s)
        a, b = alpha[0] + k * (alpha[1] - alpha[0]), sigma[0] + k * (sigma[1] - sigma[0])
        rates = [(pair[1] - pair[0]) / (t - s) for pair in (alpha, sigma)]
        variance = (a * w) ** 2 + b**2
        datum = m + a * w**2 * (x - a * m) / variance
        noise = b * (x - a * m) / variance
        return rates[0] * datum + rates[1] * noise

    return solve_ivp(slope, (s, t), x, rtol=1e-10, atol=1e-12).y[:, -1]


def is_map(psi):
    """Whether a formula is x at s = t, and the same in one step and in two."""
    x, s, r, t = 0.7, 0.9, 0.4, 0.15
    two, one = psi(psi(x, s, r), r, t), psi(x, s, t)
    return float(abs(psi(x, s, s) - x) < 1e-12 and abs(two - one) < 1e-12)


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-11-07":
        x, m, w, s, a, p, t, b, q = inputs
        end = followed(x.numpy(), m, w, (a, b), (p, q), s, t)
        return (end - x.numpy()) / (t - s)
    if name == "maps-laws":
        formulas = [
            lambda x, s, t: x,
            lambda x, s, t: x * (1 + t - s),
            lambda x, s, t: x * np.exp(t**2 - s**2),
            lambda x, s, t: x + (t - s) * x**2,
            lambda x, s, t: x + np.sin(t) - np.sin(s),
        ]
        return [is_map(psi) for psi in formulas]
    if name == "maps-target":  # of u = x du_dx + s du_ds, whose derivatives are the ones given
        v, s, t, by_s, by_x = inputs

        def u(x, s):
            return x * by_x + s * by_s

        slope = jvp(u, (torch.ones_like(v), s), (v, torch.ones_like(s)))[1]
        return v + (t - s) * slope
    u_1, u_2, s, r, t = inputs  # the way of a body that has one speed, and then another
    body = solve_ivp(lambda time, x: u_1.flatten(), (s, r), 0 * u_1.flatten()).y[:, -1]
    body = solve_ivp(lambda time, x: u_2.flatten(), (r, t), body).y[:, -1]
    return body.reshape(u_1.shape) / (t - s)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=1e-6, atol=1e-7)
