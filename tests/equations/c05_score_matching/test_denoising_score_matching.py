"""The equations of the section on denoising score matching, each against something independent.

Averages over clean points are taken by quadrature on the two-bump mixture. Where an equation holds
for every kernel it is tried with logistic noise, which is not Gaussian.
"""

import math

import torch
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.samplers import langevin_step

DEFINITIONS = {
    "eq-dsm-marginal": "defines the law of the corrupted data",
    "eq-dsm-explicit": "defines explicit score matching on the noisy law",
    "eq-dsm-loss": "defines the denoising loss",
}

SIGMA = 0.5
DATA = gm1()
CLEAN = torch.linspace(-6, 6, 961, dtype=torch.float64)
SEEN = torch.linspace(-16, 16, 801, dtype=torch.float64)[:, None]
PRIOR = DATA.log_prob(CLEAN[:, None]).exp()
OFF = CLEAN - SEEN  # (seen, clean): from the noisy to the clean point


def derivative(function, x):
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(function(x).sum(), x)[0]


def logistic(x):
    """The log-density of logistic noise of scale SIGMA at x."""
    z = x / SIGMA
    return -z - 2 * torch.nn.functional.softplus(-z) - math.log(SIGMA)


def gaussian(x):
    return -(x**2) / (2 * SIGMA**2) - 0.5 * math.log(2 * math.pi * SIGMA**2)


def noisy_law(noise, seen=SEEN):
    """The density of the noisy points, by quadrature."""
    return torch.trapezoid(noise(seen - CLEAN).exp() * PRIOR, CLEAN)


def joint(noise):
    return noise(-OFF).exp() * PRIOR


def mean_given(noise, values):
    """E[values | seen], shape (len(SEEN),)."""
    return torch.trapezoid(joint(noise) * values, CLEAN) / noisy_law(noise)


def averaged(values, noise):
    """The mean of a function of the noisy point."""
    return torch.trapezoid(noisy_law(noise) * values, SEEN[:, 0])


def target(noise):
    """The kernel's score at every pair, by automatic differentiation."""
    return derivative(noise, -OFF)


def some_score(x):
    return 0.4 * torch.sin(1.3 * x) - 0.3 * x


def denoising(noise, aim, score=some_score):
    """Half the mean squared distance to a target that knows the clean point."""
    squared = (score(SEEN) - aim) ** 2
    inner = torch.trapezoid(joint(noise) * squared, CLEAN)
    return 0.5 * torch.trapezoid(inner, SEEN[:, 0])


@verifies(
    "eq-dsm-kernel-density",
    against="automatic differentiation of the kernel density's logarithm",
    wrong="weights without the half in the exponent",
)
def test_kernel_density(compare):
    g = torch.Generator().manual_seed(0)
    points = torch.randn(20, 2, generator=g, dtype=torch.float64)
    x = 1.5 * torch.randn(30, 2, generator=g, dtype=torch.float64)

    def log_density(x):
        squared = ((x[:, None] - points) ** 2).sum(2)
        return torch.logsumexp(-squared / (2 * SIGMA**2), 1)

    def found(halves):
        arrows = points - x[:, None]
        weights = (-(arrows**2).sum(2) / (halves * SIGMA**2)).softmax(1)
        return (weights[..., None] * arrows).sum(1) / SIGMA**2

    compare(found(2), derivative(log_density, x), tol=1e-12, wrong=found(1))


@verifies(
    "eq-dsm-average",
    against="the derivative of the noisy log-density by automatic differentiation, logistic noise",
    wrong="the derivative by the clean point, and an average over the prior",
)
def test_average(compare):
    near = SEEN[::20].abs().flatten() < 5
    expected = derivative(lambda x: noisy_law(logistic, x).log(), SEEN[::20])[near, 0]
    found = mean_given(logistic, target(logistic))[::20][near]
    compare(found, expected, tol=1e-9, wrong=-found)
    by_prior = torch.trapezoid(PRIOR * target(logistic), CLEAN)[::20][near]
    compare(found, expected, tol=1e-9, wrong=by_prior)


@verifies(
    "eq-dsm-equivalence",
    against="both losses by quadrature, with logistic noise",
    wrong="the constant added, without its half, and not conditional",
)
def test_equivalence(compare):
    aim = target(logistic)
    score = mean_given(logistic, aim)
    explicit = 0.5 * averaged((some_score(SEEN)[:, 0] - score) ** 2, logistic)
    loss = denoising(logistic, aim)
    spread = averaged(mean_given(logistic, (aim - score[:, None]) ** 2), logistic)
    whole = averaged(mean_given(logistic, aim**2), logistic)
    for wrong in (loss + 0.5 * spread, loss - spread, loss - 0.5 * whole):
        compare(loss - 0.5 * spread, explicit, tol=1e-8, wrong=wrong)


@verifies(
    "eq-dsm-target",
    against="automatic differentiation of the Gaussian kernel's log-density",
    wrong="the minus forgotten, and -eps in place of -eps / sigma",
)
def test_target(compare):
    g = torch.Generator().manual_seed(1)
    x, eps = torch.randn(2, 40, 3, generator=g, dtype=torch.float64)
    x_noisy = x + SIGMA * eps

    def log_kernel(y):
        return torch.distributions.Normal(x, torch.full_like(x, SIGMA)).log_prob(y)

    expected = derivative(log_kernel, x_noisy)
    compare((x - x_noisy) / SIGMA**2, expected, tol=1e-10, wrong=(x_noisy - x) / SIGMA**2)
    compare(-eps / SIGMA, expected, tol=1e-10, wrong=-eps)


@verifies(
    "eq-dsm-noise-loss",
    against="the denoising loss with the kernel's score by automatic differentiation, on a grid",
    wrong="a minus before the noise, the noise without 1 / sigma, and no half",
)
def test_noise_loss(compare):
    expected = denoising(gaussian, target(gaussian))
    eps = torch.linspace(-9, 9, 721, dtype=torch.float64)
    bell = torch.exp(-(eps**2) / 2) / math.sqrt(2 * math.pi)
    says = some_score(CLEAN[:, None] + SIGMA * eps)

    def loss(noise, half=0.5):
        inner = torch.trapezoid(bell * (says + noise) ** 2, eps)
        return half * torch.trapezoid(PRIOR * inner, CLEAN)

    for wrong in (loss(-eps / SIGMA), loss(eps), loss(eps / SIGMA, 1.0)):
        compare(loss(eps / SIGMA), expected, tol=1e-8, wrong=wrong)


@verifies(
    "eq-dsm-constant",
    against="the posterior covariance by quadrature on the line, by its closed form in the plane",
    wrong="the score's part added, D forgotten, and D / sigma",
)
def test_constant(compare):
    aim = target(gaussian)
    score = mean_given(gaussian, aim)
    spread = averaged(mean_given(gaussian, (aim - score[:, None]) ** 2), gaussian)
    power = averaged(score**2, gaussian)
    compare(1 / SIGMA**2 - power, spread, tol=1e-8, wrong=1 / SIGMA**2 + power)

    plane = GaussianMixture([0.3, 0.7], [[-1.0, 0.4], [0.8, -0.3]], [[[0.3, 0.1], [0.1, 0.2]]] * 2)
    axis = torch.linspace(-6, 6, 241, dtype=torch.float64)
    x = torch.cartesian_prod(axis, axis)
    seen, cell = plane.seen(x, 1.0, SIGMA), (axis[1] - axis[0]) ** 2
    density = plane.diffuse(1.0, SIGMA).log_prob(x).exp() * cell
    trace = seen.covariance.diagonal(dim1=1, dim2=2).sum(1) / SIGMA**4
    power = (density * seen.score.square().sum(1)).sum()
    expected = (density * trace).sum()
    for wrong in (1 / SIGMA**2 - power, 2 / SIGMA - power):
        compare(2 / SIGMA**2 - power, expected, tol=1e-7, wrong=wrong)


@verifies(
    "eq-dsm-circle",
    against="automatic differentiation of the noisy circle's density, by a sum over 4,000 angles",
    wrong="no Bessel ratio: the pull to the nearest point of the circle alone",
)
def test_circle(compare):
    angle = torch.arange(4000, dtype=torch.float64) * (2 * math.pi / 4000)
    circle = torch.stack([angle.cos(), angle.sin()], 1)
    x = 1.2 * torch.randn(40, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)

    def log_density(x, sigma):
        squared = ((x[:, None] - circle) ** 2).sum(2)
        return torch.logsumexp(-squared / (2 * sigma**2), 1)

    for sigma in (0.2, 0.5, 0.9):
        r = x.norm(dim=1, keepdim=True)
        z = r / sigma**2
        ratio = torch.special.i1e(z) / torch.special.i0e(z)
        found = (ratio - r) / sigma**2 * x / r
        expected = derivative(lambda y, s=sigma: log_density(y, s), x)
        compare(found, expected, tol=1e-10, wrong=(1 - r) / sigma**2 * x / r)


@verifies(
    "eq-dsm-one-step",
    against="the variance of the posterior mean by quadrature",
    wrong="the posterior variance added, and the variance of the noisy law",
)
def test_one_step(compare):
    mean = mean_given(gaussian, CLEAN)
    expected = averaged(mean**2, gaussian) - averaged(mean, gaussian) ** 2
    left = averaged(mean_given(gaussian, (CLEAN - mean[:, None]) ** 2), gaussian)
    whole = torch.trapezoid(PRIOR * CLEAN**2, CLEAN) - torch.trapezoid(PRIOR * CLEAN, CLEAN) ** 2
    for wrong in (whole + left, whole + SIGMA**2 - left):
        compare(whole - left, expected, tol=1e-8, wrong=wrong)


@verifies(
    "eq-dsm-langevin",
    against="the variance that it must keep, in closed form for a linear score; the package's step",
    wrong="the noise without its 2",
)
def test_langevin(compare):
    eta, s = 1e-4, 0.7

    def kept(factor):
        """The stationary variance of x + eta score(x) + factor noise, for score(x) = -x / s^2."""
        return torch.tensor(factor**2 / (1 - (1 - eta / s**2) ** 2), dtype=torch.float64)

    compare(kept((2 * eta) ** 0.5), s**2, tol=1e-3, wrong=kept(eta**0.5))

    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(4), dtype=x.dtype)
    theirs = langevin_step(some_score, x, 0.1, torch.Generator().manual_seed(4))
    still = x + 0.1 * some_score(x)
    compare(still + 0.2**0.5 * noise, theirs, tol=1e-12, wrong=still + 0.1**0.5 * noise)
