"""Gaussian mixtures against torch.distributions, autograd, quadrature, mpmath and samples."""

import math
from functools import partial

import mpmath
import numpy as np
import pytest
import torch
from pytest import approx
from scipy.stats import kstest, norm
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from dgm_lessons.mixtures import GaussianMixture, gm1, grid, ring, two_moons_like

GRID = torch.linspace(-12, 12, 24001, dtype=torch.float64)
CELL = float(GRID[1] - GRID[0])


def full(dim=3, count=4, seed=1):
    """A mixture with full covariances, no two alike."""
    g = torch.Generator().manual_seed(seed)
    root = torch.randn(count, dim, dim, generator=g, dtype=torch.float64)
    covariances = 0.3 * root @ root.mT + 0.05 * torch.eye(dim, dtype=torch.float64)
    means = 1.5 * torch.randn(count, dim, generator=g, dtype=torch.float64)
    return GaussianMixture(torch.rand(count, generator=g) + 0.2, means, covariances)


def reference(mixture, alpha=1.0, sigma=0.0):
    """The law of alpha x_0 + sigma eps, made of torch.distributions."""
    eye = torch.eye(mixture.dim, dtype=torch.float64)
    components = MultivariateNormal(
        alpha * mixture.means, alpha**2 * mixture.covariances + sigma**2 * eye
    )
    return MixtureSameFamily(Categorical(mixture.weights), components)


def gradient_and_hessian(log_density, x):
    """By autograd, each row on its own."""
    hessian = torch.stack([torch.autograd.functional.hessian(log_density, row) for row in x])
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(log_density(x).sum(), x)
    return gradient, hessian


def points(mixture, alpha=1.0, sigma=0.0, n=12):
    """Points of the noised mixture, and a few that are far from everything."""
    g = torch.Generator().manual_seed(3)
    x = alpha * mixture.sample(n, g, torch.float64)
    x = x + sigma * torch.randn(x.shape, generator=g, dtype=torch.float64)
    x[-2:] *= 4
    return x


MIXTURES = (gm1(), ring(), full(), full(5, 5, seed=2))
mixtures = pytest.mark.parametrize("mixture", MIXTURES, ids=repr)
READINGS = (
    *("mean", "covariance", "score", "responsibilities", "log_prob"),
    *("hessian", "mean_divergence", "score_divergence"),
)
LEVELS = ((1.0, 0.0), (1.0, 0.5), (0.6, 0.8), (0.01, 1.0), (0.0, 1.0), (1.0, 30.0))


# -- the law itself --------------------------------------------------------------------------------


@mixtures
def test_density_score_and_hessian_equal_autograd(mixture):
    x = points(mixture)
    log_density = reference(mixture).log_prob
    torch.testing.assert_close(mixture.log_prob(x), log_density(x), rtol=1e-11, atol=1e-11)
    score, hessian = gradient_and_hessian(log_density, x)
    torch.testing.assert_close(mixture.score(x), score, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mixture.hessian(x), hessian, rtol=1e-8, atol=1e-8)


@mixtures
@pytest.mark.parametrize("alpha, sigma", LEVELS)
def test_traces_are_those_of_the_jacobians(mixture, alpha, sigma):
    """Found by autograd, in passes of their own; where alpha or sigma is 0 too."""
    x = points(mixture, alpha, sigma)
    seen = mixture.seen(x, alpha, sigma)
    for reading in ("mean", "score"):
        jacobian = torch.func.jacrev(
            lambda x: getattr(mixture.seen(x, alpha, sigma), reading).sum(0)  # noqa: B023
        )(x)
        expected = torch.einsum("ibi->b", jacobian)
        trace = getattr(seen, f"{reading}_divergence")
        torch.testing.assert_close(trace, expected, rtol=1e-9, atol=1e-9)
    hessian = seen.hessian
    torch.testing.assert_close(hessian.diagonal(dim1=1, dim2=2).sum(1), seen.score_divergence)
    torch.testing.assert_close(hessian, mixture.diffuse(alpha, sigma).hessian(x))


def test_score_and_hessian_are_derivatives_of_the_package_itself():
    """Autograd runs through the package's own log_prob and score."""
    mixture = full()
    x = points(mixture).requires_grad_()
    (score,) = torch.autograd.grad(mixture.log_prob(x).sum(), x)
    torch.testing.assert_close(mixture.score(x), score, rtol=1e-10, atol=1e-10)
    columns = [torch.autograd.grad(mixture.score(x)[:, i].sum(), x)[0] for i in range(3)]
    torch.testing.assert_close(mixture.hessian(x), torch.stack(columns, 1), rtol=1e-9, atol=1e-9)


def test_density_integrates_to_one():
    assert float(gm1().log_prob(GRID[:, None]).exp().sum()) * CELL == approx(1, abs=1e-12)
    axis = GRID[::40]
    plane = torch.cartesian_prod(axis, axis)
    mass = full(2).log_prob(plane).exp().sum() * (40 * CELL) ** 2
    assert float(mass) == approx(1, abs=1e-6)


def test_density_has_finite_derivatives_far_away():
    """Between and beyond the modes, where every component underflows."""
    x = torch.tensor([[0.0, 0.0], [1e3, -1e3], [1e6, 1e6]], dtype=torch.float64)
    mixture = ring(std=1e-3)
    for value in (mixture.log_prob(x), mixture.score(x), mixture.hessian(x)):
        assert bool(torch.isfinite(value).all())
    pull = mixture.score(x[1:]) * x[1:]
    assert bool((pull < 0).all())


@mixtures
def test_sample_moments(mixture):
    n = 100_000
    x = mixture.sample(n, torch.Generator().manual_seed(7), torch.float64)
    centred = x - mixture.mean
    z = centred.mean(0) / (centred.std(0) / math.sqrt(n))
    assert float(z.abs().max()) < 4.5
    products = centred[:, :, None] * centred[:, None, :]
    z = (products.mean(0) - mixture.covariance) / (products.std(0) / math.sqrt(n))
    assert float(z.abs().max()) < 4.5


def test_samples_do_not_depend_on_the_basis_of_equal_eigenvalues():
    """Which basis eigh finds there differs from one CPU to another."""
    covariance = torch.eye(4, dtype=torch.float64) + 1.0  # eigenvalues 1, 1, 1, 5
    mixture = GaussianMixture([1.0], torch.zeros(1, 4), covariance[None])
    draws = [mixture.sample(50, torch.Generator().manual_seed(3), torch.float64)]
    turn = torch.linalg.qr(torch.arange(9.0, dtype=torch.float64).view(3, 3) ** 2 + 1).Q
    mixture.eigenvectors = mixture.eigenvectors @ torch.block_diag(turn, -torch.ones(1, 1))
    draws.append(mixture.sample(50, torch.Generator().manual_seed(3), torch.float64))
    torch.testing.assert_close(*draws)


def test_samples_follow_the_law():
    """Kolmogorov-Smirnov in 1-D; in 2-D the share of every well separated mode."""
    mixture = gm1()
    x = mixture.sample(20_000, torch.Generator().manual_seed(1), torch.float64)[:, 0]
    assert kstest(x.numpy(), lambda v: cdf(mixture, v)).pvalue > 1e-3
    mixture, n = ring(), 36_000
    x = mixture.sample(n, torch.Generator().manual_seed(2), torch.float64)
    count = torch.cdist(x, mixture.means).argmin(1).bincount(minlength=8)
    spread = (n * mixture.weights * (1 - mixture.weights)).sqrt()
    assert float(((count - n * mixture.weights) / spread).abs().max()) < 4


def cdf(mixture, x, alpha=1.0, sigma=0.0):
    """P(X <= x) of a mixture on the line, noised."""
    means = alpha * mixture.means[:, 0].numpy()
    stds = np.sqrt(alpha**2 * mixture.covariances[:, 0, 0].numpy() + sigma**2)
    x = np.asarray(x)[..., None]
    return (mixture.weights.numpy() * norm.cdf(x, means, stds)).sum(-1)


# -- seen through noise ----------------------------------------------------------------------------


@mixtures
@pytest.mark.parametrize("alpha, sigma", LEVELS)
def test_diffused_density_and_score_equal_autograd(mixture, alpha, sigma):
    x = points(mixture, alpha, sigma)
    log_density = reference(mixture, alpha, sigma).log_prob
    score, _ = gradient_and_hessian(log_density, x)
    noised = mixture.diffuse(alpha, sigma)
    torch.testing.assert_close(noised.log_prob(x), log_density(x), rtol=1e-10, atol=1e-10)
    for found in (noised.score(x), mixture.seen(x, alpha, sigma).score):
        torch.testing.assert_close(found, score, rtol=1e-8, atol=1e-8)


def test_diffuse_equals_the_empirical_law():
    g = torch.Generator().manual_seed(5)
    mixture = gm1()
    x0 = mixture.sample(20_000, g, torch.float64)
    for alpha, sigma in ((0.7, 0.4), (0.2, 0.9), (1.0, 3.0)):
        x = alpha * x0 + sigma * torch.randn(x0.shape, generator=g, dtype=torch.float64)
        law = partial(cdf, mixture, alpha=alpha, sigma=sigma)
        assert kstest(x[:, 0].numpy(), law).pvalue > 1e-3
        noised = mixture.diffuse(alpha, sigma)
        values = np.linspace(-5, 5, 11)
        assert cdf(noised, values) == approx(cdf(mixture, values, alpha, sigma), abs=1e-13)


def test_diffusing_twice_is_diffusing_once():
    mixture = full()
    twice = mixture.diffuse(0.8, 0.3).diffuse(0.5, 0.7)
    once = mixture.diffuse(0.4, math.hypot(0.5 * 0.3, 0.7))
    torch.testing.assert_close(twice.means, once.means)
    torch.testing.assert_close(twice.covariances, once.covariances)


@mixtures
@pytest.mark.parametrize("alpha, sigma", [(1.0, 0.5), (0.6, 0.8), (0.01, 1.0), (1.0, 30.0)])
def test_posterior_moments_by_tweedie(mixture, alpha, sigma):
    """E[x_0 | x_t] = (x + sigma^2 score)/alpha; Cov = (sigma/alpha)^2 (I + sigma^2 Hessian)."""
    x = points(mixture, alpha, sigma)
    score, hessian = gradient_and_hessian(reference(mixture, alpha, sigma).log_prob, x)
    mean = mixture.seen(x, alpha, sigma).mean
    # at alpha = 0.01 the right-hand side loses four digits, the package none
    torch.testing.assert_close(mean, (x + sigma**2 * score) / alpha, rtol=1e-8, atol=1e-8)
    eye = torch.eye(mixture.dim, dtype=torch.float64)
    expected = (sigma / alpha) ** 2 * (eye + sigma**2 * hessian)
    found = mixture.seen(x, alpha, sigma).covariance
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-7)


def test_posterior_moments_by_quadrature_on_the_line():
    mixture = gm1()
    prior = mixture.log_prob(GRID[:, None])
    for alpha, sigma in ((1.0, 0.05), (0.9, 0.4), (0.3, 0.95), (0.0, 1.0), (1.0, 10.0)):
        x = torch.tensor([[-2.0], [-0.3], [0.0], [0.4], [1.7]], dtype=torch.float64)
        weight = (prior - 0.5 * ((x - alpha * GRID) / sigma) ** 2).softmax(1)
        mean = weight @ GRID
        variance = weight @ GRID**2 - mean**2
        found = mixture.seen(x, alpha, sigma).mean[:, 0]
        torch.testing.assert_close(found, mean, rtol=1e-9, atol=1e-9)
        found = mixture.seen(x, alpha, sigma).covariance[:, 0, 0]
        torch.testing.assert_close(found, variance, rtol=1e-8, atol=1e-8)


def test_posterior_moments_by_quadrature_in_the_plane():
    """Full covariances: nothing here uses a derivative."""
    mixture, alpha, sigma = full(2), 0.7, 0.6
    axis = GRID[::40]
    plane = torch.cartesian_prod(axis, axis)
    x = points(mixture, alpha, sigma, n=6).clamp(-5, 5)  # their posteriors lie on the grid
    misfit = ((x[:, None] - alpha * plane) ** 2).sum(2) / sigma**2
    weight = (reference(mixture).log_prob(plane) - 0.5 * misfit).softmax(1)
    mean = weight @ plane
    second = torch.einsum("bn,nd,ne->bde", weight, plane, plane)
    found = mixture.seen(x, alpha, sigma).covariance
    torch.testing.assert_close(mixture.seen(x, alpha, sigma).mean, mean, rtol=0, atol=1e-6)
    expected = second - mean[:, :, None] * mean[:, None, :]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("sigma", [1e-8, 1e-5, 1e-2, 1.0, 1e3, 1e6])
def test_posterior_moments_keep_their_digits(sigma):
    """Against 60-digit arithmetic: Tweedie in float64 would lose all digits at both ends."""
    mixture, alpha = gm1(), 0.8
    x = alpha * 0.37 + 0.4 * sigma
    with mpmath.workdps(60):
        a, s = mpmath.mpf(alpha), mpmath.mpf(sigma)
        parts = [
            (mpmath.mpf(float(w)), mpmath.mpf(float(m)), a**2 * mpmath.mpf(float(c)) + s**2)
            for w, m, c in zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
        ]
        density = [w * mpmath.npdf(x, a * m, mpmath.sqrt(v)) for w, m, v in parts]
        slope = [-(x - a * m) / v for _, m, v in parts]
        total = mpmath.fsum(density)
        score = mpmath.fsum(d * u for d, u in zip(density, slope, strict=True)) / total
        second = [d * (u**2 - 1 / v) for d, u, (_, _, v) in zip(density, slope, parts, strict=True)]
        hessian = mpmath.fsum(second) / total - score**2
        mean = float((x + s**2 * score) / a)
        variance = float(s**2 / a**2 * (1 + s**2 * hessian))
    at = torch.tensor([[x]], dtype=torch.float64)
    assert float(mixture.seen(at, alpha, sigma).mean) == approx(mean, rel=1e-9)
    assert float(mixture.seen(at, alpha, sigma).covariance) == approx(variance, rel=1e-9)


@mixtures
def test_posterior_at_the_ends(mixture):
    """Without noise it is the point; without signal it is the prior."""
    x = points(mixture)
    eye = torch.eye(mixture.dim, dtype=torch.float64)
    torch.testing.assert_close(mixture.seen(0.5 * x, 0.5, 0.0).mean, x, rtol=0, atol=1e-10)
    assert float(mixture.seen(x, 1.0, 0.0).covariance.abs().max()) < 1e-28
    tiny = mixture.seen(x, 0.5, 1e-9).covariance / 4e-18
    torch.testing.assert_close(tiny, eye.expand_as(tiny), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mixture.seen(x, 0.0, 1.0).mean, mixture.mean.expand_as(x))
    for alpha, sigma in ((0.0, 1.0), (1.0, 1e7)):
        found = mixture.seen(x, alpha, sigma).covariance
        expected = mixture.covariance.expand_as(found)
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@mixtures
def test_mean_and_covariance_of_the_whole_law_by_their_definition(mixture):
    """Sums over the components of E[x] and E[x x^T], each written out by hand."""
    parts = list(zip(mixture.weights, mixture.means, mixture.covariances, strict=True))
    mean = sum(w * m for w, m, _ in parts)
    second = sum(w * (c + torch.outer(m, m)) for w, m, c in parts)
    torch.testing.assert_close(mixture.mean, mean)
    torch.testing.assert_close(mixture.covariance, second - torch.outer(mean, mean))


def test_responsibilities_by_bayes():
    mixture, alpha, sigma = full(), 0.7, 0.5
    x = points(mixture, alpha, sigma)
    law = reference(mixture, alpha, sigma)
    joint = law.component_distribution.log_prob(x[:, None]).exp() * mixture.weights
    found = mixture.seen(x, alpha, sigma).responsibilities
    torch.testing.assert_close(found, joint / joint.sum(1, keepdim=True), rtol=1e-9, atol=1e-12)


def test_levels_by_row_equal_row_by_row_calls():
    """Also with B equal to D and to K, where a wrong broadcast would go unseen."""
    mixture = full(5, 5, seed=2)
    x = points(mixture, n=5)
    alpha = torch.tensor([1.0, 0.9, 0.5, 0.1, 0.0], dtype=torch.float64)
    sigma = torch.tensor([0.0, 0.3, 2.0, 0.7, 1.0], dtype=torch.float64)
    alone = [mixture.seen(x[i : i + 1], float(alpha[i]), float(sigma[i])) for i in range(5)]
    for reading in READINGS:
        rows = torch.cat([getattr(one, reading) for one in alone])
        found = getattr(mixture.seen(x, alpha, sigma), reading)
        torch.testing.assert_close(found, rows, rtol=1e-12, atol=1e-12)


def test_float32_points_get_float32_answers_of_float64_quality():
    mixture = ring()
    x = points(mixture)
    for reading in READINGS:
        found = getattr(mixture.seen(x.float(), 0.6, 0.8), reading)
        exact = getattr(mixture.seen(x.float().double(), 0.6, 0.8), reading)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.double(), exact, rtol=1e-6, atol=1e-6)
    assert mixture.sample(3).dtype == torch.float32


# -- the named test beds ---------------------------------------------------------------------------


def test_gm1_is_the_one_of_the_book():
    mixture = gm1()
    assert float(mixture.weights @ mixture.means[:, 0]) == approx(0, abs=1e-7)
    second = mixture.covariances[:, 0, 0] + mixture.means[:, 0] ** 2
    assert math.sqrt(float(mixture.weights @ second)) == approx(1.298, abs=5e-4)
    expected = 0.4 * norm.pdf(0.2, -1.5, 0.3) + 0.6 * norm.pdf(0.2, 1, 0.5)
    at = torch.tensor([[0.2]], dtype=torch.float64)
    assert float(mixture.log_prob(at)) == approx(math.log(expected), rel=1e-6)


def test_ring():
    mixture = ring()
    assert mixture.weights.tolist() == approx([w / 36 for w in (1, 6, 3, 8, 2, 5, 4, 7)])
    assert mixture.means.norm(dim=1).tolist() == approx([2.0] * 8)
    assert mixture.means[2].tolist() == approx([0, 2], abs=1e-12)
    assert mixture.covariances[3].flatten().tolist() == approx([0.0225, 0, 0, 0.0225])
    assert ring(5, radius=3.0).weights.tolist() == approx([0.2] * 5)


def test_grid_and_moons():
    means = grid(9, spacing=2.0).means
    assert sorted(map(tuple, means.tolist())) == [(x, y) for x in (-2, 0, 2) for y in (-2, 0, 2)]
    assert len(grid().means) == 25 and grid(1).means.shape == (1, 2)
    moons = two_moons_like(6)
    assert moons.means.shape == (12, 2)
    torch.testing.assert_close(moons.means[:6], -moons.means[6:])
    spread = torch.cdist(moons.means, moons.means) + 9 * torch.eye(12)
    assert float(spread.min()) > 0.2


def test_representations_of_a_covariance_agree():
    weights, means = torch.ones(2), torch.tensor([[0.0, 0.0], [1.0, 2.0]])
    x = torch.tensor([[0.3, -0.4]])
    eye = torch.eye(2)
    forms = (0.25, torch.tensor(0.25), torch.full((2,), 0.25), torch.stack([eye, eye]) / 4)
    values = [float(GaussianMixture(weights, means, form).log_prob(x)) for form in forms]
    assert values == approx([values[0]] * 4)
    assert float(GaussianMixture(7 * weights, means, 0.25).log_prob(x)) == approx(values[0])


def test_to_and_repr():
    assert torch.equal(ring().to("cpu").means, ring().means)
    assert repr(full()) == "GaussianMixture(4 components in 3 dimensions)"


# -- bad input -------------------------------------------------------------------------------------

W, MU, EYE = torch.ones(2), torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.eye(2)
X = torch.ones(3, 2)
SKEW = torch.stack([EYE, EYE + torch.tensor([[0.0, 1.0], [0.0, 0.0]])])


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((W * math.nan, MU, 1.0), "weights contains NaN"),
        ((W * 0, MU, 1.0), "every weight must be above 0"),
        ((-W, MU, 1.0), "every weight must be above 0"),
        ((W[:0], MU[:0], 1.0), r"weights \(K,\) and means \(K, D\) are needed, not \(0,\)"),
        ((torch.ones(3), MU, 1.0), r"are needed, not \(3,\) and \(2, 2\)"),
        ((W, MU[0], 1.0), r"are needed, not \(2,\) and \(2,\)"),
        ((W, MU * math.inf, 1.0), "means contains NaN or infinity"),
        ((W, MU, math.nan), "covariances contains NaN"),
        ((W, MU, 0.0), "every covariance must be positive definite"),
        ((W, MU, -1.0), "every covariance must be positive definite"),
        ((W, MU, torch.tensor([1.0, -1.0])), "every covariance must be positive definite"),
        ((W, MU, torch.ones(2, 2, 2)), "every covariance must be positive definite"),
        ((W, MU, SKEW), "every covariance must be symmetric"),
        ((W, MU, torch.ones(3)), r"covariances must be .*not \(3,\)"),
        ((W, MU, EYE[None]), r"covariances must be .*not \(1, 2, 2\)"),
    ],
)
def test_bad_parameters_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        GaussianMixture(*arguments)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: ring(0), "at least one component, not n = 0"),
        (lambda: ring(-2), "at least one component, not n = -2"),
        (lambda: ring(8, radius=math.nan), "radius .*nan"),
        (lambda: ring(8, std=0.0), "std .*above 0, not 0"),
        (lambda: ring(8, std=-0.1), "std .*not -0.1"),
        (lambda: grid(24), "square number .*not 24"),
        (lambda: grid(0), "square number .*not 0"),
        (lambda: grid(-4), "square number .*not -4"),
        (lambda: grid(9, spacing=0.0), "spacing .*above 0, not 0"),
        (lambda: grid(9, std=math.inf), "std .*inf"),
        (lambda: two_moons_like(1), "at least two components, not n = 1"),
        (lambda: two_moons_like(6, std=math.nan), "std .*nan"),
    ],
)
def test_bad_test_beds_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("method", ["log_prob", "score", "hessian", "seen"])
def test_bad_points_are_refused(method):
    call = getattr(ring(), method)
    level = (0.6, 0.8) if method == "seen" else ()
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match=r"x.* contains NaN or infinity"):
            call(X * value, *level)
    for x in (X[0], X[:, :1], torch.ones(3, 3), X[None]):
        with pytest.raises(ValueError, match=r"must have shape \(B, 2\), not"):
            call(x, *level)
    with pytest.raises(TypeError, match="floating dtype"):
        call(X.long(), *level)
    with pytest.raises(TypeError, match=r"must be a torch.Tensor, not list"):
        call([[1.0, 2.0]], *level)


@pytest.mark.parametrize("reading", READINGS)
def test_no_points_are_an_empty_batch(reading):
    empty = getattr(ring().seen(torch.empty(0, 2), 0.6, 0.8), reading)
    assert (
        len(empty) == 0 and empty.shape[1:] == getattr(ring().seen(X, 0.6, 0.8), reading).shape[1:]
    )


@pytest.mark.parametrize("method", ["seen", "diffuse"])
@pytest.mark.parametrize(
    "alpha, sigma, words",
    [
        (math.nan, 1.0, "alpha .*nan"),
        (1.0, math.nan, "sigma .*nan"),
        (-0.5, 1.0, "alpha .*-0.5"),
        (1.0, -0.5, "sigma .*-0.5"),
        (math.inf, 1.0, "alpha .*inf"),
        (1.0, math.inf, "sigma .*inf"),
        (0.0, 0.0, "alpha.*sigma.* 0"),
        (torch.tensor([[1.0]]), 1.0, r"alpha .*\(1, 1\)"),
        (torch.ones(2), 1.0, r"alpha"),
        (1.0, torch.ones(2), r"sigma"),
    ],
)
def test_bad_levels_are_refused(method, alpha, sigma, words):
    points = () if method == "diffuse" else (X,)
    with pytest.raises(ValueError, match=words):
        getattr(ring(), method)(*points, alpha, sigma)


@pytest.mark.parametrize("reading", READINGS)
def test_points_beyond_the_range_of_floats_never_give_nan(reading):
    x = torch.full((2, 2), 1e200, dtype=torch.float64)
    try:
        value = getattr(ring().seen(x, 0.6, 0.8), reading)
    except ValueError as error:
        assert "x" in str(error) and "large" in str(error)
    else:
        assert not bool(value.isnan().any())


def test_bad_sample_sizes_are_refused(generator):
    with pytest.raises(ValueError, match="n must be at least 0, not -1"):
        ring().sample(-1, generator)
    with pytest.raises(TypeError, match=r"float|int"):
        ring().sample(2.5, generator)
    assert ring().sample(0, generator).shape == (0, 2)
    assert ring().sample(1, generator).shape == (1, 2)
