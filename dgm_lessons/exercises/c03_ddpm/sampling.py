"""Exercises of the page `sampling`, chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise

_X = torch.tensor([[0.2], [-1.3], [0.9]], dtype=torch.float64)
_GUESS = torch.tensor([[-0.4], [1.1], [2.0]], dtype=torch.float64)
_EPS = torch.tensor([[0.7], [-1.6], [1.2]], dtype=torch.float64)
_BETA, _BAR = 0.4, 0.8  # of this step, and alpha_bar of the steps before it
_BETAS = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
_NOISES = torch.stack([_EPS, _GUESS - 0.3, _X + 0.5])
_V = torch.tensor([0.0, 0.25, 1.0, 4.0], dtype=torch.float64)

Guess = Callable[[Tensor, int], Tensor]


def _numbers(beta: float, bar: float) -> tuple[float, float, float]:
    """alpha_i, sigma_bar_i and the narrow width."""
    alpha = (1 - beta**2) ** 0.5
    sigma = (1 - (alpha * bar) ** 2) ** 0.5
    return alpha, sigma, beta * (1 - bar**2) ** 0.5 / sigma


def _step(x: Tensor, guess: Tensor, eps: Tensor, beta: float, bar: float) -> Tensor:
    alpha, sigma, width = _numbers(beta, bar)
    return (x - beta**2 / sigma * guess) / alpha + width * eps


def _guess(x: Tensor, i: int) -> Tensor:
    """A network for the second exercise: any function of the point and the step."""
    return torch.tanh(x) + 0.2 * i


def _walk(
    x: Tensor,
    guess: Guess,
    betas: Tensor,
    eps: Tensor,
    width: str = "wide",
    last: bool = False,
    bars: bool = True,
    shift: int = 0,
) -> Tensor:
    """All steps; `last`: noise in the last one too; `bars`: sigma_bar, not beta, divides."""
    squares = (1 - betas**2).cumprod(0)
    for i in range(len(betas), 0, -1):
        beta = betas[i - 1]
        before = squares[i - 2] if i > 1 else 1.0
        sigma = (1 - squares[i - 1]).sqrt() if bars else beta
        x = (x - beta**2 / sigma * guess(x, i - shift)) / (1 - beta**2).sqrt()
        if i > 1 or last:
            share = float((1 - before) / (1 - squares[i - 1])) ** 0.5
            x = x + {"wide": 1.0, "narrow": share, "none": 0.0}[width] * beta * eps[i - 1]
    return x


def _walk_forward(x: Tensor, guess: Guess, betas: Tensor, eps: Tensor) -> Tensor:
    """The steps taken in the order 1, 2, ..., L."""
    squares = (1 - betas**2).cumprod(0)
    for i in range(1, len(betas) + 1):
        beta = betas[i - 1]
        x = (x - beta**2 / (1 - squares[i - 1]).sqrt() * guess(x, i)) / (1 - beta**2).sqrt()
        if i > 1:
            x = x + beta * eps[i - 1]
    return x


def _best(v: Tensor, beta: float, bar: float) -> Tensor:
    now = (1 - beta**2) * bar**2
    return beta**2 * (bar**2 * v + 1 - bar**2) / (now * v + 1 - now)


EXERCISES: dict[str, Exercise] = {
    "c-3-31": Exercise(
        asks="x_{i-1}, of the shape of x",
        inputs=(_X, _GUESS, _EPS, _BETA, _BAR),
        solution=_step,
        mistakes={
            "a bar is missing: the guess is divided by sigma_bar_i, not by beta_i": (
                lambda x, guess, eps, beta, bar: (
                    (x - beta * guess) / _numbers(beta, bar)[0] + _numbers(beta, bar)[2] * eps
                )
            ),
            "the width is beta_i; that is the wide one, and the narrow one was wanted": (
                lambda x, guess, eps, beta, bar: _step(x, guess, 0 * eps, beta, bar) + beta * eps
            ),
            "that is the variance beside eps; its square root, the width, belongs there": (
                lambda x, guess, eps, beta, bar: _step(
                    x, guess, _numbers(beta, bar)[2] * eps, beta, bar
                )
            ),
            "the noise is missing: along the means alone all walks end in one point": (
                lambda x, guess, eps, beta, bar: _step(x, guess, 0 * eps, beta, bar)
            ),
            "the division by alpha_i is missing": (
                lambda x, guess, eps, beta, bar: (
                    x - beta**2 / _numbers(beta, bar)[1] * guess + _numbers(beta, bar)[2] * eps
                )
            ),
            "alpha_i divides the noise too; it divides the mean only": (
                lambda x, guess, eps, beta, bar: _step(
                    x, guess, eps / _numbers(beta, bar)[0], beta, bar
                )
            ),
            "sigma_bar is that of the steps before; this step belongs to it": (
                lambda x, guess, eps, beta, bar: (
                    (x - beta**2 / (1 - bar**2) ** 0.5 * guess) / _numbers(beta, bar)[0]
                    + _numbers(beta, bar)[2] * eps
                )
            ),
            "the guess is added; noise is taken away": (
                lambda x, guess, eps, beta, bar: _step(x, -guess, eps, beta, bar)
            ),
        },
    ),
    "c-3-41": Exercise(
        asks="x_0 at the end of the walk, of the shape of x",
        inputs=(_X, _guess, _BETAS, _NOISES),
        solution=_walk,
        mistakes={
            "the last step adds noise, and nobody will take it away": (
                lambda x, guess, betas, eps: _walk(x, guess, betas, eps, last=True)
            ),
            "the width is the narrow one; the wide one was wanted": (
                lambda x, guess, betas, eps: _walk(x, guess, betas, eps, width="narrow")
            ),
            "no step adds noise: this is the greedy walk along the means": (
                lambda x, guess, betas, eps: _walk(x, guess, betas, eps, width="none")
            ),
            "the guess is divided by beta_i; sigma_bar_i belongs there": (
                lambda x, guess, betas, eps: _walk(x, guess, betas, eps, bars=False)
            ),
            "the network is told a step too few: it counts from 1 to L": (
                lambda x, guess, betas, eps: _walk(x, guess, betas, eps, shift=1)
            ),
            "the steps run from 1 to L; the walk back starts at L": _walk_forward,
        },
    ),
    "c-3-34": Exercise(
        asks="the best variance of the reverse step, of the shape of v",
        inputs=(_V, _BETA, _BAR),
        solution=_best,
        mistakes={
            "that is the narrow width squared for every v: right for a single point only": (
                lambda v, beta, bar: _best(0 * v, beta, bar)
            ),
            "that is beta^2 for every v: right for variance one only": (
                lambda v, beta, bar: beta**2 + 0 * v
            ),
            "that is a width; its square was wanted": (
                lambda v, beta, bar: _best(v, beta, bar).sqrt()
            ),
            "v stands where its square was taken: v is a variance already": (
                lambda v, beta, bar: _best(v**2, beta, bar)
            ),
            "the fraction is turned over": lambda v, beta, bar: beta**4 / _best(v, beta, bar),
            "it is cut off at beta^2; above variance one the best width is wider": (
                lambda v, beta, bar: _best(v, beta, bar).clamp(max=beta**2)
            ),
            "this is a straight line between the two special cases; the curve bends": (
                lambda v, beta, bar: (1 - v) * _best(0 * v, beta, bar) + v * beta**2
            ),
            "the doubt about x_0 enters with the square of its weight": (
                lambda v, beta, bar: (
                    _best(0 * v, beta, bar)
                    + bar * beta**2 * v / ((1 - beta**2) * bar**2 * v + _numbers(beta, bar)[1] ** 2)
                )
            ),
        },
    ),
}
