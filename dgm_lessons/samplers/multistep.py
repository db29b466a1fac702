"""A step of the probability-flow ODE that remembers the one before."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..denoisers import AbstractDenoiser


class DPMSolver2M:
    """DPM-Solver++ 2M: order 2 with one evaluation a step, from the step before (Lu et al. 2022).

    Holds the last evaluation, so use a new one for each run. The first step, and a last step to
    sigma = 0, are of order 1 (DDIM).
    """

    def __init__(self) -> None:
        self._last: tuple[Tensor, float, float] | None = None

    def __call__(
        self,
        denoiser: AbstractDenoiser,
        x: Tensor,
        s: float,
        t: float,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """x at time t from x at time s."""
        x0 = denoiser(x, s)
        (alpha_s, sigma_s), (alpha_t, sigma_t) = map(denoiser.process.levels, (s, t))
        if sigma_s == 0:
            raise ValueError(f"there is no noise left to remove: sigma(s) = 0 at s = {s:g}")
        ahead, behind = alpha_t * sigma_s, alpha_s * sigma_t
        h = math.log(ahead / behind) if ahead and behind else math.inf  # half the log-SNR's step
        estimate = x0
        if self._last is not None and self._last[2] == s and sigma_t > 0:
            before, h_before, _ = self._last
            estimate = x0 + 0.5 * h / h_before * (x0 - before)
        if h:
            self._last = (x0, h, t)
        return sigma_t / sigma_s * x + (ahead - behind) / sigma_s * estimate
