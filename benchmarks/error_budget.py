"""A log-likelihood by the probability-flow ODE, taken apart: which error is how large.

Three beds. In the plane everything is known, so that the parts of the error add up to the whole,
and the score's error is among them. On MNIST the network `mnist-likelihood` is asked for the same
images again and again, with one thing changed: differences are paired, image by image. And in 64
dimensions, on a mixture that is like small digits, the traces are compared: noise against passes.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.distributions import MultivariateNormal

from dgm_lessons import data, zoo
from dgm_lessons.bounds import dequantised, dequantised_bound
from dgm_lessons.denoisers import AbstractDenoiser, Denoiser, ExactDenoiser
from dgm_lessons.likelihood import bits_per_dim, log_prob_parts
from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.networks import MLP
from dgm_lessons.processes import VP, FlowMatching
from dgm_lessons.training import fit

from .measure import kept, need_mnist, progress

DIMS, SCALE = 784, 1 / 128  # of MNIST in [-1, 1]
DIVISIONS = ("cut-off", "prior", "score", "solver", "trace")


def run(quick: bool, runs: Path) -> dict[str, Any]:
    """All three; a run that was stopped goes on where it was."""
    need_mnist()
    seeds = range(1 if quick else 5)
    points, images = (20, 2) if quick else (500, 16)
    plane = [
        kept(runs / f"plane-{s}.json", partial(plane_budget, s, points, 20 if quick else 900))
        for s in seeds
    ]
    return {
        "solver": kept(runs / "solver.json", partial(solver_errors, points, quick)),
        "plane": {"points": points, "seeds": list(seeds), "parts": plane},
        "traces": kept(runs / "traces.json", partial(trace_noise, quick)),
        "mnist": mnist_budget(images, quick, runs),
    }


# -- everything is known ---------------------------------------------------------------------------


def solver_errors(points: int, quick: bool) -> dict[str, Any]:
    """RMS error in nats and calls on exact fields, from the data itself to alpha = 0."""
    rows = []
    for name, law in (("gm1", gm1()), ("ring", ring(8))):
        for tol in (1e-3,) if quick else (1e-3, 1e-4, 1e-5, 1e-6):
            found = []
            for seed in range(1 if quick else 10):
                x = law.sample(points, Generator().manual_seed(seed), torch.float64)
                denoiser = ExactDenoiser(law, FlowMatching())
                parts = log_prob_parts(denoiser, x, rtol=tol, atol=tol, t_min=0.0)
                error = (parts.log_prob - law.log_prob(x)).square().mean().sqrt().item()
                found.append((error, parts.calls))
            errors, calls = zip(*found, strict=True)
            rows.append({"law": name, "tolerance": tol, "rms_nats": errors, "calls": calls})
            progress(f"{name} at {tol:g}: {max(errors):.1e} nats, {max(calls)} calls")
    return {"points": points, "rows": rows}


def plane_budget(seed: int, points: int, steps: int) -> dict[str, dict[str, float]]:
    """Mean and RMS, in nats, of each part of the error of one trained network on the ring.

    From the truth to a cheap estimate, one thing is changed at a time, so that the parts add up.
    """
    law, process, g = ring(8), VP(), Generator().manual_seed(seed)
    torch.manual_seed(seed)
    learned = Denoiser(MLP(2), process, predicts="v")
    for _ in fit(learned, law.sample(20_000, g), steps=steps, generator=g):
        pass
    learned.network.double()  # type: ignore[attr-defined]
    exact, x = ExactDenoiser(law, process), law.sample(points, g, torch.float64)

    def flow(denoiser: AbstractDenoiser, tol: float, trace: str = "exact") -> Tensor:
        return log_prob_parts(denoiser, x, trace, tol, tol, generator=g).log_prob

    stages = [
        law.log_prob(x),
        exact.marginal(process.t_min).log_prob(x),
        flow(exact, 1e-7),
        flow(learned, 1e-7),
        flow(learned, 1e-3),
        flow(learned, 1e-3, "hutchinson"),
    ]
    changes = [b - a for a, b in pairwise(stages)]
    names = (*DIVISIONS, "total")
    progress(f"plane, seed {seed}")
    return {
        name: {
            "mean": change.mean().item(),
            "error": (change.std() / points**0.5).item(),
            "rms": change.square().mean().sqrt().item(),
        }
        for name, change in zip(names, [*changes, stages[-1] - stages[0]], strict=True)
    }


# -- traces ----------------------------------------------------------------------------------------


def digit_mixture() -> GaussianMixture:
    """One Gaussian a class, of scikit-learn's 8x8 digits with pixels over 8, plus 0.1 of noise."""
    pixels, labels = data.small_digits()
    x = pixels.flatten(1).double() / 8 - 1
    classes = [x[labels == k] for k in range(10)]
    floor = 0.1**2 * torch.eye(64, dtype=torch.float64)
    return GaussianMixture(
        torch.tensor([len(c) for c in classes], dtype=torch.float64),
        torch.stack([c.mean(0) for c in classes]),
        torch.stack([c.T.cov() + floor for c in classes]),
    )


def trace_noise(quick: bool) -> dict[str, Any]:
    """Standard deviation over probes, in nats, of the log-density of a point, against passes."""
    rows, repeats = [], 4 if quick else 16
    for name, law, n in (("ring", ring(8), 32), ("digits", digit_mixture(), 8)):
        g = Generator().manual_seed(1)
        x = law.sample(n, g, torch.float64)
        copies = x.repeat_interleave(repeats, 0)
        denoiser = ExactDenoiser(law, FlowMatching())
        truth = log_prob_parts(denoiser, x, rtol=1e-3, atol=1e-3)
        passes = (3,) if quick else (1, 2, 3, 6) if name == "ring" else (1, 3, 6, 12, 24, 48)
        for trace in ("hutchinson", "gaussian", "hutch++"):
            for k in passes:
                if trace == "hutch++" and k % 3:
                    continue
                parts = log_prob_parts(denoiser, copies, trace, 1e-3, 1e-3, k, g)
                off = parts.log_prob.view(n, repeats) - truth.log_prob[:, None]
                spread = off.var(1).mean().sqrt().item()
                mean, error = off.mean().item(), spread / (n * repeats) ** 0.5
                row = {"law": name, "trace": trace, "passes": k, "std_nats": spread}
                rows.append(row | {"mean": mean, "error": error, "calls": parts.calls})
                progress(f"{name}, {trace}, {k} passes: {spread:.3f} nats")
    return {"repeats": repeats, "rows": rows}


# -- MNIST -----------------------------------------------------------------------------------------


def mnist_budget(n: int, quick: bool, runs: Path) -> dict[str, Any]:
    """Bits per dimension of the same n test digits under one change after the other."""
    denoiser, images = zoo.load("mnist-likelihood"), data.mnist("test")[0][:n]
    cheap = {"tol": 1e-3}
    settings: dict[str, dict[str, Any]] = {
        "cut-off 0.03": cheap | {"t_min": 0.03},
        "noise 1": cheap | {"noise": 1},
        "cut-off 0.003": cheap | {"t_min": 0.003},
        "probe 1": cheap | {"probe": 1},
        "cheap": cheap,
        "base": {"tol": 1e-4},
    }
    if quick:
        settings = {name: settings[name] | {"tol": 0.1} for name in ("base", "cheap", "probe 1")}
    prior = kept(runs / "prior.json", partial(prior_gap, denoiser, images))
    bound = kept(runs / "bound.json", partial(bounds, denoiser, images, 25 if quick else 250))
    found = {
        name: kept(runs / f"{name}.json", partial(flow, denoiser, images, **setting))
        for name, setting in settings.items()
    }
    parts = {"bound": bound["bits"], "prior": prior["bits"]}
    return {"images": n, "settings": settings, "flow": found} | parts


def flow(
    denoiser: Denoiser,
    images: Tensor,
    tol: float,
    probe: int = 0,
    noise: int = 0,
    t_min: float | None = None,
) -> dict[str, Any]:
    """Bits per dimension of each image, by the flow, and the number of calls."""
    x0 = dequantised(images, Generator().manual_seed(100 + noise))
    dice = Generator().manual_seed(200 + probe)
    parts = log_prob_parts(denoiser, x0, "hutchinson", tol, tol, 1, dice, t_min)
    bits = bits_per_dim(parts.log_prob.double(), DIMS, SCALE)
    progress(f"tol {tol:g}, {parts.calls} calls: {bits.mean():.4f} bits")
    return {"bits": bits.tolist(), "calls": parts.calls}


def prior_gap(denoiser: Denoiser, images: Tensor) -> dict[str, list[float]]:
    """Bits that the prior N(0, T^2 I) costs above a Gaussian with the data's mean and spread.

    At T the noise is far above the data: so the points there are the images with it added.
    """
    x = (data.mnist("train")[0][::6].flatten(1).double() + 0.5) / 128 - 1
    eye = torch.eye(DIMS, dtype=torch.float64)
    law = MultivariateNormal(x.mean(0), x.T.cov() + denoiser.process.T**2 * eye)
    g = Generator().manual_seed(400)
    x0 = dequantised(images, g).double()
    x_T = x0 + denoiser.process.T * torch.randn(x0.shape, generator=g, dtype=torch.float64)
    gap = law.log_prob(x_T.flatten(1)) - denoiser.process.prior_log_prob(x_T)
    return {"bits": bits_per_dim(gap, DIMS, 1.0).neg().tolist()}


def bounds(denoiser: Denoiser, images: Tensor, levels: int) -> dict[str, list[float]]:
    """The variational bound of each image in bits per dimension, its levels spread evenly."""
    g = Generator().manual_seed(300)
    each = [dequantised_bound(denoiser, i.expand(levels, 28, 28), g, 1) for i in images]
    return {"bits": torch.cat(each).tolist()}
