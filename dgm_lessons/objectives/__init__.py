"""Training objectives: denoising, explicit, implicit and sliced score matching.

Every loss is one half of a mean squared norm (plus what replaces the unknown target), in the
units of its argument: a sum over coordinates and a mean over the batch.
"""

from .denoising import denoising_loss, denoising_target, half_squared_norm
from .score_matching import (
    explicit_score_matching,
    implicit_score_matching,
    sliced_score_matching,
)

__all__ = [
    "denoising_loss",
    "denoising_target",
    "explicit_score_matching",
    "half_squared_norm",
    "implicit_score_matching",
    "sliced_score_matching",
]
