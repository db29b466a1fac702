"""The DDPM chain: a process that lives at whole times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .._inputs import widest
from .base import Process


@dataclass(frozen=True, eq=False)
class DiscreteProcess(Process):
    """The DDPM chain x_i = alpha_i x_{i-1} + beta_i eps, alpha_i = sqrt(1 - beta_i^2), i = 1..L.

    Its times are the integers 0..L: alpha(i) is the product of the alpha_k up to i. `betas`
    (shape (L,), each in (0, 1)) are standard deviations; DDPM papers tabulate their squares. The
    squares of the known schedules are recognised and refused; other variances cannot be told
    from standard deviations, and noise the data far too little: look at `alpha(L)`.
    """

    betas: Tensor

    def __post_init__(self) -> None:
        betas = torch.as_tensor(self.betas).to(torch.float64, copy=True)
        if betas.dim() != 1 or not betas.numel():
            raise ValueError(f"betas must have shape (L,) with L >= 1, not {tuple(betas.shape)}")
        if not bool(((betas > 0) & (betas < 1)).all()):
            raise ValueError("every beta must lie strictly between 0 and 1")
        if _known_variances(betas):
            raise ValueError(
                "these betas are the variances of a known schedule; give standard deviations: "
                "betas.sqrt()"
            )
        log_alpha = torch.cat([betas.new_zeros(1), 0.5 * torch.log1p(-(betas**2)).cumsum(0)])
        object.__setattr__(self, "betas", betas)
        object.__setattr__(self, "_log_alpha_bar", log_alpha)

    @classmethod
    def linear(cls, L: int = 1000) -> DiscreteProcess:
        """The linear schedule of Ho et al. (2020), scaled with L so that every chain ends in noise.

        beta_i^2 rises evenly from 0.1/L to 20/L. At L = 1000 these are the 0.0001 and 0.02 of the
        paper. At any other L they are not: the paper's numbers would leave a short chain far from
        noise (alpha_bar_L = 0.88 at L = 25), while these keep the sum of the beta_i^2 at 10.05,
        and with it alpha_bar_L^2 near exp(-10.05), for all L; it is a little less for small L,
        where steps are large. L must exceed 20, for beta < 1.
        """
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
        return table.to(t.device, widest(t.device))[self._index(t)]

    def _sigma(self, t: Tensor) -> Tensor:
        return self._variance(t).sqrt()

    def _alpha_dot(self, t: Tensor) -> Tensor:
        raise TypeError("a DiscreteProcess has no time derivative; use VP for the continuous limit")

    _sigma_dot = _variance_dot = _alpha_dot


def _known_variances(betas: Tensor) -> bool:
    """Whether the betas (L,) are the squares of those in a schedule that everybody uses."""
    L = len(betas)
    i = torch.linspace(0, 1, L + 1, dtype=torch.float64)
    squared = torch.cos((i + 0.008) / 1.008 * math.pi / 2) ** 2
    schedules = (
        torch.linspace(1e-4, 0.02, L, dtype=torch.float64),  # Ho et al. 2020
        torch.linspace(0.1 / L, 20 / L, L, dtype=torch.float64),  # the same for any L
        torch.linspace(0.00085**0.5, 0.012**0.5, L, dtype=torch.float64) ** 2,  # Rombach et al.
        (1 - squared[1:] / squared[:-1]).clamp(max=0.999),  # Nichol and Dhariwal 2021
    )
    return L > 1 and any(torch.allclose(betas, known, rtol=1e-4, atol=0) for known in schedules)
