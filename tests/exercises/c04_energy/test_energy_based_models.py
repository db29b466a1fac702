"""Exercises of `energy-based-models`: what they call right holds for real energies."""

import torch

from dgm_lessons.energy import EnergyModel, contrastive_divergence, energy_score_matching
from dgm_lessons.exercises.c04_energy.energy_based_models import EXERCISES, QUANTITIES
from dgm_lessons.mixtures import gm1, ring

GRID = torch.linspace(-6, 6, 2401, dtype=torch.float64)


def seeded():
    return torch.Generator().manual_seed(0)


def test_what_a_constant_changes():
    x = gm1().sample(200, seeded(), torch.float64)
    rows = []
    for constant in (1.0, 3.0):
        model = EnergyModel(lambda x, c=constant: c - gm1().log_prob(x) * 0.8)
        rows.append(
            [
                model(x).mean(),
                model.log_z(GRID),
                -model.log_prob(x, GRID).mean(),
                contrastive_divergence(model, x, None, 20, 0.01, seeded())[0],
                energy_score_matching(model, x),
                model.score(x).sum(),
            ]
        )
    found = [int(abs(float(a.detach() - b.detach())) > 1e-6) for a, b in zip(*rows, strict=True)]
    assert found == EXERCISES["c-4-02"].solution(QUANTITIES)


def test_what_a_deeper_valley_leaves():
    step, left, right = GRID[1] - GRID[0], GRID < -0.4, GRID > 0.9
    p = EnergyModel(lambda x: -gm1().log_prob(x)).density(GRID) * step
    depth = torch.tensor([0.7, -1.1], dtype=torch.float64)
    found = EXERCISES["c-4-03"].solution(float(p[left].sum()), float(p[right].sum()), depth)
    for d, value in zip(depth, found, strict=True):
        deeper = EnergyModel(lambda x, d=d: -gm1().log_prob(x) - d * (x[:, 0] < -0.4))
        torch.testing.assert_close((deeper.density(GRID) * step)[right].sum(), value)


def test_the_gradient_is_that_of_the_package():
    theta = torch.tensor([0.7, 0.2], dtype=torch.float64, requires_grad=True)
    model = EnergyModel(lambda x: theta[0] * x[:, 0] ** 2 + theta[1] * x[:, 0] ** 4)
    x = gm1().sample(50, seeded(), torch.float64)
    loss, walkers = contrastive_divergence(model, x, x[:20], 3, 0.01, seeded())
    (expected,) = torch.autograd.grad(loss, theta)
    features = [torch.cat([y**2, y**4], 1) for y in (x, walkers)]
    torch.testing.assert_close(EXERCISES["c-4-05"].solution(*features), expected)


def test_the_loss_is_that_of_the_package():
    law = ring(3)
    model = EnergyModel(lambda x: -law.log_prob(x))
    x = 2 * torch.randn(30, 2, generator=seeded(), dtype=torch.float64)
    trace = -law.hessian(x).diagonal(dim1=1, dim2=2).sum(1)
    found = EXERCISES["c-4-10"].solution(-law.score(x), trace)
    torch.testing.assert_close(found, energy_score_matching(model, x))
