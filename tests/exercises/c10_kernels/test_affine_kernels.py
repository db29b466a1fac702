"""Exercises of the page affine-kernels: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch

from dgm_lessons.exercises.c10_kernels.affine_kernels import EXERCISES


def crowd(alpha_t, sigma_t, alpha_s, sigma_s):
    """Share and variance of a hop as the limit of many: with the variance even in time."""
    n = 4000
    k = np.arange(n + 1) / n
    a = alpha_t * (alpha_s / alpha_t) ** k
    v = sigma_t**2 + (sigma_s**2 - sigma_t**2) * k
    noise = 0.0
    for i in range(n):  # each little hop shrinks what is there and adds what is missing
        ratio = a[i + 1] / a[i]
        noise = ratio**2 * noise + v[i + 1] - ratio**2 * v[i]
    return noise


def on_a_grid(x_s, center, std, ratio, fresh):
    """The mean of x_t by quadrature, for each entry."""
    grid = torch.linspace(-40, 40, 20001, dtype=torch.float64)
    x_s, center = x_s[..., None], center[..., None]
    log = -0.5 * ((grid - center) / std) ** 2 - 0.5 * (x_s - ratio * grid) ** 2 / fresh
    weight = log.softmax(-1)
    return (weight * grid).sum(-1)


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-10-04":  # the variance of one small step of the SDE with these curves
        a, da, s, ds = inputs
        h = 1e-6
        ratio = (a + h * da) / a
        return ((s + h * ds) ** 2 - ratio**2 * s**2) / h
    if name == "kern-sde":
        t = np.linspace(0.01, 0.99, 99)
        ratios = [(1 - t) / 0.5, 1 / (1 - t), np.exp(-t), np.exp(t), (1 + t) / t]
        return [float((np.diff(ratio) <= 0).all()) for ratio in ratios]
    if name == "c-10-08":
        return crowd(*inputs)
    if name == "c-10-09":
        x_s, x_0, a, s, ratio, fresh = inputs
        return on_a_grid(x_s, a * x_0, s, ratio, fresh)
    x_s, eps, a, s, b, r = inputs
    ratio = b / a
    return on_a_grid(x_s, a * (x_s - r * eps) / b, s, ratio, r**2 - ratio**2 * s**2)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "rising"), [("c-10-08", 1), ("c-10-10", 0)])
def test_the_trials_are_not_vp_and_one_hop_has_a_rising_snr(name, rising):
    """There the variance is negative, and its modulus or 0 in its place is wrong."""
    found = 0
    for trial in EXERCISES[name].trials:
        alpha_t, sigma_t, alpha_s, sigma_s = trial[-4:]
        found += alpha_t / sigma_t < alpha_s / sigma_s
        assert abs(alpha_s**2 + sigma_s**2 - 1) > 0.05
    assert found == rising
