"""Every recipe can take a step; those that need MNIST say so."""

import math
import os

import pytest
import torch

from dgm_lessons.data import mnist_to_unit
from dgm_lessons.denoisers import AbstractDenoiser
from dgm_lessons.processes import VP
from dgm_lessons.recipes import RECIPES, variational_bound
from dgm_lessons.recipes.bound import decoder
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


class Blind(AbstractDenoiser):
    """It guesses zero, whatever it sees."""

    process = VP()

    def x0_eps(self, x_t, t):
        return torch.zeros_like(x_t), x_t


def test_the_bound_of_a_blind_denoiser_is_known_in_closed_form(generator):
    """Its steps telescope; its decoder's 256 levels have probabilities that sum to one."""
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)
    bill = variational_bound(Blind(), images, generator, steps=30, groups=29)
    process, bits = Blind.process, 576 * math.log(2)
    x0 = mnist_to_unit(images).double().flatten(1)
    first, last = (process.snr(t) for t in (process.t_min, process.t_max))
    squares = x0.square().sum(1).mean()
    assert bill["steps"].sum().item() == pytest.approx(
        (0.5 * (first - last) * squares / bits).item(), rel=1e-5
    )
    alpha, variance = process.alpha(1.0), process.variance(1.0)
    pull = 0.5 * (alpha**2 * squares + 576 * (variance - 1 - variance.log()))
    assert bill["prior"].item() == pytest.approx((pull / bits).item(), rel=1e-4)
    total = bill["decoder"] + bill["steps"].sum() + bill["prior"]
    assert bill["total"].item() == pytest.approx(total.item(), rel=1e-6)


def test_the_levels_of_the_decoder_share_one_unit_of_mass(generator):
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)

    class Vague(Blind):
        process = VP(beta_min=20.0)  # a wide first level, so that no grey level is cut off

    cost = decoder(Vague(), mnist_to_unit(images), torch.tensor(0.05).double(), generator)
    assert (-cost / 576).exp().sum().item() == pytest.approx(1, abs=1e-5)
