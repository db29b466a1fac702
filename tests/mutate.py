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
            "widgets/maths/adamw.js: for (let i = 0; i <= count; i++) {",
            "widgets/maths/adamw.js: for (let i = 0; i <= average.length; i++) average["
            "i] += weight * (parameters[i] - average[i]);",
            "widgets/maths/brownian.js: for (let i = 1; i <= w.length; i++) x[i] = keep"
            "[i] * x[i - 1] + kick[i] * (w[i] - w[i - 1]) * scale;",
            "widgets/maths/chain.js: for (let k = 0; k <= count; k++) {",
            "widgets/maths/chain.js: if (w > 1e-12) for (let j = 0; j <= 64; j++) mean["
            "j] += w * values[64 * k + j];",
            "widgets/maths/chain.js: if (w > 1e-12) for (let j = 0; j < 65; j++) mean[j"
            "] += w * values[64 * k + j];",
            "widgets/maths/chain.js: for (let j = 0; j <= x.length; j++) {",
            "widgets/maths/cloud.js: for (let i = 0; i <= points.length; i++) points[i] *= std;",
            "widgets/maths/divergences.js: for (let i = 0; i <= x.length; i++) {",
            "widgets/maths/energy.js: for (let i = 1; i <= POINTS; i++) below[i] = belo"
            "w[i - 1] + 0.5 * step * (density[i - 1] + density[i]);",
            "widgets/maths/energy.js: for (let i = 0; i <= walkers.length; i++) {",
            "widgets/maths/guidance.js: for (let i = 0; i <= x.length; i++) out[i] += w"
            " * (out[i] - free[i]);",
            "widgets/maths/dynamics.js: for (let i = 0; i <= x.length; i++) x[i] += h *"
            " score[i] + kick * noise[i];",
            "widgets/maths/dynamics.js: for (let i = 0; i <= x.length; i++) x[i] = rati"
            "o * x[i] + std * noise[i];",
            "widgets/maths/guidance.js: for (let i = 0; i <= x.length; i++) {",
            "widgets/maths/dynamics.js: for (let i = 0; i <= x.length; i++) {",
            "widgets/maths/finite_volume.js: for (let i = 0; i <= n; i++) {",
            "widgets/maths/finite_volume.js: for (let i = 0; i <= n; i++) { // a tridia"
            "gonal system: down the rows, and up again",
            "widgets/maths/code_map.js: for (let i = 0; i <= h.length; i++) h[i] += added[i];",
            "widgets/maths/code_map.js: for (let i = 0; i <= width; i++) {",
            "widgets/maths/code_map.js: for (let i = 0; i <= x.length; i++) x[i] = rati"
            "o * x[i] + gain * f[i];",
            "widgets/maths/code_map.js: for (let r = 0, i = 0; r <= rows; r++) for (let"
            " j = 0; j < columns; j++, i++) out[i] += bias.values[r];",
            "widgets/maths/code_map.js: for (let j = 0; j <= digits; j++) paint(opened,"
            " j, columns, pixels);",
        ),
        "a typed array takes nothing beyond its end",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/brownian.js: const [keep, kick] = [new Float64Array(L + 1), "
            "new Float64Array(L + 2)];",
            "widgets/maths/chain.js: const log = new Float64Array(L + 2); // of alpha_1"
            " alpha_2 ... alpha_i",
            "widgets/maths/cloud.js: const work = workspace(3 * n);",
            "widgets/maths/code_map.js: x.fill(1);",
            "widgets/maths/guidance.js: const some = new Float64Array(3 * n);",
            "widgets/maths/energy.js: for (let k = 1; k <= n - 1; k++) { // 1 b[k-1] + "
            "4 b[k] + 1 b[k+1] = 6 times the second difference",
            "widgets/maths/energy.js: for (let k = 1; k < n + 1; k++) { // 1 b[k-1] + 4"
            " b[k] + 1 b[k+1] = 6 times the second difference",
            "widgets/maths/finite_volume.js: const below = i ? -half * up[i - 1] : 1;",
            "widgets/maths/finite_volume.js: ratio[i] = i <= n - 1 ? (-half * down[i]) "
            "/ middle : 0;",
            "widgets/maths/finite_volume.js: ratio[i] = i < n + 1 ? (-half * down[i]) /"
            " middle : 0;",
        ),
        "a place that nobody reads",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/brownian.js: for (let l = 1; l <= level; l++) w = refine(w, "
            "makeRng(DEPTHS * seed + l).fill(new Float64Array(w.length + 1)));",
            "widgets/maths/code_map.js: const drawn = makeRng(seed).fill(new Float64Arr"
            "ay(5 * dim));",
        ),
        "draws that nobody reads",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/cloud.js: const cloud = { process, clean, noisy, points, lev"
            "el: noisy, t: 1, law: null, mixture };",
            "widgets/maths/converter.js: let [bar, best] = [1, { step: 1, bar: 1, gap: "
            "Infinity }];",
            "widgets/maths/converter.js: let [bar, best] = [1, { step: 0, bar: 2, gap: "
            "Infinity }];",
        ),
        "soon overwritten",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/converter.js: return Math.abs(a * d - b * c) <= 1e-12 ? (a *"
            " c + b * d) / (a * a + b * b) : 0;",
            "widgets/maths/converter.js: return Math.abs(a * d - b * c) < (1e-12 * 1.1)"
            " ? (a * c + b * d) / (a * a + b * b) : 0;",
            "widgets/maths/finite_volume.js: const bernoulli = (z) => (Math.abs(z) <= 1"
            "e-8 ? 1 - z / 2 : z / Math.expm1(z));",
            "widgets/maths/finite_volume.js: const bernoulli = (z) => (Math.abs(z) < (1"
            "e-8 * 1.1) ? 1 - z / 2 : z / Math.expm1(z));",
            "widgets/maths/guidance.js: const classifier = own.map((value, i) => Math.m"
            "in(1, value + Math.log(prior) - all[i]));",
            "widgets/maths/chain.js: if (w >= 1e-12) for (let j = 0; j < 64; j++) mean["
            "j] += w * values[64 * k + j];",
            "widgets/maths/chain.js: if (w > (1e-12 * 1.1)) for (let j = 0; j < 64; j++"
            ") mean[j] += w * values[64 * k + j];",
        ),
        "rounding",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/converter.js: if (gap <= best.gap) best = { step: i, bar, gap };",
            "widgets/maths/kernel.js: if (!(variance >= -1e-9)) break;",
        ),
        "none is exactly the bound",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/adamw.js: return step < rise ? step / rise : (1 - (step - ri"
            "se) / (steps - rise)) ** 2;",
            "widgets/maths/kernel.js: return Math.abs(slope) >= Math.abs(3 * own) ? 3 *"
            " own : slope;",
        ),
        "both are one there",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/bits.js: if (k > 2) shift(`a unit of the data has ${k} grey "
            "levels`, 1, k, from.size);",
            "widgets/maths/bits.js: if (l > 2) shift(`${l} grey levels make a unit of t"
            "he data`, -1, l, to.size);",
        ),
        "a level is 1, 128 or 256",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/guidance.js: const work = [1, 1, 2, 3].map(() => new Float64"
            "Array(x.length));",
            "widgets/maths/guidance.js: const work = [0, 2, 2, 3].map(() => new Float64"
            "Array(x.length));",
            "widgets/maths/guidance.js: const work = [0, 1, 3, 3].map(() => new Float64"
            "Array(x.length));",
            "widgets/maths/guidance.js: const work = [0, 1, 2, 4].map(() => new Float64"
            "Array(x.length));",
            "widgets/maths/guidance.js: const [own, all] = [1, 1].map(() => new Float64"
            "Array(x.length / told.D));",
            "widgets/maths/guidance.js: const [own, all] = [0, 2].map(() => new Float64"
            "Array(x.length / told.D));",
            "widgets/maths/dynamics.js: return [1, 1, 2].map(() => new Float64Array(length));",
            "widgets/maths/dynamics.js: return [0, 2, 2].map(() => new Float64Array(length));",
            "widgets/maths/dynamics.js: return [0, 1, 3].map(() => new Float64Array(length));",
        ),
        "the number of a place in a list of zeros",
    ),
    **dict.fromkeys(
        ("widgets/maths/guidance.js: const sum = (list) => list.reduce((a, b) => a - b, 0);",),
        "the ratio of two sums stays",
    ),
    **dict.fromkeys(
        ("widgets/maths/guidance.js: const { classifier } = tiltedLog(laws, 1, x);",),
        "the classifier does not know the weight",
    ),
    **dict.fromkeys(
        (
            'widgets/maths/brownian.js: const VP = makeProcess({ kind: "VP", T: 2, beta'
            "_min: 0.1, beta_max: 8 });",
            'widgets/maths/brownian.js: const VE = makeProcess({ kind: "VE", T: 2, sigm'
            "a_min: 0.1, sigma_max: 2.5 });",
        ),
        "neither limit knows where time ends",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/cloud.js: const alone = { weights: [2], means: [means[k]], c"
            "ovariances: [covariances[k]] };",
            "widgets/maths/chain.js: let square = 1;",
        ),
        "all are divided by their sum",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/chain.js: const twice = 2 * Math.max(sigma * sigma, (1e-9 * "
            "1.1)); // without noise the nearest takes it all",
        ),
        "images are far apart beside it",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/chain.js: const values = Float64Array.from(pixels, (digit) ="
            "> parseInt(digit, 17) / 7.5 - 1);",
        ),
        "a hexadecimal digit reads the same",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/energy.js: walkers[i] += -eta * energy.slope(walkers[i]) - ("
            "rng ? spread * rng.normal() : 0);",
        ),
        "noise is symmetric",
    ),
    **dict.fromkeys(
        ('widgets/maths/cloud.js: if (dynamics === "sde" && target <= cloud.level) {',),
        "a step to where it is moves nobody",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/energy.js: for (let k = n - 2; k >= 0; k--) bend[k] = right["
            "k] - upper[k] * bend[k + 1];",
        ),
        "the bend at an end stays 0",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/energy.js: while (count <= sorted.length && sorted[count] <="
            " x[i]) count++;",
            "widgets/maths/film.js: while (first >= 0 && shares[first - 1] === 1) first -= 1;",
        ),
        "beyond the end there is none",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/film.js: if (chosen < 0) return (up >= 0 ? order[0] : order."
            "at(-1)) ?? -1;",
        ),
        "a key goes up or down",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/kernel.js: return a / b > 0 ? (2 * a * b) / (a + b) : 0; // "
            "the harmonic mean",
        ),
        "a slope of 0 on either side",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/guidance.js: if (Math.log(1 - rng.uniform()) <= w * classifi"
            "er[i]) out.set(some.subarray(2 * i, 2 * i + 2), 2 * filled++);",
        ),
        "a draw from [0, 1) that is exactly the bound",
    ),
    **dict.fromkeys(
        (
            "widgets/maths/code_map.js: const sizes = Object.values(tensors).reduce((su"
            "m, { values, shape }) => sum + values.length + columns * shape[0], 1);",
            "widgets/maths/code_map.js: const machine = makeMachine(sizes + (dim + 3 * "
            "width) * columns + 1000 * four(4 * SIDE * SIDE)); // the last for planes a"
            "nd patches",
            "widgets/maths/code_map.js: const machine = makeMachine(sizes + (dim + 2 * "
            "width) * columns + 1001 * four(4 * SIDE * SIDE)); // the last for planes a"
            "nd patches",
            "widgets/maths/code_map.js: const machine = makeMachine(sizes + (dim + 2 * "
            "width) * columns + 1000 * four(5 * SIDE * SIDE)); // the last for planes a"
            "nd patches",
        ),
        "room to spare",
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
