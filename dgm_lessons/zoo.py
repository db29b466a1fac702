"""Trained networks that ship with the package, each with a card; and the files they live in.

A run of your own ends in the same two files: `load("ring", "runs/ring")` reads them.

A network is two files: NAME.safetensors with the weights, NAME.json with the card (how it was
made, and how good it was found to be). No file here can run code when it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor, nn

from .denoisers import AbstractDenoiser, Denoiser
from .guidance import GuidedDenoiser
from .networks import (
    MLP,
    Classifier,
    CodeMap,
    CodeMLP,
    DigitCodes,
    DigitPlane,
    DigitVAE,
    PixelHistograms,
    UNet,
    WithLabels,
)
from .processes import EDM, VE, VP, FlowMatching
from .quantise import dequantise, quantise

WEIGHTS = Path(__file__).parent / "weights"
NETWORKS: dict[str, type[nn.Module]] = {
    network.__name__: network
    for network in (
        *(MLP, UNet, CodeMLP, PixelHistograms),  # denoisers
        *(Classifier, DigitVAE, DigitPlane, DigitCodes, CodeMap),
    )
}
PROCESSES = {process.__name__: process for process in (VP, VE, EDM, FlowMatching)}
Card = dict[str, Any]
SCALE = ":scale"  # ends the name of what whole numbers are multiplied by


class DamagedFile(RuntimeError):
    """A weights file or a checkpoint is missing, cut short or altered; the message says which."""


def names(folder: str | Path | None = None) -> list[str]:
    """The names of all shipped networks, or of those in a folder of your own."""
    return sorted(path.stem for path in Path(folder or WEIGHTS).glob("*.json"))


def cards() -> dict[str, Card]:
    """The cards of all shipped networks, by name; `DamagedFile` if one of them is damaged."""
    return {name: card(name) for name in names()}


def card(name: str, folder: str | Path | None = None) -> Card:
    """The card of one network: how it was made, how good it was found to be.

    Raises `ValueError` for a name that is not there, `DamagedFile` for a damaged card.
    """
    if name not in (known := names(folder)):
        where = folder or "the zoo"
        raise ValueError(f"no network {name!r} in {where}; there are {', '.join(known) or 'none'}")
    path = Path(folder or WEIGHTS) / f"{name}.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise DamagedFile(f"{path} is damaged ({error}); install the package again") from None


def load(name: str, folder: str | Path | None = None) -> Denoiser:
    """A trained denoiser by name, ready for every sampler; its weights are checked by hash.

    Its process and what it predicts stand on its card. One that was trained with labels is
    unconditional until `with_labels` fixes some. `folder` is that of a training run of yours.

    Raises:
        ValueError: for a name that is not in the zoo, or names no denoiser.
        DamagedFile: when a file is missing, cut short, or does not match its card.
    """
    about = card(name, folder)
    if "process" not in about:
        raise ValueError(
            f"{name!r} is a {about['network']}, not a denoiser; use load_network({name!r})"
        )
    numbers = dict(about["process"])
    process = PROCESSES[numbers.pop("kind")](**numbers)
    return Denoiser(load_network(name, folder), process, about["predicts"])


def load_network(name: str, folder: str | Path | None = None) -> nn.Module:
    """The network alone, in evaluation mode; errors as for `load`."""
    return read_network(Path(folder or WEIGHTS) / f"{name}.safetensors", card(name, folder))


def with_labels(denoiser: Denoiser, labels: Tensor, guidance: float = 0.0) -> AbstractDenoiser:
    """The denoiser for one known label per sample, `(B,)` integers; see `GuidedDenoiser`."""
    if not isinstance(denoiser.network, UNet | CodeMLP) or not denoiser.network.classes:
        raise ValueError("only a denoiser whose network was trained with labels takes them")
    network = WithLabels(denoiser.network, labels)
    conditional = Denoiser(network, denoiser.process, denoiser.predicts)
    return GuidedDenoiser(conditional, denoiser, guidance) if guidance else conditional


def read_network(weights: Path, card: Card) -> nn.Module:
    """Build the network that the card describes, and fill it from the file of weights."""
    state = read_state(weights)
    found = file_hash(weights)
    if found != card["sha256"]:
        raise DamagedFile(
            f"{weights} has SHA-256 {found[:12]}..., its card says {card['sha256'][:12]}...; "
            "the two files do not belong together: install the package again"
        )
    network = NETWORKS[card["network"]](**card["arguments"])
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def write_network(path: Path, network: nn.Module, note: Card, bits: int = 16) -> None:
    """Write the network's numbers in 16 bits in place of 32: no sample looks different.

    With 8, matrices and convolutions become whole numbers, with a scale for each output channel.
    """
    tensors = {}
    for name, tensor in network.state_dict().items():
        if bits == 8 and tensor.is_floating_point() and tensor.ndim > 1:
            tensors[name], tensors[name + SCALE] = quantise(tensor)
        else:
            tensors[name] = tensor.half() if tensor.is_floating_point() else tensor
    write_tensors(path, tensors, note)


def read_state(path: Path) -> dict[str, Tensor]:
    """The state that `write_network` has written, in 32 bits."""
    tensors, state = read_tensors(path)[0], {}
    for name, tensor in tensors.items():
        if name + SCALE in tensors:
            state[name] = dequantise(tensor, tensors[name + SCALE])
        elif not name.endswith(SCALE):
            state[name] = tensor.float() if tensor.is_floating_point() else tensor
    return state


# -- files -------------------------------------------------------------------------------


def write_tensors(path: Path, tensors: dict[str, Tensor], note: Card) -> None:
    """Write tensors and a note as one safetensors file: the whole new file, or the old one."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(note)
    # one entry only: safetensors writes several in random order, and equal files should be equal
    header = {"header": json.dumps({"note": text, "sha256": _tensor_hash(plain, text)})}
    write_file(path, safetensors.torch.save(plain, metadata=header))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], Card]:
    """Tensors and note of a file made by `write_tensors`, after checking its hash."""
    if not path.exists():
        raise DamagedFile(f"{path} is missing; train it anew, or install the package again")
    try:
        content = path.read_bytes()  # once: the file may be replaced by a newer one meanwhile
        tensors = safetensors.torch.load(content)
        size = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + size]).get("__metadata__", {})
        header = json.loads(metadata.get("header", "{}"))
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise DamagedFile(f"{path} is cut short or damaged ({error}); delete it") from None
    note = header.get("note", "")
    if header.get("sha256") != _tensor_hash(tensors, note):
        raise DamagedFile(f"{path} has been altered: its hash does not match; delete it")
    return tensors, json.loads(note)


def write_card(path: Path, card: Card) -> None:
    """Write a card as readable JSON, as a whole or not at all."""
    write_file(path, (json.dumps(card, indent=2) + "\n").encode())


def write_file(path: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, then rename: no moment with half a file."""
    temporary = path.with_name(path.name + ".part")
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _tensor_hash(tensors: dict[str, Tensor], note: str) -> str:
    total = hashlib.sha256(note.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        total.update(tensor.numpy().tobytes())
    return total.hexdigest()
