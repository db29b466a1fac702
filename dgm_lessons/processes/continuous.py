"""The processes in continuous time: VP, CosineVP, VE, EDM and FlowMatching."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import check_positive
from .base import Process


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
