"""What the page on the hierarchical VAE says in words, checked by another route."""

import math

import pytest
import torch
from pytest import approx
from torch.distributions import Normal

from dgm_lessons.processes import VP

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
