"""Denoising: the loss whose target is the noise that was put in."""

from __future__ import annotations

from torch import Tensor

from .._inputs import (
    as_time,
    check_batch,
    check_finite,
    check_not_empty,
    check_same_shape,
    on_cpu,
)
from ..denoisers import Denoiser, prediction_of


def half_squared_norm(x: Tensor) -> Tensor:
    """|x|^2 / 2 of each row of x, shape (B,)."""
    return 0.5 * (check_batch(x) ** 2).flatten(1).sum(1)


def denoising_target(denoiser: Denoiser, x0: Tensor, t: float | Tensor, eps: Tensor) -> Tensor:
    """What the network should say about (x_0, eps), in the units of `denoiser.predicts`."""
    check_same_shape(check_batch(x0, "x0"), check_batch(eps, "eps"), ("x0", "eps"))
    return prediction_of(denoiser.predicts, (x0, eps), t, denoiser.process)


def denoising_loss(
    denoiser: Denoiser,
    x0: Tensor,
    t: float | Tensor,
    eps: Tensor,
    weight: Tensor | None = None,
) -> Tensor:
    """E[w |network(x_t) - target|^2] / 2, a scalar (Vincent 2011; Ho et al. 2020, eq. 14).

    Args:
        x0, eps: data and standard normal noise, (B, *D). t: times, () or (B,).
        weight: w, shape (B,); 1 by default.
    """
    t = as_time(t, 0.0, denoiser.process.T)
    x_t = check_not_empty(denoiser.process.perturb(x0, t, eps), "x0")
    error = half_squared_norm(denoiser.predict(x_t, t) - denoising_target(denoiser, x0, t, eps))
    if weight is not None:
        if on_cpu(check_finite(weight, "weight")) and bool((weight < 0).any()):
            raise ValueError("weight must not be negative")
        check_same_shape(weight, error, ("weight", "the losses of the batch"))
        error = weight * error
    return error.mean()
