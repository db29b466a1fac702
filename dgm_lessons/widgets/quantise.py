"""A network's weights at 8 bits, for a page: one scale for each output channel.

A matrix or a convolution W becomes whole numbers q from -127 to 127 and a scale s for each row,
W ~ s q; what has one dimension (biases, frequencies) stays float32.
"""

from __future__ import annotations

import copy
from itertools import chain
from typing import TypeVar

import torch
from torch import Tensor, nn

from .._inputs import check_finite
from ..quantise import dequantise, quantise

Layout = list[tuple[str, list[int]]]  # names and shapes, in the order of the bytes
N = TypeVar("N", bound=nn.Module)


def rounded(network: N) -> N:
    """A copy of the network with the weights that the page computes with."""
    twin = copy.deepcopy(network).cpu().float()
    with torch.no_grad():
        for _, tensor in _tensors(twin):
            if tensor.ndim > 1:
                tensor.copy_(dequantise(*quantise(tensor)))
    return twin


def pack(network: nn.Module) -> tuple[bytes, Layout]:
    """All weights as bytes, and the names and shapes by which the page finds them again.

    First the float32 numbers (little-endian), tensor by tensor: the scales of a matrix, or the
    vector itself. Then the int8 numbers of the matrices, in the same order.
    """
    floats, wholes, layout = [], [], []
    for name, tensor in _tensors(network):
        layout.append((name, list(tensor.shape)))
        if tensor.ndim > 1:
            whole, scales = quantise(tensor.cpu())
            floats.append(scales)
            wholes.append(whole.flatten())
        else:
            floats.append(check_finite(tensor.detach().cpu().float(), name))
    head = torch.cat(floats).numpy().astype("<f4").tobytes()
    return head + torch.cat(wholes).numpy().tobytes(), layout


def _tensors(network: nn.Module) -> list[tuple[str, Tensor]]:
    """Parameters and constants, also those that are not stored with the weights."""
    return list(chain(network.named_parameters(), network.named_buffers()))
