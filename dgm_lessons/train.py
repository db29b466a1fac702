"""Train a network from a recipe: `python -m dgm_lessons.train mnist-vp --out runs/mnist-vp`.

Killed at any moment, the same command goes on from the last checkpoint and, on one CPU thread,
ends in the same weights bit for bit: data and noise of a step depend on (seed, step) alone.
Several processes (`torchrun --nproc-per-node 2 -m dgm_lessons.train ...`) share each batch.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from torch import Tensor
from tqdm import tqdm

from . import __version__, roofline, zoo
from .data import DataError
from .networks import EMA
from .recipes import RECIPES, Recipe
from .training import check_loss, learning_rate, set_learning_rate

PRECISIONS = {"no": "float32", "bf16": "bfloat16"}  # of the layers; weights are always float32


class Run:
    """The state of one training run: network, average, optimiser, loss curve, time used."""

    def __init__(self, recipe: Recipe, steps: int, seed: int, accelerator: Accelerator) -> None:
        self.recipe, self.steps, self.seed, self.accelerator = recipe, steps, seed, accelerator
        self.bare = recipe.network.to(accelerator.device)
        self.ema = EMA(self.bare)  # before `prepare`, which may wrap the forward pass
        self.network = accelerator.prepare(self.bare)
        self.optimizer = torch.optim.Adam(
            self.bare.parameters(), recipe.lr, betas=recipe.betas, fused=True
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


def train(run: Run, out: Path, save_every: int) -> float:
    """Advance to the last step, with checkpoints, pictures and a progress line.

    Returns the milliseconds of a step: the median over spans of 20 steps.
    """
    first = run.accelerator.is_main_process
    bar = tqdm(total=run.steps, initial=run.step, disable=not first, desc=run.recipe.name)
    wall, cpu = time.monotonic() - run.wall, time.process_time() - run.cpu
    spans, last = [], time.monotonic()
    while run.step < run.steps:
        run.advance()
        if run.step % 20 == 0:
            recent = run.losses[max(0, run.step - 100) : run.step].mean().item()
            bar.set_postfix(loss=f"{check_loss(recent, run.step):.4f}", refresh=False)
            bar.update(run.step - bar.n)
            spans.append(time.monotonic() - last)
            last = time.monotonic()
        if run.step % save_every == 0 or run.step == run.steps:
            run.wall, run.cpu = time.monotonic() - wall, time.process_time() - cpu
            run.save(out / "checkpoint.safetensors")
            if first and run.recipe.picture:
                write_picture(out / f"samples-{run.step}.png", run.recipe.picture(run.ema.network))
    bar.update(run.step - bar.n)
    bar.close()
    return 1e3 * (median(spans) / 20 if spans else run.wall / run.steps)


def write_picture(path: Path, picture: Tensor) -> None:
    """Save grey pixels `(H, W)`, uint8, as PNG."""
    from PIL import Image

    Image.fromarray(picture.cpu().numpy()).save(path)


def denoiser_of(recipe: Recipe) -> zoo.Card:
    """What makes the network a denoiser: its process and what it predicts; else nothing."""
    if recipe.process is None:
        return {}
    process = {"kind": type(recipe.process).__name__, **asdict(recipe.process)}
    return {"process": process, "predicts": recipe.predicts}


def commit() -> str | None:
    """The commit of the code, where it runs from a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def device_name(device: torch.device) -> str:
    """The name of the GPU, or else the kind of device."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def finish(run: Run, out: Path, pace: zoo.Card) -> zoo.Card:
    """Write the averaged weights and their card, with pace and measured quality."""
    name, network = run.recipe.name, run.ema.network
    if run.recipe.finish:
        run.recipe.finish(network)
    weights = out / f"{name}.safetensors"
    zoo.write_tensors(weights, zoo.halved(network.state_dict()), {"recipe": name})
    network.load_state_dict(zoo.read_tensors(weights)[0])  # measured as it is shipped
    card = {
        "network": type(network).__name__,
        "arguments": run.recipe.arguments,
        "parameters": sum(p.numel() for p in network.parameters()),
        **denoiser_of(run.recipe),
        **run.note(),
        "processes": run.accelerator.num_processes,
        "device": device_name(run.accelerator.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "version": __version__,
        "commit": commit(),
        **pace,
        "loss": run.losses[-max(1, run.steps // 20) :].mean().item(),
        "metrics": run.recipe.evaluate(network),
        "sha256": zoo.file_hash(weights),
    }
    zoo.write_card(out / f"{name}.json", card)
    return card


def predicted_pace(recipe: Recipe, accelerator: Accelerator) -> zoo.Card:
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


def steps_for(minutes: float, recipe: Recipe, seed: int, accelerator: Accelerator) -> int:
    """How many steps fit into so many minutes, by timing a few on a run that is thrown away."""
    spare = replace(recipe, network=copy.deepcopy(recipe.network))
    trial = Run(spare, 10**6, seed, accelerator)
    for step in range(25):
        if step == 5:  # the first steps are slower
            start = time.monotonic()
        trial.advance()
    trial.losses[0].item()  # wait for the device
    steps = [max(1, int(60 * minutes * 20 / (time.monotonic() - start)))]
    return broadcast_object_list(steps)[0]  # what the first process found, for all


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser("python -m dgm_lessons.train", description=__doc__)
    add = parser.add_argument
    add("recipe", choices=sorted(RECIPES))
    add("--out", type=Path, help="folder for checkpoints and results (default: runs/RECIPE)")
    add("--steps", type=int, help="number of steps (default: the recipe's)")
    add("--minutes", type=float, help="choose the number of steps by timing a few")
    add("--seed", type=int, default=0)
    add("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    add("--bf16", action="store_true", help="layers in bfloat16, as on cuda: quick on new CPUs")
    add("--threads", type=int, default=1, help="CPU threads; only 1 repeats bit for bit")
    add("--compile", action="store_true", help="torch.compile: slow to start, then faster")
    add("--save-every", type=int, help="steps between checkpoints (default: a twentieth)")
    add("--evaluate", action="store_true", help="only measure the shipped network anew")
    add("--restart", action="store_true", help="ignore a checkpoint in --out")
    given = parser.parse_args(argv)
    for name in ("steps", "minutes", "save_every", "threads"):
        value = getattr(given, name)
        if value is not None and value <= 0:
            parser.error(f"--{name.replace('_', '-')} is {value}; give a number above 0")
    return given


def main(argv: list[str] | None = None) -> None:
    """Train, or go on training, the recipe that the command line names."""
    given = arguments(argv)
    torch.set_num_threads(given.threads)
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not found.get(given.device, True):
        raise SystemExit(f"this PyTorch finds no device {given.device!r}; leave out --device")
    mixed = "bf16" if given.bf16 or given.device == "cuda" else "no"
    accelerator = Accelerator(cpu=given.device == "cpu", mixed_precision=mixed)
    # layers draw their first weights from the global generator, which is put back afterwards
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(given.seed)
        recipe = RECIPES[given.recipe](accelerator.device)
    if given.evaluate:
        shipped = zoo.load_network(recipe.name).to(accelerator.device)
        print(json.dumps(recipe.evaluate(shipped), indent=2))
        return
    pace = predicted_pace(recipe, accelerator)  # before compilation, which would hide operations
    if given.compile:
        recipe.network.compile()
    out = given.out or Path("runs") / recipe.name
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "checkpoint.safetensors"
    resume = checkpoint.exists() and not given.restart
    if resume and not given.steps:  # the number of steps that it was begun with
        steps = zoo.read_tensors(checkpoint)[1]["steps"]
    elif given.minutes and not given.steps:
        steps = steps_for(given.minutes, recipe, given.seed, accelerator)
    else:
        steps = given.steps or recipe.steps
    run = Run(recipe, steps, given.seed, accelerator)
    if resume:
        run.restore(checkpoint)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        ideal = ", ".join(f"{ms:.3g} for {what}" for what, ms in pace["full_speed_ms"].items())
        print(f"milliseconds of a step at full speed: {ideal}", file=sys.stderr)
    pace["step_ms"] = train(run, out, given.save_every or max(1, steps // 20))
    if accelerator.is_main_process:
        print(f"milliseconds that a step took: {pace['step_ms']:.3g}", file=sys.stderr)
        print(json.dumps(finish(run, out, pace), indent=2))
    accelerator.end_training()


if __name__ == "__main__":
    try:
        main()
    except (zoo.DamagedFile, DataError) as error:
        raise SystemExit(str(error)) from None
