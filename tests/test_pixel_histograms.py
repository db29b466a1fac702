"""Grey levels by Bayes' rule, and likelihoods of images whose entropy is known."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter

from dgm_lessons.bounds import dequantised, dequantised_bound
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.likelihood import bits_per_dim, log_prob
from dgm_lessons.networks import PixelHistograms
from dgm_lessons.networks.pixel_histograms import EDGES, noise_given
from dgm_lessons.recipes import RECIPES

PROCESS = RECIPES["mnist-likelihood"].process
CUT_OFF = 0.005  # bits: the edges of a grey level, blurred by the noise of t_min


def posterior_noise(x, s, law):
    """E[eps | x] of one pixel by a fine sum over x_0."""
    edges = torch.tensor(EDGES).double() / 128 - 1
    grid = torch.linspace(-1, 1, 2_000_001, dtype=torch.float64)
    grid = (grid[1:] + grid[:-1]) / 2
    density = (law / edges.diff())[torch.bucketize(grid, edges[1:-1])]
    weight = density * torch.exp(-0.5 * ((x - grid) / s) ** 2)
    return ((x - (weight * grid).sum() / weight.sum()) / s).item()


@pytest.mark.parametrize("s", [3e-5, 0.002, 0.01, 0.1, 1.0, 10.0, 80.0])
def test_bayes_rule_agrees_with_a_fine_sum(s):
    g = torch.Generator().manual_seed(0)
    law = torch.rand(len(EDGES) - 1, generator=g, dtype=torch.float64).softmax(0)
    network = PixelHistograms(4, (4, 8))
    for x in (-1 - 3.5 * s, -1.0, -0.996, -0.3, 0.0, 0.97, 1 + 2 * s):
        noisy = torch.full((1, 1, 4, 4), x)
        bins = network.likelihoods(noisy, torch.full((1, 1, 1, 1), s))
        found = noise_given(law.float()[:, None, None].expand(-1, 4, 4), *bins)
        truth = posterior_noise(noisy[0, 0, 0, 0].item(), s, law)
        assert found[0, 0, 0, 0].item() == pytest.approx(truth, rel=5e-3, abs=5e-3)


def test_far_outside_the_grey_scale_the_noise_points_back():
    network = PixelHistograms(4, (4, 8))
    noise = network(torch.full((2, 1, 4, 4), 50.0), torch.tensor([9.0, -20.0]))
    assert torch.isfinite(noise).all() and (noise[0] > 1000).all()


@pytest.mark.parametrize("level", [math.inf, -math.inf])
def test_no_noise_and_no_signal_are_finite(level):
    noise = PixelHistograms(4, (4, 8))(torch.randn(3, 1, 4, 4), torch.full((3,), level))
    assert torch.isfinite(noise).all()


def test_beyond_four_standard_deviations_the_noise_grows_by_as_many():
    """There the law is seen as from four: one more outside is one more in the noise."""
    network, law = PixelHistograms(4, (4, 8)), torch.ones(len(EDGES) - 1, dtype=torch.float64)
    law /= law.sum()
    for s, edge, away in itertools.product((0.002, 0.3), (-1, 1), (4.6, 7.0)):
        noisy = torch.full((1, 1, 4, 4), edge + edge * away * s)
        bins = network.likelihoods(noisy, torch.full((1, 1, 1, 1), s))
        found = noise_given(law.float()[:, None, None].expand(-1, 4, 4), *bins)
        truth = posterior_noise(edge * (1 + 4 * s), s, law) + edge * (away - 4)
        assert found[0, 0, 0, 0].item() == pytest.approx(truth, abs=5e-3)


def test_its_unet_knows_levels_from_e_to_the_minus_6_to_e_to_the_4():
    """And the noise is that of levels down to e^-12: of 50 s for a pixel 50 s outside."""
    network, seen = PixelHistograms(4, (4, 8)), []
    network.context.register_forward_pre_hook(lambda _, given: seen.append(given[1]))
    x = torch.full((3, 1, 4, 4), 1 + 50 * math.exp(-12))
    noise = network(x, torch.tensor([math.inf, -math.inf, 3.0]))
    assert seen[0].tolist() == [12, -8, 3]
    assert noise[0, 0, 0, 0].item() == pytest.approx(50, abs=0.5)


def test_it_begins_with_counts_of_the_places_around(generator):
    """Shares of 3x3 places, with none beyond the edge; a thousandth of what is seen anywhere."""
    pictures = images("even", 30, generator) // torch.tensor([1, 1, 2, 3], dtype=torch.uint8)
    network = PixelHistograms(4, (4, 8))
    network.count(pictures)
    counts = np.apply_along_axis(lambda one: np.histogram(one, EDGES)[0], 0, pictures.numpy())
    near = uniform_filter(counts / 30, (1, 3, 3), mode="constant")
    floor = 0.001 * near.mean((1, 2), keepdims=True) + 1e-6
    assert (counts.sum((1, 2)) == 0).any()  # bins in which no pixel falls
    found = network.place.detach().exp().numpy()
    np.testing.assert_allclose(found, 0.999 * near + floor, rtol=1e-3)


def test_wrong_inputs():
    network = PixelHistograms(8, (4, 8))
    with pytest.raises(ValueError, match="takes"):
        network(torch.zeros(2, 1, 4, 4), torch.zeros(2))
    with pytest.raises(ValueError, match="one level per"):
        network(torch.zeros(2, 1, 8, 8), torch.zeros(3))
    with pytest.raises(ValueError, match="NaN"):
        network(torch.full((2, 1, 8, 8), math.nan), torch.zeros(2))
    assert network(torch.zeros(0, 1, 8, 8), torch.zeros(0)).shape == (0, 1, 8, 8)


def images(kind, n, generator):
    """4x4 pictures of known entropy: 0, 1 or 8 bits a pixel."""
    if kind == "blank":
        return torch.zeros(n, 4, 4, dtype=torch.uint8)
    if kind == "coins":
        return 255 * torch.randint(2, (n, 4, 4), generator=generator, dtype=torch.uint8)
    return torch.randint(256, (n, 4, 4), generator=generator, dtype=torch.uint8)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "bits"), [("blank", 0.0), ("coins", 1.0), ("even", 8.0)])
def test_bits_are_the_entropy(kind, bits, generator):
    """Fair coins cost one bit a pixel, by the bound and by the flow; blank paper nothing."""
    pictures = images(kind, 8000, generator)
    network = PixelHistograms(4, (4, 8))
    network.count(pictures)
    denoiser = Denoiser(network, PROCESS, "eps")
    bound = dequantised_bound(denoiser, pictures, generator, repeats=8)
    error = 4 * (bound.std() / len(bound) ** 0.5).item()
    assert error < 0.1
    assert bound.mean().item() == pytest.approx(bits + CUT_OFF, abs=error)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "bits"), [("blank", 0.0), ("coins", 1.0)])
def test_the_flow_pays_the_entropy_too(kind, bits, generator):
    pictures = images(kind, 30, generator)
    network = PixelHistograms(4, (4, 8))
    network.count(images(kind, 4000, generator))
    x0 = dequantised(pictures, generator)
    # each pixel by itself: the Jacobian is diagonal, and one probe finds its trace exactly
    denoiser = Denoiser(network, PROCESS, "eps")
    nats = log_prob(denoiser, x0, "hutchinson", 1e-4, 1e-4, generator=generator)
    found = bits_per_dim(nats.double(), 16, scale=1 / 128)
    error = 4 * (found.std() / len(found) ** 0.5).item()
    assert found.mean().item() == pytest.approx(bits + CUT_OFF, abs=0.01 + error)
