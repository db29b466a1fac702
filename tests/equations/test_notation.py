"""Checks of the page Notation, against quadrature, autograd, solved ODEs and other libraries."""

import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from references import (
    MEANS,
    STDS,
    WEIGHTS,
    gm1_and_two_noises,
    hermite,
    noisy_score,
    posterior_mean,
    vp,
)
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


@verifies(
    "eq-notation-ddpm-width",
    against="the small fixed variance of the DDPM scheduler in diffusers",
    wrong="the two variances of all steps exchanged",
)
def test_ddpm_width(compare):
    theirs = DDPMScheduler(1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear")
    beta = np.sqrt(np.linspace(1e-4, 0.02, 1000))
    before, after = (1 - np.prod(1 - beta[:steps] ** 2) for steps in (400, 401))
    expected = float(theirs._get_variance(400))  # their step 400 is the 401st
    compare(before / after * beta[400] ** 2, expected, tol=1e-7, wrong=after / before * beta[400])


@verifies(
    "eq-notation-ddim",
    against="a step of the DDIM scheduler in diffusers, with the same fresh noise",
    wrong="our alpha bar put where the paper writes alpha",
)
def test_ddim(compare):
    theirs = DDIMScheduler(
        1000, clip_sample=False, set_alpha_to_one=False, prediction_type="sample"
    )
    theirs.set_timesteps(1000)
    squares, i, eta = theirs.alphas_cumprod.double(), 500, 0.6
    x, guess, noise = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).double()

    def step(now, before):  # alpha bar after and before the step
        width = eta * torch.sqrt((1 - before**2) / (1 - now**2) * (1 - (now / before) ** 2))
        eps = (x - now * guess) / torch.sqrt(1 - now**2)
        return before * guess + torch.sqrt(1 - before**2 - width**2) * eps + width * noise

    expected = theirs.step(guess, i, x, eta=eta, variance_noise=noise).prev_sample
    found = step(*squares[[i, i - 1]].sqrt())
    compare(found, expected, tol=2e-5, wrong=step(*squares[[i, i - 1]]))


@verifies(
    "eq-notation-ncsn",
    against="the variance at rest of the paper's chain on a Gaussian, by its recursion",
    wrong="the paper's step taken for ours",
)
def test_ncsn(compare):
    width, step = 0.7, 0.2  # the data's standard deviation, the paper's alpha_i
    variance = 0.0
    for _ in range(500):
        variance = (1 - step / 2 / width**2) ** 2 * variance + step

    def at_rest(eta):
        return width**2 / (1 - eta / (2 * width**2))

    compare(at_rest(step / 2), variance, tol=1e-12, wrong=at_rest(step))


@verifies(
    "eq-notation-subvp",
    against="variance of the linear SDE by quadrature of the page's g squared",
    wrong="the g squared of VP",
)
def test_subvp(compare):
    def total(t):
        return LOW * t + 0.5 * (HIGH - LOW) * t**2

    def variance(factor, t=0.3):
        def added(s):
            g2 = (LOW + s * (HIGH - LOW)) * factor(total(s))
            return np.exp(total(s) - total(t)) * g2

        return quad(added, 0, t)[0]

    expected = variance(lambda b: -np.expm1(-2 * b))
    found = (1 - np.exp(-total(0.3))) ** 2
    compare(found, expected, tol=1e-9, wrong=variance(lambda b: 1.0))


@verifies(
    "eq-notation-fm-score",
    against="the score of the mixture seen through noise, in closed form",
    wrong="our velocity in place of the paper's",
)
def test_flow_matching_score(compare):
    tau = 0.65
    u = posterior_mean(lambda x0, x: x0 - (x - tau * x0) / (1 - tau), X, tau, 1 - tau)
    expected = noisy_score(X, tau, 1 - tau)
    compare((tau * u - X) / (1 - tau), expected, tol=1e-9, wrong=(-tau * u - X) / (1 - tau))


@verifies(
    "eq-notation-edm-ode",
    against="the score in closed form, and the path of a Gaussian",
    wrong="divided by sigma squared, the score's factor",
)
def test_edm_flow(compare):
    sigma, width = 0.8, 0.6
    denoised = posterior_mean(lambda x0, x: x0, X, 1.0, sigma)
    velocity = (X - denoised) / sigma
    compare(velocity, -sigma * noisy_score(X, 1.0, sigma), tol=1e-9, wrong=velocity / sigma)

    def right(level, x):  # data N(0, width^2): D = width^2 x / (width^2 + level^2)
        return (x - width**2 * x / (width**2 + level**2)) / level

    end = solve_ivp(right, (2.0, 0.5), [1.0], rtol=1e-11, atol=1e-13).y[0, -1]
    compare(end, np.sqrt((width**2 + 0.25) / (width**2 + 4.0)), tol=1e-8)


@verifies(
    "eq-notation-edm-network",
    against="unit mean squares of the network's input and target, by Gauss-Hermite quadrature",
    wrong="the data's size left out of the output's scale",
)
def test_edm_network(compare):
    x0, eps, _, weight = gm1_and_two_noises(12)
    sigma, size = 0.7, np.sqrt((weight * x0**2).sum())
    whole = np.sqrt(sigma**2 + size**2)
    x = x0 + sigma * eps

    def mean_squares(out):
        target = (x0 - size**2 / whole**2 * x) / out
        return [(weight * (x / whole) ** 2).sum(), (weight * target**2).sum()]

    found, wrong = mean_squares(sigma * size / whole), mean_squares(sigma / whole)
    compare(found, [1.0, 1.0], tol=1e-12, wrong=wrong)


@verifies(
    "eq-notation-vdm",
    against="alpha and sigma of VP",
    wrong="half of the log-SNR in place of the whole",
)
def test_vdm(compare):
    alpha, sigma = vp(0.3)
    gamma = float(-2 * torch.log(alpha / sigma))

    def scales(gamma):
        return [1 / (1 + np.exp(gamma)), 1 / (1 + np.exp(-gamma))]

    compare(scales(gamma), [alpha**2, sigma**2], tol=1e-12, wrong=scales(gamma / 2))


@verifies(
    "eq-notation-su",
    against="the mean of the last noise given the noisy point, for a Gaussian datum, by regression",
    wrong="the fraction turned over",
)
def test_su(compare):
    scale, before = 0.9, 0.6  # alpha_i of the last step, alpha bar before it
    beta, spread = np.sqrt(1 - scale**2), np.sqrt(1 - before**2)
    node, weight = hermite(4)
    x0, first, last = np.meshgrid(0.7 * node, node, node, indexing="ij")
    mass = weight[:, None, None] * weight[:, None] * weight
    x = scale * (before * x0 + spread * first) + beta * last
    whole = np.sqrt(1 - (scale * before) ** 2)
    together = (x - scale * before * x0) / whole

    def slope(noise):
        return (mass * noise * x).sum() / (mass * x**2).sum()

    found, wrong = beta / whole * slope(together), whole / beta * slope(together)
    compare(found, slope(last), tol=1e-12, wrong=wrong)
