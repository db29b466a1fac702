"""What the page on noise prediction says in words, checked by another route than the page takes."""

import torch
from pytest import approx

from dgm_lessons.processes import DiscreteProcess
from dgm_lessons.seeds import over_seeds


def test_ten_trainings_of_each_loss():
    """About three times as accurate without w, a little more without the weight, half if tamed."""
    seeds = over_seeds("noise-prediction")
    two, one, none = (seeds[k] for k in ("two noises", "w integrated out", "factor dropped"))
    assert len(two) == 10 and (two / one).mean() == approx(3, abs=0.3) and (two > 2 * one).all()
    assert (none < one).sum() >= 9
    tamed = seeds["tamed"] / seeds["Algorithm 1"]
    assert tamed.mean() == approx(0.5, abs=0.03) and tamed.max() < 0.6
    assert 0 < seeds["above the floor"].min() and seeds["above the floor"].max() < 0.00105


def test_the_weight_that_was_dropped():
    """A hundred times the middle's at step 2, sixteen times at step 10."""
    chain = DiscreteProcess.linear(1000)
    squares = chain.betas**2
    weight = squares / (1 - squares) / chain.sigma(torch.arange(1000)).clamp(min=1e-9) ** 2
    assert weight[1] / weight[499] == approx(109, abs=1)  # of steps 2 and 500
    assert weight[9] / weight[499] == approx(15.7, abs=0.1)
