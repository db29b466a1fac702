"""Errata on diffusion as a variational model (chapter 3): the notes, and the bound as a whole."""

import numpy as np
import torch
from pytest import approx
from references import hermite, kl_normal
from verification import verifies

from dgm_lessons.mixtures import gm1

# A chain of four steps in the book's convention: x_i = alpha_i x_{i-1} + beta_i eps.
BETA = np.array([0.3, 0.4, 0.5, 0.6])
ALPHA = np.sqrt(1 - BETA**2)
BAR = np.cumprod(ALPHA)
MEAN, STD = 0.3, 0.5  # data N(MEAN, STD^2)
X = np.linspace(-12, 12, 12001)


def integral(values, x=X):
    return float(values.sum() * (x[1] - x[0]))


def posterior_coefficients(i):
    """E[x_{i-1} | x_i, x_0] = a x_0 + b x_i with variance v; i = 2, ..., L."""
    low, high, beta = BAR[i - 2] ** 2, BAR[i - 1] ** 2, BETA[i - 1]
    scale = 1 / (1 - high)
    a, b = np.sqrt(low) * beta**2 * scale, (1 - low) * ALPHA[i - 1] * scale
    return a, b, (1 - low) * beta**2 * scale


def path_moments():
    """Mean and covariance of (x_0, ..., x_4)."""
    gain = np.eye(5)
    for i in range(1, 5):
        gain[i] += ALPHA[i - 1] * gain[i - 1]
    noise = np.concatenate([[STD], BETA])
    return MEAN * gain[:, 0], gain @ np.diag(noise**2) @ gain.T


def average_square(row, constant):
    """E[(row . x + constant)^2] over the paths of the chain."""
    mean, covariance = path_moments()
    return (row @ mean + constant) ** 2 + row @ covariance @ row


def unit(i, value=1.0):
    return value * np.eye(5)[i]


def model_std(i):
    return 0.5 if i == 1 else np.sqrt(posterior_coefficients(i)[2])


def negative_log_normal(row, constant, std):
    return 0.5 * np.log(2 * np.pi * std**2) + average_square(row, constant) / (2 * std**2)


def bound_terms():
    """Prior, reconstruction and i >= 2 terms for a model with mean 0.8 x_i + 0.05 i."""
    rest = 1 - BAR[3] ** 2
    prior = 0.5 * (rest + average_square(unit(0, BAR[3]), 0) - 1 - np.log(rest))
    reconstruction = negative_log_normal(unit(0) - unit(1, 0.8), -0.05, model_std(1))
    steps = 0.0
    for i in range(2, 5):
        a, b, variance = posterior_coefficients(i)
        steps += average_square(unit(0, a) + unit(i, b - 0.8), -0.05 * i) / (2 * variance)
    return prior, reconstruction, steps


def direct_bound():
    """E[-log p_phi(x_0, ..., x_L) + log p(x_1, ..., x_L | x_0)], without any telescoping."""
    total = negative_log_normal(unit(4), 0, 1)
    for i in range(1, 5):
        total += negative_log_normal(unit(i - 1) - unit(i, 0.8), -0.05 * i, model_std(i))
        total -= negative_log_normal(unit(i) - unit(i - 1, ALPHA[i - 1]), 0, BETA[i - 1])
    return total


@verifies("err-E2-07", against="the bound before telescoping", wrong="sum from i = 1, finite part")
def test_e2_07(compare):
    right = sum(bound_terms())
    # posterior_coefficients at i = 1 is x_0 with variance 0: its KL is infinite. Even without the
    # infinite part, the squared error of x_0 would be counted twice.
    twice = average_square(unit(0) - unit(1, 0.8), -0.05) / (2 * model_std(1) ** 2)
    compare(right, direct_bound(), tol=1e-12, wrong=right + twice)
    assert right == approx(1.403, abs=5e-4)


@verifies("err-E4-13", against="the bound before telescoping", wrong="the last plus sign missing")
def test_e4_13(compare):
    prior, reconstruction, steps = bound_terms()
    wrong = prior + steps * reconstruction
    compare(prior + steps + reconstruction, direct_bound(), tol=1e-12, wrong=wrong)


@verifies("err-E2-08", against="average of the log-ratio", wrong="x_i at its mean, no expectation")
def test_e2_08(compare):
    i = 3
    a, b, variance = posterior_coefficients(i)
    gap = unit(0, a) + unit(i, b - 0.8)
    # E log N(x_{i-1}; posterior) - E log N(x_{i-1}; model), both of the same variance
    ratio = average_square(unit(i - 1) - unit(i, 0.8), -0.15)
    ratio -= average_square(unit(i - 1) - unit(0, a) - unit(i, b), 0)
    right = average_square(gap, -0.15) / (2 * variance)
    wrong = (gap @ path_moments()[0] - 0.15) ** 2 / (2 * variance)
    compare(right, ratio / (2 * variance), tol=1e-12, wrong=wrong)


@verifies("err-E0-04", against="twice the posterior variance", wrong="perfect recovery of x_0")
def test_e0_04(compare):
    # Data N(0, STD^2), exact reverse kernels x_{i-1} | x_i = k x_i + noise, from x_4 down to x_0'.
    pull, spread = 1.0, 0.0
    for i in range(4, 0, -1):
        before, after = (1 - (1 - STD**2) * b**2 for b in (np.r_[1, BAR][i - 1], BAR[i - 1]))
        k = ALPHA[i - 1] * before / after
        pull, spread = k * pull, k**2 * spread + before * BETA[i - 1] ** 2 / after
    last = 1 - (1 - STD**2) * BAR[3] ** 2
    variance, shared = pull**2 * last + spread, pull * BAR[3] * STD**2
    assert variance == approx(STD**2, abs=1e-12)  # the law is recovered
    posterior = STD**2 * (1 - BAR[3] ** 2) / last
    compare(STD**2 + variance - 2 * shared, 2 * posterior, tol=1e-12, wrong=0.0)


@verifies("err-E2-09", against="exp(-B/2)", wrong="limit zero")
def test_e2_09(compare):
    b = np.linspace(1e-4, 0.02, 1000)
    assert np.sqrt(np.prod(1 - b)) == approx(0.00635, abs=5e-6)
    fine = np.repeat(b, 1000) / 1000  # a million steps with the same sum of beta^2
    compare(np.exp(0.5 * np.log1p(-fine).sum()), np.exp(-b.sum() / 2), tol=1e-6, wrong=0.0)
    assert np.exp(-b.sum() / 2) == approx(0.00657, abs=5e-6)


@verifies("err-E2-10", against="1 - sigma^2 E|score|^2", wrong="the same scale at every step")
def test_e2_10(compare):
    x = torch.linspace(-12, 12, 12001, dtype=torch.float64)[:, None]
    found, expected = [], []
    for t in (0.02, 0.1, 0.3, 0.6, 1.0):
        alpha = np.exp(-0.5 * (0.1 * t + 9.95 * t**2))
        sigma = np.sqrt(1 - alpha**2)
        law = gm1().diffuse(alpha, sigma)
        p = law.log_prob(x).exp()
        variance = gm1().seen(x, alpha, sigma).covariance[:, 0, 0]
        found.append(alpha**2 / sigma**2 * integral(p * variance))
        expected.append(1 - sigma**2 * integral(p * law.score(x)[:, 0] ** 2))
    compare(found, expected, tol=1e-9, wrong=np.ones(5))
    assert found[:4] == approx([0.96, 0.65, 0.49, 0.043], abs=5e-3)
    assert found[4] == approx(7e-5, abs=5e-6)


@verifies("err-E2-24", against="noise added step by step", wrong="the bar not squared")
def test_e2_24(compare):
    variance = 0.0
    for alpha, beta in zip(ALPHA, BETA, strict=True):
        variance = alpha**2 * variance + beta**2
    compare(np.sqrt(1 - BAR[3] ** 2), np.sqrt(variance), tol=1e-12, wrong=np.sqrt(1 - BAR[3]))


@verifies("err-E2-27", against="the kernel from x_0 to x_4", wrong="the step as printed")
def test_e2_27(compare):
    def walk(signal, noise):
        mean, variance = 1.0, 0.0
        for a, b in zip(signal, noise, strict=True):
            mean, variance = a * mean, a**2 * variance + b**2
        return mean, variance

    kernel = BAR[3], 1 - BAR[3] ** 2
    wrong = walk(np.sqrt(1 - BETA), np.sqrt(BETA))
    compare(walk(np.sqrt(1 - BETA**2), BETA), kernel, tol=1e-12, wrong=wrong)


def log_ratio(i):
    """E log of p(x_{i-1} | x_i, x_0) over the model's p(x_{i-1} | x_i): i >= 2, along paths."""
    a, b, variance = posterior_coefficients(i)
    true = negative_log_normal(unit(i - 1) - unit(0, a) - unit(i, b), 0, np.sqrt(variance))
    return negative_log_normal(unit(i - 1) - unit(i, 0.8), -0.05 * i, model_std(i)) - true


@verifies("err-E2-11", against="the bound minus prior and reconstruction", wrong="no KL terms")
def test_e2_11(compare):
    node, weight = hermite(8)
    x0, kls = MEAN + STD * node[:, None], 0.0
    for i in range(2, 5):
        a, b, variance = posterior_coefficients(i)
        x = BAR[i - 1] * x0 + np.sqrt(1 - BAR[i - 1] ** 2) * node
        std = np.sqrt(variance)
        kls += weight @ kl_normal(a * x0 + b * x, std, 0.8 * x + 0.05 * i, std) @ weight
    prior, reconstruction, _ = bound_terms()
    compare(kls, direct_bound() - prior - reconstruction, tol=1e-9, wrong=0.0)
    assert kls == approx(0.926, abs=5e-4)


@verifies("err-E4-16", against="L_2 of the list, by its log-ratio", wrong="L_3 of the list")
def test_e4_16(compare):
    a, b, variance = posterior_coefficients(3)  # the slides' tilde mu_3 and tilde beta_3
    loss = average_square(unit(0, a) + unit(3, b - 0.8), -0.15) / (2 * variance)
    compare(loss, log_ratio(3), tol=1e-9, wrong=log_ratio(4))


@verifies("err-E3-19", against="the average over whole paths, (2.5)", wrong="x_t not integrated")
def test_e3_19(compare):
    i, (node, weight) = 3, hermite(4)
    x0 = MEAN + STD * node[:, None, None]
    before = BAR[i - 2] * x0 + np.sqrt(1 - BAR[i - 2] ** 2) * node[:, None]
    kernel_mean = ALPHA[i - 1] * before

    def average(x):  # of -log q(x_{i-1} | x_i)
        square = (before - 0.8 * x - 0.05 * i) ** 2
        return np.einsum("i,j,k,ijk", weight, weight, weight, square)

    def loss(square):
        std = model_std(i)
        return 0.5 * np.log(2 * np.pi * std**2) + square / (2 * std**2)

    paths = negative_log_normal(unit(i - 1) - unit(i, 0.8), -0.05 * i, model_std(i))
    found = loss(average(kernel_mean + BETA[i - 1] * node))
    compare(found, paths, tol=1e-9, wrong=loss(average(kernel_mean + 0 * node)))
