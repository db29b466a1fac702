"""Digits from denoisers trained for equal CPU seconds: our UNet beside those of two peers.

The Frechet distance is between the classifier's features of the samples and of as many test
digits; its floor is that of as many training digits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from dgm_lessons import data, metrics, zoo
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.networks import EMA
from dgm_lessons.recipes import Recipe, mnist_conditional, sample_codes, sample_digits
from dgm_lessons.recipes.judging import Draw
from dgm_lessons.training import learning_rate, set_learning_rate

from .measure import Clock, progress
from .peers import Fresh

SHIPPED = {"mnist-conditional": sample_digits, "mnist-latent": sample_codes}
PEERS = {
    "smalldiffusion": (
        "Scaled(Unet)(28, 1, 1, ch=64, ch_mult=(1, 1, 2), attn_resolutions=(14,)), AdamW 7e-4, "
        "average of weights 0.999, 20 steps with gam 1.6, as in its Fashion-MNIST example; "
        "batch 128 for its 1024, which would allow a handful of steps"
    ),
    "diffusers": (
        "UNet2DModel(28, 1, 1, layers_per_block=2, block_out_channels=(32, 64, 64)), Adam 1e-3, "
        "batch 128, DDPM noise with the squared cosine, 20 DDIM steps: its course's MNIST example"
    ),
}


def run(quick: bool, missing: dict[str, str]) -> dict[str, Any]:
    """Distance and cost of every contender at every budget."""
    n, budgets = (64, [2.0]) if quick else (500, [60.0])
    target, floor, labels = truth(n)
    rows: list[dict[str, Any]] = []

    def note(name: str, budget: float | None, digits: Tensor, more: dict[str, Any]) -> None:
        found = metrics.frechet_distance(metrics.mnist_features(digits), target)
        rows.append({"contender": name, "budget": budget, "frechet": found} | more)
        progress(f"{name}: {more.get('cpu_seconds', 0):.0f} CPU s, Frechet {found:.1f}")

    for budget in budgets:
        note("dgm_lessons", budget, *ours(budget, labels))
    for name in SHIPPED:
        note(from_zoo(name), None, *from_the_zoo(name, labels))
    for name in (name for name in PEERS if name not in missing):
        for budget, digits, more in peer(name, budgets, n):
            note(name, budget, digits, more)
    flops = {name: flops_per_image(network) for name, network in networks(missing).items()}
    return {
        "samples": n,
        "floor": floor,
        "settings": PEERS | {"dgm_lessons": "recipe mnist-conditional, 18 network calls"},
        "flops_per_image": flops,
        "rows": rows,
    }


def truth(n: int) -> tuple[Tensor, float, Tensor]:
    """Features of n test digits; their distance from n training digits, whose labels come last."""
    images, labels = data.mnist("train")
    rows = torch.randperm(len(images), generator=Generator().manual_seed(1))[:n]
    real = metrics.mnist_features(images[rows])
    target = metrics.mnist_features(data.mnist("test")[0][:n])
    return target, metrics.frechet_distance(real, target), labels[rows]


def ours(budget: float, labels: Tensor) -> tuple[Tensor, dict[str, Any]]:
    """The recipe `mnist-conditional` in as many steps as the budget allows."""
    torch.manual_seed(0)
    recipe, clock, generator = mnist_conditional(torch.device("cpu")), Clock(), Generator()
    generator.manual_seed(0)
    ema = EMA(recipe.network)
    optimizer = torch.optim.Adam(recipe.network.parameters(), betas=recipe.betas, fused=True)
    total = max(1, int(budget / _pace()))
    for step in range(1, total + 1):
        with clock.running():
            rate = recipe.lr * learning_rate(step, total, recipe.warmup)
            set_learning_rate(optimizer, rate)
            _descend(optimizer, recipe.loss(recipe.network, recipe.draw(generator)))
            ema.update(recipe.network, step)
    assert recipe.process and recipe.predicts
    denoiser = Denoiser(ema.network, recipe.process, recipe.predicts)
    return _draw(denoiser, labels), {"steps": total, **clock.seconds()}


def from_zoo(name: str) -> str:
    """What the table calls a network that ships."""
    return f"dgm_lessons, {name} of the zoo"


def from_the_zoo(name: str, labels: Tensor) -> tuple[Tensor, dict[str, Any]]:
    """A network that ships, with the seconds that its card tells, and its autoencoder's."""
    cards = [zoo.cards()[name]] + ([zoo.cards()["mnist-codes"]] if name == "mnist-latent" else [])
    more = {k: sum(card[k] for card in cards) for k in ("cpu_seconds", "wall_seconds", "steps")}
    return _draw(zoo.load(name), labels, SHIPPED[name]), more


def _draw(denoiser: Denoiser, labels: Tensor, draw: Draw = sample_digits) -> Tensor:
    generator = Generator().manual_seed(1)
    parts = labels.split(500)
    return torch.cat([draw(zoo.with_labels(denoiser, p), len(p), generator) for p in parts])


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _pace(steps: int = 8) -> float:
    """CPU seconds of one of our steps, from a run that is thrown away."""
    recipe: Recipe = mnist_conditional(torch.device("cpu"))
    optimizer = torch.optim.Adam(recipe.network.parameters(), 1e-4, fused=True)
    ema, generator = EMA(recipe.network), Generator().manual_seed(2)
    for step in range(steps + 3):
        if step == 3:
            start = time.process_time()
        _descend(optimizer, recipe.loss(recipe.network, recipe.draw(generator)))
        ema.update(recipe.network, step + 1)
    return (time.process_time() - start) / steps


def peer(name: str, budgets: list[float], n: int) -> Iterator[tuple[float, Tensor, dict[str, Any]]]:
    """One run with a constant rate, looked at after each budget."""
    torch.manual_seed(0)
    start: Callable[[Tensor], tuple[Callable[[], None], Callable[[int], Tensor]]]
    start = {"smalldiffusion": _smalldiffusion, "diffusers": _diffusers}[name]
    x = data.mnist("train")[0][:, None].float() / 127.5 - 1
    clock, steps = Clock(), 0
    advance, draw = start(x)  # imports, too: not counted
    for budget in budgets:
        while clock.cpu < budget:
            with clock.running():
                advance()
            steps += 1
        with torch.no_grad():
            found = torch.cat([draw(len(part)) for part in torch.arange(n).split(250)])
        digits = ((found[:, 0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        yield budget, digits, {"steps": steps, **clock.seconds()}


def _small_unet() -> nn.Module:
    from smalldiffusion import Scaled, Unet

    return Scaled(Unet)(28, 1, 1, ch=64, ch_mult=(1, 1, 2), attn_resolutions=(14,))


def _smalldiffusion(x: Tensor) -> tuple[Callable[[], None], Callable[[int], Tensor]]:
    import smalldiffusion as sd

    model = _small_unet()
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999)
    )
    schedule = sd.ScheduleLogLinear(sigma_min=0.01, sigma_max=20, N=800)
    course = sd.training_loop(Fresh(x, 128, 0), model, schedule, epochs=10**9, lr=7e-4)
    next(course)  # it yields before the first step

    def advance() -> None:
        next(course)
        average.update_parameters(model)

    def draw(n: int) -> Tensor:
        *_, found = sd.samples(average.module, schedule.sample_sigmas(20), gam=1.6, batchsize=n)
        return found

    return advance, draw


def _diffusers_unet() -> Any:
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


def _diffusers(x: Tensor) -> tuple[Callable[[], None], Callable[[int], Tensor]]:
    import diffusers

    make: Any = diffusers  # it loads its classes on demand, unseen by a type checker
    model, schedule = _diffusers_unet(), "squaredcos_cap_v2"
    noising = make.DDPMScheduler(num_train_timesteps=1000, beta_schedule=schedule)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    batches = iter(Fresh(x, 128, 0))

    def advance() -> None:
        clean = next(batches)
        noise, t = torch.randn_like(clean), torch.randint(0, 1000, (len(clean),))
        found = model(noising.add_noise(clean, noise, t), t).sample
        _descend(optimizer, (found - noise).square().mean())

    def draw(n: int) -> Tensor:
        solver = make.DDIMScheduler(num_train_timesteps=1000, beta_schedule=schedule)
        solver.set_timesteps(20)
        found = torch.randn(n, 1, 28, 28)
        for t in solver.timesteps:
            found = solver.step(model(found, t).sample, t, found).prev_sample
        return found

    return advance, draw


def networks(missing: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """One call on a batch of 4, for each contender's network."""
    recipe = mnist_conditional(torch.device("cpu"))
    x, level = torch.zeros(4, 1, 28, 28), torch.ones(4)
    found: dict[str, Callable[[], Any]] = {
        "dgm_lessons": partial(recipe.network, torch.zeros(4, 1, 24, 24), level)
    }
    for name in SHIPPED:
        network: Any = zoo.load_network(name)
        found[from_zoo(name)] = partial(network, torch.zeros(4, *network.shape), level)
    if "smalldiffusion" not in missing:
        found["smalldiffusion"] = partial(_small_unet(), x, level[:, None, None, None])
    if "diffusers" not in missing:
        found["diffusers"] = partial(_diffusers_unet(), x, level)
    return found


def flops_per_image(call: Callable[[], Any]) -> int:
    """Floating-point operations of one call (a product and its sum: two), for each image."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() // 4
