"""Straightening: a flow before and after rectification, from the same noise."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Self

import torch
import traitlets as t
from safetensors.torch import load_file
from torch import Tensor, nn

from ...denoisers import Denoiser, ExactDenoiser
from ...mixtures import GaussianMixture, ring
from ...networks import MLP
from ...processes import FlowMatching
from ...rectification import fit_pairs, simulate
from .. import svg
from ..base import MixtureWidget, check_count, check_within, mixture_state
from ..solver_race import packed

STEPS = (1, 2, 4, 8, 64)
REACH = 2.8  # of the start, and of the picture
FLOW = Path(__file__).with_name("flow.safetensors")  # what `train_flow` makes


class Straightening(MixtureWidget):
    """Two flows in the plane from the same noise: the exact one, and one trained on its pairs.

    Both go from t = 1 to 0 by Euler in as many steps as the reader chooses. Curvature
    (`eq-flow-measures`) and transport cost of both are computed in the page, of 400 paths by
    Heun in 32 steps.

    Args:
        mixture: a `GaussianMixture` in 2-D: the law of the data, and the flow before.
        flow: the flow after: a `Denoiser` of `FlowMatching` whose network is an `MLP` of the plane
            that predicts the velocity, as `fit_pairs` trains it.
        steps: of Euler: 1, 2, 4, 8 or 64.
        time: from noise, 1, to data, 0: where the points are.
        start: the noise of the path that stands out, two numbers of at most 2.8.
        seed: of the noise.
    """

    _folder = Path(__file__).parent
    PRESETS = (
        (
            "Two steps",
            {"steps": 2, "time": 0.0},
            "Before, most points end inside the ring: they have missed the modes. After, they end "
            "close to where 64 steps bring them.",
        ),
        (
            "Inwards first",
            {"steps": 64, "time": 0.67},
            "Before, the crowd is narrower than the noise was: its paths set out towards the mean "
            "of the data. After, each point is a third of the way along its own line.",
        ),
    )

    network = t.Bytes().tag(sync=True)
    shape = t.Dict().tag(sync=True)
    levels: t.List = t.List().tag(sync=True)
    steps = t.Enum(STEPS, 64).tag(sync=True)
    time = t.Float().tag(sync=True)
    start: t.List = t.List().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        mixture: GaussianMixture,
        flow: Denoiser,
        *,
        steps: int = 64,
        time: float = 0.0,
        start: tuple[float, float] = (0.9, -0.5),
        seed: int = 0,
    ) -> None:
        state = mixture_state(mixture, dim=2)
        network = check_flow(flow)
        if steps not in STEPS:
            raise ValueError(f"steps must be one of {', '.join(map(str, STEPS))}, not {steps!r}")
        if len(start) != 2:
            raise ValueError(f"start must be two numbers, not {start!r}")
        hidden = [layer for layer in network.modules() if isinstance(layer, nn.Linear)][:-1]
        ends = (flow.process.t_max, flow.process.t_min)
        noisy, clean = (float(flow.process.log_snr(end)) for end in ends)
        self._flow = flow
        super().__init__(
            **state,
            network=packed(network),
            shape={"width": hidden[0].out_features, "depth": len(hidden)},
            levels=[math.exp(-0.5 * level) for level in (clean, noisy)],
            steps=steps,
            time=check_within("time", time, (0, 1)),
            start=[check_within("start", value, (-REACH, REACH)) for value in start],
            seed=check_count(seed, 0, 2**31 - 1, "seed"),
        )

    @classmethod
    def example(cls) -> Self:
        return cls(ring(8), rectified_ring())

    def picture(self) -> str:
        """A dozen paths before, as curves, and the same noise after, dashed."""
        z = torch.randn(14, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
        before = simulate(ExactDenoiser(self.mixture, FlowMatching()), z, 24, path=True)
        after = simulate(self._flow, z.float(), 24, path=True)
        frame = svg.Axes(400, 400, (-REACH, REACH, "x₁"), (-REACH, REACH, "x₂"))

        def curve(row: Tensor, colour: str, dash: str) -> str:
            return frame.curve(row[:, 0].tolist(), row[:, 1].tolist(), colour, 2.0, dash)

        parts = [
            frame.axes(),
            *(curve(row, svg.BLUE, "") for row in before.transpose(0, 1)),
            *(curve(row, svg.VERMILLION, "5 4") for row in after.transpose(0, 1)),
            frame.dots(z.tolist(), svg.BLUE),
            svg.legend(
                [
                    ("line", svg.BLUE, "before rectification"),
                    ("dash", svg.VERMILLION, "after, from the same noise"),
                ],
                44,
                frame.height + 12,
            ),
        ]
        label = "Paths from noise to a ring of modes: bent before rectification, straight after"
        return svg.picture(frame.width, frame.height + 20, label, parts)


def check_flow(flow: Denoiser) -> MLP:
    """The network of a flow that the browser can run; an error for any other."""
    network = flow.network if isinstance(flow, Denoiser) else None
    if not isinstance(network, MLP) or network.shape != (2,):
        raise TypeError("flow must be a Denoiser with an MLP(2) of the package")
    if not isinstance(flow.process, FlowMatching) or flow.predicts != "velocity":
        raise ValueError(
            f"flow must predict the velocity of FlowMatching(), not {flow.predicts} of "
            f"{flow.process}: make it as Denoiser(MLP(2), FlowMatching(), 'velocity')"
        )
    return network


@cache
def rectified_ring() -> Denoiser:
    """A small flow for `ring(8)`, trained on pairs of the exact one: `train_flow` made it."""
    network = small_network()
    network.load_state_dict(load_file(FLOW))
    return Denoiser(network, FlowMatching(), "velocity")


def small_network() -> MLP:
    with torch.random.fork_rng(devices=[]):  # the global generator stays as it is
        return MLP(2, width=48)


def train_flow() -> Denoiser:
    """The flow that `rectified_ring` loads, made again: ten seconds of one core."""
    g = torch.Generator().manual_seed(0)
    eps = torch.randn(10_000, 2, generator=g)
    x0 = simulate(ExactDenoiser(ring(8), FlowMatching()), eps)
    network = small_network()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    for k, layer in enumerate(layers[:-1]):  # weights as MLP begins with, from our generator
        bound = layer.in_features**-0.5
        nn.init.uniform_(layer.weight, -(2 - (k > 0)) * bound, (2 - (k > 0)) * bound, generator=g)
        nn.init.uniform_(layer.bias, -bound, bound, generator=g)
    flow = Denoiser(network, FlowMatching(), "velocity")
    for _ in fit_pairs(flow, x0, eps, steps=1500, lr=1e-2, generator=g):
        pass
    return flow
