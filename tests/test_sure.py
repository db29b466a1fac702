"""SURE and generalised score matching: unbiased, equal in gradient to what needs the truth."""

import math

import pytest
import torch
from pytest import approx

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.objectives import (
    generalised_score_matching,
    half_squared_norm,
    implicit_score_matching,
    sure,
)

SIGMA = 0.6
MIXTURE = GaussianMixture(
    [0.3, 0.7],
    [[-1.0, 0.5], [1.0, -0.5]],
    torch.tensor([[[0.6, 0.3], [0.3, 0.4]], [[0.5, -0.2], [-0.2, 0.9]]]),
)


def noisy(n, seed=0, mixture=MIXTURE):
    g = torch.Generator().manual_seed(seed)
    x = mixture.sample(n, g, torch.float64)
    return x, x + SIGMA * torch.randn(x.shape, generator=g, dtype=x.dtype)


def denoiser(x):
    """No gradient of anything; its divergence is 0.7 + 0.5 cos x_1 - 0.3 x_1^2 by hand."""
    return torch.stack([0.7 * x[:, 0] + x[:, 1].sin(), 0.5 * x[:, 1].sin() - 0.1 * x[:, 1] ** 3], 1)


def by_hand(x, variance):
    divergence = 0.7 + 0.5 * x[:, 1].cos() - 0.3 * x[:, 1] ** 2
    return ((denoiser(x) - x) ** 2).sum(1) + 2 * variance * divergence - 2 * variance


def minus_divergence(field, x):
    """The adjoint of the gradient."""
    return -value_and_divergence(field, x)[1]


def denoising(sigma):
    """The adjoint of L f = x f + sigma^2 grad f."""

    def adjoint(field, x):
        value, divergence = value_and_divergence(field, x)
        return (x * value).flatten(1).sum(1) - sigma**2 * divergence

    return adjoint


# -- SURE ------------------------------------------------------------------------------------------


def test_sure_by_hand():
    """Each row; a divergence across the batch or sigma for sigma^2 would show."""
    x = noisy(5)[1]
    torch.testing.assert_close(sure(denoiser, x, SIGMA), by_hand(x, SIGMA**2))
    assert (by_hand(x, SIGMA**2) - by_hand(x, SIGMA)).abs().min() > 0.01


def test_one_row_will_do():
    x = torch.tensor([[1.0, -2.0, 0.5]], dtype=torch.float64)
    assert sure(lambda x: 0.5 * x, x, 2.0).item() == approx(0.25 * 5.25 + 2 * 4 * 1.5 - 3 * 4)


def test_shapes_do_not_matter():
    x = noisy(4)[1]
    tall = sure(lambda y: denoiser(y.flatten(1)).reshape(y.shape), x.reshape(4, 1, 2, 1), SIGMA)
    torch.testing.assert_close(tall, sure(denoiser, x, SIGMA))


@pytest.mark.parametrize("seed", range(5))
def test_sure_is_unbiased_for_one_clean_point(seed):
    """Paired with the true error, to within four standard errors; three slips are far outside."""
    x, n = torch.tensor([0.4, -0.9], dtype=torch.float64), 20_000
    g = torch.Generator().manual_seed(seed)
    y = x + SIGMA * torch.randn(n, 2, generator=g, dtype=torch.float64)
    gap = sure(denoiser, y, SIGMA) - ((denoiser(y) - x) ** 2).sum(1)
    error = float(gap.detach().std()) / math.sqrt(n)
    assert abs(float(gap.mean())) < 4 * error < 0.05
    divergence = value_and_divergence(denoiser, y)[1]
    slips = (-2 * SIGMA**2 * divergence, 2 * SIGMA**2 + 0 * gap, (2 - 2 * SIGMA**2) * divergence)
    assert min(abs(float((gap + slip).mean())) for slip in slips) > 8 * error


def test_probes_are_unbiased_and_exact_for_a_diagonal_jacobian():
    x = noisy(30)[1]
    g = torch.Generator().manual_seed(1)
    exact, probed = sure(denoiser, x, SIGMA), sure(denoiser, x, SIGMA, 4000, g)
    # u . J u - tr J = u_1 u_2 cos(x_2): its standard deviation is below 1
    assert float((exact - probed).abs().max()) < 5 * 2 * SIGMA**2 / math.sqrt(4000)
    torch.testing.assert_close(sure(torch.tanh, x, SIGMA, 1, g), sure(torch.tanh, x, SIGMA))


@pytest.mark.parametrize("mixture", [gm1(), MIXTURE], ids=repr)
def test_the_posterior_mean_is_the_least_and_its_value_the_trace(mixture):
    """In its neighbourhood the mean is flat, and it is the mean of the posterior variance."""
    y = noisy(100_000, 2, mixture)[1]
    seen = mixture.seen(y, 1.0, SIGMA)
    values = sure(lambda y: mixture.seen(y, 1.0, SIGMA).mean, y, SIGMA)
    trace = seen.covariance.diagonal(dim1=1, dim2=2).sum(1)
    gap = values - trace
    assert abs(float(gap.mean())) < 4 * float(gap.detach().std()) / math.sqrt(len(y))
    for other in (torch.sin, torch.tanh, lambda y: 0 * y + 1):
        shift = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)

        def moved(y, other=other, shift=shift):
            return mixture.seen(y, 1.0, SIGMA).mean + shift * other(y)

        (slope,) = torch.autograd.grad(sure(moved, y[:20_000], SIGMA).mean(), shift)
        assert abs(float(slope)) < 0.1


def test_gradient_is_that_of_supervised_learning():
    """Of the mean, over many rows, by its parameters; without sigma^2 it is another."""
    x, y = noisy(200_000, 3)
    weight = torch.tensor([[0.6, 0.1], [-0.2, 0.4]], dtype=torch.float64, requires_grad=True)
    linear = y @ weight.T
    supervised = torch.autograd.grad(((linear - x) ** 2).sum(1).mean(), weight)[0]
    found = torch.autograd.grad(sure(lambda y: y @ weight.T, y, SIGMA).mean(), weight)[0]
    rows = 2 * torch.einsum("bi,bj->bij", y - x, y) - 2 * SIGMA**2 * torch.eye(2).double()
    error = rows.std(0) / math.sqrt(len(y))
    assert bool(((supervised - found).abs() < 4.5 * error).all()) and float(error.max()) < 0.01
    forgotten = found + 2 * (1 - SIGMA**2) * torch.eye(2)
    assert float((supervised - forgotten).abs().max()) > 20 * float(error.max())


def test_no_graph_is_kept_where_none_is_wanted():
    with torch.no_grad():
        assert not sure(denoiser, noisy(3)[1], SIGMA).requires_grad


# -- generalised score matching --------------------------------------------------------------------


def score(x):
    return denoiser(x) - x


def test_the_gradient_gives_implicit_score_matching():
    x = noisy(50)[0]
    found = generalised_score_matching(score, x, minus_divergence)
    assert float(found) == approx(float(implicit_score_matching(score, x)), rel=1e-12)
    turned = generalised_score_matching(score, x, lambda f, x: -minus_divergence(f, x))
    assert abs(float(turned - found)) > 0.1


def test_denoising_gives_half_of_sure():
    """Up to |x|^2/2 - d sigma^2/2, which no denoiser changes: row by row, so in gradient too."""
    y = noisy(50)[1]
    constant = half_squared_norm(y).mean() - SIGMA**2
    for field in (denoiser, torch.tanh, lambda y: 0.6 * y):
        found = generalised_score_matching(field, y, denoising(SIGMA))
        half = sure(field, y, SIGMA).mean() / 2
        assert float(half - found) == approx(float(constant), rel=1e-12)
        assert abs(float(2 * half - found - constant)) > 0.01


def test_the_gap_to_the_explicit_loss_is_one_constant():
    """Target E[x | y]; by samples, with the error of the difference of two gaps."""
    y = noisy(50_000, 4)[1]
    target = MIXTURE.seen(y, 1.0, SIGMA).mean
    gaps, rows = [], []
    for field in (denoiser, lambda y: 0.6 * y):
        explicit = half_squared_norm(field(y) - target)
        rows.append(half_squared_norm(field(y)) - denoising(SIGMA)(field, y) - explicit)
        gaps.append(float(generalised_score_matching(field, y, denoising(SIGMA)) - explicit.mean()))
    error = float((rows[0] - rows[1]).std()) / math.sqrt(len(y))
    assert abs(gaps[0] - gaps[1]) < 4 * error < 0.05


def test_it_can_be_trained_through():
    weight = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    y = noisy(8)[1]
    for loss in (
        generalised_score_matching(lambda y: weight * y, y, denoising(SIGMA)),
        sure(lambda y: weight * y, y, SIGMA).mean(),
        sure(lambda y: weight * y, y, SIGMA, 2, torch.Generator().manual_seed(0)).mean(),
    ):
        (slope,) = torch.autograd.grad(loss, weight)
        assert loss.shape == () and float(slope) != 0 and math.isfinite(float(slope))


# -- bad input -------------------------------------------------------------------------------------

X, NAN = torch.ones(3, 2), math.nan
ADJOINT = denoising(SIGMA)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: sure(denoiser, X * NAN, SIGMA), ValueError, "x_noisy contains NaN"),
        (lambda: sure(denoiser, X[0], SIGMA), ValueError, r"x_noisy must have shape \(B"),
        (lambda: sure(denoiser, X[:0], SIGMA), ValueError, "x_noisy is empty"),
        (lambda: sure(denoiser, X.long(), SIGMA), TypeError, "x_noisy must have a floating"),
        (lambda: sure(denoiser, X, 0.0), ValueError, "sigma must be .* above 0, not 0"),
        (lambda: sure(denoiser, X, -1.0), ValueError, "sigma must be .* not -1"),
        (lambda: sure(denoiser, X, NAN), ValueError, "sigma must be .* not nan"),
        (lambda: sure(denoiser, X, SIGMA, 0), ValueError, "n_probes .*at least 1, not 0"),
        (lambda: sure(denoiser, X, SIGMA, -3), ValueError, "n_probes .*at least 1, not -3"),
        (lambda: sure(lambda x: x[:1], X, SIGMA), ValueError, r"\(1, 2\).*\(3, 2\)"),
        (lambda: sure(lambda x: x * NAN, X, SIGMA), ValueError, r"field\(x\) contains NaN"),
        (lambda: sure(lambda x: torch.ones(3, 2), X, SIGMA), ValueError, "does not depend on x"),
        (lambda: generalised_score_matching(score, X * NAN, ADJOINT), ValueError, "x contains NaN"),
        (lambda: generalised_score_matching(score, X[0], ADJOINT), ValueError, "x must have shape"),
        (lambda: generalised_score_matching(score, X[:0], ADJOINT), ValueError, "x is empty"),
        (
            lambda: generalised_score_matching(score, X, lambda f, x: f(x)),
            ValueError,
            r"adjoint.*\(3, 2\).*give \(3,\)",
        ),
        (
            lambda: generalised_score_matching(score, X, lambda f, x: f(x).mean()),
            ValueError,
            r"adjoint.*shape \(\)",
        ),
        (
            lambda: generalised_score_matching(score, X, lambda f, x: f(x)[:, 0] * NAN),
            ValueError,
            "adjoint.*NaN",
        ),
        (
            lambda: generalised_score_matching(lambda x: x[:1], X, lambda f, x: x[:, 0]),
            ValueError,
            r"field\(x\) \(1, 2\)",
        ),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_ring_with_a_vector_of_another_size():
    """Values in R^3 over the plane: L f = (d1 f, d2 f, f), L^† s = -d1 s1 - d2 s2 + s3."""
    law = ring(8)
    x = law.sample(50_000, torch.Generator().manual_seed(0), torch.float64)
    target = torch.cat([law.score(x), torch.ones_like(x[:, :1])], 1)

    def adjoint(field, x):
        return field(x)[:, 2] - value_and_divergence(lambda x: field(x)[:, :2], x)[1]

    gaps, rows = [], []
    for field in (
        lambda x: torch.cat([-0.2 * x, x[:, :1].sin()], 1),
        lambda x: torch.cat([(-x / 2).tanh(), 0.3 * x[:, 1:] ** 2], 1),
    ):
        explicit = half_squared_norm(field(x) - target)
        rows.append(half_squared_norm(field(x)) - adjoint(field, x) - explicit)
        gaps.append(float(generalised_score_matching(field, x, adjoint) - explicit.mean()))
    error = float((rows[0] - rows[1]).std()) / math.sqrt(len(x))
    assert abs(gaps[0] - gaps[1]) < 4 * error < 0.1
