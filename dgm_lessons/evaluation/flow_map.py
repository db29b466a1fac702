"""A flow map of codes: its digits beside those of its teacher, from the same noise."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .. import data, metrics
from ..denoisers import Denoiser
from ..networks import CodeMap
from ..samplers import DPMSolver2M, sample
from ..zoo import with_labels
from .sampling import CALLS, digit_times, digits_of

SEEDS = (7, 8, 9)  # of the noise


@torch.no_grad()
def evaluate_map(
    network: CodeMap, teacher: Denoiser, guidance: float, n: int = 10_000
) -> dict[str, Any]:
    """Frechet distance, agreement and spread, as `evaluate_digits` has them, for each noise seed.

    For `teacher`, with guidance and 18 steps, and for the map with each number of calls it knows.
    `cpu_seconds` are those of the codes alone; `rms_from_teacher` is the root mean square
    difference of a code's numbers from the teacher's codes.
    """
    device = network.times.device
    generator = torch.Generator(device).manual_seed(1)
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    target = metrics.mnist_features(data.mnist("test")[0][:n].to(device))
    rows = torch.randperm(len(images), generator=generator, device=device)[:n]
    real, labels = metrics.mnist_features(images[rows]), all_labels[rows]
    times = digit_times(teacher.process, CALLS)

    def solve(noise: Tensor, labels: Tensor) -> Tensor:
        start = teacher.process.sigma(times[0]) * noise
        return sample(with_labels(teacher, labels, guidance), start, times, DPMSolver2M())

    ways: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"teacher": solve}
    for calls in network.calls:
        ways[f"calls_{calls}"] = partial(network.sample, calls=calls)
    report: dict[str, Any] = {name: {} for name in ways}
    for seed in SEEDS:
        generator.manual_seed(seed)
        noise = torch.randn(len(labels), *network.shape, generator=generator, device=device)
        codes = {}
        for name, draw in ways.items():
            start = time.process_time()
            parts = zip(*(one.split(500) for one in (noise, labels)), strict=True)
            codes[name] = torch.cat([draw(*part) for part in parts])
            seconds = time.process_time() - start
            found = judged(digits_of(codes[name]), labels, real, target)
            found["rms_from_teacher"] = (
                (codes[name] - codes["teacher"]).square().mean().sqrt().item()
            )
            for key, value in (found | {"cpu_seconds": seconds}).items():
                report[name].setdefault(key, []).append(value)
    head = {
        "samples": len(labels),
        "noise_seeds": list(SEEDS),
        "teacher_calls": CALLS,
        "guidance": guidance,
    }
    return head | {"frechet_floor": metrics.frechet_distance(real, target)} | report


def judged(digits: Tensor, labels: Tensor, real: Tensor, target: Tensor) -> dict[str, float]:
    """Digits against features of real ones: `real` of the same labels, `target` of the test."""
    features = metrics.mnist_features(digits)
    return {
        "frechet": metrics.frechet_distance(features, target),
        "agreement": (metrics.mnist_labels(digits) == labels).sum().item() / len(labels),
        "spread": metrics.spread_within(features, real, labels),
    }
