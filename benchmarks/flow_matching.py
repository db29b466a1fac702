"""Flow matching on `ring(8)`: beside noise prediction, on coupled pairs, and rectified.

One network, the same optimiser and as many CPU seconds of training for everybody. Flow matching
(velocity, FM, t even) and DDPM's loss (noise, VP, t even) learn from independent pairs and are read
on one clock, drawn from by one solver on one grid. Then three rectifications one after the other,
each from pairs that the flow before it has made; one from the exact flow's pairs; and flow matching
on pairs that are matched within each batch at the least cost (minibatch optimal transport).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from scipy.optimize import linear_sum_assignment
from torch import Generator, Tensor

from dgm_lessons.denoisers import AbstractDenoiser, Denoiser, ExactDenoiser, ReclockedDenoiser
from dgm_lessons.evaluation import noise_rmse
from dgm_lessons.mixtures import ring
from dgm_lessons.networks import MLP
from dgm_lessons.objectives import denoising_loss
from dgm_lessons.processes import VP, FlowMatching, Process
from dgm_lessons.rectification import curvature, simulate, transport_cost
from dgm_lessons.samplers import euler_step, heun_step, sample
from dgm_lessons.training import even_shares, learning_rate, set_learning_rate

from . import evaluate
from .measure import kept

Draw = Callable[[int, Generator], tuple[Tensor, Tensor]]  # (x0, eps), each (n, 2)
Kind = tuple[Process, str]
NOISE, VELOCITY = (VP(), "eps"), (FlowMatching(), "velocity")
LAW, BATCH = ring(8), 256
RATE = 1e-2  # the best of 0.005, 0.01, 0.02 for both losses, by a pilot of 3 s on another seed
FEW = (1, 2, 4, 8)  # Euler steps


def settings(quick: bool) -> dict[str, Any]:
    """CPU seconds of each training; pairs, and samples for each judgement; and the seeds."""
    if quick:
        return {"seconds": 0.1, "pairs": 500, "samples": 500, "seeds": [0]}
    return {"seconds": 3.0, "pairs": 10_000, "samples": 5_000, "seeds": [0, 1, 2, 3, 4]}


def independent(points: Tensor, n: int, g: Generator) -> tuple[Tensor, Tensor]:
    """Data, and noise that knows nothing of them."""
    rows = torch.randint(len(points), (n,), generator=g)
    return points[rows], torch.randn(n, 2, generator=g)


def matched(points: Tensor, n: int, g: Generator) -> tuple[Tensor, Tensor]:
    """The same, put in the order of the least cost within the batch."""
    x0, eps = independent(points, n, g)
    return x0[best_order(x0, eps)], eps


def given(x0: Tensor, eps: Tensor, n: int, g: Generator) -> tuple[Tensor, Tensor]:
    """Some of these pairs."""
    rows = torch.randint(len(x0), (n,), generator=g)
    return x0[rows], eps[rows]


def best_order(x0: Tensor, eps: Tensor) -> Tensor:
    """The order of x0 (N, D) that belongs to eps (N, D) at the least sum of squared distances."""
    return torch.as_tensor(linear_sum_assignment(torch.cdist(eps, x0).square().numpy())[1])


def train(kind: Kind, draw: Draw, seconds: float, seed: int) -> tuple[Denoiser, int]:
    """A network after so many CPU seconds, drawing of batches included, and its steps."""
    torch.manual_seed(seed)
    process, predicts = kind
    denoiser, g = Denoiser(MLP(2), process, predicts), Generator().manual_seed(seed)
    parameters = list(denoiser.network.parameters())  # type: ignore[attr-defined]
    optimizer = torch.optim.AdamW(parameters, RATE, betas=(0.9, 0.95), fused=True)
    begin, steps, used = time.process_time(), 0, 0.0
    while used < seconds:
        x0, eps = draw(BATCH, g)
        t = process.t_min + (process.T - process.t_min) * even_shares(BATCH, g)
        loss = denoising_loss(denoiser, x0, t, eps)
        share = learning_rate(1 + round(1e4 * used / seconds), 10_001)
        set_learning_rate(optimizer, RATE * share)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps, used = steps + 1, time.process_time() - begin
    return denoiser, steps


@torch.no_grad()
def velocity_rmse(flow: AbstractDenoiser, g: Generator, end: float, points: int = 4000) -> float:
    """Root mean square of one coordinate of the velocity's error, x_t ~ p_t, t even in (0, end)."""
    exact, t = ExactDenoiser(LAW, FlowMatching()), end * even_shares(points, g).clamp(1e-3)
    eps = torch.randn(points, 2, generator=g)
    x_t = FlowMatching().perturb(LAW.sample(points, g), t, eps)
    return (flow.velocity(x_t, t) - exact.velocity(x_t, t)).square().mean().sqrt().item()


def learned(flow: AbstractDenoiser, denoiser: Denoiser, n: int, floor: float, seed: int) -> dict:
    """Errors of a network that saw independent pairs, and its samples from t = .99 on."""
    g = Generator().manual_seed(300 + seed)
    times = torch.linspace(0.99, 1e-3, 33, dtype=torch.float64)
    with torch.no_grad():
        x = sample(flow, 0.99 * torch.randn(n, 2, generator=g), times, heun_step)
        x = flow(x, 1e-3)
    return {
        "velocity_rmse": velocity_rmse(flow, g, end=0.99),
        "noise_rmse": noise_rmse(denoiser, ExactDenoiser(LAW, denoiser.process), g),
        "velocity_rmse_to_0.9": velocity_rmse(flow, g, end=0.9),
        **evaluate.evaluate(evaluate.laws()[0], x, floor, seed),
    }


@torch.no_grad()
def judged(flow: AbstractDenoiser, n: int, floor: float, seed: int) -> dict[str, Any]:
    """Curvature, cost, what the best order of 1,000 pairs would save, and samples by few steps."""
    law, g = evaluate.laws()[0], Generator().manual_seed(400 + seed)
    z = torch.randn(n, 2, generator=g)
    path = simulate(flow, z, path=True)
    ends, some = path[-1], slice(min(n, 1000))
    order = best_order(ends[some].double(), z[some].double())
    saved = transport_cost(ends[some], z[some]) - transport_cost(ends[some][order], z[some])
    few = [
        sample(flow, z, torch.linspace(1, 0, k + 1, dtype=torch.float64), euler_step) for k in FEW
    ]
    return {
        "curvature": curvature(path).mean().item(),
        "cost": transport_cost(ends, z).item(),
        "saved": saved.item(),
        "fine": evaluate.evaluate(law, ends, floor, seed),
        "few": [evaluate.evaluate(law, x, floor, seed) for x in few],
    }


def data(seed: int) -> Tensor:
    """What all trainings of a seed draw from."""
    return LAW.sample(50_000, Generator().manual_seed(100 + seed))


def losses(chosen: dict[str, Any], floor: float, seed: int) -> dict[str, Any]:
    """The two losses of one seed."""
    found, free = {}, partial(independent, data(seed))
    for name, kind in (("noise", NOISE), ("velocity", VELOCITY)):
        denoiser, steps = train(kind, free, chosen["seconds"], seed)
        flow = ReclockedDenoiser(denoiser, FlowMatching()) if kind is NOISE else denoiser
        found[name] = {"steps": steps} | learned(flow, denoiser, chosen["samples"], floor, seed)
    return found


def flows(chosen: dict[str, Any], floor: float, seed: int) -> dict[str, Any]:
    """All flows of one seed, each by its name."""
    points, n, found = data(seed), chosen["samples"], {}

    def fitted(name: str, draw: Draw) -> Denoiser:
        flow, steps = train(VELOCITY, draw, chosen["seconds"], seed)
        found[name] = {"steps": steps} | judged(flow, n, floor, seed)
        return flow

    def pairs_of(flow: AbstractDenoiser, round_: int) -> Draw:
        g = Generator().manual_seed(1000 * round_ + seed)
        eps = torch.randn(chosen["pairs"], 2, generator=g)
        return partial(given, simulate(flow, eps), eps)

    flow = fitted("flow matching", partial(independent, points))
    for k, name in enumerate(("rectified", "twice rectified", "three times rectified"), 1):
        flow = fitted(name, pairs_of(flow, k))
    exact = ExactDenoiser(LAW, FlowMatching())
    found["exact"] = judged(exact, n, floor, seed)
    fitted("exact, rectified", pairs_of(exact, 9))
    fitted("matched batches", partial(matched, points))
    return found


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """All seeds; `runs` keeps those that are done."""
    chosen = settings(quick)
    law = evaluate.laws()[0]
    floor = kept(
        runs / f"floor-{chosen['samples']}.json",
        lambda: {"floor": evaluate.floor(law, chosen["samples"], 4 if quick else 50)},
    )["floor"]
    seeds = [
        {
            part.__name__: kept(
                runs / f"{part.__name__}-{seed}.json", partial(part, chosen, floor, seed)
            )
            for part in (losses, flows)
        }
        for seed in chosen["seeds"]
    ]
    return chosen | {"rate": RATE, "batch": BATCH, "floor": floor, "euler": FEW, "by_seed": seeds}
