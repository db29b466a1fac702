"""Times that a sampler may visit."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from .._inputs import as_time, check_time
from ..processes import Process

Time = float | Tensor  # of shape () or (B,)


def check_interval(process: Process, s: Time, t: Time) -> None:
    """`ValueError` unless both times lie within the process's [0, T]."""
    check_time(s, 0.0, process.T, "s")
    check_time(t, 0.0, process.T)


def single(process: Process, t: Time, name: str) -> float:
    """A time as a number; `ValueError` unless it is one, within the process's [0, T]."""
    time = as_time(t, 0.0, process.T, name)
    if time.dim():
        raise ValueError(f"{name} has shape {tuple(time.shape)}; one time for all rows is needed")
    return float(time)


def decreasing(process: Process, times: Tensor | list[float], at_least: int) -> list[float]:
    """The times as floats; `ValueError` unless a strictly decreasing row within [0, T]."""
    row = torch.as_tensor(times, dtype=torch.float64)
    if row.dim() != 1:
        raise ValueError(f"times must have shape (n,), not {tuple(row.shape)}")
    grid = [float(t) for t in as_time(row, 0.0, process.T, "times")]
    if len(grid) < at_least or any(t >= s for s, t in pairwise(grid)):
        few = {1: "one", 2: "two"}[at_least]
        raise ValueError(f"times must be at least {few}, strictly decreasing, not {grid[:5]}")
    return grid
