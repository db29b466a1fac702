"""A running average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class EMA:
    """Running average of a network's parameters, whose memory grows with the training.

    Buffers, which are not trained, are those of the network.

    After update n the average moves by 1 / (1 + fraction n) towards the parameters, so it covers
    about the last `fraction` of all steps, whatever their number (Karras et al. 2024, section 3).
    """

    def __init__(self, network: nn.Module, fraction: float = 0.05) -> None:
        if not 0 < fraction <= 1:
            raise ValueError(
                f"fraction is {fraction}; give the share of steps to average, in (0, 1]"
            )
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.fraction = fraction

    @torch.no_grad()
    def update(self, network: nn.Module, n: int) -> None:
        """Take in the parameters after step n = 1, 2, ..."""
        weight = 1 / (1 + self.fraction * n)
        for average, new in zip(self.network.parameters(), network.parameters(), strict=True):
            average.lerp_(new, weight)
        for kept, buffer in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(buffer)
