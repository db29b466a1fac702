"""The state of a run: it advances step by step, and is saved and taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from .. import zoo
from ..networks import EMA
from ..recipes import Recipe
from ..training import learning_rate, set_learning_rate

if TYPE_CHECKING:  # an extra of the package: only a run needs it
    from accelerate import Accelerator

PRECISIONS = {"no": "float32", "bf16": "bfloat16"}  # of the layers; weights are always float32


class Run:
    """The state of one training run: network, average, optimiser, loss curve, time used."""

    def __init__(self, recipe: Recipe, steps: int, seed: int, accelerator: Accelerator) -> None:
        self.recipe, self.steps, self.seed, self.accelerator = recipe, steps, seed, accelerator
        self.bare = recipe.network.to(accelerator.device)
        self.ema = EMA(self.bare)  # before `prepare`, which may wrap the forward pass
        self.network = accelerator.prepare(self.bare)
        fused = accelerator.device.type in ("cpu", "cuda")  # elsewhere not every PyTorch has it
        self.optimizer = torch.optim.Adam(
            self.bare.parameters(), recipe.lr, betas=recipe.betas, fused=fused
        )
        self.losses = torch.zeros(steps, device=accelerator.device)
        self.step, self.wall, self.cpu = 0, 0.0, 0.0

    def advance(self) -> None:
        """One step on this process's share of the global batch of this step."""
        recipe, accelerator = self.recipe, self.accelerator
        self.step += 1
        generator = step_generator(self.seed, self.step, accelerator.device)
        share = slice(accelerator.process_index, None, accelerator.num_processes)
        batch = tuple(part[share] for part in recipe.draw(generator))
        rate = learning_rate(self.step, self.steps, recipe.warmup)
        set_learning_rate(self.optimizer, recipe.lr * rate)
        loss = recipe.loss(self.network, batch)
        self.optimizer.zero_grad()
        accelerator.backward(loss)
        self.optimizer.step()
        self.ema.update(self.bare, self.step)
        self.losses[self.step - 1] = loss.detach()  # stays on the device: no waiting for it

    def note(self) -> zoo.Card:
        """What must agree when a run is taken up again, and the time it has used."""
        note = {"recipe": self.recipe.name, "steps": self.steps, "seed": self.seed}
        note["precision"] = PRECISIONS[self.accelerator.mixed_precision]
        return note | {"step": self.step, "wall_seconds": self.wall, "cpu_seconds": self.cpu}

    def save(self, path: Path) -> None:
        """Write the whole state; every process takes part, the first one writes."""
        self.losses = self.accelerator.reduce(self.losses, "mean")
        if not self.accelerator.is_main_process:
            return
        tensors = {"losses": self.losses}
        tensors |= {f"network.{k}": v for k, v in self.bare.state_dict().items()}
        tensors |= {f"ema.{k}": v for k, v in self.ema.network.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{k}": v for k, v in state.items()}
        zoo.write_tensors(path, tensors, self.note())

    def restore(self, path: Path) -> None:
        """Take the state from a checkpoint of the same recipe, seed and number of steps."""
        tensors, note = zoo.read_tensors(path)
        for key in ("recipe", "steps", "seed", "precision"):
            if note.get(key) != self.note()[key]:
                raise SystemExit(
                    f"{path} was made with {key} {note.get(key)}, not {self.note()[key]}; "
                    "give the same, or another --out, or --restart to begin anew"
                )
        self.step, self.wall, self.cpu = note["step"], note["wall_seconds"], note["cpu_seconds"]
        self.losses.copy_(tensors["losses"])
        for prefix, network in (("network.", self.bare), ("ema.", self.ema.network)):
            own = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
            network.load_state_dict(own)
        for index, parameter in enumerate(self.bare.parameters()):
            moments = {k: tensors[f"adam.{index}.{k}"] for k in ("exp_avg", "exp_avg_sq")}
            # copies laid out in memory like the parameter: that, too, decides the last bit
            state = {k: torch.empty_like(parameter).copy_(v) for k, v in moments.items()}
            count = tensors[f"adam.{index}.step"].to(parameter.device)
            self.optimizer.state[parameter] = state | {"step": count}


def step_generator(seed: int, step: int, device: torch.device) -> torch.Generator:
    """The randomness of one step, from (seed, step) and nothing else."""
    # mixed to 32 bits first: the CPU generator ignores the upper half of a longer seed
    mixed = int(np.random.SeedSequence((seed, step)).generate_state(1)[0])
    return torch.Generator(device).manual_seed(mixed)
