"""What every denoiser can be read as, from one evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from ..calculus import value_and_divergence
from ..processes import Process
from .predictions import prediction_of


def process_of(denoiser: AbstractDenoiser) -> Process:
    """The process of a denoiser; `TypeError` for what is none, as a plain function."""
    if not hasattr(denoiser, "process"):
        raise TypeError(
            f"a denoiser is needed, not a {type(denoiser).__name__}, which knows no process: "
            "make one of a function (x_t, t) -> x_0 by FunctionDenoiser(function, process)"
        )
    return denoiser.process


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
        return prediction_of("score", self.x0_eps(x_t, t), t, self.process)

    def v(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """alpha eps - sigma x_0 (Salimans & Ho 2022)."""
        return prediction_of("v", self.x0_eps(x_t, t), t, self.process)

    def velocity(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """dx/dt of the probability-flow ODE, alpha' x_0 + sigma' eps; finite where alpha = 0."""
        return prediction_of("velocity", self.x0_eps(x_t, t), t, self.process)

    def v_and_divergence(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """v, and its divergence in x_t, (B,): by one backward pass a coordinate."""
        return value_and_divergence(lambda x: self.v(x, t), x_t)
