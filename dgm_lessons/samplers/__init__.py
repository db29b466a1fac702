"""Samplers: one-step functions from time s down to t < s, and the loops that chain them.

A step is `step(denoiser, x, s, t, generator) -> x` with x of shape (B, *D) and times that are
floats or of shape () or (B,), one a row. Stochastic steps are `mean + std * noise`, with the two
moments in a function of their own. A `FewSteps` is a whole solver, in numbers that
`train_few_steps` finds.
"""

from .adaptive import integrate, solve_adaptive
from .chain import sample
from .corrector import PredictorCorrector, corrector_moments
from .deterministic import ddim_step, euler_step, heun_step
from .few_steps import FewSteps, train_few_steps
from .langevin import annealed_langevin, langevin_moments, langevin_step, mala_step
from .multistep import DPMSolver2M
from .stochastic import (
    ancestral_moments,
    ancestral_step,
    euler_maruyama_moments,
    euler_maruyama_step,
)

__all__ = [
    "DPMSolver2M",
    "FewSteps",
    "PredictorCorrector",
    "ancestral_moments",
    "ancestral_step",
    "annealed_langevin",
    "corrector_moments",
    "ddim_step",
    "euler_maruyama_moments",
    "euler_maruyama_step",
    "euler_step",
    "heun_step",
    "integrate",
    "langevin_moments",
    "langevin_step",
    "mala_step",
    "sample",
    "solve_adaptive",
    "train_few_steps",
]
