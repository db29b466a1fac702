"""Exercises of `tweedie`: what they call right is the exact posterior of a mixture."""

import torch

from dgm_lessons.exercises.c05_score_matching.tweedie import EXERCISES
from dgm_lessons.mixtures import gm1


def test_denoiser_score_and_spread_are_those_of_a_mixture():
    alpha, sigma = 0.7, 0.9
    x = torch.linspace(-2.5, 2.0, 10, dtype=torch.float64)[:, None]
    noisy = gm1().diffuse(alpha, sigma)
    mean, score = gm1().posterior_mean(x, alpha, sigma), noisy.score(x)
    assert torch.allclose(EXERCISES["c-5-21"].solution(x, alpha, sigma, score), mean)
    assert torch.allclose(EXERCISES["c-5-22"].solution(x, alpha, sigma, mean), score)
    std = EXERCISES["c-5-26"].solution(alpha, sigma, noisy.hessian(x)[:, 0, 0])
    covariance = gm1().posterior_covariance(x, alpha, sigma)[:, 0, 0]
    assert torch.allclose(std**2, covariance)
