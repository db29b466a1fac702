"""Exercises of the page `fast-solvers`: each right answer once more, by another way."""

import math

import pytest
import torch
from scipy.integrate import quad

from dgm_lessons.exercises.c11_beyond.fast_solvers import EXERCISES
from dgm_lessons.processes import EDM, karras, time_grid


def test_the_weight_by_quadrature():
    h, before = 0.9, 1.4
    change = quad(lambda u: math.exp(u) * u / before, 0, h)[0]  # of a guess that rose by 1
    held = quad(math.exp, 0, h)[0]
    assert EXERCISES["c-11-07-weight"].solution(h, before) == pytest.approx(change / held)


def test_the_middle_is_of_order_two():
    """On Gaussian data of variance 1, where the flow keeps x / sqrt(1 + level^2)."""
    step, x = EXERCISES["c-11-07-middle"].solution, torch.tensor([[1.3]], dtype=torch.float64)

    def error(t):
        exact = x * math.sqrt((1 + t**2) / (1 + 0.8**2))
        return float(step(lambda x, level: x / (1 + level**2), x, 0.8, t) - exact)

    h = 0.05
    powers = error(0.8 * math.exp(-h)) / error(0.8 * math.exp(-h / 2))
    assert math.log2(powers) == pytest.approx(3, abs=0.1)


def test_the_slip_by_its_code():
    c, (a, b), (d, e) = 1.2, (0.6, 0.9), (0.8, 0.3)
    h, x = 2 * math.log(d * b / (e * a)), 0.6 * 1.2 + 0.9 * 0.7  # noise 0.7
    computed = e / b * x + d * (1 - math.exp(-h)) * c
    assert EXERCISES["c-11-07-slip"].solution(c, a, b, d, e) == pytest.approx(
        computed - (d * c + e * 0.7)
    )


def test_the_two_ends_of_the_packages_grid():
    process = EDM()
    lam = process.log_snr(time_grid(process, 20_000, karras(7.0))) / 2
    found = (lam[-1] - lam[-2]) / (lam[1] - lam[0])
    assert EXERCISES["c-11-07-rho"].solution(80, 0.002, 7.0) == pytest.approx(float(found), 1e-3)
