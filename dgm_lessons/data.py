"""Data sets: MNIST (fetched once, checked by hash), scikit-learn's digits, points in the plane.

Nothing is read or downloaded when this module is imported.
"""

import gzip
import hashlib
import math
import os
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pooch
import torch
from torch import Tensor

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# SHA-256 of the decompressed bytes: mirrors may compress the same file differently.
MNIST_FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_PREFIX = {"train": "train", "test": "t10k"}

MNIST_MEAN, MNIST_STD = 0.1775, 0.3471  # of the central 24x24 pixels, on the scale 0 to 1
MARGIN = 2  # pixels cut from each side: 0.24% of the ink, 27% of the cost of a network


class DataError(RuntimeError):
    """A data file is damaged, wrong or out of reach; the message says which, and what to do."""


def mnist(split: str = "train") -> tuple[Tensor, Tensor]:
    """Handwritten digits: uint8 images `(N, 28, 28)` and int64 labels `(N,)`.

    Looks in the folder named by the environment variable `DGM_LESSONS_DATA`, then in the user's
    cache, then downloads. Every load checks the SHA-256 of the decompressed bytes.

    Args:
        split: "train" (N = 60,000) or "test" (N = 10,000).

    Raises:
        ValueError: for any other split.
        DataError: when a file is truncated, is not the MNIST file, or cannot be reached.

    Source: LeCun, Cortes and Burges, the MNIST database of handwritten digits (1998).
    """
    if split not in _PREFIX:
        raise ValueError(f"split is {split!r}; choose 'train' or 'test'")
    images = _idx(_fetch(f"{_PREFIX[split]}-images-idx3-ubyte"))
    labels = _idx(_fetch(f"{_PREFIX[split]}-labels-idx1-ubyte"))
    return images, labels.long()


def mnist_is_here() -> bool:
    """Whether `mnist` would find all its files without a download; their content is not read."""
    return all(any(path.exists() for path in _places(name)) for name in MNIST_FILES)


def mnist_to_unit(images: Tensor) -> Tensor:
    """Central 24x24 of uint8 images `(N, 28, 28)`, as float32 `(N, 1, 24, 24)` of unit scale."""
    if images.dtype != torch.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images are {images.dtype} of shape {tuple(images.shape)}; "
            "give uint8 of shape (N, 28, 28), as mnist() returns them"
        )
    central = images[:, None, MARGIN:-MARGIN, MARGIN:-MARGIN]
    return (central.float() / 255 - MNIST_MEAN) / MNIST_STD


def mnist_to_pixels(x: Tensor) -> Tensor:
    """Inverse of `mnist_to_unit`: `(N, 1, 24, 24)` to uint8 `(N, 28, 28)`, the margin black."""
    if x.ndim != 4 or x.shape[1:] != (1, 24, 24):
        raise ValueError(f"x has shape {tuple(x.shape)}; give (N, 1, 24, 24)")
    if not bool(torch.isfinite(x).all()):
        raise ValueError("x holds NaN or infinite values; a pixel must be finite")
    pixels = ((x[:, 0] * MNIST_STD + MNIST_MEAN) * 255).round().clamp(0, 255).to(torch.uint8)
    return torch.nn.functional.pad(pixels, (MARGIN,) * 4)


def small_digits() -> tuple[Tensor, Tensor]:
    """Small digits that ship with scikit-learn: uint8 `(1797, 8, 8)` in 0..16, labels `(1797,)`."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return torch.from_numpy(bunch.images).to(torch.uint8), torch.from_numpy(bunch.target).long()


def two_moons(n: int, noise: float = 0.1, generator: torch.Generator | None = None) -> Tensor:
    """Two interleaved half circles of radius 1 with Gaussian noise: float64 `(n, 2)`."""
    angle = math.pi * _uniform(n, generator)
    upper = torch.rand(n, generator=generator) < 0.5
    x = torch.where(upper, angle.cos(), 1 - angle.cos())
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin())
    return _noisy(torch.stack([x, y], dim=1), noise, generator)


def spiral(n: int, noise: float = 0.1, generator: torch.Generator | None = None) -> Tensor:
    """One spiral of 1.5 turns that ends at radius 3, with Gaussian noise: float64 `(n, 2)`."""
    turn = _uniform(n, generator).sqrt()  # the square root spreads the points evenly in length
    angle = 3 * math.pi * turn
    return _noisy(3 * turn[:, None] * torch.stack([angle.cos(), angle.sin()], 1), noise, generator)


def checkerboard(n: int, generator: torch.Generator | None = None) -> Tensor:
    """Uniform points on the eight dark squares of a 4x4 board on [-2, 2]^2: float64 `(n, 2)`."""
    cell = (8 * _uniform(n, generator)).long()
    row = cell // 2
    column = 2 * (cell % 2) + row % 2
    inside = torch.rand(n, 2, generator=generator, dtype=torch.float64)
    return torch.stack([column, row], dim=1) - 2 + inside


def _uniform(n: int, generator: torch.Generator | None) -> Tensor:
    if n < 0:
        raise ValueError(f"n is {n}; give the number of points, 0 or more")
    return torch.rand(n, generator=generator, dtype=torch.float64)


def _noisy(points: Tensor, noise: float, generator: torch.Generator | None) -> Tensor:
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise is {noise}; give a standard deviation, 0 or more")
    return points + noise * torch.randn(points.shape, generator=generator, dtype=points.dtype)


def _idx(raw: bytes) -> Tensor:
    """Decode the IDX format: two zeros, a type, the rank, big-endian sizes, then the bytes."""
    rank = raw[3]
    shape = np.frombuffer(raw, dtype=">u4", count=rank, offset=4).astype(int)
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape).copy())


def _places(name: str) -> list[Path]:
    """Where a file may lie, in this order: the user's own folder, if there is one; the cache."""
    own = os.environ.get("DGM_LESSONS_DATA")
    folders = [Path(own)] if own else []
    return [folder / f"{name}.gz" for folder in (*folders, Path(pooch.os_cache("dgm-lessons")))]


def _fetch(name: str) -> bytes:
    """Decompressed bytes of one MNIST file: from the user's folder, the cache or a mirror."""
    *owned, cached = _places(name)
    for own in owned:
        if own.exists():
            return _read(own, name)  # the user's own file: report damage, never delete it
    if cached.exists():
        try:
            return _read(cached, name)
        except DataError:
            cached.unlink(missing_ok=True)  # ours, and damaged: fetch it anew
    return _download(name, cached)


def _read(path: Path, name: str) -> bytes:
    try:
        raw = gzip.decompress(path.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is truncated or damaged ({error}); delete it, try again") from None
    found = hashlib.sha256(raw).hexdigest()
    if found != MNIST_FILES[name]:
        raise DataError(
            f"{path} is not the MNIST file {name}: its SHA-256 is {found[:12]}..., "
            f"expected {MNIST_FILES[name][:12]}...; delete it, try again"
        )
    return raw


def _download(name: str, target: Path) -> bytes:
    """Try each mirror; only a file whose hash is right ever gets its final name."""
    failures = []
    for mirror in MIRRORS:
        try:
            return _download_from(mirror + f"{name}.gz", name, target)
        except (OSError, DataError) as error:  # requests' errors are OSErrors
            failures.append(f"  {mirror}: {error}")
    raise DataError(
        f"could not get {name}.gz:\n" + "\n".join(failures) + "\n"
        "Check the network, or put the file into a folder of your own and set the environment "
        "variable DGM_LESSONS_DATA to that folder."
    )


def _download_from(url: str, name: str, target: Path) -> bytes:
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for each process: two of them may download at once, and the last wins.
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f"{name}-", suffix=".part")
    os.close(handle)
    try:
        fetch = pooch.HTTPDownloader(progressbar=True, chunk_size=65536, timeout=30)
        fetch(url, temporary, None)
        raw = _read(Path(temporary), name)
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return raw
