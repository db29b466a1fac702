"""A sampler: one step after another, down a row of times."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from .._inputs import check_batch
from ..denoisers import AbstractDenoiser, process_of
from .stochastic import ancestral_step
from .times import decreasing


@torch.no_grad()
def sample(
    denoiser: AbstractDenoiser,
    x: Tensor,
    times: Tensor | list[float],
    step: Callable[..., Tensor] = ancestral_step,
    path: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Carry x (B, *D) from times[0] to times[-1], one `step` for each pair of neighbours.

    Returns the last x, or with `path=True` all of them, shape (len(times), B, *D).
    """
    check_batch(x)
    grid = decreasing(process_of(denoiser), times, at_least=2)
    xs = [x]
    for s, t in pairwise(grid):
        x = step(denoiser, x, s, t, generator)
        if path:
            xs.append(x)
    return torch.stack(xs) if path else x
