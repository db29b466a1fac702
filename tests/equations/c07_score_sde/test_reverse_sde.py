"""Checks of the section on the reverse SDE: Bayes by quadrature, and Gaussians carried exactly."""

from itertools import pairwise

import numpy as np
import torch
from references import MEANS, STDS, WEIGHTS, noisy_score, vp
from scipy.integrate import trapezoid
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-rsde-forward-step": "defines one step of the forward equation",
    "eq-rsde-split": "the drift of eq-rsde-sde written as a sum of two halves",
}

X = np.linspace(-2.2, 1.8, 7)
LOW, HIGH = 0.1, 20.0  # the linear rate beta(t) of VP, which has f = -beta/2 and g^2 = beta
SIZE = 0.01


def rate(t):
    return LOW + (HIGH - LOW) * t


def density(x, alpha, sigma):
    """GM1 seen through alpha x_0 + sigma eps."""
    std = np.sqrt(alpha**2 * STDS**2 + sigma**2)
    return (WEIGHTS * norm.pdf(np.asarray(x)[..., None], alpha * MEANS, std)).sum(-1)


def levels(t):
    return (float(c) for c in vp(t))


@verifies(
    "eq-rsde-hindsight",
    against="Bayes' rule over the step's noise, by quadrature",
    wrong="g missing, as if the noise were not scaled",
)
def test_the_noise_of_the_last_step_in_hindsight(compare):
    t, h = 0.2, SIZE
    f, g = -0.5 * rate(t), np.sqrt(rate(t))
    alpha, sigma = levels(t)
    w = np.linspace(-9, 9, 20_001) * np.sqrt(h)  # the noise
    before = (X[:, None] - g * w) / (1 + f * h)
    joint = norm.pdf(w, 0, np.sqrt(h)) * density(before, alpha, sigma)
    expected = trapezoid(w * joint, w) / trapezoid(joint, w)
    keep = 1 + f * h  # the law after the step: GM1 seen through these levels
    score = noisy_score(X, keep * alpha, np.sqrt(keep**2 * sigma**2 + g**2 * h))
    compare(-g * h * score, expected, tol=1e-9, wrong=-h * score)


def hindsight(t, h):
    """Mean and variance of x_{t-h} given x_t, over h, by Bayes' rule with the exact transition."""
    (a0, s0), (a1, s1) = levels(t - h), levels(t)
    ratio = a1 / a0
    std = np.sqrt(s1**2 - ratio**2 * s0**2)
    past = X[:, None] + np.linspace(-10, 10, 8001) * std
    joint = norm.pdf(X[:, None], ratio * past, std) * density(past, a0, s0)
    mass = trapezoid(joint, past)
    move = trapezoid((past - X[:, None]) * joint, past) / mass
    square = trapezoid((past - X[:, None] - move[:, None]) ** 2 * joint, past) / mass
    return np.stack([move, square]) / h


@verifies(
    "eq-rsde-sde",
    against="mean and variance of the past given the present, by Bayes' rule, as the step shrinks",
    wrong="half of g squared before the score",
)
def test_the_reverse_sde_is_the_past_given_the_present(compare):
    t = 0.2
    limit = 2 * hindsight(t, 1e-5) - hindsight(t, 2e-5)  # without the term of order h
    score = noisy_score(X, *levels(t))

    def found(half):  # time runs down: the move is minus the drift
        drift = -0.5 * rate(t) * X - half * rate(t) * score
        return np.stack([-drift, np.full_like(X, rate(t))])

    compare(found(1.0), limit, tol=2e-3, wrong=found(0.5))


# -- Gaussian data: x is a weighted sum of x_0, of old noise and of fresh noise --------------------


def carried(s2, times, noise, kick=1.0, share=1.0):
    """The variance at the end of a run back under VP: forward exactly, back by eq-rsde-step."""
    first, old = 1.0, np.zeros(len(times) - 1)
    for k, (t, s) in enumerate(pairwise(times)):
        keep = float(vp(s)[0] / vp(t)[0])
        first, old = keep * first, keep * old
        old[k] = np.sqrt(rate(s))  # times the increment of w, whose variance is s - t
    fresh = np.zeros_like(old)
    for k in reversed(range(len(old))):
        t, h = times[k + 1], times[k + 1] - times[k]
        alpha, sigma = levels(t)
        pull = (1 + share) / 2 * rate(t) / (alpha**2 * s2 + sigma**2)
        shrink = 1 + (0.5 * rate(t) - pull) * h
        first, old, fresh = shrink * first, shrink * old, shrink * fresh
        (old if noise == "recorded" else fresh)[k] += (
            (-1 if noise == "recorded" else 1) * kick * np.sqrt(share * rate(t))
        )
    spans = np.diff(times)
    return s2 * first**2 + (spans * (old**2 + fresh**2)).sum()


def correlation(s2, t):
    """rho^2, the squared correlation of x_0 and x_t."""
    alpha, sigma = levels(t)
    return alpha**2 * s2 / (alpha**2 * s2 + sigma**2)


TIMES = np.linspace(0, 0.4, 4001)


@verifies(
    "eq-rsde-step",
    against="the variance of Gaussian data, after 4,000 such steps from p_T",
    wrong="the noise g h in place of g sqrt(h)",
)
def test_steps_back_end_at_the_data(compare):
    s2, h = 0.7, TIMES[1]
    compare(carried(s2, TIMES, "fresh"), s2, tol=4e-3,
            wrong=carried(s2, TIMES, "fresh", kick=np.sqrt(h)))  # fmt: skip


@verifies(
    "eq-rsde-fresh",
    against="0, the mean of fresh noise given the present; the old noise's mean by quadrature",
    wrong="the recorded noise itself",
)
def test_what_is_left_of_the_old_noise_is_centred(compare):
    t, h = 0.2, 1e-4
    f, g = -0.5 * rate(t), np.sqrt(rate(t))
    alpha, sigma = levels(t)
    w = np.linspace(-9, 9, 20_001) * np.sqrt(h)
    joint = norm.pdf(w, 0, np.sqrt(h)) * density((X[:, None] - g * w) / (1 + f * h), alpha, sigma)
    old = trapezoid(w * joint, w) / trapezoid(joint, w) / h
    found = old + g * noisy_score(X, *levels(t + h))
    compare(found, np.zeros_like(X), tol=0.02, wrong=old)


@verifies(
    "eq-rsde-recorded",
    against="weights of x_0 and of each of 4,000 old increments, carried there and back",
    wrong="the variance that fresh noise gives",
)
def test_recorded_noise_takes_variance_away(compare):
    for s2 in (0.7, 2.3):
        rho2 = correlation(s2, 0.4)
        formula = s2 * (1 + 2 * rho2 * np.log(rho2))
        compare(formula, carried(s2, TIMES, "recorded"), tol=4e-3, wrong=s2)
    assert correlation(0.7, 0.4) > 0.1  # the start knows the noise


@verifies(
    "eq-rsde-size",
    against="weights of x_0 and of 4,000 increments of scaled noise, carried there and back",
    wrong="c for c squared",
)
def test_scaled_noise(compare):
    s2 = 0.7
    rho2 = correlation(s2, 0.4)
    for c in (0.0, 0.6, 2.0):
        expected = carried(s2, TIMES, "fresh", kick=c)
        wrong = s2 * (rho2 + c * (1 - rho2)) if c else s2
        compare(s2 * (rho2 + c**2 * (1 - rho2)), expected, tol=0.01 * expected, wrong=wrong)


@verifies(
    "eq-rsde-ve",
    against="mean of the past given the present under VE, by Bayes' rule, as the step shrinks",
    wrong="Langevin's drift, half of g squared times the score",
)
def test_without_drift_the_pull_is_twice_langevin_s(compare):
    g, v, h = 1.3, 0.5, 1e-5  # f = 0, noise variance v at the time looked at

    def move(h):
        std = g * np.sqrt(h)
        past = X[:, None] + np.linspace(-10, 10, 8001) * std
        joint = norm.pdf(X[:, None], past, std) * density(past, 1.0, np.sqrt(v - g**2 * h))
        return trapezoid((past - X[:, None]) * joint, past) / trapezoid(joint, past) / h

    score = noisy_score(X, 1.0, np.sqrt(v))
    limit = 2 * move(h) - move(2 * h)
    compare(g**2 * score, limit, tol=2e-3, wrong=g**2 / 2 * score)
    # frozen there, it rests at pi^2: the flux g^2 (log pi)' q - g^2/2 q' of q = pi^2 is zero
    d = 1e-4
    low, q, high = (density(X + e, 1.0, np.sqrt(v)) ** 2 for e in (-d, 0, d))
    compare(score * q, (high - low) / (2 * d) / 2, tol=1e-6, wrong=score * q / 2)


@verifies(
    "eq-rsde-share",
    against="the time derivative of p_t, which each share must run backward",
    wrong="the whole of 1 + share before g squared; the square of the share in the noise",
)
def test_every_share_has_the_same_marginals(compare):
    """Back in time: d/dt p = -(drift p)' - share g^2/2 p''; derivatives by autograd."""
    t = 0.2
    x = torch.tensor(X, requires_grad=True)

    def p(x, t):
        alpha, sigma = vp(t)
        std = (alpha**2 * torch.tensor(STDS) ** 2 + sigma**2).sqrt()
        parts = torch.distributions.Normal(alpha * torch.tensor(MEANS), std).log_prob(x[:, None])
        return (parts.exp() * torch.tensor(WEIGHTS)).sum(1)

    def slope(y):
        return torch.autograd.grad(y.sum(), x, create_graph=True)[0]

    law = p(x, t)
    score = slope(law.log())
    h = 1e-5
    expected = ((p(x, t + h) - p(x, t - h)) / (2 * h)).detach()

    def right(pull, spread):
        drift = -0.5 * rate(t) * x - pull * rate(t) * score
        return (-slope(drift * law) - spread * rate(t) / 2 * slope(slope(law))).detach()

    for share in (0.0, 0.4, 1.0, 2.0):
        found = right((1 + share) / 2, share)
        compare(found, expected, tol=1e-6, wrong=right(1 + share, share))
        if share not in (0, 1):
            compare(found, expected, tol=1e-6, wrong=right((1 + share) / 2, share**2))


@verifies(
    "eq-rsde-clock",
    against="g^2 = (sigma^2)' - 2 f sigma^2, all by finite differences, for VP, VE and a cosine",
    wrong="sigma for sigma squared",
)
def test_g_squared_on_the_log_snr_clock(compare):
    def ve(t):
        return 1.0, 0.1 * np.exp(3 * t)

    def cosine(t):
        return np.cos(1.4 * t), np.sin(1.4 * t)

    h, t = 1e-5, 0.35
    for curves in (lambda t: tuple(levels(t)), ve, cosine):
        (a0, s0), (_, s), (a1, s1) = (np.array(curves(t + e)) for e in (-h, 0, h))
        f = (np.log(a1) - np.log(a0)) / (2 * h)
        g2 = (s1**2 - s0**2) / (2 * h) - 2 * f * s**2
        clock = (2 * np.log(a1 / s1) - 2 * np.log(a0 / s0)) / (2 * h)
        compare(-(s**2) * clock, g2, tol=1e-7, wrong=-s * clock)
