"""Denoising film: the way of a sampler from noise to digit, and other endings from every step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import traitlets as t
from torch import Tensor

from ...data import MNIST_MEAN, MNIST_STD, mnist_to_pixels
from ...denoisers import AbstractDenoiser
from ...evaluation import digit_times
from ...metrics import mnist_labels
from ...samplers import ancestral_step, sample
from ...zoo import load
from .. import svg
from ..base import LessonWidget, check_count

SIDE = 24  # pixels of a digit, and two of them in a byte
MOST_FILMS = 5  # more, and the page would carry above 400 kB
SHADES = 15


class DenoisingFilm(LessonWidget):
    """Walk from noise to digit along a tree: x_i, the guess of x_0, and futures from every step.

    Films and branches are drawn here, by `ancestral_step`; a branch starts from x_i of its film
    and has fresh noise in all later steps but the last, which adds none. The page gets the
    pictures in 16 shades, and the reading of each ending by the shipped classifier.

    Args:
        denoiser: of 24x24 images scaled by `mnist_to_unit`, without fixed labels.
        seeds: one for each film, at most five.
        calls: steps of the sampler.
        branches: other endings from each step.
        film, step: what is shown at the start.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        ("Only noise", {"step": 0}, "The guess is the average of all digits; futures differ."),
        ("Four steps on", {"step": 4}, "Choose a small picture: that is where this future ends."),
    )

    pixels = t.Bytes().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    readings: t.List = t.List().tag(sync=True)
    ends = t.Unicode().tag(sync=True)
    branches = t.Int().tag(sync=True)
    seeds: t.List = t.List().tag(sync=True)
    film = t.Int().tag(sync=True)
    step = t.Int().tag(sync=True)

    def __init__(
        self,
        denoiser: AbstractDenoiser,
        *,
        seeds: Sequence[int] = (0, 1, 2, 3, 4),
        calls: int = 18,
        branches: int = 8,
        film: int = 0,
        step: int = 9,
    ) -> None:
        if not isinstance(denoiser, AbstractDenoiser):
            raise TypeError(f"give a denoiser, not {type(denoiser).__name__}")
        if not 1 <= len(seeds) <= MOST_FILMS:
            raise ValueError(f"{len(seeds)} seeds; give 1 to {MOST_FILMS}")
        times = digit_times(denoiser.process, check_count(calls, 2, 18, "calls")).tolist()
        for seed in seeds:
            check_count(seed, 0, 2**31 - 1, "a seed")
        check_count(branches, 2, 8, "branches")
        shot = [_shoot(denoiser, seed, times, branches) for seed in seeds]
        self.frames: Tensor = torch.stack([frames for frames, _, _ in shot])
        noise = denoiser.process
        super().__init__(
            pixels=b"".join(_packed(part) for film in shot for part in film),
            levels=[float(noise.sigma(s) / noise.alpha(s)) for s in times],
            readings=[_read(others) for _, _, others in shot],
            ends=_read(self.frames[:, -1]),
            branches=branches,
            seeds=list(seeds),
            film=check_count(film, 0, len(seeds) - 1, "film"),
            step=check_count(step, 0, calls, "step"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls(load("mnist-conditional"), seeds=(6,), calls=8, branches=4, step=4)

    def picture(self) -> str:
        """Five moments of the film, from noise to digit."""
        width, gap, calls = 100.0, 12.0, len(self.levels) - 1
        moments = [round(q * calls) for q in (0, 0.45, 0.6, 0.75, 1)]
        shades = [_shades(self.frames[self.film, i, 0], 3).tolist() for i in moments]
        tiles = [svg.greys(rows, j * (width + gap), width / SIDE) for j, rows in enumerate(shades)]
        label = (
            f"From left to right noise becomes a digit, read as {self.ends[self.film]}: after "
            f"{', '.join(map(str, moments))} of {calls} steps of the sampler"
        )
        names = [
            svg.text(f"after {i} steps" if i < calls else "the digit", left + width / 2, 118)
            for left, i in zip((j * (width + gap) for j in range(5)), moments, strict=True)
        ]
        return svg.picture(len(tiles) * (width + gap) - gap, width + 24, label, [*tiles, *names])


def _shoot(
    denoiser: AbstractDenoiser, seed: int, times: list[float], branches: int
) -> tuple[Tensor, Tensor, Tensor]:
    """x_i (calls + 1, 1, 24, 24), guesses (calls, ...), endings ((calls - 1) * branches, ...).

    The last step adds no noise, so that its branches would all be the film itself.
    """
    g = torch.Generator().manual_seed(seed)
    x = denoiser.process.sample_prior((1, 1, SIDE, SIDE), g)
    frames = sample(denoiser, x, times, ancestral_step, path=True, generator=g)[:, 0]
    guesses, others = [], []
    with torch.no_grad():
        for i, s in enumerate(times[:-1]):
            guesses.append(denoiser(frames[i : i + 1], s))
            if i < len(times) - 2:
                start = frames[i].expand(branches, 1, SIDE, SIDE)
                others.append(sample(denoiser, start, times[i:], ancestral_step, generator=g))
    return frames, torch.cat(guesses), torch.cat(others)


def _shades(x: Tensor, darkest: int) -> Tensor:
    """Shades of ink 0 to `darkest`, whatever lies beyond black and white being cut off."""
    return ((x * MNIST_STD + MNIST_MEAN).clamp(0, 1) * darkest).round().to(torch.uint8)


def _packed(x: Tensor) -> bytes:
    """16 shades, two pixels a byte, the first one in the upper half."""
    first, second = _shades(x, SHADES).flatten().unflatten(0, (-1, 2)).unbind(1)
    return (16 * first + second).numpy().tobytes()


def _read(x: Tensor) -> str:
    return "".join(map(str, mnist_labels(mnist_to_pixels(x)).tolist()))
