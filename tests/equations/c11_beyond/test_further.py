"""Checks of the page *Where to go on*, by Bayes' rule, quadrature, autograd and Sinkhorn."""

import math

import numpy as np
import torch
from references import hermite, kl_normal
from scipy.integrate import quad, solve_ivp
from verification import verifies

DEFINITIONS = {
    "eq-further-mask": "defines the forward kernel of masked diffusion; its way back is tested",
    "eq-further-vq": "defines vector quantisation: the index of the nearest vector",
}


@verifies(
    "eq-further-unmask",
    against="Bayes' rule over the forward kernel and its transition, token by token",
    wrong="the two times exchanged in the numerator; 1 - alpha_t as the divisor",
)
def test_a_mask_turns_into_a_token(compare):
    early, late = 0.7, 0.45  # alpha at t and at s > t
    clean, mask = np.eye(4)[1], np.eye(4)[3]
    at_t = early * clean + (1 - early) * mask
    stays = np.eye(4) * late / early  # from a token at t to a token or the mask at s
    stays[:, 3] += 1 - late / early
    stays[3] = mask
    joint = at_t * stays[:, 3]
    expected = joint / joint.sum()
    found = ((early - late) * clean + (1 - early) * mask) / (1 - late)
    exchanged = ((1 - early) * clean + (early - late) * mask) / (1 - late)
    divided = ((early - late) * clean + (1 - early) * mask) / (1 - early)
    compare(found, expected, tol=1e-12, wrong=exchanged)
    compare(found, expected, tol=1e-12, wrong=divided)


@verifies(
    "eq-further-mask-loss",
    against="the entropy of a law of two tokens, whose exact guesses make the bound tight",
    wrong="no weight, only -alpha_dot; a weight of 1/alpha",
)
def test_the_loss_of_masks(compare):
    law = np.array([[0.3, 0.05, 0.1], [0.02, 0.2, 0.08], [0.15, 0.07, 0.03]])
    alone = [-(p * np.log(p)).sum() for p in (law.sum(1), law.sum(0))]
    entropy = -(law * np.log(law)).sum()
    given = [entropy - alone[1], entropy - alone[0]]

    def loss(weight):
        def rate(t):
            alpha, fall = math.cos(t) ** 2, math.sin(2 * t)  # alpha and -alpha_dot on [0, pi/2]
            hidden = 1 - alpha
            cross = hidden * alpha * sum(given) + hidden**2 * sum(alone)
            return fall * weight(alpha) * cross

        return quad(rate, 1e-9, math.pi / 2 - 1e-9, epsabs=1e-11)[0]

    found = loss(lambda alpha: 1 / (1 - alpha))
    for weight in (lambda alpha: 1.0, lambda alpha: 1 / alpha):
        compare(found, entropy, tol=1e-6, wrong=loss(weight))


@verifies(
    "eq-further-interpolant",
    against="the variance of x_t in closed form, where the ODE carries it from t = 0",
    wrong="the velocity without the noise that comes and goes",
)
def test_the_velocity_of_an_interpolant(compare):
    a, b, end = 0.6, 1.5, 0.7  # std of both laws; the time to look at

    def moments(t, comes=1.0):
        """Variance of x_t, and its covariance with the velocity of one triple."""
        gamma2, half = t * (1 - t), 0.5 * (1 - 2 * t)  # gamma^2 and gamma gamma_dot
        variance = (1 - t) ** 2 * a**2 + t**2 * b**2 + gamma2
        return variance, -(1 - t) * a**2 + t * b**2 + comes * half

    def carried(comes):
        def right(t, variance):
            whole, cross = moments(t, comes)
            return 2 * cross / whole * variance

        return solve_ivp(right, (0, end), [a**2], rtol=1e-11, atol=1e-12).y[0, -1]

    compare(carried(1.0), moments(end)[0], tol=1e-7, wrong=carried(0.0))


@verifies(
    "eq-further-bridge",
    against="the covariance of the coupling that Sinkhorn's iteration finds on a grid",
    wrong="tau^2 not divided by 4; tau not halved",
)
def test_the_bridge_between_two_gaussians(compare):
    a, b, tau = 0.8, 1.3, 0.9
    x, y = np.linspace(-7 * a, 7 * a, 301), np.linspace(-7 * b, 7 * b, 301)
    p, q = (np.exp(-0.5 * (z / s) ** 2) for z, s in ((x, a), (y, b)))
    p, q = p / p.sum(), q / q.sum()
    kernel = np.exp(-((x[:, None] - y) ** 2) / (2 * tau))
    v = np.ones_like(q)
    for _ in range(300):
        u = p / (kernel @ v)
        v = q / (kernel.T @ u)
    expected = (u[:, None] * kernel * v * x[:, None] * y).sum()
    found = math.sqrt(a**2 * b**2 + tau**2 / 4) - tau / 2
    for slip in (
        math.sqrt(a**2 * b**2 + tau**2) - tau / 2,
        math.sqrt(a**2 * b**2 + tau**2 / 4) - tau,
    ):
        compare(found, expected, tol=1e-6, wrong=slip)


@verifies(
    "eq-further-match",
    against="the derivative of the KL divergence of two Gaussians, by differences",
    wrong="the two scores exchanged; alpha left out",
)
def test_the_gradient_of_distribution_matching(compare):
    alpha, sigma, theta, s = 0.8, 0.5, 0.6, 1.1  # a generator G(z) = theta z, data N(0, s^2)

    def std(scale):
        return math.hypot(alpha * scale, sigma)

    node, weight = hermite(12)
    z, eps = node[:, None], node[None, :]
    x = alpha * theta * z + sigma * eps
    gap = -x / std(theta) ** 2 + x / std(s) ** 2
    found = (weight[:, None] * weight * alpha * gap * z).sum()
    h = 1e-5
    up, down = (kl_normal(0, std(theta + k * h), 0, std(s)) for k in (1, -1))
    for slip in (-found, found / alpha):
        compare(found, (up - down) / (2 * h), tol=1e-8, wrong=slip)


@verifies(
    "eq-further-measure",
    against="the gradient, by autograd, of the exact log p(y | x_t) for Gaussian data",
    wrong="the covariance of the guess set to zero; the guess's Jacobian left out",
)
def test_the_score_of_a_measurement(compare):
    g = torch.Generator().manual_seed(0)
    double = {"generator": g, "dtype": torch.float64}
    root = torch.randn(3, 3, **double)
    data = root @ root.T + 0.1 * torch.eye(3, dtype=torch.float64)
    a, x, y = torch.randn(2, 3, **double), torch.randn(3, **double), torch.randn(2, **double)
    alpha, sigma, noise = 0.7, 0.9, 0.4
    x.requires_grad_(True)
    seen = alpha**2 * data + sigma**2 * torch.eye(3, dtype=torch.float64)
    jacobian = alpha * data @ torch.linalg.inv(seen)  # of the guess of x_0
    spread = data - alpha**2 * data @ torch.linalg.inv(seen) @ data

    def log_likelihood(x):  # from the joint Gaussian of y and x_t
        cross = alpha * a @ data
        mean = cross @ torch.linalg.solve(seen, x)
        whole = a @ data @ a.T + noise**2 * torch.eye(2, dtype=torch.float64)
        left = whole - cross @ torch.linalg.solve(seen, cross.T)
        return torch.distributions.MultivariateNormal(mean, left).log_prob(y)

    def term(spread, jacobian=jacobian):
        inner = noise**2 * torch.eye(2, dtype=torch.float64) + a @ spread @ a.T
        guess = alpha * data @ torch.linalg.solve(seen, x)
        return jacobian.T @ a.T @ torch.linalg.solve(inner, y - a @ guess)

    (expected,) = torch.autograd.grad(log_likelihood(x), x)
    compare(term(spread), expected, tol=1e-9, wrong=term(0 * spread))
    slip = term(spread, torch.eye(3, dtype=torch.float64))
    compare(term(spread), expected, tol=1e-9, wrong=slip)


@verifies(
    "eq-further-girsanov",
    against="the KL divergence of two chains of many short steps, the exact one by Bayes' rule",
    wrong="no half before the integral; the prior's part left out",
)
def test_a_bound_by_the_error_of_the_score(compare):
    s2, end, rate, factor = 0.3, 0.7, 2.0, 1.2  # a score that is 1.2 times too long

    def variance(t):  # constant-rate VP: alpha^2 = e^{-rate t}
        return math.exp(-rate * t) * s2 + 1 - math.exp(-rate * t)

    prior = kl_normal(0, math.sqrt(variance(end)), 0, 1)
    area = quad(lambda t: rate * (factor - 1) ** 2 / variance(t), 0, end)[0]
    bound = prior + 0.5 * area

    def chain(n):
        """KL of the chains, and of what comes out: p exact, q by steps of the reverse SDE."""
        h, total, out = end / n, prior, 1.0
        for k in range(n, 0, -1):
            now, before = variance(k * h), variance((k - 1) * h)
            keep = math.exp(-rate * h / 2)
            gain, left = keep * before / now, before - (keep * before) ** 2 / now
            taken = 1 + rate * h / 2 - rate * h * factor / now
            total += 0.5 * (
                math.log(rate * h / left) + (left + (gain - taken) ** 2 * now) / (rate * h) - 1
            )
            out = taken**2 * out + rate * h
        return total, kl_normal(0, math.sqrt(s2), 0, math.sqrt(out))

    (coarse, _), (fine, ends) = chain(4000), chain(8000)
    compare(bound, 2 * fine - coarse, tol=1e-4, wrong=prior + area)
    compare(bound, 2 * fine - coarse, tol=1e-4, wrong=0.5 * area)
    assert ends < bound
