"""Checks of the last page: shares by chance, and the three numbers of every one-call step."""

import numpy as np
import torch
from references import noisy_score, posterior_mean
from scipy.stats import binom
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP
from dgm_lessons.samplers import (
    ancestral_moments,
    ddim_step,
    euler_maruyama_moments,
    euler_step,
    langevin_moments,
)

DEFINITIONS = {
    "eq-again-step": "the form of a step: three numbers, which eq-again-rows and eq-again-keep fix",
}


@verifies(
    "eq-again-luck",
    against="the mean modulus of a binomial number, summed over all its values",
    wrong="K for K - 1, and pi for 2 pi",
)
def test_shares_by_chance(compare):
    for modes, n in ((3, 20_000), (25, 10_000)):
        k = np.arange(n + 1)
        expected = modes * (binom.pmf(k, n, 1 / modes) * abs(k / n - 1 / modes)).sum() / 2
        found = np.sqrt((modes - 1) / (2 * np.pi * n))
        compare(found, expected, tol=3e-4 * expected,
                wrong=np.sqrt(modes / (2 * np.pi * n)))  # fmt: skip
        compare(found, expected, tol=3e-4 * expected, wrong=np.sqrt(2) * found)


def rows(s, t, wrong=""):
    """(a, b, c) of each row at the times s and t of VP, from its curves by differences."""
    process, h, d = VP(), s - t, 1e-6
    curve = lambda u: np.array([float(level) for level in process.levels(u)])  # noqa: E731
    (alpha, sigma), (alpha_t, sigma_t) = curve(s), curve(t)
    alpha_dot, sigma_dot = (curve(s + d) - curve(s - d)) / (2 * d)
    f = alpha_dot / alpha
    g2 = 2 * sigma * sigma_dot - 2 * f * sigma**2
    ratio = alpha / alpha_t
    fresh = sigma**2 - ratio**2 * sigma_t**2
    rate = sigma_dot / sigma
    if wrong == "half":
        g2 = g2 / 2
    if wrong == "ratio":
        ratio = 1 / ratio
    sign = -1 if wrong == "sign" else 1
    eta = 0.07
    return {
        "DDIM": (sigma_t / sigma, alpha_t - sign * sigma_t / sigma * alpha, 0.0),
        "DDPM": (
            ratio * sigma_t**2 / sigma**2,
            alpha_t * fresh / sigma**2,
            np.sqrt(fresh) * sigma_t / sigma,
        ),
        "Euler": (1 - sign * h * rate, sign * h * (alpha * rate - alpha_dot), 0.0),
        "Euler-Maruyama": (
            1 - h * f - h * g2 / sigma**2,
            h * g2 * alpha / sigma**2,
            np.sqrt(h * g2),
        ),
        "Langevin": (1 - sign * eta / sigma**2, sign * eta * alpha / sigma**2, np.sqrt(2 * eta)),
    }


@verifies(
    "eq-again-rows",
    against="the package's own steps on the mixture GM1, whose denoiser is found by quadrature",
    wrong="the sign of what is carried over in DDIM, of the step in Euler's and Langevin's; half "
    "of g^2 in Euler-Maruyama's; the ratio of the alphas turned in DDPM's",
)
def test_three_numbers_for_every_step(compare):
    s, t, eta = 0.63, 0.48, 0.07
    exact, x = ExactDenoiser(gm1(), VP()), np.linspace(-1.8, 1.9, 9)
    alpha, sigma = (float(level) for level in VP().levels(s))
    datum = posterior_mean(lambda x0, _: x0, x, alpha, sigma)
    at = torch.tensor(x)[:, None]
    score = lambda x: torch.tensor(noisy_score(x[:, 0].numpy(), alpha, sigma))[:, None]  # noqa: E731
    steps = {
        "DDIM": (ddim_step(exact, at, s, t), 0.0),
        "DDPM": ancestral_moments(exact, at, s, t),
        "Euler": (euler_step(exact, at, s, t), 0.0),
        "Euler-Maruyama": euler_maruyama_moments(exact, at, s, t),
        "Langevin": langevin_moments(score, at, eta),
    }
    slips = {name: "sign" for name in ("DDIM", "Euler", "Langevin")}
    slips |= {"Euler-Maruyama": "half", "DDPM": "ratio"}
    for name, (mean, std) in steps.items():
        expected = [*mean[:, 0].tolist(), float(std)]
        a, b, c = rows(s, t)[name]
        found = [*(a * x + b * datum), c]
        a, b, c = rows(s, t, slips[name])[name]
        compare(found, expected, tol=1e-7, wrong=[*(a * x + b * datum), c])


@verifies(
    "eq-again-keep",
    against="mean and variance of the new point over both noises by Gauss-Hermite quadrature, the "
    "datum known; and the rows of DDIM and of DDPM meet both conditions",
    wrong="the cube of c for its square, and alpha_t alone for b",
)
def test_two_conditions_keep_the_kernel(compare):
    alpha_s, sigma_s, alpha_t, sigma_t, c, x0 = 0.61, 0.93, 0.84, 0.52, 0.31, 1.7
    node, weight = np.polynomial.hermite_e.hermegauss(9)
    weight = np.outer(weight, weight) / weight.sum() ** 2

    def moments(a, b):
        x = a * (alpha_s * x0 + sigma_s * node[:, None]) + b * x0 + c * node[None, :]
        mean = (weight * x).sum()
        return [mean, (weight * (x - mean) ** 2).sum()]

    kernel = [alpha_t * x0, sigma_t**2]
    a = np.sqrt(sigma_t**2 - c**2) / sigma_s
    wrong = np.sqrt(sigma_t**2 - c**3) / sigma_s
    compare(moments(a, alpha_t - a * alpha_s), kernel, tol=1e-12,
            wrong=moments(wrong, alpha_t - wrong * alpha_s))  # fmt: skip
    compare(moments(a, alpha_t - a * alpha_s), kernel, tol=1e-12, wrong=moments(a, alpha_t))
    for name in ("DDIM", "DDPM"):
        a, b, c = rows(0.63, 0.48)[name]
        (alpha_s, sigma_s), (alpha_t, sigma_t) = (
            [float(v) for v in VP().levels(u)] for u in (0.63, 0.48)
        )
        found = [a * alpha_s + b, a**2 * sigma_s**2 + c**2]
        compare(found, [alpha_t, sigma_t**2], tol=1e-12,
                wrong=[a * alpha_s, a * sigma_s**2 + c**2])  # fmt: skip
    a, b, c = rows(0.63, 0.48)["Langevin"]  # keeps the mean, and widens by eta^2 / sigma^2
    alpha, sigma = (float(v) for v in VP().levels(0.63))
    excess = 0.07**2 / sigma**2
    compare([a * alpha + b - alpha, a**2 * sigma**2 + c**2 - sigma**2], [0, excess], tol=1e-12,
            wrong=[0, 0])  # fmt: skip
