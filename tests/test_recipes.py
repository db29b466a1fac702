"""Every recipe can take a step; those that need MNIST say so."""

import os

import pytest
import torch

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


@pytest.mark.parametrize("name", ALL)
def test_a_recipe_learns(name):
    """Ten steps on one batch lower its loss, and every parameter gets a gradient."""
    torch.manual_seed(0)
    recipe = RECIPES[name](torch.device("cpu"))
    assert recipe.name == name
    batch = recipe.draw(torch.Generator().manual_seed(0))
    assert len({len(part) for part in batch}) == 1  # processes share a batch row by row
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
