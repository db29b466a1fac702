"""Break the mathematics on purpose, and see whether a test notices.

    python tests/mutate.py --count 40              forty mutants of the whole package, seed 0
    python tests/mutate.py samplers maths/film.js  only of these
    python tests/mutate.py --seed 3 --count 200 --suffix .js

A mutant is one changed token: + for -, * for /, < for <=, another number, another function. It is
tried in a copy of the repository with the quick tests of the FILES nearest to its module, those
first that name the function, until one is red. Survivors are printed; those that nobody could tell
from the original stand in `EQUIVALENT`, with the reason, and are not counted.
"""

import argparse
import ast
import importlib
import inspect
import math
import os
import random
import re
import shutil
import signal
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dgm_lessons"
FILES = 6
OF_ALL = ("tests/test_defaults.py", "tests/test_edges.py")  # tests of every module
WARM = (  # imported once, for all the processes that try a mutant
    *("hypothesis", "matplotlib.pyplot", "playwright.sync_api", "scipy.stats", "sklearn.datasets"),
    *("sympy", "torchdiffeq"),
)
QUICK = "not slow and not timing and not rerun"
MATHEMATICS = (
    *("bounds", "calculus.py", "denoisers", "divergences", "energy", "evaluation", "flow_maps"),
    *("fokker_planck", "guidance", "likelihood", "metrics.py", "mixtures", "networks"),
    *("objectives", "processes", "quantise.py", "rectification.py", "samplers", "training.py"),
    *("vae", "widgets/maths"),
)
APART = {  # states no mathematics of its own: input, pictures, texts, commands
    *("__init__.py", "_inputs.py", "data.py", "exercises", "plots.py", "questions", "recipes"),
    *("roofline.py", "seeds.py", "train", "widgets", "zoo.py"),
}
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
NAMES = {
    **{"sqrt": "square", "exp": "expm1", "log": "log1p", "sin": "cos", "cos": "sin"},
    **{"min": "max", "max": "min", "amin": "amax", "amax": "amin", "mean": "sum", "sum": "mean"},
    **{"floor": "ceil", "ceil": "floor", "cumsum": "cumprod", "cumprod": "cumsum"},
}
JAVASCRIPT = {**NAMES, "sqrt": "cbrt", "mean": "mean", "sum": "sum"}
# Text and comments, numbers, names, operators: enough of Python and of JavaScript.
COMMENT = {".py": r"\#[^\n]*", ".js": r"//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`"}
TOKEN = r"""
    (?P<skip> {comment}
      | [rfb]* (?: \'\'\'.*?\'\'\' | \"\"\".*?\"\"\" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
      | //=? | [-+*/=!]==? | -> | => | \*\* | \+\+ | -- )
  | (?P<number> \d+\.?\d*(?:e-?\d+)? ) | (?P<name> [A-Za-z_]\w* )
  | (?P<operator> [<>]=? | [-+*/] ) | \S
"""
# Lines that state no mathematics: imports, messages, annotations of a function's head.
DULL = re.compile(
    r"^\s*(import|from|raise|assert|export \{|def |class |@)|\braise\b|Error\(|isinstance"
)
EQUIVALENT = {  # "file: the line after the change" -> why nobody can tell
    **dict.fromkeys(
        (
            "bounds/chain.py: above = torch.where(x0 >= high - half, math.inf, "
            "(x0 + half - guess) / std)",
            "bounds/chain.py: below = torch.where(x0 <= low + half, -math.inf, "
            "(x0 - half - guess) / std)",
        ),
        "no grey level lies there",
    ),
    "fokker_planck/grid.py: if felt >= LEAK:": "rounding",
    "vae/bound.py: z = mean - (0.5 * log_variance).exp() * noise": "noise is symmetric",
    'mixtures/gaussian.py: return (self.means[k] - torch.einsum("bij,bj->bi", root[k], noise)).to('
    "dtype)": "noise is symmetric",
    "evaluation/digits.py: for part in labels.split(501):": "the size of a chunk",
    "divergences/grids.py: ratio = torch.where(both, (torch.where(both, one"
    ".log, 1.0) - log_q).exp(), 0.0)": "hidden by the mask",
    "evaluation/autoencoders.py: parts = [importance_weighted_bound(vae, pa"
    "rt, draws, generator) for part in x.split(501)]": "the size of a chunk",
    "bounds/chain.py: flip = below >= 0": "both tails are a half there",
    "divergences/grids.py: if not abs(at_one) <= 1e-6:": "rounding",
    "divergences/laws.py: if not abs(mass - 1) < TOLERANCE:": "rounding",
    "divergences/laws.py: return self.density >= torch.finfo(self.density.dtype).tiny": "rounding",
    "evaluation/likelihood.py: for part in images[:ode].split(251):": "the size of a chunk",
    **dict.fromkeys(
        (
            "flow_maps/fitting.py: free = dice[0] <= even",
            "flow_maps/fitting.py: t = torch.where(dice[1] <= ends, low, both[:, 0])",
            "flow_maps/fitting.py: s = torch.where(dice[2] <= prior, high, both[:, 1])",
            "samplers/langevin.py: taken = dice.log() <= log_ratio",
        ),
        "a draw from [0, 1) that is exactly the bound",
    ),
    "widgets/maths/sure.js: return (y) => ({ value: Math.sign(y) * Math.max(0, Math.abs(y) - "
    "threshold), slope: Math.abs(y) >= threshold ? 1 : 0 });": "at its kink it has no slope",
    'widgets/maths/backward.js: if (kind === "early" && t > 0.4) for (let j = 0; j <= x.length; '
    "j++) score[j] *= 1.2;": "a typed array takes nothing beyond its end",
    "fokker_planck/drifts.py: if bool((steps <= 0).all()) and drift is None:": "none is 0 any more",
    **dict.fromkeys(
        (
            "networks/pixel_histograms.py: beside = z[:, 1:] * z[:, :-1] >= 0",
            "networks/pixel_histograms.py: beside = z[:, 1:] / z[:, :-1] > 0",
        ),
        "both are 1/2 - far there",
    ),
    **dict.fromkeys(
        (
            "evaluation/autoencoders.py: terms = [elbo(vae, part, generator) for part in "
            "x.split(501) for _ in range(5)]",
            "evaluation/autoencoders.py: decoded = torch.cat([codes.decode(codes.encode(part)) "
            "for part in x.split(1001)])",
            "evaluation/flow_map.py: parts = zip(*(one.split(501) for one in (noise, labels)), "
            "strict=True)",
            "networks/latent.py: z = torch.cat([self.encoder(part) for part in "
            "images.split(1001)])",
        ),
        "the size of a chunk",
    ),
    **dict.fromkeys(
        (
            "evaluation/autoencoders.py: active = vae.encode(x)[0].var(0) >= ACTIVE",
            'networks/code_map.py: if x.device.type == "cpu" and not bool((gap <= 1e-5).all()):',
        ),
        "none is exactly the bound",
    ),
    **dict.fromkeys(
        (
            "networks/pixel_histograms.py: alone = alone / alone.sum(1, keepdim=True)"
            ".clamp(min=(1e-20 * 1.1))",
            "networks/pixel_histograms.py: return outside - (law * slope).sum(1, keepdim=True) "
            "/ density.clamp(min=(1e-20 * 1.1))",
        ),
        "nothing lies between it and zero",
    ),
    "vae/hierarchy.py: check_same_shape(head[1], codes[i], "
    '(f"the mean of decoder {i + 1}", f"z_{i}"))': "halves of one shape",
    **dict.fromkeys(
        (
            "vae/linear.py: return self.w * z - self.s * noise",
            "flow_maps/fitting.py: level = math.log(median) - spread * "
            "torch.randn(n, generator=generator, device=device)",
        ),
        "noise is symmetric",
    ),
    "flow_maps/fitting.py: dice = torch.rand(4, pairs, generator=generator, device=device)": "a "
    "row that nobody reads",
    "divergences/grids.py: return torch.full_like(x[1], math.inf)": "any will do",
    **dict.fromkeys(
        (
            "divergences/grids.py: log_q = torch.where(seen, other.log, 1.0)",
            "divergences/laws.py: log = torch.where(seen, density, (1.0 * 1.1)).log()  # one "
            "choice alone would send back NaN from log 0",
        ),
        "hidden by the mask",
    ),
    "divergences/grids.py: gap, mass = (torch.stack(part).mean() for part in zip(*parts, "
    "strict=True))": "their number falls out of the ratio",
    **dict.fromkeys(
        (
            "divergences/grids.py: gap = torch.where(both, p.log, 1.0) - torch.where(both, q.log, "
            "0.0)",
            "divergences/grids.py: gap = torch.where(both, p.log, 0.0) - torch.where(both, q.log, "
            "1.0)",
        ),
        "times a density of 0",
    ),
    "divergences/grids.py: edges = torch.nn.functional.pad(support.int(), (1, 2)).diff()": "a "
    "second zero behind",
    "mixtures/gaussian.py: if on_cpu(level[1]) and bool(((level[0] == 0) & (level[1] == 0))"
    ".any()):": "both are on one device",
    "denoisers/predictions.py: if not all_finite(det) or not all_finite(over(2, det)):": "at the "
    "end of floating point",
    "training.py: sigma = torch.where(noisy, sigma, (1.0 * 1.1))": "hidden by the mask",
    "fokker_planck/spectral.py: angle = torch.where(steps == 0, (1.0 * 1.1), steps * "
    "math.pi / n)": "hidden by the mask",
    "training.py: means = [_softmax_mean(right @ part.T, ones) for part in left.split"
    "(65)]": "the size of a chunk",
    "training.py: weights = logits.sub_(logits.amax(0)).clamp_(min=-71).exp_()": "rounding",
    "processes/continuous.py: integral = torch.nn.functional.softplus(-log_snr, thres"
    "hold=(50.0 * 1.1))": "rounding",
    "bounds/chain.py: flip = below > 1": "rounding",
    "bounds/chain.py: times, dim = chain_times(process, steps), x0[1].numel()": "all have one size",
    "fokker_planck/finite_volume.py: return np.divide(z, np.expm1(np.minimum(z, 701))"
    ", out=np.ones_like(z), where=z != 0)": "rounding",
    "processes/continuous.py: return 1 - 0 * t": "nothing is added",
    "fokker_planck/residual.py: value = log_prob(x, moment) - 0 * moment  # of a law "
    "at rest: it does not see the time": "nothing is added",
    'samplers/adaptive.py: "step_t": span[-2:],': "a step never ends where it starts",
    'samplers/adaptive.py: "first_step": abs(end - start) * (1e-3 * 1.1),': "a guess, soon mended",
    "fokker_planck/grid.py: total += weight * log_prob(self.points() - shift).exp().r"
    "eshape(self.shape)": "the points lie symmetrically",
    "fokker_planck/spectral.py: 0.5 / sign * process.g2(t) * bend - slope * drift(poi"
    "nts, t)[:, 0]": "a sign is its own inverse",
    **dict.fromkeys(
        (
            "widgets/maths/walkers.js: const [low, high] = [law.means[0] - 3 * law.std, law"
            ".means[1] + 2 * law.std];",
            "widgets/maths/walkers.js: const [low, high] = [law.means[0] - 2 / law.std, law"
            ".means[1] + 2 * law.std];",
            "widgets/maths/walkers.js: const [low, high] = [law.means[0] - 2 * law.std, law"
            ".means[1] + 3 * law.std];",
            "widgets/maths/walkers.js: const [low, high] = [law.means[0] - 2 * law.std, law"
            ".means[1] + 2 / law.std];",
        ),
        "both valleys lie between the means",
    ),
    **dict.fromkeys(
        ("widgets/maths/walkers.js: const h = (1e-4 * 1.1) * law.std;",),
        "the width of a difference",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/walkers.js: if (side[i] < 0 ? x[i] > bottoms[1] : x[i] <= bottoms[0]) {",
            "widgets/maths/walkers.js: if (side[i] < 0 ? x[i] >= bottoms[1] : x[i] < bottoms[0]) {",
            "widgets/maths/walkers.js: if (y >= from) exact += (step * (below + 0.5 * step "
            "* p)) / p;",
            "widgets/maths/walkers.js: if (x <= split) left += mass;",
            "widgets/maths/reverse_kernel.js: const ends = origins.filter((part) => part.we"
            "ight >= 1e-4)",
        ),
        "none is exactly the bound",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/walkers.js: export const restVariance = (variance, eta) => (eta "
            "<= 2 * variance ? variance / (1 - eta / (2 * variance)) : Infinity);",
        ),
        "both are infinite there",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/walkers.js: for (let i = 1; i < 80; i++) {",
            "widgets/maths/walkers.js: for (let i = 0; i <= 80; i++) {",
            "widgets/maths/walkers.js: for (let i = 0; i < 81; i++) {",
            "widgets/maths/linear_vae.js: for (let i = 1; i < 60; i++) {",
            "widgets/maths/linear_vae.js: for (let i = 0; i <= 60; i++) {",
            "widgets/maths/linear_vae.js: for (let i = 0; i < 61; i++) {",
            "widgets/maths/reverse_kernel.js: if (p >= 1e-300) sum += p * (Math.log(p) - logq);",
            "widgets/maths/reverse_kernel.js: if (p > (1e-300 * 1.1)) sum += p * (Math.log("
            "p) - logq);",
            "widgets/maths/mixture.js: if (z >= 6) return Math.sign(x);",
            "widgets/maths/mixture.js: if (z > 7) return Math.sign(x);",
            "widgets/maths/mixture.js: if (z <= 2.5) {",
            "widgets/maths/mixture.js: if (depth <= -40) { // below rounding: exp(-40) = 4e-18",
            "widgets/maths/mixture.js: if (depth < -41) { // below rounding: exp(-40) = 4e-18",
            "widgets/maths/mixture.js: while (k < means.length - 1 && u >= cumulative[k]) k++;",
            "widgets/maths/mixture.js: for (let n = 61; n > 0; n--) tail = z + (0.5 * n) / tail;",
            "widgets/maths/mixture.js: for (let i = 1; i < 60; i++) {",
            "widgets/maths/mixture.js: for (let i = 0; i <= 60; i++) {",
            "widgets/maths/mixture.js: for (let i = 0; i < 61; i++) {",
            "widgets/maths/mixture.js: if (cdf(law, middle) <= q) low = middle;",
        ),
        "rounding",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/walkers.js: export function crossing(law, cells = 4001) {",
            "widgets/maths/walkers.js: export function powered(law, power, split, cells = 2001) {",
        ),
        "the size of a grid",
    ),
    **dict.fromkeys(
        ("widgets/maths/ladder.js: const crowd = makeWalkers(n, 1, seed);",),
        "they are put elsewhere at once",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/linear_vae.js: const [low, high] = [root(room, -gap - 2, 0), roo"
            "t(room, 2 + gap, 0)];",
            "widgets/maths/linear_vae.js: const [low, high] = [root(room, -gap - 1, 1), roo"
            "t(room, 2 + gap, 0)];",
            "widgets/maths/linear_vae.js: const [low, high] = [root(room, -gap - 1, 0), roo"
            "t(room, 3 + gap, 0)];",
        ),
        "a bracket of the same root",
    ),
    **dict.fromkeys(
        ("widgets/maths/linear_vae.js: if (f(middle) <= 0) out = middle;",),
        "its root is as good on either side",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/linear_vae.js: return [best.a + offset / Math.max((1e-9 * 1.1), "
            "Math.abs(x)), Math.log(best.b) + u];",
        ),
        "only has to be small",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/sure.js: for (let i = 1; i < n; i++) {",
            "widgets/maths/sure.js: for (let i = 0; i <= n; i++) {",
            "widgets/maths/reverse_kernel.js: for (let j = 1; j <= count; j++) {",
            "widgets/maths/reverse_kernel.js: for (let j = 0; j < count; j++) {",
        ),
        "no density lies at the ends",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/sure.js: const edge = Math.max(...mixture.means.map((m, k) => Ma"
            "th.abs(m[0]) + 9 * Math.sqrt(mixture.covariances[k][0][0] + sigma ** 2)));",
            "widgets/maths/sure.js: const [n, sum] = [4001, { risk: 0, square: 0 }];",
            "widgets/maths/sure.js: const step = (3 * edge) / n;",
            "widgets/maths/sure.js: const y = -edge + (i - 0.5) * step;",
            "widgets/maths/sure.js: const y = -edge + (i + (0.5 * 1.1)) * step;",
            "widgets/maths/reverse_kernel.js: const reach = parts.map((part) => [part.mean,"
            " 10 * Math.sqrt(part.variance)]);",
            "widgets/maths/reverse_kernel.js: const count = Math.max(8192, Math.ceil((3 * ("
            "high - low)) / narrowest));",
            "widgets/maths/reverse_kernel.js: const count = Math.min(8193, Math.ceil((3 * ("
            "high - low)) / narrowest));",
            "widgets/maths/reverse_kernel.js: const count = Math.min(8192, Math.floor((3 * "
            "(high - low)) / narrowest));",
        ),
        "another grid, as fine as it must be",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/sure.js: return Array.from(clean, (x) => ({ x, y: x - sigma * rn"
            "g.normal() }));",
        ),
        "noise is symmetric",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/straight.js: for (let i = 0; i <= x.length; i++) out[i] = (-t * "
            "out[i] - x[i]) / (1 - t);",
            "widgets/maths/mixture.js: if (shares) for (let k = 0; k <= K; k++) shares[k] +"
            "= logs[k] / (sum * n);",
        ),
        "a typed array takes nothing beyond its end",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/straight.js: const points = x.subarray(from, from + 3 * most).ma"
            "p((value) => scale * value);",
            "widgets/maths/straight.js: for (let i = 0; i < 3 * n; i++) out[from + i] = net"
            ".output[OUTPUTS * (i >> 1) + (i & 1)];",
        ),
        "written over by the next, or beyond the end",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/reverse_kernel.js: sum + weight * 0.5 * (1 + erf((edge - mean) /"
            " Math.sqrt(2 * variance))), 1);",
        ),
        "both ends of a cell have it",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/reverse_kernel.js: return at.filter((p, j) => p > (at[j + 1] ?? "
            "0) && p >= (at[j + 1] ?? 0)).length;",
            "widgets/maths/reverse_kernel.js: return at.filter((p, j) => p > (at[j - 1] ?? "
            "0) && p > (at[j + 1] ?? 0)).length;",
        ),
        "no two neighbours are equal",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/reverse_kernel.js: const at = Array.from({ length: 400 }, (_, j)"
            " => density(parts, mean - (j / 50 - 4) * Math.sqrt(variance)));",
        ),
        "the same grid from the other end",
    ),
    **dict.fromkeys(
        ("widgets/maths/mixture.js: const my = D === 2 ? alpha * means[k][1] : 1;",),
        "times a precision of 0",
    ),
    **dict.fromkeys(
        (
            'widgets/maths/one_law.js: const rng = makeRng(seed - (kind === "reverse" ? 100'
            "0 : down ? 2000 : 0));",
            'widgets/maths/one_law.js: const rng = makeRng(seed + (kind === "reverse" ? 100'
            "1 : down ? 2000 : 0));",
            'widgets/maths/one_law.js: const rng = makeRng(seed + (kind === "reverse" ? 100'
            "0 : down ? 2001 : 0));",
            'widgets/maths/one_law.js: const rng = makeRng(seed + (kind === "reverse" ? 100'
            "0 : down ? 2000 : 1));",
            "widgets/maths/one_law.js: const rng = makeRng(100);",
            "widgets/maths/one_law.js: const rng = makeRng(6);",
        ),
        "another seed",
    ),
    **dict.fromkeys(
        ("widgets/maths/one_law.js: export function exactDistances(film, i, crowds = 101) {",),
        "the size of a sample",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/one_law.js: const counts = new Float64Array(cells + 3);",
            "widgets/maths/one_law.js: counts[Math.min(cells + 2, Math.max(0, Math.ceil(((x"
            "[k] + half) * cells) / (2 * half))))] += 1 / n;",
        ),
        "nobody looks beyond the last edge",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/session.js: run = { trainer, mixture, seed, guess: makeGuesser(t"
            "rainer.average, ROWS), test: makeTest(mixture, TESTED, 2),",
            "widgets/maths/session.js: const rng = makeRng(seed - 1);",
            "widgets/maths/session.js: const rng = makeRng(seed + 2);",
        ),
        "another seed",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/session.js: const TESTED = 61; // points at each of 20 noise lev"
            "els for the error that is printed",
        ),
        "the size of a sample",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/session.js: const ROWS = 257; // points that go through the netw"
            "ork at once",
        ),
        "the size of a chunk",
    ),
}


@dataclass(frozen=True)
class Mutant:
    path: Path  # in the repository
    line: int
    start: int
    end: int
    token: str

    def text(self, source: str) -> str:
        return source[: self.start] + self.token + source[self.end :]

    def name(self, source: str) -> str:
        changed = self.text(source).splitlines()[self.line].strip()
        return f"{self.path.relative_to(PACKAGE)}: {changed}"


def other(kind: str, token: str, javascript: bool) -> str | None:
    """What a token is changed to, or None if it is left alone."""
    if kind == "operator":
        return SWAPS[token]
    if kind == "number":
        if token.isdigit():
            return str(int(token) + 1)
        return f"({token} * 1.1)" if float(token) else "1.0"
    changed = (JAVASCRIPT if javascript else NAMES).get(token) if kind == "name" else None
    return changed if changed != token else None


def mutants(path: Path) -> list[Mutant]:
    """Every mutant of a file."""
    source, found, before = path.read_text(encoding="utf8"), [], ""
    lines = source.splitlines()
    javascript = path.suffix == ".js"
    token_of = re.compile(TOKEN.format(comment=COMMENT[path.suffix]), re.VERBOSE | re.DOTALL)
    for match in token_of.finditer(source):
        kind, token = match.lastgroup or "", match[0]
        line = source.count("\n", 0, match.start())
        changed = other(kind, token, javascript)
        if kind == "operator" and not re.search(r"[\w)\]]$", before):
            changed = None  # a sign, or a star before an argument
        if kind == "name" and source[match.end()] != "(":
            changed = None  # not a call
        if source.endswith("manual_seed(", 0, match.start()):
            changed = None  # another seed is another draw of the same
        if changed is not None and not DULL.search(lines[line]):
            found.append(Mutant(path, line, match.start(), match.end(), changed))
        before = token
    return found


def parses(mutant: Mutant) -> bool:
    try:
        compile(mutant.text(mutant.path.read_text(encoding="utf8")), "mutant", "exec")
    except SyntaxError:
        return mutant.path.suffix == ".js"
    return True


def sample(pool: list[Mutant], seed: int, count: int) -> list[Mutant]:
    """Some of these mutants, by a seed."""
    drawn = random.Random(seed).sample(pool, len(pool))
    return list(islice(filter(parses, drawn), count))


def around(mutant: Mutant, source: str) -> list[str]:
    """The functions and classes that a mutant stands in, or all of the module if none is public."""
    line = mutant.line + 1
    if mutant.path.suffix == ".js":
        heads = re.findall(
            r"^(?:export )?(?:function|const|let) (\w+)",
            "\n".join(source.splitlines()[:line]),
            re.MULTILINE,
        )
        return heads[-1:]
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    here = [node.name for node in found if node.lineno <= line <= (node.end_lineno or 0)]
    return here or [node.name for node in found]


@cache
def words_of(path: Path) -> list[str]:
    """Names by which a test is known to be about this module, the most telling first."""
    if path.suffix == ".py":
        inside = path.relative_to(PACKAGE).with_suffix("").parts
        return list(dict.fromkeys([inside[0], inside[-1]]))
    files = {f: f.read_text("utf8") for f in (PACKAGE / "widgets").rglob("*.js")}
    words, wanted = [path.stem], [path.name]
    for name in wanted:  # those who use it, then those who use these
        users = [f for f, text in sorted(files.items()) if f'/{name}"' in text]
        words += [f.parent.name for f in users if f.parent.name not in ("maths", "kit")]
        wanted += [f.name for f in users if f.parent.name == "maths" and f.name not in wanted]
    return list(dict.fromkeys(words))


def titled(test: str, path: Path) -> int:
    """How well the name of a file of tests fits the module's."""
    words, python = words_of(path), path.suffix == ".py"
    *folders, file = Path(test).parts
    file = file.removesuffix(".py").removeprefix("test_")
    parts = {*folders, file, *file.split("_") * python}
    return sum(len(words) - i for i, word in enumerate(words) if word in parts)


def tests_of(path: Path) -> list[str]:
    """Quick tests of the module: those that bear its name, then those that speak of it most."""
    defined = re.findall(r"^(?:def|class) (\w+)", path.read_text("utf8"), re.MULTILINE)
    spoken = re.compile(rf"\b({'|'.join(words_of(path) + defined)})\b")
    rank = {}
    for name, text in test_files(path.suffix).items():
        far = path.suffix == ".py" and name.startswith(("tests/pages", "tests/widgets"))
        if (fit := titled(name, path)) or spoken.search(text):
            rank[name] = (far, -fit, -len(spoken.findall(text)))
    return sorted(rank, key=lambda name: rank[name])


@cache
def test_files(suffix: str) -> dict[str, str]:
    """Name and text of the files of tests that may notice a mutant."""
    tests = ROOT / "tests"
    found = (tests / "widgets" if suffix == ".js" else tests).rglob("test_*.py")
    names = [f.relative_to(ROOT) for f in found]
    return {
        str(name): (ROOT / name).read_text(encoding="utf8")
        for name in sorted(names)
        if name.parts[1] not in ("book", "exercises", "test_mutate.py")
    }


class Near:
    """Runs the tests first that name what was changed, and says which one runs.

    Of files that do not bear the module's name (`far`), only those tests are run.
    """

    def __init__(self, names: list[str], far: list[str], limit: int, to: int):
        self.word = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b") if names else None
        self.far, self.limit, self.to = far, limit, to

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        if word := self.word:
            named = [item for item in items if word.search(inspect.getsource(item.function))]
            other = [item for item in items if item.nodeid.split("::")[0] not in self.far]
            items[:] = dict.fromkeys([*named, *other])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.alarm(self.limit)
        os.write(self.to, f"{nodeid}\n".encode())


def first_red(
    tests: list[str], names: list[str], far: list[str], limit: int, *options: str
) -> str | None:
    """The first of these tests that fails, or is too slow, in a process of its own; or None."""
    out, to = os.pipe()
    if not (child := os.fork()):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        command = [*tests, "-x", "-q", "-p", "no:cacheprovider", "-m", QUICK, *options]
        os._exit(pytest.main(command, [Near(names, far, limit, to)]))
    os.close(to)
    with os.fdopen(out, encoding="utf8") as stream:
        ran = stream.read().splitlines()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    return ran[-1] if ran else ""


def write(target: Path, text: str) -> None:
    """Changes a module of the copy, and has no bytecode of the old one taken for it."""
    target.write_text(text, encoding="utf8")
    shutil.rmtree(target.parent / "__pycache__", ignore_errors=True)


class Trial:
    """A copy of the repository in which mutants are tried, one at a time."""

    def __init__(self, limit: int, files: int):
        self.limit, self.files = limit, files
        self.folder = tempfile.TemporaryDirectory()
        self.copy = Path(self.folder.name) / "copy"
        ignored = shutil.ignore_patterns(".*", "_build", "runs", "__pycache__")
        shutil.copytree(ROOT, self.copy, ignore=ignored, symlinks=True)
        self.red: dict[str, bool] = {}  # without any mutant: such a test kills nothing
        for name in WARM:
            importlib.import_module(name)
        os.chdir(self.copy)
        os.environ["PYTHONPATH"] = str(self.copy)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

    def noticed(self, mutant: Mutant) -> str:
        """The test that is red with the mutant and green without, or nothing."""
        tests = [test for test in tests_of(mutant.path) if test not in OF_ALL][: self.files]
        more = OF_ALL if mutant.path.suffix == ".py" else ()
        parts = (tests[:1], [*tests[1:], *more])  # the nearest alone: most come no further
        return next(filter(None, (self.first(part, mutant) for part in parts if part)), "")

    def first(self, tests: list[str], mutant: Mutant) -> str:
        """The first of the tests in these files that notices the mutant, or nothing."""
        source = mutant.path.read_text(encoding="utf8")
        target = self.copy / mutant.path.relative_to(ROOT)
        far = [t for t in tests[1:] if t not in OF_ALL and not titled(t, mutant.path)]
        while True:
            apart = [f"--deselect={test}" for test, red in self.red.items() if red]
            write(target, mutant.text(source))
            test = first_red(tests, around(mutant, source), far, self.limit, *apart)
            write(target, source)
            if test is None:
                return ""
            again = [test] if test else [*tests, "--collect-only"]
            if (key := " ".join(again)) not in self.red:
                self.red[key] = first_red(again, [], [], self.limit) is not None
            if not self.red[key]:
                return test or "import"
            if not test:
                raise SystemExit(f"red without any mutant: mend {tests}")


def chosen(parts: list[str], seed: int, count: int, suffix: str = "") -> list[Mutant]:
    """A seeded sample of the mutants of these files and folders."""
    roots = [PACKAGE / ("widgets" if part.startswith("maths") else "") / part for part in parts]
    files = [f for r in roots for f in ([r] if r.is_file() else sorted(r.rglob("*.*")))]
    kinds = {suffix} if suffix else {".py", ".js"}
    pool = [m for f in files if f.suffix in kinds for m in mutants(f)]
    if not pool:
        raise SystemExit(f"no mutants of {parts}; give files or folders under {PACKAGE}")
    return sample(pool, seed, count)


def interval(k: int, n: int) -> tuple[float, float]:
    """Where the share lies of which k of n were drawn, with 95 % confidence (Wilson)."""
    z = 1.96
    middle = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=MATHEMATICS, help="files or folders")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--skip", type=int, default=0, help="so many of them, tried before")
    parser.add_argument("--suffix", choices=(".py", ".js"), default="", help="only of these files")
    parser.add_argument("--files", type=int, default=FILES, help="of tests for one mutant")
    parser.add_argument("--limit", type=int, default=300, help="seconds for one test")
    options = parser.parse_args()
    drawn = chosen(list(options.parts), options.seed, options.count, options.suffix)
    trial = Trial(options.limit, options.files)
    killed = tried = same = 0
    for mutant in drawn[options.skip :]:
        name = mutant.name(mutant.path.read_text(encoding="utf8"))
        if name in EQUIVALENT:
            same += 1
            print("same    ", name, flush=True)
            continue
        test = trial.noticed(mutant)
        tried, killed = tried + 1, killed + bool(test)
        print("killed  " if test else "SURVIVED", name, f"[{mutant.line + 1}] {test}", flush=True)
    low, high = interval(killed, tried)
    print(f"{killed} of {tried} killed: {killed / tried:.1%} ({low:.1%} to {high:.1%})", end="")
    print(f"; {same} more are the same to anybody")


if __name__ == "__main__":
    main()
