"""The equations of the section on the Gaussian VAE, each against something independent."""

import math

import numpy as np
import torch
from references import normal
from scipy.optimize import minimize_scalar
from verification import verifies

from dgm_lessons.mixtures import gm1
from dgm_lessons.vae import gaussian, gaussian_kl

DEFINITIONS = {
    "eq-gvae-encoder": "defines the Gaussian encoder",
    "eq-gvae-decoder": "defines the Gaussian decoder with fixed noise",
    "eq-gvae-aggregate": "defines the aggregated posterior; the linear encoder's is checked",
}

LAW = gm1()
WEIGHTS, CENTRES, VARIANCES = LAW.weights, LAW.means[:, 0], LAW.covariances[:, 0, 0]
TAU = 0.8
X = torch.linspace(-8, 8, 1601, dtype=torch.float64)
Z = torch.linspace(-9, 9, 901, dtype=torch.float64)
DATA = LAW.log_prob(X[:, None]).exp()


def over(values, grid=X):
    return torch.trapezoid(values, grid)


JOINT = normal(X, TAU).log_prob(Z[:, None]).exp() * DATA  # q(z | x) p(x), (z, x)
AGGREGATED = over(JOINT)
BEST = over(JOINT * X) / AGGREGATED
PRIOR = normal(0.0, 1.0).log_prob(Z).exp()


@verifies(
    "eq-gvae-head-gradient",
    against="differences of the KL by quadrature",
    wrong="no half; the gradient by the standard deviation",
)
def test_head_gradient(compare):
    def kl(mean, log_variance):
        log_q = normal(mean, math.exp(log_variance / 2)).log_prob(Z)
        return over(log_q.exp() * (log_q - normal(0.0, 1.0).log_prob(Z)), Z)

    h = 1e-4
    for mean, log_variance in ((0.7, -1.5), (-1.2, 0.4)):
        found = torch.tensor([mean, 0.5 * (math.exp(log_variance) - 1)])
        expected = torch.stack(
            [
                (kl(mean + h, log_variance) - kl(mean - h, log_variance)) / (2 * h),
                (kl(mean, log_variance + h) - kl(mean, log_variance - h)) / (2 * h),
            ]
        )
        compare(found, expected, tol=1e-6, wrong=[mean, math.exp(log_variance) - 1])
        std = math.exp(log_variance / 2)
        compare(found, expected, tol=1e-6, wrong=[mean, std - 1 / std])


def bent(z):
    return torch.stack([1.5 * torch.sin(2 * z), 0.3 * z + 0.1 * z**2], -1)


@verifies(
    "eq-gvae-elbo",
    against="E_q log p(x, z) - log q(z | x) of a bent decoder in two dimensions, by quadrature",
    wrong="no half before the square; no constant; sigma below the square; the KL added",
)
def test_gaussian_elbo(compare):
    x, m, s, sigma = torch.tensor([0.8, -0.2]).double(), 0.4, 0.6, 0.35
    log_q = normal(m, s).log_prob(Z)
    weight = log_q.exp()
    log_joint = normal(bent(Z), sigma).log_prob(x).sum(-1) + PRIOR.log()
    expected = over(weight * (log_joint - log_q), Z)
    square = over(weight * (x - bent(Z)).square().sum(-1), Z)
    kl = 0.5 * (m**2 + s**2 - 1 - math.log(s**2))
    constant = -math.log(2 * math.pi * sigma**2)  # D = 2
    found = -square / (2 * sigma**2) - kl + constant
    for wrong in (
        -square / sigma**2 - kl + constant,
        -square / (2 * sigma**2) - kl,
        -square / (2 * sigma) - kl + constant,
        -square / (2 * sigma**2) + kl + constant,
    ):
        compare(found, expected, tol=1e-9, wrong=wrong)
    package = over(weight * gaussian(sigma)(bent(Z), x.expand(len(Z), 2)), Z)
    heads = torch.tensor([[m], [2 * math.log(s)]], dtype=torch.float64)
    package = package - gaussian_kl(heads[:1], heads[1:])
    compare(package[0], expected, tol=1e-9)


@verifies(
    "eq-gvae-best-sigma",
    against="a search for the sigma with the largest bound",
    wrong="not divided by D; half of it",
)
def test_best_sigma(compare):
    for square, d in ((3.0, 64), (0.9, 2)):

        def loss(log_sigma, square=square, d=d):
            sigma = math.exp(log_sigma)
            return square / (2 * sigma**2) + d / 2 * math.log(2 * math.pi * sigma**2)

        best = math.exp(minimize_scalar(loss, bounds=(-6, 4), method="bounded").x) ** 2
        compare(square / d, best, tol=2e-4, wrong=square)
        compare(square / d, best, tol=2e-4, wrong=square / (2 * d))


@verifies(
    "eq-gvae-best-mean",
    against="for each code, a search for the answer with the least mean square error",
    wrong="the likeliest datum; the mean under the prior in place of the codes' law",
)
def test_best_mean(compare):
    codes = torch.tensor([-2.0, -0.4, 0.1, 1.3], dtype=torch.float64)
    joint = normal(X, TAU).log_prob(codes[:, None]).exp() * DATA
    searched = [
        minimize_scalar(lambda m, row=row: over(row * (X - m) ** 2).item(), bounds=(-4, 4)).x
        for row in joint
    ]
    found = LAW.seen(codes[:, None], 1.0, TAU).mean[:, 0]
    compare(found, searched, tol=1e-5, wrong=X[joint.argmax(1)])
    wrong = over(joint * X) / normal(0.0, 1.0).log_prob(codes).exp()
    compare(found, searched, tol=1e-5, wrong=wrong)


@verifies(
    "eq-gvae-pythagoras",
    against="the mean square error of a decoder by quadrature over data and codes",
    wrong="the distance subtracted; the distance from another decoder than the best",
)
def test_pythagoras(compare):
    def error(answer):
        return over(over(JOINT * (X - answer[:, None]) ** 2), Z)

    answer = torch.tanh(Z) + 0.3
    apart = over(AGGREGATED * (BEST - answer) ** 2, Z)
    found = error(BEST) + apart
    compare(found, error(answer), tol=1e-9, wrong=error(BEST) - apart)
    other = 0.5 * Z
    wrong = error(other) + over(AGGREGATED * (other - answer) ** 2, Z)
    compare(found, error(answer), tol=1e-9, wrong=wrong)


A, B, V = 0.4, 0.5, 1.7  # the linear encoder N(a x, b^2) of the page, for data N(0, v)
SPREAD = A**2 * V + B**2


def linear_joint(z):
    return normal(A * X, B).log_prob(z[:, None]).exp() * normal(0.0, V**0.5).log_prob(X).exp()


@verifies(
    "eq-gvae-bayes",
    against="the conditional law of a joint Gaussian",
    wrong="the prior in the denominator",
)
def test_bayes(compare):
    z = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    gain = A * V / SPREAD
    exact = normal(gain * z[:, None], math.sqrt(V - gain * A * V)).log_prob(X).exp()
    aggregated = normal(0.0, math.sqrt(SPREAD)).log_prob(z).exp()[:, None]
    prior = normal(0.0, 1.0).log_prob(z).exp()[:, None]
    compare(linear_joint(z) / aggregated, exact, tol=1e-9, wrong=linear_joint(z) / prior)


@verifies(
    "eq-gvae-mass",
    against="the mass by quadrature; at z = 0, 1, 2 it is 1.38, 0.88, 0.22",
    wrong="the ratio the other way round",
)
def test_mass(compare):
    z = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    prior = normal(0.0, 1.0).log_prob(z).exp()
    found = normal(0.0, math.sqrt(SPREAD)).log_prob(z).exp() / prior
    compare(found, over(linear_joint(z)) / prior, tol=1e-7, wrong=1 / found)
    compare(found, [1.38, 0.88, 0.22], tol=0.005, wrong=[1.0, 1.0, 1.0])


@verifies(
    "eq-gvae-weighted-mean",
    against="the mixture's posterior mean, by 1,600,000 data within five standard errors",
    wrong="divided by the prior; all data alike",
)
def test_weighted_mean(compare):
    x = LAW.sample(1_600_000, torch.Generator().manual_seed(0), torch.float64)[:, 0]
    for z in (-1.0, 0.2, 2.0):
        code = torch.tensor(z, dtype=torch.float64)
        weights = normal(x, TAU).log_prob(code).exp()
        found = (weights * x).mean() / weights.mean()
        exact = LAW.seen(code.reshape(1, 1), 1.0, TAU).mean[0, 0]
        noise = 5 * (weights * (x - found)).std() / weights.mean() / len(x) ** 0.5
        wrong = (weights * x).mean() / normal(0.0, 1.0).log_prob(code).exp()
        compare(found, exact, tol=noise.item(), wrong=wrong)
        compare(found, exact, tol=noise.item(), wrong=x.mean())


@verifies(
    "eq-gvae-variance",
    against="the variance of the mixture in closed form",
    wrong="the standard deviation given z in place of its square; the lost part left out",
)
def test_variance(compare):
    mean = WEIGHTS @ CENTRES
    total = WEIGHTS @ (VARIANCES + (CENTRES - mean) ** 2)
    kept = over(AGGREGATED * (BEST - over(AGGREGATED * BEST, Z)) ** 2, Z)
    inside = over(JOINT * (X - BEST[:, None]) ** 2) / AGGREGATED
    lost = over(AGGREGATED * inside, Z)
    compare(kept + lost, total, tol=1e-7, wrong=kept + over(AGGREGATED * inside.sqrt(), Z))
    compare(kept + lost, total, tol=1e-7, wrong=kept)
    package = LAW.seen(Z[:, None], 1.0, TAU).covariance[:, 0, 0]
    compare(package[200:700], inside[200:700], tol=1e-6)


@verifies(
    "eq-gvae-cdf-code",
    against="the density of the codes by change of variables",
    wrong="the logistic quantile in place of the normal one; the distribution function itself",
)
def test_cdf_code(compare):
    x = torch.linspace(-2.2, 2.2, 41, dtype=torch.float64, requires_grad=True)
    below = normal(CENTRES, VARIANCES.sqrt()).cdf(x[:, None]) @ WEIGHTS

    def density(code):
        (slope,) = torch.autograd.grad(code.sum(), x, retain_graph=True)
        return LAW.log_prob(x.detach()[:, None]).exp() / slope

    code = torch.special.ndtri(below)
    expected = normal(0.0, 1.0).log_prob(code.detach()).exp()
    other = below.logit()
    wrong = density(other) + expected - normal(0.0, 1.0).log_prob(other.detach()).exp()
    compare(density(code), expected, tol=1e-9, wrong=wrong)
    compare(density(code), expected, tol=1e-9, wrong=density(below))


def mixture_decoder(z, weights_of=None):
    """q(x | z) on the grid X for codes z, from the mixture formula; (len(z), len(X))."""
    total = VARIANCES + TAU**2
    if weights_of is None:
        weights_of = WEIGHTS.log() + normal(CENTRES, total.sqrt()).log_prob(z[:, None])
    shares = weights_of.softmax(-1)
    beta = VARIANCES / total
    centre = (1 - beta) * CENTRES + beta * z[:, None]
    parts = normal(centre, TAU * beta.sqrt()).log_prob(X[:, None, None]).exp()
    return (parts * shares).sum(-1).T


@verifies(
    "eq-gvae-mixture-decoder",
    against="Bayes' rule on a grid",
    wrong="the mixture's own weights; the likelihood of the clean mode",
)
def test_mixture_decoder(compare):
    z = Z[250:650:20]
    expected = JOINT[250:650:20] / AGGREGATED[250:650:20, None]
    plain = WEIGHTS.log().expand(len(z), 2)
    clean = WEIGHTS.log() + normal(CENTRES, VARIANCES.sqrt()).log_prob(z[:, None])
    compare(mixture_decoder(z), expected, tol=1e-8, wrong=mixture_decoder(z, plain))
    compare(mixture_decoder(z), expected, tol=1e-8, wrong=mixture_decoder(z, clean))


@verifies(
    "eq-gvae-round-trip",
    against="the density of the data",
    wrong="codes from the prior; the mean decoder with the best noise",
)
def test_round_trip(compare):
    back = mixture_decoder(Z)
    found = over(back.T * AGGREGATED, Z)
    compare(found, DATA, tol=1e-7, wrong=over(back.T * PRIOR, Z))
    lost = over(over(JOINT * (X - BEST[:, None]) ** 2), Z)
    gaussian_decoder = normal(BEST, lost.sqrt()).log_prob(X[:, None]).exp()
    compare(found, DATA, tol=1e-7, wrong=over(gaussian_decoder * AGGREGATED, Z))


@verifies("eq-gvae-grey-mass", against="quadrature over x", wrong="a density's 1; one log alone")
def test_grey_mass(compare):
    x = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    for p in (0.1, 0.3, 0.8):
        mass = over(p**x * (1 - p) ** (1 - x), x)
        found = (2 * p - 1) / (math.log(p) - math.log(1 - p))
        compare(found, mass, tol=1e-8, wrong=1.0)
        compare(found, mass, tol=1e-8, wrong=(2 * p - 1) / math.log(p))
    compare((2 * 0.5001 - 1) / math.log(0.5001 / 0.4999), 0.5, tol=1e-6, wrong=1.0)


@verifies("eq-gvae-grey-floor", against="a search over p", wrong="zero, as for binary pixels")
def test_grey_floor(compare):
    for x in (0.05, 0.4, 0.9):

        def loss(p, x=x):
            return -x * math.log(p) - (1 - x) * math.log(1 - p)

        least = minimize_scalar(loss, bounds=(1e-9, 1 - 1e-9), method="bounded").fun
        compare(-x * math.log(x) - (1 - x) * math.log(1 - x), least, tol=1e-8, wrong=0.0)


@verifies(
    "eq-gvae-bits",
    against="the probabilities of 256 levels under a Gaussian, exact",
    wrong="the spacing left out; its log added; nats taken for bits",
)
def test_bits(compare):
    levels = np.arange(256)
    x = torch.tensor((levels + 0.5) / 256)[[20, 100, 130, 240]]
    mean, sigma, h, d = 0.45, 0.2, 1 / 256, 4
    cell = normal(mean, sigma)
    exact = -(cell.cdf(x + h / 2) - cell.cdf(x - h / 2)).log2().mean()
    nats = -cell.log_prob(x).sum()
    found = (nats - d * math.log(h)) / (d * math.log(2))
    for wrong in (nats / (d * math.log(2)), (nats + d * math.log(h)) / (d * math.log(2))):
        compare(found, exact, tol=1e-3, wrong=wrong)
    compare(found, exact, tol=1e-3, wrong=(nats - d * math.log(h)) / d)
