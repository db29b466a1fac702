"""One call: digits from a flow map in the page, a wall of them that follows the reader's hand."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Self

import torch
import traitlets as t
from torch import Tensor, nn

from ...evaluation import digit_codes, digit_times
from ...evaluation.sampling import CALLS
from ...guidance import INTERVAL
from ...networks import CodeMap
from ...samplers import DPMSolver2M, sample
from ...zoo import card, load, load_network, with_labels
from .. import svg
from ..base import LessonWidget, check_count, check_within
from ..digit_from_noise.sampler import seed_noise
from ..quantise import pack, quantise, rounded

TILES = 5  # of the wall, in a row
STOPS = 8  # of a whole turn: where the sampler's digits are stored
GUIDANCE = 0.3  # of the sampler, within INTERVAL
WAYS = ("1", "2", "4", "teacher")  # their names in `metrics` begin with calls_


class OneCall(LessonWidget):
    """A wall of 25 digits, made anew in the page as the reader drags through the noise.

    With angles x and y the noise is (cos x a + sin x b + cos y c + sin y d) / sqrt(2), standard
    normal wherever the reader is; a tile further x or y turns by an eighth. The map and the
    decoder of `mnist-codes` go to the page at 8 bits. The guided sampler's network, five times as
    large, does not: its digits are stored, as codes, for the 64 stops at whole eighths.

    Args:
        network: a `CodeMap` of three ways (1, 2 and 4 calls), such as `mnist-map`.
        metrics: what `evaluate_map` has found of it; it stands on the card.
        at: the angles x and y in degrees, -180 to 180, at the start.
        label: the digit to draw, -1 for all ten in turn.
        calls: 1, 2 or 4 of the map, or 18 for the steps of the guided sampler. In a step where
            guidance acts it asks its network twice: `asked` calls in all.
        seed: of the four noises a, b, c and d.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "A wall of 3s",
            {"label": 3},
            "One label, 25 hands: neighbours share much of their noise.",
        ),
        ("Four calls", {"calls": 4}, "The same noise, and hardly another digit."),
        ("The sampler", {"calls": 18}, "The teacher's digits at the nearest stop: 18 steps."),
    )

    weights = t.Bytes().tag(sync=True)
    tensors: t.List = t.List().tag(sync=True)
    ways = t.Dict().tag(sync=True)
    loud = t.Float().tag(sync=True)
    taught = t.Bytes().tag(sync=True)
    scale = t.Float().tag(sync=True)
    asked = t.Int().tag(sync=True)
    measured: t.List = t.List().tag(sync=True)
    floor = t.Float().tag(sync=True)
    seed = t.Int().tag(sync=True)
    at: t.List = t.List().tag(sync=True)
    label = t.Int().tag(sync=True)
    calls = t.Int().tag(sync=True)

    def __init__(
        self,
        network: CodeMap,
        metrics: Mapping[str, Any],
        *,
        at: Sequence[float] = (0.0, 0.0),
        label: int = -1,
        calls: int = 1,
        seed: int = 7,
    ) -> None:
        if not isinstance(network, CodeMap) or network.calls != (1, 2, 4):
            kind = getattr(network, "calls", type(network).__name__)
            raise ValueError(f"give a CodeMap for 1, 2 and 4 calls, not {kind}")
        if calls not in (*network.calls, CALLS):
            raise ValueError(f"calls must be 1, 2, 4 or {CALLS}, not {calls}")
        if len(at) != 2:
            raise ValueError(f"at must be two angles, not {at}")
        parts = _parts(network)
        weights, layout = pack(parts)
        whole, scales = quantise(_taught(check_count(seed, 0, 2**31 - 1, "seed"))[None])
        super().__init__(
            weights=weights,
            tensors=[list(entry) for entry in layout],
            ways={str(calls): _legs(network, calls) for calls in network.calls},
            loud=float(network.knots[0][2]),
            taught=whole.numpy().tobytes(),
            scale=float(scales),
            asked=_asked(),
            measured=[_row(metrics, way) for way in WAYS],
            floor=float(metrics["frechet_floor"]),
            seed=seed,
            at=[check_within("at", angle, (-180, 180)) for angle in at],
            label=check_count(label, -1, network.classes - 1, "label"),
            calls=calls,
        )
        self.network, self.codes = copy.deepcopy(network), digit_codes(torch.device("cpu"))
        for own in (self.network, self.codes):
            own.load_state_dict(rounded(parts).state_dict(), strict=False)

    @classmethod
    def example(cls) -> Self:
        network = load_network("mnist-map")
        assert isinstance(network, CodeMap)
        return cls(network, card("mnist-map")["metrics"])

    def digits(self) -> Tensor:
        """The wall by PyTorch, with the page's weights: ink 0 to 1, (25, 28, 28), row by row."""
        tile = torch.arange(TILES**2)
        steps = torch.stack([tile % TILES - TILES // 2, TILES // 2 - tile // TILES], 1)
        labels = tile % 10 if self.label < 0 else torch.full_like(tile, self.label)
        return self._drawn(torch.tensor(self.at) / 360 + steps / STOPS, labels, self.calls)

    def four(self) -> Tensor:
        """The digit in the middle, at the nearest stop, drawn in all four ways: (4, 28, 28)."""
        stop = (STOPS * torch.tensor(self.at) / 360 + 0.5).floor()[None] / STOPS
        label = torch.tensor([self.label if self.label >= 0 else TILES**2 // 2 % 10])
        return torch.cat([self._drawn(stop, label, row[0]) for row in self.measured])

    @torch.no_grad()
    def _drawn(self, turns: Tensor, labels: Tensor, calls: int) -> Tensor:
        if calls == CALLS:
            stored = torch.frombuffer(bytearray(self.taught), dtype=torch.int8)
            stops = (STOPS * turns + 0.5).floor().long() % STOPS
            shape = (-1, STOPS, STOPS, *self.network.shape)
            codes = self.scale * stored.reshape(shape)[labels, stops[:, 1], stops[:, 0]]
        else:
            codes = self.network.sample(noise_at(self.seed, turns), labels, calls)
        return self.codes.decode(codes)[:, 0]

    def picture(self) -> str:
        """The digit in the middle at the nearest stop, four times."""
        width, gap = 100.0, 12.0
        shades, left = (
            (3 * self.four()).round().int().tolist(),
            [j * (width + gap) for j in range(4)],
        )
        tiles = [svg.greys(rows, x, width / 28) for rows, x in zip(shades, left, strict=True)]
        names = ["one call", "two calls", "four calls", "sampler, 18 steps"]
        words = [svg.text(name, x + width / 2, 118) for name, x in zip(names, left, strict=True)]
        label = (
            "One digit four times, from one noise: in one, two and four calls of a flow map, and "
            f"in {CALLS} steps of the guided sampler that taught it"
        )
        return svg.picture(4 * (width + gap) - gap, width + 24, label, [*tiles, *words])


def noise_at(seed: int, turns: Tensor, dim: int = 48) -> Tensor:
    """The noise `(n, dim)` at angles x and y given in turns, `(n, 2)`."""
    a, b, c, d = seed_noise(seed, 4 * dim).reshape(4, dim)
    x, y = (2 * math.pi * turns.double()).T[:, :, None]
    return ((x.cos() * a + x.sin() * b + y.cos() * c + y.sin() * d) / math.sqrt(2)).float()


def _parts(network: CodeMap) -> nn.ModuleDict:
    """What the page needs: the map's layers and tables, the decoder, and the scale of the codes."""
    codes = digit_codes(torch.device("cpu"))
    parts = nn.ModuleDict({name: layer for name, layer in network.named_children()})
    parts["decoder"] = codes.decoder
    parts.register_buffer("mean", codes.mean)
    parts.register_buffer("std", codes.std)
    return parts


def _legs(network: CodeMap, calls: int) -> list[dict[str, float]]:
    """The legs of a way, in the words of maths/code_map.js."""
    numbers = [network.legs.index(leg) for leg in pairwise(network.way(calls))]
    rows = network.coefficients[numbers].tolist()
    return [
        {"number": number, "ratio": ratio, "gain": gain}
        for number, (ratio, gain) in zip(numbers, rows, strict=True)
    ]


@cache
@torch.no_grad()
def _taught(seed: int, classes: int = 10) -> Tensor:
    """The guided sampler's codes at every stop, one label after the other: (10, y, x, 48) flat."""
    teacher = load("mnist-latent")
    y, x = torch.arange(STOPS**2) // STOPS, torch.arange(STOPS**2) % STOPS
    noise = noise_at(seed, torch.stack([x, y], 1) / STOPS).repeat(classes, 1)
    labels = torch.arange(classes).repeat_interleave(STOPS**2)
    times = digit_times(teacher.process, CALLS)
    start = teacher.process.sigma(times[0]) * noise
    return sample(with_labels(teacher, labels, GUIDANCE), start, times, DPMSolver2M()).flatten()


def _asked() -> int:
    """Calls of the sampler's network: one a step, and a second where guidance acts."""
    process, (low, high) = load("mnist-latent").process, INTERVAL
    alpha, sigma = process.levels(digit_times(process, CALLS)[:-1])
    return CALLS + int(((sigma >= low * alpha) & (sigma <= high * alpha)).sum())


def _row(metrics: Mapping[str, Any], way: str) -> list[float]:
    """Calls (steps), Frechet distance, its standard error over noise seeds, agreement, spread."""
    found = metrics[way if way == "teacher" else f"calls_{way}"]
    calls = metrics["teacher_calls"] if way == "teacher" else int(way)
    distances = found["frechet"]
    return [
        calls,
        mean(distances),
        stdev(distances) / math.sqrt(len(distances)),
        mean(found["agreement"]),
        mean(found["spread"]),
    ]
