"""Every kind of score matching on one mixture, and what the exact trace costs.

One small network learns the score of two modes by each loss of `losses()`, for equally
many steps on fresh samples, with five seeds. A further loss is one more line there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn

from dgm_lessons.calculus import rademacher, value_and_divergence
from dgm_lessons.mixtures import GaussianMixture
from dgm_lessons.objectives import (
    explicit_score_matching,
    generalised_score_matching,
    half_squared_norm,
    implicit_score_matching,
    sliced_score_matching,
    sure,
)
from dgm_lessons.objectives.score_matching import Draw
from dgm_lessons.training import learning_rate, set_learning_rate

from .measure import Clock, cpu_seconds, over_seeds, progress

LAW = GaussianMixture([0.3, 0.7], [[-1.0, -1.0], [1.0, 1.0]], 0.2**2)  # as on the page
BATCH, PEAK = 256, 5e-3  # points a step, and the highest learning rate
Loss = Callable[[nn.Module, Tensor, Generator], Tensor]  # network, clean points, dice


def network(dim: int = 2, width: int = 64) -> nn.Sequential:
    """Two hidden layers, (B, dim) -> (B, dim): no noise level goes in."""
    return nn.Sequential(
        *(nn.Linear(dim, width), nn.SiLU()),
        *(nn.Linear(width, width), nn.SiLU()),
        nn.Linear(width, dim),
    )


def gaussian(shape: tuple[int, ...], generator: Generator | None, like: Tensor) -> Tensor:
    """Standard normal probes, with the arguments of `rademacher`."""
    return torch.randn(shape, generator=generator, dtype=like.dtype)


def sliced(net: nn.Module, x: Tensor, g: Generator, draw: Draw, count: int) -> Tensor:
    """Sliced score matching with `count` probes a point."""
    return sliced_score_matching(net, x, count, g, draw)


def denoising(net: nn.Module, x: Tensor, g: Generator, sigma: float) -> Tensor:
    """Denoising score matching at one noise level, for the score of the blurred law."""
    eps = torch.randn(x.shape, generator=g)
    return half_squared_norm(net(x + sigma * eps) + eps / sigma).mean()


def noisy_only(net: nn.Module, x: Tensor, g: Generator, sigma: float) -> Tensor:
    """SURE of the denoiser that Tweedie makes of the network, in the units of the score."""
    x_noisy = x + sigma * torch.randn(x.shape, generator=g)
    return sure(lambda y: y + sigma**2 * net(y), x_noisy, sigma).mean() / (2 * sigma**4)


def by_coordinates(net: nn.Module, x: Tensor) -> Tensor:
    """The operator (L f)_i = x_i df/dx_i of Hyvärinen (2007), whose target is x_i times the score.

    Its adjoint is L^† f = -div(x f), a product by coordinates.
    """
    return generalised_score_matching(
        lambda y: y * net(y), x, lambda f, y: -value_and_divergence(lambda z: z * f(z), y)[1]
    )


def losses() -> dict[str, tuple[Loss, float]]:
    """The contenders: the loss, and how much noise its minimiser's law has more than the data."""
    rows: dict[str, tuple[Loss, float]] = {
        "explicit": (lambda net, x, g: explicit_score_matching(net, x, LAW.score(x)), 0.0),
        "implicit": (lambda net, x, g: implicit_score_matching(net, x), 0.0),
    }
    for count in (1, 4, 16):
        for name, draw in (("signs", rademacher), ("Gaussian", gaussian)):
            loss = partial(sliced, draw=draw, count=count)
            rows[f"sliced, {count} {name}"] = (loss, 0.0)
    rows["generalised, x grad"] = (lambda net, x, g: by_coordinates(net, x), 0.0)
    for sigma in (0.03, 0.1, 0.3):
        rows[f"denoising, sigma {sigma}"] = (partial(denoising, sigma=sigma), sigma)
    for sigma in (0.1, 0.3):
        rows[f"SURE, sigma {sigma}"] = (partial(noisy_only, sigma=sigma), sigma)
    return rows


def train(loss: Loss, seed: int, steps: int) -> tuple[nn.Module, float]:
    """A network after so many steps, and the CPU seconds that they took."""
    torch.manual_seed(seed)
    net, g, clock = network(), Generator().manual_seed(100 + seed), Clock()
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    for step in range(1, steps + 1):
        x = LAW.sample(BATCH, g)
        with clock.running():
            set_learning_rate(optimizer, PEAK * learning_rate(step, steps))
            optimizer.zero_grad()
            loss(net, x, g).backward()
            optimizer.step()
    return net, clock.cpu


@torch.no_grad()
def rmse(net: nn.Module, law: GaussianMixture, n: int, seed: int = 1000) -> float:
    """Root mean square of |s - score of the law| over samples of that law."""
    x = law.sample(n, Generator().manual_seed(seed))
    return (net(x) - law.score(x)).square().sum(1).mean().sqrt().item()


def gradient_noise(loss: Loss, net: nn.Module, draws: int, seed: int) -> float:
    """Trace of the covariance of the gradient over fresh batches, at the network as it is."""
    g, rows = Generator().manual_seed(seed), []
    for _ in range(draws):
        net.zero_grad()
        loss(net, LAW.sample(BATCH, g), g).backward()
        rows.append(torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None]))
    return torch.stack(rows).double().var(0).sum().item()


def contest(seeds: list[int], steps: int, draws: int, n: int) -> list[dict[str, Any]]:
    """One row for each loss; the gradients' noise is taken at one network for all."""
    rows, chosen = [], losses()
    middle = [train(chosen["explicit"][0], 50 + seed, steps // 4)[0] for seed in seeds]
    for name, (loss, sigma) in chosen.items():
        runs = []
        for seed, common in zip(seeds, middle, strict=True):
            net, seconds = train(loss, seed, steps)
            runs.append(
                {
                    "rmse": rmse(net, LAW, n),
                    "rmse_own_law": rmse(net, LAW.diffuse(1.0, sigma), n),
                    "gradient_variance": gradient_noise(loss, common, draws, 2000 + seed),
                    "cpu_ms_a_step": 1e3 * seconds / steps,
                }
            )
        rows.append({"loss": name, "sigma": sigma} | over_seeds(runs))
        progress(name + "".join(f", {k} {v['median']:.3g}" for k, v in over_seeds(runs).items()))
    return rows


def trace_costs(dims: tuple[int, ...], repeats: int, batch: int = 16) -> list[dict[str, Any]]:
    """CPU seconds of one loss and its gradient against the dimension, at width 256."""
    rows = []
    for dim in dims:
        torch.manual_seed(0)
        net, g = network(dim, 256), Generator().manual_seed(0)
        x = torch.randn(batch, dim, generator=g)
        works: dict[str, Callable[[], Tensor]] = {
            "explicit": lambda: explicit_score_matching(net, x, -x),  # noqa: B023
            "implicit": lambda: implicit_score_matching(net, x),  # noqa: B023
            "sliced": lambda: sliced(net, x, g, rademacher, 1),  # noqa: B023
        }
        for name, work in works.items():
            seconds = cpu_seconds(lambda: work().backward(), repeats)  # noqa: B023
            rows.append({"loss": name, "dim": dim, "seconds": seconds})
            progress(f"D = {dim}, {name}: {1e3 * seconds['median']:.2f} ms")
    return rows


def run(quick: bool) -> dict[str, Any]:
    """The table and the costs."""
    seeds, steps, draws, n = ([0, 1], 20, 4, 200) if quick else ([0, 1, 2, 3, 4], 400, 100, 20_000)
    dims = (2, 8) if quick else (2, 8, 32, 128, 392, 784)
    with torch.no_grad():
        scores = LAW.score(LAW.sample(n, Generator().manual_seed(1000)))
    return {
        "law": "0.3 N(-(1, 1), 0.2^2 I) + 0.7 N((1, 1), 0.2^2 I)",
        "steps": steps,
        "batch": BATCH,
        "seeds": seeds,
        "rmse_of_zero": scores.square().sum(1).mean().sqrt().item(),
        "rows": contest(seeds, steps, draws, n),
        "trace_costs": trace_costs(dims, 3),
    }
