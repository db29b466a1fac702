"""Bits per dimension: the browser's conversions against the package's, and plain sums."""

import math
import re
from itertools import product

import pytest
import torch
from reader import state, status

from dgm_lessons.likelihood import bits_per_dim
from dgm_lessons.widgets import BitsPerDimension
from dgm_lessons.widgets.bits_per_dimension import LEVELS, SIZES, UNITS

browser = pytest.mark.browser
CODE = "return a.map(([value, from, to]) => M.convert(value, from, to));"


def convention(unit="bits/dim", size=784, measure="uniform", scale="pixel"):
    return {"unit": unit, "size": size, "measure": measure, "scale": scale}


def converted(run_module, *cases, slip=None):
    return run_module(BitsPerDimension.example(), CODE, [list(case) for case in cases], slip)


def from_package(log_prob, size, scale):
    """Bits per dimension of grey levels from a log-density in nats, by the package."""
    return bits_per_dim(torch.tensor(log_prob).double(), size, 1 / LEVELS[scale]).item()


@browser
def test_a_log_density_becomes_the_package_s_bits(run_module):
    cases = [(-3100.0, size, scale) for size, scale in product(SIZES, LEVELS)]
    given = [(-v, convention("nats/image", s, scale=k), convention(size=s)) for v, s, k in cases]
    found = [row["value"] for row in converted(run_module, *given)]
    wanted = [from_package(*case) for case in cases]
    assert found == pytest.approx(wanted, rel=1e-12)
    slip = ("v + sign * times * log", "v - sign * times * log")
    wrong = [row["value"] for row in converted(run_module, *given, slip=slip)]
    assert wrong != pytest.approx(wanted, rel=1e-3)


def by_hand(value, a, b):
    """Through the bits that one whole image takes in grey levels."""

    def size(c):
        factor = math.log(2) if c["unit"].startswith("nats") else 1
        return factor / (c["size"] if c["unit"].endswith("dim") else 1)

    def shift(c):
        noisy = c["measure"] in ("uniform", "variational")
        return c["size"] * math.log2(LEVELS[c["scale"]]) if noisy else 0

    return (value / size(a) + shift(a) - shift(b)) * size(b)


@browser
def test_all_ways_agree_and_lead_back(run_module):
    ways = [
        convention(unit, size, measure, scale)
        for unit, size, measure, scale in product(
            UNITS, (784, 1024), ("uniform", "grey", "variational", "binary"), LEVELS
        )
    ]
    pairs = [(a, b) for a, b in product(ways, ways) if a["measure"] == b["measure"]]
    there = converted(run_module, *((2.7, a, b) for a, b in pairs))
    values = [row["value"] for row in there]
    assert values == pytest.approx([by_hand(2.7, a, b) for a, b in pairs], rel=1e-11, abs=1e-9)
    back = converted(run_module, *((v, b, a) for v, (a, b) in zip(values, pairs, strict=True)))
    assert [row["value"] for row in back] == pytest.approx([2.7] * len(pairs), abs=1e-9)
    for row in there:  # the last step's value is the answer
        assert not row["steps"] or row["steps"][-1]["value"] == row["value"]
    bounded = {
        (a["size"], b["size"])
        for (a, b), r in zip(pairs, there, strict=True)
        if r["relation"] == "≤"
    }
    assert bounded == {(1024, 784)}


REFUSED = [
    (convention(size=784), convention(size=3072), "another data set"),
    (convention(size=1024), convention(size=12288), "another data set"),
    (convention(measure="binary"), convention(measure="grey"), "one bit a dot"),
    (convention(measure="uniform"), convention(measure="binary"), "one bit a dot"),
    (convention(measure="grey"), convention(measure="uniform"), "no density of its own"),
    (convention(measure="grey"), convention(measure="variational"), "no density of its own"),
    (convention(measure="uniform"), convention(measure="variational"), "may fall short of it"),
    (convention(measure="variational"), convention(measure="uniform"), "more than the best noise"),
]


@browser
def test_what_cannot_be_converted_says_why(run_module):
    found = converted(run_module, *((1.0, a, b) for a, b, _ in REFUSED))
    for row, (_, _, words) in zip(found, REFUSED, strict=True):
        assert set(row) == {"reason"} and words in row["reason"]
    with pytest.raises(Exception, match="must be finite"):
        run_module(BitsPerDimension.example(), "return M.convert(NaN, a, a).value;", convention())


@browser
def test_no_step_is_idle(run_module):
    """A pixel has one grey level a unit: of its density nothing is to be shifted."""
    pixel, unit = convention(), convention(scale="unit")
    rows = converted(run_module, (1.5, pixel, pixel), (1.5, pixel, unit), (1.5, unit, pixel))
    assert [[step["value"] for step in row["steps"]] for row in rows] == [[], [-6.5], [9.5]]


@browser
def test_noise_bounds_the_grey_levels(run_module):
    """A density on [0, 1): its uniform bound, in the converter's sums, is above -log2 P."""
    p = torch.tensor(
        [0.7, 0.2, 0.1]
    ).double()  # of three levels, each box cut in two unequal halves
    left = 2 * torch.tensor([0.9, 0.4, 0.5]).double()
    boxes = torch.stack([p * left, p * (2 - left)], 1)  # the density in each half box
    exact = -p.log2()
    noisy = -boxes.log2().mean(1)
    assert (noisy >= exact - 1e-12).all() and noisy[0] > exact[0] + 0.5
    (row,) = converted(run_module, (noisy[0].item(), convention(), convention(measure="grey")))
    assert row["relation"] == "≤" and row["value"] == pytest.approx(noisy[0].item())


@browser
def test_the_picture_s_sum_is_the_browser_s(run_module):
    code = "return a.map(([value, from]) => M.greyBits(value, from));"
    cases = list(product(UNITS, SIZES, ("grey", "uniform", "binary"), LEVELS))
    widgets = [BitsPerDimension(-3.3, given=case) for case in cases]
    found = run_module(widgets[0], code, [[-3.3, convention(*case)] for case in cases])
    assert found == pytest.approx([w.grey_bits() for w in widgets], rel=1e-12)


def test_the_sums_of_python_are_the_package_s():
    for scale in LEVELS:
        widget = BitsPerDimension(-1234.5, given=("nats/image", 3072, "uniform", scale))
        assert widget.grey_bits() == pytest.approx(from_package(1234.5, 3072, scale))


@browser
def test_typing_choosing_and_dragging(open_page):
    page = open_page(BitsPerDimension())
    assert "= −3291 nats per image" in status(page)
    items = page.locator(".dgm-steps li").all_inner_texts()
    assert items[0].startswith("all dimensions of the image: × 784 = 740.1")
    assert "− 784 × ln 128 = −3291" in items[-1]
    number = page.get_by_role("spinbutton")
    number.fill("1.5")
    assert state(page, "value") == 1.5 and "−2989 nats per image" in status(page)
    number.fill("")
    assert state(page, "value") == 1.5
    page.get_by_role("radio", name=re.compile("density, variational.*as wanted")).check()
    assert "no conversion" in status(page) and page.locator(".dgm-steps li").count() == 0
    page.get_by_role("radio", name="grey levels, or a bound (Probability of, as wanted)").check()
    page.get_by_role("radio", name="bits per dimension (Unit of −log p, as wanted)").check()
    assert ": at most 1.5 bits per dimension" in status(page)
    page.get_by_role("slider").press("Home")
    assert state(page, "value") == pytest.approx(-9)
    assert "fewer than none" in page.inner_text(".dgm-story")
    page.get_by_role("slider").press("End")
    assert "all 256 values" in page.inner_text(".dgm-story")
    assert page.noise == []


@browser
def test_numbers_keep_their_digits_and_the_limit_is_said(open_page):
    grey = ("bits/dim", 3072, "grey", "pixel")
    page = open_page(BitsPerDimension(3.75, given=grey, wanted=("bits/image", *grey[1:])))
    words = "3.75 bits per dimension = 11520 bits per image. If the number is a bound, so is this"
    assert words in status(page)
    number = page.get_by_role("spinbutton")
    number.fill("0.00001")
    assert status(page).startswith("0.00001 bits per dimension = 0.0307 bits")
    assert "a million" not in status(page)
    number.fill("1e9")
    assert state(page, "value") == 1e6 and "at most a million" in status(page)
    assert page.noise == []


def test_the_zoo_s_numbers_are_those_of_its_card():
    from dgm_lessons.zoo import card

    numbers = card("mnist-likelihood")["metrics"]
    flow, bound = BitsPerDimension.PRESETS[:2]
    assert flow[1]["value"] == round(numbers["flow_total"], 3)
    assert f"{numbers['flow_total']:.3f}, standard error {numbers['flow_error']:.3f}" in flow[2]
    assert bound[1]["value"] == round(numbers["bound_total"], 3)
    assert f"{numbers['bound_total']:.3f}, standard error {numbers['bound_error']:.3f}" in bound[2]
    assert f"first {numbers['flow_images']} test digits" in flow[2]
    assert numbers["dequantisation"] == flow[1]["measure"] == bound[1]["measure"] == "uniform"


GOOD = ("bits/dim", 784, "grey", "pixel")
BAD = [
    (lambda: BitsPerDimension(math.nan), "value must lie in"),
    (lambda: BitsPerDimension(1e7), "value must lie in"),
    (lambda: BitsPerDimension(given=("bpd", *GOOD[1:])), "unit must be one of bits/dim"),
    (lambda: BitsPerDimension(wanted=("bits/dim", 28, "grey", "pixel")), "size must be one of 784"),
    (lambda: BitsPerDimension(given=GOOD[:3]), "a convention is unit, size, measure, scale"),
]


@pytest.mark.parametrize(("make", "says"), BAD)
def test_what_makes_no_sense_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()
