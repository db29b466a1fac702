"""Errata on SDEs, Fokker-Planck, sampling, likelihood and kernels (chapters 7 to 10)."""

import math

import numpy as np
import torch
from numpy.polynomial.hermite_e import hermegauss
from pytest import approx
from scipy.integrate import solve_ivp
from scipy.stats import norm
from verification import verifies

from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VE, VP, FlowMatching

X = torch.linspace(-14, 14, 14001, dtype=torch.float64)[:, None]


def integral(values):
    return float(values.sum() * (X[1] - X[0]))


def solve(rate, start, span):
    """End point of dy/dt = rate(t, y) from span[0] to span[1] (either direction)."""
    return solve_ivp(rate, span, np.atleast_1d(start), "DOP853", rtol=1e-11, atol=1e-13).y[:, -1]


def vp(t):
    """f, g^2 and alpha^2 of VP with beta from 0.1 to 20."""
    beta = 0.1 + 19.9 * t
    return -beta / 2, beta, math.exp(-0.1 * t - 9.95 * t**2)


@verifies("err-E2-29", against="1/e, from the integral of f", wrong="the mean forgotten")
def test_e2_29(compare):
    # f = -(1 + t)^-2 <= 0; with u = log(1 + t), dm/du = -exp(-u) m
    mean = solve(lambda u, m: -np.exp(-u) * m, 1.0, (0.0, 30.0))[0]
    compare(mean, math.exp(-1), tol=1e-9, wrong=0.0)


def reversed_variance(fresh, start=0.5, n=2000):
    """Variance of the reversed Brownian motion's end, and its correlation with x_0.

    Every state is a row of coefficients on (x_0, forward increments, fresh increments), all
    independent, so that the second moments are exact for the n Euler steps.
    """
    h = 1 / n
    scale = np.sqrt(np.concatenate([[start], np.full(2 * n, h)]))
    row = np.concatenate([np.ones(n + 1), np.zeros(n)])  # x_T = x_0 + all increments
    for k in range(n):
        row *= 1 - h / (start + 1 - k * h)  # score -x / (start + t)
        row[n + 1 + k if fresh else n - k] += 1.0 if fresh else -1.0
    spread = scale * row
    return spread @ spread, spread[0] / np.sqrt(spread @ spread)


@verifies("err-E2-30", against="the data's variance", wrong="driven by w(T - t) - w(T)")
def test_e2_30(compare):
    printed = reversed_variance(fresh=False)[0]
    compare(reversed_variance(fresh=True)[0], 0.5, tol=1e-3, wrong=printed)
    assert printed == approx(0.134, abs=5e-4)
    assert -1 / math.sqrt(1.5) == approx(-0.82, abs=5e-3)  # correlation of the driver with x_T


@verifies("err-E4-01", against="correlation of two draws from p(x_0 | x_T)", wrong="x_0 comes back")
def test_e4_01(compare):
    variance, correlation = reversed_variance(fresh=True)
    assert variance == approx(0.5, abs=1e-3)  # the law comes back
    compare(correlation, 0.5 / 1.5, tol=1e-3, wrong=1.0)


@verifies("err-E2-31", against="left mass of pi", wrong="drift doubled, as printed")
def test_e2_31(compare):
    law = gm1().diffuse(1.0, math.sqrt(0.5))
    p, step = law.log_prob(X).exp(), X[1] - X[0]
    left = torch.heaviside(-X[:, 0].round(decimals=9), torch.tensor(0.5, dtype=X.dtype))

    def left_mass(drift):  # zero flux: drift * q = q', with noise sqrt(2)
        slope = drift * law.score(X)[:, 0]
        log_q = torch.cumsum((slope[1:] + slope[:-1]) * step / 2, 0)
        q = (log_q - log_q.max()).exp()
        return float((q * left[1:]).sum() / q.sum())

    compare(left_mass(1), integral(p * left), tol=1e-3, wrong=left_mass(2))
    squared = integral(p**2 * left) / integral(p**2)
    assert (left_mass(1), left_mass(2)) == approx((0.464, squared), abs=1e-3)
    assert squared == approx(0.400, abs=5e-4)


@verifies("err-E2-34", against="E[x_{i-1} | x_i] of Gaussian data", wrong="Euler-Maruyama step")
def test_e2_34(compare):
    b, before = 0.2, 0.6  # beta_i^2, Var[x_{i-1}]
    now = (1 - b) * before + b
    score = -1 / now  # of x_i, per unit of x_i
    exact = math.sqrt(1 - b) * before / now
    ancestral, euler = (1 + b * score) / math.sqrt(1 - b), 1 + b / 2 + b * score
    compare(ancestral, exact, tol=1e-12, wrong=euler)
    assert (1 / math.sqrt(1 - b), b / math.sqrt(1 - b)) == approx((1.118, 0.2236), abs=5e-4)


@verifies("err-E2-35", against="log p of the data", wrong="N(0, 1) in place of p_T, short time")
def test_e2_35(compare):
    def log_prob(x, end, prior=None):  # data N(0, 0.25), exact score
        def rate(t, y):
            f, g2, a2 = vp(t)
            slope = f + 0.5 * g2 / (0.25 * a2 + 1 - a2)
            return [slope * y[0], slope]

        last, divergence = solve(rate, [x, 0.0], (0.0, end))
        a2 = vp(end)[2]
        return norm.logpdf(last, 0, prior or math.sqrt(0.25 * a2 + 1 - a2)) + divergence

    truth = norm.logpdf(0.4, 0, 0.5)
    compare(log_prob(0.4, 0.3), truth, tol=1e-8, wrong=log_prob(0.4, 0.3, prior=1.0))
    assert abs(log_prob(0.4, 1.0, prior=1.0) - truth) < 1e-5


@verifies("err-E2-36", against="data variance plus the integral of g^2", wrong="sigma^2(T) alone")
def test_e2_36(compare):
    low, high, data = 0.5, 3.0, 1.686
    node, weight = np.polynomial.legendre.leggauss(40)
    g2 = VE(low, high).g2(torch.from_numpy((node + 1) / 2)).numpy()
    compare(data + high**2 - low**2, data + weight @ g2 / 2, tol=1e-6, wrong=high**2)


@verifies(
    "err-E2-37", against="the package's flow-matching process", wrong="growth of sigma^2 alone"
)
def test_e2_37(compare):
    fm, times = FlowMatching(), np.array([0.5, 0.9, 0.99])
    found = 2 * times / (1 - times)
    compare(found, [float(fm.g2(t)) for t in times], tol=1e-9, wrong=2 * times)
    variance = solve(lambda t, v: -2 * v / (1 - t) + 2 * t / (1 - t), 0.01, (0.1, 0.9))[0]
    assert variance == approx(0.81)  # sigma^2 = t^2, as the kernel says


@verifies("err-E2-38", against="difference quotient of sigma^2", wrong="a real g: g^2 at least 0")
def test_e2_38(compare):
    t = np.linspace(0, 1, 10001)
    angle = 2 * np.pi * t
    sigma, slope = 0.5 + 0.4 * np.sin(angle), 0.8 * np.pi * np.cos(angle)
    numeric = np.gradient(sigma**2, t).min()
    compare((2 * sigma * slope).min(), numeric, tol=1e-4, wrong=0.0)
    assert numeric == approx(-3.05, abs=5e-3)


@verifies("err-E2-39", against="moment ODE of the linear SDE", wrong="one eps for all times")
def test_e2_39(compare):
    # Both have x_t = alpha x_0 + sigma eps at each time; given x_0, their covariances differ.
    s, t, process = 0.3, 0.6, VP()
    sigma_s, sigma_t = float(process.sigma(s)), float(process.sigma(t))
    covariance = solve(lambda u, c: float(process.f(u)) * c, sigma_s**2, (s, t))[0]
    found = float(process.alpha(t) / process.alpha(s)) * sigma_s**2
    compare(found, covariance, tol=1e-6, wrong=sigma_s * sigma_t)


@verifies("err-E2-40", against="closed form of the integral", wrong="the limit of one term")
def test_e2_40(compare):
    def steps(count):  # SNR = exp(6 - 12 t), squared error of the prediction t^2
        t = np.linspace(0, 1, count + 1)
        snr = np.exp(6 - 12 * t)
        return 0.5 * (snr[:-1] - snr[1:]) * t[1:] ** 2

    exact = 6 * math.exp(6) * (2 / 12**3 - math.exp(-12) * (1 / 12 + 2 / 144 + 2 / 1728))
    compare(steps(100_000).sum(), exact, tol=1e-3, wrong=steps(100_000).max())
    found = [steps(count).sum() for count in (10, 100, 1000)]
    assert [*found, exact] == approx([5.37, 2.98, 2.82, 2.80], abs=5e-3)


@verifies("err-E2-41", against="derivative of the exact step", wrong="both signs plus, as printed")
def test_e2_41(compare):
    x = torch.linspace(-3, 3, 25, dtype=torch.float64)
    centres, variances = torch.tensor([-1.5, 1.0]).double(), torch.tensor([0.39, 0.55]).double()

    def density(x, dt):  # mixture of two, after y -> y - y dt and noise of variance 0.49 dt
        shrink = 1 - dt[:, None]
        v = variances * shrink**2 + 0.49 * dt[:, None]
        bumps = torch.exp(-((x[:, None] - centres * shrink) ** 2) / (2 * v)) / v.sqrt()
        return bumps @ torch.tensor([0.4, 0.6]).double() / math.sqrt(2 * math.pi)

    def derivative(values, of):
        return torch.autograd.grad(values.sum(), of, create_graph=True)[0]

    dt = torch.zeros_like(x).requires_grad_()
    p = density(x.requires_grad_(), dt)
    slope = derivative(p, x)
    drift = -x * slope - p  # f . grad p + (div f) p with f = -x
    spread = 0.245 * derivative(slope, x)
    compare(spread - drift, derivative(p, dt), tol=1e-9, wrong=spread + drift)


@verifies("err-E2-42", against="half the average Laplacian of log p", wrong="O(dt^2): zero")
def test_e2_42(compare):
    law, node, weight = gm1().diffuse(1.0, math.sqrt(0.5)), *hermegauss(20)
    score, bend = law.score(X)[:, 0], law.hessian(X)[:, 0, 0]
    p, rate = law.log_prob(X).exp(), 0.5 * (bend + score**2)  # f = 0, g = 1
    ratios = []
    for dt in (1e-2, 1e-3, 1e-4):
        later = gm1().diffuse(1.0, math.sqrt(0.5 + dt))
        rest = -law.log_prob(X) - rate * dt
        for e, w in zip(math.sqrt(dt) * node, weight / weight.sum(), strict=True):
            rest += w * (later.log_prob(X + e) - score * e)
        ratios.append(integral(p * rest) / dt)
    compare(ratios[-1], 0.5 * integral(p * bend), tol=1e-3, wrong=0.0)
    assert ratios == approx([-0.417] * 3, abs=5e-3)


@verifies("err-E2-43", against="completing the square by hand", wrong="O(dt^2) in the exponent")
def test_e2_43(compare):
    f, g2, s, move = 0.8, 1.3, -1.7, 0.05
    for dt in (1e-2, 1e-4):
        exponent = -((move - f * dt) ** 2) / (2 * g2 * dt) - s * move
        square = -((move - (f - g2 * s) * dt) ** 2) / (2 * g2 * dt)
        found = 0.5 * g2 * s**2 - s * f
        compare(found, (exponent - square) / dt, tol=1e-6, wrong=0.5 * (g2 * s) ** 2 * dt)


def probability_flow(half=0.5, with_x=True):
    """Mean and std at t = 0 of the PF-ODE from N(0, V_1) for data N(0, 0.25)."""

    def rate(t, y):
        f, g2, a2 = vp(t)
        pull = half * g2 / (0.25 * a2 + 1 - a2)
        mean, std = y
        return [f * (mean if with_x else 1) + pull * mean, (f * with_x + pull) * std]

    a2 = vp(1.0)[2]
    return solve(rate, [0.0, math.sqrt(0.25 * a2 + 1 - a2)], (1.0, 0.0))


@verifies("err-E4-28", against="the data's standard deviation", wrong="no 1/2")
def test_e4_28(compare):
    wrong = probability_flow(half=1.0)[1]
    compare(probability_flow()[1], 0.5, tol=1e-6, wrong=wrong)
    assert wrong**2 == approx(2.7e-6, abs=1e-7)


@verifies("err-E4-29", against="mean and std of the data", wrong="f = -beta/2 without x")
def test_e4_29(compare):
    wrong = probability_flow(with_x=False)
    compare(probability_flow(), [0.0, 0.5], tol=1e-6, wrong=wrong)
    assert wrong[0] == approx(0.60, abs=5e-3)
    assert wrong[1] ** 2 == approx(1.1e-5, abs=5e-7)


@verifies("err-E4-22", against="variance of p_1", wrong="started at one data point")
def test_e4_22(compare):
    def end(std):
        return solve(lambda t, y: (vp(t)[0] + 0.5 * vp(t)[1] / marginal(t)) * y, std, (0.0, 1.0))[0]

    def marginal(t):
        return 0.25 * vp(t)[2] + 1 - vp(t)[2]

    compare(end(0.5) ** 2, marginal(1.0), tol=1e-9, wrong=end(0.0) ** 2)


@verifies("err-E4-24", against="the mean target given x_t, by quadrature", wrong="no index t")
def test_e4_24(compare):
    alpha, sigma = math.sqrt(vp(0.5)[2]), math.sqrt(1 - vp(0.5)[2])
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)
    weight = gm1().log_prob(X).exp()[:, None] * (-(((x - alpha * X) / sigma) ** 2) / 2).exp()
    mean = (weight * (alpha * X - x) / sigma**2).sum(0) / weight.sum(0)
    score = gm1().diffuse(alpha, sigma).score(x[:, None])[:, 0]
    compare(score, mean, tol=1e-8, wrong=gm1().score(x[:, None])[:, 0])
