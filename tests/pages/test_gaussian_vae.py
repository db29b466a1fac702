"""What the page on the Gaussian VAE says in words, checked by another route than the page takes."""

import math

import pytest
import torch
from pytest import approx
from torch.distributions import MultivariateNormal, Normal

from dgm_lessons import zoo
from dgm_lessons.metrics import off_mode_share
from dgm_lessons.mixtures import ring
from dgm_lessons.seeds import mean_and_error, over_seeds

MODES = ring(8)


def test_the_mass_of_a_grey_pixel_is_at_most_one_half():
    x = torch.linspace(0, 1, 2001, dtype=torch.float64)
    p = torch.linspace(0.02, 0.98, 97, dtype=torch.float64)[:, None]
    mass = torch.trapezoid(p**x * (1 - p) ** (1 - x), x)
    assert mass.max().item() == approx(0.5, abs=1e-6) and mass.argmax() == 48
    assert p[48].item() == approx(0.5)


@pytest.mark.parametrize("levels", [256, 17])
def test_levels_on_the_unit_interval_are_one_over_n_minus_one_apart(levels):
    """The bits of a smooth density agree with the bits of the cells of that width only."""
    grid = torch.linspace(0, 1, levels, dtype=torch.float64)
    h = 1 / (levels - 1)
    assert grid.diff().mean().item() == approx(h)
    law = Normal(0.5, 1.0)
    cells = (law.cdf(grid + h / 2) - law.cdf(grid - h / 2)).log2()
    density = law.log_prob(grid) / math.log(2)
    assert (cells - density - math.log2(h)).abs().max() < 1e-3
    assert (cells - density + math.log2(levels)).abs().min() > 0.004  # with 1 / levels it is off


def test_the_code_of_the_picture_averages_two_modes_and_lands_between_them():
    code = torch.tensor([[0.75, 1.75]], dtype=torch.float64)
    wide = MODES.covariances + 0.4**2 * torch.eye(2, dtype=torch.float64)
    log_share = MODES.weights.log() + MultivariateNormal(MODES.means, wide).log_prob(code)
    shares = log_share.softmax(0).sort(descending=True).values
    assert shares[:2].tolist() == approx([0.71, 0.29], abs=0.005) and shares[2] < 1e-4
    answer = MODES.seen(code, 1.0, 0.4).mean
    assert off_mode_share(answer, MODES, distance=3.0) == 1


def test_with_much_noise_everything_ends_in_the_overall_mean_left_of_the_middle():
    codes = torch.tensor([[3.0, 1.0], [-2.0, -4.0]], dtype=torch.float64)
    decoded, mean = MODES.seen(codes, 1.0, 200.0).mean, MODES.weights @ MODES.means
    torch.testing.assert_close(decoded, mean.expand(2, 2), atol=1e-3, rtol=0)
    assert mean[0] < -0.05


@pytest.fixture(scope="module")
def plane():
    return zoo.load_network("mnist-plane")


def undecided(plane, code):
    """Pixels whose probability of ink lies between 1/4 and 3/4, as the widget counts them."""
    with torch.no_grad():
        ink = plane.decoder(torch.tensor([code])).sigmoid()
    return int(((ink > 0.25) & (ink < 0.75)).sum())


def near(plane, code):
    """The classes of the 15 nearest test digits, most frequent first."""
    away = (plane.test_codes - torch.tensor(code)).norm(dim=1)
    return torch.bincount(plane.test_labels[away.argsort()[:15]], minlength=10)


def test_the_straight_way_from_the_zeros_to_the_ones(plane):
    codes, labels = plane.test_codes, plane.test_labels
    start, end = (codes[labels == digit].median(0).values for digit in (0, 1))
    way = [
        near(plane, (start + u * (end - start)).tolist()) for u in (0, 0.25, 0.375, 0.5, 0.62, 1)
    ]
    assert [int(classes.argmax()) for classes in way] == [0, 6, 2, 4, 7, 1]


def test_how_many_pixels_are_undecided(plane):
    ones = plane.test_codes[plane.test_labels == 1].median(0).values.tolist()
    assert undecided(plane, ones) == approx(30, abs=10)
    assert 784 / 3.2 < undecided(plane, [0.8, 1.5]) < 784 / 2.8
    assert set(near(plane, [0.8, 1.5]).argsort(descending=True)[:3].tolist()) <= {3, 5, 6, 8, 0}


def test_beyond_the_last_numeral_the_decoder_is_as_sure_as_ever(plane):
    everywhere = torch.cartesian_prod(torch.linspace(-2, 2, 21), torch.linspace(-2, 2, 21))
    usual = torch.tensor([undecided(plane, code.tolist()) for code in everywhere]).median()
    for code in ((3.0, 3.0), (0.0, -4.0), (-4.0, -4.0)):
        assert undecided(plane, code) < usual


def test_the_formula_is_a_few_per_cent_ahead_of_the_network():
    seeds = over_seeds("gaussian-vae")
    ahead, error = mean_and_error(seeds["network less clouds x 1"])
    assert ahead > 3 * error and ahead < 0.08 * seeds["clouds x 1"].mean()
    wide, narrow = (seeds[f"clouds x {width}"] for width in (10, "0.1"))
    assert (seeds["network"] < 0.75 * torch.minimum(wide, narrow)).all()


def test_narrow_clouds_answer_with_another_digit_in_one_case_of_four():
    share, error = mean_and_error(over_seeds("gaussian-vae")["another digit"])
    assert share == approx(0.25, abs=0.03) and error < 0.02
