"""Divergences of laws on a grid."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_same_shape
from .laws import Law, OnGrid, check_mass, of_density, on_grid


def kl(p: Law, q: Law, x: Tensor) -> Tensor:
    """Kullback-Leibler divergence of q from p in nats, the integral of p log(p / q).

    Infinite, with a warning, where q is zero and p is not. See {eq}`eq-forward-kl`.

    Args:
        p, q: densities at the points of the grid, `(n,)` each, or functions that take points
            `(n, 1)` to log-densities `(n,)`: `kl(one.log_prob, other.log_prob, x)`.
        x: the grid, `(n,)`, increasing.

    Raises:
        ValueError: for shapes that differ, NaN, a negative density, or one that does not
            integrate to one over `x` (within `TOLERANCE`).

    Source: Kullback and Leibler, On information and sufficiency (1951).
    """
    one, other, wide = _normalised(p, q, x)
    alone = other.log.isneginf() & one.support
    if bool(alone.any()):
        warnings.warn(
            f"q is 0 at {int(alone.sum())} points where p is not, so KL is infinite; where q has "
            "underflown, give functions of the log-density in place of densities",
            stacklevel=2,
        )
        return torch.full_like(x[0], math.inf)
    return _kl(one, other, wide).to(x.dtype)


def f_divergence(f: Callable[[Tensor], Tensor], p: Law, q: Law, x: Tensor) -> Tensor:
    """The integral of q f(p / q) for a convex f with f(1) = 0. See {eq}`eq-f-divergence`.

    Args:
        f: takes ratios `(n,)`, zero included, to values `(n,)`; for u log u write
            `torch.xlogy(u, u)`, which is 0 at 0.
        p, q: laws as for `kl`; q above zero wherever p is.
        x: the grid, `(n,)`, increasing.

    Source: Csiszar, Information-type measures of difference (1967).
    """
    one, other, wide = _normalised(p, q, x)
    at_one = float(f(wide.new_ones(1)))
    if not abs(at_one) < 1e-6:
        raise ValueError(f"f(1) is {at_one:g}; it must be 0, or equal laws would be apart")
    seen = ~other.log.isneginf()
    if bool(one.support[~seen].any()):
        raise ValueError("q is 0 where p is not, so p / q does not exist; use kl, js or another")
    log_q = torch.where(seen, other.log, 0.0)
    both = seen & ~one.log.isneginf()
    ratio = torch.where(both, (torch.where(both, one.log, 0.0) - log_q).exp(), 0.0)
    if bool(ratio.isinf().any()):
        raise ValueError("p / q is too large for floating point; take a narrower grid")
    value = f(ratio)
    check_same_shape(value, ratio, ("f(u)", "u"))
    if bool(value[seen].isnan().any()):
        raise ValueError("f(u) is NaN for some u >= 0; for u log u write torch.xlogy(u, u)")
    half = (log_q / 2).exp()  # q in two halves: the whole may underflow where f(u) is large
    return torch.trapezoid(torch.where(seen, half * (half * value), 0.0), wide).to(x.dtype)


def js(p: Law, q: Law, x: Tensor) -> Tensor:
    """Jensen-Shannon divergence in nats, at most log 2: the mean KL to the law half way between.

    Arguments and errors as for `kl`. See {eq}`eq-js`. Source: Lin (1991).
    """
    one, other, wide = _normalised(p, q, x)
    middle = of_density((one.density + other.density) / 2)
    return ((_kl(one, middle, wide) + _kl(other, middle, wide)) / 2).to(x.dtype)


def total_variation(p: Law, q: Law, x: Tensor) -> Tensor:
    """Half the integral of |p - q|: the largest gap between the probabilities of one event.

    Arguments and errors as for `kl`. See {eq}`eq-tv`.
    """
    one, other, wide = _normalised(p, q, x)
    return (torch.trapezoid((one.density - other.density).abs(), wide) / 2).to(x.dtype)


def fisher(p: Law, q: Law, x: Tensor) -> Tensor:
    """Mean squared gap of the scores under p; q need not be normalised. See {eq}`eq-fisher`.

    The scores are differences of the log-densities inside the support of p, central ones and, at
    its edges, one-sided ones; points where p is zero do not count. The error falls with the square
    of the spacing. Where p jumps to zero put a point on the edge, with the density that p has
    inside: else the edge is known to one cell, and the error falls with the spacing alone.

    Args:
        p: a law as for `kl`. q: one up to a factor, above zero wherever p is.
        x: the grid, `(n,)`, increasing, with at least 3 points in each stretch where p is not 0.
    """
    one, other, wide = on_grid(p, q, x)
    check_mass(one, wide, "p")
    if bool(other.log.isneginf()[one.support].any()):
        raise ValueError(
            "q is 0 where p is not: it has no score there; take a narrower grid, or where q has "
            "underflown functions of the log-density in place of densities"
        )
    parts = [_gap_and_mass(one, other, wide, run) for run in _runs(one.support)]
    gap, mass = (torch.stack(part).sum() for part in zip(*parts, strict=True))
    return (gap / mass).to(x.dtype)


def wasserstein_1(p: Law, q: Law, x: Tensor) -> Tensor:
    """Least mean distance that mass must travel from p to q, in units of x.

    On the line it is the area between the distribution functions, {eq}`eq-w1-line`.
    Arguments and errors as for `kl`.
    """
    one, other, wide = _normalised(p, q, x)
    gap = torch.cumulative_trapezoid(one.density - other.density, wide)
    return torch.trapezoid(torch.cat([gap.new_zeros(1), gap]).abs(), wide).to(x.dtype)


def _normalised(p: Law, q: Law, x: Tensor) -> tuple[OnGrid, OnGrid, Tensor]:
    one, other, wide = on_grid(p, q, x)
    check_mass(one, wide, "p")
    check_mass(other, wide, "q")
    return one, other, wide


def _kl(p: OnGrid, q: OnGrid, x: Tensor) -> Tensor:
    both = ~(p.log.isneginf() | q.log.isneginf())  # the rest adds nothing, its slope would be NaN
    gap = torch.where(both, p.log, 0.0) - torch.where(both, q.log, 0.0)
    return torch.trapezoid(p.density * gap, x)


def _runs(support: Tensor) -> list[slice]:
    """The stretches of neighbouring points at which `support` (n,) is true."""
    edges = torch.nn.functional.pad(support.int(), (1, 1)).diff()
    starts, stops = ((edges == sign).nonzero()[:, 0].tolist() for sign in (1, -1))
    return [slice(*ends) for ends in zip(starts, stops, strict=True)]


def _gap_and_mass(p: OnGrid, q: OnGrid, x: Tensor, run: slice) -> tuple[Tensor, Tensor]:
    """The integrals of p times the squared gap of the scores, and of p, over one stretch."""
    density, points = p.density[run], x[run]
    if len(points) < 3:
        raise ValueError(
            f"p is above 0 at only {len(points)} neighbouring points, around x = "
            f"{points[0].item():g}; a second-order slope needs 3 or more: take a finer grid"
        )
    (slope,) = torch.gradient(p.log[run] - q.log[run], spacing=(points,), edge_order=2)
    return torch.trapezoid(density * slope.square(), points), torch.trapezoid(density, points)
