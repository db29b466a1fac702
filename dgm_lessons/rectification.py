"""Rectification: train on the pairs that a flow makes, and measure what becomes of its paths.

A coupling is two tensors (x0, eps) of one shape (N, *D): row i of the noise belongs to row i of
the data. Flow matching on independent rows gives a first flow. `simulate` makes pairs of it,
`fit_pairs` trains a second one on those ("2-rectified", Liu, Gong & Liu 2023), and so on:
`x0 = simulate(flow, eps)`, then `for step, loss in fit_pairs(second, x0, eps, steps=2000)`.

Times run from noise, t = 1, to data, t = 0, on the line x_t = (1 - t) x_0 + t eps. A denoiser that
was trained on pairs knows E[x_0 | x_t] and the velocity under *their* joint law; its score is that
of nothing, since the noise in x_t is no longer independent of x_0.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ._inputs import check_batch, check_not_empty, check_same_shape
from .denoisers import AbstractDenoiser, Denoiser, process_of
from .objectives import denoising_target
from .processes import FlowMatching
from .samplers import heun_step, sample
from .training import (
    TrainingStep,
    check_loss,
    check_training,
    check_unit_scale,
    even_shares,
    learning_rate,
    set_learning_rate,
)


def simulate(
    denoiser: AbstractDenoiser, noise: Tensor, steps: int = 32, path: bool = False
) -> Tensor:
    """Where the flow takes noise (N, *D): its ends (N, *D), by Heun in equal steps from 1 to 0.

    With `path=True` all states, (steps + 1, N, *D), from the noise on. The process must be
    `FlowMatching`; read a denoiser of another one by `ReclockedDenoiser(denoiser, FlowMatching())`.
    """
    _check_line(denoiser)
    if steps < 1:
        raise ValueError(f"steps = {steps}; give 1 or more")
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    return sample(denoiser, check_not_empty(check_batch(noise, "noise")), times, heun_step, path)


def fit_pairs(
    denoiser: Denoiser,
    x0: Tensor,
    eps: Tensor,
    steps: int,
    batch_size: int = 256,
    lr: float = 2e-2,
    generator: torch.Generator | None = None,
) -> Iterator[TrainingStep]:
    """Flow matching on given pairs, in place, one step for each item taken.

    Each step draws pairs with replacement and times even in (0, 1), one from each n-th of it, and
    moves against the gradient of the denoising loss. Optimiser and learning rate are as in `fit`.

    Args:
        denoiser: of `FlowMatching`, with a `torch.nn.Module` that predicts "velocity".
        x0, eps: data and the noise that belongs to each of them, (N, *D).
        steps, batch_size: number of steps, pairs in each.
        lr: peak learning rate of AdamW.
        generator: source of all randomness, on the device of the data.

    Raises:
        ValueError: for pairs that do not match, counts below 1, another process or prediction.
        RuntimeError: when the loss stops being finite.
    """
    _check_line(denoiser)
    check_same_shape(check_batch(x0, "x0"), check_batch(eps, "eps"), ("x0", "eps"))
    network = check_training(denoiser.network, "denoiser", len(x0), steps, batch_size, lr)
    if denoiser.predicts != "velocity":
        raise ValueError(
            f"on pairs a network learns the velocity, not the {denoiser.predicts}, which leaves "
            "the velocity open at an end: use Denoiser(network, FlowMatching(), 'velocity')"
        )
    check_unit_scale(x0)
    dtype = next(network.parameters()).dtype
    # eager checks above, lazy steps below: a function with `yield` would check at the first step
    return _steps(denoiser, network, x0.to(dtype), eps.to(dtype), steps, batch_size, lr, generator)


def _steps(
    denoiser: Denoiser,
    network: nn.Module,
    x0: Tensor,
    eps: Tensor,
    steps: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator | None,
) -> Iterator[TrainingStep]:
    optimizer = torch.optim.AdamW(network.parameters(), lr, betas=(0.9, 0.95), fused=True)
    for step in range(1, steps + 1):
        rows = torch.randint(len(x0), (batch_size,), generator=generator, device=x0.device)
        t = even_shares(batch_size, generator, x0.device)
        x_t = denoiser.process.perturb(x0[rows], t, eps[rows])
        target = denoising_target(denoiser, x0[rows], t, eps[rows])
        error = network(*denoiser.inputs(x_t, t)) - target
        loss = 0.5 * error.square().flatten(1).sum(1).mean()
        set_learning_rate(optimizer, lr * learning_rate(step, steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield TrainingStep(step, check_loss(loss.item(), step))


def transport_cost(x0: Tensor, eps: Tensor) -> Tensor:
    """Mean over the pairs (N, *D) of |eps - x_0|^2, a scalar: what this coupling pays for the way.

    Of all couplings of two laws the least cost is the square of their 2-Wasserstein distance.
    """
    check_same_shape(check_batch(x0, "x0"), check_batch(eps, "eps"), ("x0", "eps"))
    return (eps - check_not_empty(x0, "x0")).flatten(1).square().sum(1).mean()


def curvature(path: Tensor) -> Tensor:
    """How far paths (M + 1, N, *D) in M equal steps of time are from straight, for each: (N,).

    The integral over time of |dx/dt - (x_1 - x_0)|^2, which is 0 for a straight line at constant
    speed and only then; its mean is the straightness S of Liu, Gong & Liu (2023). Each step counts
    with its own mean speed, so the value rises to the integral's with M, by about 1/M^2.
    """
    if path.dim() < 3 or len(path) < 2:
        raise ValueError(
            f"path has shape {tuple(path.shape)}; give (M + 1, N, *D), two states or more, as "
            "simulate(..., path=True) does"
        )
    steps = (len(path) - 1) * path.diff(dim=0)
    bend = (steps - (path[-1] - path[0])).flatten(2)
    return bend.square().sum(2).mean(0)


def _check_line(denoiser: AbstractDenoiser) -> None:
    """`ValueError` for a process whose pairs do not move on straight lines from t = 1 to 0."""
    process = process_of(denoiser)
    if not isinstance(process, FlowMatching):
        raise ValueError(
            f"straight lines between pairs are those of FlowMatching(), not of {process}; read "
            "the denoiser by ReclockedDenoiser(denoiser, FlowMatching())"
        )
