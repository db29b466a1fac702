"""The equations of generalised score matching, each against something independent."""

import math

import torch
from verification import verifies

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.objectives import generalised_score_matching, sure

DEFINITIONS = {
    "eq-gsm-divergence": "defines the generalised Fisher divergence",
    "eq-adjoint": "defines the adjoint; eq-denoising-adjoint and eq-gsm-loss are checked",
}

SIGMA = 0.6
DATA = gm1()
NOISY = DATA.diffuse(1.0, SIGMA)
GRID = torch.linspace(-9, 9, 9001, dtype=torch.float64)
COLUMN = GRID[:, None]
DENSITY = NOISY.log_prob(COLUMN).exp()
CLEAN = torch.linspace(-5, 4, 1801, dtype=torch.float64)
SEEN = torch.linspace(-2.5, 2.0, 10, dtype=torch.float64)[:, None]


def over_law(values):
    return torch.trapezoid(DENSITY * values, GRID)


def posterior_average(values, seen):
    """E[values | seen] by quadrature over the clean x."""
    weight = torch.exp(-0.5 * ((seen - CLEAN) / SIGMA) ** 2) * DATA.log_prob(CLEAN[:, None]).exp()
    return torch.trapezoid(weight * values, CLEAN) / torch.trapezoid(weight, CLEAN)


def adjoint_of_gradient(field, x):
    return -value_and_divergence(field, x)[1]


def adjoint_of_denoising(field, x):
    value, divergence = value_and_divergence(field, x)
    return (x * value).sum(1) - SIGMA**2 * divergence


@verifies(
    "eq-gsm-loss",
    against="the explicit loss and its constant by quadrature, two operators, two fields",
    wrong="the adjoint's sign; the constant without its half",
)
def test_the_loss_without_the_density(compare):
    score = NOISY.score(COLUMN)[:, 0]
    for adjoint, target in (
        (adjoint_of_gradient, score),
        (adjoint_of_denoising, DATA.seen(COLUMN, 1.0, SIGMA).mean[:, 0]),
    ):
        for field in (torch.tanh, lambda x: 0.6 * x):
            value = field(COLUMN)[:, 0]
            moved = adjoint(field, COLUMN).detach()
            found = over_law(value**2 / 2 - moved)
            constant = over_law(target**2)
            expected = over_law((value - target) ** 2) / 2 - constant / 2
            compare(found, expected, tol=1e-8, wrong=over_law(value**2 / 2 + moved))
            compare(found, expected, tol=1e-8, wrong=expected - constant / 2)
    # the number of row 5.34, to the digits that it has
    compare(-constant / 2, -0.73883, tol=1e-4, wrong=-constant)


@verifies(
    "eq-denoising-operator",
    against="the posterior mean by quadrature, the gradient of the density by differences",
    wrong="sigma for sigma squared; the sign",
)
def test_the_denoising_operator(compare):
    def density(x):
        return NOISY.log_prob(x).exp()

    step = 1e-5
    slope = (density(SEEN + step) - density(SEEN - step)) / (2 * step)
    expected = posterior_average(CLEAN, SEEN)
    found = SEEN[:, 0] + SIGMA**2 * slope / density(SEEN)
    compare(found, expected, tol=1e-7, wrong=SEEN[:, 0] + SIGMA * slope / density(SEEN))
    compare(found, expected, tol=1e-7, wrong=SEEN[:, 0] - SIGMA**2 * slope / density(SEEN))


@verifies(
    "eq-denoising-adjoint",
    against="the other side of the integral, in the plane, by quadrature",
    wrong="the sign of the divergence; sigma squared forgotten",
)
def test_the_adjoint(compare):
    axis = torch.linspace(-7, 7, 281, dtype=torch.float64)
    x = torch.cartesian_prod(axis, axis)
    f = torch.exp(-(x[:, 0] ** 2) - 0.7 * (x[:, 1] - 0.5) ** 2)
    gradient = torch.stack([-2 * x[:, 0], -1.4 * (x[:, 1] - 0.5)], 1) * f[:, None]
    g = torch.stack([x[:, 1].sin() + x[:, 0], (x[:, 0] * x[:, 1]).tanh()], 1)
    divergence = 1 + x[:, 0] / (x[:, 0] * x[:, 1]).cosh() ** 2
    area = (axis[1] - axis[0]) ** 2
    left = ((x * f[:, None] + SIGMA**2 * gradient) * g).sum() * area
    along = (x * g).sum(1)
    right, turned, bare = (
        (f * (along - c * divergence)).sum() * area for c in (SIGMA**2, -(SIGMA**2), 1.0)
    )
    compare(right, left, tol=1e-9, wrong=turned)
    compare(right, left, tol=1e-9, wrong=bare)


@verifies(
    "eq-gsm-sure",
    against="the risk by quadrature over clean and noisy values, two fields",
    wrong="all of SURE in place of its half (E2-21)",
)
def test_half_of_sure(compare):
    seen = torch.linspace(-8, 8, 1601, dtype=torch.float64)[:, None]
    bell = torch.exp(-0.5 * ((seen - CLEAN) / SIGMA) ** 2) / (SIGMA * math.sqrt(2 * math.pi))
    joint = bell * DATA.log_prob(CLEAN[:, None]).exp()
    constant = over_law(GRID**2) / 2 - SIGMA**2 / 2
    for D in (torch.tanh, lambda x: 0.6 * x):
        square = (D(seen) - CLEAN) ** 2
        risk = torch.trapezoid(torch.trapezoid(joint * square, CLEAN), seen[:, 0])
        loss = over_law(D(COLUMN)[:, 0] ** 2 / 2 - adjoint_of_denoising(D, COLUMN).detach())
        compare(loss + constant, risk / 2, tol=1e-7, wrong=(loss + constant) / 2)
    compare(constant, 0.8430, tol=1e-4, wrong=2 * constant)
    x = SEEN  # the package's two functions, row by row
    half = sure(torch.tanh, x, SIGMA).mean() / 2
    rest = (x**2).mean() / 2 - SIGMA**2 / 2
    compare(generalised_score_matching(torch.tanh, x, adjoint_of_denoising) + rest, half, tol=1e-12)


@verifies(
    "eq-second-target",
    "eq-second-covariance",
    against="the posterior's first two moments by quadrature",
    wrong="the square of the score forgotten; sigma squared for its square",
)
def test_second_order(compare):
    eps = (SEEN - CLEAN) / SIGMA
    expected = (posterior_average(eps**2, SEEN) - 1) / SIGMA**2
    curvature, score = NOISY.hessian(SEEN)[:, 0, 0], NOISY.score(SEEN)[:, 0]
    found = curvature + score**2
    compare(found, expected, tol=1e-8, wrong=curvature)
    mean = posterior_average(CLEAN, SEEN)
    spread = posterior_average((CLEAN - mean[:, None]) ** 2, SEEN)
    formula = SIGMA**2 + SIGMA**4 * (found - score**2)
    compare(formula, spread, tol=1e-8, wrong=SIGMA**2 + SIGMA**4 * found)
    compare(formula, spread, tol=1e-8, wrong=SIGMA**2 + SIGMA**2 * (found - score**2))


def test_the_weights_of_far_clusters_are_not_seen():
    """Row 5.33: rounding is all that is left of the Fisher divergence of 0.3 and 0.5."""
    p, q = (GaussianMixture([w, 1 - w], [[-4.0], [4.0]], 0.25) for w in (0.3, 0.5))
    gap = ((p.score(COLUMN) - q.score(COLUMN)) ** 2)[:, 0]
    assert float(torch.trapezoid(p.log_prob(COLUMN).exp() * gap, GRID)) < 1e-12
    p, q = (law.diffuse(1.0, 3.0) for law in (p, q))
    gap = ((p.score(COLUMN) - q.score(COLUMN)) ** 2)[:, 0]
    assert float(torch.trapezoid(p.log_prob(COLUMN).exp() * gap, GRID)) > 1e-3
