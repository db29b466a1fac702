"""Checks of the section on variational diffusion, by Bayes' rule, quadrature and optimisation."""

import numpy as np
from references import hermite, kl_normal
from scipy.integrate import quad
from scipy.optimize import minimize
from verification import verifies

DEFINITIONS: dict[str, str] = {}

# an affine kernel that is neither VE nor VP nor FM, at t < s
ALPHA_T, SIGMA_T, ALPHA_S, SIGMA_S = 0.91, 0.49, 0.71, 0.815
S2 = 1.7  # variance of Gaussian data, whose best guess has a closed form


def snr(alpha, sigma):
    return alpha**2 / sigma**2


def bayes(x_s, x0):
    """Mean and std of p(x_t | x_s, x_0): the precisions of two Gaussians add up."""
    keep = ALPHA_S / ALPHA_T
    forward = SIGMA_S**2 - keep**2 * SIGMA_T**2
    precision = 1 / SIGMA_T**2 + keep**2 / forward
    mean = (ALPHA_T * x0 / SIGMA_T**2 + keep * x_s / forward) / precision
    return mean, precision**-0.5


def integral(function, low, high):
    return quad(function, low, high, epsabs=1e-12, epsrel=1e-12, limit=200)[0]


def noise_error(level):
    """E (eps - E[eps | x])^2 for the Gaussian data, at a log-SNR."""
    return S2 * np.exp(level) / (S2 * np.exp(level) + 1)


# clocks from log-SNR 5 to -4 on [0, 1], and how fast they fall
HIGH, LOW = 5.0, -4.0
BENT = (lambda t: HIGH - 9 * (0.2 * t + 0.8 * t**3), lambda t: 9 * (0.2 + 2.4 * t**2))
EVEN = (lambda t: HIGH - 9 * t, lambda t: 9 + 0 * t)


@verifies(
    "eq-vdm-kl",
    "eq-vdm-eps",
    against="the KL of two Gaussians made by Bayes' rule, at three pairs of datum and guess",
    wrong="1/sigma^2 for the SNR; and 1 - SNR(s)/SNR(t) for SNR(t)/SNR(s) - 1",
)
def test_one_term(compare):
    x0, guess = np.array([0.8, -1.1, 2.3]), np.array([0.1, -0.4, 2.9])
    (mean, std), (ours, _) = bayes(-0.2, x0), bayes(-0.2, guess)
    expected = kl_normal(mean, std, ours, std)
    square = (x0 - guess) ** 2
    here, there = snr(ALPHA_T, SIGMA_T), snr(ALPHA_S, SIGMA_S)
    wrong = 0.5 * (1 / SIGMA_T**2 - 1 / SIGMA_S**2) * square
    compare(0.5 * (here - there) * square, expected, tol=1e-12, wrong=wrong)
    eps = ((-0.2 - ALPHA_S * x0) / SIGMA_S - (-0.2 - ALPHA_S * guess) / SIGMA_S) ** 2
    found, wrong = (0.5 * weight * eps for weight in (here / there - 1, 1 - there / here))
    compare(found, expected, tol=1e-12, wrong=wrong)


@verifies(
    "eq-vdm-limit",
    against="the sum of 100,000 terms, for an error of t^2, and on [0, 1.7] with the factor T",
    wrong="the limit of one single term; and the factor T left out",
)
def test_the_sum_has_a_limit_and_one_term_has_none(compare):
    def terms(M, T=1.0):
        t = np.linspace(0, T, M + 1)
        ratio = np.exp(6 - 12 * t)
        return 0.5 * (ratio[:-1] - ratio[1:]) * t[1:] ** 2

    slope = lambda t: -12 * np.exp(6 - 12 * t)  # noqa: E731
    found = integral(lambda t: -0.5 * slope(t) * t**2, 0, 1)
    compare(found, terms(100_000).sum(), tol=1e-3, wrong=terms(100_000)[50_000])
    T = 1.7
    average = integral(lambda t: -0.5 * slope(t) * t**2, 0, T) / T
    compare(T * average, terms(100_000, T).sum(), tol=1e-3, wrong=average)


@verifies(
    "eq-vdm-excess",
    against="the difference of two bounds for Gaussian data, of a linear guess and the best one",
    wrong="the error of the guess in the place of its distance from the best one",
)
def test_what_a_learned_denoiser_pays(compare):
    level, fall = BENT

    def bound(k, t):  # per unit of time, of the guess k z for z = x_0 + sigma eps
        error = (1 - k) ** 2 * S2 + k**2 * np.exp(-level(t))
        return 0.5 * np.exp(level(t)) * fall(t) * error

    best = lambda t: S2 / (S2 + np.exp(-level(t)))  # noqa: E731
    ours = lambda t: 0.4 + 0.3 * np.exp(-t)  # noqa: E731
    expected = integral(lambda t: bound(ours(t), t) - bound(best(t), t), 0, 1)

    def distance(t):
        square = (ours(t) - best(t)) ** 2 * (S2 + np.exp(-level(t)))
        return 0.5 * np.exp(level(t)) * fall(t) * square

    wrong = integral(lambda t: bound(ours(t), t), 0, 1)
    compare(integral(distance, 0, 1), expected, tol=1e-9, wrong=wrong)


@verifies(
    "eq-vdm-clock",
    against="the integral over time of SNR' times the error of x_0, on a bent and an even clock",
    wrong="the half log-SNR for the log-SNR",
)
def test_the_clock_leaves_the_bound(compare):
    found = integral(lambda v: 0.5 * noise_error(v), LOW, HIGH)
    for level, fall in (BENT, EVEN):
        ratio = lambda t: np.exp(level(t))  # noqa: B023, E731
        error = lambda t: S2 / (S2 * ratio(t) + 1)  # noqa: B023, E731
        expected = integral(lambda t: 0.5 * fall(t) * ratio(t) * error(t), 0, 1)  # noqa: B023
        compare(found, expected, tol=1e-9, wrong=found / 2)


def second_moment(level):
    """E of the squared price: the error is Gaussian, and its fourth moment 3 variances^2."""
    return 0.75 * noise_error(level) ** 2


@verifies(
    "eq-vdm-variance",
    against="mean and mean square of the estimate over time and noise, by quadrature",
    wrong="m_2 times q in the place of m_2 over q",
)
def test_variance_of_an_estimate(compare):
    level, fall = BENT
    t, weight = np.polynomial.legendre.leggauss(400)
    t, weight = 0.5 * (t + 1), 0.5 * weight
    node, mass = hermite(40)
    error = np.sqrt(noise_error(level(t)))[:, None] * node  # eps - guess, a Gaussian
    draws = 0.5 * fall(t)[:, None] * error**2
    mean, square = weight @ draws @ mass, weight @ draws**2 @ mass
    # dl = fall dt: q = 1 / fall
    over = integral(lambda t: second_moment(level(t)) * fall(t) ** 2, 0, 1)
    times = integral(lambda t: second_moment(level(t)), 0, 1)
    bound = integral(lambda v: 0.5 * noise_error(v), LOW, HIGH)
    compare(over - bound**2, square - mean**2, tol=1e-9, wrong=times - bound**2)


@verifies(
    "eq-vdm-best",
    against="the density of least variance, found by an optimiser on a grid of 30 cells",
    wrong="a density in proportion to m_2",
)
def test_the_best_density(compare):
    edges = np.linspace(LOW, HIGH, 31)
    width, middle = edges[1] - edges[0], 0.5 * (edges[1:] + edges[:-1])
    m2 = second_moment(middle)

    def square(logits):
        share = np.exp(logits - logits.max())
        return (m2 / (share / share.sum() / width)).sum() * width

    found = minimize(square, np.zeros(30), method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
    share = np.exp(found.x - found.x.max())
    share = share / share.sum()
    ours, wrong = (v / v.sum() for v in (np.sqrt(m2), m2))
    compare(ours, share, tol=1e-4, wrong=wrong)
    least = (np.sqrt(m2).sum() * width) ** 2
    compare(least, found.fun, tol=1e-8, wrong=square(np.log(m2)))


@verifies(
    "eq-vdm-step",
    against="Bayes' rule for the mean and the width, and the law of x_t that comes out",
    wrong="the width of the forward step",
)
def test_one_step_down(compare):
    keep = ALPHA_S / ALPHA_T
    forward = np.sqrt(SIGMA_S**2 - keep**2 * SIGMA_T**2)
    a, b = keep * SIGMA_T**2 / SIGMA_S**2, ALPHA_T * forward**2 / SIGMA_S**2
    width = forward * SIGMA_T / SIGMA_S
    mean, std = bayes(-0.2, 0.8)
    found, wrong = ([a * -0.2 + b * 0.8, w] for w in (width, forward))
    compare(found, [mean, std], tol=1e-12, wrong=wrong)
    # x_s = alpha_s x_0 + sigma_s eps comes down to alpha_t x_0 + sigma_t eps
    found, wrong = ([a * ALPHA_S + b, np.hypot(a * SIGMA_S, w)] for w in (width, forward))
    compare(found, [ALPHA_T, SIGMA_T], tol=1e-12, wrong=wrong)


ROWS = {
    "eps": (0.0, 1.0),
    "x0": (1.0, 0.0),
    "v": (-SIGMA_S, ALPHA_S),
    "score": (0.0, -1 / SIGMA_S),
    "velocity": (-0.83, 1.27),
}


def solved(row, x, y):
    """(x_0, eps) by a library."""
    return np.linalg.solve([[ALPHA_S, SIGMA_S], row], [x, y])


@verifies(
    "eq-vdm-solve",
    against="two linear equations solved by a library, for each of the five predictions",
    wrong="a plus in the first numerator",
)
def test_cramer(compare):
    x, y = 0.37, -0.81
    for a, b in ROWS.values():
        d = ALPHA_S * b - SIGMA_S * a
        found, wrong = (
            [(b * x - sign * SIGMA_S * y) / d, (ALPHA_S * y - a * x) / d] for sign in (1, -1)
        )
        compare(found, solved((a, b), x, y), tol=1e-12, wrong=wrong)


@verifies(
    "eq-vdm-gain",
    against="each of the twenty conversions, solved by a library, for two answers that differ by 1",
    wrong="the ratio turned round",
)
def test_what_becomes_of_an_error(compare):
    x, low, high = 0.37, -0.81, 0.19
    for name, row in ROWS.items():
        for other, read in ROWS.items():
            if name == other:
                continue
            expected = np.dot(read, solved(row, x, high) - solved(row, x, low))
            d, d_read = (ALPHA_S * b - SIGMA_S * a for a, b in (row, read))
            compare(d_read / d, expected, tol=1e-12, wrong=d / d_read)


@verifies(
    "eq-vdm-edm",
    against="D = c_skip z + c_out F solved for F, and v of VP at the same SNR where sigma_d is 1",
    wrong="sigma_d left out; and the sign of v",
)
def test_the_raw_network_of_edm(compare):
    x0, eps, sigma = 0.6, -1.3, 1.9

    def formula(d):
        return (sigma / d * x0 - d * eps) / np.hypot(sigma, d)

    z, d = x0 + sigma * eps, 0.5
    skip = d**2 / (sigma**2 + d**2)
    out = sigma * d / np.sqrt(sigma**2 + d**2)
    compare(formula(d), (x0 - skip * z) / out, tol=1e-12, wrong=formula(1.0))
    alpha = 1 / np.hypot(1, sigma)
    v = alpha * eps - alpha * sigma * x0
    compare(formula(1.0), -v, tol=1e-12, wrong=v)
