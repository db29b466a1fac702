"""A denoiser made of a network."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from .._inputs import as_time, check_batch, check_finite, check_same_shape, expand
from ..processes import Process
from .base import AbstractDenoiser
from .predictions import PREDICTIONS, x0_eps_from

Network = Callable[[Tensor, Tensor], Tensor]


class Denoiser(AbstractDenoiser):
    """A denoiser made of a network.

    Args:
        network: called as `network(x, log_snr)` with x of shape (B, *D) scaled by
            1/sqrt(alpha^2 + sigma^2) and log_snr of shape (B,). It never sees t: the log-SNR
            means the same in every process.
        process: the noising process it is trained on.
        predicts: what the network returns, one of `PREDICTIONS`.

    The log-SNR is held within its values at t_min and t_max, the range of training.
    """

    def __init__(self, network: Network, process: Process, predicts: str = "eps") -> None:
        if predicts not in PREDICTIONS:
            raise ValueError(f"predicts must be one of {', '.join(PREDICTIONS)}, not {predicts!r}")
        self.network, self.process, self.predicts = network, process, predicts
        self._levels = (
            process.log_snr(process.t_max).item(),
            process.log_snr(process.t_min).item(),
        )

    def inputs(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """What the network sees of (x_t, t): x_t at unit scale (B, *D), and the log-SNR (B,)."""
        check_batch(x_t, "x_t")
        t = as_time(t, 0.0, self.process.T)
        alpha, variance = self.process.alpha(t), self.process.variance(t)
        scale = expand((alpha**2 + variance).rsqrt(), x_t)
        log_snr = 2 * alpha.log() - variance.log()
        return scale * x_t, log_snr.clamp(*self._levels).to(x_t).expand(len(x_t))

    def predict(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """What the network says at (x_t, t), in the units of `predicts`; shape (B, *D)."""
        y = self.network(*self.inputs(x_t, t))
        name = "the network's output"
        check_same_shape(check_finite(y, name), x_t, (name, "x_t"))
        return y

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]) as the network has learned them."""
        return x0_eps_from(self.predict(x_t, t), x_t, t, self.process, self.predicts)
