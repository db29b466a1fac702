"""Predictor and corrector: a step to the next noise level, then Langevin steps that stay there."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .._inputs import check_positive, expand
from ..denoisers import AbstractDenoiser
from ..processes.elementary import anywhere, tensor
from .stochastic import ancestral_step, noise_like
from .times import Time

Step = Callable[..., Tensor]


def corrector_moments(
    denoiser: AbstractDenoiser, x: Tensor, t: Time, step_ratio: float
) -> tuple[Tensor, Tensor]:
    """Mean (B, *D) and std of a Langevin step at time t with eta = step_ratio sigma(t)^2.

    The mean x + eta score is written x - step_ratio sigma E[eps | x], which is finite at sigma = 0.
    """
    sigma = tensor(denoiser.process.levels(t)[1])
    return (
        x - expand(step_ratio * sigma, x) * denoiser.eps(x, t),
        (2 * step_ratio) ** 0.5 * sigma,
    )


class PredictorCorrector:
    """A `predictor` step from s to t, then Langevin steps at t (Song et al. 2021, algorithm 1).

    Each correction moves x towards the law of x_t and changes no noise level. Its size is
    eta = step_ratio sigma(t)^2, as in `annealed_langevin`: the same walk in x/alpha, whatever the
    process. For VE the paper sets a signal-to-noise ratio r in its place:
    eta = 2 (r |noise|/|score|)^2. Where the score is mostly noise, |score| = |noise|/sigma, that
    is step_ratio = 2 r^2: 0.05 for the paper's r = 0.16. On one Gaussian of the noise's size, many
    corrections settle at 1/(1 - step_ratio/2) times the variance.

    Costs the predictor's calls and `corrections` more; at sigma(t) = 0 nothing is corrected.

    Args:
        predictor: any step with the contract of this folder.
        corrections: Langevin steps after it, 0 or more.
        step_ratio: in (0, 2), beyond which a step overshoots further than it came.
    """

    def __init__(
        self, predictor: Step = ancestral_step, corrections: int = 1, step_ratio: float = 0.05
    ) -> None:
        if corrections < 0 or corrections != int(corrections):
            raise ValueError(f"corrections must be a whole number, 0 or more, not {corrections}")
        if check_positive(step_ratio, "step_ratio") >= 2:
            raise ValueError(f"step_ratio must be below 2, or the walk runs off, not {step_ratio}")
        self.predictor, self.corrections, self.step_ratio = predictor, corrections, step_ratio

    def __call__(
        self,
        denoiser: AbstractDenoiser,
        x: Tensor,
        s: Time,
        t: Time,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """x at time t from x at time s."""
        x = self.predictor(denoiser, x, s, t, generator)
        if not anywhere(denoiser.process.levels(t)[1] > 0):
            return x
        for _ in range(self.corrections):
            mean, std = corrector_moments(denoiser, x, t, self.step_ratio)
            x = mean + expand(std, x) * noise_like(x, generator)
        return x
