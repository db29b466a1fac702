"""What the page on the hierarchical VAE says in words, checked by another route."""

import math

import pytest
import torch
from pytest import approx
from torch.distributions import Normal

from dgm_lessons.processes import VP

Z = torch.linspace(-3.5, 3.5, 8001, dtype=torch.float64)


def posterior(noise):
    log_joint = Normal(Z**2, noise).log_prob(torch.tensor(1.0)) + Normal(0.0, 1.0).log_prob(Z)
    return log_joint - torch.trapezoid(log_joint.exp(), Z).log()


def least(log_p, guess, mean, std):
    """The least KL of a family (mean, log std) -> log q from log_p, by Newton's method."""

    def loss(at):
        log_q = guess(at)
        return torch.trapezoid(log_q.exp() * (log_q - log_p), Z)

    at = torch.tensor([mean, math.log(std)], dtype=torch.float64)
    for _ in range(8):
        slope = torch.autograd.functional.jacobian(loss, at)
        at = at - torch.linalg.solve(torch.autograd.functional.hessian(loss, at), slope)
    assert torch.autograd.functional.jacobian(loss, at).abs().max() < 1e-6
    return loss(at).item()


def one(at):
    return Normal(at[0], at[1].exp()).log_prob(Z)


def pair(at):
    other = torch.stack([-at[0], at[1]])
    return torch.logaddexp(one(at), one(other)) - math.log(2)


@pytest.mark.parametrize(
    "noise, alone, together", [(0.1, 0.6951, 0.0020), (0.2, 0.7023, 0.0092), (0.4, 0.7519, 0.0589)]
)
def test_one_gaussian_loses_log_two_and_a_pair_next_to_nothing(noise, alone, together):
    mean, std, log_p = 1 - 0.6 * noise**2, 0.51 * noise, posterior(noise)
    assert least(log_p, one, mean, std) == approx(alone, abs=1e-4)
    assert least(log_p, pair, mean, std) == approx(together, abs=1e-4)


@pytest.mark.parametrize(
    "t, apart, right", [(0.3, 0.6, 0.60), (0.3, 2.5, 0.84), (0.567, 2.5, 0.60)]
)
def test_what_a_path_still_tells_of_its_start(t, apart, right):
    """Two starts so far apart under VP; the best guess of which it was is right so often."""
    half = apart * float(VP().alpha(t)) / float(VP().sigma(t)) / 2
    assert Normal(0.0, 1.0).cdf(torch.tensor(half)).item() == approx(right, abs=0.006)
