"""A flow map of codes: noise to a digit's code in one call of a network, or in a few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .._inputs import check_points, expand
from .layers import zero


class CodeMap(nn.Module):
    """One call takes a code x_s `(B, dim)` from a time s to an earlier time t, for one label each.

    x_t = r x_s + g F(x_s, label, leg) with r = sigma_t / sigma_s and g = alpha_t - r alpha_s: a
    DDIM step that is as long as we please, in which the network F stands for the clean code.

    It is no denoiser. It knows a few times only, its knots, and of their pairs the legs: those of
    the ways with 1, 2, 4, ... calls from the first knot to the last.

    Args:
        dim, classes: numbers in a code, number of labels.
        width, depth: units of the residual stream, and number of its blocks.
        knots: (time, alpha, sigma) from noise to data: 2, 3, 5, 9, ... of them.
    """

    times: Tensor
    coefficients: Tensor

    def __init__(
        self, dim: int, classes: int, width: int, depth: int, knots: Sequence[Sequence[float]]
    ) -> None:
        super().__init__()
        self.shape, self.classes, self.knots = (dim,), classes, [tuple(knot) for knot in knots]
        most = len(knots) - 1
        if most < 1 or most & (most - 1) or any(len(knot) != 3 for knot in knots):
            raise ValueError(
                f"knots has {len(knots)} rows; give 2, 3, 5, 9, ... rows (time, alpha, sigma)"
            )
        self.calls = tuple(2**k for k in range(most.bit_length()))
        self.legs = [leg for calls in self.calls for leg in pairwise(self.way(calls))]
        rows = [_leg(self.knots[i], self.knots[j]) for i, j in self.legs]
        self.register_buffer("times", torch.tensor(rows)[:, :2], persistent=False)
        self.register_buffer("coefficients", torch.tensor(rows)[:, 2:], persistent=False)
        self.label, self.leg = (
            nn.Embedding.from_pretrained(0.5 * torch.randn(n, depth * width), freeze=False)
            for n in (classes, len(self.legs))
        )  # what each block is shifted by
        self.enter, self.leave = nn.Linear(dim, width), nn.Linear(width, dim)
        self.first = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.second = nn.ModuleList(zero(nn.Linear(width, width)) for _ in range(depth))

    def way(self, calls: int) -> range:
        """The knots, by number, that so many calls go through."""
        if calls not in self.calls:
            raise ValueError(f"calls is {calls}; this map was trained for {self.calls}")
        most = len(self.knots) - 1
        return range(0, most + 1, most // calls)

    def forward(self, x: Tensor, s: float | Tensor, t: float | Tensor, labels: Tensor) -> Tensor:
        """x_t from x_s; s and t, numbers or `(B,)`, are the times of two knots that a leg joins."""
        leg = self.number(x, s, t)
        ratio, gain = (expand(part, x) for part in self.coefficients[leg].T)
        return ratio * x + gain * self.clean(x, leg, labels)

    def clean(self, x: Tensor, leg: Tensor, labels: Tensor) -> Tensor:
        """F(x, label, leg), which stands for the clean code in a step of DDIM; legs `(B,)`."""
        if labels.shape != leg.shape or labels.is_floating_point():
            raise ValueError(
                f"labels are {labels.dtype} of shape {tuple(labels.shape)}; give {len(x)} integers"
            )
        if labels.device.type == "cpu" and bool(((labels < 0) | (labels >= self.classes)).any()):
            raise ValueError(f"labels must lie in 0 to {self.classes - 1}: every call needs one")
        h = self.enter(x)
        shifts = (self.label(labels) + self.leg(leg)).chunk(len(self.first), dim=1)
        for first, second, shift in zip(self.first, self.second, shifts, strict=True):
            h = h + second(F.silu(first(F.silu(h)) + shift))
        return self.leave(F.silu(h))

    def number(self, x: Tensor, s: float | Tensor, t: float | Tensor) -> Tensor:
        """The number of the leg from s to t for each row of x, `(B,)`."""
        check_points(x, *self.shape)
        ends = torch.cat([expand(end, x) * x.new_ones(len(x), 1) for end in (s, t)], 1)
        gap, leg = (ends[:, None] - self.times).abs().amax(2).min(1)
        if x.device.type == "cpu" and not bool((gap < 1e-5).all()):
            known = ", ".join(f"{start:.4f} to {end:.4f}" for start, end in self.times.tolist())
            raise ValueError(f"no leg goes from s = {s} to t = {t}; there are {known}")
        return leg

    @torch.no_grad()
    def sample(self, noise: Tensor, labels: Tensor, calls: int = 1) -> Tensor:
        """Codes `(B, dim)` from standard normal noise `(B, dim)` in 1, 2, 4, ... calls."""
        x = self.knots[0][2] * noise
        for i, j in pairwise(self.way(calls)):
            x = self(x, self.knots[i][0], self.knots[j][0], labels)
        return x


def _leg(start: tuple[float, ...], end: tuple[float, ...]) -> tuple[float, float, float, float]:
    """(s, t, r, g) of a leg between two knots."""
    (s, alpha_s, sigma_s), (t, alpha_t, sigma_t) = start, end
    ratio = sigma_t / sigma_s
    return s, t, ratio, alpha_t - ratio * alpha_s
