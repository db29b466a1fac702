"""Metrics against closed forms, with the sampling error of each stated in the tolerance."""

import math

import pytest
import torch

from dgm_lessons import metrics
from dgm_lessons.metrics import (
    energy_distance,
    frechet_distance,
    frechet_interval,
    mode_weights,
    off_mode_share,
    precision_recall,
    sliced_wasserstein,
    spread_within,
)
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.zoo import load_network


def normal(n, dim, generator):
    return torch.randn(n, dim, generator=generator, dtype=torch.float64)


def test_sliced_wasserstein_of_a_shift(generator):
    """E over unit directions of <u, d>^2 is |d|^2 / D: exact for a shifted copy."""
    x = normal(200, 3, generator)
    shift = torch.tensor([3.0, -4.0, 12.0], dtype=torch.float64)
    directions = 5_000
    value = sliced_wasserstein(x, x + shift, directions, generator)
    # var <u, e>^2 = 4/45 in three dimensions
    error = 13**2 * math.sqrt(4 / 45 / directions)
    assert value.square().item() == pytest.approx(13**2 / 3, abs=4 * error)


def test_sliced_wasserstein_of_a_scaling(generator):
    """Sorted shadows of 2x and x differ by the shadow of x: the value is its std."""
    x = normal(1000, 2, generator)
    value = sliced_wasserstein(x, 2 * x, 1000, generator)
    assert value.square().item() == pytest.approx(x.square().mean().item(), rel=0.03)
    assert sliced_wasserstein(x, x.flip(0), 10, generator) < 1e-12


def test_sliced_wasserstein_has_a_gradient(generator):
    """Of W^2 = |d|^2 / D for a copy moved by d: -2 d / D, all rows of x together."""
    x = normal(50, 3, generator).requires_grad_()
    shift = torch.tensor([3.0, -4.0, 12.0], dtype=torch.float64)
    value = sliced_wasserstein(x, x.detach() + shift, 5_000, generator)
    (slope,) = torch.autograd.grad(value.square(), x)
    torch.testing.assert_close(slope.sum(0), -2 * shift / 3, rtol=0.1, atol=0.1)
    assert value.item() == pytest.approx(13 / math.sqrt(3), rel=0.03)


def test_energy_distance_of_two_points_and_of_gaussians(generator):
    """On the line, |X - Y| of independent N(m, 1), N(0, 1) has mean 2 phi_m with a closed form."""
    assert energy_distance(torch.zeros(2, 3), torch.ones(3, 3)).item() == pytest.approx(12**0.5)
    n, m = 4000, 1.5
    x, y = normal(n, 1, generator) + m, normal(n, 1, generator)
    apart = 2 / math.sqrt(math.pi) * math.exp(-(m**2) / 4) + m * math.erf(m / 2)
    expected = 2 * apart - 2 * 2 / math.sqrt(math.pi)
    assert energy_distance(x, y).item() == pytest.approx(expected, abs=0.12)  # 4 errors
    same = torch.stack([energy_distance(normal(200, 1, generator), y[:200]) for _ in range(50)])
    assert abs(same.mean()) < 4 * same.std() / 50**0.5 + 0.01  # no bias


def test_energy_distance_in_blocks_equals_all_at_once(generator):
    x, y = normal(1500, 2, generator), normal(1100, 2, generator)
    full = 2 * torch.cdist(x, y).mean()
    full -= torch.cdist(x, x).sum() / (1500 * 1499) + torch.cdist(y, y).sum() / (1100 * 1099)
    assert energy_distance(x, y).item() == pytest.approx(full.item(), abs=1e-8)


def test_mode_weights(generator):
    mixture, n = ring(8), 20_000
    weights = mode_weights(mixture.sample(n, generator), mixture)
    assert torch.allclose(weights.sum(), torch.ones(()))
    error = (mixture.weights * (1 - mixture.weights) / n).sqrt()
    assert bool(((weights - mixture.weights).abs() < 4 * error).all())
    only = mode_weights(mixture.means[3:4].float(), mixture)
    assert only.argmax() == 3 and only[3] > 0.99


def test_mode_weights_by_bayes():
    """Of N(0, 1) and N(2, 1): the log-odds of a point are 2 x - 2, and log 3 more by weight."""
    mixture = GaussianMixture([0.25, 0.75], [[0.0], [2.0]], 1.0)
    x = torch.tensor([[-0.5], [1.2], [3.0]], dtype=torch.float64)
    second = (2 * x - 2 + math.log(3)).sigmoid().mean().item()
    assert mode_weights(x, mixture).tolist() == pytest.approx([1 - second, second])


def test_a_point_at_the_distance_itself_lies_in_the_component():
    mixture = GaussianMixture([1.0], [[2.0, -3.0]], torch.tensor([[[1.0, 0.0], [0.0, 4.0]]]))
    x = torch.tensor([[5.0, -3.0], [2.0, 3.0], [5.01, -3.0], [2.0, 3.01]])
    assert off_mode_share(x, mixture, distance=3.0) == 0.5


def test_off_mode_share(generator):
    mixture, n = ring(8), 100_000
    at_two = off_mode_share(mixture.sample(n, generator), mixture, distance=2.0)
    expected = math.exp(-2)  # of a chi-square law with two degrees of freedom
    assert at_two == pytest.approx(expected, abs=4 * math.sqrt(expected / n) + 1e-3)
    mixed = torch.cat([mixture.means, torch.zeros(2, 2)])
    assert off_mode_share(mixed, mixture) == pytest.approx(2 / 10)


def test_frechet_distance_is_the_closed_form():
    """For features whose sample moments are known exactly, and commuting covariances."""
    generator = torch.Generator().manual_seed(3)
    z = normal(400, 4, generator)
    z = z - z.mean(0)
    z = torch.linalg.solve_triangular(torch.linalg.cholesky(z.T.cov()), z.T, upper=False).T
    a, b = torch.tensor([1.0, 2, 3, 4]).double(), torch.tensor([2.0, 2, 1, 0]).double()
    shift = torch.tensor([1.0, 0, -2, 0]).double()
    expected = 5 + ((a - b) ** 2).sum().item()
    assert frechet_distance(z * a, z * b + shift) == pytest.approx(expected, abs=1e-9)
    assert frechet_distance(z, z) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_correlated_features(generator):
    """Against the matrix square root of the product, by its eigenvalues."""
    a, b = (normal(300, 5, generator) @ normal(5, 5, generator) for _ in range(2))
    product = torch.linalg.eigvals(a.T.cov() @ b.T.cov()).real.sqrt().sum()
    expected = (a.mean(0) - b.mean(0)).square().sum() + a.T.cov().trace() + b.T.cov().trace()
    assert frechet_distance(a, b) == pytest.approx((expected - 2 * product).item(), abs=1e-7)


def test_frechet_interval_covers_repeated_draws(generator):
    shift = torch.tensor([1.0, 0, 0])
    draws = [(normal(500, 3, generator) + shift, normal(500, 3, generator)) for _ in range(40)]
    low, high = frechet_interval(*draws[0], draws=40, generator=generator)
    spread = torch.tensor([frechet_distance(*pair) for pair in draws]).std().item()
    assert low < frechet_distance(*draws[0]) < high
    assert 0.5 < (high - low) / (4 * spread) < 2


def test_frechet_interval_is_two_standard_deviations_wide_on_either_side(generator):
    """On the line, far apart: d ~ gap^2, so its deviation is 2 gap sqrt(v_a / n + v_b / m)."""
    a, b = normal(300, 1, generator) + 50, 2 * normal(500, 1, generator)
    low, high = frechet_interval(a, b, 1000, generator)
    gap = float(a.mean() - b.mean())
    spread = 2 * gap * math.sqrt(a.var() / 300 + b.var() / 500)
    assert (high - low) / 2 == pytest.approx(2 * spread, rel=0.1)  # 4.5 errors
    assert (high + low) / 2 == pytest.approx(frechet_distance(a, b))


def test_frechet_distance_of_two_rows_each():
    """Least that has a covariance: (1, 3) and (0, 6) have means 2, 3 and variances 2, 18."""
    a, b = torch.tensor([[1.0], [3.0]]), torch.tensor([[0.0], [6.0]])
    assert frechet_distance(a, b) == pytest.approx(1 + (18**0.5 - 2**0.5) ** 2)


def test_frechet_interval_repeats_with_its_generator_and_only_with_it(generator):
    a, b = normal(50, 2, generator), normal(50, 2, generator)
    before = torch.get_rng_state()
    one, again, other = (
        frechet_interval(a, b, 5, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert one == again != other
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("distance", [sliced_wasserstein, energy_distance, frechet_distance])
def test_bad_clouds(distance):
    x = torch.zeros(4, 2)
    for wrong in (x[0], x[:0], x[None]):
        with pytest.raises(ValueError, match="shape"):
            distance(wrong, x)
    with pytest.raises(ValueError, match="columns"):
        distance(x, torch.zeros(4, 3))
    with pytest.raises(ValueError, match="NaN"):
        distance(x, x * float("nan"))


def test_bad_counts():
    with pytest.raises(ValueError, match="equally many"):
        sliced_wasserstein(torch.zeros(4, 2), torch.zeros(5, 2))
    with pytest.raises(ValueError, match="n_projections"):
        sliced_wasserstein(torch.zeros(4, 2), torch.zeros(4, 2), 0)
    for distance in (energy_distance, frechet_distance):
        with pytest.raises(ValueError, match="2 or more"):
            distance(torch.zeros(1, 2), torch.zeros(5, 2))
    for share in (mode_weights, off_mode_share):
        with pytest.raises(ValueError, match="no samples"):
            share(torch.zeros(0, 2), ring(8))


@pytest.mark.parametrize("function", [metrics.mnist_features, metrics.mnist_labels])
def test_bad_images(function):
    with pytest.raises(ValueError, match="uint8"):
        function(torch.zeros(2, 28, 28))
    with pytest.raises(ValueError, match="empty"):
        function(torch.zeros(0, 28, 28, dtype=torch.uint8))


def test_features_of_images_do_not_depend_on_the_batch(generator):
    images = torch.randint(0, 256, (7, 28, 28), generator=generator).to(torch.uint8)
    together, apart = metrics.mnist_features(images), metrics.mnist_features(images, batch_size=2)
    assert together.shape == (7, 64) and metrics.mnist_labels(images).shape == (7,)
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-4)


def test_grey_255_is_one_to_the_classifier():
    network, white = load_network("mnist-classifier"), torch.full((1, 28, 28), 255)
    with torch.no_grad():
        expected = network.features(torch.ones(1, 1, 28, 28))
    found = metrics.mnist_features(white.to(torch.uint8))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert (found - network.features(torch.full((1, 1, 28, 28), 255 / 256))).abs().max() > 1e-4


def test_spread_within_sees_samples_that_are_too_alike(generator):
    """Half the spread in every class is a quarter of the variance, wherever the classes lie."""
    labels = torch.arange(4000) % 4
    centres = 10 * labels[:, None].double()
    noise = torch.randn(2, 4000, 3, generator=generator, dtype=torch.float64)
    found = spread_within(centres + 0.5 * noise[0], centres + noise[1], labels)
    assert found == pytest.approx(0.25, rel=0.05)
    assert spread_within(noise[0], noise[0], labels) == pytest.approx(1, abs=1e-12)


def test_spread_within_refuses_what_has_no_spread():
    x = torch.zeros(3, 2)
    with pytest.raises(ValueError, match="two rows or more"):
        spread_within(x, x, torch.tensor([0, 0, 1]))
    with pytest.raises(ValueError, match="one label per row"):
        spread_within(x, x, torch.tensor([0, 0]))


def test_precision_and_recall_on_a_line():
    """Real balls around 0, 1, 2, 10 with one neighbour: radii 1, 1, 1, 8; their rim belongs."""
    real = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    samples = torch.tensor([[0.5], [0.75], [-1.0], [30.0]])  # radii .25, .25, 1.5, 29.25
    assert precision_recall(samples, real, 1) == (0.75, 1.0)
    assert precision_recall(samples[[0, 1, 3]], real, 1) == (2 / 3, 0.75)
    assert precision_recall(samples[:3], real, 1) == (1.0, 0.5)


def by_definition(features, real, k):
    """The shares, a pair of points at a time."""

    def covered(point, points):
        radii = [sorted(math.dist(a, b) for b in points)[k] for a in points]  # [0] is itself
        return any(math.dist(point, a) <= r for a, r in zip(points, radii, strict=True))

    ours, theirs = features.tolist(), real.tolist()
    return (
        sum(covered(p, theirs) for p in ours) / len(ours),
        sum(covered(p, ours) for p in theirs) / len(theirs),
    )


@pytest.mark.parametrize("neighbours", [1, 3])
def test_precision_and_recall_are_those_of_the_definition(generator, neighbours):
    real, samples = normal(40, 3, generator), normal(30, 3, generator) * 0.6 + 1
    found = precision_recall(samples, real, neighbours)
    assert found == pytest.approx(by_definition(samples, real, neighbours), abs=1e-12)
    assert 0 < found[1] < found[0] < 1


def test_samples_too_alike_have_precision_without_recall(generator):
    """And the reverse; what is covered does not depend on blocks of rows."""
    real, samples = normal(1100, 4, generator), normal(1500, 4, generator)
    narrow, wide = precision_recall(0.3 * samples, real), precision_recall(3 * samples, real)
    assert narrow[0] > 0.95 > 0.2 > narrow[1] and wide[0] < 0.3 < 0.9 < wide[1]
    alike = precision_recall(samples, real)
    assert min(alike) > 0.85 and precision_recall(real, real) == (1, 1)
    shuffled = precision_recall(samples.flip(0), real.flip(0))
    assert shuffled == pytest.approx(alike, abs=1e-12)


def test_precision_and_recall_refuse_more_neighbours_than_there_are():
    x, y = torch.zeros(3, 2), torch.zeros(9, 2)
    for neighbours in (0, 3):
        with pytest.raises(ValueError, match="3 features and 9 real ones; give 1 or more"):
            precision_recall(x, y, neighbours)
