"""A perceptron for points in the plane."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from .._inputs import check_points
from .layers import log_noise_level, zero


class MLP(nn.Module):
    """Perceptron for points in a few dimensions, `(B, dim)` to `(B, dim)`.

    With s = sigma/alpha and z = x_t/alpha it sees z / sqrt(s^2 + k^2) for k = 1, 0.3, 0.1: three
    magnifications of the data, each of unit scale at the noise levels where it matters. Beside
    them stand c = ln(s)/4 and the sine and cosine of 2c and 4c. The last layer starts at zero.

    Args:
        dim: dimension of the points.
        width, depth: units in a hidden layer, and the number of such layers.
    """

    scales = (1.0, 0.3, 0.1)

    def __init__(self, dim: int, width: int = 64, depth: int = 3) -> None:
        super().__init__()
        if min(dim, width, depth) < 1:
            raise ValueError(f"dim, width, depth are {dim}, {width}, {depth}; each must be >= 1")
        self.shape = (dim,)
        sizes = [len(self.scales) * dim + 5] + [width] * depth
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(sizes):
            layers += [nn.Linear(fan_in, fan_out), nn.SiLU()]
        self.body = nn.Sequential(*layers, zero(nn.Linear(width, dim)))
        with torch.no_grad():
            layers[0].weight.mul_(2)  # type: ignore[operator, union-attr]

    def forward(self, x: Tensor, log_snr: Tensor) -> Tensor:
        check_points(x, *self.shape)
        # not x.new_tensor, which torch.func.jvp of PyTorch 2.4 cannot pass
        like = partial(torch.tensor, dtype=x.dtype, device=x.device)
        level = log_noise_level(x, log_snr)
        s2 = (2 * level).exp()
        # x_t / sqrt(alpha^2 + sigma^2) = z / sqrt(1 + s^2)
        zoom = ((1 + s2) / (s2 + like(self.scales) ** 2)).sqrt()
        views = (zoom[:, :, None] * x[:, None]).flatten(1)
        waves = level * like((0.5, 1.0))
        return self.body(torch.cat([views, level / 4, waves.sin(), waves.cos()], dim=1))
