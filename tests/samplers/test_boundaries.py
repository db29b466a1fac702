"""Where a step ends where it began."""

import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.samplers import euler_maruyama_moments, euler_maruyama_step

X = torch.tensor([[1.0, -2.0], [3.0, 0.5]], dtype=torch.float64)


def test_euler_maruyama_without_a_way_to_go_stays(process, generator):
    denoiser = ExactDenoiser(ring(), process)
    mean, std = euler_maruyama_moments(denoiser, X, 0.5, 0.5)
    assert torch.equal(mean, X) and std == 0
    assert torch.equal(euler_maruyama_step(denoiser, X, 0.5, 0.5, generator), X)
    times = torch.tensor([0.5, 0.4], dtype=torch.float64)
    assert torch.equal(euler_maruyama_step(denoiser, X, times, times, generator), X)
