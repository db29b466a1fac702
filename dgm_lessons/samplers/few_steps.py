"""A solver of few calls whose time grid and coefficients are trained on the flow itself.

for step, loss, solver in train_few_steps(denoiser, noise, calls=5):
    ...  # draw, print, or stop: the solver is usable after every step

`results/few_steps.json` ships solvers of `ring(8)` under "solvers", by their calls as text: each is
an object with the lists `levels`, `noise_weights` and `answer_weights`, as `to_json` writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .._inputs import check_batch, check_finite, check_positive, widest
from ..denoisers import AbstractDenoiser, ReclockedDenoiser, process_of
from ..processes import DiscreteProcess, FlowMatching, Process
from .chain import sample
from .deterministic import heun_step

FINE = 48  # Heun steps of the solution that is aimed at: two calls each
LOWEST = math.log(1e-3)  # of the levels while they are trained
Numbers = Tensor | list


class FewSteps:
    """A solver of n calls in numbers: each state is a sum of the noise and the answers so far.

    With z the noise and D_j the denoiser's answer to state j, at noise level sigma_j,

        x_k = a_k z + sum_{j<k} b_kj D_j,    k = 0..n,

    states x_0..x_{n-1} are asked about and x_n is the sample. All steps of a linear solver of the
    probability-flow ODE have this form (the non-stationary solvers of Shaul et al. 2024); DDIM's
    are `FewSteps.ddim`, and `train_few_steps` finds better ones. States are x/alpha and levels
    sigma/alpha, so that one solver serves every process in continuous time that inverts its
    log-SNR and reaches the highest level.

    Args:
        levels: sigma_k, (n,), above 0, in the unit of the data.
        noise_weights: a_k, (n + 1,), in the unit of the data.
        answer_weights: b_kj, (n + 1, n), 0 from the diagonal on; without unit.

    Raises:
        ValueError: for other shapes, levels that are not positive, answers used before they came.
    """

    def __init__(self, levels: Numbers, noise_weights: Numbers, answer_weights: Numbers) -> None:
        given = (levels, noise_weights, answer_weights)
        names = ("levels", "noise_weights", "answer_weights")
        rows = [
            check_finite(torch.as_tensor(row, dtype=torch.float64).clone(), name)
            for row, name in zip(given, names, strict=True)
        ]
        self.levels, self.noise_weights, self.answer_weights = rows
        n = self.levels.numel()
        shapes = [tuple(row.shape) for row in rows]
        if not n or shapes != [(n,), (n + 1,), (n + 1, n)]:
            raise ValueError(f"shapes (n,), (n + 1,) and (n + 1, n) are needed, not {shapes}")
        check_levels(self.levels)
        if bool(self.answer_weights.triu().any()):
            raise ValueError("state k may use the answers before k only: b_kj = 0 for j >= k")

    @classmethod
    def ddim(cls, levels: Numbers) -> FewSteps:
        """DDIM down the levels (n,) and to 0: x_{k+1} = r x_k + (1 - r) D_k, r the levels' ratio.

        It starts at levels[0] times the noise (Song, Meng & Ermon 2021, in x/alpha).
        """
        sigma = check_levels(torch.as_tensor(levels, dtype=torch.float64))
        n, zero = len(sigma), sigma.new_zeros(1)
        noise, answers = sigma.new_zeros(n + 1), sigma.new_zeros(n + 1, n)
        noise[0] = sigma[0]
        for k, ratio in enumerate(torch.cat([sigma[1:], zero]) / sigma):
            noise[k + 1], answers[k + 1] = ratio * noise[k], ratio * answers[k]
            answers[k + 1, k] = 1 - ratio
        return cls(sigma, noise, answers)

    @property
    def calls(self) -> int:
        """n, the denoiser's evaluations for one sample."""
        return len(self.levels)

    @torch.no_grad()
    def __call__(self, denoiser: AbstractDenoiser, noise: Tensor) -> Tensor:
        """Samples (B, *D) from standard normal noise (B, *D), in the noise's dtype."""
        check_batch(noise, "noise")
        check_reach(process_of(denoiser), self.levels.max().item())
        return _solve(denoiser, noise, self.levels, self.noise_weights, self.answer_weights)

    def to_json(self) -> str:
        """The numbers as text: an object with the three arguments as lists."""
        return json.dumps({name: value.tolist() for name, value in vars(self).items()})

    @classmethod
    def from_json(cls, text: str) -> FewSteps:
        """The solver that `to_json` has written; `ValueError` for any other text."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise ValueError(f"the text holds no few-step solver: {error}") from None


def check_levels(levels: Tensor) -> Tensor:
    """The levels themselves; `ValueError` unless all are above 0 and finite."""
    if not bool((check_finite(levels, "levels") > 0).all()):
        raise ValueError(f"every level must be above 0, not {levels.tolist()}")
    return levels


def highest_level(process: Process) -> float:
    """sigma/alpha at the process's end, at most 1,000: beyond, x_t tells nothing of x_0."""
    return min(process.snr(process.T).rsqrt().item(), 1e3)


def check_reach(process: Process, level: float) -> None:
    """`ValueError` unless the process has a time of this sigma/alpha."""
    if isinstance(process, DiscreteProcess):
        raise ValueError(
            "a few-step solver asks at levels of its own, which a DiscreteProcess does not have; "
            "use VP(), the limit of DiscreteProcess.linear"
        )
    if level > (1 + 1e-6) * (end := highest_level(process)):
        raise ValueError(
            f"the solver asks at sigma/alpha = {level:g}, but {process} ends at {end:g}: "
            "train one with high at most that"
        )


def _solve(denoiser: AbstractDenoiser, z: Tensor, levels: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """x_n by the formula of `FewSteps`, with gradients; z is the noise (B, *D)."""
    process = denoiser.process
    levels, a, b = (numbers.to(widest(z.device)) for numbers in (levels, a, b))
    answers: list[Tensor] = []
    for k, level in enumerate(levels):
        x = a[k] * z + sum(b[k, j] * answer for j, answer in enumerate(answers))
        t = process.t_from_log_snr(-2 * level.log())
        answers.append(denoiser(process.alpha(t) * x, t))
    return a[-1] * z + sum(b[-1, j] * answer for j, answer in enumerate(answers))


class FewStepsTraining(NamedTuple):
    """One finished training step, counted from 1, with the loss and the solver after it."""

    step: int
    loss: float
    solver: FewSteps


def train_few_steps(
    denoiser: AbstractDenoiser, noise: Tensor, calls: int, steps: int = 8, high: float = 10.0
) -> Iterator[FewStepsTraining]:
    """Train a solver of `calls` calls to end where a fine one ends, one step for each item taken.

    The target of each noise is the end of its path under the probability-flow ODE, by 48 steps of
    Heun, found once, before the first step; the loss is the mean square of the difference. The
    solver begins as DDIM from the level `high`, even in t of flow matching, t/(1 - t) the level.
    A step is ten iterations of L-BFGS over all the noise, for the logarithms of the levels and the
    weights of x_k / sqrt(1 + sigma_k^2): about a dozen losses with their gradients. The noise is
    the only chance in it. What is learned is right for this denoiser only: a solver trained on the
    exact denoiser of a law fails on another law, and gains less with a network for the same law.

    Args:
        denoiser: of any process in continuous time, differentiable in x_t and t. The parameters
            of a network are left as they are.
        noise: standard normal, (N, *D), floating: 4,000 points do in the plane, float64 best.
        calls: n, at least 1.
        steps: at least 1.
        high: the first level sigma/alpha to begin with, in the unit of the data.

    Raises:
        ValueError: for noise that is not standard normal, counts below 1, a level beyond the
            process.
        RuntimeError: when the loss stops being finite.

    Source: bespoke solvers (Shaul et al. 2023); all coefficients free, as in bespoke
    non-stationary solvers (Shaul et al. 2024).
    """
    check_batch(noise, "noise")
    if not len(noise) or min(calls, steps) < 1:
        raise ValueError(
            f"{len(noise)} noises, calls = {calls}, steps = {steps}: each must be >= 1"
        )
    size = noise.square().mean().sqrt().item()
    if not 0.5 < size < 2:
        raise ValueError(f"noise must be standard normal, but its root mean square is {size:.3g}")
    check_reach(process_of(denoiser), check_positive(high, "high"))
    # eager checks above, lazy steps below: a function with `yield` would check at the first step
    return _train(denoiser, noise, calls, steps, high)


def _train(
    denoiser: AbstractDenoiser, noise: Tensor, calls: int, steps: int, high: float
) -> Iterator[FewStepsTraining]:
    ends = fine_ends(denoiser, noise)
    times = high / (1 + high) * torch.arange(calls, 0, -1, dtype=torch.float64) / calls
    start = FewSteps.ddim(times / (1 - times))
    scale = _scale(start.levels)
    numbers = [
        start.levels.log().requires_grad_(),
        (start.noise_weights / scale).requires_grad_(),
        (start.answer_weights / scale[:, None]).requires_grad_(),
    ]
    top = math.log(highest_level(denoiser.process))

    def solver() -> tuple[Tensor, Tensor, Tensor]:
        levels = numbers[0].clamp(LOWEST, top).exp()
        scale = _scale(levels)
        return levels, scale * numbers[1], scale[:, None] * numbers[2]

    def loss() -> Tensor:
        return (_solve(denoiser, noise, *solver()) - ends).square().mean()

    def loss_and_gradients() -> Tensor:
        value = loss()
        for number, gradient in zip(numbers, torch.autograd.grad(value, numbers), strict=True):
            number.grad = gradient
        return value.detach()

    optimizer = torch.optim.LBFGS(
        numbers, max_iter=10, history_size=30, tolerance_change=0, line_search_fn="strong_wolfe"
    )
    for step in range(1, steps + 1):
        optimizer.step(loss_and_gradients)
        with torch.no_grad():
            value = loss().item()
            if not math.isfinite(value):
                raise RuntimeError(f"the loss is {value} at step {step}; try a lower level, high")
            found = FewSteps(*solver())
        yield FewStepsTraining(step, value, found)


def _scale(levels: Tensor) -> Tensor:
    """The size of x_k for data of unit size, sqrt(1 + sigma_k^2): (n + 1,), 1 for the sample."""
    return torch.cat([(1 + levels**2).sqrt(), levels.new_ones(1)])


@torch.no_grad()
def fine_ends(denoiser: AbstractDenoiser, noise: Tensor) -> Tensor:
    """Where the probability-flow ODE takes standard normal noise from the process's end, (N, *D).

    Its paths are nearly straight on the clock of flow matching, x = (1 - t) x_0 + t eps, so that
    Heun in even steps is best there.
    """
    clock = ReclockedDenoiser(denoiser, FlowMatching())
    high = highest_level(denoiser.process)
    start = high / (1 + high)
    times = torch.linspace(start, FlowMatching.t_min, FINE + 1, dtype=torch.float64)
    return clock(sample(clock, start * noise, times, heun_step), FlowMatching.t_min)
