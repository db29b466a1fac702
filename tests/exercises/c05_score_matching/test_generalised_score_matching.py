"""Exercises of `generalised-score-matching`: their solutions by the package and quadrature."""

import torch
from pytest import approx

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.exercises.c05_score_matching.generalised_score_matching import EXERCISES
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.objectives import generalised_score_matching, sure

SIGMA = 0.6


def noisy(n=200):
    g = torch.Generator().manual_seed(0)
    return 1.4 * torch.randn(n, 2, generator=g, dtype=torch.float64)


def test_the_adjoint_moves_the_operator_over():
    """The integral of g . L f is that of f L^† g, on the line, by quadrature."""
    a, x = 1.3, torch.linspace(-12, 12, 8001, dtype=torch.float64)
    f, slope = torch.exp(-((x - 0.4) ** 2)), -2 * (x - 0.4) * torch.exp(-((x - 0.4) ** 2))
    g, g_slope = x.sin(), x.cos()
    left = torch.trapezoid(g * (a * x * f + SIGMA**2 * slope), x)
    moved = EXERCISES["c-5-34"].solution(x[:, None], g[:, None], g_slope, a, SIGMA)
    assert float(torch.trapezoid(f * moved, x)) == approx(float(left), rel=1e-9)


def test_the_risk_comes_out_of_the_loss():
    x, adjoint = noisy(), EXERCISES["c-5-34"].solution

    def moved(field, x):
        value, divergence = value_and_divergence(field, x)
        return adjoint(x, value, divergence, 1.0, SIGMA)

    loss = float(generalised_score_matching(torch.tanh, x, moved).detach())
    found = EXERCISES["c-5-35"].solution(loss, float((x**2).sum(1).mean()), 2, SIGMA)
    assert found == approx(float(sure(torch.tanh, x, SIGMA).mean().detach()), rel=1e-12)


def test_two_heads_give_the_posterior_variance():
    x = torch.linspace(-2.5, 2, 10, dtype=torch.float64)[:, None]
    law = gm1().diffuse(1.0, SIGMA)
    score = law.score(x)[:, 0]
    first = -SIGMA * score
    second = SIGMA**2 * (law.hessian(x)[:, 0, 0] + score**2)
    found = EXERCISES["c-5-36"].solution(first, second, SIGMA)
    torch.testing.assert_close(found, gm1().seen(x, 1.0, SIGMA).covariance[:, 0, 0])


def test_who_sees_the_weights():
    """The targets for two shares, at samples: they differ, or they do not."""

    def targets(share, x):
        clusters = GaussianMixture([share, 1 - share], [[-4.0], [4.0]], 0.25)
        little, much = clusters.diffuse(1.0, 0.3), clusters.diffuse(1.0, 8.0)
        yield clusters.score(x)
        yield clusters.hessian(x)[:, :, 0] + clusters.score(x) ** 2
        yield x + 0.3**2 * little.score(x)
        yield much.score(x)

    x = torch.tensor([[-4.7], [-3.8], [3.5], [4.6]], dtype=torch.float64)
    gaps = [
        float((a - b).abs().max()) for a, b in zip(targets(0.3, x), targets(0.5, x), strict=True)
    ]
    exercise = EXERCISES["gsm-sees"]
    assert [int(gap > 1e-3) for gap in gaps] == exercise.solution(*exercise.trials[0])
