"""Checks of the section on guidance: finite differences, quadrature and the moment equations."""

import numpy as np
import torch
from references import solve
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.fokker_planck import reverse_drift
from dgm_lessons.guidance import ALWAYS, GuidedDenoiser, LabelledMixture
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import VP

DEFINITIONS = {
    "eq-guide-interval": "defines guidance on an interval of noise levels",
}

# p(x, c) on the line: weight, mean, standard deviation of each component; class c is the first two
PARTS = np.array([[0.31, 0.2, 0.37], [0.22, 1.7, 0.29], [0.47, -1.1, 0.43]])
OWN = [0, 1]
ALPHA, SIGMA, W = 0.83, 0.61, 1.7
X = np.array([-1.3, -0.6, 0.15, 0.8, 1.9])
GRID = np.linspace(-9, 9, 18001)


def bell(x, mean, variance):
    return np.exp(-0.5 * (x - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)


def density(x, rows, alpha=1.0, sigma=0.0):
    """p_t of some of the components, with their weights."""
    return sum(
        weight * bell(x, alpha * mean, (alpha * std) ** 2 + sigma**2)
        for weight, mean, std in PARTS[rows]
    )


def whole(x, *level):
    return density(x, slice(None), *level)


def told(x, *level):
    return density(x, OWN, *level) / PARTS[OWN, 0].sum()


def classifier(x, *level):
    return density(x, OWN, *level) / whole(x, *level)


def slope(function, x, h=1e-5):
    """The gradient of the logarithm, by central differences."""
    return (np.log(function(x + h)) - np.log(function(x - h))) / (2 * h)


def seen(function):
    return lambda x: function(x, ALPHA, SIGMA)


def guided(x, w):
    return (1 + w) * slope(seen(told), x) - w * slope(seen(whole), x)


def posterior_mean(x, rows):
    """E[x_0 | x_t] of some of the components, by quadrature."""
    weight = density(GRID, rows) * bell(x[:, None], ALPHA * GRID, SIGMA**2)
    return (weight * GRID).sum(1) / weight.sum(1)


@verifies(
    "eq-guide-bayes",
    against="central differences of the three logarithms",
    wrong="the prior's gradient with the wrong sign",
)
def test_bayes_rule_for_scores(compare):
    free, push = slope(seen(whole), X), slope(seen(classifier), X)
    compare(free + push, slope(seen(told), X), tol=1e-7, wrong=push - free)


@verifies(
    "eq-guide-score",
    against="the log of p_t(x|c)^(1+w) / p_t(x)^w and of p_t(x) p_t(c|x)^(1+w), differenced",
    wrong="w for 1 + w before the classifier; the scale for the weight in the first line",
)
def test_both_forms_of_the_guided_score(compare):
    tilted = slope(lambda x: seen(told)(x) ** (1 + W) / seen(whole)(x) ** W, X)
    compare(guided(X, W), tilted, tol=1e-6, wrong=guided(X, 1 + W))
    free, push = slope(seen(whole), X), slope(seen(classifier), X)
    compare(free + (1 + W) * push, tilted, tol=1e-6, wrong=free + W * push)


@verifies(
    "eq-guide-denoiser",
    against="Tweedie's formula with the guided score of finite differences; posterior means by "
    "quadrature",
    wrong="the convention of scales: D + w (D(.|c) - D)",
)
def test_the_guided_denoiser_is_tweedie_s(compare):
    with_label, without = posterior_mean(X, OWN), posterior_mean(X, slice(None))
    by_tweedie = (X + SIGMA**2 * guided(X, W)) / ALPHA
    compare(
        (1 + W) * with_label - W * without,
        by_tweedie,
        tol=1e-6,
        wrong=without + W * (with_label - without),
    )


@verifies(
    "eq-guide-tilted",
    against="both forms, normalised by quadrature, at five points",
    wrong="1 + w for w in the last form",
)
def test_two_forms_of_the_tilted_density(compare):
    def at(function):
        return function(X) / np.trapezoid(function(GRID), GRID)

    compare(
        at(lambda x: told(x) * classifier(x) ** W),
        at(lambda x: told(x) ** (1 + W) / whole(x) ** W),
        tol=1e-9,
        wrong=at(lambda x: told(x) * classifier(x) ** (1 + W)),
    )


@verifies(
    "eq-guide-power",
    against="the tilted density carried through the kernel by quadrature; the guided score by "
    "differences",
    wrong="the power of the mean for the mean of powers, and the other way round",
)
def test_what_is_needed_and_what_is_used(compare):
    tilted = told(GRID) ** (1 + W) / whole(GRID) ** W

    def needed(x):
        kernel = bell(x[:, None], ALPHA * GRID, SIGMA**2)
        return kernel @ tilted

    def of_powers(x, inner, outer):
        """p_t(x) E[p(c | x_0)^inner | x_t = x]^outer, by quadrature."""
        weight = whole(GRID) * bell(x[:, None], ALPHA * GRID, SIGMA**2)
        mean = (weight * classifier(GRID) ** inner).sum(1) / weight.sum(1)
        return seen(whole)(x) * mean**outer

    mean_of_powers = slope(lambda x: of_powers(x, 1 + W, 1), X)
    power_of_mean = slope(lambda x: of_powers(x, 1, 1 + W), X)
    compare(mean_of_powers, slope(needed, X), tol=1e-6, wrong=power_of_mean)
    compare(power_of_mean, guided(X, W), tol=1e-6, wrong=mean_of_powers)


@verifies(
    "eq-guide-gaussian",
    against="the variance equations of flow and SDE, dP/dv = 2kP and 2kP - 1 along v = sigma^2, "
    "solved backwards from v = 1e6; the tilted variance by quadrature",
    wrong="1 + w for w; the flow's law for the SDE",
)
def test_three_variances_of_a_gaussian(compare):
    a, b, first = 0.6, 1.7, 1e6

    def end(kick, w):
        def right(u, y):  # on the clock u = log v
            v = np.exp(u)
            rate = (1 + w) / (a + v) - w / (b + v)
            return [v * ((2 if kick else 1) * rate * y[0] - kick)]

        return solve(right, [first], np.log(first), np.log(1e-9))[0]

    def by_formula(w):
        flow = a * (a / b) ** w
        sde = (a * b - a**2 * (a / b) ** (2 * w)) / ((2 * w + 1) * (b - a))
        return np.array([flow, sde, 1 / ((1 + w) / a - w / b)])

    tilted = bell(GRID, 0, a) ** (1 + W) / bell(GRID, 0, b) ** W
    variance = (tilted * GRID**2).sum() / tilted.sum()
    solved = np.array([end(0, W), end(1, W), variance])
    compare(by_formula(W), solved, tol=1e-4, wrong=by_formula(1 + W))
    compare(by_formula(W)[1], solved[1], tol=1e-4, wrong=by_formula(W)[0])


@verifies(
    "eq-guide-langevin",
    against="the package's drift of the guided reverse SDE, its probability flow of the class and "
    "its guided score of weight 2w",
    wrong="the Langevin part of weight w; of scale 2 (1 + w)",
)
def test_the_guided_sde_is_a_flow_and_langevin(compare):
    law = GaussianMixture(PARTS[:, 0].tolist(), PARTS[:, 1:2].tolist(), (PARTS[:, 2] ** 2).tolist())
    data, process, t = LabelledMixture(law, [0, 0, 1]), VP(), 0.37
    pair = [ExactDenoiser(one, process) for one in (data.law(0), data.mixture)]
    x = torch.from_numpy(X)[:, None]

    def split(weight):
        langevin = GuidedDenoiser(*pair, weight, ALWAYS).score(x, t)
        return pair[0].velocity(x, t) - 0.5 * process.g2(t) * langevin

    drift = reverse_drift(GuidedDenoiser(*pair, W, ALWAYS))(x, t)
    compare(split(2 * W), drift, tol=1e-9, wrong=split(W))
    compare(split(2 * W), drift, tol=1e-9, wrong=split(2 * W + 1))
