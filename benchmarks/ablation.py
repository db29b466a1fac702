"""From the bare loop to `training.fit`, one ingredient at a time.

Each row adds one thing to the row above it; the last is the package's own `fit`. All rows train
for equal CPU seconds from the same seeds, so that a row and the one above it are pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import Denoiser
from dgm_lessons.networks import EMA, MLP
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import VP
from dgm_lessons.training import averaged_targets, learning_rate, noise_times, set_learning_rate

from .evaluate import laws
from .mixture import Judge
from .ours import Ours, draw, noise_at
from .race import Entry, race


@dataclass(frozen=True)
class Ingredients:
    """What a variant of the loop does."""

    batch: int = 2048
    width: int = 128
    depth: int = 4
    lr: float = 1e-3
    cosine: bool = False  # else a constant rate, and the running average of the weights
    stratified: bool = False  # else each level drawn alone from Karras et al.'s training law
    scales: tuple[float, ...] = (1.0,)
    average: bool = False


def settings(quick: bool) -> dict[str, Any]:
    """CPU seconds of training, seeds and number of samples."""
    if quick:
        return {"budget": 0.1, "seeds": [0], "samples": 500, "pairs": 5}
    return {"budget": 2.0, "seeds": [10, 11, 12, 13, 14], "samples": 4000, "pairs": 50}


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """One row for each variant, on the ring; `runs` keeps what has been trained."""
    chosen = settings(quick)
    judge = Judge(laws()[0], chosen["samples"], chosen["pairs"])
    entries = [
        Entry(name, make, judge.points, judge, [chosen["budget"]], restart=True)
        for name, parts in rows().items()
        for make in (partial(Variant, parts=parts) if parts else Ours,)
    ]
    return chosen | {"rows": race(runs, entries, chosen["seeds"], quick)}


def rows() -> dict[str, Ingredients | None]:
    """The variants by name, in order; None stands for `fit` itself."""
    bare = Ingredients()
    small = replace(bare, batch=256)
    cosine = replace(small, cosine=True, lr=1e-2)
    levels = replace(cosine, stratified=True)
    network = replace(levels, width=64, depth=3)
    scales = replace(network, scales=MLP.scales)
    average = replace(scales, average=True)
    return {
        "bare loop": bare,
        "batch of 256": small,
        "rate 0.01 and cosine, no average of weights": cosine,
        "stratified log-normal levels": levels,
        "64 units, 3 layers": network,
        "three input scales": scales,
        "averaged targets": average,
        "rate 0.02": replace(average, lr=2e-2),
        "blocks of 8 batches: fit": None,
    }


class Scaled(MLP):
    """The package's network with other input scales."""

    def __init__(self, scales: tuple[float, ...], width: int, depth: int) -> None:
        self.scales = scales  # type: ignore[assignment]
        super().__init__(2, width, depth)


class Variant:
    """A training loop with some of the ingredients, in the form of a contender."""

    def __init__(self, points: Tensor, seed: int, steps: int, parts: Ingredients) -> None:
        torch.manual_seed(seed)
        self.points, self.steps, self.parts = points, steps, parts
        self.generator, self.done = Generator().manual_seed(seed), 0
        self.network = Scaled(parts.scales, parts.width, parts.depth)
        self.trained = Denoiser(self.network, VP(), predicts="v")
        self.ema = None if parts.cosine else EMA(self.network)
        self.model = self.ema.network if self.ema else self.network
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), parts.lr, betas=(0.9, 0.95), fused=True
        )
        self.std = points.std(0).square().mean().sqrt().item()

    def advance(self) -> None:
        """One step, on one batch."""
        parts, self.done = self.parts, self.done + 1
        rows = torch.randint(len(self.points), (parts.batch,), generator=self.generator)
        x0, t = self.points[rows], self.times(parts.batch)
        eps = torch.randn(x0.shape, generator=self.generator)
        if parts.average:
            x0, eps = averaged_targets(self.trained.process, x0, t, eps)
        loss = denoising_loss(self.trained, x0, t, eps)
        if parts.cosine:
            share = learning_rate(min(self.done, self.steps), self.steps)
            set_learning_rate(self.optimizer, parts.lr * share)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.ema:
            self.ema.update(self.network, self.done)

    def times(self, n: int) -> Tensor:
        """Noise levels: spread over the batch, or each by itself (Karras et al. 2022, table 1)."""
        process = self.trained.process
        if self.parts.stratified:
            return noise_times(process, n, self.generator, 0.25 * self.std)
        level = -1.2 + 1.2 * torch.randn(n, generator=self.generator) + torch.tensor(self.std).log()
        low, high = (process.log_snr(t).item() for t in (process.t_max, process.t_min))
        return process.t_from_log_snr((-2 * level).clamp(low, high))

    @property
    def denoiser(self) -> Denoiser:
        """With the averaged weights where there are some."""
        return Denoiser(self.model, VP(), predicts="v")

    def noise(self, x: Tensor, s: float) -> Tensor:
        """E[eps | x] for x = x_0 + s eps."""
        return noise_at(self.denoiser, x, s)

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """n points by Heun steps."""
        return draw(self.denoiser, n, seed, calls)
