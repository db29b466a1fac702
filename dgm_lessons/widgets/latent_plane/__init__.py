"""Latent plane: the codes of a VAE in the plane, and its decoder at work in the browser."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
import traitlets as t
from torch import Tensor, nn

from ...zoo import load_network
from .. import svg
from ..base import LessonWidget
from ..quantise import quantise

SIDE = 28  # pixels of a digit


class LatentPlane(LessonWidget):
    """Drag a code z in the plane; a decoder with 8-bit weights draws its digit in the browser.

    Args:
        network: has `decoder`, dense layers with SiLU between them that take (B, 2) to the logits
            of 28 x 28 pixels, and what the map shows: `test_codes` (n, 2) and `test_labels` (n,),
            digits 0 to 9.
        z: the code at the start.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        ("Among the 0s", {"z": (1.74, 0.66)}, "All around are 0s, and so is the answer."),
        (
            "Towards the 1s",
            {"z": (-0.15, -0.19)},
            "Half-way from the 0s to the 1s: neither of them.",
        ),
        (
            "Far out",
            {"z": (3.8, 3.8)},
            "No digit was ever coded near here. The decoder draws all the same.",
        ),
    )

    layers: t.List = t.List().tag(sync=True)
    codes = t.Unicode().tag(sync=True)
    labels = t.Unicode().tag(sync=True)
    extent = t.Float().tag(sync=True)
    z: t.List = t.List().tag(sync=True)

    def __init__(self, network: nn.Module, *, z: Sequence[float] = (0.0, 0.0)) -> None:
        codes, labels = _points(network)
        reach = 1.04 * float(codes.abs().max())  # with room for a numeral
        extent = math.ceil(10 * max(2.5, reach)) / 10
        if len(z) != 2 or not all(abs(value) <= extent for value in z):
            raise ValueError(f"z must be two numbers from {-extent} to {extent}, not {z}")
        super().__init__(
            layers=[_layer(layer) for layer in _dense(network)],
            codes=_base64((codes / extent * 127.5 + 127.5).round().to(torch.uint8)),
            labels="".join(map(str, labels.tolist())),
            extent=extent,
            z=[float(value) for value in z],
        )
        self.network: Any = network

    @classmethod
    def example(cls) -> Self:
        return cls(load_network("mnist-plane"), z=(0.4, 0.3))

    def picture(self) -> str:
        """The codes as dots, a numeral at the middle of each class, and the digit of z."""
        codes, labels = _points(self.network)
        reach = self.extent
        frame = svg.Axes(280, 280, (-reach, reach, "z1"), (-reach, reach, "z2"))
        parts = [frame.axes(), frame.dots([(a, b) for a, b in codes[:250].tolist()], svg.SKY, 3)]
        for digit in labels.unique().tolist():
            x, y = frame.place(*codes[labels == digit].median(0).values.tolist())
            parts.append(svg.text(str(digit), x, y + 5, size=17, colour=svg.BLUE))
        with torch.no_grad():
            logits = self.network.decoder(torch.tensor([self.z])).reshape(SIDE, SIDE)
        _, top, side, _ = frame.box
        parts.append(_drawn(logits > 0, frame.width + 20, top, side / SIDE))
        title = f"the digit decoded at ({self.z[0]:.2f}, {self.z[1]:.2f})"
        parts.append(svg.text(title, frame.width + 20 + side / 2, top + side + 16))
        label = (
            f"Codes of {len(codes)} handwritten digits in the plane, each class in a region of its "
            f"own, and the digit decoded at ({self.z[0]:.2f}, {self.z[1]:.2f})"
        )
        return svg.picture(frame.width + 20 + side, frame.height, label, parts)


def _drawn(inked: Tensor, left: float, top: float, pixel: float) -> str:
    """A black and white image as strokes along its rows, one for each run of ink."""
    path = ""
    for row, line in enumerate(inked.int()):
        ends = torch.diff(line, prepend=line.new_zeros(1), append=line.new_zeros(1))
        for first, after in zip((ends > 0).nonzero(), (ends < 0).nonzero(), strict=True):
            x, y = left + pixel * (int(first) + 0.5), top + pixel * (row + 0.5)
            path += f"M{x:.0f} {y:.0f}h{pixel * (int(after - first) - 1):.0f}"
    return svg.strokes(path, svg.GREY, pixel)


def _layer(layer: nn.Linear) -> dict[str, str]:
    """A dense layer as base64: int8 weights, a float32 scale a row, and the float32 bias."""
    weights, scales = quantise(layer.weight)
    bias = layer.bias.detach().float()
    return {"weights": _base64(weights), "scales": _base64(scales), "bias": _base64(bias)}


def _base64(values: Tensor) -> str:
    return base64.b64encode(values.cpu().contiguous().numpy().tobytes()).decode()


def _points(network: Any) -> tuple[Tensor, Tensor]:
    """Codes (n, 2) and labels (n,) that the network carries."""
    codes, labels = (getattr(network, name, None) for name in ("test_codes", "test_labels"))
    if not isinstance(codes, Tensor) or not isinstance(labels, Tensor):
        raise ValueError("the network carries no test_codes and test_labels to draw the map with")
    shapes = f"test_codes {tuple(codes.shape)}, test_labels {tuple(labels.shape)}"
    if codes.dim() != 2 or codes.shape[1] != 2 or labels.shape != codes.shape[:1]:
        raise ValueError(f"the network carries {shapes}; give (n, 2) and (n,)")
    if not len(codes) or not bool(torch.isfinite(codes).all()) or bool((labels > 9).any()):
        raise ValueError(f"{shapes}: give finite codes of at least one digit, labels 0 to 9")
    return codes.cpu(), labels.cpu()


def _dense(network: Any) -> list[nn.Linear]:
    """The dense layers of the decoder; `ValueError` unless the browser can run it."""
    parts = list(getattr(network, "decoder", ()))
    if parts and isinstance(parts[-1], nn.Unflatten):
        parts.pop()
    dense = [part for part in parts[::2] if isinstance(part, nn.Linear)]
    between = [part for part in parts[1::2] if isinstance(part, nn.SiLU)]
    if not dense or len(dense) != len(between) + 1 or len(dense) + len(between) != len(parts):
        names = ", ".join(type(part).__name__ for part in parts) or "nothing"
        raise ValueError(f"the decoder must be Linear, SiLU, ..., Linear, but is: {names}")
    ends = (dense[0].in_features, dense[-1].out_features)
    if ends != (2, SIDE**2) or any(layer.bias is None for layer in dense):
        raise ValueError(f"the decoder takes {ends[0]} numbers to {ends[1]}; it must take 2 to 784")
    return dense
