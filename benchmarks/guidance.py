"""What guidance does to digits: the label is met more often, and the digits grow alike.

The convention is (1 + w) D(x_t | label) - w D(x_t): no guidance at w = 0. Each weight acts on the
noise levels 0.5 to 5 only, or on all. For a seed, all weights begin with the same labels and the
same noise, so that differences between weights are paired; the real digits beside them have the
same labels. Everything is judged in the shipped classifier's features: precision and recall beside
as many test digits as samples, the Frechet distance beside all of them.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import data, metrics, zoo
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.evaluation import sample_codes, sample_digits
from dgm_lessons.guidance import ALWAYS, INTERVAL, GuidedDenoiser

from .measure import kept, need_mnist

Interval = tuple[float, float]
INTERVALS: dict[str, Interval] = {"0.5 to 5": INTERVAL, "all": ALWAYS}
DRAWS = {"mnist-latent": sample_codes, "mnist-conditional": sample_digits}
CHUNK = 500  # samples at a time
NEIGHBOURS = 3  # of precision and recall


def settings(quick: bool) -> dict[str, Any]:
    """Noise seeds; for each network samples of a seed, and weights at the levels of each interval.

    Without guidance the interval says nothing, so that 0 stands once.
    """
    if quick:
        return {
            "seeds": [0, 1],
            "samples": dict.fromkeys(DRAWS, 150),
            "weights": {
                "mnist-latent": {"0.5 to 5": [0.0, 6.0], "all": [6.0]},
                "mnist-conditional": {"0.5 to 5": [0.0]},
            },
        }
    return {
        "seeds": [0, 1, 2],
        "samples": {"mnist-latent": 1000, "mnist-conditional": 500},
        "weights": {
            "mnist-latent": {
                "0.5 to 5": [0.0, 0.3, 0.7, 1.5, 3.0, 6.0],
                "all": [0.3, 0.7, 1.5, 3.0, 6.0],
            },
            "mnist-conditional": {"0.5 to 5": [0.0, 0.7, 3.0], "all": [3.0]},
        },
    }


@cache
def test_features() -> Tensor:
    """What the classifier sees in all test digits."""
    return metrics.mnist_features(data.mnist("test")[0])


class Judge:
    """Draws a digit for each of n labels, and compares them with real ones of the same labels."""

    def __init__(self, name: str, n: int, seed: int) -> None:
        images, labels = data.mnist("train")
        dice = Generator().manual_seed(seed)
        rows = torch.randperm(len(images), generator=dice)[:n]
        self.name, self.network, self.seed = name, zoo.load(name), seed
        self.train, self.labels = images[rows], labels[rows]  # labels as often as in the data
        self.real = metrics.mnist_features(self.train)
        self.test = test_features()
        self.some = self.test[torch.randperm(len(self.test), generator=dice)[:n]]

    def row(self, weight: float, levels: str) -> dict[str, float]:
        """The numbers of one weight."""
        return self.judged(self.drawn(weight, INTERVALS[levels]))

    def drawn(self, weight: float, interval: Interval) -> Tensor:
        """A digit for each label; from the same noise whatever the weight."""
        dice, chunks = Generator().manual_seed(self.seed), []
        for part in self.labels.split(CHUNK):
            told = guided(self.network, part, weight, interval)
            chunks.append(DRAWS[self.name](told, len(part), dice))
        return torch.cat(chunks)

    def judged(self, digits: Tensor) -> dict[str, float]:
        """Agreement with the labels; how varied the digits are, and how far from the test ones."""
        features = metrics.mnist_features(digits)
        precision, recall = metrics.precision_recall(features, self.some, NEIGHBOURS)
        return {
            "agreement": (metrics.mnist_labels(digits) == self.labels).double().mean().item(),
            "spread": metrics.spread_within(features, self.real, self.labels),
            "precision": precision,
            "recall": recall,
            "frechet": metrics.frechet_distance(features, self.test),
        }


def guided(network: Denoiser, labels: Tensor, weight: float, interval: Interval) -> Any:
    """The denoiser for these labels, guided at noise levels sigma/alpha within the interval."""
    return GuidedDenoiser(zoo.with_labels(network, labels), network, weight, interval)


def over_seeds(runs: list[dict[str, float]]) -> dict[str, Any]:
    """For each number its values, a seed each, their mean and its standard error over the seeds."""
    found: dict[str, Any] = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        error = stdev(values) / len(values) ** 0.5
        found[name] = {"mean": mean(values), "standard_error": error, "values": values}
    return found


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """A row for each network, interval and weight, and one for real digits of each size."""
    need_mnist()
    chosen, rows, real = settings(quick), [], {}
    for name, weights in chosen["weights"].items():
        judges = [Judge(name, chosen["samples"][name], seed) for seed in chosen["seeds"]]
        real[name] = over_seeds([judge.judged(judge.train) for judge in judges])
        # the classifier was trained on them, and their spread is 1 by definition
        del real[name]["agreement"], real[name]["spread"]
        for levels, weight in ((some, w) for some, row in weights.items() for w in row):
            file = f"{name}-{levels.replace(' ', '-')}-{weight:g}-{len(judges[0].labels)}"
            found = [
                kept(runs / f"{file}-{judge.seed}.json", partial(judge.row, weight, levels))
                for judge in judges
            ]
            rows.append({"network": name, "levels": levels, "weight": weight} | over_seeds(found))
    return chosen | {
        "convention": "(1 + w) D(x_t | label) - w D(x_t)",
        "neighbours": NEIGHBOURS,
        "test_accuracy": test_accuracy(),
        "real": real,
        "rows": rows,
    }


def test_accuracy() -> float:
    """Of the classifier that judges, on digits that it has never seen."""
    images, labels = data.mnist("test")
    return (metrics.mnist_labels(images) == labels).double().mean().item()
