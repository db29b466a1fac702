"""Checks of the section on the probability flow, by autograd, quadrature and solved ODEs."""

from itertools import pairwise

import numpy as np
import torch
from references import MEANS, STDS, WEIGHTS, posterior_mean, solve, vp
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.stats import norm, wasserstein_distance
from verification import verifies

DEFINITIONS = {
    "eq-pf-sde": "defines the form of the forward equation",
    "eq-pf-test-function": "step of the proof of eq-pf-ode, whose marginals are tested",
}

LOW, HIGH = 0.1, 20.0  # the linear rate beta(t) of VP, which has f = -beta/2 and g^2 = beta
X = np.linspace(-2.5, 2.0, 7)


def rate(t):
    return LOW + (HIGH - LOW) * t


# -- two correlated Gaussians in the plane: densities and their derivatives ------------------------

PLANE_MEANS = torch.tensor([[1.0, -0.5], [-1.2, 0.7]], dtype=torch.float64)
PLANE_COVS = torch.tensor([[[0.5, 0.2], [0.2, 0.3]], [[0.2, -0.1], [-0.1, 0.6]]]).double()
SHARES = torch.tensor([0.3, 0.7], dtype=torch.float64)
POINTS = torch.tensor([[0.3, 0.1], [-1.0, 0.8], [1.4, -1.1], [0.0, -0.9]], dtype=torch.float64)


def log_density(x, t):
    """log p_t of the noisy mixture in the plane."""
    alpha, sigma = vp(t)
    law = torch.distributions.MultivariateNormal(
        alpha * PLANE_MEANS, alpha**2 * PLANE_COVS + sigma**2 * torch.eye(2, dtype=torch.float64)
    )
    return torch.logsumexp(law.log_prob(x[:, None]) + SHARES.log(), 1)


def density(x, t):
    return log_density(x, t).exp()


def score(x, t):
    return torch.func.grad(lambda x: log_density(x, t).sum())(x)


def divergence(field, x):
    """The divergence of a field (B, 2) -> (B, 2) at each point."""
    axes = torch.eye(2, dtype=x.dtype)
    columns = (torch.func.jvp(field, (x,), (axis.expand_as(x),))[1] @ axis for axis in axes)
    return sum(columns)


def change_of_density(t):
    t = torch.tensor(t, dtype=torch.float64)
    return torch.func.jvp(lambda t: density(POINTS, t), (t,), (torch.ones_like(t),))[1]


@verifies(
    "eq-pf-fokker-planck",
    against="time derivative of the density of alpha x_0 + sigma eps, by autograd",
    wrong="the half before the Laplacian missing",
)
def test_fokker_planck(compare):
    t = 0.25

    def right(half):
        carried = divergence(lambda x: -0.5 * rate(t) * x * density(x, t)[:, None], POINTS)
        laplacian = divergence(
            torch.func.grad(lambda x: density(x, t).sum()),
            POINTS,
        )
        return -carried + half * rate(t) * laplacian

    compare(right(0.5), change_of_density(t), tol=1e-12, wrong=right(1.0))


@verifies(
    "eq-pf-rewrite",
    against="the Laplacian of the density by finite differences",
    wrong="the density missing from the current",
)
def test_spreading_is_a_current(compare):
    t, h = 0.25, 1e-3
    steps = h * torch.eye(2, dtype=torch.float64)
    second = sum(density(POINTS + e, t) + density(POINTS - e, t) for e in steps)
    laplacian = (second - 4 * density(POINTS, t)) / h**2
    current = divergence(lambda x: 0.5 * rate(t) * score(x, t) * density(x, t)[:, None], POINTS)
    without = divergence(lambda x: 0.5 * rate(t) * score(x, t), POINTS)
    compare(current, 0.5 * rate(t) * laplacian, tol=1e-5, wrong=without)


@verifies(
    "eq-pf-continuity",
    against="time derivative of the density of alpha x_0 + sigma eps, by autograd",
    wrong="g squared without its half in the velocity",
)
def test_continuity(compare):
    t = 0.25

    def right(half):
        def current(x):
            velocity = -0.5 * rate(t) * x - half * rate(t) * score(x, t)
            return velocity * density(x, t)[:, None]

        return -divergence(current, POINTS)

    compare(right(0.5), change_of_density(t), tol=1e-12, wrong=right(1.0))


@verifies(
    "eq-pf-ode",
    against="the map between correlated Gaussians by matrix square roots",
    wrong="g squared without its half",
)
def test_flow_of_a_gaussian(compare):
    mean, cov = PLANE_MEANS[0].numpy(), PLANE_COVS[0].numpy()

    def moments(t):
        alpha, sigma = (float(c) for c in vp(t))
        return alpha * mean, alpha**2 * cov + sigma**2 * np.eye(2)

    def root(matrix, power):
        values, vectors = np.linalg.eigh(matrix)
        return (vectors * values**power) @ vectors.T

    def flow(half):
        def right(t, x):
            centre, spread = moments(t)
            return -0.5 * rate(t) * x + half * rate(t) * np.linalg.solve(spread, x - centre)

        return solve(right, start, 0.05, 0.6)

    start = np.array([0.2, 0.9])
    (m0, v0), (m1, v1) = moments(0.05), moments(0.6)
    expected = m1 + root(v1, 0.5) @ root(v0, -0.5) @ (start - m0)
    compare(flow(0.5), expected, tol=1e-9, wrong=flow(1.0))


# -- the two heaps on the line ---------------------------------------------------------------------


def parts(t):
    alpha, sigma = (float(c) for c in vp(t))
    return alpha * MEANS, np.sqrt(alpha**2 * STDS**2 + sigma**2)


def cdf(x, t):
    centres, stds = parts(t)
    return float((WEIGHTS * norm.cdf(x, centres, stds)).sum())


def line_velocity(half):
    def right(t, x):
        centres, stds = parts(t)
        bells = WEIGHTS * norm.pdf(x[:, None], centres, stds)
        s = (bells * (centres - x[:, None]) / stds**2).sum(1) / bells.sum(1)
        return -0.5 * rate(t) * x - half * rate(t) * s

    return right


@verifies(
    "eq-pf-quantile",
    against="quantiles of the noisy law by root finding",
    wrong="0.6 in place of the half",
)
def test_ranks_are_kept(compare):
    start = np.array([-1.8, -0.6, 0.4, 1.6])
    ranks = [cdf(x, 0.01) for x in start]
    expected = [brentq(lambda y, rank=rank: cdf(y, 0.3) - rank, -9, 9) for rank in ranks]
    right, wrong = (solve(line_velocity(half), start, 0.01, 0.3) for half in (0.5, 0.6))
    compare(right, expected, tol=1e-9, wrong=wrong)


@verifies(
    "eq-pf-velocity",
    against="f x - g^2 score / 2 with the score in closed form",
    wrong="the sign of the noise part",
)
def test_velocity_from_posterior_means(compare):
    t = 0.3
    dual = torch.tensor(t, dtype=torch.float64)
    levels_and_rates = torch.func.jvp(vp, (dual,), (torch.ones_like(dual),))
    (alpha, sigma), (alpha_dot, sigma_dot) = ([float(c) for c in part] for part in levels_and_rates)
    x0 = posterior_mean(lambda x0, x: x0, X, alpha, sigma)
    eps = posterior_mean(lambda x0, x: (x - alpha * x0) / sigma, X, alpha, sigma)
    found, wrong = (alpha_dot * x0 + sign * sigma_dot * eps for sign in (1, -1))
    compare(found, line_velocity(0.5)(t, X), tol=1e-9, wrong=wrong)


@verifies(
    "eq-pf-integral",
    against="quadrature of the velocity along a solved path, both ways",
    wrong="the limits of the integral exchanged",
)
def test_both_directions(compare):
    begin, end = 0.05, 0.6
    path = solve_ivp(
        line_velocity(0.5), (end, begin), [0.8], "DOP853", rtol=1e-12, atol=1e-13, dense_output=True
    ).sol
    down, _ = quad(lambda t: line_velocity(0.5)(t, path(t))[0], end, begin)
    low, high = path(begin)[0], path(end)[0]
    compare([high + down, low - down], [low, high], tol=1e-7, wrong=[high - down, low + down])


# -- one Gaussian on the line: the factor one half, and the fate of a push ------------------------

S = 0.5


def correlation(t):
    """rho_t and the standard deviation of x_t."""
    alpha, sigma = (float(c) for c in vp(t))
    std = np.sqrt(alpha**2 * S**2 + sigma**2)
    return alpha * S / std, std


def gaussian_slope(share):
    """dx/dt of the ODE with `share` times g^2 score; it is linear in x."""
    return lambda t, x: (-0.5 + share / correlation(t)[1] ** 2) * rate(t) * x


@verifies(
    "eq-pf-share",
    against="the linear ODE solved from T to 0",
    wrong="rho where rho squared belongs",
)
def test_share_of_the_score(compare):
    end, shares = 0.6, np.array([0.3, 0.5, 0.8, 1.0])
    rho, std = correlation(end)
    rides = np.array([solve(gaussian_slope(c), std, end, 0.0)[0] for c in shares])
    found, wrong = S**2 * rho ** (4 * shares - 2), S**2 * rho ** (2 * shares - 1)
    compare(found, rides**2, tol=1e-9, wrong=wrong)


@verifies(
    "eq-pf-kick",
    against="two paths of the flow, and the mean of the reverse SDE, solved as ODEs",
    wrong="the SDE keeps rho squared of what the flow keeps",
)
def test_push(compare):
    t, push = 0.35, 0.4
    rho, std = correlation(t)
    apart = np.diff([solve(gaussian_slope(0.5), x, t, 0.0)[0] for x in (0.7, 0.7 + push)])[0]
    shift = solve(gaussian_slope(1.0), push, t, 0.0)[0]  # linear drift: means obey the same ODE
    flow = S / std * push
    compare([flow, rho * flow], [apart, shift], tol=1e-9, wrong=[flow, rho**2 * flow])


@verifies(
    "eq-pf-mean-path",
    against="the average of 40,000 simulated SDE paths (standard error 0.004)",
    wrong="alpha squared where alpha belongs",
)
def test_mean_of_paths(compare):
    rng, n, h = np.random.default_rng(0), 40_000, 0.001
    start, end = 3.0, 0.3
    x = np.full(n, start)
    for k in range(round(end / h)):
        beta = rate((k + 0.5) * h)
        x = x - 0.5 * beta * h * x + np.sqrt(beta * h) * rng.standard_normal(n)
    alpha = float(vp(end)[0])
    compare(alpha * start, x.mean(), tol=0.02, wrong=alpha**2 * start)


# -- solvers ---------------------------------------------------------------------------------------


def bent(t, x):
    """A velocity that depends on x and on t."""
    return np.cos(x) + t**2


def euler(u, x, s, t):
    return x + (t - s) * u(s, x)


def heun(u, x, s, t, second=None):
    second = t if second is None else second
    return x + 0.5 * (t - s) * (u(s, x) + u(second, euler(u, x, s, t)))


@verifies(
    "eq-pf-euler",
    against="the solved ODE and the second term of its Taylor series, both ways",
    wrong="the step back taken with the sign of a step forward",
)
def test_euler_step(compare):
    x, t, h = 0.4, 0.7, 1e-3
    u = bent(t, x)
    bend = 0.5 * h**2 * (2 * t - np.sin(x) * u)  # h^2 x'' / 2
    ahead, behind = (solve(bent, x, t, t + step)[0] for step in (h, -h))
    expected = [ahead - bend, behind - bend]
    compare([x + h * u, x - h * u], expected, tol=1e-8, wrong=[x + h * u, x + h * u])


@verifies(
    "eq-pf-heun",
    against="the solved ODE, both ways",
    wrong="the second look at the old time",
)
def test_heun_step(compare):
    x, t, h = 0.4, 0.7, 1e-3
    ends = [t + h, t - h]
    found = [heun(bent, x, t, end) for end in ends]
    expected = [solve(bent, x, t, end)[0] for end in ends]
    compare(found, expected, tol=1e-9, wrong=[heun(bent, x, t, end, second=t) for end in ends])


def run(step, x, times):
    for s, t in pairwise(times):
        x = step(lambda t, x: -x, x, s, t)
    return x


@verifies(
    "eq-pf-order",
    against="both methods run with 4,000 steps on x' = -x, error times n and n squared",
    wrong="the constants of Euler and Heun exchanged",
)
def test_order(compare):
    n = 4000
    times = np.linspace(0, 1, n + 1)
    found = [-1 / (2 * np.e), 1 / (6 * np.e)]
    measured = [
        n * (run(euler, 1.0, times) - np.exp(-1)),
        n**2 * (run(heun, 1.0, times) - np.exp(-1)),
    ]
    compare(found, measured, tol=2e-4, wrong=[-1 / (6 * np.e), 1 / (2 * np.e)])


@verifies(
    "eq-pf-round-trip",
    against="Euler run forward and back, 500 steps each way",
    wrong="the way out alone",
)
def test_there_and_back(compare):
    n = 500
    times = np.linspace(0, 1, n + 1)
    back = run(euler, run(euler, 1.0, times), times[::-1])
    product = (1 - 1 / n) ** n * (1 + 1 / n) ** n
    found = [product, (1 - 1 / n**2) ** n, 1 - 1 / n]
    compare(found, [back] * 3, tol=1 / n**2, wrong=[(1 - 1 / n) ** n] * 3)


@verifies("eq-pf-w1", against="scipy's Wasserstein distance", wrong="samples left unsorted")
def test_wasserstein(compare):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(500), 0.7 * rng.standard_normal(500) + 0.5
    found = np.abs(np.sort(x) - np.sort(y)).mean()
    compare(found, wasserstein_distance(x, y), tol=1e-12, wrong=np.abs(x - y).mean())
