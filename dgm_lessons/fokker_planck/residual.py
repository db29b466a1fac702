"""How far a density is from solving the Fokker-Planck equation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_batch, check_finite
from ..calculus import gradient, value_and_divergence
from ..processes import Process
from .drifts import Drift, forward_drift


def residual(
    log_prob: Callable[[Tensor, Tensor], Tensor],
    process: Process,
    x: Tensor,
    t: float | Tensor,
    drift: Drift | None = None,
) -> Tensor:
    """(dp/dt + div(v p) - g^2/2 laplacian(p)) / p at x, `(B,)`, in units of 1 / time.

    Zero for a solution. All derivatives by autograd, of the log-density: with the score s it is
    d log p/dt + div v + v . s - g^2/2 (div s + |s|^2).

    Args:
        log_prob: (x, t) -> (B,) for x (B, D) and t of shape (), in nats; of a mixture
            `lambda x, t: mixture.seen(x, process.alpha(t), process.sigma(t)).log_prob`.
        x: (B, D), where the density is above zero.
        drift: v, (x, t) -> (B, D); by default f(t) x.

    Raises:
        ValueError: where a derivative is NaN or infinite.
    """
    drift = drift or forward_drift(process)
    if isinstance(t, Tensor) and t.dim():
        raise ValueError(f"t must be one time for all points, not of shape {tuple(t.shape)}")
    moment = torch.tensor(float(t), dtype=check_batch(x).dtype, requires_grad=True)
    ones = torch.ones(len(x), dtype=x.dtype, requires_grad=True)
    with torch.enable_grad():
        value = log_prob(x, moment) + 0 * moment  # of a law at rest: it does not see the time
        (rate,) = torch.autograd.grad(value, moment, ones, create_graph=True)
        (change,) = torch.autograd.grad(rate, ones)  # each row's own derivative in t
        score, bend = value_and_divergence(lambda y: gradient(lambda z: log_prob(z, moment), y), x)
        v, spread = value_and_divergence(lambda y: drift(y, float(t)), x)
    g2 = process.g2(float(t)).to(x.dtype)
    along, square = (v * score).sum(1), (score**2).sum(1)
    sum_of_all = change + spread + along - g2 / 2 * (bend + square)
    return check_finite(sum_of_all.detach(), "the residual")
