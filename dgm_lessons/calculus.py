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
    _check_probes(probes, x, "probes")
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


@torch.no_grad()
def value_and_hutch_plus_plus(
    field: Field, x: Tensor, sketch: Tensor, probes: Tensor
) -> tuple[Tensor, Tensor]:
    """field(x), (B, *D), and the trace of its Jacobian J by Hutch++ (Meyer et al. 2021), (B,).

    J^T times the `sketch` (k, B, *D), k <= D, spans the directions in which J is large: there the
    trace is exact, and on the rest it is Hutchinson's mean over `probes` (n, B, *D). 2k + n
    backward passes. Unbiased for probes as Hutchinson's, drawn independently of the sketch.
    """
    check_batch(x)
    for vectors, name in ((sketch, "sketch"), (probes, "probes")):
        _check_probes(vectors, x, name)
    dims = x.shape[1:].numel()
    if len(sketch) > dims:
        raise ValueError(f"sketch has {len(sketch)} vectors, but x only {dims} dimensions")
    with torch.enable_grad():
        x = x.detach().requires_grad_(True)
        value = _value(field, x)

    def pull(vectors: Tensor) -> Tensor:
        """J^T times vectors (k, B, D), of the same shape."""
        rows = [torch.autograd.grad(value, x, u.view_as(x), retain_graph=True)[0] for u in vectors]
        return torch.stack(rows).flatten(2)

    q = torch.linalg.qr(pull(sketch).permute(1, 2, 0)).Q.permute(2, 0, 1)
    flat = probes.flatten(2)
    rest = flat - torch.einsum("kbd,kbe,nbe->nbd", q, q, flat)
    on_sketch = (pull(q) * q).sum((0, 2))
    return value.detach(), on_sketch + (pull(rest) * rest).sum(2).mean(0)


def _check_probes(vectors: Tensor, x: Tensor, name: str) -> None:
    check_finite(vectors, name)
    if vectors.dim() != x.dim() + 1 or vectors.shape[1:] != x.shape or not len(vectors):
        raise ValueError(
            f"{name} must have shape (n, *{tuple(x.shape)}) with n >= 1, not {tuple(vectors.shape)}"
        )


def gaussian(shape: tuple[int, ...], generator: torch.Generator | None, like: Tensor) -> Tensor:
    """Standard normal numbers of the given shape, in the dtype and on the device of `like`."""
    device = generator.device if generator is not None else like.device
    return torch.randn(shape, generator=generator, device=device, dtype=like.dtype).to(like)


def rademacher(shape: tuple[int, ...], generator: torch.Generator | None, like: Tensor) -> Tensor:
    """Random signs of the given shape, in the dtype and on the device of `like`."""
    device = generator.device if generator is not None else like.device
    bits = torch.randint(0, 2, shape, generator=generator, device=device)
    return (2 * bits - 1).to(like)
