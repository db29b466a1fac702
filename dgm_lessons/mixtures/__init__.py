"""Gaussian mixtures: the test beds on which score, denoiser and posterior are known exactly.

Noise a mixture and it stays a mixture, so that everything a network is trained to learn has a
closed form here: component k of x_t is N(alpha mu_k, V_k) with V_k = alpha^2 S_k + sigma^2 I.
`mixture.seen(x_t, alpha, sigma)` holds all that the mixture says of noisy points.
"""

from .beds import gm1, grid, ring, two_moons_like
from .gaussian import GaussianMixture
from .seen import Seen

__all__ = ["GaussianMixture", "Seen", "gm1", "grid", "ring", "two_moons_like"]
