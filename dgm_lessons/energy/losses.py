"""Two ways to train an energy without Z: by samples of the model, and by the score."""

from __future__ import annotations

import torch
from torch import Tensor

from .._inputs import check_batch, check_not_empty
from ..objectives import implicit_score_matching
from ..samplers import langevin_step
from .model import EnergyModel


def contrastive_divergence(
    model: EnergyModel,
    data: Tensor,
    start: Tensor | None = None,
    n_steps: int = 1,
    step_size: float = 0.01,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """mean E(data) - mean E(chains), and the chains: its gradient stands in for likelihood's.

    The chains are `n_steps` Langevin steps of the model, through which no gradient flows. Started
    at the data (the default) this is CD-k; with the chains of the last call as `start` it is
    persistent CD, eq-ebm-cd. The value is no likelihood: zero does not mean that training is done.

    Args:
        data: points `(B, *D)`.
        start: where the chains begin, `(M, *D)`; by default the data.
        n_steps: at least 1. step_size: eta of `langevin_step`, above 0; the chains' law is off
            by an amount that falls with it.

    Returns:
        The loss `()`, in nats, and the chains, of the shape of `start`.

    Raises:
        ValueError: for no data or no chains, NaN, points of another shape, fewer steps than 1.

    Source: Hinton, Training products of experts by minimizing contrastive divergence (2002);
    Tieleman, Training restricted Boltzmann machines ... (2008).
    """
    check_not_empty(check_batch(data, "data"), "data")
    chains = check_not_empty(check_batch(data if start is None else start, "start"), "start")
    if chains.shape[1:] != data.shape[1:]:
        raise ValueError(f"start has shape {tuple(chains.shape)} but data {tuple(data.shape)}")
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, not {n_steps}")
    with torch.no_grad():
        for _ in range(n_steps):
            chains = langevin_step(model.score, chains, step_size, generator)
    return model(data).mean() - model(chains).mean(), chains


def energy_score_matching(model: EnergyModel, x: Tensor) -> Tensor:
    """E[-trace of the Hessian of E + |grad E|^2 / 2], eq-ebm-sm: implicit score matching.

    One more backward pass a coordinate. Arguments and errors as for `implicit_score_matching`.
    Source: Hyvärinen, Estimation of non-normalized statistical models by score matching (2005).
    """
    return implicit_score_matching(model.score, x)
