"""Exercises of the page `score-matching`, chapter 5."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise, normal, uniform

Field = Callable[[Tensor], Tensor]


def _twisted(x: Tensor) -> Tensor:
    """A field that is no gradient: every component depends on two coordinates."""
    return torch.sin(x) + 0.7 * x.roll(1, 1) - 0.2 * x**3 + 0.3 * x**2


def _leaning(x: Tensor) -> Tensor:
    return 0.4 * x * x.roll(-1, 1) - 1.3 * x + torch.cos(x.roll(1, 1))


def _terms(score: Field, x: Tensor) -> tuple[Tensor, Tensor]:
    """|s|^2 and the whole Jacobian (B, D, D)."""
    jacobian = torch.func.vmap(torch.func.jacrev(lambda point: score(point[None])[0]))(x)
    return (score(x) ** 2).sum(1), jacobian


def _trace(jacobian: Tensor) -> Tensor:
    return jacobian.diagonal(dim1=1, dim2=2).sum(1)


def implicit_loss(score: Field, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_(True)
    s = score(x)
    total = 0.5 * (s**2).sum(1)
    for i in range(x.shape[1]):
        (row,) = torch.autograd.grad(s[:, i].sum(), x, retain_graph=True)
        total = total + row[:, i]
    return total.mean()


def _loss_with(change: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Field, Tensor], Tensor]:
    """The loss as somebody else puts it together from |s|^2 and the Jacobian."""
    return lambda score, x: change(*_terms(score, x))


def best_theta(widths: Tensor) -> Tensor:
    return 12 / widths**2


def learned(score: Tensor) -> Tensor:
    return 2 * score


def best_scale(s: Tensor, div: Tensor) -> Tensor:
    return -div.mean() / (s**2).sum(1).mean()


def kinds_of(eigenvalues: Tensor) -> Tensor:
    lowest, highest = eigenvalues.amin(1), eigenvalues.amax(1)
    return -(lowest.sign() + highest.sign()) / 2


def _rows(*rows: tuple[float, ...]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


EXERCISES: dict[str, Exercise] = {
    "c-5-04": Exercise(
        asks="the implicit loss, one number",
        trials=((_twisted, normal(1, 6, 3)), (_leaning, normal(2, 4, 5))),
        solution=implicit_loss,
        mistakes={
            "the half before the squared norm is missing": _loss_with(
                lambda n, J: (_trace(J) + n).mean()
            ),
            "the half stands before both terms; the divergence has none": _loss_with(
                lambda n, J: 0.5 * (_trace(J) + n).mean()
            ),
            "the sign of the trace: at the optimum the divergence is negative, and is added": (
                _loss_with(lambda n, J: (0.5 * n - _trace(J)).mean())
            ),
            "all entries of the Jacobian are added up, as `grad(s.sum(), x)` does: the divergence "
            "wants the diagonal, one component at a time": _loss_with(
                lambda n, J: (J.sum((1, 2)) + 0.5 * n).mean()
            ),
            "the divergence is taken across the batch: it is added up over the points, and the "
            "norm is averaged": _loss_with(lambda n, J: _trace(J).sum() + 0.5 * n.mean()),
            "the divergence of the mean over the batch: a point has only a share of it": _loss_with(
                lambda n, J: _trace(J).mean() / len(n) + 0.5 * n.mean()
            ),
            "the squares are averaged over the coordinates; the norm adds them up": (
                lambda score, x: _trace(_terms(score, x)[1]).mean() + 0.5 * (score(x) ** 2).mean()
            ),
            "this is averaged over the coordinates, the divergence too": _loss_with(
                lambda n, J: (_trace(J) + 0.5 * n).mean() / J.shape[1]
            ),
            "the batch is added up; the loss is a mean over the points": _loss_with(
                lambda n, J: (_trace(J) + 0.5 * n).sum()
            ),
            "that is the divergence alone: half the squared norm is missing": _loss_with(
                lambda n, J: _trace(J).mean()
            ),
            "that is half the squared norm alone: the divergence is missing": _loss_with(
                lambda n, J: 0.5 * n.mean()
            ),
            "the norm is not squared": _loss_with(lambda n, J: (_trace(J) + 0.5 * n.sqrt()).mean()),
            "the half is inside the square, and became a quarter": _loss_with(
                lambda n, J: (_trace(J) + 0.25 * n).mean()
            ),
        },
    ),
    "c-5-05": Exercise(
        asks="theta of the least implicit loss, of the shape of widths",
        trials=((uniform(3, 3, low=0.5, high=2.5),), (uniform(4, 5, low=1.5, high=4.5),)),
        solution=best_theta,
        mistakes={
            "zero is the true score; the implicit loss does not see the walls, so it wants more": (
                lambda w: 0 * w
            ),
            "the half before the squared norm is missing": lambda w: 6 / w**2,
            "that is where the loss is zero again, not where it is least": lambda w: 24 / w**2,
            "that is the variance of the data; theta is one over it": lambda w: w**2 / 12,
            "theta has the unit 1/x^2: the width is squared": lambda w: 12 / w,
            "that is one over the standard deviation, not over the variance": (
                lambda w: 12**0.5 / w
            ),
            "that takes the width for the half width": lambda w: 3 / w**2,
            "each coordinate has a theta of its own": lambda w: 0 * w + (12 / w**2).mean(),
            "that is the mean of x^2 up to the wall at w, from 0: the box is centred": (
                lambda w: 4 / w**2 + 8 / w
            ),
        },
    ),
    "sm-printed-half": Exercise(
        asks="what the network says, of the shape of score",
        trials=((normal(5, 4, 3),), (normal(6, 2, 5),)),
        solution=learned,
        mistakes={
            "the true score is the answer of the right objective; here the norm counts less": (
                lambda score: score
            ),
            "the other way round: with a weaker norm the arrows grow": lambda score: 0.5 * score,
            "a quarter in place of a half is a factor two": lambda score: 4 * score,
            "the norm counts half as much, not a root of it": lambda score: 2**0.5 * score,
            "the sign: the divergence term still wants sinks": lambda score: -2 * score,
        },
    ),
    "c-5-06": Exercise(
        asks="the factor c, one number",
        trials=(
            (normal(7, 6, 3), -uniform(8, 6, low=0.6, high=3.0)),
            (normal(9, 5, 4), normal(10, 5) - 1.5),
        ),
        solution=best_scale,
        mistakes={
            "the sign: a good field has negative divergence at data, and c is positive": (
                lambda s, div: div.mean() / (s**2).sum(1).mean()
            ),
            "the half before the squared norm cancels when c^2 is differentiated": (
                lambda s, div: -2 * div.mean() / (s**2).sum(1).mean()
            ),
            "a factor two too few: d/dc of c^2/2 is c": (
                lambda s, div: -div.mean() / (2 * (s**2).sum(1).mean())
            ),
            "the squares are averaged over the coordinates; the norm adds them up": (
                lambda s, div: -div.mean() / (s**2).mean()
            ),
            "the ratio of the means, not the mean of the ratios": (
                lambda s, div: -(div / (s**2).sum(1)).mean()
            ),
            "upside down": lambda s, div: -(s**2).sum(1).mean() / div.mean(),
            "the norm is squared": lambda s, div: -div.mean() / (s**2).sum(1).sqrt().mean(),
            "that is the least loss, not where it lies": (
                lambda s, div: -0.5 * div.mean() ** 2 / (s**2).sum(1).mean()
            ),
            "that is c squared": lambda s, div: (div.mean() / (s**2).sum(1).mean()) ** 2,
        },
    ),
    "c-5-07": Exercise(
        on_page=False,  # of one number there is nothing to ask
        asks="1, 0 or -1 for each row, (n,)",
        trials=(
            (
                _rows(
                    *((-2.1, -0.7, -1.3), (-3.2, 0.6, -0.4), (2.3, 0.8, 1.7)),
                    *((3.1, -0.9, 0.7), (-0.3, 0.4, -2.2), (-1.2, -4.1, -0.6)),
                ),
            ),
            (
                _rows(
                    *((-5.2, -1.1, 0.4, 0.3), (1.3, 0.2, 3.4, 0.7), (2.2, 1.6, -0.3, 0.9)),
                    *((-2.4, -1.6, -0.2, -0.8), (-0.6, 3.3, -0.9, 0.4)),
                ),
            ),
        ),
        solution=kinds_of,
        mistakes={
            "that is the sign of the divergence: a saddle may have it negative": (
                lambda v: -v.sum(1).sign()
            ),
            "that looks at the first eigenvalue alone; all of them decide": (
                lambda v: -v[:, 0].sign()
            ),
            "one negative eigenvalue is not enough for a mode": lambda v: (v < 0).any(1).int(),
            "a peak bends down: negative eigenvalues are a mode": lambda v: -kinds_of(v),
            "the sign of the determinant does not tell a mode from a pit": (
                lambda v: v.prod(1).sign()
            ),
            "pits are taken for modes": lambda v: kinds_of(v).abs(),
            "pits are taken for saddles": lambda v: kinds_of(v).clamp(min=0),
            "saddles are taken for pits": lambda v: 2 * kinds_of(v).clamp(min=0) - 1,
            "saddles are taken for modes": lambda v: 1 + 2 * kinds_of(v).clamp(max=0),
        },
    ),
}
