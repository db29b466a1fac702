"""Digits are drawn from the noise that their sampler begins with."""

import pytest
import torch

from dgm_lessons.denoisers import AbstractDenoiser
from dgm_lessons.evaluation import sample_digits
from dgm_lessons.processes import VE, VP, FlowMatching


@pytest.mark.parametrize("process", [VP(), VE(), FlowMatching()])
def test_digits_begin_with_the_noise_of_their_first_level(process, generator):
    """The prior of VE has a standard deviation of 50, its first level one of 40."""
    seen = []

    class Watch(AbstractDenoiser):
        def x0_eps(self, x_t, t):
            seen.append((x_t.std().item(), process.sigma(t).item()))
            return torch.zeros_like(x_t), x_t

    Watch.process = process
    sample_digits(Watch(), 20, generator)
    found, wanted = seen[0]
    assert found == pytest.approx(wanted, rel=0.03)
