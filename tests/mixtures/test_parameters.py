"""What a mixture is made of is its own; and where the beds lie."""

import math

import pytest
import torch

from dgm_lessons.mixtures import GaussianMixture, grid, ring, two_moons_like


def test_a_mixture_keeps_its_own_numbers():
    """Also where nothing has to be converted: (K, D, D) in float64."""
    given = (
        torch.tensor([0.25, 0.75], dtype=torch.float64),
        torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float64),
        torch.eye(2, dtype=torch.float64).repeat(2, 1, 1),
    )
    mixture, x = GaussianMixture(*given), torch.ones(1, 2, dtype=torch.float64)
    kept = [part.clone() for part in (mixture.weights, mixture.means, mixture.covariances)]
    before = mixture.log_prob(x)
    for tensor in given:
        tensor += 5
    for part, copy in zip((mixture.weights, mixture.means, mixture.covariances), kept, strict=True):
        assert torch.equal(part, copy)
    assert torch.equal(mixture.log_prob(x), before)


def test_a_variance_for_each_component_is_copied_too():
    variances = torch.tensor([0.5, 2.0], dtype=torch.float64)
    mixture = GaussianMixture([1.0, 1.0], [[0.0], [1.0]], variances)
    variances *= 9
    assert mixture.covariances.flatten().tolist() == [0.5, 2.0]


def test_two_moons_are_where_they_are_said_to_be():
    """Half circles of radius 1.5 around (-0.75, -0.375) and (0.75, 0.375), ends included."""
    n = 7
    means = two_moons_like(n).means
    centre = torch.tensor([-0.75, -0.375], dtype=torch.float64)
    for moon, sign in ((means[:n], 1), (means[n:], -1)):
        arm = sign * moon - centre
        assert arm.norm(dim=1).tolist() == pytest.approx([1.5] * n)
        angles = torch.atan2(arm[:, 1], arm[:, 0])
        assert angles.tolist() == pytest.approx([k * math.pi / (n - 1) for k in range(n)])
    assert means.mean(0).tolist() == pytest.approx([0, 0], abs=1e-12)
    mixture = two_moons_like(n)
    assert mixture.weights.tolist() == pytest.approx([1 / (2 * n)] * 2 * n)
    assert mixture.covariances[3].flatten().tolist() == pytest.approx([0.0144, 0, 0, 0.0144])


def test_the_defaults_of_the_beds():
    assert len(two_moons_like().means) == 24 and len(ring().means) == 8 and len(grid().means) == 25
    assert ring().means.norm(dim=1).tolist() == pytest.approx([2.0] * 8)
    assert ring().covariances[0, 0, 0].item() == pytest.approx(0.15**2)
    assert grid().means.abs().max().item() == 2 and grid().covariances[0, 0, 0].item() == (
        pytest.approx(0.01)
    )
    assert two_moons_like(2).means.shape == (4, 2) and ring(1).means.shape == (1, 2)
