"""The variational bound of a chain of steps, term by term: what a digit costs.

Terms, one number an image, are float64 on the CPU, wherever the network computes.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .. import data
from ..denoisers import AbstractDenoiser
from ..processes import Process
from ..vae import gaussian_kl

GREY_LEVELS = 255.0
WIDTHS = ("small", "large", "best")  # of the reverse steps


@torch.no_grad()
def variational_bound(
    denoiser: AbstractDenoiser,
    images: Tensor,
    generator: torch.Generator,
    steps: int = 1000,
    groups: int = 20,
    width: str = "small",
) -> dict[str, Tensor]:
    """DDPM's bound for the central 24x24 of uint8 digits `(N, 28, 28)`, N >= 2, averaged over them.

    The chain has so many steps, even in the log-SNR, from the process's t_min to t_max; each
    image draws one step from each of the groups of neighbouring steps. The reverse steps have the
    standard deviation of the posterior given x_0 ("small"), that of the forward step ("large"), or
    the one of least KL, estimated from these images ("best", eq-vlb-best); see also `decoder`.

    Returns:
        bits per dimension: `decoder` (), 8 bits, the first level; `steps` (groups,), from little
        noise to much; `prior` (); `total` (); and `error` (), the standard error of the total.
    """
    if width not in WIDTHS:
        raise ValueError(f"width is {width!r}; choose one of {', '.join(WIDTHS)}")
    process, x0 = denoiser.process, data.mnist_to_unit(images)
    if len(x0) < 2:
        raise ValueError(f"at least two images are needed for a standard error, not {len(x0)}")
    times, dim = chain_times(process, steps), x0[0].numel()
    snr, variance = process.snr(times), process.variance(times)
    costs = []
    for part in torch.arange(1, steps).tensor_split(groups):
        draws = torch.randint(len(part), (len(x0),), generator=generator, device=x0.device)
        i = part[draws.cpu()]
        t = times[i].to(x0)
        error = x0 - denoiser(process.perturb(x0, t, _noise(x0, generator)), t)
        # the KL at the posterior's width, eq-hvae-snr
        kl = 0.5 * (snr[i - 1] - snr[i]) * _squares(error)
        rho = {"small": torch.ones_like(kl), "large": variance[i - 1] / variance[i]}
        rho["best"] = 1 / (1 + 2 * _mean_at(i, kl) / dim)
        costs.append(len(part) * step_cost(kl, rho[width], dim))
    first = decoder(denoiser, x0, times[0], generator, width == "best")
    terms = torch.stack([first, *costs, prior(denoiser, x0)]) / (dim * math.log(2))
    mean, total = terms.mean(1), terms.sum(0)
    error = total.std() / len(x0) ** 0.5
    parts = {"decoder": mean[0], "steps": mean[1:-1], "prior": mean[-1]}
    return parts | {"total": total.mean(), "error": error}


def chain_times(process: Process, steps: int) -> Tensor:
    """Times of a chain, `(steps,)`, even in the log-SNR from t_min to t_max."""
    ends = [float(process.log_snr(t)) for t in (process.t_min, process.t_max)]
    return process.t_from_log_snr(torch.linspace(ends[0], ends[1], steps, dtype=torch.float64))


def step_cost(kl: Tensor, rho: Tensor, dim: int) -> Tensor:
    """KL of one reverse step, (N,), from the `kl` at the posterior's width; eq-vlb-step.

    rho is the posterior's variance over that of the step. At the best one, 1 / (1 + 2 kl / dim)
    for the mean of `kl`, the mean cost is dim / 2 log(1 + 2 kl / dim), never above `kl`.
    """
    return rho * kl + 0.5 * dim * (rho - 1 - rho.log())


def decoder(
    denoiser: AbstractDenoiser,
    x0: Tensor,
    t: Tensor,
    generator: torch.Generator,
    best: bool = False,
) -> Tensor:
    """-log P(x_0 | x_1), (N,): a Gaussian round the guess, cut into the 256 grey levels.

    Its standard deviation is sigma / alpha of the first level, or, if best, the error of the
    guesses: best for a density, not always for grey levels, whose errors have long tails.
    """
    process = denoiser.process
    guess = denoiser(process.perturb(x0, t, _noise(x0, generator)), t)
    level = process.sigma(t) / process.alpha(t)
    std = float((x0 - guess).square().mean().sqrt() if best else level)
    half = 0.5 / (GREY_LEVELS * data.MNIST_STD)
    low, high = (-data.MNIST_MEAN / data.MNIST_STD, (1 - data.MNIST_MEAN) / data.MNIST_STD)
    above = torch.where(x0 > high - half, math.inf, (x0 + half - guess) / std)
    below = torch.where(x0 < low + half, -math.inf, (x0 - half - guess) / std)
    return -_log_mass(below.cpu().double(), above.cpu().double()).flatten(1).sum(1)


def prior(denoiser: AbstractDenoiser, x0: Tensor) -> Tensor:
    """KL of p(x_T | x_0) from the prior, (N,)."""
    process = denoiser.process
    mean = process.alpha(process.t_max).to(x0) * x0 / process.prior_std
    log_variance = (process.variance(process.t_max) / process.prior_std**2).log()
    return gaussian_kl(mean, log_variance.to(x0).expand_as(mean)).cpu().double()


def _log_mass(below: Tensor, above: Tensor) -> Tensor:
    """log of the standard Gaussian's mass between two points, exact far out in either tail."""
    flip = below > 0
    below, above = torch.where(flip, -above, below), torch.where(flip, -below, above)
    small, large = torch.special.log_ndtr(below), torch.special.log_ndtr(above)
    return large + torch.log1p(-(small - large).exp())


def _mean_at(i: Tensor, values: Tensor) -> Tensor:
    """For each value the mean of all values with the same index, (N,)."""
    sums = torch.zeros(int(i.max()) + 1, dtype=values.dtype, device=values.device)
    return (sums.index_add(0, i, values) / i.bincount().clamp(min=1))[i]


def _squares(error: Tensor) -> Tensor:
    """Squared norm of each image, (N,)."""
    return error.square().flatten(1).sum(1).cpu().double()


def _noise(x0: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(x0.shape, generator=generator, device=x0.device)
