"""Divergences, exact and probed, against fields whose Jacobian is known."""

import math

import pytest
import torch

from dgm_lessons.calculus import (
    gaussian,
    gradient,
    rademacher,
    value_and_divergence,
    value_and_hutch_plus_plus,
    value_and_probed_divergence,
)
from dgm_lessons.mixtures import ring

A = torch.tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0], [2.5, 0.0, 7.0]], dtype=torch.float64)
X = torch.randn(3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)  # B = D


def linear(x):
    return x @ A.T


def curved(x):
    """Divergence 3 |x|^2 + cos(x_1) x_2, row by row."""
    twist = torch.stack([x[:, 0].sin() * x[:, 1], x[:, 2] ** 2, x[:, 0]], 1)
    return x**3 + twist


def test_exact_divergence():
    value, divergence = value_and_divergence(linear, X)
    torch.testing.assert_close(value, linear(X))
    torch.testing.assert_close(divergence, A.trace().expand(3))
    value, divergence = value_and_divergence(curved, X)
    torch.testing.assert_close(value, curved(X))
    torch.testing.assert_close(divergence, 3 * (X**2).sum(1) + X[:, 0].cos() * X[:, 1])


def test_divergence_of_a_score_is_the_trace_of_the_hessian():
    x = ring().sample(6, torch.Generator().manual_seed(0), torch.float64)
    _, divergence = value_and_divergence(ring().score, x)
    trace = ring().hessian(x).diagonal(dim1=1, dim2=2).sum(1)
    torch.testing.assert_close(divergence, trace)


def test_images_have_a_divergence_too():
    x = X.reshape(1, 3, 3).repeat(4, 1, 1)
    _, divergence = value_and_divergence(lambda x: x**2, x)
    torch.testing.assert_close(divergence, 2 * x.sum((1, 2)))
    probes = torch.ones(2, 4, 3, 3, dtype=torch.float64)
    _, probed = value_and_probed_divergence(lambda x: x**2, x, probes)
    torch.testing.assert_close(probed, 2 * x.sum((1, 2)))


def test_probed_divergence_is_u_J_u():
    """For one probe the quadratic form; for the scaled unit vectors the trace itself."""
    u = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    value, probed = value_and_probed_divergence(linear, X, u.expand(1, 3, 3))
    torch.testing.assert_close(value, linear(X))
    torch.testing.assert_close(probed, (u @ A @ u).expand(3))
    basis = math.sqrt(3) * torch.eye(3, dtype=torch.float64)[:, None].expand(3, 3, 3)
    _, probed = value_and_probed_divergence(curved, X, basis)
    torch.testing.assert_close(probed, value_and_divergence(curved, X)[1])


def test_probed_divergence_is_unbiased(generator):
    n = 4000
    probes = rademacher((n, 3, 3), generator, X)
    _, mean = value_and_probed_divergence(linear, X, probes)
    # the variance of u . A u over random signs: twice the squares off the diagonal of (A + A^T)/2
    symmetric = (A + A.T) / 2
    spread = (2 * ((symmetric**2).sum() - (symmetric.diagonal() ** 2).sum())).sqrt()
    assert float((mean - A.trace()).abs().max()) < 4.5 * float(spread) / math.sqrt(n)
    _, one = value_and_probed_divergence(linear, X, probes[:1])
    assert float((one - A.trace()).abs().max()) > 0.1  # a single probe is noisy: no cheating


def test_a_whole_sketch_leaves_nothing_to_chance(generator):
    """With as many directions as dimensions, and on a field of lower rank, Hutch++ is exact."""
    x = X.reshape(3, 3, 1)  # any shape
    shape = (3, *x.shape)
    sketch, probes = rademacher(shape, generator, X), rademacher(shape, generator, X)
    sketch[:, :, :, 0] += torch.eye(3, dtype=torch.float64)[:, None]  # of full rank for sure
    value, trace = value_and_hutch_plus_plus(
        lambda x: curved(x[..., 0])[..., None], x, sketch, probes
    )
    torch.testing.assert_close(value, curved(X)[..., None])
    torch.testing.assert_close(trace, value_and_divergence(curved, X)[1])
    rank_one = torch.outer(torch.tensor([1.0, -2.0, 0.5]), torch.tensor([3.0, 1.0, 2.0])).to(X)
    _, trace = value_and_hutch_plus_plus(lambda x: x @ rank_one.T, X, probes[:1, ..., 0], X[None])
    torch.testing.assert_close(trace, rank_one.trace().expand(3))


def test_hutch_plus_plus_is_unbiased_and_the_less_noisy(generator):
    """At 12 passes each, on a Jacobian whose eigenvalues fall like 1 / i^2, against Hutchinson."""
    n, dims = 1500, 24
    basis = torch.linalg.qr(gaussian((dims, dims), generator, X)).Q
    falling = basis * torch.arange(1, dims + 1, dtype=torch.float64) ** -2 @ basis.T
    falling[0, 1] += 0.3  # not symmetric
    x = torch.zeros(n, dims, dtype=torch.float64)

    def signs(k):
        return rademacher((k, n, dims), generator, x)

    _, ours = value_and_hutch_plus_plus(lambda x: x @ falling.T, x, signs(4), signs(4))
    _, plain = value_and_probed_divergence(lambda x: x @ falling.T, x, signs(12))
    for found in (ours, plain):
        assert abs(float(found.mean() - falling.trace())) < 4.5 * float(found.std()) / n**0.5
    assert 0.01 < float(ours.std()) < 0.5 * float(plain.std())


def test_normal_probes_have_the_variance_of_the_squares(generator):
    """2 |sym J|^2 with the diagonal, where signs have it without."""
    n, x = 20_000, X[:1].expand(20_000, 3)
    symmetric = (A + A.T) / 2
    whole = 2 * float(symmetric.square().sum())
    for draw, variance in (
        (gaussian, whole),
        (rademacher, whole - 2 * float(symmetric.diagonal().square().sum())),
    ):
        _, found = value_and_probed_divergence(linear, x, draw((1, n, 3), generator, X))
        assert float(found.var()) == pytest.approx(variance, rel=0.08)
        assert abs(float(found.mean() - A.trace())) < 4.5 * (variance / n) ** 0.5


def test_divergences_can_be_trained_through():
    weight = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    for call in (
        lambda field: value_and_divergence(field, X),
        lambda field: value_and_probed_divergence(field, X, torch.ones(1, 3, 3).double()),
    ):
        value, divergence = call(lambda x: weight**2 * x)
        (slope,) = torch.autograd.grad(divergence.mean(), weight)
        torch.testing.assert_close(slope, torch.tensor(12.0, dtype=torch.float64))
        assert value.requires_grad


def test_divergences_work_where_gradients_are_off():
    with torch.no_grad():
        value, divergence = value_and_divergence(linear, X)
        _, probed = value_and_probed_divergence(linear, X, torch.ones(1, 3, 3).double())
        _, rest = value_and_hutch_plus_plus(linear, X, X[None], X[None])
    torch.testing.assert_close(divergence, A.trace().expand(3))
    torch.testing.assert_close(probed, A.sum().expand(3))
    assert not X.requires_grad
    for part in (value, divergence, probed, rest):  # nothing is kept for a gradient
        assert not part.requires_grad


def test_rademacher_signs(generator):
    signs = rademacher((200, 50), generator, X)
    assert signs.dtype == X.dtype and set(signs.unique().tolist()) == {-1.0, 1.0}
    assert abs(float(signs.mean())) < 4.5 / 100
    again = rademacher((200, 50), torch.Generator().manual_seed(0), X)
    assert torch.equal(signs, again)
    assert rademacher((0, 3), generator, X).shape == (0, 3)


# -- bad input -------------------------------------------------------------------------------------


def exact(field, x):
    return value_and_divergence(field, x)


def probed(field, x):
    shape = (1, *x.shape) if isinstance(x, torch.Tensor) else (1, 3, 3)
    return value_and_probed_divergence(field, x, torch.ones(shape, dtype=torch.float64))


def sketched(field, x):
    shape = (1, *x.shape) if isinstance(x, torch.Tensor) else (1, 3, 3)
    ones = torch.ones(shape, dtype=torch.float64)
    return value_and_hutch_plus_plus(field, x, ones, ones)


@pytest.mark.parametrize("call", [exact, probed, sketched])
def test_bad_points_and_fields_are_refused(call):
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="x contains NaN or infinity"):
            call(linear, X * value)
    with pytest.raises(ValueError, match=r"x must have shape \(B, \*D\)"):
        call(linear, X[0])
    with pytest.raises(TypeError, match="x must have a floating dtype"):
        call(linear, X.long())
    with pytest.raises(TypeError, match=r"x must be a torch.Tensor, not list"):
        call(linear, X.tolist())
    for field in (lambda x: x[:, :1], lambda x: x[:1], lambda x: torch.cat([x, x], 1)):
        with pytest.raises(ValueError, match=r"field.*has shape .*\(3, 3\)"):
            call(field, X)
    for field in (torch.ones_like, lambda x: x.detach() ** 2):
        with pytest.raises(ValueError, match=r"field.*(depend|autograd)"):
            call(field, X)
    with pytest.raises(ValueError, match=r"field.*NaN"):
        call(lambda x: x * math.nan, X)


def sketched(field, x):
    shape = (1, *x.shape) if isinstance(x, torch.Tensor) else (1, 3, 3)
    ones = torch.ones(shape, dtype=torch.float64)
    return value_and_hutch_plus_plus(field, x, ones, ones)


@pytest.mark.parametrize("call", [exact, probed, sketched])
def test_empty_batches_stay_empty(call):
    value, divergence = call(linear, torch.empty(0, 3, dtype=torch.float64))
    assert value.shape == (0, 3) and divergence.shape == (0,)


def test_bad_probes_are_refused(generator):
    for probes in (X, X[None, :, :1], X[None, :1], X[None][:0]):
        with pytest.raises(ValueError, match=r"probes must have shape \(n, .*with n >= 1, not"):
            value_and_probed_divergence(linear, X, probes)
    with pytest.raises(ValueError, match="probes contains NaN"):
        value_and_probed_divergence(linear, X, X[None] * math.nan)
    with pytest.raises((ValueError, RuntimeError), match=r"negative|shape"):
        rademacher((-1, 2), generator, X)
    good = X[None]
    for sketch, probes, words in (
        (X, good, r"sketch must have shape \(n,"),
        (good, X, r"probes must have shape \(n,"),
        (good * math.nan, good, "sketch contains NaN"),
        (X.expand(4, 3, 3), good, "sketch has 4 vectors, but x only 3 dimensions"),
    ):
        with pytest.raises(ValueError, match=words):
            value_and_hutch_plus_plus(linear, X, sketch, probes)


def test_the_gradient_of_a_function_and_its_own_derivative(generator):
    """Of |x|^4 / 4, which is |x|^2 x; no graph is built where gradients are off."""
    x = torch.randn(5, 3, generator=generator, dtype=torch.float64)

    def quartic(x):
        return x.square().sum(1) ** 2 / 4

    assert torch.allclose(gradient(quartic, x), x.square().sum(1, keepdim=True) * x)
    divergence = value_and_divergence(lambda x: gradient(quartic, x), x)[1]
    assert torch.allclose(divergence, 5 * x.square().sum(1))
    with torch.no_grad():
        assert not gradient(quartic, x).requires_grad
    with pytest.raises(ValueError, match="the energy does not depend on x"):
        gradient(lambda x: torch.zeros(5), x, "the energy")
