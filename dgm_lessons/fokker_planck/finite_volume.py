"""Finite volumes: what leaves one cell enters its neighbour, so that no mass is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import solve_banded
from torch import Tensor

from ..processes import Process
from .drifts import Drift, check_steps, checked
from .grid import Grid

Array = NDArray[np.float64]


def evolve(
    density: Tensor,
    grid: Grid,
    process: Process,
    times: Tensor | Sequence[float],
    drift: Drift | None = None,
    steps: int | None = None,
) -> Tensor:
    """The density at each of the times, `(len(times), *grid.shape)`, as means over the cells.

    Between neighbours flow the Scharfetter-Gummel fluxes (1969; Chang and Cooper 1970), second
    order in the width of a cell; time is stepped by Crank and Nicolson (1947), in the plane one
    direction after the other (Strang 1968). No flow leaves the grid: mass is kept to rounding.

    Args:
        density: of the first time, `grid.shape`; see `Grid.averages`.
        times: all increasing, or all decreasing with the drift of a reversed process.
        drift: (x, t) -> (B, dim) for x (B, dim); by default f(t) x.
        steps: between two times, of equal length; by default so many, and shorter where drift and
            noise are strong, that no cell falls below zero.

    Raises:
        ValueError: for a density that does not fit, times that turn, a drift that is NaN, infinite
            or of another shape.
    """
    ts, drift = checked(process, times, drift)
    p = grid.check(density).numpy()
    path = [p]
    for start, end in pairwise(ts):
        n = None if steps is None else check_steps(steps)
        ends = np.linspace(start, end, n + 1) if n else _enough(process, grid, start, end, drift)
        for a, b in pairwise(ends.tolist()):
            p = _step(p, grid, process, (a + b) / 2, b - a, drift)
        path.append(p)
    out = torch.from_numpy(np.stack(path))
    grid.warn_of_walls(out)
    return out


def exchange(drift: Array, diffusion: float, width: float) -> tuple[Array, Array]:
    """Rates at which mass goes up and down across each face, in units of 1 / time.

    With z = drift width / diffusion and B(z) = z / (e^z - 1) they are D/h^2 B(-z) and D/h^2 B(z):
    the flux of a steady flow with a drift that is constant between two centres (Scharfetter and
    Gummel 1969). Where there is no diffusion, the mass goes with the drift (upwind).
    """
    if diffusion == 0:
        return np.maximum(drift, 0) / width, np.maximum(-drift, 0) / width
    z = drift * width / diffusion
    down = diffusion / width**2 * _bernoulli(z)
    return down + drift / width, down  # B(-z) = B(z) + z


def _bernoulli(z: Array) -> Array:
    """z / (e^z - 1), and 1 at 0."""
    return np.divide(z, np.expm1(np.minimum(z, 700)), out=np.ones_like(z), where=z != 0)


def _step(p: Array, grid: Grid, process: Process, t: float, dt: float, drift: Drift) -> Array:
    """One step of length |dt| with the coefficients of the middle, t; backward where dt < 0."""
    diffusion = 0.5 * float(process.g2(t))
    sign = math.copysign(1.0, dt)
    parts = [(0, 1.0)] if grid.dim == 1 else [(0, 0.5), (1, 1.0), (0, 0.5)]
    for axis, share in parts:
        speed = sign * _at_faces(drift, grid, t, axis)
        up, down = exchange(speed, diffusion, grid.width)
        turned = np.moveaxis(p, axis, -1)
        p = np.moveaxis(crank_nicolson(turned, up, down, share * abs(dt)), -1, axis)
    return p


def _at_faces(drift: Drift, grid: Grid, t: float, axis: int) -> Array:
    """The drift across the inner faces of one direction; that direction comes last."""
    inner = grid.edges[1:-1]
    if grid.dim == 1:
        return drift(inner[:, None], t)[:, 0].numpy()
    other, along = torch.meshgrid(grid.centres, inner, indexing="ij")
    pair = (along, other) if axis == 0 else (other, along)
    values = drift(torch.stack(pair, -1).reshape(-1, 2), t)[:, axis]
    return values.reshape(other.shape).numpy()


def crank_nicolson(p: Array, up: Array, down: Array, dt: float) -> Array:
    """Half a step from what is, half from what will be, along the last axis.

    All rows are solved at once, as one tridiagonal system without a link between rows.
    """
    walls = [(0, 0)] * (p.ndim - 1) + [(1, 1)]  # nothing crosses them
    flow = np.pad(p[..., :-1] * up - p[..., 1:] * down, walls)
    up, down = np.pad(up, walls), np.pad(down, walls)
    bands = np.zeros((3, p.size))
    bands[0, 1:] = -dt / 2 * down[..., 1:].ravel()[:-1]
    bands[1] = 1 + dt / 2 * (up[..., 1:] + down[..., :-1]).ravel()
    bands[2, :-1] = -dt / 2 * up[..., :-1].ravel()[1:]
    right = p - dt / 2 * np.diff(flow)
    return solve_banded((1, 1), bands, right.ravel()).reshape(p.shape)


def _enough(process: Process, grid: Grid, start: float, end: float, drift: Drift) -> Array:
    """Ends of steps so short that half a step empties no cell, by what can leave one at most."""
    ts = torch.linspace(start, end, 257, dtype=torch.float64)
    seen = np.linspace(start, end, 33)
    speeds = [
        max(np.abs(_at_faces(drift, grid, t, k)).max() for k in range(grid.dim)) for t in seen
    ]
    forward = np.argsort(seen)
    speed = np.interp(ts.numpy(), seen[forward], np.array(speeds)[forward])
    rate = process.g2(ts).numpy() / grid.width**2 + speed / grid.width
    spent = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)]) * abs(end - start) / 256
    n = max(20, math.ceil(spent[-1] / 1.8))
    ends = np.interp(np.linspace(0, spent[-1], n + 1), spent, ts.numpy())
    ends[0], ends[-1] = start, end
    return ends
