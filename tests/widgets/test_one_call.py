"""One call: map and decoder in JavaScript against PyTorch, and a reader's hands on the wall."""

import base64
import json
import re
from functools import cache, partial
from importlib.resources import files

import pytest
import torch
from reader import PHONE, drag, pixels, set_field, settled, state, status

from dgm_lessons import zoo
from dgm_lessons.networks import CodeMap
from dgm_lessons.widgets import OneCall
from dgm_lessons.widgets.digit_from_noise.sampler import seed_noise
from dgm_lessons.widgets.one_call import STOPS, _parts, noise_at

CLOSED = 1e-5
TOLD_APART = 1e-3
browser = pytest.mark.browser


@cache
def shipped():
    network = zoo.load_network("mnist-map")
    assert isinstance(network, CodeMap)
    return network


def one_call(**options):
    return OneCall(shipped(), zoo.card("mnist-map")["metrics"], **options)


@cache
def at_rest():
    return one_call()


# -- the same as PyTorch --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own modules as M."""
    return partial(run_module, OneCall)


MAKE = """
  const bytes = Uint8Array.from(atob(a.bytes), (letter) => letter.charCodeAt(0));
  const digits = M.makeDigits(M.unpackWeights(bytes, a.layout), a.labels.length);"""
LABELS = torch.tensor([4, 0, 9, 1, 1, 7, 3])  # no multiple of four


def data(calls):
    widget = at_rest()
    return {
        "bytes": base64.b64encode(widget.weights).decode(),
        "layout": widget.tensors,
        "labels": LABELS.tolist(),
        "way": widget.ways[str(calls)],
    }


def map_gap(script, calls, slip=None):
    """The largest difference of a number of a code, JavaScript from PyTorch."""
    widget = at_rest()
    noise = torch.randn(len(LABELS), 48, generator=torch.Generator().manual_seed(1))
    code = MAKE + "return [...digits.map(Float32Array.from(a.noise), a.labels, a.way)];"
    loud = (widget.loud * noise).flatten().tolist()
    found = torch.tensor(script(code, data(calls) | {"noise": loud}, slip))
    expected = widget.network.sample(noise, LABELS, calls)
    return (found - expected.flatten()).abs().max().item()


def decoding_gap(script, slip=None):
    """The largest difference of a pixel."""
    codes = torch.randn(len(LABELS), 48, generator=torch.Generator().manual_seed(2))
    code = MAKE + "return [...digits.decode(Float32Array.from(a.codes))];"
    found = script(code, data(1) | {"codes": codes.flatten().tolist()}, slip)
    expected = at_rest().codes.decode(codes).detach().flatten()
    return (torch.tensor(found) - expected).abs().max().item()


@browser
@pytest.mark.parametrize("calls", [1, 2, 4])
def test_the_map(script, calls):
    assert map_gap(script, calls) < CLOSED


MAP_SLIPS = {
    "no shift of the leg": ("+ leg.values[number * all + from + i]", ""),
    "the shift of the first block for all": ("shift(inner, d * width,", "shift(inner, 0,"),
    "no residual": ("h[i] += added[i]", "h[i] = added[i]"),
    "ratio and gain exchanged": ("ratio * x[i] + gain * f[i]", "gain * x[i] + ratio * f[i]"),
    "no bias": ("out[i] += bias.values[r]", "out[i] += 0"),
}
DECODER_SLIPS = {
    "mean and std exchanged": ("* std[i % dim] + mean", "* mean[i % dim] + std"),
    "rows and columns of a patch exchanged": ("dy * side + dx", "dx * side + dy"),
    "no zeros at the sides": ("if (dx) for", "if (false) for"),
    "rows and columns of the fold exchanged": (
        "((r & 2) >> 1) * 2 * side + (r & 1)",
        "(r & 1) * 2 * side + ((r & 2) >> 1)",
    ),
    "a sigmoid too few": ("1 / (1 + Math.exp(-grey[p]))", "grey[p]"),
}


@browser
@pytest.mark.parametrize("name", MAP_SLIPS)
def test_a_slip_in_the_map_is_told_apart(script, name):
    assert map_gap(script, 2, MAP_SLIPS[name]) > TOLD_APART


@browser
def test_the_decoder(script):
    assert decoding_gap(script) < CLOSED


@browser
@pytest.mark.parametrize("name", DECODER_SLIPS)
def test_a_slip_in_the_decoder_is_told_apart(script, name):
    assert decoding_gap(script, DECODER_SLIPS[name]) > TOLD_APART


def noise_gap(script, slip=None):
    places = [[0, 0], [30, -75], [-180, 179], [90, 45]]
    code = "const at = M.makeNoises(7, 48, 1); return a.places.map((place) => [...at(place)]);"
    found = torch.tensor(script(code, {"places": places}, slip))
    expected = noise_at(7, torch.tensor(places) / 360)
    return (found - expected).abs().max().item()


@browser
def test_the_noise_of_a_place(script):
    assert noise_gap(script) < CLOSED
    assert noise_gap(script, ("Math.SQRT1_2 * parts", "parts")) > TOLD_APART
    stops = script("return a.map(M.stopOf);", [[0, 22.4], [22.52, -22.4], [-180, 180], [-90, 337]])
    assert stops == [[0, 0], [1, 0], [4, 4], [6, 7]]


def test_the_noise_is_as_loud_at_every_place():
    """|z|^2 / 48 is 1 on average over seeds; between two places the angle decides."""
    turns = torch.rand(200, 2, generator=torch.Generator().manual_seed(0))
    z = torch.stack([noise_at(seed, turns) for seed in range(60)])
    size = z.square().mean((0, 2))
    assert abs(size.mean() - 1) < 0.05 and size.min() > 0.75 and size.max() < 1.3
    a, _, c, _ = seed_noise(7, 192).reshape(4, 48)
    assert torch.allclose(2**0.5 * noise_at(7, torch.zeros(1, 2))[0].double(), a + c, atol=1e-6)


# -- what the notebook stores ---------------------------------------------------------------------


def test_what_is_stored_is_small():
    widget = at_rest()
    assert len(widget.weights) < 630_000 and len(widget.taught) == 10 * STOPS**2 * 48
    assert len(widget.static_html()) < 900_000
    assert _parts(shipped()).keys() == {
        "label",
        "leg",
        "enter",
        "leave",
        "first",
        "second",
        "decoder",
    }


def test_the_sampler_is_stored_for_every_stop_and_the_map_lands_near_it():
    apart = []
    for at in ((0, 0), (90, -135), (-180, 45)):
        four = one_call(at=at).four()
        apart += [(four[k] - four[3]).abs().mean().item() for k in range(3)]
        whole = one_call(at=at, calls=18).digits()
        assert torch.allclose(whole[12], four[3], atol=1e-5)
    stray = (one_call(calls=18).digits().roll(10, 0) - one_call(calls=18).digits()).abs().mean()
    assert max(apart) < stray / 2
    rounded = one_call(at=(20, -20), calls=18).digits()
    assert torch.equal(rounded, one_call(calls=18).digits())


def test_the_distances_are_those_of_the_card():
    found, rows = zoo.card("mnist-map")["metrics"], at_rest().measured
    assert [row[0] for row in rows] == [1, 2, 4, 18]
    for row, way in zip(rows, ("calls_1", "calls_2", "calls_4", "teacher"), strict=True):
        distances = torch.tensor(found[way]["frechet"])
        assert row[1] == pytest.approx(distances.mean().item(), rel=1e-5)
        assert row[2] == pytest.approx(distances.std().item() / 3**0.5, rel=1e-4)


def test_the_sampler_asks_twice_where_guidance_acts():
    """As many calls as `benchmarks/costs.py` has counted, for 18 steps in the same interval."""
    found = json.loads((files("dgm_lessons") / "results" / "families.json").read_text("utf8"))
    rows = found["costs"]["rows"]
    guided = [row for row in rows if row["how"] == "18 steps, guided, decoded"]
    assert [row["calls"] for row in guided] == [at_rest().asked]


REFUSED = [
    (lambda: OneCall(zoo.load_network("ring"), {}), "give a CodeMap for 1, 2 and 4 calls, not MLP"),
    (lambda: one_call(calls=3), "calls must be 1, 2, 4 or 18, not 3"),
    (lambda: one_call(at=(200, 0)), "at must lie in [-180.000, 180.000], not 200"),
    (lambda: one_call(at=(float("nan"), 0)), "at must lie in"),
    (lambda: one_call(at=(1,)), "at must be two angles"),
    (lambda: one_call(label=10), "label must be a whole number from -1 to 9, not 10"),
    (lambda: one_call(seed=-1), "seed must be a whole number"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


# -- in a reader's hands --------------------------------------------------------------------------

INK = "() => [...document.querySelector('.dgm-widget').dgmWall.pixels]"


def wall(page):
    """The ink that the page has painted, (25, 28, 28), 0 to 1."""
    return torch.tensor(page.evaluate(INK)).reshape(25, 28, 28)


CASES = {
    "at the start": {},
    "another place": {"at": (33, -71)},
    "one label": {"label": 3, "at": (100, 20)},
    "two calls": {"calls": 2, "at": (-45, 90)},
    "four calls": {"calls": 4},
    "the sampler": {"calls": 18, "at": (130, -60)},
}


@browser
@pytest.mark.parametrize("name", CASES)
def test_the_wall_is_that_of_pytorch(open_page, name):
    widget = one_call(**CASES[name])
    page = open_page(widget, reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    assert (wall(page) - widget.digits()).abs().max() < CLOSED
    assert page.noise == []


@browser
def test_the_wall_changes_under_the_hand_at_every_move(open_page):
    page = open_page(at_rest(), reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    before, place = wall(page), state(page, "at")
    drag(page, page.locator(".dgm-handle"), 60, -40)
    settled(page)
    after, now = wall(page), state(page, "at")
    assert now[0] > place[0] + 20 and now[1] > place[1] + 10
    assert (after - before).abs().amax((1, 2)).min() > 0.05  # every digit
    assert (after - one_call(at=now).digits()).abs().max() < CLOSED
    assert f"At {round(now[0])}°, {round(now[1])}°: 25 digits, 1 call each" in status(page)
    page.locator(".dgm-handle").press("ArrowRight")
    assert state(page, "at")[0] == pytest.approx(now[0] + 5)
    assert (wall(page) - after).abs().max() > 0.02 and page.noise == []


@browser
def test_calls_and_labels_are_chosen(open_page):
    page = open_page(at_rest(), reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    rows = {row[0]: row for row in at_rest().measured}
    for text, calls in (("2", 2), ("4", 4), ("18 steps, the sampler", 18), ("1", 1)):
        group = page.get_by_role("group", name="Calls of a network")
        group.get_by_role("radio", name=text, exact=True).check(force=True)
        assert state(page, "calls") == calls
        assert f"{rows[calls][1]:.2f} ± {rows[calls][2]:.2f}" in status(page)
        assert ("PyTorch has drawn" in status(page)) == (calls == 18)
        marked = page.locator(".dgm-now .dgm-caption").inner_text()
        assert marked.split() == [
            str(calls),
            {1: "call", 18: "steps"}.get(calls, "calls"),
            f"{rows[calls][1]:.2f}",
        ]
    seven = page.get_by_role("group", name="Digit")
    seven.get_by_role("radio", name="7", exact=True).check(force=True)
    assert (wall(page) - one_call(label=7).digits()).abs().max() < CLOSED


@browser
def test_the_framed_digit_is_drawn_in_four_ways_at_the_nearest_stop(open_page):
    page = open_page(at_rest(), reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    images = [f".dgm-four .dgm-image:nth-child({k}) canvas" for k in (1, 2, 3, 4)]
    first = [pixels(page, image) for image in images]
    assert len(set(first)) == 4
    set_field(page, "at", [20, 20])  # the same stop
    assert [pixels(page, image) for image in images] == first
    set_field(page, "at", [25, 20])
    assert all(
        a != b for a, b in zip([pixels(page, image) for image in images], first, strict=True)
    )


@browser
def test_it_walks_by_itself_once_and_rests(open_page):
    page = open_page(at_rest())
    page.wait_for_function("() => document.querySelector('.dgm-widget').dgmModel.get('at')[0] > 3")
    page.get_by_role("button", name="Pause: walk").click()
    here = state(page, "at")
    page.wait_for_timeout(200)
    assert state(page, "at") == here and page.noise == []


@browser
def test_a_small_screen(open_page):
    page = open_page(at_rest(), **PHONE, reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 and page.noise == []


@pytest.mark.timing
@browser
def test_a_digit_takes_10_milliseconds_at_most_and_a_wall_50(open_page, record_property):
    """That is the promise on a machine at rest (20 walls a second); the best of 60 counts."""
    page = open_page(at_rest(), reduced_motion="reduce")
    page.get_by_text("milliseconds").wait_for()
    times = page.evaluate(
        """() => {
          const el = document.querySelector(".dgm-widget");
          return Array.from({ length: 60 }, (_, i) => {
            el.dgmModel.set("at", [i / 3, 2 * i / 3]);
            return el.dgmWall.ms;
          });
        }"""
    )
    record_property("milliseconds", times)
    print(f"\na wall in milliseconds: best {min(times):.1f}, median {sorted(times)[30]:.1f}")
    assert min(times) < 50 and min(times) / 25 < 10
