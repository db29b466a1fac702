"""The equations of the page on likelihood, against solved ODEs, quadrature and enumeration."""

import itertools

import numpy as np
from references import MEANS, STDS, WEIGHTS, hermite, noisy_score, solve, vp
from scipy.integrate import quad, quad_vec
from scipy.linalg import expm
from scipy.stats import multivariate_normal, norm
from verification import verifies

DEFINITIONS = {
    "eq-like-budget": "an identity: each term begins with what the one before ends with",
}

LOW, HIGH = 0.1, 20.0  # the linear rate beta(t) of VP, which has f = -beta/2 and g^2 = beta
X = np.array([-1.9, -1.1, -0.3, 0.2, 1.4])
H = 1e-5


def levels(t):
    return (float(v) for v in vp(t))


def log_p(x, t):
    """log p_t of GM1, in closed form."""
    alpha, sigma = levels(t)
    std = np.sqrt(alpha**2 * STDS**2 + sigma**2)
    return np.log((WEIGHTS * norm.pdf(np.asarray(x)[:, None], alpha * MEANS, std)).sum(1))


def velocity(t, x):
    alpha, sigma = levels(t)
    rate = LOW + (HIGH - LOW) * t
    return -0.5 * rate * (x + noisy_score(x, alpha, sigma))


def divergence(t, x):
    return (velocity(t, x + H) - velocity(t, x - H)) / (2 * H)


def slope_along(t):
    """d/dt log p_t(x(t)) at the points X, from the solved path and the closed density."""
    h = 1e-3
    later, earlier = solve(velocity, X, t, t + h), solve(velocity, X, t, t - h)
    return (log_p(later, t + h) - log_p(earlier, t - h)) / (2 * h)


@verifies("eq-like-total", against="log p_t along a solved path", wrong="the transport's sign")
def test_total_derivative(compare):
    t = 0.2
    in_time = (log_p(X, t + H) - log_p(X, t - H)) / (2 * H)
    alpha, sigma = levels(t)
    carried = velocity(t, X) * noisy_score(X, alpha, sigma)
    compare(in_time + carried, slope_along(t), tol=1e-3, wrong=in_time - carried)


@verifies("eq-like-instant", against="log p_t along a solved path", wrong="the sign")
def test_instantaneous_change_of_variables(compare):
    t = 0.2
    spread = divergence(t, X)
    compare(-spread, slope_along(t), tol=1e-3, wrong=spread)


@verifies(
    "eq-like-augmented",
    "eq-like-log-prob",
    against="the mixture's own density, with the true law at T",
    wrong="delta subtracted; the prior forgotten; g^2 halved",
)
def test_log_density_by_the_augmented_ode(compare):
    def run(share):
        def right(t, state):
            x = state[:5]

            def u(x):
                alpha, sigma = levels(t)
                rate = LOW + (HIGH - LOW) * t
                return -0.5 * rate * x - share * rate * noisy_score(x, alpha, sigma)

            return np.concatenate([u(x), (u(x + H) - u(x - H)) / (2 * H)])

        end = solve(right, np.concatenate([X, np.zeros(5)]), 0.0, 1.0)
        return log_p(end[:5], 1.0), end[5:]

    prior, delta = run(0.5)
    truth = log_p(X, 0.0)
    compare(prior + delta, truth, tol=1e-4, wrong=prior - delta)
    compare(prior + delta, truth, tol=1e-4, wrong=delta)
    compare(prior + delta, truth, tol=1e-4, wrong=sum(run(0.25)))


@verifies("eq-like-gaussian", against="the two Gaussian densities", wrong="the half missing")
def test_gaussian(compare):
    s, D, t = 0.6, 3, 0.35
    x0 = np.array([0.4, -0.9, 0.2])
    alpha, sigma = levels(t)
    v = alpha**2 * s**2 + sigma**2
    x = solve(lambda t, x: gaussian_velocity(t, x, s), x0, 0.0, t)
    ends = norm.logpdf(x0, 0, s).sum() - norm.logpdf(x, 0, np.sqrt(v)).sum()
    found = D / 2 * np.log(v / s**2)
    compare(found, ends, tol=1e-8, wrong=2 * found)


def gaussian_velocity(t, x, s):
    alpha, sigma = levels(t)
    rate = LOW + (HIGH - LOW) * t
    return -0.5 * rate * (x - x / (alpha**2 * s**2 + sigma**2))


COV = np.array([[0.5, 0.2, 0.0], [0.2, 0.3, 0.1], [0.0, 0.1, 0.2]])


def integrated_jacobian(t_end):
    """M for Gaussian data by quadrature of the Jacobian of the velocity, entry by entry."""

    def jacobian(t):
        alpha, sigma = levels(t)
        rate = LOW + (HIGH - LOW) * t
        return -0.5 * rate * (np.eye(3) - np.linalg.inv(alpha**2 * COV + sigma**2 * np.eye(3)))

    return quad_vec(jacobian, 0, t_end, epsabs=1e-11)[0]


@verifies("eq-like-probe", against="all sign vectors, and the change of volume", wrong="g^2 halved")
def test_one_probe_for_the_path(compare):
    t = 0.4
    M = integrated_jacobian(t)
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    mean = np.mean([u @ M @ u for u in signs])
    alpha, sigma = levels(t)
    end = alpha**2 * COV + sigma**2 * np.eye(3)
    x0, white = np.array([0.4, -0.3, 0.2]), np.linalg.inv(COV)
    x_T = expm(M) @ x0  # the Jacobians of all times commute
    law_0, law_T = (multivariate_normal(np.zeros(3), c) for c in (COV, end))
    expected = law_0.logpdf(x0) - law_T.logpdf(x_T)
    compare(mean, expected, tol=1e-8, wrong=mean / 2)
    compare(expm(2 * M), end @ white, tol=1e-7, wrong=expm(M))  # M = log(S_T / S_0) / 2


@verifies(
    "eq-like-probe-variance",
    against="all sign vectors, and Gauss-Hermite quadrature",
    wrong="the diagonal with signs, and without it",
)
def test_variances(compare):
    M = np.array([[0.7, 0.4, -0.2], [0.1, -0.5, 0.3], [0.6, 0.2, 0.9]])
    S = (M + M.T) / 2
    whole, off = 2 * (S**2).sum(), 2 * ((S**2).sum() - (np.diag(S) ** 2).sum())
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    compare(off, np.var([u @ M @ u for u in signs]), tol=1e-12, wrong=whole)
    node, weight = hermite(6)
    u = np.array(list(itertools.product(node, repeat=3)))
    w = np.array([np.prod(p) for p in itertools.product(weight, repeat=3)])
    values = np.einsum("ni,ij,nj->n", u, M, u)
    mean = w @ values
    compare(whole, w @ (values - mean) ** 2, tol=1e-10, wrong=off)


def level_mass(y, mean=90.3, std=4.0):
    """The probability of the grey level y of a Gaussian cut into levels [y, y + 1)."""
    return norm.cdf(y + 1, mean, std) - norm.cdf(y, mean, std)


@verifies("eq-like-bits", against="the probability of grey levels", wrong="the offset's sign")
def test_bits(compare):
    """A density constant on each level: its bits are those of the levels, in any units."""
    pair = np.array([88.0, 93.0])
    bits = -np.log2(level_mass(pair)).sum() / 2
    for k in (1, 128, 256):  # levels in a unit: the density is k times that of a level, D = 2
        log_density = np.log(level_mass(pair)).sum() + 2 * np.log(k)
        share = -log_density / (2 * np.log(2))
        wrong = share - np.log2(k) if k > 1 else None
        compare(share + np.log2(k), bits, tol=1e-10, wrong=wrong)


@verifies("eq-like-dequantised", against="the KL divergence by quadrature", wrong="the sides")
def test_dequantised(compare):
    """log P(y) - E_u log p(y + u) is the divergence of uniform noise from p(u | y)."""
    y, P = 97.0, level_mass(97.0)
    mean_log = quad(lambda u: norm.logpdf(y + u, 90.3, 4.0), 0, 1)[0]
    conditional = quad(lambda u: -np.log(norm.pdf(y + u, 90.3, 4.0) / P), 0, 1, epsabs=1e-13)[0]
    compare(np.log(P) - mean_log, conditional, tol=1e-8, wrong=mean_log - np.log(P))
    assert conditional > 1e-3
