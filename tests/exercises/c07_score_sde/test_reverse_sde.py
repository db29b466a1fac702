"""Exercises of `reverse-sde`: each right answer once more, by another derivation."""

import math

import pytest
import torch
from pytest import approx

from dgm_lessons.exercises.c07_score_sde.reverse_sde import EXERCISES
from dgm_lessons.widgets import WithAndWithoutNoise


def wanted(name, trial=0):
    exercise = EXERCISES[name]
    return exercise.solution(*exercise.trials[trial])


@pytest.mark.parametrize("trial", [0, 1])
def test_a_step_back_is_the_flow_and_langevin(trial):
    """Undo the flow's velocity for a time h; then one Langevin step of size g^2 h / 2."""
    x, f, g2, score, h, z = EXERCISES["c-7-13"].trials[trial]
    flow, eta = x - h * (f * x - g2 * score / 2), g2 * h / 2
    expected = flow + eta * score + math.sqrt(2 * eta) * z
    assert torch.allclose(wanted("c-7-13", trial), expected)


@pytest.mark.parametrize("trial", [0, 1])
def test_the_variance_by_many_small_steps(trial):
    """In x / alpha the noise has variance v = sigma^2/alpha^2; then f = 0 and g^2 = dv/dt."""
    s, alpha, sigma, c = EXERCISES["c-7-15"].trials[trial]
    n = 20_000
    v = (sigma / alpha) ** 2
    h, variance = v / n, s**2 + v
    for k in range(n):
        shrink = 1 - h / (s**2 + v - k * h)
        variance = shrink**2 * variance + c**2 * h
    assert wanted("c-7-15", trial) == approx(variance, rel=1e-3)


@pytest.mark.parametrize("trial", [0, 1])
def test_the_power_by_the_variance_of_a_gaussian(trial):
    """For pi = N(0, 1) rest means a v = b^2 / 2, and pi^m has variance 1 / m."""
    a, b = EXERCISES["c-7-16"].trials[trial]
    h, variance = 1e-4, 1.0
    for _ in range(int(8 / (a * h))):
        variance = (1 - a * h) ** 2 * variance + b**2 * h
    assert 1 / wanted("c-7-16", trial) == approx(variance, rel=1e-3)


@pytest.mark.parametrize("trial", [0, 1])
def test_the_drift_lies_on_the_line_through_flow_and_reverse_sde(trial):
    x, f, g2, score, share = EXERCISES["c-7-17"].trials[trial]
    flow, reverse = f * x - g2 * score / 2, f * x - g2 * score
    assert torch.allclose(wanted("c-7-17", trial), torch.lerp(flow, reverse, share))


def test_what_arrives_is_what_the_picture_shows():
    """The buttons' settings of the widget are tested there; their order here is the exercise's."""
    (runs,) = EXERCISES["rsde-arrives"].trials[0]
    assert len(runs) == len(wanted("rsde-arrives")) == 5
    slips = WithAndWithoutNoise.class_traits()["slip"].values
    assert {"recorded", "replay"} <= set(slips)
    # data N(0, 1), f = 0, g = 1, T = 2: everything is a weighted sum of x_0 and of noise
    n = 400
    h = 2 / n

    def run(pull, fresh, old):
        first, past, new = 1.0, [1.0] * n, [0.0] * n  # weights in x_T, as it goes back
        for k in reversed(range(n)):
            shrink = 1 - pull * h / (1 + (k + 1) * h)
            first, past, new = first * shrink, [p * shrink for p in past], [d * shrink for d in new]
            past[k] -= old
            new[k] += fresh
        return first**2 + h * (sum(p**2 for p in past) + sum(d**2 for d in new))

    found = [run(1.5, math.sqrt(2), 0), run(0.5, 1, 0), run(1, 0, 0), run(0, 0, 1), run(1, 0, 1)]
    assert [int(abs(variance - 1) < 0.05) for variance in found] == wanted("rsde-arrives")
