"""The equations of the section on DDPM's sampler, each against something independent.

A chain of twenty steps with data gm1(), as on the page. The reference is conditioning of Gaussians,
quadrature on a grid, or walks; never the package's posterior.
"""

import torch
from torch.distributions import Normal
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.samplers import ancestral_step, sample

DEFINITIONS = {
    "eq-samp-greedy": "defines the noise-free recursion; where it leads is checked",
}

BETA = torch.linspace(0.1, 0.5, 20, dtype=torch.float64)
ALPHA = (1 - BETA**2).sqrt()
BAR = torch.cat([torch.ones(1, dtype=torch.float64), ALPHA.cumprod(0)])  # BAR[i], i = 0..20
SIGMA = (1 - BAR**2).sqrt()
STEPS = (2, 5, 10, 16, 20)
X_I = torch.tensor([-0.4, 1.1, 2.0], dtype=torch.float64)
EPS = torch.tensor([0.3, -1.2, 0.8], dtype=torch.float64)  # a network's guess of the noise
FRESH = torch.tensor([0.9, 0.2, -0.6], dtype=torch.float64)
GRID = torch.linspace(-12, 12, 4001, dtype=torch.float64)
V = gm1().weights @ (gm1().means[:, 0] ** 2 + gm1().covariances[:, 0, 0])  # its mean is 0


def narrow(i):
    return BETA[i - 1] * SIGMA[i - 1] / SIGMA[i]


def conditioned(x_i, x_0, i):
    """Mean and std of x_{i-1} given x_i and x_0, from their covariances given x_0."""
    slope = ALPHA[i - 1] * SIGMA[i - 1] ** 2 / SIGMA[i] ** 2
    variance = SIGMA[i - 1] ** 2 * (1 - ALPHA[i - 1] * slope)
    return BAR[i - 1] * x_0 + slope * (x_i - BAR[i] * x_0), variance.sqrt()


def reference(i):
    mean, std = conditioned(X_I, (X_I - SIGMA[i] * EPS) / BAR[i], i)
    return mean + std * FRESH


@verifies(
    "eq-samp-step",
    against="Gaussian conditioning on the datum that the guessed noise belongs to",
    wrong="1 - alpha for its square; the bar missing in the root (E4-14); variance for width",
)
def test_step(compare):
    for i in STEPS:
        a, s, w = ALPHA[i - 1], SIGMA[i], narrow(i)

        def step(top=1 - a**2, below=s, width=w, a=a):
            return (X_I - top / below * EPS) / a + width * FRESH

        for wrong in (step(top=1 - a), step(below=(1 - a**2).sqrt()), step(width=w**2)):
            compare(step(), reference(i), tol=1e-12, wrong=wrong)


@verifies(
    "eq-samp-renoise",
    against="the same conditioning",
    wrong="all of the old noise kept beside the fresh one; none of it kept; alpha_bar_i",
)
def test_renoise(compare):
    for i in STEPS:
        clean, rest = (X_I - SIGMA[i] * EPS) / BAR[i], SIGMA[i - 1]
        kept = (rest**2 - narrow(i) ** 2).sqrt()

        def step(kept=kept, bar=BAR[i - 1], i=i, clean=clean):
            return bar * clean + kept * EPS + narrow(i) * FRESH

        for wrong in (step(kept=rest), step(kept=0.0), step(bar=BAR[i])):
            compare(step(), reference(i), tol=1e-12, wrong=wrong)


@verifies(
    "eq-samp-shrink",
    against="the recursion with the score of N(0, 1) data by autograd; a std, not a point",
    wrong="the identity, as a sampler would have it; all steps' squares",
)
def test_shrink(compare):
    x = start = torch.linspace(-2, 2, 9, dtype=torch.float64)
    for i in range(20, 0, -1):
        at = x.detach().requires_grad_(True)
        log_p = Normal(0.0, (BAR[i] ** 2 + SIGMA[i] ** 2).sqrt()).log_prob(at).sum()
        guess = -SIGMA[i] * torch.autograd.grad(log_p, at)[0]
        x = (at.detach() - BETA[i - 1] ** 2 / SIGMA[i] * guess) / ALPHA[i - 1]
    compare(BAR[20] * start, x, tol=1e-12, wrong=start)
    compare(BAR[20] * start, x, tol=1e-12, wrong=BAR[20] ** 2 * start)


def test_the_means_alone_lead_two_bumps_into_one_point():
    chain = DiscreteProcess.linear(1000)
    exact, g = ExactDenoiser(gm1(), chain), torch.Generator().manual_seed(4)
    x = torch.randn(100, 1, generator=g, dtype=torch.float64)
    for i in range(1000, 0, -1):
        x = chain.posterior(x, exact(x, i), i, i - 1)[0]
    assert 0.007 < x.std() < 0.010 and abs(x.mean() - 0.778) < 0.01
    assert abs(V.sqrt() - 1.2985) < 1e-4


def reverse(law, i):
    """p(x_i), and the moments of x_{i-1} given x_i, by Bayes' rule on a grid."""
    seen = GRID[::40]
    before = law.diffuse(BAR[i - 1], SIGMA[i - 1]).log_prob(GRID[:, None])
    forward = Normal(ALPHA[i - 1] * GRID, BETA[i - 1]).log_prob(seen[:, None])
    joint = (forward + before).exp()
    p = torch.trapezoid(joint, GRID)
    mean = torch.trapezoid(joint * GRID, GRID) / p
    variance = torch.trapezoid(joint * (GRID - mean[:, None]) ** 2, GRID) / p
    return seen, p, variance


def best(law, i, power=2):
    """The theorem's formula, E Var[x_0 | x_i] by quadrature."""
    p = law.diffuse(BAR[i], SIGMA[i]).log_prob(GRID[:, None]).exp()
    doubt = law.seen(GRID[:, None], BAR[i], SIGMA[i]).covariance[:, 0, 0]
    pull = BAR[i - 1] * BETA[i - 1] ** 2 / SIGMA[i] ** 2
    return narrow(i) ** 2 + pull**power * torch.trapezoid(p * doubt, GRID)


@verifies(
    "eq-samp-best",
    against="the width that minimises the averaged KL, found by search over Bayes' rule on a grid",
    wrong="the narrow width; the wide one; the weight not squared",
)
def test_best(compare):
    for i in (5, 10, 16):
        seen, p, variance = reverse(gm1(), i)
        squares = torch.linspace(0.5, 1.5, 4001, dtype=torch.float64) * BETA[i - 1] ** 2
        cost = squares.log() + variance[:, None] / squares
        found = squares[torch.trapezoid(p[:, None] * cost, seen, dim=0).argmin()]
        formula = best(gm1(), i)
        for wrong in (narrow(i) ** 2, BETA[i - 1] ** 2, best(gm1(), i, power=1)):
            compare(formula, found, tol=6e-5, wrong=wrong)
    assert abs(best(gm1(), 16) - 0.178) < 5e-4 and abs(BETA[15] ** 2 - 0.173) < 5e-4


def gaussian(v, i):
    top, below = BAR[i - 1] ** 2, BAR[i] ** 2
    return BETA[i - 1] ** 2 * (top * v + 1 - top) / (below * v + 1 - below)


@verifies(
    "eq-samp-gauss",
    against="conditioning the joint Gaussian of (x_{i-1}, x_i); narrow at v = 0, wide at v = 1",
    wrong="the fraction turned over; v for its root; beta for its square",
)
def test_gauss(compare):
    for i in STEPS:
        for v in (0.25, 1.686, 4.0):
            before = BAR[i - 1] ** 2 * v + SIGMA[i - 1] ** 2
            now = ALPHA[i - 1] ** 2 * before + BETA[i - 1] ** 2
            expected = before - (ALPHA[i - 1] * before) ** 2 / now
            found = gaussian(v, i)
            compare(found, expected, tol=1e-12, wrong=BETA[i - 1] ** 4 / found)
            compare(found, expected, tol=1e-12, wrong=gaussian(v**0.5, i))
            compare(found, expected, tol=1e-12, wrong=found / BETA[i - 1])
        compare(gaussian(0.0, i), narrow(i) ** 2, tol=1e-12)
        compare(gaussian(1.0, i), BETA[i - 1] ** 2, tol=1e-12)


def test_the_best_width_is_bracketed_and_beyond_variance_one_not_by_beta():
    unit = GaussianMixture(gm1().weights, gm1().means / V.sqrt(), gm1().covariances / V)
    for i in range(2, 21):
        assert narrow(i) ** 2 < best(gm1(), i) < gaussian(V, i)
        assert narrow(i) ** 2 < best(unit, i) < BETA[i - 1] ** 2
    assert all(best(gm1(), i) > BETA[i - 1] ** 2 for i in range(13, 21))
    assert all(best(gm1(), i) < BETA[i - 1] ** 2 for i in range(2, 11))


@verifies(
    "eq-samp-agree",
    against="the exact kernels of Bayes' rule multiplied down to x_0",
    wrong="the larger probability; the shares over all data, squared",
)
def test_agree(compare):
    law, x = gm1(), torch.linspace(-6, 6, 1201, dtype=torch.float64)[:, None]
    end = law.seen(x, 1.0, 0.0).responsibilities  # (n, 2): the bump of the walk's last point
    for i in range(1, 16):  # end becomes the odds of the bumps for a walk from x_i
        before = law.diffuse(BAR[i - 1], SIGMA[i - 1]).log_prob(x)
        kernel = Normal(ALPHA[i - 1] * x[:, 0], BETA[i - 1]).log_prob(x) + before
        end = kernel.softmax(1) @ end
        if i in (5, 10, 15):
            p = law.diffuse(BAR[i], SIGMA[i]).log_prob(x).exp()
            walked = torch.trapezoid(p * (end**2).sum(1), x[:, 0])
            odds = law.seen(x, BAR[i], SIGMA[i]).responsibilities
            found = torch.trapezoid(p * odds.square().sum(1), x[:, 0])
            compare(found, walked, tol=1e-5, wrong=torch.trapezoid(p * odds.amax(1), x[:, 0]))
            compare(found, walked, tol=1e-5, wrong=law.weights.square().sum())


def test_pairs_of_walks_agree_as_often_as_the_formula_says():
    law, chain, g = ring(8), DiscreteProcess.cosine(50), torch.Generator().manual_seed(0)
    exact = ExactDenoiser(law, chain)
    for i in (35, 25, 15):
        x_0 = law.sample(1000, g, torch.float64)
        x = chain.perturb(x_0, i, torch.randn(x_0.shape, generator=g, dtype=torch.float64))
        found = law.seen(x, chain.alpha(i), chain.sigma(i)).responsibilities.square().sum(1).mean()
        times = list(range(i, -1, -1))
        ends = [sample(exact, x, times, ancestral_step, generator=g) for _ in range(2)]
        first, second = (torch.cdist(end, law.means).argmin(1) for end in ends)
        counted = (first == second).double().mean()
        assert abs(found - counted) < 4 * (found * (1 - found) / 1000).sqrt()
