"""A plain function becomes a denoiser, and says what it needs where it is none yet."""

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser, FunctionDenoiser
from dgm_lessons.likelihood import decode, encode, log_prob
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import VP, time_grid
from dgm_lessons.samplers import annealed_langevin, ddim_step, sample, solve_adaptive

X = torch.tensor([[1.0, -2.0], [0.3, 0.5], [2.0, 0.1]], dtype=torch.float64)


@pytest.mark.parametrize("reading", ["__call__", "eps", "score", "v", "velocity"])
@pytest.mark.parametrize("t", [0.4, torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)])
def test_it_reads_as_the_denoiser_that_it_stands_for(process, reading, t):
    exact = ExactDenoiser(ring(), process)
    mine = FunctionDenoiser(lambda x_t, t: exact(x_t, t), process)
    found, expected = (getattr(denoiser, reading)(X, t) for denoiser in (mine, exact))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


def test_it_goes_where_the_others_go():
    exact = ExactDenoiser(ring(), VP())
    mine, times = FunctionDenoiser(exact, VP()), time_grid(VP(), 20)
    torch.testing.assert_close(
        sample(mine, X, times, ddim_step), sample(exact, X, times, ddim_step)
    )
    torch.testing.assert_close(log_prob(mine, X), log_prob(exact, X), rtol=1e-4, atol=1e-3)


def test_without_noise_it_is_a_function_only():
    mine = FunctionDenoiser(lambda x_t, t: 0.9 * x_t, VP())
    assert torch.equal(mine(X, 0.0), 0.9 * X)
    with pytest.raises(ValueError, match="does not determine both"):
        mine.eps(X, 0.0)


def test_what_it_returns_is_looked_at():
    for function, words in (
        (lambda x, t: x[:1], r"function\(x_t, t\) has shape \(1, 2\) but x_t has \(3, 2\)"),
        (lambda x, t: x * torch.nan, r"function\(x_t, t\) contains NaN"),
    ):
        with pytest.raises(ValueError, match=words):
            FunctionDenoiser(function, VP())(X, 0.5)
    with pytest.raises(TypeError, match=r"must be a torch.Tensor, not float"):
        FunctionDenoiser(lambda x, t: 0.5, VP())(X, 0.5)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: sample(f, X, [0.9, 0.1]),
        lambda f: solve_adaptive(f, X, 0.9, 0.1),
        lambda f: annealed_langevin(f, X, [0.9, 0.1]),
        lambda f: log_prob(f, X),
        lambda f: encode(f, X),
        lambda f: decode(f, X),
    ],
)
def test_a_plain_function_is_told_how_to_become_one(call):
    with pytest.raises(TypeError, match=r"not a function, .*FunctionDenoiser\(function, process\)"):
        call(lambda x_t, t: x_t)
