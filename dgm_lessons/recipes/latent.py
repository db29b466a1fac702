"""Latent diffusion: digits become codes of 48 numbers, and the codes are denoised.

Training on a code takes a fifth of the arithmetic of training on a picture. Ten minutes of one CPU
core (in bfloat16), two of them for the autoencoder, show the denoiser each digit 68 times.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .. import data, metrics
from ..denoisers import Denoiser
from ..networks import CodeMLP, DigitCodes
from ..objectives import denoising_loss
from ..processes import VP
from ..training import noise_times
from .base import Batch, Recipe
from .judging import digit_codes, evaluate_digits, picture_of_digits, sample_codes


def mnist_codes(device: torch.device) -> Recipe:
    """An autoencoder for digits, whose codes bear a little noise; trained by squared error."""
    images = data.mnist("train")[0].to(device)[:, None].float() / 255
    arguments: dict[str, Any] = {"code": 48, "widths": [24, 64]}
    network = DigitCodes(**arguments)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(images), (64,), generator=generator, device=device)
        return images[rows], torch.randn(64, network.code, generator=generator, device=device)

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        x, noise = batch
        z, decoded = network(x, 0.3 * noise)  # so that near codes mean near digits
        return (decoded - x).square().flatten(1).sum(1).mean() + 1e-3 * z.square().sum(1).mean()

    def finish(network: nn.Module) -> None:
        assert isinstance(network, DigitCodes)
        network.standardise(images)

    return Recipe(
        "mnist-codes",
        network,
        arguments,
        draw,
        loss,
        evaluate_codes,
        steps=5000,
        lr=3e-3,
        finish=finish,
    )


@torch.no_grad()
def evaluate_codes(network: nn.Module) -> dict[str, Any]:
    """Squared error of the decoded test digits, and the Frechet distance of decoded digits."""
    assert isinstance(network, DigitCodes)
    device = network.mean.device
    test = data.mnist("test")[0].to(device)
    target = metrics.mnist_features(test)
    generator = Generator(device).manual_seed(1)
    train = data.mnist("train")[0].to(device)
    rows = torch.randperm(len(train), generator=generator, device=device)[: len(test)]
    report: dict[str, Any] = {"samples": len(test)}
    real = metrics.mnist_features(train[rows])
    report["frechet_floor"] = metrics.frechet_distance(real, target)
    x = train[rows, None].float() / 255
    decoded = torch.cat([network.decode(network.encode(part)) for part in x.split(1000)])
    report["squared_error"] = (decoded - x).square().flatten(1).sum(1).mean().item()
    pixels = (decoded[:, 0] * 255).round().to(torch.uint8)
    report["frechet_decoded"] = metrics.frechet_distance(metrics.mnist_features(pixels), target)
    return report


def mnist_latent(device: torch.device) -> Recipe:
    """A perceptron that denoises the codes of `mnist-codes`, told the label."""
    codes = digit_codes(device)
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    with torch.no_grad():
        parts = images[:, None].split(1000)
        all_z = torch.cat([codes.encode(part.float() / 255) for part in parts])
    process, size = VP(), 256
    arguments: dict[str, Any] = {"dim": all_z.shape[1], "classes": 10, "width": 512, "depth": 3}

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(all_z), (size,), generator=generator, device=device)
        hidden = torch.rand(size, generator=generator, device=device) < 0.1
        labels = torch.where(hidden, -1, all_labels[rows])
        t = noise_times(process, size, generator, median=0.7, device=device)
        eps = torch.randn(all_z[rows].shape, generator=generator, device=device)
        return all_z[rows], labels, t, eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        z, labels, t, eps = batch
        denoiser = Denoiser(partial(network, labels=labels), process, "v")
        return denoising_loss(denoiser, z, t, eps) / z.shape[1]

    def denoiser(trained: nn.Module) -> Denoiser:
        return Denoiser(trained, process, "v")

    return Recipe(
        "mnist-latent",
        CodeMLP(**arguments),
        arguments,
        draw,
        loss,
        lambda trained: evaluate_digits(denoiser(trained), draw=sample_codes, guidance=0.3),
        steps=16_000,
        lr=2e-3,
        picture=lambda trained: picture_of_digits(denoiser(trained), sample_codes),
        process=process,
        predicts="v",
    )
