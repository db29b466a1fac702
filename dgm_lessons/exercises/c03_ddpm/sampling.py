"""Exercises of the page `sampling`, chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

Guess = Callable[[Tensor, int], Tensor]


def step_up(x: Tensor, guess: Tensor, eps: Tensor, beta: float, bar: float) -> Tensor:
    alpha = (1 - beta**2) ** 0.5
    sigma_bar = (1 - (alpha * bar) ** 2) ** 0.5
    width = beta * (1 - bar**2) ** 0.5 / sigma_bar
    return (x - beta**2 / sigma_bar * guess) / alpha + width * eps


def _numbers(beta: float, bar: float) -> tuple[float, float, float]:
    """alpha_i, sigma_bar_i and the narrow width."""
    alpha = (1 - beta**2) ** 0.5
    sigma = (1 - (alpha * bar) ** 2) ** 0.5
    return alpha, sigma, beta * (1 - bar**2) ** 0.5 / sigma


def _mean(x: Tensor, guess: Tensor, beta: float, bar: float) -> Tensor:
    alpha, sigma, _ = _numbers(beta, bar)
    return (x - beta**2 / sigma * guess) / alpha


def walk_up(x: Tensor, guess: Guess, betas: Tensor, eps: Tensor) -> Tensor:
    bars = (1 - betas**2).cumprod(0)  # squares of alpha_bar
    for i in range(len(betas), 0, -1):
        beta = betas[i - 1]
        mean = x - beta**2 / (1 - bars[i - 1]).sqrt() * guess(x, i)
        x = mean / (1 - beta**2).sqrt()
        if i > 1:
            x = x + beta * eps[i - 1]
    return x


def _guess(x: Tensor, i: int) -> Tensor:
    """A network for the walk: any function of the point and the step."""
    return torch.tanh(x) + 0.2 * i


def _narrow(betas: Tensor, bars: Tensor) -> Tensor:
    """The narrow width of every step."""
    before = torch.cat([bars.new_ones(1), bars[:-1]])
    return betas * ((1 - before) / (1 - bars)).sqrt()


def _walk(
    width: Callable[[Tensor, Tensor], Tensor] = lambda betas, bars: betas,
    root: Callable[[Tensor, Tensor], Tensor] = lambda betas, bars: (1 - bars).sqrt(),
    last: bool = False,
    divide: bool = True,
    order: int = -1,
) -> Callable[..., Tensor]:
    """A walk with something changed; `last`: noise in the last step, too."""

    def answer(x: Tensor, guess: Guess, betas: Tensor, eps: Tensor) -> Tensor:
        bars = (1 - betas**2).cumprod(0)
        widths, roots = width(betas, bars), root(betas, bars)
        for i in range(1, len(betas) + 1)[::order]:
            beta = betas[i - 1]
            x = x - beta**2 / roots[i - 1] * guess(x, i)
            x = x / (1 - beta**2).sqrt() if divide else x
            x = x + widths[i - 1] * eps[i - 1] if i > 1 or last else x
        return x

    return answer


def best_square(v: Tensor, beta: float, bar: float) -> Tensor:
    now = (1 - beta**2) * bar**2  # alpha_bar_i, squared
    return beta**2 * (bar**2 * v + 1 - bar**2) / (now * v + 1 - now)


_STEP, _LATER = (0.45, 0.7), (0.72, 0.55)  # beta of this step, alpha_bar of those before it


def greedy_std(v: Tensor, betas: Tensor) -> Tensor:
    bar = (1 - betas**2).sqrt().prod()
    return bar * v / (bar**2 * v + 1 - bar**2)


def _bar(betas: Tensor) -> Tensor:
    return (1 - betas**2).sqrt().prod()


def agree(odds: Tensor) -> Tensor:
    return (odds**2).sum(1)


EXERCISES: dict[str, Exercise] = {
    "c-3-31": Exercise(
        asks="x_{i-1}, of the shape of x",
        trials=(
            (normal(1, 4, 3), normal(2, 4, 3), normal(3, 4, 3), *_STEP),
            (normal(4, 2, 5), normal(5, 2, 5), normal(6, 2, 5), *_LATER),
        ),
        solution=step_up,
        mistakes={
            "a bar is missing: the guess is divided by sigma_bar_i, not by beta_i": (
                lambda x, guess, eps, beta, bar: step_up(
                    x, guess * _numbers(beta, bar)[1] / beta, eps, beta, bar
                )
            ),
            "beta must be squared beside the guess": (
                lambda x, guess, eps, beta, bar: step_up(x, guess / beta, eps, beta, bar)
            ),
            "the guess is divided by sigma_bar_i, not by its square": (
                lambda x, guess, eps, beta, bar: step_up(
                    x, guess / _numbers(beta, bar)[1], eps, beta, bar
                )
            ),
            "the width is beta_i; that is the wide one, and the narrow one was wanted": (
                lambda x, guess, eps, beta, bar: _mean(x, guess, beta, bar) + beta * eps
            ),
            "that is the variance beside eps; its square root, the width, belongs there": (
                lambda x, guess, eps, beta, bar: step_up(
                    x, guess, _numbers(beta, bar)[2] * eps, beta, bar
                )
            ),
            "beta is missing in the width": (
                lambda x, guess, eps, beta, bar: step_up(x, guess, eps / beta, beta, bar)
            ),
            "the fraction in the width is turned over: the narrow width is below beta": (
                lambda x, guess, eps, beta, bar: (
                    _mean(x, guess, beta, bar) + beta**2 / _numbers(beta, bar)[2] * eps
                )
            ),
            "the noise is missing: along the means alone all walks end in one point": (
                lambda x, guess, eps, beta, bar: _mean(x, guess, beta, bar)
            ),
            "the division by alpha_i is missing": (
                lambda x, guess, eps, beta, bar: (
                    _numbers(beta, bar)[0] * _mean(x, guess, beta, bar)
                    + _numbers(beta, bar)[2] * eps
                )
            ),
            "the mean is divided by alpha_i, not by its square": (
                lambda x, guess, eps, beta, bar: (
                    _mean(x, guess, beta, bar) / _numbers(beta, bar)[0]
                    + _numbers(beta, bar)[2] * eps
                )
            ),
            "alpha_i divides the noise too; it divides the mean only": (
                lambda x, guess, eps, beta, bar: step_up(
                    x, guess, eps / _numbers(beta, bar)[0], beta, bar
                )
            ),
            "sigma_bar is that of the steps before; this step belongs to it": (
                lambda x, guess, eps, beta, bar: step_up(
                    x, guess * _numbers(beta, bar)[1] / (1 - bar**2) ** 0.5, eps, beta, bar
                )
            ),
            "the guess is added; noise is taken away": (
                lambda x, guess, eps, beta, bar: step_up(x, -guess, eps, beta, bar)
            ),
        },
    ),
    "c-3-41": Exercise(
        asks="x_0 at the end of the walk, of the shape of x",
        trials=(
            (normal(7, 4, 3), _guess, uniform(8, 5, low=0.2, high=0.7), normal(9, 5, 4, 3)),
            (normal(10, 2, 5), _guess, uniform(11, 4, low=0.2, high=0.7), normal(12, 4, 2, 5)),
        ),
        solution=walk_up,
        mistakes={
            "the last step adds noise, and nobody will take it away": _walk(last=True),
            "the width is the narrow one; the wide one was wanted": _walk(width=_narrow),
            "beta is the width of the noise, and this is its square": _walk(
                width=lambda betas, bars: betas**2
            ),
            "the noise has the width beta, and this is alpha": _walk(
                width=lambda betas, bars: (1 - betas**2).sqrt()
            ),
            "the noise has the width beta, not 1": _walk(
                width=lambda betas, bars: torch.ones_like(betas)
            ),
            "no step adds noise: this is the greedy walk along the means": _walk(
                width=lambda betas, bars: 0 * betas
            ),
            "the guess is divided by beta_i; sigma_bar_i belongs there": _walk(
                root=lambda betas, bars: betas
            ),
            "alpha_bar must be squared below the guess, as 1 - alpha_bar^2": _walk(
                root=lambda betas, bars: (1 - bars.sqrt()).sqrt()
            ),
            "the division by alpha_i is missing": _walk(divide=False),
            "the network is told a step too few: it counts from 1 to L": (
                lambda x, guess, betas, eps: walk_up(x, lambda y, i: guess(y, i - 1), betas, eps)
            ),
            "the network must see where the walk is, not where it started": (
                lambda x, guess, betas, eps: walk_up(x, lambda y, i: guess(x, i), betas, eps)
            ),
            "the guess is added; noise is taken away": (
                lambda x, guess, betas, eps: walk_up(x, lambda y, i: -guess(y, i), betas, eps)
            ),
            "the steps run from 1 to L; the walk back starts at L": _walk(order=1),
        },
    ),
    "c-3-34": Exercise(
        asks="the best variance of the reverse step, of the shape of v",
        trials=((uniform(13, 5, high=3.0), *_STEP), (uniform(14, 3, high=2.0), *_LATER)),
        solution=best_square,
        mistakes={
            "that is the narrow width squared for every v: right for a single point only": (
                lambda v, beta, bar: best_square(0 * v, beta, bar)
            ),
            "that is beta^2 for every v: right for variance one only": (
                lambda v, beta, bar: beta**2 + 0 * v
            ),
            "that is a width; its square was wanted": (
                lambda v, beta, bar: best_square(v, beta, bar).sqrt()
            ),
            "v stands where its square was taken: v is a variance already": (
                lambda v, beta, bar: best_square(v**2, beta, bar)
            ),
            "beta must be squared": lambda v, beta, bar: best_square(v, beta, bar) / beta,
            "beta^2 is missing: this is larger than the noise of one step": (
                lambda v, beta, bar: best_square(v, beta, bar) / beta**2
            ),
            "v is missing below: x_i has the variance of the data in it, too": (
                lambda v, beta, bar: (
                    best_square(v, beta, bar)
                    * ((1 - beta**2) * bar**2 * v + 1 - (1 - beta**2) * bar**2)
                    / (1 - (1 - beta**2) * bar**2)
                )
            ),
            "that is the variance of x_{i-1} before x_i is known": (
                lambda v, beta, bar: bar**2 * v + 1 - bar**2
            ),
            "the noise of the steps before is missing above: bar^2 v + 1 - bar^2": (
                lambda v, beta, bar: (
                    best_square(v, beta, bar) * bar**2 * v / (bar**2 * v + 1 - bar**2)
                )
            ),
            "the narrow width is not simply multiplied by v: at v = 0 it must remain": (
                lambda v, beta, bar: v * best_square(0 * v, beta, bar)
            ),
            "the fraction is turned over": (
                lambda v, beta, bar: beta**4 / best_square(v, beta, bar)
            ),
            "it is cut off at beta^2; above variance one the best width is wider": (
                lambda v, beta, bar: best_square(v, beta, bar).clamp(max=beta**2)
            ),
            "this is a straight line between the two special cases; the curve bends": (
                lambda v, beta, bar: (1 - v) * best_square(0 * v, beta, bar) + v * beta**2
            ),
            "the doubt about x_0 enters with the square of its weight": (
                lambda v, beta, bar: (
                    best_square(0 * v, beta, bar)
                    + bar * beta**2 * v / ((1 - beta**2) * bar**2 * v + _numbers(beta, bar)[1] ** 2)
                )
            ),
        },
    ),
    "c-3-33": Exercise(
        asks="the standard deviation of what comes out, of the shape of v",
        trials=(
            (uniform(15, 5, high=3.0), uniform(16, 4, low=0.2, high=0.7)),
            (uniform(17, 3, high=2.0), uniform(18, 6, low=0.1, high=0.5)),
        ),
        solution=greedy_std,
        mistakes={
            "this is the standard deviation of the data, as the article hopes": (
                lambda v, betas: v.sqrt()
            ),
            "this is for v = 1: every step shrinks by alpha_i": (
                lambda v, betas: _bar(betas) + 0 * v
            ),
            "this is the variance; its root was wanted": (
                lambda v, betas: greedy_std(v, betas) ** 2
            ),
            "this is for a start from p_L; the walk starts from N(0, 1)": (
                lambda v, betas: (
                    greedy_std(v, betas) * (_bar(betas) ** 2 * v + 1 - _bar(betas) ** 2).sqrt()
                )
            ),
            "this is the probability flow, which keeps the spread; the means do not": (
                lambda v, betas: (v / (_bar(betas) ** 2 * v + 1 - _bar(betas) ** 2)).sqrt()
            ),
            "alpha_bar is missing above: x_0 and x_L have the covariance alpha_bar v": (
                lambda v, betas: greedy_std(v, betas) / _bar(betas)
            ),
            "each step divides by alpha_i and then takes noise away; it does not only divide": (
                lambda v, betas: 1 / _bar(betas) + 0 * v
            ),
            "this is the last step alone; the walk has L of them": (
                lambda v, betas: greedy_std(v, betas[:1])
            ),
            "this is the walk with noise in it: its variance would be that of the data": (
                lambda v, betas: v
            ),
            "the walk forgets nothing here: it ends in one point only for alpha_bar = 0": (
                lambda v, betas: 0 * v
            ),
        },
    ),
    "samp-agree": Exercise(
        on_page=False,  # of one number there is nothing to ask
        asks="the probability that two copies end alike, for each row, shape (B,)",
        trials=((normal(21, 4, 3).softmax(1),), (normal(22, 3, 6).softmax(1),)),
        solution=agree,
        mistakes={
            "that is how often one copy ends in the likeliest cluster; two must meet in any": (
                lambda odds: odds.amax(1)
            ),
            "that is how often both end in the likeliest cluster; they may meet elsewhere": (
                lambda odds: odds.amax(1) ** 2
            ),
            "that is how often they part": lambda odds: 1 - (odds**2).sum(1),
            "the odds add up to one; two copies need each of them twice": lambda odds: odds.sum(1),
            "that would be three copies": lambda odds: (odds**3).sum(1),
            "that is chance among equal clusters; the odds are not equal": (
                lambda odds: odds.mean(1)
            ),
            "that is as if both had to end in all clusters": lambda odds: odds.prod(1),
            "that is the entropy; the copies need only meet": (
                lambda odds: -(odds * odds.log()).sum(1)
            ),
        },
    ),
}
