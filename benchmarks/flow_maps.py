"""Flow maps on the ring, from samples alone: three losses beside regression on simulated paths.

Each method trains the same network for about equal CPU seconds, with several seeds of data, start
and batches: it times sixty steps, and takes as many as fit. It is measured in the data's unit
(radius 2, modes of 0.15) against the exact map on one draw of noise, at 1, 2 and 4 calls, and
between random times. Regression trains a denoiser first, follows its probability flow, and learns
where the paths lead: it never teaches itself. All share the clock alpha = cos(pi t/2),
sigma = sin(pi t/2), on data of unit standard deviation. From pure noise to data every clock has
the same map.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import flow_maps, metrics
from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.flow_maps import FlowMap, LearnedFlowMap, SolvedFlowMap, TwoTimeMLP
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.networks import MLP
from dgm_lessons.objectives import half_squared_norm
from dgm_lessons.processes import CosineVP, karras, time_grid
from dgm_lessons.samplers import ddim_step, heun_step, sample
from dgm_lessons.training import fit, learning_rate, set_learning_rate

from .measure import Clock, kept

PROCESS, BED = CosineVP(), ring(8)
SEEDS = 5
CALLS = (1, 2, 4)
BUDGET = 19.0  # CPU seconds of a training; the steps follow from what the first sixty cost
# loss, shares of uniform times and of the prior: chosen in trials of 5 s with one or two seeds
LOSSES: dict[str, tuple[flow_maps.fitting.Loss, float, float]] = {
    "Eulerian": (flow_maps.eulerian_loss, 0.5, 0.0),
    "Lagrangian": (flow_maps.lagrangian_loss, 0.0, 0.25),
    "composition": (flow_maps.composition_loss, 0.0, 0.1),
}
PATHS, PATH_STEPS = 10, 24  # times 4,096 paths of the regression, and steps of Heun in each


class Data:
    """Samples of the ring, standardised by one mean and one scale, and the law that they have."""

    def __init__(self, seed: int) -> None:
        raw = BED.sample(50_000, Generator().manual_seed(seed))
        self.mean = raw.mean(0)
        self.scale = float((raw - self.mean).square().mean().sqrt())
        self.points = (raw - self.mean) / self.scale
        means = (BED.means - self.mean) / self.scale
        self.law = GaussianMixture(BED.weights, means, BED.covariances / self.scale**2)

    def raw(self, x: Tensor) -> Tensor:
        """Points in the unit of the ring."""
        return x.double() * self.scale + self.mean


def network(seed: int) -> LearnedFlowMap:
    """A map that has learned nothing yet; its start comes from the seed."""
    torch.manual_seed(seed)
    return LearnedFlowMap(TwoTimeMLP(2, PROCESS), PROCESS)


def steps_within(seconds: float, train: Callable[[int], object]) -> int:
    """How many steps take so many CPU seconds; `train(n)` makes n, on a network of its own."""
    train(10)  # what torch loads at first use is not counted
    clock = Clock()
    with clock.running():
        train(60)
    return max(10, round(60 * seconds / clock.cpu))


def self_distilled(name: str, data: Data, seed: int, budget: float) -> tuple[LearnedFlowMap, int]:
    """A map trained by one of the three losses, and the number of steps."""
    loss, even, prior = LOSSES[name]

    def train(steps: int) -> LearnedFlowMap:
        flow_map, dice = network(seed), Generator().manual_seed(1000 + seed)
        for _ in flow_maps.fit_flow_map(
            flow_map, data.points, loss, steps, generator=dice, even=even, prior=prior
        ):
            pass
        return flow_map

    steps = steps_within(budget, train)
    return train(steps), steps


def regressed(data: Data, seed: int, budget: float) -> tuple[LearnedFlowMap, int]:
    """A map that learns pairs of points on paths of a denoiser that was learned before.

    A quarter of the budget goes into the denoiser, what the paths leave of the rest into the map.
    """

    def learn(steps: int) -> Denoiser:
        torch.manual_seed(seed)
        denoiser = Denoiser(MLP(2), PROCESS, "v")
        for _ in fit(denoiser, data.points, steps, generator=Generator().manual_seed(seed)):
            pass
        return denoiser

    denoiser = learn(steps_within(budget / 4, learn))
    dice, clock = Generator().manual_seed(1000 + seed), Clock()
    times = time_grid(PROCESS, PATH_STEPS, karras(7.0), t_max=PROCESS.t_max).float()
    with clock.running():
        starts = torch.randn(PATHS, 4096, 2, generator=dice)
        parts = [sample(denoiser, z, times, heun_step, path=True) for z in starts]
    paths = torch.cat(parts, 1)

    def train(steps: int) -> LearnedFlowMap:
        flow_map = network(seed)
        regress(flow_map.network, paths, times, steps, Generator().manual_seed(2000 + seed))
        return flow_map

    steps = steps_within(max(0.1, 0.75 * budget - clock.cpu), train)
    return train(steps), steps


def regress(body: Any, paths: Tensor, times: Tensor, steps: int, dice: Generator) -> None:
    """Fit average velocities between two points of one path; three in ten start from noise."""
    optimizer = torch.optim.AdamW(
        body.parameters(), 1e-2, betas=(0.9, 0.95), weight_decay=0.0, fused=True
    )
    for step in range(1, steps + 1):
        row = torch.randint(paths.shape[1], (512,), generator=dice)
        i, gap = (torch.randint(len(times) - 1, (512,), generator=dice) for _ in range(2))
        i[:154] = 0
        j = i + 1 + gap % (len(times) - 1 - i)
        x, s, t = paths[i, row], times[i], times[j]
        target = (x - paths[j, row]) / (s - t)[:, None]
        loss = half_squared_norm(body(x, s, t) - target).mean()
        set_learning_rate(optimizer, 1e-2 * learning_rate(step, steps, warmup=0.02))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


METHODS: dict[str, Callable[[Data, int, float], tuple[LearnedFlowMap, int]]] = {
    **{name: partial(self_distilled, name) for name in LOSSES},
    "regression on paths": regressed,
}


@cache
def truth(n: int) -> tuple[Tensor, Tensor]:
    """One draw of noise (n, 2) and where the exact map takes it."""
    noise = torch.randn(n, 2, generator=Generator().manual_seed(77), dtype=torch.float64)
    exact = SolvedFlowMap(ExactDenoiser(BED, PROCESS), 1e-7, 1e-7)
    return noise, exact(noise, PROCESS.T, 0.0)


def rms(error: Tensor) -> float:
    """Root mean square of one coordinate."""
    return error.square().mean().sqrt().item()


def measured(end: Tensor, wanted: Tensor) -> dict[str, float]:
    """The error of samples in the ring's unit, and how many are strays."""
    return {"rmse": rms(end - wanted), "off_mode_share": metrics.off_mode_share(end, BED)}


@torch.no_grad()
def between_times(flow_map: FlowMap, data: Data, n: int) -> float:
    """The error between two uniform times, from s to the smaller t, in the ring's unit."""
    dice = Generator().manual_seed(78)
    t, s = torch.rand(2, n, generator=dice).sort(0).values
    x0 = data.law.sample(n, dice)
    x = PROCESS.perturb(x0, s, torch.randn(x0.shape, generator=dice))
    exact = SolvedFlowMap(ExactDenoiser(data.law, PROCESS), 1e-5, 1e-5)
    return data.scale * rms(flow_map(x, s, t).double() - exact(x.double(), s, t))


def one(method: str, seed: int, budget: float, n: int) -> dict[str, Any]:
    """Train a map for about so many CPU seconds, trials of the speed included; and measure it."""
    data, clock = Data(seed), Clock()
    torch.set_flush_denormal(True)
    try:
        with clock.running():
            flow_map, steps = METHODS[method](data, seed, budget)
    finally:
        torch.set_flush_denormal(False)  # it would stay so for all that this process does later
    noise, wanted = truth(n)
    calls = {}
    for count in CALLS:
        times = flow_maps.call_times(PROCESS, count)
        end = data.raw(flow_maps.follow(flow_map, noise.float(), times))
        calls[str(count)] = measured(end, wanted)
    pairs = between_times(flow_map, data, max(100, n // 10))
    return {"calls": calls, "pairs_rmse": pairs, "steps": steps} | clock.seconds()


def spread(values: list[float]) -> dict[str, Any]:
    """Mean, standard error of it over the seeds, and the values."""
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
    return {"mean": mean(values), "standard_error": error, "values": values}


def references(n: int) -> dict[str, Any]:
    """The exact map's own strays, and DDIM with the exact field at the same times."""
    noise, wanted = truth(n)
    law = Data(0)
    exact = ExactDenoiser(law.law, PROCESS)
    ddim = {}
    for count in CALLS:
        end = law.raw(sample(exact, noise, flow_maps.call_times(PROCESS, count), ddim_step))
        ddim[str(count)] = measured(end, wanted)
    return {"exact_off_mode_share": metrics.off_mode_share(wanted, BED), "exact_field_ddim": ddim}


def run(quick: bool, folder: Path) -> dict[str, Any]:
    """A row for each method, with all its seeds; `folder` keeps what is done."""
    seeds, budget, n = (1, 0.3, 300) if quick else (SEEDS, BUDGET, 10_000)
    found = {
        (method, seed): kept(
            folder / f"{method.replace(' ', '-')}-{seed}.json",
            partial(one, method, seed, budget, n),
        )
        for seed, method in product(range(seeds), METHODS)
    }
    rows = []
    for method in METHODS:
        runs = [found[method, seed] for seed in range(seeds)]
        row: dict[str, Any] = {"method": method}
        for name in ("pairs_rmse", "cpu_seconds", "steps"):
            row[name] = spread([one[name] for one in runs])
        row["calls"] = {
            str(count): {
                name: spread([one["calls"][str(count)][name] for one in runs])
                for name in ("rmse", "off_mode_share")
            }
            for count in CALLS
        }
        rows.append(row)
    return {"noises": n, "seeds": seeds, "budget": budget, "rows": rows} | references(n)
