"""Latent diffusion beside diffusion of the pixels: what a call costs, and how good the digits are.

All digits are judged by 5,000 of them against the 10,000 test digits, once for each seed: real ones
(the floor), real ones without their rim, real ones through a bottleneck of 48 numbers (the zoo's
autoencoder, and principal components), codes drawn without a second network, points half-way
between two digits, and the samples of the zoo's two models, told the same labels, with the same
calls and guidance weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import data, metrics, roofline, zoo
from dgm_lessons.evaluation import digit_codes, sample_codes, sample_digits
from dgm_lessons.networks import DigitCodes, UNet

from .measure import Clock, cpu_seconds, kept, need_mnist, over_seeds, progress

SIZES = (8, 16, 24, 32, 48, 64)
IMAGES = 64  # in a batch, where the cost of a call is measured
MODELS = {"pixels": ("mnist-conditional", sample_digits), "codes": ("mnist-latent", sample_codes)}
GUIDANCE = (0.0, 0.3, 0.7)
BATCH = 500  # digits drawn at once
RIM = 2  # pixels at each side that the pixel model leaves blank
Numbers = dict[str, float]


def cost(work: Callable[[], object], repeats: int) -> dict[str, Any]:
    """Multiply-adds of an image, and a summary of its CPU milliseconds in a batch."""
    seconds = cpu_seconds(work, repeats)
    ms = {key: 1e3 * seconds[key] / IMAGES for key in ("median", "low", "high")}
    return {"multiply_adds": roofline.count(work).flops / 2 / IMAGES, "ms": ms}


@torch.no_grad()
def costs(repeats: int) -> dict[str, Any]:
    """The UNet at several sides of the image; the networks that work on codes, and the decoder."""
    level, codes = torch.zeros(IMAGES), digit_codes(torch.device("cpu"))
    rows = []
    for size in SIZES:
        net, x = UNet(size).eval(), torch.zeros(IMAGES, 1, size, size)
        rows.append({"size": size} | cost(partial(net, x, level), repeats))
    z, image = torch.zeros(IMAGES, codes.code), torch.zeros(IMAGES, 1, 28, 28)
    return {
        "unet": rows,
        "code_network": cost(partial(zoo.load_network("mnist-latent"), z, level), repeats),
        "decoder": cost(partial(codes.decode, z), repeats),
        "encoder": cost(partial(codes.encode, image), repeats),
    }


class Judge:
    """Real digits of a seed, and how far others are from those of the test."""

    def __init__(self, seed: int, n: int) -> None:
        images, labels = data.mnist("train")
        test, test_labels = data.mnist("test")
        self.target, self.n, self.seed = metrics.mnist_features(test), n, seed
        rows = torch.randperm(len(images), generator=Generator().manual_seed(seed))[:n]
        self.real, self.labels = images[rows], labels[rows]
        self.features = metrics.mnist_features(self.real)
        pairs = torch.randperm(len(test), generator=Generator().manual_seed(seed))[: 2 * (n // 2)]
        self.ends, self.end_labels = test[pairs].chunk(2), test_labels[pairs].chunk(2)

    def judge(self, digits: Tensor) -> Numbers:
        """Frechet distance of some uint8 digits."""
        found = metrics.frechet_distance(metrics.mnist_features(digits), self.target)
        return {"frechet": found}

    @torch.no_grad()
    def model(self, name: str, draw: Any, guidance: float) -> Numbers:
        """Samples of a network of the zoo, a label of the real digits for each."""
        denoiser, g, clock, parts = zoo.load(name), Generator().manual_seed(self.seed), Clock(), []
        for labels in self.labels.split(BATCH):
            with clock.running():
                parts.append(draw(zoo.with_labels(denoiser, labels, guidance), len(labels), g))
        digits = torch.cat(parts)
        agree = metrics.mnist_labels(digits) == self.labels
        features = metrics.mnist_features(digits)
        return self.judge(digits) | {
            "agreement": agree.double().mean().item(),
            "spread": metrics.spread_within(features, self.features, self.labels),
            "cpu_ms": 1e3 * clock.cpu / self.n,
        }


def grey(x: Tensor) -> Tensor:
    """Images (N, 1, 28, 28) on the scale 0 to 1 as uint8 (N, 28, 28)."""
    return (x[:, 0].clamp(0, 1) * 255).round().to(torch.uint8)


def unit(digits: Tensor) -> Tensor:
    """The way back."""
    return digits[:, None].float() / 255


def without_rim(digits: Tensor) -> Tensor:
    """Digits (N, 28, 28) with the rim that the pixel model never draws made blank."""
    blank = torch.zeros_like(digits)
    blank[:, RIM:-RIM, RIM:-RIM] = digits[:, RIM:-RIM, RIM:-RIM]
    return blank


def components(x: Tensor, n: int) -> nn.Module:
    """The projection (N, 784) -> (N, 784) on the first n principal components of x."""
    mean = x.mean(0)
    values = torch.linalg.eigh((x - mean).T @ (x - mean)).eigenvectors[:, -n:]
    project = nn.Linear(784, 784)
    project.weight.data = values @ values.T
    project.bias.data = mean - project.weight.data @ mean
    return project


@torch.no_grad()
def losses(codes: DigitCodes, pca: nn.Module) -> dict[str, Any]:
    """Squared error of a test digit, summed over its pixels: mean and quantiles."""
    x = unit(data.mnist("test")[0])
    looks = {
        "autoencoder": torch.cat([codes.decode(codes.encode(part)) for part in x.split(1000)]),
        "principal components": pca(x.flatten(1)).view_as(x),
        "mean digit": unit(data.mnist("train")[0]).mean(0, keepdim=True).expand_as(x),
    }
    found = {}
    for name, look in looks.items():
        error = (look - x).square().flatten(1).sum(1).double()
        found[name] = {
            "mean": error.mean().item(),
            "standard_error": error.std().item() / len(x) ** 0.5,
            "median": error.median().item(),
            "99%": error.quantile(0.99).item(),
            "most": error.max().item(),
        }
    return found


@torch.no_grad()
def one_seed(seed: int, n: int, codes: DigitCodes, pca: nn.Module, root: Tensor) -> dict[str, Any]:
    """Everything that is judged, by name; `root` is a root of the codes' covariance."""
    judge, g = Judge(seed, n), Generator().manual_seed(seed)
    real, (left, right) = unit(judge.real), (unit(part) for part in judge.ends)
    a, b = codes.encode(left), codes.encode(right)
    noise = torch.randn(n, codes.code, generator=g)
    angle = torch.nn.functional.cosine_similarity(a, b)[:, None]
    arc = (a + b) / (2 + 2 * angle).sqrt()  # half-way on the great circle
    same = judge.end_labels[0] == judge.end_labels[1]
    sheets = {
        "real": judge.real,
        "no rim": without_rim(judge.real),
        "decoded": grey(codes.decode(codes.encode(real))),
        "principal components": grey(pca(real.flatten(1)).view_as(real)),
        "codes from N(0, I)": grey(codes.decode(noise)),
        "codes from N(0, C)": grey(codes.decode(noise @ root)),
        "half-way: decoded ends": grey(torch.cat([codes.decode(a), codes.decode(b)])),
        "half-way: pixels": grey((left + right) / 2),
        "half-way: codes": grey(codes.decode((a + b) / 2)),
        "half-way: codes, on the arc": grey(codes.decode(arc)),
    }
    found: dict[str, Numbers] = {name: judge.judge(sheet) for name, sheet in sheets.items()}
    found["half-way: of one class"] = {"share": same.double().mean().item()}
    for space, (name, draw) in MODELS.items():
        for weight in GUIDANCE:
            found[f"{space}, w = {weight:g}"] = judge.model(name, draw, weight)
            progress(f"seed {seed}: {space}, w = {weight:g}: {found[f'{space}, w = {weight:g}']}")
    return found


def run(quick: bool, folder: Path) -> dict[str, Any]:
    """Costs, losses of the bottleneck, and a row for each set of digits."""
    need_mnist()
    n, seeds, repeats = (100, [0], 1) if quick else (5000, [0, 1, 2], 15)
    codes, train = digit_codes(torch.device("cpu")), unit(data.mnist("train")[0])
    pca = components(train.flatten(1), codes.code)
    with torch.no_grad():
        z = torch.cat([codes.encode(part) for part in train.split(1000)])
    values, vectors = torch.linalg.eigh(z.T.cov())
    root = (vectors * values.sqrt()) @ vectors.T
    runs = [
        kept(folder / f"seed-{seed}.json", partial(one_seed, seed, n, codes, pca, root))
        for seed in seeds
    ]
    return {
        "samples": n,
        "batch": BATCH,
        "seeds": seeds,
        "costs": costs(repeats),
        "squared_error": losses(codes, pca),
        "digits": {name: over_seeds([found[name] for found in runs]) for name in runs[0]},
    }
