"""The families looked at again: modes found, what a sample costs, every sampler on one exact field.

Three parts. A GAN under three losses and the diffusion model learn the grid of 25 modes in equal
CPU seconds. All networks that ship with the book, and the six models of the page `families` of
chapter 1, draw, and their calls and operations are counted. And the samplers of the book take the
same noise to the ring, by its exact denoiser, so that only the sampler differs.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import softplus

from dgm_lessons.metrics import mode_weights, off_mode_share
from dgm_lessons.mixtures import GaussianMixture, grid
from dgm_lessons.training import fit, learning_rate, set_learning_rate

from . import costs, replay
from .measure import over_seeds
from .ours import Ours, draw
from .race import Entry, Numbers, race

POINTS, SAMPLES = 50_000, 10_000
CALLS = (4, 10, 40)  # of the diffusion model, for a sample
COVERED = 0.25  # of its share, that a mode must hold


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """All three parts; a race that was stopped goes on where it was."""
    seeds, budget = ([0], 0.1) if quick else ([10, 11, 12, 13, 14], 4.0)
    law = grid(25)

    def data(seed: int) -> Tensor:
        return law.sample(POINTS, Generator().manual_seed(100 + seed)).float()

    def judge(contender: Any, seed: int) -> Numbers:
        found: Numbers = {}
        for calls in contender.calls:
            numbers = coverage(contender.sample(SAMPLES, seed, calls), law)
            found |= {f"{name}_{calls}": value for name, value in numbers.items()}
        return found

    entries = [Entry(name, make, data, judge, [budget], True) for name, make in MAKES.items()]
    contenders = race(runs, entries, seeds, quick)
    truth = [coverage(law.sample(SAMPLES, Generator().manual_seed(9000 + s)), law) for s in seeds]
    return {
        "coverage": {
            "budget": budget,
            "seeds": seeds,
            "samples": SAMPLES,
            "about": {name: " ".join((make.__doc__ or "").split()) for name, make in MAKES.items()},
            "truth": over_seeds(truth),
            "contenders": contenders,
        },
        "costs": costs.run(quick, runs),
        "replay": replay.run(quick, runs),
    }


def coverage(x: Tensor, law: GaussianMixture) -> Numbers:
    """Modes that hold a quarter of their share or more, total variation of the shares, strays.

    A mode holds the points within four of its standard deviations; the shares are those of
    `metrics.mode_weights`, where a stray counts for the mode that it is nearest to.
    """
    gap = (x.double()[:, None] - law.means).square().sum(2)
    squared, nearest = (gap / law.covariances[:, 0, 0]).min(1)
    held = torch.bincount(nearest[squared <= 16], minlength=len(law.weights)) / len(x)
    return {
        "modes": float((held >= COVERED * law.weights).sum()),
        "shares": (mode_weights(x, law) - law.weights).abs().sum().item() / 2,
        "stray": off_mode_share(x, law),
    }


class Diffusion(Ours):
    """The diffusion model: `fit` with its defaults, MLP(2) on VP(), Heun steps on Karras' grid."""

    calls, lr = CALLS, 2e-2

    def __init__(self, points: Tensor, seed: int, steps: int) -> None:
        super().__init__(points, seed, steps)
        g = Generator().manual_seed(seed)
        self.loop = fit(self.denoiser, points, steps, lr=self.lr, generator=g)

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """n points, by so many calls of the network each."""
        with torch.no_grad():
            return draw(self.denoiser, n, seed, calls)


Penalty = Callable[[nn.Module, Tensor, Tensor, Generator], Tensor]


def r1(critic: nn.Module, real: Tensor, fake: Tensor, g: Generator) -> Tensor:
    """0.05 |slope|^2 at real points (Mescheder et al. 2018)."""
    return 0.05 * slope(critic, real).square().sum(1).mean()


def one_lipschitz(critic: nn.Module, real: Tensor, fake: Tensor, g: Generator) -> Tensor:
    """0.1 (|slope| - 1)^2 between real points and fakes (Gulrajani et al. 2017)."""
    share = torch.rand(len(real), 1, generator=g)
    between = share * real + (1 - share) * fake
    return 0.1 * (slope(critic, between).norm(dim=1) - 1).square().mean()


def slope(critic: nn.Module, x: Tensor) -> Tensor:
    """The critic's gradient at x, with a graph."""
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]


class Game:
    """A GAN without a penalty: the logistic game, the generator climbing log D. Both networks have
    three layers of 64, batch 256, Adam at 2e-3 with betas (0.5, 0.9), falling to zero.
    """

    calls = (1,)
    penalty: Penalty | None = None
    critic_steps, lr, betas, batch = 1, 2e-3, (0.5, 0.9), 256

    def __init__(self, points: Tensor, seed: int, steps: int) -> None:
        torch.manual_seed(seed)  # layers draw their first weights from the global generator
        self.model, self.critic = layers(2, 2), layers(2, 1)
        self.points, self.steps, self.step = points, steps, 0
        self.g = Generator().manual_seed(seed)
        self.by_critic, self.by_model = (
            torch.optim.Adam(network.parameters(), self.lr, self.betas, fused=True)
            for network in (self.critic, self.model)
        )

    def advance(self) -> None:
        """A step of each player, or several of the critic."""
        self.step += 1
        for player in (self.by_critic, self.by_model):
            set_learning_rate(player, self.lr * learning_rate(self.step, self.steps))
        for _ in range(self.critic_steps):
            rows = torch.randint(len(self.points), (self.batch,), generator=self.g)
            loss = self.critic_loss(self.points[rows], self._fake().detach())
            self._descend(self.by_critic, loss)
        self._descend(self.by_model, self.model_loss(self.critic(self._fake())))

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Real points should have high logits, fakes low ones."""
        loss = softplus(-self.critic(real)).mean() + softplus(self.critic(fake)).mean()
        penalty = type(self).penalty
        return loss if penalty is None else loss + penalty(self.critic, real, fake, self.g)

    def model_loss(self, logit: Tensor) -> Tensor:
        """The generator climbs log D."""
        return softplus(-logit).mean()

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """n points in one call."""
        with torch.no_grad():
            return self.model(torch.randn(n, 2, generator=Generator().manual_seed(seed)))

    def _fake(self) -> Tensor:
        return self.model(torch.randn(self.batch, 2, generator=self.g))

    def _descend(self, player: torch.optim.Optimizer, loss: Tensor) -> None:
        player.zero_grad()
        loss.backward()
        player.step()


class CalmGame(Game):
    """The same with a penalty of 0.05 on the squared slope of the discriminator at real points."""

    penalty = r1


class Critic(Game):
    """WGAN-GP: a critic in place of the discriminator, penalty 0.1, three steps of it for one of
    the generator, batch 128, Adam at 2e-3 with betas (0, 0.9).
    """

    penalty = one_lipschitz
    critic_steps, lr, betas, batch = 3, 2e-3, (0.0, 0.9), 128

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """The critic's mean gap, as large as its slope allows."""
        gap = self.critic(fake).mean() - self.critic(real).mean()
        return gap + one_lipschitz(self.critic, real, fake, self.g)

    def model_loss(self, logit: Tensor) -> Tensor:
        """The generator raises the critic's value."""
        return -logit.mean()


def layers(inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
    """Three hidden layers."""
    sizes, parts = (inputs, width, width, width), []
    for a, b in pairwise(sizes):
        parts += [nn.Linear(a, b), nn.LeakyReLU()]
    return nn.Sequential(*parts, nn.Linear(width, outputs))


def halved(make: Any) -> Any:
    """The same contender at half its learning rate."""
    about = f"{make.__doc__} At half the learning rate."
    return type(f"Halved{make.__name__}", (make,), {"lr": make.lr / 2, "__doc__": about})


RATED: dict[str, Any] = {
    "diffusion": Diffusion,
    "GAN": Game,
    "GAN, R1 penalty": CalmGame,
    "WGAN-GP": Critic,
}
MAKES = RATED | {
    f"{name}, half the rate": halved(RATED[name])
    for name in ("diffusion", "GAN", "GAN, R1 penalty")
}
