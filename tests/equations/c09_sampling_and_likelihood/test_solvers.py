"""Checks of the section on solvers, by Bayes' formula, autograd, quadrature and solved ODEs."""

import math

import numpy as np
import torch
from references import noisy_score, posterior_mean, solve, vp
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize
from verification import verifies

DEFINITIONS = {
    "eq-solv-ode": "defines the empirical flow: the network's score in eq-pf-ode, and its integral",
}

LOW, HIGH, S = 0.1, 20.0, 0.6  # VP's linear rate, and Gaussian data N(0, S^2)


def rate(t):
    return LOW + (HIGH - LOW) * t


def levels(t):
    return tuple(float(value) for value in vp(t))


def variance(t):
    alpha, sigma = levels(t)
    return alpha**2 * S**2 + sigma**2


@verifies(
    "eq-solv-sde-step",
    against="mean and variance of p(x_{t-h} | x_t) by Bayes, for Gaussian data and a small h",
    wrong="the asterisk of E2-44: the bracket multiplies x in place of being subtracted",
)
def test_step_of_the_reverse_sde(compare):
    t, h, x = 0.4, 1e-4, 1.3
    before, after = variance(t - h), variance(t)
    keep = levels(t)[0] / levels(t - h)[0]  # x_t = keep x_{t-h} + noise
    mean = keep * before / after * x
    spread = before - (keep * before) ** 2 / after
    f, g2, score = -0.5 * rate(t), rate(t), -x / after
    found = [x - (f * x - g2 * score) * h, g2 * h]
    wrong = [x * (f * x - g2 * score) * h, g2 * h]
    # x moves by 1e-3 and its square is 1e-6: so both to 1e-5 of what they are, in units of h
    expected = [(mean - x) / h, spread / h]
    scaled = [(found[0] - x) / h, found[1] / h]
    compare(scaled, expected, tol=0.02, wrong=[(wrong[0] - x) / h, wrong[1] / h])


def bayes_mean(x, abar_before, beta):
    """E[x_{i-1} | x_i = x] of the chain for GM1, through the posterior mean of x_0."""
    alpha = math.sqrt(1 - beta**2)
    abar, s2_before = alpha * abar_before, 1 - abar_before**2
    sigma = math.sqrt(1 - abar**2)
    guess = posterior_mean(lambda x0, _: x0, x, abar, sigma)
    return (alpha * s2_before * x + abar_before * beta**2 * guess) / sigma**2


@verifies(
    "eq-solv-ddpm",
    against="E[x_{i-1} | x_i] by Bayes and quadrature; the reverse SDE's Euler step",
    wrong="the division by alpha missing in DDPM's line, the half missing in the other",
)
def test_the_two_steps(compare):
    x, abar_before, beta = np.linspace(-2, 2, 7), 0.8, 0.3
    alpha = math.sqrt(1 - beta**2)
    abar = alpha * abar_before
    score = noisy_score(x, abar, math.sqrt(1 - abar**2))
    ddpm, euler = (x + beta**2 * score) / alpha, (1 + beta**2 / 2) * x + beta**2 * score
    fh, g2h = -0.5 * beta**2, beta**2
    expected = [bayes_mean(x, abar_before, beta), x - (fh * x - g2h * score)]
    wrong = [x + beta**2 * score, (1 + beta**2) * x + beta**2 * score]
    for one, other, slip in zip((ddpm, euler), expected, wrong, strict=True):
        compare(one, other, tol=1e-6, wrong=slip)


@verifies(
    "eq-solv-gap",
    against="second derivatives at zero by autograd, halved",
    wrong="the two factors exchanged",
)
def test_the_order_of_the_difference(compare):
    gaps = (
        lambda b: (1 - b) ** -0.5 - (1 + b / 2),
        lambda b: b * (1 - b) ** -0.5 - b,
    )
    zero = torch.zeros((), dtype=torch.float64)
    for gap in gaps:
        assert gap(zero) == 0 and torch.func.grad(gap)(zero) == 0
    second = [float(torch.func.hessian(gap)(zero)) / 2 for gap in gaps]
    compare([3 / 8, 1 / 2], second, tol=1e-12, wrong=[1 / 2, 3 / 8])


# -- the flow on GM1 ---------------------------------------------------------------------------


def guess(x, t):
    """E[x_0 | x_t = x] of GM1, in closed form; x a number or an array."""
    alpha, sigma = levels(t)
    x = np.atleast_1d(x)
    return (x + sigma**2 * noisy_score(x, alpha, sigma)) / alpha


def velocity(t, x):
    x = np.atleast_1d(x)
    return -0.5 * rate(t) * (x + noisy_score(x, *levels(t)))


@verifies(
    "eq-solv-euler",
    against="the solved ODE less the second term of its Taylor series",
    wrong="g squared without its half",
)
def test_step_of_the_flow(compare):
    x, t, h = 0.7, 0.35, 1e-4
    f, g2, score = -0.5 * rate(t), rate(t), noisy_score(np.array([x]), *levels(t))[0]
    end = solve(velocity, x, t, t - h)[0]
    later, sooner = (solve(velocity, x, t, t + d)[0] for d in (1e-3, -1e-3))
    bend = 0.5 * h**2 * (later + sooner - 2 * x) / 1e-6
    found = (x - (f * x - 0.5 * g2 * score) * h - x) / h
    compare(found, (end - bend - x) / h, tol=1e-4, wrong=-(f * x - g2 * score))


def path(start, end, x):
    return solve_ivp(
        velocity, (start, end), [x], "DOP853", rtol=1e-12, atol=1e-13, dense_output=True
    ).sol


@verifies(
    "eq-solv-exact",
    against="the solved ODE, with the integral by quadrature along its path",
    wrong="sigma/alpha for alpha/sigma under the integral",
)
def test_what_is_left_of_the_flow(compare):
    s, t, x = 0.6, 0.05, 0.8
    line = path(s, t, x)

    def part(power):
        def slope(tau):
            h = 1e-6
            (a, b), (c, d) = levels(tau + h), levels(tau - h)
            ratio = ((a / b) ** power - (c / d) ** power) / (2 * h)
            return guess(line(tau)[0], tau)[0] * ratio

        return quad(slope, s, t, epsabs=1e-10, epsrel=1e-10)[0]

    found, wrong = (x / levels(s)[1] + part(power) for power in (1, -1))
    compare(found, line(t)[0] / levels(t)[1], tol=1e-5, wrong=wrong)


@verifies(
    "eq-solv-frozen",
    against="the ODE solved with a guess that does not change",
    wrong="alpha_t alone before the guess",
)
def test_the_guess_held_still(compare):
    s, t, x, still = 0.6, 0.05, np.array([0.8, -1.1]), np.array([1.3, -0.4])

    def slope(tau, x):
        alpha, sigma = levels(tau)
        h = 1e-6
        da, ds = ((u - v) / (2 * h) for u, v in zip(levels(tau + h), levels(tau - h), strict=True))
        return da * still + ds * (x - alpha * still) / sigma

    (a, b), (c, d) = levels(s), levels(t)
    found = d / b * x + (c - d / b * a) * still
    compare(found, solve(slope, x, s, t), tol=1e-6, wrong=d / b * x + c * still)


@verifies(
    "eq-solv-second",
    against="the exact integral of a guess that is linear in the half log-SNR, over a short step",
    wrong="no half: the guess at the end of the step in place of its middle",
)
def test_the_guess_carried_on(compare):
    # the guess is 2 + 3 lambda: the integral over d(e^lambda) in closed form
    start, before, h = 0.4, 0.03, 0.02  # lambda at s, the step before, this step
    end = start + h
    integral = (2 + 3 * (end - 1)) * math.exp(end) - (2 + 3 * (start - 1)) * math.exp(start)
    average = integral / (math.exp(end) - math.exp(start))
    now, earlier = 2 + 3 * start, 2 + 3 * (start - before)
    found, wrong = (now + share * h / before * (now - earlier) for share in (0.5, 1.0))
    compare(found, average, tol=3 * h**2 / 6, wrong=wrong)


@verifies(
    "eq-solv-cos",
    against="DDIM's guess by Bayes over the solved flow; the largest product by an optimiser",
    wrong="the sine of the angle; the cosine of the mean angle without its power",
)
def test_the_cosine(compare):
    def slope(tau, x):
        return -0.5 * rate(tau) * (x - x / variance(tau))

    s, t, x = 0.5, 0.15, 1.0
    (a, b), (c, d) = levels(s), levels(t)
    still = a * S**2 / variance(s) * x
    ratio = (d / b * x + (c - d / b * a) * still) / solve(slope, x, s, t)[0]
    turn = math.atan(b / (S * a)) - math.atan(d / (S * c))
    compare(math.cos(turn), ratio, tol=1e-8, wrong=math.sin(turn))

    total, n = 1.4, 4  # radians in four steps
    parts = minimize(
        lambda free: -np.cos(free).prod() * np.cos(total - free.sum()), [0.1, 0.5, 0.2], tol=1e-12
    )
    mean = math.cos(total / n)
    compare(mean**n, -parts.fun, tol=1e-8, wrong=mean)
    assert np.allclose(parts.x, total / n, atol=1e-4)
