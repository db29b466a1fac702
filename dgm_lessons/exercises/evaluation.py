"""Trying an answer: every call gets inputs of its own, and any result becomes numbers."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from traceback import extract_tb
from typing import Any

import torch
from torch import Tensor

from .symbolic import at_points, is_formula


def call(answer: Any, inputs: tuple[Any, ...]) -> Any:
    """What an answer says to one set of inputs; it may change its copies as it likes."""
    return answer(*deepcopy(inputs)) if callable(answer) else answer


def numbers(value: Any) -> Tensor:
    """A number, an array, or a list or tuple of them, as a new tensor in double precision.

    A formula of sympy becomes its values at some points. A complex number, the root of a negative
    one, becomes NaN. Raises `TypeError`, `ValueError` or `RuntimeError` where that cannot be.
    """
    if isinstance(value, (list, tuple)):
        return torch.stack(torch.broadcast_tensors(*map(numbers, value)))
    tensor = at_points(value) if is_formula(value) else torch.as_tensor(value)
    if tensor.is_complex():
        tensor = tensor.real.masked_fill(tensor.imag != 0, torch.nan)
    return tensor.detach().to(torch.float64, copy=True)


def results(answer: Any, trials: Sequence[tuple[Any, ...]]) -> list[Tensor]:
    """What a solution or a mistake gives, one tensor for each set of inputs."""
    return [numbers(call(answer, inputs)) for inputs in trials]


def close(a: Tensor, b: Tensor, tol: float, size: Tensor | None = None) -> bool:
    """Whether two tensors of one shape agree within `tol` of the largest entry of `size`, or b."""
    if a.shape != b.shape:
        return False
    scale = (b if size is None else size).abs().max().item() or 1.0
    return bool((a - b).abs().max() <= tol * scale)


def crash(error: BaseException, file: str, called: str = "") -> str:
    """What an exception says, and the line of the reader's file or cell that it came from."""
    first = str(error).strip().partition("\n")[0]
    said = f"{type(error).__name__}{': ' * bool(first)}{first.removesuffix('.')}."
    own = [frame for frame in extract_tb(error.__traceback__) if frame.filename == file]
    if own:
        return f"{said} It was in line {own[-1].lineno}: `{own[-1].line}`."
    return f"{said} It is called with {called}." if called else said


def home(answer: Any) -> str:
    """The file or cell where a function was written; "" for anything else."""
    return getattr(getattr(answer, "__code__", None), "co_filename", "")
