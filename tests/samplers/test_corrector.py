"""Predictor and corrector: its parts by hand, its law, its scale in every process, its refusals."""

import math

import pytest
import torch
from pytest import approx

from dgm_lessons.denoisers import ExactDenoiser, FunctionDenoiser, ReclockedDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.processes import EDM, VE, VP, DiscreteProcess, FlowMatching, time_grid
from dgm_lessons.samplers import (
    PredictorCorrector,
    ancestral_step,
    annealed_langevin,
    corrector_moments,
    ddim_step,
    euler_maruyama_step,
    langevin_step,
    sample,
)

X = torch.tensor([[1.0, -2.0], [3.0, 0.5], [0.3, 0.7]], dtype=torch.float64)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("predictor", [ancestral_step, ddim_step, euler_maruyama_step])
def test_a_step_is_the_predictor_and_then_langevin(process, predictor):
    """By hand, at a level where alpha is not 1, with the score of the law itself."""
    denoiser, s, t, ratio = ExactDenoiser(ring(), process), 0.7 * process.T, 0.4 * process.T, 0.23
    found = PredictorCorrector(predictor, 3, ratio)(denoiser, X, s, t, seeded())
    g = seeded()
    x = predictor(denoiser, X, s, t, g)
    law = ring().diffuse(process.alpha(t), process.sigma(t))
    for _ in range(3):
        x = langevin_step(law.score, x, ratio * float(process.sigma(t)) ** 2, g)
    torch.testing.assert_close(found, x, rtol=1e-9, atol=1e-9)


def test_corrections_alone_are_annealed_langevin():
    """EDM, where nothing is rescaled: with a predictor that stays, the two are one."""
    denoiser, times = ExactDenoiser(ring(), EDM()), torch.tensor([9.0, 3.0, 1.3, 0.2])
    stay = lambda denoiser, x, s, t, generator: x  # noqa: E731
    found = sample(denoiser, X, times, PredictorCorrector(stay, 5, 0.3), generator=seeded())
    wanted = annealed_langevin(denoiser, X, times[1:], 5, 0.3, seeded())
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)


def test_one_run_in_every_process():
    """x/alpha of VP and of flow matching is that of EDM to rounding: eta goes as alpha^2."""
    levels = torch.tensor([-3.0, -1.0, 0.8, 2.5], dtype=torch.float64)
    ends = []
    for process in (EDM(), VP(), FlowMatching()):
        times = process.t_from_log_snr(levels)
        denoiser = ReclockedDenoiser(ExactDenoiser(ring(), VE()), process)
        start = process.alpha(times[0]) * 4 * X
        end = sample(denoiser, start, times, PredictorCorrector(), generator=seeded())
        ends.append(end / process.alpha(times[-1]))
    torch.testing.assert_close(ends[1], ends[0], rtol=0, atol=1e-9)
    torch.testing.assert_close(ends[2], ends[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("ratio", [0.3, 1.2])
def test_corrections_settle_at_a_variance_known_in_closed_form(ratio):
    """One Gaussian under VP, from far too wide: v / (1 - eta/(2 v)), v = alpha^2 c + sigma^2."""
    process, t, n = VP(), 0.35, 100_000
    law = GaussianMixture([1.0], [[0.0]], 0.3**2)
    alpha, sigma = (float(level) for level in process.levels(t))
    v, eta = alpha**2 * 0.09 + sigma**2, ratio * sigma**2
    x = 3 * torch.randn(n, 1, generator=seeded(), dtype=torch.float64)
    step = PredictorCorrector(lambda denoiser, x, s, t, generator: x, 60, ratio)
    found = step(ExactDenoiser(law, process), x, 0.5, t, seeded(1)).var().item()
    assert found == approx(v / (1 - eta / (2 * v)), rel=4.5 * math.sqrt(2 / n))
    assert abs(v / (v - eta / 2) - 1) > 12 * math.sqrt(2 / n)  # the two are told apart


def test_corrections_mend_a_wrong_predictor():
    """DDIM in three steps is far off on two modes; ten corrections a step bring it near."""
    process, n = EDM(), 20_000
    denoiser, times = ExactDenoiser(gm1(), process), torch.tensor([8.0, 1.5, 0.7, 0.3])
    start = 8 * torch.randn(n, 1, generator=seeded(), dtype=torch.float64)
    truth = denoiser.marginal(0.3).sample(n, seeded(2)).sort(0).values
    gaps = [
        (sample(denoiser, start, times, step, generator=seeded(1)).sort(0).values - truth)
        .abs()
        .mean()
        .item()
        for step in (ddim_step, PredictorCorrector(ddim_step, 10, 0.1))
    ]
    assert gaps[0] > 3 * gaps[1]


def test_calls_are_one_for_the_predictor_and_one_a_correction():
    calls = []

    def count(x, t):
        calls.append(float(t))
        return 0.2 * x

    denoiser = FunctionDenoiser(count, VP())
    times = time_grid(VP(), 4).tolist()
    sample(denoiser, X, times, PredictorCorrector(ancestral_step, 2), generator=seeded())
    assert len(calls) == 4 * 3 and calls[:3] == approx([times[0], times[1], times[1]])
    calls.clear()  # at the data there is nothing to correct, and no noise to be read
    sample(denoiser, X, [0.5, 0.2, 0.0], PredictorCorrector(ancestral_step, 2), generator=seeded())
    assert len(calls) == 3 + 1


def test_no_corrections_are_the_predictor():
    denoiser = ExactDenoiser(ring(), VP())
    found = PredictorCorrector(ancestral_step, 0)(denoiser, X, 0.8, 0.3, seeded())
    assert torch.equal(found, ancestral_step(denoiser, X, 0.8, 0.3, seeded()))


def test_one_time_a_row(process):
    denoiser = ExactDenoiser(ring(), process)
    times = torch.tensor([0.6, 0.3, 0.0], dtype=torch.float64) * process.T
    mean, std = corrector_moments(denoiser, X, times, 0.17)
    for i in range(3):
        alone = corrector_moments(denoiser, X[i : i + 1], float(times[i]), 0.17)
        torch.testing.assert_close(mean[i : i + 1], alone[0])
        torch.testing.assert_close(std[i], alone[1])
    assert torch.equal(mean[2], X[2]) and std[2] == 0
    found = PredictorCorrector(ddim_step)(denoiser, X, times + 0.1 * process.T, times, seeded())
    assert bool(found.isfinite().all())


def test_the_chain_of_ddpm():
    denoiser = ExactDenoiser(ring(), DiscreteProcess.linear(50))
    times = DiscreteProcess.linear(50).times(10)
    x = sample(denoiser, X, times, PredictorCorrector(), generator=seeded())
    assert bool(x.isfinite().all())


@pytest.mark.parametrize(
    "options, words",
    [
        ({"corrections": -1}, "0 or more, not -1"),
        ({"corrections": 1.5}, "whole number, 0 or more, not 1.5"),
        ({"step_ratio": 0.0}, "step_ratio must be a finite number above 0, not 0"),
        ({"step_ratio": math.nan}, "step_ratio must be a finite number above 0"),
        ({"step_ratio": 2.0}, "below 2, or the walk runs off, not 2"),
    ],
)
def test_bad_settings_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        PredictorCorrector(**options)


def test_bad_input_is_refused():
    step, denoiser = PredictorCorrector(), ExactDenoiser(ring(), VP())
    with pytest.raises(ValueError, match="NaN or infinity"):
        step(denoiser, X * math.nan, 0.5, 0.2)
    with pytest.raises(ValueError, match="towards noise"):
        step(denoiser, X, 0.2, 0.5)
    with pytest.raises(ValueError, match=r"one time per row|there are 3 rows"):
        step(denoiser, X, 0.5, torch.tensor([0.2, 0.1]))
