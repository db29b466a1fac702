"""Exercises of `annealed-langevin`: what they call right is the package's sampler, and its laws."""

import math

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser, FunctionDenoiser
from dgm_lessons.exercises.c06_ncsn.annealed_langevin import EXERCISES, _score
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import annealed_langevin

LAW = GaussianMixture([0.4, 0.6], [[-1.3, -1.3], [1.3, 1.3]], 0.25)


def drawn(seed, *shape):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def test_the_score_of_the_trials_is_the_mixture_s():
    x = drawn(0, 20, 2)
    assert torch.allclose(_score(x, 0.7), LAW.diffuse(1.0, 0.7).score(x))


@pytest.mark.parametrize("sigmas", [[0.4], [0.3, 0.9, 2.0]])
def test_the_sampler_and_its_level_are_the_package_s(sigmas):
    first, delta, K = drawn(1, 6, 2), 0.01, 3
    g = torch.Generator().manual_seed(2)
    noises = torch.stack([
        torch.stack([torch.randn(6, 2, generator=g, dtype=torch.float64) for _ in range(K)])
        for _ in sigmas
    ])  # fmt: skip
    expected = annealed_langevin(
        ExactDenoiser(LAW, EDM()), sigmas[-1] * first, sigmas[::-1], K, delta / sigmas[0] ** 2,
        torch.Generator().manual_seed(2),
    )  # fmt: skip
    score = lambda x, sigma: LAW.diffuse(1.0, sigma).score(x)  # noqa: E731
    found = EXERCISES["c-6-09"].solution(first, score, sigmas, delta, noises)
    assert torch.allclose(found, expected)
    if len(sigmas) == 1:
        own = EXERCISES["c-6-08"].solution(
            sigmas[0] * first, score, sigmas[0], sigmas[0], delta, noises[0]
        )
        assert torch.allclose(own, expected)


def test_the_ratio_is_that_of_many_draws():
    delta, sigma, sigma_1, s = 0.03, 0.7, 0.4, 0.9
    x = math.hypot(s, sigma) * drawn(3, 200_000)
    eta = delta * sigma**2 / sigma_1**2
    drift = eta * (x / (s**2 + sigma**2)).square().mean().sqrt()
    found = EXERCISES["c-6-10"].solution(delta, sigma, sigma_1, s)
    assert found == pytest.approx(float(drift / math.sqrt(2 * eta)), rel=5 / math.sqrt(400_000))


def test_the_variance_is_the_chain_s():
    v, s, sigma, eta, K = 2.6, 0.4, 0.9, 0.13, 3
    expected = v
    for _ in range(K):
        expected = (1 - eta / (s**2 + sigma**2)) ** 2 * expected + 2 * eta
    assert EXERCISES["ald-variance"].solution(v, s, sigma, eta, K) == pytest.approx(expected)


def test_the_calls_are_counted():
    asked = []

    def denoise(x, t):
        asked.append(t)
        return ExactDenoiser(LAW, EDM())(x, t)

    counted = FunctionDenoiser(denoise, EDM())
    x = annealed_langevin(counted, drawn(4, 3, 2), [1.6, 0.8, 0.4, 0.2], 5, 0.1)
    counted(x, 0.2)  # the last denoising
    assert len(asked) == 21 == pytest.approx(EXERCISES["c-6-11"].solution(0.2, 1.6, 2.0, 5))
