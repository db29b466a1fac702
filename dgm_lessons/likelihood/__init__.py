"""Likelihood by the probability-flow ODE, its parts, and what is made of it: bits per dimension."""

from .bits import bits_per_dim, offset_bits
from .ode import LogProbParts, decode, encode, log_prob, log_prob_parts
from .traces import TRACES

__all__ = [
    "TRACES",
    "LogProbParts",
    "bits_per_dim",
    "decode",
    "encode",
    "log_prob",
    "log_prob_parts",
    "offset_bits",
]
