"""The peers' samplers on the exact denoiser of the ring: diffusers' schedulers, flow_matching's.

Both are given the exact answer at the noise level they are at: E[eps | x] for a scheduler of the
variance-preserving kind, the velocity for a flow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import EDM, FlowMatching

# diffusers' class, its options beside the defaults, calls a step
SCHEDULERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "DDIM": ("DDIMScheduler", {"clip_sample": False}, 1),
    "DDPM": ("DDPMScheduler", {"clip_sample": False}, 1),
    "DPM-Solver++ 2M": ("DPMSolverMultistepScheduler", {}, 1),
    "DPM-Solver++ 2M Karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}, 1),
    "UniPC": ("UniPCMultistepScheduler", {}, 1),
    "Euler": ("EulerDiscreteScheduler", {}, 1),
    "Heun": ("HeunDiscreteScheduler", {}, 2),
    "flow Euler": ("FlowMatchEulerDiscreteScheduler", {}, 1),
    "flow Heun": ("FlowMatchHeunDiscreteScheduler", {}, 2),
}
SOLVERS = {"ODESolver Euler": ("euler", 1), "ODESolver midpoint": ("midpoint", 2)}


def names(missing: dict[str, str]) -> list[tuple[str, str]]:
    """(package, sampler) of those that are installed."""
    found = [] if "diffusers" in missing else [("diffusers", name) for name in SCHEDULERS]
    if "flow_matching" not in missing:
        found += [("flow_matching", name) for name in SOLVERS]
    return found


def follow(name: str, noise: Tensor, calls: int) -> tuple[Tensor, int]:
    """Samples from standard noise and the number of calls made, at most `calls`."""
    if name in SOLVERS:
        return _solver(name, noise, calls)
    scheduler = _scheduler(name, calls)
    flow = name.startswith("flow")
    exact = ExactDenoiser(ring(8), FlowMatching() if flow else EDM(T=1000.0))

    def answer(x: Tensor, t: Tensor) -> Tensor:
        if flow:
            return exact.velocity(x, float(t) / scheduler.config.num_train_timesteps)
        s = _level(scheduler, t)
        return exact.eps(x * (1 + s**2) ** 0.5, s)

    return _chain(scheduler, noise, answer), len(scheduler.timesteps)


def _scheduler(name: str, calls: int) -> Any:
    import diffusers

    kind, options, per_step = SCHEDULERS[name]
    scheduler = getattr(diffusers, kind)(**options)
    scheduler.set_timesteps((calls + 1) // 2 if per_step == 2 else calls)
    return scheduler


def _level(scheduler: Any, t: Tensor) -> float:
    """sigma/alpha at a (possibly fractional) step of the training chain."""
    kept = scheduler.alphas_cumprod.double()
    low = int(float(t))
    share, high = float(t) - low, min(low + 1, len(kept) - 1)
    levels = (0.5 * torch.log((1 - kept) / kept))[[low, high]]
    return float(torch.exp(levels[0] + share * (levels[1] - levels[0])))


def _chain(scheduler: Any, noise: Tensor, answer: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """diffusers' own loop."""
    x = noise * getattr(scheduler, "init_noise_sigma", 1.0)
    scaled = getattr(scheduler, "scale_model_input", None)
    takes_generator = "generator" in scheduler.step.__code__.co_varnames
    options = {"generator": Generator().manual_seed(3)} if takes_generator else {}
    for t in scheduler.timesteps:
        model_input = scaled(x, t) if scaled else x
        x = scheduler.step(answer(model_input, t), t, x, **options).prev_sample
    return x


def _solver(name: str, noise: Tensor, calls: int) -> tuple[Tensor, int]:
    from flow_matching.solver import ODESolver

    method, per_step = SOLVERS[name]
    exact, made = ExactDenoiser(ring(8), FlowMatching()), 0

    def velocity(x: Tensor, t: Tensor) -> Tensor:  # its time runs from noise to data
        nonlocal made
        made += 1
        return -exact.velocity(x, 1 - float(t))

    times = torch.linspace(0, 1, calls // per_step + 1, dtype=noise.dtype)
    solver = ODESolver(velocity_model=velocity)
    x = solver.sample(x_init=noise, time_grid=times, method=method, step_size=None)
    return x, made


def bare_steps(name: str, x: Tensor, steps: int) -> tuple[Callable[[], Tensor] | None, int]:
    """Work whose CPU seconds are those of a scheduler alone, and its number of calls."""
    if name in SOLVERS:
        return None, 0
    still = torch.ones_like(x)
    count = len(_scheduler(name, steps).timesteps)

    def work() -> Tensor:
        return _chain(_scheduler(name, steps), x, lambda *_: still)

    return work, count
