"""Sentences of `ncsn-and-ddpm` on digits, against what `benchmarks/one_network.py` has measured."""

import json
from importlib.resources import files

from pytest import approx

PATH = files("dgm_lessons") / "results" / "one_network.json"
BENCH = json.loads(PATH.read_text(encoding="utf8"))
ROWS = {(row["sampler"], row["calls"]): row for row in BENCH["rows"]}
FEW, MOST = BENCH["calls"][0], BENCH["calls"][-1]


def half(row):
    return row["interval"][1] - row["frechet"]


def test_the_ancestral_walk_the_corrector_and_the_flow_have_arrived_at_the_fewest_calls():
    for name in ("ancestral", "predictor-corrector", "probability-flow ODE"):
        few, most = (ROWS[name, calls] for calls in (FEW, MOST))
        assert few["frechet"] - most["frechet"] < half(few) + half(most)
    flow, walk = (ROWS[name, FEW]["frechet"] for name in ("probability-flow ODE", "ancestral"))
    assert walk < flow < 3 * walk


def test_the_corrector_is_level_with_the_walk():
    for calls in BENCH["calls"]:
        one, other = (ROWS[name, calls] for name in ("ancestral", "predictor-corrector"))
        assert abs(one["frechet"] - other["frechet"]) < half(one) + half(other)


def test_a_frozen_score_is_twenty_times_as_far_off_and_comes_near():
    ratio = ROWS["reverse SDE", FEW]["frechet"] / ROWS["ancestral", FEW]["frechet"]
    assert ratio == approx(20, rel=0.1)
    last = [ROWS[name, MOST] for name in ("reverse SDE", "ancestral")]
    assert last[0]["frechet"] - last[1]["frechet"] < half(last[0]) + half(last[1])


def test_langevin_is_last_at_every_number_of_calls():
    for calls in BENCH["calls"]:
        lowest = ROWS["annealed Langevin", calls]["interval"][0]
        others = [row for (name, n), row in ROWS.items() if n == calls and "Lang" not in name]
        assert len(others) == 4 and all(row["interval"][1] < lowest for row in others)
    assert ROWS["annealed Langevin", 21]["agreement"] == approx(0.3, abs=0.05)
