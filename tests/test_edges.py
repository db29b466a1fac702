"""The last input that is allowed, and the first that is not, of what the package checks."""

import math

import pytest
import torch

from dgm_lessons import metrics
from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.energy import EnergyModel, contrastive_divergence
from dgm_lessons.flow_maps import TwoTimeMLP, two_times
from dgm_lessons.fokker_planck import Grid
from dgm_lessons.guidance import GuidedDenoiser
from dgm_lessons.likelihood import bits_per_dim
from dgm_lessons.mixtures import grid, ring, two_moons_like
from dgm_lessons.networks import EMA, MLP, DigitVAE, UNet
from dgm_lessons.processes import EDM, VE, VP, FlowMatching, karras, time_grid
from dgm_lessons.rectification import simulate
from dgm_lessons.samplers import (
    PredictorCorrector,
    annealed_langevin,
    euler_maruyama_step,
    integrate,
    train_few_steps,
)
from dgm_lessons.samplers.few_steps import check_reach
from dgm_lessons.training import check_learnable, check_unit_scale, fit

LAW = ring(3)
EXACT = ExactDenoiser(LAW, VP())
FLOW = ExactDenoiser(LAW, FlowMatching())
PAIR = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
FLAT = EnergyModel(lambda x: 0 * x.sum(1))
TWICE = PAIR.repeat(2, 1)


def trained(samples=2, steps=1, batch_size=1):
    network = MLP(dim=2, width=1, depth=1)
    data = torch.ones(samples, 2) * torch.tensor([1.0, -1.0]).repeat(samples)[:samples, None]
    list(fit(Denoiser(network, VP()), data, steps, batch_size))


EDGES = [  # a function of one number or pair, those it takes, those it refuses
    (lambda n: ring(n), [1], [0]),
    (lambda n: grid(n), [1, 4], [0, 2]),
    (lambda n: two_moons_like(n), [2], [1]),
    (lambda n: LAW.sample(n), [0], [-1]),
    (lambda b: VP(*b), [(1.0, 1.0)], [(1.0, 0.99)]),
    (lambda s: VE(*s), [(1.0, 1.01)], [(1.0, 1.0)]),
    (lambda n: VP().sample_prior((n, 2)), [0], [-1]),
    (lambda n: time_grid(VP(), n, karras(7.0)), [1], [0]),
    (lambda t: time_grid(VP(), 3, t_min=t[0], t_max=t[1]), [(0.1, 1.0)], [(0.1, 1.01)]),
    (lambda t: time_grid(VP(), 3, t_min=t[0], t_max=t[1]), [(0.1, 0.11)], [(0.1, 0.1), (0, 1)]),
    (lambda s: VP().transition(0.5, s), [0.5, 0.6], [0.4]),
    (lambda n: MLP(dim=n), [1], [0]),
    (lambda n: MLP(dim=2, width=n), [1], [0]),
    (lambda n: MLP(dim=2, depth=n), [1], [0]),
    (lambda n: TwoTimeMLP(n, FlowMatching()), [1], [0]),
    (lambda n: TwoTimeMLP(2, FlowMatching(), width=n), [1], [0]),
    (lambda n: TwoTimeMLP(2, FlowMatching(), depth=n), [1], [0]),
    (lambda n: DigitVAE(n, (2,)), [1], [0]),
    (lambda n: DigitVAE(1, (2, n)), [1], [0]),
    (lambda n: UNet(size=n), [4, 8], [0, 6]),
    (lambda share: EMA(MLP(dim=2), share), [1, 0.01], [0, 1.01]),
    (lambda n: Grid(0, 1, n), [4], [3]),
    (lambda w: GuidedDenoiser(EXACT, EXACT, w), [0], [-0.01, math.inf]),
    (lambda n: bits_per_dim(torch.zeros(2), n), [1], [0]),
    (lambda n: contrastive_divergence(FLAT, PAIR, n_steps=n), [1], [0]),
    (lambda n: annealed_langevin(EXACT, PAIR, [0.5, 0.1], n), [1], [0]),
    (lambda share: euler_maruyama_step(EXACT, PAIR, 0.5, 0.4, share=share), [0], [-0.01]),
    (lambda n: PredictorCorrector(corrections=n), [0], [-1]),
    (lambda r: PredictorCorrector(step_ratio=r), [1.99], [2]),
    (lambda n: simulate(FLOW, PAIR, n), [1], [0]),
    (lambda n: list(train_few_steps(EXACT, PAIR, n, 1)), [1], [0]),
    (lambda n: list(train_few_steps(EXACT, PAIR, 1, n)), [1], [0]),
    (lambda n: list(train_few_steps(EXACT, n * PAIR, 1, 1)), [0.51, 1.99], [0.5, 2]),
    (lambda n: trained(steps=n), [1], [0]),
    (lambda n: trained(batch_size=n), [1], [0]),
    (lambda n: metrics.sliced_wasserstein(PAIR, PAIR, n), [1], [0]),
    (lambda n: metrics.energy_distance(PAIR[:n], TWICE), [2], [1]),
    (lambda n: metrics.energy_distance(TWICE, PAIR[:n]), [2], [1]),
    (lambda n: metrics.frechet_distance(PAIR[:n], TWICE), [2], [1]),
    (lambda n: metrics.frechet_distance(TWICE, PAIR[:n]), [2], [1]),
    (lambda std: check_unit_scale(std * PAIR.double()), [0.1, 20.0], [0.0999, 20.01]),
    (lambda mean: check_unit_scale(mean + PAIR), [5.0, -5.0], [5.01]),
    (lambda t: check_learnable(Denoiser(MLP(dim=2), EDM(t_min=t), "score")), [0.1], [0.0999]),
    (lambda u: integrate(lambda t, x: 0 * x, PAIR, 0.0, 1.0, u, u), [2**-23], [2**-24]),
    (lambda level: check_reach(EDM(T=1.0), level), [1 + 1e-6], [1 + 1.05e-6]),
    (lambda T: EDM(T, 3.0), [3.01], [3.0]),
    (lambda k: metrics.spread_within(TWICE, TWICE, torch.arange(4) // k), [2, 4], [1, 3]),
    (lambda n: metrics.precision_recall(TWICE, TWICE, n), [1, 3], [0, 4]),
    (lambda share: two_times(VP(), 8, even=share), [0, 1], [-0.01, 1.01]),
    (lambda share: two_times(VP(), 8, prior=share), [0, 1], [-0.01, 1.01]),
]


@pytest.mark.parametrize("function, taken, refused", EDGES)
def test_the_last_that_is_allowed_and_the_first_that_is_not(function, taken, refused):
    for value in taken:
        function(value)
    for value in refused:
        with pytest.raises(ValueError):
            function(value)
