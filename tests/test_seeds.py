"""Pages run with other dice: the tool, and what the pages quote from it."""

import json

import pytest
import torch
from pytest import approx

from benchmarks import measure
from benchmarks import seeds as tool
from dgm_lessons.seeds import mean_and_error, over_seeds

STORED = sorted(measure.RESULTS.glob("seeds-*.json"))


def test_other_dice_and_a_failed_assertion():
    cells = {
        1: "import torch\ng = torch.Generator().manual_seed(3)\ndraw = torch.rand(1, generator=g)",
        4: "measured = {'draw': draw.item()}\nprint('seen')\nassert draw < 0",
    }
    (first, failed), (second, _) = tool.play(cells, 0), tool.play(cells, 2)
    expected = [torch.rand(1, generator=torch.Generator().manual_seed(k)) for k in (3, 2003)]
    assert [first["draw"], second["draw"]] == [value.item() for value in expected]
    assert failed == {4: "seen\n"}


def test_an_error_that_is_no_assertion_ends_the_run():
    with pytest.raises(ZeroDivisionError):
        tool.play({0: "1 / 0"}, 0)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_what_a_page_quotes_is_what_its_cells_measure(path):
    """The names are those of the page's cells, the seeds start at the page itself, nothing fails.

    An assertion behind a random result holds on at least 19 of 20 seeds.
    """
    found = json.loads(path.read_text(encoding="utf8"))
    page = path.stem.removeprefix("seeds-")
    sources = tool.cells(page)
    assert found["seeds"] == list(range(len(found["seeds"]))) and len(found["seeds"]) >= 5
    assert any("measured" in source for source in sources.values())
    for i in {i for failed in found["failed"] for i in failed}:
        assert sum(i in failed for failed in found["failed"]) <= len(found["seeds"]) // 20
    assert any("over_seeds(" in source for source in sources.values())


def test_a_page_that_was_not_measured():
    with pytest.raises(ValueError, match="measured over seeds are"):
        over_seeds("nothing")


def test_mean_and_error():
    values = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    assert mean_and_error(values) == approx((2.0, 1 / 3**0.5))
    with pytest.raises(ValueError, match="at least 2"):
        mean_and_error(values[:1])
