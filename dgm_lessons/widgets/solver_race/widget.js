// Solver race: from one noise, by every solver, with equal numbers of network calls.

import { bytesOf } from "../kit/bytes.js";
import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeRng, sample, slicedWasserstein } from "../maths/mixture.js";
import { makeGuesser } from "../maths/perceptron.js";
import { makeProcess } from "../maths/processes.js";
import { exactDenoiser, fewSteps, finerAndFiner, learnedDenoiser, medianGap, pairOfOrders, solve } from "../maths/solvers.js";
import { makeKey, makeViews, nameOf, SOLVERS } from "./view.js";

const CROWD = 128; // starts behind the curves
const ROWS = 64; // points that go through the network at once
const BUDGETS = [4, 5, 6, 8, 12, 16, 24, 32, 48];
const REACH = 3;
const SECONDS = 2.5; // that the race takes
const GRIDS = [["angle", "angle"], ["snr", "log-SNR"], ["time", "time"]];
const options = (list) => ({ options: list.map(([key]) => key) });

function build(w) {
  const few = w.get("few");
  const keys = SOLVERS.map(([key]) => key).filter((key) => key !== "few" || few.levels);
  const s = { w, few, keys, process: makeProcess(w.get("process")), dice: 1, run: 1, ways: {}, curves: {}, kept: {} };
  s.ends = [s.process.T, s.process.T / 1000];
  s.denoisers = { exact: exactDenoiser(w.mixture()), trained: null };
  const f = s.f = makeFields(w, {
    calls: { limits: [4, 48], whole: true }, denoiser: { options: ["exact", "trained"] }, grid: options(GRIDS),
    measure: { options: ["endpoint", "crowd"] }, solver: { options: keys }, start: { limits: [-REACH, REACH], size: 2 },
  }, (settled, names) => {
    if (names.length && !s.player.running) s.run = 1;
    if (f.now.denoiser === "trained" && !s.denoisers.trained) fetchNetwork(s);
    follow(s, names);
    status.say(sentence(s), settled);
  });
  s.made = () => s.run * f.now.calls;
  Object.assign(s, makeViews(w, s, REACH));
  const status = statusLine();
  s.say = () => status.say(sentence(s), true);
  s.player = makePlayer(w, motion(s));
  s.player.node.append(button("New noise", "New noise: other dice for Euler\u2013Maruyama", () => {
    s.dice++;
    f.change({});
  }));
  s.grip = s.plane.handle("Start of all solvers, the noise x_T", {
    onmove: (x, y) => f.set({ start: [x, y] }), onend: f.later, colour: "ode",
    onkey: (dx, dy) => f.set({ start: [f.now.start[0] + 0.05 * dx, f.now.start[1] + 0.05 * dy].map(held) }),
  });
  w.arrange({
    stand: [h("div", { class: "dgm-twins" }, s.plane.node, s.curve.node), makeKey(w, keys), makeStory(w, story()).node],
    panel: [f.slider("calls", "Network calls", ["few", "many"], (n) => `${n} calls`), s.player.node,
      f.choice("denoiser", "Denoiser", [["exact", "exact"], ["trained", "trained network"]]),
      f.choice("grid", "Times even in", GRIDS),
      f.choice("measure", "Error", [["endpoint", "of endpoints"], ["crowd", "of the crowd"]]),
      f.choice("solver", "Look at", SOLVERS.filter(([key]) => keys.includes(key)).map(([key, , name]) => [key, name]), 2)],
    foot: [status.node],
  });
  prepare(s);
  f.settle();
}

const held = (v) => Math.min(REACH, Math.max(-REACH, Number.isNaN(v) ? 0 : v));

// The crowd of starts, where the exact flow takes it, and, once it is asked for, how far apart two crowds of
// true samples are.
function prepare(s) {
  const rng = makeRng(7);
  s.crowd = rng.fill(new Float64Array(2 * CROWD));
  s.fine = pairOfOrders(worldOf(s, "exact"), s.crowd, s.ends, 1e-6).x;
  const mixture = s.w.mixture();
  const draw = () => sample(mixture, 1, 0, rng, new Float64Array(2 * CROWD));
  const gap = () => slicedWasserstein(draw(), draw());
  let floor = null;
  s.floor = () => (floor ??= Array.from({ length: 20 }, gap).sort((a, b) => a - b)[10]);
}

function fetchNetwork(s) {
  s.denoisers.trained = s.denoisers.exact; // until it has come
  bytesOf(s.w.model, "network").then((bytes) => {
    const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    s.denoisers.trained = learnedDenoiser(makeGuesser(Float64Array.from(numbers), ROWS));
    s.kept = {};
    follow(s, ["denoiser"]);
    s.say();
  }, (error) => {
    s.f.change({ denoiser: "exact" });
    s.w.root.querySelector(".dgm-status").textContent = `The network could not be loaded: ${error.message}`;
  });
}

const worldOf = (s, kind = s.f.now.denoiser, seed = 0) =>
  ({ process: s.process, denoise: s.denoisers[kind], rng: makeRng(1000 * s.dice + seed) });

// One run of a solver: { x, calls, path }, the path as [state, calls made].
function run(s, key, x, calls, runs) {
  if (key === "few") return fewSteps(s.few, s.denoisers[s.f.now.denoiser], x);
  const path = [];
  const found = solve(key, worldOf(s, s.f.now.denoiser, calls), x, calls, { grid: s.f.now.grid, ends: s.ends, runs },
    (state, made) => path.push([state, made]));
  return { ...found, path };
}

// [calls, error] of a solver, for each budget.
function curveOf(s, key) {
  const { denoiser, grid, measure } = s.f.now;
  if (key === "random" && measure === "endpoint") return [];
  const name = `${key} ${denoiser} ${grid} ${s.dice}`;
  const runs = finerAndFiner(worldOf(s), s.crowd, s.ends);
  s.kept[name] ??= (key === "few" ? [5] : BUDGETS).map((calls) => run(s, key, s.crowd, calls, runs)).filter(({ x }) => x);
  const gap = measure === "endpoint" ? medianGap : slicedWasserstein;
  const points = s.kept[name].map(({ x, calls }) => [calls, gap(x, s.fine)]);
  return points.filter(([calls], i) => calls !== points[i + 1]?.[0]); // the adaptive solver may stop at the same count
}

function follow(s, names) {
  const { f, keys } = s;
  const start = Float64Array.from(f.now.start);
  s.truth = pairOfOrders(worldOf(s, "exact"), start, s.ends, 1e-6).path.map(([[x, y]]) => [x, y]);
  s.ways = Object.fromEntries(keys.map((key) => [key, run(s, key, start, f.now.calls)])
    .filter(([, { x }]) => x).map(([key, { path }]) => [key, path]));
  if (names.join() !== "start" && names.join() !== "solver") s.curves = Object.fromEntries(keys.map((key) => [key, curveOf(s, key)]));
  s.curve.redraw();
  s.plane.redraw("over");
  s.grip.place(...f.now.start);
  s.grip.name(`Start of all solvers at (${f.now.start.map((v) => shown(v)).join(", ")}); the arrow keys move it`);
}

function motion(s) {
  return {
    text: "Race", play: "every solver spends its calls", once: true, onstop: s.f.settle,
    begin: () => void (s.run = 0),
    frame(seconds) {
      s.run = Math.min(1, s.run + seconds / SECONDS);
      s.plane.redraw("over");
      return s.run < 1;
    },
    finish() {
      s.run = 1;
      s.plane.redraw("over");
    },
  };
}

// The error of a solver at the budget of the slider, from the runs of the crowd.
function errorNow(s, key) {
  const found = s.curves[key].filter(([calls]) => calls <= s.f.now.calls).at(-1);
  return found ? `${nameOf(key)} ${shown(found[1], 3)} (${found[0]} calls)` : null;
}

function story() {
  return [
    [({ solver, measure }) => solver === "random" && measure === "endpoint",
      "Euler\u2013Maruyama rolls dice: it has no endpoint of its own to be compared. Ask for the error of the crowd."],
    [({ solver }) => solver === "heun", "Heun looks twice a step: with these calls it takes half as many steps."],
    [({ denoiser }) => denoiser === "trained", "With many calls the lines flatten: what is left is the network\u2019s own error, and calls do not buy it off."],
    [({ grid }) => grid === "time", "Even in time: look where the dots of the chosen solver stand, and change the grid."],
    [() => true, "Drag the start, set the number of calls, and press Race. The other picture has the error of a crowd of 128 starts."],
  ];
}

function sentence(s) {
  const { calls, measure, start } = s.f.now;
  const end = s.truth.at(-1);
  const what = measure === "endpoint" ? "Median distance from the exact end, of 128 starts" : "Distance of the crowd of ends from the exact ones";
  const errors = s.keys.map((key) => errorNow(s, key)).filter(Boolean).join(", ");
  return `With at most ${calls} calls. From (${start.map((v) => shown(v)).join(", ")}) the flow ends at ` +
    `(${end.map((v) => shown(v)).join(", ")}). ${what}: ${errors}.` +
    (measure === "crowd" ? ` Two crowds of true samples: ${shown(s.floor(), 3)}.` : "");
}

export default widget("solver-race", build);
