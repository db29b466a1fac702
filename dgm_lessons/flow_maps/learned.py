"""A flow map made of a network: x plus the way, times the average velocity along it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from .._inputs import check_finite, check_points, check_same_shape, expand
from ..networks.layers import zero
from ..processes import Process
from .base import both_times

AverageVelocity = Callable[[Tensor, Tensor, Tensor], Tensor]


class LearnedFlowMap:
    """The map x + (t - s) u(x, s, t) of a network u, the average velocity between s and t.

    The identity at s = t holds by construction, and u(x, t, t) is the velocity of the PF-ODE, once
    learned, `eq-maps-mean` (Geng et al. 2025; Boffi et al. 2025).

    Args:
        network: u, called as `network(x, s, t)` with x (B, *D) and times (B,); it returns (B, *D).
        process: the noising process whose PF-ODE is meant.
    """

    def __init__(self, network: AverageVelocity, process: Process) -> None:
        self.network, self.process = network, process

    def __call__(self, x: Tensor, s: float | Tensor, t: float | Tensor) -> Tensor:
        """x (B, *D) carried from s to t."""
        s, t = both_times(self.process, x, s, t)
        u = check_finite(self.network(x, s, t), "the network's output")
        check_same_shape(u, x, ("the network's output", "x"))
        return x + expand(t - s, x) * u


class TwoTimeMLP(nn.Module):
    """A perceptron u(x, s, t) for points in a few dimensions, `(B, dim)` to `(B, dim)`.

    Of x it sees x / sqrt(sigma^2 + k^2 alpha^2) at time s for k = 1, 0.3, 0.1: three magnifications
    of the data. Of each time it sees alpha, sigma, c = ln((sigma^2 + 0.02^2)/(alpha^2 + 0.1^2))/8,
    and the sine and cosine of 2c and 4c: c is smooth, and finite at both ends, as the derivative
    in time that the losses take has to be. The last layer starts at zero.

    Args:
        dim: dimension of the points.
        process: whose alpha and sigma are meant.
        width, depth: units in a hidden layer, and the number of such layers.
    """

    scales = (1.0, 0.3, 0.1)

    def __init__(self, dim: int, process: Process, width: int = 64, depth: int = 3) -> None:
        super().__init__()
        if min(dim, width, depth) < 1:
            raise ValueError(f"dim, width, depth are {dim}, {width}, {depth}; each must be >= 1")
        self.dim, self.process = dim, process
        sizes = [len(self.scales) * dim + 14] + [width] * depth
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(sizes):
            layers += [nn.Linear(fan_in, fan_out), nn.SiLU()]
        self.body = nn.Sequential(*layers, zero(nn.Linear(width, dim)))
        with torch.no_grad():
            layers[0].weight.mul_(2)  # type: ignore[operator, union-attr]

    def forward(self, x: Tensor, s: Tensor, t: Tensor) -> Tensor:
        check_points(x, self.dim)
        # not x.new_tensor, which torch.func.jvp of PyTorch 2.4 cannot pass
        like = partial(torch.tensor, dtype=x.dtype, device=x.device)
        times = torch.cat([s, t])
        levels = torch.stack([self.process.alpha(times), self.process.sigma(times)], 1)  # (2B, 2)
        squares = levels.square()
        logs = (squares + like((0.1**2, 0.02**2))).log()
        c = (logs[:, 1:] - logs[:, :1]) / 8
        waves = c * like((2.0, 4.0))
        seen = torch.cat([levels, c, waves.sin(), waves.cos()], 1)
        now = squares[: len(x)]
        zoom = (now[:, 1:] + now[:, :1] * like(self.scales) ** 2).rsqrt()
        views = (zoom[:, :, None] * x[:, None]).flatten(1)
        return self.body(torch.cat([views, seen[: len(x)], seen[len(x) :]], 1))
