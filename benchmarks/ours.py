"""Our contender in the plane: `training.fit` as the notebooks use it."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.networks import MLP
from dgm_lessons.processes import VP, Process, karras, time_grid
from dgm_lessons.samplers import heun_step, sample
from dgm_lessons.training import fit


class Ours:
    """dgm_lessons, as in its notebooks: fit with its defaults (batch 256, AdamW, rate 2e-2 falling
    to zero, averaged targets), MLP(2) of 3 layers of 64, VP(), v-prediction; Heun on a Karras grid.
    """

    def __init__(self, points: Tensor, seed: int, steps: int) -> None:
        torch.manual_seed(seed)  # layers draw their first weights from the global generator
        self.model = MLP(2)
        self.denoiser = Denoiser(self.model, VP(), predicts="v")
        self.steps = steps
        self.loop: Iterator = fit(self.denoiser, points, steps, generator=_seeded(seed))

    def advance(self) -> None:
        """One step."""
        next(self.loop)

    def noise(self, x: Tensor, s: float) -> Tensor:
        """E[eps | x] for x = x_0 + s eps."""
        return noise_at(self.denoiser, x, s)

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """n points by Heun steps, two network calls each."""
        return draw(self.denoiser, n, seed, calls)


def noise_at(denoiser: Denoiser, x: Tensor, s: float) -> Tensor:
    """E[eps | x] for x = x_0 + s eps, at the time when sigma/alpha is s."""
    t = denoiser.process.t_from_log_snr(-2 * torch.tensor(s, dtype=torch.float64).log())
    return denoiser.eps(x * denoiser.process.alpha(t).to(x), t)


def draw(denoiser: Denoiser, n: int, seed: int, calls: int) -> Tensor:
    """n points from noise, by Heun steps of two network calls each."""
    process: Process = denoiser.process
    noise = process.sample_prior((n, 2), _seeded(seed))
    return sample(denoiser, noise, time_grid(process, calls // 2, karras(7.0)), heun_step)


def _seeded(seed: int) -> Generator:
    return Generator().manual_seed(seed)
