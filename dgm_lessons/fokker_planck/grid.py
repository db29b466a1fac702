"""Equal cells on an interval, or on a square in the plane."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import torch
from torch import Tensor

from .._inputs import check_finite

# Gauss-Legendre points and weights on [-1/2, 1/2]: exact for polynomials up to degree 7.
NODES = (-0.43056815579702629, -0.16999052179242816, 0.16999052179242816, 0.43056815579702629)
WEIGHTS = (0.17392742256872693, 0.32607257743127307, 0.32607257743127307, 0.17392742256872693)

LEAK = 1e-6  # mass in the outermost cells from which on the walls are felt


@dataclass(frozen=True)
class Grid:
    """`cells` equal cells on [low, high] in each of `dim` directions, one or two.

    A density on the grid is a tensor of shape `(cells,)` or `(cells, cells)`, float64; the first
    axis is the first coordinate.
    """

    low: float
    high: float
    cells: int
    dim: int = 1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"low < high, both finite, is needed, not [{self.low}, {self.high}]")
        if not isinstance(self.cells, Integral) or self.cells < 4:
            raise ValueError(f"a grid needs a whole number of cells, at least 4, not {self.cells}")
        if self.dim not in (1, 2):
            raise ValueError(f"dim must be 1, a line, or 2, the plane, not {self.dim}")

    @property
    def width(self) -> float:
        """The side of a cell."""
        return (self.high - self.low) / self.cells

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a density: `(cells,)` or `(cells, cells)`."""
        return (self.cells,) * self.dim

    @property
    def edges(self) -> Tensor:
        """Where cells begin and end in one direction, `(cells + 1,)`."""
        return torch.linspace(self.low, self.high, self.cells + 1, dtype=torch.float64)

    @property
    def centres(self) -> Tensor:
        """The middle of each cell in one direction, `(cells,)`."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    def points(self) -> Tensor:
        """The middle of every cell, `(cells**dim, dim)`, in the order of a flattened density."""
        return torch.cartesian_prod(*[self.centres] * self.dim).reshape(-1, self.dim)

    def values(self, log_prob: Callable[[Tensor], Tensor]) -> Tensor:
        """The density at the middle of each cell, from a function `(B, dim) -> (B,)` in nats."""
        return log_prob(self.points()).exp().reshape(self.shape)

    def averages(self, log_prob: Callable[[Tensor], Tensor]) -> Tensor:
        """The mean density of each cell, by four Gauss-Legendre points a direction."""
        total = torch.zeros(self.shape, dtype=torch.float64)
        offsets = torch.cartesian_prod(*[torch.arange(len(NODES))] * self.dim)
        for index in offsets.reshape(-1, self.dim).tolist():
            shift = torch.tensor([NODES[i] for i in index], dtype=torch.float64) * self.width
            weight = math.prod(WEIGHTS[i] for i in index)
            total += weight * log_prob(self.points() + shift).exp().reshape(self.shape)
        return total

    def mass(self, density: Tensor) -> Tensor:
        """The integral over the grid; leading axes, such as times, are kept."""
        return density.sum(tuple(range(-self.dim, 0))) * self.width**self.dim

    def warn_of_walls(self, path: Tensor) -> None:
        """Warn if a density of the path, `(times, *shape)`, stands at the ends of the grid."""
        rims = [path.select(axis, end) for axis in range(1, self.dim + 1) for end in (0, -1)]
        each = torch.stack([rim.reshape(len(path), -1).abs().sum(1) for rim in rims])
        felt = float(each.sum(0).max()) * self.width**self.dim
        if felt > LEAK:
            warnings.warn(
                f"{felt:.1e} of the mass stands at the walls of [{self.low:g}, {self.high:g}]; "
                "take a wider grid",
                stacklevel=3,
            )

    def check(self, density: Tensor) -> Tensor:
        """The density in float64; `ValueError` for a wrong shape, NaN or a negative value."""
        if check_finite(density, "density").shape != self.shape:
            raise ValueError(
                f"density has shape {tuple(density.shape)}, but the grid {self.shape}; use "
                "grid.averages(log_prob)"
            )
        if bool((density < 0).any()):
            raise ValueError(f"a density is at least 0, but its least value is {density.min():g}")
        return density.detach().to("cpu", torch.float64)
