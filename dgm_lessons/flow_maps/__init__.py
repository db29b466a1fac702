"""Flow maps: functions (x, s, t) -> x_t of two times, exact or learned, and how they are learned.

**The contract.** A flow map takes points x, (B, *D), that the probability-flow ODE passes at time s
to where that ODE is at time t; s and t are floats or of shape () or (B,), in any order (`FlowMap`).
It is no denoiser: it gives one point of a path, not a mean over data. Times are those of its
process, data at 0 and noise at T, so that sampling is the call from T to 0, or a few in a row
(`follow`). `GaussianFlowMap` and `SolvedFlowMap` are exact; `LearnedFlowMap` is made of a network,
and trained by `fit_flow_map` with one of three losses.
"""

from .base import FlowMap, call_times, follow
from .exact import GaussianFlowMap, SolvedFlowMap
from .fitting import fit_flow_map, two_times, velocities
from .learned import LearnedFlowMap, TwoTimeMLP
from .losses import along, composition_loss, eulerian_loss, lagrangian_loss

__all__ = [
    "FlowMap",
    "GaussianFlowMap",
    "LearnedFlowMap",
    "SolvedFlowMap",
    "TwoTimeMLP",
    "along",
    "call_times",
    "composition_loss",
    "eulerian_loss",
    "fit_flow_map",
    "follow",
    "lagrangian_loss",
    "two_times",
    "velocities",
]
