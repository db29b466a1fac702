"""Weights at 8 bits: whole numbers, and one scale for each output channel.

A matrix or a convolution W becomes whole numbers q from -127 to 127 and a scale s for each row,
W ~ s q.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ._inputs import check_finite


def quantise(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers q, int8 `(O, *I)`, and scales s, float32 `(O,)`, with weight ~ s q.

    s_o = max |weight_o| / 127, so that an entry is off by at most s_o / 2. A row of zeros has
    scale 0.

    Raises:
        ValueError: for NaN or infinite entries, or fewer than two dimensions.
    """
    if weight.ndim < 2:
        raise ValueError(f"weight has shape {tuple(weight.shape)}; give (outputs, inputs, ...)")
    rows = check_finite(weight.detach().float(), "weight").flatten(1)
    scales = rows.abs().amax(1) / 127
    whole = (rows / scales.clamp(min=torch.finfo(scales.dtype).tiny)[:, None]).round()
    return whole.to(torch.int8).reshape(weight.shape), scales


def dequantise(whole: Tensor, scales: Tensor) -> Tensor:
    """The weights that `quantise` stands for: s q, float32 of the shape of `whole`."""
    return (whole.flatten(1) * scales[:, None]).reshape(whole.shape)
