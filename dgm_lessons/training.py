"""Training a denoiser: noise levels, averaged targets, a learning rate, and the loop.

for step, loss in fit(denoiser, points, steps=2000, generator=generator):
    ...  # draw, print, or stop: the denoiser is usable after every step
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ._inputs import check_batch, check_positive, check_same_shape, expand
from .denoisers import Denoiser, prediction_row
from .objectives import denoising_target, half_squared_norm
from .processes import DiscreteProcess, Process

BLOCK = 8  # batches that `fit` draws, and averages targets over, at once
LARGEST = 10.0  # times the noise, that a network is asked to predict
FAR = 3.0  # how much larger the noise of one row in 64 is, to reach places far from the data


class TrainingStep(NamedTuple):
    """One finished training step, counted from 1, and its loss."""

    step: int
    loss: float


def fit(
    denoiser: Denoiser,
    data: Tensor,
    steps: int,
    batch_size: int = 256,
    lr: float = 2e-2,
    generator: torch.Generator | None = None,
    average: bool = True,
) -> Iterator[TrainingStep]:
    """Train the denoiser's network on samples in place, one step for each item taken.

    Each step draws data with replacement, noise levels from `noise_times` (median: a quarter of
    the data's standard deviation; one in 32 from anywhere in the process's range) and noise, and
    moves against the gradient of `denoising_loss`. With averaged targets, which are right at any
    x_t, one row in 64 has three times its noise: so the network is not left to guess far out.

    Args:
        denoiser: its network must be a `torch.nn.Module`.
        data: samples `(N, *D)`, floating, of about unit scale.
        steps, batch_size: number of steps, samples in each.
        lr: peak learning rate of AdamW; see `learning_rate` for how it rises and falls.
        generator: source of all randomness, on the device of the data.
        average: replace the targets by `averaged_targets`. For points in few dimensions it costs
            little and steadies the gradient; among images hardly two explain the same input.

    Raises:
        ValueError: for data that are empty, not finite or far from unit scale, counts below 1, a
            process in discrete time, or a prediction that small noise makes huge.
        RuntimeError: when the loss stops being finite.
    """
    check_batch(data, "data")
    network = check_training(denoiser.network, "denoiser", len(data), steps, batch_size, lr)
    data = data.to(next(network.parameters()).dtype)
    check_unit_scale(data)
    check_learnable(denoiser)
    # eager checks above, lazy steps below: a function with `yield` would check at the first step
    return _steps(denoiser, network, data, steps, batch_size, lr, generator, average)


def check_training(
    network: object, owner: str, samples: int, steps: int, batch_size: int, lr: float
) -> nn.Module:
    """The network, as a module; `ValueError` unless it can be trained by so many steps."""
    if min(samples, steps, batch_size) < 1:
        raise ValueError(
            f"{samples} samples, steps = {steps}, batch_size = {batch_size}: each must be >= 1"
        )
    if not isinstance(network, nn.Module):
        raise ValueError(f"the {owner}'s network must be a torch.nn.Module to be trained")
    check_positive(lr, "lr")
    return network


def check_unit_scale(data: Tensor) -> None:
    """`ValueError` for data of another scale than a process and a network are made for.

    A ring of radius 2 is learned as well at 0.1 to 10 times its size, and 5 standard deviations off
    the origin; at a 30th of its size a fifth of the samples are strays.
    """
    mean = data.mean(0)
    std = (data - mean).square().mean().sqrt().item()
    shift = mean.square().mean().sqrt().item()
    if not 0.1 <= std <= 20 or shift > 5 * std:
        raise ValueError(
            f"the data have a standard deviation of {std:.3g} and a mean of size {shift:.3g}; give "
            "a standard deviation from 0.1 to 20, and a mean within 5 of them: train on "
            "(data - mean) / std, and turn samples back by x * std + mean"
        )


def check_learnable(denoiser: Denoiser) -> None:
    """`ValueError` where what the network predicts has no scale that it could learn."""
    process, kind = denoiser.process, denoiser.predicts
    if isinstance(process, DiscreteProcess):
        raise ValueError(
            "fit draws noise levels from continuous time, and a DiscreteProcess has none: "
            "use VP(), the limit of DiscreteProcess.linear, or a loop of your own with "
            "denoising_loss at t = torch.randint(1, L + 1, (batch,))"
        )
    for t in (process.t_min, process.t_max):
        size = abs(float(prediction_row(kind, t, process)[1]))
        if size > LARGEST:
            raise ValueError(
                f"at t = {t:g} the {kind} is {size:.3g} times the noise: no network learns numbers "
                f"of such different sizes; let it predict eps, and read denoiser.{kind} from that"
            )


def _steps(
    denoiser: Denoiser,
    network: nn.Module,
    data: Tensor,
    steps: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator | None,
    average: bool,
) -> Iterator[TrainingStep]:
    optimizer = torch.optim.AdamW(network.parameters(), lr, betas=(0.9, 0.95), fused=True)
    for step in range(1, steps + 1):
        part = (step - 1) % BLOCK
        if part == 0:  # a block of batches is prepared at once, which is cheaper
            block = _draw(denoiser, data, batch_size, generator, average)
        x, log_snr, target = (tensor[part] for tensor in block)
        loss = half_squared_norm(network(x, log_snr) - target).mean()
        set_learning_rate(optimizer, lr * learning_rate(step, steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield TrainingStep(step, check_loss(loss.item(), step))


def _draw(
    denoiser: Denoiser,
    data: Tensor,
    batch_size: int,
    generator: torch.Generator | None,
    average: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, log-SNRs and targets of the network, each (BLOCK, batch_size, ...)."""
    process, device, n = denoiser.process, data.device, BLOCK * batch_size
    median = 0.25 * (data - data.mean(0)).square().mean().sqrt().item()
    x0 = data[torch.randint(len(data), (n,), generator=generator, device=device)]
    eps = torch.randn(x0.shape, generator=generator, dtype=x0.dtype, device=device)
    t = noise_times(process, n, generator, median, device=device)
    rare = torch.rand(len(t[::32]), generator=generator, device=device)
    noisy, clean = (process.log_snr(end).item() for end in (process.t_max, process.t_min))
    t[::32] = process.t_from_log_snr(noisy + (clean - noisy) * rare)  # no level is unheard of
    if average:
        eps[::64] *= FAR
        x0, eps = averaged_targets(process, x0, t, eps)
    target = denoising_target(denoiser, x0, t, eps)
    tensors = (*denoiser.inputs(process.perturb(x0, t, eps), t), target)
    # the levels ascend: every BLOCK-th row makes a batch with levels of all kinds
    x, log_snr, target = (torch.stack([one[k::BLOCK] for k in range(BLOCK)]) for one in tensors)
    return x, log_snr, target


def noise_times(
    process: Process,
    n: int,
    generator: torch.Generator | None = None,
    median: float = 0.25,
    spread: float = 1.2,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Ascending times `(n,)` of log-normal levels sigma/alpha, one from each n-th of the law.

    ln(sigma/alpha) ~ N(ln median, spread^2), held within the process's [t_min, t_max]. Taking
    one level from each n-th of the law spreads them evenly over the batch (Karras et al. 2022
    for the law; stratification as in Kingma et al. 2021).
    """
    check_positive(median, "median")
    check_positive(spread, "spread")
    share = even_shares(n, generator, device).clamp(1e-6, 1 - 1e-6)
    level = math.log(median) + spread * torch.special.ndtri(share)
    low, high = (process.log_snr(t).item() for t in (process.t_max, process.t_min))
    return process.t_from_log_snr((-2 * level).clamp(low, high))


def even_shares(
    n: int, generator: torch.Generator | None = None, device: torch.device | str = "cpu"
) -> Tensor:
    """One number at random from each of n equal parts of (0, 1), ascending; shape `(n,)`."""
    shift = torch.rand(n, generator=generator, device=device)
    return (torch.arange(n, device=device) + shift) / max(n, 1)


def averaged_targets(process: Process, x0: Tensor, t: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
    """The means of x_0 and eps given x_t over the batch's own data, each `(B, *D)`.

    A noisy point may stem from any x_0^j of the batch, with probability proportional to
    N(x_t; alpha x_0^j, sigma^2 I). The pair returned gives the same x_t as before, so any
    denoising loss can use it in place of (x_0, eps); its expectation given x_t is unchanged and
    its variance smaller (Rao-Blackwell; the stable targets of Xu, Tong and Jaakkola 2023).
    """
    check_same_shape(x0, eps, ("x0", "eps"))
    x_t, y = process.perturb(x0, t, eps).flatten(1), x0.flatten(1)
    alpha, sigma = process.alpha(t), process.sigma(t)
    noisy = sigma > 1e-6 * alpha  # with less noise, or none, x_t is its own x_0
    sigma = torch.where(noisy, sigma, 1.0)
    ratio = alpha / sigma
    # log N(x_t; alpha y, sigma^2 I) = ratio x_t.y / sigma - ratio^2 |y|^2 / 2 + (no y in it):
    # one matrix product, with |y|^2 as one more coordinate of y
    left = torch.cat([expand(ratio / sigma, x_t) * x_t, -0.5 * expand(ratio, x_t) ** 2], 1)
    right = torch.cat([y, y.square().sum(1, keepdim=True)], 1)
    ones = torch.cat([y, torch.ones_like(y[:, :1])], 1).T.contiguous()
    # a few columns at a time: their weights stay in the processor's cache
    means = [_softmax_mean(right @ part.T, ones) for part in left.split(64)]
    mean = torch.cat(means, 1).T.reshape(x0.shape)
    mean = torch.where(expand(noisy, x0) > 0, mean, x0)
    return mean, eps + expand(ratio, x0) * (x0 - mean)


def _softmax_mean(logits: Tensor, y: Tensor) -> Tensor:
    """y softmax(logits), `(D, B)`, in the memory of the logits `(N, B)`; y is `(D + 1, N)`.

    The last row of y holds ones, for the sum of the weights. No weight is below e^-70: denormal
    numbers would change nothing and cost ten times more.
    """
    weights = logits.sub_(logits.amax(0)).clamp_(min=-70).exp_()
    total = y @ weights
    return total[:-1] / total[-1]


def learning_rate(step: int, steps: int, warmup: float = 0.01) -> float:
    """Share of the peak rate at step 1..steps: a linear rise, then half a cosine down to zero."""
    rise = max(1, round(warmup * steps))
    if step <= rise:
        return step / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Give every group of parameters the learning rate `lr`."""
    for group in optimizer.param_groups:
        group["lr"] = lr


def check_loss(loss: float, step: int) -> float:
    """The loss itself; an error when it is not finite, for then the weights are lost."""
    if not math.isfinite(loss):
        raise RuntimeError(f"the loss is {loss} at step {step}; lower the learning rate")
    return loss
