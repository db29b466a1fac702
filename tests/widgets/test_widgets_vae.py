"""Where blur comes from, and the latent plane: mathematics, HTML, and a reader's hands."""

import base64
import json
import re
from itertools import pairwise

import pytest
import torch
from test_widgets_chapters_1_2 import PHONE, double, drag, gap, pixels, state, status
from test_widgets_static import Elements
from torch import nn

from dgm_lessons.mixtures import GaussianMixture, gm1, ring
from dgm_lessons.widgets import LatentPlane, WhereBlurComesFrom
from dgm_lessons.widgets.quantise import dequantise, quantise

CLOSED = 1e-10  # of closed forms, and of the decoder with the same 8-bit weights
TOLD_APART = 1e-3
browser = pytest.mark.browser
SKEWED = GaussianMixture(
    [0.3, 0.7],
    [[-1.0, 0.5], [1.2, -0.4]],
    torch.tensor([[[0.3, 0.1], [0.1, 0.2]], [[0.1, -0.05], [-0.05, 0.4]]]),
)
MIXTURES = {"ring": ring(8), "skewed": SKEWED}


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


WIDGETS = {"blur": lambda: WhereBlurComesFrom(ring(8)), "plane": lambda: LatentPlane(Plane())}


# -- where blur comes from: the same as torch -----------------------------------------------------

BLUR = """
  const { weights, means, covariances, n, seed } = a.state;
  const mixture = { weights, means, covariances };
  const pairs = M.makePairs(mixture, n, seed);
  const z = M.encode(pairs, a.tau), decoded = M.decode(mixture, a.tau, z);
  const { kept, lost } = M.spreads(pairs.x, decoded);
  const shares = M.sources(mixture, a.tau, z.subarray(0, 2));
  return [pairs.x, pairs.noise, z, decoded, [kept, lost], shares, pairs.home].map((v) => [...v]);
"""


def blur(run_module, mixture, tau, slip=None):
    """The worst error of codes, decoded codes, variances and shares, for the browser's data."""
    widget = WhereBlurComesFrom(mixture, n=200)
    found = run_module(widget, BLUR, {"state": widget.static_state(), "tau": tau}, slip)
    x, noise, *found = (double(values) for values in found)
    x, noise = x.reshape(-1, 2), noise.reshape(-1, 2)
    z = x + tau * noise
    mean = mixture.seen(z, 1.0, tau).mean
    kept = mean.var(0, correction=0).sum()
    lost = (x - mean).square().sum(1).mean()
    noisy = mixture.diffuse(1.0, tau)
    parts = torch.distributions.MultivariateNormal(noisy.means, noisy.covariances)
    shares = (parts.log_prob(z[:1]) + noisy.weights.log()).softmax(0)
    expected = (z, mean, torch.stack([kept, lost]), shares)
    return max(gap(f, e) for f, e in zip(found[:4], expected, strict=True))


@browser
@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("tau", [0.05, 0.6, 4.0])
def test_codes_and_decoded_codes(run_module, name, tau):
    assert blur(run_module, MIXTURES[name], tau) < CLOSED


BLUR_SLIPS = {
    "tau squared in the code": ("value + tau * noise[i]", "value + tau * tau * noise[i]"),
    "tau left out of the decoder": (
        "posteriorMean(diffuse(mixture, 1, tau), z",
        "posteriorMean(diffuse(mixture, 1, 0.1), z",
    ),
    "the wrong law behind the shares": (
        "evaluate(diffuse(mixture, 1, tau), z, { shares })",
        "evaluate(diffuse(mixture, 1, 1), z, { shares })",
    ),
    "the loss measured from the mean": ("(x[i] - decoded[i]) ** 2", "(x[i] - mean[i % 2]) ** 2"),
}


@browser
@pytest.mark.parametrize("name", BLUR_SLIPS)
def test_a_slip_in_the_blur_is_told_apart(run_module, name):
    assert blur(run_module, SKEWED, 0.6, BLUR_SLIPS[name]) > TOLD_APART


@browser
def test_variance_is_kept_or_lost_and_more_noise_loses_more(run_module):
    """Pythagoras, within four standard errors of 5000 pairs; and the two ends."""
    widget = WhereBlurComesFrom(ring(8), n=5000)
    run = [
        run_module(widget, BLUR, {"state": widget.static_state(), "tau": tau})[4]
        for tau in (0.03, 0.4, 1.0, 4.2)
    ]
    mixture = ring(8)
    mean = mixture.weights @ mixture.means
    total = float(mixture.weights @ (mixture.means - mean).square().sum(1)) + 2 * 0.15**2
    for kept, lost in run:
        assert kept + lost == pytest.approx(total, abs=0.12)
    kept, lost = zip(*run, strict=True)
    assert list(kept) == sorted(kept, reverse=True) and list(lost) == sorted(lost)
    assert lost[0] < 0.01 * total and lost[-1] > 0.8 * total


@browser
def test_each_datum_has_the_colour_of_its_own_mode(run_module):
    widget = WhereBlurComesFrom(ring(8), n=300)
    found = run_module(widget, BLUR, {"state": widget.static_state(), "tau": 1.0})
    x, home = double(found[0]).reshape(-1, 2), torch.tensor(found[6])
    assert torch.equal(torch.cdist(x, ring(8).means).argmin(1), home)


# -- the latent plane: the same as torch ----------------------------------------------------------

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


# -- what the notebook stores ---------------------------------------------------------------------


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_html_is_self_contained_and_always_the_same(make):
    page = make().static_html()
    assert page == make().static_html()
    outside = r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\("
    assert not re.search(outside, page.replace('xmlns="http://www.w3.org/2000/svg"', ""))
    elements = Elements(page)
    assert len(elements.scripts()) == 4
    (picture,) = [row for row in elements.found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and len(picture[1]["aria-label"]) > 40
    assert "nan" not in make().picture() and len(make().picture()) < 16_000
    (state,) = elements.scripts(type="application/json")
    assert json.loads(state[2]) == json.loads(json.dumps(make().static_state()))


def test_the_real_network_fits_on_a_page():
    assert len(LatentPlane(Plane(160, n=600)).static_html()) < 250_000


def test_python_sees_where_the_reader_left_it():
    blurred, plane = WhereBlurComesFrom(ring(8), tau=1, code=[1, 2]), LatentPlane(Plane(), z=(1, 0))
    assert (blurred.tau, blurred.code, plane.z) == (1.0, [1.0, 2.0], [1.0, 0.0])
    blurred.set_state({"tau": 0.5})
    plane.set_state({"z": [0.25, -0.5]})
    assert (blurred.tau, plane.z) == (0.5, [0.25, -0.5])


def with_parts(**parts):
    network = Plane()
    for name, value in parts.items():
        setattr(network, name, value)
    return network


SMALL = nn.Sequential(nn.Linear(2, 5), nn.SiLU(), nn.Linear(5, 64))
TANH = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 784))
NAN = torch.full((40, 2), torch.nan)
REFUSED = [
    (lambda: WhereBlurComesFrom(gm1()), ValueError, "mixtures in 2-D, but the mixture has D = 1"),
    (lambda: WhereBlurComesFrom("ring"), TypeError, "must be a GaussianMixture, not str"),
    (lambda: WhereBlurComesFrom(ring(8), tau=0.0), ValueError, "tau must lie in [0.028, 4.2"),
    (lambda: WhereBlurComesFrom(ring(8), tau=float("nan")), ValueError, "not nan"),
    (lambda: WhereBlurComesFrom(ring(8), code=(9.0, 0.0)), ValueError, "code must be two numbers"),
    (lambda: WhereBlurComesFrom(ring(8), code=(1.0,)), ValueError, "code must be two numbers"),
    (lambda: WhereBlurComesFrom(ring(8), n=0), ValueError, "n must be a whole number"),
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


# -- in a reader's hands --------------------------------------------------------------------------


def numbers(page):
    return [float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d+\.\d+", status(page))]


@browser
def test_the_noise_slides_from_the_modes_to_their_average(open_page):
    page = open_page(WhereBlurComesFrom(ring(8), code=(0.5, 0.5)))
    before = pixels(page, ".dgm-square:last-child canvas")
    slider = page.get_by_role("slider", name="Encoder noise")
    slider.focus()
    page.keyboard.press("End")
    tau, loss, *_, x, y = numbers(page)
    assert tau == pytest.approx(state(page, "tau"), abs=0.005) and loss > 80
    exact = ring(8).seen(double([state(page, "code")]), 1.0, state(page, "tau")).mean[0]
    assert (x, y) == pytest.approx(tuple(exact.tolist()), abs=0.006)
    assert pixels(page, ".dgm-square:last-child canvas") != before
    assert "shown at 1/" in page.locator(".dgm-square").nth(1).inner_text()
    page.keyboard.press("Home")
    assert numbers(page)[1] < 0.5
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, ".dgm-square:last-child canvas") == before and page.noise == []


@browser
def test_a_code_follows_the_mouse_and_the_keys(open_page):
    page = open_page(WhereBlurComesFrom(ring(8), tau=0.5))
    grip = page.locator(".dgm-handle")
    assert drag(page, grip, 40, -30) == pytest.approx((40, -30), abs=1)
    x, y = state(page, "code")
    assert x > 0 and y > 0
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert state(page, "code")[0] < x and state(page, "code")[1] < y
    assert f"{state(page, 'code')[0]:.2f}".replace("-", "−") in grip.get_attribute("aria-label")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")  # stops at the edge
    assert state(page, "code")[0] == pytest.approx(
        -WhereBlurComesFrom(ring(8)).limits["half"]
        * (1 + (0.5 / WhereBlurComesFrom(ring(8)).limits["std"]) ** 2) ** 0.5
    )
    assert page.noise == []


@browser
def test_the_digit_follows_the_code(open_page):
    page = open_page(LatentPlane(Plane()))
    grip, before = page.locator(".dgm-handle"), pixels(page, ".dgm-digit")
    assert drag(page, grip, 60, 50) == pytest.approx((60, 50), abs=1)
    z, after = state(page, "z"), pixels(page, ".dgm-digit")
    assert z[0] > 0 > z[1] and after != before
    ink_ = decoded(Plane(), [z])
    count = int(((ink_ > 0.25) & (ink_ < 0.75)).sum())
    assert f"{count} of 784 pixels are undecided" in status(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert state(page, "z") == pytest.approx([z[0] - 0.25, z[1] + 0.05])
    assert pixels(page, ".dgm-digit") != after
    page.get_by_role("button", name="Draw a code").click()
    assert state(page, "z") != z
    page.get_by_role("button", name="Reset").click()
    assert pixels(page, ".dgm-digit") == before and state(page, "z") == [0, 0]
    assert page.noise == []


@browser
def test_everything_can_be_reached_by_keyboard_with_a_name_and_a_ring(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    seen = set()
    for _ in range(6):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                  const node = document.activeElement;
                  const { outlineStyle, outlineWidth } = getComputedStyle(node);
                  const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
                  const own = node.dataset.lmSuppressShortcuts === "true";
                  return [node.getAttribute("aria-label").split(":")[0], ring, own].join("|");
                }"""
            )
        )
    names = ("Code", "Encoder noise τ", "Reset", "Code z", "Draw a code from the standard normal")
    assert seen == {f"{name}|true|true" for name in names}


@browser
@pytest.mark.parametrize("width", [320, 360, 600, 1200])
def test_no_sideways_scrolling(open_page, width):
    widgets = (make() for make in WIDGETS.values())
    page = open_page(*widgets, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@browser
def test_fingers_scroll_everywhere_but_on_the_handles(open_page):
    page = open_page(*(make() for make in WIDGETS.values()), **PHONE)
    code = "(s) => [...document.querySelectorAll(s)].map((n) => getComputedStyle(n).touchAction)"
    assert set(page.evaluate(code, ".dgm-stage, canvas")) == {"auto"}
    assert page.evaluate(code, ".dgm-handle") == ["none"] * 2


@browser
def test_dark_mode_repaints(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    canvases = [".dgm-square:nth-child(1) canvas", ".dgm-square:nth-child(3) canvas"]
    canvases += [".dgm-plane .dgm-stage canvas", ".dgm-digit"]
    light = [pixels(page, canvas) for canvas in canvases]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert all(pixels(page, c) != before for c, before in zip(canvases, light, strict=True))
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_timeout(100)
    assert [pixels(page, canvas) for canvas in canvases] == light
    assert page.noise == []


@browser
def test_python_can_move_what_the_page_shows(open_page):
    page = open_page(*(make() for make in WIDGETS.values()))
    model = "document.querySelectorAll('.dgm-widget')[{}].dgmModel.set('{}', {})"
    page.evaluate(model.format(0, "tau", "1.25"))
    assert numbers(page)[0] == 1.25
    before = pixels(page, ".dgm-digit")
    page.evaluate(model.format(1, "z", "[1.5, -1]"))
    assert pixels(page, ".dgm-digit") != before
    assert "1.50, −1.00" in page.locator(".dgm-plane .dgm-handle").get_attribute("aria-label")
