"""Objectives: explicit = implicit + constant, sliced unbiased, denoising at its known floor."""

import math

import numpy as np
import pytest
import torch
from pytest import approx
from scipy.stats import norm

from dgm_lessons.denoisers import PREDICTIONS, Denoiser, ExactDenoiser, prediction_row
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.objectives import (
    denoising_loss,
    denoising_target,
    explicit_score_matching,
    half_squared_norm,
    implicit_score_matching,
    sliced_score_matching,
)
from dgm_lessons.processes import VP, DiscreteProcess


def tilted():
    """Two Gaussians in the plane with full covariances."""
    covariances = torch.tensor([[[0.6, 0.3], [0.3, 0.4]], [[0.5, -0.2], [-0.2, 0.9]]])
    return GaussianMixture(
        torch.tensor([0.3, 0.7]), torch.tensor([[-1.0, 0.5], [1.0, -0.5]]), covariances
    )


def model(x):
    """A score that is wrong everywhere, and no gradient of anything."""
    return torch.stack([-0.4 * x[:, 0] + x[:, 1].sin(), -0.1 * x[:, 1] ** 3 + 0.5 * x[:, 0]], 1)


def other(x):
    return -0.8 * x + 0.3


def noisy(mixture, process, t, n, seed=0):
    g = torch.Generator().manual_seed(seed)
    x0 = mixture.sample(n, g, torch.float64)
    return x0, torch.randn(x0.shape, generator=g, dtype=torch.float64)


def truthful(mixture, process, kind):
    """A network that knows the answer, from nothing but its two inputs."""
    exact = ExactDenoiser(mixture, process)

    def network(x, log_snr):
        t = process.t_from_log_snr(log_snr)
        size = (process.alpha(t) ** 2 + process.variance(t)).sqrt()[:, None]
        return exact(size * x, t) if kind == "x0" else getattr(exact, kind)(size * x, t)

    return Denoiser(network, process, kind)


# -- score matching --------------------------------------------------------------------------------


def test_implicit_is_explicit_up_to_a_constant_on_the_line():
    """By quadrature: at equally likely points a mean over the batch is an integral."""
    n, mixture = 40_000, gm1()
    levels = (np.arange(n) + 0.5) / n
    table = np.linspace(-4, 4, 400_001)
    cdf = 0.4 * norm.cdf(table, -1.5, 0.3) + 0.6 * norm.cdf(table, 1, 0.5)
    x = torch.from_numpy(np.interp(levels, cdf, table))[:, None]
    target = mixture.score(x)
    constant = -float(half_squared_norm(target).mean())
    for score in (lambda x: -x, lambda x: (3 * x).sin(), mixture.score, lambda x: x**2 - x):
        gap = implicit_score_matching(score, x) - explicit_score_matching(score, x, target)
        assert float(gap) == approx(constant, abs=2e-3)
    assert constant < -1  # so that a missing half, or a sign, would show


def test_implicit_is_explicit_up_to_a_constant_in_the_plane():
    """By samples: the two gaps differ by noise alone, measured row by row."""
    mixture, n = tilted(), 40_000
    x = mixture.sample(n, torch.Generator().manual_seed(0), torch.float64)
    target = mixture.score(x)
    gaps, rows = [], []
    for score, divergence in (
        (model, -0.4 - 0.3 * x[:, 1] ** 2),
        (other, torch.full((n,), -1.6, dtype=torch.float64)),
    ):
        implicit, explicit = (
            implicit_score_matching(score, x),
            explicit_score_matching(score, x, target),
        )
        by_row = divergence + (score(x) * target).sum(1) - 0.5 * (target**2).sum(1)
        assert float(implicit - explicit) == approx(float(by_row.mean()), abs=1e-10)
        gaps.append(float(implicit - explicit))
        rows.append(by_row)
    error = float((rows[0] - rows[1]).std()) / math.sqrt(n)
    assert abs(gaps[0] - gaps[1]) < 4 * error < 0.05


def test_implicit_matching_finds_the_score_of_a_gaussian():
    """Of the scores -theta x the best on a sample is theta = D / mean |x|^2: there it is flat."""
    x = 0.7 * torch.randn(500, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    best = float(3 / (x**2).sum(1).mean())
    theta = torch.tensor(best, dtype=torch.float64, requires_grad=True)
    loss = implicit_score_matching(lambda x: -theta * x, x)
    (slope,) = torch.autograd.grad(loss, theta)
    assert float(slope) == approx(0, abs=1e-12)
    assert float(loss) == approx(-1.5 * best, rel=1e-12)


def test_explicit_matching_is_half_the_mean_square():
    x = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
    loss = explicit_score_matching(lambda x: x, x, torch.zeros(2, 2))
    assert float(loss) == approx((5 + 1) / 2 / 2)
    assert half_squared_norm(x).tolist() == [2.5, 0.5]
    assert half_squared_norm(x.reshape(2, 1, 2, 1)).tolist() == [2.5, 0.5]


def test_sliced_is_unbiased_for_implicit():
    """The mean over 400 draws of signs, against the noise among those draws."""
    x = tilted().sample(40, torch.Generator().manual_seed(0), torch.float64)
    expected = float(implicit_score_matching(model, x))
    g = torch.Generator().manual_seed(1)
    draws = torch.stack([sliced_score_matching(model, x, 1, g).detach() for _ in range(400)])
    error = float(draws.std()) / 20
    assert abs(float(draws.mean()) - expected) < 4 * error
    assert error < 0.02
    many = float(sliced_score_matching(model, x, 400, g))
    assert many == approx(expected, abs=4 * error)


def test_sliced_is_exact_in_one_dimension(generator):
    """A random sign squared is one."""
    x = gm1().sample(50, generator, torch.float64)
    sliced = sliced_score_matching(gm1().score, x, 1, generator)
    assert float(sliced) == approx(float(implicit_score_matching(gm1().score, x)), rel=1e-12)


def test_sliced_matching_takes_its_probes_from_draw(generator):
    """Probes along the first axis, of length 2, of a linear field: by hand."""
    A = torch.tensor([[-2.0, 0.3], [0.7, -1.0]], dtype=torch.float64)
    x = torch.tensor([[1.0, 2.0], [0.5, -1.5]], dtype=torch.float64)

    def along_the_first(shape, given, like):
        assert shape == (3, 2, 2) and given is generator and like is x
        return torch.tensor([2.0, 0.0], dtype=like.dtype).expand(shape)

    loss = sliced_score_matching(lambda x: x @ A.T, x, 3, generator, along_the_first)
    first = (x @ A.T)[:, 0]
    assert float(loss) == approx(float((4 * A[0, 0] + 0.5 * (2 * first) ** 2).mean()))


def test_sliced_matching_has_one_probe_a_point_unless_told():
    shapes = []
    draw = lambda shape, g, like: shapes.append(shape) or torch.ones(shape, dtype=like.dtype)  # noqa: E731
    sliced_score_matching(lambda x: 2 * x, X.double(), draw=draw)
    assert shapes == [(1, *X.shape)]


def test_losses_can_be_trained_through(generator):
    weight = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    x = tilted().sample(8, generator, torch.float64)
    denoiser = Denoiser(lambda x, level: weight * x, VP())
    for loss in (
        denoising_loss(denoiser, x, 0.5, x),
        explicit_score_matching(lambda x: weight * x, x, x),
        implicit_score_matching(lambda x: weight * x, x),
        sliced_score_matching(lambda x: weight * x, x, 2, generator),
    ):
        assert loss.shape == ()
        (slope,) = torch.autograd.grad(loss, weight)
        assert float(slope) != 0 and math.isfinite(float(slope))


# -- denoising -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PREDICTIONS)
@pytest.mark.parametrize("mixture", [gm1(), ring()], ids=repr)
def test_denoising_loss_of_the_truth_is_the_floor(process, mixture, kind):
    """E|y - E[y | x_t]|^2 / 2 is half the trace of Cov[x_0 | x_t], times a factor of the kind."""
    n = 4000
    t = float(process.t_from_log_snr(1.0))
    x0, eps = noisy(mixture, process, t, n)
    alpha, sigma = float(process.alpha(t)), float(process.sigma(t))
    a, b = (float(c) for c in prediction_row(kind, t, process))
    denoiser = truthful(mixture, process, kind)
    loss = float(denoising_loss(denoiser, x0, t, eps))
    x_t = alpha * x0 + sigma * eps
    covariance = mixture.seen(x_t, alpha, sigma).covariance
    factor = (a - b * alpha / sigma) ** 2
    floors = 0.5 * factor * covariance.diagonal(dim1=1, dim2=2).sum(1)
    error = x0 - mixture.seen(x_t, alpha, sigma).mean
    rows = 0.5 * factor * (error**2).sum(1)
    assert loss == approx(float(rows.mean()), rel=1e-7)
    assert abs(loss - float(floors.mean())) < 4 * float((rows - floors).std()) / math.sqrt(n)


def test_the_floor_is_a_floor():
    """Any other answer does worse, by half the mean square of what it adds."""
    process, mixture, t, n = VP(), gm1(), 0.4, 4000
    x0, eps = noisy(mixture, process, t, n)
    truth = truthful(mixture, process, "eps")
    off = Denoiser(lambda x, level: truth.network(x, level) + 0.5, process)
    gap = float(denoising_loss(off, x0, t, eps) - denoising_loss(truth, x0, t, eps))
    noise = float(process.sigma(t)) / math.sqrt(n)
    assert gap == approx(0.125, abs=4 * 0.5 * noise + 0.01)


@pytest.mark.parametrize("kind", PREDICTIONS)
def test_targets_by_hand(kind):
    process = VP()
    x0, eps = noisy(tilted(), process, 0.5, 2)
    t = torch.tensor([0.2, 0.7], dtype=torch.float64)  # B equal to D
    integral = 0.1 * t + 9.95 * t**2
    beta, alpha = 0.1 + 19.9 * t, (-integral / 2).exp()
    sigma = (1 - alpha**2).sqrt()
    rows = {
        "x0": (1 + 0 * t, 0 * t),
        "eps": (0 * t, 1 + 0 * t),
        "v": (-sigma, alpha),
        "velocity": (-beta * alpha / 2, beta * alpha**2 / sigma / 2),
        "score": (0 * t, -1 / sigma),
    }
    a, b = (c[:, None] for c in rows[kind])
    denoiser = Denoiser(lambda x, level: 0 * x, process, kind)
    expected = a * x0 + b * eps
    torch.testing.assert_close(denoising_target(denoiser, x0, t, eps), expected)
    loss = denoising_loss(denoiser, x0, t, eps)
    assert float(loss) == approx(0.25 * float((expected**2).sum()), rel=1e-12)


def test_weights_weigh_rows():
    x0, eps = noisy(tilted(), VP(), 0.5, 3)
    t = torch.tensor([0.2, 0.5, 0.8], dtype=torch.float64)
    weight = torch.tensor([2.0, 0.0, 0.5], dtype=torch.float64)
    denoiser = Denoiser(lambda x, level: x.tanh(), VP())
    rows = [float(denoising_loss(denoiser, x0[i : i + 1], t[i], eps[i : i + 1])) for i in range(3)]
    found = float(denoising_loss(denoiser, x0, t, eps, weight))
    assert found == approx((2 * rows[0] + 0.5 * rows[2]) / 3, rel=1e-12)
    assert float(denoising_loss(denoiser, x0, t, eps)) == approx(sum(rows) / 3, rel=1e-12)


def test_a_chain_has_a_denoising_loss():
    process = DiscreteProcess.linear(50)
    x0, eps = noisy(tilted(), process, 1, 3)
    loss = denoising_loss(Denoiser(lambda x, s: 0 * x, process), x0, torch.tensor([1, 25, 50]), eps)
    assert float(loss) == approx(float((eps**2).sum()) / 6, rel=1e-12)


# -- bad input -------------------------------------------------------------------------------------

X, NAN = torch.ones(3, 2), math.nan
NONE = torch.empty(0, 2)
ZERO = Denoiser(lambda x, level: 0 * x, VP())
SCORE = tilted().score


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: denoising_loss(ZERO, X * NAN, 0.5, X), ValueError, "x0 contains NaN"),
        (lambda: denoising_loss(ZERO, X, 0.5, X * NAN), ValueError, "eps contains NaN"),
        (lambda: denoising_loss(ZERO, X, 0.5, X[:1]), ValueError, "x0 has shape .* but eps"),
        (lambda: denoising_loss(ZERO, X[0], 0.5, X[0]), ValueError, r"x0 must have shape \(B"),
        (lambda: denoising_loss(ZERO, X.long(), 0.5, X), TypeError, "x0 must have a floating"),
        (lambda: denoising_loss(ZERO, X, NAN, X), ValueError, "t must lie in .*nan"),
        (lambda: denoising_loss(ZERO, X, -1.0, X), ValueError, "t must lie in .*-1"),
        (lambda: denoising_loss(ZERO, X, 2.0, X), ValueError, "t must lie in .*2"),
        (lambda: denoising_loss(ZERO, X, torch.ones(2) / 2, X), ValueError, "one time per row"),
        (lambda: denoising_loss(ZERO, NONE, 0.5, NONE), ValueError, "empty|at least one"),
        (lambda: denoising_loss(ZERO, X, 0.5, X, X[:2, 0]), ValueError, r"weight has shape \(2,\)"),
        (lambda: denoising_loss(ZERO, X, 0.5, X, X), ValueError, r"weight has shape \(3, 2\)"),
        (lambda: denoising_loss(ZERO, X, 0.5, X, X[:, 0] * NAN), ValueError, "weight .*NaN"),
        (
            lambda: denoising_loss(ZERO, X, 0.5, X, -X[:, 0]),
            ValueError,
            "weight .*negative|below 0",
        ),
        (lambda: denoising_loss(ZERO, X, 0.5, X, 2.0), (TypeError, ValueError), "weight .*float"),
        (
            lambda: denoising_loss(ExactDenoiser(ring(), VP()), X, 0.5, X),
            (TypeError, AttributeError),
            "Denoiser",
        ),
        (
            lambda: denoising_loss(Denoiser(ZERO.network, VP(), "score"), X, 0.0, X),
            ValueError,
            "score.*t = 0",
        ),
        (lambda: denoising_target(ZERO, X, 0.5, X[:1]), ValueError, "x0 has shape .* but eps"),
        (lambda: denoising_target(ZERO, X, 0.5, X * NAN), ValueError, "eps contains NaN"),
        (lambda: denoising_target(ZERO, X[0], 0.5, X[0]), ValueError, r"x0 must have shape \(B"),
        (lambda: half_squared_norm(X * NAN), ValueError, "NaN"),
        (lambda: half_squared_norm(X[0]), ValueError, r"must have shape \(B"),
        (lambda: half_squared_norm(X.long()), TypeError, "floating dtype"),
        (lambda: explicit_score_matching(SCORE, X * NAN, X), ValueError, "x contains NaN"),
        (lambda: explicit_score_matching(SCORE, X, X * NAN), ValueError, "target contains NaN"),
        (lambda: explicit_score_matching(SCORE, X, X[:1]), ValueError, "but target has"),
        (lambda: explicit_score_matching(SCORE, X.long(), X), TypeError, "x must have a floating"),
        (lambda: explicit_score_matching(SCORE, X[0], X[0]), ValueError, r"x must have shape \(B"),
        (lambda: explicit_score_matching(SCORE, NONE, NONE), ValueError, "empty|at least one"),
        (lambda: explicit_score_matching(lambda x: x * NAN, X, X), ValueError, r"score.*NaN"),
        (lambda: implicit_score_matching(SCORE, X * NAN), ValueError, "x contains NaN"),
        (lambda: implicit_score_matching(SCORE, X[0]), ValueError, r"x must have shape \(B"),
        (lambda: implicit_score_matching(SCORE, X.long()), TypeError, "x must have a floating"),
        (lambda: implicit_score_matching(SCORE, NONE), ValueError, "empty|at least one"),
        (lambda: implicit_score_matching(lambda x: x[:1], X), ValueError, r"\(1, 2\).*\(3, 2\)"),
        (lambda: implicit_score_matching(lambda x: x.sum(1), X), ValueError, r"\(3,\).*\(3, 2\)"),
        (lambda: sliced_score_matching(SCORE, X * NAN), ValueError, "x contains NaN"),
        (lambda: sliced_score_matching(SCORE, X[0]), ValueError, r"x must have shape \(B"),
        (lambda: sliced_score_matching(SCORE, X.long()), TypeError, "x must have a floating"),
        (lambda: sliced_score_matching(SCORE, NONE), ValueError, "empty|at least one"),
        (lambda: sliced_score_matching(SCORE, X, 0), ValueError, "n_probes .*at least 1, not 0"),
        (lambda: sliced_score_matching(SCORE, X, -2), ValueError, "n_probes .*not -2"),
        (lambda: sliced_score_matching(lambda x: x[:1], X), ValueError, r"\(1, 2\).*\(3, 2\)"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_rows_of_nothing():
    assert half_squared_norm(NONE).shape == (0,)
    assert denoising_target(ZERO, NONE, 0.5, NONE).shape == (0, 2)
