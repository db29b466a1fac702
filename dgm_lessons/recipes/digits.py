"""Denoisers for MNIST digits, 24x24: one network, four ways to train it.

On a CPU they are sized for ten minutes of one core; on a GPU the network is wider and the batch
larger. All but `mnist-vp` are told the label, hidden from one image in ten, so that they also
know the digits without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .. import data
from ..denoisers import Denoiser, Network
from ..networks import UNet
from ..objectives import denoising_loss
from ..processes import VE, VP, FlowMatching, Process
from ..training import even_shares, noise_times
from .base import Batch, Recipe
from .judging import evaluate_bound, evaluate_digits, picture_of_digits

Times = Callable[[Process, int, Generator, torch.device], Tensor]


def mnist_vp(device: torch.device) -> Recipe:
    """Variance-preserving process, v-prediction, log-normal noise levels; never told a label."""
    return _digits("mnist-vp", device, VP(), "v", _log_normal, classes=0)


def mnist_conditional(device: torch.device) -> Recipe:
    """As `mnist-vp`, and told the label: good digits after ten minutes on a CPU."""
    return _digits("mnist-conditional", device, VP(), "v", _log_normal)


def mnist_ve(device: torch.device) -> Recipe:
    """As NCSN: added noise from 0.01 to 50, evenly in its logarithm, and eps-prediction.

    With NCSN's weights, sigma^2 |score error|^2 (Song and Ermon 2019, equation 6), and no skip
    connection the levels that decide on a digit hardly count: 10,000 steps still drew scrawls. So
    the network has the skip, and the loss the weights, of Karras et al. 2022.
    """
    return _digits("mnist-ve", device, VE(), "eps", _even_in_log_snr, skip=True)


def mnist_fm(device: torch.device) -> Recipe:
    """Flow matching: straight paths, times even in t, and velocity prediction."""
    return _digits("mnist-fm", device, FlowMatching(), "velocity", _even_in_time)


def _digits(
    name: str,
    device: torch.device,
    process: Process,
    predicts: str,
    times: Times,
    classes: int = 10,
    skip: bool = False,
) -> Recipe:
    large = device.type == "cuda"
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    all_x0 = data.mnist_to_unit(images)
    size, widths = (512, [48, 128]) if large else (64, [24, 64])
    arguments: dict[str, Any] = {"size": 24, "classes": classes, "widths": widths, "skip": skip}

    def denoiser_of(network: Network) -> Denoiser:
        return Denoiser(network, process, predicts)

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(all_x0), (size,), generator=generator, device=device)
        x0, labels = all_x0[rows], all_labels[rows]
        hidden = torch.rand(size, generator=generator, device=device) < (0.1 if classes else 1.0)
        t = times(process, size, generator, device)
        eps = torch.randn(x0.shape, generator=generator, device=device)
        return x0, torch.where(hidden, -1, labels), t, eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        x0, labels, t, eps = batch
        denoiser = denoiser_of(partial(network, labels=labels))
        weight = 1 + 1 / process.snr(t) if skip else None  # undoes the skip's factor
        return denoising_loss(denoiser, x0, t, eps, weight) / x0[0].numel()

    network = UNet(**arguments)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Recipe(
        name,
        network,
        arguments,
        draw,
        loss,
        lambda trained: judged(denoiser_of(trained)),
        steps=10_000,  # under ten minutes of one CPU core
        lr=2e-3 if large else 4e-3,
        picture=lambda trained: picture_of_digits(denoiser_of(trained)),
        process=process,
        predicts=predicts,
    )


def judged(denoiser: Denoiser) -> dict[str, Any]:
    """Samples against real digits, and the bill in bits."""
    return evaluate_digits(denoiser) | evaluate_bound(denoiser)


def _log_normal(process: Process, n: int, generator: Generator, device: torch.device) -> Tensor:
    return noise_times(process, n, generator, median=1.0, spread=1.3, device=device)


def _even_in_time(process: Process, n: int, generator: Generator, device: torch.device) -> Tensor:
    return process.t_min + (process.t_max - process.t_min) * even_shares(n, generator, device)


def _even_in_log_snr(
    process: Process, n: int, generator: Generator, device: torch.device
) -> Tensor:
    noisy, clean = (process.log_snr(t).item() for t in (process.t_max, process.t_min))
    return process.t_from_log_snr(noisy + (clean - noisy) * even_shares(n, generator, device))
