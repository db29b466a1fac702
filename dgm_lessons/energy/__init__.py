"""Energy-based models: p = exp(-E)/Z, and ways to train one with and without Z.

Energies and logarithms are in nats, one a row. On the line and in the plane Z is a sum over a
grid, so that likelihood and its gradient are exact: the truth to compare with.
"""

from .losses import contrastive_divergence, energy_score_matching
from .model import EnergyModel

__all__ = ["EnergyModel", "contrastive_divergence", "energy_score_matching"]
