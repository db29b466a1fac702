"""Exercises of `likelihood`: each right answer once more, by another way."""

import itertools
import math

import torch

from dgm_lessons.calculus import value_and_divergence
from dgm_lessons.denoisers import ExactDenoiser, FunctionDenoiser
from dgm_lessons.exercises.c09_sampling_and_likelihood.likelihood import EXERCISES
from dgm_lessons.likelihood import bits_per_dim, log_prob_parts
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import VP, FlowMatching


def test_the_slope_is_that_of_the_density_at_the_moving_point():
    """By differences: p_{t+h} at the point moved by the velocity, minus p_t at the point."""
    process, law, t, h = VP(), ring(5), 0.3, 1e-4
    x = law.sample(4, torch.Generator().manual_seed(0), torch.float64)
    exact = ExactDenoiser(law, process)
    step = h * exact.velocity(x, t)
    later = exact.marginal(t + h).log_prob(x + step)
    earlier = exact.marginal(t - h).log_prob(x - step)
    own = exact.marginal(t).hessian(x).diagonal(dim1=1, dim2=2)
    found = EXERCISES["c-9-12"].solution(float(process.f(t)), float(process.g2(t)), own)
    torch.testing.assert_close(found, (later - earlier) / (2 * h), rtol=1e-4, atol=1e-3)


def test_which_changes_leave_the_mean_off():
    """Measured: clean start and end in flow matching, where alpha(T) = 0."""
    cov = torch.tensor([[[0.5, 0.3], [0.3, 0.4]]])
    law = GaussianMixture(torch.ones(1), torch.tensor([[0.8, -0.4]]), cov)
    flow, vp = ExactDenoiser(law, FlowMatching()), ExactDenoiser(law, VP(0.1, 3.0))
    x = torch.tensor([[0.5, 0.6]], dtype=torch.float64).expand(4000, 2)
    truth = float(law.log_prob(x[:1]))
    poor = FunctionDenoiser(lambda x, t: flow(x, t) + 0.2, flow.process)
    g = torch.Generator().manual_seed(1)

    def off(denoiser, *options, t_min=0.0, **more):
        found = log_prob_parts(denoiser, x, *options, t_min=t_min, generator=g, **more).log_prob
        return float(found.mean()) - truth, float(found.std()) / len(x) ** 0.5

    def euler(steps):
        grid = torch.linspace(0, 1, steps + 1, dtype=torch.float64).tolist()
        y, delta = x[:1], 0.0
        for s, t in itertools.pairwise(grid):
            u, divergence = value_and_divergence(lambda z, s=s: flow.velocity(z, s), y.detach())
            y, delta = y + (t - s) * u, delta + (t - s) * divergence
        return float((flow.process.prior_log_prob(y) + delta).detach()) - truth

    found = [
        off(flow, "exact"),
        off(vp, "exact"),
        off(flow, "hutchinson"),
        (euler(5), 0.0),
        off(poor, "exact", t_min=0.001),
        off(flow, "exact", t_min=0.01),
    ]
    exercise = EXERCISES["c-9-13"]
    assert [int(abs(d) > 4 * e + 1e-3) for d, e in found] == exercise.solution(*exercise.trials[0])


def test_the_border_of_paper_costs_nothing():
    """A density that gives each border pixel its whole grey level, and 0.9 bits to the others."""
    inner = torch.tensor((7 - 0.9) * 784 * math.log(2), dtype=torch.float64)
    whole = inner + 240 * math.log(128)  # the density of a level, 1/128 wide
    assert math.isclose(EXERCISES["like-bits"].solution(-float(whole)), 0.9, rel_tol=1e-9)
    assert math.isclose(float(bits_per_dim(inner, 784, 1 / 128)), 0.9, rel_tol=1e-6)


def test_the_cut_off_by_quadrature():
    for s, sigma, D in EXERCISES["like-cut-off"].trials:
        x = torch.linspace(-12, 12, 20_001, dtype=torch.float64)
        zero = torch.zeros((), dtype=torch.float64)
        data = torch.distributions.Normal(zero, s)
        noisy = torch.distributions.Normal(zero, math.hypot(s, sigma))
        gap = noisy.log_prob(x) - data.log_prob(x)
        expected = D * torch.trapezoid(data.log_prob(x).exp() * gap, x)
        assert math.isclose(EXERCISES["like-cut-off"].solution(s, sigma, D), expected, rel_tol=1e-6)
