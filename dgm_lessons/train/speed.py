"""How long a step takes: by counting, and by trying."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING

import torch

from .. import roofline, zoo
from ..recipes import Recipe
from .run import PRECISIONS, Run, step_generator

if TYPE_CHECKING:
    from accelerate import Accelerator


def steps_for(minutes: float, recipe: Recipe, seed: int, accelerator: Accelerator) -> int:
    """How many steps fit into so many minutes, by timing a few on a run that is thrown away."""
    from accelerate.utils import broadcast_object_list

    spare = copy.copy(recipe)
    spare.network = copy.deepcopy(recipe.network)
    trial = Run(spare, 10**6, seed, accelerator)
    for step in range(25):
        if step == 5:  # the first steps are slower
            start = time.monotonic()
        trial.advance()
    trial.losses[0].item()  # wait for the device
    steps = [max(1, int(60 * minutes * 20 / (time.monotonic() - start)))]
    return broadcast_object_list(steps)[0]  # what the first process found, for all


def expected_speed(recipe: Recipe, accelerator: Accelerator) -> zoo.Card:
    """What a step on the whole batch, forward and back, costs, and how long at full speed."""
    device, precision = accelerator.device, PRECISIONS[accelerator.mixed_precision]
    spare = copy.deepcopy(recipe.network).to(device)
    batch = recipe.draw(step_generator(0, 0, device))

    def step() -> None:
        with accelerator.autocast():
            loss = recipe.loss(spare, batch)
        loss.backward()

    work = roofline.count(step)
    ideal = roofline.full_speed(work, roofline.rates(device, getattr(torch, precision)))
    return {"flops_per_step": work.flops, "bytes_per_step": work.bytes, "full_speed_ms": ideal}
