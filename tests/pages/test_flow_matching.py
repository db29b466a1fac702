"""What the page flow-matching says of its benchmark, beside the numbers themselves."""

import json
from importlib.resources import files

import pytest
import torch

FOUND = json.loads((files("dgm_lessons") / "results" / "flow_matching.json").read_text())
SEEDS = FOUND["by_seed"]


def over_seeds(name, value):
    values = torch.tensor([value(seed["flows"][name]) for seed in SEEDS], dtype=torch.float64)
    return values.mean().item(), values.std().item()


def strays(row):
    return 100 * row["fine"]["off_mode_share"]


def one_step(row):
    return 100 * row["few"][0]["off_mode_share"]


def test_the_benchmark_is_a_full_one():
    assert FOUND["settings"] == "full" and len(SEEDS) == 5 and FOUND["euler"] == [1, 2, 4, 8]


def ratios(name):
    losses = [seed["losses"] for seed in SEEDS]
    return [row["velocity"][name] / row["noise"][name] for row in losses]


def test_flow_matching_is_ahead_of_noise_prediction_in_every_seed_but_for_sw2():
    assert max(ratios("velocity_rmse")) < 0.5 and max(ratios("noise_rmse")) < 1
    assert sum(ratios("velocity_rmse_to_0.9")) / 5 == pytest.approx(0.65, abs=0.02)
    assert sum(ratios("off_mode_share")) / 5 == pytest.approx(1 / 3, abs=0.05)
    gap = ratios("distance_over_floor")
    assert sum(gap) / 5 < 0.9 and max(gap) > 1


def test_each_round_straightens_or_keeps_and_costs_quality():
    rounds = ["flow matching", "rectified", "twice rectified", "three times rectified"]
    means = [over_seeds(name, strays)[0] for name in rounds]
    assert means == sorted(means)
    assert means[0] == pytest.approx(2, abs=0.5) and means[3] == pytest.approx(8, abs=0.5)
    assert over_seeds("exact, rectified", strays)[0] == pytest.approx(3, abs=0.5)
    bends = [over_seeds(name, lambda row: row["curvature"])[0] for name in rounds]
    assert bends[0] > 300 * bends[1]
    ones = [over_seeds(name, one_step)[0] for name in rounds]
    assert ones[0] > 99.9 and ones[1] == pytest.approx(12.5, abs=1)
    assert min(ones[2:]) > ones[1]  # no gain in one step


def test_matched_batches_are_straight_slow_and_stray():
    rows = [seed["flows"]["matched batches"] for seed in SEEDS]
    others = [seed["flows"]["flow matching"]["steps"] for seed in SEEDS]
    share = sum(row["steps"] for row in rows) / sum(others)
    assert share == pytest.approx(0.25, abs=0.03)
    assert over_seeds("matched batches", lambda row: row["curvature"])[0] == pytest.approx(
        0.02, abs=5e-3
    )
    most = max(over_seeds(name, strays)[0] for name in SEEDS[0]["flows"])
    assert over_seeds("matched batches", strays)[0] == most


def test_the_exact_flow_is_not_the_cheapest_coupling():
    def saved(row):
        return 100 * row["saved"] / row["cost"]

    mean, spread = over_seeds("exact", saved)
    assert mean == pytest.approx(0.4, abs=0.05) and mean > 3 * spread
    assert (
        over_seeds("three times rectified", saved)[0] > 0.5 * over_seeds("flow matching", saved)[0]
    )
    assert over_seeds("matched batches", saved)[0] < 0.1 * mean
