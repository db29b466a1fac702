"""A digit from noise: weights at 8 bits, the network and its sampler in JavaScript, the page."""

import base64
import json
import re
from functools import cache, partial

import pytest
import torch
import widget_code
from reader import Elements

from dgm_lessons import evaluation, zoo
from dgm_lessons.data import MNIST_MEAN, MNIST_STD, mnist_to_pixels
from dgm_lessons.denoisers import Denoiser
from dgm_lessons.networks import MLP, UNet
from dgm_lessons.processes import VE, VP, CosineVP, FlowMatching
from dgm_lessons.samplers import DPMSolver2M, sample
from dgm_lessons.widgets import DigitFromNoise
from dgm_lessons.widgets.base import standalone
from dgm_lessons.widgets.digit_from_noise.sampler import sampler_steps, seed_noise
from dgm_lessons.widgets.quantise import dequantise, pack, quantise, rounded

browser = pytest.mark.browser
NAME = next(name for name in ("mnist-conditional", "mnist-vp") if name in zoo.cards())
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@cache
def shipped():
    return zoo.load(NAME)


def digit(**options):
    return DigitFromNoise(shipped(), **options)


def wild(**arguments):
    """A UNet that was never trained, with every weight and bias away from zero."""
    network, generator = UNet(**arguments), torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in network.parameters():
            size = parameter[0].numel() if parameter.ndim > 1 else 20
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / size**0.5)
    return network.eval().requires_grad_(False)


# -- weights at 8 bits ----------------------------------------------------------------------------


def test_an_entry_is_off_by_half_a_scale_at_most():
    weight = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0))
    weight[1] *= 1000
    weight[2] = 0
    whole, scales = quantise(weight)
    assert whole.dtype == torch.int8 and whole.flatten(1).abs().amax(1).tolist() == [
        127,
        127,
        0,
        127,
        127,
    ]
    error = (dequantise(whole, scales) - weight).abs().flatten(1)
    assert bool((error <= 0.5001 * scales[:, None]).all()) and error.max() > 0
    again, _ = quantise(dequantise(whole, scales))
    assert torch.equal(again, whole)


@pytest.mark.parametrize("bad", [torch.zeros(3), torch.full((2, 2), float("nan"))])
def test_what_cannot_be_quantised_is_refused(bad):
    with pytest.raises(ValueError, match="weight"):
        quantise(bad)


def test_the_shipped_network_fits_and_nearly_keeps_its_output():
    network = shipped().network
    weights, layout = pack(network)
    assert len(weights) <= 420_000
    numbers = sum(parameter.numel() for parameter in network.parameters())
    assert numbers < len(weights) < 1.1 * numbers
    assert {name for name, _ in layout} >= set(network.state_dict()) | {"embedding.frequencies"}
    twin = rounded(network)
    x0 = torch.stack([digit(label=label).path()[-1] for label in range(10)])
    eps = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(10)
    for log_snr in (-7.0, -2.0, 0.0, 2.0, 7.0):
        x = VP().perturb(x0, VP().t_from_log_snr(log_snr), eps)
        level = torch.full((10,), log_snr)
        off = twin(x, level, labels) - network(x, level, labels)  # in v; -sigma times it in x_0
        sigma = VP().sigma(VP().t_from_log_snr(log_snr))
        assert 0 < (sigma * off).square().mean().sqrt() < 0.05, log_snr
    for (name, a), (_, b) in zip(network.named_parameters(), twin.named_parameters(), strict=True):
        assert torch.equal(a, b) == (a.ndim == 1), name


# -- the sampler's numbers ------------------------------------------------------------------------


def by_steps(denoiser, x, calls):
    """The digit by the coefficients that the page gets; PyTorch does the rest."""
    before = None
    for row in sampler_steps(denoiser, calls):
        level = torch.full((len(x),), -2 * row["level"])
        guess = row["from_x"] * x + row["from_y"] * denoiser.network(row["scale"] * x, level)
        lean = 0 if before is None else row["lean"] * (guess - before)
        x, before = row["keep"] * x + row["move"] * (guess + lean), guess
    return x


@pytest.mark.parametrize("process", [VP(), CosineVP(), VE(), FlowMatching()], ids=repr)
@pytest.mark.parametrize("predicts", ["v", "eps", "x0"])
def test_the_steps_are_those_of_the_sampler(process, predicts):
    denoiser = Denoiser(wild(size=8, classes=0, widths=(4, 8)), process, predicts)
    x = process.sample_prior((3, 1, 8, 8), torch.Generator().manual_seed(2))
    expected = sample(denoiser, x, evaluation.digit_times(denoiser.process, 7), DPMSolver2M())
    found = by_steps(denoiser, x, 7)
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


def test_a_digit_is_one_of_the_recipe_s():
    """Same noise, same calls: `path` ends where `sample_digits` does."""
    widget = digit(guided=False, label=-1)
    side = widget.side
    noise = VP().sample_prior((1, 1, side, side), torch.Generator().manual_seed(3))
    widget.noise = noise.flatten().tolist()
    theirs = evaluation.sample_digits(widget.denoiser, 1, torch.Generator().manual_seed(3))
    mine = mnist_to_pixels(widget.path()[-1][None])
    assert (mine.int() - theirs.int()).abs().max() <= 1


def test_guidance_reaches_where_it_should():
    levels = [step["level"] for step in sampler_steps(shipped(), 18) if step["guided"]]
    assert 3 <= len(levels) <= 9
    assert all(0.5 <= torch.tensor(level).exp() <= 5 for level in levels)
    guided, free = digit(), digit(guided=False)
    assert (guided.path()[-1] - free.path()[-1]).abs().max() > 0.05


def test_noise_of_a_seed_is_normal():
    z = seed_noise(7, 20_000)
    assert abs(z.mean()) < 0.03 and abs(z.std() - 1) < 0.03
    assert not torch.equal(z[:9], seed_noise(8, 9)) and torch.equal(z[:9], seed_noise(7, 9))


# -- what the notebook stores ---------------------------------------------------------------------


def test_html_is_self_contained_and_small_enough():
    page = digit().static_html()
    assert page == digit().static_html() and len(page) < 900_000
    outside = r"https?:|//[a-z]+\.|\bsrc=|\bhref=|@import|url\(|\bfetch\("
    elements = Elements(page)
    (data,) = elements.scripts(type="text/dgm-data")
    rest = page.replace(data[2], "").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(outside, rest)
    assert base64.b64decode(data[2]) == digit().weights
    (state,) = elements.scripts(type="application/json")
    fields = json.loads(state[2])
    assert fields["weights"] == data[1]["data-dgm"] and len(state[2]) < 15_000
    (picture,) = [row for row in elements.found if row[0] == "svg"]
    assert picture[1]["role"] == "img" and "noise becomes the digit 3" in picture[1]["aria-label"]
    assert "nan" not in digit().picture() and len(digit().picture()) < 16_000


def test_the_picture_and_the_stored_digit_are_the_sampler_s():
    widget = digit(seed=11, label=4)
    pixels = (widget.path()[-1].flatten() * MNIST_STD + MNIST_MEAN).clamp(0, 1)
    assert (torch.tensor(widget.stored) / 255 - pixels).abs().max() < 0.003
    assert widget.picture() != digit(seed=12, label=4).picture()


def test_the_page_of_the_book_keeps_its_data_in_a_file(tmp_path):
    page = digit().static_html() + digit(seed=8).static_html()
    moved = widget_code.move_data(page, tmp_path, "../_static/{}".format)
    (file,) = tmp_path.iterdir()
    assert f'data-file="../_static/{file.name}"' in moved and len(moved) < 100_000
    assert moved.count("text/dgm-data") == moved.count(file.name) == 2
    assert widget_code.move_data(moved, tmp_path, str) == moved


REFUSED = [
    (lambda: DigitFromNoise("mnist"), "Denoiser whose network is a UNet, not str"),
    (lambda: DigitFromNoise(Denoiser(MLP(2), VP())), "is a UNet, not MLP"),
    (lambda: DigitFromNoise(Denoiser(UNet(8, channels=3), VP())), "the UNet has 3 channels"),
    (
        lambda: DigitFromNoise(zoo.with_labels(shipped(), torch.tensor([1]))),
        "give the denoiser without its labels",
    ),
    (lambda: digit(noise=torch.zeros(24, 24)), "noise has shape (24, 24)"),
    (lambda: digit(noise=torch.full((1, 24, 24), float("nan"))), "give finite numbers"),
    (lambda: digit(label=10), "label must be a whole number from -1 to 9, not 10"),
    (lambda: digit(seed=-1), "seed must be a whole number"),
    (lambda: digit(calls=1), "calls must be a whole number from 2 to 100"),
    (lambda: digit(guidance=float("inf")), "guidance must be a number from 0 to 10"),
    (lambda: DigitFromNoise(Denoiser(UNet(widths=(64, 128)), VP())), "fewer `widths`"),
]


@pytest.mark.parametrize(("make", "says"), REFUSED)
def test_what_cannot_be_shown_is_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


# -- the same as PyTorch --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, DigitFromNoise)


FORWARD = """
  const bytes = Uint8Array.from(atob(a.bytes), (letter) => letter.charCodeAt(0));
  const network = M.makeUNet(M.unpackWeights(bytes, a.layout));
  return a.cases.map(([level, label]) =>
    [...network.predict(Float32Array.from(a.x), level, label)]);"""
LEVELS = (3.7, 1.5, 0.2, -1.0, -3.5)  # ln(sigma/alpha), from one end of the sampler to the other


def forward_gap(script, network, slip=None):
    """The largest difference of an output, JavaScript from PyTorch, both with 8-bit weights."""
    weights, layout = pack(network)
    x = torch.randn(1, *network.shape, generator=torch.Generator().manual_seed(1))
    labels = [-1, *range(network.classes)]
    cases = [(level, labels[3 * i % len(labels)]) for i, level in enumerate(LEVELS)]
    arguments = {"bytes": base64.b64encode(weights).decode(), "layout": layout, "cases": cases}
    found = torch.tensor(script(FORWARD, {**arguments, "x": x.flatten().tolist()}, slip))
    level, label = (torch.tensor(column) for column in zip(*cases, strict=True))
    with torch.no_grad():
        expected = rounded(network)(x.expand(len(cases), -1, -1, -1), -2 * level, label)
    return (found - expected.flatten(1)).abs().max().item()


@browser
def test_the_shipped_network(script):
    assert forward_gap(script, shipped().network) < 1e-4


ODD = {
    "28x28": {"size": 28, "widths": (24, 64)},  # 49 places at the bottom: an odd number
    "no labels": {"size": 12, "classes": 0, "widths": (6, 10)},  # no multiples of four
    "one more": {"size": 8, "classes": 2, "widths": (5, 9)},  # than a multiple of four
    "wide": {"size": 8, "classes": 3, "widths": (32, 48)},
}


@browser
@pytest.mark.parametrize("name", ODD)
def test_other_sizes_and_widths(script, name):
    assert forward_gap(script, wild(**ODD[name])) < 1e-4


SLIPS = {
    "no bias": ("[bias[o], bias[o1], bias[o2], bias[o3]]", "[0, 0, 0, 0]"),
    "rows and columns of a patch swapped": ("x[plane + i * side + j]", "x[plane + j * side + i]"),
    "rows and columns of the fold swapped": (
        "(2 * row + (i >> 1)) * side + 2 * column + (i & 1)",
        "(2 * row + (i & 1)) * side + 2 * column + (i >> 1)",
    ),
    "scale without its 1": ("(1 + modulation[c])", "modulation[c]"),
    "sine before cosine": ("[...angles.map(Math.cos), ...angles.map(Math.sin)]",
                           "[...angles.map(Math.sin), ...angles.map(Math.cos)]"),
    "label one off": ("(label < 0 ? classes : label)", "(label < 0 ? classes : label + 1)"),
    "no skip": ("half, true), skip)", "half, true), skip.map(() => 0))"),
    "scales of another row": ("floats[row + Math.floor(i / inputs)]", "floats[row]"),
}  # fmt: skip


@browser
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_network_is_told_apart(script, name):
    assert forward_gap(script, shipped().network, SLIPS[name]) > 1e-3


@browser
def test_the_noise_of_a_seed_is_the_same_in_both_languages(script):
    found = script("return [...M.makeRng(7).fill(new Float64Array(576))];", {})
    assert (torch.tensor(found, dtype=torch.float64) - seed_noise(7, 576)).abs().max() < 1e-12


FORM = """
  const network = { predict: (x, level, label) =>
    x.map((v, i) => Math.sin(v + 0.1 * i) + 0.2 * level + 0.05 * label) };
  const seen = [];
  M.formDigit(network, a.steps, Float64Array.from(a.noise), a, (i, x, guess) =>
    seen.push([...x], [...guess]));
  return [seen, M.largestGap([0.1, 2, -1], [0.4, 9, -9], [0.5, 0.3])];"""


def formed(script, slip=None, start=0):
    """The sampler with a toy network, guided on some of its steps, against its formulas."""
    steps, noise = sampler_steps(shipped(), 6), seed_noise(2, 5)
    arguments = {"steps": steps, "noise": noise.tolist(), "label": 4, "guidance": 0.7}
    arguments["from"] = start
    found, far = script(FORM, arguments, slip)

    def toy(x, level, label):
        return (x + 0.1 * torch.arange(5)).sin() + 0.2 * level + 0.05 * label

    x, before, expected = noise.double(), None, []
    for row in steps[start:]:
        y = toy(row["scale"] * x, row["level"], 4)
        if row["guided"]:
            y = y + 0.7 * (y - toy(row["scale"] * x, row["level"], -1))
        guess = row["from_x"] * x + row["from_y"] * y
        expected += [x, guess]
        lean = 0 if before is None else row["lean"] * (guess - before)
        x, before = row["keep"] * x + row["move"] * (guess + lean), guess
    off = (torch.tensor(found).double() - torch.stack([*expected, x, x])).abs().max()
    return float(off), far


@browser
def test_the_sampler_by_itself(script):
    off, far = formed(script)
    assert off < 2e-5 and far == pytest.approx(0.2)  # float32; 0.2 = grey -1 against cut-off black
    assert formed(script, start=2)[0] < 2e-5
    for slip in (
        ("told - free[j]", "free[j] - told"),
        ("step.lean * (guess", "2 * step.lean * (guess"),
    ):
        assert formed(script, slip)[0] > 1e-3


@browser
def test_when_the_network_is_asked_twice_and_which_step_is_seen(script):
    """Twice at guided steps with a label, the first of which is 0, and with a weight."""
    code = """
      const step = (guided) =>
        ({ guided, level: 0, scale: 1, from_x: 1, from_y: 1, keep: 1, move: 1, lean: 0 });
      const steps = [true, false, true].map(step);
      return a.map((options) => {
        const [labels, visits] = [[], []];
        const predict = (x, level, label) => (labels.push(label), x);
        M.formDigit({ predict }, steps, [0.5], options, (i) => visits.push(i));
        return [labels, visits];
      });
    """
    cases = [
        {"label": 0, "guidance": 0.5},
        {"label": 3, "guidance": 0},
        {"label": -1, "guidance": 2},
        {"label": 0, "guidance": 1, "everywhere": True, "from": 2},
        {"label": 0, "guidance": 1, "from": 1},
    ]
    assert script(code, cases) == [
        [[0, -1, 0, 0, -1], [0, 1, 2, 3]],
        [[3, 3, 3], [0, 1, 2, 3]],
        [[-1, -1, -1], [0, 1, 2, 3]],
        [[0, -1], [2, 3]],
        [[0, 0, -1], [1, 2, 3]],
    ]


def noised_gap(script, slip=None):
    """A picture under the noise of three steps, against the process."""
    steps, process = sampler_steps(shipped(), 18), shipped().process
    x, eps = seed_noise(1, 9), seed_noise(2, 9)
    code = "return [5, 12, 18].map((k) => M.noised(a.steps, k, a.x, a.eps));"
    found = script(code, {"steps": steps, "x": x.tolist(), "eps": eps.tolist()}, slip)
    times = evaluation.digit_times(process, 18)
    rows = [process.perturb(x[None], times[k], eps[None])[0] for k in (5, 12)]
    return float((torch.tensor(found, dtype=torch.float64) - torch.stack([*rows, x])).abs().max())


@browser
def test_a_picture_under_noise_is_the_process_s(script):
    assert noised_gap(script) < 1e-6
    for slip in (("* Math.hypot(1, ratio));", ");"), ("value + ratio * eps[i]", "value + eps[i]")):
        assert noised_gap(script, slip) > 1e-3
    steps = sampler_steps(shipped(), 18)
    below = script("return M.stepBelow(a.steps, 2);", {"steps": steps})
    ratios = [torch.tensor(step["level"]).exp() for step in steps]
    assert ratios[below] < 2 <= ratios[below - 1]
    assert script("return M.stepBelow([1, 0, -1].map((level) => ({ level })), 1);", {}) == 2


@browser
def test_between_two_noises_lies_noise(script):
    a, b = seed_noise(1, 576), seed_noise(2, 576)
    code = "return [0, 0.5, 1].map((q) => M.between(a.a, a.b, q));"
    found = script(code, {"a": a.tolist(), "b": b.tolist()})
    first, middle, last = torch.tensor(found, dtype=torch.float64)
    assert torch.allclose(first, a) and torch.allclose(last, b)
    angle = torch.acos(torch.cosine_similarity(a, b, 0))
    assert torch.allclose(middle, (a + b) / (2 * torch.cos(angle / 2)))
    assert middle.norm() > 1.3 * ((a + b) / 2).norm()  # a straight line is too quiet


@browser
def test_between_two_noises_of_one_direction_lies_a_straight_line(script):
    """Their cosine is 1, or more by rounding; ways of 1e-7 and of 1e-5 are straight, too."""
    code = """
      const same = (k) => [[1, 2, k], [1, 2, k].map((v) => 1.1 * v)];
      const pairs = Array.from({ length: 50 }, (_, k) => same(k));
      for (const angle of [1e-7, 1e-5]) pairs.push([[1, 0, 3], [1, 3 * angle, 3 - angle]]);
      return pairs.map(([a, b]) => [a, b, M.between(a, b, 0.3)]);
    """
    a, b, found = torch.tensor(script(code, {}), dtype=torch.float64).unbind(1)
    torch.testing.assert_close(found, a + 0.3 * (b - a), rtol=0, atol=1e-8)


@browser
def test_a_kernel_s_bytes_are_read_as_they_are(script):
    code = """const buffer = new Uint8Array([9, 1, 2, 255, 9]).buffer;
      const model = { get: () => new DataView(buffer, 1, 3) };
      return [...(await M.bytesOf(model, "weights"))];"""
    assert script(code, {}) == [1, 2, 255]


# -- in a reader's hands --------------------------------------------------------------------------


def state(page, name):
    code = "(name) => document.querySelector('.dgm-widget').dgmModel.get(name)"
    return page.evaluate(code, name)


def status(page):
    return page.locator("[role=status]").first.inner_text()


def finished(page):
    """Waits for the digit, then gives its pixels on the scale 0 to 1, and its milliseconds."""
    page.get_by_text("no noise left").wait_for(timeout=30_000)
    last = page.evaluate(
        "() => { const { x, ms } = document.querySelector('.dgm-widget').dgmDigit;"
        " return { x: [...x], ms }; }"
    )
    return pixels_of(torch.tensor(last["x"])), last["ms"]


def heard(page):
    """What the page logs, throws or requests, less the worker that it makes of its own memory."""
    return [line for line in page.noise if not line.startswith("request: blob:")]


def pixels_of(x):
    return (x.flatten() * MNIST_STD + MNIST_MEAN).clamp(0, 1)


def form(page):
    page.locator(".dgm-pair").focus()
    page.keyboard.press("Space")
    return finished(page)


CASES = {
    "guided 3": {"label": 3},
    "plain 8": {"label": 8, "guided": False, "seed": 20},
    "any": {"label": -1, "seed": 21},
    "given noise": {"noise": torch.randn(1, 24, 24, generator=torch.Generator().manual_seed(4))},
}


@browser
@pytest.mark.parametrize("name", CASES)
def test_the_same_noise_gives_the_digit_of_pytorch(open_page, name):
    widget = digit(**CASES[name])
    page = open_page(widget, reduced_motion="reduce")
    pixels, _ = form(page)
    assert (pixels - pixels_of(widget.path()[-1])).abs().max() < 0.02
    assert float(re.search(r"of a pixel is ([\d.]+)", status(page))[1]) < 0.02
    assert heard(page) == []


@pytest.mark.timing
@browser
def test_a_digit_takes_less_than_half_a_second_in_a_worker(open_page, record_property):
    """0.5 s is the promise on a machine at rest; 1.5 s is the bound where others work beside it."""
    page = open_page(digit(guided=False), reduced_motion="reduce")
    assert page.workers == []  # nothing is loaded before the first use
    times = [form(page)[1]]
    assert len(page.workers) == 1 and page.workers[0].url.startswith("blob:")
    for seed in range(8, 13):
        page.evaluate("(s) => document.querySelector('.dgm-widget').dgmModel.set('seed', s)", seed)
        page.get_by_text(f"From seed {seed},").wait_for()
        times.append(finished(page)[1])
    record_property("milliseconds", times)
    print(f"\n18 calls in milliseconds: {[round(time) for time in times]}")
    assert min(times) < 1500
    assert len(page.workers) == 1


@pytest.mark.timing
@browser
def test_the_page_is_never_held_up(open_page):
    """Longest pause between two frames of the page while a digit is computed."""
    page = open_page(digit())
    form(page)
    page.evaluate(
        """() => {
          window.pauses = [];
          let last = performance.now();
          const frame = (now) => {
            window.pauses.push(now - last);
            last = now;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        }"""
    )
    page.keyboard.press("Space")
    page.get_by_text("From seed 8, digit 3 with guidance: step 18").wait_for()
    pauses = sorted(page.evaluate("() => window.pauses"))
    assert len(pauses) > 10 and pauses[len(pauses) // 2] < 100


@browser
def test_keys_form_choose_and_scrub(open_page):
    page = open_page(digit(), reduced_motion="reduce")
    assert page.get_by_role("button", name="Form the digit").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('dgm-pair')")
    first, _ = form(page)
    assert state(page, "seed") == 7
    page.keyboard.press("Enter")
    page.get_by_text("From seed 8, digit 3").wait_for()
    second, _ = finished(page)
    assert state(page, "seed") == 8 and (first - second).abs().max() > 0.2
    page.keyboard.press("5")
    page.get_by_text("From seed 8, digit 5").wait_for()
    assert state(page, "label") == 5 and page.locator("input[value='5']").is_checked()
    page.keyboard.press("a")
    page.get_by_text("From seed 8, any digit").wait_for()
    finished(page)
    for key, place in (("ArrowLeft", 17), ("ArrowDown", 16), ("ArrowRight", 17)):
        page.keyboard.press(key)
        assert f"step {place} of 18, noise level" in status(page)
    assert heard(page) == []


@browser
def test_only_the_last_of_many_presses_is_computed(open_page):
    page = open_page(digit(), reduced_motion="reduce")
    form(page)
    page.evaluate(
        """() => {
          const model = document.querySelector(".dgm-widget").dgmModel;
          for (let seed = 100; seed <= 130; seed++) model.set("seed", seed);
        }"""
    )
    page.get_by_text("From seed 130, digit 3").wait_for(timeout=3000)
    pixels, _ = finished(page)
    expected = digit(seed=130).path()[-1]
    assert (pixels - pixels_of(expected)).abs().max() < 0.02


@browser
def test_a_network_without_labels_offers_none(open_page):
    widget = DigitFromNoise(Denoiser(wild(size=8, classes=0, widths=(4, 8)), VP(), "v"))
    page = open_page(widget, reduced_motion="reduce")
    assert page.locator("input[type=radio]").count() == 0 and widget.label == -1
    pixels, _ = form(page)
    assert (pixels - pixels_of(widget.path()[-1])).abs().max() < 0.02
    page.keyboard.press("5")
    assert state(page, "label") == -1 and heard(page) == []


@browser
def test_the_way_is_scrubbed(open_page):
    page = open_page(digit(), reduced_motion="reduce")
    form(page)
    left, right = (partial(drawn, page, which) for which in (0, 1))
    assert left() == right()  # the digit
    slider = page.get_by_role("slider", name="Step of the sampler")
    slider.focus()
    page.keyboard.press("Home")
    assert "step 0 of 18, noise level σ/α = 40" in status(page) and left() != right()
    noise = left()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext").startswith("step 1 of 18, noise level")
    assert left() != noise
    page.keyboard.press("End")
    assert "no noise left" in status(page) and left() == right()


def waits_at(page, step):
    """Sets the slider, before anything has been formed."""
    slider = page.get_by_role("slider", name="Step of the sampler")
    slider.press("Home")
    for _ in range(step):
        slider.press("ArrowRight")
    assert f"noise of step {step} of 18" in status(page)


@browser
def test_the_slider_is_alive_before_the_first_use_and_denoising_starts_from_there(open_page):
    widget = digit()
    page = open_page(widget, reduced_motion="reduce")
    noise = drawn(page, 0)
    waits_at(page, 9)
    assert drawn(page, 0) != noise and page.workers == []
    page.get_by_role("button", name="Denoise it").click()
    pixels, _ = finished(page)
    assert "9 steps" not in status(page) and "the stored digit under noise" in status(page)
    process, times = widget.denoiser.process, evaluation.digit_times(widget.denoiser.process, 18)
    x0 = (torch.tensor(widget.stored) / 255 - MNIST_MEAN) / MNIST_STD
    x = process.perturb(x0[None], times[9], seed_noise(7, 576)[None]).float()
    guided = zoo.with_labels(widget.denoiser, torch.tensor([3]), widget.guidance)
    expected = sample(guided, x.reshape(1, 1, 24, 24), times[9:], DPMSolver2M())
    assert (pixels - pixels_of(expected)).abs().max() < 0.02
    page.get_by_role("button", name="Noise it again").click()
    assert "noise of step 9 of 18" in status(page) and heard(page) == []


@browser
@pytest.mark.parametrize("hand", ["mouse", "keys"])
def test_a_drawing_is_noised_and_denoised(open_page, hand):
    page = open_page(digit(label=1), reduced_motion="reduce")
    stored = drawn(page, 1)
    page.get_by_role("button", name="Draw").click()
    blank = drawn(page, 1)
    if hand == "keys":
        for key in ["ArrowUp"] * 6 + ["Space", "ArrowDown"] * 12:
            page.keyboard.press(key)
    else:
        box = page.locator(".dgm-easel").bounding_box()
        middle = box["x"] + box["width"] / 2
        page.mouse.move(middle, box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(middle, box["y"] + 0.8 * box["height"], steps=5)
        page.mouse.up()
    mine, noisy = drawn(page, 1), drawn(page, 0)
    assert len({stored, blank, mine, noisy}) == 4
    assert "Your drawing under the noise of step" in status(page)
    page.get_by_role("button", name="Denoise it").click()
    pixels, _ = finished(page)
    assert re.search(r"From your drawing under noise.* in \d+\.\d\d seconds", status(page))
    ink = pixels.reshape(24, 24)
    assert ink[:, 8:16].sum() > 4 * (ink[:, :8].sum() + ink[:, 16:].sum())  # upright, as it was
    page.get_by_role("slider", name="Step of the sampler").press("Home")
    assert "Your drawing under the noise of step 0" in status(page) and drawn(page, 1) == mine
    assert heard(page) == []


@browser
def test_the_stored_digit_drowns_once_by_itself_and_no_network_is_loaded(open_page):
    watch = "document.querySelector('[role=status]')?.innerText.match(/noise of step (\\d+)/)?.[1]"
    page = open_page(digit(), before=f"window.seen = []; setInterval(() => seen.push({watch}), 20)")
    page.wait_for_function("() => seen.includes('9') && seen.at(-1) === '0'", timeout=30_000)
    page.get_by_role("button", name="Form the digit").wait_for()
    assert page.workers == [] and heard(page) == []


def drawn(page, which):
    return page.evaluate("(i) => document.querySelectorAll('canvas')[i].toDataURL()", which)


@browser
def test_a_digit_forms_step_by_step_and_plays_again(open_page):
    watch = "document.querySelector('[role=status]')?.innerText.match(/^From.*step (\\d+) of/)?.[1]"
    page = open_page(digit(), before=f"window.seen = []; setInterval(() => seen.push({watch}), 20)")
    formed = "() => new Set(seen).size >= 6 && seen.at(-1) === '18'"
    page.get_by_role("button", name="Form the digit").click()
    page.wait_for_function(formed, timeout=60_000)
    page.evaluate("seen.length = 0")
    page.get_by_role("button", name="Play again").click()
    page.wait_for_function(formed, timeout=60_000)
    page.wait_for_function("() => document.querySelector('[role=status]').ariaLive === 'polite'")
    assert state(page, "seed") == 7 and heard(page) == []


@browser
def test_seven_digits_between_two_noises(open_page):
    page = open_page(digit(guided=False), reduced_motion="reduce")
    page.get_by_role("button", name="Interpolate").click()
    page.get_by_text("From 100% of the way from seed 7 to seed 8").wait_for(timeout=60_000)
    cells = page.locator(".dgm-cell")
    pictures = {drawn(page, 2 + j) for j in range(7)}
    assert len(pictures) == 7 and cells.nth(6).get_attribute("aria-pressed") == "true"
    last, _ = finished(page)
    cells.nth(0).focus()
    page.keyboard.press("Enter")
    assert "From 0% of the way" in status(page)
    first, _ = finished(page)
    for pixels, seed in ((first, 7), (last, 8)):
        expected = digit(guided=False, seed=seed).path()[-1]
        assert (pixels - pixels_of(expected)).abs().max() < 0.02
    form(page)
    page.get_by_text("From seed 8, digit 3").wait_for()
    assert not cells.nth(0).is_visible() and heard(page) == []


@browser
def test_python_can_choose_what_the_page_forms(open_page):
    page = open_page(digit(), reduced_motion="reduce")
    page.evaluate("() => document.querySelector('.dgm-widget').dgmModel.set('label', 6)")
    page.get_by_text("From seed 7, digit 6 with guidance").wait_for()
    assert page.locator("input[value='6']").is_checked()
    seed = page.get_by_label("Seed of the noise")
    seed.fill("41")
    seed.press("Enter")
    page.get_by_text("From seed 41, digit 6").wait_for()
    seed.fill("-3")
    seed.press("Enter")
    assert seed.input_value() == "41" and state(page, "seed") == 41


@browser
def test_weights_in_a_file_load_at_the_first_use_only(chromium, tmp_path):
    body = widget_code.move_data(standalone(digit()), tmp_path, str)
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf8")
    page = chromium.new_page(reduced_motion="reduce")
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("/")[-1]))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("[data-mounted=done]")
    assert not any(name.startswith("weights-") for name in asked)
    form(page)
    assert sum(name.startswith("weights-") for name in asked) == 1
    page.close()


@browser
def test_a_missing_file_is_reported(chromium, tmp_path):
    body = widget_code.move_data(standalone(digit()), tmp_path, str)
    for file in tmp_path.glob("weights-*"):
        file.unlink()
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf8")
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.get_by_role("button", name="Form the digit").click()
    page.get_by_text("The network did not run: could not load weights-").wait_for()
    page.close()
