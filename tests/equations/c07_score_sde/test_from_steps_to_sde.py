"""Checks of the page from steps to the SDE: convolution, autograd, products, Gaussians."""

import math

import numpy as np
import torch
from scipy.integrate import quad
from scipy.stats import chi2, norm
from verification import verifies

DEFINITIONS = {
    "eq-steps-wiener": "defines Brownian motion",
    "eq-steps-sde": "defines the forward equation and what it is short for",
    "eq-steps-orders": "defines strong and weak order",
}

LOW, HIGH = 0.3, 7.0  # the rate beta(t) of VP


def rate(t):
    return LOW + (HIGH - LOW) * t


def total(t):
    return LOW * t + (HIGH - LOW) * t**2 / 2


def level(t):
    """A noise level that is no power of t and does not start at 0."""
    return 0.2 + t**2 + 0.3 * torch.sin(t)


def derivative(function, t):
    t = torch.tensor(t, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(function(t), t)[0].item()


def at(function, t):
    return function(torch.tensor(t, dtype=torch.float64)).item()


@verifies(
    "eq-steps-ncsn",
    against="the next law by numerical convolution; the slope of sigma^2 by autograd",
    wrong="the difference of the levels as the size of the noise",
)
def test_ncsn_step(compare):
    t, dt = 0.6, 0.25
    now, then = at(level, t), at(level, t + dt)
    z = np.linspace(-14, 14, 20_001)
    x = np.linspace(-2, 2, 9)

    def next_law(variance):
        kick = norm.pdf(x[:, None] - z, scale=math.sqrt(variance))
        return np.trapezoid(norm.pdf(z, scale=now) * kick, z, axis=1)

    expected = norm.pdf(x, scale=then)
    wrong = next_law((then - now) ** 2)
    compare(next_law(then**2 - now**2), expected, tol=1e-9, wrong=wrong)

    dt = 1e-5  # the second line
    slope = derivative(lambda t: level(t) ** 2, t)
    exact = math.sqrt(at(level, t + dt) ** 2 - now**2)
    compare(math.sqrt(slope * dt), exact, tol=1e-6, wrong=derivative(level, t) * math.sqrt(dt))


@verifies(
    "eq-steps-ve",
    against="the integral of g^2 by quadrature, and the exact variance between the levels",
    wrong="g without its root, and the slope of sigma for g",
)
def test_ve(compare):
    def slope(t):
        return derivative(lambda t: level(t) ** 2, t)

    t = 0.9
    expected = at(level, t) ** 2 - at(level, 0.0) ** 2
    found = quad(lambda s: math.sqrt(slope(s)) ** 2, 0, t)[0]
    compare(found, expected, tol=1e-8, wrong=quad(lambda s: slope(s) ** 2, 0, t)[0])
    wrong = quad(lambda s: derivative(level, s) ** 2, 0, t)[0]
    compare(found, expected, tol=1e-8, wrong=wrong)


@verifies("eq-steps-root", against="the root itself", wrong="the sign of the square, and no half")
def test_root(compare):
    u = np.array([1e-3, 2e-3])
    found = 1 - u / 2 - u**2 / 8
    compare(found, np.sqrt(1 - u), tol=1e-9, wrong=1 - u / 2 + u**2 / 8)
    compare(found, np.sqrt(1 - u), tol=1e-9, wrong=1 - u)


@verifies(
    "eq-steps-ddpm",
    against="f and g of the kernel alpha = exp(-B/2), by autograd; the step as printed",
    wrong="the drift without its half, and beta for its root",
)
def test_ddpm_step(compare):
    t, x = 0.4, np.array([-1.3, 0.7])
    drift = derivative(lambda t: -total(t) / 2, t)  # alpha' / alpha
    grown = derivative(lambda t: -torch.expm1(-total(t)), t)
    g2 = grown + 2 * -drift * -math.expm1(-total(t))
    compare(-0.5 * rate(t) * x, drift * x, tol=1e-10, wrong=-rate(t) * x)
    compare(math.sqrt(rate(t)), math.sqrt(g2), tol=1e-10, wrong=rate(t))

    dt, eps = 1e-4, np.array([0.4, -1.1])
    noise = math.sqrt(rate(t) * dt) * eps
    step = math.sqrt(1 - rate(t) * dt) * x + noise
    linear = x - 0.5 * rate(t) * x * dt + noise
    compare(linear, step, tol=1e-7, wrong=x - rate(t) * x * dt + noise)
    wrong = x - 0.5 * rate(t) * x * dt + math.sqrt(rate(t)) * dt * eps
    compare(linear, step, tol=1e-7, wrong=wrong)


@verifies(
    "eq-steps-product",
    against="the product of 4,000 factors",
    wrong="half the correction, and its sign",
)
def test_product(compare):
    L = 4000
    expected = math.prod(math.sqrt(1 - rate((i + 0.5) / L) / L) for i in range(L))
    squares = quad(lambda t: rate(t) ** 2, 0, 1)[0]
    keep, correction = math.exp(-total(1.0) / 2), squares / 4 / L
    found = keep * (1 - correction)
    for wrong in (1 - correction / 2, 1 + correction, 1.0):
        compare(found, expected, tol=3e-7, wrong=keep * wrong)


def ends(L, kick):
    """Signal and variance of VP at t = 1 after L steps x + f dt + kick(g, dt) eps."""
    signal, variance, dt = 1.0, 0.0, 1 / L
    for i in range(L):
        beta = rate((i + 0.5) / L)
        keep = 1 - 0.5 * beta * dt
        signal, variance = keep * signal, keep**2 * variance + kick(math.sqrt(beta), dt) ** 2
    return np.array([signal, variance])


@verifies(
    "eq-steps-pattern",
    against="signal and variance of VP in closed form, after 40,000 steps",
    wrong="dt in the place of its root, and g squared for g",
)
def test_pattern(compare):
    expected = [math.exp(-total(1.0) / 2), -math.expm1(-total(1.0))]
    found = ends(40_000, lambda g, dt: g * math.sqrt(dt))
    compare(found, expected, tol=2e-4, wrong=ends(40_000, lambda g, dt: g * dt))
    compare(found, expected, tol=2e-4, wrong=ends(40_000, lambda g, dt: g**2 * math.sqrt(dt)))


@verifies(
    "eq-steps-transition",
    against="the density of the step by the change of variables eps -> x",
    wrong="g dt for g^2 dt",
)
def test_transition(compare):
    x, f, g, dt = torch.tensor([0.4, -1.0]), torch.tensor([-0.7, 2.0]), 1.7, 0.3
    eps = torch.randn(6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def step(e):
        return x.double() + f * dt + g * math.sqrt(dt) * e

    volume = torch.stack([torch.func.jacrev(step)(e).det().log() for e in eps])
    unit = torch.distributions.Normal(0.0, 1.0)
    expected = unit.log_prob(eps).sum(1) - volume

    def law(variance):
        mean = x.double() + f * dt
        return torch.distributions.Normal(mean, math.sqrt(variance)).log_prob(step(eps)).sum(1)

    compare(law(g**2 * dt), expected, tol=1e-9, wrong=law(g * dt))


@verifies(
    "eq-steps-bridge",
    against="conditioning the Gaussian (w_s, w_m, w_t) of covariance min(s, t)",
    wrong="the variance h/2, and the left neighbour for the mean",
)
def test_bridge(compare):
    s, h = 0.3, 0.5
    times = np.array([s, s + h, s + h / 2])
    covariance = np.minimum.outer(times, times)
    given, across = covariance[:2, :2], covariance[2, :2]
    weights = np.linalg.solve(given, across)
    variance = covariance[2, 2] - across @ weights
    neighbours = np.array([0.7, -0.2])
    compare(h / 4, variance, tol=1e-12, wrong=h / 2)
    compare(neighbours.mean(), weights @ neighbours, tol=1e-12, wrong=neighbours[0])


@verifies(
    "eq-steps-variation",
    against="moments of the chi-squared law",
    wrong="the variance of one square only, and a sum that grows with L",
)
def test_variation(compare):
    t, L = 1.7, 13
    mean, variance = (float(v) for v in chi2.stats(L, scale=t / L, moments="mv"))
    compare(t, mean, tol=1e-12, wrong=t / L)
    compare(2 * t**2 / L, variance, tol=1e-12, wrong=2 * (t / L) ** 2)
    compare(2 * t**2 / L, variance, tol=1e-12, wrong=t**2 / L)


@verifies("eq-steps-quotient", against="quadrature", wrong="without 2/pi, and a slope that settles")
def test_quotient(compare):
    dt = 0.013
    scale = math.sqrt(dt)
    expected = 2 * quad(lambda d: d * norm.pdf(d, scale=scale), 0, 12 * scale)[0] / dt
    found = math.sqrt(2 / (math.pi * dt))
    compare(found, expected, tol=1e-8, wrong=1 / math.sqrt(dt))
    compare(found, expected, tol=1e-8, wrong=math.sqrt(2 / math.pi))


@verifies("eq-steps-rest", against="4,000 steps of the recursion", wrong="u/2 for u/4")
def test_rest(compare):
    for u in (0.76, 0.1):
        variance = 0.2
        for _ in range(4000):
            variance = (1 - u / 2) ** 2 * variance + u
        compare(1 / (1 - u / 4), variance, tol=1e-9, wrong=1 / (1 - u / 2))
