"""Training objectives: denoising, explicit, implicit and sliced score matching, SURE.

Every loss is one half of a mean squared norm (plus what replaces the unknown target), in the
units of its argument: a sum over coordinates and a mean over the batch. `sure` alone is no loss
but an estimate of the risk, so it has no half and one value for each row.
"""

from .denoising import denoising_loss, denoising_target, half_squared_norm
from .generalised import generalised_score_matching
from .score_matching import (
    explicit_score_matching,
    implicit_score_matching,
    sliced_score_matching,
)
from .sure import sure

__all__ = [
    "denoising_loss",
    "denoising_target",
    "explicit_score_matching",
    "generalised_score_matching",
    "half_squared_norm",
    "implicit_score_matching",
    "sliced_score_matching",
    "sure",
]
