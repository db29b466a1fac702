"""MNIST denoised by a network that never saw a clean digit, beside one that was shown them all.

Of every training digit there is one noisy copy, made once. Both networks start from the same
weights and train for the same CPU seconds: one on the squared error to the clean digits, the other
on SURE with one random probe a digit, from the noisy ones and sigma alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import data
from dgm_lessons.objectives import sure
from dgm_lessons.training import learning_rate, set_learning_rate

from .measure import Clock, need_mnist, over_seeds, progress

SIGMA, BATCH, PEAK = 0.5, 128, 2e-3  # pixels run from 0 to 1
Loss = Callable[[nn.Module, Tensor], Tensor]  # of a network on some rows


def network() -> nn.Sequential:
    """Two hidden layers of 512 units."""
    return nn.Sequential(
        *(nn.Linear(784, 512), nn.ReLU()),
        *(nn.Linear(512, 512), nn.ReLU()),
        nn.Linear(512, 784),
    )


def noisy(clean: Tensor, seed: int) -> Tensor:
    """The digits with noise, always the same for a seed."""
    g = Generator().manual_seed(seed)
    return clean + SIGMA * torch.randn(clean.shape, generator=g)


def train(loss: Loss, rows: int, seed: int, budget: float) -> tuple[nn.Module, int]:
    """A network after so many CPU seconds, and its steps; the rate falls with the time spent."""
    torch.manual_seed(seed)
    net, g, clock, steps = network(), Generator().manual_seed(seed), Clock(), 0
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    while clock.cpu < budget:
        with clock.running():
            spent = math.ceil(1000 * clock.cpu / budget)
            set_learning_rate(optimizer, PEAK * learning_rate(max(1, spent), 1000))
            optimizer.zero_grad()
            loss(net, torch.randint(rows, (BATCH,), generator=g)).backward()
            optimizer.step()
        steps += 1
    return net, steps


def judged(net: nn.Module, clean: Tensor, noisy: Tensor, seed: int) -> dict[str, float]:
    """PSNR in dB, the squared error of a digit, and SURE, which needs no clean digit."""
    g = Generator().manual_seed(seed)
    with torch.no_grad():
        error = ((net(noisy) - clean) ** 2).mean().item()
    return {
        "psnr": -10 * math.log10(error),
        "error": error * clean.shape[1],
        "sure": sure(net, noisy, SIGMA, 1, g).mean().item(),
    }


def one_seed(seed: int, clean: Tensor, test: Tensor, budget: float) -> dict[str, dict[str, float]]:
    """Both networks, judged on digits that neither has met, and on those of the training."""
    seen, unseen, g = noisy(clean, 10 + seed), noisy(test, 20 + seed), Generator().manual_seed(seed)
    losses: dict[str, Loss] = {
        "clean targets": lambda net, rows: ((net(seen[rows]) - clean[rows]) ** 2).sum(1).mean(),
        "SURE, noisy only": lambda net, rows: sure(net, seen[rows], SIGMA, 1, g).mean(),
    }
    found = {}
    for name, loss in losses.items():
        net, steps = train(loss, len(clean), seed, budget)
        trained = judged(net, clean[: len(test)], seen[: len(test)], 40 + seed)
        found[name] = {
            "steps": float(steps),
            **judged(net, test, unseen, 30 + seed),
            **{f"{key}_on_training": value for key, value in trained.items()},
        }
        progress(f"seed {seed}, {name}: {found[name]}")
    return found


def run(quick: bool) -> dict[str, Any]:
    """Three seeds, or one for a moment."""
    need_mnist()
    seeds, budget, few = ([0], 0.3, 64) if quick else ([0, 1, 2], 45.0, 10_000)
    clean, test = (data.mnist(split)[0].float().flatten(1) / 255 for split in ("train", "test"))
    runs = [one_seed(seed, clean, test[:few], budget) for seed in seeds]
    rows = [{"loss": name} | over_seeds([found[name] for found in runs]) for name in runs[0]]
    return {
        "sigma": SIGMA,
        "batch": BATCH,
        "seeds": seeds,
        "cpu_seconds": budget,
        "psnr_of_nothing": -20 * math.log10(SIGMA),
        "rows": rows,
    }
