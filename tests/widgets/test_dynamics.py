"""Steps of SDEs, flows and Langevin dynamics in the reader's browser equal the package's."""

from functools import partial

import pytest
import torch
from laws import MIXTURES, PROCESSES
from reader import gap

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.samplers import euler_maruyama_step, heun_step, langevin_step
from dgm_lessons.widgets import ScoreField
from dgm_lessons.widgets.base import mixture_state, process_state

pytestmark = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-10, 1e-3  # relative


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, ScoreField)


def one_step(script, mixture, process, code, expected, slip=None):
    """One step from s to t; `expected` is the package's, with the same noise."""
    s, t = 0.42 * process.T, 0.40 * process.T
    alpha, sigma = process.alpha(s), process.sigma(s)
    generator = torch.Generator().manual_seed(2)
    x = mixture.diffuse(alpha, sigma).sample(50, generator, torch.float64)
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(3), dtype=x.dtype)
    setup = """
      const p = M.makeProcess(a.process), m = a.mixture;
      const law = M.diffuse(m, p.alpha(a.s), p.sigma(a.s));
      const x = Float64Array.from(a.x), z = Float64Array.from(a.noise);
      const work = M.workspace(x.length);
    """
    arguments = {"process": process_state(process), "mixture": mixture_state(mixture, mixture.dim)}
    arguments |= {"x": x.flatten().tolist(), "noise": noise.flatten().tolist(), "s": s, "t": t}
    found = script(f"{setup} {code}; return [...x];", arguments, slip)
    after = expected(ExactDenoiser(mixture, process), x, s, t, torch.Generator().manual_seed(3))
    found = torch.tensor(found, dtype=torch.float64).reshape(x.shape)
    return gap(found - x, after - x)


def heun(script, mixture, process, slip=None):
    code = "M.heunStep(m, p, x, a.s, a.t, work)"
    return one_step(script, mixture, process, code, heun_step, slip)


def reverse_sde(script, mixture, process, slip=None):
    code = "M.reverseSdeStep(m, p, x, a.s, a.t, z, work)"
    return one_step(script, mixture, process, code, euler_maruyama_step, slip)


def langevin(script, mixture, process, slip=None):
    code = "M.langevinStep(law, x, 0.03, z, work)"

    def expected(denoiser, x, s, t, generator):
        return langevin_step(lambda y: denoiser.score(y, s), x, 0.03, generator)

    return one_step(script, mixture, process, code, expected, slip)


def forward(script, process, slip=None):
    t, s = 0.2 * process.T, 0.5 * process.T
    x, noise = torch.randn(2, 20, generator=torch.Generator().manual_seed(6)).double()
    code = """const p = M.makeProcess(a.process), x = Float64Array.from(a.x);
      M.forwardSdeStep(p, x, a.t, a.s, Float64Array.from(a.noise));
      return [...x];"""
    arguments = {"process": process_state(process), "t": t, "s": s, "x": x.tolist()}
    ratio, std = process.transition(t, s)
    found = script(code, {**arguments, "noise": noise.tolist()}, slip)
    return gap(found, ratio * x + std * noise)


@pytest.mark.parametrize("step", [heun, reverse_sde, langevin])
@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("mixture", MIXTURES)
def test_one_step(script, step, mixture, process):
    assert step(script, MIXTURES[mixture], PROCESSES[process]) < TOLERANCE


@pytest.mark.parametrize("name", PROCESSES)
def test_the_forward_step(script, name):
    assert forward(script, PROCESSES[name]) < TOLERANCE


VP_, RING = PROCESSES["VP"], MIXTURES["ring"]
SLIPS = {
    "no half in the PF-ODE": (
        ("let half = 0.5 * process.g2(s)", "let half = process.g2(s)"),
        lambda *a: heun(a[0], RING, VP_, a[1]),
    ),
    "one g too many in the noise": (
        ("Math.sqrt(g2 * (s - t))", "Math.sqrt(g2) * (s - t)"),
        lambda *a: reverse_sde(a[0], RING, VP_, a[1]),
    ),
    "no 2 in Langevin's noise": (
        ("Math.sqrt(2 * h)", "Math.sqrt(h)"),
        lambda *a: langevin(a[0], RING, VP_, a[1]),
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_apart(script, name):
    slip, compare = SLIPS[name]
    assert compare(script, slip) > TOLD_APART
