"""Exercises of the page `hierarchical-vae`, chapter 2."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ..exercise import Exercise

_Z2 = torch.tensor([-0.8, 0.1, 1.7], dtype=torch.float64)
_SPREAD = torch.tensor([0.9, 0.3, 0.02], dtype=torch.float64)
_WIDTHS = torch.tensor([0.4, 0.8, 0.95], dtype=torch.float64)
_LOG_WEIGHTS = torch.tensor([-1.2, -2.5, -0.7, -1.9], dtype=torch.float64)

# mu, sigma, eps, seen, pull, model, inference, log_w, snr_low, snr_high, miss
_SHEET = (0.5, 0.7, -1.3, -15.2, 3.4, 0.25, 0.1, _LOG_WEIGHTS, 4.0, 1.5, 0.6)


def _turned(z2: Tensor, m: float, s1: float, c: float, s2: float) -> Tensor:
    gain = c * s1**2 / (c**2 * s1**2 + s2**2)
    return torch.stack([m + gain * (z2 - c * m), torch.full_like(z2, (1 - gain * c) * s1**2)])


def _rooted(moments: Tensor) -> Tensor:
    return torch.stack([moments[0], moments[1].sqrt()])


def _information(spread: Tensor, b: Tensor) -> Tensor:
    return 0.5 * torch.log1p(spread / b**2).sum()


def _sheet(*given: float | Tensor) -> Tensor:
    mu, sigma, eps, seen, pull, model, inference, log_w, low, high, miss = map(
        torch.as_tensor, given
    )
    lines = (
        mu + sigma * eps,
        0.5 * (mu**2 + sigma**2 - 1 - (sigma**2).log()),
        seen - pull,
        model + inference,
        log_w.logsumexp(0) - math.log(len(log_w)),
        0.5 * (low - high) * miss,
    )
    return torch.stack([line.double() for line in lines])


def _sheet_with(line: int, mistake: Callable[..., float | Tensor]) -> Callable[..., Tensor]:
    """The sheet with one line, counted from 1, replaced by a mistake."""

    def wrong(*given: float | Tensor) -> Tensor:
        sheet = _sheet(*given)
        sheet[line - 1] = mistake(*given)
        return sheet

    return wrong


def _line_5_inside(*given: float | Tensor) -> Tensor:
    return torch.as_tensor(given[7]).mean()


EXERCISES: dict[str, Exercise] = {
    "c-2-20": Exercise(
        asks="mean and variance of q(z_1 | z_2, x), of shape (2, B)",
        inputs=(_Z2, 0.7, 0.6, 0.8, 0.5),
        solution=_turned,
        mistakes={
            "the second row is the standard deviation; give the variance": (
                lambda z2, m, s1, c, s2: _rooted(_turned(z2, m, s1, c, s2))
            ),
            "x is forgotten: start from the mean m that the encoder gives it": (
                lambda z2, m, s1, c, s2: _turned(z2, 0.0, s1, c, s2)
            ),
            "z_2 is compared with m; what the encoder expects of it is c m": (
                lambda z2, m, s1, c, s2: (
                    _turned(z2, m, s1, c, s2)
                    + torch.tensor([[(c - 1) * m * c * s1**2 / (c**2 * s1**2 + s2**2)], [0.0]])
                )
            ),
            "z_1 is found from z_2 alone, as z_2 / c; x knows something too": (
                lambda z2, m, s1, c, s2: torch.stack([z2 / c, torch.full_like(z2, s2**2 / c**2)])
            ),
            "the variance did not shrink: z_2 adds knowledge": (
                lambda z2, m, s1, c, s2: torch.stack(
                    [_turned(z2, m, s1, c, s2)[0], torch.full_like(z2, s1**2)]
                )
            ),
        },
    ),
    "c-2-23": Exercise(
        asks="the mutual information of code and datum in nats, one number",
        inputs=(_SPREAD, _WIDTHS),
        solution=_information,
        mistakes={
            "the half is missing": lambda spread, b: 2 * _information(spread, b),
            "widths are standard deviations: square them": (
                lambda spread, b: 0.5 * torch.log1p(spread / b).sum()
            ),
            "the 1 is missing: without spread there is no information": (
                lambda spread, b: 0.5 * (spread / b**2).log().sum()
            ),
            "this is a mean over units; independent units add up": (
                lambda spread, b: _information(spread, b) / len(b)
            ),
            "this is the mean KL from N(0, I): it holds the distance of the crowd as well": (
                lambda spread, b: 0.5 * (spread + b**2 - 1 - (b**2).log()).sum()
            ),
            "the sign: information is never negative": (lambda spread, b: -_information(spread, b)),
        },
    ),
    "c-2-26": Exercise(
        asks="six numbers, one a line",
        inputs=_SHEET,
        solution=_sheet,
        mistakes={
            "line 1: the noise is scaled by the standard deviation, not the variance": _sheet_with(
                1, lambda mu, sigma, eps, *rest: mu + sigma**2 * eps
            ),
            "line 2: the half is missing": _sheet_with(
                2, lambda mu, sigma, *rest: mu**2 + sigma**2 - 1 - math.log(sigma**2)
            ),
            "line 2: the log is of the variance": _sheet_with(
                2, lambda mu, sigma, *rest: 0.5 * (mu**2 + sigma**2 - 1 - math.log(sigma))
            ),
            "line 3: the pull is subtracted": _sheet_with(
                3, lambda mu, sigma, eps, seen, pull, *rest: seen + pull
            ),
            "line 4: inference error is added, it pays for nothing": _sheet_with(
                4, lambda a, b, c, d, e, model, inference, *rest: model - inference
            ),
            "line 5: the logs are averaged; average the weights first": _sheet_with(
                5, _line_5_inside
            ),
            "line 5: this is the log of the sum; subtract log K": _sheet_with(
                5, lambda a, b, c, d, e, f, g, log_w, *rest: log_w.logsumexp(0)
            ),
            "line 6: the half is missing": _sheet_with(
                6, lambda *given: (given[8] - given[9]) * given[10]
            ),
            "line 6: the SNR falls on the way up, so take the lower floor's minus the higher's": (
                _sheet_with(6, lambda *given: 0.5 * (given[9] - given[8]) * given[10])
            ),
        },
    ),
}
