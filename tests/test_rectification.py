"""Rectification: pairs from a flow, training on pairs, and the two measures of paths."""

import math

import pytest
import torch
from torch import nn

from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.networks import MLP
from dgm_lessons.processes import VP, FlowMatching
from dgm_lessons.rectification import curvature, fit_pairs, simulate, transport_cost
from dgm_lessons.samplers import euler_step, sample
from dgm_lessons.training import fit

MEAN, STD = torch.tensor([1.5, -0.3], dtype=torch.float64), 0.45


def gaussian():
    """The exact flow of one Gaussian, and 400 noises."""
    law = GaussianMixture([1.0], MEAN[None], STD**2)
    noise = torch.randn(400, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return ExactDenoiser(law, FlowMatching()), noise


def student(seed=0, predicts="velocity", process=None):
    torch.manual_seed(seed)
    return Denoiser(MLP(2, 32), process or FlowMatching(), predicts)


def test_a_gaussian_goes_straight_to_its_mean_plus_std_times_noise():
    flow, z = gaussian()
    ends = simulate(flow, z, steps=200)
    torch.testing.assert_close(ends, MEAN + STD * z, atol=2e-4, rtol=0)
    path = simulate(flow, z, steps=200, path=True)
    assert path.shape == (201, 400, 2)
    assert torch.equal(path[0], z) and torch.equal(path[-1], ends)
    t = torch.linspace(1, 0, 201, dtype=torch.float64)[:, None, None]
    law = (1 - t) * MEAN + ((1 - t) ** 2 * STD**2 + t**2).sqrt() * z
    torch.testing.assert_close(path, law, atol=2e-4, rtol=0)


def test_the_curvature_of_a_gaussian_is_two_minus_half_pi_times_its_std():
    """The integral of (d/dt sqrt((1 - t)^2 s^2 + t^2))^2 is 1 + s^2 - s pi / 2."""
    flow, z = gaussian()
    exact = STD * (2 - math.pi / 2) * z.square().sum(1)
    gaps = []
    for steps in (40, 80):
        found = curvature(simulate(flow, z, steps, path=True))
        assert found.shape == (400,)
        gaps.append(((exact - found) / exact).abs().max().item())
    assert gaps[1] < 2e-3 and gaps[0] / gaps[1] == pytest.approx(4, abs=0.5)


def test_the_cost_of_a_gaussian_is_the_least_one_and_less_than_that_of_independent_pairs():
    flow, _ = gaussian()
    g = torch.Generator().manual_seed(3)
    z, x0 = (torch.randn(5000, 2, generator=g, dtype=torch.float64) for _ in range(2))
    x0 = MEAN + STD * x0
    shift = MEAN.square().sum().item()
    least, free = shift + 2 * (1 - STD) ** 2, shift + 2 * (1 + STD**2)
    ends = simulate(flow, z, steps=64)
    assert transport_cost(ends, z).item() == pytest.approx(least, abs=0.1)
    assert transport_cost(x0, z).item() == pytest.approx(free, abs=0.25)
    assert free - least == pytest.approx(4 * STD)  # what independent pairs pay in vain


def test_straight_lines_have_no_curvature_and_bends_and_waits_do():
    start, end = torch.zeros(1, 3, 2), torch.ones(1, 3, 2)
    share = torch.linspace(0, 1, 11)[:, None, None]
    assert curvature(start + share * (end - start)).abs().max() < 1e-10
    assert curvature(torch.stack([start, end])).abs().max() == 0  # one step is straight
    late = start + share**2 * (end - start)  # on the line, but not at constant speed
    assert curvature(late)[0].item() == pytest.approx(2 * (1 - 0.01) / 3, rel=1e-4)
    quarter = 0.5 * math.pi * share[:, :, 0]
    arc = torch.stack([quarter.cos(), quarter.sin()], 2)
    assert curvature(arc)[0].item() == pytest.approx(math.pi**2 / 4 - 2, rel=0.02)


def test_pairs_of_a_gaussian_are_learned_and_then_one_step_does():
    """On deterministic pairs x_0 = m + s eps the velocity is ((1 - s) x - m) / ((1 - t) s + t)."""
    flow, z = gaussian()
    g = torch.Generator().manual_seed(1)
    noise = torch.randn(4000, 2, generator=g, dtype=torch.float64)
    x0 = simulate(flow, noise)
    second = student()
    for _ in fit_pairs(second, x0, noise, steps=400, generator=g):
        pass
    t = torch.linspace(0.02, 0.98, 400, dtype=torch.float64)
    x = (1 - t[:, None]) * (MEAN + STD * z) + t[:, None] * z
    exact = ((1 - STD) * x - MEAN) / ((1 - t) * STD + t)[:, None]
    with torch.no_grad():
        gap = second.velocity(x.float(), t) - exact
    assert gap.square().mean().sqrt() < 0.05 < 0.5 < exact.square().mean().sqrt()
    path = simulate(second, z.float(), 32, path=True)
    before = curvature(simulate(flow, z, 32, path=True)).mean()
    assert curvature(path).mean() < 0.03 * before
    one = [sample(d, z.float(), [1.0, 0.0], euler_step) for d in (flow, second)]
    gaps = [(x - MEAN - STD * z).square().mean().sqrt().item() for x in one]
    assert gaps[0] == pytest.approx(STD, rel=0.1) and gaps[1] < 0.06


def test_a_coupling_that_is_straight_stays_whatever_it_costs():
    """Rotated noise: no two lines cross, so a flow keeps the pairs, though x_0 = eps is free."""
    g = torch.Generator().manual_seed(2)
    turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    eps = torch.randn(4000, 2, generator=g)
    x0 = eps @ turn.T
    flow = student(seed=1)
    for _ in fit_pairs(flow, x0, eps, steps=400, generator=g):
        pass
    z = torch.randn(400, 2, generator=g)
    path = simulate(flow, z, 32, path=True)
    assert (path[-1] - z @ turn.T).square().mean().sqrt() < 0.08
    assert transport_cost(path[-1], z).item() == pytest.approx(4, abs=0.4)
    assert curvature(path).mean() < 0.05


def test_training_is_repeatable_and_leaves_the_global_generator_alone():
    eps = torch.randn(300, 2, generator=torch.Generator().manual_seed(4))
    x0 = 0.5 * eps + 1
    weights = []
    for _ in range(2):
        flow = student()
        state = torch.get_rng_state()
        g = torch.Generator().manual_seed(5)
        losses = [step.loss for step in fit_pairs(flow, x0, eps, 20, 64, generator=g)]
        assert torch.equal(state, torch.get_rng_state())
        weights.append([p.detach().clone() for p in flow.network.parameters()])
    assert losses[-1] < 0.7 * losses[0]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


class Scaled(nn.Module):
    """Velocity w x, from w = 0 on."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(()))

    def forward(self, x, log_snr):
        return self.w * x


def test_the_loss_and_the_first_steps_of_pairs_by_hand():
    """eps - x_0 = (3, -4) everywhere: a velocity of 0 has the loss 25/2, whatever is drawn.

    Adam's first step is the learning rate itself, up or down: here a half of the peak, by the rise.
    """
    eps = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    flow, x0 = Denoiser(Scaled(), FlowMatching(), "velocity"), eps - torch.tensor([3.0, -4.0])
    first = next(fit_pairs(flow, x0, eps, 200, batch_size=5, lr=0.04))
    assert (first.step, first.loss) == (1, pytest.approx(12.5))
    assert flow.network.w.abs().item() == pytest.approx(0.02, rel=1e-3)
    assert [step.step for step in fit_pairs(flow, x0, eps, 4)] == [1, 2, 3, 4]


def test_pairs_are_fitted_by_the_optimiser_of_fit(monkeypatch):
    seen, adam = [], torch.optim.AdamW
    monkeypatch.setattr(torch.optim, "AdamW", lambda p, lr, **k: seen.append(k) or adam(p, lr, **k))
    x0, eps = torch.randn(2, 50, 2, generator=torch.Generator().manual_seed(0))
    list(fit_pairs(student(), x0, eps, 1))
    list(fit(student(), x0, 1))
    assert seen[0] == seen[1] and seen[0]["betas"] == (0.9, 0.95)


def test_what_cannot_be_done_is_refused():
    flow, z = gaussian()
    x0, eps = z.float() + 1, z.float()
    vp = ExactDenoiser(ring(8), VP())
    with pytest.raises(ValueError, match="ReclockedDenoiser"):
        simulate(vp, z)
    with pytest.raises(ValueError, match="ReclockedDenoiser"):
        fit_pairs(student(process=VP()), x0, eps, 5)
    with pytest.raises(ValueError, match="steps = 0"):
        simulate(flow, z, steps=0)
    with pytest.raises(ValueError, match="empty"):
        simulate(flow, z[:0])
    with pytest.raises(ValueError, match="x0 has shape"):
        fit_pairs(student(), x0[:-1], eps, 5)
    with pytest.raises(ValueError, match="the velocity, not the eps"):
        fit_pairs(student(predicts="eps"), x0, eps, 5)
    with pytest.raises(ValueError, match="must be >= 1"):
        fit_pairs(student(), x0, eps, 0)
    with pytest.raises(ValueError, match=r"must be a torch.nn.Module"):
        fit_pairs(Denoiser(lambda x, level: x, FlowMatching(), "velocity"), x0, eps, 5)
    with pytest.raises(ValueError, match="standard deviation"):
        fit_pairs(student(), 1000 * x0, eps, 5)
    with pytest.raises(ValueError, match="empty"):
        transport_cost(x0[:0], eps[:0])
    with pytest.raises(ValueError, match="x0 has shape"):
        transport_cost(x0, eps[:3])
    with pytest.raises(ValueError, match="two states or more"):
        curvature(z)
    with pytest.raises(RuntimeError, match="lower the learning rate"):
        for _ in fit_pairs(student(), x0, eps, 200, lr=1e12, generator=None):
            pass
