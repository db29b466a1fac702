"""Checks of what callers hand in, and the one place where coefficients are broadcast."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import torch
from torch import Tensor

Scalar = TypeVar("Scalar", float, Tensor)


def on_cpu(x: Tensor) -> bool:
    """Whether the values may be looked at without making an accelerator wait."""
    return x.device.type == "cpu"


def widest(device: torch.device) -> torch.dtype:
    """The widest floating dtype of a device: float64, or float32 where there is none."""
    if device.type in ("cpu", "cuda"):
        return torch.float64
    try:
        return torch.empty(0, dtype=torch.float64, device=device).dtype
    except (TypeError, RuntimeError):  # as Apple's MPS says
        return torch.float32


def all_finite(c: float | Tensor) -> bool:
    """Whether nothing is NaN or infinite; values on an accelerator are not looked at."""
    if not isinstance(c, Tensor):
        return math.isfinite(c)
    if not on_cpu(c):
        return True
    # a finite sum has finite terms, and is found in a quarter of the time; it may overflow
    return math.isfinite(c.detach().sum().item()) or bool(torch.isfinite(c).all())


def check_time(
    t: float | Tensor, low: float = 0.0, high: float = math.inf, name: str = "t"
) -> float | Tensor:
    """A number, or a tensor of shape () or (B,); `ValueError` outside [low, high] or for NaN.

    A time that rounding has pushed just outside is moved onto the end.
    """
    if isinstance(t, (int, float)):
        smallest = largest = t = float(t)
    elif not isinstance(t, Tensor) or t.dim() > 1:
        given = f"a {type(t).__name__}" if not isinstance(t, Tensor) else _shape(t)
        raise ValueError(f"{name} must be a float or a tensor of shape () or (B,), not {given}")
    else:
        t = t if t.is_floating_point() else t.to(widest(t.device))
        if not on_cpu(t) or not t.numel():
            return t.clamp(low, high)
        smallest, largest = (end.item() for end in t.detach().aminmax())  # NaN if any is
    if low <= smallest and largest <= high:
        return t
    slack = 1e-6 * max(1.0, abs(high)) if math.isfinite(high) else 0.0
    if low - slack <= smallest and largest <= high + slack:
        return t.clamp(low, high) if isinstance(t, Tensor) else min(max(t, low), high)
    values = t.flatten().tolist() if isinstance(t, Tensor) else [t]
    shown = [v for v in values if not low - slack <= v <= high + slack][:3]
    raise ValueError(f"{name} must lie in [{low:g}, {high:g}], but {name} = {shown}")


def as_time(t: float | Tensor, low: float = 0.0, high: float = math.inf, name: str = "t") -> Tensor:
    """The same as a tensor: a number becomes one of shape (), float64."""
    t = check_time(t, low, high, name)
    return t if isinstance(t, Tensor) else torch.tensor(t, dtype=torch.float64)


def expand(c: float | Tensor, x: Tensor) -> Any:
    """The coefficient `c`, a number or of shape () or (B,), to multiply `x` of shape (B, *D)."""
    if not isinstance(c, Tensor) or c.dim() == 0:
        return c
    if x.dim() == 0 or c.shape[0] != x.shape[0]:
        raise ValueError(
            f"one time per row is needed: times have shape {_shape(c)}, the batch {_shape(x)}; "
            "use a single time, or as many as rows"
        )
    return c.to(x.dtype).reshape(-1, *[1] * (x.dim() - 1))


def check_finite(x: Tensor, name: str = "x") -> Tensor:
    """`x` itself; `TypeError` unless a floating tensor, `ValueError` if NaN or infinite."""
    if not isinstance(x, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, not {type(x).__name__}")
    if not x.is_floating_point():
        raise TypeError(f"{name} must have a floating dtype, not {x.dtype}; use {name}.float()")
    if not all_finite(x):
        raise ValueError(f"{name} contains NaN or infinity; shape {_shape(x)}")
    return x


def check_batch(x: Tensor, name: str = "x") -> Tensor:
    """`x` of shape (B, *D) with at least one feature axis, finite."""
    check_finite(x, name)
    if x.dim() < 2:
        raise ValueError(
            f"{name} must have shape (B, *D), a batch of points, not {_shape(x)}; "
            f"for points on the line use {name}[:, None]"
        )
    return x


def check_points(x: Tensor, dim: int, name: str = "x") -> Tensor:
    """`x` of shape (B, dim), finite."""
    check_finite(x, name)
    if x.dim() != 2 or x.shape[1] != dim:
        raise ValueError(f"{name} must have shape (B, {dim}), not {_shape(x)}")
    return x


def check_same_shape(a: Tensor, b: Tensor, names: tuple[str, str]) -> None:
    """`ValueError` unless `a` and `b` have one shape: nothing is broadcast by accident."""
    if a.shape != b.shape:
        raise ValueError(f"{names[0]} has shape {_shape(a)} but {names[1]} has {_shape(b)}")


def check_not_empty(x: Tensor, name: str = "x") -> Tensor:
    """`x` itself; `ValueError` if it has no rows: a mean over none is not a number."""
    if not len(x):
        raise ValueError(f"{name} is empty, shape {_shape(x)}; a loss needs at least one row")
    return x


def check_positive(value: float, name: str) -> float:
    """`value` as a float; `ValueError` unless finite and above zero."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number above 0, not {value}")
    return float(value)


def _shape(x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape)
