"""Likelihood by the probability-flow ODE: the prior at x_T, plus the divergence on the way."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ._inputs import check_batch, check_finite
from .calculus import rademacher, value_and_probed_divergence
from .denoisers import AbstractDenoiser, process_of
from .samplers import integrate, solve_adaptive
from .samplers.times import single


@torch.no_grad()
def log_prob(
    denoiser: AbstractDenoiser,
    x0: Tensor,
    trace: str = "exact",
    rtol: float = 1e-5,
    atol: float = 1e-5,
    n_probes: int = 1,
    generator: torch.Generator | None = None,
    t_min: float | None = None,
) -> Tensor:
    """log-density of x0 (B, *D) in nats, shape (B,), under the PF-ODE of the denoiser.

    In the dtype of x0, or in float32 where that has 16 bits.

    Integrates d log p(x_t)/dt = -div velocity from t_min to T (Song et al. 2021, eq. 39). The
    clock is the angle phi with tan phi = sigma/alpha: y = x_t / sqrt(alpha^2 + sigma^2), which
    is cos(phi) x_0 + sin(phi) eps, obeys dy/dphi = v for every process.

    Args:
        trace: "exact" (closed form for a mixture, else one backward pass a coordinate) or
            "hutchinson" (`n_probes` random signs, drawn once, so that the estimate is unbiased
            and the ODE stays smooth).
        rtol, atol: tolerances of the Dormand-Prince solver, which each row keeps.
        t_min: where x0 is placed, the process's `t_min` by default: the density is that of
            the data with this much noise.
    """
    check_batch(x0, "x0")
    x0 = x0.to(torch.promote_types(x0.dtype, torch.float32))  # 16 bits would cost whole nats
    process = process_of(denoiser)
    start = single(process, process.t_min if t_min is None else t_min, "t_min")
    if start >= process.T:
        raise ValueError(f"t_min = {t_min} must be before T = {process.T:g}")
    process.alpha_dot(start)  # says so where time is discrete
    divergent = _with_divergence(denoiser, x0, trace, n_probes, generator)
    if not len(x0):
        return process.prior_log_prob(x0)

    def slope(phi: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        angle = phi.to("cpu", torch.float64)
        t = float(process.t_from_log_snr(-2 * torch.log(torch.tan(angle))))
        scale = math.hypot(*process.levels(t))
        v, divergence = divergent(scale * state[0], t)
        return v / scale, divergence

    (alpha, sigma), (alpha_T, sigma_T) = process.levels(start), process.levels(process.T)
    first, last = math.hypot(alpha, sigma), math.hypot(alpha_T, sigma_T)
    state = (x0 / first, torch.zeros(len(x0), dtype=x0.dtype, device=x0.device))
    phi, phi_T = math.atan2(sigma, alpha), math.atan2(sigma_T, alpha_T)
    y_T, change = integrate(slope, state, phi, phi_T, rtol, atol)
    return process.prior_log_prob(last * y_T) + change + x0[0].numel() * math.log(last / first)


def _with_divergence(
    denoiser: AbstractDenoiser,
    x0: Tensor,
    trace: str,
    n_probes: int,
    generator: torch.Generator | None,
) -> Callable[[Tensor, float], tuple[Tensor, Tensor]]:
    """The function (x_t, t) -> (v, its divergence), the latter in the way that `trace` names."""
    if trace not in ("exact", "hutchinson"):
        raise ValueError(f'trace must be "exact" or "hutchinson", not {trace!r}')
    if n_probes < 1:
        raise ValueError(f"n_probes must be at least 1, not {n_probes}")
    if trace == "exact":
        return denoiser.v_and_divergence
    probes = rademacher((n_probes, *x0.shape), generator, x0)
    return lambda x, t: value_and_probed_divergence(lambda y: denoiser.v(y, t), x, probes)


def encode(
    denoiser: AbstractDenoiser, x0: Tensor, rtol: float = 1e-5, atol: float = 1e-5
) -> Tensor:
    """The noise x_T to which the PF-ODE carries x0, both (B, *D)."""
    process = process_of(denoiser)
    return solve_adaptive(denoiser, x0, process.t_min, process.T, rtol, atol)[0]


def decode(
    denoiser: AbstractDenoiser, x_T: Tensor, rtol: float = 1e-5, atol: float = 1e-5
) -> Tensor:
    """The data x_0 to which the PF-ODE carries x_T, both (B, *D); the inverse of `encode`."""
    process = process_of(denoiser)
    return solve_adaptive(denoiser, x_T, process.T, process.t_min, rtol, atol)[0]


def bits_per_dim(log_prob: Tensor, dims: int, scale: float = 1 / 256) -> Tensor:
    """Bits per dimension of 8-bit data from the log-density (nats) of x = scale * pixel + shift.

    A pixel is a whole number 0..255 with uniform noise in [0, 1) added. The change of variables
    adds log2(1/scale): 8 bits for data in [0, 1], 7 for data in [-1, 1].
    """
    if dims < 1 or not 0 < scale < math.inf:
        raise ValueError(f"dims >= 1 and scale > 0 are needed, not dims = {dims}, scale = {scale}")
    check_finite(log_prob, "log_prob")
    return -log_prob / (dims * math.log(2)) - math.log2(scale)
