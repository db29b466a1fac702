"""The Fokker-Planck equation: how the density of an SDE moves, solved on a grid.

For dx = v(x, t) dt + g(t) dw the density obeys dp/dt = -div(v p) + g^2/2 laplacian(p). The drift
v is the process's own, f(t) x, unless another one is given as a function `(x, t) -> (B, D)`.
"""

from .drifts import reverse_drift
from .finite_volume import evolve
from .grid import Grid
from .residual import residual
from .spectral import evolve_spectral

__all__ = ["Grid", "evolve", "evolve_spectral", "residual", "reverse_drift"]
