"""Exercises of `langevin`: what they call right is the package's step, its chain and its times."""

import math

import numpy as np
import pytest
import torch

from dgm_lessons.exercises.c04_energy.langevin import CASES, EXERCISES
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.samplers import langevin, langevin_step


def test_the_step_is_the_package_s():
    x = torch.randn(50, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = langevin_step(gm1().score, x, 0.1, torch.Generator().manual_seed(1))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(1), dtype=x.dtype)
    found = EXERCISES["c-4-12"].solution(x, gm1().score(x), 0.1, noise)
    assert torch.allclose(found, expected)


@pytest.mark.parametrize(("s", "eta", "c"), [(0.7, 0.2, 1.3), (0.5, 0.4, math.sqrt(2))])
def test_the_variance_is_where_the_chain_rests(s, eta, c):
    v = 3.0
    for _ in range(2000):
        v = (1 - eta / s**2) ** 2 * v + c**2 * eta
    assert EXERCISES["c-4-13"].solution(s, eta, c) == pytest.approx(v)


def test_the_five_chains_are_as_predicted():
    s2 = 0.25

    def compared(eta, c):
        keep, v = (1 - eta / s2) ** 2, s2
        for _ in range(3000):
            v = min(keep * v + c**2 * eta, 1e9)
        return 2 if v > 1e6 else round(float(np.sign(v - s2)))

    root = math.sqrt(2)
    bare = [compared(ratio * s2, root) for ratio in (0.5, 1.9, 2.1)]
    assert [*bare, 0, compared(s2 / 1000, 1.0)] == EXERCISES["langevin-widths"].solution(CASES)


def test_the_ratio_is_the_one_that_the_package_uses():
    g = torch.Generator().manual_seed(0)
    x, y = (torch.randn(40, 1, generator=g, dtype=torch.float64) for _ in range(2))
    law, eta = gm1(), 0.15
    means = [z + eta * law.score(z) for z in (x, y)]
    solution = EXERCISES["langevin-ratio"].solution
    found = solution(law.log_prob(x), law.log_prob(y), x, y, *means, eta)
    std = math.sqrt(2 * eta)
    bells = langevin._log_bell(x, means[1], std) - langevin._log_bell(y, means[0], std)
    assert torch.allclose(found, law.log_prob(y) - law.log_prob(x) + bells)


def test_the_time_has_the_right_exponent_and_four_fifths_of_the_size():
    """Against the exact integral; Kramers' parabola misses this hill by sqrt(pi / 2) = 1.25."""
    s, ratios = 0.5, []
    for d in (2.5, 3.0):
        law = GaussianMixture([0.5, 0.5], [[-d], [d]], s**2)
        x = torch.linspace(-d - 5, d, 200_001, dtype=torch.float64)
        p = law.log_prob(x[:, None]).exp()
        below = torch.cumsum(p, 0) * (x[1] - x[0])
        exact = torch.trapezoid((below / p)[x > -d], x[x > -d]).item()
        ratios.append(exact / EXERCISES["c-4-15"].solution(d, s))
    assert ratios == pytest.approx([math.sqrt(math.pi / 2)] * 2, rel=0.05)
