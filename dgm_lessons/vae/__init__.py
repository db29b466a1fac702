"""Variational autoencoders: the evidence lower bound, its terms, and deeper chains of codes.

Values are in nats, one per row. `LinearVAE` is the truth to compare with: all in closed form.
"""

from .bound import (
    VAE,
    LogLikelihood,
    bernoulli,
    elbo,
    gaussian,
    gaussian_kl,
    importance_weighted_bound,
    reparameterise,
)
from .hierarchy import HVAE, LinearHVAE
from .linear import LinearVAE

__all__ = [
    "HVAE",
    "VAE",
    "LinearHVAE",
    "LinearVAE",
    "LogLikelihood",
    "bernoulli",
    "elbo",
    "gaussian",
    "gaussian_kl",
    "importance_weighted_bound",
    "reparameterise",
]
