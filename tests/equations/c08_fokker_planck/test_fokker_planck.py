"""Equations of the section on the Fokker-Planck equation, against something independent."""

import math

import numpy as np
import torch
from scipy.integrate import quad, solve_ivp
from scipy.stats import norm
from verification import verifies

from dgm_lessons.fokker_planck.finite_volume import crank_nicolson, exchange
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VP

DEFINITIONS: dict[str, str] = {}

PROCESS = VP()
WEIGHTS, MEANS, STDS = (0.4, 0.6), (-1.5, 1.0), (0.3, 0.5)


def density(x, t):
    """p_t of the mixture gm1 under VP by scipy, with alpha and sigma from the integral of beta."""
    integral = 0.1 * t + 0.5 * 19.9 * t**2
    alpha, var = math.exp(-integral / 2), 1 - math.exp(-integral)
    return sum(
        w * norm.pdf(x, alpha * m, math.sqrt(alpha**2 * s**2 + var))
        for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True)
    )


X = np.linspace(-3, 3, 61)


def derivatives(x, t, h=1e-3):
    """p, p', p'' by differences of fourth order."""
    p = {k: density(x + k * h, t) for k in (-2, -1, 0, 1, 2)}
    first = (8 * (p[1] - p[-1]) - (p[2] - p[-2])) / (12 * h)
    second = (16 * (p[1] + p[-1]) - (p[2] + p[-2]) - 30 * p[0]) / (12 * h**2)
    return p[0], first, second


def rate(x, t, h=1e-4):
    change = 8 * (density(x, t + h) - density(x, t - h))
    return (change - (density(x, t + 2 * h) - density(x, t - 2 * h))) / (12 * h)


@verifies(
    "eq-fp",
    against="differences of the mixture's density in time and space, by scipy",
    wrong="g^2 without its half, and the drift's sign",
)
def test_fokker_planck(compare):
    for t in (0.15, 0.4, 0.8):
        beta = 0.1 + 19.9 * t
        p, first, second = derivatives(X, t)
        drift, spread = -beta / 2 * (p + X * first), beta / 2 * second
        changed = rate(X, t)
        compare(-drift + spread, changed, tol=1e-6, wrong=-drift + 2 * spread)
        compare(-drift + spread, changed, tol=1e-6, wrong=drift + spread)


@verifies(
    "eq-fp-log",
    against="differences in time of the log-density of a mixture in the plane",
    wrong="without |s|^2, and with g^2 for g^2/2",
)
def test_fokker_planck_of_the_logarithm(compare):
    g, t, h = torch.Generator().manual_seed(0), 0.4, 1e-4
    x = torch.randn(50, 2, generator=g, dtype=torch.float64)
    before, after = (ring(8).seen(x, *PROCESS.levels(s)).log_prob for s in (t - h, t + h))
    seen = ring(8).seen(x, *PROCESS.levels(t))
    f, g2, score = float(PROCESS.f(t)), float(PROCESS.g2(t)), seen.score
    bend = seen.hessian.diagonal(dim1=1, dim2=2).sum(1)
    left = (after - before) / (2 * h) + 2 * f + f * (x * score).sum(1)
    square = (score**2).sum(1)
    compare(g2 / 2 * (bend + square), left, tol=1e-5, wrong=g2 / 2 * bend)
    compare(g2 / 2 * (bend + square), left, tol=1e-5, wrong=g2 * (bend + square))


@verifies(
    "eq-fp-laplacian",
    against="second differences of the density",
    wrong="the divergence of p s^2, and p times that of s",
)
def test_laplacian_as_a_flow(compare):
    h = 1e-3

    def flux(x, power=1):
        p, first, _ = derivatives(x, 0.3)
        return p * (first / p) ** power

    second = derivatives(X, 0.3)[2]
    found = (flux(X + h) - flux(X - h)) / (2 * h)
    squared = (flux(X + h, 2) - flux(X - h, 2)) / (2 * h)
    p = density(X, 0.3)
    alone = p * (flux(X + h) / density(X + h, 0.3) - flux(X - h) / density(X - h, 0.3)) / (2 * h)
    compare(found, second, tol=1e-5, wrong=squared)
    compare(found, second, tol=1e-5, wrong=alone)


@verifies(
    "eq-fp-continuity",
    against="the flow of probability through a point: the change of the distribution function",
    wrong="g^2 for g^2/2 in v, and v with a plus",
)
def test_continuity(compare):
    t, h = 0.4, 1e-4
    for x in (-1.0, 0.2, 0.9):
        below = [quad(density, -9, x, args=(s,), epsabs=1e-12)[0] for s in (t - h, t + h)]
        lost = -(below[1] - below[0]) / (2 * h)  # what has gone through x to the right
        p, first, _ = derivatives(np.array([x]), t)
        beta = 0.1 + 19.9 * t
        v = -beta / 2 * x - beta / 2 * first / p
        compare(v * p, [lost], tol=1e-5, wrong=(-beta / 2 * x - beta * first / p) * p)
        compare(v * p, [lost], tol=1e-5, wrong=(-beta / 2 * x + beta / 2 * first / p) * p)


@verifies(
    "eq-fp-chapman",
    against="the law of y - a y dt + g sqrt(dt) z for the mixture, in closed form",
    wrong="the standard deviation g dt, and a push to the other side",
)
def test_chapman_kolmogorov(compare):
    dt, a, g = 0.05, 1.0, 0.9

    def after(push, std):
        values = []
        for x in X[::6]:
            inner = lambda y, x=x: norm.pdf(x, y + push * y * dt, std) * density(y, 0.0)  # noqa: E731
            values.append(quad(inner, -6, 6, limit=200, points=[x])[0])
        return np.array(values)

    exact = sum(
        w * norm.pdf(X[::6], (1 - a * dt) * m, math.hypot((1 - a * dt) * s, g * math.sqrt(dt)))
        for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True)
    )
    found = after(-a, g * math.sqrt(dt))
    compare(found, exact, tol=1e-7, wrong=after(-a, g * dt))
    compare(found, exact, tol=1e-7, wrong=after(a, g * math.sqrt(dt)))


@verifies(
    "eq-fp-centre",
    against="the exact density of u = y + dt sin y, the error over dt going to zero",
    wrong="both signs plus, as one source prints it",
)
def test_pushed_density(compare):
    gaps, plus = [], []
    for dt in (1e-3, 5e-4):
        y = X.copy()
        for _ in range(60):  # solve u = y + dt sin y
            y = X - dt * np.sin(y)
        exact = density(y, 0.1) / (1 + dt * np.cos(y))
        p, first, _ = derivatives(X, 0.1)
        change = np.sin(X) * first + np.cos(X) * p
        gaps.append((exact - p) / dt)
        plus.append(change)
    extrapolated = 2 * gaps[1] - gaps[0]  # the error of first order in dt goes
    compare(-plus[0], extrapolated, tol=1e-4, wrong=plus[0])


@verifies(
    "eq-fp-smoothing",
    against="the mean of exp(sin) over a small Gaussian, by quadrature",
    wrong="sigma^2 in place of sigma^2/2, and sigma/2",
)
def test_smoothing(compare):
    phi = lambda x: np.exp(np.sin(x))  # noqa: E731
    x, sigma = 0.7, 0.03
    second = phi(x) * (np.cos(x) ** 2 - np.sin(x))
    exact = quad(lambda z: phi(x + sigma * z) * norm.pdf(z), -9, 9, epsabs=1e-13)[0]
    found = phi(x) + sigma**2 / 2 * second
    compare(found, exact, tol=2 * sigma**4, wrong=phi(x) + sigma**2 * second)
    compare(found, exact, tol=2 * sigma**4, wrong=phi(x) + sigma / 2 * second)


@verifies(
    "eq-fp-balance",
    against="moments of the mixture by quadrature at two times",
    wrong="f E|x|^2 for 2 E[x f], and g^2/2",
)
def test_balances(compare):
    t, h = 0.3, 1e-4
    beta = 0.1 + 19.9 * t

    def moment(power, s):
        return quad(lambda x: x**power * density(x, s), -9, 9, epsabs=1e-12, limit=200)[0]

    grows = [(moment(k, t + h) - moment(k, t - h)) / (2 * h) for k in (0, 1, 2)]
    f, square = -beta / 2, moment(2, t)
    found = [0.0, f * moment(1, t), 2 * f * square + beta]
    compare(found, grows, tol=1e-6, wrong=[*found[:2], f * square + beta])
    compare(found, grows, tol=1e-6, wrong=[*found[:2], 2 * f * square + beta / 2])


@verifies(
    "eq-fp-rates",
    against="the steady flux between two centres with a constant drift, by solve_ivp",
    wrong="B(z) and B(-z) exchanged, and central differences",
)
def test_rates(compare):
    v, d, h = 1.7, 0.4, 0.5
    left, right = 0.8, 0.3  # the densities at the two centres

    def miss(flux):  # J = v p - d p' from the left centre on: where does it arrive?
        path = solve_ivp(lambda x, p: (v * p - flux) / d, (0, h), [left], rtol=1e-11, atol=1e-13)
        return path.y[0, -1] - right

    one, two = miss(0.0), miss(1.0)
    exact = one / (one - two)  # linear in the flux
    up, down = (float(rate) for rate in exchange(np.array(v), d, h))
    compare((up * left - down * right) * h, exact, tol=1e-8, wrong=(down * left - up * right) * h)
    central = v * (left + right) / 2 - d * (right - left) / h
    compare((up * left - down * right) * h, exact, tol=1e-8, wrong=central)


@verifies(
    "eq-fp-crank",
    against="the ODE dp/dt = A p by solve_ivp, the error of second order in the step",
    wrong="an explicit step, whose error is of first order",
)
def test_crank_nicolson(compare):
    rng = np.random.default_rng(0)
    p, up, down = rng.random(6), rng.random(5), rng.random(5)
    A = np.diag(down, 1) + np.diag(up, -1)
    A -= np.diag(A.sum(0))
    exact = solve_ivp(lambda t, q: A @ q, (0, 1), p, rtol=1e-11, atol=1e-13).y[:, -1]

    def error(step, n):
        q = p
        for _ in range(n):
            q = step(q, 1 / n)
        return np.abs(q - exact).max()

    own = [error(lambda q, dt: crank_nicolson(q, up, down, dt), n) for n in (20, 40)]
    half = np.eye(6) - A / 80, np.eye(6) + A / 80
    written = np.linalg.matrix_power(np.linalg.solve(*half), 40) @ p
    explicit = [error(lambda q, dt: q + dt * A @ q, n) for n in (20, 40)]
    order = math.log2(own[0] / own[1])
    compare(order, 2.0, tol=0.05, wrong=math.log2(explicit[0] / explicit[1]))
    compare(written, exact, tol=2e-4, wrong=np.linalg.matrix_power(np.eye(6) + A / 40, 40) @ p)


def test_the_mixture_here_is_the_package_s():
    exact = gm1().diffuse(*PROCESS.levels(0.3)).log_prob(torch.from_numpy(X)[:, None]).exp()
    assert np.allclose(density(X, 0.3), exact.numpy(), atol=1e-12)
