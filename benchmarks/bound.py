"""The variational bound of MNIST denoisers, in bits per dimension of the first test digits.

Three widths of the reverse steps in chains of 50 to 1,000 of them, for the network
`mnist-conditional`, label not told; and three prediction types, each trained for as many steps.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import torch
from accelerate import Accelerator
from torch import Generator, Tensor, nn

from dgm_lessons import data, zoo
from dgm_lessons.denoisers import AbstractDenoiser, Denoiser
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.recipes import Batch, Recipe, mnist_vp, variational_bound
from dgm_lessons.recipes.bound import WIDTHS
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
            rows.append({"steps": steps, "width": width} | bill(denoiser, images, steps, width))
            progress(f"{steps} steps, {width}: {rows[-1]['total']:.3f} bits per dimension")
    return rows


def compare_predictions(images: Tensor, steps: int, chain: int) -> list[dict[str, Any]]:
    """One row for each prediction type and each width but the large one."""
    rows = []
    for kind in PREDICTS:
        denoiser = trained(kind, steps)
        for width in ("small", "best"):
            row = {"predicts": kind, "trained": steps, "steps": chain, "width": width}
            rows.append(row | bill(denoiser, images, chain, width))
            progress(f"{kind}, {width}: {rows[-1]['total']:.3f} bits per dimension")
    return rows


def bill(
    denoiser: AbstractDenoiser, images: Tensor, steps: int, width: str
) -> dict[str, float | list[float]]:
    """The bound's parts; the noise is the same for every denoiser and width."""
    parts = variational_bound(denoiser, images, Generator().manual_seed(1), steps, width=width)
    return {"blocks" if name == "steps" else name: v.tolist() for name, v in parts.items()}


def trained(kind: str, steps: int) -> Denoiser:
    """The recipe `mnist-vp` with another prediction type: same first weights, batches and noise."""
    torch.manual_seed(0)
    training = Run(predicting(mnist_vp(torch.device("cpu")), kind), steps, 0, Accelerator(cpu=True))
    while training.step < steps:
        training.advance()
    assert training.recipe.process
    return Denoiser(training.ema.network, training.recipe.process, kind)


def predicting(recipe: Recipe, kind: str) -> Recipe:
    """The recipe with another prediction type, and the plain squared error of what it predicts."""
    process = recipe.process
    assert process

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        x0, labels, t, eps = batch
        denoiser = Denoiser(partial(network, labels=labels), process, kind)
        return denoising_loss(denoiser, x0, t, eps) / x0[0].numel()

    return replace(recipe, predicts=kind, loss=loss)
