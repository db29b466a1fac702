"""Bits per dimension: a paper's number in another convention, or why it cannot be converted."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import traitlets as t

from .. import svg
from ..base import LessonWidget

UNITS = ("bits/dim", "nats/dim", "bits/image", "nats/image")
SIZES = (784, 1024, 3072, 12288)
MEASURES = ("grey", "uniform", "variational", "binary")
LEVELS = {"pixel": 1, "symmetric": 128, "unit": 256}  # grey levels in one unit of the data
OPTIONS = {"unit": UNITS, "size": SIZES, "measure": MEASURES, "scale": tuple(LEVELS)}
MOST = 1e6
SCALES = {
    "pixel": "grey levels, 0 to 255",
    "symmetric": "data in [−1, 1]",
    "unit": "data in [0, 1]",
}

Convention = tuple[str, int, str, str]


class BitsPerDimension(LessonWidget):
    """A converter for negative log-likelihoods of images, with each step as a sum.

    Args:
        value: the number as a paper gives it: minus a log-likelihood, at most 1e6 in size.
        given: its convention: unit ("bits/dim", "nats/dim", "bits/image", "nats/image"), numbers
            an image has (784; 1024 for MNIST with an empty border; 3072; 12288), measure ("grey",
            the probability of grey levels or a bound on it; "uniform" or "variational", a density
            after that dequantisation, the latter with the noise's own log q counted per grey
            level; "binary", black or white) and the scale of the data in which a density is
            taken ("pixel", 0 to 255; "symmetric", [-1, 1]; "unit", [0, 1]).
        wanted: the convention that it is converted to.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "This book's flow",
            {
                "value": 0.944,
                "unit": "bits/dim",
                "size": 784,
                "measure": "uniform",
                "scale": "pixel",
                "to_unit": "nats/image",
                "to_size": 784,
                "to_measure": "uniform",
                "to_scale": "symmetric",
            },
            "MNIST by the network of the zoo: 0.944, standard error 0.012 (first 500 test digits). "
            "As a density of data in [−1, 1] the same result is a large negative number.",
        ),
        (
            "Padded",
            {
                "value": 0.994,
                "unit": "bits/dim",
                "size": 784,
                "measure": "uniform",
                "scale": "pixel",
                "to_unit": "bits/dim",
                "to_size": 1024,
                "to_measure": "uniform",
                "to_scale": "pixel",
            },
            "The bound of the same network on its density: 0.994, standard error 0.009. An empty "
            "border makes the number a quarter smaller and the model no better.",
        ),
        (
            "DDPM",
            {
                "value": 3.75,
                "unit": "bits/dim",
                "size": 3072,
                "measure": "grey",
                "scale": "pixel",
                "to_unit": "bits/image",
                "to_size": 3072,
                "to_measure": "grey",
                "to_scale": "pixel",
            },
            "CIFAR-10, table 1 of Ho et al. (2020): at most 3.75, or 3.70 where the bound itself "
            "was trained.",
        ),
        (
            "Score SDE",
            {
                "value": 2.99,
                "unit": "bits/dim",
                "size": 3072,
                "measure": "uniform",
                "scale": "pixel",
                "to_unit": "nats/dim",
                "to_size": 3072,
                "to_measure": "uniform",
                "to_scale": "symmetric",
            },
            "CIFAR-10, abstract of Song et al. (2021). Their model has data in [−1, 1]: this is "
            "what the ODE gives before the 7 bits are added.",
        ),
        (
            "VDM",
            {
                "value": 2.65,
                "unit": "bits/dim",
                "size": 3072,
                "measure": "grey",
                "scale": "pixel",
                "to_unit": "bits/dim",
                "to_size": 3072,
                "to_measure": "uniform",
                "to_scale": "pixel",
            },
            "CIFAR-10, Kingma et al. (2021): a bound on the grey levels. The paper gives "
            "no density between them.",
        ),
        (
            "Black or white",
            {
                "value": 80.0,
                "unit": "nats/image",
                "size": 784,
                "measure": "binary",
                "scale": "pixel",
                "to_unit": "bits/dim",
                "to_size": 784,
                "to_measure": "grey",
                "to_scale": "pixel",
            },
            "80 nats an image, say. It looks far better than any number for grey levels, and "
            "cannot be compared with one.",
        ),
    )

    value = t.Float().tag(sync=True)
    unit = t.Enum(UNITS).tag(sync=True)
    size = t.Enum(SIZES).tag(sync=True)
    measure = t.Enum(MEASURES).tag(sync=True)
    scale = t.Enum(tuple(LEVELS)).tag(sync=True)
    to_unit = t.Enum(UNITS).tag(sync=True)
    to_size = t.Enum(SIZES).tag(sync=True)
    to_measure = t.Enum(MEASURES).tag(sync=True)
    to_scale = t.Enum(tuple(LEVELS)).tag(sync=True)

    def __init__(
        self,
        value: float = 0.944,
        *,
        given: Convention = ("bits/dim", 784, "uniform", "pixel"),
        wanted: Convention = ("nats/image", 784, "uniform", "symmetric"),
    ) -> None:
        if not abs(value) <= MOST:
            raise ValueError(f"value must lie in [-{MOST:g}, {MOST:g}], not {value}")
        state = {}
        for prefix, convention in (("", given), ("to_", wanted)):
            if len(convention) != len(OPTIONS):
                raise ValueError(f"a convention is {', '.join(OPTIONS)}, not {convention}")
            for (name, allowed), choice in zip(OPTIONS.items(), convention, strict=True):
                if choice not in allowed:
                    known = ", ".join(map(str, allowed))
                    raise ValueError(f"{name} must be one of {known}, not {choice!r}")
                state[prefix + name] = choice
        super().__init__(value=float(value), **state)

    @classmethod
    def example(cls) -> Self:
        return cls()

    def grey_bits(self) -> float:
        """What the given number says in bits for each grey level."""
        unit, per = self.unit.split("/")
        bits = self.value / (self.size if per == "image" else 1)
        bits /= math.log(2) if unit == "nats" else 1
        noisy = self.measure in ("uniform", "variational")
        return bits + math.log2(LEVELS[self.scale] if noisy else 1)

    def picture(self) -> str:
        """The same number of bits per dimension in three units of the data."""
        low, high = -9.0, 9.0
        frame = svg.Axes(500, 150, (low, high, "bits per dimension"), (0, 3, ""))
        grey = self.grey_bits()
        noisy = self.measure in ("uniform", "variational")
        parts, spots = [frame.axes()], []
        for row, (scale, words) in enumerate(SCALES.items() if noisy else [*SCALES.items()][:1]):
            shift, y = math.log2(LEVELS[scale]), 2.3 - row
            most = 1 if self.measure == "binary" else 8
            ends = [frame.place(x - shift, y) for x in (0, most)]
            parts.append(svg.strokes(svg.line(ends), svg.SKY, 7, 0.6))
            x, height = frame.place(high, y + 0.3)
            parts.append(svg.text(words, x, height, "end", 11.5))
            spots.append((min(high, max(low, grey - shift)), y))
            number = f"{grey - shift:.3f}".replace("-", "−")
            parts.append(svg.text(number, frame.place(spots[-1][0], y)[0], height))
        shown = ", ".join(f"{grey - math.log2(k):.3f} for {SCALES[s]}" for s, k in LEVELS.items())
        label = f"The same likelihood in bits per dimension: {shown if noisy else f'{grey:.3f}'}"
        marks = [("line", svg.SKY, "0 to 8 bits for a dot"), ("dot", svg.VERMILLION, "this number")]
        parts += [frame.dots(spots, svg.VERMILLION, 9), svg.legend(marks, 20, frame.height + 12)]
        return svg.picture(frame.width, frame.height + 20, label, parts)
