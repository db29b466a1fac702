"""What a flow map is, and how it is followed in a few calls."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from .._inputs import as_time, check_batch, check_same_shape
from ..processes import Process

LEVELS: dict[int, tuple[float, ...]] = {1: (), 2: (0.5,), 4: (1.2, 0.5, 0.22)}


class FlowMap(Protocol):
    """A function (x, s, t) -> x_t: where the PF-ODE that passes x at time s is at time t.

    x has shape (B, *D), s and t are floats or tensors of shape () or (B,), either way round. At
    s = t it is the identity, and two maps in a row are one, `eq-maps-composition`.
    """

    process: Process

    def __call__(self, x: Tensor, s: float | Tensor, t: float | Tensor) -> Tensor: ...


@torch.no_grad()
def follow(flow_map: FlowMap, x: Tensor, times: Tensor | list[float], path: bool = False) -> Tensor:
    """Carry x (B, *D) from times[0] to times[-1], one call for each pair of neighbours.

    Returns the last x, or with `path=True` all of them, shape (len(times), B, *D). `ValueError` for
    fewer than two times, or one outside the process's [0, T].
    """
    check_batch(x)
    grid = [float(t) for t in as_time(torch.as_tensor(times), 0.0, flow_map.process.T, "times")]
    if len(grid) < 2:
        raise ValueError(f"times are {grid}; give at least two, such as call_times(process, 1)")
    xs = [x]
    for s, t in pairwise(grid):
        xs.append(flow_map(xs[-1], s, t))
    return torch.stack(xs) if path else xs[-1]


def call_times(process: Process, calls: int) -> list[float]:
    """Times from the prior at T to the data at 0 for 1, 2 or 4 calls.

    Between them sigma/alpha is 0.5; or 1.2, 0.5 and 0.22, for data of unit scale.
    """
    if calls not in LEVELS:
        raise ValueError(f"calls is {calls}; there are times for {', '.join(map(str, LEVELS))}")
    between = [float(process.t_from_log_snr(-2 * torch.tensor(x).log())) for x in LEVELS[calls]]
    return [process.T, *between, 0.0]


def both_times(
    process: Process, x: Tensor, s: float | Tensor, t: float | Tensor
) -> tuple[Tensor, Tensor]:
    """The times s and t of a batch x (B, *D), checked, each (B,) in the dtype of x."""
    check_batch(x)
    times = []
    for value, name in ((s, "s"), (t, "t")):
        time = as_time(value, 0.0, process.T, name).to(x)
        times.append(time.expand(len(x)) if time.dim() == 0 else time)
        check_same_shape(times[-1], x.flatten(1)[:, 0], (name, "the batch"))
    return times[0], times[1]
