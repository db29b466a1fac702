"""The equations of the page on benchmarks: the averaged target against the closed form."""

import functools

import torch
from verification import verifies

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import VP
from dgm_lessons.training import averaged_targets

DEFINITIONS = {
    "eq-bench-average": "defines the averaged target; that it is unbiased is checked",
}

MIXTURE, PROCESS = ring(8), VP()
EXACT = ExactDenoiser(MIXTURE, PROCESS)
SIZE, BATCHES = 8, 2000


def leave_own_out(x_t, x0, t):
    """The average over the others only: the mistake that biases the target."""
    alpha, sigma = PROCESS.alpha(t)[0], PROCESS.sigma(t)[0]
    logits = -(torch.cdist(x_t, alpha * x0) ** 2) / (2 * sigma**2)
    logits.fill_diagonal_(-torch.inf)
    return logits.softmax(1) @ x0


@functools.cache
def draws(level):
    """Clean points, averaged targets (right and wrong) and the exact denoiser, each (N, 2)."""
    generator = torch.Generator().manual_seed(0)
    time = PROCESS.t_from_log_snr(-2 * torch.tensor(level, dtype=torch.float64).log())
    t = time.expand(SIZE)
    x0 = MIXTURE.sample(SIZE * BATCHES, generator, torch.float64)
    eps = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
    x_t = PROCESS.perturb(x0, time, eps)
    batches = list(zip(*(part.split(SIZE) for part in (x0, eps, x_t)), strict=True))
    target = torch.cat([averaged_targets(PROCESS, a, t, b)[0] for a, b, _ in batches])
    wrong = torch.cat([leave_own_out(c, a, t) for a, _, c in batches])
    return x0, target, wrong, EXACT(x_t, time), x_t


@verifies(
    "eq-bench-orthogonal",
    against="the closed-form denoiser of the ring, by Monte Carlo within 5 standard errors",
    wrong="the point's own x_0 left out of the average",
)
def test_the_averaged_target_is_unbiased_given_what_is_seen(compare):
    for level in (0.5, 1.0):
        _, target, wrong, exact, x_t = draws(level)
        for test in (exact, x_t):
            found = ((target - exact) * test).sum(1).unflatten(0, (BATCHES, SIZE)).mean(1)
            tol = 5 * float(found.std()) / BATCHES**0.5
            biased = ((wrong - exact) * test).sum(1).mean()
            compare(found.mean(), 0.0, tol=tol, wrong=biased)


@verifies(
    "eq-bench-variance",
    against="the error of the plain target about the closed form, by Monte Carlo",
    wrong="the two parts subtracted",
)
def test_the_error_of_the_plain_target_splits(compare):
    for level in (0.5, 1.0):
        x0, target, _, exact, _ = draws(level)
        own, kept, lost = (
            (a - b).square().sum(1) for a, b in ((x0, exact), (target, exact), (x0, target))
        )
        gap = (kept + lost - own).unflatten(0, (BATCHES, SIZE)).mean(1)
        tol = 5 * float(gap.std()) / BATCHES**0.5
        compare((kept + lost).mean(), own.mean(), tol=tol, wrong=(lost - kept).mean())
