"""Steps with one time a row do to each row what they do to it alone, where B is D as well."""

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import EDM, VP, DiscreteProcess
from dgm_lessons.samplers import (
    DPMSolver2M,
    ancestral_moments,
    ancestral_step,
    ddim_step,
    euler_maruyama_moments,
    euler_maruyama_step,
    euler_step,
    heun_step,
)

X = torch.tensor([[1.0, -2.0], [3.0, 0.5]], dtype=torch.float64)
S, T = torch.tensor([[0.8, 0.2], [0.3, 0.1]], dtype=torch.float64)


def by_row(step, x=X, s=S, t=T, **options):
    return torch.cat([step(x[i : i + 1], float(s[i]), float(t[i]), **options) for i in range(2)])


@pytest.mark.parametrize("step", [euler_step, heun_step, ddim_step])
def test_steps_of_the_ode(process, step):
    denoiser = ExactDenoiser(ring(), process)

    def bound(x, s, t):
        return step(denoiser, x, s, t)

    torch.testing.assert_close(bound(X, S, T), by_row(bound))
    one_end = bound(X, S, 0.1)  # a single time beside a time a row
    torch.testing.assert_close(one_end, by_row(bound, t=torch.full_like(T, 0.1)))


def test_ddim_of_one_gaussian_in_closed_form():
    """EDM, rows far apart in time: along the wrong axis no row would be right."""
    law = GaussianMixture([1.0], [[0.0, 0.0]], 1.0)
    x = torch.tensor([[10.0, -20.0], [30.0, 5.0]])
    found = ddim_step(
        ExactDenoiser(law, EDM()), x, torch.tensor([40.0, 10.0]), torch.tensor([20.0, 5.0])
    )
    # of N(0, I) the denoiser is x / (1 + s^2) and eps is s x / (1 + s^2)
    s, t = torch.tensor([[40.0], [10.0]]), torch.tensor([[20.0], [5.0]])
    torch.testing.assert_close(found, x * (1 + s * t) / (1 + s**2))


@pytest.mark.parametrize(
    "moments, step",
    [
        (ancestral_moments, ancestral_step),
        (euler_maruyama_moments, euler_maruyama_step),
    ],
)
def test_steps_with_noise(process, moments, step):
    denoiser = ExactDenoiser(ring(), process)
    mean, std = moments(denoiser, X, S, T)
    assert std.shape == (2,)
    for i in range(2):
        alone = moments(denoiser, X[i : i + 1], float(S[i]), float(T[i]))
        torch.testing.assert_close(mean[i : i + 1], alone[0])
        torch.testing.assert_close(std[i], alone[1].to(std))
    seeded = lambda: torch.Generator().manual_seed(0)  # noqa: E731
    noise = torch.randn(X.shape, generator=seeded(), dtype=X.dtype)
    found = step(denoiser, X, S, T, seeded())
    torch.testing.assert_close(found, mean + std[:, None] * noise)


def test_the_chain(generator):
    chain = DiscreteProcess.linear(100)
    denoiser, s, t = ExactDenoiser(ring(), chain), torch.tensor([80, 20]), torch.tensor([30, 0])
    mean, std = ancestral_moments(denoiser, X, s, t)
    alone = [ancestral_moments(denoiser, X[i : i + 1], int(s[i]), int(t[i])) for i in range(2)]
    torch.testing.assert_close(mean, torch.cat([m for m, _ in alone]))
    torch.testing.assert_close(std, torch.stack([spread for _, spread in alone]))


def test_a_multistep_run(process):
    """Three steps, of which one row stands still in the second and ends without noise."""
    denoiser = ExactDenoiser(ring(), process)
    rows = torch.tensor([[0.9, 0.6, 0.4, 0.1], [0.8, 0.5, 0.3, 0.0]], dtype=torch.float64)
    together, x = DPMSolver2M(), X
    alone, ys = [DPMSolver2M(), DPMSolver2M()], [X[:1], X[1:]]
    for k in range(3):
        x = together(denoiser, x, rows[:, k], rows[:, k + 1])
        ys = [
            solver(denoiser, y, float(row[k]), float(row[k + 1]))
            for solver, y, row in zip(alone, ys, rows, strict=True)
        ]
        torch.testing.assert_close(x, torch.cat(ys))
    first_order = ddim_step(denoiser, X, rows[:, 0], rows[:, 1])
    second = ddim_step(denoiser, first_order, rows[:, 1], rows[:, 2])
    assert bool((second - x).abs().max() > 1e-3)  # the memory is used


def test_a_multistep_row_that_stands_still():
    denoiser, solver = ExactDenoiser(ring(), VP()), DPMSolver2M()
    x = solver(denoiser, X, S, torch.stack([T[0], S[1]]))
    torch.testing.assert_close(x[1], X[1])
    x = solver(denoiser, x, torch.stack([T[0], S[1]]), T)
    assert bool(x.isfinite().all())
    torch.testing.assert_close(x[1:], ddim_step(denoiser, X[1:], float(S[1]), float(T[1])))


@pytest.mark.parametrize(
    "step",
    [ancestral_step, euler_maruyama_step, euler_step, heun_step, ddim_step, DPMSolver2M()],
)
def test_a_time_too_many_is_refused(step):
    three = torch.tensor([0.5, 0.4, 0.3])
    with pytest.raises(ValueError, match=r"one time per row|there are 2 rows"):
        step(ExactDenoiser(ring(), VP()), X, three, 0.1)
    with pytest.raises(ValueError, match=r"shape"):
        step(ExactDenoiser(ring(), VP()), X, 0.6, three)
