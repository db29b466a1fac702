"""Equations of the reverse SDE by Bayes' rule, against something independent."""

import math

import numpy as np
import sympy
from scipy.integrate import quad
from scipy.stats import norm
from verification import verifies

DEFINITIONS: dict[str, str] = {}

WEIGHTS, MEANS, STDS = (0.4, 0.6), (-1.5, 1.0), (0.3, 0.5)
A, G, NOISE = -0.6, 0.9, 0.5  # dx = A x dt + G dw, from gm1 with this much noise variance


def mixture(x, gain=1.0, var=0.0):
    """Density of gain * x_0 + noise, by scipy."""
    return sum(
        w * norm.pdf(x, gain * m, math.sqrt(gain**2 * s**2 + var))
        for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True)
    )


def now(x):
    return mixture(x, 1.0, NOISE)


def later(x, dt):
    """The density after one step x + A x dt + G sqrt(dt) z."""
    keep = 1 + A * dt
    return mixture(x, keep, keep**2 * NOISE + G**2 * dt)


def in_time(x, dt):
    """p_{t+dt} of the process itself, not of Euler's step."""
    keep = math.exp(A * dt)
    return mixture(x, keep, keep**2 * NOISE + G**2 * (keep**2 - 1) / (2 * A))


def slopes(p, x, h=1e-3):
    """Slope and second derivative of log p, by differences of fourth order."""
    v = {k: np.log(p(x + k * h)) for k in (-2, -1, 0, 1, 2)}
    first = (8 * (v[1] - v[-1]) - (v[2] - v[-2])) / (12 * h)
    return first, (16 * (v[1] + v[-1]) - (v[2] + v[-2]) - 30 * v[0]) / (12 * h**2)


def rate(x):
    """d/dt log p_t, by differences in time."""
    h = 1e-3
    c = {k: np.log(in_time(x, k * h)) for k in (-2, -1, 1, 2)}
    return (8 * (c[1] - c[-1]) - (c[2] - c[-2])) / (12 * h)


def integral(f, centre=0.0, std=1.5):
    return quad(f, centre - 9 * std, centre + 9 * std, epsabs=1e-13, limit=400, points=[centre])[0]


@verifies(
    "eq-bayes-kernel",
    against="the law of x_t among pairs (x_t, x_{t+dt}) of a joint Gaussian mixture",
    wrong="the two log-densities exchanged, and the normaliser at time t",
)
def test_bayes(compare):
    dt, y = 0.3, 0.4
    keep, var = 1 + A * dt, G**2 * dt
    x = np.linspace(-1.5, 2, 8)
    parts = []  # each component is Gaussian in (x, y): its conditional is known
    for w, m, s in zip(WEIGHTS, MEANS, STDS, strict=True):
        own = s**2 + NOISE
        total = keep**2 * own + var
        mean, spread = m + keep * own / total * (y - keep * m), own * var / total
        weight = w * norm.pdf(y, keep * m, math.sqrt(total))
        parts.append((weight, norm.pdf(x, mean, math.sqrt(spread))))
    exact = sum(w * p for w, p in parts) / sum(w for w, _ in parts)
    forward = norm.pdf(y, keep * x, math.sqrt(var))
    found = forward * np.exp(np.log(now(x)) - np.log(later(y, dt)))
    compare(found, exact, tol=1e-10, wrong=forward * later(y, dt) / now(x))
    compare(found, exact, tol=1e-10, wrong=forward * now(x) / now(y))


@verifies(
    "eq-bayes-taylor",
    against="the log-density at a later time and place; what is left falls like dt^(3/2)",
    wrong="without the half of R, and with R left out",
)
def test_taylor(compare):
    x, z = np.array([-1.0, 0.2, 1.4]), 0.8
    slope, bend = slopes(now, x)

    def left(dt, share):
        delta = G * math.sqrt(dt) * z
        first = np.log(now(x)) + slope * delta + rate(x) * dt
        return (np.log(in_time(x + delta, dt)) - first - share * bend * delta**2) / dt

    # a term of order sqrt(dt) is left in the quotient: symmetric z would remove it, so does this
    def limit(share):
        a, b, c = (left(dt, share) for dt in (4e-4, 1e-4, 2.5e-5))
        return (4 * (2 * c - b) - 2 * (2 * b - a)) / 2  # removes sqrt(dt) and dt

    compare(limit(0.5), np.zeros(3), tol=1e-3, wrong=limit(1.0))
    compare(limit(0.5), np.zeros(3), tol=1e-3, wrong=limit(0.0))


@verifies(
    "eq-bayes-remainder",
    against="the mean of the exact remainder over places and noise, by quadrature, extrapolated",
    wrong="zero, as order dt^2 would give, and g^2 without its half",
)
def test_mean_of_the_remainder(compare):
    z, w = np.polynomial.hermite_e.hermegauss(60)
    w = w / w.sum()
    x = np.linspace(-6, 6, 1501)
    p, (slope, bend), change = now(x), slopes(now, x), rate(x)

    def mean(dt):
        delta = A * x[:, None] * dt + G * math.sqrt(dt) * z
        R = np.log(in_time(x[:, None] + delta, dt)) - np.log(p)[:, None]
        R = R - slope[:, None] * delta - change[:, None] * dt
        return np.trapezoid(R @ w * p, x) / dt

    found = 2 * mean(5e-4) - mean(1e-3)
    limit = 0.5 * G**2 * np.trapezoid(p * bend, x)
    by_parts = -0.5 * G**2 * np.trapezoid(p * slope**2, x)
    compare(limit, found, tol=2e-4, wrong=0.0)
    compare(by_parts, found, tol=2e-4, wrong=2 * by_parts)


@verifies(
    "eq-bayes-square",
    against="sympy, in three dimensions",
    wrong="what is left taken for order dt^2, and without the cross term",
)
def test_square(compare):
    f, s, d = (sympy.Matrix(sympy.symbols(f"{name}0:3")) for name in "fsd")
    g, dt = sympy.symbols("g dt", positive=True)
    before = -((d - f * dt).dot(d - f * dt)) / (2 * g**2 * dt) - s.dot(d)
    moved = d - (f - g**2 * s) * dt
    left = before + moved.dot(moved) / (2 * g**2 * dt)
    values = dict(zip([*f, *s, *d, g, dt], np.random.default_rng(0).uniform(0.3, 1.7, 11),
                      strict=True))  # fmt: skip
    found = (g**2 * s.dot(s) / 2 - f.dot(s)) * dt
    assert sympy.simplify(left - found) == 0
    number = lambda e: float(e.subs(values))  # noqa: E731
    compare(number(found), number(left), tol=1e-10, wrong=number(g**4 * s.dot(s) * dt**2))
    compare(number(found), number(left), tol=1e-10, wrong=number(g**2 * s.dot(s) / 2 * dt))


def factor_parts(x, y, dt):
    """The Gaussian in front, and the exponent behind it with its exact remainder."""
    slope, _ = slopes(now, x)
    delta, f = y - x, A * x
    R = np.log(later(y, dt)) - np.log(now(x)) - slope * delta - rate(x) * dt
    gauss = norm.pdf(y, x + (f - G**2 * slope) * dt, G * math.sqrt(dt))
    return gauss, (G**2 / 2 * slope**2 - f * slope - rate(x)) * dt, R


@verifies(
    "eq-bayes-factor",
    against="Bayes' rule itself",
    wrong="the remainder left out, and with its sign turned",
)
def test_factor(compare):
    dt, y = 0.2, 0.3
    x = np.linspace(-0.8, 1.2, 6)
    exact = norm.pdf(y, (1 + A * dt) * x, G * math.sqrt(dt)) * now(x) / later(y, dt)
    gauss, bracket, R = factor_parts(x, y, dt)
    found = gauss * np.exp(bracket - R)
    compare(found, exact, tol=1e-7, wrong=gauss * np.exp(bracket))
    compare(found, exact, tol=1e-7, wrong=gauss * np.exp(bracket + R))


@verifies(
    "eq-bayes-mass",
    against="the integral of the Gaussian over x, extrapolated to dt = 0",
    wrong="the other sign, and the drift alone",
)
def test_mass(compare):
    for y in (-1.2, 0.3, 1.1):

        def excess(dt, y=y):
            f = lambda x: factor_parts(np.array(x), y, dt)[0]  # noqa: E731
            return (integral(f, y, G * math.sqrt(dt)) - 1) / dt

        found = 2 * excess(5e-4) - excess(1e-3)
        volume = A - G**2 * slopes(now, np.array(y))[1]
        compare(-volume, found, tol=2e-3, wrong=volume)
        compare(-volume, found, tol=2e-3, wrong=-A)


def exact_moments(y, dt):
    p = lambda x: norm.pdf(y, (1 + A * dt) * x, G * math.sqrt(dt)) * now(x)  # noqa: E731
    std = G * math.sqrt(dt)
    mass = integral(p, y, std)
    mean = integral(lambda x: x * p(x), y, std) / mass
    return mean, integral(lambda x: (x - mean) ** 2 * p(x), y, std) / mass


@verifies(
    "eq-bayes-gaussian",
    against="mean and variance of the exact kernel over dt, by quadrature, for dt to 0",
    wrong="the score with a minus, half of g^2, and the drift's sign kept",
)
def test_gaussian(compare):
    y = 0.7
    score = slopes(now, np.array(y))[0]

    def move(dt):
        mean, var = exact_moments(y, dt)
        return np.array([(mean - y) / dt, var / dt])

    found = 2 * move(1e-3) - move(2e-3)
    own = [-(A * y - G**2 * score), G**2]
    compare(own, found, tol=1e-3, wrong=[-(A * y + G**2 * score), G**2])
    compare(own, found, tol=1e-3, wrong=[-(A * y - G**2 / 2 * score), G**2])
    compare(own, found, tol=1e-3, wrong=[A * y + G**2 * score, G**2])


@verifies(
    "eq-bayes-errors",
    against="the second order of mean and variance of the exact kernel, by quadrature",
    wrong="the mean's term with a minus, the curvature with a minus, and a for 2a",
)
def test_errors(compare):
    y = 0.7

    def second(dt):
        mean, var = exact_moments(y, dt)
        slope, bend = slopes(lambda x: later(x, dt), np.array(y))
        pull = A * y - G**2 * slope
        over = [(mean - y + pull * dt) / dt**2, (var / (G**2 * dt) - 1) / dt]
        return np.array(over), np.array([A * pull, G**2 * bend - 2 * A]), bend

    (one, _, _), (two, wanted, bend) = second(4e-3), second(2e-3)
    found = 2 * two - one
    compare(wanted, found, tol=5e-3, wrong=wanted * [-1, 1])
    compare(wanted, found, tol=5e-3, wrong=[wanted[0], -(G**2) * bend - 2 * A])
    compare(wanted, found, tol=5e-3, wrong=[wanted[0], G**2 * bend - A])
