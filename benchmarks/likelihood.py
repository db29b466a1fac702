"""Log-likelihoods by the probability-flow ODE on one exact field, ours beside two peers.

The field is that of the ring; truth is the mixture's own density. All use the Dormand-Prince
solver at the same tolerances, and one call is one pass over the mixture that gives E[x_0 | x_t]
and the score: the peers make the flow-matching velocity of it, `log_prob` v at unit scale, its
clock being the angle. All traces but one are found by automatic differentiation (one backward pass
a coordinate) or by one random probe. "log_prob, closed-form trace" is the row that knows that the
field is a mixture: the same pass then gives the trace too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from dgm_lessons.denoisers import AbstractDenoiser, ExactDenoiser
from dgm_lessons.likelihood import log_prob
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.processes import VP, FlowMatching, Process

from . import peers
from .measure import Clock, over_seeds, progress


class Counted(AbstractDenoiser):
    """A denoiser that counts its calls."""

    def __init__(self, mixture: GaussianMixture, process: Process) -> None:
        self.exact, self.process, self.calls = ExactDenoiser(mixture, process), process, 0
        self.closed_form = False

    def x0_eps(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        return self.exact.x0_eps(x_t, t)

    def v_and_divergence(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        if not self.closed_form:
            return super().v_and_divergence(x_t, t)  # by automatic differentiation of x0_eps
        self.calls += 1
        return self.exact.v_and_divergence(x_t, t)

    def beyond(self, x: Tensor, t: Tensor) -> Tensor:
        """The flow-matching velocity for any t: the peers' solver also looks past 0 and 1.

        With alpha below 0 the law is reflected in the origin, so that the field goes on smoothly.
        """
        self.calls += 1
        alpha, side = (1 - t).abs(), 1.0 if float(t) <= 1 else -1.0
        seen = self.exact.mixture.seen(side * x, alpha, t.abs())
        return -seen.mean - t * side * seen.score


Method = Callable[[Counted, Tensor, float], Tensor]


def ours(field: Counted, x: Tensor, tol: float) -> Tensor:
    """The package's `log_prob`, exact trace, by automatic differentiation."""
    return log_prob(field, x, "exact", tol, tol, t_min=0.0)


def ours_closed_form(field: Counted, x: Tensor, tol: float) -> Tensor:
    """The package's `log_prob`, the trace for free where the field is a mixture."""
    field.closed_form = True
    return ours(field, x, tol)


def ours_probed(field: Counted, x: Tensor, tol: float) -> Tensor:
    """The package's `log_prob`, one Hutchinson probe."""
    probe = Generator().manual_seed(1)
    return log_prob(field, x, "hutchinson", tol, tol, generator=probe, t_min=0.0)


def _normal(x: Tensor) -> Tensor:
    return -0.5 * (x**2).sum(1) - x.shape[1] * 0.5 * math.log(2 * math.pi)


def _flow_matching(field: Counted, x: Tensor, tol: float, exact: bool) -> Tensor:
    from flow_matching.solver import ODESolver

    def velocity(x: Tensor, t: Tensor) -> Tensor:  # its time runs from noise to data
        return -field.beyond(x, 1 - t)

    solver = ODESolver(velocity_model=velocity)
    kind = torch.get_default_dtype()
    torch.set_default_dtype(x.dtype)  # its random signs take the default
    torch.manual_seed(1)
    try:
        _, found = solver.compute_likelihood(
            x_1=x,
            log_p0=_normal,
            step_size=None,
            method="dopri5",
            atol=tol,
            rtol=tol,
            time_grid=torch.tensor([1.0, 0.0]),
            exact_divergence=exact,
        )
    finally:
        torch.set_default_dtype(kind)
    return found.detach()


def peer_exact(field: Counted, x: Tensor, tol: float) -> Tensor:
    """flow_matching's `compute_likelihood`, exact divergence."""
    return _flow_matching(field, x, tol, True)


def peer_probed(field: Counted, x: Tensor, tol: float) -> Tensor:
    """flow_matching's `compute_likelihood`, one Hutchinson probe: its default."""
    return _flow_matching(field, x, tol, False)


def plain(field: Counted, x: Tensor, tol: float) -> Tensor:
    """torchdiffeq alone, its defaults, and the trace by automatic differentiation."""
    from torchdiffeq import odeint

    def slope(t: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            y = state[0].detach().requires_grad_(True)
            u = field.beyond(y, t)
            rows = (
                torch.autograd.grad(u[:, i].sum(), y, retain_graph=True)[0][:, i]
                for i in range(y.shape[1])
            )
            return u.detach(), sum(rows, torch.zeros(len(y), dtype=y.dtype))

    span = torch.tensor([0.0, 1.0], dtype=x.dtype)
    state = (x, torch.zeros(len(x), dtype=x.dtype))
    end, change = odeint(slope, state, span, rtol=tol, atol=tol, method="dopri5")
    return _normal(end[-1]) + change[-1]


METHODS: dict[str, tuple[str, Method, Process]] = {
    "log_prob, exact": ("dgm_lessons", ours, FlowMatching()),
    "log_prob, closed-form trace": ("dgm_lessons", ours_closed_form, FlowMatching()),
    "log_prob, one probe": ("dgm_lessons", ours_probed, FlowMatching()),
    "log_prob, exact, VP": ("dgm_lessons", ours, VP()),
    "compute_likelihood, exact": ("flow_matching", peer_exact, FlowMatching()),
    "compute_likelihood, one probe": ("flow_matching", peer_probed, FlowMatching()),
    "odeint, exact": ("torchdiffeq", plain, FlowMatching()),
}


def run(quick: bool) -> dict[str, Any]:
    """Error in nats, calls and seconds of every method at every tolerance."""
    n, seeds = (50, [0]) if quick else (500, [0, 1, 2])
    tolerances = [1e-4] if quick else [1e-3, 1e-4, 1e-5, 1e-6]
    _, missing = peers.available(("flow_matching",))
    rows = []
    for name, (owner, method, process) in METHODS.items():
        if owner in missing:
            continue
        for tol in tolerances:
            runs = [one(method, process, n, tol, seed) for seed in seeds]
            row = {"owner": owner, "method": name, "tolerance": tol} | over_seeds(runs)
            rows.append(row)
            numbers = ", ".join(f"{k} {v['median']:.3g}" for k, v in over_seeds(runs).items())
            progress(f"{owner}: {name} at {tol:g}: {numbers}")
    return {"points": n, "seeds": seeds, "rows": rows, "left_out": missing}


def one(method: Method, process: Process, n: int, tol: float, seed: int) -> dict[str, float]:
    """RMS error over n points, with seconds after one run that is not counted."""
    x = ring(8).sample(n, Generator().manual_seed(seed), torch.float64)
    method(Counted(ring(8), process), x[:2], tol)
    field, clock = Counted(ring(8), process), Clock()
    with clock.running():
        found = method(field, x, tol)
    error = (found - ring(8).log_prob(x)).square().mean().sqrt().item()
    return {"rms_nats": error, "calls": field.calls, **clock.seconds()}
