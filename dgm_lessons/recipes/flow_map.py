"""A flow map for codes: what `mnist-latent` does in twelve steps, learned for one, two and four."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .. import data, zoo
from ..evaluation import board, digit_times, digits_of, evaluate_map
from ..networks import CodeMap
from ..samplers import DPMSolver2M, sample
from .base import Batch, Recipe

KNOTS = (0, 4, 6, 7, 12)  # of the teacher's 13 times: sigma/alpha 40, 6.2, 1.95, 1.01 and 0
GUIDANCE = 0.3
BLOCKS, ROWS = 1000, 256  # of pairs


class MnistMap(Recipe):
    """A map of codes, distilled from the guided `mnist-latent`; its pairs are drawn on the way.

    The teacher takes noise along its path, and the map learns where it is at the knots: plain
    regression. A block of pairs depends on its number (and the seed) alone, and is made when a
    batch first asks for it, so that a run that goes on makes the same ones.
    """

    name, steps, lr, bits = "mnist-map", 20_000, 2e-3, 8
    warmup = 0.02
    network: CodeMap

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.teacher = zoo.load("mnist-latent")
        assert isinstance(self.teacher.network, nn.Module)
        self.teacher.network.to(device)
        self.times = digit_times(self.teacher.process, 12)
        self.labels = data.mnist("train")[1].to(device)
        levels = [self.teacher.process.levels(self.times[k].item()) for k in KNOTS]
        knots = [[self.times[k].item(), *pair] for k, pair in zip(KNOTS, levels, strict=True)]
        self.arguments = {"dim": 48, "classes": 10, "width": 240, "depth": 3, "knots": knots}
        self.network = CodeMap(**self.arguments).to(device)
        # a third of the rows for the one call, the rest evenly for the six other legs
        self.shares = torch.tensor([0.34] + [0.11] * 6, device=device)
        self.seed = int(torch.randint(2**31, ()))  # from the run's seed, as the first weights are
        self.made: dict[int, tuple[Tensor, Tensor]] = {}

    @torch.no_grad()
    def block(self, number: int) -> tuple[Tensor, Tensor]:
        """The teacher's codes at the knots `(ROWS, 5, 48)`, and their labels `(ROWS,)`."""
        if number not in self.made:
            generator = torch.Generator(self.device).manual_seed(self.seed + number)
            labels = self.labels[self.rows(len(self.labels), generator, ROWS)]
            noise = torch.randn(ROWS, 48, generator=generator, device=self.device)
            guided = zoo.with_labels(self.teacher, labels, GUIDANCE)
            start = self.teacher.process.sigma(self.times[0]) * noise
            path = sample(guided, start, self.times, DPMSolver2M(), path=True)
            self.made[number] = path[list(KNOTS)].transpose(0, 1).half(), labels
        return self.made[number]

    def draw(self, generator: torch.Generator) -> Batch:
        blocks = [self.block(int(k)) for k in self.rows(BLOCKS, generator, 2)]
        codes, labels = (torch.cat(parts) for parts in zip(*blocks, strict=True))
        leg = self.shares.multinomial(len(codes), True, generator=generator)
        each = torch.arange(len(codes), device=self.device)
        x, y = (codes[each, at].float() for at in torch.tensor(self.network.legs)[leg].T)
        return x, y, leg, labels

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        x, y, leg, labels = batch
        s, t = self.network.times[leg].T
        gain = self.network.coefficients[leg, 1][:, None]
        return ((network(x, s, t, labels) - y) / gain).square().mean()

    def evaluate(self, network: nn.Module) -> dict[str, Any]:
        assert isinstance(network, CodeMap)
        return evaluate_map(network, self.teacher, GUIDANCE)

    def picture(self, network: nn.Module) -> Tensor:
        assert isinstance(network, CodeMap)
        generator = torch.Generator(self.device).manual_seed(0)
        labels = torch.arange(10, device=self.device).repeat_interleave(10)
        noise = torch.randn(100, 48, generator=generator, device=self.device)
        return board(digits_of(network.sample(noise, labels)))
