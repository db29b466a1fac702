"""Checks of the section on affine kernels, by simulation of moments, quadrature and autograd."""

import numpy as np
import torch
from references import (
    MEANS,
    STDS,
    WEIGHTS,
    gm1_and_two_noises,
    kl_normal,
    noisy_score,
    posterior_mean,
    solve,
)
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-kern-kernel": "defines the affine Gaussian kernel",
    "eq-kern-loss": "defines the loss, a regression on the datum",
}


def alpha(t):  # a kernel without a name: the noise falls at the end, the signal faster
    return 1 - 0.9 * t**2


def sigma(t):
    return np.sin(2.2 * t)


def slope(curve, t, h=1e-5):
    return (curve(t + h) - curve(t - h)) / (2 * h)


def rates(t, factor=2.0):
    """f and g^2 by the lemma; `factor` is the 2 before f sigma^2."""
    f = slope(alpha, t) / alpha(t)
    return f, 2 * sigma(t) * slope(sigma, t) - factor * f * sigma(t) ** 2


@verifies(
    "eq-kern-ray",
    against="the posterior mean by quadrature, at two points of one ray",
    wrong="the noisy point not rescaled",
)
def test_on_a_ray_denoisers_differ_by_a_factor(compare):
    x, a, s, c = np.linspace(-1.7, 1.9, 7), 0.83, 0.47, 1.9
    datum = lambda x0, _: x0  # noqa: E731
    there = posterior_mean(datum, x, a, s)
    found, wrong = (posterior_mean(datum, k * x, c * a, c * s) for k in (c, 1.0))
    compare(found, there, tol=1e-9, wrong=wrong)


@verifies(
    "eq-kern-lemma",
    against="the moment equations solved with f and g^2 from a point: the kernel must come back, "
    "and the slope of log(alpha/sigma) by central differences",
    wrong="the factor 2 before f sigma^2 missing; the whole log-SNR for its half; and for the "
    "missing hypothesis: g^2 taken as its absolute value where the SNR rises",
)
def test_the_sde_of_a_kernel_has_the_kernel(compare):
    start, end, x0 = 0.1, 0.9, 1.7

    def moments(factor):
        def right(t, y):
            f, g2 = rates(t, factor)
            return [f * y[0], 2 * f * y[1] + g2]

        return solve(right, [alpha(start) * x0, sigma(start) ** 2], start, end)

    kernel = [alpha(end) * x0, sigma(end) ** 2]
    compare(moments(2.0), kernel, tol=1e-7, wrong=moments(1.0))
    t = np.array([0.15, 0.5, 0.85])
    half = slope(lambda t: np.log(alpha(t) / sigma(t)), t)
    compare(-2 * sigma(t) ** 2 * half, rates(t)[1], tol=1e-6, wrong=-4 * sigma(t) ** 2 * half)
    assert (rates(t)[1] > 0).all() and sigma(0.9) < sigma(0.7)  # sigma falls, the SNR too


@verifies(
    "eq-kern-lemma",
    against="for alpha = 1 and sigma = 0.5 + 0.4 sin(2 pi t) the slope of sigma^2: the formula "
    "gives -3.05, so no SDE; the formula as a real SDE, with |g^2|, ends elsewhere",
    wrong="the hypothesis dropped: |g^2| for g^2",
)
def test_without_a_falling_snr_there_is_no_sde(compare):
    bump = lambda t: 0.5 + 0.4 * np.sin(2 * np.pi * t)  # noqa: E731
    g2 = lambda t: 0.8 * np.pi * np.cos(2 * np.pi * t) * 2 * bump(t)  # noqa: E731
    t = np.linspace(0, 1, 100_001)
    assert abs(g2(t).min() + 3.05) < 5e-3
    ends = [solve(lambda t, y, size=size: [size(g2(t))], bump(0) ** 2, 0, 0.7)
            for size in (float, abs)]  # fmt: skip
    compare(ends[0], [bump(0.7) ** 2], tol=1e-8, wrong=ends[1])


@verifies(
    "eq-kern-fm",
    against="central differences of log(1 - t) and t^2, and the numbers 2, 18, 198, 1998",
    wrong="half of g^2, and f with the other sign",
)
def test_flow_matching_as_an_sde(compare):
    t = np.array([0.5, 0.9, 0.99, 0.999])
    f = slope(lambda t: np.log(1 - t), t, 1e-7)
    compare(-1 / (1 - t) / f, np.ones(4), tol=1e-5, wrong=1 / (1 - t) / f)
    g2 = 2 * t / (1 - t)
    compare(
        g2 / (2 * t - 2 * f * t**2), np.ones(4), tol=1e-5, wrong=g2 / 2 / (2 * t - 2 * f * t**2)
    )
    np.testing.assert_allclose(g2, [2, 18, 198, 1998])


@verifies(
    "eq-kern-left",
    against="the divergence of two Gaussians in closed form, averaged over data in 3 dimensions",
    wrong="the dimension D missing before the second term",
)
def test_what_a_prior_leaves_out(compare):
    a, s, prior = 0.31, 1.4, 1.7
    data = np.random.default_rng(0).normal(0.4, 1.2, (50, 3))
    expected = kl_normal(a * data, s, 0.0, prior).sum(1).mean()
    ratio, square = (s / prior) ** 2, (data**2).sum(1).mean()
    found, wrong = (0.5 * (a**2 * square / prior**2 + D * (ratio - 1 - np.log(ratio)))
                    for D in (3, 1))  # fmt: skip
    compare(found, expected, tol=1e-12, wrong=wrong)


def hop(t, s):
    ratio = alpha(s) / alpha(t)
    return ratio, sigma(s) ** 2 - ratio**2 * sigma(t) ** 2


@verifies(
    "eq-kern-hop",
    against="the moment equations of the SDE, solved from a point at t to s",
    wrong="the old noise not scaled, and its ratio not squared",
)
def test_a_hop_is_the_sde_between_two_times(compare):
    t, s, x = 0.3, 0.75, -1.3

    def right(u, y):
        f, g2 = rates(u)
        return [f * y[0], 2 * f * y[1] + g2]

    expected = solve(right, [x, 0.0], t, s)
    ratio, fresh = hop(t, s)
    for share in (1.0, ratio):
        wrong = [ratio * x, sigma(s) ** 2 - share * sigma(t) ** 2]
        compare([ratio * x, fresh], expected, tol=1e-7, wrong=wrong)


@verifies(
    "eq-kern-hops",
    "eq-kern-gain",
    against="the one hop from 0.2 to 0.8, and the ratio of the SNRs",
    wrong="the first noise not shrunk; and the ratio of the SNRs turned",
)
def test_two_hops_are_one(compare):
    (a1, v1), (a2, v2), one = hop(0.2, 0.5), hop(0.5, 0.8), hop(0.2, 0.8)
    compare([a2 * a1, a2**2 * v1 + v2], one, tol=1e-12, wrong=[a2 * a1, v1 + v2])
    snr = lambda t: (alpha(t) / sigma(t)) ** 2  # noqa: E731
    ratio = snr(0.8) / snr(0.2)
    gain, wrong = (sigma(0.8) ** 2 * (1 - r) for r in (ratio, 1 / ratio))
    compare(gain, one[1], tol=1e-12, wrong=wrong)


@verifies(
    "eq-kern-bayes",
    against="counting: the joint law of (x_t, x_s) on a grid, made forwards, divided by its own "
    "sum over x_t",
    wrong="numerator and denominator exchanged",
)
def test_bayes_rule_turns_the_kernel(compare):
    t, s, x0, x_s = 0.35, 0.6, 0.7, 0.15
    grid = np.linspace(-4, 5, 4001)
    ratio, fresh = hop(t, s)
    forwards = norm.pdf(x_s, ratio * grid, np.sqrt(fresh))
    early, late = norm.pdf(grid, alpha(t) * x0, sigma(t)), norm.pdf(x_s, alpha(s) * x0, sigma(s))
    joint = early * forwards
    expected = joint / np.trapezoid(joint, grid)
    near = np.abs(grid - alpha(t) * x0) < 0.6
    compare((forwards * early / late)[near], expected[near], tol=1e-9,
            wrong=(forwards * late / early)[near])  # fmt: skip


@verifies(
    "eq-kern-posterior",
    against="mean and variance of the product of the two Gaussians, by quadrature",
    wrong="alpha_s for alpha_t before x_0, and the variance without sigma_t^2 / sigma_s^2",
)
def test_the_step_back_given_the_datum(compare):
    t, s, x0, x_s = 0.35, 0.6, 0.7, -0.4
    grid = np.linspace(-5, 5, 8001)
    ratio, fresh = hop(t, s)
    weight = norm.pdf(x_s, ratio * grid, np.sqrt(fresh)) * norm.pdf(grid, alpha(t) * x0, sigma(t))
    weight /= weight.sum()
    mean = (weight * grid).sum()
    expected = [mean, (weight * (grid - mean) ** 2).sum()]
    keep = ratio * sigma(t) ** 2 / sigma(s) ** 2
    found = keep * x_s + alpha(t) * fresh / sigma(s) ** 2 * x0
    slipped = keep * x_s + alpha(s) * fresh / sigma(s) ** 2 * x0
    compare([found, fresh * sigma(t) ** 2 / sigma(s) ** 2], expected, tol=1e-9,
            wrong=[slipped, fresh])  # fmt: skip


@verifies(
    "eq-kern-posterior",
    against="the correlation of x_t with (x_0, x_s) in the joint Gaussian of one path, by linear "
    "regression in closed form over two noises",
    wrong="the weights exchanged",
)
def test_the_posterior_is_a_regression(compare):
    t, s = 0.35, 0.6
    x0, first, second, weight = gm1_and_two_noises(6)
    ratio, fresh = hop(t, s)
    x_t = alpha(t) * x0 + sigma(t) * first + 0 * second
    x_s = ratio * x_t + np.sqrt(fresh) * second
    x0 = x0 + 0 * x_s
    average = lambda v: (weight * v).sum()  # noqa: E731
    gram = [[average(a * b) for a in (x_s, x0)] for b in (x_s, x0)]
    expected = np.linalg.solve(gram, [average(x_t * b) for b in (x_s, x0)])
    found = np.array([ratio * sigma(t) ** 2, alpha(t) * fresh]) / sigma(s) ** 2
    compare(found, expected, tol=1e-9, wrong=found[::-1])


@verifies(
    "eq-kern-eps",
    against="the mean of the crowd's x_t given x_s, by quadrature over the datum, with the noise "
    "from the closed-form score",
    wrong="sigma_s^2 for sigma_s below the noise, and the division by the ratio missing",
)
def test_the_noise_head_gives_the_same_mean(compare):
    t, s, x = 0.35, 0.6, np.linspace(-1.4, 1.6, 7)
    ratio, fresh = hop(t, s)
    keep, pull = ratio * sigma(t) ** 2 / sigma(s) ** 2, alpha(t) * fresh / sigma(s) ** 2
    expected = posterior_mean(lambda x0, x: keep * x + pull * x0, x, alpha(s), sigma(s))
    eps = -sigma(s) * noisy_score(x, alpha(s), sigma(s))
    found = (x - fresh / sigma(s) * eps) / ratio
    compare(found, expected, tol=1e-9, wrong=(x - fresh / sigma(s) ** 2 * eps) / ratio)
    compare(found, expected, tol=1e-9, wrong=found * ratio)
    point = torch.linspace(-1, 1, 3, dtype=torch.float64)  # and autograd agrees on the score
    auto = torch.func.grad(lambda x: log_density(x, alpha(s), sigma(s)).sum())(point)
    compare(noisy_score(point.numpy(), alpha(s), sigma(s)), auto, tol=1e-9, wrong=-auto)


def log_density(x, a, s):
    """The log-density of GM1 seen through a x_0 + s eps."""
    means, stds, weights = map(torch.tensor, (MEANS, STDS, WEIGHTS))
    std = (a**2 * stds**2 + s**2).sqrt()
    parts = -0.5 * ((x[:, None] - a * means) / std) ** 2 - std.log()
    return torch.logsumexp(parts + weights.log(), 1)
