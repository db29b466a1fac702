"""Digits drawn from a denoiser, and how good they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from .. import data, metrics
from ..denoisers import AbstractDenoiser, Denoiser
from ..networks import CodeMLP, DigitCodes, UNet
from ..processes import Process, karras, time_grid
from ..samplers import DPMSolver2M, sample
from ..zoo import load_network, with_labels
from .bound import variational_bound

CALLS = 18  # of the network, for one sample
Draw = Callable[[AbstractDenoiser, int, Generator], Tensor]


def digit_times(process: Process, calls: int = CALLS) -> Tensor:
    """Times of so many calls: noise levels 40 to 0.03 on a Karras grid, and 0 at the end."""
    first, last = (process.t_from_log_snr(-2 * math.log(s)).item() for s in (40.0, 0.03))
    times = time_grid(process, calls - 1, karras(7.0), t_max=first, t_min=last)
    return torch.cat([times, torch.zeros(1, dtype=times.dtype)])


def sample_digits(
    denoiser: AbstractDenoiser, n: int, generator: Generator, calls: int = CALLS
) -> Tensor:
    """Digits as uint8 `(n, 28, 28)` by DPM-Solver++ 2M, from a denoiser of 24x24 images."""
    times = digit_times(denoiser.process, calls)
    noise = _begin(denoiser.process, (n, 1, 24, 24), times[0], generator)
    return data.mnist_to_pixels(sample(denoiser, noise, times, DPMSolver2M()))


def _begin(process: Process, shape: tuple[int, ...], t: Tensor, generator: Generator) -> Tensor:
    """Noise of the size that x_t has at the first time: the prior may begin with more."""
    return process.sample_prior(shape, generator) * (process.sigma(t) / process.prior_std).float()


def digit_codes(device: torch.device) -> DigitCodes:
    """The autoencoder `mnist-codes` of the zoo."""
    codes = load_network("mnist-codes").to(device)
    assert isinstance(codes, DigitCodes)
    return codes


@torch.no_grad()
def sample_codes(
    denoiser: AbstractDenoiser, n: int, generator: Generator, calls: int = CALLS
) -> Tensor:
    """Digits as uint8 `(n, 28, 28)` from a denoiser of codes, decoded by `mnist-codes`."""
    codes = digit_codes(generator.device)
    times = digit_times(denoiser.process, calls)
    noise = _begin(denoiser.process, (n, codes.code), times[0], generator)
    z = sample(denoiser, noise, times, DPMSolver2M())
    return (codes.decode(z)[:, 0] * 255).round().to(torch.uint8)


def _about(denoiser: Denoiser) -> tuple[torch.device, int]:
    """Where the network lives, and how many labels it knows."""
    network = denoiser.network
    if not isinstance(network, UNet | CodeMLP):
        raise TypeError(f"the network must be a UNet or a CodeMLP, not {type(network).__name__}")
    return next(network.parameters()).device, network.classes


def picture_of_digits(denoiser: Denoiser, draw: Draw = sample_digits) -> Tensor:
    """A 10x10 board of grey pixels; one row for each digit where the network takes labels."""
    device, classes = _about(denoiser)
    labels = torch.arange(10, device=device).repeat_interleave(10)
    drawn_from = with_labels(denoiser, labels) if classes else denoiser
    digits = draw(drawn_from, 100, Generator(device).manual_seed(0))
    return digits.unflatten(0, (10, 10)).transpose(1, 2).reshape(280, 280)


def evaluate_digits(
    denoiser: Denoiser, n: int = 10_000, draw: Draw = sample_digits, guidance: float = 0.7
) -> dict[str, Any]:
    """Frechet distances of n samples to the first n test images, beside the floor of real data.

    For a network with labels: told the label, told and guided, and not told. With the label,
    `agreement` is the share that the classifier reads as asked, and `spread` the mean over the
    classes of (total variance of the samples' features) / (that of real digits of the class).
    """
    device, classes = _about(denoiser)
    generator = Generator(device).manual_seed(1)
    train_images, train_labels = (part.to(device) for part in data.mnist("train"))
    target = metrics.mnist_features(data.mnist("test")[0][:n].to(device))
    rows = torch.randperm(len(train_images), generator=generator, device=device)[:n]
    real = metrics.mnist_features(train_images[rows])
    labels = train_labels[rows]  # the law of the labels, too, is that of the data
    floor = metrics.frechet_distance(real, target)
    report: dict[str, Any] = {"samples": n, "calls": CALLS, "frechet_floor": floor}
    if classes:
        report["guidance"] = guidance
    told = {"frechet": 0.0, "frechet_guided": guidance} if classes else {}
    for kind, weight in (told | {"frechet_no_label": None}).items():
        start, chunks = time.process_time(), []
        for part in labels.split(500):
            one = denoiser if weight is None else with_labels(denoiser, part, weight)
            chunks.append(draw(one, len(part), generator))
        digits, seconds = torch.cat(chunks), time.process_time() - start
        features = metrics.mnist_features(digits)
        report[kind] = metrics.frechet_distance(features, target)
        report[f"{kind}_interval"] = metrics.frechet_interval(features, target, 40)
        report[f"{kind}_cpu_seconds"] = seconds
        if weight is not None:
            agreement = (metrics.mnist_labels(digits) == labels).double().mean()
            report[f"{kind}_agreement"] = agreement.item()
            report[f"{kind}_spread"] = metrics.spread_within(features, real, labels)
    return report


def evaluate_bound(denoiser: Denoiser, n: int = 2000) -> dict[str, Any]:
    """The variational bound of the first n test digits, in bits per dimension; labels not told."""
    device, _ = _about(denoiser)
    images = data.mnist("test")[0][:n].to(device)
    bill = variational_bound(denoiser, images, Generator(device).manual_seed(1))
    return {"bound_images": n} | {f"bound_{name}": part.tolist() for name, part in bill.items()}
