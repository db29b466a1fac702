"""Noising processes: x_t = alpha(t) x_0 + sigma(t) eps, and all that follows from the two curves.

Time runs from the data, t = 0, to noise, t = T. A process is the pair (alpha, sigma); the drift
and the diffusion of its SDE, its transitions and its reverse steps are derived once, in `Process`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ._inputs import as_time, check_batch, check_positive, check_same_shape, expand


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


@dataclass(frozen=True)
class VP(Process):
    """Variance preserving, linear rate: dx = -beta(t)/2 x dt + sqrt(beta(t)) dw (Song et al. 2021).

    beta(t) = beta_min + t (beta_max - beta_min); alpha = exp(-B/2) with B the integral of beta.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0

    def __post_init__(self) -> None:
        check_positive(self.beta_min, "beta_min")
        if not check_positive(self.beta_max, "beta_max") >= self.beta_min:
            raise ValueError(f"beta_max = {self.beta_max} must be at least beta_min")

    def _integral(self, t: Tensor) -> Tensor:
        return self.beta_min * t + 0.5 * (self.beta_max - self.beta_min) * t**2

    def _alpha(self, t: Tensor) -> Tensor:
        return torch.exp(-0.5 * self._integral(t))

    def _variance(self, t: Tensor) -> Tensor:
        return -torch.expm1(-self._integral(t)) + 0.0  # 0, not -0, at t = 0

    def _sigma(self, t: Tensor) -> Tensor:
        return self._variance(t).sqrt()

    def _time_at(self, log_snr: Tensor) -> Tensor:
        integral = torch.nn.functional.softplus(-log_snr, threshold=50.0)
        slope = self.beta_max - self.beta_min
        root = torch.sqrt(self.beta_min**2 + 2 * slope * integral)
        return 2 * integral / (self.beta_min + root)


@dataclass(frozen=True)
class CosineVP(Process):
    """Variance preserving on the unit circle: alpha = cos(pi t / 2), sigma = sin(pi t / 2)."""

    @property
    def t_max(self) -> float:
        """Just before T, where alpha = 0 and the drift is infinite."""
        return 1 - 1e-3

    def _alpha(self, t: Tensor) -> Tensor:
        return torch.sin(0.5 * math.pi * (1 - t))  # the cosine, and exactly 0 at t = 1

    def _sigma(self, t: Tensor) -> Tensor:
        return torch.sin(0.5 * math.pi * t)

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.atan(torch.exp(-0.5 * log_snr)) * (2 / math.pi)


@dataclass(frozen=True)
class VE(Process):
    """Variance exploding, geometric: alpha = 1, sigma^2 = sigma_min^2 (r^(2t) - 1), r = max/min.

    The SDE starts at the data itself: sigma(0) = 0 (Song et al. 2021, with that slip mended).
    """

    sigma_min: float = 0.01
    sigma_max: float = 50.0

    def __post_init__(self) -> None:
        check_positive(self.sigma_min, "sigma_min")
        if not check_positive(self.sigma_max, "sigma_max") > self.sigma_min:
            raise ValueError(f"sigma_max = {self.sigma_max} must exceed sigma_min")

    @property
    def prior_std(self) -> float:
        """sigma(T)."""
        return float(self.sigma(self.T))

    @property
    def _log_ratio(self) -> float:
        return math.log(self.sigma_max / self.sigma_min)

    def _alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def _variance(self, t: Tensor) -> Tensor:
        return self.sigma_min**2 * torch.expm1(2 * self._log_ratio * t)

    def _sigma(self, t: Tensor) -> Tensor:
        return self._variance(t).sqrt()

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.log1p(torch.exp(-log_snr) / self.sigma_min**2) / (2 * self._log_ratio)


@dataclass(frozen=True)
class EDM(Process):
    """Time is the noise level: alpha = 1, sigma = t, up to T (Karras et al. 2022)."""

    T: float = 80.0  # type: ignore[misc]
    t_min: float = 0.002  # type: ignore[misc]

    def __post_init__(self) -> None:
        if not check_positive(self.T, "T") > check_positive(self.t_min, "t_min"):
            raise ValueError(f"T = {self.T} must exceed t_min = {self.t_min}")

    @property
    def prior_std(self) -> float:
        """sigma(T) = T."""
        return self.T

    def _alpha(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)

    def _sigma(self, t: Tensor) -> Tensor:
        return t

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.exp(-0.5 * log_snr)


@dataclass(frozen=True)
class FlowMatching(Process):
    """Straight lines from data to noise: alpha = 1 - t, sigma = t (Lipman et al. 2023)."""

    @property
    def t_max(self) -> float:
        """Just before T, where alpha = 0 and the drift is infinite."""
        return 1 - 1e-3

    def _alpha(self, t: Tensor) -> Tensor:
        return 1 - t

    def _sigma(self, t: Tensor) -> Tensor:
        return t

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.sigmoid(-0.5 * log_snr)


@dataclass(frozen=True, eq=False)
class DiscreteProcess(Process):
    """The DDPM chain x_i = alpha_i x_{i-1} + beta_i eps, alpha_i = sqrt(1 - beta_i^2), i = 1..L.

    Its times are the integers 0..L: alpha(i) is the product of the alpha_k up to i. `betas`
    (shape (L,), each in (0, 1)) are standard deviations; DDPM papers tabulate their squares.
    """

    betas: Tensor

    def __post_init__(self) -> None:
        betas = torch.as_tensor(self.betas, dtype=torch.float64)
        if betas.dim() != 1 or not betas.numel():
            raise ValueError(f"betas must have shape (L,) with L >= 1, not {tuple(betas.shape)}")
        if not bool(((betas > 0) & (betas < 1)).all()):
            raise ValueError("every beta must lie strictly between 0 and 1")
        log_alpha = torch.cat([betas.new_zeros(1), 0.5 * torch.log1p(-(betas**2)).cumsum(0)])
        object.__setattr__(self, "betas", betas)
        object.__setattr__(self, "_log_alpha_bar", log_alpha)

    @classmethod
    def linear(cls, L: int = 1000) -> DiscreteProcess:
        """beta_i^2 linear from 0.1/L to 20/L: at L = 1000 the schedule of Ho et al. (2020)."""
        if L < 21:
            raise ValueError(f"the linear schedule needs L > 20 for beta < 1, not L = {L}")
        return cls(torch.linspace(0.1 / L, 20 / L, L, dtype=torch.float64).sqrt())

    @classmethod
    def cosine(cls, L: int = 1000, offset: float = 0.008) -> DiscreteProcess:
        """alpha_bar_i^2 proportional to cos^2, beta_i^2 at most 0.999 (Nichol & Dhariwal 2021)."""
        if L < 1 or not 0 <= offset < 1:
            raise ValueError(
                f"L >= 1 and offset in [0, 1) are needed, not L = {L}, offset = {offset}"
            )
        i = torch.arange(L + 1, dtype=torch.float64) / L
        squared = torch.cos((i + offset) / (1 + offset) * math.pi / 2) ** 2
        return cls((1 - squared[1:] / squared[:-1]).clamp(max=0.999).sqrt())

    @property
    def T(self) -> float:  # type: ignore[override]
        """L, the number of steps."""
        return float(self.betas.shape[0])

    t_min = 1.0

    def times(self, n: int | None = None) -> Tensor:
        """The n + 1 whole times L = i_0 > ... > i_n = 0, evenly spread; all of them by default."""
        L = int(self.T)
        n = L if n is None else n
        if not 1 <= n <= L:
            raise ValueError(f"n must be between 1 and L = {L}, not {n}")
        return torch.linspace(L, 0, n + 1, dtype=torch.float64).round()

    def _index(self, t: Tensor) -> Tensor:
        if bool((t != t.round()).any()):
            raise ValueError(f"a discrete process lives at the whole times 0..{self.T:g}, not {t}")
        return t.long()

    def _alpha(self, t: Tensor) -> Tensor:
        return torch.exp(self._table(t))

    def _variance(self, t: Tensor) -> Tensor:
        return -torch.expm1(2 * self._table(t)) + 0.0  # 0, not -0, at t = 0

    def _table(self, t: Tensor) -> Tensor:
        table: Tensor = self._log_alpha_bar  # type: ignore[attr-defined]
        return table.to(t.device)[self._index(t)]

    def _sigma(self, t: Tensor) -> Tensor:
        return self._variance(t).sqrt()

    def alpha_dot(self, t: float | Tensor) -> Tensor:
        """A chain has no velocity: always a `TypeError`."""
        raise TypeError("a DiscreteProcess has no time derivative; use VP for the continuous limit")

    sigma_dot = variance_dot = f = g2 = alpha_dot


def uniform_in_time(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
    """n + 1 times evenly spaced from t_max down to t_min."""
    return torch.linspace(t_max, t_min, n + 1, dtype=torch.float64)


def uniform_in_log_snr(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
    """n + 1 times whose log-SNR is evenly spaced."""
    low, high = (
        _finite_log_snr(process, t, name) for t, name in ((t_max, "t_max"), (t_min, "t_min"))
    )
    return process.t_from_log_snr(torch.linspace(low, high, n + 1, dtype=torch.float64))


def karras(rho: float = 7.0) -> Callable[[Process, float, float, int], Tensor]:
    """Times at which (sigma/alpha)^(1/rho) is evenly spaced (Karras et al. 2022, eq. 5)."""
    check_positive(rho, "rho")

    def spacing(process: Process, t_max: float, t_min: float, n: int) -> Tensor:
        high = math.exp(-0.5 / rho * _finite_log_snr(process, t_max, "t_max"))
        low = math.exp(-0.5 / rho * _finite_log_snr(process, t_min, "t_min"))
        levels = torch.linspace(high, low, n + 1, dtype=torch.float64) ** rho
        return process.t_from_log_snr(-2 * levels.log())

    return spacing


def time_grid(
    process: Process,
    n: int,
    spacing: Callable[[Process, float, float, int], Tensor] = uniform_in_log_snr,
    t_max: float | None = None,
    t_min: float | None = None,
) -> Tensor:
    """n + 1 decreasing times for n sampler steps, from t_max to t_min, float64.

    `spacing` is one of `uniform_in_time`, `uniform_in_log_snr`, `karras(rho)`, or your own.
    """
    if isinstance(process, DiscreteProcess):
        raise ValueError("a DiscreteProcess has a grid of its own: process.times(n)")
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"a grid needs a whole number of steps, at least one step, not n = {n}")
    t_max = process.t_max if t_max is None else t_max
    t_min = process.t_min if t_min is None else t_min
    if not 0 < t_min < t_max <= process.T:
        raise ValueError(f"0 < t_min < t_max <= {process.T:g} is needed, not {t_min}, {t_max}")
    times = spacing(process, t_max, t_min, n)
    times[0], times[-1] = t_max, t_min  # exactly, whatever the rounding of an inverse
    return times


def _finite_log_snr(process: Process, t: float, name: str) -> float:
    value = process.log_snr(t).item()
    if not math.isfinite(value):
        raise ValueError(f"{name} = {t:g} has no finite log-SNR; keep within {process.t_max:g}")
    return value


def _derivative(curve: Callable[[Tensor], Tensor], t: Tensor) -> Tensor:
    """The derivative of an elementwise function at t; works inside functorch transforms too."""
    return torch.func.grad(lambda s: curve(s).sum())(t)
