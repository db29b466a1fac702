"""A spectral variant on the line: derivatives that are exact for what the grid can carry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from ..processes import Process
from .drifts import Drift, check_steps, checked
from .grid import Grid

GROWTH = 2.0  # of the integral of |p|, from which on steps are too long


def evolve_spectral(
    density: Tensor,
    grid: Grid,
    process: Process,
    times: Tensor | Sequence[float],
    drift: Drift | None = None,
    steps: int = 20,
) -> Tensor:
    """The density at each of the times, `(len(times), cells)`, as values at the cells' middles.

    The line is taken for a circle as long as the grid, on which Fourier's derivative is exact for
    what `cells` waves can carry (Trefethen 2000, chapter 3); the density must vanish at both
    ends. Time goes by Magnus' expansion to fourth order: one matrix exponential a step.

    Args:
        density: at the first time, `(cells,)`, at the middles: `Grid.values`.
        times, drift: as for `evolve`.
        steps: between two times; one is enough where drift and noise do not change in time.

    Raises:
        ValueError: for a grid in the plane, so few steps that the density explodes; as `evolve`.
    """
    if grid.dim != 1:
        raise ValueError("the spectral variant is for the line, dim = 1; in the plane use evolve")
    check_steps(steps)
    ts, drift = checked(process, times, drift)
    slope = derivative_matrix(grid)
    bend = slope @ slope
    points = grid.centres[:, None]
    path = [grid.check(density)]
    for start, end in pairwise(ts):
        h, p = (end - start) / steps, path[-1]
        sign = math.copysign(1.0, h)
        for k in range(steps):
            one, two = (
                0.5 * sign * process.g2(t) * bend - slope * drift(points, t)[:, 0]
                for t in (start + h * (k + 0.5 + c) for c in (-math.sqrt(3) / 6, math.sqrt(3) / 6))
            )
            change = h / 2 * (one + two) + math.sqrt(3) / 12 * h**2 * (two @ one - one @ two)
            p = torch.linalg.matrix_exp(change) @ p
        path.append(p)
    out = torch.stack(path)
    size = grid.mass(out.abs())
    if not bool((size <= GROWTH * size[0]).all()):
        raise ValueError(f"the density explodes: {steps} steps are too few here, or too many cells")
    grid.warn_of_walls(out)
    return out


def derivative_matrix(grid: Grid) -> Tensor:
    """The matrix, `(cells, cells)`, that takes values to those of the trigonometric derivative."""
    n = grid.cells
    steps = torch.arange(n, dtype=torch.float64)[:, None] - torch.arange(n)
    angle = torch.where(steps == 0, 1.0, steps * math.pi / n)
    wave = 1 / (torch.tan(angle) if n % 2 == 0 else torch.sin(angle))
    signs = 1 - 2 * (steps.abs() % 2)
    return torch.where(steps == 0, 0.0, signs * wave * math.pi / (grid.high - grid.low))
