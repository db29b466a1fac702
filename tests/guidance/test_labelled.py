"""Labelled mixtures: Bayes' rule, and the tilted density against quadrature and a closed form."""

import math

import pytest
import torch

from dgm_lessons.fokker_planck import Grid
from dgm_lessons.guidance import LabelledMixture
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import VP

PETS = LabelledMixture(ring(8), [0, 0, 1, 1, 2, 2, 2, 2])


def test_classes_make_up_the_whole(generator):
    x = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    assert sum(map(PETS.prior, range(3))) == pytest.approx(1)
    assert PETS.prior(1) == pytest.approx((3 + 8) / 36)
    whole = sum(PETS.prior(c) * PETS.law(c).log_prob(x).exp() for c in range(3))
    torch.testing.assert_close(whole, PETS.mixture.log_prob(x).exp())


def test_the_classifier_is_the_sum_of_responsibilities(process, generator):
    x = torch.randn(5, 2, generator=generator, dtype=torch.float64)
    t = process.t_from_log_snr(torch.linspace(-2, 4, 5, dtype=torch.float64))
    shares = PETS.mixture.seen(x, *process.levels(t)).responsibilities
    found = torch.stack([PETS.log_classifier(c, process)(x, t).exp() for c in range(3)])
    expected = torch.stack([shares[:, own].sum(1) for own in ([0, 1], [2, 3], [4, 5, 6, 7])])
    torch.testing.assert_close(found, expected)


def test_far_away_the_classifier_is_finite():
    """There the shares are below the smallest number; their logarithm is not."""
    x = torch.tensor([[-60.0, 0.0]], dtype=torch.float64)
    found = PETS.log_classifier(0, VP())(x, 0.0)
    assert -math.inf < found.item() < -1000


@pytest.mark.parametrize("w", [0.0, 0.7, 3.0])
def test_the_tilt_of_gaussians_is_a_gaussian(w):
    """Class and whole are one Gaussian each only if they agree; two labels on one law do."""
    law = GaussianMixture([0.3, 0.7], [[0.4], [0.4]], [0.5, 0.5])
    grid = Grid(-4.0, 5.0, 900)
    found = LabelledMixture(law, [0, 1]).tilted(0, w, grid.points(), grid.width)
    torch.testing.assert_close(found, grid.values(law.log_prob), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("w", [0.5, 2.5])
def test_the_tilted_density_by_both_of_its_names(w):
    """p(x|c)^(1+w) / p(x)^w and p(x) p(c|x)^(1+w) are one; with w for 1 + w they are not."""
    grid = Grid(-4.0, 4.0, 80, 2)
    points = grid.points()
    found = PETS.tilted(1, w, points, grid.width**2)
    assert found.sum() * grid.width**2 == pytest.approx(1)
    share = PETS.log_classifier(1, VP())(points, 0.0)
    for power, same in ((1 + w, True), (w, False)):
        other = (PETS.mixture.log_prob(points) + power * share).exp()
        other = other / (other.sum() * grid.width**2)
        assert bool((found - other).abs().max() < 1e-9) == same


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="3 labels for 8 components"):
        LabelledMixture(ring(8), [0, 1, 2])
    with pytest.raises(ValueError, match="labels are whole numbers"):
        LabelledMixture(ring(2), [0.5, 1.0])
    with pytest.raises(ValueError, match=r"no component has the label 7; there are \[0, 1, 2\]"):
        PETS.law(7)
    for w in (math.nan, math.inf, -0.01):
        with pytest.raises(ValueError, match=f"guidance is {w}"):
            PETS.tilted(0, w, torch.zeros(3, 2, dtype=torch.float64), 0.1)
