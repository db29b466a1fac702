"""Checks of the page Notation, against quadrature, autograd, solved ODEs and other libraries."""

import numpy as np
import torch
from diffusers import DDPMScheduler
from references import MEANS, STDS, WEIGHTS, noisy_score, posterior_mean, vp
from scipy.integrate import quad, solve_ivp
from scipy.stats import norm
from verification import verifies

DEFINITIONS = {
    "eq-notation-kernel": "defines the noisy variable",
    "eq-notation-log-snr": "defines the log-SNR and its half",
    "eq-notation-sde": "defines the form of the equation; its f and g are tested",
    "eq-notation-fm": "defines the flow-matching process",
    "eq-notation-v": "defines v and the velocity",
    "eq-notation-chain": "defines the discrete chain",
}

LOW, HIGH = 0.1, 20.0  # beta_min and beta_max of VP
X = np.linspace(-2.0, 2.0, 5)


def rates(t):
    """(alpha, sigma, alpha_dot, sigma_dot) of VP, the derivatives by autograd."""
    t = torch.tensor(t, dtype=torch.float64, requires_grad=True)
    alpha, sigma = vp(t)
    dots = [torch.autograd.grad(y, t, retain_graph=True)[0] for y in (alpha, sigma)]
    return tuple(float(y.detach()) for y in (alpha, sigma, *dots))


@verifies(
    "eq-notation-drift",
    against="mean and variance of the SDE, solved as two ODEs",
    wrong="plus instead of minus in g squared",
)
def test_drift(compare):
    def variance(sign):
        def right(t, moments):
            alpha, sigma, alpha_dot, sigma_dot = rates(t)
            f, slope = alpha_dot / alpha, 2 * sigma * sigma_dot
            return [f * moments[0], 2 * f * moments[1] + slope - sign * 2 * f * sigma**2]

        alpha, sigma, *_ = rates(0.01)
        start = [float(alpha), float(sigma) ** 2]
        return solve_ivp(right, (0.01, 0.6), start, rtol=1e-10, atol=1e-12).y[:, -1]

    alpha, sigma = vp(0.6)
    compare(variance(1), [alpha, sigma**2], tol=1e-8, wrong=variance(-1))


@verifies(
    "eq-notation-ve",
    against="quadrature of the page's g squared",
    wrong="the start of the noise, sigma_min squared, not taken off",
)
def test_ve(compare):
    low, ratio, t = 0.3, 20.0, 0.7
    found = low**2 * (ratio ** (2 * t) - 1)
    expected, _ = quad(lambda s: (low * ratio**s) ** 2 * 2 * np.log(ratio), 0, t)
    compare(found, expected, tol=1e-9, wrong=low**2 * ratio ** (2 * t))


@verifies(
    "eq-notation-vp",
    against="variance of the linear SDE by quadrature",
    wrong="beta_max in place of half the difference in B",
)
def test_vp(compare):
    def between(s, t):
        return quad(lambda u: LOW + u * (HIGH - LOW), s, t)[0]

    t = 0.4
    total = LOW * t + 0.5 * (HIGH - LOW) * t**2
    found = [np.exp(-0.5 * total), 1 - np.exp(-total)]
    variance, _ = quad(lambda s: np.exp(-between(s, t)) * (LOW + s * (HIGH - LOW)), 0, t)
    total = LOW * t + HIGH * t**2
    wrong = [np.exp(-0.5 * total), 1 - np.exp(-total)]
    compare(found, [np.exp(-0.5 * between(0, t)), variance], tol=1e-9, wrong=wrong)


@verifies(
    "eq-notation-from-v",
    against="independently drawn datum and noise, at alpha^2 + sigma^2 = 0.58",
    wrong="without the division by alpha^2 + sigma^2",
)
def test_from_v(compare):
    generator = torch.Generator().manual_seed(0)
    x0, eps = torch.randn(2, 7, 7, generator=generator, dtype=torch.float64)
    alpha, sigma = 0.7, 0.3
    x, v = alpha * x0 + sigma * eps, alpha * eps - sigma * x0
    both = torch.stack([alpha * x - sigma * v, sigma * x + alpha * v])
    found = both / (alpha**2 + sigma**2)
    compare(found, torch.stack([x0, eps]), tol=1e-13, wrong=both)


@verifies(
    "eq-notation-score",
    against="posterior mean of the noise by quadrature",
    wrong="sigma squared in place of sigma",
)
def test_score(compare):
    alpha, sigma = 0.8, 0.5
    score = noisy_score(X, alpha, sigma)
    expected = posterior_mean(lambda x0, x: (x - alpha * x0) / sigma, X, alpha, sigma)
    compare(-sigma * score, expected, tol=1e-9, wrong=-(sigma**2) * score)


@verifies(
    "eq-notation-velocity",
    against="posterior mean of the velocity by quadrature",
    wrong="without the half of g squared",
)
def test_velocity(compare):
    alpha, sigma, alpha_dot, sigma_dot = rates(0.3)
    f = alpha_dot / alpha
    g2 = 2 * sigma * sigma_dot - 2 * f * sigma**2
    score = noisy_score(X, alpha, sigma)
    expected = posterior_mean(
        lambda x0, x: alpha_dot * x0 + sigma_dot * (x - alpha * x0) / sigma, X, alpha, sigma
    )
    compare(f * X - 0.5 * g2 * score, expected, tol=1e-9, wrong=f * X - g2 * score)


@verifies(
    "eq-notation-one-shot",
    against="mean and variance carried through 50 steps of the chain",
    wrong="alpha bar in place of its square under the root",
)
def test_one_shot(compare):
    beta = np.linspace(0.05, 0.4, 50)
    mean, variance = 1.0, 0.0
    for step in beta:
        mean, variance = np.sqrt(1 - step**2) * mean, (1 - step**2) * variance + step**2
    total = np.prod(np.sqrt(1 - beta**2))
    expected, wrong = [mean, np.sqrt(variance)], [total, np.sqrt(1 - total)]
    compare([total, np.sqrt(1 - total**2)], expected, tol=1e-12, wrong=wrong)


@verifies(
    "eq-notation-ddpm",
    against="alphas_cumprod of the DDPM scheduler in diffusers",
    wrong="their beta taken for our beta",
)
def test_ddpm(compare):
    theirs = DDPMScheduler(1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear")
    variances = np.linspace(1e-4, 0.02, 1000)
    found = np.sqrt(np.cumprod(1 - variances))
    wrong = np.cumprod(np.sqrt(1 - variances**2))
    compare(found, theirs.alphas_cumprod.sqrt(), tol=2e-6, wrong=wrong)


@verifies(
    "eq-notation-fm-clock",
    against="the path on the paper's clock, differentiated by autograd",
    wrong="our velocity without the change of sign",
)
def test_flow_matching_clock(compare):
    x0, eps = torch.tensor(1.3, dtype=torch.float64), torch.tensor(-0.4, dtype=torch.float64)
    tau = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
    (u,) = torch.autograd.grad(tau * x0 + (1 - tau) * eps, tau)
    t = (1 - tau.detach()).requires_grad_()
    (velocity,) = torch.autograd.grad((1 - t) * x0 + t * eps, t)
    compare([x0 - eps, -velocity], [u, u], tol=1e-14, wrong=[x0 - eps, velocity])


@verifies(
    "eq-notation-edm",
    against="posterior mean by quadrature, and the score by finite differences",
    wrong="the input not divided by alpha",
)
def test_edm(compare):
    alpha, sigma, step = 0.6, 0.5, 1e-5

    def log_density(x):
        std = np.sqrt(alpha**2 * STDS**2 + sigma**2)
        return np.log((WEIGHTS * norm.pdf(x[:, None], alpha * MEANS, std)).sum(1))

    def translated(x):
        score = noisy_score(x, 1.0, sigma / alpha)
        return np.concatenate([x + (sigma / alpha) ** 2 * score, score / alpha])

    denoised = posterior_mean(lambda x0, x: x0, X, alpha, sigma)
    slope = (log_density(X + step) - log_density(X - step)) / (2 * step)
    expected = np.concatenate([denoised, slope])
    compare(translated(X / alpha), expected, tol=1e-8, wrong=translated(X))
