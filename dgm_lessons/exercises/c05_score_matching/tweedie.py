"""Exercises of the page `tweedie`, chapter 5."""

from __future__ import annotations

import torch
from torch import Tensor

from ...mixtures import gm1
from ..exercise import Exercise

_ALPHA, _SIGMA = 0.8, 0.6
_X = torch.linspace(-2.5, 2.0, 10, dtype=torch.float64)[:, None]
_NOISY = gm1().diffuse(_ALPHA, _SIGMA)
_SCORE = _NOISY.score(_X)
_CURVATURE = _NOISY.hessian(_X)[:, 0, 0]
_DENOISED = gm1().seen(_X, _ALPHA, _SIGMA).mean


def _std(factor: Tensor) -> Tensor:
    return factor.clamp(min=0).sqrt()


EXERCISES: dict[str, Exercise] = {
    "c-5-21": Exercise(
        asks="the posterior mean E[x | x_noisy], of the shape of x_noisy",
        inputs=(_X, _ALPHA, _SIGMA, _SCORE),
        solution=lambda x, alpha, sigma, score: (x + sigma**2 * score) / alpha,
        mistakes={
            "alpha is missing: the formula gives alpha times the mean": (
                lambda x, alpha, sigma, score: x + sigma**2 * score
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, alpha, sigma, score: (x + sigma * score) / alpha
            ),
            "the sign: the score points uphill, towards the data": (
                lambda x, alpha, sigma, score: (x - sigma**2 * score) / alpha
            ),
            "only the observation is divided by alpha; divide the step too": (
                lambda x, alpha, sigma, score: x / alpha + sigma**2 * score
            ),
            "multiplied by alpha where the formula divides": (
                lambda x, alpha, sigma, score: (x + sigma**2 * score) * alpha
            ),
        },
    ),
    "c-5-22": Exercise(
        asks="the score at x_noisy, of its shape",
        inputs=(_X, _ALPHA, _SIGMA, _DENOISED),
        solution=lambda x, alpha, sigma, denoised: (alpha * denoised - x) / sigma**2,
        mistakes={
            "alpha is missing: scale the denoised point before you compare": (
                lambda x, alpha, sigma, denoised: (denoised - x) / sigma**2
            ),
            "it looks like sigma where sigma squared belongs": (
                lambda x, alpha, sigma, denoised: (alpha * denoised - x) / sigma
            ),
            "the sign: the score points from the noisy point to the data": (
                lambda x, alpha, sigma, denoised: (x - alpha * denoised) / sigma**2
            ),
            "alpha divides where it should multiply the denoised point": (
                lambda x, alpha, sigma, denoised: (denoised / alpha - x) / sigma**2
            ),
        },
    ),
    "c-5-26": Exercise(
        asks="posterior standard deviations, of the shape of curvature",
        inputs=(_ALPHA, _SIGMA, _CURVATURE),
        solution=lambda alpha, sigma, h: _std(sigma**2 / alpha**2 * (1 + sigma**2 * h)),
        mistakes={
            "this is the variance; take the square root": (
                lambda alpha, sigma, h: sigma**2 / alpha**2 * (1 + sigma**2 * h)
            ),
            "alpha is missing: divide by it": (
                lambda alpha, sigma, h: _std(sigma**2 * (1 + sigma**2 * h))
            ),
            "divided by alpha under the root; the variance wants alpha squared": (
                lambda alpha, sigma, h: _std(sigma**2 / alpha * (1 + sigma**2 * h))
            ),
            "the sign: where the log-density bends down, the doubt is small": (
                lambda alpha, sigma, h: _std(sigma**2 / alpha**2 * (1 - sigma**2 * h))
            ),
            "it looks like sigma squared before the curvature of the variance, "
            "where sigma to the fourth belongs": (
                lambda alpha, sigma, h: _std((sigma**2 + sigma**2 * h) / alpha**2)
            ),
        },
    ),
}
