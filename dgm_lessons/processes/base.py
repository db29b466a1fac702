"""What every noising process x_t = alpha(t) x_0 + sigma(t) eps has, derived from the two curves."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import as_time, check_batch, check_same_shape, expand


@dataclass(frozen=True)
class Process(ABC):
    """A Gaussian noising process with kernel p(x_t | x_0) = N(alpha(t) x_0, sigma(t)^2 I).

    A process of your own needs `_alpha` and `_sigma`; override `_variance` where sigma^2 is
    smooth at t = 0 but sigma is not. Times are floats or tensors of shape () or (B,) in [0, T].
    Networks are trained, and grids run, on [t_min, t_max].
    """

    T = 1.0
    t_min = 1e-3

    @abstractmethod
    def _alpha(self, t: Tensor) -> Tensor: ...

    @abstractmethod
    def _sigma(self, t: Tensor) -> Tensor: ...

    def _variance(self, t: Tensor) -> Tensor:
        return self._sigma(t) ** 2

    def _time_at(self, log_snr: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not invert its log-SNR")

    @property
    def t_max(self) -> float:
        """The last time at which the SDE's drift is finite; T itself where alpha(T) > 0."""
        return self.T

    @property
    def prior_std(self) -> float:
        """The standard deviation of the prior, from which sampling starts."""
        return 1.0

    # -- the two curves ---------------------------------------------------------------------

    def alpha(self, t: float | Tensor) -> Tensor:
        """How much of the data is left at time t; same shape as t."""
        return self._alpha(as_time(t, 0.0, self.T))

    def sigma(self, t: float | Tensor) -> Tensor:
        """The standard deviation of the noise at time t; same shape as t."""
        return self._sigma(as_time(t, 0.0, self.T))

    def variance(self, t: float | Tensor) -> Tensor:
        """sigma(t)^2, accurate near t = 0."""
        return self._variance(as_time(t, 0.0, self.T))

    def variance_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of sigma^2; finite at t = 0 too."""
        return _derivative(self._variance, as_time(t, 0.0, self.T))

    def alpha_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of alpha, by automatic differentiation."""
        return _derivative(self._alpha, as_time(t, 0.0, self.T))

    def sigma_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of sigma; infinite at t = 0 where sigma ~ sqrt(t)."""
        return _derivative(self._sigma, as_time(t, 0.0, self.T))

    # -- the SDE dx = f(t) x dt + g(t) dw that has these marginals (Lemma 4.4.1) -------------

    def f(self, t: float | Tensor) -> Tensor:
        """The drift rate alpha'/alpha of the linear SDE; -inf where alpha = 0."""
        t = as_time(t, 0.0, self.T)
        return _derivative(self._alpha, t) / self._alpha(t)

    def g2(self, t: float | Tensor) -> Tensor:
        """The squared diffusion g(t)^2 = (sigma^2)' - 2 f sigma^2."""
        t = as_time(t, 0.0, self.T)
        return _derivative(self._variance, t) - 2 * self.f(t) * self._variance(t)

    # -- the clock that all processes share --------------------------------------------------

    def snr(self, t: float | Tensor) -> Tensor:
        """The signal-to-noise ratio alpha^2 / sigma^2; infinite at t = 0."""
        t = as_time(t, 0.0, self.T)
        return self._alpha(t) ** 2 / self._variance(t)

    def log_snr(self, t: float | Tensor) -> Tensor:
        """log(alpha^2 / sigma^2), decreasing in t; +inf at t = 0."""
        t = as_time(t, 0.0, self.T)
        return 2 * torch.log(self._alpha(t)) - torch.log(self._variance(t))

    def t_from_log_snr(self, log_snr: float | Tensor) -> Tensor:
        """The time at which log(alpha^2 / sigma^2) has the given value; inverse of `log_snr`."""
        lowest = self.log_snr(self.T).item()
        level = as_time(log_snr, lowest - 1e-5 * (1 + abs(lowest)), math.inf, "log_snr")
        return self._time_at(level).clamp(0.0, self.T)

    # -- Gaussian kernels --------------------------------------------------------------------

    def perturb(self, x0: Tensor, t: float | Tensor, eps: Tensor) -> Tensor:
        """x_t = alpha(t) x0 + sigma(t) eps for x0 and eps of shape (B, *D)."""
        check_batch(x0, "x0")
        check_same_shape(x0, check_batch(eps, "eps"), ("x0", "eps"))
        t = as_time(t, 0.0, self.T)
        return expand(self._alpha(t), x0) * x0 + expand(self._sigma(t), x0) * eps

    def transition(self, t: float | Tensor, s: float | Tensor) -> tuple[Tensor, Tensor]:
        """(a, b) of the kernel p(x_s | x_t) = N(a x_t, b^2 I) from t to a later s >= t."""
        t, s = as_time(t, 0.0, self.T), as_time(s, 0.0, self.T, "s")
        if t.dim() and s.dim():
            check_same_shape(t, s, ("t", "s"))
        if bool((t > s).any()):
            raise ValueError(f"a transition runs towards noise: t = {t} must not exceed s = {s}")
        alpha_t, alpha_s = self._alpha(t), self._alpha(s)
        if bool((alpha_t == 0).any()):
            raise ValueError(f"no transition leaves t = {t}: alpha is 0 there")
        ratio = alpha_s / alpha_t
        # sigma_s^2 (1 - SNR_s / SNR_t), without the cancellation of sigma_s^2 - ratio^2 sigma_t^2
        var_t, var_s = self._variance(t), self._variance(s)
        log_snr_ratio = torch.log(ratio**2) + torch.log(var_t) - torch.log(var_s)
        variance = torch.where(t == s, torch.zeros_like(var_s), -var_s * torch.expm1(log_snr_ratio))
        return ratio, variance.clamp(min=0).sqrt()

    def posterior(
        self, x_s: Tensor, x0: Tensor, s: float | Tensor, t: float | Tensor
    ) -> tuple[Tensor, Tensor]:
        """Mean (B, *D) and std of the Gaussian p(x_t | x_s, x_0) for t <= s (Lemma 4.4.2)."""
        check_same_shape(check_batch(x_s, "x_s"), check_batch(x0, "x0"), ("x_s", "x0"))
        ratio, std = self.transition(t, s)
        t, s = as_time(t, 0.0, self.T), as_time(s, 0.0, self.T, "s")
        var_t, var_s = self._variance(t), self._variance(s)
        if bool((var_s == 0).any()):
            raise ValueError(f"the posterior needs noise to undo, but sigma(s) = 0 at s = {s}")
        keep = expand(ratio * var_t / var_s, x_s)
        pull = expand(self._alpha(t) * std**2 / var_s, x_s)
        return keep * x_s + pull * x0, std * (var_t / var_s).sqrt()

    # -- the prior ---------------------------------------------------------------------------

    def sample_prior(
        self,
        shape: tuple[int, ...],
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Noise to start from, N(0, prior_std^2 I), of the given shape (B, *D)."""
        if not isinstance(shape, tuple | list) or any(side < 0 for side in shape):
            raise ValueError(f"shape must be a tuple (B, *D) of sizes, not {shape}")
        device = generator.device if generator is not None else "cpu"
        noise = torch.randn(shape, generator=generator, dtype=dtype, device=device)
        return self.prior_std * noise

    def prior_log_prob(self, x: Tensor) -> Tensor:
        """log N(x; 0, prior_std^2 I) in nats, shape (B,)."""
        z = check_batch(x).flatten(1) / self.prior_std
        log_norm = z.shape[1] * (0.5 * math.log(2 * math.pi) + math.log(self.prior_std))
        return -0.5 * (z**2).sum(1) - log_norm


def _derivative(curve: Callable[[Tensor], Tensor], t: Tensor) -> Tensor:
    """The derivative of an elementwise function at t; works inside functorch transforms too."""
    return torch.func.grad(lambda s: curve(s).sum())(t)
