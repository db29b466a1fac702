"""Exercises of `inversion`: what they call right is what flows and codes do."""

from itertools import pairwise

import torch
from pytest import approx

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.exercises.c09_sampling_and_likelihood.inversion import ERRORS, EXERCISES
from dgm_lessons.likelihood import encode
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import VP
from dgm_lessons.samplers import euler_step, heun_step

ASK = {name: exercise.solution for name, exercise in EXERCISES.items()}
FLOW = ExactDenoiser(GaussianMixture([1.0], [[0.8]], 0.36), VP())
POINTS = torch.tensor([[0.3], [1.9]], dtype=torch.float64)


def ridden(step, n):
    """The error of the code, and of the round trip, of n steps from t = 0.05 to 0.6."""
    times = torch.linspace(0.05, 0.6, n + 1, dtype=torch.float64).tolist()
    x = POINTS
    for s, t in pairwise(times):
        x = step(FLOW, x, s, t)
    spread = [float(FLOW.marginal(t).covariances) ** 0.5 for t in (0.05, 0.6)]
    middle = [float(FLOW.marginal(t).means) for t in (0.05, 0.6)]
    code = (x - middle[1] - (POINTS - middle[0]) / spread[0] * spread[1]).abs().max()
    for s, t in pairwise(times[::-1]):
        x = step(FLOW, x, s, t)
    return torch.stack([code, (x - POINTS).abs().max()])


def test_errors_fall_as_is_said():
    found = torch.cat([ridden(step, 200) / ridden(step, 400) for step in (euler_step, heun_step)])
    assert found.tolist() == approx(ASK["inversion-orders"](ERRORS), rel=0.05)


def test_the_code_of_a_gaussian_is_the_flow_s():
    process = VP()
    levels = (float(process.alpha(1.0)), float(process.sigma(1.0)))
    found = ASK["inversion-gaussian"](POINTS, 0.8, 0.6, *levels)
    assert found == approx(encode(FLOW, POINTS, 1e-9, 1e-9), abs=2e-3)  # it starts at t_min


def test_slerp_keeps_lengths_and_shares_the_angle():
    g = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 3, 6, generator=g, dtype=torch.float64)
    a, b = (5 * x / x.norm(dim=1, keepdim=True) for x in (a, b))
    c = ASK["c-9-11"](a, b, 0.3)
    assert c.norm(dim=1) == approx(torch.full((3,), 5.0).double())
    angles = [((a * x).sum(1) / 25).acos() for x in (c, b)]
    assert angles[0] == approx(0.3 * angles[1])


def test_the_mean_of_codes_is_mended():
    g = torch.Generator().manual_seed(1)
    z = torch.randn(200_000, 4, generator=g, dtype=torch.float64)
    assert (ASK["inversion-rescale"](4) * z.mean(1)).var().item() == approx(1, rel=0.02)
