"""Every recipe can take a step; those that need MNIST say so."""

import os

import pytest
import torch

from dgm_lessons import data, evaluation, samplers, zoo
from dgm_lessons.recipes import RECIPES
from dgm_lessons.train import main
from dgm_lessons.zoo import read_tensors

needs_mnist = pytest.mark.skipif(
    not os.environ.get("DGM_LESSONS_DATA"), reason="set DGM_LESSONS_DATA"
)
ALL = [
    pytest.param(name, marks=[pytest.mark.mnist, needs_mnist] if "mnist" in name else [])
    for name in RECIPES
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_recipe_learns(name):
    """Ten steps on 8 rows of a batch lower its loss, and every parameter gets a gradient."""
    torch.manual_seed(0)
    recipe = RECIPES[name](torch.device("cpu"))
    assert recipe.name == name
    batch = recipe.draw(torch.Generator().manual_seed(0))
    assert len({len(part) for part in batch}) == 1  # processes share a batch row by row
    batch = tuple(part[:8] for part in batch)
    optimizer = torch.optim.Adam(recipe.network.parameters(), 1e-3)
    losses = []
    for _ in range(10):
        loss = recipe.loss(recipe.network, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(parameter.grad is not None for parameter in recipe.network.parameters())


def test_the_classifier_sees_shifted_digits(monkeypatch, generator):
    """All of a batch by the same one or two pixels, which the margin allows."""
    ink = torch.zeros(3, 28, 28, dtype=torch.uint8)
    ink[:, 4:-4, 4:-4] = torch.randint(256, (3, 20, 20), generator=generator, dtype=torch.uint8)
    monkeypatch.setattr(data, "mnist", lambda split: (ink, torch.arange(3)))
    x, rows = RECIPES["mnist-classifier"](torch.device("cpu")).draw(generator)
    unmoved = ink[rows, None].float() / 255
    shifts = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    assert sum(torch.equal(x, unmoved.roll(shift, (2, 3))) for shift in shifts) == 1


@pytest.mark.mnist
@needs_mnist
def test_the_pairs_of_the_map_depend_on_the_seed_and_their_block(monkeypatch):
    """A run that goes on makes the same ones; the teacher's path ends where its sampler does."""
    monkeypatch.setattr("dgm_lessons.recipes.flow_map.ROWS", 8)
    recipes = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        recipes.append(RECIPES["mnist-map"](torch.device("cpu")))
    one, again, other = ([recipe.block(k)[0] for k in (2, 5)] for recipe in recipes)
    assert torch.equal(one[0], again[0]) and torch.equal(one[1], again[1])
    assert not torch.equal(one[0], one[1]) and not torch.equal(one[0], other[0])
    codes, labels = recipes[0].block(2)
    assert codes.shape == (8, 5, 48) and labels.shape == (8,)
    noise, end = codes[:, 0].float(), codes[:, -1].float()
    guided = zoo.with_labels(recipes[0].teacher, labels, 0.3)
    times = evaluation.digit_times(guided.process, 60)
    with torch.no_grad():
        exact = samplers.sample(guided, noise, times, samplers.DPMSolver2M())
    assert (end - exact).square().mean().sqrt() < 0.1 < (end - exact.roll(1, 0)).std()


@pytest.mark.mnist
@needs_mnist
def test_the_plane_travels_with_its_map(tmp_path, monkeypatch):
    """The last touch of a recipe reaches the file of weights."""
    monkeypatch.setattr("dgm_lessons.recipes.autoencoders.evaluate_vae", lambda vae: {})
    main(["mnist-plane", "--steps", "3", "--out", str(tmp_path)])
    tensors, _ = read_tensors(tmp_path / "mnist-plane.safetensors")
    assert tensors["test_codes"].std() > 0 and set(tensors["test_labels"].tolist()) == set(
        range(10)
    )
