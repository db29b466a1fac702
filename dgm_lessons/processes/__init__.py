"""Noising processes: x_t = alpha(t) x_0 + sigma(t) eps, and all that follows from the two curves.

Time runs from the data, t = 0, to noise, t = T. A process is the pair (alpha, sigma); the drift
and the diffusion of its SDE, its transitions and its reverse steps are derived once, in `Process`.
"""

from .base import Process
from .continuous import EDM, VE, VP, CosineVP, FlowMatching
from .discrete import DiscreteProcess
from .grids import karras, time_grid, uniform_in_log_snr, uniform_in_time

__all__ = [
    "EDM",
    "VE",
    "VP",
    "CosineVP",
    "DiscreteProcess",
    "FlowMatching",
    "Process",
    "karras",
    "time_grid",
    "uniform_in_log_snr",
    "uniform_in_time",
]
