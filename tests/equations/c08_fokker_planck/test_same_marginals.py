"""Equations of the section on processes that share their marginals, against something else."""

import math

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-sm-map": "defines the flow map; what it does is checked in eq-sm-pushforward",
}

WEIGHTS, MEANS, STDS = (0.4, 0.6), (-1.5, 1.0), (0.3, 0.5)
STEPS = (1e-3, 5e-4, 2.5e-4)


def levels(t):
    """alpha and sigma of VP, from the integral of beta."""
    integral = 0.1 * t + 0.5 * 19.9 * t**2
    return math.exp(-integral / 2), math.sqrt(1 - math.exp(-integral))


def beta(t):
    return 0.1 + 19.9 * t


def parts(t):
    alpha, sigma = levels(t)
    for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True):
        yield w, alpha * m, math.hypot(alpha * s, sigma)


def density(x, t):
    return sum(w * norm.pdf(x, m, s) for w, m, s in parts(t))


def below(x, t):
    return sum(w * norm.cdf(x, m, s) for w, m, s in parts(t))


def slope(x, t):
    return sum(-w * (x - m) / s**2 * norm.pdf(x, m, s) for w, m, s in parts(t))


def velocity(x, t):
    return -beta(t) / 2 * (x + slope(x, t) / density(x, t))


def flow(x, s, t):
    """Where the ODE takes these points, by scipy."""
    path = solve_ivp(lambda r, y: velocity(y, r), (s, t), np.atleast_1d(x), rtol=1e-10, atol=1e-12)
    return path.y[:, -1]


@verifies(
    "eq-sm-family",
    against="one small step's law by quadrature: the change of p over dt, extrapolated to zero",
    wrong="the sign of b^2 turned, and b^2 without its half",
)
def test_family(compare):
    t, b2 = 0.3, 1.9
    places = np.array([-1.2, -0.4, 0.3, 1.1])

    def after(pull, dt):
        """The density at the places after a step of length |dt| with drift v + pull score."""
        std = math.sqrt(b2 * abs(dt))
        y = places[:, None] + np.linspace(-9, 9, 2001) * std
        drift = velocity(y, t) + pull * slope(y, t) / density(y, t)
        kernel = norm.pdf(places[:, None], y + dt * drift, std)
        return (kernel * density(y, t)).sum(1) * (y[0, 1] - y[0, 0])

    def rate(pull, sign):
        steps = [(after(pull, sign * dt) - density(places, t)) / (sign * dt) for dt in STEPS]
        return np.array([1 / 3, -2, 8 / 3]) @ steps  # without the terms in dt and dt^2

    h = 1e-4
    truth = (density(places, t + h) - density(places, t - h)) / (2 * h)
    for sign in (1, -1):
        found = rate(sign * b2 / 2, sign)
        compare(found, truth, tol=1e-3, wrong=rate(-sign * b2 / 2, sign))
        compare(found, truth, tol=1e-3, wrong=rate(sign * b2, sign))


@verifies(
    "eq-sm-pushforward",
    against="the flow by solve_ivp, its slope by differences, and the density of p_s",
    wrong="the determinant's inverse, and no determinant",
)
def test_pushforward(compare):
    x, h, s, t = np.linspace(-2, 1.8, 9), 1e-4, 0.02, 0.5
    there = flow(x, s, t)
    stretch = (flow(x + h, s, t) - flow(x - h, s, t)) / (2 * h)
    truth, moved = density(x, s), density(there, t)
    compare(moved * stretch, truth, tol=1e-5, wrong=moved / stretch)
    compare(moved * stretch, truth, tol=1e-5, wrong=moved)


@verifies(
    "eq-sm-quantile",
    against="the ODE by solve_ivp, for the mixture and for a Gaussian",
    wrong="F_s for F_t, and a stretch by variances",
)
def test_quantile_map(compare):
    x, s, t = np.linspace(-2, 1.8, 7), 0.05, 0.6

    def back(rank, at):
        return np.array([brentq(lambda y, r=r: below(y, at) - r, -9, 9, xtol=1e-13) for r in rank])

    truth = flow(x, s, t)
    compare(back(below(x, s), t), truth, tol=1e-6, wrong=back(below(x, s), s))

    m, std = 0.8, 0.6
    (a, sa), (b, sb) = levels(s), levels(t)
    one, two = a**2 * std**2 + sa**2, b**2 * std**2 + sb**2

    def gaussian(r, y):
        alpha, sigma = levels(r)
        return -beta(r) / 2 * (y - (y - alpha * m) / (alpha**2 * std**2 + sigma**2))

    truth = solve_ivp(gaussian, (s, t), x, rtol=1e-10, atol=1e-12).y[:, -1]
    found = b * m + math.sqrt(two / one) * (x - a * m)
    compare(found, truth, tol=1e-7, wrong=b * m + two / one * (x - a * m))
    compare(found, truth, tol=1e-7, wrong=math.sqrt(two / one) * x)


def kernel(x, x0, t):
    alpha, sigma = levels(t)
    return norm.pdf(x, alpha * x0, sigma)


@verifies(
    "eq-sm-mixture",
    against="the density of p_t: the kernel's part by quadrature, the flow's by its inverse",
    wrong="weights that do not add up to one, and the delta at alpha x_0",
)
def test_mixture(compare):
    t, share = 0.4, 0.3
    places = np.array([-1.0, -0.2, 0.5, 1.2])
    noisy = np.array(
        [quad(lambda y, x=x: kernel(x, y, t) * density(y, 0.0), -6, 6, limit=400)[0]
         for x in places]
    )  # fmt: skip
    origin, h = flow(places, t, 1e-9), 1e-5
    shrink = (flow(places + h, t, 1e-9) - flow(places - h, t, 1e-9)) / (2 * h)
    smooth = density(origin, 0.0) * shrink
    alpha, _ = levels(t)
    elsewhere = density(places / alpha, 0.0) / alpha
    truth = density(places, t)
    compare(share * noisy + (1 - share) * smooth, truth, tol=1e-5,
            wrong=share * noisy + (1 + share) * smooth)  # fmt: skip
    compare(share * noisy + (1 - share) * smooth, truth, tol=1e-5,
            wrong=share * noisy + (1 - share) * elsewhere)  # fmt: skip


@verifies(
    "eq-sm-correlation",
    against="400,000 pairs of the mixture's two kernels, by NumPy (tolerance 3 / sqrt(n))",
    wrong="the shares exchanged, and the geometric mean",
)
def test_correlations_mix(compare):
    rng, n, t, share = np.random.default_rng(0), 400_000, 0.6, 0.25
    alpha, sigma = levels(t)
    kind = rng.random(n) < WEIGHTS[0]
    x0 = np.where(kind, MEANS[0], MEANS[1])
    x0 = x0 + np.where(kind, STDS[0], STDS[1]) * rng.standard_normal(n)
    noisy = alpha * x0 + sigma * rng.standard_normal(n)
    table = np.linspace(-4, 4, 201)
    smooth = np.interp(x0, table, flow(table, 1e-9, t))
    xt = np.where(rng.random(n) < share, noisy, smooth)
    sde, ode, both = (np.corrcoef(x0, v)[0, 1] for v in (noisy, smooth, xt))
    error = 3 / math.sqrt(n)
    found = share * sde + (1 - share) * ode
    compare(found, both, tol=error, wrong=(1 - share) * sde + share * ode)
    compare(found, both, tol=error, wrong=sde**share * ode ** (1 - share))


@verifies(
    "eq-sm-memory",
    against="the second moments of three times of the mixture, sums over both coins",
    wrong="one coin for each stretch, and lambda for lambda (1 - lambda)",
)
def test_memory(compare):
    a, b = 0.8, 0.55  # the SDE's correlations over the two stretches, which multiply
    for share in (0.2, 0.5, 0.85):
        # unit variances: with heads x_s = a x_0 + ..., x_t = b x_s + ...; with tails all are equal
        heads = np.array([[1, a, a * b], [a, 1, b], [a * b, b, 1]])
        moments = share * heads + (1 - share) * np.ones((3, 3))
        exact = moments[0, 2] - moments[0, 1] * moments[1, 2]
        found = share * (1 - share) * (1 - a) * (1 - b)
        compare(found, exact, tol=1e-12, wrong=0.0)
        compare(found, exact, tol=1e-12, wrong=share * (1 - a) * (1 - b))


PLANE = ((0.4, (-1.5, -0.6), (0.4, 0.6)), (0.6, (1.2, 0.6), (0.6, 0.4)))


def plane(x, y):
    return sum(w * norm.pdf(x, m[0], s[0]) * norm.pdf(y, m[1], s[1]) for w, m, s in PLANE)


def gradient(x, y, h=1e-4):
    """Of the density, by differences of fourth order."""

    def along(f):
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

    return along(lambda d: plane(x + d, y)), along(lambda d: plane(x, y + d))


def outflow(field, x, y, h=1e-2):
    """The flux of p u through the walls of a small square, over its area; by Simpson's rule."""
    nodes, weights = np.array([-1.0, 0.0, 1.0]) * h, np.array([1, 4, 1]) / 3 * h
    total = 0.0
    for d, w in zip(nodes, weights, strict=True):
        total += w * (flux(field, x + h, y + d)[0] - flux(field, x - h, y + d)[0])
        total += w * (flux(field, x + d, y + h)[1] - flux(field, x + d, y - h)[1])
    return total / (4 * h * h)


def flux(field, x, y):
    u, v = field(x, y)
    p = plane(x, y)
    return p * u, p * v


@verifies(
    "eq-sm-leak",
    against="what flows through the walls of a small square",
    wrong="without the slope of p, and with its sign turned",
)
def test_leak(compare):
    def field(x, y):
        return math.sin(y) + 0.5 * x, x * y

    for x, y in ((0.3, 0.4), (-1.2, -0.3), (1.0, 0.9)):
        p, (px, py) = plane(x, y), gradient(x, y)
        u, v = field(x, y)
        spread = 0.5 + x
        found = p * (spread + (u * px + v * py) / p)
        exact = outflow(field, x, y)
        compare(found, exact, tol=2e-4, wrong=p * spread)
        compare(found, exact, tol=2e-4, wrong=p * spread - (u * px + v * py))


@verifies(
    "eq-sm-turn",
    against="what flows through the walls of a small square",
    wrong="a symmetric matrix, and the rotation J x",
)
def test_turn(compare):
    def field(matrix):
        def along(x, y):
            p, (px, py) = plane(x, y), gradient(x, y)
            (a, b), (c, d) = matrix
            return (a * px + b * py) / p, (c * px + d * py) / p

        return along

    places = ((0.3, 0.4), (-1.2, -0.3), (1.0, 0.9))
    found = [outflow(field(((0, -1), (1, 0))), x, y) for x, y in places]
    symmetric = [outflow(field(((0, 1), (1, 0))), x, y) for x, y in places]
    about = [outflow(lambda x, y: (-y, x), x, y) for x, y in places]
    for value, other, turned in zip(found, symmetric, about, strict=True):
        compare(value, 0.0, tol=2e-4, wrong=other)
        compare(value, 0.0, tol=2e-4, wrong=turned)
