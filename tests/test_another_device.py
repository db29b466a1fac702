"""Every recipe keeps to its device, from the first step to the last metric."""

import json
from functools import partial

import pytest
import torch
from another_device import AWAY, AnotherDevice, Away, AwayGenerator, WithoutDispatch

from dgm_lessons import data
from dgm_lessons.evaluation import sampling
from dgm_lessons.recipes import RECIPES, likelihood
from dgm_lessons.train import Run, finish
from dgm_lessons.zoo import read_state


@pytest.fixture
def away(monkeypatch, request):
    """Some even noise in place of MNIST, generators that are away, and paths of few steps."""
    few = partial(likelihood.evaluate_likelihood, tol=0.1)
    monkeypatch.setattr(likelihood, "evaluate_likelihood", few)
    times = sampling.digit_times
    monkeypatch.setattr(sampling, "digit_times", lambda process, calls: times(process, 3))
    n = {"mnist-plane": 600, "mnist-likelihood": 4}.get(request.node.callspec.id, 60)
    seeded = torch.Generator().manual_seed(0)
    images = torch.randint(256, (n, 28, 28), generator=seeded, dtype=torch.uint8)
    monkeypatch.setattr(data, "mnist", lambda split: (images, torch.arange(n) % 10))
    monkeypatch.setattr(torch, "Generator", AwayGenerator)
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
            torch.randn(3, generator=AwayGenerator(AWAY))


def test_what_is_away_has_no_float64():
    with AnotherDevice(), WithoutDispatch():
        x = torch.ones(3, device=AWAY)
        for wrong in (x.double, lambda: torch.zeros(2, dtype=torch.float64).to(AWAY)):
            with pytest.raises(TypeError, match="no float64"):
                wrong()
        assert (x * torch.tensor(2.0, dtype=torch.float64)).dtype == torch.float32


class Alone:
    """What a run needs of accelerate, for one process that computes away."""

    device, process_index, num_processes, is_main_process = AWAY, 0, 1, True
    mixed_precision = "no"

    def prepare(self, network):
        return network

    def backward(self, loss):
        loss.backward()

    def reduce(self, tensor, how):
        return tensor


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:std")  # of the bits of so few images
@pytest.mark.filterwarnings("ignore:for .* copying from a non-meta parameter")  # its name misleads
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_trains_and_is_measured_on_its_device(away, name, tmp_path):
    """From the first batch to the card, with neither the CPU's tensors nor float64."""
    recipe = RECIPES[name](AWAY)
    assert all(isinstance(part, Away) for part in recipe.draw(AwayGenerator(AWAY)))
    run = Run(recipe, 1, 0, Alone())
    run.advance()
    assert all(p.grad is None or p.grad.device == AWAY for p in run.bare.parameters())
    run.save(tmp_path / "checkpoint.safetensors")
    recipe.picture(run.ema.network)
    finish(run, tmp_path, {})
    card = json.loads((tmp_path / f"{name}.json").read_text())
    assert card["metrics"] and card["device"] == str(AWAY)
    assert read_state(tmp_path / f"{name}.safetensors").keys() == run.bare.state_dict().keys()
