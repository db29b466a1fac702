"""The peers that learn points in the plane, each with the settings its own examples use.

An adapter takes steps by the peer's own loss and reads the result in two ways: `noise(x, s)`,
E[eps | x] for x = x_0 + s eps, and `sample(n, seed)` by the peer's own sampler.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from unittest.mock import MagicMock

import torch
from torch import Generator, Tensor, nn

from .measure import progress

PEERS = ("smalldiffusion", "torchcfm", "flow_matching", "diffusers")


def spare_torchvision() -> None:
    """An empty torchvision where the real one does not load.

    Two peers import it for image transforms only, which nothing here uses, and a build for
    another torch fails at import: that is no reason to leave them out.
    """
    try:
        importlib.import_module("torchvision.transforms")
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        for name in ("torchvision", "torchvision.transforms", "torchvision.io"):
            empty = ModuleType(name)
            empty.__spec__ = importlib.machinery.ModuleSpec(name, None)
            empty.__path__ = []  # a package, to whoever asks
            empty.__getattr__ = lambda _: MagicMock()  # type: ignore[method-assign]
            sys.modules[name] = empty


def available(names: tuple[str, ...] = PEERS) -> tuple[list[str], dict[str, str]]:
    """The peers that import, and for each other one why not; the latter are named aloud."""
    spare_torchvision()
    found, missing = [], {}
    for name in names:
        try:
            importlib.import_module(name)
            found.append(name)
        except Exception as error:  # a peer may fail in any way: the run goes on without it
            missing[name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            progress(f"left out: {name} ({missing[name]})")
    return found, missing


class Fresh:
    """Batches drawn from the points with replacement, without end."""

    def __init__(self, points: Tensor, size: int, seed: int) -> None:
        self.points, self.size, self.generator = points, size, Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[Tensor]:
        n = len(self.points)
        while True:
            yield self.points[torch.randint(n, (self.size,), generator=self.generator)]


class SmallDiffusion:
    """smalldiffusion, as in its README: batch 2048, MLP of 16-128-128-128-128-16, AdamW 1e-3,
    log-linear levels 0.005 to 10; its accelerated sampler (gam 2).
    """

    def __init__(self, points: Tensor, seed: int, steps: int = 0) -> None:
        import smalldiffusion as sd

        torch.manual_seed(seed)
        self.sd = sd
        self.model = sd.TimeInputMLP(hidden_dims=(16, 128, 128, 128, 128, 16))
        self.schedule = sd.ScheduleLogLinear(N=200, sigma_min=0.005, sigma_max=10)
        loader = Fresh(points, 2048, seed)
        self.loop = sd.training_loop(loader, self.model, self.schedule, epochs=10**9)
        next(self.loop)  # it yields before the first step

    def advance(self) -> None:
        """One step."""
        next(self.loop)

    @torch.no_grad()
    def noise(self, x: Tensor, s: float) -> Tensor:
        """E[eps | x]: what the network predicts."""
        return self.model(x, torch.tensor(s))

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """One network call a step."""
        torch.manual_seed(seed)
        *_, x = self.sd.samples(self.model, self.schedule.sample_sigmas(calls), gam=2, batchsize=n)
        return x


class _Flow:
    """What two flow-matching peers share: x = t x_1 + (1 - t) noise, and Adam."""

    model: nn.Module
    rate = 1e-3

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        raise NotImplementedError

    def loss(self) -> Tensor:
        raise NotImplementedError

    def advance(self) -> None:
        """One step."""
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def begin(self, model: nn.Module, points: Tensor, batch: int, seed: int) -> None:
        """Network, optimiser and data."""
        self.model, self.batches = model, iter(Fresh(points, batch, seed))
        self.optimizer = torch.optim.Adam(model.parameters(), lr=self.rate)

    @torch.no_grad()
    def noise(self, x: Tensor, s: float) -> Tensor:
        """E[eps | x] = x_t - t u, since the velocity u is x_1 - noise."""
        t = torch.tensor(1 / (1 + s))
        return t * x - t * self.velocity(t * x, t)


class TorchCFM(_Flow):
    """torchcfm, as in its tutorial: batch 256, its MLP of 3 layers of 64, Adam 1e-3; but sigma 0
    for its 0.1, which blurs the target, and the midpoint rule for dopri5, whose calls vary.
    """

    def __init__(self, points: Tensor, seed: int, steps: int = 0) -> None:
        from torchcfm.conditional_flow_matching import ConditionalFlowMatcher
        from torchcfm.models.models import MLP

        torch.manual_seed(seed)
        self.matcher = ConditionalFlowMatcher(sigma=0.0)
        self.begin(MLP(dim=2, time_varying=True), points, 256, seed)

    def loss(self) -> Tensor:
        """Conditional flow matching."""
        x1 = next(self.batches)
        t, x_t, u = self.matcher.sample_location_and_conditional_flow(torch.randn_like(x1), x1)
        return (self.model(torch.cat([x_t, t[:, None]], 1)) - u).square().mean()

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """dx/dt."""
        return self.model(torch.cat([x, t.expand(len(x), 1)], 1))

    @torch.no_grad()
    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """By torchdiffeq, which its examples use; two network calls a step."""
        from torchdiffeq import odeint

        x = torch.randn((n, 2), generator=Generator().manual_seed(seed))
        times = torch.linspace(0, 1, calls // 2 + 1)
        return odeint(lambda t, x: self.velocity(x, t), x, times, method="midpoint")[-1]


class FlowMatchingPeer(_Flow):
    """flow_matching, as in the smaller of its examples in the plane: batch 256, MLP of 3 layers of
    64, Adam 1e-2; its ODESolver with the midpoint rule.
    """

    rate = 1e-2

    def __init__(self, points: Tensor, seed: int, steps: int = 0) -> None:
        from flow_matching.path import AffineProbPath
        from flow_matching.path.scheduler import CondOTScheduler

        torch.manual_seed(seed)
        self.path = AffineProbPath(scheduler=CondOTScheduler())
        hidden = [layer for _ in range(2) for layer in (nn.Linear(64, 64), nn.ELU())]
        model = nn.Sequential(nn.Linear(3, 64), nn.ELU(), *hidden, nn.Linear(64, 2))
        self.begin(model, points, 256, seed)

    def loss(self) -> Tensor:
        """Flow matching along the path."""
        x1 = next(self.batches)
        path = self.path.sample(t=torch.rand(len(x1)), x_0=torch.randn_like(x1), x_1=x1)
        return (self.velocity(path.x_t, path.t[:, None]) - path.dx_t).square().mean()

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """dx/dt."""
        return self.model(torch.cat([x, t.expand(len(x), 1)], 1))

    def sample(self, n: int, seed: int, calls: int) -> Tensor:
        """By its own solver, two network calls a step."""
        from flow_matching.solver import ODESolver

        x = torch.randn((n, 2), generator=Generator().manual_seed(seed))
        solver = ODESolver(velocity_model=lambda x, t: self.velocity(x, t))
        times = torch.linspace(0, 1, calls // 2 + 1)
        return solver.sample(x_init=x, time_grid=times, method="midpoint", step_size=None)


POINTS: dict[str, Callable] = {
    "smalldiffusion": SmallDiffusion,
    "torchcfm": TorchCFM,
    "flow_matching": FlowMatchingPeer,
}
