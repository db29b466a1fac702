"""Exercises of `same-marginals`: what they call right is what processes and densities do."""

import numpy as np
import torch
from pytest import approx

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c08_fokker_planck.same_marginals import EXERCISES, PROCESSES
from dgm_lessons.fokker_planck import Grid, evolve
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import VP
from dgm_lessons.samplers import solve_adaptive

EXACT = ExactDenoiser(gm1(), VP())
QUIET = VP(1e-9, 2e-9)  # nearly no noise, for flows on a grid


def f_g2_score(x, t):
    return VP().f(t) * x, VP().g2(t), EXACT.score(x, t)


def off(drift, process, times):
    """L1 distance to p_t of the density that this drift and this process's noise give."""
    grid = Grid(-8, 8, 500)
    start, end = (grid.averages(EXACT.marginal(t).log_prob) for t in (times[0], times[-1]))
    found = evolve(start, grid, process, times, drift, steps=400)[-1]
    return float(grid.mass((found - end).abs()))


def pieces(pull):
    def drift(x, t):
        f, g2, score = f_g2_score(x, t)
        return f - pull * g2 * score

    return drift


def added(x, t):
    return pieces(0.5)(x, t) + EXACT.score(x, t)


def test_each_process_keeps_the_law_or_not():
    """By the density that the equation gives; the coin is a mixture of two that do."""
    up, down = [0.1, 0.2], [0.2, 0.1]
    found = [
        off(pieces(0.5), QUIET, up),
        off(pieces(1.0), VP(), down),
        off(pieces(1.0), VP(), up),
        off(pieces(1.0), QUIET, down),
        max(off(pieces(0.0), VP(), up), off(pieces(0.5), QUIET, up)),
        off(added, QUIET, up),
    ]
    assert [int(value < 0.02) for value in found] == EXERCISES["sm-keep"].solution(PROCESSES)
    assert all(value < 0.02 or value > 0.1 for value in found), found


def test_the_drift_of_the_family_keeps_the_law():
    for up, b in ((1, 1.7), (-1, 2.5)):
        noise = VP(b**2, b**2)  # g^2 = b^2 at all times

        def drift(x, t, up=up, b=b):
            f, g2, score = f_g2_score(x, t)
            both = EXERCISES["c-8-07"].solution(f, float(g2) ** 0.5, score, b)
            return both[0 if up == 1 else 1]

        assert off(drift, noise, [0.1, 0.2][::up]) < 0.01


def test_the_gaussian_map_is_the_flow():
    m, std, s, t = 0.8, 0.6, 0.2, 0.7
    flow = ExactDenoiser(GaussianMixture([1.0], [[m]], std**2), VP())
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    ends = [tuple(map(float, VP().levels(v))) for v in (s, t)]
    found = EXERCISES["c-8-09"].solution(x, m, std, *ends)
    assert (solve_adaptive(flow, x, s, t, 1e-9, 1e-9)[0] - found).abs().max() < 1e-6


def test_the_correlation_is_that_of_pairs():
    rng = np.random.default_rng(0)
    std, alpha, sigma, share = 0.7, 0.8, 0.45, 0.3
    x0, z = std * rng.standard_normal((2, 400_000)) / [[1], [std]]
    flow = np.hypot(alpha * std, sigma) / std * x0
    xt = np.where(rng.random(400_000) < share, alpha * x0 + sigma * z, flow)
    found = EXERCISES["c-8-10"].solution(share, std, alpha, sigma)
    assert found == approx(np.corrcoef(x0, xt)[0, 1], abs=0.003)


def test_the_leak_is_a_divergence():
    law, x, k, c = ring(8), torch.tensor([0.7, -1.1], dtype=torch.float64), 0.7, 1.9
    A = torch.tensor([[k, -c], [c, k]], dtype=torch.float64)

    def flux(y):
        return law.log_prob(y[None]).exp()[0] * (A @ law.score(y[None])[0])

    jacobian = torch.autograd.functional.jacobian(flux, x)
    p, score = law.log_prob(x[None]).exp()[0], law.score(x[None])[0]
    bend = law.hessian(x[None])[0].trace()
    found = EXERCISES["c-8-11"].solution(k, c, score @ score, bend)
    assert float(found) == approx(float(jacobian.trace() / p), rel=1e-9)
