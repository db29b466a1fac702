"""Divergences against closed forms, each other, scipy, and what must be refused."""

import math

import pytest
import torch
from scipy.integrate import quad
from scipy.stats import wasserstein_distance

from dgm_lessons.divergences import (
    TOLERANCE,
    f_divergence,
    fisher,
    js,
    kl,
    kl_samples,
    total_variation,
    wasserstein_1,
    wasserstein_1_samples,
)
from dgm_lessons.mixtures import gm1

X = torch.linspace(-12, 12, 4801, dtype=torch.float64)
OF_DENSITIES = (kl, js, total_variation, fisher, wasserstein_1)


def bell(mean, std, x=X):
    mean, std = (torch.as_tensor(value, dtype=torch.float64) for value in (mean, std))
    return torch.distributions.Normal(mean, std).log_prob(x).exp()


P = 0.3 * bell(-2, 0.7) + 0.7 * bell(1.5, 0.9)
Q = bell(0.2, 1.8)


@pytest.mark.parametrize("divergence", OF_DENSITIES)
def test_zero_for_equal_laws_and_positive_else(divergence):
    assert divergence(P, P, X).item() == pytest.approx(0, abs=1e-12)
    assert divergence(P, Q, X) > 0.01


def test_kl_of_two_gaussians_both_ways():
    def closed(m0, s0, m1, s1):
        return math.log(s1 / s0) + (s0**2 + (m0 - m1) ** 2) / (2 * s1**2) - 0.5

    a, b = (0.3, 0.8), (-0.5, 1.4)
    assert kl(bell(*a), bell(*b), X).item() == pytest.approx(closed(*a, *b), abs=1e-12)
    assert kl(bell(*b), bell(*a), X).item() == pytest.approx(closed(*b, *a), abs=1e-12)


def test_kl_is_infinite_where_the_model_has_nothing():
    left = torch.where(X < 0, Q, 0.0)
    left = left / torch.trapezoid(left, X)
    with pytest.warns(UserWarning, match=r"q is 0 at 2400 points .*functions of the log-density"):
        assert kl(Q, left, X) == math.inf
    with pytest.warns(UserWarning) as warned:
        kl(Q, left, X)
    assert warned[0].filename == __file__
    assert kl(left, Q, X).item() == pytest.approx(-math.log(0.456), abs=0.01)  # Phi(-1/9)


def test_members_of_the_f_family():
    members = {
        kl: lambda u: torch.xlogy(u, u),
        js: lambda u: (torch.xlogy(u, u) - (u + 1) * ((u + 1) / 2).log()) / 2,
        total_variation: lambda u: (u - 1).abs() / 2,
    }
    for direct, f in members.items():
        assert f_divergence(f, P, Q, X).item() == pytest.approx(direct(P, Q, X).item(), abs=1e-12)
    reverse = f_divergence(lambda u: -u.log(), P, Q, X).item()
    assert reverse == pytest.approx(kl(Q, P, X).item(), abs=1e-12)
    assert js(P, Q, X).item() == pytest.approx(0.0569, abs=5e-5)
    assert total_variation(P, Q, X).item() == pytest.approx(0.2791, abs=5e-5)


def test_js_and_tv_are_symmetric_and_bounded():
    for divergence, bound in ((js, math.log(2)), (total_variation, 1.0)):
        assert divergence(P, Q, X).item() == pytest.approx(divergence(Q, P, X).item(), abs=1e-14)
        assert divergence(bell(-6, 0.3), bell(6, 0.3), X).item() == pytest.approx(bound, abs=1e-9)


def test_fisher_of_two_gaussians_and_blind_to_a_factor():
    m0, s0, m1, s1 = 0.3, 0.8, -0.5, 1.4
    closed = s0**2 * (1 / s1**2 - 1 / s0**2) ** 2 + (m0 - m1) ** 2 / s1**4
    value = fisher(bell(m0, s0), bell(m1, s1), X)
    assert value.item() == pytest.approx(closed, abs=1e-9)  # a quadratic has exact differences
    assert fisher(bell(m0, s0), 7 * bell(m1, s1), X).item() == pytest.approx(value.item())
    score = gm1().score(X[:, None])[:, 0] + (X - 0.2) / 1.8**2
    p = gm1().log_prob(X[:, None]).exp()
    inside = (X > -8) & (X < 8)
    exact = torch.trapezoid((p * score**2)[inside], X[inside]).item()
    assert fisher(p[inside], Q[inside] + 0, X[inside]).item() == pytest.approx(exact, rel=1e-3)


def test_fisher_is_a_mean_under_p_though_its_mass_is_not_quite_one():
    """Within the tolerance; in one stretch and in two."""
    for p in (P, torch.where(X.abs() < 0.5, 0.0, P)):
        p = p / torch.trapezoid(p, X)
        value = fisher(p, Q, X).item()
        assert fisher(p * (1 + 0.9 * TOLERANCE), Q, X).item() == pytest.approx(value, rel=1e-12)


def test_fisher_is_second_order_up_to_the_edges():
    x = torch.linspace(0, 1, 201, dtype=torch.float64)
    value = fisher(torch.ones_like(x), (x**2).exp(), x)  # a gap of slopes of 2 x
    assert value.item() == pytest.approx(4 / 3, abs=2e-5)


def fisher_by_quadrature(log_p, log_q, low, high):
    """The mean squared gap of slopes under p on [low, high], by scipy."""
    mass = quad(lambda x: math.exp(log_p(x)), low, high, epsabs=0)[0]
    slope = lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 2e-5  # noqa: E731
    gap = lambda x: (slope(log_p, x) - slope(log_q, x)) ** 2  # noqa: E731
    return quad(lambda x: math.exp(log_p(x)) * gap(x), low, high, epsabs=0)[0] / mass


def order(errors):
    """Of convergence, from errors at spacings that halve."""
    return (errors[0] / errors[-1]).abs().log2().item() / (len(errors) - 1)


@pytest.mark.parametrize("n", [401, 470, 1001])
def test_fisher_where_p_has_zeros_on_the_grid(n):
    """p proportional to (1 - x^2)^3 against N(0, 1) on [-2, 2]: 8.6111, whatever the grid."""
    values = []
    for points in (n, 2 * n - 1, 4 * n - 3, 8 * n - 7):
        x = torch.linspace(-2, 2, points, dtype=torch.float64)
        p = 35 / 32 * (1 - x**2).clamp(min=0) ** 3
        values.append(fisher(p, (-(x**2) / 2).exp(), x))
    errors = torch.stack(values) - 155 / 18
    assert errors[0].abs() < 0.02 and order(errors) > 1.6  # h^2 log(1/h): its slope is infinite


def test_fisher_of_laws_that_are_cut():
    """Two Gaussians cut to x <= 0, with a point on the edge; and to x < 0, a cell short."""
    (m, s), (other, wide) = (-0.5, 0.8), (0.3, 1.2)
    exact = fisher_by_quadrature(
        lambda x: -((x - m) ** 2) / (2 * s**2), lambda x: -((x - other) ** 2) / (2 * wide**2), -4, 0
    )
    errors = {True: [], False: []}
    for n in (201, 401, 801, 1601):
        x = torch.linspace(-4, 4, n, dtype=torch.float64)
        for edge, found in errors.items():
            inside = x < 1e-9 if edge else x < -1e-9
            p, q = (torch.where(inside, bell(*law, x), 0.0) for law in ((m, s), (other, wide)))
            found.append(fisher(p / torch.trapezoid(p, x), 7 * q, x) - exact)
    on_edge, short = (torch.stack(errors[edge]) for edge in (True, False))
    assert on_edge[0].abs() < 2e-3 and order(on_edge) == pytest.approx(2, abs=0.1)
    assert short[-1].abs() < 3e-3 and order(short) == pytest.approx(1, abs=0.1)


def test_fisher_of_two_stretches():
    """A gap between them is no place for a slope: the two halves count as if they were alone."""
    x = torch.linspace(-3, 3, 601, dtype=torch.float64)
    left, right = ((x - sign * 2).abs() <= 0.5 for sign in (-1, 1))
    p = torch.where(left, 0.4, 0.0) + torch.where(right, 0.6, 0.0)
    p = p / torch.trapezoid(p, x)
    value = fisher(p, (-(x**2) / 2).exp(), x).item()  # the mean of x^2 in either half
    assert value == pytest.approx(4 + 1 / 12, abs=1e-4)


# -- laws as functions of the log-density ----------------------------------------------------------


def gaussian(mean, std, dtype=torch.float64):
    mean, std = (torch.tensor(value, dtype=dtype) for value in (mean, std))
    return torch.distributions.Normal(mean, std).log_prob


@pytest.mark.parametrize("dtype, std", [(torch.float32, 0.5), (torch.float64, 0.25)])
def test_kl_where_the_density_of_the_model_underflows(dtype, std):
    """.807 and 6.114 in closed form; from densities, which are 0 there, it is infinite."""
    x = torch.linspace(-10, 10, 2001, dtype=dtype)
    laws = gaussian(0.0, 1.0, dtype), gaussian(0.0, std, dtype)
    value = kl(*laws, x)
    assert value.dtype == dtype
    assert value.item() == pytest.approx(math.log(std) + 0.5 / std**2 - 0.5, rel=1e-6)
    with pytest.warns(UserWarning, match="infinite"):
        assert kl(*(law(x).exp() for law in laws), x) == math.inf


@pytest.mark.parametrize("dtype, std", [(torch.float32, 0.5), (torch.float64, 0.25)])
def test_the_others_where_a_density_underflows(dtype, std):
    """Against the closed forms, or against a grid on which nothing underflows."""
    x = torch.linspace(-10, 10, 2001, dtype=dtype)
    p, q = gaussian(0.0, 1.0, dtype), gaussian(0.0, std, dtype)
    assert fisher(p, q, x).item() == pytest.approx((1 / std**2 - 1) ** 2, rel=1e-5)
    assert fisher(q, p, x).item() == pytest.approx((1 / std - std) ** 2, rel=1e-3)
    near = torch.linspace(-5, 5, 4001, dtype=torch.float64)
    for divergence in (js, total_variation, wasserstein_1):
        exact = divergence(gaussian(0.0, 1.0)(near).exp(), gaussian(0.0, std)(near).exp(), near)
        assert divergence(p, q, x).item() == pytest.approx(exact.item(), abs=1e-4)
    f = lambda u: torch.xlogy(u, u)  # noqa: E731
    if dtype == torch.float32:
        assert f_divergence(f, p, q, x).item() == pytest.approx(kl(p, q, x).item(), rel=1e-5)
    else:
        with pytest.raises(ValueError, match=r"p / q is too large .*narrower grid"):
            f_divergence(f, p, q, x)  # e^700 is
        assert f_divergence(f, p, q, x[150:-150]).item() == pytest.approx(6.1137, abs=1e-4)


@pytest.mark.parametrize("divergence", OF_DENSITIES)
def test_functions_and_densities_agree(divergence):
    one, other = gm1(), gaussian(0.2, 1.8)
    expected = divergence(one.log_prob(X[:, None]).exp(), other(X).exp(), X).item()
    assert divergence(one.log_prob, other, X).item() == pytest.approx(expected, rel=1e-9)
    assert divergence(one.log_prob, other(X).exp(), X).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("divergence", OF_DENSITIES)
def test_bad_functions_are_refused(divergence):
    law = gaussian(0.0, 1.0)
    with pytest.raises(ValueError, match=r"q is a function; .*log-densities \(n,\), not \(\)"):
        divergence(law, lambda x: law(x).sum(), X)
    with pytest.raises(ValueError, match="not float"):
        divergence(law, lambda x: 0.5, X)
    with pytest.raises(ValueError, match="p gives a log-density that is NaN"):
        divergence(lambda x: law(x) * torch.nan, law, X)
    with pytest.raises(ValueError, match="p integrates to 7"):
        divergence(lambda x: law(x) + math.log(7), law, X)


def test_points_where_both_laws_are_zero_do_not_count():
    half = [torch.where(X < 0, law, 0.0) for law in (P, Q)]
    p, q = (law / torch.trapezoid(law, X) for law in half)
    value = f_divergence(lambda u: (u - 1).abs() / 2, p, q, X).item()
    assert value == pytest.approx(total_variation(p, q, X).item(), abs=1e-12)


def test_wasserstein_on_a_grid():
    assert wasserstein_1(bell(-1, 0.5), bell(3, 0.5), X).item() == pytest.approx(4, abs=1e-9)
    stretched = wasserstein_1(bell(0, 1), bell(0, 1.5), X).item()
    assert stretched == pytest.approx(0.5 * math.sqrt(2 / math.pi), abs=1e-5)


def test_wasserstein_of_samples_equals_scipy(generator):
    a = torch.randn(300, generator=generator, dtype=torch.float64)
    b = torch.randn(300, generator=generator, dtype=torch.float64) * 2 + 1
    for other in (b, b[:170]):
        expected = wasserstein_distance(a.numpy(), other.numpy())
        assert wasserstein_1_samples(a, other).item() == pytest.approx(expected, abs=1e-12)
    assert wasserstein_1_samples(a, a.flip(0)) == 0


def test_kl_from_samples_within_its_error(generator):
    p = torch.distributions.Normal(torch.tensor(0.3).double(), 0.8)
    q = torch.distributions.Normal(torch.tensor(-0.5).double(), 1.4)
    x = 0.3 + 0.8 * torch.randn(20_000, generator=generator, dtype=torch.float64)
    value, error = kl_samples(p.log_prob(x), q.log_prob(x))
    assert abs(value.item() - 0.3861) < 4 * error.item() < 0.03
    value, error = kl_samples(torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0]))  # two are enough
    assert value == 2 and error == 1


@pytest.mark.parametrize("divergence", OF_DENSITIES)
def test_gradients_are_finite_even_where_a_density_vanishes(divergence):
    x = torch.linspace(-60, 60, 4001, dtype=torch.float64)
    mean = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    model = bell(mean, 1.0, x)
    assert model[0] == 0
    divergence(model, bell(0, 3, x), x).backward()
    assert torch.isfinite(mean.grad) and mean.grad != 0


@pytest.mark.parametrize("divergence", OF_DENSITIES)
@pytest.mark.parametrize(
    ("p", "q", "x", "words"),
    [
        (P[:-1], Q, X, "shape"),
        (P[:, None], Q[:, None], X[:, None], r"\(n,\)"),
        (P * torch.nan, Q, X, "NaN"),
        (P, Q * torch.inf, X, "infinity"),
        (P - 0.1, Q, X, "below 0"),
        (P / 2, Q, X, "integrates to 0.5"),
        (P, Q, X.flip(0), "increase"),
        (P, Q, torch.cat([X[:1], X[:-1]]), "increase"),
        (P[:1], Q[:1], X[:1], "n >= 2"),
    ],
)
def test_bad_densities_are_refused(divergence, p, q, x, words):
    with pytest.raises(ValueError, match=words):
        divergence(p, q, x)


@pytest.mark.parametrize("divergence", (kl, js, total_variation, wasserstein_1))
def test_an_unnormalised_model_is_refused_but_by_fisher(divergence):
    with pytest.raises(ValueError, match="q integrates to 7"):
        divergence(P, 7 * Q, X)


def test_a_grid_of_numbers_is_needed():
    with pytest.raises(TypeError, match=r"torch\.Tensor"):
        kl(P.tolist(), Q, X)
    with pytest.raises(TypeError, match="floating"):
        kl(P, Q, torch.arange(len(X)))


def test_f_is_zero_at_one_to_a_millionth():
    divergence = lambda c: f_divergence(lambda u: (u - 1) ** 2 + c, P, Q, X)  # noqa: E731
    assert divergence(0.99e-6) > 0.01
    with pytest.raises(ValueError, match=r"f\(1\) is"):
        divergence(1.01e-6)


def test_f_is_looked_at():
    with pytest.raises(ValueError, match=r"f\(1\) is 1"):
        f_divergence(lambda u: u, P, Q, X)
    gap = torch.where(X.abs() < 1, 0.0, Q)
    gap = gap / torch.trapezoid(gap, X)
    with pytest.raises(ValueError, match="q is 0 where p is not"):
        f_divergence(lambda u: (u - 1) ** 2, Q, gap, X)
    with pytest.raises(ValueError, match="xlogy"):
        f_divergence(lambda u: u * u.log(), gap, Q, X)
    with pytest.raises(ValueError, match="shape"):
        f_divergence(lambda u: (u - 1).sum()[None], P, Q, X)
    with pytest.raises(ValueError, match="no score"):
        fisher(Q, gap, X)
    spike = torch.where((X - 0.5).abs() < 1e-9, 1.0, 0.0)
    with pytest.raises(ValueError, match="only 1 neighbouring points"):
        fisher(spike / torch.trapezoid(spike, X), Q, X)
    with pytest.raises(ValueError, match="3 or more"):
        fisher(torch.ones(2), torch.ones(2), torch.tensor([0.0, 1.0]))


def test_three_points_are_enough_for_slopes_and_two_for_the_rest():
    """Densities e^x and e^-x, cut off: their scores differ by 2 everywhere."""
    x = torch.tensor([0.0, 0.5, 1.0])
    p, q = (law / torch.trapezoid(law, x) for law in (x.exp(), (-x).exp()))
    assert fisher(p, q, x).item() == pytest.approx(4, rel=1e-6)
    ends = torch.tensor([0.0, 2.0])
    assert total_variation(torch.tensor([0.5, 0.5]), torch.tensor([0.75, 0.25]), ends) == 0.25


def test_bad_samples_are_refused():
    one = torch.zeros(5)
    with pytest.raises(ValueError, match="empty"):
        wasserstein_1_samples(one, torch.zeros(0))
    with pytest.raises(ValueError, match=r"\(N,\)"):
        wasserstein_1_samples(one, torch.zeros(5, 1))
    with pytest.raises(ValueError, match="NaN"):
        wasserstein_1_samples(one * torch.nan, one)
    with pytest.raises(ValueError, match="shape"):
        kl_samples(one, one[:3])
    with pytest.raises(ValueError, match="N >= 2"):
        kl_samples(one[:1], one[:1])


def test_a_float32_grid_works():
    value = kl(P.float(), Q.float(), X.float())
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(kl(P, Q, X).item(), abs=1e-4)


def test_the_tolerance_is_stated_once():
    edge = 1 + 0.9 * TOLERANCE
    assert torch.isfinite(kl(P * edge, Q, X))
