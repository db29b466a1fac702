"""What the page on the hierarchical VAE says in words, checked by another route."""

import math

import pytest
import torch
from pytest import approx
from torch.distributions import Normal

from dgm_lessons.processes import VP
from dgm_lessons.seeds import over_seeds

Z = torch.linspace(-3.5, 3.5, 4001, dtype=torch.float64)


def posterior(noise):
    log_joint = Normal(Z**2, noise).log_prob(torch.tensor(1.0)) + Normal(0.0, 1.0).log_prob(Z)
    return log_joint - torch.trapezoid(log_joint.exp(), Z).log()


def least(noise, pair):
    """The least KL on a fine lattice of means and widths, of one Gaussian or of two at +- mean."""
    log_p, best = posterior(noise), math.inf
    for mean in torch.linspace(1 - noise**2, 1, 81, dtype=torch.float64):
        std = noise * torch.linspace(0.45, 0.6, 61, dtype=torch.float64)[:, None]
        log_q = Normal(mean, std).log_prob(Z)
        if pair:
            log_q = torch.logaddexp(log_q, Normal(-mean, std).log_prob(Z)) - math.log(2)
        best = min(best, torch.trapezoid(log_q.exp() * (log_q - log_p), Z).min().item())
    return best


@pytest.mark.parametrize(
    "noise, alone, together", [(0.1, 0.6951, 0.0020), (0.2, 0.7023, 0.0092), (0.4, 0.7519, 0.0589)]
)
def test_one_gaussian_loses_log_two_and_a_pair_next_to_nothing(noise, alone, together):
    assert least(noise, pair=False) == approx(alone, abs=1e-4)
    assert least(noise, pair=True) == approx(together, abs=1e-4)


@pytest.mark.parametrize(
    "t, apart, right", [(0.3, 0.6, 0.60), (0.3, 2.5, 0.84), (0.567, 2.5, 0.60)]
)
def test_what_a_path_still_tells_of_its_start(t, apart, right):
    """Two starts so far apart under VP; the best guess of which it was is right so often."""
    half = apart * float(VP().alpha(t)) / float(VP().sigma(t)) / 2
    assert Normal(0.0, 1.0).cdf(torch.tensor(half)).item() == approx(right, abs=0.006)


def test_what_ten_trainings_say_of_codes_and_floors():
    """A nearly dead code, two remedies, and a gain that is not the second floor's doing."""
    seeds = over_seeds("hierarchical-vae")
    plain, bound = seeds["plain: rate"], seeds["plain: ELBO"]
    assert len(plain) == 10 and [plain.min(), plain.max()] == approx([0.14, 1.01], abs=0.005)
    assert seeds["independent pixels: rate"].mean() == approx(4.4, abs=0.05)
    assert (bound > seeds["independent pixels: ELBO"] + 1).all()
    assert (seeds["warm-up: ELBO"] - bound).abs().mean() < 0.15
    cost = bound - seeds["free bits: ELBO"]
    assert 0.2 < cost.min() and cost.max() < 0.7
    filled, gains = seeds["with warm-up: price of floor 2"] > 0.5, seeds["warm-up gains"]
    assert filled.sum() == 4 and gains[filled].mean() < gains[~filled].mean()
    assert seeds["with warm-up: price of floor 3"].max() < 0.05
