"""Every recipe can take a step; those that need MNIST say so."""

import math
import os
from itertools import pairwise

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from dgm_lessons import data
from dgm_lessons.data import MNIST_STD, mnist_to_unit
from dgm_lessons.denoisers import AbstractDenoiser
from dgm_lessons.processes import VE, VP, FlowMatching
from dgm_lessons.recipes import RECIPES, sample_digits, variational_bound
from dgm_lessons.recipes.bound import WIDTHS, chain_times, decoder, step_cost
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


def test_the_steps_cost_the_kl_of_their_gaussians(generator):
    """At every step of a short chain, from the two means and widths: nothing is a limit."""
    images = torch.randint(0, 256, (3, 28, 28), generator=generator).to(torch.uint8)
    process, x0 = Blind.process, mnist_to_unit(images).double()
    times, costs = chain_times(process, 5), {width: [] for width in WIDTHS}
    for t, s in pairwise(times):
        x_s = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
        mu, std = process.posterior(x_s, x0, s, t)
        guess, _ = process.posterior(x_s, torch.zeros_like(x0), s, t)
        best = (std**2 + (mu - guess).square().mean()).sqrt()
        widths = {"small": std, "large": process.transition(t, s)[1], "best": best}
        for width, own in widths.items():
            kl = kl_divergence(Normal(mu, std), Normal(guess, own)).sum() / 3
            costs[width].append(kl / (576 * math.log(2)))
        for other in (0.9, 1.1):  # the best width has no better neighbour
            near = kl_divergence(Normal(mu, std), Normal(guess, other * best)).sum() / 3
            assert near / (576 * math.log(2)) > costs["best"][-1]
    for width in WIDTHS:
        steps = variational_bound(Blind(), images, generator, 5, 4, width)["steps"]
        torch.testing.assert_close(steps, torch.stack(costs[width]), rtol=1e-5, atol=0)
    small, large, best = (torch.stack(costs[width]) for width in WIDTHS)
    assert bool((best < small).all() and (best < large).all())
    with pytest.raises(ValueError, match="width is 'wide'; choose one of small, large, best"):
        variational_bound(Blind(), images, generator, width="wide")


def test_narrow_steps_make_all_widths_alike():
    told, dim = torch.tensor(2.0, dtype=torch.float64), 576
    for width in (1e-2, 1e-3, 1e-4):  # of the step, in log-SNR: rho = 1 - width
        excess = step_cost(width * told, torch.tensor(1 - width).double(), dim) - width * told
        assert excess.abs() < 0.5 * dim * width**2


def test_the_decoder_pays_for_a_guess_that_is_far_off(generator):
    """No probability is cut off at a floor: 60 widths off cost 60^2 / 2 nats a pixel."""
    images = torch.full((1, 28, 28), 130, dtype=torch.uint8)
    t, x0 = torch.tensor(0.01).double(), mnist_to_unit(images)
    off = (x0[0, 0, 0, 0] / (Blind.process.sigma(t) / Blind.process.alpha(t))).item()
    cost = decoder(Blind(), x0, t, generator).item() / 576
    assert off > 10 and cost == pytest.approx(off**2 / 2, rel=0.2) and cost > 28
    own = decoder(Blind(), x0, t, generator, best=True).item() / 576
    density = 0.5 + math.log(x0.max() * (2 * math.pi) ** 0.5)  # of an error equal to the width
    assert own == pytest.approx(density + math.log(255 * MNIST_STD), abs=0.01)


def test_the_levels_of_the_decoder_share_one_unit_of_mass(generator):
    images = torch.arange(256, dtype=torch.uint8)[:, None, None].expand(256, 28, 28)

    class Vague(Blind):
        process = VP(beta_min=20.0)  # a wide first level, so that no grey level is cut off

    cost = decoder(Vague(), mnist_to_unit(images), torch.tensor(0.05).double(), generator)
    assert (-cost / 576).exp().sum().item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("process", [VP(), VE(), FlowMatching()])
def test_digits_begin_with_the_noise_of_their_first_level(process, generator):
    """The prior of VE has a standard deviation of 50, its first level one of 40."""
    seen = []

    class Watch(Blind):
        def x0_eps(self, x_t, t):
            seen.append((x_t.std().item(), process.sigma(t).item()))
            return super().x0_eps(x_t, t)

    Watch.process = process
    sample_digits(Watch(), 20, generator)
    found, wanted = seen[0]
    assert found == pytest.approx(wanted, rel=0.03)
