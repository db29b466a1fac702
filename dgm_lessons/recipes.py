"""What `python -m dgm_lessons.train` can train: data, network, loss and settings of each recipe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from . import data, metrics
from .denoisers import Denoiser, ExactDenoiser
from .mixtures import ring
from .networks import MLP, Classifier, UNet
from .objectives import denoising_loss
from .processes import VP, karras, time_grid
from .samplers import DPMSolver2M, heun_step, sample
from .training import averaged_targets, noise_times
from .zoo import with_labels

Batch = tuple[Tensor, ...]


@dataclass(frozen=True)
class Recipe:
    """One thing to train. `draw` gives the global batch of a step, `loss` the mean loss of a share.

    `arguments` are those of the network's class, for the card. `evaluate` gives the metrics of the
    finished network, `picture` grey pixels to look at on the way.
    """

    name: str
    network: nn.Module
    arguments: dict[str, Any]
    draw: Callable[[Generator], Batch]
    loss: Callable[[nn.Module, Batch], Tensor]
    evaluate: Callable[[nn.Module], dict[str, Any]]
    steps: int
    lr: float
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: float = 0.03
    picture: Callable[[nn.Module], Tensor] | None = None


def mnist_vp(device: torch.device) -> Recipe:
    """Class-conditional digits, 24x24: good ones after ten minutes on a CPU.

    One label in ten is hidden, so that the network also knows the digits without a label.
    """
    images, all_labels = (part.to(device) for part in data.mnist("train"))
    all_x0 = data.mnist_to_unit(images)
    process, size = VP(), 64
    arguments: dict[str, Any] = {"size": 24, "channels": 1, "classes": 10, "widths": [24, 64]}

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(all_x0), (size,), generator=generator, device=device)
        x0, labels = all_x0[rows], all_labels[rows]
        hidden = torch.rand(size, generator=generator, device=device) < 0.1
        t = noise_times(process, size, generator, median=1.0, spread=1.3, device=device)
        eps = torch.randn(x0.shape, generator=generator, device=device)
        return x0, torch.where(hidden, -1, labels), t, eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        x0, labels, t, eps = batch
        denoiser = Denoiser(partial(network, labels=labels), process, predicts="v")
        return denoising_loss(denoiser, x0, t, eps) / x0[0].numel()

    network = UNet(**arguments)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Recipe(
        "mnist-vp",
        network,
        arguments,
        draw,
        loss,
        evaluate_digits,
        steps=10_000,  # under ten minutes of one CPU core
        lr=4e-3,
        picture=picture_of_digits,
    )


def sample_digits(denoiser: Denoiser, n: int, generator: Generator, calls: int = 18) -> Tensor:
    """Digits as uint8 `(n, 28, 28)`: DPM-Solver++ 2M, noise levels 40 to 0.03 on a Karras grid."""
    process = denoiser.process
    first, last = (process.t_from_log_snr(-2 * torch.tensor(s).log()).item() for s in (40.0, 0.03))
    times = time_grid(process, calls - 1, karras(7.0), t_max=first, t_min=last)
    times = torch.cat([times, torch.zeros(1, dtype=times.dtype)])
    noise = process.sample_prior((n, 1, 24, 24), generator)
    return data.mnist_to_pixels(sample(denoiser, noise, times, DPMSolver2M()))


def picture_of_digits(network: nn.Module) -> Tensor:
    """A 10x10 board, one row for each digit."""
    device = next(network.parameters()).device
    labels = torch.arange(10, device=device).repeat_interleave(10)
    denoiser = with_labels(Denoiser(network, VP(), predicts="v"), labels)
    digits = sample_digits(denoiser, 100, Generator(device).manual_seed(0))
    return digits.unflatten(0, (10, 10)).transpose(1, 2).reshape(280, 280)


def evaluate_digits(network: nn.Module, n: int = 10_000) -> dict[str, Any]:
    """Frechet distances of n samples to the first n test images, beside the floor of real data."""
    device = next(network.parameters()).device
    generator = Generator(device).manual_seed(1)
    train_images, train_labels = (part.to(device) for part in data.mnist("train"))
    target = metrics.mnist_features(data.mnist("test")[0][:n].to(device))
    rows = torch.randperm(len(train_images), generator=generator, device=device)[:n]
    floor = metrics.frechet_distance(metrics.mnist_features(train_images[rows]), target)
    labels = train_labels[rows]  # the law of the labels, too, is that of the data
    report: dict[str, Any] = {"samples": n, "calls": 18, "frechet_floor": floor}
    told = Denoiser(network, VP(), predicts="v")
    for kind, guidance in (("frechet", 0.0), ("frechet_guided", 0.7), ("frechet_no_label", None)):
        start, chunks = time.process_time(), []
        for part in labels.split(500):
            one = told if guidance is None else with_labels(told, part, guidance)
            chunks.append(sample_digits(one, len(part), generator))
        digits, seconds = torch.cat(chunks), time.process_time() - start
        features = metrics.mnist_features(digits)
        report[kind] = metrics.frechet_distance(features, target)
        report[f"{kind}_interval"] = metrics.frechet_interval(features, target, 40)
        report[f"{kind}_cpu_seconds"] = seconds
        if guidance is not None:
            agreement = (metrics.mnist_labels(digits) == labels).double().mean()
            report[f"{kind}_agreement"] = agreement.item()
    return report


def mnist_classifier(device: torch.device) -> Recipe:
    """The classifier whose features measure samples; each batch is shifted by up to two pixels."""
    images, all_labels = (part.to(device) for part in data.mnist("train"))

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(images), (128,), generator=generator, device=device)
        shift = torch.randint(-2, 3, (2,), generator=generator, device=device).tolist()
        batch = images[rows, None].roll(shift, (2, 3))  # the margin is black: nothing wraps round
        return batch.float() / 255, all_labels[rows]

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        return F.cross_entropy(network(batch[0]), batch[1])

    def evaluate(network: nn.Module) -> dict[str, Any]:
        test_images, test_labels = (part.to(device) for part in data.mnist("test"))
        with torch.no_grad():
            answers = network(test_images[:, None].float() / 255).argmax(1)
        return {"test_accuracy": (answers == test_labels).double().mean().item()}

    network = Classifier()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Recipe("mnist-classifier", network, {}, draw, loss, evaluate, 4000, 3e-3)


def ring_points(device: torch.device) -> Recipe:
    """Eight Gaussians on a ring, in seconds."""
    process, mixture = VP(), ring(8)
    points = mixture.sample(50_000, Generator().manual_seed(0)).to(device)

    def draw(generator: Generator) -> Batch:
        rows = torch.randint(len(points), (256,), generator=generator, device=device)
        t = noise_times(process, 256, generator, median=0.35, device=device)
        eps = torch.randn((256, 2), generator=generator, device=device)
        x0, eps = averaged_targets(process, points[rows], t, eps)
        return x0, t, eps

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        return denoising_loss(Denoiser(network, process, predicts="v"), *batch)

    def evaluate(network: nn.Module) -> dict[str, Any]:
        generator = Generator().manual_seed(1)
        denoiser = Denoiser(network.to("cpu"), process, predicts="v")
        noise = process.sample_prior((10_000, 2), generator)
        x = sample(denoiser, noise, time_grid(process, 20, karras(7.0)), heun_step)
        weights = metrics.mode_weights(x, mixture)
        return {
            "noise_rmse": noise_rmse(denoiser, ExactDenoiser(mixture, process), generator),
            "off_mode_share": metrics.off_mode_share(x, mixture),
            "largest_weight_error": (weights - mixture.weights).abs().max().item(),
        }

    arguments = {"dim": 2, "width": 64, "depth": 3}
    network = MLP(**arguments)
    return Recipe("ring", network, arguments, draw, loss, evaluate, 2000, 2e-2, (0.9, 0.95), 0.01)


@torch.no_grad()
def noise_rmse(
    learned: Denoiser, exact: ExactDenoiser, generator: Generator, points: int = 2000
) -> float:
    """Root mean square error of one coordinate of E[eps | x_t], mean over levels 0.05 to 5."""
    process, errors = exact.process, []
    for level in torch.logspace(-1.30103, 0.69897, 20, dtype=torch.float64):
        t = process.t_from_log_snr(-2 * level.log())
        x0 = exact.mixture.sample(points, generator)
        x_t = process.perturb(x0, t, torch.randn(x0.shape, generator=generator))
        errors.append((learned.eps(x_t, t) - exact.eps(x_t, t)).square().mean().sqrt())
    return torch.stack(errors).mean().item()


RECIPES = {"mnist-vp": mnist_vp, "mnist-classifier": mnist_classifier, "ring": ring_points}
