"""Equations of the section on training one score for all times, against something independent."""

import math
from itertools import pairwise

import numpy as np
from references import gm1_and_two_noises, noisy_score, posterior_mean
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize
from verification import verifies

from dgm_lessons.processes import VE, VP, FlowMatching

DEFINITIONS = {
    "eq-training-oracle": "what is meant by the oracle loss; eq-training-split is about it",
    "eq-training-dsm": "what is meant by the denoising loss; eq-training-split is about it",
}


def levels(t):
    """alpha and sigma of VP from the integral of its rate."""
    integral = 0.1 * t + 0.5 * 19.9 * t**2
    return math.exp(-integral / 2), math.sqrt(1 - math.exp(-integral))


def kernel(f, g, x0, t):
    """Mean and variance of dx = f(t) x dt + g(t) dw from x0, by solve_ivp."""
    slope = lambda s, y: [f(s) * y[0], 2 * f(s) * y[1] + g(s) ** 2]  # noqa: E731
    return solve_ivp(slope, (0, t), [x0, 0.0], rtol=1e-11, atol=1e-13).y[:, -1]


@verifies(
    "eq-training-target",
    against="differences of the Gaussian kernel's log-density, its moments by solve_ivp",
    wrong="no minus, and a standard deviation for the variance",
)
def test_target(compare):
    x0, t, h = 0.7, 0.4, 1e-5
    mean, variance = kernel(lambda s: -0.05 - 9.95 * s, lambda s: (0.1 + 19.9 * s) ** 0.5, x0, t)
    log = lambda x: -((x - mean) ** 2) / (2 * variance)  # noqa: E731
    alpha, sigma = levels(t)
    eps = np.linspace(-2, 2, 9)
    x = alpha * x0 + sigma * eps
    score = (log(x + h) - log(x - h)) / (2 * h)
    compare((alpha * x0 - x) / sigma**2, score, tol=1e-5, wrong=(x - alpha * x0) / sigma**2)
    compare(-eps / sigma, score, tol=1e-5, wrong=-eps)
    compare((alpha * x0 - x) / sigma**2, score, tol=1e-5, wrong=(alpha * x0 - x) / sigma)


@verifies(
    "eq-training-split",
    against="both losses by quadrature over x_0 and the noise, for a network that is wrong",
    wrong="the variance of the targets alone, and the weight forgotten",
)
def test_split(compare):
    x0, eps, _, weight = gm1_and_two_noises(60)
    x0, eps, weight = x0[:, 0, 0, None], eps[:, 0][None], weight.sum(2)
    times, omega = (0.1, 0.3, 0.6), (0.5, 1.3, 2.0)
    sides = np.zeros(4)  # denoising, oracle plus constant, and two wrong ones
    for t, w in zip(times, omega, strict=True):
        alpha, sigma = levels(t)
        x = alpha * x0 + sigma * eps
        exact = noisy_score(x.ravel(), alpha, sigma).reshape(x.shape)
        guess = -0.8 * x + np.sin(x) + t
        mean = lambda values, weight=weight: (weight * values).sum()  # noqa: E731
        dsm, sm = mean((guess + eps / sigma) ** 2) / 2, mean((guess - exact) ** 2) / 2
        constant = 1 / sigma**2 - mean(exact**2)
        parts = [
            w * dsm,
            w * (sm + constant / 2),
            w * (sm + 0.5 / sigma**2),
            w * sm + constant / 2,
        ]
        sides += np.array(parts) / len(times)
    compare(sides[1], sides[0], tol=1e-3, wrong=sides[2])
    compare(sides[1], sides[0], tol=1e-3, wrong=sides[3])


@verifies(
    "eq-training-minimiser",
    against="the mean of the kernel's score over the posterior of x_0, by quadrature",
    wrong="the score of the data, without a time, and the noise alone",
)
def test_minimiser(compare):
    x = np.linspace(-2, 2, 9)
    for t in (0.1, 0.3, 0.6):
        alpha, sigma = levels(t)
        target = lambda x0, x, a=alpha, s=sigma: (a * x0 - x) / s**2  # noqa: E731
        mean = posterior_mean(target, x, alpha, sigma)
        score = noisy_score(x, alpha, sigma)
        compare(mean, score, tol=1e-5, wrong=noisy_score(x, 1.0, 1e-9))
        compare(mean, score, tol=1e-5, wrong=sigma * score)


@verifies(
    "eq-training-clock",
    against="differences of the log-SNR, for VP, VE and flow matching",
    wrong="the sign, and g for g^2",
)
def test_clock(compare):
    h = 1e-5
    for process in (VP(), VE(), FlowMatching()):
        for t in (0.2, 0.5, 0.8):
            snr = [math.log(process.alpha(s) ** 2 / process.sigma(s) ** 2) for s in (t - h, t + h)]
            falls = -(snr[1] - snr[0]) / (2 * h)
            f = float(process.alpha_dot(t) / process.alpha(t))
            rate = [float(process.sigma(s)) ** 2 for s in (t - h, t + h)]
            g2 = (rate[1] - rate[0]) / (2 * h) - 2 * f * float(process.sigma(t)) ** 2
            ratio = g2 / float(process.sigma(t)) ** 2
            compare(ratio, falls, tol=1e-3, wrong=-ratio)
            compare(ratio, falls, tol=1e-3, wrong=g2**0.5 / float(process.sigma(t)) ** 2)


def path_divergence(s2, slope, steps):
    """KL of two Gaussian chains of the same steps, the exact one and that of the wrong score.

    The first goes back by the exact posteriors of dx = -x dt + sqrt(2) dw from N(0, s2); the
    second by the reverse SDE with the score -slope x, solved exactly on each step.
    """
    T = 1.0
    times = np.linspace(T, 0, steps + 1)
    variance = lambda t: 1 + (s2 - 1) * math.exp(-2 * t)  # noqa: E731
    total = 0.0
    for t, s in pairwise(times):
        keep = math.exp(-(t - s))
        mean = keep * variance(s) / variance(t)  # of x_s given x_t, times x_t
        var = variance(s) - mean**2 * variance(t)
        rate = 1 - 2 * slope  # going back, dx = (x - 2 slope x) dt' + sqrt(2) dw
        mean_q = math.exp(rate * (t - s))
        var_q = 2 * (math.exp(2 * rate * (t - s)) - 1) / (2 * rate)
        square = (mean - mean_q) ** 2 * variance(t)
        total += 0.5 * ((var + square) / var_q - 1 - math.log(var / var_q))
    end = variance(T)
    return total + 0.5 * (end - 1 - math.log(end))


@verifies(
    "eq-training-likelihood",
    against="the divergence of two chains of Gaussian steps, steps to zero, which bounds the ends'",
    wrong="no half, and g for g^2",
)
def test_likelihood_bound(compare):
    s2, slope = 0.3, 1.2  # data N(0, s2); the wrong score is -slope x at all times
    variance = lambda t: 1 + (s2 - 1) * math.exp(-2 * t)  # noqa: E731
    error = lambda t: (slope - 1 / variance(t)) ** 2 * variance(t)  # noqa: E731
    integral = quad(error, 0, 1)[0]
    prior = 0.5 * (variance(1) - 1 - math.log(variance(1)))
    bound = prior + 0.5 * 2 * integral  # g^2 = 2
    few, many = (path_divergence(s2, slope, n) for n in (2000, 4000))
    compare(bound, 2 * many - few, tol=2e-3, wrong=prior + 2 * integral)
    compare(bound, 2 * many - few, tol=2e-3, wrong=prior + 0.5 * 2**0.5 * integral)
    grows = lambda u, v: 2 * (1 - 2 * slope) * v + 2  # noqa: E731
    end = solve_ivp(grows, (0, 1), [1.0], rtol=1e-10, atol=1e-12).y[0, -1]
    assert 0.5 * (s2 / end - 1 - math.log(s2 / end)) <= bound


@verifies(
    "eq-training-trade",
    against="a quadrature over times of each side",
    wrong="the ratio turned, and no ratio",
)
def test_trade(compare):
    omega, loss = lambda t: 1 + t**2, lambda t: math.exp(-t)
    p, q = lambda t: 2 * t, lambda t: 0.5 + t
    over = lambda f: quad(f, 0, 1)[0]  # noqa: E731
    left = over(lambda t: p(t) * omega(t) * loss(t))
    right = over(lambda t: q(t) * (p(t) * omega(t) / q(t)) * loss(t))
    turned = over(lambda t: q(t) * (q(t) * omega(t) / max(p(t), 1e-3)) * loss(t))
    compare(right, left, tol=1e-8, wrong=turned)
    compare(right, left, tol=1e-8, wrong=over(lambda t: q(t) * omega(t) * loss(t)))
    t = 1 - np.random.default_rng(0).random(200_000)  # and by drawing from a third law, even
    drawn = p(t) * omega(t) * np.exp(-t)
    assert abs(drawn.mean() - left) < 5 * drawn.std() / 200_000**0.5


@verifies(
    "eq-training-best",
    against="a minimiser that searches over all laws on 30 cells",
    wrong="the square of the length, and the length without the weight",
)
def test_best_law(compare):
    t = (np.arange(30) + 0.5) / 30
    omega, length, p = 1 + 3 * t, 0.5 + np.exp(-2 * t), np.full(30, 1 / 30)

    def second_moment(logits):
        q = np.exp(logits - logits.max())
        return ((p * omega * length) ** 2 / (q / q.sum())).sum()

    found = minimize(second_moment, np.zeros(30), method="BFGS", options={"gtol": 1e-9}).x
    q = np.exp(found) / np.exp(found).sum()
    normed = lambda v: v / v.sum()  # noqa: E731
    best = normed(p * omega * length)
    compare(best, q, tol=1e-5, wrong=normed(p * omega * length**2))
    compare(best, q, tol=1e-5, wrong=normed(p * length))
    least = (p * omega * length).sum() ** 2
    compare(least, second_moment(found), tol=1e-6, wrong=(p * omega * length**2).sum())
