"""Exercises of the page `sliced-score-matching`, chapter 5."""

from __future__ import annotations

import torch
from torch import Tensor

from ..exercise import Exercise, normal


def variances(diagonal: Tensor, above: Tensor) -> Tensor:
    off = 4 * (above**2).sum(1)
    return torch.stack([off, off + 2 * (diagonal**2).sum(1)])


def _off(above: Tensor) -> Tensor:
    return (above**2).sum(1)


def _on(diagonal: Tensor) -> Tensor:
    return (diagonal**2).sum(1)


def sliced_loss(s: Tensor, u: Tensor, Ju: Tensor) -> Tensor:
    curvature = (u * Ju).sum(2)
    along = (u * s).sum(2)
    return (curvature + 0.5 * along**2).mean()


def _sliced(u: Tensor, Ju: Tensor, square: Tensor) -> Tensor:
    """The loss with something else for (u . s)^2."""
    return ((u * Ju).sum(2) + 0.5 * square).mean()


def trace(u: Tensor, Au: Tensor) -> Tensor:
    return u.shape[1] * (u * Au).sum(1).mean()


def least_loss(sigma: float, D: int, d: int) -> float:
    return -(D - d) / (2 * sigma**2)


def _unit(seed: int, n: int, dim: int) -> Tensor:
    u = normal(seed, n, dim)
    return u / u.norm(dim=1, keepdim=True)


MATRICES = (
    "a diagonal matrix",
    "a matrix of ones",
    "a matrix with A^T = -A",
    "two rows exchanged: ones at (1, 2) and (2, 1), else zeros",
    "the identity plus a matrix with B^T = -B",
)


def one_is_enough(matrices: tuple[str, ...]) -> list[int]:
    return [1, 0, 1, 0, 1]


EXERCISES: dict[str, Exercise] = {
    "c-5-10": Exercise(
        on_page=False,  # of one number there is nothing to ask
        asks="variances for random signs and for Gaussian probes, (2, B)",
        trials=((normal(1, 5, 3), normal(2, 5, 3)), (normal(3, 2, 4), normal(4, 2, 6))),
        solution=variances,
        parts=("signs", "Gaussian"),
        mistakes={
            "an entry above the diagonal has a twin below: each square counts twice": (
                lambda a, b: torch.stack([2 * _off(b), 2 * _off(b) + 2 * _on(a)])
            ),
            "the factor 2 before the sum is missing, in both": (lambda a, b: variances(a, b) / 2),
            "signs have u_i^2 = 1: the diagonal brings no variance": (
                lambda a, b: torch.stack([4 * _off(b) + 2 * _on(a)] * 2)
            ),
            "Gaussian probes have u_i^2 of variance 2: the diagonal counts": (
                lambda a, b: torch.stack([4 * _off(b)] * 2)
            ),
            "these are standard deviations": lambda a, b: variances(a, b).sqrt(),
            "the diagonal has the factor 2 of Var u_i^2, and no twin": (
                lambda a, b: torch.stack([4 * _off(b), 4 * _off(b) + 4 * _on(a)])
            ),
            "that is the trace squared: the variance has the sum of the squares": (
                lambda a, b: torch.stack([4 * _off(b), 4 * _off(b) + 2 * a.sum(1) ** 2])
            ),
        },
    ),
    "c-5-11": Exercise(
        asks="the sliced loss, one number",
        trials=(
            (normal(5, 5, 3), normal(6, 4, 5, 3), normal(7, 4, 5, 3)),
            (normal(8, 3, 6), normal(9, 2, 3, 6), normal(10, 2, 3, 6)),
        ),
        solution=sliced_loss,
        mistakes={
            "the half before the square is missing": (
                lambda s, u, Ju: _sliced(u, Ju, 2 * (u * s).sum(2) ** 2)
            ),
            "the half stands before both terms; the curvature has none": (
                lambda s, u, Ju: 0.5 * ((u * Ju).sum(2) + (u * s).sum(2) ** 2).mean()
            ),
            "the sign of the curvature: it is added": (
                lambda s, u, Ju: _sliced(u, -Ju, (u * s).sum(2) ** 2)
            ),
            "add up over the coordinates first, then square": (
                lambda s, u, Ju: _sliced(u, Ju, ((u * s) ** 2).sum(2))
            ),
            "square each probe's product first, then average over the probes": (
                lambda s, u, Ju: _sliced(u, Ju, (u * s).sum(2).mean(0) ** 2)
            ),
            "that has the whole norm of s: also unbiased, but not the sliced loss": (
                lambda s, u, Ju: _sliced(u, Ju, (s**2).sum(1))
            ),
            "the probes are divided by their length: then E u u^T = I / D, and both terms are "
            "a D-th of what they should be": (
                lambda s, u, Ju: (
                    ((u * Ju).sum(2) + 0.5 * (u * s).sum(2) ** 2) / (u**2).sum(2)
                ).mean()
            ),
            "the probes are added up; the loss is their mean": (
                lambda s, u, Ju: len(u) * sliced_loss(s, u, Ju)
            ),
            "the curvature is added up across the batch, and the squares are averaged": (
                lambda s, u, Ju: (u * Ju).sum(2).mean(0).sum() + 0.5 * ((u * s).sum(2) ** 2).mean()
            ),
            "u stands on one side only: the curvature is u . J u": (
                lambda s, u, Ju: (Ju.sum(2) + 0.5 * (u * s).sum(2) ** 2).mean()
            ),
            "that is the curvature alone": lambda s, u, Ju: (u * Ju).sum(2).mean(),
            "the square is missing": (
                lambda s, u, Ju: ((u * Ju).sum(2) + 0.5 * (u * s).sum(2)).mean()
            ),
            "this is averaged over the coordinates too": (
                lambda s, u, Ju: (u * Ju).mean() + 0.5 * ((u * s).mean(2) ** 2).mean()
            ),
        },
    ),
    "sliced-unit-probes": Exercise(
        asks="the trace, one number",
        trials=((_unit(11, 7, 3), normal(12, 7, 3)), (_unit(13, 4, 6), normal(14, 4, 6))),
        solution=trace,
        mistakes={
            "probes of length one have E u u^T = I / D: this is the D-th part of the trace": (
                lambda u, Au: (u * Au).sum(1).mean()
            ),
            "D multiplies; it does not divide": lambda u, Au: ((u * Au).sum(1) / u.shape[1]).mean(),
            "D^2 is one D too many: u stands twice, but E u u^T = I / D": (
                lambda u, Au: u.shape[1] ** 2 * (u * Au).sum(1).mean()
            ),
            "the root of D makes each probe right once; u stands twice": (
                lambda u, Au: u.shape[1] ** 0.5 * (u * Au).sum(1).mean()
            ),
            "the number of probes is not the dimension": lambda u, Au: (u * Au).sum(),
            "probes and products are averaged before they meet": (
                lambda u, Au: u.shape[1] * (u.mean(0) * Au.mean(0)).sum()
            ),
        },
    ),
    "c-5-12": Exercise(
        asks="the least loss, one number",
        trials=((0.3, 5, 2), (0.7, 9, 3)),
        solution=least_loss,
        mistakes={
            "the sign: the least loss is below zero": lambda sigma, D, d: -least_loss(sigma, D, d),
            "a half is missing: at the best kappa the norm gives back half of the divergence": (
                lambda sigma, D, d: -(D - d) / sigma**2
            ),
            "only the thin directions count: D - d of them": (
                lambda sigma, D, d: -D / (2 * sigma**2)
            ),
            "the directions along the plane are free; it is the others that count": (
                lambda sigma, D, d: -d / (2 * sigma**2)
            ),
            "each thin direction brings the same": lambda sigma, D, d: -1 / (2 * sigma**2),
            "it looks like sigma where sigma squared belongs": (
                lambda sigma, D, d: -(D - d) / (2 * sigma)
            ),
            "that is the best kappa": lambda sigma, D, d: 1 / sigma**2,
            "sigma^2 divides": lambda sigma, D, d: -(D - d) * sigma**2 / 2,
        },
    ),
    "sliced-one-probe": Exercise(
        asks="five numbers, 1 where one probe is enough, else 0",
        trials=((MATRICES,),),
        solution=one_is_enough,
        parts=MATRICES,
        mistakes={
            "signs have u_i^2 = 1, so that a diagonal matrix gives its trace at once": (
                lambda matrices: [0, 0, 1, 0, 1]
            ),
            "the form is (sum of u)^2, which is seldom the trace": (
                lambda matrices: [1, 1, 1, 0, 1]
            ),
            "the form u . A u is zero for every u, and so is the trace": (
                lambda matrices: [1, 0, 0, 0, 1]
            ),
            "the trace is zero, and the form is 2 u_1 u_2, plus or minus two": (
                lambda matrices: [1, 0, 1, 1, 1]
            ),
            "the part with B^T = -B adds nothing, whatever u is": (
                lambda matrices: [1, 0, 1, 0, 0]
            ),
        },
    ),
}
