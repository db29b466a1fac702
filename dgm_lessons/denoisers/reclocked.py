"""A denoiser read on the clock of another process."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import check_batch, expand
from ..processes import Process
from .base import AbstractDenoiser


class ReclockedDenoiser(AbstractDenoiser):
    """A denoiser of one process, used in another.

    At equal log-SNR two processes differ by a factor in x_t alone, so that the change is exact:
    E[x_0 | x_t] = D(x_t alpha'/alpha, t') with t' the time of the same log-SNR.
    """

    def __init__(self, denoiser: AbstractDenoiser, process: Process) -> None:
        self.original, self.process = denoiser, process

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]) of the original at the same log-SNR."""
        check_batch(x_t, "x_t")
        here, there = self.process, self.original.process
        time = there.t_from_log_snr(here.log_snr(t))
        # the factor alpha'/alpha, in a form that stays finite where alpha or sigma is 0
        scale = torch.hypot(there.alpha(time), there.sigma(time))
        scale = scale / torch.hypot(here.alpha(t), here.sigma(t))
        return self.original.x0_eps(expand(scale, x_t) * x_t, time)
