"""Train it here: gradients, optimiser, targets and the trainer beside PyTorch; then the page.

Each comparison also runs with slips put into the module, and must tell them apart.
"""

import re
from functools import partial

import pytest
import torch

from dgm_lessons.calculus import rademacher
from dgm_lessons.denoisers import Denoiser, ExactDenoiser
from dgm_lessons.evaluation.points import noise_rmse
from dgm_lessons.metrics import off_mode_share
from dgm_lessons.mixtures import GaussianMixture, ring
from dgm_lessons.networks import MLP
from dgm_lessons.objectives import (
    denoising_loss,
    implicit_score_matching,
    sliced_score_matching,
)
from dgm_lessons.processes import EDM, VP
from dgm_lessons.training import averaged_targets
from dgm_lessons.widgets import TrainItHere
from dgm_lessons.widgets.base import mixture_state

browser = pytest.mark.browser
TOLERANCE = 1e-5  # relative to the largest entry of the gradient
TOLD_APART = 1e-3
LEVELS = (0.07, 0.4, 3.0)
POINTS = {
    "denoising": 42,
    "sliced": 41,
    "implicit": 40,
}  # at each level: rows that fill fours or not


@pytest.fixture(scope="module")
def script(run_module):
    """script(code, arguments, slip): runs `code` with the widget's own module as M."""
    return partial(run_module, TrainItHere)


def gap(found, expected):
    """The largest difference, in units of the largest entry."""
    found = torch.as_tensor(found, dtype=torch.float64).reshape(expected.shape)
    return float((found - expected).abs().max() / expected.abs().max())


# -- the gradient of each loss --------------------------------------------------------------------


def network():
    """An MLP in float64 with no weight at zero."""
    torch.manual_seed(3)
    net = MLP(2).double()
    with torch.no_grad():
        for linear in (m for m in net.body if isinstance(m, torch.nn.Linear)):
            linear.weight.add_(0.2 * torch.randn_like(linear.weight))
            linear.bias.add_(0.2 * torch.randn_like(linear.bias))
    return net


def flat(tensors):
    """Weights and biases (or their gradients), layer by layer, as the browser keeps them."""
    rows = []
    for weight, bias in zip(tensors[::2], tensors[1::2], strict=True):
        inner, columns = (-size % 4 + size for size in weight.T.shape)
        table = torch.zeros(inner, columns, dtype=torch.float64)
        table[: weight.shape[1], : weight.shape[0]] = weight.T
        rows += [table.flatten(), torch.nn.functional.pad(bias, (0, columns - len(bias)))]
    return torch.cat(rows)


def noisy_points(points=10):
    """Clean points, noise, and noisy points x_0 + s eps at each of `LEVELS`."""
    generator = torch.Generator().manual_seed(5)
    x0 = ring(8).sample(points * len(LEVELS), generator, torch.float64)
    eps = torch.randn(x0.shape, generator=generator, dtype=torch.float64)
    s = torch.tensor(LEVELS, dtype=torch.float64).repeat_interleave(points)
    return x0, eps, s, x0 + s[:, None] * eps


def score_of(net, s):
    """The score of x_0 + s eps: the network gives v of VP at x / sqrt(1 + s^2)."""
    root = (1 + s * s) ** 0.5
    denoiser = Denoiser(net, VP(), "v")
    t = VP().t_from_log_snr(-2 * torch.tensor(s, dtype=torch.float64).log())
    return lambda z: denoiser.score(z / root, t) / root


def expected_loss(kind, net, probes):
    """The loss by the package's functions, level by level, each weighed by s^2 (1 + s^2)."""
    points = POINTS[kind]
    x0, eps, s, z = noisy_points(points)
    if kind == "denoising":
        t = VP().t_from_log_snr(-2 * s.log())
        return denoising_loss(Denoiser(net, VP(), "v"), x0, t, eps)
    total = 0.0
    for k, level in enumerate(LEVELS):
        rows = slice(k * points, (k + 1) * points)
        score = score_of(net, level)
        if kind == "implicit":
            loss = implicit_score_matching(score, z[rows])
        else:
            generator = torch.Generator().manual_seed(11 + k)
            loss = sliced_score_matching(score, z[rows], 2, generator)
            generator = torch.Generator().manual_seed(11 + k)
            probes[:, rows] = rademacher((2, points, 2), generator, z)
        total = total + level**2 * (1 + level**2) * loss / len(LEVELS)
    return total


RUN = """
  const array = (list) => Float64Array.from(list);
  const [z, s, probes] = [a.z, a.s, a.probes].map(array);
  const n = s.length, rows = n + probes.length / 2;
  const net = M.makePerceptron(array(a.parameters), rows);
  M.fillFeatures(net.features, z, s, probes);
  net.forward(n, rows);
  const ask = () => a.clean.length
    ? M.denoisingLoss(net.output, net.outputGradient, z, s, array(a.clean))
    : M.probedLoss(net.output, net.outputGradient, z, s, probes, a.weight);
  ask(); // what a step before has left does not count
  const loss = ask();
  return [loss, ...net.backward(n, rows)];
"""


def gradients(script, kind, slip=None):
    net = network()
    x0, _, s, z = noisy_points(POINTS[kind])
    probes = torch.zeros(2, len(z), 2, dtype=torch.float64)
    probes[0, :, 0] = probes[1, :, 1] = 1.0
    loss = expected_loss(kind, net, probes)
    parameters = list(net.parameters())
    expected = flat(torch.autograd.grad(loss, parameters))
    arguments = {
        "parameters": flat([p.detach() for p in parameters]).tolist(),
        "z": z.flatten().tolist(),
        "s": s.tolist(),
        "clean": x0.flatten().tolist() if kind == "denoising" else [],
        "probes": [] if kind == "denoising" else probes.flatten().tolist(),
        "weight": 1.0 if kind == "implicit" else 0.5,
    }
    found = script(RUN, arguments, slip)
    return max(abs(found[0] - loss.item()) / abs(loss.item()), gap(found[1:], expected))


SLIPS = {
    "denoising": ("q * (eps - s[i] * x0)", "q * (eps + s[i] * x0)"),  # v of the wrong sign
    "sliced": ("const bend = (-weight * s[i])", "const bend = (weight * s[i])"),  # the trace's sign
    "implicit": ("g += bend[v] * before[i] * flow[i];", ""),  # no second derivative
}


@browser
@pytest.mark.parametrize("kind", SLIPS)
def test_the_gradient_is_that_of_pytorch_and_a_slip_is_told_apart(script, kind):
    assert gradients(script, kind) < TOLERANCE
    assert gradients(script, kind, SLIPS[kind]) > TOLD_APART


# -- the parts of a step --------------------------------------------------------------------------


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def product(script, transposed, plain, slip=None):
    a, b = draw(8, 12), draw(12, 20, seed=1)
    code = """
      const { table, multiply } = M.makeMachine(1000);
      const [x, y, out, beyond] = [table(96), table(240), table(160), table(80).fill(7)];
      [x.set(a.x), y.set(a.y)];
      const [down, along] = a.transposed ? [1, 8] : [12, 1];
      const all = new Float32Array(out.buffer, out.byteOffset, 240);
      (a.plain ? M.plainMultiply : multiply)(all, x, y, 8, 12, 20, down, along);
      const vectors = WebAssembly.validate(M.moduleBytes()) && multiply !== M.plainMultiply;
      return [...out, Number(vectors), beyond.every((v) => v === 7)];
    """
    x = (a.T if transposed else a).flatten().tolist()
    arguments = {"x": x, "y": b.flatten().tolist(), "transposed": transposed, "plain": plain}
    *found, vectors, kept = script(code, arguments, slip)
    assert vectors == 1, "this browser runs the product in WebAssembly"
    assert kept or slip, "rows beyond the last stay as they are"
    return gap(found, a @ b)


@browser
@pytest.mark.parametrize("transposed", [False, True])
def test_a_matrix_product_in_vectors_and_in_plain_javascript(script, transposed):
    for plain in (False, True):
        assert product(script, transposed, plain) < 1e-6
    slip = ("plus(P, get(ALONG))", "plus(P, get(DOWN))")
    assert product(script, transposed, False, slip) > TOLD_APART


def adamw(script, slip=None):
    start, gradients = draw(6), draw(5, 6, seed=1)
    gradients[:, 0] *= 1e-8  # where the small number beside the root counts
    parameter = start.clone().requires_grad_(True)
    optimizer = torch.optim.AdamW([parameter], 0.02, betas=(0.9, 0.95))
    for k, gradient in enumerate(gradients):
        optimizer.param_groups[0]["lr"] = 0.02 / (k + 1)
        parameter.grad = gradient
        optimizer.step()
    code = """
      const [x, step] = [Float64Array.from(a.start), M.makeAdamW(6)];
      a.gradients.forEach((gradient, k) => step(x, gradient, 0.02 / (k + 1)));
      return [...x];
    """
    arguments = {"start": start.tolist(), "gradients": gradients.tolist()}
    return gap(script(code, arguments, slip), parameter.detach())


@browser
def test_a_step_of_adamw_is_that_of_pytorch(script):
    assert adamw(script) < 1e-9
    assert adamw(script, ("rate * decay * parameters[i] +", "")) > 1e-4
    assert adamw(script, ("1 / Math.sqrt(1 - b2 ** steps)", "1")) > TOLD_APART


def targets(script, slip=None):
    x0, eps, s, z = noisy_points()
    eps[0], z[0] = 9.0, x0[0] + 9 * s[0]  # far from every clean point
    process = EDM()
    expected, _ = averaged_targets(process, x0, s, eps)
    code = """
      const [x, z, s] = [a.x0, a.z, a.s].map((list) => Float64Array.from(list));
      const [out, shares] = [x, s].map((like) => new Float64Array(like.length));
      return [...M.averagedTargets(x, z, s, out, shares)];
    """
    arguments = {"x0": x0.flatten().tolist(), "z": z.flatten().tolist(), "s": s.tolist()}
    return gap(script(code, arguments, slip), expected)


@browser
def test_averaged_targets_are_those_of_the_package(script):
    assert targets(script) < TOLERANCE
    assert targets(script, ("-0.5 / (s[i] * s[i])]", "-0.5 / s[i]]")) > TOLD_APART


@browser
def test_numbers_that_a_step_is_made_of(script):
    shares = torch.tensor([1e-6, 0.01, 0.3, 0.5, 0.8, 0.999], dtype=torch.float64)
    code = """
      const rates = a.steps.map((step) => M.learningRate(step, 200));
      const long = a.steps.map((step) => M.learningRate(step, 4500));
      const short = a.steps.map((step) => M.learningRate(step, 90));
      const average = Float64Array.from([1, 2]);
      M.takeIn(average, [3, 6], 5, 0.2);
      M.takeIn(average, [3, 6], 10);
      return { normal: a.shares.map(M.normalQuantile), exp: a.powers.map(M.quickExp), rates,
        long, short, average: [...average], spread: M.spreadOf(a.mixture) };
    """
    powers = torch.linspace(-40, 40, 97, dtype=torch.float64)
    mixture = GaussianMixture(
        [0.25, 0.75], [[0.0, 3.0], [4.0, -1.0]], [[[1.0, 0.2], [0.2, 2.0]]] * 2
    )
    arguments = {
        "shares": shares.tolist(),
        "powers": powers.tolist(),
        "steps": [1, 2, 101, 200],
        "mixture": mixture_state(mixture, 2),
    }
    found = script(code, arguments)
    assert gap(found["normal"], torch.special.ndtri(shares)) < 1e-8
    exp = torch.tensor(found["exp"], dtype=torch.float64)
    assert (exp / powers.exp() - 1).abs().max() < 1e-7
    assert found["rates"] == pytest.approx([0.5, 1, (1 - 99 / 198) ** 2, 0])
    rise = [step / 45 for step in (1, 2)]  # a hundredth of 4,500 steps
    assert found["long"] == pytest.approx(
        [*rise, *((1 - (s - 45) / 4455) ** 2 for s in (101, 200))]
    )
    assert found["short"][:2] == pytest.approx([1, (1 - 1 / 89) ** 2])  # at least one step
    # weights 1 / (1 + 0.2 x 5), then 1 / (1 + 0.1 x 10): a half, and a half of the rest
    assert found["average"] == pytest.approx([2.5, 5])
    # variances: 1 + 16 x 3/16 = 4 and 2 + 16 x 3/16 = 5
    assert found["spread"] == pytest.approx(4.5**0.5)


@browser
def test_the_first_weights_are_spread_as_in_pytorch(script):
    code = """
      const shape = M.layersOf(64, 3);
      const weights = M.initialise(new Float64Array(shape.count), shape, M.makeRng(1));
      return shape.layers.map(({ weight, bias, columns }) =>
        [weights.subarray(weight, bias), weights.subarray(bias, bias + columns)]
          .map((part) => Math.max(...part)));
    """
    first, second, _, last = script(code, {})
    assert first == pytest.approx([2 / 11**0.5, 1 / 11**0.5], rel=0.05)
    assert second == pytest.approx([1 / 8, 1 / 8], rel=0.05)
    assert last == [0, 0]


@browser
def test_only_the_padding_and_the_last_layer_begin_at_zero(script):
    code = """
      const shape = M.layersOf(64, 3);
      const weights = M.initialise(new Float64Array(shape.count), shape, M.makeRng(1));
      return shape.layers.map(({ weight, bias, columns }) => {
        const table = weights.subarray(weight, bias + columns);
        const zeros = [...table.keys()].filter((i) => !table[i]);
        return [zeros.length, zeros[0] ?? -1, Math.max(...table), Math.min(...table), table.length];
      });
    """
    first, *inner, last = script(code, {})
    assert first[:2] == [64, 11 * 64]  # the weights of the feature that is always 0
    assert first[2:4] == pytest.approx([2 / 11**0.5, -2 / 11**0.5], rel=0.02)
    for row in inner:
        assert row[0] == 0 and row[2:4] == pytest.approx([1 / 8, -1 / 8], rel=0.02)
    assert last[0] == last[4]


@browser
def test_the_quick_exponential_is_cut_off_and_as_good_as_it_says(script):
    powers = torch.linspace(-20, 20, 3001, dtype=torch.float64)
    code = "return [a.x.map(M.quickExp), [-500, 500].map(M.quickExp)];"
    found, ends = script(code, {"x": powers.tolist()})
    assert (torch.tensor(found, dtype=torch.float64) / powers.exp() - 1).abs().max() < 8e-9
    assert ends == [2.0**-100, 2.0**100]


@browser
def test_a_machine_has_room_for_all_its_numbers(script):
    """A page of WebAssembly's memory is 16,384 of them; without it a buffer is as long as asked."""
    code = """
      const tables = () => a.map((n) => M.makeMachine(n).table(n));
      const lengths = () => tables().map((t) => [t.length, t.byteOffset, t.buffer.byteLength / 4]);
      const kept = WebAssembly.Memory;
      const found = [lengths()];
      try {
        WebAssembly.Memory = null;
        found.push(lengths());
      } finally {
        WebAssembly.Memory = kept;
      }
      return found;
    """
    sizes = [100, 16384, 16385, 32768]
    pages = [16384, 16384, 32768, 32768]
    in_pages = [[n, 0, page] for n, page in zip(sizes, pages, strict=True)]
    assert script(code, sizes) == [in_pages, [[n, 0, n] for n in sizes]]


@browser
def test_a_perceptron_has_room_for_its_rows_and_tables(script):
    """For as many rows as the next multiple of four, in a buffer without a page's rest to spare."""
    code = """
      const kept = WebAssembly.Memory;
      try {
        WebAssembly.Memory = null;
        return a.map(([most, width, depth]) => {
          const parameters = new Float64Array(M.layersOf(width, depth).count);
          const net = M.makePerceptron(parameters, most, { width, depth });
          net.forward(most);
          net.backward(most);
          return [net.features, net.output, net.outputGradient].map((table) => table.length);
        });
      } finally {
        WebAssembly.Memory = kept;
      }
    """
    cases = [(1, 8, 1), (4, 8, 1), (5, 16, 2), (999, 64, 3), (1000, 64, 3), (1001, 8, 4)]
    rooms = [4, 4, 8, 1000, 1000, 1004]
    assert script(code, cases) == [[12 * room, 4 * room, 4 * room] for room in rooms]


def guesses(script, slip=None, points=7):
    net, s, x = network(), 0.4, draw(points, 2)
    code = """
      const guess = M.makeGuesser(Float64Array.from(a.parameters), 4);
      const x = Float64Array.from(a.x);
      return [...guess(x, a.s, new Float64Array(x.length))];
    """
    parameters = flat([p.detach() for p in net.parameters()]).tolist()
    arguments = {"parameters": parameters, "x": x.flatten().tolist(), "s": s}
    with torch.no_grad():
        return gap(script(code, arguments, slip), -s * score_of(net, s)(x))


@browser
def test_the_guess_of_the_noise_is_that_of_the_denoiser(script):
    for points in (3, 4, 7, 8):  # the last four are full or not
        assert guesses(script, points=points) < TOLERANCE
    assert guesses(script, ("out[from + i] = s * q * q *", "out[from + i] = s * q *")) > TOLD_APART


@browser
def test_the_error_is_measured_as_in_the_package(script):
    """An untrained network, whose last layer is zero, by 2,000 points a level on either side."""
    code = """
      const guess = (x, s, out) => x.forEach((v, i) => (out[i] = (s * v) / (1 + s * s)));
      return M.makeTest(a, 2000, 3)(guess);
    """
    found = script(code, mixture_state(ring(8), 2))
    untrained = Denoiser(MLP(2), VP(), "v")
    exact = ExactDenoiser(ring(8), VP())
    expected = noise_rmse(untrained, exact, torch.Generator().manual_seed(0))
    assert found == pytest.approx(expected, rel=0.02)


@browser
def test_the_error_is_the_mean_over_twenty_levels_of_a_root(script):
    """Of one Gaussian the exact noise is s z / (v + s^2); a guess is off by the level, squared."""
    code = """
      const law = { weights: [1], means: [[0, 0]], covariances: [[[4, 0], [0, 4]]] };
      const seen = [];
      const error = M.makeTest(law, 3, 1)((x, s, out) => {
        seen.push(s);
        x.forEach((value, i) => (out[i] = (s * value) / (4 + s * s) + s * s * (i % 2 ? -1 : 1)));
      });
      return [seen, error];
    """
    seen, error = script(code, {})
    levels = torch.logspace(torch.tensor(0.05).log10(), torch.tensor(5.0).log10(), 20)
    assert seen == pytest.approx(levels.tolist(), rel=1e-5)
    assert error == pytest.approx(levels.square().mean().item(), rel=1e-5)


def gaussian_flow(script, slip=None):
    """Noise at level 8 becomes N(0, 0.5^2): every point shrinks by 0.5 / sqrt(0.5^2 + 8^2)."""
    code = """
      const mixture = { weights: [1], means: [[0, 0]], covariances: [[[0.25, 0], [0, 0.25]]] };
      const start = Float64Array.from([8, -3]);
      const path = M.flowDown(M.exactGuess(mixture), start, M.levelsDown(8, 0.02, 24));
      return [path.length, ...path.at(-1)];
    """
    length, *end = script(code, {}, slip)
    assert length == 26
    shrink = 0.5 / (0.25 + 64) ** 0.5
    return gap(end, shrink * torch.tensor([8.0, -3.0], dtype=torch.float64))


@browser
def test_noise_becomes_data_along_the_score(script):
    assert gaussian_flow(script) < 0.01
    assert gaussian_flow(script, ("(next - s) * 0.5 * (first", "(next - s) * (first")) > 0.1


@browser
def test_levels_go_down_as_in_karras_et_al(script):
    found = script("return M.levelsDown(8, 0.02, 24);", {})
    ramp = torch.linspace(8 ** (1 / 7), 0.02 ** (1 / 7), 25, dtype=torch.float64) ** 7
    assert found == pytest.approx(ramp.tolist(), rel=1e-12)


def strays(script, slip=None):
    mixture = GaussianMixture([0.5, 0.5], [[0.0, 0.0], [5.0, 1.0]], [[[1.0, 0.6], [0.6, 0.8]]] * 2)
    x = 4 * draw(400, 2)
    found = script(
        "return M.strayShare(a.mixture, a.x);",
        {"mixture": mixture_state(mixture, 2), "x": x.flatten().tolist()},
        slip,
    )
    return abs(found - off_mode_share(x, mixture))


@browser
def test_strays_are_counted_as_in_the_package(script):
    assert strays(script) < 1e-9
    assert strays(script, ("- 2 * b * dx * dy", "+ 2 * b * dx * dy")) > 0.01


# -- the trainer ----------------------------------------------------------------------------------

TRAIN = """
  const trainer = M.makeTrainer({ mixture: a.mixture, loss: a.loss, seed: a.seed, steps: a.steps });
  while (trainer.step < a.steps) trainer.train();
  return M.makeTest(a.mixture, 200, 9)(M.makeGuesser(trainer.average, 256));
"""
REACHED = {"denoising": (600, 0.06), "implicit": (300, 0.21), "sliced": (300, 0.25)}


@browser
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("loss", REACHED)
def test_so_many_steps_reach_this_error(script, loss, seed):
    """Of an untrained network the error is 0.46."""
    steps, bound = REACHED[loss]
    arguments = {"mixture": mixture_state(ring(8), 2), "loss": loss, "seed": seed, "steps": steps}
    error = script(TRAIN, arguments)
    print(f"{loss}, seed {seed}: {error:.4f} after {steps} steps")
    assert 0.01 < error < bound


@browser
def test_a_session_answers_in_order(script):
    code = """
      const session = M.makeSession();
      const places = Float64Array.from([1, 1, -2, 0]);
      const first = session({ kind: "start", mixture: a, loss: "denoising", seed: 0, steps: 20 });
      const look = session({ kind: "look", places, sigma: 0.5 });
      let last = null;
      do last = session({ kind: "go", ms: 5, places, sigma: 0.5 }); while (!last.done);
      const levels = M.levelsDown(8, 0.02, 10);
      const { exact, learned, strays } = session({ kind: "carry", count: 50, levels });
      return { first, look: [...look.field], last: { ...last, field: [...last.field] }, strays,
        shapes: [exact.length, learned.length, exact[0].length] };
    """
    found = script(code, mixture_state(ring(8), 2))
    assert found["first"]["step"] == 0 and found["first"]["rmse"] == pytest.approx(0.46, abs=0.03)
    assert found["look"] == pytest.approx([0.4, 0.4, -0.8, 0])  # s x / (1 + s^2)
    assert found["last"]["step"] == 20 and found["last"]["rmse"] < 0.45
    assert found["last"]["field"] != found["look"]
    assert found["shapes"] == [12, 12, 100]
    assert found["strays"]["exact"] < 0.1 < found["strays"]["learned"]


@browser
def test_what_a_session_says_of_its_steps(script):
    """The mean loss is that of a trainer of its own; no time is no step; the carried noise is x."""
    code = """
      const start = { mixture: a, loss: "denoising", seed: 3, steps: 4 };
      const own = M.makeTrainer(start);
      const losses = [1, 2, 3, 4].map(() => own.train());
      const [places, session] = [Float64Array.from([1, 1]), M.makeSession()];
      const first = session({ kind: "start", ...start });
      const idle = session({ kind: "go", ms: 0, places, sigma: 0.5 });
      const begin = performance.now();
      const all = session({ kind: "go", ms: 1e6, places, sigma: 0.5 });
      const wall = (performance.now() - begin) / 1000;
      const { exact } = session({ kind: "carry", count: 60, levels: [0.01] });
      return { first, idle, all, wall, mean: losses.reduce((x, y) => x + y) / 4,
        stray: M.strayShare(a, exact[0]) };
    """
    found = script(code, mixture_state(ring(8), 2))
    first, idle, all_ = (found[name] for name in ("first", "idle", "all"))
    assert (first["seconds"], first["steps"]) == (0, 4)
    assert (idle["step"], idle["seconds"], idle["rmse"]) == (0, 0, None) and not idle["done"]
    assert all_["done"] and all_["value"] == pytest.approx(found["mean"], rel=1e-9)
    assert 0 < all_["seconds"] <= found["wall"] < 60 and found["stray"] < 0.05


@browser
def test_a_session_looks_at_the_error_every_fifth_of_a_second(script):
    """On a clock that each step moves on by 70 ms; what is carried is judged where it ends."""
    code = """
      const [now, session] = [performance.now, M.makeSession()];
      const go = { kind: "go", places: Float64Array.of(1, 1), sigma: 0.5 };
      let clock = 5000;
      session({ kind: "start", mixture: a, loss: "denoising", seed: 3, steps: 40 });
      try {
        performance.now = () => (clock += 70) - 70;
        const rows = Array.from({ length: 7 }, () => session({ ...go, ms: 70 }));
        const way = { kind: "carry", count: 60, levels: [4, 1, 0.1] };
        const { exact, learned, strays } = session(way);
        const ends = [exact, learned].map((path) => M.strayShare(a, path.at(-1)));
        return { rows: rows.map((row) => [row.step, row.seconds, row.rmse !== null]), ends,
          strays: [strays.exact, strays.learned] };
      } finally {
        performance.now = now;
      }
    """
    found = script(code, mixture_state(ring(8), 2))
    looks = [False, False, True, False, False, True, False]
    for k, (step, seconds, looked) in enumerate(found["rows"]):
        assert step == k + 1 and seconds == pytest.approx(0.07 * (k + 1))
        assert looked == looks[k]
    assert found["strays"] == found["ends"] and found["ends"][0] < found["ends"][1]


@browser
@pytest.mark.parametrize(("spread", "median"), [(0.1, 0.1), (0.4, 0.1), (2.0, 0.5), (12.0, 3.0)])
def test_a_level_from_each_equal_share_of_a_log_normal_law(script, spread, median):
    """ln s has the median 0.25 of the data's spread and the width 1.2, cut off at 0.02 and 12."""
    code = """
      const uniform = (value) => (value === null ? M.makeRng(4) : { uniform: () => value });
      return a.draws.map((value) => {
        const levels = new Float64Array(200);
        M.drawLevels(a.spread, uniform(value), levels);
        return [...levels];
      });
    """
    most = 1 - 2.0**-53
    found = script(code, {"spread": spread, "draws": [0, None, most]})
    shares = torch.arange(201, dtype=torch.float64) / 200
    bounds = (median * (1.2 * torch.special.ndtri(shares)).exp()).clamp(0.02, 12)
    first, middle, last = torch.tensor(found, dtype=torch.float64)
    torch.testing.assert_close(first, bounds[:-1], rtol=1e-6, atol=0)
    torch.testing.assert_close(last, bounds[1:], rtol=1e-6, atol=0)
    assert bool(((bounds[:-1] <= middle) & (middle <= bounds[1:])).all())
    assert bool((middle > first).any()) and bool((middle < last).any())


@browser
def test_a_sign_is_minus_for_the_lower_half(script):
    code = """
      const [draws, signs] = [[...a], new Float64Array(4)];
      M.drawSigns({ uniform: () => draws.shift() }, signs);
      return [...signs];
    """
    assert script(code, [0, 0.499, 0.5, 0.999]) == [-1, -1, 1, 1]


FIRST = """
  return a.mixtures.map((mixture) => {
    const options = { loss: a.loss, seed: a.seed, steps: 1, batch: a.batch, width: 4, depth: 1 };
    return M.makeTrainer({ mixture, ...options }).train();
  });
"""


@browser
@pytest.mark.parametrize("loss", ["sliced", "implicit"])
def test_the_first_loss_is_that_of_a_network_that_says_zero(script, loss):
    """Its score is -z / (1 + s^2), and (s^2 + s^4)(|score|^2 / 2 + div score) has a mean."""
    mean, variances, batch = torch.tensor([3.0, -1.0]), torch.tensor([0.3, 0.02]), 200_000
    law = GaussianMixture([1.0], mean[None], torch.diag(variances)[None])
    arguments = {"mixtures": [mixture_state(law, 2)], "loss": loss, "seed": 5, "batch": batch}
    (found,) = script(FIRST, arguments)
    shares = (torch.arange(batch, dtype=torch.float64) + 0.5) / batch
    s = (0.25 * 0.4 * (1.2 * torch.special.ndtri(shares)).exp()).clamp(0.02, 12)
    square = 2 * s * s + (mean.square() + variances).sum()
    expected = s**2 * (0.5 * square / (1 + s**2) - 2)
    # for given s each coordinate of z, squared, varies by 2 v (v + 2 m^2); a cross term with signs
    v, m = s[:, None] ** 2 + variances, mean
    spread = 2 * v * (v + 2 * m**2)
    both = 4 * (v + m**2).prod(1) if loss == "sliced" else 0.0
    error = (0.25 * s**4 / (1 + s**2) ** 2 * (spread.sum(1) + both)).mean().sqrt() / batch**0.5
    assert abs(found - expected.mean()) < 4 * error < 0.025


@browser
@pytest.mark.parametrize("loss", ["sliced", "implicit"])
def test_both_coordinates_count_alike(script, loss):
    """One point far away: on either axis its first loss is the same, s^2 q^2 |z|^2 / 2 - 2 s^2."""
    far = [[1e6, 0.0], [0.0, 1e6], [-1e6, 0.0]]
    law = {"weights": [1], "covariances": [[[1, 0], [0, 1]]]}
    laws = [{**law, "means": [mean]} for mean in far]
    for batch in (1, 3):
        arguments = {"mixtures": laws, "loss": loss, "seed": 1, "batch": batch}
        first, *others = script(FIRST, arguments)
        assert first > 0 and others == pytest.approx([first] * 2, rel=1e-4)


@browser
def test_the_losses_are_three(script):
    law = mixture_state(ring(8), 2)
    found = []
    for loss in ("denoising", "sliced", "implicit"):
        arguments = {"mixtures": [law], "loss": loss, "seed": 1, "batch": 50}
        found += script(FIRST, arguments)
    assert len(set(found)) == 3


@browser
@pytest.mark.parametrize(
    ("loss", "rate"), [("denoising", 2e-2), ("sliced", 1e-2), ("implicit", 1e-2)]
)
def test_what_a_trainer_takes_if_nothing_is_said(script, loss, rate):
    code = """
      const end = (options) => {
        const { mixture, loss } = a;
        const trainer = M.makeTrainer({ mixture, loss, seed: 2, steps: 3, ...options });
        const losses = [1, 2, 3].map(() => trainer.train());
        return [...losses, ...trainer.average];
      };
      const [short, long] = [{}, { batch: 256, rate: a.rate, width: 64, depth: 3 }].map(end);
      return short.length === long.length && short.every((value, i) => value === long[i]);
    """
    assert script(code, {"mixture": mixture_state(ring(8), 2), "loss": loss, "rate": rate})


# -- the page -------------------------------------------------------------------------------------


def small(steps=30, **options):
    return TrainItHere(ring(8), steps=steps, **options)


def status(page):
    return page.locator(".dgm-status").inner_text()


def heard(page):
    """What the page logs, throws or requests, less the worker that it makes of its own memory."""
    return [line for line in page.noise if not line.startswith("request: blob:")]


def train(page, steps=30):
    page.get_by_role("button", name="Train: ").press("Enter")
    page.get_by_text(f"after step {steps} of {steps}").wait_for(timeout=60_000)
    page.get_by_text("Samples, from the same noise").wait_for(timeout=60_000)
    return status(page)


NO_WORKER = "delete window.Worker;"
REFUSED = (
    "window.Worker = class { constructor() { setTimeout(() => this.onerror({ message: 'no' })); }"
    " postMessage() {} terminate() {} };"
)
PLAIN = "delete window.Worker; delete window.WebAssembly;"


@browser
@pytest.mark.parametrize("before", ["", NO_WORKER, REFUSED, PLAIN])
def test_it_trains_by_keys_in_a_worker_or_on_the_page(open_page, before):
    page = open_page(small(), before=before)
    assert page.workers == [] and "learned nothing yet" in status(page)
    said = train(page)
    assert float(re.search(r"off by ([\d.]+)", said)[1]) < 0.45
    assert len(page.workers) == (0 if before else 1)
    assert page.get_by_role("button", name="Train: ").inner_text() == "Train"
    assert heard(page) == []


@browser
def test_a_pause_stops_the_work_and_train_goes_on(open_page):
    page = open_page(small(20_000))
    page.get_by_role("button", name="Train: ").click()
    page.get_by_text("after step").wait_for(timeout=30_000)
    page.get_by_role("button", name="Pause: ").click()
    page.wait_for_timeout(600)
    paused = status(page)
    page.wait_for_timeout(600)
    assert status(page) == paused
    step = int(re.search(r"after step (\d+)", paused)[1])
    page.get_by_role("button", name="Train: ").click()
    later = "(step) => Number(document.body.innerText.match(/after step (\\d+)/)?.[1]) > step"
    page.wait_for_function(later, arg=step, timeout=30_000)
    page.get_by_role("button", name="Reset: ").click()
    assert "learned nothing yet" in status(page) and heard(page) == []


@browser
def test_the_same_seed_learns_the_same_and_another_loss_leaves_its_curve(open_page):
    page = open_page(small(), reduced_motion="reduce")
    error = re.compile(r"off by ([\d.]+)")
    first = error.search(train(page))[1]
    assert error.search(train(page))[1] == first
    page.locator("input[value=implicit]").check()
    said = train(page)
    assert said.startswith("Implicit loss") and error.search(said)[1] != first
    assert heard(page) == []


@browser
@pytest.mark.parametrize("hand", ["mouse", "keys"])
def test_drawn_points_are_learned(open_page, hand):
    widget = small()
    page = open_page(widget, reduced_motion="reduce")
    picture = "() => document.querySelector('.dgm-twins canvas').toDataURL()"
    before = page.evaluate(picture)
    page.get_by_role("button", name="Draw data").click()
    if hand == "keys":
        for key in [
            "Space",
            "ArrowUp",
            "ArrowUp",
            "Space",
            "ArrowUp",
            "ArrowUp",
            "Space",
            "Backspace",
        ]:
            page.keyboard.press(key)
    else:
        box = page.locator(".dgm-pad").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for far in (0, 40):
            page.mouse.click(x, y - far)
    assert "Data: 2 drawn points" in status(page)
    assert page.evaluate(picture) != before, "the exact score follows at once"
    drawn = page.evaluate("document.querySelector('.dgm-widget').dgmModel.get('drawn')")
    assert len(drawn) == 4 and abs(drawn[0]) < 0.1 and drawn[3] > drawn[1]
    widget.drawn = drawn
    assert widget.data.means.flatten().tolist() == drawn
    assert "Data: 2 drawn points" in train(page)
    page.get_by_role("button", name="Denoising, ring").click()
    assert "a mixture of 8 Gaussians" in status(page) and heard(page) == []


@browser
def test_a_link_brings_drawn_points(open_page):
    address = "#set-train-it-here?loss=sliced&drawn=0.5,0.5,-1,99"
    page = open_page(small(), address=address)
    model = "document.querySelector('.dgm-widget').dgmModel"
    assert page.evaluate(f"{model}.get('loss')") == "sliced"
    drawn, window = page.evaluate(f"[{model}.get('drawn'), {model}.get('window')]")
    assert drawn == [0.5, 0.5, -1, window] and heard(page) == []


@browser
def test_words_of_a_page(open_page):
    page = open_page(small().staged(words=()), reduced_motion="reduce")
    assert "24 small steps along the score" in train(page)
    page = open_page(small(), reduced_motion="reduce")
    assert "by the probability-flow ODE" in train(page)


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(ValueError, match="loss must be one of denoising, sliced, implicit"):
        small(loss="explicit")
    with pytest.raises(ValueError, match="sigma must lie in"):
        small(sigma=float("nan"))
    with pytest.raises(ValueError, match="steps must be a whole number"):
        small(steps=3)
    with pytest.raises(ValueError, match="standard deviation"):
        TrainItHere(ring(8, radius=200.0))
    assert small().data.means.shape == (8, 2)
