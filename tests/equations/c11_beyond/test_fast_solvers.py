"""Checks of the page on fast solvers, by solved ODEs, quadrature, exact flows and an optimiser."""

import math

import numpy as np
from references import noisy_score, solve
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize
from verification import verifies

S = 0.6  # Gaussian data N(0, S^2) where the flow is to be known in closed form


def levels(lam):
    """alpha and sigma of a process that preserves the variance, at half the log-SNR lam."""
    return 1 / math.sqrt(1 + math.exp(-2 * lam)), 1 / math.sqrt(1 + math.exp(2 * lam))


def guesses(lam, x):
    """The guesses of x_0 and of the noise for GM1; x a number."""
    a, b = levels(lam)
    score = noisy_score(np.array([x]), a, b)[0]
    return (x + b**2 * score) / a, -b * score


def velocity(lam, x, guess=guesses):
    """dx/dlambda: alpha' = alpha sigma^2 and sigma' = -sigma alpha^2 for levels()."""
    a, b = levels(lam)
    x0, eps = guess(lam, float(np.atleast_1d(x)[0]))
    return np.array([a * b**2 * x0 - b * a**2 * eps])


def path(start, end, x):
    return solve_ivp(
        velocity, (start, end), [x], "DOP853", rtol=1e-12, atol=1e-13, dense_output=True
    ).sol


@verifies(
    "eq-fast-exact",
    against="the solved ODE of GM1, with both integrals by quadrature along its path",
    wrong="the signs of the two exponents exchanged",
)
def test_variation_of_constants(compare):
    s, t, x = -1.0, 1.5, 0.8
    line = path(s, t, x)

    def integral(which, sign):
        def slope(lam):
            return math.exp(sign * lam) * guesses(lam, line(lam)[0])[which]

        return quad(slope, s, t, epsabs=1e-10, epsrel=1e-10)[0]

    (a, b), (c, d), end = levels(s), levels(t), line(t)[0]
    expected = [end / d, end / c]
    found = [x / b + integral(0, 1), x / a - integral(1, -1)]
    compare(found, expected, tol=1e-8, wrong=[x / b + integral(0, -1), x / a - integral(1, 1)])


def phi(z):
    return (math.exp(z) - 1) / z, (math.exp(z) - 1 - z) / z**2


@verifies(
    "eq-fast-phi",
    against="the integrals by quadrature, for either sign of z",
    wrong="theta and 1 - theta exchanged in the second",
)
def test_the_two_functions(compare):
    for z in (-1.7, 0.9):
        found = phi(z)
        expected = [quad(lambda u, k=k, z=z: math.exp((1 - u) * z) * u**k, 0, 1)[0] for k in (0, 1)]
        turned = quad(lambda u, z=z: math.exp((1 - u) * z) * (1 - u), 0, 1)[0]
        compare(found, expected, tol=1e-10, wrong=[expected[0] + 1, turned])


def with_a_linear(which, at, value, slope):
    """Guesses of which one is linear in lambda, the other as x = alpha x0 + sigma eps has it."""

    def guess(lam, x):
        a, b = levels(lam)
        known = value + slope * (lam - at)
        return (known, (x - a * known) / b) if which == 0 else ((x - b * known) / a, known)

    return guess


def second_order(form, s, h, x, guess, slope, flip=1):
    """The right side of eq-fast-taylor, without its O(h^3)."""
    (a, b), (c, d) = levels(s), levels(s + h)
    sign = -1 if form == 0 else 1
    one, two = phi(flip * sign * h)
    bracket = h * one * guess + h**2 * two * slope
    return d / b * x + c * bracket if form == 0 else c / a * x - d * bracket


@verifies(
    "eq-fast-taylor",
    against="the ODE solved with a guess that is linear in lambda, where the rest is zero",
    wrong="the sign of the argument of phi",
)
def test_two_terms_of_taylor(compare):
    s, h, x, guess, slope = -0.4, 1.3, 0.7, 0.9, -0.5
    for form in (0, 1):
        linear = with_a_linear(form, s, guess, slope)
        end = solve(lambda lam, y, g=linear: velocity(lam, y, g), x, s, s + h)[0]
        found, wrong = (second_order(form, s, h, x, guess, slope, flip) for flip in (1, -1))
        compare(found, end, tol=1e-8, wrong=wrong)


def multi(form, s, h, before, x, now, old, share):
    """A step with the guess extrapolated by `share` of its change since the step before."""
    (a, b), (c, d) = levels(s), levels(s + h)
    guess = now + share * (now - old)
    return d / b * x + (c - d / b * a) * guess if form == 0 else c / a * x + (d - c / a * b) * guess


@verifies(
    "eq-fast-multi",
    against="the ODE solved with a guess that is linear in lambda, with steps of unequal length",
    wrong="the ratio of the steps left out; upside down",
)
def test_the_multistep_rule(compare):
    s, h, before, x, now, slope = -0.4, 1.3, 0.7, 0.7, 0.9, -0.5
    for form in (0, 1):
        linear = with_a_linear(form, s, now, slope)
        end = solve(lambda lam, y, g=linear: velocity(lam, y, g), x, s, s + h)[0]
        one, two = phi(-h if form == 0 else h)
        old = now - before * slope
        found, *wrong = (
            multi(form, s, h, before, x, now, old, ratio * two / one)
            for ratio in (h / before, 1.0, before / h)
        )
        for slip in wrong:
            compare(found, end, tol=1e-8, wrong=slip)


@verifies(
    "eq-fast-mid",
    against="the power of h in its distance from the solved ODE of GM1, which is 3",
    wrong="the guess of the start in place of the middle; the middle's guess at the point x_s",
)
def test_the_order_of_the_middle(compare):
    s, x = -0.3, 0.8

    def power(step):
        errors = [abs(step(h) - path(s, s + h, x)(s + h)[0]) for h in (0.02, 0.01)]
        return math.log2(errors[0] / errors[1])

    def ddim(h, guess):
        (_, b), (c, d) = levels(s), levels(s + h)
        return d / b * x + c * (1 - math.exp(-h)) * guess

    def u(h):
        return ddim(h / 2, guesses(s, x)[0])

    found = power(lambda h: ddim(h, guesses(s + h / 2, u(h))[0]))
    for slip in (
        lambda h: ddim(h, guesses(s, x)[0]),
        lambda h: ddim(h, guesses(s + h / 2, x)[0]),
    ):
        compare(found, 3.0, tol=0.05, wrong=power(slip))


@verifies(
    "eq-fast-link",
    against="differences of both guesses along the solved path of GM1",
    wrong="the other sign of the exponent; the first slope missing in the second line",
)
def test_the_two_slopes(compare):
    lam, x, gap = 0.2, 0.6, 1e-3
    up, down = path(lam, lam + gap, x)(lam + gap)[0], path(lam, lam - gap, x)(lam - gap)[0]
    table = np.array([guesses(lam + k * gap, y) for k, y in ((1, up), (0, x), (-1, down))])
    one = (table[0] - table[2]) / (2 * gap)
    two = (table[0] + table[2] - 2 * table[1]) / gap**2
    grow = math.exp(lam)
    found = [-grow * one[0], -grow * (one[0] + two[0])]
    wrong = [-one[0] / grow, -grow * two[0]]
    expected = [one[1], two[1]]
    for mine, other, slip in zip(found, expected, wrong, strict=True):
        compare(mine, other, tol=1e-4, wrong=slip)


def stair(lam, end=1.0):
    """The guess along the exact flow of Gaussian data that ends at `end`."""
    return end / math.sqrt(1 + math.exp(-2 * lam) / S**2)


def on_the_flow(lam, end=1.0):
    a, b = levels(lam)
    return end * math.sqrt(a**2 * S**2 + b**2) / S


@verifies(
    "eq-fast-gauss",
    against="the posterior mean of Gaussian data along the ODE, solved from noise to data",
    wrong="lambda_* with the other sign; a one in place of the two in the exponent",
)
def test_the_stair(compare):
    def bayes(lam, x):
        a, b = levels(lam)
        x0 = a * S**2 / (a**2 * S**2 + b**2) * x
        return x0, (x - a * x0) / b

    start, x = -5.0, 1.1

    def right(lam, y):
        return velocity(lam, y, bayes)

    end = solve(right, x, start, 14.0)[0]
    for lam in (-1.0, 0.3, 1.4):
        expected = bayes(lam, solve(right, x, start, lam)[0])[0]
        wrong = end / math.sqrt(1 + math.exp(-2 * (lam - math.log(S))))
        compare(stair(lam, end), expected, tol=1e-6, wrong=wrong)
        wrong = end / math.sqrt(1 + math.exp(-(lam + math.log(S))))
        compare(stair(lam, end), expected, tol=1e-6, wrong=wrong)


LINES = {  # form, weight(z), the bracket of the error from r, x0', x0''
    "data, phi": (0, lambda z: phi(z)[1] / phi(z)[0], lambda r, u, v: (2 + 3 * r) * v),
    "data, half": (0, lambda z: 0.5, lambda r, u, v: (2 + 3 * r) * v + u),
    "noise, half": (1, lambda z: 0.5, lambda r, u, v: (2 + 3 * r) * (v + u) - u),
    "noise, phi": (1, lambda z: phi(z)[1] / phi(z)[0], lambda r, u, v: (2 + 3 * r) * (v + u)),
}


@verifies(
    "eq-fast-errors",
    against="steps from the exact flow of Gaussian data, extrapolated to h = 0",
    wrong="the line of another rule",
)
def test_the_leading_errors(compare):
    lam, r, gap = -0.4, 1.4, 1e-3
    up, now, down = (stair(lam + k * gap) for k in (1, 0, -1))
    one, two = (up - down) / (2 * gap), (up + down - 2 * now) / gap**2
    alpha = levels(lam)[0]

    def noise(at):
        a, b = levels(at)
        return (on_the_flow(at) - a * stair(at)) / b

    def constant(form, weight, power):
        """The error over h^power as h -> 0, by Richardson."""

        def share(h):
            guess = stair if form == 0 else noise
            z = -h if form == 0 else h
            step = multi(
                form, lam, h, r * h, on_the_flow(lam), guess(lam), guess(lam - r * h), weight(z) / r
            )
            return (on_the_flow(lam + h) - step) / h**power

        first, second, third = (share(h) for h in (0.08, 0.04, 0.02))
        return (first - 6 * second + 8 * third) / 3

    compare(alpha / 2 * one, constant(0, lambda z: 0.0, 2), tol=1e-3, wrong=alpha / 2 * (one + two))
    told = {name: alpha / 12 * line(r, one, two) for name, (_, _, line) in LINES.items()}
    for name, (form, weight, _) in LINES.items():
        measured = constant(form, weight, 3)
        for other in set(LINES) - {name}:
            compare(told[name], measured, tol=5e-4, wrong=told[other])


@verifies(
    "eq-fast-equal",
    against="the least bill for so many steps, found by an optimiser",
    wrong="1/p in the exponent",
)
def test_where_the_steps_go(compare):
    lam = np.linspace(-2, 2, 15)
    price = np.exp(-(lam**2)) + 0.1
    for p in (1, 2):

        def bill(free, p=p):  # of h = e^free, scaled to as many steps as there are places
            h = np.exp(free)
            h = h * (1 / h).mean()
            return (price * h**p).mean()

        best = minimize(bill, np.zeros(len(lam)), tol=1e-14).x
        found, expected, wrong = (
            line - line.mean() for line in (-np.log(price) / (p + 1), best, -np.log(price) / p)
        )
        compare(found, expected, tol=2e-3, wrong=wrong)


@verifies(
    "eq-fast-karras",
    against="the levels of Karras et al., equation 5, with many steps",
    wrong="the sign of the exponent; rho in place of 1/rho",
)
def test_karras_steps(compare):
    for rho in (3.0, 7.0):
        share = np.linspace(80 ** (1 / rho), 0.002 ** (1 / rho), 20_001)
        lam = -rho * np.log(share)
        h, middle = np.diff(lam), (lam[1:] + lam[:-1]) / 2
        row, where = np.log(h[::2000] / h[0]), middle[::2000] - middle[0]
        for wrong in (-where / rho, where * rho):
            compare(where / rho, row, tol=1e-3, wrong=wrong)
