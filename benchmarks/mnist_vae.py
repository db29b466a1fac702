"""The classic network of most tutorials, and ours, trained for equal CPU seconds."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import data
from dgm_lessons.networks import DigitVAE
from dgm_lessons.recipes import evaluate_vae
from dgm_lessons.training import learning_rate, set_learning_rate

from .measure import Clock, progress

BATCH, CLASSIC_STEPS = 128, 4690  # ten epochs
SETTINGS = {
    "classic": "784-400-20 ReLU, batch 128, Adam 1e-3",
    "dgm_lessons": "DigitVAE(32, (512, 256)), batch 128, Adam 4e-3 cosine, from the mean image",
}


class Classic(DigitVAE):
    """One hidden layer of 400 ReLU units each way and 20 codes: the widespread example."""

    def __init__(self) -> None:
        super().__init__(20, (400,))
        for part in (self.encoder, self.decoder):
            assert isinstance(part, nn.Sequential)
            for place in [k for k, layer in enumerate(part) if isinstance(layer, nn.SiLU)]:
                part[place] = nn.ReLU()


def run(quick: bool) -> dict[str, Any]:
    """Nats of the test digits after each budget."""
    seconds = [1.0] if quick else [62.0]
    limit = 30 if quick else CLASSIC_STEPS
    ink = data.mnist("train")[0].float() / 255
    rows = []
    for budget in seconds:
        for name in SETTINGS:  # the classic first: ours gets the seconds that it took
            clock, steps, vae = train(name, ink, budget, limit)
            budget = min(budget, clock.cpu)
            row = {"contender": name, "budget": budget, "steps": steps, **clock.seconds()}
            row |= evaluate_vae(vae, draws=2 if quick else 50)
            rows.append(row)
            progress(
                f"{name}: {steps} steps, {clock.cpu:.1f} CPU s, bound {row['elbo']:.2f} nats, "
                f"importance-weighted {row['importance_weighted_bound']:.2f}"
            )
    return {"settings": SETTINGS, "batch": BATCH, "rows": rows}


def train(name: str, ink: Tensor, budget: float, limit: int) -> tuple[Clock, int, DigitVAE]:
    """A network trained for so many CPU seconds; the classic for at most its ten epochs."""
    torch.manual_seed(0)
    classic = name == "classic"
    clock, generator, steps = Clock(), Generator().manual_seed(0), 0
    with clock.running():
        vae = Classic() if classic else DigitVAE(32, (512, 256))
        if not classic:
            vae.start_at(ink.mean(0))
    optimizer = torch.optim.Adam(vae.parameters(), 1e-3 if classic else 4e-3, fused=not classic)
    total = limit if classic else max(1, int(budget / _pace(vae, ink)))
    course = _steps(vae, ink, optimizer, generator, None if classic else total)
    while steps < total and clock.cpu < 1.2 * budget and not (classic and clock.cpu >= budget):
        with clock.running():
            next(course)
        steps += 1
    return clock, steps, vae


def _steps(
    vae: DigitVAE,
    ink: Tensor,
    optimizer: torch.optim.Optimizer,
    generator: Generator,
    total: int | None,
) -> Iterator[None]:
    step = 0
    code = vae.encoder[-1].out_features // 2  # type: ignore[index, union-attr]
    while True:
        rows = torch.randint(len(ink), (BATCH,), generator=generator)
        x = torch.bernoulli(ink[rows], generator=generator)
        reconstruction, kl = vae(x, torch.randn(BATCH, code, generator=generator))
        step += 1
        if total:
            set_learning_rate(optimizer, 4e-3 * learning_rate(min(step, total), total, 0.03))
        optimizer.zero_grad()
        (kl - reconstruction).mean().backward()
        optimizer.step()
        yield


def _pace(vae: DigitVAE, ink: Tensor, steps: int = 20) -> float:
    """CPU seconds of a step, from a copy that is thrown away."""
    spare = copy.deepcopy(vae)
    optimizer = torch.optim.Adam(spare.parameters(), 1e-4, fused=True)
    course = _steps(spare, ink, optimizer, Generator().manual_seed(1), None)
    for step in range(steps + 5):
        if step == 5:
            start = time.process_time()
        next(course)
    return (time.process_time() - start) / steps
