"""Exercises of the page flow-matching: each right answer once more, by another derivation."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad, solve_ivp

from dgm_lessons.denoisers import convert
from dgm_lessons.exercises.c11_beyond.flow_matching import EXERCISES
from dgm_lessons.processes import FlowMatching
from dgm_lessons.rectification import curvature, transport_cost


def scatter(std, t):
    """Var(eps - x_0 | x_t) of one coordinate, by conditioning the joint Gaussian."""
    lines = np.array([[-std, 1.0], [(1 - t) * std, t]])  # eps - x_0 and x_t in two noises
    own, cross, seen = (lines @ lines.T)[[0, 0, 1], [0, 1, 1]]
    return own - cross**2 / seen


def backwards(u, x, t, h=1e-5):
    """The slope in t of the solution of dx/dtau = u that passes x at tau = 1 - t."""
    ends = []
    for span in (-h, h):
        tau = 1 - t - span
        field = lambda time, y: u(torch.tensor(y).reshape(x.shape), time).flatten().numpy()  # noqa: E731
        run = solve_ivp(field, (1 - t, tau), x.flatten().numpy(), rtol=1e-10, atol=1e-12)
        ends.append(run.y[:, -1])
    return ((ends[1] - ends[0]) / (2 * h)).reshape(x.shape)


def turned(angle):
    """Cost and curvature of lines from eps to eps turned, on a grid for the plane's normal law."""
    node, weight = np.polynomial.hermite_e.hermegauss(12)
    z = torch.tensor([[a, b] for a in node for b in node])
    share = torch.tensor(np.outer(weight, weight).flatten() / weight.sum() ** 2)
    turn = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    x0 = z @ turn.T
    costs = torch.stack([transport_cost(a[None], b[None]) for a, b in zip(x0, z, strict=True)])
    lines = torch.stack([(1 - k / 8) * z + k / 8 * x0 for k in range(9)])
    return [(share * costs).sum(), (share * curvature(lines)).sum(), 0.0]  # and nobody need move


def by_definition(name):
    inputs = EXERCISES[name].trials[-1]
    if name == "c-11-08":
        x, eps, t = inputs
        return convert(eps, x, t, FlowMatching(), "eps", "velocity")
    if name == "flow-clock":
        return backwards(*inputs)
    if name == "flow-loss":
        return 0.5 * sum(quad(lambda t, s=s: scatter(s, t), 0, 1)[0] for s in inputs[0])
    return turned(*inputs)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_agrees_with_another_derivation(name):
    exercise = EXERCISES[name]
    found = np.asarray(exercise.solution(*exercise.trials[-1]))
    np.testing.assert_allclose(np.asarray(by_definition(name)), found, rtol=1e-5, atol=1e-6)


def test_no_trial_lies_in_the_middle_of_time():
    """At t = 1/2 a time that is not turned is right by chance."""
    for name, place in (("c-11-08", 2), ("flow-clock", 2)):
        assert all(abs(trial[place] - 0.5) > 0.1 for trial in EXERCISES[name].trials)
