"""A law on a grid: its density and its log-density at each point, checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .._inputs import check_finite, check_same_shape, widest

TOLERANCE = 1e-3  # how far from one a density may integrate before it is refused
Law = Tensor | Callable[[Tensor], Tensor]


class OnGrid(NamedTuple):
    """A law at the n points of a grid, in the widest dtype of the device."""

    density: Tensor  # (n,)
    log: Tensor  # (n,), -inf where the density is zero

    @property
    def support(self) -> Tensor:
        """Where the density counts, (n,); below the smallest normal number it does not."""
        return self.density > torch.finfo(self.density.dtype).tiny


def on_grid(p: Law, q: Law, x: Tensor) -> tuple[OnGrid, OnGrid, Tensor]:
    """Both laws at the points of the grid, and the grid itself, all in one dtype."""
    check_finite(x, "x")
    if x.dim() != 1 or len(x) < 2:
        raise ValueError(
            f"x has shape {tuple(x.shape)}; give (n,) with n >= 2: the points of a grid on the line"
        )
    if not bool((x.diff() > 0).all()):
        raise ValueError("the points of x must increase; sort them and drop repeats")
    laws = (
        _from_function(law, x, name) if callable(law) else _from_density(law, x, name)
        for law, name in ((p, "p"), (q, "q"))
    )
    return *laws, x.to(widest(x.device))  # type: ignore[return-value]


def of_density(density: Tensor) -> OnGrid:
    """The law with this density, (n,)."""
    seen = density > 0
    log = torch.where(seen, density, 1.0).log()  # one choice alone would send back NaN from log 0
    return OnGrid(density, torch.where(seen, log, -torch.inf))


def check_mass(law: OnGrid, x: Tensor, name: str) -> None:
    """`ValueError` unless the density integrates to one over `x`, within `TOLERANCE`."""
    mass = torch.trapezoid(law.density.detach(), x).item()
    if not abs(mass - 1) <= TOLERANCE:
        raise ValueError(
            f"{name} integrates to {mass:.4g} over x, not to 1: take a wider or finer grid, "
            f"or divide {name} by its integral"
        )


def _from_density(density: Tensor, x: Tensor, name: str) -> OnGrid:
    check_finite(density, name)
    check_same_shape(density, x, (name, "x"))
    if bool((density < 0).any()):
        raise ValueError(f"{name} falls to {density.min().item():.3g}; no density is below 0")
    return of_density(density.to(widest(x.device)))


def _from_function(law: Callable[[Tensor], Tensor], x: Tensor, name: str) -> OnGrid:
    log = law(x[:, None])
    if not isinstance(log, Tensor) or log.numel() != len(x):
        given = tuple(log.shape) if isinstance(log, Tensor) else type(log).__name__
        raise ValueError(
            f"{name} is a function; of points (n, 1) = {(len(x), 1)} it must give "
            f"log-densities (n,), not {given}"
        )
    log = log.reshape(x.shape).to(widest(x.device))
    if bool((log.isnan() | (log == torch.inf)).any()):
        raise ValueError(f"{name} gives a log-density that is NaN or infinite")
    return OnGrid(log.exp(), log)
