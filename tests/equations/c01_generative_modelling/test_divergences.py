"""The equations of the section on divergences, each against something independent."""

import math
from itertools import pairwise

import numpy as np
import torch
from scipy.integrate import quad
from scipy.optimize import brentq, linprog, minimize
from scipy.stats import norm
from verification import verifies

from dgm_lessons.divergences import fisher
from dgm_lessons.mixtures import gm1

DEFINITIONS = {
    "eq-fit-law": "defines the task",
    "eq-forward-kl": "defines the forward KL divergence",
    "eq-reverse-kl": "defines the reverse KL divergence",
    "eq-empirical-loss": "defines the loss on samples",
    "eq-fisher": "defines the Fisher divergence",
    "eq-f-divergence": "defines the family; its members are checked",
    "eq-js": "defines the Jensen-Shannon divergence",
    "eq-w1": "defines the distance; its form on the line is checked against it",
    "eq-energy-density": "defines the energy and the normaliser",
}

X = torch.linspace(-14, 14, 14_001, dtype=torch.float64)
DATA = gm1()
P = DATA.log_prob(X[:, None]).exp()
ONE, TWO = (0.3, 0.8), (-0.5, 1.4)  # mean and std of two Gaussians


def integral(values, x=X):
    return torch.trapezoid(values, x)


def log_normal(mean, std, x=X):
    z = (x - mean) / std
    return -0.5 * z**2 - math.log(2 * math.pi) / 2 - math.log(std)


def normal(mean, std):
    return log_normal(mean, std).exp()


def relative_entropy(p, q):
    return integral(torch.xlogy(p, p) - torch.xlogy(p, q))


def two_bumps():
    return 0.3 * normal(-2, 0.7) + 0.7 * normal(1.5, 0.9), normal(0.2, 1.8)


def random_pairs(n):
    """Pairs of mixtures of two bells, some close and some far apart."""
    rng = np.random.default_rng(0)
    for spread in np.geomspace(0.1, 5, n):
        mean, std = rng.normal(0, spread, 4), rng.uniform(0.3, 1.5, 4)
        share = rng.uniform(0, 1, 2)
        yield tuple(
            share[i] * normal(mean[2 * i], std[2 * i])
            + (1 - share[i]) * normal(mean[2 * i + 1], std[2 * i + 1])
            for i in range(2)
        )


@verifies(
    "eq-local",
    against="KL by quadrature between neighbours, shifted and stretched",
    wrong="without the half",
)
def test_local(compare):
    def shifted(theta, x):
        return DATA.log_prob(x[:, None] - theta)

    def stretched(theta, x):
        return DATA.log_prob(x[:, None] * math.exp(-theta)) - theta

    slopes = (
        -DATA.score(X[:, None])[:, 0],
        -1 - X * DATA.score(X[:, None])[:, 0],
    )
    x, epsilon = X[(X.abs() < 8)], 1e-3
    for family, slope in zip((shifted, stretched), slopes, strict=True):
        information = integral(P * slope**2)
        here = family(0.0, x)
        sides = [integral(here.exp() * (here - family(e, x)), x) for e in (epsilon, -epsilon)]
        mean = (sides[0] + sides[1]) / 2  # odd orders of epsilon cancel
        right = 0.5 * epsilon**2 * information
        compare(right / epsilon**2, mean / epsilon**2, tol=1e-3, wrong=information)


@verifies("eq-hellinger", against="the closed form 1 - exp(-d^2 / 8)", wrong="without the half")
def test_hellinger(compare):
    for distance in (0.5, 1.0, 2.0):
        p, q = normal(0, 1), normal(distance, 1)
        expected = 1 - math.exp(-(distance**2) / 8)
        squares = integral((p.sqrt() - q.sqrt()) ** 2)
        compare(squares / 2, expected, tol=1e-10, wrong=squares)
        compare(1 - integral((p * q).sqrt()), expected, tol=1e-10)


@verifies(
    "eq-kl-gaussians",
    against="the definition, by quadrature",
    wrong="the other direction, no 1/2, a logarithm of variances, s for s squared",
)
def test_kl_gaussians(compare):
    def closed(m1, s1, m2, s2):
        return math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5

    expected = relative_entropy(normal(*ONE), normal(*TWO))
    found = closed(*ONE, *TWO)
    wrongs = (
        closed(*TWO, *ONE),
        found + 0.5,
        found + math.log(1.4 / 0.8),
        found + (0.8 - 0.8**2) / (2 * 1.4**2),
    )
    for wrong in wrongs:
        compare(found, expected, tol=1e-10, wrong=wrong)


@verifies(
    "eq-moment-match",
    against="the minimiser found by a numerical search",
    wrong="the average variance of the heaps, without the spread of their means",
)
def test_moment_match(compare):
    def loss(at):
        return relative_entropy(P, normal(at[0], math.exp(at[1]))).item()

    best = minimize(loss, [0.5, 0.5], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-13})
    mean = integral(P * X)
    variance = integral(P * (X - mean) ** 2)
    within = math.log(math.sqrt(0.4 * 0.3**2 + 0.6 * 0.5**2))
    right = [mean.item(), 0.5 * math.log(variance)]
    compare(right, best.x, tol=1e-5, wrong=[mean.item(), within])


@verifies(
    "eq-kl-cross-entropy", against="the closed form of the Gaussian KL", wrong="the entropy added"
)
def test_kl_cross_entropy(compare):
    gaussians = [torch.distributions.Normal(torch.tensor(m).double(), s) for m, s in (ONE, TWO)]
    expected = torch.distributions.kl_divergence(*gaussians)
    p = normal(*ONE)
    cross, entropy = -integral(p * log_normal(*TWO)), norm.entropy(*ONE)
    compare(cross - entropy, expected, tol=1e-6, wrong=cross + entropy)


def score_by_machine(log_density):
    x = X.clone().requires_grad_(True)
    return torch.autograd.grad(log_density(x).sum(), x)[0]


@verifies(
    "eq-fisher-gaussians",
    against="scores by automatic differentiation, then quadrature",
    wrong="s2 squared under the means, and s2 in front of the bracket",
)
def test_fisher_gaussians(compare):
    (m1, s1), (m2, s2) = ONE, TWO
    gap = score_by_machine(lambda x: log_normal(m1, s1, x) - log_normal(m2, s2, x))
    expected = integral(normal(*ONE) * gap**2)
    bracket, means = (1 / s1**2 - 1 / s2**2) ** 2, (m1 - m2) ** 2
    found = s1**2 * bracket + means / s2**4
    compare(found, expected, tol=1e-10, wrong=s1**2 * bracket + means / s2**2)
    compare(found, expected, tol=1e-10, wrong=s2**2 * bracket + means / s2**4)


@verifies(
    "eq-fisher-constant",
    against="the exact score of q, and the divergence of q itself",
    wrong="the gradient of the density in place of its logarithm",
)
def test_fisher_constant(compare):
    inside = X.abs() < 6
    exact = DATA.score(X[:, None])[:, 0]

    def seven(x):
        return 7 * DATA.log_prob(x[:, None]).exp()

    found = score_by_machine(lambda x: seven(x).log())[inside]
    wrong = (score_by_machine(seven) / P)[inside]
    compare(found, exact[inside], tol=1e-9, wrong=wrong)
    p, q = (normal(*law)[inside] for law in (ONE, TWO))
    seventh = integral(p * (p.log() - (7 * q).log()), X[inside])  # KL does change
    compare(
        [fisher(p, 7 * q, X[inside]), seventh],
        [fisher(p, q, X[inside]), relative_entropy(normal(*ONE), normal(*TWO)) - math.log(7)],
        tol=1e-6,
        wrong=[7 * fisher(p, q, X[inside]), seventh],
    )


@verifies(
    "eq-fisher-bell",
    against="the definition, by quadrature with the exact score",
    wrong="1 in place of 2 over s squared",
)
def test_fisher_bell(compare):
    score = DATA.score(X[:, None])[:, 0]

    def direct(m, s):
        return integral(P * (score + (X - m) / s**2) ** 2)

    mean, variance = integral(P * X), integral(P * X**2) - integral(P * X) ** 2

    def formula(m, s, factor=2):
        return -factor / s**2 + (variance + (mean - m) ** 2) / s**4

    base = integral(P * score**2)
    for m, s in ((0.0, 1.298), (0.7, 0.9), (-1.0, 2.0)):
        compare(base + formula(m, s), direct(m, s), tol=1e-8, wrong=base + formula(m, s, 1))


@verifies(
    "eq-f-members",
    against="the definitions of KL, JS and TV",
    wrong="KL the other way round; JS and TV without the half",
)
def test_f_members(compare):
    p, q = two_bumps()
    u, middle = p / q, (p + q) / 2
    log = torch.log

    def average(f):
        return integral(q * f)

    forward = average(torch.xlogy(u, u))
    compare(forward, relative_entropy(p, q), tol=1e-10, wrong=average(-log(u)))
    shannon = average(torch.xlogy(u, u) - (u + 1) * log((u + 1) / 2))
    expected = (relative_entropy(p, middle) + relative_entropy(q, middle)) / 2
    compare(shannon / 2, expected, tol=1e-10, wrong=shannon)
    absolute = average((u - 1).abs())
    compare(absolute / 2, largest_gap(), tol=1e-6, wrong=absolute)


def largest_gap():
    """sup_A |P(A) - Q(A)| of the two bumps, from distribution functions and crossing points."""

    def density_gap(x):
        return 0.3 * norm.pdf(x, -2, 0.7) + 0.7 * norm.pdf(x, 1.5, 0.9) - norm.pdf(x, 0.2, 1.8)

    ends = crossings(density_gap)
    gaps = [mass_gap(b) - mass_gap(a) for a, b in pairwise(ends)]
    return sum(gap for gap in gaps if gap > 0)


def mass_gap(x):
    return 0.3 * norm.cdf(x, -2, 0.7) + 0.7 * norm.cdf(x, 1.5, 0.9) - norm.cdf(x, 0.2, 1.8)


def crossings(gap):
    places = np.linspace(-9, 9, 1801)
    signs = np.sign(gap(places))
    turns = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    return [-40.0, *(brentq(gap, places[i], places[i + 1]) for i in turns), 40.0]


@verifies(
    "eq-tv",
    against="the best event from distribution functions, and 2,000 other events",
    wrong="without the half",
)
def test_tv(compare):
    p, q = two_bumps()
    area = integral((p - q).abs())
    compare(area / 2, largest_gap(), tol=1e-6, wrong=area)
    rng = np.random.default_rng(1)
    ends = np.sort(rng.uniform(-6, 6, (2000, 4)), 1)  # unions of two intervals
    gaps = mass_gap(ends[:, 1]) - mass_gap(ends[:, 0]) + mass_gap(ends[:, 3]) - mass_gap(ends[:, 2])
    above = max(0.0, np.abs(gaps).max() - area.item() / 2)
    quarter = max(0.0, np.abs(gaps).max() - area.item() / 4)
    compare(above, 0.0, tol=1e-6, wrong=quarter)  # no event beats it, some beat half of it


@verifies(
    "eq-js-bound",
    against="60 pairs of mixtures: how far outside of the bounds",
    wrong="half of log 2 as the bound",
)
def test_js_bound(compare):
    values = []
    for p, q in random_pairs(60):
        middle = (p + q) / 2
        values.append((relative_entropy(p, middle) + relative_entropy(q, middle)) / 2)
    values = torch.stack(values)
    outside = (-values).clamp(min=0) + (values - math.log(2)).clamp(min=0)
    compare(outside.max(), 0.0, tol=1e-9, wrong=(values - math.log(2) / 2).clamp(min=0).max())
    p, q = normal(-5, 0.5), normal(5, 0.5)  # laws that never meet reach the bound
    reached = relative_entropy(p, (p + q) / 2) / 2 + relative_entropy(q, (p + q) / 2) / 2
    compare(reached, math.log(2), tol=1e-9, wrong=2 * reached)


@verifies(
    "eq-w1-line",
    against="the cheapest plan, by linear programming over couplings",
    wrong="the absolute value outside of the integral",
)
def test_w1_line(compare):
    rng = np.random.default_rng(2)
    a, b = np.sort(rng.normal(0, 1, 5)), np.sort(rng.normal(0.3, 2, 7))
    p, q = rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(7))
    rows, columns = np.kron(np.eye(5), np.ones(7)), np.kron(np.ones(5), np.eye(7))
    marginals = {"A_eq": np.vstack([rows, columns]), "b_eq": np.concatenate([p, q])}
    cost = np.abs(a[:, None] - b[None, :]).ravel()
    plan = linprog(cost, **marginals, bounds=(0, None))
    assert plan.status == 0

    ends = np.sort(np.concatenate([a, b]))
    left = ends[:-1, None]
    gap = (p * (a <= left)).sum(1) - (q * (b <= left)).sum(1)
    area, signed = (np.abs(gap) * np.diff(ends)).sum(), abs((gap * np.diff(ends)).sum())
    compare(area, plan.fun, tol=1e-9, wrong=signed)

    levels = np.sort(np.concatenate([[0], p.cumsum(), q.cumsum()]))
    u = (levels[1:] + levels[:-1]) / 2
    hauls = a[np.searchsorted(p.cumsum(), u).clip(max=4)]
    hauls = hauls - b[np.searchsorted(q.cumsum(), u).clip(max=6)]
    width = np.diff(levels)
    compare((np.abs(hauls) * width).sum(), plan.fun, tol=1e-9, wrong=abs((hauls * width).sum()))


@verifies(
    "eq-importance-z",
    against="Z by adaptive quadrature; also 100,000 draws within 5 standard errors",
    wrong="the average of log w in place of w",
)
def test_importance_z(compare):
    def energy(x):
        return (x**2 - 1) ** 2 + 0.3 * x

    expected, _ = quad(lambda x: math.exp(-energy(x)), -6, 6)
    q = normal(0, 1.2)
    inside = X.abs() < 8
    log_w = -energy(X) - log_normal(0, 1.2)
    found = integral((q * log_w.exp())[inside], X[inside])
    wrong = integral((q * log_w)[inside], X[inside]).exp()
    compare(found, expected, tol=1e-8, wrong=wrong)
    rng = np.random.default_rng(3)
    draws = 1.2 * rng.standard_normal(100_000)
    log_w = -energy(draws) - norm.logpdf(draws, 0, 1.2)
    noise = 5 * np.exp(log_w).std() / math.sqrt(len(draws))
    compare(np.exp(log_w).mean(), expected, tol=noise, wrong=np.exp(log_w.mean()))


@verifies(
    "eq-importance-variance",
    against="the variance of the weight, by quadrature in 1 and 2 dimensions",
    wrong="s in place of s squared, and no power D",
)
def test_importance_variance(compare):
    s = 1.5
    base = s**2 / math.sqrt(2 * s**2 - 1)
    x = torch.linspace(-12, 12, 2401, dtype=torch.float64)
    log_q = log_normal(0, s, x)
    log_w = log_normal(0, 1, x) - log_q  # w / Z, so its mean is 1
    line = integral((log_q + 2 * log_w).exp(), x) - 1
    compare(base - 1, line, tol=1e-9, wrong=s / math.sqrt(2 * s**2 - 1) - 1)
    x, log_q, log_w = x[::8], log_q[::8], log_w[::8]
    both = (log_q[:, None] + log_q + 2 * (log_w[:, None] + log_w)).exp()
    plane = torch.trapezoid(torch.trapezoid(both, x), x) - 1
    compare(base**2 - 1, plane, tol=1e-9, wrong=base - 1)
