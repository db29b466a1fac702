"""The equations of the section on annealed Langevin dynamics."""

import math

import torch
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import annealed_langevin, langevin_moments

LAW = ring(8)
EXACT = ExactDenoiser(LAW, EDM())


def generator(seed):
    return torch.Generator().manual_seed(seed)


def descend(sigmas, steps, x, K, g, drift=1.0, noise=2**0.5):
    """The update of the page at each level, sigmas increasing, with these step sizes."""
    for sigma, eta in zip(reversed(sigmas), reversed(steps), strict=True):
        for _ in range(K):
            eps = torch.randn(x.shape, generator=g, dtype=x.dtype)
            score = LAW.diffuse(1.0, sigma).score(x)
            x = x + drift * eta * score + noise * math.sqrt(eta) * eps
    return x


def package(sigmas, ratio, x, K, g):
    return annealed_langevin(EXACT, x, sigmas[::-1], K, ratio, g)


@verifies(
    "eq-ald-update",
    against="the package's annealed_langevin with the same noise",
    wrong="sqrt(eta) for sqrt(2 eta), the score's sign, and no step at sigma_1",
)
def test_update(compare):
    sigmas, K, ratio = [0.3, 0.7, 1.9], 3, 0.15
    steps = [ratio * sigma**2 for sigma in sigmas]
    x = sigmas[-1] * torch.randn(60, 2, generator=generator(0), dtype=torch.float64)
    expected = package(sigmas, ratio, x, K, generator(1))
    found = descend(sigmas, steps, x, K, generator(1))
    for wrong in (
        descend(sigmas, steps, x, K, generator(1), noise=1.0),
        descend(sigmas, steps, x, K, generator(1), drift=-1.0),
        descend(sigmas[1:], steps[1:], x, K, generator(1)),
    ):
        compare(found, expected, tol=1e-10, wrong=wrong)


@verifies(
    "eq-ald-step",
    against="the package, whose step is a share of sigma^2 and knows nothing of sigma_1",
    wrong="sigma for sigma^2, a constant step, and the levels upside down",
)
def test_step(compare):
    sigmas, K, delta = [0.4, 0.9, 2.3], 2, 0.02
    x = sigmas[-1] * torch.randn(60, 2, generator=generator(2), dtype=torch.float64)
    expected = package(sigmas, delta / sigmas[0] ** 2, x, K, generator(3))

    def run(power):
        steps = [delta * (sigma / sigmas[0]) ** power for sigma in sigmas]
        return descend(sigmas, steps, x, K, generator(3))

    for power in (1, 0, -2):
        compare(run(2), expected, tol=1e-10, wrong=run(power))


def by_moments(v, variance, eta, K):
    """The variance after K of the package's steps on N(0, variance), from v."""
    one = torch.ones(1, 1, dtype=torch.float64)
    mean, std = langevin_moments(lambda x: -x / variance, one, eta)
    for _ in range(K):
        v = float(mean) ** 2 * v + std**2
    return v


def after(v, V, eta, K, power=2):
    rest = V / (1 - eta / (2 * V))
    return rest + (1 - eta / V) ** (power * K) * (v - rest)


@verifies(
    "eq-ald-variance",
    against="K steps of the variance by the package's moments",
    wrong="the power K for 2K, and V for its rest",
)
def test_variance(compare):
    for v, s, sigma, r, K in ((4.0, 0.3, 0.8, 0.2, 3), (0.2, 0.6, 1.7, 0.7, 2)):
        V, eta = s**2 + sigma**2, r * sigma**2
        found, expected = after(v, V, eta, K), by_moments(v, V, eta, K)
        compare(found, expected, tol=1e-12, wrong=after(v, V, eta, K, power=1))
        compare(found, expected, tol=1e-12, wrong=V + (1 - eta / V) ** (2 * K) * (v - V))


@verifies(
    "eq-ald-forget",
    against="K steps by the package's moments, data at one point, from the level above",
    wrong="gamma for gamma^2, and the power K for 2K",
)
def test_forget(compare):
    for sigma, gamma, r, K in ((0.7, 1.7, 0.1, 4), (3.0, 2.4, 0.6, 2)):
        expected = by_moments((gamma * sigma) ** 2, sigma**2, r * sigma**2, K) / sigma**2
        rest = 1 / (1 - r / 2)

        def formula(start, power, r=r, K=K, rest=rest):
            return rest + (1 - r) ** (power * K) * (start - rest)

        found = formula(gamma**2, 2)
        compare(found, expected, tol=1e-12, wrong=formula(gamma, 2))
        compare(found, expected, tol=1e-12, wrong=formula(gamma**2, 1))


@verifies(
    "eq-ald-ratio",
    against="the root mean square of the score of a Gaussian in 3 dimensions, a million draws",
    wrong="eta for sqrt(eta), D left under one root only, and the data's spread forgotten",
)
def test_ratio(compare):
    D, s, sigma, eta, n = 3, 0.7, 0.9, 0.06, 1_000_000
    law = GaussianMixture([1.0], [[0.0] * D], s**2).diffuse(1.0, sigma)
    x = law.sample(n, generator(4), torch.float64)
    size = law.score(x).square().sum(1).mean().sqrt()
    measured = eta * size / math.sqrt(2 * eta * D)
    found = math.sqrt(eta / (2 * (s**2 + sigma**2)))
    tol = 5 * found / math.sqrt(2 * D * n)
    for wrong in (
        eta / math.sqrt(2 * (s**2 + sigma**2)),
        math.sqrt(eta * D / (2 * (s**2 + sigma**2))),
        math.sqrt(eta / (2 * sigma**2)),
    ):
        compare(found, measured, tol=tol, wrong=wrong)


@verifies(
    "eq-ald-denoise",
    against="the posterior mean of the mixture, by quadrature over the clean points",
    wrong="sigma for sigma^2, the sign, and no denoising",
)
def test_denoise(compare):
    law, sigma = gm1(), 0.4
    x = torch.linspace(-3, 3, 25, dtype=torch.float64)
    clean = torch.linspace(-6, 6, 20_001, dtype=torch.float64)
    joint = law.log_prob(clean[:, None]).exp() * torch.exp(
        -((x[:, None] - clean) ** 2) / (2 * sigma**2)
    )
    mean = torch.trapezoid(joint * clean, clean) / torch.trapezoid(joint, clean)
    score = law.diffuse(1.0, sigma).score(x[:, None])[:, 0]
    found = x + sigma**2 * score
    for wrong in (x + sigma * score, x - sigma**2 * score, x):
        compare(found, mean, tol=1e-8, wrong=wrong)


@verifies(
    "eq-ald-shrunk",
    against="the exact denoiser on a grid of quantiles of the noisy law",
    wrong="s itself, and the spread of the noisy law",
)
def test_shrunk(compare):
    middle = (torch.arange(400_000, dtype=torch.float64) + 0.5) / 400_000
    q = torch.distributions.Normal(0.0, 1.0).icdf(middle)
    for s, sigma in ((0.15, 0.1), (0.4, 0.9)):
        noisy = math.hypot(s, sigma)
        exact = ExactDenoiser(GaussianMixture([1.0], [[0.0]], s**2), EDM())
        spread = exact((noisy * q)[:, None], sigma).std()
        for wrong in (s, noisy):
            compare(s**2 / noisy, spread, tol=1e-4, wrong=wrong)
