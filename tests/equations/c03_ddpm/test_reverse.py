"""The equations of the section on the reverse step, each against something independent.

A chain of twenty steps with data gm1(), as on the page; step 10 is the one looked at. The reference
is the joint law of (x_0, x_9, x_10) on a grid, never the package's posterior.
"""

import math

import torch
from references import normal
from torch.distributions import MultivariateNormal, Normal, kl_divergence
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1
from dgm_lessons.processes import DiscreteProcess

DEFINITIONS = {
    "eq-rev-ideal": "defines the loss that one would like to lower",
    "eq-rev-conditional": "defines the loss that one can compute",
    "eq-rev-model": "defines the Gaussian reverse model",
}

BETA = torch.linspace(0.1, 0.5, 20, dtype=torch.float64)
ALPHA = (1 - BETA**2).sqrt()
BAR = torch.cat([torch.ones(1, dtype=torch.float64), ALPHA.cumprod(0)])  # BAR[i], i = 0..20
I = 10
B, A, LOW, HIGH = BETA[I - 1], ALPHA[I - 1], BAR[I - 1], BAR[I]
X = torch.linspace(-7, 7, 1401, dtype=torch.float64)
SEEN = torch.linspace(-5, 5, 101, dtype=torch.float64)[:, None]  # values of x_10, (101, 1)
CENTRES, STDS = torch.tensor([-1.5, 1.0]).double(), torch.tensor([0.3, 0.5]).double()
SHARES = torch.tensor([0.4, 0.6]).double()


def log_marginal(bar, x):
    """log p_i(x) of the two components, written out."""
    spread = (bar**2 * STDS**2 + 1 - bar**2).sqrt()
    return (SHARES.log() + Normal(bar * CENTRES, spread).log_prob(x[..., None])).logsumexp(-1)


LOG_SEEN = log_marginal(HIGH, SEEN)


def log_reverse(x_i=SEEN, beta=B, low=LOW, x=X):
    """log p(x_{i-1} = x | x_i), normalised by quadrature: (n, len(x))."""
    joint = normal((1 - beta**2) ** 0.5 * x, beta).log_prob(x_i) + log_marginal(low, x)
    return joint - torch.trapezoid(joint.exp(), x).log()[..., None]


def over_seen(values):
    """The average over x_10 of values (101,)."""
    return torch.trapezoid(LOG_SEEN[:, 0].exp() * values, SEEN[:, 0])


def lemma(i=I):
    """The weights of x_0 and of x_i, and the variance, as printed on the page."""
    b, a, low, high = BETA[i - 1], ALPHA[i - 1], BAR[i - 1], BAR[i]
    rest = 1 - high**2
    return low * b**2 / rest, (1 - low**2) * a / rest, (1 - low**2) * b**2 / rest


def given_x0(x_i=SEEN, x_0=X):
    pull, keep, variance = lemma()
    return Normal(pull * x_0 + keep * x_i, variance.sqrt())


def log_joint_of_x0():
    """log p(x_0, x_10), (101, 1401)."""
    return normal(HIGH * X, (1 - HIGH**2).sqrt()).log_prob(SEEN) + log_marginal(BAR[0], X)


@verifies(
    "eq-rev-bayes",
    against="the same law normalised on a grid, and the frequencies of half a million paths",
    wrong="the two marginals exchanged; the prior left out",
)
def test_bayes(compare):
    points = torch.tensor([[-1.0], [0.2], [1.4]], dtype=torch.float64)
    forward = normal(A * X, B).log_prob(points)
    before, now = log_marginal(LOW, X), log_marginal(HIGH, points)
    found, expected = (forward + before - now).exp(), log_reverse(points).exp()
    compare(found, expected, tol=1e-9, wrong=(forward - before + now).exp())
    g = torch.Generator().manual_seed(0)
    x_0 = gm1().sample(500_000, g, torch.float64)[:, 0]
    e = torch.randn(2, len(x_0), generator=g, dtype=torch.float64)
    x_1 = LOW * x_0 + (1 - LOW**2).sqrt() * e[0]
    near = x_1[(A * x_1 + B * e[1] - 0.2).abs() < 0.02]
    counted = (near < 0).double().mean()
    below, flat = (torch.trapezoid(p[X <= 0], X[X <= 0]) for p in (found[1], forward[1].exp() * A))
    noise = 4 * (0.25 / len(near)) ** 0.5
    assert abs(counted - below) < noise + 1e-2  # the window and the grid's edge cost a little
    assert abs(flat - below) > 0.02
    area = torch.trapezoid(forward.exp(), X)
    compare(torch.trapezoid(found, X), torch.ones(3), tol=1e-9, wrong=area)


def bend(low, x, h=1e-2):
    """The third derivative of log p_{i-1}, by differences of a table."""
    at = log_marginal(low, x + h * torch.tensor([-2.0, -1.0, 1.0, 2.0]).double())
    return (at[3] - 2 * at[2] + 2 * at[1] - at[0]) / (2 * h**3)


def distance_to_gaussian(beta, low, x_i):
    near = x_i + beta * torch.linspace(-10, 10, 2001, dtype=torch.float64)
    log_p = log_reverse(torch.tensor([[x_i]], dtype=torch.float64), beta, low, near)[0]
    p = log_p.exp()
    mean = torch.trapezoid(p * near, near)
    std = torch.trapezoid(p * (near - mean) ** 2, near).sqrt()
    return torch.trapezoid(p * (log_p - Normal(mean, std).log_prob(near)), near)


@verifies(
    "eq-rev-rate",
    against="the KL by quadrature over its limit, at beta = 0.025 and three places",
    wrong="beta to the fourth; 1/6 for 1/12; the second derivative",
)
def test_rate(compare):
    beta, low, places = 0.025, torch.tensor(0.7).double(), (-1.5, 0.5, 1.2)
    exact = torch.stack([distance_to_gaussian(beta, low, x) for x in places])
    third = torch.stack([bend(low, torch.tensor(x).double()) for x in places])
    found = beta**6 / 12 * third**2
    ones = torch.ones(3, dtype=torch.float64)
    for wrong in (beta**4 / 12 * third**2, 2 * found, beta**6 / 12 * third.abs()):
        compare(found / exact, ones, tol=0.015, wrong=wrong / exact)


@verifies(
    "eq-rev-bayes-given",
    against="conditioning the joint Gaussian of (x_{i-1}, x_i) given x_0",
    wrong="the law of x_{i-1} given x_0 left out",
)
def test_bayes_given(compare):
    x_i, x_0 = torch.tensor(-0.4).double(), torch.tensor(0.7).double()
    forward = normal(A * X, B).log_prob(x_i)
    prior = normal(LOW * x_0, (1 - LOW**2).sqrt()).log_prob(X)
    now = normal(HIGH * x_0, (1 - HIGH**2).sqrt()).log_prob(x_i)
    mean, variance = conditioned(x_i, x_0)
    expected = normal(mean, variance.sqrt()).log_prob(X).exp()
    found = (forward + prior - now).exp()
    compare(found, expected, tol=1e-10, wrong=(forward - now).exp())


def conditioned(x_i, x_0, i=I):
    """Mean and variance of x_{i-1} given x_i and x_0, from their covariances given x_0."""
    a, low, high = ALPHA[i - 1], BAR[i - 1], BAR[i]
    slope = a * (1 - low**2) / (1 - high**2)  # Cov[x_{i-1}, x_i] / Var[x_i]
    return low * x_0 + slope * (x_i - high * x_0), (1 - low**2) * (1 - a * slope)


@verifies(
    "eq-rev-mixture",
    against="Bayes' rule on a grid",
    wrong="data weighed by p_data instead of p(x_0 | x_i)",
)
def test_mixture(compare):
    points = SEEN[[32, 50, 64]]
    log_data = log_marginal(BAR[0], X)
    weight = (normal(HIGH * X, (1 - HIGH**2).sqrt()).log_prob(points) + log_data).softmax(1)
    found, wrong = [], []
    for point, w in zip(points, weight, strict=True):
        parts = given_x0(point).log_prob(X[:, None]).exp()
        found.append(parts @ w)
        wrong.append(parts @ log_data.softmax(0))
    compare(torch.stack(found), log_reverse(points).exp(), tol=1e-9, wrong=torch.stack(wrong))


STEPS = (2, 3, 10, 20)
X_I = torch.tensor([-0.4, 1.1, 2.0], dtype=torch.float64)
X_0 = torch.tensor([0.7, -1.6, 1.2], dtype=torch.float64)


@verifies(
    "eq-rev-mean",
    against="Gaussian conditioning; the package's chain",
    wrong="a bar missing in the denominators; in the weight of x_0; weights exchanged",
)
def test_mean(compare):
    chain = DiscreteProcess(BETA)
    for i in STEPS:
        pull, keep, _ = lemma(i)
        found, expected = pull * X_0 + keep * X_I, conditioned(X_I, X_0, i)[0]
        rest = (1 - BAR[i] ** 2) / BETA[i - 1] ** 2
        compare(found, expected, tol=1e-12, wrong=found * rest)
        compare(found, expected, tol=1e-12, wrong=pull / BAR[i - 1] * X_0 + keep * X_I)
        compare(found, expected, tol=1e-12, wrong=keep * X_0 + pull * X_I)
        packaged, _ = chain.posterior(X_I[:, None], X_0[:, None], i, i - 1)
        compare(found, packaged[:, 0], tol=1e-12)


@verifies(
    "eq-rev-variance",
    against="Gaussian conditioning; zero at the first step",
    wrong="the fraction turned over; beta for its square",
)
def test_variance(compare):
    for i in STEPS:
        variance, expected = lemma(i)[2], conditioned(X_I, X_0, i)[1]
        b2 = BETA[i - 1] ** 2
        compare(variance, expected, tol=1e-12, wrong=b2**2 / variance)
        compare(variance, expected, tol=1e-12, wrong=variance / BETA[i - 1])
    compare(lemma(1)[2], 0.0, tol=1e-15, wrong=BETA[0] ** 2)


@verifies(
    "eq-rev-exponent",
    against="the conditioned Gaussian's log-density, up to a constant",
    wrong="alpha_{i-1} for its bar, as a set of slides prints (E4-06)",
)
def test_exponent(compare):
    x_i, x_0 = X_I[0], X_0[0]
    mean, variance = conditioned(x_i, x_0)

    def differences(signal):
        value = (x_i - A * X) ** 2 / B**2 + (X - signal * x_0) ** 2 / (1 - LOW**2)
        return value - value[0]

    expected = (X - mean) ** 2 / variance
    expected = expected - expected[0]
    compare(differences(LOW), expected, tol=1e-9, wrong=differences(ALPHA[I - 2]))


@verifies(
    "eq-rev-precision",
    against="second and first derivatives of the exponent by autograd",
    wrong="alpha_i for its square; bars missing; standard deviations for variances",
)
def test_precision(compare):
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    x_i, x_0 = X_I[1], X_0[1]
    value = (x_i - A * x) ** 2 / B**2 + (x - LOW * x_0) ** 2 / (1 - LOW**2)
    (slope,) = torch.autograd.grad(value, x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, x)
    expected = torch.stack([curvature / 2, -slope.detach() / 2])

    def formula(a=A, a2=A**2, rest=1 - LOW**2, signal=LOW, b2=B**2):
        return torch.stack([a2 / b2 + 1 / rest, a * x_i / b2 + signal * x_0 / rest])

    compare(formula(), expected, tol=1e-10, wrong=formula(a2=A))
    compare(formula(), expected, tol=1e-10, wrong=formula(signal=ALPHA[I - 2]))
    compare(formula(), expected, tol=1e-10, wrong=formula(b2=B, rest=(1 - LOW**2).sqrt()))


def models():
    sigma = lemma()[2].sqrt()
    wide, narrow = torch.tensor(0.9).double(), torch.tensor(0.6).double()
    return [(0.9 * SEEN, sigma), (torch.tanh(SEEN), narrow), (0.5 * SEEN + 0.2, wide)]


def ideal(log_q):
    log_p = log_reverse()
    return over_seen(torch.trapezoid(log_p.exp() * (log_p - log_q), X))


def conditional(mean, std):
    kl = kl_divergence(given_x0(), Normal(mean, std))
    inner = torch.trapezoid(log_joint_of_x0().exp() * kl, X)
    return torch.trapezoid(inner, SEEN[:, 0])


def entropy(bar):
    log_p = log_marginal(bar, X)
    return -torch.trapezoid(log_p.exp() * log_p, X)


def information(i):
    return entropy(BAR[i]) - normal(0.0, (1 - BAR[i] ** 2).sqrt()).entropy()


def averaged_ratio():
    """I(x_9; x_0 | x_10) from its definition: the entropies of the two reverse kernels."""
    log_p = log_reverse()
    marginal = -over_seen(torch.trapezoid(log_p.exp() * log_p, X))
    return marginal - normal(0.0, lemma()[2].sqrt()).entropy()


@verifies(
    "eq-rev-equal",
    against="both losses by quadrature for three models: the difference is -0.079898 each time",
    wrong="the constant added; no constant",
)
def test_equal(compare):
    constant = averaged_ratio()
    for mean, std in models():
        left, right = ideal(Normal(mean, std).log_prob(X)), conditional(mean, std)
        compare(right - constant, left, tol=1e-6, wrong=right + constant)
        compare(right - constant, left, tol=1e-6, wrong=right)
        assert abs(left - right + 0.079898) < 1e-6


@verifies(
    "eq-rev-constant",
    against="the definition, by the entropies of the two kernels",
    wrong="the sign; the information in x_i alone",
)
def test_constant(compare):
    found, expected = information(I - 1) - information(I), averaged_ratio()
    compare(found, expected, tol=1e-6, wrong=-found)
    compare(found, expected, tol=1e-6, wrong=information(I))


@verifies(
    "eq-rev-minimiser",
    against="the ideal loss there, zero; mixtures with other weights are above it",
    wrong="the Gaussian of the same moments; data weighed by p_data",
)
def test_minimiser(compare):
    points, sources = SEEN[20:81:5], X[::4]
    pull, keep, variance = lemma()
    log_data = log_marginal(BAR[0], sources)
    weight = (normal(HIGH * sources, (1 - HIGH**2).sqrt()).log_prob(points) + log_data).softmax(1)
    log_p = log_reverse(points)
    teachers = [
        Normal(keep * s + pull * sources, variance.sqrt()).log_prob(X[:, None]).exp()
        for s in points
    ]

    def loss(w):  # the ideal loss, averaged over the points, of the mixture with weights w
        q = torch.stack([t @ row for t, row in zip(teachers, w, strict=True)])
        kl = torch.trapezoid(log_p.exp() * (log_p - q.clamp(min=1e-300).log()), X)
        return kl.mean()

    flat = log_data.softmax(0).expand(len(points), -1)
    mean = torch.trapezoid(log_p.exp() * X, X)[:, None]
    std = torch.trapezoid(log_p.exp() * (X - mean) ** 2, X).sqrt()[:, None]
    log_q = Normal(mean, std).log_prob(X)
    best = loss(weight)
    compare(best, 0.0, tol=1e-6, wrong=loss(flat))
    compare(best, 0.0, tol=1e-6, wrong=torch.trapezoid(log_p.exp() * (log_p - log_q), X).mean())
    for share in (0.02, 0.1, 0.3):
        assert loss((1 - share) * weight + share * flat) > best + 1e-5


@verifies(
    "eq-rev-best-mean",
    against="the mean of the kernel by quadrature; Tweedie's formula for one step",
    wrong="x_i / alpha_bar_i in the denoiser's place; the datum's mean over all data",
)
def test_best_mean(compare):
    law = gm1()
    points = SEEN[20:81:4]
    pull, keep, _ = lemma()
    p = log_reverse(points).exp()
    expected = torch.trapezoid(p * X, X)[:, None]
    found = pull * law.seen(points, HIGH, (1 - HIGH**2).sqrt()).mean + keep * points
    compare(found, expected, tol=1e-8, wrong=pull * points / HIGH + keep * points)
    compare(found, expected, tol=1e-8, wrong=keep * points)
    score = law.diffuse(HIGH, (1 - HIGH**2).sqrt()).score(points)
    compare(found, (points + B**2 * score) / A, tol=1e-10)


@verifies(
    "eq-rev-covariance",
    against="the kernel of two clusters in the plane by quadrature, beta^2 = 0.02 and 0.3",
    wrong="isotropic (E4-10); the weight not squared",
)
def test_covariance(compare):
    corners = GaussianMixture(torch.ones(2), torch.tensor([[-1.0, -1.0], [1.0, 1.0]]), 0.04)
    low, origin = 0.7, torch.zeros(1, 2, dtype=torch.float64)
    for b2, shown in ((0.02, 0.0007), (0.3, 0.0980)):
        bar = low * math.sqrt(1 - b2)
        variance = b2 * (1 - low**2) / (1 - bar**2) * torch.eye(2, dtype=torch.float64)
        pull = low * b2 / (1 - bar**2)
        spread = corners.seen(origin, bar, math.sqrt(1 - bar**2)).covariance[0]
        axis = torch.linspace(-1, 1, 401, dtype=torch.float64) * (5 if b2 > 0.1 else 1.5)
        grid = torch.cartesian_prod(axis, axis)
        log_p = corners.diffuse(low, math.sqrt(1 - low**2)).log_prob(grid)
        p = (log_p - (1 - b2) * grid.square().sum(1) / (2 * b2)).softmax(0)
        expected = (grid * p[:, None]).mT @ grid
        found = variance + pull**2 * spread
        compare(found, expected, tol=1e-6, wrong=variance)
        compare(found, expected, tol=1e-6, wrong=variance + pull * spread)
        assert abs(found[0, 1] - shown) < 5e-5


def test_the_counted_covariances_are_those_of_a_window():
    """0.0012 and 0.099, counted with |x_i| < 0.12: the law of total covariance over the window."""
    corners = GaussianMixture(torch.ones(2), torch.tensor([[-1.0, -1.0], [1.0, 1.0]]), 0.04)
    axis = torch.linspace(-0.12, 0.12, 41, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    for b2, counted, noise in ((0.02, 0.0012, 0.0003), (0.3, 0.099, 0.002)):
        bar = 0.7 * math.sqrt(1 - b2)
        level, rest = (bar, math.sqrt(1 - bar**2)), 1 - bar**2
        p = corners.diffuse(*level).log_prob(grid).softmax(0)
        pull, keep = 0.7 * b2 / rest, 0.51 * math.sqrt(1 - b2) / rest
        mean = pull * corners.seen(grid, *level).mean + keep * grid
        mean = mean - p @ mean
        inside = pull**2 * corners.seen(grid, *level).covariance[:, 0, 1]
        assert abs(p @ (inside + mean.prod(1)) - counted) < noise


@verifies(
    "eq-rev-diff",
    against="the KLs of Gaussians in 3-D by torch, summed over steps with draws of x_0 and x_i",
    wrong="sigma to the fourth (E4-15); no half; x_i at its mean (E2-08)",
)
def test_diff(compare):
    g = torch.Generator().manual_seed(0)
    x_0 = gm1().sample(3 * 400, g, torch.float64).reshape(400, 3)
    totals = torch.zeros(5, dtype=torch.float64)
    for i in (2, 3, 4):
        eps = torch.randn(x_0.shape, generator=g, dtype=torch.float64)
        x_i = BAR[i] * x_0 + (1 - BAR[i] ** 2).sqrt() * eps
        (pull, keep, v), eye = lemma(i), torch.eye(3, dtype=torch.float64)
        mu, model = pull * x_0 + keep * x_i, 0.8 * x_i + 0.05 * i
        kl = kl_divergence(MultivariateNormal(mu, v * eye), MultivariateNormal(model, v * eye))
        square = (model - mu).square().sum(1).mean()
        still = BAR[i] * x_0
        at_mean = (0.8 * still + 0.05 * i - pull * x_0 - keep * still).square().sum(1).mean()
        row = (kl.mean(), square / (2 * v), square / (2 * v**2), square / v, at_mean / (2 * v))
        totals += torch.stack(row)
    expected, found, *wrongs = totals
    for wrong in wrongs:
        compare(found, expected, tol=1e-9, wrong=wrong)


def fine_step(i):
    """For one step, by quadrature: E KL(p || G), E cost of sigma(i), and the conditional loss."""
    x_i = torch.linspace(-6, 6, 301, dtype=torch.float64)[:, None]
    bar, rest = BAR[i], 1 - BAR[i] ** 2
    pull, keep, v = lemma(i)
    doubt = gm1().seen(x_i, bar, rest.sqrt()).covariance[:, 0]
    mean = pull * gm1().seen(x_i, bar, rest.sqrt()).mean + keep * x_i
    std = (v + pull**2 * doubt).sqrt()
    at = mean + std * torch.linspace(-9, 9, 241, dtype=torch.float64)
    log_now = log_marginal(bar, x_i)
    log_p = Normal(ALPHA[i - 1] * at, BETA[i - 1]).log_prob(x_i) + log_marginal(BAR[i - 1], at)
    log_p = log_p - log_now

    def average(values):
        return torch.trapezoid(log_now[:, 0].exp() * values, x_i[:, 0])

    def kl_to(width):
        return torch.trapezoid(log_p.exp() * (log_p - Normal(mean, width).log_prob(at)), at)

    rho = (std**2 / v)[:, 0]
    return (
        average(kl_to(std)),
        average(kl_to(v.sqrt() + 0 * std)),
        average(rho),
        average(rho.log()),
        average(pull**2 * doubt[:, 0]) / (2 * v),
    )


@verifies(
    "eq-rev-cost",
    against="the KL of the kernel to a Gaussian of the lemma's width, by quadrature",
    wrong="no half; standard deviations in the ratio; the ratio turned over",
)
def test_cost(compare):
    for i in (2, 5, 10):
        shape, total, rho, log_rho, _ = fine_step(i)
        found = shape + 0.5 * (rho - 1 - log_rho)
        compare(found, total, tol=1e-7, wrong=shape + rho - 1 - log_rho)
        compare(found, total, tol=1e-7, wrong=shape + 0.5 * (rho - 1) - 0.25 * log_rho)
        compare(found, total, tol=1e-7, wrong=shape + 0.5 * (1 / rho - 1 + log_rho))


@verifies(
    "eq-rev-floor",
    against="the loss of the exact mean less what its Gaussians cost, step by step",
    wrong="zero; the last term left out; the data's own entropy counted (i = 1)",
)
def test_floor(compare):
    rows = torch.stack([torch.stack(fine_step(i)) for i in range(2, 21)])
    loss, cost = rows[:, 4].sum(), rows[:, 1].sum()
    floor = information(1) - information(20)
    assert loss > floor and cost > 0.1
    compare(floor, loss - cost, tol=1e-5, wrong=0.0)
    compare(floor, loss - cost, tol=1e-5, wrong=information(1))
    compare(floor, loss - cost, tol=1e-5, wrong=floor + information(1) - information(2))
