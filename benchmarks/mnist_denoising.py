"""How well a score network denoises MNIST: decibels on digits that it has not seen, by noise level.

The network `mnist-vp` was trained by denoising score matching at all levels. Beside it stand two
rivals: to do nothing, and the Wiener filter, the best denoiser for the Gaussian that has the mean
and the covariance of the training digits.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import data, zoo
from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.processes import Process

from .measure import need_mnist, progress

LEVELS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # sigma/alpha, for digits of variance 1
SHARE = 250  # digits that the network sees at a time


def run(quick: bool) -> dict[str, Any]:
    """One row for each noise level; the peak of the PSNR is white minus black."""
    need_mnist()
    seen, unseen = (20_000, 1000) if not quick else (1000, 20)
    train, test = (data.mnist_to_unit(data.mnist(split)[0]) for split in ("train", "test"))
    network, peak = zoo.load("mnist-vp"), (test.max() - test.min()).item()
    wiener = best_gaussian(train[:seen].flatten(1), network.process)
    rows = []
    for level in LEVELS:
        errors = squared_errors(network, wiener, test[:unseen], level)
        rows.append({"level": level} | judged(errors, peak))
        progress(f"level {level}: {rows[-1]}")
    return {"network": "mnist-vp", "images": unseen, "peak": peak, "rows": rows}


def best_gaussian(digits: Tensor, process: Process) -> ExactDenoiser:
    """The Wiener filter of these digits, `(n, 576)`."""
    covariance = torch.cov(digits.T) + 1e-3 * torch.eye(digits.shape[1])
    law = GaussianMixture(torch.ones(1), digits.mean(0, keepdim=True), covariance[None])
    return ExactDenoiser(law, process)


@torch.no_grad()
def squared_errors(
    network: AbstractDenoiser, wiener: ExactDenoiser, clean: Tensor, level: float
) -> dict[str, Tensor]:
    """Mean squared error of each digit, on the same noise for all three."""
    process, g = network.process, Generator().manual_seed(0)
    t = process.t_from_log_snr(torch.tensor(-2 * math.log(level))).item()
    noisy = process.perturb(clean, t, torch.randn(clean.shape, generator=g))
    guesses = {
        "nothing": noisy / process.alpha(t),
        "wiener": wiener(noisy.flatten(1), t).view_as(clean),
        "network": torch.cat([network(part, t) for part in noisy.split(SHARE)]),
    }
    return {name: ((guess - clean) ** 2).flatten(1).mean(1) for name, guess in guesses.items()}


def judged(errors: dict[str, Tensor], peak: float) -> dict[str, float]:
    """PSNR of each, and the network's lead over the Wiener filter with its standard error."""
    found = {name: 20 * math.log10(peak) - decibels(e.mean()) for name, e in errors.items()}
    ours, theirs = errors["network"], errors["wiener"]
    ratio = ours.mean() / theirs.mean()
    noise = (ours - ratio * theirs).std() / ours.mean() / math.sqrt(len(ours))
    lead = {"lead": -decibels(ratio), "lead_error": 10 / math.log(10) * noise.item()}
    return found | lead


def decibels(value: Tensor) -> float:
    """Of a ratio of squares."""
    return 10 * math.log10(value.item())
