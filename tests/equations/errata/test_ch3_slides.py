"""Errata on diffusion as a variational model (chapter 3): the lecture slides.

The slides' alpha_t, bar alpha_t and beta_t are the squares of the book's.
"""

import numpy as np
import torch
from pytest import approx
from scipy.stats import norm
from verification import verifies

from dgm_lessons.mixtures import GaussianMixture, gm1

BETA = np.array([0.09, 0.16, 0.25, 0.36])
ALPHA = 1 - BETA
BAR = np.cumprod(ALPHA)
A, BARRED, LOW, NOISE = ALPHA[2], BAR[2], BAR[1], BETA[2]  # one step, t = 3
X = np.linspace(-12, 12, 12001)


def integral(values, x=X):
    return float(values.sum() * (x[1] - x[0]))


@verifies("err-E4-05", against="entropy of a Gaussian of equal variance", wrong="KL zero: Gaussian")
def test_e4_05(compare):
    def distance_to_gaussian(b2):
        point = torch.from_numpy(X)[:, None]
        before = gm1().diffuse(0.7, np.sqrt(0.51)).log_prob(point).exp().numpy()
        p = before * norm.pdf(-0.2, np.sqrt(1 - b2) * X, np.sqrt(b2))  # given x_i = -0.2
        p /= integral(p)
        mean = integral(p * X)
        std = np.sqrt(integral(p * (X - mean) ** 2))
        logs = np.log(p.clip(1e-300))
        entropies = norm.entropy(0, std) + integral(p * logs)
        return integral(p * (logs - norm.logpdf(X, mean, std))), entropies

    large, small = distance_to_gaussian(0.8), distance_to_gaussian(0.02)
    compare(large[0], large[1], tol=1e-9, wrong=0.0)
    assert (large[0], small[0]) == approx((0.0127, 4e-7), rel=0.05)


def conditioned(x_t, x_0):
    """E[x_{t-1} | x_t, x_0] by conditioning the joint Gaussian of (x_{t-1}, x_t) given x_0."""
    slope = np.sqrt(A) * (1 - LOW) / (1 - BARRED)
    return np.sqrt(LOW) * x_0 + slope * (x_t - np.sqrt(BARRED) * x_0)


@verifies("err-E4-06", against="Gaussian conditioning", wrong="bars missing, as printed")
def test_e4_06(compare):
    x_t, x_0 = -0.4, 0.7

    def completed_square(signal):
        precision = A / NOISE + 1 / (1 - LOW)
        return (np.sqrt(A) * x_t / NOISE + signal * x_0 / (1 - LOW)) / precision

    compare(
        completed_square(np.sqrt(LOW)),
        conditioned(x_t, x_0),
        1e-12,
        completed_square(np.sqrt(ALPHA[1])),
    )


@verifies("err-E4-07", against="the chain's coefficient of x_0", wrong="product up to T")
def test_e4_07(compare):
    x = 1.0
    for a in ALPHA[:3]:
        x *= np.sqrt(a)
    compare(np.sqrt(np.prod(ALPHA[:3])), x, tol=1e-12, wrong=np.sqrt(np.prod(ALPHA)))


@verifies("err-E4-08", against="x_0 that made x_t", wrong="bar missing, as printed")
def test_e4_08(compare):
    x_0, eps = 0.7, -1.1
    x_t = np.sqrt(BARRED) * x_0 + np.sqrt(1 - BARRED) * eps
    clean = x_t - np.sqrt(1 - BARRED) * eps
    compare(clean / np.sqrt(BARRED), x_0, tol=1e-12, wrong=clean / np.sqrt(A))


@verifies("err-E4-14", against="Gaussian conditioning", wrong="bar missing, as printed")
def test_e4_14(compare):
    x_t, x_0 = -0.4, 0.7
    eps = (x_t - np.sqrt(BARRED) * x_0) / np.sqrt(1 - BARRED)
    right = (x_t - (1 - A) / np.sqrt(1 - BARRED) * eps) / np.sqrt(A)
    wrong = (x_t - (1 - A) / np.sqrt(1 - A) * eps) / np.sqrt(A)
    compare(right, conditioned(x_t, x_0), tol=1e-12, wrong=wrong)


@verifies("err-E4-10", against="covariance of the kernel by quadrature", wrong="diagonal only")
def test_e4_10(compare):
    corners = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
    data = GaussianMixture(torch.ones(2), corners, 0.04)
    low, b2 = 0.7, 0.3
    bar, variance = low * np.sqrt(1 - b2), b2 * (1 - low**2) / (1 - low**2 * (1 - b2))
    weight = low * b2 / (1 - bar**2)
    origin = torch.zeros(1, 2, dtype=torch.float64)
    spread = data.seen(origin, bar, np.sqrt(1 - bar**2)).covariance[0].numpy()
    found = variance * np.eye(2) + weight**2 * spread

    axis = torch.linspace(-5, 5, 401, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    log_p = data.diffuse(low, np.sqrt(1 - low**2)).log_prob(points)
    p = (log_p - (1 - b2) * points.square().sum(1) / (2 * b2)).softmax(0)  # given x_i = 0
    exact = (points * p[:, None]).mT @ points
    compare(found, exact, tol=1e-6, wrong=np.diag(np.diag(found)))
    assert found[0, 1] == approx(0.098, abs=5e-4)


@verifies(
    "err-E4-15", against="KL from torch.distributions", wrong="squared norm of the covariance"
)
def test_e4_15(compare):
    variance, eye = 0.3, torch.eye(4, dtype=torch.float64)
    shift = torch.full((4,), 0.5, dtype=torch.float64)
    normal = torch.distributions.MultivariateNormal
    kl = torch.distributions.kl_divergence(
        normal(shift, variance * eye), normal(0 * shift, variance * eye)
    )
    norm_squared = torch.linalg.matrix_norm(variance * eye, 2) ** 2
    compare(shift @ shift / (2 * variance), kl, tol=1e-12, wrong=shift @ shift / (2 * norm_squared))
    assert (kl, 0.5 / norm_squared) == approx((1.67, 5.56), abs=0.005)


@verifies("err-E4-18", against="variance of x_{t-1}", wrong="sigma_t for the variance itself")
def test_e4_18(compare):
    lower = NOISE * (1 - LOW) / (1 - BARRED)

    def after(slope, variance, sigma):  # variance after a step; net slope x, apart from a constant
        gain = (1 - NOISE / np.sqrt(1 - BARRED) * slope) / np.sqrt(A)
        return gain**2 * variance + sigma**2

    # data N(0, 1): x_t ~ N(0, 1); data at one point: x_t has variance 1 - bar alpha_t
    wide = [after(np.sqrt(1 - BARRED), 1.0, s) for s in (np.sqrt(NOISE), NOISE)]
    point = [after(1 / np.sqrt(1 - BARRED), 1 - BARRED, s) for s in (np.sqrt(lower), lower)]
    compare(wide[0], 1.0, tol=1e-12, wrong=wide[1])
    compare(point[0], 1 - LOW, tol=1e-12, wrong=point[1])
