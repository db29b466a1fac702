"""Digits drawn from a denoiser of images or of codes."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .. import data
from ..denoisers import AbstractDenoiser, Denoiser
from ..networks import CodeMLP, DigitCodes, UNet
from ..processes import Process, karras, time_grid
from ..samplers import DPMSolver2M, sample
from ..zoo import load_network, with_labels

CALLS = 18  # of the network, for one sample
CODE = 48  # numbers in a code of `mnist-codes`
Draw = Callable[[AbstractDenoiser, int, torch.Generator], Tensor]


def digit_times(process: Process, calls: int = CALLS) -> Tensor:
    """Times of so many calls: noise levels 40 to 0.03 on a Karras grid, and 0 at the end."""
    first, last = (process.t_from_log_snr(-2 * math.log(s)).item() for s in (40.0, 0.03))
    times = time_grid(process, calls - 1, karras(7.0), t_max=first, t_min=last)
    return torch.cat([times, torch.zeros(1, dtype=times.dtype)])


def sample_digits(
    denoiser: AbstractDenoiser, n: int, generator: torch.Generator, calls: int = CALLS
) -> Tensor:
    """Digits as uint8 `(n, 28, 28)` by DPM-Solver++ 2M, from a denoiser of 24x24 images."""
    return data.mnist_to_pixels(_solve(denoiser, (n, 1, 24, 24), generator, calls))


@torch.no_grad()
def sample_codes(
    denoiser: AbstractDenoiser, n: int, generator: torch.Generator, calls: int = CALLS
) -> Tensor:
    """Digits as uint8 `(n, 28, 28)` from a denoiser of codes, decoded by `mnist-codes`."""
    return digits_of(_solve(denoiser, (n, CODE), generator, calls))


@torch.no_grad()
def digits_of(z: Tensor) -> Tensor:
    """Digits as uint8 `(n, 28, 28)`, decoded by `mnist-codes` from codes `(n, 48)`."""
    return (digit_codes(z.device).decode(z)[:, 0] * 255).round().to(torch.uint8)


def digit_codes(device: torch.device) -> DigitCodes:
    """The autoencoder `mnist-codes` of the zoo."""
    codes = load_network("mnist-codes").to(device)
    assert isinstance(codes, DigitCodes)
    return codes


def picture_of_digits(denoiser: Denoiser, draw: Draw = sample_digits) -> Tensor:
    """A 10x10 board of grey pixels; one row for each digit where the network takes labels."""
    device, classes = device_and_classes(denoiser)
    labels = torch.arange(10, device=device).repeat_interleave(10)
    drawn_from = with_labels(denoiser, labels) if classes else denoiser
    return board(draw(drawn_from, 100, torch.Generator(device).manual_seed(0)))


def board(digits: Tensor) -> Tensor:
    """A hundred digits `(100, 28, 28)` as one picture `(280, 280)`, row by row."""
    return digits.unflatten(0, (10, 10)).transpose(1, 2).reshape(280, 280)


def device_and_classes(denoiser: Denoiser) -> tuple[torch.device, int]:
    """Where the denoiser's network is, and how many labels it knows."""
    network = denoiser.network
    if not isinstance(network, UNet | CodeMLP):
        raise TypeError(f"the network must be a UNet or a CodeMLP, not {type(network).__name__}")
    return next(network.parameters()).device, network.classes


def _solve(
    denoiser: AbstractDenoiser, shape: tuple[int, ...], generator: torch.Generator, calls: int
) -> Tensor:
    process, times = denoiser.process, digit_times(denoiser.process, calls)
    # noise of the size that x_t has at the first time: the prior may begin with more
    size = (process.sigma(times[0]) / process.prior_std).item()
    noise = size * process.sample_prior(shape, generator)
    return sample(denoiser, noise, times, DPMSolver2M())
