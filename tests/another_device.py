"""A device that is the CPU under another name: tensors there and here do not mix.

Code that forgets where its tensors live works on a CPU and fails on a GPU. Here it fails at once.
Like Apple's GPUs, the device knows no float64.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map_only

AWAY = torch.device("meta")  # a name that every build of PyTorch knows
MAY_MIX = ("copy_", "_to_copy", "index.", "index_put", "_local_scalar_dense")


class Away(torch.Tensor):
    """A tensor that says it is away, and keeps its numbers at home."""

    numbers: torch.Tensor

    @staticmethod
    def __new__(cls, numbers: torch.Tensor) -> Away:
        if numbers.dtype == torch.float64:
            raise TypeError("this device has no float64; use float32 instead")
        made = torch.Tensor._make_wrapper_subclass(
            cls, numbers.shape, strides=numbers.stride(), dtype=numbers.dtype, device=AWAY
        )
        made.numbers = numbers
        return made

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return call(func, args, kwargs or {})


PlainGenerator = torch.Generator  # whatever a test puts in its place


class AwayGenerator(torch.Generator):
    """A source of randomness that is away, if asked to be."""

    device = AWAY

    def __new__(cls, device: Any = "cpu") -> PlainGenerator:
        return super().__new__(cls if torch.device(device) == AWAY else PlainGenerator)


class WithoutDispatch(TorchFunctionMode):
    """What no dispatcher sees: the device of a generator, and tensors from and to lists."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is torch.Tensor.tolist and isinstance(args[0], Away):
            return args[0].numbers.tolist()
        if func is torch.Tensor.new_tensor and isinstance(args[0], Away):
            return args[0].numbers.new_tensor(*args[1:], **kwargs).to(AWAY)
        if func in (torch.tensor, torch.as_tensor) and kwargs.get("device") == AWAY:
            return func(*args, **kwargs | {"device": None}).to(AWAY)
        source = kwargs.get("generator")
        found = func(*args, **kwargs)
        if source is not None and isinstance(source, AwayGenerator) != isinstance(found, Away):
            raise RuntimeError(f"{func}: the generator is on another device than its numbers")
        return found


class AnotherDevice(TorchDispatchMode):
    """Within it, tensors can be made on the device `AWAY` and moved there and back."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return call(func, args, kwargs or {})


def call(func: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Do at home what was asked for away; refuse to mix the two."""
    tensors = [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, torch.Tensor)]
    away = [one for one in tensors if isinstance(one, Away)]
    here = [one for one in tensors if not isinstance(one, Away) and one.ndim]
    if away and here and not any(name in str(func) for name in MAY_MIX):
        raise RuntimeError(f"{func} mixes tensors of two devices")
    device = kwargs.get("device")
    goes = bool(away) if device is None else torch.device(device) == AWAY
    if device is not None:
        kwargs = kwargs | {"device": "cpu"}
    home = [tree_map_only(Away, lambda one: one.numbers, part) for part in (args, kwargs)]
    found = func(*home[0], **home[1])
    if not goes:
        return found
    wrapped = tree_map_only(torch.Tensor, Away, found)
    return return_and_correct_aliasing(func, args, kwargs, wrapped)
