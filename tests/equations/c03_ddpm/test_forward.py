"""The equations of the section on the forward chain, each against something independent."""

import math

import torch
from pytest import approx
from torch.distributions import MultivariateNormal
from verification import verifies

from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import DiscreteProcess

DEFINITIONS = {
    "eq-fwd-two-chains": "defines the two chains",
    "eq-fwd-step": "defines one step of the chain",
    "eq-fwd-simple-schedule": "defines a schedule; the end of its chain is checked",
}

BETAS = torch.linspace(0.1, 0.5, 20, dtype=torch.float64)[:12]  # the page's
ALPHAS = (1 - BETAS**2).sqrt()
BAR = ALPHAS.cumprod(0)
LATER = torch.stack([ALPHAS[k + 1 :].prod() for k in range(12)])  # the alphas after step k
X = torch.linspace(-8, 8, 1601, dtype=torch.float64)
DX = 0.01


def bell(x, mean, std):
    z = (x - torch.as_tensor(mean, dtype=torch.float64)) / std
    return torch.exp(-(z**2) / 2) / (std * math.sqrt(2 * math.pi))


def step_matrix(k):
    """p(x_k | x_{k-1}) on the grid: a density over columns for each row."""
    return bell(X[None, :], float(ALPHAS[k]) * X[:, None], float(BETAS[k]))


def carried(density, steps):
    """The density after these steps, each an integral over the state before it."""
    for k in steps:
        density = density @ step_matrix(k) * DX
    return density


def walked(x, noises):
    for alpha, beta, eps in zip(ALPHAS, BETAS, noises, strict=True):
        x = alpha * x + beta * eps
    return x


def variance_of(density):
    mean = (density * X).sum() * DX
    return (density * (X - mean) ** 2).sum() * DX


@verifies(
    "eq-fwd-variance", against="the marginals by quadrature, step by step", wrong="no squares"
)
def test_variance(compare):
    density = gm1().log_prob(X[:, None]).exp()
    before = start = variance_of(density)
    for k in range(6):
        density = carried(density, [k])
        now = variance_of(density)
        a, b, bar = ALPHAS[k], BETAS[k], BAR[k]
        compare(a**2 * before + b**2, now, tol=1e-9, wrong=a * before + b)
        compare(bar**2 * start + 1 - bar**2, now, tol=1e-9, wrong=bar * start + 1 - bar)
        before = now


@verifies(
    "eq-fwd-unrolled",
    against="the chain walked with the same noises",
    wrong="noise shrunk by the earlier steps; its own step's alpha included",
)
def test_unrolled(compare):
    g = torch.Generator().manual_seed(0)
    noises = torch.randn(12, 5, generator=g, dtype=torch.float64)
    x0 = torch.linspace(-2, 2, 5, dtype=torch.float64)

    def unrolled(shrink):
        return BAR[-1] * x0 + ((shrink * BETAS)[:, None] * noises).sum(0)

    for wrong in (unrolled(BAR / ALPHAS), unrolled(LATER * ALPHAS)):
        compare(unrolled(LATER), walked(x0, noises), tol=1e-12, wrong=wrong)


@verifies(
    "eq-fwd-weights",
    against="one",
    wrong="as printed in the source (2.19), and without the first term",
)
def test_weights(compare):
    noise = ((LATER * BETAS) ** 2).sum()
    printed = (LATER * BETAS).sum()
    compare(BAR[-1] ** 2 + noise, 1.0, tol=1e-12, wrong=printed)
    compare(BAR[-1] ** 2 + noise, 1.0, tol=1e-12, wrong=noise)
    assert (float(noise), float(printed)) == approx((0.4757, 2.1906), abs=5e-5)


@verifies("eq-fwd-merge", against="convolution by quadrature", wrong="standard deviations added")
def test_merge(compare):
    for a, b in ((0.6, 0.8), (0.3, 1.1)):
        shifted = bell(X[:, None] - X[None, :], 0.0, a)
        expected = shifted @ bell(X, 0.0, b) * DX
        inside = X.abs() < 3
        found, wrong = bell(X, 0.0, math.hypot(a, b)), bell(X, 0.0, a + b)
        compare(found[inside], expected[inside], tol=1e-9, wrong=wrong[inside])


@verifies(
    "eq-fwd-one-shot",
    against="twelve steps by quadrature on a grid",
    wrong="bar missing on alpha; no square under the root",
)
def test_one_shot(compare):
    x0 = 0.7
    first = bell(X, float(ALPHAS[0]) * x0, float(BETAS[0]))
    expected = carried(first, range(1, 12))
    bar, rest = float(BAR[-1]), math.sqrt(1 - float(BAR[-1]) ** 2)
    found = bell(X, bar * x0, rest)
    for wrong in (bell(X, float(ALPHAS[-1]) * x0, rest), bell(X, bar * x0, math.sqrt(1 - bar))):
        compare(found, expected, tol=1e-9, wrong=wrong)
    package = DiscreteProcess(BETAS)
    x = torch.tensor([[x0]], dtype=torch.float64)
    for eps in (0.0, 1.3):
        jumped = package.perturb(x, 12, torch.full_like(x, eps))
        compare(jumped, [[bar * x0 + rest * eps]], tol=1e-12)


@verifies(
    "eq-fwd-prior-kl",
    against="the integral of p log(p / q) in two dimensions",
    wrong="the factor 1/2 missing; the variance's part counted once",
)
def test_prior_kl(compare):
    axis = torch.linspace(-8, 8, 401, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    prior = MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    x0 = torch.tensor([1.5, -0.8], dtype=torch.float64)
    for bar in (0.9, 0.5, 0.05):
        v = 1 - bar**2
        ruin = MultivariateNormal(bar * x0, v * torch.eye(2).double())
        log_p, log_q = ruin.log_prob(points), prior.log_prob(points)
        expected = (log_p.exp() * (log_p - log_q)).sum() * 0.04**2
        square, rest = bar**2 * (x0**2).sum(), v - 1 - math.log(v)
        found = 0.5 * (square + 2 * rest)
        compare(found, expected, tol=1e-7, wrong=2 * found)
        compare(found, expected, tol=1e-7, wrong=0.5 * (square + rest))


@verifies(
    "eq-fwd-covariance",
    against="the coefficients of the data and of all noises in x_s and x_t",
    wrong="the two cases exchanged",
)
def test_covariance(compare):
    variance = 1.684  # of the data
    s, t = 3, 9

    def row(i):
        """Coefficients of (x_0, eps_1, ..., eps_12) in x_i, scaled by their deviations."""
        found = torch.zeros(13, dtype=torch.float64)
        found[0] = math.sqrt(variance)
        for k in range(i):
            found = ALPHAS[k] * found
            found[k + 1] = BETAS[k]
        return found

    bar_s, bar_t = BAR[s - 1], BAR[t - 1]
    rest_s, rest_t = (1 - bar_s**2).sqrt(), (1 - bar_t**2).sqrt()
    chain = bar_t / bar_s * (bar_s**2 * variance + rest_s**2)
    single = bar_s * bar_t * variance + rest_s * rest_t
    compare(chain, row(s) @ row(t), tol=1e-12, wrong=single)
    std = math.sqrt(variance)
    one = torch.stack([torch.stack([bar_s, bar_t]) * std, torch.stack([rest_s, rest_t])])
    compare(single, (one.T @ one)[0, 1], tol=1e-12, wrong=chain)


@verifies(
    "eq-fwd-log-bar",
    against="the product of 1,000 factors, and the bound",
    wrong="no half; the logs as printed, of 0.02 i/L; 10 for e",
)
def test_log_bar(compare):
    steps = 0.02 * torch.arange(1, 1001, dtype=torch.float64) / 1000
    found = 0.5 * torch.log(1 - steps).sum()
    expected = (1 - steps).sqrt().prod().log()
    compare(found, expected, tol=1e-9, wrong=2 * found)
    compare(found, expected, tol=1e-9, wrong=0.5 * steps.log().sum())
    compare(-0.005 * 1001, -0.5 * steps.sum(), tol=1e-9, wrong=-0.005 * 1000)
    assert found < -0.005 * 1001
    assert float(found) == approx(-5.0387, abs=5e-5)
    bar = DiscreteProcess(steps.sqrt()).alpha(1000)
    compare(found.exp(), bar, tol=1e-9, wrong=1e-5)
    assert float(bar) == approx(0.00648, abs=5e-6)


@verifies(
    "eq-fwd-linear",
    against="the package's schedule",
    wrong="steps counted from zero; the squares read as standard deviations",
)
def test_linear(compare):
    i = torch.arange(1, 1001, dtype=torch.float64)
    found = 1e-4 + (i - 1) / 999 * (0.02 - 1e-4)
    package = DiscreteProcess.linear(1000)
    compare(found, package.betas**2, tol=1e-12, wrong=1e-4 + i / 999 * (0.02 - 1e-4))
    compare(found.sqrt(), package.betas, tol=1e-12, wrong=found)
    assert float((1 - found).sqrt().prod()) == approx(0.00635, abs=5e-6)


@verifies(
    "eq-fwd-cosine",
    against="the product of the package's steps, before the cap at 0.999",
    wrong="the cosine not squared; no offset",
)
def test_cosine(compare):
    L = 1000
    i = torch.arange(0, L, dtype=torch.float64)

    def square(offset=0.008, power=2):
        wave = torch.cos(math.pi / 2 * (i / L + offset) / (1 + offset)) ** power
        return wave / wave[0]

    package = DiscreteProcess.cosine(L)
    expected = torch.cat([torch.ones(1).double(), (1 - package.betas[:-1] ** 2).cumprod(0)])
    for wrong in (square(power=1), square(offset=0.0)):
        compare(square(), expected, tol=1e-9, wrong=wrong)
    assert float(package.betas[-1] ** 2) == approx(0.999)
