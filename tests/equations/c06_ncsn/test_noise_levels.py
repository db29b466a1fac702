"""The equations of the section on noise levels, each against something independent."""

import math

import torch
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.processes import DiscreteProcess

DEFINITIONS = {
    "eq-levels-marginal": "defines the smoothed laws",
    "eq-levels-loss": "defines the loss over all levels",
}

DATA = gm1()
CLEAN = torch.linspace(-6, 6, 1201, dtype=torch.float64)
PRIOR = DATA.log_prob(CLEAN[:, None]).exp()


def derivative(function, x):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(function(x).sum(), x)[0]


def arch(x, centre, power):
    """A density on (centre - 1, centre + 1), up to a constant, and 0 elsewhere."""
    return (1 - (x - centre) ** 2).clamp(min=0) ** power


@verifies(
    "eq-levels-disjoint",
    against="automatic differentiation of the mixture's log-density",
    wrong="the weighted score of the part",
)
def test_disjoint(compare):
    share = 0.3
    for centre, power, weight in ((-2.0, 1.5, share), (2.0, 2.5, 1 - share)):
        x = torch.linspace(centre - 0.9, centre + 0.9, 25, dtype=torch.float64)
        expected = derivative(
            lambda x: (share * arch(x, -2.0, 1.5) + (1 - share) * arch(x, 2.0, 2.5)).log(), x
        )
        found = derivative(lambda x, c=centre, k=power: arch(x, c, k).log(), x)
        compare(found, expected, tol=1e-12, wrong=weight * found)


@verifies(
    "eq-levels-gap",
    against="the difference of two mixtures' scores by automatic differentiation",
    wrong="the weights in place of the responsibilities, and the sign",
)
def test_gap(compare):
    x = torch.linspace(-2.5, 2.5, 41, dtype=torch.float64)
    bells = [
        torch.distributions.Normal(torch.tensor(c).double(), s) for c, s in ((-1, 0.8), (1, 1.1))
    ]

    def log_p(share):
        return lambda x: (
            share * bells[0].log_prob(x).exp() + (1 - share) * bells[1].log_prob(x).exp()
        ).log()

    def responsibility(share):
        first, second = (bell.log_prob(x).exp() for bell in bells)
        return share * first / (share * first + (1 - share) * second)

    expected = derivative(log_p(0.3), x) - derivative(log_p(0.5), x)
    scores = [-(x - bell.mean) / bell.variance for bell in bells]
    found = (responsibility(0.3) - responsibility(0.5)) * (scores[0] - scores[1])
    compare(found, expected, tol=1e-12, wrong=(0.3 - 0.5) * (scores[0] - scores[1]))
    compare(found, expected, tol=1e-12, wrong=-found)


@verifies(
    "eq-levels-geometric",
    against="equal steps of the logarithm, by torch.logspace",
    wrong="L intervals in place of L - 1, and equal steps of sigma",
)
def test_geometric(compare):
    low, high, L = 0.05, 3.7, 9
    i = torch.arange(1, L + 1, dtype=torch.float64)
    found = low * (high / low) ** ((i - 1) / (L - 1))
    expected = torch.logspace(math.log10(low), math.log10(high), L, dtype=torch.float64)
    compare(found, expected, tol=1e-12, wrong=low * (high / low) ** ((i - 1) / L))
    compare(found, expected, tol=1e-12, wrong=low + (high - low) * (i - 1) / (L - 1))


def chi_square(dim, x):
    """The distribution function of the chi-square law."""
    return torch.special.gammainc(torch.tensor(dim / 2).double(), x / 2)


@verifies(
    "eq-levels-overlap",
    against="the common area of the two laws' radii by quadrature, in 1, 2 and 50 dimensions",
    wrong="the ratio for its square in the second term",
)
def test_overlap(compare):
    for dim, ratio in ((1, 2.5), (2, 1.7), (50, 1.15)):
        r = torch.linspace(0, 12 * dim**0.5, 400_001, dtype=torch.float64)[1:]
        density = []
        for sigma in (0.6, 0.6 * ratio):
            log_p = (dim - 1) * r.log() - r**2 / (2 * sigma**2) - dim * math.log(sigma)
            density.append((log_p - (dim / 2 - 1) * math.log(2) - math.lgamma(dim / 2)).exp())
        expected = torch.trapezoid(torch.minimum(*density), r)
        c = torch.tensor(2 * dim * ratio**2 * math.log(ratio) / (ratio**2 - 1)).double()
        found = 1 - chi_square(dim, c) + chi_square(dim, c / ratio**2)
        wrong = 1 - chi_square(dim, c) + chi_square(dim, c / ratio)
        compare(found, expected, tol=1e-4, wrong=wrong)


def some_score(x):
    return 0.4 * torch.sin(1.3 * x) - 0.3 * x


def over_noisy(sigma):
    """Noisy points, their density, and E[f | x] for functions of the clean point, by quadrature."""
    x = torch.linspace(-6 - 9 * sigma, 6 + 9 * sigma, 2001, dtype=torch.float64)
    bell = (-((x[:, None] - CLEAN) ** 2) / (2 * sigma**2)).exp() / math.sqrt(2 * math.pi) / sigma
    joint = bell * PRIOR
    density = torch.trapezoid(joint, CLEAN)

    def given(values):
        return torch.trapezoid(joint * values, CLEAN) / density

    return x, density, given


@verifies(
    "eq-levels-split",
    against="the denoising loss over clean and noisy points by quadrature, at three levels",
    wrong="sigma^2 for sigma^4 in the floor, and no half before it",
)
def test_split(compare):
    for sigma in (0.3, 0.7, 1.6):
        x, density, given = over_noisy(sigma)
        says, weight = some_score(x), sigma**2
        eps = (x[:, None] - CLEAN) / sigma
        dsm = 0.5 * torch.trapezoid(density * given((says[:, None] + eps / sigma) ** 2), x)
        mean = given(CLEAN)
        variance = torch.trapezoid(density * (given(CLEAN**2) - mean**2), x)
        score = DATA.diffuse(1.0, sigma).score(x[:, None])[:, 0]
        error = torch.trapezoid(density * (says - score) ** 2, x)

        def found(floor, error=error, weight=weight):
            return weight / 2 * error + weight * floor

        right = found(variance / (2 * sigma**4))
        wrong = found(variance / (2 * sigma**2))
        compare(right, weight * dsm, tol=1e-7, wrong=wrong)
        compare(right, weight * dsm, tol=1e-7, wrong=found(variance / sigma**4))


@verifies(
    "eq-levels-gaussian-floor",
    against="the mean posterior variance of a Gaussian by quadrature, over 2 sigma^2",
    wrong="no width of the data in the denominator, and no half",
)
def test_gaussian_floor(compare):
    s, dim = 0.8, 3
    clean = torch.linspace(-8, 8, 2001, dtype=torch.float64)
    prior = (-(clean**2) / (2 * s**2)).exp()
    for sigma in (0.4, 1.3):
        x = torch.linspace(-9, 9, 901, dtype=torch.float64)[:, None]
        joint = (-((x - clean) ** 2) / (2 * sigma**2)).exp() * prior
        density = torch.trapezoid(joint, clean)
        mean = torch.trapezoid(joint * clean, clean) / density
        variance = torch.trapezoid(joint * clean**2, clean) / density - mean**2
        average = torch.trapezoid(density * variance, x[:, 0]) / torch.trapezoid(density, x[:, 0])
        found = dim / 2 * s**2 / (s**2 + sigma**2)
        compare(found, dim * average / (2 * sigma**2), tol=1e-7, wrong=dim / 2 * s**2 / sigma**2)
        compare(found, dim * average / (2 * sigma**2), tol=1e-7, wrong=2 * found)


@verifies(
    "eq-levels-noise",
    against="the derivative of the noisy log-density by automatic differentiation",
    wrong="no 1/sigma, and the sign",
)
def test_noise(compare):
    sigma = 0.45
    x, _, given = over_noisy(sigma)
    near = x.abs() < 4
    eps = given((x[:, None] - CLEAN) / sigma)[near]
    law = DATA.diffuse(1.0, sigma)
    expected = derivative(lambda x: law.log_prob(x[:, None]), x[near])
    compare(-eps / sigma, expected, tol=1e-8, wrong=-eps)
    compare(-eps / sigma, expected, tol=1e-8, wrong=eps / sigma)


@verifies(
    "eq-levels-ddpm",
    against="the derivative of the chain's log-density by automatic differentiation, "
    "the mean noise by quadrature over clean points",
    wrong="alpha_bar for its square under the root, and no root",
)
def test_ddpm(compare):
    chain = DiscreteProcess.linear(100)
    for i in (10, 40):
        alpha = float(chain.alpha(i))
        sigma = math.sqrt(1 - alpha**2)
        x = torch.linspace(-2.5, 2.5, 51, dtype=torch.float64)
        joint = (-((x[:, None] - alpha * CLEAN) ** 2) / (2 * sigma**2)).exp() * PRIOR
        eps = torch.trapezoid(joint * (x[:, None] - alpha * CLEAN) / sigma, CLEAN)
        eps = eps / torch.trapezoid(joint, CLEAN)

        def log_p(x, alpha=alpha, sigma=sigma):
            inside = -((x[:, None] - alpha * CLEAN) ** 2) / (2 * sigma**2)
            return torch.logsumexp(inside + PRIOR.log(), 1)

        expected = derivative(log_p, x)
        found = -eps / math.sqrt(1 - alpha**2)
        compare(found, expected, tol=1e-7, wrong=-eps / math.sqrt(1 - alpha))
        compare(found, expected, tol=1e-7, wrong=-eps / (1 - alpha**2))


def test_the_slip_is_a_power_of_the_density():
    """Beside eq-levels-ddpm: with the printed root the score is sqrt(1 + alpha_bar) as long."""
    for alpha in (0.2, 0.9):
        ratio = math.sqrt(1 - alpha**2) / math.sqrt(1 - alpha)
        assert math.isclose(ratio, math.sqrt(1 + alpha))
    bell = GaussianMixture([1.0], [[0.0]], 0.3)
    narrower = GaussianMixture([1.0], [[0.0]], 0.3 / math.sqrt(1.9))
    x = torch.linspace(-1, 1, 5, dtype=torch.float64)[:, None]
    assert torch.allclose(math.sqrt(1.9) * bell.score(x), narrower.score(x))
