"""Guided denoisers: the formula for every reading, where it acts, and what it refuses."""

import math

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.guidance import ALWAYS, GuidedDenoiser, weight_of_scale
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import EDM, VP
from dgm_lessons.samplers import ddim_step, sample

WHOLE = ring(4)
CLASS = GaussianMixture([1.0, 1.0], WHOLE.means[:2], 0.15**2)


def pair(process):
    return ExactDenoiser(CLASS, process), ExactDenoiser(WHOLE, process)


@pytest.mark.parametrize("reading", ["__call__", "eps", "score", "v", "velocity"])
def test_every_reading_obeys_the_formula_within_the_interval(process, reading, generator):
    conditional, free = pair(process)
    guided = GuidedDenoiser(conditional, free, 0.7, (0.5, 5.0))
    x = torch.randn(4, 2, generator=generator, dtype=torch.float64)
    s = torch.tensor([0.2, 0.6, 4.0, 6.0], dtype=torch.float64)  # of sigma/alpha, one a row
    t = process.t_from_log_snr(-2 * s.log())
    with_label, without = (getattr(d, reading)(x, t) for d in (conditional, free))
    expected = torch.where(
        ((s > 0.5) & (s < 5))[:, None], 1.7 * with_label - 0.7 * without, with_label
    )
    found = getattr(guided, reading)(x, t)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    for i in range(4):  # a single time is a number inside
        alone = getattr(guided, reading)(x[i : i + 1], float(t[i]))
        torch.testing.assert_close(alone, expected[i : i + 1], rtol=1e-9, atol=1e-9)


def test_the_guided_score_is_that_of_the_tilted_density():
    """p(x | label)^(1 + w) / p(x)^w, by autograd."""
    process, w = EDM(), 1.5
    guided = GuidedDenoiser(*pair(process), w)
    x = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    x.requires_grad_()
    laws = [mixture.diffuse(1.0, 1.2) for mixture in (CLASS, WHOLE)]
    tilted = (1 + w) * laws[0].log_prob(x) - w * laws[1].log_prob(x)
    (slope,) = torch.autograd.grad(tilted.sum(), x)
    torch.testing.assert_close(guided.score(x.detach(), 1.2), slope)


def test_the_second_denoiser_is_asked_only_where_guidance_acts():
    class Refuses(ExactDenoiser):
        def x0_eps(self, x_t, t):
            raise AssertionError("an evaluation for nothing")

    process = EDM()
    conditional, x = pair(process)[0], torch.ones(2, 2)
    for guided in (
        GuidedDenoiser(conditional, Refuses(WHOLE, process), 0.0),
        GuidedDenoiser(conditional, Refuses(WHOLE, process), 1.0, (2.0, 3.0)),
    ):
        assert torch.equal(guided(x, 1.0), conditional(x, 1.0))
        assert torch.equal(
            guided(x, torch.tensor([1.0, 4.0])), conditional(x, torch.tensor([1, 4.0]))
        )


def test_it_goes_into_a_sampler():
    process = EDM(T=10.0)
    guided = GuidedDenoiser(*pair(process), 1.0)
    x = sample(guided, 10 * torch.randn(50, 2), [10.0, 3.0, 1.0, 0.3, 0.1, 0.0], ddim_step)
    assert bool(x.isfinite().all())


@pytest.mark.parametrize("guidance", [-1.0, math.nan, math.inf])
def test_a_bad_guidance_is_refused(guidance):
    with pytest.raises(ValueError, match=f"guidance is {guidance}; give a finite number"):
        GuidedDenoiser(*pair(VP()), guidance)


def test_two_processes_are_refused():
    with pytest.raises(ValueError, match=r"need one process, not VP\(.*EDM\("):
        GuidedDenoiser(ExactDenoiser(CLASS, VP()), ExactDenoiser(WHOLE, EDM()), 1.0)


@pytest.mark.parametrize("interval", [(2.0, 2.0), (-1.0, 1.0), (math.nan, 1.0)])
def test_a_bad_interval_is_refused(interval):
    with pytest.raises(ValueError, match=r"give \(low, high\) with 0 <= low < high"):
        GuidedDenoiser(*pair(VP()), 1.0, interval)


def test_always_means_pure_noise_and_clean_data_too(process):
    """sigma/alpha is infinite at one end of some processes, and 0 at the other."""
    conditional, free = pair(process)
    guided = GuidedDenoiser(conditional, free, 1.5, ALWAYS)
    x = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    for t in (0.0, process.T, torch.tensor([0.0, 1e-3, 0.4, 0.9, 1.0]) * process.T):
        expected = 2.5 * conditional(x, t) - 1.5 * free(x, t)
        torch.testing.assert_close(guided(x, t), expected, rtol=1e-9, atol=1e-9)


def test_the_ends_of_the_interval_belong_to_it():
    """sigma/alpha is t itself."""
    conditional, free = pair(EDM())
    guided, x = GuidedDenoiser(conditional, free, 1.0, (0.5, 2.0)), -torch.ones(4, 2)
    t = torch.tensor([0.49, 0.5, 2.0, 2.01], dtype=torch.float64)
    moved = (guided(x, t) - conditional(x, t)).abs().amax(1) > 1e-3
    assert moved.tolist() == [False, True, True, False]


def test_a_scale_is_one_more_than_a_weight():
    assert weight_of_scale(1.0) == 0.0
    assert weight_of_scale(7.5) == 6.5
    for scale in (0.7, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="a guidance scale is 1 or more"):
            weight_of_scale(scale)
