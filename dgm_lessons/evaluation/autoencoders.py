"""Autoencoders: bounds of their likelihood, errors of their reconstructions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .. import data, metrics
from ..networks import DigitCodes, DigitVAE
from ..vae import elbo, importance_weighted_bound

ACTIVE = 0.01  # variance of a code's mean over the data above which the unit is called active


def binary_test_digits(device: torch.device) -> tuple[Tensor, Tensor]:
    """The test digits, made black and white once, with a seed of their own; and their labels."""
    images, labels = data.mnist("test")
    generator = torch.Generator().manual_seed(0)  # on the CPU: the same pixels whatever the device
    ink = torch.bernoulli(images.float() / 255, generator=generator)
    return ink.to(device), labels.to(device)


@torch.no_grad()
def evaluate_vae(vae: DigitVAE, draws: int = 500) -> dict[str, Any]:
    """Nats of the 10,000 test digits, made black and white once.

    `elbo` = -distortion - rate, and the importance-weighted bound with so many draws.
    """
    device = next(vae.parameters()).device
    generator = torch.Generator(device).manual_seed(1)
    x, _ = binary_test_digits(device)
    terms = [elbo(vae, part, generator) for part in x.split(500) for _ in range(5)]
    reconstruction, kl = (torch.cat(parts).cpu().double() for parts in zip(*terms, strict=True))
    parts = [importance_weighted_bound(vae, part, draws, generator) for part in x.split(500)]
    bound = torch.cat(parts).cpu().double()
    active = vae.encode(x)[0].var(0) > ACTIVE
    return {
        "images": len(x),
        "elbo": (reconstruction - kl).mean().item(),
        "rate": kl.mean().item(),
        "distortion": -reconstruction.mean().item(),
        "draws": draws,
        "importance_weighted_bound": bound.mean().item(),
        "importance_weighted_bound_error": (bound.std() / len(x) ** 0.5).item(),
        "active_units": int(active.sum().item()),
    }


@torch.no_grad()
def evaluate_codes(codes: DigitCodes) -> dict[str, Any]:
    """Squared error of decoded training digits, and their Frechet distance from the test digits."""
    device = codes.mean.device
    test = data.mnist("test")[0].to(device)
    target = metrics.mnist_features(test)
    generator = torch.Generator(device).manual_seed(1)
    train = data.mnist("train")[0].to(device)
    rows = torch.randperm(len(train), generator=generator, device=device)[: len(test)]
    real = metrics.mnist_features(train[rows])
    x = train[rows, None].float() / 255
    decoded = torch.cat([codes.decode(codes.encode(part)) for part in x.split(1000)])
    pixels = (decoded[:, 0] * 255).round().to(torch.uint8)
    return {
        "samples": len(test),
        "frechet_floor": metrics.frechet_distance(real, target),
        "squared_error": (decoded - x).square().flatten(1).sum(1).mean().item(),
        "frechet_decoded": metrics.frechet_distance(metrics.mnist_features(pixels), target),
    }
