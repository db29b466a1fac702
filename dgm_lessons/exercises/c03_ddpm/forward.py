"""Exercises of the page `forward`, chapter 3."""

from __future__ import annotations

import torch
from torch import Tensor

from ..exercise import Exercise

_X = torch.tensor([[0.5, -1.0], [1.5, 0.3], [-2.0, 2.0]], dtype=torch.float64)
_EPS = torch.tensor([[-0.3, 0.8], [1.2, -0.6], [0.1, -1.4]], dtype=torch.float64)
_BETAS = torch.linspace(0.1, 0.5, 6, dtype=torch.float64)


def _alphas(betas: Tensor) -> Tensor:
    return (1 - betas**2).sqrt()


def _later(betas: Tensor) -> Tensor:
    """For each step the product of the alphas that come after it."""
    alphas = _alphas(betas)
    return torch.stack([alphas[k + 1 :].prod() for k in range(len(betas))])


def _jump(x0: Tensor, betas: Tensor, eps: Tensor) -> Tensor:
    alpha_bar = _alphas(betas).prod()
    return alpha_bar * x0 + (1 - alpha_bar**2).sqrt() * eps


def _memory(x0: Tensor, alpha_bar: float) -> Tensor:
    variance = torch.tensor(1 - alpha_bar**2, dtype=torch.float64)
    rest = x0.shape[1] * (variance - 1 - variance.log())
    return 0.5 * (alpha_bar**2 * (x0**2).sum(1) + rest)


EXERCISES: dict[str, Exercise] = {
    "c-3-04": Exercise(
        asks="the variance that each noise contributes, of the shape of betas",
        inputs=(_BETAS,),
        solution=lambda betas: _later(betas) ** 2 * betas**2,
        mistakes={
            "these are the weights as printed; a variance takes their squares": (
                lambda betas: _later(betas) * betas
            ),
            "the product of alphas is squared, but beta is not": (
                lambda betas: _later(betas) ** 2 * betas
            ),
            "beta is squared, but the product of alphas is not": (
                lambda betas: _later(betas) * betas**2
            ),
            "the product runs over the later steps only, without the step's own alpha": (
                lambda betas: (_later(betas) * _alphas(betas) * betas) ** 2
            ),
            "the product runs over the earlier steps; noise is shrunk by the later ones": (
                lambda betas: (_alphas(betas).cumprod(0) / _alphas(betas) * betas) ** 2
            ),
            "no noise is shrunk here: each is multiplied by the later alphas": (
                lambda betas: betas**2
            ),
        },
    ),
    "c-3-06": Exercise(
        asks="x_L, of the shape of x0",
        inputs=(_X, _BETAS, _EPS),
        solution=_jump,
        mistakes={
            "the bar is missing: this is the last step alone": (
                lambda x0, betas, eps: _alphas(betas)[-1] * x0 + betas[-1] * eps
            ),
            "the bar is missing on alpha": (
                lambda x0, betas, eps: (
                    _alphas(betas)[-1] * x0 + (1 - _alphas(betas).prod() ** 2).sqrt() * eps
                )
            ),
            "a square is missing under the root: 1 - alpha_bar^2": (
                lambda x0, betas, eps: (
                    _alphas(betas).prod() * x0 + (1 - _alphas(betas).prod()).sqrt() * eps
                )
            ),
            "the noise is multiplied by its variance; take the root": (
                lambda x0, betas, eps: (
                    _alphas(betas).prod() * x0 + (1 - _alphas(betas).prod() ** 2) * eps
                )
            ),
            "alpha_bar is squared: it multiplies x0 as it is": (
                lambda x0, betas, eps: (
                    _alphas(betas).prod() ** 2 * x0 + (1 - _alphas(betas).prod() ** 2).sqrt() * eps
                )
            ),
            "the betas are standard deviations; here they are read as variances": (
                lambda x0, betas, eps: _jump(x0, betas.sqrt(), eps)
            ),
        },
    ),
    "c-3-07": Exercise(
        asks="the KL to the prior of each row, in nats, of shape (B,)",
        inputs=(_X, 0.6),
        solution=_memory,
        mistakes={
            "the factor 1/2 is missing": lambda x0, alpha_bar: 2 * _memory(x0, alpha_bar),
            "the variance's part counts once for each of the D coordinates": (
                lambda x0, alpha_bar: _memory(x0, alpha_bar) - _memory(0 * x0, alpha_bar) / 2
            ),
            "the variance's part is missing": lambda x0, alpha_bar: (
                alpha_bar**2 * (x0**2).sum(1) / 2
            ),
            "alpha_bar must be squared before x0": (
                lambda x0, alpha_bar: (
                    _memory(x0, alpha_bar) + (alpha_bar - alpha_bar**2) * (x0**2).sum(1) / 2
                )
            ),
            "log of the variance, not of the standard deviation": (
                lambda x0, alpha_bar: (
                    _memory(x0, alpha_bar)
                    + 0.25 * x0.shape[1] * torch.tensor(1 - alpha_bar**2).double().log()
                )
            ),
            "this is a mean over coordinates; add them": (
                lambda x0, alpha_bar: _memory(x0, alpha_bar) / x0.shape[1]
            ),
        },
    ),
}
