"""The variational bound of MNIST denoisers, in bits per dimension of the first test digits.

Three widths of the reverse steps in chains of 50 to 1,000 of them, for the network
`mnist-conditional`, unconditional; and three prediction types, each trained for as many steps.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from accelerate import Accelerator
from torch import Generator, Tensor, nn

from dgm_lessons import data, zoo
from dgm_lessons.bounds import WIDTHS, variational_bound
from dgm_lessons.denoisers import AbstractDenoiser, Denoiser
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.recipes import Batch
from dgm_lessons.recipes.digits import MnistVP
from dgm_lessons.train import Run

from .measure import Clock, need_mnist, progress

PREDICTS = ("v", "eps", "x0")


def run(quick: bool) -> dict[str, Any]:
    """Both tables; they need MNIST in the folder DGM_LESSONS_DATA or in the cache."""
    need_mnist()
    n, steps, chains = (20, 3, (50,)) if quick else (1000, 2000, (50, 200, 1000))
    images, clock = data.mnist("test")[0][:n], Clock()
    with clock.running():
        widths = compare_widths(zoo.load("mnist-conditional"), images, chains)
        predicts = compare_predictions(images, steps, chains[-1])
    return {"images": n, "widths": widths, "predicts": predicts, **clock.seconds()}


def compare_widths(
    denoiser: AbstractDenoiser, images: Tensor, chains: tuple[int, ...]
) -> list[dict[str, Any]]:
    """One row for each number of steps and each width."""
    rows = []
    for steps in chains:
        for width in WIDTHS:
            rows.append({"steps": steps, "width": width} | bound(denoiser, images, steps, width))
            progress(f"{steps} steps, {width}: {rows[-1]['total']:.3f} bits per dimension")
    return rows


def compare_predictions(images: Tensor, steps: int, chain: int) -> list[dict[str, Any]]:
    """One row for each prediction type and each width but the large one."""
    rows = []
    for kind in PREDICTS:
        denoiser = trained(kind, steps)
        for width in ("small", "best"):
            row = {"predicts": kind, "trained": steps, "steps": chain, "width": width}
            rows.append(row | bound(denoiser, images, chain, width))
            progress(f"{kind}, {width}: {rows[-1]['total']:.3f} bits per dimension")
    return rows


def bound(
    denoiser: AbstractDenoiser, images: Tensor, steps: int, width: str
) -> dict[str, float | list[float]]:
    """The bound's parts; the noise is the same for every denoiser and width."""
    parts = variational_bound(denoiser, images, Generator().manual_seed(1), steps, width=width)
    return {"blocks" if name == "steps" else name: v.tolist() for name, v in parts.items()}


def trained(kind: str, steps: int) -> Denoiser:
    """The recipe with another prediction type: same first weights, batches and noise."""
    torch.manual_seed(0)
    recipe = Unweighted(torch.device("cpu"))
    recipe.predicts = kind
    training = Run(recipe, steps, 0, Accelerator(cpu=True))
    while training.step < steps:
        training.advance()
    return recipe.denoiser(training.ema.network)


class Unweighted(MnistVP):
    """`mnist-vp` with the plain squared error of what it predicts, whatever that is."""

    predicts: str

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        x0, labels, t, eps = batch
        denoiser = self.denoiser(partial(network, labels=labels))
        return denoising_loss(denoiser, x0, t, eps) / x0[0].numel()
