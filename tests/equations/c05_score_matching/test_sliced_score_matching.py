"""The equations of Hutchinson's estimator, of Hutch++ and of sliced score matching."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from scipy.integrate import dblquad, quad
from scipy.stats import norm
from verification import verifies

from dgm_lessons.calculus import value_and_divergence, value_and_probed_divergence
from dgm_lessons.objectives import implicit_score_matching

DIM = 4
SIGNS = np.array(list(product((-1.0, 1.0), repeat=DIM)))  # all there are, equally likely
GENERAL = np.random.default_rng(0).normal(size=(DIM, DIM))
SYMMETRIC = (GENERAL + GENERAL.T) / 2
V = np.array([0.3, -1.2, 2.0, 0.7])


def forms(A, u=SIGNS):
    return np.einsum("ni,ij,nj->n", u, A, u)


@verifies(
    "eq-sliced-hutchinson",
    against="all sixteen sign vectors, each once",
    wrong="probes of length one, where E u u^T = I / D",
)
def test_hutchinson(compare):
    unit = SIGNS / math.sqrt(DIM)
    compare(forms(GENERAL).mean(), GENERAL.trace(), tol=1e-12, wrong=forms(GENERAL, unit).mean())
    square, wrong = (((u @ V) ** 2).mean() for u in (SIGNS, unit))
    compare(square, (V**2).sum(), tol=1e-12, wrong=wrong)


@verifies(
    "eq-sliced-variance-signs",
    against="the variance over all sixteen sign vectors",
    wrong="every pair once, and the diagonal counted",
)
def test_variance_of_signs(compare):
    off = (SYMMETRIC**2).sum() - (SYMMETRIC.diagonal() ** 2).sum()
    expected = forms(SYMMETRIC).var()
    compare(2 * off, expected, tol=1e-10, wrong=off)
    compare(2 * off, expected, tol=1e-10, wrong=2 * (SYMMETRIC**2).sum())
    half = (GENERAL + GENERAL.T) / 2  # what a general matrix is replaced by
    assert forms(GENERAL).var() == pytest.approx(forms(half).var())


@verifies(
    "eq-sliced-variance-gauss",
    against="the second moment by quadrature over two Gaussian coordinates",
    wrong="without the diagonal, as for signs",
)
def test_variance_of_gaussians(compare):
    a, b, c = 0.8, -0.5, 1.7
    A = np.array([[a, b], [b, c]])

    def integrand(y, x):
        return norm.pdf(x) * norm.pdf(y) * (a * x**2 + 2 * b * x * y + c * y**2) ** 2

    second, _ = dblquad(integrand, -9, 9, -9, 9, epsabs=1e-9)
    found, wrong = 2 * (A**2).sum(), 4 * b**2
    compare(found, second - A.trace() ** 2, tol=1e-6, wrong=wrong)


@verifies(
    "eq-sliced-hutch",
    against="the trace, for a matrix that is not symmetric",
    wrong="A itself outside",
)
def test_hutch_plus_plus(compare):
    Q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(DIM, 2)))
    rest = np.eye(DIM) - Q @ Q.T
    inside = (Q.T @ GENERAL @ Q).trace()
    found = inside + (rest @ GENERAL @ rest).trace()
    compare(found, GENERAL.trace(), tol=1e-12, wrong=inside + GENERAL.trace())


def twisted(x):
    """A field that is no gradient."""
    return torch.sin(x) + 0.7 * x.roll(1, 1) * x - 0.2 * x**3


def by_all_signs():
    """Points, their implicit loss, and u . J u and (u . s)^2 for every sign vector, (16, B)."""
    x = torch.randn(7, DIM, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    curvature, square = [], []
    for u in torch.tensor(SIGNS):
        probe = u.expand(1, *x.shape)
        s, uJu = value_and_probed_divergence(twisted, x, probe)
        curvature.append(uJu.detach())
        square.append(((s @ u) ** 2).detach())
    return x, torch.stack(curvature), torch.stack(square)


@verifies(
    "eq-sliced-loss",
    against="the implicit loss with the exact trace, over all sign vectors",
    wrong="the sign of the curvature, no half, and products squared before they are added up",
)
def test_sliced_loss(compare):
    x, curvature, square = by_all_signs()
    expected = implicit_score_matching(twisted, x)
    found = (curvature + 0.5 * square).mean()
    s, _ = value_and_divergence(twisted, x)
    wrong = (
        (-curvature + 0.5 * square).mean(),
        (curvature + square).mean(),
        (curvature / DIM + 0.5 * square / DIM).mean(),  # probes divided by their length
    )
    for value in wrong:
        compare(found, expected, tol=1e-10, wrong=value)
    # with signs (u * s)^2 = s^2: squared before the sum it is the exact norm, and no slice
    assert torch.allclose(square.mean(0), (s**2).sum(1))


@verifies(
    "eq-sliced-probes",
    against="the variance over all pairs of sign vectors",
    wrong="one over the square of K",
)
def test_variance_of_k_probes(compare):
    _, curvature, square = by_all_signs()
    one = (curvature + 0.5 * square)[:, 0]
    pairs = (one[:, None] + one[None, :]) / 2
    expected = pairs.var(correction=0)
    compare(one.var(correction=0) / 2, expected, tol=1e-10, wrong=one.var(correction=0) / 4)


@verifies(
    "eq-sliced-circle",
    against="automatic differentiation at points on the circle",
    wrong="twice: as if both directions were thin",
)
def test_circle(compare):
    radius, kappa = 1.7, 3.0
    angle = torch.linspace(0, 6, 11, dtype=torch.float64)
    x = radius * torch.stack([angle.cos(), angle.sin()], 1)

    def field(x):
        r = x.norm(dim=1, keepdim=True)
        return -kappa * (r - radius) * x / r

    compare(-kappa, implicit_score_matching(field, x), tol=1e-10, wrong=-2 * kappa)


@verifies(
    "eq-sliced-thin",
    against="quadrature across the line, and a search for the minimum",
    wrong="sigma for sigma squared",
)
def test_thin(compare):
    sigma, kappa = 0.6, 1.9

    def loss(kappa):
        return quad(lambda y: norm.pdf(y, 0, sigma) * (-kappa + 0.5 * (kappa * y) ** 2), -6, 6)[0]

    wrong = -kappa + 0.5 * kappa**2 * sigma
    compare(-kappa + 0.5 * kappa**2 * sigma**2, loss(kappa), tol=1e-8, wrong=wrong)
    grid = np.linspace(0, 6, 60_001)
    values = -grid + 0.5 * grid**2 * (loss(1.0) + 1) * 2
    compare(1 / sigma**2, grid[values.argmin()], tol=2e-4, wrong=1 / sigma)
    compare(-1 / (2 * sigma**2), values.min(), tol=1e-7, wrong=-1 / (2 * sigma))
