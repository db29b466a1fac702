"""Variational autoencoders for black and white MNIST digits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .. import data
from ..networks import DigitPlane, DigitVAE
from ..vae import elbo, importance_weighted_bound
from .base import Batch, Recipe

ACTIVE = 0.01  # variance of a code's mean over the data above which the unit is called active


def mnist_vae(device: torch.device) -> Recipe:
    """The flagship: one stochastic layer of 40 numbers, dense networks, wider on a GPU."""
    large = device.type == "cuda"
    arguments = {"code": 40, "hidden": [1024, 1024] if large else [512, 256]}
    return _vae("mnist-vae", device, DigitVAE, arguments, steps=400_000 if large else 100_000)


def mnist_plane(device: torch.device) -> Recipe:
    """A code of two numbers, to be drawn as a plane; a map of test digits travels with it."""

    def finish(plane: nn.Module) -> None:
        assert isinstance(plane, DigitPlane)
        ink, labels = _test_digits(device)
        plane.place(ink[: len(plane.test_codes)], labels[: len(plane.test_codes)])

    recipe = _vae("mnist-plane", device, DigitPlane, {"hidden": [160, 160]}, steps=30_000)
    return replace(recipe, finish=finish)


def _vae(
    name: str,
    device: torch.device,
    make: type[DigitVAE],
    arguments: dict[str, Any],
    steps: int,
) -> Recipe:
    ink = data.mnist("train")[0].to(device).float() / 255
    network = make(**arguments)
    network.start_at(ink.mean(0))
    code = arguments.get("code", 2)

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(ink), (128,), generator=generator, device=device)
        x = torch.bernoulli(ink[rows], generator=generator)  # anew each time: less overfitting
        return x, torch.randn(len(rows), code, generator=generator, device=device)

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        reconstruction, kl = network(*batch)
        return (kl - reconstruction).mean()

    def evaluate(trained: nn.Module) -> dict[str, Any]:
        assert isinstance(trained, DigitVAE)
        return evaluate_vae(trained)

    return Recipe(name, network, arguments, draw, loss, evaluate, steps, lr=2e-3)


def _test_digits(device: torch.device) -> tuple[Tensor, Tensor]:
    """The test digits, made black and white once, with a seed of their own; and their labels."""
    images, labels = data.mnist("test")
    seed = Generator().manual_seed(0)  # on the CPU: the same pixels whatever the device
    return torch.bernoulli(images.float() / 255, generator=seed).to(device), labels.to(device)


@torch.no_grad()
def evaluate_vae(vae: DigitVAE, draws: int = 500) -> dict[str, Any]:
    """Nats of the 10,000 test digits, made black and white once.

    `elbo` = -distortion - rate, and the importance-weighted bound with so many draws.
    """
    device = next(vae.parameters()).device
    generator = Generator(device).manual_seed(1)
    x, _ = _test_digits(device)
    terms = [elbo(vae, part, generator) for part in x.split(500) for _ in range(5)]
    reconstruction, kl = (torch.cat(parts) for parts in zip(*terms, strict=True))
    parts = [importance_weighted_bound(vae, part, draws, generator) for part in x.split(500)]
    bound = torch.cat(parts).double()
    active = vae.encode(x)[0].var(0) > ACTIVE
    return {
        "images": len(x),
        "elbo": (reconstruction - kl).double().mean().item(),
        "rate": kl.double().mean().item(),
        "distortion": -reconstruction.double().mean().item(),
        "draws": draws,
        "importance_weighted_bound": bound.mean().item(),
        "importance_weighted_bound_error": (bound.std() / len(x) ** 0.5).item(),
        "active_units": int(active.sum().item()),
    }
