"""Guidance: a conditional denoiser pushed away from the unconditional one."""

from __future__ import annotations

import math

from torch import Tensor

from .._inputs import expand
from ..denoisers import AbstractDenoiser
from ..processes.elementary import anywhere, tensor

INTERVAL = (0.5, 5.0)  # of sigma/alpha: about where the class of a digit is decided
ALWAYS = (0.0, math.inf)  # at every noise level: guidance as it was first proposed


def weight_of_scale(scale: float) -> float:
    """The guidance weight w of a guidance scale s = 1 + w, which is 1 for no guidance."""
    if not 1 <= scale < math.inf:
        raise ValueError(
            f"a guidance scale is 1 or more (1 is no guidance), not {scale}; "
            "a number below 1 is probably a weight already"
        )
    return scale - 1.0


class GuidedDenoiser(AbstractDenoiser):
    """(1 + w) D(x_t, t | label) - w D(x_t, t), which is a denoiser again.

    Every prediction is affine in x_0, so that noise, score, v and velocity obey the same formula
    (Ho & Salimans 2022), `eq-guide-score`. Guidance acts at the noise levels sigma/alpha within
    `interval` only (Kynkaanniemi et al. 2024); there it costs an evaluation of both denoisers.

    Args:
        conditional: the denoiser for known labels. unconditional: the one for none, of the same
            process.
        guidance: the weight w, 0 for none; from a guidance scale by `weight_of_scale`.
        interval: the least and the greatest sigma/alpha; `ALWAYS` for all of them.

    With a weaker denoiser of the same labels in the second place it is autoguidance (Karras et al.
    2024).
    """

    def __init__(
        self,
        conditional: AbstractDenoiser,
        unconditional: AbstractDenoiser,
        guidance: float,
        interval: tuple[float, float] = INTERVAL,
    ) -> None:
        if not 0 <= guidance < math.inf:
            raise ValueError(f"guidance is {guidance}; give a finite number, 0 or more")
        if conditional.process != unconditional.process:
            raise ValueError(
                f"both denoisers need one process, not {conditional.process} and "
                f"{unconditional.process}; see ReclockedDenoiser"
            )
        low, high = interval
        if not 0 <= low < high:
            raise ValueError(f"the interval is {interval}; give (low, high) with 0 <= low < high")
        self.process = conditional.process
        self.conditional, self.unconditional = conditional, unconditional
        self.guidance, self.interval = guidance, interval

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t, label], E[eps | x_t, label]), guided."""
        x0, eps = self.conditional.x0_eps(x_t, t)
        alpha, sigma = self.process.levels(t)
        low, high = self.interval
        inside = (sigma >= low * alpha) & (sigma / high <= alpha)
        if self.guidance == 0 or not anywhere(inside):
            return x0, eps
        weight = expand(self.guidance * tensor(inside).to(x_t), x_t)
        free_x0, free_eps = self.unconditional.x0_eps(x_t, t)
        return x0 + weight * (x0 - free_x0), eps + weight * (eps - free_eps)
