"""A process says when its prior does not cover the data."""

import re
import warnings

import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, gm1, grid, ring
from dgm_lessons.processes import EDM, VE, VP, CosineVP, DiscreteProcess, FlowMatching, time_grid
from dgm_lessons.samplers import ddim_step, sample

FAR = GaussianMixture([0.2, 0.8], [[-1e3], [1e3]], 1.0)


def test_modes_too_far_apart_lose_their_weights_and_it_says_so():
    """Modes at +-1000 under VP: alpha(T) 1000 is 6.6 standard deviations of the prior."""
    with pytest.warns(UserWarning, match=r"size 1e\+03 are too large for VP.* make 6\.6") as caught:
        denoiser = ExactDenoiser(FAR, VP())
    assert caught[0].filename == __file__
    x = VP().sample_prior((2000, 1), torch.Generator().manual_seed(0))
    share = lambda x: (x > 0).double().mean().item()  # noqa: E731
    assert share(sample(denoiser, x, time_grid(VP(), 50), ddim_step)) < 0.6  # a true 0.8
    small = GaussianMixture([0.2, 0.8], [[-1.0], [1.0]], 1e-6)  # as it advises
    fair = sample(ExactDenoiser(small, VP()), x, time_grid(VP(), 50), ddim_step)
    assert share(fair) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(
    "process, limit",
    [
        *((VP(), 76.1), (VE(), 25.0), (EDM(), 40.0), (DiscreteProcess.linear(1000), 78.7)),
        (EDM(T=10.0), 5.0),  # it keeps a tenth just so
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_limit_is_half_the_prior(process, limit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        process.check_scale(0.99 * limit)
        EDM(T=80.0).check_scale(40.0)  # half of the prior itself
    with pytest.warns(UserWarning, match="too large"):
        process.check_scale(1.01 * limit)


def test_the_largest_coordinate_counts_with_its_mean():
    """50 coordinates of size 1, and one of mean 60 and variance 50^2: 78.1 in all."""
    means, covariance = torch.zeros(1, 50), torch.eye(50)
    means[0, 7], covariance[7, 7] = 60.0, 2500.0
    with pytest.warns(UserWarning, match=re.escape("size 78.1")):
        ExactDenoiser(GaussianMixture([1.0], means, covariance[None]), VP())


@pytest.mark.parametrize("process", [VP(), CosineVP(), VE(), EDM(), EDM(T=10.0), FlowMatching()])
def test_the_test_beds_are_covered(process):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for mixture in (gm1(), ring(), grid()):
            ExactDenoiser(mixture, process)


def test_what_ends_in_noise_alone_or_is_no_prior_keeps_silent():
    short = DiscreteProcess(torch.tensor([0.3, 0.4]))  # a short chain, looked at for itself
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for process in (CosineVP(), FlowMatching(), short, EDM(T=9.5)):
            ExactDenoiser(FAR, process)
