"""Equations of the section on inversion, against something independent."""

import math

import numpy as np
from references import MEANS, STDS, WEIGHTS, noisy_score
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from verification import verifies

DEFINITIONS = {
    "eq-inversion-edit": "what is meant by an edit; both maps are those of eq-inversion-encode",
}


def levels(t):
    integral = 0.1 * t + 0.5 * 19.9 * t**2
    return math.exp(-integral / 2), math.sqrt(1 - math.exp(-integral))


def cdf(x, t):
    alpha, sigma = levels(t)
    return float(WEIGHTS @ norm.cdf(x, alpha * MEANS, np.sqrt(alpha**2 * STDS**2 + sigma**2)))


def flow(x, start, end, share=0.5):
    """The flow of VP on the mixture, the score with its share of g^2, by solve_ivp."""

    def slope(t, y):
        beta = 0.1 + 19.9 * t
        return -beta / 2 * y - share * beta * noisy_score(y, *levels(t))

    return solve_ivp(slope, (start, end), np.array(x), rtol=1e-10, atol=1e-12).y[:, -1]


@verifies(
    "eq-inversion-encode",
    against="ranks: the points of p_T with as much probability to their left, by a root finder",
    wrong="the sign of the score, and no way back",
)
def test_encode(compare):
    x, t0 = [-1.7, -0.9, 0.0, 1.3], 1e-3
    ranks = [cdf(v, t0) for v in x]
    codes = [brentq(lambda z, u=u: cdf(z, 1.0) - u, -9, 9, xtol=1e-13) for u in ranks]
    compare(flow(x, t0, 1.0), codes, tol=1e-6, wrong=flow(x, t0, 1.0, share=-0.5))
    compare(flow(codes, 1.0, t0), x, tol=1e-5, wrong=codes)


def euler(u, x, t, h):
    return x + h * u(t, x)


def heun(u, x, t, h):
    guess = x + h * u(t, x)
    return x + h / 2 * (u(t, x) + u(t + h, guess))


def midpoint(u, x, t, h):
    return x + h * u(t + h / 2, x + h / 2 * u(t, x))


@verifies(
    "eq-inversion-round",
    against="C from the error of one step against solve_ivp, and round trips of three methods",
    wrong="errors that add up for each p, and that cancel for each p",
)
def test_round_trip(compare):
    u = lambda t, x: np.sin(x) + t * np.cos(2 * x)  # noqa: E731
    x, t = np.array([0.4, 1.1]), 0.2

    def missed(step, order, h):  # C by one step
        exact = solve_ivp(u, (t, t + h), x, rtol=1e-13, atol=1e-15).y[:, -1]
        return (step(u, x, t, h) - exact) / h ** (order + 1)

    for step, order in ((euler, 1), (heun, 2), (midpoint, 2)):
        h = 0.01
        trips = [(step(u, step(u, x, t, k), t + k, -k) - x) / k ** (order + 1) for k in (h, h / 2)]
        limit = 2 * trips[1] - trips[0]
        C = 2 * missed(step, order, h / 2) - missed(step, order, h)
        found, other = (1 + (-1) ** (order + 1)) * C, (1 - (-1) ** (order + 1)) * C
        if order == 1:
            compare(found, limit, tol=2e-3, wrong=other)
        else:
            assert np.abs(limit - found).max() < 2e-3 < 0.02 < np.abs(limit - other).max()


@verifies(
    "eq-inversion-shell",
    against="the chi-squared law of scipy",
    wrong="1/D, and the root of D",
)
def test_shell(compare):
    for D in (2, 40, 576):
        law = chi2(D, scale=1 / D)
        found = [1, math.sqrt(2 / D)]
        compare(found, [law.mean(), law.std()], tol=1e-12, wrong=[1, 1 / D])
        compare(found, [law.mean(), law.std()], tol=1e-12, wrong=[math.sqrt(D), found[1]])


@verifies(
    "eq-inversion-lerp",
    against="the variance of each coordinate, from 400,000 pairs of codes",
    wrong="the length of the codes themselves, and weights that are not squared",
)
def test_lerp(compare):
    z, other = np.random.default_rng(0).standard_normal((2, 80_000, 5))
    for w in (0.3, 0.5):
        square = ((1 - w) * z + w * other) ** 2
        found, noise = 5 * ((1 - w) ** 2 + w**2), 5 * square.sum(1).std() / 80_000**0.5
        compare(found, square.sum(1).mean(), tol=noise, wrong=5.0)
        compare(found, square.sum(1).mean(), tol=noise, wrong=5 * ((1 - w) + w))


@verifies(
    "eq-inversion-slerp",
    against="a rotation by the share w of the angle, in the plane of both codes",
    wrong="the straight line, and the ends exchanged",
)
def test_slerp(compare):
    rng = np.random.default_rng(1)
    for w in (0.2, 0.7):
        a, b = rng.standard_normal((2, 6))
        b *= np.linalg.norm(a) / np.linalg.norm(b)
        angle = math.acos(a @ b / (a @ a))
        across = b - (b @ a) / (a @ a) * a  # in the plane, at a right angle to a
        across *= np.linalg.norm(a) / np.linalg.norm(across)
        turned = math.cos(w * angle) * a + math.sin(w * angle) * across

        def slerp(w, a=a, b=b, angle=angle):
            return (math.sin((1 - w) * angle) * a + math.sin(w * angle) * b) / math.sin(angle)

        compare(slerp(w), turned, tol=1e-10, wrong=(1 - w) * a + w * b)
        compare(slerp(w), turned, tol=1e-10, wrong=slerp(1 - w))
