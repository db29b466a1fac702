"""What a sample costs, model by model: a part of `python -m benchmarks families`.

Calls and operations are counted on the run itself, and do not depend on the machine; the CPU
milliseconds do. One sample of a batch on one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons import zoo
from dgm_lessons.denoisers import AbstractDenoiser, Denoiser
from dgm_lessons.evaluation import digit_times
from dgm_lessons.networks import MLP, CodeMap, DigitCodes, DigitVAE
from dgm_lessons.processes import EDM, VP, Process, karras, time_grid
from dgm_lessons.roofline import count
from dgm_lessons.samplers import DPMSolver2M, ancestral_step, heun_step, sample

from .measure import cpu_seconds, kept

Draw = Callable[[], object]


@dataclass(frozen=True)
class Model:
    """Something that draws: `draw()` makes `batch` samples, by calls of `network`."""

    name: str
    how: str
    network: nn.Module
    batch: int
    draw: Draw


def run(quick: bool, folder: Path) -> dict[str, Any]:
    """A row for each model: network calls, MFLOP and CPU milliseconds a sample.

    Each row is kept in the folder: a run that was stopped goes on.
    """
    chosen = plane(200) if quick else [*plane(), *digits()]
    with torch.no_grad():
        return {
            "rows": [
                kept(folder / f"cost-{k}.json", partial(measured, model, 1 if quick else 3))
                for k, model in enumerate(chosen)
            ]
        }


def measured(model: Model, repeats: int) -> dict[str, Any]:
    """Calls are rows that pass the network, over the samples: guidance asks for two at once."""
    passed = 0

    def note(network: nn.Module, inputs: Any, output: Tensor) -> None:
        nonlocal passed
        passed += len(output)

    hook = model.network.register_forward_hook(note)
    work = count(model.draw)
    hook.remove()
    seconds = cpu_seconds(model.draw, repeats)
    per_sample = [1e3 * value / model.batch for value in seconds["values"]]
    return {
        "model": model.name,
        "how": model.how,
        "parameters": sum(p.numel() for p in model.network.parameters()),
        "batch": model.batch,
        "calls": passed / model.batch,
        "mflop": work.flops / model.batch / 1e6,
        "milliseconds": {"median": sorted(per_sample)[len(per_sample) // 2], "values": per_sample},
    }


# -- points in the plane: the networks of chapter 1, untrained, which cost the same ----------------


def plane(n: int = 10_000) -> list[Model]:
    """The six families, a batch of n points each, and the zoo's `ring` by three samplers."""

    def mlp(inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
        first, second = nn.Linear(inputs, width), nn.Linear(width, width)
        return nn.Sequential(first, nn.SiLU(), second, nn.SiLU(), nn.Linear(width, outputs))

    def walk() -> None:
        x = torch.randn(n, 2)
        for _ in range(200):
            with torch.enable_grad():
                x = x.requires_grad_(True) + 0  # no leaf: operations are counted by hooks
                uphill = torch.autograd.grad(-energy(x).sum(), x)[0]
            x = x.detach() + 0.004 * uphill + 0.008**0.5 * torch.randn(n, 2)

    def in_sequence() -> None:
        first = torch.randint(128, (n, 1), generator=Generator().manual_seed(0)) / 128
        pitches = first * 2 ** torch.arange(6.0)
        law = second(torch.cat([pitches.sin(), pitches.cos()], 1)).softmax(1)
        torch.multinomial(law, 1, generator=Generator().manual_seed(0))

    def push() -> None:
        a, c = torch.randn(n, 2).chunk(2, 1)
        for _ in range(8):
            b, s = coupling(c).chunk(2, 1)
            a, c = c, a * s.exp() + b

    energy, second, coupling = mlp(2, 1), mlp(12, 128, 128), mlp(1, 2)
    decoder, generator = mlp(2, 4), mlp(2, 2, 128)
    learned, ring = Denoiser(MLP(2), VP(), predicts="v"), zoo.load("ring")
    heun = partial(solve, learned, (n, 2), time_grid(VP(), 20), heun_step)
    fine = time_grid(ring.process, 200)
    fewer = time_grid(ring.process, 10, karras(7.0))
    zoo_ring = [
        Model("ring", "Heun, 20 steps", ring.network, n, partial(solve, ring, (n, 2), None)),
        Model("ring", "2M, 10 steps", ring.network, n, multistep(ring, (n, 2), fewer)),
        Model("ring", "DDPM, 200 steps", ring.network, n,
              partial(solve, ring, (n, 2), fine, ancestral_step)),
    ]  # fmt: skip
    return [
        Model("energy-based", "a walk of 200 steps", energy, n, walk),
        Model("autoregressive", "a table and a network", second, n, in_sequence),
        Model("VAE", "one pass", decoder, n, lambda: decoder(torch.randn(n, 2))),
        Model("flow", "eight couplings", coupling, n, push),
        Model("GAN", "one pass", generator, n, lambda: generator(torch.randn(n, 2))),
        Model("diffusion", "Heun, 20 steps", learned.network, n, heun),
        *zoo_ring,
    ]


def solve(
    denoiser: AbstractDenoiser,
    shape: tuple[int, ...],
    times: Tensor | None,
    step: Callable[..., Tensor] = heun_step,
) -> Tensor:
    """Samples from noise of the process's size at the first time."""
    process: Process = denoiser.process
    times = time_grid(process, 20, karras(7.0)) if times is None else times
    g = Generator().manual_seed(0)
    size = (process.sigma(times[0]) / process.prior_std).item()
    return sample(denoiser, size * process.sample_prior(shape, g), times, step, generator=g)


def multistep(denoiser: AbstractDenoiser, shape: tuple[int, ...], times: Tensor) -> Draw:
    """The same by DPM-Solver++ 2M, new for each run."""
    return lambda: solve(denoiser, shape, times, DPMSolver2M())


# -- digits ----------------------------------------------------------------------------------------


def digits(n: int = 50) -> list[Model]:
    """Every network of the zoo that draws digits, a batch of n each; dear ones fewer."""
    labels, rows = torch.arange(n) % 10, []
    for name in ("mnist-vp", "mnist-ve", "mnist-fm", "mnist-conditional", "mnist-latent"):
        free = zoo.load(name)
        shape, times = (n, *free.network.shape), digit_times(free.process)  # type: ignore[attr-defined]
        decode = _decoder() if name == "mnist-latent" else None
        kinds: dict[str, AbstractDenoiser] = {"18 steps": free}
        if name in ("mnist-conditional", "mnist-latent"):
            kinds["18 steps, guided"] = zoo.with_labels(free, labels, 0.7)
        for how, denoiser in kinds.items():
            draw = _then(multistep(denoiser, shape, times), decode)
            rows.append(Model(name, how + ", decoded" * bool(decode), free.network, n, draw))  # type: ignore[arg-type]
    vp, few = zoo.load("mnist-vp"), 5
    chain = partial(solve, vp, (few, 1, 24, 24), time_grid(vp.process, 1000), ancestral_step)
    rows.append(Model("mnist-vp", "DDPM, 1000 steps", vp.network, few, chain))  # type: ignore[arg-type]
    likely, times = zoo.load("mnist-likelihood"), digit_times(EDM())
    draw = multistep(likely, (few, 1, 28, 28), times)
    rows.append(Model("mnist-likelihood", "18 steps", likely.network, few, draw))  # type: ignore[arg-type]
    for name in ("mnist-vae", "mnist-plane"):
        vae = zoo.load_network(name)
        assert isinstance(vae, DigitVAE)
        rows.append(Model(name, "one pass", vae.decoder, n, _codes_through(vae, n)))
    leaps = zoo.load_network("mnist-map")
    assert isinstance(leaps, CodeMap)
    for calls in (1, 4):
        draw = _then(partial(leaps.sample, torch.randn(n, *leaps.shape), labels, calls), _decoder())
        how = f"{calls} call{'s' * (calls > 1)}, decoded"
        rows.append(Model("mnist-map", how, leaps, n, draw))
    return rows


def _codes_through(vae: DigitVAE, n: int) -> Draw:
    first = vae.decoder[0]  # type: ignore[index]
    return lambda: vae.decoder(torch.randn(n, first.in_features))


def _decoder() -> DigitCodes:
    codes = zoo.load_network("mnist-codes")
    assert isinstance(codes, DigitCodes)
    return codes


def _then(draw: Draw, decode: DigitCodes | None) -> Draw:
    return draw if decode is None else lambda: decode.decode(draw())  # type: ignore[arg-type]
