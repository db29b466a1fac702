"""Data: real MNIST where there is a copy, and every way a download can go wrong, on localhost."""

import gzip
import hashlib
import http.server
import multiprocessing
import os
import threading
import time
from pathlib import Path

import numpy as np
import pooch
import pytest
import torch

from dgm_lessons import data

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`; `cut` sends fewer bytes than promised, `delay` waits between the halves."""

    files: dict[str, bytes]
    cut = 0
    delay = 0.0
    requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        self.server.requests += 1
        content = self.server.files.get(self.path.strip("/"))
        if content is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        time.sleep(self.server.delay)
        self.wfile.write(content[half : len(content) - self.server.cut])

    def log_message(self, *_):
        pass


def use(cache: Path, hashes: dict[str, str], mirrors: tuple[str, ...], patch=setattr) -> None:
    """Point the module at a small MNIST of our own."""
    patch(data, "MNIST_FILES", hashes)
    patch(data, "MIRRORS", mirrors)
    patch(pooch, "os_cache", lambda project: cache)


@pytest.fixture
def small():
    """Three digits and their labels as the two files of a training set: raw bytes by name."""
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
    return {IMAGES: idx(pixels), LABELS: idx(np.array([7, 0, 9]))}


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def server(small, cache, monkeypatch):
    monkeypatch.delenv("DGM_LESSONS_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(("127.0.0.1", 0), Handler) as server:
        server.files = {f"{name}.gz": gzip.compress(raw) for name, raw in small.items()}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in small.items()}
        use(cache, hashes, (server.url,), monkeypatch.setattr)
        yield server
        server.shutdown()


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_download_once_then_from_the_cache(server, cache, small):
    images, labels = data.mnist("train")
    assert images.shape == (3, 28, 28) and images.dtype == torch.uint8
    assert labels.tolist() == [7, 0, 9] and labels.dtype == torch.int64
    assert images.numpy().tobytes() == small[IMAGES][16:]
    assert left_in(cache) == {f"{IMAGES}.gz", f"{LABELS}.gz"}
    data.mnist("train")
    assert server.requests == 2


def test_own_folder_comes_first(server, cache, tmp_path, monkeypatch):
    for name, content in server.files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("DGM_LESSONS_DATA", str(tmp_path))
    assert data.mnist("train")[1].tolist() == [7, 0, 9]
    assert server.requests == 0 and left_in(cache) == set()


def test_it_is_here_only_when_no_file_is_missing(server, cache, tmp_path, monkeypatch):
    assert not data.mnist_is_here()
    data.mnist("train")
    assert data.mnist_is_here()  # in the cache
    (cache / f"{IMAGES}.gz").rename(tmp_path / f"{IMAGES}.gz")
    assert not data.mnist_is_here()
    monkeypatch.setenv("DGM_LESSONS_DATA", str(tmp_path))
    assert data.mnist_is_here()  # one file here, one there
    before = server.requests
    data.mnist("train")
    assert server.requests == before == 2


def test_damage_in_the_own_folder_is_reported_and_left_alone(server, tmp_path, monkeypatch):
    own = tmp_path / f"{IMAGES}.gz"
    own.write_bytes(server.files[own.name][:50])
    monkeypatch.setenv("DGM_LESSONS_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match=r"train-images.*truncated or damaged"):
        data.mnist("train")
    assert own.exists() and server.requests == 0


def test_connection_that_breaks(server, cache):
    server.cut = 40
    with pytest.raises(data.DataError, match=r"could not get train-images(.|\n)*DGM_LESSONS_DATA"):
        data.mnist("train")
    assert left_in(cache) == set()


def test_truncated_file_on_the_mirror(server, cache):
    server.files[f"{IMAGES}.gz"] = server.files[f"{IMAGES}.gz"][:-40]
    with pytest.raises(data.DataError, match="truncated or damaged"):
        data.mnist("train")
    assert left_in(cache) == set()


def test_wrong_file_on_the_mirror(server, cache):
    server.files[f"{IMAGES}.gz"] = gzip.compress(b"<html>please log in</html>")
    with pytest.raises(data.DataError, match=r"is not the MNIST file .* its SHA-256 is"):
        data.mnist("train")
    assert left_in(cache) == set()


def test_file_that_is_no_gzip(server, cache):
    server.files[f"{IMAGES}.gz"] = b"<html>please log in</html>"
    with pytest.raises(data.DataError, match="truncated or damaged"):
        data.mnist("train")
    assert left_in(cache) == set()


def test_unreachable(server, cache, monkeypatch):
    server.shutdown()
    server.server_close()
    with pytest.raises(data.DataError, match=r"could not get(.|\n)*Check the network"):
        data.mnist("train")
    assert left_in(cache) == set()


def test_next_mirror_helps(server, cache, monkeypatch):
    monkeypatch.setattr(data, "MIRRORS", (server.url + "gone/", server.url))
    assert data.mnist("train")[1].tolist() == [7, 0, 9]


def test_damaged_cache_is_fetched_anew(server, cache):
    data.mnist("train")
    (cache / f"{IMAGES}.gz").write_bytes(b"half a file")
    assert data.mnist("train")[0].shape == (3, 28, 28)
    assert server.requests == 3
    data.mnist("train")
    assert server.requests == 3


def test_cache_that_cannot_be_written(server, cache):
    cache.parent.joinpath("cache").write_text("a file where the folder should be")
    with pytest.raises(data.DataError, match="DGM_LESSONS_DATA"):
        data.mnist("train")


def load_in_child(cache, hashes, url, results):
    os.environ["NO_PROXY"] = "127.0.0.1"
    os.environ.pop("DGM_LESSONS_DATA", None)  # the fork server may be older than this test
    use(cache, hashes, (url,))
    results.put(data.mnist("train")[1].tolist())


@pytest.mark.slow
def test_two_processes_at_once(server, cache):
    server.delay = 0.5  # both are in the middle of the same download
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dgm_lessons.train", "torch._dynamo"])
    results = context.Queue()
    given = (cache, data.MNIST_FILES, server.url, results)
    children = [context.Process(target=load_in_child, args=given) for _ in range(2)]
    for child in children:
        child.start()
    assert [results.get(timeout=60) for _ in children] == [[7, 0, 9]] * 2
    for child in children:
        child.join()
    assert left_in(cache) == {f"{IMAGES}.gz", f"{LABELS}.gz"}


def test_unknown_split():
    with pytest.raises(ValueError, match="'train' or 'test'"):
        data.mnist("validation")


@pytest.mark.mnist
@pytest.mark.skipif(not os.environ.get("DGM_LESSONS_DATA"), reason="set DGM_LESSONS_DATA")
def test_real_mnist():
    images, labels = data.mnist("test")
    assert images.shape == (10_000, 28, 28)
    assert labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    x = data.mnist_to_unit(images)
    assert x.shape == (10_000, 1, 24, 24)
    assert abs(x.mean()) < 0.03 and abs(x.std() - 1) < 0.02  # measured on the training half
    lost = 1 - x.mul(data.MNIST_STD).add(data.MNIST_MEAN).sum() * 255 / images.sum()
    assert lost < 0.005


def test_pixels_round_trip():
    images = torch.randint(0, 256, (5, 28, 28), generator=torch.Generator().manual_seed(0))
    images = images.to(torch.uint8)
    back = data.mnist_to_pixels(data.mnist_to_unit(images))
    assert torch.equal(back[:, 2:-2, 2:-2], images[:, 2:-2, 2:-2])
    assert back[:, :2].max() == 0 and back.shape == images.shape
    assert data.mnist_to_unit(images[:0]).shape == (0, 1, 24, 24)


def test_pixels_refuse_what_is_no_image():
    with pytest.raises(ValueError, match="uint8"):
        data.mnist_to_unit(torch.zeros(2, 28, 28))
    with pytest.raises(ValueError, match=r"\(N, 1, 24, 24\)"):
        data.mnist_to_pixels(torch.zeros(2, 28, 28))
    with pytest.raises(ValueError, match="NaN"):
        data.mnist_to_pixels(torch.full((1, 1, 24, 24), float("nan")))


def test_digits():
    images, labels = data.small_digits()
    assert images.shape == (1797, 8, 8) and images.max() == 16
    assert labels[:5].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("points", [data.two_moons, data.spiral, data.checkerboard])
def test_point_sets(points):
    def draw(n, seed):
        return points(n, generator=torch.Generator().manual_seed(seed))

    assert torch.equal(draw(100, 1), draw(100, 1)) and not torch.equal(draw(100, 1), draw(100, 2))
    assert draw(4000, 0).shape == (4000, 2) and draw(0, 0).shape == (0, 2)
    with pytest.raises(ValueError, match="number of points"):
        draw(-1, 0)


def test_shapes_of_the_point_sets(generator):
    x, y = data.two_moons(2000, 0.0, generator).T
    on_upper = ((x**2 + y**2 - 1).abs() < 1e-9) & (y >= 0)
    on_lower = (((x - 1) ** 2 + (y - 0.5) ** 2 - 1).abs() < 1e-9) & (y <= 0.5)
    assert bool((on_upper | on_lower).all()) and 900 < on_upper.sum() < 1100
    assert data.spiral(2000, 0.0, generator).norm(dim=1).max() <= 3
    board = data.checkerboard(4000, generator)
    assert board.abs().max() <= 2
    assert bool(((board.floor().sum(1) % 2) == 0).all())  # only squares of one colour
    with pytest.raises(ValueError, match="standard deviation"):
        data.two_moons(10, -0.1)
