"""Checks of the section on VE and VP, by solved moment equations, quadrature and autograd."""

import numpy as np
import torch
from references import MEANS, STDS, kl_normal, noisy_score, normal, solve, vp
from verification import verifies

DEFINITIONS = {
    "eq-vevp-vp": "defines the VP process",
    "eq-vevp-linear": "defines the linear rate",
}

LOW, HIGH = 0.13, 4.2  # sigma_min, sigma_max
T = 0.8


def moments(f, g2, start, end, mean, var):
    """Mean and variance at `end` by the moment equations."""
    return solve(lambda t, y: [f(t) * y[0], 2 * f(t) * y[1] + g2(t)], [mean, var], start, end)


@verifies(
    "eq-vevp-g",
    "eq-vevp-ve-kernel",
    against="the moment equations solved, for a schedule sigma(t) = 0.4 + t^3",
    wrong="g without the square root",
)
def test_noise_of_ve(compare):
    def sigma(t):
        return 0.4 + t**3

    def slope(t):  # of sigma squared
        return 2 * sigma(t) * 3 * t**2

    x0, gained = 1.7, sigma(T) ** 2 - sigma(0) ** 2
    right, wrong = (moments(lambda t: 0.0, g2, 0, T, x0, 0.0) for g2 in
                    (slope, lambda t: slope(t) ** 2))  # fmt: skip
    compare([x0, gained], right, tol=1e-8, wrong=wrong)


@verifies(
    "eq-vevp-geometric",
    against="the derivative of the variance by central differences",
    wrong="the 2 before the logarithm missing",
)
def test_geometric_schedule(compare):
    t, h = np.array([0.1, 0.5, 0.9]), 1e-5

    def sigma(t):
        return LOW * (HIGH / LOW) ** t

    expected = np.sqrt((sigma(t + h) ** 2 - sigma(t - h) ** 2) / (2 * h))
    found, wrong = (sigma(t) * np.sqrt(k * np.log(HIGH / LOW)) for k in (2, 1))
    compare(found, expected, tol=1e-6, wrong=wrong)


@verifies(
    "eq-vevp-prior",
    against="the closed form of the divergence of two Gaussians",
    wrong="the variance of the data left out",
)
def test_cost_of_a_prior(compare):
    mean, std = 1.4, 0.9
    top = np.array([1.5, 4.0])

    def formula(s2):
        return 0.5 * ((mean**2 + s2) / top**2 - np.log1p(s2 / top**2))

    expected = kl_normal(mean, np.hypot(std, top), 0.0, top)
    compare(formula(std**2), expected, tol=1e-12, wrong=formula(0.0))
    top = 60.0
    leading = mean**2 / (2 * top**2) + std**4 / (4 * top**4)
    without = std**4 / (4 * top**4)
    expected = kl_normal(mean, np.hypot(std, top), 0.0, top)
    compare(leading / expected, 1.0, tol=1e-6, wrong=without / expected)


@verifies(
    "eq-vevp-vp-kernel",
    against="the moment equations solved from a point",
    wrong="the mean shrunk by e^-B in place of e^(-B/2)",
)
def test_kernel_of_vp(compare):
    def rate(t):
        return 0.3 + 2.5 * t + np.sin(3 * t)

    total = 0.3 * T + 1.25 * T**2 + (1 - np.cos(3 * T)) / 3
    expected = moments(lambda t: -0.5 * rate(t), rate, 0, T, 1.7, 0.0)
    found, wrong = ([np.exp(-total / k) * 1.7, 1 - np.exp(-total)] for k in (2, 1))
    compare(found, expected, tol=1e-9, wrong=wrong)


@verifies(
    "eq-vevp-preserved",
    against="the moment equations solved from data of variance 2.6 and 0.3",
    wrong="preserved: the variance of the data",
)
def test_what_vp_preserves(compare):
    alpha = float(vp(0.3)[0])
    rate = lambda t: 0.1 + 19.9 * t  # noqa: E731
    before = np.array([2.6, 0.3])
    expected = [moments(lambda t: -0.5 * rate(t), rate, 0, 0.3, 0.0, v)[1] for v in before]
    compare(1 + (before - 1) * alpha**2, expected, tol=1e-9, wrong=before)


@verifies(
    "eq-vevp-ddpm",
    against="the product over DDPM's 1,000 steps, its variances evenly from 0.0001 to 0.02",
    wrong="e^-B for e^(-B/2), and beta(i/L) for beta((i-1)/(L-1))",
)
def test_ddpm_is_a_discretised_vp(compare):
    variances = np.linspace(1e-4, 0.02, 1000)
    product = np.cumprod(np.sqrt(1 - variances))
    steps = np.arange(1, 1001)
    printed = (0.1 + 19.9 * (steps - 1) / 999) / 1000
    shifted = (0.1 + 19.9 * steps / 1000) / 1000  # with beta(i/L) for beta((i-1)/(L-1))
    compare(printed, variances, tol=1e-12, wrong=shifted)
    alpha = vp(steps / 1000)[0].numpy()
    compare(alpha, product, tol=2e-3, wrong=alpha**2)


@verifies(
    "eq-vevp-score",
    against="autograd on the log-density of the kernel, at a point made with a known noise",
    wrong="sigma for sigma squared",
)
def test_conditional_score(compare):
    alpha, sigma = 0.7, 0.45
    x0, eps = torch.tensor([[0.4, -1.2], [1.7, 0.3]]).double(), torch.tensor([0.9, -0.6]).double()
    x = alpha * x0 + sigma * eps
    expected = torch.func.grad(lambda x: normal(alpha * x0, sigma).log_prob(x).sum())(x)
    gap = x - alpha * x0
    compare(-gap / sigma**2, expected, tol=1e-12, wrong=-gap / sigma)
    compare((-eps / sigma).expand_as(x), expected, tol=1e-12, wrong=-eps.expand_as(x))


@verifies(
    "eq-rescaled",
    against="a path of VP in fine Euler steps over alpha, beside a sum of weighted kicks, and "
    "the growth of sigma^2 / alpha^2 by central differences",
    wrong="g for g over alpha",
)
def test_divided_by_alpha_a_linear_sde_has_no_drift(compare):
    n, end, x0 = 200_000, 0.3, 1.4
    rng, h = np.random.default_rng(0), end / n
    t = (np.arange(n) + 0.5) * h
    rate, alpha = 0.1 + 19.9 * t, vp(t)[0].numpy()
    kicks = np.sqrt(rate * h) * rng.standard_normal(n)
    x = x0
    for beta, kick in zip(rate, kicks, strict=True):
        x = x - 0.5 * beta * h * x + kick
    found, wrong = x0 + (kicks / alpha).sum(), x0 + kicks.sum()
    compare(found, x / float(vp(end)[0]), tol=1e-3, wrong=wrong)

    def ratio(t):
        alpha, sigma = vp(t)
        return float((sigma / alpha) ** 2)

    growth = (ratio(end + 1e-5) - ratio(end - 1e-5)) / 2e-5
    beta = 0.1 + 19.9 * end
    compare(beta / float(vp(end)[0]) ** 2, growth, tol=1e-5, wrong=beta)


@verifies(
    "eq-vevp-score-map",
    against="the closed form of the score of two noisy Gaussians",
    wrong="the factor 1 / alpha missing",
)
def test_a_score_carried_from_ve(compare):
    x = np.linspace(-2.5, 2.0, 7)
    alpha, sigma = (float(level) for level in vp(0.3))
    noise = sigma / alpha

    def log_density(y):  # of VE at this noise
        std = torch.as_tensor(np.hypot(STDS, noise))
        parts = normal(torch.as_tensor(MEANS), std).log_prob(y[:, None])
        return torch.logsumexp(parts + torch.tensor([0.4, 0.6], dtype=torch.float64).log(), 1).sum()

    of_ve = torch.func.grad(log_density)(torch.as_tensor(x / alpha)).numpy()
    compare(of_ve / alpha, noisy_score(x, alpha, sigma), tol=1e-10, wrong=of_ve)
