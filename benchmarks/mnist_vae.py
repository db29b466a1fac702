"""The classic network of most tutorials, and ours, trained for equal CPU seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import data
from dgm_lessons.evaluation import evaluate_vae
from dgm_lessons.networks import DigitVAE
from dgm_lessons.training import learning_rate, set_learning_rate
from dgm_lessons.vae import elbo

from .race import Entry, Numbers, race

BATCH = 128


class Classic:
    """784-400-20 ReLU, batch 128, Adam with a constant rate of 1e-3."""

    rate = 1e-3

    def __init__(self, ink: Tensor, seed: int, steps: int) -> None:
        torch.manual_seed(seed)  # layers draw their first weights from the global generator
        self.ink, self.steps, self.done = ink, steps, 0
        self.generator = Generator().manual_seed(seed)
        self.vae = self.network()
        self.optimizer = torch.optim.Adam(self.vae.parameters(), self.rate, fused=True)

    def network(self) -> DigitVAE:
        """One hidden layer of 400 units each way, and 20 codes."""
        vae = DigitVAE(20, (400,))
        for part in (vae.encoder, vae.decoder):
            assert isinstance(part, nn.Sequential)
            for place in [k for k, layer in enumerate(part) if isinstance(layer, nn.SiLU)]:
                part[place] = nn.ReLU()
        return vae

    def advance(self) -> None:
        """One step."""
        self.done += 1
        rows = torch.randint(len(self.ink), (BATCH,), generator=self.generator)
        x = torch.bernoulli(self.ink[rows], generator=self.generator)
        reconstruction, kl = elbo(self.vae, x, self.generator)
        self.optimizer.zero_grad()
        (kl - reconstruction).mean().backward()
        self.optimizer.step()


class Ours(Classic):
    """DigitVAE(32, (512, 256)), batch 128, Adam 4e-3 falling to zero, from the mean image."""

    rate = 4e-3

    def network(self) -> DigitVAE:
        """Two hidden layers each way."""
        vae = DigitVAE(32, (512, 256))
        vae.start_at(self.ink.mean(0))
        return vae

    def advance(self) -> None:
        """One step."""
        share = learning_rate(self.done + 1, max(self.steps, self.done + 1), 0.03)
        set_learning_rate(self.optimizer, self.rate * share)
        super().advance()


CONTENDERS = {"classic": Classic, "dgm_lessons": Ours}


def run(
    budgets: list[float], seeds: list[int], draws: int, runs: Path, quick: bool
) -> dict[str, Any]:
    """Nats of the test digits after each budget."""
    ink = data.mnist("train")[0].float() / 255

    def judge(contender: Any, seed: int) -> Numbers:
        return evaluate_vae(contender.vae, draws)

    entries = [
        Entry(name, make, lambda seed: ink, judge, budgets, restart=make is Ours)
        for name, make in CONTENDERS.items()
    ]
    raced = race(runs, entries, seeds, quick)
    about = {name: {"settings": make.__doc__} for name, make in CONTENDERS.items()}
    return {"draws": draws, "contenders": {name: about[name] | raced[name] for name in raced}}
