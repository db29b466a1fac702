"""Checks of the section on flow maps: quantiles on the line, quadrature and other ODE solvers."""

import numpy as np
import torch
from references import MEANS, STDS, WEIGHTS, posterior_mean, solve
from scipy.linalg import sqrtm
from scipy.optimize import brentq
from scipy.stats import norm
from torch.func import jvp
from verification import verifies

X = np.array([-1.9, -0.8, 0.1, 0.6, 1.7])
S, R, T = 0.8, 0.55, 0.2
H = 1e-4
DEFINITIONS: dict[str, str] = {}


def levels(t):
    return np.cos(0.5 * np.pi * t), np.sin(0.5 * np.pi * t)


def rates(t):
    return -0.5 * np.pi * np.sin(0.5 * np.pi * t), 0.5 * np.pi * np.cos(0.5 * np.pi * t)


def psi(x, s, t):
    """The flow map of GM1 on the line, by quantiles: the mass to the left of a point is kept."""

    def mass(x, t):
        a, b = levels(t)
        return WEIGHTS @ norm.cdf(x, a * MEANS, np.sqrt(a**2 * STDS**2 + b**2))

    def end(mass_left):
        return brentq(lambda y: mass(y, t) - mass_left, -9, 9, xtol=1e-14, rtol=1e-14)

    return np.array([end(mass(one, s)) for one in x])


def velocity(x, t):
    """alpha' E[x_0 | x] + sigma' E[eps | x], by quadrature over x_0."""
    (a, b), (da, db) = levels(t), rates(t)
    return posterior_mean(lambda x0, x: da * x0 + db * (x - a * x0) / b, x, a, b)


def mean_velocity(x, s, t):
    return (psi(x, s, t) - x) / (t - s)


def slope(f, at):
    return (f(at + H) - f(at - H)) / (2 * H)


@verifies(
    "eq-maps-lagrangian",
    against="the flow map of GM1 by quantiles, differentiated; the velocity by quadrature",
    wrong="the velocity where the path starts, and the velocity of time s at the end",
)
def test_the_end_moves_with_the_velocity_of_the_end(compare):
    end, moves = psi(X, S, T), slope(lambda t: psi(X, S, t), T)
    compare(velocity(end, T), moves, tol=1e-5, wrong=velocity(X, T))
    compare(velocity(end, T), moves, tol=1e-5, wrong=velocity(end, S))
    compare(psi(X, S, S), X, tol=1e-10)


@verifies(
    "eq-maps-composition",
    against="the flow map of GM1 by quantiles, up and down in time",
    wrong="the times of the two legs exchanged; one Euler step for each leg",
)
def test_two_legs_are_one_way(compare):
    for s, r, t in ((S, R, T), (T, S, R)):
        whole = psi(X, s, t)
        compare(psi(psi(X, s, r), r, t), whole, tol=1e-9, wrong=psi(psi(X, r, t), s, r))

    def euler(x, s, t):
        return x + (t - s) * velocity(x, s)

    compare(psi(psi(X, S, R), R, T), psi(X, S, T), tol=1e-9, wrong=euler(euler(X, S, R), R, T))


@verifies(
    "eq-maps-eulerian",
    against="the flow map of GM1 by quantiles, differentiated in start and place: the change of "
    "the end with s must be undone by the slide of the start",
    wrong="the sign of the second term; the velocity of time t",
)
def test_sliding_the_start_leaves_the_end(compare):
    by_time = slope(lambda s: psi(X, s, T), S)
    by_place = slope(lambda h: psi(X + h, S, T), 0.0)
    compare(by_place * velocity(X, S), -by_time, tol=1e-5, wrong=-by_place * velocity(X, S))
    compare(by_place * velocity(X, S), -by_time, tol=1e-5, wrong=by_place * velocity(X, T))


@verifies(
    "eq-maps-gaussian",
    against="the ODE with the velocity of a Gaussian in the plane, solved by another library",
    wrong="V_t V_s^-1 without the roots; the mean left where it was; the Cholesky factors",
)
def test_the_map_of_a_gaussian_is_affine(compare):
    mean, cov = np.array([0.7, -0.4]), np.array([[0.5, 0.2], [0.2, 0.3]])
    x = np.array([0.9, -1.1])

    def spread(t):
        a, b = levels(t)
        return a**2 * cov + b**2 * np.eye(2)

    def slope_of_the_ode(t, x):
        (a, b), (da, db) = levels(t), rates(t)
        pull = np.linalg.solve(spread(t), x - a * mean)
        return da * (mean + a * cov @ pull) + db * b * pull

    end = solve(slope_of_the_ode, x, S, T)
    shift, (a, _), (b, _) = x - levels(S)[0] * mean, levels(S), levels(T)
    before, after = spread(S), spread(T)
    found = b * mean + sqrtm(after) @ np.linalg.inv(sqrtm(before)) @ shift
    no_roots = b * mean + after @ np.linalg.inv(before) @ shift
    no_shift = a * mean + sqrtm(after) @ np.linalg.inv(sqrtm(before)) @ shift
    lower = [np.linalg.cholesky(v) for v in (before, after)]
    cholesky = b * mean + lower[1] @ np.linalg.inv(lower[0]) @ shift
    for wrong in (no_roots, no_shift, cholesky):
        compare(found, end, tol=1e-4 if wrong is cholesky else 1e-7, wrong=wrong)


@verifies(
    "eq-maps-mean",
    against="the flow map of GM1 over a short way, and the velocity by quadrature",
    wrong="0 at equal times; the velocity of another time",
)
def test_at_equal_times_the_mean_velocity_is_the_velocity(compare):
    limit = 0.5 * (mean_velocity(X, S, S + H) + mean_velocity(X, S, S - H))
    compare(limit, velocity(X, S), tol=1e-5, wrong=0 * X)
    compare(limit, velocity(X, S), tol=1e-5, wrong=velocity(X, S + 0.01))
    rebuilt = X + (T - S) * mean_velocity(X, S, T)
    compare(rebuilt, psi(X, S, T), tol=1e-10, wrong=X + (S - T) * mean_velocity(X, S, T))


@verifies(
    "eq-maps-meanflow",
    against="the average velocity of GM1 by quantiles, its slope along the path by a difference",
    wrong="a plus for the minus; the slope at a fixed place; the velocity of time t for that of s",
)
def test_the_meanflow_identity(compare):
    u = mean_velocity(X, S, T)

    def right(sign, v, moving):
        along = slope(lambda s: mean_velocity(X + moving * (s - S) * v, s, T), S)
        return v - sign * (S - T) * along

    v = velocity(X, S)
    for wrong in (right(-1, v, 1), right(1, v, 0), right(1, velocity(X, T), 1)):
        compare(right(1, v, 1), u, tol=1e-5, wrong=wrong)


@verifies(
    "eq-maps-halves",
    against="the flow map of GM1 by quantiles",
    wrong="the second half entered where the first began; halves of unequal length",
)
def test_the_whole_is_the_mean_of_its_halves(compare):
    def right(r, through):
        return 0.5 * (mean_velocity(X, S, r) + mean_velocity(through, r, T))

    middle, u = 0.5 * (S + T), mean_velocity(X, S, T)
    found = right(middle, psi(X, S, middle))
    compare(found, u, tol=1e-9, wrong=right(middle, X))
    compare(found, u, tol=1e-9, wrong=right(R + 0.1, psi(X, S, R + 0.1)))


@verifies(
    "eq-maps-target",
    against="the average of the left side over x_0 given x_s, by quadrature, for u = sin(2x + s)",
    wrong="the sample of time t for that of s; the sign of the slope",
)
def test_a_sample_may_stand_for_the_velocity(compare):
    (a, b), way = levels(S), S - T
    by_time, by_place = np.cos(2 * X + S), 2 * np.cos(2 * X + S)

    def averaged(t):
        da, db = rates(t)

        def target(x0, x):
            sample = da * x0 + db * (x - a * x0) / b
            return sample - way * (np.cos(2 * x + S) + 2 * np.cos(2 * x + S) * sample)

        return posterior_mean(target, X, a, b)

    v = velocity(X, S)
    right = v - way * (by_time + by_place * v)
    compare(averaged(S), right, tol=1e-8, wrong=averaged(T))
    compare(averaged(S), right, tol=1e-8, wrong=v + way * (by_time + by_place * v))
    # and the slope of the equation is what the page's jvp computes
    x, s, direction = (torch.as_tensor(one) for one in (X, np.full(5, S), v))
    found = jvp(lambda x, s: torch.sin(2 * x + s), (x, s), (direction, torch.ones_like(s)))[1]
    np.testing.assert_allclose(found, by_time + by_place * v, atol=1e-12)
