"""Checks of the section on the forward SDE, by quadrature and by solved moment equations."""

import numpy as np
from references import MEANS, STDS, WEIGHTS, hermite, solve, vp
from scipy.integrate import quad
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-fsde-sde": "defines the form of the forward equation",
    "eq-fsde-factor": "defines the integrating factor",
    "eq-fsde-solution": "step of the proof of eq-fsde-linear, whose moments are tested",
    "eq-fsde-draw": "rewrites eq-fsde-linear as a draw",
}

X = np.linspace(-2.5, 2.0, 7)
START, END = 1.4, 1.7


def f(t):
    return -0.4 + 0.9 * np.cos(1.3 * t) - 0.3 * t


def g(t):
    return 0.7 + 0.5 * np.sin(2.1 * t)


def factor(s, t):
    return np.exp(quad(f, s, t)[0])


def variance(t, power=2):
    return quad(lambda s: factor(s, t) ** power * g(s) ** 2, 0, t)[0]


@verifies(
    "eq-fsde-marginal",
    against="the closed form of two noisy Gaussians",
    wrong="kernels about x_0 in place of alpha x_0",
)
def test_the_law_is_a_mixture_of_kernels(compare):
    alpha, sigma = (float(level) for level in vp(0.25))
    grid = np.linspace(-6, 6, 6001)
    data = (WEIGHTS * norm.pdf(grid[:, None], MEANS, STDS)).sum(1)

    def law(scale):
        return np.trapezoid(norm.pdf(X[:, None], scale * grid, sigma) * data, grid)

    std = np.sqrt(alpha**2 * STDS**2 + sigma**2)
    expected = (WEIGHTS * norm.pdf(X[:, None], alpha * MEANS, std)).sum(1)
    compare(law(alpha), expected, tol=1e-9, wrong=law(1.0))


@verifies(
    "eq-fsde-linear",
    against="mean and second moment of a chain of 40,000 exact Gaussian steps, extrapolated",
    wrong="the factor 2 in the variance's exponent missing",
)
def test_kernel_of_a_linear_sde(compare):
    def chain(n):  # mean and variance of Euler–Maruyama, which are exact sums; error of order h
        h = END / n
        mean, var = START, 0.0
        for k in range(n):
            t = (k + 0.5) * h
            mean, var = (1 + f(t) * h) * mean, (1 + f(t) * h) ** 2 * var + g(t) ** 2 * h
        return np.array([mean, var])

    expected = 2 * chain(40_000) - chain(20_000)
    mean = factor(0, END) * START
    found, wrong = ([mean, variance(END, power)] for power in (2, 1))
    compare(found, expected, tol=1e-7, wrong=wrong)


@verifies(
    "eq-fsde-step",
    against="the moments of one step, averaged over its noise and its start by quadrature",
    wrong="a kick of variance g^2 h^2",
)
def test_moments_of_a_step(compare):
    t, h, mean, var = 0.6, 0.07, 0.8, 0.5
    node, weight = hermite(12)
    x = mean + np.sqrt(var) * node[:, None]
    after = x + f(t) * x * h + g(t) * np.sqrt(h) * node
    table = weight[:, None] * weight
    m = (table * after).sum()
    expected = [m, (table * (after - m) ** 2).sum()]
    grown = 1 + f(t) * h
    found, wrong = ([grown * mean, grown**2 * var + g(t) ** 2 * k] for k in (h, h**2))
    compare(found, expected, tol=1e-12, wrong=wrong)


@verifies(
    "eq-fsde-moments",
    against="the derivative of the two integrals, by central differences",
    wrong="f P in place of 2 f P",
)
def test_moment_equations(compare):
    t, h = 0.9, 1e-4
    expected = [
        START * (factor(0, t + h) - factor(0, t - h)) / (2 * h),
        (variance(t + h) - variance(t - h)) / (2 * h),
    ]
    rates = [f(t) * factor(0, t) * START]
    found, wrong = ([*rates, k * f(t) * variance(t) + g(t) ** 2] for k in (2, 1))
    compare(found, expected, tol=1e-6, wrong=wrong)


@verifies(
    "eq-fsde-keeps",
    against="the mean's equation solved to T = 1e6, in the clock log(1 + t)",
    wrong="forgotten, as f <= 0 is said to imply",
)
def test_a_negative_drift_is_not_enough(compare):
    end = solve(lambda u, m: -np.exp(-u) * m, START, 0.0, np.log1p(1e6))[0]
    compare(np.exp(-1) * START, end, tol=1e-5, wrong=0.0)


@verifies(
    "eq-fsde-tv",
    against="half the integral of the difference of two kernels",
    wrong="the 2 below the gap missing",
)
def test_distance_of_two_kernels(compare):
    gap, spread = 1.7, np.sqrt(variance(END))
    means = factor(0, END) * np.array([START, START + gap])
    grid = np.linspace(-12, 12, 400_001)
    one, other = (norm.pdf(grid, mean, spread) for mean in means)
    expected = 0.5 * np.trapezoid(np.abs(one - other), grid)
    found, wrong = (2 * norm.cdf(factor(0, END) * gap / (k * spread)) - 1 for k in (2, 1))
    compare(found, expected, tol=1e-8, wrong=wrong)
