"""Exercises of `tweedie`: what they call right is the exact posterior of a mixture."""

import torch

from dgm_lessons.exercises.c05_score_matching.tweedie import EXERCISES
from dgm_lessons.mixtures import GaussianMixture, gm1, ring


def test_denoiser_score_and_spread_are_those_of_a_mixture():
    alpha, sigma = 0.7, 0.9
    x = torch.linspace(-2.5, 2.0, 10, dtype=torch.float64)[:, None]
    noisy = gm1().diffuse(alpha, sigma)
    seen, score = gm1().seen(x, alpha, sigma), noisy.score(x)
    mean = seen.mean
    assert torch.allclose(EXERCISES["c-5-21"].solution(x, alpha, sigma, score), mean)
    assert torch.allclose(EXERCISES["c-5-22"].solution(x, alpha, sigma, mean), score)
    std = EXERCISES["c-5-26"].solution(alpha, sigma, noisy.hessian(x)[:, 0, 0])
    covariance = seen.covariance[:, 0, 0]
    assert torch.allclose(std**2, covariance)


def test_the_total_variance_is_the_trace_of_the_covariance():
    alpha, sigma = 0.7, 0.9
    x = torch.tensor([[0.3, -1.1], [1.4, 0.2], [-0.5, 0.6]], dtype=torch.float64)
    noisy = ring(5).diffuse(alpha, sigma)
    laplacian = noisy.hessian(x).diagonal(dim1=1, dim2=2).sum(1)
    found = EXERCISES["c-5-25"].solution(alpha, sigma, laplacian, 2)
    covariance = ring(5).seen(x, alpha, sigma).covariance
    assert torch.allclose(found, covariance.diagonal(dim1=1, dim2=2).sum(1))


def test_log_densities_bend_as_predicted():
    one = GaussianMixture([1.0], [[0.0]], 0.3**2)
    two = GaussianMixture([1.0, 1.0], [[-2.0], [2.0]], 0.3**2)
    looks = ((one, 0.1, 0.5), (two, 0.0, 0.4), (two, 9.0, 0.4), (two, 0.0, 3.0))
    found = []
    for law, place, sigma in looks:
        at = torch.tensor([[place]], dtype=torch.float64)
        found.append(int(law.diffuse(1.0, sigma).hessian(at).sign().item()))
    exercise = EXERCISES["tweedie-bends"]
    assert found == exercise.solution(*exercise.trials[0])
