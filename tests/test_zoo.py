"""The zoo: what ships works and says how it was made; damage is reported, not computed with."""

import io
import json
import os
import shutil
import zipfile

import pytest
import torch

from dgm_lessons import bounds, data, evaluation, metrics, recipes, zoo
from dgm_lessons.denoisers import ExactDenoiser
from dgm_lessons.mixtures import ring
from dgm_lessons.processes import VP
from dgm_lessons.zoo import DamagedFile, cards, load, load_network, with_labels

DENOISERS = [name for name, card in cards().items() if "process" in card]
needs_mnist = pytest.mark.skipif(
    not os.environ.get("DGM_LESSONS_DATA"), reason="set DGM_LESSONS_DATA"
)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A copy of the zoo that a test may damage."""
    shutil.copytree(zoo.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path / "weights")
    return tmp_path / "weights"


def test_what_ships():
    """Weights come with a card, a card with weights and a recipe; a recipe may have none yet."""
    weights = {path.stem for path in zoo.WEIGHTS.glob("*.safetensors")}
    assert weights == set(cards()) <= set(recipes.RECIPES)
    bits = {name: card["bits"] for name, card in cards().items()}
    assert bits == {name: recipes.RECIPES[name].bits for name in bits}


def test_weights_keep_within_their_budget():
    """2.2 MB a network, and 12 MB for the package as a wheel packs it."""
    sizes = {name: (zoo.WEIGHTS / f"{name}.safetensors").stat().st_size for name in cards()}
    assert not {name: size for name, size in sizes.items() if size > 2.2e6}
    package, packed = zoo.WEIGHTS.parent, io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                wheel.write(path, path.relative_to(package))
    assert packed.tell() < 12e6, f"the package packs to {packed.tell():,} bytes; weights: {sizes}"


@pytest.mark.parametrize("name", cards())
def test_a_card_tells_how_to_make_it_again(name):
    card = cards()[name]
    for key in ("recipe", "seed", "steps", "device", "wall_seconds", "cpu_seconds", "metrics"):
        assert key in card
    assert card["step"] == card["steps"] and card["recipe"] in recipes.RECIPES
    assert card["parameters"] == sum(p.numel() for p in load_network(name).parameters())


@pytest.mark.parametrize("name", DENOISERS)
def test_a_shipped_denoiser_denoises(name, generator):
    denoiser = load(name)
    x0 = torch.zeros(4, *denoiser.network.shape)
    for t in (0.0, 0.01, 0.5, 1.0):
        assert denoiser(torch.randn(x0.shape, generator=generator), t).isfinite().all()


def test_the_ring_is_as_good_as_its_card_says(generator):
    claimed = cards()["ring"]["metrics"]["noise_rmse"]
    found = evaluation.noise_rmse(load("ring"), ExactDenoiser(ring(8), VP()), generator)
    assert found == pytest.approx(claimed, rel=0.05) and found < 0.04


def test_samples_look_like_their_labels(generator):
    """Of 80 digits about 93% are read as their label by the classifier, by chance 10%."""
    labels = torch.arange(10).repeat(8)
    digits = evaluation.sample_digits(with_labels(load("mnist-conditional"), labels), 80, generator)
    agreement = (metrics.mnist_labels(digits) == labels).double().mean()
    assert digits.dtype == torch.uint8 and digits.shape == (80, 28, 28)
    assert agreement > 0.75


@pytest.mark.mnist
@needs_mnist
def test_the_denoiser_removes_noise_from_test_digits(generator):
    """Its error is far below that of the best linear guess, pixel by pixel, at each level."""
    denoiser = load("mnist-conditional")
    images, labels = data.mnist("test")
    x0 = data.mnist_to_unit(images[:200])
    conditional = with_labels(denoiser, labels[:200])
    for s, bound in ((0.2, 0.5), (1.0, 0.35), (3.0, 0.5)):
        t = denoiser.process.t_from_log_snr(-2 * torch.tensor(s).log())
        x_t = denoiser.process.perturb(x0, t, torch.randn(x0.shape, generator=generator))
        linear = s**2 / (1 + s**2)
        assert (conditional(x_t, t) - x0).square().mean() < bound * linear
        assert (denoiser(x_t, t) - x0).square().mean() < 1.2 * bound * linear


@pytest.mark.mnist
@needs_mnist
def test_the_classifier_is_as_good_as_its_card_says():
    images, labels = data.mnist("test")
    accuracy = (metrics.mnist_labels(images) == labels).double().mean().item()
    claimed = cards()["mnist-classifier"]["metrics"]["test_accuracy"]
    assert accuracy == pytest.approx(claimed, abs=2e-4) and accuracy > 0.99


@pytest.mark.mnist
@needs_mnist
def test_the_bits_are_those_of_the_card(generator):
    card = cards()["mnist-likelihood"]["metrics"]
    images = data.mnist("test")[0][:1000]
    bound = bounds.dequantised_bound(load("mnist-likelihood"), images, generator, repeats=1)
    assert bound.mean().item() == pytest.approx(card["bound_total"], rel=0.06)


def test_unknown_name():
    with pytest.raises(ValueError, match=r"'mnist'.*there are mnist-classifier"):
        load("mnist")
    with pytest.raises(ValueError, match="is a Classifier, not a denoiser"):
        load("mnist-classifier")


def test_labels_need_a_network_that_takes_them():
    denoiser = load("mnist-conditional")
    fixed = with_labels(denoiser, torch.tensor([1]))
    with pytest.raises(ValueError, match="trained with labels"):
        with_labels(fixed, torch.tensor([1]))
    with pytest.raises(ValueError, match="labels"):
        fixed(torch.zeros(2, 1, 24, 24), 0.5)


def test_missing_weights(shelf):
    (shelf / "mnist-conditional.safetensors").unlink()
    with pytest.raises(DamagedFile, match=r"mnist-conditional.safetensors is missing"):
        load("mnist-conditional")


@pytest.mark.parametrize("size", [0, 4, 100, -1])
def test_truncated_weights(shelf, size):
    path = shelf / "mnist-conditional.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedFile, match=r"cut short or damaged"):
        load("mnist-conditional")


def test_one_flipped_bit(shelf):
    path = shelf / "mnist-conditional.safetensors"
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match="its hash does not match"):
        load("mnist-conditional")


def test_weights_of_another_card(shelf):
    card = json.loads((shelf / "mnist-conditional.json").read_text())
    (shelf / "mnist-conditional.json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(DamagedFile, match=r"its card says 000000000000"):
        load("mnist-conditional")


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null"])
def test_a_damaged_card_blocks_its_own_network_only(shelf, content):
    (shelf / "mnist-codes.json").write_text(content)
    load("ring")
    with pytest.raises(DamagedFile, match=r"mnist-codes.json is damaged.*install"):
        load_network("mnist-codes")
    with pytest.raises(DamagedFile, match=r"mnist-codes.json is damaged"):
        cards()
    with pytest.raises(ValueError, match=r"there are.*mnist-codes"):
        load("mnist")


def test_eight_bits_are_whole_numbers_and_a_scale_a_row(tmp_path, generator):
    network = torch.nn.Sequential(torch.nn.Linear(300, 5), torch.nn.BatchNorm1d(5))
    zoo.write_network(tmp_path / "8", network, {}, bits=8)
    zoo.write_network(tmp_path / "16", network, {})
    stored, _ = zoo.read_tensors(tmp_path / "8")
    assert stored["0.weight"].dtype == torch.int8 and stored["0.bias"].dtype == torch.float16
    own = network.state_dict()
    for size, width in (("8", 1 / 254), ("16", 2**-11)):
        found = zoo.read_state(tmp_path / size)
        assert found.keys() == own.keys()
        largest = own["0.weight"].abs().amax(1, keepdim=True)
        error = ((found["0.weight"] - own["0.weight"]).abs() / largest).max()
        assert width / 10 < error < 1.001 * width
        assert found["1.num_batches_tracked"] == 0
    assert (tmp_path / "8").stat().st_size < (tmp_path / "16").stat().st_size


def test_tensors_round_trip(tmp_path):
    tensors = {
        "a": torch.randn(3, 4, 5, 6).to(memory_format=torch.channels_last),
        "b": torch.tensor(7),
        "c": torch.zeros(0, 2),
    }
    path = tmp_path / "file.safetensors"
    zoo.write_tensors(path, tensors, {"step": 3})
    found, note = zoo.read_tensors(path)
    assert note == {"step": 3} and all(torch.equal(found[k], v) for k, v in tensors.items())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    zoo.write_file(path, b"old")
    monkeypatch.setattr(zoo.os, "fsync", lambda handle: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        zoo.write_file(path, b"new")
    assert path.read_bytes() == b"old"
