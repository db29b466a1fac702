"""Errata on energies, score matching, denoising and annealed Langevin (chapters 4 to 6)."""

import numpy as np
import torch
from pytest import approx
from scipy.stats import norm
from verification import verifies

from dgm_lessons.mixtures import gm1

X = torch.linspace(-14, 14, 28001, dtype=torch.float64)[:, None]
DATA_VARIANCE = 0.7  # of the Gaussian data in the fits of a variance v, where E = x^2 / (2 v)
SECOND_MOMENT = 0.4 * (1.5**2 + 0.3**2) + 0.6 * (1 + 0.5**2)  # of GM1


def integral(values):
    return float(values.sum() * (X[1] - X[0]))


def noisy_gm1(sigma):
    """Density, score, score derivative, posterior mean and variance of x_0, on the grid X."""
    law = gm1().diffuse(1.0, sigma)
    mean = gm1().seen(X, 1.0, sigma).mean[:, 0]
    variance = gm1().seen(X, 1.0, sigma).covariance[:, 0, 0]
    return law.log_prob(X).exp(), law.score(X)[:, 0], law.hessian(X)[:, 0, 0], mean, variance


def fisher_half(v):
    """Half the Fisher divergence of N(0, v) from the data N(0, DATA_VARIANCE)."""
    return 0.5 * DATA_VARIANCE * (1 / DATA_VARIANCE - 1 / v) ** 2


@verifies("err-E2-13", against="half the Fisher divergence", wrong="plus the Laplacian")
def test_e2_13(compare):
    def objective(v, sign):
        return sign / v + 0.5 * DATA_VARIANCE / v**2  # E'' = 1/v, E' = x/v

    right, wrong = (objective(0.4, sign) - objective(2.0, sign) for sign in (-1, 1))
    compare(right, fisher_half(0.4) - fisher_half(2.0), tol=1e-12, wrong=wrong)
    grid = np.linspace(0.2, 3, 2801)
    assert grid[objective(grid, -1).argmin()] == approx(0.7)
    assert objective(grid, 1).argmin() == len(grid) - 1  # runs to the boundary


@verifies("err-E4-20", against="half the Fisher divergence", wrong="the squared norm as printed")
def test_e4_20(compare):
    def right(v):
        return -1 / v + 0.5 * DATA_VARIANCE / v**2

    def printed(v):
        return -1 / v + 0.25 / v**2  # |grad s / 2|^2 with s = -x / v

    exact = fisher_half(0.4) - fisher_half(2.0)
    compare(right(0.4) - right(2.0), exact, tol=1e-12, wrong=printed(0.4) - printed(2.0))
    grid = np.linspace(0.2, 3, 2801)
    assert grid[printed(grid).argmin()] == approx(0.5)  # whatever the data


@verifies("err-E2-14", against="exponential decay", wrong="Newton's equation, which oscillates")
def test_e2_14(compare):
    k, steps = 4.0, 1000  # E = k x^2 / 2, up to time 1
    x, h = 1.0, 1 / steps
    for _ in range(steps):
        middle = x - 0.5 * h * k * x
        x -= h * k * middle
    compare(x, np.exp(-k), tol=1e-6, wrong=np.cos(np.sqrt(k)))


@verifies("err-E2-16", against="minus the average divergence of the score", wrong="zero")
def test_e2_16(compare):
    p, score, slope, *_ = noisy_gm1(0.0)
    compare(integral(p * score**2), -integral(p * slope), tol=1e-9, wrong=0.0)
    assert integral(p * score**2) == approx(6.6607, abs=5e-5)


@verifies(
    "err-E2-17", against="average posterior variance / sigma^4", wrong="loss zero as sigma -> 0"
)
def test_e2_17(compare):
    sigma = 0.05
    p, score, _, _, variance = noisy_gm1(sigma)
    least = 1 / sigma**2 - integral(p * score**2)  # of E|s - target|^2; the target has 1/sigma^2
    compare(least, integral(p * variance) / sigma**4, tol=1e-6, wrong=0.0)
    assert least == approx(393.5, abs=0.1)


def denoisers(y, mean, score_slope, sigma):
    """Bayes, identity, shrinkage and zero, each with its derivative."""
    one = torch.ones_like(y)
    yield mean, 1 + sigma**2 * score_slope
    yield from ((c * y, c * one) for c in (1.0, 0.9, 0.5, 0.0))


@verifies("err-E2-19", against="mean squared error with the clean x", wrong="|D - y|^2 alone")
def test_e2_19(compare):
    sigma = 0.6
    p, _, slope, mean, variance = noisy_gm1(sigma)
    y = X[:, 0]
    sure, risk, alone = [], [], []
    for d, derivative in denoisers(y, mean, slope, sigma):
        alone.append(integral(p * (d - y) ** 2))
        sure.append(alone[-1] + 2 * sigma**2 * integral(p * derivative) - sigma**2)
        risk.append(integral(p * ((d - mean) ** 2 + variance)))
        share = integral(p * derivative)
        assert (alone[-1] < risk[-1]) == (share > 0.5)  # under only above D/2, here 1/2
    compare(sure, risk, tol=1e-9, wrong=alone)
    assert (alone[1], risk[1]) == approx((0, 0.36), abs=1e-9)  # the identity
    assert (alone[4], risk[4]) == approx((2.046, 1.686), abs=5e-4)  # zero


@verifies("err-E2-20", against="posterior mean by quadrature", wrong="read as a product")
def test_e2_20(compare):
    sigma, y = 0.6, torch.tensor([[0.3]], dtype=torch.float64)
    score = gm1().diffuse(1.0, sigma).score(y)
    joint = gm1().log_prob(X).exp() * torch.from_numpy(norm.pdf(0.3, X[:, 0], sigma))
    mean = integral(joint * X[:, 0]) / integral(joint)
    compare(y + sigma**2 * score, mean, tol=1e-9, wrong=y + sigma**2 * score * mean)


@verifies("err-E2-21", against="half the data's second moment", wrong="the two losses equal")
def test_e2_21(compare):
    sigma, y = 0.6, X[:, 0]
    p, score, slope, mean, _ = noisy_gm1(sigma)
    fields = list(denoisers(y, mean, slope, sigma))
    differences = []
    for d, derivative in fields:
        # the operator sends p to y p + sigma^2 p'; its adjoint sends d to y d - sigma^2 d'
        general = 0.5 * integral(p * d**2) - integral(p * (y * d - sigma**2 * derivative))
        by_parts = integral(p * d * (y + sigma**2 * score))
        assert integral(p * (y * d - sigma**2 * derivative)) == approx(by_parts, abs=1e-9)
        sure = integral(p * ((d - y) ** 2 + 2 * sigma**2 * derivative - sigma**2))
        differences.append(sure / 2 - general)
    compare(differences, np.full(5, SECOND_MOMENT / 2), tol=1e-6, wrong=np.zeros(5))
    assert SECOND_MOMENT / 2 == approx(0.843)


@verifies("err-E2-22", against="the difference of the weights", wrong="equal laws: distance zero")
def test_e2_22(compare):
    x = X[:, 0].numpy()
    bumps = [norm.logpdf(x, m, 0.5) for m in (-4, 4)]
    laws = []
    for weight in (0.3, 0.5):
        parts = np.stack([np.log(weight) + bumps[0], np.log(1 - weight) + bumps[1]])
        log_p = np.logaddexp(*parts)
        pull = np.exp(parts - log_p) * np.stack([-(x + 4), -(x - 4)]) / 0.25
        laws.append((np.exp(log_p), pull.sum(0)))
    (p, score_p), (q, score_q) = laws
    assert integral(p * (score_p - score_q) ** 2) < 1e-12
    compare(integral(np.abs(p - q)) / 2, 0.2, tol=1e-6, wrong=0.0)


@verifies("err-E2-23", against="slope of log p by differences", wrong="vanishing gradients")
def test_e2_23(compare):
    law, h = gm1().diffuse(1.0, 0.05), 1e-4
    far = torch.tensor([[-6.0], [6.0]], dtype=torch.float64)
    slope = (law.log_prob(far + h) - law.log_prob(far - h)) / (2 * h)
    compare(law.score(far)[:, 0], slope, tol=1e-5, wrong=np.zeros(2))
    assert law.score(far)[:, 0].tolist() == approx([27.7, -19.8], abs=0.05)


def langevin_variance(variance, target, step, count):
    """Variance after `count` Langevin steps towards N(0, target)."""
    for _ in range(count):
        variance = (1 - step / target) ** 2 * variance + 2 * step
    return variance


@verifies("err-E2-25", against="variance recursion in closed form", wrong="start from N(0, 1)")
def test_e2_25(compare):
    data, levels = 0.5**2, np.geomspace(10, 0.1, 10)

    def std(start, levels, count):
        for sigma in levels:
            start = langevin_variance(start, data + sigma**2, 0.1 * sigma**2, count)
        return np.sqrt(start)

    target, step = data + 100, 10.0
    settled, rate = target / (1 - step / (2 * target)), (1 - step / target) ** 2
    exact = np.sqrt(settled + (100 - settled) * rate**3)
    compare(std(100, levels[:1], 3), exact, tol=1e-9, wrong=std(1, levels[:1], 3))
    assert (exact, std(1, levels[:1], 3)) == approx((10.13, 7.06), abs=0.005)
    assert (std(100, levels, 3), std(1, levels, 3)) == approx((2.60, 2.22), abs=0.005)
    assert (std(100, levels, 10), std(1, levels, 10)) == approx((0.734, 0.734), abs=5e-4)


@verifies("err-E2-26", against="std of the data at sigma_1", wrong="loop that stops at level 2")
def test_e2_26(compare):
    data, levels = 0.1**2, (0.3, 0.6)
    variance, stds = levels[1] ** 2, {}
    for level in (2, 1):
        target = data + levels[level - 1] ** 2
        variance = langevin_variance(variance, target, 0.002 * target, 5000)
        stds[level] = np.sqrt(variance)
    compare(stds[1], np.sqrt(data + 0.3**2), tol=1e-3, wrong=stds[2])
    assert (stds[1], stds[2]) == approx((0.316, 0.608), abs=1e-3)


def annealed_left_weight(steps, spacing):
    """Mass left of 0 after annealed Langevin with the exact score, carried on a grid.

    Data 0.3 N(-8, .5^2) + 0.7 N(8, .5^2), seven levels from 10 to 1 (where modes no longer mix).
    """
    x = np.arange(-60, 60, spacing)
    p = norm.pdf(x, 0, 10) * spacing
    for sigma in np.geomspace(10, 1, 7):
        parts = [
            np.log(w) + norm.logpdf(x, m, np.hypot(0.5, sigma)) for w, m in ((0.3, -8), (0.7, 8))
        ]
        share = np.exp(parts[0] - np.logaddexp(*parts))
        score = (-8 * share + 8 * (1 - share) - x) / (0.25 + sigma**2)
        step = 0.1 * sigma**2
        kernel = norm.pdf(x[:, None], x + step * score, np.sqrt(2 * step)) * spacing
        for _ in range(steps):
            p = kernel @ p
    return p[x < 0].sum()


@verifies("err-E4-30", against="the same chain on a finer grid", wrong="the data's weight 0.3")
def test_e4_30(compare):
    found = annealed_left_weight(3, 0.2)
    compare(found, annealed_left_weight(3, 0.12), tol=1e-4, wrong=0.3)
    assert (found, annealed_left_weight(100, 0.2)) == approx((0.429, 0.311), abs=5e-4)


@verifies(
    "err-E2-18", against="Bayes' rule with its integral", wrong="lambda dropped as a constant"
)
def test_e2_18(compare):
    sigma, y, x = 0.6, torch.tensor([[0.3]], dtype=torch.float64), X[:, 0]
    prior = gm1().log_prob(X).exp()  # of x_0 = sigma^2 eta
    lam = gm1().diffuse(1.0, sigma).log_prob(y) - norm.logpdf(0.3, 0, sigma)
    tilted = (x * 0.3 / sigma**2 - x**2 / (2 * sigma**2)).exp() * prior
    joint = prior * torch.from_numpy(norm.pdf(0.3, x, sigma))
    compare(tilted * (-lam).exp(), joint / integral(joint), tol=1e-9, wrong=tilted)


@verifies("err-E4-19", against="half the Fisher divergence, twice", wrong="the model's own score")
def test_e4_19(compare):
    x, h, v = X[:, 0].numpy(), 1e-4, 0.4
    p = np.exp(-(x**2) / (2 * DATA_VARIANCE)) / np.sqrt(2 * np.pi * DATA_VARIANCE)

    def loss(target):  # of the model score -x / v, with the score of N(0, target) by differences
        log_p = -((x + h) ** 2 - (x - h) ** 2) / (2 * target)
        return integral(torch.from_numpy(p * (log_p / (2 * h) + x / v) ** 2))

    compare(loss(DATA_VARIANCE), 2 * fisher_half(v), tol=1e-6, wrong=loss(v))
