"""Three ways in which a flow map teaches itself, each from one identity that the true map obeys.

Each takes points x (B, *D) at times s (B,), times t <= s (B,) to be carried to, and v (B, *D), any
estimate without bias of the velocity dx/ds at (x, s), as `velocities` gives. All times lie within
the process's [t_min, t_max]. In rows with t = s every loss asks for the velocity itself: without
such rows the Lagrangian and the composition loss know nothing of the data. Each returns a scalar,
half the mean squared norm of the error of the average velocity, or of the map's.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import expand
from ..objectives import half_squared_norm
from .learned import AverageVelocity, LearnedFlowMap

STEP = 1e-3  # of time, in central differences
FLAT = 0.05  # of sigma/alpha: below, the Lagrangian loss weighs all t alike


def eulerian_loss(flow_map: LearnedFlowMap, x: Tensor, s: Tensor, t: Tensor, v: Tensor) -> Tensor:
    """Where the path is entered does not matter, `eq-maps-meanflow` (Geng et al. 2025).

    |u(x, s, t) - (v - (s - t) du/ds)|^2 with du/ds along the path; no gradient in the bracket.
    """
    u, way = flow_map.network, expand(s - t, x)
    with torch.no_grad():
        _, slope = along(u, (x, s, t), (v, torch.ones_like(s), torch.zeros_like(t)))
    return half_squared_norm(u(x, s, t) - (v - way * slope)).mean()


def lagrangian_loss(flow_map: LearnedFlowMap, x: Tensor, s: Tensor, t: Tensor, v: Tensor) -> Tensor:
    """The end moves with the velocity that the map itself has there, `eq-maps-lagrangian`.

    |dX/dt - u(X, t, t)|^2 with no gradient in the second term, times a weight that falls where a
    long way ends at little noise (Boffi et al. 2025, without the weight).
    """
    u, way = flow_map.network, expand(t - s, x)
    direction = torch.zeros_like(x), torch.zeros_like(s), torch.ones_like(t)
    mean, slope = along(u, (x, s, t), direction)
    with torch.no_grad():
        own = torch.where(way == 0, v, u(x + way * mean, t, t))
    level = flow_map.process.sigma(t) / flow_map.process.alpha(t).clamp(min=FLAT) + FLAT
    weight = expand(level / (level + (s - t)), x)
    return half_squared_norm(weight * (mean + way * slope - own)).mean()


def composition_loss(
    flow_map: LearnedFlowMap, x: Tensor, s: Tensor, t: Tensor, v: Tensor
) -> Tensor:
    """Two calls over halves of the time are one, `eq-maps-halves` (Frans et al. 2025).

    So u(x, s, t) is the mean of the two, in which there is no gradient.
    """
    u, half, middle = flow_map.network, expand(0.5 * (s - t), x), 0.5 * (s + t)
    with torch.no_grad():
        first = u(x, s, middle)
        second = u(x - half * first, middle, t)
        target = torch.where(half == 0, v, 0.5 * (first + second))
    return half_squared_norm(u(x, s, t) - target).mean()


def along(
    u: AverageVelocity,
    point: tuple[Tensor, Tensor, Tensor],
    direction: tuple[Tensor, Tensor, Tensor],
    step: float = STEP,
) -> tuple[Tensor, Tensor]:
    """u at (x, s, t) and its derivative in a direction (dx, ds, dt), by a central difference.

    `torch.func.jvp` gives the same but for an error of second order in the step, at about six times
    the cost for a small network.
    """
    sides = zip(point, direction, strict=True)
    both = u(*(torch.cat([at + step * by, at - step * by]) for at, by in sides))
    ahead, behind = both.chunk(2)
    return (ahead + behind) / 2, (ahead - behind) / (2 * step)
