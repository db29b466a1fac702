"""Denoisers: functions (x_t, t) -> E[x_0 | x_t], exact or learned, and their five dialects.

**The contract.** A denoiser takes noisy points x_t, (B, *D), and a time t, () or (B,), to the mean
of the data given them, (B, *D). The exact one and a trained one are interchangeable in every
sampler, loss and plot. From one such function, and its process, follow the noise, the score, v,
and the velocity of the probability-flow ODE (`AbstractDenoiser`). A plain function of your own
becomes one as `FunctionDenoiser(function, process)`.

**A flow map is no denoiser.** A flow map is a function (x, s, t) -> x_t of *two* times: it carries
a point that the probability-flow ODE passes at time s to where that ODE is at time t, either way.
So f(x, t, t) = x, and f(f(x, r, s), s, t) = f(x, r, t). It gives one point of a path, where a
denoiser gives a mean over all the data that x may stem from; the two meet in the limit only, in
which f(x, t, s) - x = (s - t) velocity(x, t) for s near t. Consistency models (t = 0 held fixed)
and mean flows learn flow maps; one has no score to read, and goes into no sampler of this package.
"""

from .base import AbstractDenoiser, process_of
from .exact import ExactDenoiser
from .function import FunctionDenoiser
from .learned import Denoiser, Network
from .predictions import PREDICTIONS, convert, prediction_of, prediction_row, x0_eps_from
from .reclocked import ReclockedDenoiser

__all__ = [
    "PREDICTIONS",
    "AbstractDenoiser",
    "Denoiser",
    "ExactDenoiser",
    "FunctionDenoiser",
    "Network",
    "ReclockedDenoiser",
    "convert",
    "prediction_of",
    "prediction_row",
    "process_of",
    "x0_eps_from",
]
