"""Denoisers of whole digits: bits per dimension, no tricks left out."""

from __future__ import annotations

from typing import Any

import torch

from .. import data
from ..bounds import dequantised, dequantised_bound
from ..denoisers import Denoiser
from ..likelihood import bits_per_dim, log_prob
from ..networks import PixelHistograms


@torch.no_grad()
def evaluate_likelihood(
    denoiser: Denoiser, n: int = 10_000, ode: int = 500, tol: float = 1e-4, probes: int = 1
) -> dict[str, Any]:
    """Bits per dimension of test digits: the bound of n of them, the PF-ODE's density of some.

    Both with their standard errors, and beside them the bound of histograms alone, one for each
    place, which see no neighbours. The density is that of the data with the noise of t_min; one
    draw of the dequantising noise, one Hutchinson probe an image.
    """
    device = next(denoiser.network.parameters()).device  # type: ignore[attr-defined]
    images = data.mnist("test")[0].to(device)
    generator = torch.Generator(device).manual_seed(1)
    bound = dequantised_bound(denoiser, images[:n], generator)
    alone = PixelHistograms()
    alone.count(data.mnist("train")[0])
    no_context = Denoiser(alone.to(device), denoiser.process, "eps")
    histograms = dequantised_bound(no_context, images[:n], generator, repeats=1)
    found = []
    for part in images[:ode].split(250):
        x0 = dequantised(part, generator)
        nats = log_prob(denoiser, x0, "hutchinson", tol, tol, probes, generator)
        found.append(bits_per_dim(nats.cpu().double(), x0.flatten(1).shape[1], scale=1 / 128))
    flow = torch.cat(found)
    return {
        "bound_images": n,
        "bound_total": bound.mean().item(),
        "bound_error": (bound.std() / len(bound) ** 0.5).item(),
        "bound_histograms": histograms.mean().item(),
        "flow_images": len(flow),
        "flow_total": flow.mean().item(),
        "flow_error": (flow.std() / len(flow) ** 0.5).item(),
        "tolerance": tol,
        "probes": probes,
        "t_min": denoiser.process.t_min,
        "dequantisation": "uniform",
    }
