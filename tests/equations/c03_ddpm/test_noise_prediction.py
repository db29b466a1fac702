"""Noise prediction: Su's four noises turned into three, and what a network may predict.

The test bed is GM1 and a chain of twenty big steps; most checks look at its tenth.
"""

import numpy as np
import pytest
import torch
from pytest import approx
from references import carried_noise, gm1_and_two_noises
from verification import verifies

from dgm_lessons.denoisers import x0_eps_from
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP, DiscreteProcess

DEFINITIONS = {
    "eq-noise-undo": "defines the task: undo one step",
    "eq-noise-su-mean": "defines the form of Su's network",
    "eq-noise-simple": "defines the simple loss; its optimum and its floor are checked",
}

DATA = gm1()
BETAS = torch.linspace(0.1, 0.5, 20, dtype=torch.float64)
CHAIN = DiscreteProcess(BETAS)
STEP = 10
X0 = torch.linspace(-6, 6, 4001, dtype=torch.float64)
POINTS = torch.tensor([[-1.8], [-0.5], [0.3], [1.4]], dtype=torch.float64)


def coefficients(i=STEP):
    """alpha_i, beta_i, alpha_bar and sigma_bar at i, and both at i - 1."""
    beta = BETAS[i - 1]
    bars = (CHAIN.alpha(i), CHAIN.sigma(i), CHAIN.alpha(i - 1), CHAIN.sigma(i - 1))
    return (1 - beta**2).sqrt(), beta, *bars


A, B, BAR, S, BAR_1, S_1 = coefficients()


def nodes(count=32):
    """Points of x_0 ~ GM1 and of two noises, and the weights of all triples."""
    return map(torch.from_numpy, gm1_and_two_noises(count))


def net(x):
    """Any network at all."""
    return 0.3 * x + 0.4 * torch.tanh(2 * x)


def given(x, value):
    """E[value(x_0) | x_i] by quadrature over the data, for x of shape (B, 1)."""
    log_w = DATA.log_prob(X0[:, None]) - (x - BAR * X0) ** 2 / (2 * S**2)
    return (log_w.softmax(1) * value(X0)).sum(1, keepdim=True)


def conditioned(x, x0):
    """Mean and variance of x_{i-1} given x_i and x_0, from the joint covariance."""
    covariance = torch.tensor([[S_1**2, A * S_1**2], [A * S_1**2, S**2]])
    gain = covariance[0, 1] / covariance[1, 1]
    return BAR_1 * x0 + gain * (x - BAR * x0), covariance[0, 0] - gain * covariance[0, 1]


def kl(mean, other, variance):
    normal = torch.distributions.Normal
    return torch.distributions.kl_divergence(
        normal(mean, variance.sqrt()), normal(other, variance.sqrt())
    )


@verifies("eq-noise-su-loss", against="x_{i-1} itself, from a walk", wrong="weight not squared")
def test_su_loss(compare):
    x0, old, new, weight = nodes(12)
    before = BAR_1 * x0 + S_1 * old
    x = A * before + B * new
    direct = (weight * ((x - B * net(x)) / A - before) ** 2).sum()
    average = (weight * (new - net(x)) ** 2).sum()
    compare((B / A) ** 2 * average, direct, tol=1e-12, wrong=B / A * average)


def walked(i):
    return carried_noise((1 - BETAS[:i] ** 2).sqrt(), BETAS[:i])


@verifies("eq-noise-correlation", against="the noises carried step by step", wrong="beta alone")
def test_correlation(compare):
    for i in (2, 10, 20):
        noise = walked(i)[1:]
        found, wrong = BETAS[i - 1] / CHAIN.sigma(i), BETAS[i - 1]
        compare(found, noise[-1] / np.linalg.norm(noise), tol=1e-12, wrong=wrong)
        slip = BETAS[i - 1] / CHAIN.sigma(i - 1)  # sigma one step too early
        compare(found, noise[-1] / np.linalg.norm(noise), tol=1e-12, wrong=slip)


@verifies("eq-noise-four", against="coefficients carried step by step", wrong="no bar on alpha")
def test_four(compare):
    row = walked(STEP)
    expected = [row[0], np.linalg.norm(row[1:-1]), row[-1]]
    compare([BAR, A * S_1, B], expected, tol=1e-12, wrong=[A, A * S_1, B])


def mirror(sign=1.0):
    """(eps, w) from (noise before, noise of the step)."""
    return torch.tensor([[A * S_1, B], [B, -sign * A * S_1]]) / S


@verifies(
    "eq-noise-rotation",
    "eq-noise-reflection",
    against="covariance of (eps, w), which is the identity; the mirror applied twice",
    wrong="a plus between the two parts of w",
)
def test_rotation(compare):
    eye, right, wrong = torch.eye(2).double(), mirror(), mirror(-1.0)
    compare(right @ right.T, eye, tol=1e-12, wrong=wrong @ wrong.T)
    compare(right @ right, eye, tol=1e-12, wrong=wrong @ wrong)
    c, s = A * S_1 / S, B / S
    compare(torch.tensor([[c, s], [s, -c]]), mirror(), tol=1e-12, wrong=mirror(-1.0))
    pair = torch.tensor([0.7, -1.3], dtype=torch.float64)
    compare(S * (right @ pair)[0], A * S_1 * pair[0] + B * pair[1], tol=1e-12)


@verifies("eq-noise-unrotate", against="the step's noise that went in", wrong="the sign of w")
def test_unrotate(compare):
    pair = torch.tensor([[0.7, -1.3, 0.2], [-0.4, 0.9, 2.1]], dtype=torch.float64)
    eps, w = mirror() @ pair
    compare((B * eps - A * S_1 * w) / S, pair[1], 1e-12, wrong=(B * eps + A * S_1 * w) / S)


@verifies(
    "eq-noise-integrated",
    against="the loss with two noises, by Gauss-Hermite quadrature",
    wrong="constant not squared; weight not squared",
)
def test_integrated(compare):
    x0, old, new, weight = nodes(40)
    x = BAR * x0 + A * S_1 * old + B * new
    direct = (weight * (new - net(x)) ** 2).sum()
    x0, eps, _, weight = nodes(40)
    average = (weight * (eps - S / B * net(BAR * x0 + S * eps)) ** 2).sum()
    constant = A * S_1 / S
    right = (B / S) ** 2 * average + constant**2
    for wrong in ((B / S) ** 2 * average + constant, B / S * average + constant**2):
        compare(right, direct, tol=1e-4, wrong=wrong)


def slopes(i, theta=0.3, count=12):
    """Gradients of the two losses for the net theta x, and the weights of the draws."""
    a, b, bar, s, _, s_1 = coefficients(i)
    x0, old, new, weight = nodes(count)
    noise = a * s_1 * old + b * new
    x = bar * x0 + noise
    return x * (theta * x - new), x * (theta * x - b * noise / s**2), x, weight


def variance(value, weight):
    return (weight * value**2).sum() - (weight * value).sum() ** 2


@verifies(
    "eq-noise-variance",
    against="variances of both gradients by quadrature, ratios 3.14, 8.94, 11.30",
    wrong="factor not squared",
)
def test_variance(compare):
    ratios = []
    for i in (4, 10, 16):
        before, after, x, weight = slopes(i)
        u, v = variance(before, weight), variance(after, weight)
        assert (weight * before).sum() == approx((weight * after).sum())
        a, _, _, s, _, s_1 = coefficients(i)
        extra = (weight * x**2).sum()
        right, wrong = (v + (a * s_1 / s) ** p * extra for p in (2, 1))
        compare(right, u, tol=1e-9, wrong=wrong)
        ratios.append((u / v).item())
    assert ratios == approx([3.14, 8.94, 11.30], abs=0.005)


def test_shares_of_the_four_draws():
    """What the page measures by redrawing: exact, by quadrature."""
    table = [slopes(i) for i in range(1, 21)]
    value = torch.stack([before for before, *_ in table])
    weight = torch.stack([w for *_, w in table]) / 20
    total = variance(value, weight)
    shares = []
    for dim in (1, 2, 3, 0):
        one = weight.sum([d for d in range(4) if d != dim], keepdim=True)
        mean = (one * value).sum(dim, keepdim=True)
        shares.append(((weight * (value - mean) ** 2).sum() / total).item())
    assert shares == approx([0.678, 0.219, 0.858, 0.159], abs=5e-4)


@pytest.mark.parametrize("i", [100, 400, 700])
def test_in_a_long_chain_the_second_noise_costs_hundreds(i):
    """The best line at one step of a thousand: ratios 58, 502 and 6,080."""
    chain = DiscreteProcess.linear(1000)
    b, s = chain.betas[i - 1], chain.sigma(i)
    x0, eps, _, weight = nodes(12)
    x = chain.alpha(i) * x0 + s * eps
    theta = b / s * (weight * x * eps).sum() / (weight * x**2).sum()
    after = variance((x * (theta * x - b / s * eps)).expand(weight.shape), weight)
    extra = (1 - (b / s) ** 2) * (weight * x**2).sum()
    expected = {100: 58.3, 400: 501.6, 700: 6082.0}[i]
    assert 1 + (extra / after).item() == approx(expected, rel=2e-3)


@verifies(
    "eq-noise-convert",
    "eq-noise-two-factors",
    against="E[x_{i-1} | x_i] of the mixture one step earlier",
    wrong="factor upside down; DDPM's net in Su's place",
)
def test_convert(compare):
    before = DATA.diffuse(BAR_1, S_1).seen(POINTS, A, B).mean
    su = (POINTS - A * before) / B  # E[eps_i | x_i]
    ddpm = given(POINTS, lambda x0: (POINTS - BAR * x0) / S)
    compare(S / B * su, ddpm, tol=1e-6, wrong=B / S * su)
    pull = POINTS / A - before
    compare((1 - A**2) / (A * S) * ddpm, pull, tol=1e-6, wrong=B / A * ddpm)
    compare(B / A * su, pull, tol=1e-12, wrong=(1 - A**2) / (A * S) * su)


@verifies(
    "eq-noise-mean",
    against="Gaussian conditioning on x_i and x_0",
    wrong="no bar in the root, as on the slides",
)
def test_mean(compare):
    x, x0 = torch.tensor([-0.4, 1.2, 0.1]).double(), torch.tensor([0.7, -0.2, 1.0]).double()
    eps = (x - BAR * x0) / S
    right, wrong = ((x - (1 - A**2) / (1 - a**2).sqrt() * eps) / A for a in (BAR, A))
    compare(right, conditioned(x, x0)[0], tol=1e-12, wrong=wrong)
    eps = (-0.4 - BAR * 0.7) / S
    printed = [(-0.4 - (1 - A**2) / root * eps) / A for root in (S, B)]
    assert printed == approx([-0.1751, 0.0769], abs=5e-5)  # the numbers on the page


@verifies(
    "eq-noise-weight",
    against="KL of the two reverse steps from torch.distributions",
    wrong="no half; the weight as printed in an article, sigma to the fourth",
)
def test_weight(compare):
    x, x0 = POINTS[:, 0], torch.tensor([0.7, -0.2, 1.0, -1.4]).double()
    eps, guess = (x - BAR * x0) / S, net(x)
    target, spread = conditioned(x, x0)
    mean = conditioned(x, (x - S * guess) / BAR)[0]
    expected, distance = kl(target, mean, spread), (eps - guess) ** 2
    general = B**4 / (2 * spread * A**2 * S**2)
    printed = B**4 / (2 * A**2 * spread**2)
    for wrong in (2 * general, printed):
        compare(general * distance, expected, tol=1e-9, wrong=wrong * distance)
    short = B**2 / (2 * A**2 * S_1**2)
    compare(short * distance, expected, 1e-9, wrong=B**2 / (2 * A**2 * S**2) * distance)


@verifies(
    "eq-noise-optimum",
    against="E[eps | x_i] by quadrature over the data",
    wrong="sigma squared; sign",
)
def test_optimum(compare):
    expected = given(POINTS, lambda x0: (POINTS - BAR * x0) / S)
    score = DATA.diffuse(BAR, S).score(POINTS)
    for wrong in (-(S**2) * score, S * score):
        compare(-S * score, expected, tol=1e-6, wrong=wrong)


def over_noisy(value):
    """The mean of value(x_i) over the law of x_i, by quadrature; value gives (B, 1)."""
    x = torch.linspace(-9, 9, 4001, dtype=torch.float64)[:, None]
    density = DATA.diffuse(BAR, S).log_prob(x).exp()
    return torch.trapezoid(density * value(x)[:, 0], x[:, 0])


@verifies(
    "eq-noise-excess", against="the loss by Gauss-Hermite quadrature", wrong="no floor; half of it"
)
def test_excess(compare):
    x0, eps, _, weight = nodes(48)
    direct = (weight * (net(BAR * x0 + S * eps) - eps) ** 2).sum()
    law = DATA.diffuse(BAR, S)
    excess = over_noisy(lambda x: (net(x) + S * law.score(x)) ** 2)
    floor = 1 - S**2 * over_noisy(lambda x: law.score(x) ** 2)
    for wrong in (excess, excess + floor / 2):
        compare(excess + floor, direct, tol=1e-4, wrong=wrong)


@verifies(
    "eq-noise-floor",
    against="one minus sigma^2 E|score|^2, at five levels",
    wrong="the ratio not squared; one at all levels",
)
def test_floor(compare):
    x = torch.linspace(-12, 12, 12_001, dtype=torch.float64)[:, None]
    found, wrong, expected = [], [], []
    for t in (0.02, 0.1, 0.3, 0.6, 1.0):
        alpha, sigma = VP().alpha(t), VP().sigma(t)
        law = DATA.diffuse(alpha, sigma)
        p = law.log_prob(x).exp()
        spread = torch.trapezoid(p * DATA.seen(x, alpha, sigma).covariance[:, 0, 0], x[:, 0])
        found.append((alpha / sigma) ** 2 * spread)
        wrong.append(alpha / sigma * spread)
        expected.append(1 - sigma**2 * torch.trapezoid(p * law.score(x)[:, 0] ** 2, x[:, 0]))
    compare(found, expected, tol=1e-8, wrong=wrong)
    compare(found, expected, tol=1e-8, wrong=np.ones(5))
    assert [f.item() for f in found[:4]] == approx([0.96, 0.65, 0.49, 0.043], abs=5e-3)
    assert found[4].item() == approx(7e-5, abs=5e-6)


@verifies(
    "eq-noise-clean",
    against="Gaussian conditioning, and the KL from torch.distributions",
    wrong="weights of the mean exchanged; no half; the levels exchanged",
)
def test_clean(compare):
    x, x0 = POINTS[:, 0], torch.tensor([0.7, -0.2, 1.0, -1.4]).double()
    target, spread = conditioned(x, x0)
    guess = net(x)
    mean = (A * S_1**2 * x + BAR_1 * B**2 * guess) / S**2
    exchanged = (BAR_1 * B**2 * x + A * S_1**2 * guess) / S**2
    compare(mean, conditioned(x, guess)[0], tol=1e-12, wrong=exchanged)
    expected, distance = kl(target, mean, spread), (guess - x0) ** 2
    omega = (BAR_1**2 / S_1**2 - BAR**2 / S**2) / 2
    for wrong in (2 * omega, -omega):
        compare(omega * distance, expected, tol=1e-9, wrong=wrong * distance)


@verifies(
    "eq-noise-dialects",
    against="the point itself, both means by quadrature",
    wrong="coefficients exchanged",
)
def test_dialects(compare):
    x0 = given(POINTS, lambda x0: x0)
    eps = -S * DATA.diffuse(BAR, S).score(POINTS)
    compare(BAR * x0 + S * eps, POINTS, tol=1e-6, wrong=S * x0 + BAR * eps)


@verifies(
    "eq-noise-scalings",
    against="readouts of the package for two networks",
    wrong="no bar; the ratio upside down",
)
def test_scalings(compare):
    best, ours = net(POINTS), net(POINTS) + 0.1 * torch.cos(POINTS)
    clean = [x0_eps_from(y, POINTS, STEP, CHAIN, "eps")[0] for y in (ours, best)]
    means = [CHAIN.posterior(POINTS, x0, STEP, STEP - 1)[0] for x0 in clean]
    error = ours - best
    compare(-(B**2) / (A * S) * error, means[0] - means[1], 1e-12, wrong=-(B**2) / (A * B) * error)
    compare(-S / BAR * error, clean[0] - clean[1], tol=1e-12, wrong=-BAR / S * error)
    long = DiscreteProcess.linear(1000)
    assert (long.sigma(1000) / long.alpha(1000)).item() == approx(157, abs=1)
