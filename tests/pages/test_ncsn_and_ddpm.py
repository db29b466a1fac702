"""Sentences of `ncsn-and-ddpm` on digits, against what `benchmarks/one_network.py` has measured."""

import json
from importlib.resources import files
from itertools import pairwise

from pytest import approx

PATH = files("dgm_lessons") / "results" / "one_network.json"
BENCH = json.loads(PATH.read_text(encoding="utf8"))
ROWS = {(row["sampler"], row["calls"]): row for row in BENCH["rows"]}
FEW, MOST = BENCH["calls"][0], BENCH["calls"][-1]


def half(row):
    return row["interval"][1] - row["frechet"]


def test_the_flow_is_done_at_the_fewest_calls_and_above_real_digits():
    few, most = (ROWS["probability-flow ODE", calls] for calls in (FEW, MOST))
    assert abs(few["frechet"] - most["frechet"]) < half(few) + half(most)
    assert most["frechet"] - half(most) > BENCH["real"]["interval"][1]


def test_the_order_at_the_most_calls():
    names = ("probability-flow ODE", "reverse SDE", "predictor-corrector", "annealed Langevin")
    rows = [ROWS[name, MOST] for name in names]
    for better, worse in pairwise(rows):
        assert better["interval"][1] < worse["interval"][0]
    assert ROWS["annealed Langevin", MOST]["agreement"] == approx(0.3, abs=0.05)


def test_the_pilot_of_the_corrector():
    found = {
        row["setting"]["ratio"]: row["frechet"]
        for row in BENCH["pilot"]
        if row["sampler"] == "predictor-corrector"
    }
    best = min(found, key=found.get)
    assert best == max(found) == ROWS["predictor-corrector", MOST]["setting"]["ratio"]
    assert found[best] < 0.5 * ROWS["predictor-corrector", MOST]["frechet"]
