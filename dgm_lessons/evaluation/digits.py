"""Denoisers of digits: their samples against real digits, and their bound in bits."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor

from .. import data, metrics
from ..bounds import variational_bound
from ..denoisers import Denoiser
from ..zoo import with_labels
from .sampling import CALLS, Draw, device_and_classes, sample_digits


def evaluate_digits(
    denoiser: Denoiser, n: int = 10_000, draw: Draw = sample_digits, guidance: float = 0.7
) -> dict[str, Any]:
    """Frechet distances of n samples to the first n test images, beside the floor of real data.

    For a network with labels: conditional, guided, and unconditional. With the label,
    `agreement` is the share that the classifier reads as asked, and `spread` the mean over the
    classes of (total variance of the samples' features) / (that of real digits of the class).
    """
    device, classes = device_and_classes(denoiser)
    generator = torch.Generator(device).manual_seed(1)
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    target = metrics.mnist_features(data.mnist("test")[0][:n].to(device))
    rows = torch.randperm(len(images), generator=generator, device=device)[:n]
    real = metrics.mnist_features(images[rows])
    labels = all_labels[rows]  # the law of the labels, too, is that of the data
    floor = metrics.frechet_distance(real, target)
    report: dict[str, Any] = {"samples": n, "calls": CALLS, "frechet_floor": floor}
    kinds: list[tuple[str, float | None]] = [("frechet_unconditional", None)]
    if classes:
        report["guidance"] = guidance
        kinds = [("frechet_conditional", 0.0), ("frechet_guided", guidance), *kinds]
    for kind, weight in kinds:
        start = time.process_time()
        digits = _sample(denoiser, labels, draw, weight, generator)
        seconds = time.process_time() - start
        features = metrics.mnist_features(digits)
        report[kind] = metrics.frechet_distance(features, target)
        resampling = torch.Generator().manual_seed(1)
        interval = metrics.frechet_interval(features, target, generator=resampling)
        report[f"{kind}_interval"] = interval
        report[f"{kind}_cpu_seconds"] = seconds
        if weight is not None:
            agree = metrics.mnist_labels(digits) == labels
            report[f"{kind}_agreement"] = agree.sum().item() / n
            report[f"{kind}_spread"] = metrics.spread_within(features, real, labels)
    return report


def _sample(
    denoiser: Denoiser,
    labels: Tensor,
    draw: Draw,
    guidance: float | None,
    generator: torch.Generator,
) -> Tensor:
    """A digit for each label, or, without guidance, as many whatever their label."""
    chunks = []
    for part in labels.split(500):
        one = denoiser if guidance is None else with_labels(denoiser, part, guidance)
        chunks.append(draw(one, len(part), generator))
    return torch.cat(chunks)


def evaluate_bound(denoiser: Denoiser, n: int = 2000) -> dict[str, Any]:
    """The unconditional bound of the first n test digits, in bits per dimension."""
    device, _ = device_and_classes(denoiser)
    images = data.mnist("test")[0][:n].to(device)
    parts = variational_bound(denoiser, images, torch.Generator(device).manual_seed(1))
    return {"bound_images": n} | {f"bound_{name}": part.tolist() for name, part in parts.items()}
