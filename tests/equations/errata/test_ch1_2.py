"""Errata on divergences and variational autoencoders (chapters 1 and 2)."""

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from pytest import approx
from references import kl_normal
from scipy.optimize import linprog
from scipy.stats import norm
from verification import verifies

X = np.linspace(-12, 12, 24001)

# A linear Gaussian autoencoder, where everything has a closed form: x ~ N(0, V),
# encoder z = A x + B noise, decoder x = W z + S noise, prior z ~ N(0, 1).
V, A, B, W, S = 1.7, 0.4, 0.5, 1.3, 0.6


def integral(values, x=X):
    return float(values.sum() * (x[1] - x[0]))


def two_bumps(x):
    return 0.3 * norm.pdf(x, -2, 0.7) + 0.7 * norm.pdf(x, 1.5, 0.9)


def posterior(w=W, s=S):
    """The decoder's true posterior is N(slope x, std^2): returns slope and std."""
    return w / (w**2 + s**2), s / np.sqrt(w**2 + s**2)


def gap(w, s, a, b):
    """Average KL between the encoder and the decoder's true posterior, x ~ N(0, V)."""
    slope, std = posterior(w, s)
    return np.log(std / b) + (b**2 + (a - slope) ** 2 * V) / (2 * std**2) - 0.5


def log_evidence(w, s):
    """Average log p(x) of the decoder's marginal N(0, w^2 + s^2), x ~ N(0, V)."""
    return -0.5 * (np.log(2 * np.pi * (w**2 + s**2)) + V / (w**2 + s**2))


def elbo(w, s, a, b):
    """The ELBO from its definition, an average of a log-ratio over x and z (exact quadrature)."""
    node, weight = hermegauss(8)
    weight = np.outer(weight, weight) / weight.sum() ** 2
    x = np.sqrt(V) * node[:, None]
    z = a * x + b * node[None, :]
    ratio = norm.logpdf(x, w * z, s) + norm.logpdf(z) - norm.logpdf(z, a * x, b)
    return (weight * ratio).sum()


@verifies("err-E0-02", against="log p(x) minus the KL gap", wrong="log of the averaged ratio")
def test_e0_02(compare):
    x = 0.8
    q = norm.pdf(X, A * x, B)
    ratio = norm.pdf(x, W * X, S) * norm.pdf(X) / q.clip(1e-300)
    slope, std = posterior()
    exact = norm.logpdf(x, 0, np.hypot(W, S)) - kl_normal(A * x, B, slope * x, std)
    log_ratio = norm.logpdf(x, W * X, S) + norm.logpdf(X) - norm.logpdf(X, A * x, B)
    compare(integral(q * log_ratio), exact, tol=1e-9, wrong=np.log(integral(q * ratio)))
    compare(np.log(integral(q * ratio)), norm.logpdf(x, 0, np.hypot(W, S)), tol=1e-9)


@verifies("err-E0-05", against="moments of N(0, 1)", wrong="codes that are only standardised")
def test_e0_05(compare):
    p = 0.4 * norm.pdf(X, -1.5, 0.3) + 0.6 * norm.pdf(X, 1, 0.5)
    cdf = 0.4 * norm.cdf(X, -1.5, 0.3) + 0.6 * norm.cdf(X, 1, 0.5)
    keep = (cdf > 1e-15) & (cdf < 1 - 1e-15)
    code = np.zeros_like(cdf)
    code[keep] = norm.ppf(cdf[keep])
    plain = X / np.sqrt(integral(p * X**2))
    moments = [integral(p * code**k) for k in (2, 4, 6)]
    compare(moments, [1, 3, 15], tol=1e-5, wrong=[integral(p * plain**k) for k in (2, 4, 6)])


@verifies(
    "err-E1-02",
    against="integrals over the stretched laws",
    wrong="invariance, as f-divergences have",
)
def test_e1_02(compare):
    def discrepancies(stretch):
        p, q = (norm.pdf(X, 0, stretch * s) for s in (0.8, 1.1))
        score = [-X / (stretch * s) ** 2 for s in (0.8, 1.1)]
        moved = np.abs(norm.cdf(X, 0, stretch * 0.8) - norm.cdf(X, 0, stretch * 1.1))
        fisher = integral(p * (score[0] - score[1]) ** 2)
        return fisher, integral(p * np.log(p / q)), integral(moved)

    (fisher, kl, transport), stretched = discrepancies(0.5), discrepancies(1.0)
    compare(fisher / 4, stretched[0], tol=1e-9, wrong=fisher)
    assert stretched[1:] == approx((kl, 2 * transport), abs=1e-6)


@verifies("err-E1-06", against="2 JS - log 4", wrong="a discriminator that is not optimal")
def test_e1_06(compare):
    p, q = two_bumps(X), norm.pdf(X, 0.2, 1.8)
    js = 0.5 * integral(p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q)))

    def game(sharpness):
        logit = sharpness * np.log(p / q)
        return integral(-p * np.logaddexp(0, -logit) - q * np.logaddexp(0, logit))

    compare(game(1.0), 2 * js - np.log(4), tol=1e-9, wrong=game(0.3))


@verifies("err-E2-01", against="closed form of the Gaussian KL", wrong="entropy added")
def test_e2_01(compare):
    m0, s0, m1, s1 = 0.3, 0.8, -0.5, 1.4
    p = norm.pdf(X, m0, s0)
    cross, entropy = -integral(p * norm.logpdf(X, m1, s1)), norm.entropy(m0, s0)
    compare(cross - entropy, kl_normal(m0, s0, m1, s1), tol=1e-9, wrong=cross + entropy)
    assert (cross - entropy, cross + entropy) == approx((0.3861, 2.7777), abs=5e-5)


@verifies("err-E2-02", against="KL of the two joint Gaussians", wrong="posterior KL subtracted")
def test_e2_02(compare):
    q = np.array([[V, A * V], [A * V, A**2 * V + B**2]])
    p = np.array([[W**2 + S**2, W], [W, 1.0]])
    ratio = np.linalg.solve(p, q)
    joint = 0.5 * (np.trace(ratio) - 2 - np.log(np.linalg.det(ratio)))
    marginal = kl_normal(0, np.sqrt(V), 0, np.hypot(W, S))
    inner = gap(W, S, A, B)
    compare(marginal + inner, joint, tol=1e-12, wrong=marginal - inner)
    assert (joint, marginal - inner) == approx((0.3088, -0.2923), abs=5e-5)


@verifies("err-E2-03", against="the ELBO's definition", wrong="a fall of the gap alone")
def test_e2_03(compare):
    before, after = (0.2, 0.6, 0.1, 0.9), (1.1, 0.8, 0.35, 0.5)
    rise = elbo(*after) - elbo(*before)
    likelihood = log_evidence(*after[:2]) - log_evidence(*before[:2])
    wider = gap(*after) - gap(*before)
    assert (elbo(*before), elbo(*after)) == approx((-2.74, -1.86), abs=0.005)
    assert (gap(*before), gap(*after)) == approx((0.154, 0.171), abs=5e-4)  # it grows
    compare(likelihood - wider, rise, tol=1e-9, wrong=-wider)


@verifies("err-E2-04", against="Gaussian conditioning", wrong="divided by the prior")
def test_e2_04(compare):
    z = 2.0
    joint = norm.pdf(z, A * X, B) * norm.pdf(X, 0, np.sqrt(V))
    exact = A * V * z / (A**2 * V + B**2)
    compare(integral(X * joint) / integral(joint), exact, 1e-9, integral(X * joint) / norm.pdf(z))
    mass = [norm.pdf(z, 0, np.sqrt(A**2 * V + B**2)) / norm.pdf(z) for z in (0.0, 1.0, 2.0)]
    assert mass == approx([1.38, 0.88, 0.22], abs=0.005)  # what should be 1


@verifies("err-E2-05", against="the ELBO's definition", wrong="the KL terms as printed")
def test_e2_05(compare):
    x, m1, s1, c, s2, d, r1 = 1.0, 0.7, 0.6, 0.8, 0.5, 0.9, 0.7
    node, weight = hermegauss(8)
    weight = np.outer(weight, weight) / weight.sum() ** 2
    z1 = m1 + s1 * node[:, None]
    z2 = c * z1 + s2 * node[None, :]
    decode = norm.logpdf(x, z1, 0.5)
    up = norm.logpdf(z1, m1, s1) + norm.logpdf(z2, c * z1, s2)
    down = norm.logpdf(z1, d * z2, r1) + norm.logpdf(z2)
    printed = decode - kl_normal(m1, s1, d * z2, r1) - kl_normal(c * z1, s2, 0, 1)
    top = np.hypot(c * s1, s2)  # q(z2 | x) = N(c m1, top^2); then q(z1 | z2, x), top-down
    lean = s1**2 * c / top**2
    mean, std = m1 + lean * (z2 - c * m1), s1 * s2 / top
    right = decode - kl_normal(c * m1, top, 0, 1) - kl_normal(mean, std, d * z2, r1)
    elbo, printed, right = ((weight * v).sum() for v in (decode + down - up, printed, right))
    compare(right, elbo, tol=1e-9, wrong=printed)
    assert (elbo, printed) == approx((-1.645, -2.173), abs=1e-3)


@verifies("err-E2-06", against="slope 1 of a distance", wrong="slope 2 of a divergence")
def test_e2_06(compare):
    def hellinger_squared(shift):
        return integral((norm.pdf(X) ** 0.5 - norm.pdf(X, shift) ** 0.5) ** 2) / 2

    small, smaller = (np.sqrt(hellinger_squared(e)) for e in (1e-2, 1e-3))
    compare(np.log10(small / smaller), 1, tol=1e-4, wrong=2)
    compare(smaller / 1e-3, 1 / np.sqrt(8), tol=1e-5)
    two_steps = hellinger_squared(2), 2 * hellinger_squared(1)  # no triangle inequality
    assert two_steps == approx((0.393, 0.235), abs=5e-4)


@verifies("err-E2-45", against="the clean input", wrong="the average of the two inputs")
def test_e2_45(compare):
    # Two inputs whose Gaussian codes sit 10 standard deviations apart: the supports meet, no blur.
    inputs, code = np.array([-1.0, 2.0]), np.array([0.0, 10.0])
    weight = norm.pdf(code[0], code, 1.0)
    compare(weight @ inputs / weight.sum(), inputs[0], tol=1e-12, wrong=inputs.mean())


@verifies("err-E1-03", against="the best of all half-lines and intervals", wrong="an L2 norm")
def test_e1_03(compare):
    p, q = norm.pdf(X, 0.3, 0.8), norm.pdf(X, -0.5, 1.4)
    excess = np.cumsum(p - q) * (X[1] - X[0])  # of the mass left of x
    largest = excess.max() - excess.min()  # over intervals (a, b], half-lines among them
    found = integral(np.abs(p - q)) / 2
    wrong = np.sqrt(integral((p - q) ** 2)) / 2
    compare(found, largest, tol=1e-6, wrong=wrong)
    assert (found, wrong) == approx((0.362, 0.171), abs=5e-4)


@verifies("err-E1-04", against="area between the distribution functions", wrong="the product law")
def test_e1_04(compare):
    x, y = np.array([-1.0, 0.2, 0.9, 2.0]), np.array([-0.6, 0.5, 3.1])
    p, q = np.array([0.1, 0.3, 0.4, 0.2]), np.array([0.5, 0.2, 0.3])
    cost = np.abs(x[:, None] - y)
    rows, columns = np.kron(np.eye(4), np.ones(3)), np.kron(np.ones(4), np.eye(3))
    least = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.r_[p, q]).fun
    grid = np.sort(np.r_[x, y])
    gap = [p[x <= z].sum() - q[y <= z].sum() for z in grid[:-1]]
    compare(least, np.abs(gap) @ np.diff(grid), tol=1e-9, wrong=p @ cost @ q)
    assert (least, p @ cost @ q) == approx((0.95, 1.554), abs=5e-4)


@verifies("err-E1-05", against="log p(x): nothing is lost", wrong="only the encoder gives up z")
def test_e1_05(compare):
    # Two decoders with the same law of x; the encoder returns the prior for both.
    deaf, listening = elbo(0.0, np.hypot(W, S), 0.0, 1.0), elbo(W, S, 0.0, 1.0)
    compare(deaf, log_evidence(W, S), tol=1e-9, wrong=listening)
    assert listening == approx(log_evidence(W, S) - gap(W, S, 0.0, 1.0))
    assert (deaf, listening) == approx((-1.69, -5.12), abs=5e-3)


@verifies("err-E4-03", against="mean and std of the data", wrong="likelihood of samples under data")
def test_e4_03(compare):
    def log_data(x):
        return np.logaddexp(
            np.log(0.4) + norm.logpdf(x, -1.5, 0.3), np.log(0.6) + norm.logpdf(x, 1, 0.5)
        )

    node, weight = hermegauss(20)
    weight = weight / weight.sum()
    data, share = np.r_[0.3 * node - 1.5, 0.5 * node + 1], np.r_[0.4 * weight, 0.6 * weight]
    mean, std = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(0.05, 2, 79))
    mean, std = mean[..., None], std[..., None]

    def best(value):
        where = value.argmax()
        return mean.ravel()[where], std.ravel()[where]

    likelihood = best(norm.logpdf(data, mean, std) @ share)
    printed = best(log_data(mean + std * node) @ weight)
    compare(likelihood, [0.0, np.sqrt(1.686)], tol=0.026, wrong=printed)
    assert printed == approx((-1.5, 0.05))  # all mass at the highest mode


@verifies("err-E4-31", against="the flow's own equation", wrong="an autoregressive flow, one pass")
def test_e4_31(compare):
    z = np.array([0.7, -1.1, 0.4, 1.6])
    full = np.tril(np.arange(1.0, 17).reshape(4, 4) / 10, -1)  # x_i hears all x_j before it
    half = full * np.outer([0, 0, 1, 1], [1, 1, 0, 0])  # the second half hears the first

    def unsolved(weights, passes):  # of x = z + tanh(weights x), started at x = z
        x = z
        for _ in range(passes):
            x = z + np.tanh(weights @ x)
        return x - z - np.tanh(weights @ x)

    compare(unsolved(half, 1), np.zeros(4), tol=1e-12, wrong=unsolved(full, 1))
    assert unsolved(full, 3) == approx(np.zeros(4), abs=1e-12)  # as many as coordinates wait
