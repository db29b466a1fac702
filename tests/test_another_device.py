"""Every recipe keeps to its device, from the first step to the last metric."""

import sys

import pytest
import torch
from another_device import AWAY, AnotherDevice, Away, Generator, WithoutDispatch

from dgm_lessons import data
from dgm_lessons.recipes import RECIPES


@pytest.fixture
def away(monkeypatch, request):
    """Some even noise in place of MNIST, and generators that are away."""
    n = {"mnist-plane": 600, "mnist-likelihood": 4}.get(request.node.callspec.id, 60)
    seeded = torch.Generator().manual_seed(0)
    images = torch.randint(256, (n, 28, 28), generator=seeded, dtype=torch.uint8)
    monkeypatch.setattr(data, "mnist", lambda split: (images, torch.arange(n) % 10))
    for name, module in list(sys.modules.items()):
        if name.startswith("dgm_lessons") and hasattr(module, "Generator"):
            monkeypatch.setattr(module, "Generator", Generator)
    with AnotherDevice(), WithoutDispatch():
        yield


def test_what_is_away_does_not_mix_with_what_is_here():
    with AnotherDevice(), WithoutDispatch():
        x, y = torch.ones(3, device=AWAY), torch.ones(3)
        assert isinstance(x + 1, Away) and (x + 1).tolist() == [2, 2, 2]
        assert torch.equal(y.to(AWAY).cpu(), y)
        with pytest.raises(RuntimeError, match="two devices"):
            x + y
        with pytest.raises(RuntimeError, match="generator"):
            torch.randn(3, device=AWAY, generator=torch.Generator())
        with pytest.raises(RuntimeError, match="generator"):
            torch.randn(3, generator=Generator(AWAY))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:std")  # of the bits of so few images
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_keeps_to_its_device(away, name):
    recipe = RECIPES[name](AWAY)
    network = recipe.network.to(AWAY)
    batch = recipe.draw(Generator(AWAY).manual_seed(0))
    assert all(isinstance(part, Away) for part in batch)
    recipe.loss(network, batch).backward()
    assert all(p.grad is None or p.grad.device == AWAY for p in network.parameters())
    if recipe.finish:
        recipe.finish(network)
    recipe.evaluate(network)
    if recipe.picture:
        recipe.picture(network)
