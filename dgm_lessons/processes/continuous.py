"""The processes in continuous time: VP, CosineVP, VE, EDM and FlowMatching."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import Scalar, check_positive, check_time
from .base import Process
from .elementary import exp, expm1, over, sin


class Formula(Process):
    """A process whose curves are formulas for numbers and tensors alike, derivatives included."""

    def _time(self, t: float | Tensor, name: str = "t") -> float | Tensor:
        return check_time(t, 0.0, self.T, name)


@dataclass(frozen=True)
class VP(Formula):
    """Variance preserving, linear rate: dx = -beta(t)/2 x dt + sqrt(beta(t)) dw (Song et al. 2021).

    beta(t) = beta_min + t (beta_max - beta_min); alpha = exp(-B/2) with B the integral of beta.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0

    def __post_init__(self) -> None:
        check_positive(self.beta_min, "beta_min")
        if not check_positive(self.beta_max, "beta_max") >= self.beta_min:
            raise ValueError(f"beta_max = {self.beta_max} must be at least beta_min")

    def _integral(self, t: Scalar) -> Scalar:
        return self.beta_min * t + 0.5 * (self.beta_max - self.beta_min) * t**2

    def _rate(self, t: Scalar) -> Scalar:
        return self.beta_min + t * (self.beta_max - self.beta_min)

    def _alpha(self, t: Scalar) -> Scalar:
        return exp(-0.5 * self._integral(t))

    def _variance(self, t: Scalar) -> Scalar:
        return -expm1(-self._integral(t))

    def _sigma(self, t: Scalar) -> Scalar:
        return self._variance(t) ** 0.5

    def _alpha_dot(self, t: Scalar) -> Scalar:
        return -0.5 * self._rate(t) * self._alpha(t)

    def _variance_dot(self, t: Scalar) -> Scalar:
        return self._rate(t) * self._alpha(t) ** 2

    def _sigma_dot(self, t: Scalar) -> Scalar:
        return over(self._variance_dot(t), 2 * self._sigma(t))

    def _time_at(self, log_snr: Tensor) -> Tensor:
        integral = torch.nn.functional.softplus(-log_snr, threshold=50.0)
        slope = self.beta_max - self.beta_min
        root = torch.sqrt(self.beta_min**2 + 2 * slope * integral)
        return 2 * integral / (self.beta_min + root)


@dataclass(frozen=True)
class CosineVP(Formula):
    """Variance preserving on the unit circle: alpha = cos(pi t / 2), sigma = sin(pi t / 2)."""

    @property
    def t_max(self) -> float:
        """Just before T, where alpha = 0 and the drift is infinite."""
        return 1 - 1e-3

    def _alpha(self, t: Scalar) -> Scalar:
        return sin(0.5 * math.pi * (1 - t))  # the cosine, and exactly 0 at t = 1

    def _sigma(self, t: Scalar) -> Scalar:
        return sin(0.5 * math.pi * t)

    def _alpha_dot(self, t: Scalar) -> Scalar:
        return -0.5 * math.pi * self._sigma(t)

    def _variance_dot(self, t: Scalar) -> Scalar:
        return math.pi * self._alpha(t) * self._sigma(t)

    def _sigma_dot(self, t: Scalar) -> Scalar:
        return 0.5 * math.pi * self._alpha(t)

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.atan(torch.exp(-0.5 * log_snr)) * (2 / math.pi)


@dataclass(frozen=True)
class VE(Formula):
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

    def _alpha(self, t: Scalar) -> Scalar:
        return 1 + 0 * t

    def _variance(self, t: Scalar) -> Scalar:
        return self.sigma_min**2 * expm1(2 * self._log_ratio * t)

    def _sigma(self, t: Scalar) -> Scalar:
        return self._variance(t) ** 0.5

    def _alpha_dot(self, t: Scalar) -> Scalar:
        return 0 * t

    def _variance_dot(self, t: Scalar) -> Scalar:
        return 2 * self._log_ratio * (self._variance(t) + self.sigma_min**2)

    def _sigma_dot(self, t: Scalar) -> Scalar:
        return over(self._variance_dot(t), 2 * self._sigma(t))

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.log1p(torch.exp(-log_snr) / self.sigma_min**2) / (2 * self._log_ratio)


@dataclass(frozen=True)
class EDM(Formula):
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

    def _alpha(self, t: Scalar) -> Scalar:
        return 1 + 0 * t

    def _sigma(self, t: Scalar) -> Scalar:
        return t

    def _alpha_dot(self, t: Scalar) -> Scalar:
        return 0 * t

    def _variance_dot(self, t: Scalar) -> Scalar:
        return 2 * t

    def _sigma_dot(self, t: Scalar) -> Scalar:
        return 1 + 0 * t

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.exp(-0.5 * log_snr)


@dataclass(frozen=True)
class FlowMatching(Formula):
    """Straight lines from data to noise: alpha = 1 - t, sigma = t (Lipman et al. 2023)."""

    @property
    def t_max(self) -> float:
        """Just before T, where alpha = 0 and the drift is infinite."""
        return 1 - 1e-3

    def _alpha(self, t: Scalar) -> Scalar:
        return 1 - t

    def _sigma(self, t: Scalar) -> Scalar:
        return t

    def _alpha_dot(self, t: Scalar) -> Scalar:
        return 0 * t - 1

    def _variance_dot(self, t: Scalar) -> Scalar:
        return 2 * t

    def _sigma_dot(self, t: Scalar) -> Scalar:
        return 1 + 0 * t

    def _time_at(self, log_snr: Tensor) -> Tensor:
        return torch.sigmoid(-0.5 * log_snr)
