"""The equations of explicit and implicit score matching, most of them by quadrature on GM1."""

import math

import numpy as np
import torch
from references import MEANS, STDS, WEIGHTS
from scipy.integrate import quad
from scipy.stats import norm
from verification import verifies

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.samplers import langevin_step

DEFINITIONS = {
    "eq-sm-explicit": "defines explicit score matching",
}

X = np.linspace(-8, 8, 40_001)


def density_score_slope():
    """GM1 written out: p, its score, and the derivative of the score, on the grid X."""
    parts = WEIGHTS * norm.pdf(X[:, None], MEANS, STDS)
    pull = (MEANS - X[:, None]) / STDS**2
    p, score = parts.sum(1), (parts * pull).sum(1) / parts.sum(1)
    curvature = (parts * (pull**2 - 1 / STDS**2)).sum(1) / p
    return p, score, curvature - score**2


P, SCORE, SLOPE = density_score_slope()
FIELD, FIELD_SLOPE = np.sin(X) - 0.5 * X, np.cos(X) - 0.5  # a field that is wrong everywhere


def mean(values):
    return np.trapezoid(P * values, X)


def planar():
    """A mixture with full covariances, and points in the plane."""
    g = torch.Generator().manual_seed(0)
    roots = torch.randn(3, 2, 2, generator=g, dtype=torch.float64)
    covariances = roots @ roots.mT + 0.1 * torch.eye(2, dtype=torch.float64)
    means = 2 * torch.randn(3, 2, generator=g, dtype=torch.float64)
    law = GaussianMixture([0.5, 0.3, 0.2], means, covariances)
    return law, 2 * torch.randn(30, 2, generator=g, dtype=torch.float64)


def differences(field, x, h=1e-5):
    """The Jacobian by central differences, (B, D, D)."""
    steps = h * torch.eye(x.shape[1], dtype=x.dtype)
    return torch.stack([(field(x + e) - field(x - e)) / (2 * h) for e in steps], 2)


def twisted(x):
    return torch.stack([x[:, 0].sin() * x[:, 1], x[:, 1] ** 2 + x[:, 0] ** 3], 1)


@verifies("eq-sm-divergence", against="central differences", wrong="all entries added up")
def test_divergence(compare):
    _, x = planar()
    J = differences(twisted, x)
    _, found = value_and_divergence(twisted, x)
    compare(found, J[:, 0, 0] + J[:, 1, 1], tol=1e-7, wrong=J.sum((1, 2)))


@verifies(
    "eq-sm-gradient-field",
    against="second differences of log p; the Jacobian of a twisted field is not symmetric",
    wrong="a field that goes round added",
)
def test_gradient_field(compare):
    law, x = planar()
    J = differences(law.score, x)
    turned = J + torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64)
    compare(J - J.mT, 0.0, tol=1e-6, wrong=turned - turned.mT)
    h, laplacian = 1e-3, torch.zeros(len(x), dtype=torch.float64)
    for e in h * torch.eye(2, dtype=torch.float64):
        laplacian += (law.log_prob(x + e) - 2 * law.log_prob(x) + law.log_prob(x - e)) / h**2
    compare(J.diagonal(dim1=1, dim2=2).sum(1), laplacian, tol=1e-3, wrong=J.sum((1, 2)))


@verifies(
    "eq-sm-implicit",
    against="the explicit loss, by quadrature on GM1",
    wrong="the sign of the trace, the norm without its half, and the half inside the norm (E4-20)",
)
def test_implicit(compare):
    explicit, constant = 0.5 * mean((FIELD - SCORE) ** 2), 0.5 * mean(SCORE**2)
    found = mean(FIELD_SLOPE + 0.5 * FIELD**2) + constant
    wrong = (
        mean(-FIELD_SLOPE + 0.5 * FIELD**2),
        mean(FIELD_SLOPE + FIELD**2),
        mean(FIELD_SLOPE + (0.5 * FIELD) ** 2),
    )
    for value in wrong:
        compare(found, explicit, tol=1e-6, wrong=value + constant)
    assert math.isclose(constant, 3.330, abs_tol=5e-4)


@verifies("eq-sm-by-parts", against="both means by quadrature", wrong="the sign")
def test_by_parts(compare):
    compare(-mean(FIELD_SLOPE), mean(FIELD * SCORE), tol=1e-6, wrong=mean(FIELD_SLOPE))


@verifies(
    "eq-sm-boundary",
    against="adaptive quadrature for a truncated Gaussian",
    wrong="no boundary term",
)
def test_boundary(compare):
    a, b = -0.5, 1.2
    mass = norm.cdf(b) - norm.cdf(a)

    def average(function):
        return quad(lambda x: norm.pdf(x) / mass * function(x), a, b)[0]

    implicit = average(lambda x: math.cos(x) - 0.3 + 0.5 * (math.sin(x) - 0.3 * x) ** 2)
    explicit = average(lambda x: 0.5 * (math.sin(x) - 0.3 * x + x) ** 2)
    constant = average(lambda x: 0.5 * x**2)
    ends = [norm.pdf(x) / mass * (math.sin(x) - 0.3 * x) for x in (a, b)]
    found = explicit - constant + ends[1] - ends[0]
    compare(found, implicit, tol=1e-9, wrong=explicit - constant)


@verifies(
    "eq-sm-uniform",
    against="adaptive quadrature, and a search for the minimum",
    wrong="w^2 / 12 theta^2: the norm without its half; the true score, zero, as the minimum",
)
def test_uniform(compare):
    w, theta = 1.7, 2.3
    loss = quad(lambda x: (-theta + 0.5 * (theta * x) ** 2) / w, -w / 2, w / 2)[0]
    compare(-theta + w**2 / 24 * theta**2, loss, tol=1e-9, wrong=-theta + w**2 / 12 * theta**2)
    grid = np.linspace(0, 10, 100_001)
    x = np.linspace(-w / 2, w / 2, 401)
    square = np.trapezoid(x**2, x) / w
    compare(12 / w**2, grid[(-grid + 0.5 * square * grid**2).argmin()], tol=1e-3, wrong=0.0)


@verifies("eq-sm-balance", against="both means by quadrature", wrong="the sign, and a half")
def test_balance(compare):
    expected = mean(SLOPE)
    compare(-mean(SCORE**2), expected, tol=1e-6, wrong=mean(SCORE**2))
    compare(-mean(SCORE**2), expected, tol=1e-6, wrong=-0.5 * mean(SCORE**2))
    assert math.isclose(expected, -6.6607, abs_tol=5e-5)


@verifies("eq-sm-scaled", against="the implicit loss by quadrature", wrong="c^2 without its half")
def test_scaled(compare):
    c, square = 1.6, mean(SCORE**2)
    expected = mean(c * SLOPE + 0.5 * (c * SCORE) ** 2)
    compare((0.5 * c**2 - c) * square, expected, tol=1e-6, wrong=(c**2 - c) * square)


@verifies(
    "eq-sm-saddle",
    against="second differences of the log-density, and their eigenvalues",
    wrong="1 / v for 1 / v^2 before the product",
)
def test_saddle(compare):
    m, v = np.array([0.9, -0.4]), 0.7

    def log_p(x):
        parts = [-((x - sign * m) ** 2).sum() / (2 * v) for sign in (-1, 1)]
        return np.logaddexp(*parts)

    h, e = 1e-4, np.eye(2)
    expected = np.array(
        [
            [
                sum(a * b * log_p(h * (a * e[i] + b * e[j])) for a in (-1, 1) for b in (-1, 1))
                / (4 * h**2)
                for j in range(2)
            ]
            for i in range(2)
        ]
    )
    found, wrong = (-np.eye(2) / v + np.outer(m, m) / power for power in (v**2, v))
    compare(found, expected, tol=1e-5, wrong=wrong)
    values = [-1 / v, -1 / v + (m**2).sum() / v**2]
    compare(values, np.linalg.eigvalsh(expected), tol=1e-5, wrong=np.linalg.eigvalsh(wrong))


@verifies("eq-sm-langevin", against="the package's step", wrong="sqrt(eta) for sqrt(2 eta)")
def test_langevin(compare):
    law, eta, seed = ring(8), 0.01, 3
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = langevin_step(law.score, x, eta, torch.Generator().manual_seed(seed))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
    drift = x + eta * law.score(x)
    found, wrong = (drift + math.sqrt(k * eta) * noise for k in (2, 1))
    compare(found, expected, tol=1e-12, wrong=wrong)
