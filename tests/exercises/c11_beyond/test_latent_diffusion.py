"""Exercises of the page latent-diffusion: each right answer once more, without its formula."""

import math

import pytest
import torch
from scipy.optimize import brentq
from torch import nn

from dgm_lessons import roofline
from dgm_lessons.exercises.c11_beyond.latent_diffusion import EXERCISES, one_mode, two_modes
from dgm_lessons.mixtures import GaussianMixture

LAWS = {
    two_modes: GaussianMixture([0.5, 0.5], [[1.1], [-0.5]], 0.36),
    one_mode: GaussianMixture([1.0], [[0.3]], 1.7),
}


def work(side):
    """Multiply-adds of the five layers, counted on the computation itself."""
    quarter, x = side // 4, torch.zeros(1, 3, side // 4, side // 4)
    places = quarter**2
    flat, rows = x.flatten(1), torch.zeros(1, places, 3)
    layers = (
        lambda: nn.Conv2d(3, 5, 3, padding=1)(x),
        lambda: nn.Linear(3 * places, 256)(flat),
        lambda: nn.Linear(3 * places, 3 * places)(flat),
        lambda: (rows @ rows.mT) @ rows,
        lambda: nn.Linear(32, 64)(torch.zeros(1, 32)),
    )
    return torch.tensor([roofline.count(layer).flops / 2 for layer in layers])


def test_factors_are_counted():
    exercise = EXERCISES["c-11-01"]
    assert (work(48) / work(24)).tolist() == exercise.solution(*exercise.trials[0])


@pytest.mark.parametrize("costs", EXERCISES["latent-speedup"].trials)
def test_at_that_many_calls_the_speed_up_is_half_of_its_limit(costs):
    pixel, code, decoder = costs
    found = brentq(
        lambda calls: calls * pixel / (calls * code + decoder) - pixel / code / 2, 1e-3, 1e3
    )
    assert found == pytest.approx(EXERCISES["latent-speedup"].solution(*costs))


@pytest.mark.parametrize("trial", EXERCISES["c-11-02"].trials)
def test_denoiser_of_larger_codes_is_that_of_the_scaled_mixture(trial):
    unit, x, alpha, sigma, c = trial
    law = LAWS[unit]
    large = GaussianMixture(law.weights, c * law.means, c**2 * law.covariances)
    for found, mixture in ((EXERCISES["c-11-02"].solution(*trial), large), (None, law)):
        expected = mixture.seen(x.reshape(-1, 1), alpha, sigma).mean.view_as(x)
        found = unit(x, alpha, sigma) if found is None else found
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("trial", EXERCISES["latent-bound"].trials)
def test_the_bound_subtracts_the_entropy_that_torch_knows(trial):
    reconstruction, diffusion, eta, d = trial
    law = torch.distributions.Normal(torch.zeros(d, dtype=torch.float64), eta)
    expected = reconstruction + diffusion - law.entropy().sum().item()
    assert math.isclose(EXERCISES["latent-bound"].solution(*trial), expected)
