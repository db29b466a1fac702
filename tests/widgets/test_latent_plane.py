"""The latent plane: its decoder against torch, and a reader's hands on it."""

import base64
import re
from itertools import pairwise

import pytest
import torch
from reader import double, drag, gap, pixels, set_field, state, status
from torch import nn

from dgm_lessons.widgets import LatentPlane
from dgm_lessons.widgets.quantise import dequantise, quantise

CLOSED = 1e-10  # of the decoder with the same 8-bit weights
TOLD_APART = 1e-3
browser = pytest.mark.browser


class Plane(nn.Module):
    """A VAE's decoder with random weights, and 40 codes; at its real size if asked."""

    def __init__(self, hidden=12, n=40):
        super().__init__()
        g = torch.Generator().manual_seed(3)
        sizes = (2, hidden, hidden, 784)
        layers = []
        for size, after in pairwise(sizes):
            dense = nn.Linear(size, after)
            with torch.no_grad():
                dense.weight.copy_(torch.randn(after, size, generator=g) * 1.5 / size**0.5)
                dense.bias.copy_(torch.randn(after, generator=g) * 0.5)
            layers += [dense, nn.SiLU()]
        dense.bias.data -= 2  # more paper than ink
        self.decoder = nn.Sequential(*layers[:-1], nn.Unflatten(1, (28, 28)))
        self.register_buffer("test_codes", torch.randn(n, 2, generator=g))
        self.register_buffer("test_labels", (torch.arange(n) * 7 % 10).to(torch.uint8))


PLACES = [[0.013, -0.027], [1.5, -0.7], [-2.4, 2.2]]


def decoded(network, z):
    """Ink of a decoder whose weights are rounded to 8 bits, in float64."""
    x = double(z)
    dense = [layer for layer in network.decoder if isinstance(layer, nn.Linear)]
    for depth, layer in enumerate(dense):
        whole, scales = quantise(layer.weight)
        y = x @ (whole.double() * scales.double()[:, None]).T + layer.bias.double()
        x = y.sigmoid() if layer is dense[-1] else nn.functional.silu(y)
        assert depth < 3
    return x.detach()


def ink(run_module, network, slip=None):
    code = "const decode = M.makeDecoder(a.layers); return a.places.map((z) => [...decode(z)]);"
    widget = LatentPlane(network)
    return run_module(widget, code, {"layers": widget.layers, "places": PLACES}, slip)


@browser
@pytest.mark.parametrize("hidden", [12, 160])
def test_the_decoder(run_module, hidden):
    network = Plane(hidden)
    assert gap(ink(run_module, network), decoded(network, PLACES)) < CLOSED


PLANE_SLIPS = {
    "no SiLU": ("(last ? 1 : y) /", "(last ? 1 : 1) /"),
    "no bias": ("let sum = 0;", "let sum = -start / scales[row];"),
    "scales of the columns": ("start + scales[row] * sum", "start + scales[0] * sum"),
    "unsigned weights": ("new Int8Array(bytes(weights).buffer)", "bytes(weights)"),
}


@browser
@pytest.mark.parametrize("name", PLANE_SLIPS)
def test_a_slip_in_the_decoder_is_told_apart(run_module, name):
    found = ink(run_module, Plane(), PLANE_SLIPS[name])
    assert gap(found, decoded(Plane(), PLACES)) > TOLD_APART


def test_eight_bits_are_enough_for_the_eye():
    """The largest change of a pixel, of 784 at three codes, by rounding a network's weights."""
    network = Plane(160)
    with torch.no_grad():
        exact = network.decoder(torch.tensor(PLACES)).sigmoid().flatten(1)
    assert 0 < (exact - decoded(network, PLACES)).abs().max() < 0.03


def test_what_the_page_stores_stands_for_the_rounded_weights():
    network = Plane()
    for layer, stored in zip(network.decoder[:5:2], LatentPlane(network).layers, strict=True):
        numbers = {
            name: torch.frombuffer(bytearray(base64.b64decode(stored[name])), dtype=kind)
            for name, kind in (("weights", torch.int8), ("scales", torch.float32))
        }
        found = dequantise(numbers["weights"].reshape(layer.weight.shape), numbers["scales"])
        assert torch.equal(found, dequantise(*quantise(layer.weight)))
        assert (found - layer.weight).abs().max() <= 0.51 * numbers["scales"].max()


@browser
def test_points_and_neighbours(run_module):
    network = Plane(n=200)
    widget = LatentPlane(network)
    code = """const points = M.makePoints(a.codes, a.labels, a.extent);
      return [[...points.places], points.labels,
        a.places.map((z) => M.neighbours(points, z, 15)), M.undecided([0.2, 0.3, 0.5, 0.9])];"""
    arguments = {name: getattr(widget, name) for name in ("codes", "labels", "extent")}
    places, labels, near, undecided = run_module(widget, code, {**arguments, "places": PLACES})
    shown = double(places).reshape(-1, 2)
    assert (shown - network.test_codes).abs().max() <= 0.51 * widget.extent / 127.5
    assert labels == network.test_labels.tolist() and undecided == 2
    for z, found in zip(PLACES, near, strict=True):
        nearest = torch.cdist(double([z]), shown)[0].argsort()[:15]
        counts = torch.bincount(network.test_labels[nearest].long(), minlength=10)
        assert {label: count for label, count in found} == {
            label: count for label, count in enumerate(counts.tolist()) if count
        }
        assert [count for _, count in found] == sorted((c for _, c in found), reverse=True)


@browser
def test_classes_of_one_number_and_pixels_at_the_bounds(run_module):
    """Of equally frequent classes the smaller comes first; a quarter of ink is decided."""
    code = """return [M.neighbours({ places: a.places, labels: a.labels }, [0.1, 0.2], 6),
      M.undecided(a.ink)];"""
    places = [value for k in range(7) for value in (0.1 * k, -0.3 * k)]
    given = {"places": places, "labels": [7, 4, 9, 1, 4, 7, 1]}
    ink = [0.2, 0.23, 0.25, 0.26, 0.5, 0.74, 0.75, 0.78, 0.9]
    found = run_module(LatentPlane, code, {**given, "ink": ink})
    assert found == [[[4, 2], [7, 2], [1, 1], [9, 1]], 3]


@browser
def test_the_mosaic_is_what_the_decoder_draws_at_the_middles_of_the_cells(run_module):
    network = Plane()
    widget = LatentPlane(network)
    code = """const decode = M.makeDecoder(a.layers);
      return [0, 1, 2, 3].map((i) => [...M.mosaicCell(decode, a.extent, 4, 4 * a.row + i)]);"""
    for row, y in ((0, 0.75), (2, -0.25)):
        codes = [[x * widget.extent, y * widget.extent] for x in (-0.75, -0.25, 0.25, 0.75)]
        arguments = {"layers": widget.layers, "extent": widget.extent, "row": row}
        expected = decoded(network, codes)
        assert gap(run_module(widget, code, arguments), expected) < CLOSED
        upside_down = run_module(
            widget, code, arguments, ("count - 1 - Math.floor(k / count)", "Math.floor(k / count)")
        )
        assert gap(upside_down, expected) > TOLD_APART
    code = "return M.apart({ places: [0, 0, 3, 4], labels: [1, 2] }, [3, 3]);"
    assert run_module(widget, code, {}) == 1


@browser
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_mosaic_stands_behind_the_numerals(open_page, motion):
    page = open_page(LatentPlane(Plane()), reduced_motion=motion)
    ink = """() => { const canvas = document.querySelector(".dgm-layer-mosaic");
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const pen = copy.getContext("2d", { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);
      const { data } = pen.getImageData(0, 0.9 * copy.height, copy.width, 0.1 * copy.height);
      return data.some((value, i) => i % 4 === 3 && value > 20); }"""
    page.wait_for_function(ink)
    page.get_by_text("No test digit has its code near here").wait_for(state="detached")
    set_field(page, "z", [2.5, -2.5])
    assert "No test digit has its code near here" in page.locator(".dgm-story").inner_text()
    assert page.noise == []


def test_the_real_network_fits_on_a_page():
    assert len(LatentPlane(Plane(160, n=600)).static_html()) < 250_000


def with_parts(**parts):
    network = Plane()
    for name, value in parts.items():
        setattr(network, name, value)
    return network


SMALL = nn.Sequential(nn.Linear(2, 5), nn.SiLU(), nn.Linear(5, 64))


TANH = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 784))


NAN = torch.full((40, 2), torch.nan)


REFUSED = [
    (lambda: LatentPlane(Plane(), z=(9.0, 0.0)), ValueError, "z must be two numbers from -"),
    (lambda: LatentPlane(Plane(), z=(float("nan"), 0.0)), ValueError, "not (nan, 0.0)"),
    (lambda: LatentPlane(SMALL), ValueError, "carries no test_codes"),
    (lambda: LatentPlane(with_parts(decoder=SMALL)), ValueError, "2 numbers to 64"),
    (lambda: LatentPlane(with_parts(decoder=TANH)), ValueError, "but is: Linear, Tanh, Linear"),
    (lambda: LatentPlane(with_parts(test_codes=NAN)), ValueError, "give finite codes"),
    (lambda: LatentPlane(with_parts(test_codes=NAN[:3])), ValueError, "give (n, 2) and (n,)"),
]


@pytest.mark.parametrize(("make", "error", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, error, says):
    with pytest.raises(error, match=re.escape(says)):
        make()


@browser
def test_the_digit_follows_the_code(open_page):
    page = open_page(LatentPlane(Plane()))
    grip, before = page.locator(".dgm-handle"), pixels(page, ".dgm-pixels")
    assert drag(page, grip, 60, 50) == pytest.approx((60, 50), abs=1)
    z, after = state(page, "z"), pixels(page, ".dgm-pixels")
    assert z[0] > 0 > z[1] and after != before
    ink_ = decoded(Plane(), [z])
    count = int(((ink_ > 0.25) & (ink_ < 0.75)).sum())
    assert f"{count} of 784 pixels are undecided" in status(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert state(page, "z") == pytest.approx([z[0] - 0.25, z[1] + 0.05])
    assert pixels(page, ".dgm-pixels") != after
    page.get_by_role("button", name="Draw z").click()
    assert state(page, "z") != z
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, ".dgm-pixels") == before and state(page, "z") == [0, 0]
    assert page.noise == []
