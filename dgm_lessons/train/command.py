"""Train a network from a recipe: `python -m dgm_lessons.train mnist-vp --out runs/mnist-vp`.

Killed at any moment, the same command goes on from the last checkpoint and, on one CPU thread,
ends in the same weights bit for bit: data and noise of a step depend on (seed, step) alone.
Several processes (`torchrun --nproc-per-node 2 -m dgm_lessons.train ...`) share each batch.
It needs the package accelerate: `pip install accelerate`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from tqdm import tqdm

from .. import zoo
from ..recipes import RECIPES, Recipe
from ..training import check_loss
from .finish import finish
from .run import Run
from .speed import expected_speed, steps_for

if TYPE_CHECKING:
    from accelerate import Accelerator


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line, checked."""
    says = [
        f"  {name:17} {(RECIPES[name].__doc__ or '').splitlines()[0]}" for name in sorted(RECIPES)
    ]
    parser = argparse.ArgumentParser(
        "python -m dgm_lessons.train",
        description=__doc__,
        epilog="\n".join(["recipes:", *says]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("recipe", choices=sorted(RECIPES), metavar="RECIPE", help="what to train; see below")
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
        if value is not None and not 0 < value < math.inf:
            parser.error(f"--{name.replace('_', '-')} is {value}; give a finite number above 0")
    if given.seed < 0:
        parser.error(f"--seed is {given.seed}; give 0 or more")
    return given


def main(argv: list[str] | None = None) -> None:
    """Train, or go on training, the recipe that the command line names."""
    given = arguments(argv)
    torch.set_num_threads(given.threads)
    accelerator = accelerator_for(given)
    # layers draw their first weights from the global generator, which is put back afterwards
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(given.seed)
        recipe = RECIPES[given.recipe](accelerator.device)
    if given.evaluate:
        shipped = zoo.load_network(recipe.name).to(accelerator.device)
        print(json.dumps(recipe.evaluate(shipped), indent=2))
        return
    out = given.out or Path("runs") / recipe.name
    out.mkdir(parents=True, exist_ok=True)
    with locked(out) if accelerator.is_main_process else nullcontext():
        try:
            train(given, recipe, accelerator, out)
        except KeyboardInterrupt:
            if accelerator.is_main_process:
                tell(f"stopped; {kept(out)}")
            raise SystemExit(130) from None


def train(given: argparse.Namespace, recipe: Recipe, accelerator: Accelerator, out: Path) -> None:
    """From what stands in the folder to the finished network and its card."""
    first = accelerator.is_main_process
    speed = expected_speed(recipe, accelerator)  # before compilation, which would hide operations
    if given.compile:
        recipe.network.compile()
    checkpoint = out / "checkpoint.safetensors"
    resume = checkpoint.exists() and not given.restart
    steps = number_of_steps(given, recipe, accelerator, checkpoint if resume else None)
    run = Run(recipe, steps, given.seed, accelerator)
    if resume:
        run.restore(checkpoint)
    accelerator.wait_for_everyone()
    if first:
        ideal = ", ".join(f"{ms:.3g} for {what}" for what, ms in speed["full_speed_ms"].items())
        tell(f"at the full speed of this machine a step takes {ideal} (milliseconds)")
    speed["step_ms"] = advance(run, out, given.save_every or max(1, steps // 20))
    if first:
        tell(f"milliseconds that a step took: {speed['step_ms']:.3g}")
        card = finish(run, out, speed)
        print(json.dumps(card, indent=2))
        read = "load" if "process" in card else "load_network"
        tell(f'to use it: from dgm_lessons import zoo; zoo.{read}("{recipe.name}", "{out}")')
    accelerator.end_training()


def kept(out: Path) -> str:
    """What Ctrl-C leaves in the folder, and what to do with it, in words."""
    checkpoint = out / "checkpoint.safetensors"
    if not checkpoint.exists():
        return "there was no checkpoint yet, and the same command begins anew"
    note = zoo.read_tensors(checkpoint)[1]
    done = f"{note['step']} of {note['steps']} steps are saved in {out}"
    return f"{done}, and the same command goes on from there"


def accelerator_for(given: argparse.Namespace) -> Accelerator:
    """The devices to compute on, as asked for."""
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not found.get(given.device, True):
        raise SystemExit(f"this PyTorch finds no device {given.device!r}; leave out --device")
    try:
        import accelerate
    except ImportError:
        raise SystemExit("training needs the package accelerate: pip install accelerate") from None
    mixed = "bf16" if given.bf16 or given.device == "cuda" else "no"
    return accelerate.Accelerator(cpu=given.device == "cpu", mixed_precision=mixed)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A lock on the folder, which also falls when the process is killed."""
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"another run is writing to {folder}; wait for its end, or give another --out"
            ) from None
        yield
    finally:
        os.close(handle)


def number_of_steps(
    given: argparse.Namespace, recipe: Recipe, accelerator: Accelerator, checkpoint: Path | None
) -> int:
    """As asked for; else as the run in the folder was begun with; else the recipe's."""
    if given.steps:
        return given.steps
    if checkpoint is None:
        if given.minutes:
            return steps_for(given.minutes, recipe, given.seed, accelerator)
        return recipe.steps
    note = zoo.read_tensors(checkpoint)[1]
    done, steps = note["step"], note["steps"]
    if done == steps != recipe.steps and not given.minutes:
        raise SystemExit(
            f"{checkpoint.parent} holds a finished run of {steps} steps, and the recipe has "
            f"{recipe.steps}; give --restart to begin anew, another --out, or "
            f"--steps {steps} to measure that run again"
        )
    if accelerator.is_main_process:
        tell(f"going on with the run in {checkpoint.parent}: {done} of {steps} steps are done")
    return steps


def advance(run: Run, out: Path, save_every: int) -> float:
    """Advance to the last step, with checkpoints, pictures and a progress line.

    Returns the milliseconds of a step: the median over spans of 20 steps.
    """
    first = run.accelerator.is_main_process
    wall, cpu = time.monotonic() - run.wall, time.process_time() - run.cpu
    spans, last = [], time.monotonic()
    with tqdm(total=run.steps, initial=run.step, disable=not first, desc=run.recipe.name) as bar:
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
                picture = run.recipe.picture(run.ema.network) if first else None
                if picture is not None:
                    write_picture(out / f"samples-{run.step}.png", picture)
        bar.update(run.step - bar.n)
    return 1e3 * (median(spans) / 20 if spans else run.wall / run.steps)


def write_picture(path: Path, picture: Tensor) -> None:
    """Save grey pixels `(H, W)`, uint8, as PNG."""
    from PIL import Image

    Image.fromarray(picture.cpu().numpy()).save(path)


def tell(line: str) -> None:
    """A line beside the progress."""
    print(line, file=sys.stderr)
