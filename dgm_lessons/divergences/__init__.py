"""Divergences between laws on the line: from densities on a grid, or from samples.

On a grid a law is given by its density at the increasing points `x` `(n,)`, or by the function of
its log-density, as `law.log_prob`, which stays exact where a density underflows to zero. Integrals
follow the trapezoid rule: their error falls with the square of the spacing, but only with the
spacing itself where a density jumps between two points. Every function of densities can be
differentiated, so that a model may be fitted by descent on any of them.
"""

from .grids import f_divergence, fisher, js, kl, total_variation, wasserstein_1
from .laws import TOLERANCE, Law
from .samples import kl_samples, wasserstein_1_samples

__all__ = [
    "TOLERANCE",
    "Law",
    "f_divergence",
    "fisher",
    "js",
    "kl",
    "kl_samples",
    "total_variation",
    "wasserstein_1",
    "wasserstein_1_samples",
]
