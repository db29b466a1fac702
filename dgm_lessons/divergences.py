"""Divergences between laws on the line: from densities on a grid, or from samples.

A density is given by its values `(n,)` at the increasing points `x` `(n,)`; integrals follow the
trapezoid rule. Every function of densities can be differentiated, so that a model may be fitted
by descent on any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ._inputs import check_finite, check_not_empty, check_same_shape

TOLERANCE = 1e-3  # how far from one a density may integrate before it is refused


def kl(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """Kullback-Leibler divergence of q from p in nats, the integral of p log(p / q).

    Infinite where q is zero and p is not. See {eq}`eq-forward-kl`.

    Args:
        p, q: densities at the points of the grid, `(n,)` each.
        x: the grid, `(n,)`, increasing.

    Raises:
        ValueError: for shapes that differ, NaN, a negative density, or one that does not
            integrate to one over `x` (within `TOLERANCE`).

    Source: Kullback and Leibler, On information and sufficiency (1951).
    """
    _check_densities(p, q, x)
    return _kl(p, q, x)


def f_divergence(f: Callable[[Tensor], Tensor], p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """The integral of q f(p / q) for a convex f with f(1) = 0. See {eq}`eq-f-divergence`.

    Args:
        f: takes ratios `(n,)`, zero included, to values `(n,)`; for u log u write
            `torch.xlogy(u, u)`, which is 0 at 0.
        p, q: densities at the points of the grid, `(n,)`; q above zero wherever p is.
        x: the grid, `(n,)`, increasing.

    Source: Csiszar, Information-type measures of difference (1967).
    """
    _check_densities(p, q, x)
    at_one = float(f(torch.ones(1, dtype=p.dtype, device=p.device)))
    if not abs(at_one) < 1e-6:
        raise ValueError(f"f(1) is {at_one:g}; it must be 0, or equal laws would be apart")
    seen = q > 0
    if bool((p[~seen] > _tiny(p)).any()):
        raise ValueError("q is 0 where p is not, so p / q does not exist; use kl, js or another")
    ratio = torch.where(seen, p / q.where(seen, torch.ones_like(q)), torch.ones_like(p))
    value = f(ratio)
    check_same_shape(value, ratio, ("f(u)", "u"))
    if bool(value.isnan().any()):
        raise ValueError("f(u) is NaN for some u >= 0; for u log u write torch.xlogy(u, u)")
    return torch.trapezoid(torch.where(seen, q * value, torch.zeros_like(q)), x)


def js(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """Jensen-Shannon divergence in nats, at most log 2: the mean KL to the law half way between.

    Arguments and errors as for `kl`. See {eq}`eq-js`. Source: Lin (1991).
    """
    _check_densities(p, q, x)
    middle = (p + q) / 2
    return (_kl(p, middle, x) + _kl(q, middle, x)) / 2


def total_variation(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """Half the integral of |p - q|: the largest gap between the probabilities of one event.

    Arguments and errors as for `kl`. See {eq}`eq-tv`.
    """
    _check_densities(p, q, x)
    return torch.trapezoid((p - q).abs(), x) / 2


def fisher(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """Mean squared gap of the scores under p; q need not be normalised. See {eq}`eq-fisher`.

    The scores are central differences of the log-densities, with an error that falls with the
    square of the spacing. Points where p is zero do not count.

    Args:
        p: density, `(n,)`. q: density up to a factor, `(n,)`, above zero wherever p is.
        x: the grid, `(n,)`, increasing, with at least 3 points.
    """
    _check_grid(p, q, x)
    _check_mass(p, x, "p")
    if len(x) < 3:
        raise ValueError(f"x has {len(x)} points; a second-order slope needs 3 or more")
    if bool((q[p > _tiny(p)] <= 0).any()):
        raise ValueError("q is 0 where p is not: it has no score there; take a narrower grid")
    floor = _tiny(p)
    gap = p.clamp(min=floor).log() - q.clamp(min=floor).log()
    (slope,) = torch.gradient(gap, spacing=(x,), edge_order=2)
    return torch.trapezoid(p * slope.square(), x)


def wasserstein_1(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """Least mean distance that mass must travel from p to q, in units of x.

    On the line it is the area between the distribution functions, {eq}`eq-w1-line`.
    Arguments and errors as for `kl`.
    """
    _check_densities(p, q, x)
    gap = torch.cumulative_trapezoid(p - q, x)
    return torch.trapezoid(torch.cat([gap.new_zeros(1), gap]).abs(), x)


def kl_samples(log_p: Tensor, log_q: Tensor) -> tuple[Tensor, Tensor]:
    """KL from samples of p, as (estimate, standard error): the mean of log p - log q.

    Args:
        log_p, log_q: both log-densities at the same N >= 2 points drawn from p, `(N,)` each.
    """
    check_finite(log_p, "log_p")
    check_finite(log_q, "log_q")
    check_same_shape(log_p, log_q, ("log_p", "log_q"))
    if log_p.dim() != 1 or len(log_p) < 2:
        raise ValueError(f"log_p has shape {tuple(log_p.shape)}; give (N,) with N >= 2")
    gap = log_p - log_q
    return gap.mean(), gap.std() / math.sqrt(len(gap))


def wasserstein_1_samples(a: Tensor, b: Tensor) -> Tensor:
    """W1 between two sets of numbers, `(N,)` and `(M,)`: the area between their staircases.

    With N = M it is the mean of |a_(i) - b_(i)| after sorting both.
    """
    for name, points in (("a", a), ("b", b)):
        check_not_empty(check_finite(points, name).reshape(-1), name)
        if points.dim() != 1:
            raise ValueError(f"{name} must have shape (N,), numbers, not {tuple(points.shape)}")
    a, b = a.sort().values, b.sort().values
    if len(a) == len(b):
        return (a - b).abs().mean()
    places = torch.cat([a, b]).sort().values
    share_a, share_b = (
        torch.searchsorted(s, places[:-1].contiguous(), right=True).to(s.dtype) / len(s)
        for s in (a, b)
    )
    return ((share_a - share_b).abs() * places.diff()).sum()


def _kl(p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    alone = (q <= 0) & (p > _tiny(p))
    if bool(alone.any()):
        return torch.full_like(p[0], math.inf)
    both = (p > _tiny(p)) & (q > 0)  # the rest adds nothing, and its slope would be NaN
    one = torch.ones_like(p)
    ratio = torch.where(both, p, one).log() - torch.where(both, q, one).log()
    return torch.trapezoid(p * ratio, x)


def _tiny(p: Tensor) -> float:
    return torch.finfo(p.dtype).tiny


def _check_densities(p: Tensor, q: Tensor, x: Tensor) -> None:
    _check_grid(p, q, x)
    _check_mass(p, x, "p")
    _check_mass(q, x, "q")


def _check_grid(p: Tensor, q: Tensor, x: Tensor) -> None:
    for name, value in (("p", p), ("q", q), ("x", x)):
        check_finite(value, name)
        if value.dim() != 1 or len(value) < 2:
            raise ValueError(
                f"{name} has shape {tuple(value.shape)}; give (n,) with n >= 2: "
                "densities at the points of a grid on the line"
            )
    check_same_shape(p, x, ("p", "x"))
    check_same_shape(q, x, ("q", "x"))
    if not bool((x.diff() > 0).all()):
        raise ValueError("the points of x must increase; sort them and drop repeats")
    for name, value in (("p", p), ("q", q)):
        if bool((value < 0).any()):
            raise ValueError(f"{name} falls to {value.min().item():.3g}; no density is below 0")


def _check_mass(p: Tensor, x: Tensor, name: str) -> None:
    mass = torch.trapezoid(p.detach(), x).item()
    if abs(mass - 1) > TOLERANCE:
        raise ValueError(
            f"{name} integrates to {mass:.4g} over x, not to 1: take a wider or finer grid, "
            f"or divide {name} by its integral"
        )
