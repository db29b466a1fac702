"""Denoisers: functions (x_t, t) -> E[x_0 | x_t], exact or learned, and their five dialects.

What a network may predict is one row (a, b) of  y = a x_0 + b eps:

    x0 (1, 0)    eps (0, 1)    v (-sigma, alpha)    velocity (alpha', sigma')    score (0, -1/sigma)

Together with x_t = alpha x_0 + sigma eps it is two equations for x_0 and eps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ._inputs import all_finite, as_time, check_batch, check_finite, check_same_shape, expand
from .calculus import value_and_divergence
from .mixtures import GaussianMixture
from .processes import Process
from .processes.elementary import over

KINDS = ("x0", "eps", "v", "velocity", "score")
Network = Callable[[Tensor, Tensor], Tensor]


def prediction_row(kind: str, t: float | Tensor, process: Process) -> tuple[Any, Any]:
    """The coefficients (a, b) of y = a x_0 + b eps for one of `KINDS`.

    Each has the shape of t; they may be numbers where t is one.
    """
    if kind == "velocity":
        return process.rates(t)
    alpha, sigma = process.levels(t)
    zero, one = 0 * alpha, 0 * alpha + 1
    if kind == "x0":
        return one, zero
    if kind == "eps":
        return zero, one
    if kind == "v":
        return -sigma, alpha
    if kind == "score":
        return zero, over(-1, sigma)
    raise ValueError(f"a prediction is one of {', '.join(KINDS)}, not {kind!r}")


def x0_eps_from(
    y: Tensor, x_t: Tensor, t: float | Tensor, process: Process, kind: str
) -> tuple[Tensor, Tensor]:
    """Solve y = a x_0 + b eps and x_t = alpha x_0 + sigma eps for (x_0, eps), each (B, *D).

    Raises `ValueError` where the two equations are one: eps or score at alpha = 0, x0 at sigma = 0.
    """
    check_finite(y, "the prediction")
    check_same_shape(y, check_batch(x_t, "x_t"), ("the prediction", "x_t"))
    a, b = prediction_row(kind, t, process)
    alpha, sigma = process.levels(t)
    det = alpha * b - sigma * a
    if not all_finite(det) or not all_finite(over(1, det)):
        raise ValueError(
            f"at t = {t} a prediction of {kind} does not determine both x_0 and eps; "
            f"keep t within [{process.t_min:g}, {process.t_max:g}] or predict another quantity"
        )
    a, b, alpha, sigma = (expand(c / det, x_t) for c in (a, b, alpha, sigma))
    return b * x_t - sigma * y, alpha * y - a * x_t


def convert(
    y: Tensor, x_t: Tensor, t: float | Tensor, process: Process, source: str, target: str
) -> Tensor:
    """Translate a prediction of kind `source` into kind `target`, both (B, *D)."""
    return read(target, x0_eps_from(y, x_t, t, process, source), t, process)


def read(kind: str, pair: tuple[Tensor, Tensor], t: float | Tensor, process: Process) -> Tensor:
    """One of `KINDS` from the pair (x_0, eps)."""
    x0, eps = pair
    a, b = prediction_row(kind, t, process)
    if not all_finite(a) or not all_finite(b):
        raise ValueError(f"the {kind} is infinite at t = {t}; stop at t_min = {process.t_min:g}")
    return expand(a, x0) * x0 + expand(b, x0) * eps


class AbstractDenoiser(ABC):
    """A function (x_t, t) -> E[x_0 | x_t] that can also be read as noise, score or velocity.

    x_t has shape (B, *D), t is a float or a tensor of shape () or (B,); so has every reading.
    """

    process: Process

    @abstractmethod
    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]), each (B, *D), from one evaluation."""

    def __call__(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """E[x_0 | x_t]."""
        return self.x0_eps(x_t, t)[0]

    def eps(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """E[eps | x_t], the noise in x_t."""
        return self.x0_eps(x_t, t)[1]

    def score(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """The gradient of log p_t at x_t, which is -E[eps | x_t] / sigma."""
        return read("score", self.x0_eps(x_t, t), t, self.process)

    def v(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """alpha eps - sigma x_0 (Salimans & Ho 2022)."""
        return read("v", self.x0_eps(x_t, t), t, self.process)

    def velocity(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """dx/dt of the probability-flow ODE, alpha' x_0 + sigma' eps; finite where alpha = 0."""
        return read("velocity", self.x0_eps(x_t, t), t, self.process)

    def v_and_divergence(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """v, and its divergence in x_t, (B,): by one backward pass a coordinate."""
        return value_and_divergence(lambda x: self.v(x, t), x_t)


class Denoiser(AbstractDenoiser):
    """A denoiser made of a network.

    Args:
        network: called as `network(x, log_snr)` with x of shape (B, *D) scaled by
            1/sqrt(alpha^2 + sigma^2) and log_snr of shape (B,). It never sees t: the log-SNR
            means the same in every process.
        process: the noising process it is trained on.
        predicts: what the network returns, one of `KINDS`.

    The log-SNR is held within its values at t_min and t_max, the range of training.
    """

    def __init__(self, network: Network, process: Process, predicts: str = "eps") -> None:
        if predicts not in KINDS:
            raise ValueError(f"predicts must be one of {', '.join(KINDS)}, not {predicts!r}")
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


class ExactDenoiser(AbstractDenoiser):
    """The denoiser of a Gaussian mixture seen through a process: the truth to compare with."""

    def __init__(self, mixture: GaussianMixture, process: Process) -> None:
        self.mixture, self.process = mixture, process

    def marginal(self, t: float) -> GaussianMixture:
        """The law of x_t."""
        return self.mixture.diffuse(self.process.alpha(t), self.process.sigma(t))

    def score(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """The gradient of log p_t, from the closed form; finite at t = 0 too."""
        return self.mixture.diffused_score(x_t, *self.process.levels(t))

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]) in closed form; eps is -sigma times the score."""
        alpha, sigma = self.process.levels(t)
        x0, score = self.mixture.posterior_mean_and_score(x_t, alpha, sigma)
        return x0, -expand(sigma, x_t) * score

    def velocity(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """dx/dt of the PF-ODE, alpha' x_0 - (sigma^2)' score / 2; finite everywhere."""
        process = self.process
        alpha_dot, variance_dot = process.alpha_dot(t), process.variance_dot(t)
        x0, score = self.mixture.posterior_mean_and_score(x_t, *process.levels(t))
        return expand(alpha_dot, x_t) * x0 - expand(0.5 * variance_dot, x_t) * score

    def v_and_divergence(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """v, and its divergence in closed form."""
        alpha, sigma = self.process.levels(t)
        x0, score, *traces = self.mixture.mean_score_and_traces(x_t, alpha, sigma)
        v = -expand(sigma, x_t) * x0 - expand(alpha * sigma, x_t) * score
        divergence = -sigma * traces[0] - alpha * sigma * traces[1]
        return v, divergence.to(x_t.dtype)


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
