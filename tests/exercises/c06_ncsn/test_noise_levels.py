"""Exercises of `noise-levels`: what they call right is measured on exact laws."""

import math

import torch

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.exercises.c06_ncsn.noise_levels import CHANGES, EXERCISES
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import EDM, DiscreteProcess


def radial_overlap(one, other, dim):
    """The mass that N(0, one^2 I) and N(0, other^2 I) share, from their radii by quadrature."""
    r = torch.linspace(0, 12 * max(one, other) * dim**0.5, 400_001, dtype=torch.float64)[1:]
    densities = []
    for sigma in (one, other):
        log_p = (dim - 1) * r.log() - r**2 / (2 * sigma**2) - dim * math.log(sigma)
        constant = (dim / 2 - 1) * math.log(2) + math.lgamma(dim / 2)
        densities.append((log_p - constant).exp())
    return torch.trapezoid(torch.minimum(*densities), r).item()


def test_what_changes_the_overlap_of_neighbours():
    def neighbours(low, high, levels, dim=2, width=0.0):
        ratio = (high / low) ** (1 / (levels - 1))
        return radial_overlap(math.hypot(low, width), math.hypot(low * ratio, width), dim)

    before = neighbours(0.1, 4.0, 10)
    after = (
        neighbours(0.2, 8.0, 10),
        neighbours(0.1, 4.0, 10, dim=200),
        neighbours(0.1, 4.0, 20),
        neighbours(0.1, 8.0, 10),
        neighbours(0.1, 4.0, 10, width=0.1),
    )
    signs = [0 if abs(x - before) < 1e-6 else int(math.copysign(1, x - before)) for x in after]
    assert signs == EXERCISES["levels-overlap"].solution(CHANGES)


def test_the_score_far_away():
    x = torch.tensor([6.0, -8.0, 11.0], dtype=torch.float64)
    noisy = GaussianMixture([1.0], [[0.7]], 0.4**2).diffuse(1.0, 0.15)
    found = EXERCISES["c-6-03"].solution(x, 0.7, 0.4, 0.15)
    assert torch.allclose(found, noisy.score(x[:, None])[:, 0])
    assert found.abs().min() > 25


def test_the_ladder_has_one_ratio():
    levels = EXERCISES["c-6-04"].solution(0.05, 3.7, 7)
    ratios = levels[1:] / levels[:-1]
    assert len(levels) == 7 and torch.allclose(ratios, ratios[:1])
    assert torch.allclose(levels[[0, -1]], torch.tensor([0.05, 3.7], dtype=torch.float64))


def test_the_losses_are_the_packages_with_their_weights():
    g = torch.Generator().manual_seed(0)
    x, eps = torch.randn(2, 3, 5, 2, generator=g, dtype=torch.float64)
    sigma = torch.tensor([0.1, 0.8, 2.5], dtype=torch.float64)
    denoiser = Denoiser(lambda x, log_snr: x.sin() - 0.3, EDM(), predicts="score")
    wanted, score = [], []
    for level, clean, noise in zip(sigma, x, eps, strict=True):
        weight = (level**2).expand(len(clean))
        wanted.append(denoising_loss(denoiser, clean, level, noise, weight=weight))
        score.append(denoiser.score(clean + level * noise, level))
    found = EXERCISES["c-6-06"].solution(torch.stack(score), eps, sigma)
    assert torch.allclose(found, torch.stack(wanted))


def test_the_noise_of_a_chain_becomes_a_score():
    chain, i = DiscreteProcess.linear(100), 30
    alpha, sigma = chain.alpha(i), chain.sigma(i)
    data = GaussianMixture([0.3, 0.7], [[-1.0], [1.5]], [0.2, 0.1])
    x = torch.linspace(-3, 3, 13, dtype=torch.float64)[:, None]
    seen = data.seen(x, alpha, sigma)
    eps = (x - alpha * seen.mean) / sigma
    assert torch.allclose(EXERCISES["c-6-07"].solution(eps, float(alpha)), seen.score)
