"""The three laws in the plane, and how far samples and denoisers are from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch
from torch import Generator, Tensor

from dgm_lessons import data, metrics
from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.evaluation import noise_rmse
from dgm_lessons.mixtures import GaussianMixture, grid, ring
from dgm_lessons.processes import EDM, Process

SAMPLES, ANGLES = 10_000, 128  # samples of the samplers; the races draw fewer
Noise = Callable[[Tensor, float], Tensor]  # (x_0 + s eps, s) -> E[eps | x], both (B, 2)


@dataclass(frozen=True)
class Law:
    """What the contenders learn: a source of samples, and its mixture where it has one."""

    name: str
    sample: Callable[[int, Generator], Tensor]
    mixture: GaussianMixture | None = None


def laws() -> list[Law]:
    """The ring, for which the settings were chosen; grid and moons, for which they were not."""
    moons = Law("moons", lambda n, generator: data.two_moons(n, generator=generator).float())
    return [*(Law(name, m.sample, m) for name, m in (("ring", ring(8)), ("grid", grid(25)))), moons]


def distance(x: Tensor, y: Tensor, seed: int = 0) -> float:
    """Sliced 2-Wasserstein distance over `ANGLES` directions."""
    return metrics.sliced_wasserstein(x, y, ANGLES, Generator().manual_seed(seed)).item()


def floor(law: Law, n: int, pairs: int = 100) -> float:
    """The median distance of two sets of n true samples: nobody can be asked for less."""
    sets = [law.sample(n, Generator().manual_seed(1000 + k)) for k in range(2 * pairs)]
    return median(distance(a, b) for a, b in zip(sets[::2], sets[1::2], strict=True))


def width(x: Tensor, mixture: GaussianMixture) -> float:
    """Standard deviation within the modes, over that of the mixture."""
    mode = mixture.seen(x, 1.0, 0.0).responsibilities.argmax(1)
    inside = (x - mixture.means[mode]).square().sum(1) < 16 * mixture.covariances[mode, 0, 0]
    squares = [
        (part - part.mean(0)).square().sum()
        for part in (x[inside & (mode == k)].double() for k in range(len(mixture.weights)))
        if len(part)
    ]
    kept = max(int(inside.sum()), 1)
    spread = torch.stack(squares).sum() / kept if squares else torch.zeros(())
    return (spread / mixture.covariances[0].trace()).sqrt().item()


def evaluate(law: Law, x: Tensor, floor_: float, seed: int) -> dict[str, float]:
    """The numbers of a set of samples; the true samples to compare with come from the seed."""
    x = x.detach().double()
    true = law.sample(len(x), Generator().manual_seed(5000 + seed))
    found = {"distance_over_floor": distance(x, true.double(), seed) / floor_}
    if law.mixture is None:
        return found
    weights = metrics.mode_weights(x, law.mixture)
    return found | {
        "weights_error": 0.5 * (weights - law.mixture.weights).abs().sum().item(),
        "width_over_truth": width(x, law.mixture),
        "off_mode_share": metrics.off_mode_share(x, law.mixture),
    }


@dataclass(frozen=True)
class _Learned:
    """A contender's noise prediction in the form that `evaluation.noise_rmse` measures."""

    noise: Noise
    process: Process

    def eps(self, x_t: Tensor, t: Tensor) -> Tensor:
        return self.noise(x_t, t.item())


def rmse(law: Law, noise: Noise, seed: int) -> float | None:
    """Mean over noise levels 0.05 to 5 of the RMS error of E[eps | x]; None without a mixture."""
    if law.mixture is None:
        return None
    exact = ExactDenoiser(law.mixture, EDM())
    learned = _Learned(noise, exact.process)
    return noise_rmse(learned, exact, Generator().manual_seed(seed))  # type: ignore[arg-type]
