"""The verdicts of the page on benchmarks: a lead needs an interval that leaves zero out."""

import json
import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

PAGE = Path(__file__).parents[2] / "book" / "appendix" / "benchmarks.ipynb"


@pytest.fixture(scope="module")
def page():
    """The functions of the page that judge, run from its cells."""
    space = {"math": math, "fmean": fmean, "stdev": stdev}
    cells = json.loads(PAGE.read_text(encoding="utf8"))["cells"]
    for name in ("mean_error", "verdict", "limit"):
        (cell,) = (c for c in cells if f"def {name}(" in "".join(c["source"]))
        exec("".join(cell["source"]), space)
    return space


def runs(*values):
    return {"values": list(values)}


def test_a_clear_lead_is_a_lead_and_its_mirror_a_loss(page):
    ours, theirs = runs(1.0, 1.1, 0.9, 1.0, 1.0), runs(2.0, 2.1, 1.9, 2.2, 2.0)
    assert page["verdict"](ours, theirs) == "ahead"
    assert page["verdict"](theirs, ours) == "behind"


def test_what_the_seeds_cannot_tell_apart_is_a_tie(page):
    ours, theirs = runs(1.0, 1.4, 0.8, 1.1, 1.2), runs(1.2, 1.1, 1.3, 0.9, 1.3)
    assert page["verdict"](ours, theirs) == page["verdict"](theirs, ours) == "tie"
    assert page["verdict"](ours, ours) == "tie"
    assert page["verdict"](runs(1.0), runs(2.0)) == "tie"  # one run is no comparison
    same = [v * (1 + 1e-15) for v in ours["values"]]
    assert page["verdict"](ours, runs(*same)) == "tie"


def test_seeds_are_paired(page):
    # the spread over the seeds is a hundred times the lead, which each seed shows
    ours = runs(1.0, 2.0, 3.0, 4.0, 5.0)
    theirs = runs(1.02, 2.03, 3.02, 4.03, 5.02)
    assert page["verdict"](ours, theirs) == "ahead"


def test_three_seeds_need_a_wider_interval_than_five(page):
    few = runs(0.9, 1.0, 1.1)
    assert page["room"](few) == pytest.approx(4.30 * 0.1 / 3**0.5)
    assert page["within"](few, 1.3) == "met"
    assert page["within"](few, 1.2) == "tie"
    assert page["within"](few, 0.8) == "tie"
    assert page["within"](few, 0.7) == "NOT MET"


def test_a_promise_without_a_number_is_not_kept(page):
    page["limit"]("something", None, 1.0)
    page["contest"]("something", runs(1.0, 1.1), None)
    assert [row[-1] for row in page["promises"][-2:]] == ["not measured"] * 2


def test_numbers_are_shown_to_the_digits_of_their_error(page):
    assert page["shown"](runs(1.0, 1.2, 1.1, 1.3, 1.4)) == "1.200\u00a0± 0.071"
    assert page["shown"](runs(100.0, 120.0)) == "110\u00a0± 10"
    assert page["shown"](runs(20.0, 20.0)) == "20"
    assert page["shown"](runs(1e-5, 3e-5)) == "2.0e-05\u00a0± 1e-05"
    assert page["shown"](None) == "–"
