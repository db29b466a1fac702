"""The end of a run: the averaged weights, and their card."""

from __future__ import annotations

import subprocess
from dataclasses import asdict
from pathlib import Path

import torch

from .. import __version__, zoo
from ..recipes import Recipe
from .run import Run


def finish(run: Run, out: Path, speed: zoo.Card) -> zoo.Card:
    """Write the averaged weights and their card, then measure their quality and add it.

    A measurement that fails leaves both files, and the checkpoint, in `out`.
    """
    name, network = run.recipe.name, run.ema.network
    run.recipe.finish(network)
    weights = out / f"{name}.safetensors"
    zoo.write_network(weights, network, {"recipe": name}, run.recipe.bits)
    network.load_state_dict(zoo.read_state(weights))  # measured as it is shipped
    card = {
        "network": type(network).__name__,
        "arguments": run.recipe.arguments,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bits": run.recipe.bits,
        **denoiser_of(run.recipe),
        **run.note(),
        "processes": run.accelerator.num_processes,
        "device": device_name(run.accelerator.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "version": __version__,
        "commit": commit(),
        **speed,
        "loss": run.losses[-max(1, run.steps // 20) :].mean().item(),
        "metrics": None,  # not measured yet
        "sha256": zoo.file_hash(weights),
    }
    zoo.write_card(out / f"{name}.json", card)
    card["metrics"] = run.recipe.evaluate(network)
    zoo.write_card(out / f"{name}.json", card)
    return card


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
