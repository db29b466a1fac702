"""The equations of the section on SURE, each against something independent."""

import math

import torch
from verification import verifies

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.mixtures import gm1
from dgm_lessons.objectives import sure

DEFINITIONS = {
    "eq-denoising-risk": "defines the risk",
    "eq-unsure": "states the problem whose solution is eq-unsure-minimiser",
}

SIGMA = 0.6
DATA = gm1()
NOISY = DATA.diffuse(1.0, SIGMA)
GRID = torch.linspace(-9, 9, 9001, dtype=torch.float64)[:, None]
DENSITY = NOISY.log_prob(GRID).exp()


def normal(x, mean, std):
    return torch.exp(-0.5 * ((x - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))


def over_noise(values, clean):
    """The mean over the noise about one clean value of a function's values on the grid."""
    return torch.trapezoid(normal(GRID[:, 0], clean, SIGMA) * values, GRID[:, 0])


def over_law(values):
    return torch.trapezoid(DENSITY * values, GRID[:, 0])


def bumpy(x):
    return 0.4 * x + torch.sin(2 * x)


def bumpy_slope(x):
    return 0.4 + 2 * torch.cos(2 * x)


def gauss_hermite_plane(function, clean, n=24):
    """The mean of `function` (N, 2) -> (N, ...) over noise about a point of the plane."""
    import numpy as np

    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    nodes, weights = torch.from_numpy(nodes), torch.from_numpy(weights) / math.sqrt(2 * math.pi)
    points = clean + SIGMA * torch.cartesian_prod(nodes, nodes)
    return torch.tensordot(torch.outer(weights, weights).flatten(), function(points), dims=1)


CLEAN = torch.tensor([0.4, -0.9], dtype=torch.float64)


def plane(x):
    """A denoiser in the plane: no gradient of anything."""
    return torch.stack([0.7 * x[:, 0] + x[:, 1].sin(), 0.5 * x[:, 1].sin() - 0.2 * x[:, 0]], 1)


def plane_jacobian(x):
    one = torch.ones_like(x[:, 0])
    top = torch.stack([0.7 * one, x[:, 1].cos()], 1)
    return torch.stack([top, torch.stack([-0.2 * one, 0.5 * x[:, 1].cos()], 1)], 1)


@verifies(
    "eq-sure",
    "eq-sure-unbiased",
    against="the risk in the plane by Gauss-Hermite quadrature, given one clean point",
    wrong="sigma^2 forgotten before the divergence; one sigma^2 for d; the divergence's sign",
)
def test_sure_is_unbiased(compare):
    def moved(x):
        return ((plane(x) - x) ** 2).sum(1)

    def divergence(x):
        return plane_jacobian(x).diagonal(dim1=1, dim2=2).sum(1)

    risk = gauss_hermite_plane(lambda x: ((plane(x) - CLEAN) ** 2).sum(1), CLEAN)
    first, second = (gauss_hermite_plane(f, CLEAN) for f in (moved, divergence))
    found, v = first + 2 * SIGMA**2 * second - 2 * SIGMA**2, SIGMA**2
    compare(found, risk, tol=1e-9, wrong=first + 2 * second - 2 * v)
    compare(found, risk, tol=1e-9, wrong=first + 2 * v * second - v)
    compare(found, risk, tol=1e-9, wrong=first - 2 * v * second - 2 * v)
    compare(gauss_hermite_plane(lambda x: sure(plane, x, SIGMA).detach(), CLEAN), risk, tol=1e-9)


@verifies(
    "eq-moved-alone",
    against="the two means by quadrature over clean and noisy, for six shrinkages",
    wrong="always too small by d sigma^2 (E2-19)",
)
def test_the_first_term_alone(compare):
    clean = torch.linspace(-5, 4, 1801, dtype=torch.float64)
    seen = torch.linspace(-8, 8, 1601, dtype=torch.float64)[:, None]
    joint = normal(seen, clean, SIGMA) * DATA.log_prob(clean[:, None]).exp()

    def mean(values):
        return torch.trapezoid(torch.trapezoid(joint * values, clean), seen[:, 0])

    shrinkages = torch.tensor([-0.2, 0.0, 0.3, 0.5, 0.8, 1.0], dtype=torch.float64)
    gaps = [mean((a * seen - seen) ** 2 - (a * seen - clean) ** 2) for a in shrinkages]
    found = SIGMA**2 - 2 * SIGMA**2 * shrinkages
    compare(found, torch.stack(gaps), tol=1e-8, wrong=-(SIGMA**2) + 0 * shrinkages)
    compare(found, torch.stack(gaps), tol=1e-8, wrong=-found)


@verifies("eq-stein", against="both sides by quadrature, for tanh", wrong="no sigma; the sign")
def test_stein(compare):
    clean = 0.7
    eps = (GRID[:, 0] - clean) / SIGMA
    left = over_noise(eps * torch.tanh(GRID[:, 0]), clean)
    slope = over_noise(1 - torch.tanh(GRID[:, 0]) ** 2, clean)
    compare(SIGMA * slope, left, tol=1e-9, wrong=slope)
    compare(SIGMA * slope, left, tol=1e-9, wrong=-SIGMA * slope)


@verifies(
    "eq-sure-noise",
    against="the mean square of SURE less the error, in the plane, by Gauss-Hermite quadrature",
    wrong="without the trace; the trace of J^2 in place of (2 J - I)^2; the squared entries",
)
def test_the_noise_of_sure(compare):
    def square(x):
        return (sure(plane, x, SIGMA).detach() - ((plane(x) - CLEAN) ** 2).sum(1)) ** 2

    def lead(x):
        return ((2 * plane(x) - x - CLEAN) ** 2).sum(1)

    def traced(x):
        j = 2 * plane_jacobian(x) - torch.eye(2)
        return (j @ j).diagonal(dim1=1, dim2=2).sum(1)

    def slips(x):
        j = plane_jacobian(x)
        entries = ((2 * j - torch.eye(2)) ** 2).sum((1, 2))
        return torch.stack([0 * x[:, 0], (j @ j).diagonal(dim1=1, dim2=2).sum(1), entries], 1)

    expected = gauss_hermite_plane(square, CLEAN)
    first = SIGMA**2 * gauss_hermite_plane(lead, CLEAN)
    found = first + SIGMA**4 * gauss_hermite_plane(traced, CLEAN)
    for slip in gauss_hermite_plane(slips, CLEAN):
        compare(found, expected, tol=1e-9, wrong=first + SIGMA**4 * slip)


@verifies(
    "eq-sure-minimiser",
    against="SURE on a grid by quadrature over the noisy law, two denoisers",
    wrong="half of the distance",
)
def test_the_minimiser(compare):
    best = DATA.seen(GRID, 1.0, SIGMA).mean
    least = over_law(sure(lambda y: DATA.seen(y, 1.0, SIGMA).mean, GRID, SIGMA).detach())
    for D in (torch.tanh, bumpy):
        expected = over_law(sure(D, GRID, SIGMA).detach())
        away = over_law(((D(GRID) - best) ** 2)[:, 0])
        compare(least + away, expected, tol=1e-8, wrong=least + away / 2)


@verifies(
    "eq-sure-score-matching",
    against="SURE with the divergence by hand, pointwise",
    wrong="sigma^2 for sigma^4; the constant without its half",
)
def test_sure_is_score_matching(compare):
    x = torch.linspace(-3, 3, 13, dtype=torch.float64)
    s, slope = bumpy(x), bumpy_slope(x)
    moved, divergence = SIGMA**4 * s**2, 1 + SIGMA**2 * slope
    value = moved + 2 * SIGMA**2 * divergence - SIGMA**2
    right = slope + s**2 / 2 + 1 / (2 * SIGMA**2)
    compare(right, value / (2 * SIGMA**4), tol=1e-12, wrong=slope + s**2 / 2 + 1 / SIGMA**2)
    compare(right, value / (2 * SIGMA**4), tol=1e-12, wrong=value / (2 * SIGMA**2))


@verifies(
    "eq-unsure-minimiser",
    against="the least mean square among piecewise cubic D without mean divergence, by a solver",
    wrong="the length sigma^2 in place of eta",
)
def test_unsure(compare):
    """D = sum of Gaussian bumps plus a line, least squares under one linear condition."""
    centres = torch.linspace(-4.5, 4.5, 41, dtype=torch.float64)
    x = GRID
    bumps = torch.exp(-0.5 * ((x - centres) / 0.35) ** 2)
    basis = torch.cat([x, bumps], 1)
    slopes = torch.cat([torch.ones_like(x), -(x - centres) / 0.35**2 * bumps], 1)
    weight = DENSITY * (x[1, 0] - x[0, 0])
    gram = basis.T @ (weight[:, None] * basis) + 1e-12 * torch.eye(42)
    target = basis.T @ (weight * x[:, 0])
    condition = weight @ slopes
    top = torch.cat([2 * gram, condition[:, None]], 1)
    system = torch.cat([top, torch.cat([condition, torch.zeros(1)])[None]], 0)
    solution = torch.linalg.solve(system, torch.cat([2 * target, torch.zeros(1)]))
    eta = solution[-1] / 2  # the multiplier of E div D = 0 is 2 eta
    score = NOISY.score(GRID)[:, 0]
    formula = 1 / over_law(score**2)
    inside = slice(3000, 6001, 100)  # from -3 to 3
    expected = (basis @ solution[:-1])[inside]
    found = (GRID[:, 0] + formula * score)[inside]
    compare(found, expected, tol=5e-3, wrong=(GRID[:, 0] + SIGMA**2 * score)[inside])
    compare(formula, eta, tol=1e-3, wrong=SIGMA**2)
    assert formula > SIGMA**2
    assert (
        abs(over_law(value_and_divergence(lambda y: y + formula * NOISY.score(y), GRID)[1])) < 1e-6
    )
