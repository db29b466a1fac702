"""What every noising process x_t = alpha(t) x_0 + sigma(t) eps has, derived from the two curves."""

from __future__ import annotations

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._inputs import as_time, check_batch, check_same_shape, expand
from .elementary import anywhere, over, tensor


@dataclass(frozen=True)
class Process(ABC):
    """A Gaussian noising process with kernel p(x_t | x_0) = N(alpha(t) x_0, sigma(t)^2 I).

    A process of your own needs `_alpha` and `_sigma`; override `_variance` where sigma^2 is
    smooth at t = 0 but sigma is not, and give `_time_at`, the inverse of the log-SNR, to grids
    and likelihoods. `_alpha_dot`, `_sigma_dot` and `_variance_dot` are found by automatic
    differentiation unless you know them in closed form, which is faster. Times are floats or
    tensors of shape () or (B,) in [0, T]. Networks are trained, and grids run, on [t_min, t_max].
    """

    T = 1.0
    t_min = 1e-3

    @abstractmethod
    def _alpha(self, t: Tensor) -> Tensor: ...

    @abstractmethod
    def _sigma(self, t: Tensor) -> Tensor: ...

    def _variance(self, t: Tensor) -> Tensor:
        return self._sigma(t) ** 2

    def _alpha_dot(self, t: Tensor) -> Tensor:
        return _derivative(self._alpha, t)

    def _sigma_dot(self, t: Tensor) -> Tensor:
        return _derivative(self._sigma, t)

    def _variance_dot(self, t: Tensor) -> Tensor:
        return _derivative(self._variance, t)

    def _time(self, t: float | Tensor, name: str = "t") -> Any:
        """A time, checked, in the form in which the curves are cheapest."""
        return as_time(t, 0.0, self.T, name)

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
        return tensor(self._alpha(self._time(t)))

    def sigma(self, t: float | Tensor) -> Tensor:
        """The standard deviation of the noise at time t; same shape as t."""
        return tensor(self._sigma(self._time(t)))

    def variance(self, t: float | Tensor) -> Tensor:
        """sigma(t)^2, accurate near t = 0."""
        return tensor(self._variance(self._time(t)))

    def variance_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of sigma^2; finite at t = 0 too."""
        return tensor(self._variance_dot(self._time(t)))

    def alpha_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of alpha."""
        return tensor(self._alpha_dot(self._time(t)))

    def sigma_dot(self, t: float | Tensor) -> Tensor:
        """The time derivative of sigma; infinite at t = 0 where sigma ~ sqrt(t)."""
        return tensor(self._sigma_dot(self._time(t)))

    def levels(self, t: float | Tensor) -> tuple[Any, Any]:
        """(alpha, sigma) at t, made for a step's arithmetic: where t is a number, numbers."""
        at = self._time(t)
        return self._alpha(at), self._sigma(at)  # of a process of one's own, tensors of shape ()

    def rates(self, t: float | Tensor) -> tuple[Any, Any]:
        """The time derivatives of `levels` at t, in the same form."""
        at = self._time(t)
        return self._alpha_dot(at), self._sigma_dot(at)

    # -- the SDE dx = f(t) x dt + g(t) dw that has these marginals (Lemma 4.4.1) -------------

    def f(self, t: float | Tensor) -> Tensor:
        """The drift rate alpha'/alpha of the linear SDE; -inf where alpha = 0."""
        at = self._time(t)
        return tensor(over(self._alpha_dot(at), self._alpha(at)))

    def g2(self, t: float | Tensor) -> Tensor:
        """The squared diffusion g(t)^2 = (sigma^2)' - 2 f sigma^2."""
        at = self._time(t)
        f = over(self._alpha_dot(at), self._alpha(at))
        return tensor(self._variance_dot(at) - 2 * f * self._variance(at))

    # -- the clock that all processes share --------------------------------------------------

    def snr(self, t: float | Tensor) -> Tensor:
        """The signal-to-noise ratio alpha^2 / sigma^2; infinite at t = 0."""
        at = self._time(t)
        return tensor(over(self._alpha(at) ** 2, self._variance(at)))

    def log_snr(self, t: float | Tensor) -> Tensor:
        """log(alpha^2 / sigma^2), decreasing in t; +inf at t = 0."""
        return 2 * torch.log(self.alpha(t)) - torch.log(self.variance(t))

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
        ratio, std = self._transition(self._time(t), self._time(s, "s"))
        return tensor(ratio), tensor(std)

    def _transition(self, t: Any, s: Any) -> tuple[Any, Any]:
        if isinstance(t, Tensor) and isinstance(s, Tensor) and t.dim() and s.dim():
            check_same_shape(t, s, ("t", "s"))
        if anywhere(t > s):
            raise ValueError(f"a transition runs towards noise: t = {t} must not exceed s = {s}")
        alpha_t = self._alpha(t)
        if anywhere(alpha_t == 0):
            raise ValueError(f"no transition leaves t = {t}: alpha is 0 there")
        ratio = self._alpha(s) / alpha_t
        whole = self._variance(s)
        variance = whole - ratio**2 * self._variance(t)
        if anywhere(variance < -1e-5 * whole):
            raise ValueError(
                f"no transition leads from t = {t} to s = {s}: the signal-to-noise ratio is "
                "larger at s, and no noise that is added can do that"
            )
        return ratio, (0.5 * (variance + abs(variance))) ** 0.5  # rounding may go below 0

    def posterior(
        self, x_s: Tensor, x0: Tensor, s: float | Tensor, t: float | Tensor
    ) -> tuple[Tensor, Tensor]:
        """Mean (B, *D) and std of the Gaussian p(x_t | x_s, x_0) for t <= s (Lemma 4.4.2)."""
        check_same_shape(check_batch(x_s, "x_s"), check_batch(x0, "x0"), ("x_s", "x0"))
        start, end = self._time(t), self._time(s, "s")
        ratio, std = self._transition(start, end)
        var_t, var_s = self._variance(start), self._variance(end)
        if anywhere(var_s == 0):
            raise ValueError(f"the posterior needs noise to undo, but sigma(s) = 0 at s = {s}")
        keep = expand(ratio * var_t / var_s, x_s)
        pull = expand(self._alpha(start) * std**2 / var_s, x_s)
        return keep * x_s + pull * x0, tensor(std * (var_t / var_s) ** 0.5)

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

    def check_scale(self, scale: float) -> None:
        """Warn unless the prior covers data of this size.

        At T a part alpha(T) x_0 of the data is left, which the prior N(0, prior_std^2 I) leaves
        out: harmless while it drowns in the noise, but beyond that samples begin in the wrong
        place, and modes get wrong weights. A process that keeps more than a tenth of data of unit
        size, as a short chain, is not meant to end in its prior: of it nothing is said.

        Args:
            scale: the root mean square of the data's largest coordinate.
        """
        alpha, sigma = (float(level) for level in self.levels(self.T))
        left = alpha * scale / self.prior_std
        if alpha <= 0.1 * sigma and left > 0.5:
            warnings.warn(
                f"data of size {scale:.3g} are too large for {type(self).__name__}: at "
                f"T = {self.T:g} they still make {left:.2g} of the prior's standard deviation, "
                "which leaves them out, so that modes get wrong weights. Divide the data by "
                "their standard deviation, or take a process that ends in noise alone, CosineVP "
                "or FlowMatching",
                stacklevel=3,
            )

    def prior_log_prob(self, x: Tensor) -> Tensor:
        """log N(x; 0, prior_std^2 I) in nats, shape (B,)."""
        z = check_batch(x).flatten(1) / self.prior_std
        log_norm = z.shape[1] * (0.5 * math.log(2 * math.pi) + math.log(self.prior_std))
        return -0.5 * (z**2).sum(1) - log_norm


def _derivative(curve: Callable[[Tensor], Tensor], t: Tensor) -> Tensor:
    """The derivative of an elementwise function at t; works inside functorch transforms too."""
    return torch.func.grad(lambda s: curve(s).sum())(t)
