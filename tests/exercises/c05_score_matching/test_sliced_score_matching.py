"""Exercises of `sliced-score-matching`: what they call right, by sampling or by brute force."""

from itertools import product

import torch
from pytest import approx

from dgm_lessons.exercises.c05_score_matching.sliced_score_matching import EXERCISES
from dgm_lessons.objectives import sliced_score_matching


def test_the_variances_are_those_of_probes():
    """Signs by all 2^4 of them, Gaussian probes by sampling."""
    diagonal, above = (value[:1] for value in EXERCISES["c-5-10"].trials[1])
    A = torch.diag(diagonal[0])
    A[tuple(torch.triu_indices(4, 4, 1))] = above[0]
    A = A + A.triu(1).T
    signs = torch.tensor(list(product((-1.0, 1.0), repeat=4)), dtype=torch.float64)
    g = torch.Generator().manual_seed(0)
    draws = torch.randn(400_000, 4, generator=g, dtype=torch.float64)
    found = EXERCISES["c-5-10"].solution(diagonal, above)[:, 0]
    by_signs, by_gauss = (((u @ A) * u).sum(1).var(correction=0) for u in (signs, draws))
    assert float(found[0]) == approx(float(by_signs))
    assert float(found[1]) == approx(float(by_gauss), rel=0.03)


def test_the_sliced_loss_is_the_packages():
    """On a field with a known Jacobian, with the package's own signs."""
    A = torch.tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0], [2.5, 0.0, 7.0]], dtype=torch.float64)
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bits = torch.randint(0, 2, (4, 5, 3), generator=torch.Generator().manual_seed(1))
    u = 2.0 * bits.double() - 1
    theirs = sliced_score_matching(lambda x: x @ A.T, x, 4, torch.Generator().manual_seed(1))
    ours = EXERCISES["c-5-11"].solution(x @ A.T, u, u @ A.T)
    assert float(ours) == approx(float(theirs.detach()))


def test_unit_probes_find_the_trace():
    A = torch.diag(torch.tensor([3.0, -1.0, 0.5, 2.0], dtype=torch.float64)) + 0.3
    u = torch.randn(200_000, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    u = u / u.norm(dim=1, keepdim=True)
    found = EXERCISES["sliced-unit-probes"].solution(u, u @ A)
    assert float(found) == approx(float(A.trace()), abs=0.05)


def test_the_least_loss_of_thin_data():
    """-kappa (D - d) + kappa^2 (D - d) sigma^2 / 2 over a fine grid of kappa."""
    sigma, D, d = 0.7, 9, 3
    kappa = torch.linspace(0, 5, 500_001, dtype=torch.float64)
    loss = (D - d) * (-kappa + 0.5 * kappa**2 * sigma**2)
    assert EXERCISES["c-5-12"].solution(sigma, D, d) == approx(float(loss.min()), abs=1e-6)


def test_one_probe_is_enough_where_it_is_said():
    """Every matrix with every one of the 2^3 probes."""
    turn = torch.tensor([[0.0, 1.0, -2.0], [-1.0, 0.0, 3.0], [2.0, -3.0, 0.0]])
    swap = torch.zeros(3, 3)
    swap[0, 1] = swap[1, 0] = 1
    matrices = (torch.diag(torch.tensor([3.0, 1, 2])), torch.ones(3, 3), turn, swap)
    signs = torch.tensor(list(product((-1.0, 1.0), repeat=3)))
    found = []
    for A in (*matrices, torch.eye(3) + turn):
        forms = ((signs @ A) * signs).sum(1)
        found.append(int(bool((forms - A.trace()).abs().max() < 1e-6)))
    exercise = EXERCISES["sliced-one-probe"]
    assert found == exercise.solution(*exercise.trials[0])
