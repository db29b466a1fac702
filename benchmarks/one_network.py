"""One network, five samplers: `mnist-ve`, and the Frechet distance of its digits against calls.

Annealed Langevin, predictor and corrector, the ancestral walk, Euler-Maruyama for the reverse SDE
and Heun for the probability-flow ODE ask the same network, told the label, on Karras levels from 40
to 0.03, as many as the calls allow; each spends its last call on the mean of the data given the
last level (Jolicoeur-Martineau et al. 2021). Time is the noise level, as in EDM. Langevin's steps a
level and the sizes of its steps and of the corrector's are chosen by a pilot on other labels and
other noise; the other samplers have nothing to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons import data, metrics, zoo
from dgm_lessons.denoisers import AbstractDenoiser, ReclockedDenoiser
from dgm_lessons.evaluation import digit_times
from dgm_lessons.processes import EDM
from dgm_lessons.samplers import (
    PredictorCorrector,
    ancestral_step,
    annealed_langevin,
    euler_maruyama_step,
    heun_step,
    sample,
)

from .digits import png
from .measure import Clock, kept, need_mnist
from .samplers import Counted

Sampler = Callable[[AbstractDenoiser, Tensor, int, Generator], Tensor]  # (.., x, calls, dice)
Setting = dict[str, float]


def settings(quick: bool) -> dict[str, Any]:
    """Samples, calls of each; and the same for the pilot. Calls less one are even, and tens."""
    if quick:
        return {"samples": 70, "calls": [11], "pilot_samples": 70, "pilot_calls": 11}
    return {"samples": 500, "calls": [11, 21, 51], "pilot_samples": 200, "pilot_calls": 41}


def levels(n: int) -> Tensor:
    """n noise levels from 40 down to 0.03, rho = 7; n is 2 or more."""
    return digit_times(EDM(), n)[:-1]


def langevin(
    denoiser: AbstractDenoiser, x: Tensor, calls: int, dice: Generator, steps: int, ratio: float
) -> Tensor:
    """Annealed Langevin with so many steps a level."""
    return annealed_langevin(denoiser, x, levels(calls // steps), steps, ratio, dice)


def corrected(
    denoiser: AbstractDenoiser, x: Tensor, calls: int, dice: Generator, ratio: float
) -> Tensor:
    """An ancestral step and one correction, in turns."""
    step = PredictorCorrector(ancestral_step, 1, ratio)
    return sample(denoiser, x, levels(calls // 2 + 1), step, generator=dice)


def ancestral(denoiser: AbstractDenoiser, x: Tensor, calls: int, dice: Generator) -> Tensor:
    """DDPM's walk."""
    return sample(denoiser, x, levels(calls + 1), ancestral_step, generator=dice)


def stochastic(denoiser: AbstractDenoiser, x: Tensor, calls: int, dice: Generator) -> Tensor:
    """Euler-Maruyama for the reverse SDE."""
    return sample(denoiser, x, levels(calls + 1), euler_maruyama_step, generator=dice)


def deterministic(denoiser: AbstractDenoiser, x: Tensor, calls: int, dice: Generator) -> Tensor:
    """Heun for the probability-flow ODE: two calls a step."""
    return sample(denoiser, x, levels(calls // 2 + 1), heun_step)


SAMPLERS: dict[str, tuple[Callable[..., Tensor], list[Setting]]] = {
    "annealed Langevin": (
        langevin,
        [{"steps": k, "ratio": r} for k, r in product((1, 2, 5), (0.1, 0.3, 0.6, 1.0))],
    ),
    "predictor-corrector": (corrected, [{"ratio": r} for r in (0.02, 0.05, 0.15, 0.3, 0.6)]),
    "ancestral": (ancestral, [{}]),
    "reverse SDE": (stochastic, [{}]),
    "probability-flow ODE": (deterministic, [{}]),
}


class Judge:
    """Draws a digit for each of n labels, and compares them with all test digits."""

    def __init__(self, n: int, seed: int) -> None:
        images, labels = data.mnist("train")
        self.seed = seed
        rows = torch.randperm(len(images), generator=Generator().manual_seed(seed))[:n]
        self.labels = labels[rows]  # the law of the labels, too, is that of the data
        self.network = zoo.load("mnist-ve")
        self.target = metrics.mnist_features(data.mnist("test")[0])
        self.real = self.compare(images[rows])

    def compare(self, digits: Tensor) -> dict[str, Any]:
        """The Frechet distance with its interval."""
        features = metrics.mnist_features(digits)
        interval = metrics.frechet_interval(
            features, self.target, 40, Generator().manual_seed(self.seed)
        )
        return {
            "frechet": metrics.frechet_distance(features, self.target),
            "interval": list(interval),
        }

    def __call__(self, draw: Sampler, calls: int) -> dict[str, Any]:
        """The row of one sampler at so many calls, the last of which is E[x_0 | x]."""
        dice, clock, chunks = Generator().manual_seed(self.seed + 1), Clock(), []
        with clock.running(), torch.no_grad():
            for part in self.labels.split(250):
                denoiser = Counted(ReclockedDenoiser(zoo.with_labels(self.network, part), EDM()))
                x = 40 * torch.randn((len(part), 1, 24, 24), generator=dice)
                x = denoiser(draw(denoiser, x, calls - 1, dice), 0.03)
                if denoiser.calls != calls:
                    raise RuntimeError(f"made {denoiser.calls} network calls for {calls}")
                chunks.append(data.mnist_to_pixels(x))
        digits = torch.cat(chunks)
        agree = (metrics.mnist_labels(digits) == self.labels).double().mean().item()
        firsts = [int((self.labels == k).nonzero()[0]) for k in range(10)]
        about = {"calls": calls, "agreement": agree, "picture": png(digits[firsts])}
        return about | self.compare(digits) | clock.seconds()


def slug(name: str, setting: Setting) -> str:
    """A file's name for a sampler with its setting."""
    return "-".join([name.replace(" ", "-"), *(f"{value:g}" for value in setting.values())])


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """The pilot, and every sampler at every number of calls; `runs` keeps what is done."""
    need_mnist()
    chosen = settings(quick)
    pilot, judge = Judge(chosen["pilot_samples"], 100), Judge(chosen["samples"], 1)
    tried: list[dict[str, Any]] = []
    best: dict[str, Setting] = {}
    for name, (draw, candidates) in SAMPLERS.items():
        found = []
        for setting in candidates if len(candidates) > 1 else []:
            one = partial(pilot, partial(draw, **setting), chosen["pilot_calls"])
            row = kept(runs / f"pilot-{slug(name, setting)}.json", one)
            found.append({"sampler": name, "setting": setting, "frechet": row["frechet"]})
        best[name] = min(found, key=lambda row: row["frechet"])["setting"] if found else {}
        tried += found
    rows = []
    for calls, (name, (draw, _)) in product(chosen["calls"], SAMPLERS.items()):
        one = partial(judge, partial(draw, **best[name]), calls)
        file = f"{slug(name, best[name])}-{calls}-{chosen['samples']}.json"
        row = kept(runs / file, one)
        rows.append({"sampler": name, "setting": best[name]} | row)
    return chosen | {"network": "mnist-ve", "real": judge.real, "pilot": tried, "rows": rows}
