"""The equations of the section on Langevin dynamics, each against something independent."""

import math

import numpy as np
import torch
from scipy.linalg import eigh_tridiagonal, solve, solve_banded
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.samplers import langevin_moments, langevin_step, mala_step

DEFINITIONS = {
    "eq-langevin-sde": "names the limit; what it does to a law is tested under eq-langevin-flux",
    "eq-langevin-flow": "defines gradient flow",
    "eq-langevin-accept": "defines the correction; that it is right is eq-detailed-balance",
}

LAW = gm1()
EDGES = torch.linspace(-4.5, 4.5, 4001, dtype=torch.float64)


def two(d, s=0.5):
    """Two equal modes at -d and d."""
    return GaussianMixture([0.5, 0.5], [[-d], [d]], s**2)


def energy(law, x):
    return -law.log_prob(x[:, None])


@verifies(
    "eq-langevin-step",
    against="the package's step with the same noise",
    wrong="sqrt(eta) for sqrt(2 eta), and the score's sign",
)
def test_langevin_step(compare):
    g = torch.Generator().manual_seed(0)
    x, eta = torch.randn(200, 1, generator=g, dtype=torch.float64), 0.07
    expected = langevin_step(LAW.score, x, eta, torch.Generator().manual_seed(1))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(1), dtype=x.dtype)
    found = x + eta * LAW.score(x) + math.sqrt(2 * eta) * noise
    compare(found, expected, tol=1e-12, wrong=found - (math.sqrt(2) - 1) * eta**0.5 * noise)
    compare(found, expected, tol=1e-12, wrong=found - 2 * eta * LAW.score(x))


@verifies(
    "eq-langevin-variance",
    against="1000 steps of the variance by the package's moments",
    wrong="s^2/(1 - eta/s^2), and s^2 itself",
)
def test_langevin_variance(compare):
    for s, ratio in ((0.5, 0.1), (1.3, 0.8), (0.7, 1.6)):
        eta, one = ratio * s**2, torch.ones(1, 1, dtype=torch.float64)
        mean, std = langevin_moments(lambda x, s=s: -x / s**2, one, eta)
        v = 0.0
        for _ in range(1000):
            v = float(mean) ** 2 * v + std**2
        found = s**2 / (1 - eta / (2 * s**2))
        compare(found, v, tol=1e-9, wrong=s**2 / (1 - eta / s**2))
        compare(found, v, tol=1e-9, wrong=s**2)


def after_one_step(density, law, c, eta, at):
    """The density at `at` after one step of size eta with noise c sqrt(eta), by quadrature."""
    mean = EDGES + eta * law.score(EDGES[:, None])[:, 0]
    std = c * math.sqrt(eta)
    bell = torch.exp(-((at[:, None] - mean) ** 2) / (2 * std**2)) / (std * math.sqrt(2 * math.pi))
    return torch.trapezoid(bell * density(EDGES), EDGES)


@verifies(
    "eq-langevin-flux",
    against="one small step of the chain: the change of the density, by quadrature",
    wrong="c^2 in place of c^2/2, and the drift's sign",
)
def test_langevin_flux(compare):
    at = torch.linspace(-2, 2, 41, dtype=torch.float64)
    q = lambda x: torch.exp(-((x - 0.2) ** 2) / 2.42) / math.sqrt(2.42 * math.pi)  # noqa: E731
    for c in (math.sqrt(2), 0.8):
        slow, fast = ((after_one_step(q, LAW, c, h, at) - q(at)) / h for h in (2.5e-5, 5e-5))
        changed = 2 * slow - fast  # the error of first order in the step goes

        def minus_slope_of_flux(share, sign=1.0):
            x = at.clone().requires_grad_(True)
            density = q(x)
            (slope,) = torch.autograd.grad(density.sum(), x, create_graph=True)
            (log_slope,) = torch.autograd.grad(LAW.log_prob(x[:, None]).sum(), x, create_graph=True)
            flux = sign * density * log_slope - share * slope
            return -torch.autograd.grad(flux.sum(), x)[0]

        found = minus_slope_of_flux(c**2 / 2)
        compare(found, changed, tol=2e-3, wrong=minus_slope_of_flux(c**2))
        compare(found, changed, tol=2e-3, wrong=minus_slope_of_flux(c**2 / 2, -1.0))


@verifies(
    "eq-langevin-tempered",
    against="the long run of a fine chain of cells with the same drift and noise",
    wrong="p^(c^2/2), and p^(2/c)",
)
def test_langevin_tempered(compare):
    """A jump chain on cells, whose rates go to drift and noise as the cells get small.

    Its rest comes from its rates by a linear system: nothing of powers of p is put in.
    """
    x = np.linspace(-3.6, 3.6, 721)
    h = x[1] - x[0]
    drift = LAW.score(torch.from_numpy(x)[:, None])[:, 0].numpy()
    for c in (1.0, math.sqrt(2), 2.0):
        spread = c**2 / (2 * h**2)
        up, down = spread + drift / (2 * h), spread - drift / (2 * h)
        assert (up > 0).all() and (down > 0).all()
        rates = np.diag(up[:-1], -1) + np.diag(down[1:], 1)
        rates -= np.diag(rates.sum(0))
        rates[0], right = 1.0, np.zeros(len(x))
        right[0] = 1 / h
        rest = solve(rates, right)

        def power(exponent):
            value = np.exp(exponent * LAW.log_prob(torch.from_numpy(x)[:, None]).numpy())
            return value / (value.sum() * h)

        wrong = {1.0: power(c**2 / 2), 2.0: power(2 / c)}.get(c)
        compare(power(2 / c**2), rest, tol=5e-3, wrong=wrong)


@verifies(
    "eq-langevin-descent",
    against="finite differences along the flow that Runge and Kutta's method follows",
    wrong="minus the slope, without its square",
)
def test_langevin_descent(compare):
    x = torch.linspace(-2.4, 2.2, 24, dtype=torch.float64)

    def slope(x):
        return LAW.score(x[:, None])[:, 0]

    def flow(x, h):
        a = slope(x)
        b = slope(x + h / 2 * a)
        k = slope(x + h / 2 * b)
        return x + h / 6 * (a + 2 * b + 2 * k + slope(x + h * k))

    h = 1e-4
    found = (energy(LAW, flow(x, h)) - energy(LAW, flow(x, -h))) / (2 * h)
    compare(-slope(x).square(), found, tol=1e-2, wrong=-slope(x).abs())


def accept(law, x, y, eta, proposal=True):
    """The probability of the step from x (n, 1) to y (m, 1), (n, m), and its density q(y | x)."""
    log_p = (law.log_prob(x)[:, None], law.log_prob(y)[None, :])
    forth = (y[:, 0][None, :] - (x + eta * law.score(x))) ** 2
    back = (x - (y + eta * law.score(y))[:, 0][None, :]) ** 2
    ratio = log_p[1] - log_p[0] + proposal * (forth - back) / (4 * eta)
    q = torch.exp(-forth / (4 * eta)) / math.sqrt(4 * math.pi * eta)
    return ratio.exp().clamp(max=1), q


@verifies(
    "eq-detailed-balance",
    against="the flow the other way between all pairs of 81 places, and the package's steps",
    wrong="the proposal's ratio forgotten",
)
def test_detailed_balance(compare):
    x = torch.linspace(-2.4, 2.4, 81, dtype=torch.float64)[:, None]
    for eta in (0.02, 0.3):
        right, q = accept(LAW, x, x, eta)
        wrong, _ = accept(LAW, x, x, eta, proposal=False)
        flow = LAW.log_prob(x).exp()[:, None] * q
        compare(flow * right, (flow * right).mT, tol=1e-12, wrong=flow * wrong)
    # the package takes steps as often as this formula says: 100,000 from one place
    n, at = 100_000, torch.tensor([[0.2]], dtype=torch.float64)
    y = torch.linspace(-6, 6, 6001, dtype=torch.float64)[:, None]
    a, q = accept(LAW, at, y, 0.3)
    expected = torch.trapezoid((a * q)[0], y[:, 0])
    g = torch.Generator().manual_seed(0)
    _, taken = mala_step(LAW.log_prob, at.expand(n, 1), 0.3, g, score=LAW.score)
    b, _ = accept(LAW, at, y, 0.3, proposal=False)
    forgotten = torch.trapezoid((b * q)[0], y[:, 0])
    compare(taken.double().mean(), expected, tol=4 * 0.5 / math.sqrt(n), wrong=None)
    assert abs(float(forgotten - expected)) > 0.02


def passage_by_equation(E, low, a, b, cells=4000):
    """Mean time from a to b, from T'' - E' T' = -1 with a wall at `low` and T(b) = 0."""
    edges = np.linspace(low, b, cells + 1)
    h = edges[1] - edges[0]
    mid = np.exp(-(E((edges[:-1] + edges[1:]) / 2)))  # p at the cells' middles
    p = np.exp(-E(edges))
    diagonal = np.zeros(cells)
    diagonal[1:] = -(mid[:-1] + mid[1:])
    diagonal[0] = -mid[0]
    right = -p[:-1] * h**2
    right[0] /= 2
    beside = np.concatenate([mid[:-1], [0.0]])
    bands = np.stack([np.roll(beside, 1), diagonal, beside])
    return np.interp(a, edges[:-1], solve_banded((1, 1), bands, right))


def passage_by_integral(E, low, a, b, n=200_001):
    x = np.linspace(low, b, n)
    h = x[1] - x[0]
    p = np.exp(-E(x))
    below = np.concatenate([[0.0], np.cumsum((p[1:] + p[:-1]) / 2) * h])
    inside = x >= a
    return np.trapezoid((np.exp(E(x)) * below)[inside], x[inside])


@verifies(
    "eq-passage",
    against="the equation T'' - E'T' = -1 of the mean time, by finite differences",
    wrong="the share over all of p, not that on the left, under the integral",
)
def test_passage(compare):
    for d in (1.0, 1.5):
        law = two(d)

        def E(x, law=law):
            return energy(law, torch.from_numpy(np.asarray(x, dtype=float))).numpy()

        found = passage_by_integral(E, -5.0, -d, d)
        x = np.linspace(-d, d, 20_001)
        wrong = np.trapezoid(np.exp(E(x)), x)
        expected = passage_by_equation(E, -5.0, -d, d)
        compare(found / expected, 1.0, tol=1e-3, wrong=wrong / expected)


@verifies(
    "eq-kramers",
    against="the mean first-passage time by quadrature, in E = h (x^2 - 1)^2",
    wrong="pi for 2 pi, and the barrier without its curvatures",
)
def test_kramers(compare):
    """The curvatures are 8h at the bottom and 4h at the top; the error falls like 1/h."""
    for h in (20.0, 60.0):
        exact = passage_by_integral(lambda x, h=h: h * (x**2 - 1) ** 2, -1.6, -1.0, 1.0)
        kramers = 2 * math.pi / math.sqrt(8 * h * 4 * h) * math.exp(h)
        compare(kramers / exact, 1.0, tol=0.6 / h, wrong=kramers / exact / 2)
        compare(kramers / exact, 1.0, tol=0.6 / h, wrong=math.exp(h) / exact)


@verifies(
    "eq-langevin-mixture-time",
    against="the mean first-passage time by quadrature, modes 12 and 16 widths from the middle",
    wrong="Kramers' formula, whose parabola does not fit this saddle",
)
def test_mixture_time(compare):
    s = 0.25
    for d, tol in ((3.0, 0.02), (4.0, 0.012)):
        law = two(d, s)

        def E(x, law=law):
            return energy(law, torch.from_numpy(x)).numpy()

        exact = passage_by_integral(E, -d - 10 * s, -d, d)
        found = math.sqrt(math.pi**3 / 2) * s**3 / d * math.exp(d**2 / (2 * s**2))
        kramers = math.pi * s**2 / math.sqrt(d**2 / s**2 - 1) * math.exp(d**2 / (2 * s**2))
        compare(found / exact, 1.0, tol=tol, wrong=kramers / exact)


@verifies(
    "eq-langevin-relax",
    against="the slowest rate of a fine chain of cells, by its eigenvalues",
    wrong="one rate in place of the sum of the two",
)
def test_relax(compare):
    """Two unequal wells: shares go to rest at the rate 1/tau(left) + 1/tau(right)."""
    law = GaussianMixture([0.3, 0.7], [[-1.5], [1.5]], 0.16)
    x = np.linspace(-4, 4, 1601)
    h = x[1] - x[0]

    def E(x):
        return energy(law, torch.from_numpy(np.asarray(x, dtype=float))).numpy()

    mid, p = np.exp(-E((x[:-1] + x[1:]) / 2)), np.exp(-E(x))
    out = np.zeros(len(x))
    out[:-1] += mid / p[:-1]
    out[1:] += mid / p[1:]
    rates = eigh_tridiagonal(out / h**2, -mid / np.sqrt(p[:-1] * p[1:]) / h**2, select="i",
                             select_range=(0, 1), eigvals_only=True)  # fmt: skip
    left = passage_by_integral(E, -4.0, -1.5, 1.5)
    right = passage_by_integral(lambda x: E(-x), -4.0, -1.5, 1.5)
    compare((1 / left + 1 / right) / rates[1], 1.0, tol=0.01, wrong=1 / left / rates[1])


@verifies(
    "eq-langevin-cost",
    against="the slowest factor (1 - eta/s^2)^n of the chain's means, at the largest stable step",
    wrong="the ratio of the widths without its square",
)
def test_cost(compare):
    """n steps at eta = s_min^2 bring the widest coordinate's mean down to a share exp(-1)."""
    for wide, narrow in ((10.0, 0.4), (5.0, 0.1)):
        eta = narrow**2
        start = torch.tensor([[1.0, 1.0]], dtype=torch.float64)
        scales = torch.tensor([wide**2, narrow**2], dtype=torch.float64)
        mean, _ = langevin_moments(lambda x, scales=scales: -x / scales, start, eta)
        steps = -1 / math.log(float(mean[0, 0]))
        ratio = (wide / narrow) ** 2
        compare(ratio / steps, 1.0, tol=1e-2, wrong=wide / narrow / steps)
