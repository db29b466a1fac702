"""How many steps finite volumes take, of which lengths; and the rates at the end of a step."""

import math

import numpy as np
import pytest
import torch
from pytest import approx

from dgm_lessons.fokker_planck import Grid, evolve, finite_volume
from dgm_lessons.fokker_planck.finite_volume import exchange
from dgm_lessons.mixtures import gm1
from dgm_lessons.processes import VP

OU = VP(1.0, 1.0)  # g = 1


@pytest.fixture
def lengths(monkeypatch):
    """Of the steps that are taken."""
    seen, step = [], finite_volume._step
    monkeypatch.setattr(finite_volume, "_step", lambda *a: seen.append(a[4]) or step(*a))
    return seen


def test_as_many_steps_are_taken_as_are_asked_for(lengths):
    grid = Grid(-6, 6, 64)
    evolve(grid.averages(gm1().log_prob), grid, OU, [0.2, 0.9], steps=7)
    assert lengths == approx([0.1] * 7)


@pytest.mark.parametrize(
    "speed, cells, wanted",
    [
        *((speed, 100, 30.05) for speed in ((3.0,), (-3.0,), (3.0, 0.0), (0.5, -3.0))),
        *(((-3.0,), 100, 29.95), ((3.0,), 1000, 599.5)),
    ],
)
def test_steps_are_even_and_as_short_as_the_fastest_direction_asks(speed, cells, wanted, lengths):
    """In a unit of time g^2 / width^2 + speed / width leaves a cell; in a step 1.8 at most."""
    grid, steps = Grid(-6, 6, cells, dim=len(speed)), math.ceil(wanted)
    start = torch.zeros(grid.shape, dtype=torch.float64)
    start[(cells // 2,) * grid.dim] = 1.0
    length = 1.8 / (1 / grid.width**2 + 3.0 / grid.width)
    times = []

    def drift(x, t):
        times.append(t)
        return torch.tensor(speed, dtype=x.dtype).expand_as(x)

    evolve(start, grid, OU, [0.01, 0.01 + wanted * length], drift)
    assert lengths == approx([wanted * length / steps] * steps)
    faces = {1: 1, 2: 3}[grid.dim]  # in a step; before the first, 33 times are looked at
    assert len(times) - faces * steps == 33 * grid.dim


def test_the_rates_meet_where_there_is_no_drift():
    """Drifts from 1e-20 to 1e-3 of the diffusion's scale: D/h^2 up to half the drift / h."""
    drift = np.array([0.0, 1e-20, 1e-9, 1e-8, 1e-6, -1e-6, 1e-3])
    up, down = exchange(drift, 0.4, 0.5)
    assert (up + down) / 2 == approx(np.full(7, 1.6), rel=1e-6)
    assert up - 1.6 == approx(drift, rel=2e-3, abs=1e-15)
    assert 1.6 - down == approx(drift, rel=2e-3, abs=1e-15)
