"""Exercises of `sure`: what they call right is what the package estimates."""

import torch
from pytest import approx

from dgm_lessons.exercises.c05_score_matching.sure import EXERCISES
from dgm_lessons.objectives import sure

SIGMA = 0.7


def denoiser(x):
    return torch.stack([0.7 * x[:, 0] + x[:, 1].sin(), 0.5 * x[:, 1] * x[:, 0]], 1)


def test_written_sure_is_the_packages():
    g = torch.Generator().manual_seed(0)
    y = torch.randn(6, 2, generator=g, dtype=torch.float64)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda row: denoiser(row[None])[0]))(y)
    slopes = jacobian.diagonal(dim1=1, dim2=2)
    found = EXERCISES["c-5-28"].solution(y, denoiser(y), slopes, SIGMA)
    torch.testing.assert_close(found, sure(denoiser, y, SIGMA))


def test_the_first_term_is_off_by_what_the_exercise_says():
    """For each clean value, of the constant zero and of doing nothing, in closed form."""
    bias = EXERCISES["c-5-29"].solution
    square = 3.1  # |x|^2 in 4 dimensions: the risk of zero, whose first term is |x|^2 + 4 sigma^2
    assert bias(0.0, 4, SIGMA) == approx((square + 4 * SIGMA**2) - square)
    assert bias(4.0, 4, SIGMA) == approx(0 - 4 * SIGMA**2)


def test_signs_and_the_best_shrinkage_by_the_package():
    values = torch.tensor([[0.4], [0.0], [3 * SIGMA], [0.0]], dtype=torch.float64)
    factors = (1.0, 0.0, 0.0, 0.5)
    readings = [
        sure(lambda y, a=a: a * y, v[None], SIGMA).item()
        for a, v in zip(factors, values, strict=True)
    ]
    exercise = EXERCISES["sure-signs"]
    found = [0 if abs(r) < 1e-12 else (1 if r > 0 else -1) for r in readings]
    assert found == exercise.solution(*exercise.trials[0])

    y = 2 * torch.randn(50, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    best = EXERCISES["c-5-31"].solution(float((y**2).sum(1).mean()), 3, SIGMA)
    a = torch.tensor(best, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(sure(lambda y: a * y, y, SIGMA).mean(), a)
    assert float(slope) == approx(0, abs=1e-12)
