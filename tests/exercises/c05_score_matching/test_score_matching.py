"""Exercises of `score-matching`: what they call right, once more by something independent."""

import torch
from pytest import approx

from dgm_lessons.exercises.c05_score_matching.score_matching import EXERCISES
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.objectives import implicit_score_matching


def test_the_implicit_loss_is_the_packages():
    exercise = EXERCISES["c-5-04"]
    for score, x in exercise.trials:
        found = float(exercise.solution(score, x).detach())
        assert found == approx(float(implicit_score_matching(score, x).detach()))


def test_uniform_data_look_gaussian():
    """The least loss among 4001 values of theta, by quadrature over the box."""
    width = 1.7
    x = torch.linspace(-width / 2, width / 2, 2001, dtype=torch.float64)
    theta = torch.linspace(0, 10, 4001, dtype=torch.float64)[:, None]
    loss = torch.trapezoid(-theta + 0.5 * (theta * x) ** 2, x) / width
    best = EXERCISES["c-5-05"].solution(torch.tensor([width], dtype=torch.float64))
    assert float(best) == approx(float(theta[loss.argmin()]), abs=3e-3)


def test_the_printed_objective_doubles_the_score():
    """On GM1 by quadrature, over multiples of the exact score."""
    x = torch.linspace(-6, 6, 20_001, dtype=torch.float64)[:, None]
    density, score, slope = gm1().log_prob(x).exp(), gm1().score(x)[:, 0], gm1().hessian(x)[:, 0, 0]
    c = torch.linspace(0, 4, 401, dtype=torch.float64)[:, None]
    loss = torch.trapezoid(density * (c * slope + (0.5 * c * score) ** 2), x[:, 0])
    found = EXERCISES["sm-printed-half"].solution(torch.ones(1))
    assert float(found) == approx(float(c[loss.argmin()]), abs=1e-6)


def test_the_best_scale_of_the_true_score_is_one():
    law = gm1()
    x = law.sample(200_000, torch.Generator().manual_seed(0), torch.float64)
    best = EXERCISES["c-5-06"].solution(law.score(x) / 3, law.hessian(x)[:, 0, 0] / 3)
    assert float(best) == approx(3, abs=0.06)


def test_a_saddle_of_two_gaussians_is_a_saddle():
    middle = torch.zeros(1, 2, dtype=torch.float64)
    for std, kind in ((0.2, 0), (1.1, 0), (1.6, 1)):  # far apart, nearer, melted into one
        law = GaussianMixture([0.5, 0.5], [[-1.0, -1.0], [1.0, 1.0]], std**2)
        values = torch.linalg.eigvalsh(law.hessian(middle))
        assert EXERCISES["c-5-07"].solution(values).tolist() == [kind]
        assert EXERCISES["c-5-07"].solution(values.abs()).tolist() == [-1]
