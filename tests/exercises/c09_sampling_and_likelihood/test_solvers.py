"""Exercises of the page `solvers`: each right answer once more, by another way."""

import pytest
import sympy
import torch

from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.exercises.c09_sampling_and_likelihood.solvers import EXERCISES
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import VP, time_grid
from dgm_lessons.samplers import (
    DPMSolver2M,
    PredictorCorrector,
    annealed_langevin,
    ddim_step,
    euler_maruyama_step,
    heun_step,
    sample,
)


class Counted(AbstractDenoiser):
    def __init__(self):
        self.denoiser, self.process, self.calls = ExactDenoiser(ring(8), VP()), VP(), 0

    def x0_eps(self, x, t):
        self.calls += 1
        return self.denoiser.x0_eps(x, t)


def counted(work):
    """How often the package's own sampler calls."""
    denoiser, g = Counted(), torch.Generator().manual_seed(0)
    work(denoiser, torch.zeros(2, 2, dtype=torch.float64), g)
    return denoiser.calls


@pytest.mark.parametrize("n", [3, 7])
def test_calls_as_the_samplers_make_them(n):
    grid = time_grid(VP(), n)

    def steps(step):
        return lambda d, x, g: sample(d, x, grid, step, generator=g)

    def last_guess(d, x, g):
        return d(sample(d, x, grid, euler_maruyama_step, generator=g), grid[-1])

    ways = [
        steps(ddim_step),
        steps(heun_step),
        last_guess,
        steps(PredictorCorrector(corrections=2)),
        steps(DPMSolver2M()),
        lambda d, x, g: annealed_langevin(d, x, grid[:-1], 5, generator=g),
    ]
    assert EXERCISES["c-9-09"].solution(n) == [counted(way) for way in ways]


def test_orders_by_sympy():
    b = sympy.symbols("b", positive=True)
    rest = [sympy.exp(b / 2) - step for step in (1 + b / 2, 1 / sympy.sqrt(1 - b))]
    found = [sympy.series(part, b, 0, 3).removeO().coeff(b, 2) for part in rest]
    assert [float(f) for f in found] == EXERCISES["c-9-07"].solution(("Euler-Maruyama", "DDPM"))


def test_the_factor_of_ddim_by_the_package():
    process = VP()
    for std, s, t in ((1.4, 0.7, 0.3), (0.3, 0.4, 0.1)):
        law = GaussianMixture([1.0], [[0.0]], std**2)
        x = torch.tensor([[1.7]], dtype=torch.float64)
        levels = [float(v) for at in (s, t) for v in process.levels(at)]
        found = ddim_step(ExactDenoiser(law, process), x, s, t).item() / 1.7
        assert EXERCISES["c-9-08"].solution(std, *levels) == pytest.approx(found, rel=1e-9)
