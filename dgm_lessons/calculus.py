"""Derivatives by autograd: the gradient of a function, the divergence of a vector field."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ._inputs import check_batch, check_finite, check_same_shape

Field = Callable[[Tensor], Tensor]


def _value(field: Field, x: Tensor) -> Tensor:
    value = check_finite(field(x), "field(x)")
    check_same_shape(value, x, ("field(x)", "x"))
    if not value.requires_grad:
        raise ValueError("field(x) does not depend on x as far as autograd can see")
    return value


def gradient(function: Callable[[Tensor], Tensor], x: Tensor, name: str = "function(x)") -> Tensor:
    """The gradient, (B, *D), of a function (B, *D) -> (B,) that treats rows one by one.

    It can be differentiated once more, unless gradients are off. `name` stands in the error.
    """
    graph = torch.is_grad_enabled()
    with torch.enable_grad():
        x = x if check_batch(x).requires_grad else x.detach().requires_grad_(True)
        value = function(x)
        if not value.requires_grad:
            raise ValueError(
                f"{name} does not depend on x as far as autograd can see: compute it from x by "
                "torch's functions, or pass its score where one is taken"
            )
        (slope,) = torch.autograd.grad(value.sum(), x, create_graph=graph)
    return slope


def value_and_divergence(field: Field, x: Tensor) -> tuple[Tensor, Tensor]:
    """field(x), (B, *D), and the trace of its Jacobian, (B,): one backward pass a coordinate.

    Both can be differentiated once more, unless gradients are off.
    """
    graph = torch.is_grad_enabled()
    with torch.enable_grad():
        x = check_batch(x).detach().requires_grad_(True)
        value = _value(field, x)
        flat = value.flatten(1)
        trace = torch.zeros(len(x), dtype=x.dtype, device=x.device)
        for i in range(flat.shape[1]):
            (row,) = torch.autograd.grad(flat[:, i].sum(), x, retain_graph=True, create_graph=graph)
            trace = trace + row.flatten(1)[:, i]
    return (value if graph else value.detach()), trace


def value_and_probed_divergence(field: Field, x: Tensor, probes: Tensor) -> tuple[Tensor, Tensor]:
    """field(x), (B, *D), and the mean of u . J u over probes (n, B, *D) (Hutchinson 1990).

    Unbiased for the divergence, (B,), when the probes have mean zero and identity covariance.
    Both can be differentiated once more, unless gradients are off.
    """
    graph = torch.is_grad_enabled()
    check_batch(x)
    check_finite(probes, "probes")
    if probes.dim() != x.dim() + 1 or probes.shape[1:] != x.shape or not len(probes):
        raise ValueError(
            f"probes must have shape (n, *{tuple(x.shape)}) with n >= 1, not {tuple(probes.shape)}"
        )
    with torch.enable_grad():
        x = check_batch(x).detach().requires_grad_(True)
        value = _value(field, x)
        total = torch.zeros(len(x), dtype=x.dtype, device=x.device)
        for u in probes:
            (row,) = torch.autograd.grad(
                (value * u).sum(), x, retain_graph=True, create_graph=graph
            )
            total = total + (row * u).flatten(1).sum(1)
    return (value if graph else value.detach()), total / len(probes)


def rademacher(shape: tuple[int, ...], generator: torch.Generator | None, like: Tensor) -> Tensor:
    """Random signs of the given shape, in the dtype and on the device of `like`."""
    device = generator.device if generator is not None else like.device
    bits = torch.randint(0, 2, shape, generator=generator, device=device)
    return (2 * bits - 1).to(like)
