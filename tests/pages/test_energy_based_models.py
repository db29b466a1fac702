"""Sentences of `energy-based-models` that carry a number, against what twenty seeds measured."""

import torch
from pytest import approx

from dgm_lessons.seeds import over_seeds

SEEDS = over_seeds("energy-based-models")
WAYS = ("exact likelihood", "CD-1", "CD-20", "persistent CD", "score matching")


def mean(name):
    return float(SEEDS[name].mean())


def test_the_exact_likelihood_is_best_and_two_come_close():
    exact = mean("exact likelihood")
    assert exact == approx(0.0061, abs=5e-5)
    assert float(SEEDS["exact likelihood"].std()) == approx(0.0013, abs=5e-5)
    assert exact == approx(0.006, abs=5e-4) and exact == min(mean(way) for way in WAYS)
    for way in ("CD-20", "score matching"):
        assert mean(way) - exact < 0.0105


def test_cd_1_ends_anywhere_and_persistent_cd_farthest():
    one, exact, persistent = (SEEDS[WAYS[k]] for k in (1, 0, 3))
    assert one.min() < 1.2 * exact.mean() and one.max() / exact.mean() == approx(50, rel=0.1)
    ends = torch.stack([SEEDS[way] for way in WAYS])
    assert (ends.argmax(0) == WAYS.index("persistent CD")).sum() == 16
    assert set(ends.argmax(0).tolist()) == {WAYS.index("persistent CD"), WAYS.index("CD-1")}
    assert one.mean() / persistent.mean() == approx(0.25, abs=0.05)


def test_score_matching_costs_a_sixth_of_cd_20():
    ratio = mean("seconds CD-20") / mean("seconds score matching")
    assert ratio == approx(6, rel=0.1)


def test_all_but_the_exact_likelihood_are_unsure_of_the_weights():
    """The spread of the mass on the left, and persistent CD elsewhere each time."""
    spread = {way: float(SEEDS[f"left {way}"].std()) for way in WAYS}
    assert min(spread[way] for way in WAYS[1:]) > 5 * spread["exact likelihood"]
    assert max(spread.values()) == spread["persistent CD"] > 0.25
    assert float(SEEDS["persistent CD"].min()) > 0.05


def test_few_walkers_cross_between_two_updates():
    assert mean("crossed 20") == approx(0.02, abs=0.005)
    assert mean("crossed 2000") == approx(0.6, abs=0.02)


def test_the_trace_costs_in_proportion_to_the_dimension():
    for few, many in ((8, 32), (32, 128)):
        assert mean(f"trace {many}") / mean(f"trace {few}") == approx(4, rel=0.1)


def test_only_the_gradient_of_an_energy_forgets_the_way():
    assert float(SEEDS["loop gradient of E"].max()) < 1e-5
    assert float(SEEDS["loop vector field"].min()) > 1e-3
