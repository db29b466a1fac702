"""The divergence of a denoiser's v: exact, or by random probes drawn once for a whole path."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..calculus import (
    gaussian,
    rademacher,
    value_and_hutch_plus_plus,
    value_and_probed_divergence,
)
from ..denoisers import AbstractDenoiser

TRACES = ("exact", "hutchinson", "gaussian", "hutch++")


def with_divergence(
    denoiser: AbstractDenoiser,
    x0: Tensor,
    trace: str,
    n_probes: int,
    generator: torch.Generator | None,
) -> Callable[[Tensor, float], tuple[Tensor, Tensor]]:
    """The function (x_t, t) -> (v, its divergence), the latter in the way that `trace` names.

    Probes are drawn here, once: so the divergence is a smooth function of the time.
    """
    if trace not in TRACES:
        raise ValueError(f"trace must be one of {', '.join(TRACES)}, not {trace!r}")
    if n_probes < 1:
        raise ValueError(f"n_probes must be at least 1, not {n_probes}")
    if trace == "exact":
        return denoiser.v_and_divergence
    if trace == "hutch++":
        sketch, probes = _thirds(x0, n_probes, generator)
        return lambda x, t: value_and_hutch_plus_plus(lambda y: denoiser.v(y, t), x, sketch, probes)
    draw = gaussian if trace == "gaussian" else rademacher
    probes = draw((n_probes, *x0.shape), generator, x0)
    return lambda x, t: value_and_probed_divergence(lambda y: denoiser.v(y, t), x, probes)


def _thirds(x0: Tensor, n_probes: int, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
    """The sketch and the probes of the rest: with the trace on the sketch, n_probes passes.

    The sketch is normal: of signs two may be one, and what they span then jumps on the path.
    """
    (third, left), dims = divmod(n_probes, 3), x0.shape[1:].numel()
    if left or third > dims:
        raise ValueError(
            f'trace "hutch++" needs n_probes = 3, 6, ... to {3 * dims}, a third each '
            f"for the sketch, its trace and the rest, not {n_probes}"
        )
    shape = (third, *x0.shape)
    return gaussian(shape, generator, x0), rademacher(shape, generator, x0)
