"""Digits: the networks of three packages, each in its own training loop and in the others'.

Everybody learns the same 24x24 digits with their labels, in batches of 64, for equal CPU seconds,
and draws them with 20 network calls. A loop is everything but the network: how pixels are scaled,
noise levels, target, optimiser, averaging of weights, sampler. So a row that changes the loop only,
or the network only, tells which of the two a lead comes from.

The peers' networks are their classes at a size for a CPU: those of their examples take 30 to 80
times our operations for an image. They see the digits folded two by two, as ours does.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Generator, Tensor, nn

from dgm_lessons import data, metrics, roofline
from dgm_lessons.evaluation import sample_digits
from dgm_lessons.networks import EMA, UNet, WithLabels
from dgm_lessons.recipes.digits import MnistConditional
from dgm_lessons.training import learning_rate, set_learning_rate

from . import peers
from .measure import need_mnist
from .race import Entry, Numbers, race

BATCH, CALLS, HIDDEN = 64, 20, 0.1  # images a step, network calls a digit, share without a label
Digits = tuple[Tensor, Tensor]  # images (N, 1, 24, 24) of unit scale, labels (N,)


def settings(quick: bool) -> dict[str, Any]:
    """CPU seconds of training, seeds and number of samples."""
    if quick:
        return {"budget": 0.5, "seeds": [0], "samples": 80}
    return {"budget": 60.0, "seeds": [0, 1, 2], "samples": 500}


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """Every network in its own loop, every other one in ours, and ours in theirs."""
    need_mnist()
    chosen = settings(quick)
    found, missing = peers.available(("smalldiffusion", "diffusers"))
    images, labels = data.mnist("train")
    train = data.mnist_to_unit(images), labels
    judge = Judge(chosen["samples"])
    pairs = [("dgm_lessons", "dgm_lessons")]
    for peer in found:
        pairs += [(peer, peer), (peer, "dgm_lessons"), ("dgm_lessons", peer)]
    entries = [
        Entry(
            f"{network} in the loop of {loop}",
            partial(LOOPS[loop], NETWORKS[network]),
            lambda seed: train,
            judge,
            [chosen["budget"]],
            restart=loop == "dgm_lessons",
        )
        for network, loop in pairs
    ]
    raced = race(runs, entries, chosen["seeds"], quick)
    return chosen | {
        "batch": BATCH,
        "calls": CALLS,
        "floor": judge.floor,
        "networks": {name: about(NETWORKS[name]) for name in ("dgm_lessons", *found)},
        "loops": {name: " ".join((LOOPS[name].__doc__ or "").split()) for name, _ in pairs[:1]}
        | {peer: " ".join((LOOPS[peer].__doc__ or "").split()) for peer in found},
        "contenders": [
            {"network": network, "loop": loop} | raced[entry.name]
            for (network, loop), entry in zip(pairs, entries, strict=True)
        ],
        "left_out": missing,
    }


class Judge:
    """The Frechet distance to test digits, and how often a digit is read as it was asked for."""

    def __init__(self, n: int) -> None:
        images, labels = data.mnist("train")
        rows = torch.randperm(len(images), generator=Generator().manual_seed(1))[:n]
        self.labels = labels[rows]  # the law of the labels, too, is that of the data
        self.target = metrics.mnist_features(data.mnist("test")[0][:n])
        real = metrics.mnist_features(images[rows])
        self.floor = metrics.frechet_distance(real, self.target)

    def __call__(self, contender: Any, seed: int) -> Numbers:
        digits = torch.cat([contender.sample(p, 100 + seed) for p in self.labels.split(250)])
        agree = (metrics.mnist_labels(digits) == self.labels).float().mean().item()
        frechet = metrics.frechet_distance(metrics.mnist_features(digits), self.target)
        picture = contender.sample(torch.arange(10), 200 + seed)
        return {"frechet": frechet, "agreement": agree, "picture": png(picture)}


def png(digits: Tensor) -> str:
    """A row of digits `(n, 28, 28)` as PNG, in base64."""
    buffer = io.BytesIO()
    Image.fromarray(torch.cat(list(digits), 1).numpy()).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


# -- networks: (x of unit scale, log-SNR (B,), labels (B,), -1 for none) -> (B, 1, 24, 24) ----


class OurNetwork(UNet):
    """UNet(24), as in the recipe mnist-conditional."""

    def __init__(self) -> None:
        super().__init__(24)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class SmallDiffusionNetwork(nn.Module):
    """Unet(12, 4, 4, ch=32, ch_mult=(1, 1, 2), num_res_blocks=1, attn_resolutions=(6,)) with
    CondEmbedderLabel; its example has 28, 1, 1, ch=64, num_res_blocks=2, attn_resolutions=(14,).
    """

    def __init__(self) -> None:
        super().__init__()
        from smalldiffusion import CondEmbedderLabel, Unet

        options = {"ch": 32, "ch_mult": (1, 1, 2), "num_res_blocks": 1, "attn_resolutions": (6,)}
        self.inner = Unet(12, 4, 4, cond_embed=CondEmbedderLabel(128, 10, 0.0), **options)

    def forward(self, x: Tensor, log_snr: Tensor, labels: Tensor) -> Tensor:
        sigma, rows = (-0.5 * log_snr).exp(), torch.where(labels < 0, 10, labels)
        return F.pixel_shuffle(self.inner(F.pixel_unshuffle(x, 2), sigma, cond=rows), 2)


class DiffusersNetwork(nn.Module):
    """UNet2DModel(12, 4, 4, layers_per_block=1, block_out_channels=(32, 32, 64)) with
    num_class_embeds; its course has 28, 1, 1, layers_per_block=2, (32, 64, 64).
    """

    def __init__(self) -> None:
        super().__init__()
        from diffusers import UNet2DModel

        self.inner: Any = UNet2DModel(
            sample_size=12,
            in_channels=4,
            out_channels=4,
            layers_per_block=1,
            block_out_channels=(32, 32, 64),
            down_block_types=("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
            num_class_embeds=11,
        )

    def forward(self, x: Tensor, log_snr: Tensor, labels: Tensor) -> Tensor:
        share = torch.sigmoid(log_snr).sqrt().acos() * 2 / torch.pi  # of the squared cosine
        found = self.inner(
            F.pixel_unshuffle(x, 2), 1000 * share, class_labels=torch.where(labels < 0, 10, labels)
        )
        return F.pixel_shuffle(found.sample, 2)


NETWORKS: dict[str, type[nn.Module]] = {
    "dgm_lessons": OurNetwork,
    "smalldiffusion": SmallDiffusionNetwork,
    "diffusers": DiffusersNetwork,
}


def about(kind: type[nn.Module]) -> dict[str, Any]:
    """A network's settings, parameters, and operations of one call for one image."""
    network = kind().eval()
    x, level, labels = torch.zeros(4, 1, 24, 24), torch.zeros(4), torch.zeros(4, dtype=torch.long)
    with torch.no_grad():
        flops = roofline.count(lambda: network(x, level, labels)).flops // 4
    settings = " ".join((kind.__doc__ or "").split())
    size = sum(p.numel() for p in network.parameters())
    return {"settings": settings, "parameters": size, "flops_per_image": flops}


# -- loops -------------------------------------------------------------------------------------


def batches(train: Digits, seed: int) -> Iterator[Digits]:
    """Images in [-1, 1] with labels, the label of one in ten hidden, without end."""
    generator = Generator().manual_seed(seed)
    images, labels = train
    while True:
        rows = torch.randint(len(images), (BATCH,), generator=generator)
        hide = torch.rand(BATCH, generator=generator) < HIDDEN
        x = (images[rows] * data.MNIST_STD + data.MNIST_MEAN) * 2 - 1
        yield x, torch.where(hide, -1, labels[rows])


def pixels(x: Tensor) -> Tensor:
    """Digits `(n, 28, 28)`, uint8, from samples in [-1, 1]."""
    return data.mnist_to_pixels(((x + 1) / 2 - data.MNIST_MEAN) / data.MNIST_STD)


class OurLoop:
    """The recipe mnist-conditional: pixels standardised, VP(), v-prediction, log-normal levels
    (stratified), Adam 4e-3 falling to zero, average over the last twentieth of the steps;
    DPM-Solver++ 2M on a Karras grid.
    """

    def __init__(self, make: Callable[[], nn.Module], train: Digits, seed: int, steps: int) -> None:
        torch.manual_seed(seed)  # layers draw their first weights from the global generator
        self.recipe = MnistConditional(torch.device("cpu"))
        self.network = make()
        self.steps, self.done, self.generator = steps, 0, Generator().manual_seed(seed)
        self.ema = EMA(self.network)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), betas=self.recipe.betas, fused=True
        )

    def advance(self) -> None:
        """One step."""
        self.done += 1
        share = learning_rate(self.done, max(self.steps, self.done), self.recipe.warmup)
        set_learning_rate(self.optimizer, self.recipe.lr * share)
        loss = self.recipe.loss(self.network, self.recipe.draw(self.generator))
        descend(self.optimizer, loss)
        self.ema.update(self.network, self.done)

    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """A digit for each label."""
        denoiser = self.recipe.denoiser(WithLabels(self.ema.network.eval(), labels))
        with torch.no_grad():
            generator = Generator().manual_seed(seed)
            return sample_digits(denoiser, len(labels), generator, CALLS)


class SmallDiffusionLoop:
    """As in its Fashion-MNIST example: pixels in [-1, 1], log-linear levels 0.01 to 20,
    eps-prediction, AdamW 7e-4, average of weights 0.999 that is warmed up, min(0.999, (1 + n) /
    (10 + n)); its accelerated sampler (gam 1.6). Batch 64 for its 1024.
    """

    def __init__(self, make: Callable[[], nn.Module], train: Digits, seed: int, steps: int) -> None:
        import smalldiffusion as sd

        class Scaled(nn.Module, sd.ModelMixin):
            """The network in the form that the package's functions expect."""

            input_dims = (1, 24, 24)

            def __init__(self) -> None:
                super().__init__()
                self.inner = make()

            def forward(self, x: Tensor, sigma: Tensor, cond: Tensor) -> Tensor:
                log_snr = -2 * sigma.flatten().log().expand(len(x))
                return self.inner(x / (1 + sigma**2).sqrt(), log_snr, cond)

        torch.manual_seed(seed)
        self.sd, self.model, self.done = sd, Scaled(), 0
        self.average = torch.optim.swa_utils.AveragedModel(
            self.model, multi_avg_fn=self._average, use_buffers=True
        )
        self.schedule = sd.ScheduleLogLinear(sigma_min=0.01, sigma_max=20, N=800)
        self.loop = sd.training_loop(
            _Endless(batches(train, seed)), self.model, self.schedule,
            epochs=10**9, lr=7e-4, conditional=True,
        )  # fmt: skip
        next(self.loop)  # it yields before the first step

    def _average(self, kept: list[Tensor], new: list[Tensor], n: Tensor | int) -> None:
        decay = min(0.999, (1 + self.done) / (10 + self.done))
        torch._foreach_lerp_(kept, new, 1 - decay)

    def advance(self) -> None:
        """One step."""
        next(self.loop)
        self.done += 1
        self.average.update_parameters(self.model)

    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """A digit for each label."""
        torch.manual_seed(seed)
        levels = self.schedule.sample_sigmas(CALLS)
        model = self.average.module
        *_, x = self.sd.samples(model, levels, gam=1.6, batchsize=len(labels), cond=labels)
        return pixels(x)


class _Endless:
    """Batches as a loader, which `training_loop` iterates over."""

    def __init__(self, source: Iterator[Digits]) -> None:
        self.source = source

    def __iter__(self) -> Iterator[Digits]:
        return self.source


class DiffusersLoop:
    """As in its course: pixels in [-1, 1], 1,000 DDPM levels by the squared cosine, eps-prediction,
    Adam 1e-3, no average; its DDIMScheduler. Batch 64 for its 128.
    """

    def __init__(self, make: Callable[[], nn.Module], train: Digits, seed: int, steps: int) -> None:
        import diffusers

        torch.manual_seed(seed)
        library: Any = diffusers  # it loads its classes on demand, unseen by a type checker
        levels = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2"}
        self.noising, self.solver = library.DDPMScheduler(**levels), library.DDIMScheduler(**levels)
        self.log_snr = self.noising.alphas_cumprod.double().logit().float()
        self.network, self.batches = make(), batches(train, seed)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)

    def advance(self) -> None:
        """One step."""
        clean, labels = next(self.batches)
        noise, t = torch.randn_like(clean), torch.randint(0, 1000, (len(clean),))
        noisy = self.noising.add_noise(clean, noise, t)
        found = self.network(noisy, self.log_snr[t], labels)
        descend(self.optimizer, (found - noise).square().mean())

    @torch.no_grad()
    def sample(self, labels: Tensor, seed: int) -> Tensor:
        """A digit for each label."""
        self.network.eval()
        self.solver.set_timesteps(CALLS)
        x = torch.randn(len(labels), 1, 24, 24, generator=Generator().manual_seed(seed))
        for t in self.solver.timesteps:
            found = self.network(x, self.log_snr[t].expand(len(x)), labels)
            x = self.solver.step(found, t, x).prev_sample
        self.network.train()
        return pixels(x)


LOOPS: dict[str, Any] = {
    "dgm_lessons": OurLoop,
    "smalldiffusion": SmallDiffusionLoop,
    "diffusers": DiffusersLoop,
}


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step against the gradient."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
