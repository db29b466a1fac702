"""Bits per dimension of 8-bit data: a density's nats, with offset and dequantisation named."""

from __future__ import annotations

import math

from torch import Tensor

from .._inputs import check_finite


def bits_per_dim(
    log_prob: Tensor, dims: int, scale: float = 1 / 256, log_q: float | Tensor = 0.0
) -> Tensor:
    """Bits per dimension of 8-bit data from the log-density (nats) of x = scale * pixel + shift.

    A pixel is a whole number 0..255 with noise u in [0, 1) added. In the mean over u this is an
    upper bound on the bits of the whole numbers (Theis et al. 2016), plus `offset_bits(scale)`.

    Args:
        dims: how many pixels `log_prob` counts: 784 for MNIST, 1024 if padded to 32 x 32.
        log_q: log-density of u, in nats, of shape () or that of `log_prob`: 0 for uniform noise,
            else that of q(u | pixels), whose bits come back (Ho et al. 2019).
    """
    if dims < 1:
        raise ValueError(f"dims must be at least 1, not {dims}")
    check_finite(log_prob, "log_prob")
    if isinstance(log_q, Tensor):
        check_finite(log_q, "log_q")
        if log_q.dim() and log_q.shape != log_prob.shape:
            raise ValueError(
                f"log_q must have shape () or {tuple(log_prob.shape)}, that of log_prob, "
                f"not {tuple(log_q.shape)}"
            )
    elif not math.isfinite(log_q):
        raise ValueError(f"log_q must be finite, not {log_q}")
    return (log_q - log_prob) / (dims * math.log(2)) + offset_bits(scale)


def offset_bits(scale: float) -> float:
    """Bits per dimension owed to the units, log2(1/scale): 8 for data in [0, 1], 7 in [-1, 1].

    A density of x = scale * pixel is 1/scale times, in each dimension, that of the pixels.
    """
    if not 0 < scale < math.inf:
        raise ValueError(f"scale must be above 0 and finite, not {scale}")
    return -math.log2(scale)
