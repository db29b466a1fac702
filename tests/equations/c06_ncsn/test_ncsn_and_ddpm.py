"""The equations of the section on NCSN and DDPM, each against something independent."""

import math

import torch
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import EDM, DiscreteProcess
from dgm_lessons.samplers import ancestral_moments, langevin_moments

DEFINITIONS: dict[str, str] = {}

DATA = GaussianMixture([0.5, 0.3, 0.2], [[-1.2, -0.6], [1.3, -0.5], [0.1, 1.4]], 0.25**2)
CHAIN = DiscreteProcess(torch.linspace(0.15, 0.7, 12, dtype=torch.float64))
BETAS, ALPHAS = CHAIN.betas, (1 - CHAIN.betas**2).sqrt()
BARS = CHAIN.alpha(torch.arange(13.0))
SIGMAS = CHAIN.sigma(torch.arange(13.0))
TAUS = SIGMAS / BARS
X = 1.7 * torch.randn(9, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
NOISE = torch.randn(12, 9, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def variances(keep, added):
    """Of the noise after each step x -> keep x + noise of variance `added`, from none: (L,)."""
    found, v = [], 0.0
    for k, a in zip(keep, added, strict=True):
        v = float(k) ** 2 * v + float(a)
        found.append(v)
    return torch.tensor(found, dtype=torch.float64)


@verifies(
    "eq-nd-ladder",
    against="the kernel N(x_0, sigma_i^2), by adding variances",
    wrong="sigma_{i+1} - sigma_i under no root",
)
def test_ladder(compare):
    steps = (TAUS[1:] ** 2 - TAUS[:-1] ** 2).sqrt()
    ones = torch.ones(12)
    wrong = variances(ones, (TAUS[1:] - TAUS[:-1]) ** 2)
    compare(variances(ones, steps**2), TAUS[1:] ** 2, tol=1e-12, wrong=wrong)


@verifies(
    "eq-nd-chain",
    against="the kernel N(alpha_bar x_0, 1 - alpha_bar^2)",
    wrong="sqrt(1 - beta) and sqrt(beta), as printed (E2-27)",
)
def test_chain(compare):
    found = torch.stack([ALPHAS.cumprod(0), variances(ALPHAS, BETAS**2).sqrt()])
    printed = (1 - BETAS).sqrt()
    wrong = torch.stack([printed.cumprod(0), variances(printed, BETAS).sqrt()])
    compare(found, torch.stack([BARS[1:], SIGMAS[1:]]), tol=1e-12, wrong=wrong)


def walked(start, keep, add):
    xs = [start]
    for k, a, noise in zip(keep, add, NOISE, strict=True):
        xs.append(k * xs[-1] + a * noise)
    return torch.stack(xs)


@verifies(
    "eq-nd-map",
    against="the chain's own walk with the same noise, divided by alpha_bar",
    wrong="the walk divided by alpha of the last step only",
)
def test_map(compare):
    walk = walked(X, ALPHAS, BETAS)
    ladder = walked(X, torch.ones(12), (TAUS[1:] ** 2 - TAUS[:-1] ** 2).sqrt())
    wrong = walk[1:] / ALPHAS[:, None, None]
    compare(ladder[1:], walk[1:] / BARS[1:, None, None], tol=1e-11, wrong=wrong)


@verifies(
    "eq-nd-betas",
    against="the chain that the ladder came from",
    wrong="divided by the square of tau alone",
)
def test_betas(compare):
    gaps = TAUS[1:] ** 2 - TAUS[:-1] ** 2
    compare(gaps / (1 + TAUS[1:] ** 2), BETAS**2, tol=1e-12, wrong=gaps / TAUS[1:] ** 2)


@verifies(
    "eq-nd-score-map",
    against="scores and noises of the two laws, each from its own mixture",
    wrong="the score without its 1/alpha_bar, and the point not rescaled",
)
def test_score_map(compare):
    chain, ladder = ExactDenoiser(DATA, CHAIN), ExactDenoiser(DATA, EDM())
    for i in (2, 7, 11):
        bar, tau = float(BARS[i]), float(TAUS[i])
        there = ladder.score(X / bar, tau)
        law = DATA.diffuse(bar, SIGMAS[i])
        compare(there / bar, law.score(X), tol=1e-9, wrong=there)
        compare(ladder.eps(X / bar, tau), chain.eps(X, i), tol=1e-9, wrong=ladder.eps(X, tau))


@verifies(
    "eq-nd-losses",
    against="the package's loss of a noise prediction (twice, for its half)",
    wrong="the weight sigma for sigma squared",
)
def test_losses(compare):
    sigma, process = 0.6, EDM()
    denoiser = ExactDenoiser(GaussianMixture([1.0], [[0.2, -0.1]], 0.5), process)
    denoiser.predicts, eps = "eps", NOISE[0]
    denoiser.predict = denoiser.eps
    times = torch.full((9,), sigma, dtype=torch.float64)
    wanted = 2 * denoising_loss(denoiser, X, times, eps)
    gap = (denoiser.score(X + sigma * eps, sigma) + eps / sigma).square().sum(1).mean()
    compare(sigma**2 * gap, wanted, tol=1e-9, wrong=sigma * gap)


@verifies(
    "eq-nd-step-down",
    against="DDPM's ancestral step of the chain, divided by alpha_bar",
    wrong="Langevin's noise, sqrt(2 eta)",
)
def test_step_down(compare):
    ladder = ExactDenoiser(DATA, EDM())
    for i in (3, 8, 12):
        high, low = float(TAUS[i]), float(TAUS[i - 1])
        z, gap = X / float(BARS[i]), high**2 - low**2
        mean, std = ancestral_moments(ExactDenoiser(DATA, CHAIN), X, float(i), float(i - 1))
        below = float(BARS[i - 1])
        compare(z + gap * ladder.score(z, high), mean / below, tol=1e-9, wrong=z)
        wanted = float(std) / below
        compare(low / high * math.sqrt(gap), wanted, tol=1e-9, wrong=math.sqrt(2 * gap))


def settled(ratio, steps, rho, levels=400):
    """Noise variance over tau^2, after many levels, each tau a rho-th of the last: no formula."""
    score = lambda z: -z  # noqa: E731  (one datum at 0, in units of tau)
    one = torch.ones(1, 1, dtype=torch.float64)
    mean, std = langevin_moments(score, one, ratio)
    v = 1.0
    for _ in range(levels):
        v *= rho**2
        for _ in range(steps):
            v = mean.item() ** 2 * v + std**2
    return v


@verifies(
    "eq-nd-hot",
    against="the package's Langevin step, its variance carried down 400 levels",
    wrong="the limit of many steps a level, and one step's for K",
)
def test_hot(compare):
    for ratio, K, rho in ((0.3, 1, 1.2), (0.6, 1, 1.5), (0.1, 5, 1.3), (0.2, 3, 1.1)):
        q = (1 - ratio) ** (2 * K)
        still = 1 / (1 - ratio / 2)
        found = still * (1 - q) / (1 - rho**2 * q)
        compare(found, settled(ratio, K, rho), tol=1e-9, wrong=still)
