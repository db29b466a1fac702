"""How long some work takes at full speed, from its operations and its memory traffic.

Both are counted on the computation itself, and divided by rates measured on the machine: the
roofline model (Williams, Waterman and Patterson 2009). A step that takes much longer than the
larger of the two is waiting for something else: small kernels, Python, or other processes. One that
beats its memory traffic has found much of it in a cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Work:
    """Floating-point operations of products, and bytes that all operations read and write."""

    flops: int
    bytes: int


@dataclass(frozen=True)
class Rates:
    """What a machine does in a second: operations of a large product, bytes of a large copy."""

    flops: float
    bytes: float


class _Traffic(TorchDispatchMode):
    """Counts the bytes of every tensor that an operation takes or gives; views are free."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if not func.is_view:
            tensors = [x for x in tree_leaves((args, kwargs, out)) if isinstance(x, Tensor)]
            self.bytes += sum(min(x.nbytes, x.untyped_storage().nbytes()) for x in tensors)
        return out


def count(work: Callable[[], object]) -> Work:
    """Run it once, and count. The bytes are those of each operation by itself, one after another.

    A compiler that fuses operations moves fewer, and so does a cache that holds them all.
    """
    with _Traffic() as traffic, FlopCounterMode(display=False) as counter:
        work()
    return Work(counter.get_total_flops(), traffic.bytes)


@torch.no_grad()
def rates(device: torch.device, dtype: torch.dtype = torch.float32) -> Rates:
    """The best of several large products in `dtype`, and of several large copies."""
    large = device.type == "cuda"
    side, columns, size = (8192, 8192, 2**30) if large else (1024, 256, 2**26)
    a = torch.randn(side, side, device=device).to(dtype)
    b = a[:, :columns].clone()
    x = torch.zeros(size, dtype=torch.uint8, device=device)
    y = torch.empty_like(x)
    product = _seconds(lambda: a @ b, device)
    copy = _seconds(lambda: y.copy_(x), device)
    return Rates(2 * side**2 * columns / product, 2 * size / copy)


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The least of six, or of two where these are slow; the first, slower, never is the least."""
    found: list[float] = []
    while len(found) < 2 or (len(found) < 6 and sum(found) < 0.5):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        found.append(time.perf_counter() - start)
    return min(found)


def full_speed(work: Work, machine: Rates) -> dict[str, float]:
    """Milliseconds for the arithmetic alone, and for the memory traffic if no cache helps."""
    return {
        "arithmetic": 1e3 * work.flops / machine.flops,
        "memory": 1e3 * work.bytes / machine.bytes,
    }
