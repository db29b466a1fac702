"""The mathematics on a device that has no float64, as Apple's MPS: it stays off, and is right."""

import pytest
import torch
from another_device import AWAY, AnotherDevice, Away, AwayGenerator, WithoutDispatch

from dgm_lessons import divergences
from dgm_lessons.denoisers import ExactDenoiser, FunctionDenoiser
from dgm_lessons.guidance import ClassifierGuidedDenoiser, GuidedDenoiser
from dgm_lessons.likelihood import encode, log_prob
from dgm_lessons.mixtures import ring
from dgm_lessons.objectives import denoising_loss, implicit_score_matching, sliced_score_matching
from dgm_lessons.processes import VP, DiscreteProcess, time_grid
from dgm_lessons.samplers import (
    DPMSolver2M,
    FewSteps,
    ancestral_step,
    annealed_langevin,
    ddim_step,
    euler_maruyama_step,
    euler_step,
    heun_step,
    mala_step,
    sample,
    solve_adaptive,
    train_few_steps,
)
from dgm_lessons.samplers.few_steps import fine_ends


@pytest.fixture
def away(monkeypatch):
    """The device, for the time of a test."""
    with AnotherDevice(), WithoutDispatch():
        yield


def test_the_device_refuses_float64(away):
    x = torch.ones(3, device=AWAY)
    for make in (
        lambda: x.double(),
        lambda: torch.ones(3, dtype=torch.float64).to(AWAY),
        lambda: torch.zeros(3, dtype=torch.float64, device=AWAY),
        lambda: x + torch.ones(3, dtype=torch.float64, device=AWAY),
    ):
        with pytest.raises(TypeError, match="no float64"):
            make()
    assert (x * torch.tensor(2.0, dtype=torch.float64)).tolist() == [2, 2, 2]  # as with a number


def points(n=6):
    return ring().sample(n, torch.Generator().manual_seed(0))


def both(process=None):
    """The same denoiser here, in float64, and away."""
    process = process or VP()
    return ExactDenoiser(ring(), process), ExactDenoiser(ring().to(AWAY), process)


def close(found, expected, tolerance=1e-4):
    assert isinstance(found, Away) and found.dtype == torch.float32
    torch.testing.assert_close(
        found.cpu().double(), expected.double(), rtol=tolerance, atol=tolerance
    )


def test_mixtures(away):
    mixture, x = ring().to(AWAY), points()
    assert mixture.means.dtype == torch.float32
    for reading in ("mean", "covariance", "score", "hessian", "log_prob", "responsibilities"):
        found = getattr(mixture.seen(x.to(AWAY), 0.8, 0.6), reading)
        close(found, getattr(ring().seen(x.double(), 0.8, 0.6), reading), 1e-3)
    assert mixture.sample(5, AwayGenerator(AWAY).manual_seed(0)).shape == (5, 2)
    assert mixture.diffuse(0.8, 0.6).means.dtype == torch.float32
    assert ring().to(AWAY).to("cpu").means.dtype == torch.float64


@pytest.mark.parametrize(
    "step", [ancestral_step, euler_maruyama_step, euler_step, heun_step, ddim_step, DPMSolver2M]
)
def test_samplers(away, step):
    here, there = both()
    x, times = points(), time_grid(VP(), 5, t_max=0.5)
    solver = step() if step is DPMSolver2M else step
    found = sample(there, x.to(AWAY), times, solver, generator=AwayGenerator(AWAY).manual_seed(0))
    solver = step() if step is DPMSolver2M else step
    expected = sample(here, x, times, solver, generator=torch.Generator().manual_seed(0))
    close(found, expected, 1e-3)
    by_row = torch.linspace(0.3, 0.8, len(x))
    solver = step() if step is DPMSolver2M else step
    moved = solver(there, x.to(AWAY), by_row.to(AWAY), 0.1, AwayGenerator(AWAY).manual_seed(0))
    solver = step() if step is DPMSolver2M else step
    close(moved, solver(here, x, by_row, 0.1, torch.Generator().manual_seed(0)), 1e-3)


def test_few_steps(away):
    here, there = both()
    x, solver = points(), FewSteps.ddim([5.0, 1.0, 0.2])
    close(solver(there, x.to(AWAY)), solver(here, x), 1e-3)


@pytest.mark.slow
def test_training_of_few_steps(away):
    (here, there), x = both(), points(2)
    start = FewSteps.ddim([10.0, 10 / 12])(here, x.double())
    error = (start - fine_ends(here, x.double())).square().mean().item()
    (found,) = train_few_steps(there, x.to(AWAY), 2, 1)
    assert found.solver.levels.dtype == torch.float64 and found.loss < 0.5 * error


def test_langevin(away):
    here, there = both()
    found = annealed_langevin(
        there, points().to(AWAY), [0.5, 0.2], 3, generator=AwayGenerator(AWAY).manual_seed(0)
    )
    expected = annealed_langevin(
        here, points(), [0.5, 0.2], 3, generator=torch.Generator().manual_seed(0)
    )
    close(found, expected, 1e-3)
    law = ring().to(AWAY)
    found, taken = mala_step(
        law.log_prob, points().to(AWAY), 0.01, AwayGenerator(AWAY).manual_seed(0), law.score
    )
    g = torch.Generator().manual_seed(0)
    expected, also = mala_step(ring().log_prob, points(), 0.01, g, ring().score)
    close(found, expected, 1e-3)
    assert torch.equal(taken.cpu(), also)


@pytest.mark.slow
def test_the_adaptive_solver_and_the_likelihood(away):
    """Loosely: every operation takes long here."""
    here, there = both()
    x = points(2)
    loose = {"rtol": 0.05, "atol": 0.05}
    close(
        solve_adaptive(there, x.to(AWAY), 0.5, 0.2, **loose)[0],
        solve_adaptive(here, x, 0.5, 0.2, **loose)[0],
    )
    close(encode(there, x.to(AWAY), **loose), encode(here, x, **loose), 1e-3)
    for trace in ("exact", "hutchinson"):
        options = {"t_min": 0.3, **loose}
        found = log_prob(
            there, x.to(AWAY), trace, generator=AwayGenerator(AWAY).manual_seed(0), **options
        )
        expected = log_prob(here, x, trace, generator=torch.Generator().manual_seed(0), **options)
        close(found, expected, 2e-3)


def test_denoisers_of_other_kinds(away):
    here, there = both()
    x = points()
    by_row = torch.linspace(0.2, 0.8, len(x))
    for make in (
        lambda d: FunctionDenoiser(d, d.process),
        lambda d: GuidedDenoiser(d, FunctionDenoiser(lambda x, t: 0 * x, d.process), 0.5),
        lambda d: ClassifierGuidedDenoiser(d, lambda x, t: -x.square().sum(1), 0.5),
    ):
        for t, t_away in ((0.4, 0.4), (by_row, by_row.to(AWAY))):
            close(make(there).velocity(x.to(AWAY), t_away), make(here).velocity(x, t), 1e-3)


def test_a_chain(away):
    chain = DiscreteProcess.linear(50)
    here, there = both(chain)
    i = torch.tensor([1, 5, 10, 20, 40, 50])
    x, eps = points(), torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
    close(chain.perturb(x.to(AWAY), i.to(AWAY), eps.to(AWAY)), chain.perturb(x, i, eps))
    close(there(x.to(AWAY), i.to(AWAY)), here(x, i))
    found = sample(there, x.to(AWAY), chain.times(5), generator=AwayGenerator(AWAY).manual_seed(0))
    close(found, sample(here, x, chain.times(5), generator=torch.Generator().manual_seed(0)), 1e-3)


def test_objectives(away):
    from dgm_lessons.denoisers import Denoiser

    x, eps = points(), torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
    for process, t in (
        (VP(), torch.linspace(0.1, 0.9, 6)),
        (DiscreteProcess.linear(30), torch.arange(1, 7)),
    ):
        denoiser = Denoiser(lambda x, level: 0.5 * x, process)
        found = denoising_loss(denoiser, x.to(AWAY), t.to(AWAY), eps.to(AWAY))
        close(found, denoising_loss(denoiser, x, t, eps))
    here, there = (d.mixture.score for d in both())
    close(
        implicit_score_matching(there, x.to(AWAY)).detach(), implicit_score_matching(here, x), 1e-3
    )
    found = sliced_score_matching(there, x.to(AWAY), generator=AwayGenerator(AWAY).manual_seed(0))
    expected = sliced_score_matching(here, x, generator=torch.Generator().manual_seed(0))
    close(found.detach(), expected, 1e-3)


def test_divergences(away):
    x = torch.linspace(-10, 10, 801)
    p, q = ((-((x - m) ** 2) / 2).exp() / 2.5066283 for m in (0.0, 1.0))
    for divergence in ("kl", "js", "total_variation", "fisher", "wasserstein_1"):
        measure = getattr(divergences, divergence)
        close(measure(p.to(AWAY), q.to(AWAY), x.to(AWAY)), measure(p, q, x))
