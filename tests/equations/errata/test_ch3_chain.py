"""Errata on a chain of Gaussian steps and its integrals (chapter 3): articles and slides.

The letters are the book's, x_t = alpha_t x_{t-1} + beta_t eps, unless a test says otherwise.
"""

import numpy as np
from pytest import approx
from references import MEANS, STDS, WEIGHTS, carried_noise, hermite
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from verification import verifies

PAPER = np.linspace(1e-4, 0.02, 1000)  # the DDPM paper's beta_t, a variance
X = np.linspace(-9, 9, 451)
BETA = np.array([0.3, 0.5, 0.6])
ALPHA = np.sqrt(1 - BETA**2)
BAR = np.cumprod(ALPHA)


def integral(values, x=X):
    return (values * (x[1] - x[0])).sum(-1)


def moved(density, gain, shift, std):
    """The density on X of y = gain x + shift + std eps, for x with this density on X."""
    return integral(norm.pdf(X[:, None], gain * X + shift, std) * density)


def gm1(x):
    return (WEIGHTS * norm.pdf(x[:, None], MEANS, STDS)).sum(1)


@verifies("err-E0-03", against="the paper's kernel from x_0", wrong="squared the other way")
def test_e0_03(compare):
    def noise(beta):  # variance made by steps sqrt(1 - beta^2) x + beta eps
        return (carried_noise(np.sqrt(1 - beta**2), beta)[1:] ** 2).sum()

    t = 300
    kernel = 1 - np.prod(1 - PAPER[:t])
    compare(noise(np.sqrt(PAPER[:t])), kernel, tol=1e-9, wrong=noise(PAPER[:t] ** 2))


@verifies("err-E3-03", against="no trace of x_0", wrong="the same at t = T / 2")
def test_e3_03(compare):
    alpha = np.sqrt(1 - 0.02 * np.arange(1, 1001) / 1000)  # (1.17)

    def trace(t):  # total variation between x_t from x_0 = 1 and from x_0 = -1
        row = carried_noise(alpha[:t], np.sqrt(1 - alpha[:t] ** 2))
        laws = [norm.pdf(X, x0 * row[0], np.linalg.norm(row[1:])) for x0 in (1, -1)]
        return integral(np.abs(laws[0] - laws[1])) / 2

    compare(trace(1000), 0.0, tol=0.01, wrong=trace(500))
    assert (trace(1000), trace(500)) == approx((0.005, 0.23), abs=5e-3)


@verifies("err-E3-17", against="one model for each step", wrong="one model that is not told t")
def test_e3_17(compare):
    alpha = np.sqrt(1 - PAPER)
    bar, variance = np.cumprod(alpha), 0.3  # of the data
    rest = 1 - bar**2

    def loss(slope):  # E (eps - slope x_t)^2, averaged over t
        return np.mean(1 - 2 * slope * np.sqrt(rest) + slope**2 * (bar**2 * variance + rest))

    def least(net):  # over the one parameter of the net
        return minimize_scalar(lambda theta: loss(net(theta)), (0.1, 1)).fun

    each = np.mean(bar**2 * variance / (bar**2 * variance + rest))  # E Var[eps | x_t]
    one = least(lambda theta: np.sqrt(rest) / (bar**2 * theta + rest))
    blind = least(lambda theta: theta)
    compare(one, each, tol=1e-6, wrong=blind)
    assert (each, blind) == approx((0.185, 0.195), abs=5e-4)


@verifies("err-E3-21", against="x_{t-1} that made x_t", wrong="the minus missing: a product")
def test_e3_21(compare):
    before, eps = np.array([-1.2, 0.4, 2.0]), np.array([0.9, -0.3, 1.1])
    x = ALPHA[1] * before + BETA[1] * eps
    compare((x - BETA[1] * eps) / ALPHA[1], before, tol=1e-12, wrong=x * BETA[1] * eps / ALPHA[1])


@verifies(
    "err-E3-24", against="the kernel N(abar_t x_0, bbar_t^2)", wrong="integrated over x_t too"
)
def test_e3_24(compare):
    p = norm.pdf(X, ALPHA[0] * 0.7, BETA[0])
    for alpha, beta in zip(ALPHA[1:], BETA[1:], strict=True):
        p = moved(p, alpha, 0, beta)
    compare(p, norm.pdf(X, BAR[2] * 0.7, np.sqrt(1 - BAR[2] ** 2)), tol=1e-9, wrong=integral(p))


@verifies(
    "err-E3-25", against="the density of N(0, 1)", wrong="a value that is the same for all x_T"
)
def test_e3_25(compare):
    bar = np.sqrt(np.prod(1 - PAPER))
    x = np.array([-2.0, 0.0, 1.0])
    marginal = integral(norm.pdf(x[:, None], bar * X, np.sqrt(1 - bar**2)) * gm1(X))
    compare(marginal, norm.pdf(x), tol=1e-3, wrong=marginal[[1, 1, 1]])


@verifies("err-E3-26", against="the kernel from x_*", wrong="a product in the delta's argument")
def test_e3_26(compare):
    only, x = 1.7, np.array([-1.0, 0.5, 2.0])
    fine = np.linspace(-3, 3, 6001)

    def law_of_x_t(distance):  # the delta as a narrow bump
        bump = norm.pdf(distance, 0, 0.01)
        return integral(norm.pdf(x[:, None], BAR[1] * fine, np.sqrt(1 - BAR[1] ** 2)) * bump, fine)

    exact = norm.pdf(x, BAR[1] * only, np.sqrt(1 - BAR[1] ** 2))
    wrong = law_of_x_t(fine * only)
    compare(law_of_x_t(fine - only), exact, tol=1e-3, wrong=wrong)
    at_zero = norm.pdf(x, 0, np.sqrt(1 - BAR[1] ** 2)) / only
    assert wrong == approx(at_zero, abs=1e-3)


@verifies("err-E4-04", against="a fall at every step", wrong="falls where beta_t rises only")
def test_e4_04(compare):
    beta = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.2])  # constant, falling, rising; variances
    signal = [carried_noise(np.sqrt(1 - beta[:t]), np.sqrt(beta[:t]))[0] for t in range(7)]
    change = np.sign(np.diff(signal))[1:]
    compare(change, -np.ones(5), tol=1e-12, wrong=-np.sign(np.diff(beta)))


@verifies("err-E4-09", against="closed form of the Gaussian KL", wrong="q(x_T) equal to the prior")
def test_e4_09(compare):
    bar = np.prod(1 - PAPER)  # squared, as the slides have it
    node, weight = hermite(6)
    x0 = (MEANS[:, None] + STDS[:, None] * node).ravel()
    p = norm.pdf(X, np.sqrt(bar) * x0[:, None], np.sqrt(1 - bar))
    logs = norm.logpdf(X, np.sqrt(bar) * x0[:, None], np.sqrt(1 - bar)) - norm.logpdf(X)
    found = (WEIGHTS[:, None] * weight).ravel() @ integral(p * logs)
    second_moment = WEIGHTS @ (MEANS**2 + STDS**2)
    compare(found, 0.5 * (bar * second_moment - bar - np.log1p(-bar)), tol=1e-10, wrong=0.0)
    assert found == approx(3.4e-5, abs=5e-7)


@verifies("err-E4-11", against="the Gaussian that the steps compose to", wrong="x_0 left out")
def test_e4_11(compare):
    steps = [(0.8, 0.1, 0.5), (0.9, -0.2, 0.4)]  # x_1 from x_2, x_0 from x_1
    mean, variance, p = 0.0, 1.0, norm.pdf(X)
    for gain, shift, std in steps:
        mean, variance = gain * mean + shift, gain**2 * variance + std**2
        later, p = p, moved(p, gain, shift, std)
    compare(p, norm.pdf(X, mean, np.sqrt(variance)), tol=1e-9, wrong=integral(later))
