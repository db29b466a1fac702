"""Exercises of the page variational-diffusion: each right answer once more, by another way."""

import numpy as np
import pytest
import torch

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c10_kernels.variational_diffusion import EXERCISES
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import VP, FlowMatching


def by_definition(name):
    """Each right answer once more, found without the formula that the exercise uses."""
    inputs = EXERCISES[name].trials[-1]
    if name == "c-10-12":  # an SNR with this slope in the middle of a step, differenced
        slope, error, M, T = inputs
        snr = lambda t: 9.0 * np.exp(slope * t / 9.0)  # noqa: E731
        half = T / M / 2
        return 0.5 * (snr(-half) - snr(half)) * error
    if name == "c-10-14":  # the precisions of p(x_s | x_t) and p(x_t | x_0) add up
        alpha_t, sigma_t, alpha_s, sigma_s = inputs
        keep = alpha_s / alpha_t
        forward = sigma_s**2 - keep**2 * sigma_t**2
        return (1 / sigma_t**2 + keep**2 / forward) ** -0.5
    if name == "c-10-15":  # two linear equations solved by a library
        v, x, alpha, sigma = inputs
        rows = torch.tensor([[alpha, sigma], [-sigma, alpha]], dtype=torch.float64)
        pair = torch.linalg.solve(rows, torch.stack([x.flatten(), v.flatten()]))
        return -pair[1].reshape(x.shape) / sigma
    u, x, alpha, sigma = inputs  # x and the network's own input hold the same pair
    scale = 1 / (alpha + sigma)
    rows = torch.tensor([[alpha * scale, sigma * scale], [1.0, -1.0]], dtype=torch.float64)
    answers = torch.stack([scale * x.flatten(), u(scale * x, alpha * scale).flatten()])
    return torch.linalg.solve(rows, answers)[1].reshape(x.shape)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=1e-5, atol=1e-8)


def test_a_flow_matching_network_serves_vp():
    law, vp, flow = ring(8), VP(), ExactDenoiser(ring(8), FlowMatching())
    x = law.sample(50, torch.Generator().manual_seed(0), torch.float64)
    alpha, sigma = (float(level) for level in vp.levels(0.4))
    found = EXERCISES["vdm-flow"].solution(
        lambda z, tau: -flow.velocity(z, 1 - tau), x, alpha, sigma
    )
    torch.testing.assert_close(found, ExactDenoiser(law, vp).eps(x, 0.4))
