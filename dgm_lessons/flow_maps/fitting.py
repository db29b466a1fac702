"""Training a flow map from samples: times, velocities, and the loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from .._inputs import check_batch, expand
from ..processes import Process
from ..training import (
    TrainingStep,
    averaged_targets,
    check_loss,
    check_training,
    check_unit_scale,
    learning_rate,
    set_learning_rate,
)
from .learned import LearnedFlowMap
from .losses import STEP

BLOCK = 16  # batches that are drawn at once
Loss = Callable[[LearnedFlowMap, Tensor, Tensor, Tensor, Tensor], Tensor]


def fit_flow_map(
    flow_map: LearnedFlowMap,
    data: Tensor,
    loss: Loss,
    steps: int,
    batch_size: int = 512,
    lr: float = 1e-2,
    generator: torch.Generator | None = None,
    even: float = 0.5,
    prior: float = 0.0,
) -> Iterator[TrainingStep]:
    """Train the map's network on samples in place, one step for each item taken.

    Each step draws data with replacement, times from `two_times` and noise, and moves against the
    gradient of the loss; the velocity in it is that of `averaged_targets`.

    Args:
        flow_map: its network must be a `torch.nn.Module`.
        data: samples `(N, *D)`, floating, of about unit scale.
        loss: `eulerian_loss`, `lagrangian_loss`, `composition_loss`, or one like them.
        steps, batch_size: number of steps, samples in each.
        lr: peak learning rate of AdamW; see `learning_rate` for how it rises and falls.
        generator: source of all randomness, on the device of the data.
        even, prior: shares of the times, as in `two_times`.

    Raises:
        ValueError: for data that are empty, not finite or far from unit scale, or counts below 1.
        RuntimeError: when the loss stops being finite.
    """
    check_batch(data, "data")
    network = check_training(flow_map.network, "flow map", len(data), steps, batch_size, lr)
    check_shares(even, prior)
    data = data.to(next(network.parameters()).dtype)
    check_unit_scale(data)
    # eager checks above, lazy steps below: a function with `yield` would check at the first step
    return _steps(flow_map, network, data, loss, steps, batch_size, lr, generator, even, prior)


def _steps(
    flow_map: LearnedFlowMap,
    network: nn.Module,
    data: Tensor,
    loss: Loss,
    steps: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator | None,
    even: float,
    prior: float,
) -> Iterator[TrainingStep]:
    process, device = flow_map.process, data.device
    optimizer = torch.optim.AdamW(
        network.parameters(), lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True
    )
    for step in range(1, steps + 1):
        part = (step - 1) % BLOCK
        if part == 0:  # a block of batches is drawn at once, which is cheaper
            n = BLOCK * batch_size
            x0s = data[torch.randint(len(data), (n,), generator=generator, device=device)]
            noise = torch.randn(x0s.shape, generator=generator, dtype=x0s.dtype, device=device)
            times = two_times(process, n, generator, even, prior, device)
        # every BLOCK-th row makes a batch with times of all kinds
        x0, eps, s, t = (one[part::BLOCK] for one in (x0s, noise, *times))
        v = velocities(process, x0, s, eps)
        value = loss(flow_map, process.perturb(x0, s, eps), s, t, v)
        set_learning_rate(optimizer, lr * learning_rate(step, steps, warmup=0.02))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        yield TrainingStep(step, check_loss(value.item(), step))


def velocities(process: Process, x0: Tensor, s: Tensor, eps: Tensor) -> Tensor:
    """alpha' x_0 + sigma' eps, (B, *D), averaged over the data of the batch that x_s may stem from.

    Its mean given x_s is the velocity of the PF-ODE at (x_s, s), as that of the plain one is, and
    its variance smaller: see `averaged_targets`.
    """
    x0, eps = averaged_targets(process, x0, s, eps)
    return expand(process.alpha_dot(s), x0) * x0 + expand(process.sigma_dot(s), x0) * eps


def two_times(
    process: Process,
    n: int,
    generator: torch.Generator | None = None,
    even: float = 0.5,
    prior: float = 0.0,
    device: torch.device | str = "cpu",
) -> tuple[Tensor, Tensor]:
    """Times s and t <= s, (n,) each, to train a map between, in [t_min, t_max] and off 0 and T.

    A quarter of the rows has t = s, with sigma/alpha log-normal about 0.25 (log-std 1.2). Of the
    others a share `even` has uniform times; the rest has sigma/alpha log-normal about 0.4 (log-std
    1.4). In half of the uniform rows, and in one in seven of the rest, t is the first of all times;
    in a share `prior` of them s is the last.
    """
    check_shares(even, prior)
    same, pairs = n // 4, n - n // 4
    low, high = max(process.t_min, STEP), min(process.t_max, process.T - STEP)
    alike = log_normal_times(process, same, 0.25, 1.2, generator, device)
    levels = log_normal_times(process, 2 * pairs, 0.4, 1.4, generator, device).view(pairs, 2)
    uniform = low + (high - low) * torch.rand(pairs, 2, generator=generator, device=device)
    dice = torch.rand(3, pairs, generator=generator, device=device)
    free = dice[0] < even
    ends = torch.where(free, 0.5, 0.15)
    both = torch.where(free[:, None], uniform, levels).sort(1).values
    t = torch.where(dice[1] < ends, low, both[:, 0])
    s = torch.where(dice[2] < prior, high, both[:, 1])
    s, t = (torch.cat([alike, one]).clamp(low, high) for one in (s, t))
    return s, t


def log_normal_times(
    process: Process,
    n: int,
    median: float,
    spread: float,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Times (n,) in [t_min, t_max] whose ln(sigma/alpha) is drawn from N(ln median, spread^2)."""
    level = math.log(median) + spread * torch.randn(n, generator=generator, device=device)
    low, high = (process.log_snr(t).item() for t in (process.t_max, process.t_min))
    return process.t_from_log_snr((-2 * level).clamp(low, high))


def check_shares(even: float, prior: float) -> None:
    """`ValueError` unless both shares lie in [0, 1]."""
    if not (0 <= even <= 1 and 0 <= prior <= 1):
        raise ValueError(f"even = {even} and prior = {prior} are shares; give numbers in [0, 1]")
