"""One thing to train."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Generator, Tensor, nn

from ..processes import Process

Batch = tuple[Tensor, ...]


@dataclass(frozen=True)
class Recipe:
    """One thing to train. `draw` gives the global batch of a step, `loss` the mean loss of a share.

    `arguments` are those of the network's class, for the card; a denoiser also has a `process`
    and a kind of prediction. `evaluate` gives the metrics of the finished network, `picture`
    grey pixels to look at on the way, `finish` a last touch before the weights are written.
    """

    name: str
    network: nn.Module
    arguments: dict[str, Any]
    draw: Callable[[Generator], Batch]
    loss: Callable[[nn.Module, Batch], Tensor]
    evaluate: Callable[[nn.Module], dict[str, Any]]
    steps: int
    lr: float
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: float = 0.03
    picture: Callable[[nn.Module], Tensor] | None = None
    process: Process | None = None
    predicts: str | None = None
    finish: Callable[[nn.Module], None] | None = None
