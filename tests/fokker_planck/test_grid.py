"""The grid by polynomials, and its walls: from how much mass on, on which sides, they are felt."""

import warnings
from contextlib import nullcontext

import pytest
import torch
from pytest import approx

from dgm_lessons.fokker_planck import Grid, evolve, evolve_spectral
from dgm_lessons.processes import VP

OU = VP(1.0, 1.0)


def test_averages_are_exact_for_polynomials_of_degree_seven():
    """x^7 and, in the plane, x^7 y^6, whose integrals over a cell are known."""
    grid = Grid(1.0, 3.0, 5)
    mean = lambda n: (grid.edges ** (n + 1)).diff() / (n + 1) / grid.width  # noqa: E731
    assert grid.averages(lambda x: 7 * x[:, 0].log()) == approx(mean(7), rel=1e-12)
    found = Grid(1.0, 3.0, 5, dim=2).averages(lambda x: 7 * x[:, 0].log() + 6 * x[:, 1].log())
    assert found == approx(mean(7)[:, None] * mean(6), rel=1e-12)


SQUARE = Grid(0.0, 3.0, 6, dim=2)  # of cells of area a quarter
LINE = Grid(0.0, 3.0, 6)
LEAST = 1e-6  # of mass at the walls, to be felt


@pytest.mark.parametrize(
    "grid, cells, felt",
    [
        *((SQUARE, {(1, *cell): 1.05}, True) for cell in ((0, 2), (5, 2), (3, 0), (3, 5))),
        *((SQUARE, {(0, *cell): 0.95}, False) for cell in ((0, 2), (5, 2), (3, 0), (3, 5))),
        *((SQUARE, {(1, *cell): 9.0}, False) for cell in ((1, 2), (4, 2), (3, 1), (3, 4))),
        (SQUARE, {(1, 0, 2): 0.6, (1, 0, 4): 0.6}, True),
        *((LINE, {(1, cell): 1.05}, True) for cell in (0, 5)),
        *((LINE, {(1, cell): 9.0}, False) for cell in (1, 4)),
        (LINE, {(1, 0): 0.6, (1, 5): 0.6}, True),  # both ends are one rim
        (LINE, {(0, 0): 0.6, (1, 0): 0.6}, False),  # what stands there at another time is no more
    ],
)
def test_walls_are_felt_from_a_millionth_of_mass_on(grid, cells, felt):
    path = torch.zeros(2, *grid.shape, dtype=torch.float64)
    for cell, mass in cells.items():
        path[cell] = LEAST * mass / grid.width**grid.dim
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="at the walls") if felt else nullcontext():
            grid.warn_of_walls(path)


@pytest.mark.parametrize("solver", [evolve, evolve_spectral])
def test_the_warning_points_at_who_called(solver):
    """And a density may be 0 in some cells."""
    with pytest.warns(UserWarning, match="at the walls") as caught:
        solver(torch.tensor([1.0, 0.0, 0.0, 1.0]), Grid(-3.0, 3.0, 4), OU, [0.0, 0.1], steps=1)
    assert caught[0].filename == __file__
