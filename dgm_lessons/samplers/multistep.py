"""A step of the probability-flow ODE that remembers the one before."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from .._inputs import expand
from ..denoisers import AbstractDenoiser
from ..processes.elementary import anywhere
from .times import Time


class DPMSolver2M:
    """DPM-Solver++ 2M: order 2 with one evaluation a step, from the step before (Lu et al. 2022).

    Holds the last evaluation, so use a new one for each run. The first step, and a last step to
    sigma = 0, are of order 1 (DDIM).
    """

    def __init__(self) -> None:
        self._last: tuple[Tensor, Any, Time] | None = None

    def __call__(
        self,
        denoiser: AbstractDenoiser,
        x: Tensor,
        s: Time,
        t: Time,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """x at time t from x at time s."""
        x0 = denoiser(x, s)
        (alpha_s, sigma_s), (alpha_t, sigma_t) = map(denoiser.process.levels, (s, t))
        if anywhere(sigma_s == 0):
            raise ValueError(f"there is no noise left to remove: sigma(s) = 0 at s = {s}")
        ahead, behind = alpha_t * sigma_s, alpha_s * sigma_t
        h, estimate = _half_step(ahead, behind), x0
        if self._last is not None and not anywhere(self._last[2] != s):
            before, h_before, _ = self._last
            estimate = x0 + expand(_weight(h, h_before, sigma_t), x) * (x0 - before)
        if anywhere(h != 0):
            self._last = (x0, h, t)
        return expand(sigma_t / sigma_s, x) * x + expand((ahead - behind) / sigma_s, x) * estimate


def _half_step(ahead: Time, behind: Time) -> Any:
    """Half of what the log-SNR rises by; infinite from no signal, or to no noise."""
    if isinstance(ahead, Tensor):
        found = torch.log(ahead / behind)
        return torch.where(ahead == behind, 0.0, found)
    if ahead == behind:
        return 0.0
    return math.log(ahead / behind) if ahead and behind else math.inf


def _weight(h: Time, h_before: Time, sigma_t: Time) -> Time:
    """How much of the change since the step before is carried on; none to sigma = 0."""
    if isinstance(h, Tensor):
        moving: Any = (h_before != 0) & (sigma_t > 0)  # type: ignore[operator]
        return torch.where(moving, 0.5 * h / h_before, 0.0)
    return 0.5 * h / h_before if sigma_t > 0 else 0.0
