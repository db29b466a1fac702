"""Counted operations and bytes against sums done by hand, and rates that a machine can have."""

import pytest
import torch
from torch import nn

from dgm_lessons import roofline
from dgm_lessons.recipes import RECIPES


def test_a_product_and_its_traffic():
    a, b = torch.ones(30, 40), torch.ones(40, 50, dtype=torch.float32)
    work = roofline.count(lambda: a @ b)
    assert work.flops == 2 * 30 * 40 * 50
    assert work.bytes == 4 * (30 * 40 + 40 * 50 + 30 * 50)


def test_half_the_digits_half_the_traffic():
    x = torch.ones(100, 100)
    full, half = (roofline.count(lambda y=y: y + y) for y in (x, x.bfloat16()))
    assert full.bytes == 2 * half.bytes == 3 * x.nbytes and full.flops == 0


@pytest.mark.parametrize("view", [lambda x: x.T, lambda x: x[:3], lambda x: x.reshape(50, 2)])
def test_views_are_free(view):
    assert roofline.count(lambda: view(torch.ones(0).new_empty(10, 10))).bytes == 400


def test_the_backward_pass_counts():
    """A dense layer costs 2 operations a weight forward, 4 back but for the first, which has 2."""
    recipe = RECIPES["ring"](torch.device("cpu"))
    layers = [layer for layer in recipe.network.modules() if isinstance(layer, nn.Linear)]
    batch = recipe.draw(torch.Generator().manual_seed(0))
    sizes = [layer.weight.numel() for layer in layers]
    network_only = 2 * len(batch[0]) * (3 * sum(sizes) - sizes[0])
    work = roofline.count(lambda: recipe.loss(recipe.network, batch).backward())
    assert network_only <= work.flops < 1.5 * network_only


def test_full_speed_is_work_over_rates():
    ideal = roofline.full_speed(roofline.Work(3 * 10**9, 10**8), roofline.Rates(1e12, 1e10))
    assert ideal == {"arithmetic": pytest.approx(3), "memory": pytest.approx(10)}


def test_rates_of_this_machine():
    rates = roofline.rates(torch.device("cpu"))
    assert 1e8 < rates.flops < 1e15 and 1e8 < rates.bytes < 1e13
