"""What the adaptive solver promises: for every row, whatever its neighbours; or it says no."""

import math

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.likelihood import decode, encode, log_prob
from dgm_lessons.mixtures import gm1, ring
from dgm_lessons.processes import VP
from dgm_lessons.samplers import adaptive as adaptive_module
from dgm_lessons.samplers import integrate, solve_adaptive
from dgm_lessons.samplers.adaptive import worst_row


class Counting(ExactDenoiser):
    """Counts how often it is asked for the slope of the ODE."""

    calls = 0

    def velocity(self, x_t, t):
        self.calls += 1
        return super().velocity(x_t, t)

    def v_and_divergence(self, x_t, t):
        self.calls += 1
        return super().v_and_divergence(x_t, t)


def solve(denoiser, x, **tolerances):
    return solve_adaptive(denoiser, x, 1.0, 0.1, **tolerances)[0]


FUNCTIONS = pytest.mark.parametrize("function", [log_prob, encode, decode, solve])


def test_the_worst_row_counts():
    one = torch.tensor([[3.0, 4.0], [0.0, 1.0]])
    assert worst_row(one).item() == pytest.approx(math.sqrt(12.5))
    assert worst_row((one, torch.tensor([-5.0, 0.0]))).item() == 5
    assert worst_row(one.reshape(2, 1, 2, 1)).item() == pytest.approx(math.sqrt(12.5))


@pytest.mark.slow
def test_a_point_between_the_modes_beside_many_in_them():
    """(0, 0) of a narrow ring: -762.19, alone and in front of 500 samples."""
    narrow = ring(8, std=0.05)
    denoiser = ExactDenoiser(narrow, VP())
    hub = torch.zeros(1, 2, dtype=torch.float64)
    many = narrow.sample(500, torch.Generator().manual_seed(0), torch.float64)
    truth = denoiser.marginal(VP.t_min).log_prob(hub).item()
    assert truth == pytest.approx(-762.186, abs=1e-3)
    for batch in (hub, torch.cat([hub, many])):
        assert log_prob(denoiser, batch)[0].item() == pytest.approx(truth, abs=0.1)


def test_a_row_is_its_own_whatever_stands_beside_it():
    """One restless row before 5,000 at rest: the same steps, and the same numbers, as alone."""

    def slope(t, x):
        rate = torch.zeros_like(x)
        rate[0] = 20 * (20 * t).cos()
        return rate * x

    x = torch.ones(5001, 1, dtype=torch.float64)
    alone = integrate(slope, x[:1], 0.0, 1.0, 1e-5, 1e-5)
    together = integrate(slope, x, 0.0, 1.0, 1e-5, 1e-5)
    assert torch.equal(together[:1], alone)
    assert alone.item() == pytest.approx(math.exp(math.sin(20)), rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("function", [encode, decode, solve])
def test_points_do_not_depend_on_their_batch(function):
    denoiser = ExactDenoiser(ring(8, std=0.05), VP())
    many = torch.randn(300, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    hard = torch.tensor([[0.4, 0.1], [0.3, -0.2]], dtype=torch.float64)
    together = function(denoiser, torch.cat([hard, many]))[:2]
    torch.testing.assert_close(together, function(denoiser, hard), rtol=1e-4, atol=1e-4)


@FUNCTIONS
@pytest.mark.parametrize("name", ["rtol", "atol"])
def test_both_tolerances_reach_the_solver(function, name):
    """With the other one out of the way, each of them sets the number of evaluations."""
    other = {"rtol": "atol", "atol": "rtol"}[name]
    x = torch.tensor([[-1.0], [0.4], [1.5]], dtype=torch.float64)
    calls = []
    for tolerance in (1e-2, 1e-4, 1e-7):
        denoiser = Counting(gm1(), VP())
        function(denoiser, x, **{name: tolerance, other: 1e-13})
        calls.append(denoiser.calls)
    assert calls[0] < calls[1] < calls[2]


def test_every_evaluation_is_counted():
    denoiser = Counting(gm1(), VP())
    _, calls = solve_adaptive(denoiser, torch.tensor([[-1.0], [0.4]]), 1.0, 0.1)
    assert calls == denoiser.calls > 20


@FUNCTIONS
def test_default_tolerances_are_a_hundred_thousandth(function):
    x = torch.tensor([[-1.0], [0.4], [1.5]], dtype=torch.float64)
    denoiser = ExactDenoiser(gm1(), VP())
    assert torch.equal(function(denoiser, x), function(denoiser, x, rtol=1e-5, atol=1e-5))
    assert not torch.equal(function(denoiser, x), function(denoiser, x, rtol=2e-5, atol=1e-5))
    assert not torch.equal(function(denoiser, x), function(denoiser, x, rtol=1e-5, atol=2e-5))


@FUNCTIONS
def test_tolerances_that_the_dtype_cannot_keep_are_refused(function):
    denoiser, x = ExactDenoiser(gm1(), VP()), torch.ones(2, 1)
    with pytest.raises(ValueError, match=r"rtol = 1e-12 .*finer than torch.float32 resolves"):
        function(denoiser, x, rtol=1e-12, atol=1e-12)
    assert bool(function(denoiser, x.double(), rtol=1e-12, atol=1e-10).isfinite().all())
    assert bool(function(denoiser, x, rtol=1e-6, atol=1e-12).isfinite().all())


def test_a_solver_that_gets_nowhere_says_so(monkeypatch):
    x = torch.ones(2, 1)
    monkeypatch.setattr(adaptive_module, "MOST_STEPS", 20)
    with pytest.raises(ValueError, match=r"cannot keep rtol = 1e-06.*max_num_steps.*loosen"):
        integrate(lambda t, x: 100 * (100 * t).cos() * x, x, 0.0, 1.0, 1e-6, 1e-6)
    with pytest.raises(ValueError, match=r"cannot keep"):
        integrate(lambda t, x: x**2, x, 0.0, 2.0, 1e-6, 1e-6)  # infinite at t = 1


@pytest.mark.parametrize("worst", [math.nan, math.inf])
def test_a_velocity_that_is_not_finite_is_named(worst):
    x = torch.ones(2, 1)
    with pytest.raises(ValueError, match=r"velocity is NaN or infinite at 0.*must be finite"):
        integrate(lambda t, x: x * (worst if t > 0.5 else 1.0), x, 0.0, 1.0, 1e-6, 1e-6)


def test_an_assertion_of_the_denoiser_is_its_own():
    def fails(t, x):
        raise AssertionError("mine")

    with pytest.raises(AssertionError, match="mine"):
        integrate(fails, torch.ones(2, 1), 0.0, 1.0, 1e-6, 1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("trace", ["exact", "hutchinson"])
def test_sixteen_bits_are_promoted(dtype, trace):
    """The density of the rounded points, in float32: in 16 bits it was off by whole nats."""
    x = ring().sample(20, torch.Generator().manual_seed(0)).to(dtype)
    denoiser, seeded = ExactDenoiser(ring(), VP()), torch.Generator
    found = log_prob(denoiser, x, trace, generator=seeded().manual_seed(0))
    exact = log_prob(denoiser, x.double(), trace, generator=seeded().manual_seed(0))
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact, rtol=0, atol=5e-3)
    for function in (encode, decode, solve):
        with pytest.raises(ValueError, match=f"finer than {dtype} resolves"):
            function(denoiser, x)


@pytest.mark.parametrize("function", [encode, decode, log_prob, solve])
def test_one_time_for_all_rows(function):
    denoiser, x = ExactDenoiser(ring(), VP()), torch.ones(2, 2)
    times = torch.tensor([0.3, 0.4])
    if function is solve:
        for s, t in ((times, 0.1), (0.9, times)):
            with pytest.raises(ValueError, match=r"has shape \(2,\); one time for all rows"):
                solve_adaptive(denoiser, x, s, t)
    if function is log_prob:
        with pytest.raises(ValueError, match=r"t_min has shape \(2,\); one time for all rows"):
            log_prob(denoiser, x, t_min=times)
