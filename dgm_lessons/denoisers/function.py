"""A denoiser made of any function (x_t, t) -> x_0."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from .._inputs import check_batch, check_finite, check_same_shape
from ..processes import Process
from .base import AbstractDenoiser
from .predictions import x0_eps_from


class FunctionDenoiser(AbstractDenoiser):
    """A function of your own, with the process that says how x_t came about.

    Args:
        function: takes noisy points x_t, (B, *D), and a time, a float or of shape () or (B,), to
            an estimate of x_0, (B, *D).
        process: the noising process in which x_t is to be read.

    At sigma = 0, where x_t is x_0 itself, the noise is not determined: other readings are refused.
    """

    def __init__(
        self, function: Callable[[Tensor, float | Tensor], Tensor], process: Process
    ) -> None:
        self.function, self.process = function, process

    def __call__(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """The function's estimate of x_0."""
        x0 = check_finite(self.function(x_t, t), "function(x_t, t)")
        check_same_shape(x0, check_batch(x_t, "x_t"), ("function(x_t, t)", "x_t"))
        return x0

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(x_0, eps) by the function, and by x_t = alpha x_0 + sigma eps."""
        return x0_eps_from(self(x_t, t), x_t, t, self.process, "x0")
