"""Likelihood by the probability-flow ODE: the prior at x_T, plus the divergence on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import check_batch
from ..denoisers import AbstractDenoiser, process_of
from ..samplers import integrate, solve_adaptive
from ..samplers.times import single
from .traces import with_divergence


@dataclass(frozen=True)
class LogProbParts:
    """A log-density by the PF-ODE, taken apart: its error budget starts here.

    Args:
        prior: log-density of the process's prior at x_T, (B,), in nats.
        divergence: the velocity's divergence, integrated from t_min to T, (B,), in nats.
        x_T: where the ODE carries x0, (B, *D).
        cut_off: sigma/alpha at t_min: the density is that of data with this much noise.
        calls: evaluations of the denoiser, with its trace.
    """

    prior: Tensor
    divergence: Tensor
    x_T: Tensor
    cut_off: float
    calls: int

    @property
    def log_prob(self) -> Tensor:
        """The log-density, (B,), in nats."""
        return self.prior + self.divergence


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

    The sum of the parts that `log_prob_parts` gives for the same arguments.
    """
    return log_prob_parts(denoiser, x0, trace, rtol, atol, n_probes, generator, t_min).log_prob


@torch.no_grad()
def log_prob_parts(
    denoiser: AbstractDenoiser,
    x0: Tensor,
    trace: str = "exact",
    rtol: float = 1e-5,
    atol: float = 1e-5,
    n_probes: int = 1,
    generator: torch.Generator | None = None,
    t_min: float | None = None,
) -> LogProbParts:
    """The parts of the log-density of x0 (B, *D) under the PF-ODE of the denoiser.

    In the dtype of x0, or in float32 where that has 16 bits.

    Integrates d log p(x_t)/dt = -div velocity from t_min to T (Song et al. 2021, eq. 39). The
    clock is the angle phi with tan phi = sigma/alpha: y = x_t / sqrt(alpha^2 + sigma^2), which
    is cos(phi) x_0 + sin(phi) eps, obeys dy/dphi = v for every process.

    Args:
        trace: "exact" (closed form for a mixture, else one backward pass a coordinate);
            "hutchinson" (random signs) or "gaussian" (normal numbers), `n_probes` backward passes;
            "hutch++" (Meyer et al. 2021), a third of the passes each for a sketch of the large
            directions, the trace on it, and signs on the rest. Probes are drawn once, so that
            the estimate is unbiased and the ODE stays smooth.
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
    (alpha, sigma), (alpha_T, sigma_T) = process.levels(start), process.levels(process.T)
    cut_off = float(sigma / alpha)
    divergent, calls = with_divergence(denoiser, x0, trace, n_probes, generator), 0
    if not len(x0):
        nothing = process.prior_log_prob(x0)
        return LogProbParts(nothing, nothing, x0, cut_off, 0)

    def slope(phi: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        nonlocal calls
        calls += 1
        angle = phi.to("cpu", torch.float64)
        t = float(process.t_from_log_snr(-2 * torch.log(torch.tan(angle))))
        scale = math.hypot(*process.levels(t))
        v, divergence = divergent(scale * state[0], t)
        return v / scale, divergence

    first, last = math.hypot(alpha, sigma), math.hypot(alpha_T, sigma_T)
    state = (x0 / first, torch.zeros(len(x0), dtype=x0.dtype, device=x0.device))
    phi, phi_T = math.atan2(sigma, alpha), math.atan2(sigma_T, alpha_T)
    y_T, change = integrate(slope, state, phi, phi_T, rtol, atol)
    x_T, divergence = last * y_T, change + x0[0].numel() * math.log(last / first)
    return LogProbParts(process.prior_log_prob(x_T), divergence, x_T, cut_off, calls)


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
