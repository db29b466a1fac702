"""What the page on divergences says in words, checked by another route than the page takes."""

import math

import pytest
import torch
from pytest import approx

from dgm_lessons.divergences import fisher, js, kl, total_variation, wasserstein_1
from dgm_lessons.mixtures import GaussianMixture, gm1

X = torch.linspace(-10, 10, 4001, dtype=torch.float64)
P = gm1().log_prob(X[:, None]).exp()


def bell(at):
    mean, std = at[0], at[1].exp()
    return torch.exp(-(((X - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))


def newton(loss, mean, std, steps=8):
    """Where the slope of loss(mean, log std) is zero, near a start, and the curvatures there."""
    at = torch.tensor([mean, math.log(std)], dtype=torch.float64)
    for _ in range(steps):
        slope = torch.autograd.functional.jacobian(lambda v: loss(bell(v)), at)
        curvature = torch.autograd.functional.hessian(lambda v: loss(bell(v)), at)
        at = at - torch.linalg.solve(curvature, slope)
    return at[0].item(), at[1].exp().item(), loss(bell(at)).item(), torch.linalg.eigvalsh(curvature)


@pytest.mark.parametrize(
    "mean, std, value", [(0.128, 1.255, 0.133), (0.988, 0.520, 0.163), (-1.495, 0.308, 0.273)]
)
def test_jensen_shannon_has_three_minima(mean, std, value):
    *found, curvatures = newton(lambda q: js(P, q, X), mean, std)
    assert found == approx([mean, std, value], abs=6e-4)
    assert (curvatures > 0).all()


@pytest.mark.parametrize("mean, std, value", [(0.994, 0.509, 0.508), (-1.497, 0.304, 0.913)])
def test_reverse_kl_has_two(mean, std, value):
    *found, curvatures = newton(lambda q: kl(q, P, X), mean, std)
    assert found == approx([mean, std, value], abs=6e-4)
    assert (curvatures > 0).all()


@pytest.mark.parametrize("loss", [total_variation, wasserstein_1])
def test_total_variation_and_wasserstein_have_one(loss):
    """No valley on a fine lattice of bells but one: every other point has a lower neighbour."""
    means = torch.linspace(-2.4, 2.4, 49, dtype=torch.float64)
    logs = torch.linspace(math.log(0.2), math.log(2.0), 24, dtype=torch.float64)
    table = torch.stack([torch.stack([loss(P, bell((m, s)), X) for s in logs]) for m in means])
    around = torch.nn.functional.pad(table, (1, 1, 1, 1), value=math.inf)
    around = around.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2).sort(-1).values
    assert (table <= around[..., 0]).sum() == 1


def test_two_numbers_explode_on_the_right_heap_and_reverse_kl_is_content():
    narrow, fitting = (bell(torch.tensor([1.0, math.log(s)]).double()) for s in (0.3, 0.5))
    assert kl(P, narrow, X) > 10 and fisher(P, narrow, X) > 100
    for d in (js, total_variation, wasserstein_1):
        assert d(P, narrow, X) < 1.1
    assert kl(fitting, P, X) == approx(-math.log(0.6), abs=0.01)


def test_far_away_two_numbers_stop():
    near, far = (bell(torch.tensor([m, math.log(0.5)]).double()) for m in (3.5, 5.0))
    for d in (js, total_variation):
        assert d(P, far, X) - d(P, near, X) < 0.02
    for d in (kl, wasserstein_1, fisher):
        assert d(P, far, X) > 1.3 * d(P, near, X)


def test_one_bell_of_data_and_a_bell_that_leaves_it():
    """What the page says of the widget when 98 in 100 of the data are on the left."""
    data = GaussianMixture([0.98, 0.02], [[-1.5], [1.0]], [0.3**2, 0.5**2])
    log_p, found = data.log_prob(X[:, None]), []
    for mean in (-2.0, -2.5, -3.0, -4.0):
        log_q = torch.distributions.Normal(mean, 0.3).log_prob(X)
        laws = log_p.exp(), log_q.exp()
        forward = torch.trapezoid(laws[0] * (log_p - log_q), X).item()
        found.append([js(*laws, X).item(), forward, wasserstein_1(*laws, X).item()])
    assert [row[0] for row in found[1:]] == approx([0.572, 0.676, 0.693], abs=6e-4)
    assert [row[1] for row in found[1:]] == approx([6.7, 13.9, 36.7], abs=0.05)
    assert [found[k][2] for k in (0, 1, 3)] == approx([0.55, 1.05, 2.55], abs=1e-3)
