"""Attempts as bytes. What comes back from a submission is data, whatever it may claim to be."""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor

from ..attempt import Attempt, Odd

MOST = 4 << 20  # bytes that are read
NUMBERS = 50_000  # in an answer
AXES = 8


def pack(tried: Attempt) -> bytes:
    """What `unpack` reads. An answer of more than 50,000 numbers has stopped there."""
    if sum(value.numel() for value in tried.values if isinstance(value, Tensor)) > NUMBERS:
        return pack(Attempt(stopped=f"too large an answer: more than {NUMBERS} numbers."))
    values = [as_json(value) for value in tried.values]
    return json.dumps([values, tried.function, tried.stopped]).encode()


def as_json(value: Tensor | str | Odd) -> Any:
    if isinstance(value, Tensor):
        return [list(value.shape), value.flatten().tolist()]
    return {"odd": value.value} if isinstance(value, Odd) else value


def unpack(data: bytes, trials: int) -> Attempt:
    """The attempt in these bytes. Raises `ValueError` for anything else."""
    try:
        values, function, stopped = json.loads(data)
        tried = Attempt(tuple(map(value, values)), bool(function), str(stopped))
    except (ValueError, TypeError, KeyError, OverflowError, RuntimeError, RecursionError) as error:
        raise ValueError("this is no attempt at an answer") from error
    unanswered = any(value is Odd.UNANSWERED for value in tried.values)
    complete = len(tried.values) == trials or unanswered
    if bool(tried.stopped) == complete:
        raise ValueError(f"there should be {trials} values")
    return tried


def value(given: Any) -> Tensor | str | Odd:
    if isinstance(given, str):
        return given
    if isinstance(given, dict):
        return Odd(given["odd"])
    shape, numbers = given
    if len(shape) > AXES or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"this is no shape: {shape}")
    return torch.tensor([float(number) for number in numbers], dtype=torch.float64).reshape(shape)
