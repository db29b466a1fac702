"""Digits from denoisers trained for equal CPU seconds: our UNet beside those of two peers.

The Frechet distance is between the classifier's features of the samples and of as many test
digits; its floor is that of as many training digits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import data, metrics, roofline, zoo
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.evaluation import sample_codes, sample_digits
from dgm_lessons.evaluation.sampling import Draw
from dgm_lessons.networks import EMA
from dgm_lessons.recipes.digits import MnistConditional
from dgm_lessons.training import learning_rate, set_learning_rate

from .measure import over_seeds, progress
from .peers import Fresh
from .race import one_long_run, race, separate_runs

BATCH = 128  # of the peers
SHIPPED = {"mnist-conditional": sample_digits, "mnist-latent": sample_codes}


def run(
    budgets: dict[str, list[float]], seeds: list[int], samples: int, missing: dict[str, str]
) -> dict[str, Any]:
    """Distance and cost of every contender at every budget, of "ours" and of "peers"."""
    target, floor, labels = truth(samples)
    train = data.mnist("train")[0][:, None].float() / 127.5 - 1

    def frechet(digits: Tensor) -> float:
        return metrics.frechet_distance(metrics.mnist_features(digits), target)

    def evaluate(contender: Any, seed: int) -> dict[str, float]:
        return {"frechet": frechet(contender.sample(labels, seed))}

    contenders: dict[str, Any] = {}
    entries = [("dgm_lessons", Ours, separate_runs, budgets["ours"])]
    entries += [(k, PEERS[k], one_long_run, budgets["peers"]) for k in PEERS if k not in missing]
    for name, make, how, seconds in entries:
        rows = race(name, how(make), lambda seed: train, evaluate, seconds, seeds)
        contenders[name] = {"settings": " ".join((make.__doc__ or "").split()), "rows": rows}
    for name in SHIPPED:
        drawn = [{"frechet": frechet(from_the_zoo(name, labels, seed))} for seed in seeds]
        row = over_seeds([cost_of(name) | one for one in drawn])
        progress(f"{name}: {row['frechet']['median']:.1f}")
        contenders[f"dgm_lessons, {name} of the zoo"] = {"rows": [row]}
    for name, call in calls(missing).items():
        with torch.no_grad():
            contenders[name]["flops_per_image"] = roofline.count(call).flops // 4
    return {"samples": samples, "floor": floor, "contenders": contenders}


def truth(n: int) -> tuple[Tensor, float, Tensor]:
    """Features of n test digits; their distance from n training digits, whose labels come last."""
    images, labels = data.mnist("train")
    rows = torch.randperm(len(images), generator=Generator().manual_seed(1))[:n]
    real = metrics.mnist_features(images[rows])
    target = metrics.mnist_features(data.mnist("test")[0][:n])
    return target, metrics.frechet_distance(real, target), labels[rows]


class Ours:
    """The recipe mnist-conditional: a conditional UNet for a CPU; 18 network calls."""

    def __init__(self, train: Tensor, seed: int, steps: int) -> None:
        torch.manual_seed(seed)  # layers draw their first weights from the global generator
        self.recipe = MnistConditional(torch.device("cpu"))
        self.steps, self.done, self.generator = steps, 0, Generator().manual_seed(seed)
        self.network = self.recipe.network
        self.ema = EMA(self.network)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), betas=self.recipe.betas, fused=True
        )

    def advance(self) -> None:
        """One step."""
        self.done += 1
        share = learning_rate(self.done, max(self.steps, self.done), self.recipe.warmup)
        set_learning_rate(self.optimizer, self.recipe.lr * share)
        descend(self.optimizer, self.recipe.loss(self.network, self.recipe.draw(self.generator)))
        self.ema.update(self.network, self.done)

    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """A digit for each label."""
        return conditional(self.recipe.denoiser(self.ema.network), labels, seed, sample_digits)


class SmallDiffusion:
    """Scaled(Unet)(28, 1, 1, ch=64, ch_mult=(1, 1, 2), attn_resolutions=(14,)), AdamW 7e-4,
    average of weights 0.999, 20 steps with gam 1.6, as in its Fashion-MNIST example; batch 128
    for its 1024, which would allow a handful of steps.
    """

    def __init__(self, train: Tensor, seed: int, steps: int) -> None:
        import smalldiffusion as sd

        torch.manual_seed(seed)
        self.sd, self.network = sd, self.make()
        self.average = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999)
        )
        self.schedule = sd.ScheduleLogLinear(sigma_min=0.01, sigma_max=20, N=800)
        loader = Fresh(train, BATCH, seed)
        self.loop = sd.training_loop(loader, self.network, self.schedule, epochs=10**9, lr=7e-4)
        next(self.loop)  # it yields before the first step

    @staticmethod
    def make() -> nn.Module:
        """Its network."""
        from smalldiffusion import Scaled, Unet

        return Scaled(Unet)(28, 1, 1, ch=64, ch_mult=(1, 1, 2), attn_resolutions=(14,))

    def advance(self) -> None:
        """One step."""
        next(self.loop)
        self.average.update_parameters(self.network)

    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """As many digits as there are labels, which it does not see."""
        levels = self.schedule.sample_sigmas(20)

        def draw(n: int) -> Tensor:
            *_, found = self.sd.samples(self.average.module, levels, gam=1.6, batchsize=n)
            return found

        return unconditional(draw, len(labels), seed)


class Diffusers:
    """UNet2DModel(28, 1, 1, layers_per_block=2, block_out_channels=(32, 64, 64)), Adam 1e-3,
    batch 128, DDPM noise with the squared cosine, 20 DDIM steps: its course's MNIST example.
    """

    def __init__(self, train: Tensor, seed: int, steps: int) -> None:
        import diffusers

        torch.manual_seed(seed)
        library: Any = diffusers  # it loads its classes on demand, unseen by a type checker
        levels = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2"}
        self.noising, self.solver = library.DDPMScheduler(**levels), library.DDIMScheduler(**levels)
        self.network, self.batches = self.make(), iter(Fresh(train, BATCH, seed))
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)

    @staticmethod
    def make() -> Any:
        """Its network."""
        from diffusers import UNet2DModel

        return UNet2DModel(
            sample_size=28,
            in_channels=1,
            out_channels=1,
            layers_per_block=2,
            block_out_channels=(32, 64, 64),
            down_block_types=("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
        )

    def advance(self) -> None:
        """One step."""
        clean = next(self.batches)
        noise, t = torch.randn_like(clean), torch.randint(0, 1000, (len(clean),))
        found = self.network(self.noising.add_noise(clean, noise, t), t).sample
        descend(self.optimizer, (found - noise).square().mean())

    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """As many digits as there are labels, which it does not see."""
        self.solver.set_timesteps(20)

        def draw(n: int) -> Tensor:
            found = torch.randn(n, 1, 28, 28)
            for t in self.solver.timesteps:
                found = self.solver.step(self.network(found, t).sample, t, found).prev_sample
            return found

        return unconditional(draw, len(labels), seed)


PEERS: dict[str, Any] = {"smalldiffusion": SmallDiffusion, "diffusers": Diffusers}


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step against the gradient."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def conditional(denoiser: Denoiser, labels: Tensor, seed: int, draw: Draw) -> Tensor:
    """Digits `(n, 28, 28)`, uint8, of these labels."""
    generator = Generator().manual_seed(100 + seed)
    parts = labels.split(500)
    return torch.cat([draw(zoo.with_labels(denoiser, p), len(p), generator) for p in parts])


@torch.no_grad()
def unconditional(draw: Callable[[int], Tensor], n: int, seed: int) -> Tensor:
    """Digits `(n, 28, 28)`, uint8, from samples in [-1, 1]."""
    torch.manual_seed(100 + seed)  # the peers draw from the global generator
    found = torch.cat([draw(len(part)) for part in torch.arange(n).split(250)])
    return ((found[:, 0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def from_the_zoo(name: str, labels: Tensor, seed: int) -> Tensor:
    """Digits of a network that ships."""
    return conditional(zoo.load(name), labels, seed, SHIPPED[name])


def cost_of(name: str) -> dict[str, float]:
    """The seconds that the card of a network tells, and its autoencoder's."""
    cards = [zoo.cards()[name]] + ([zoo.cards()["mnist-codes"]] if name == "mnist-latent" else [])
    return {k: sum(c[k] for c in cards) for k in ("steps", "cpu_seconds", "wall_seconds")}


def calls(missing: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """One call on a batch of 4, for each contender's network."""
    x, level = torch.zeros(4, 1, 28, 28), torch.ones(4)
    ours: Any = MnistConditional(torch.device("cpu")).network
    found: dict[str, Callable[[], Any]] = {
        "dgm_lessons": partial(ours, torch.zeros(4, *ours.shape), level)
    }
    for name in SHIPPED:
        network: Any = zoo.load_network(name)
        call = partial(network, torch.zeros(4, *network.shape), level)
        found[f"dgm_lessons, {name} of the zoo"] = call
    if "smalldiffusion" not in missing:
        found["smalldiffusion"] = partial(SmallDiffusion.make(), x, level[:, None, None, None])
    if "diffusers" not in missing:
        found["diffusers"] = partial(Diffusers.make(), x, level)
    return found
