"""Processes in the reader's browser equal the package's, and slips in them are told apart."""

from functools import partial

import pytest
import torch
from laws import PROCESSES
from reader import gap

from dgm_lessons.widgets import ScoreField
from dgm_lessons.widgets.base import process_state

pytestmark = pytest.mark.browser
TOLERANCE, TOLD_APART = 1e-10, 1e-3  # relative


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, ScoreField)


def curves(script, process, slip=None):
    names = {"alpha": "alpha", "sigma": "sigma", "f": "f", "g2": "g2", "logSnr": "log_snr"}
    names |= {"alphaDot": "alpha_dot", "sigmaDot": "sigma_dot"}
    times = torch.linspace(0.003, 0.99, 50).double() * process.T
    code = """
      const p = M.makeProcess(a.process);
      const rows = a.names.map((name) => a.times.map((t) => p[name](t)));
      return [...rows, a.times.map((t) => p.timeAt(p.logSnr(t)))];
    """
    arguments = {"process": process_state(process), "times": times.tolist(), "names": list(names)}
    found = script(code, arguments, slip)
    expected = [getattr(process, name)(times) for name in names.values()]
    return max(gap(f, e) for f, e in zip(found, [*expected, times], strict=True))


def transition(script, process, slip=None):
    t, s = 0.21 * process.T, 0.64 * process.T
    code = (
        "const { ratio, std } = M.makeProcess(a.process).transition(a.t, a.s); return [ratio, std];"
    )
    found = script(code, {"process": process_state(process), "t": t, "s": s}, slip)
    return gap(found, torch.stack(process.transition(t, s)))


def times(script, process):
    levels = torch.linspace(-4, 6, 9).double()
    code = "return [...M.timesBetween(M.makeProcess(a), -4, 6, 8)];"
    expected = process.t_from_log_snr(levels).clamp(max=process.T)
    return gap(script(code, process_state(process)), expected)


@pytest.mark.parametrize("name", PROCESSES)
def test_curves(script, name):
    assert curves(script, PROCESSES[name]) < TOLERANCE
    assert transition(script, PROCESSES[name]) < TOLERANCE
    assert times(script, PROCESSES[name]) < TOLERANCE


def test_the_cosine_ends_exactly_in_noise(script):
    code = "const p = M.makeProcess({ kind: 'CosineVP', T: 1 }); return [p.alpha(1), p.sigma(1)];"
    assert script(code, {}) == [0, 1]


VP_ = PROCESSES["VP"]
SLIPS = {
    "forward noise without its root": (
        ("Math.sqrt(variance(s) * -Math.expm1(shrink))", "variance(s) * -Math.expm1(shrink)"),
        lambda *a: transition(a[0], VP_, a[1]),
    ),
    "sign in g2": (
        ("varianceDot(t) - 2 * f(t)", "varianceDot(t) + 2 * f(t)"),
        lambda *a: curves(a[0], VP_, a[1]),
    ),
    "alpha on the wrong side in f": (
        ("alphaDot(t) / alpha(t)", "alphaDot(t) * alpha(t)"),
        lambda *a: curves(a[0], VP_, a[1]),
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_apart(script, name):
    slip, compare = SLIPS[name]
    assert compare(script, slip) > TOLD_APART
