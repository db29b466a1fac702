"""Autoguidance beside classifier-free guidance, on two moons with small networks.

For each seed three networks learn: `strong`, the class; `weak`, the class too, with a third of the
width and two fifths of the steps; `free`, both classes without labels. Autoguidance pushes `strong`
away from `weak` (Karras et al. 2024), classifier-free guidance away from `free`, at all noise
levels and with the same weights; `exact fields` are classifier-free guidance without a network. All
samples of a seed begin with the same noise. Three rows begin where no network has learned.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator

from dgm_lessons.denoisers import AbstractDenoiser, Denoiser, ExactDenoiser
from dgm_lessons.guidance import ALWAYS, GuidedDenoiser, LabelledMixture
from dgm_lessons.metrics import mode_weights, off_mode_share, sliced_wasserstein
from dgm_lessons.mixtures import GaussianMixture, two_moons_like
from dgm_lessons.networks import MLP
from dgm_lessons.processes import VP
from dgm_lessons.samplers import ddim_step, sample

from .measure import kept

MOONS = LabelledMixture(two_moons_like(std=0.06), [0] * 12 + [1] * 12)
LAW, PROCESS = MOONS.law(0), VP()
WEIGHTS = (0.5, 1.0, 2.0)  # w: 0 is no guidance
WIDTH, NARROW, DEPTH, BATCH, PEAK = 48, 16, 2, 256, 5e-3
LOW, HIGH = -6.0, 6.0  # log-SNR, of training and of sampling alike
TOO_LOW = -9.0  # where no network has learned
CALLS = 33  # of DDIM, from LOW to HIGH, and the last one to clean points


def train(law: GaussianMixture, seed: int, steps: int, width: int) -> Denoiser:
    """A network that predicts the noise; log-SNR uniform between LOW and HIGH."""
    g = Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = MLP(2, width=width, depth=DEPTH)
    optimizer = torch.optim.AdamW(network.parameters(), PEAK)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x0 = law.sample(BATCH, g)
        level = LOW + (HIGH - LOW) * torch.rand(BATCH, generator=g)
        eps = torch.randn(BATCH, 2, generator=g)
        x_t = PROCESS.perturb(x0, PROCESS.t_from_log_snr(level), eps)
        loss = (network(x_t, level) - eps).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
    return Denoiser(network.eval(), PROCESS, "eps")


@torch.no_grad()
def judged(denoiser: AbstractDenoiser, n: int, seed: int, low: float = LOW) -> dict[str, float]:
    """What n samples of the class are like; see `row`. They begin at log-SNR `low`."""
    g = Generator().manual_seed(seed)
    times = PROCESS.t_from_log_snr(torch.linspace(low, HIGH, CALLS)).tolist()
    return row(sample(denoiser, torch.randn(n, 2, generator=g), [*times, 0.0], ddim_step), seed)


def row(x: torch.Tensor, seed: int) -> dict[str, float]:
    """Share of stray points, spread, number of modes by entropy, and sliced W2 to fresh samples."""
    shares = mode_weights(x, LAW)
    fresh = LAW.sample(len(x), Generator().manual_seed(seed + 500))
    return {
        "stray": off_mode_share(x, LAW),
        "spread": x.var(0).sum().sqrt().item(),
        "modes": torch.special.entr(shares).sum().exp().item(),
        "distance": sliced_wasserstein(x, fresh, 64, Generator().manual_seed(1)).item(),
    }


def one_seed(seed: int, steps: int, n: int) -> dict[str, Any]:
    """Trains three networks; judges every denoiser made of them, and exact ones."""
    strong, weak, free = (
        train(law, seed + shift, count, width)
        for law, shift, count, width in (
            (LAW, 0, steps, WIDTH),
            (LAW, 100, 2 * steps // 5, NARROW),
            (MOONS.mixture, 200, steps, WIDTH),
        )
    )
    denoisers: dict[str, AbstractDenoiser] = {"strong alone": strong, "weak alone": weak}
    for w in WEIGHTS:
        denoisers[f"autoguidance, w = {w:g}"] = GuidedDenoiser(strong, weak, w, ALWAYS)
    for w in WEIGHTS:
        denoisers[f"classifier-free, w = {w:g}"] = GuidedDenoiser(strong, free, w, ALWAYS)
    exact = [ExactDenoiser(law, PROCESS) for law in (LAW, MOONS.mixture)]
    for w in WEIGHTS:
        denoisers[f"exact fields, w = {w:g}"] = GuidedDenoiser(*exact, w, ALWAYS)
    fresh = row(LAW.sample(n, Generator().manual_seed(seed + 900)), seed)
    found = {name: judged(denoiser, n, seed) for name, denoiser in denoisers.items()}
    for name in ("strong alone", "autoguidance, w = 0.5", "classifier-free, w = 0.5"):
        found[f"{name}, from -9"] = judged(denoisers[name], n, seed, TOO_LOW)
    return {"fresh data": fresh} | found


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """Every denoiser for every seed: a list of values, one a seed, for each measure."""
    seeds = [0, 1] if quick else [10, 11, 12, 13, 14, 15]
    steps, n = (20, 200) if quick else (1000, 4000)
    found = [kept(runs / f"{seed}.json", partial(one_seed, seed, steps, n)) for seed in seeds]
    rows = {
        name: {key: [one[name][key] for one in found] for key in found[0][name]}
        for name in found[0]
    }
    return {"seeds": seeds, "steps": steps, "samples": n, "weights": list(WEIGHTS), "rows": rows}
