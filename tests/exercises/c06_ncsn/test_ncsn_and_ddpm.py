"""Exercises of `ncsn-and-ddpm`: what they call right is what mixtures, chains and walks do."""

import math

import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c06_ncsn.ncsn_and_ddpm import EXERCISES
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import EDM, DiscreteProcess
from dgm_lessons.samplers import langevin_step

ANSWER = {name: exercise.solution for name, exercise in EXERCISES.items()}


def test_the_density_is_that_of_a_mixture_of_bells_about_the_data():
    g = torch.Generator().manual_seed(0)
    data = torch.randn(7, 3, generator=g, dtype=torch.float64)
    x = torch.randn(5, 3, generator=g, dtype=torch.float64)
    law = GaussianMixture(torch.ones(7) / 7, data, 0.7**2)
    assert torch.allclose(ANSWER["c-6-15"](x, data, 0.7), law.log_prob(x).exp())


def test_the_target_is_the_gradient_of_the_bell():
    x, noisy = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0)).double()
    noisy.requires_grad_(True)
    log_bell = -((noisy - x) ** 2).sum() / (2 * 0.6**2)
    (wanted,) = torch.autograd.grad(log_bell, noisy)
    assert torch.allclose(ANSWER["c-6-15-target"](x, noisy.detach(), 0.6), wanted)


def test_the_update_is_the_packages_step():
    x, score = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0)).double()
    noise = torch.randn(4, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    wanted = langevin_step(
        lambda x: score, x, 0.02 * 1.5**2 / 0.3**2, torch.Generator().manual_seed(1)
    )
    found = ANSWER["c-6-15-langevin"](x, score, noise, 0.02, 1.5, 0.3)
    assert torch.allclose(found, wanted)


def test_the_link_is_the_score_at_the_rescaled_point():
    chain, ladder = DiscreteProcess.linear(50), EDM()
    x = torch.randn(6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    alpha_bar = float(chain.alpha(20))
    eps = ExactDenoiser(ring(), chain).eps(x, 20)
    tau = float(chain.sigma(20)) / alpha_bar
    wanted = ExactDenoiser(ring(), ladder).score(x / alpha_bar, tau)
    assert torch.allclose(ANSWER["c-6-15-link"](eps, alpha_bar), wanted)


def test_what_grows_and_what_shrinks():
    chain, levels = DiscreteProcess.linear(50), (0.3, 1.1)
    a, s = ([float(part(i)) for i in (10, 30)] for part in (chain.alpha, chain.sigma))
    pairs = [
        (3.0, 3.0),
        tuple(3 * one for one in a),
        tuple(1 + one**2 for one in levels),
        tuple(one**2 + two**2 for one, two in zip(a, s, strict=True)),
        tuple(1 + (two / one) ** 2 for one, two in zip(a, s, strict=True)),
    ]
    signs = [round(math.copysign(abs(q - p) > 1e-12, q - p)) for p, q in pairs]
    exercise = EXERCISES["c-6-12"]
    assert signs == exercise.solution(*exercise.trials[0])
