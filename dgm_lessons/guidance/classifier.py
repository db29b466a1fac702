"""Classifier guidance: a denoiser pushed along the gradient of a classifier of noisy points."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from .._inputs import all_finite, expand
from ..calculus import gradient
from ..denoisers import AbstractDenoiser
from ..processes.elementary import over


class ClassifierGuidedDenoiser(AbstractDenoiser):
    """The denoiser whose score is score(x_t) + scale * grad log p_t(c | x_t), `eq-guide-score`.

    Pushed so, an unconditional denoiser needs the scale 1 + w for what classifier-free guidance
    does with the weight w, and a conditional one the scale w; with exact fields the three are one.

    Args:
        denoiser: the one that is pushed.
        log_classifier: takes noisy points x_t, (B, *D), and a time to log p_t(c | x_t), (B,), by
            torch's functions. A classifier of clean images will not do: it has not seen noise.
        scale: of the gradient, 0 for none.

    At alpha = 0, where nothing is left of the data, it raises `ValueError`.

    Source: Dhariwal and Nichol, Diffusion models beat GANs on image synthesis (2021), algorithm 1.
    """

    def __init__(
        self,
        denoiser: AbstractDenoiser,
        log_classifier: Callable[[Tensor, float | Tensor], Tensor],
        scale: float,
    ) -> None:
        if not 0 <= scale < math.inf:
            raise ValueError(f"scale is {scale}; give a finite number, 0 or more")
        self.process = denoiser.process
        self.denoiser, self.log_classifier, self.scale = denoiser, log_classifier, scale

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """(E[x_0 | x_t], E[eps | x_t]), pushed: the score is -eps / sigma."""
        alpha, sigma = self.process.levels(t)
        reach = over(sigma * sigma, alpha)
        if not all_finite(reach):
            raise ValueError(
                f"at t = {t} nothing is left of the data, and x_0 cannot be read from a score; "
                f"stay at or before t_max = {self.process.t_max:g}"
            )
        x0, eps = self.denoiser.x0_eps(x_t, t)
        slope = gradient(lambda x: self.log_classifier(x, t), x_t, "log_classifier(x_t, t)")
        push = self.scale * slope.to(x_t)
        return x0 + expand(reach, x_t) * push, eps - expand(sigma, x_t) * push
