"""Classifier guidance: with exact fields it is classifier-free guidance, by both of its scales."""

import math

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.guidance import (
    ALWAYS,
    ClassifierGuidedDenoiser,
    GuidedDenoiser,
    LabelledMixture,
)
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import FlowMatching
from dgm_lessons.samplers import ddim_step, sample

PETS = LabelledMixture(ring(8), [0, 0, 1, 1, 2, 2, 2, 2])
READINGS = ("__call__", "eps", "score", "v", "velocity")


def fields(process, label=1):
    told = ExactDenoiser(PETS.law(label), process)
    return told, ExactDenoiser(PETS.mixture, process), PETS.log_classifier(label, process)


@pytest.mark.parametrize("reading", READINGS)
def test_it_is_classifier_free_guidance(process, reading, generator):
    """From no label with the scale 1 + w, from the label with w; a scale taken for w is seen."""
    told, free, classifier = fields(process)
    w = 1.7
    x = torch.randn(4, 2, generator=generator, dtype=torch.float64)
    t = process.t_from_log_snr(torch.tensor([3.0, 0.5, -1.0, -3.0], dtype=torch.float64))
    expected = getattr(GuidedDenoiser(told, free, w, ALWAYS), reading)(x, t)
    for denoiser, scale in ((free, 1 + w), (told, w)):
        pushed = ClassifierGuidedDenoiser(denoiser, classifier, scale)
        torch.testing.assert_close(getattr(pushed, reading)(x, t), expected)
        alone = getattr(pushed, reading)(x[1:2], float(t[1]))
        torch.testing.assert_close(alone, expected[1:2])
    wrong = getattr(ClassifierGuidedDenoiser(free, classifier, w), reading)(x, t)
    assert (wrong - expected).abs().max() > 0.05


def test_the_scale_one_is_bayes_rule(process, generator):
    """score(x) + grad log p(c|x) = score(x|c)."""
    told, free, classifier = fields(process)
    x = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    t = process.t_from_log_snr(0.3)
    pushed = ClassifierGuidedDenoiser(free, classifier, 1.0)
    torch.testing.assert_close(pushed.score(x, t), told.score(x, t))
    torch.testing.assert_close(
        ClassifierGuidedDenoiser(free, classifier, 0.0)(x, t), free(x, t), rtol=0, atol=0
    )


def test_it_goes_into_a_sampler_without_gradients():
    process = FlowMatching()
    _, free, classifier = fields(process)
    pushed = ClassifierGuidedDenoiser(free, classifier, 2.0)
    noise = torch.randn(200, 2, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        x = sample(pushed, noise, torch.linspace(0.99, 0.0, 30), ddim_step)
    assert x.dtype == noise.dtype and not x.requires_grad
    assert PETS.log_classifier(1, process)(x, 0.0).exp().mean() > 0.95


def test_where_nothing_is_left_it_says_so():
    process = FlowMatching()
    _, free, classifier = fields(process)
    with pytest.raises(ValueError, match=r"nothing is left of the data.*t_max = "):
        ClassifierGuidedDenoiser(free, classifier, 1.0)(torch.ones(1, 2), 1.0)


@pytest.mark.parametrize("scale", [-0.1, math.nan, math.inf])
def test_a_bad_scale_is_refused(scale):
    _, free, classifier = fields(FlowMatching())
    with pytest.raises(ValueError, match=f"scale is {scale}; give a finite number, 0 or more"):
        ClassifierGuidedDenoiser(free, classifier, scale)


def test_a_classifier_that_autograd_cannot_see_through_is_refused():
    _, free, _ = fields(FlowMatching())
    blind = ClassifierGuidedDenoiser(free, lambda x, t: x.detach().sum(1), 1.0)
    with pytest.raises(ValueError, match=r"log_classifier\(x_t, t\) does not depend on x"):
        blind(torch.ones(2, 2), 0.5)
