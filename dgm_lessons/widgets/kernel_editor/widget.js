// Kernel editor: draw alpha(t) and sigma(t); f, g squared, the log-SNR, the densities and the paths follow.

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { h, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { lowest, makeKernel, rises, walks } from "../maths/kernel.js";
import { makeRng, sample } from "../maths/mixture.js";
import { makeProcess } from "../maths/processes.js";
import { alphaPlot, lawPlot, levelPlot, marks, ratesPlot, sigmaPlot } from "./view.js";

const HANDLES = 5; // at t = 0.2, 0.4, ..., 1
const LIMITS = { alphas: [0, 1.2], sigmas: [0, 3] };
const LEAST = 0.01; // of both curves before the end, where 0 would leave nothing to follow
const PATHS = 9;
const STEPS = 120;
const SECONDS = 5;
const NAMES = { alphas: "\u03b1", sigmas: "\u03c3" };

function build(w) {
  const processes = Object.entries(w.get("processes")).map(([key, spec]) => [key, makeProcess(spec)]);
  const s = { mixture: w.mixture(), steps: STEPS, rises: [], known: { drawn: null, ...Object.fromEntries(processes) } };
  const f = makeFields(w, {
    start: { options: Object.keys(s.known) },
    alphas: { limits: LIMITS.alphas, size: HANDLES }, sigmas: { limits: LIMITS.sigmas, size: HANDLES }, time: { limits: [0, 1] },
  }, (settled) => refresh(settled));
  const curves = { alphas: alphaPlot(w, s, LIMITS.alphas[1]), sigmas: sigmaPlot(w, s, LIMITS.sigmas[1]) };
  const [levels, rates, law] = [levelPlot(w, s), ratesPlot(w, s), lawPlot(w, s)];
  const plots = [curves.alphas, curves.sigmas, levels, rates, law];
  const grips = Object.keys(curves).flatMap((name) => Array.from({ length: HANDLES }, (_, k) => makeGrip(f, curves[name], name, k)));
  const status = statusLine();
  const player = makePlayer(w, motion(f));
  const story = makeStory(w, lines(s));
  w.arrange({
    stand: [h("div", { class: "dgm-four" }, ...plots.slice(0, 4).map(({ node }) => node)), marks()],
    panel: [law.node, f.slider("time", "Time t", ["data", "noise"], (t) => shown(t)), player.node],
    foot: [story.node, status.node],
  });

  function refresh(settled) {
    if (look(s, f.now)) {
      law.y.range = [-s.half, s.half];
      for (const plot of plots) plot.redraw();
      for (const grip of grips) grip.place();
    } else for (const plot of plots) plot.redraw("over");
    story.tell();
    status.say(sentence(s), settled);
  }
  f.settle();
}

// One handle of one curve: it moves up and down at its time.
function makeGrip(f, plot, name, k) {
  const t = (k + 1) / HANDLES;
  const [low, high] = LIMITS[name];
  const least = k < HANDLES - 1 ? LEAST : low;
  const lift = (value) => f.set({ [name]: f.now[name].map((old, j) => (j === k ? Math.max(least, value) : old)) });
  const grip = plot.handle(`${NAMES[name]} at t = ${shown(t, 1)}`, {
    onmove: (_, y) => lift(y), onkey: (dx, dy) => lift(f.now[name][k] + (high / 60) * (dx || dy)), onend: f.later,
  });
  return {
    place() {
      const value = f.now[name][k];
      grip.place(t, value);
      grip.values(least, high, value, `${NAMES[name]} ${shown(value)}`);
    },
  };
}

// The kernel, its paths and its window for the fields as they are; whether the curves have changed.
function look(s, { start, alphas, sigmas, time }) {
  s.time = time;
  const key = String([start, alphas, sigmas]);
  if (key === s.key) return false;
  s.key = key;
  s.kernel = makeKernel(s.known[start], alphas, sigmas);
  s.rises = rises(s.kernel);
  s.lowest = lowest(s.kernel);
  const rng = makeRng(1);
  s.rows = walks(s.kernel, sample(s.mixture, 1, 0, rng, new Float64Array(PATHS)), STEPS, rng.fill);
  s.half = Math.max(3, Math.ceil(2.2 * Math.max(...alphas.map((a, k) => Math.hypot(1.3 * a, sigmas[k])))));
  return true;
}

// The cursor runs from data to noise.
function motion(f) {
  return {
    play: "the cursor runs from data to noise", once: true, onstop: f.settle,
    begin(alone) {
      if (alone || f.now.time >= 1) f.set({ time: 0 });
    },
    frame(seconds) {
      f.set({ time: f.now.time + seconds / SECONDS });
      return f.now.time < 1;
    },
    finish: () => f.set({ time: 1 }),
  };
}

const number = (x, digits) =>
  Number.isNaN(x) ? "not defined" : Number.isFinite(x) ? shown(x, digits) : x > 0 ? "\u221e" : "\u2212\u221e";

function sentence({ kernel, rises: spans, lowest: least, time }) {
  const at = ["alpha", "sigma", "logSnr", "f", "g2"].map((name) => number(kernel[name](time), 2));
  const where = spans.map(([from, to]) => `${shown(from)} to ${shown(to)}`).join(" and ");
  const verdict = spans.length
    ? `The SNR rises from t = ${where}: no SDE there. The least g\u00b2 is ${number(least.g2)} at t = ${shown(least.t)}.`
    : `The SNR never rises: an SDE has this kernel${kernel.alpha(1) > 0 ? "" : " on [0, 1), short of the end"}.`;
  return `At t = ${shown(time)}: \u03b1 = ${at[0]}, \u03c3 = ${at[1]}, log-SNR = ${at[2]}, f = ${at[3]}, g\u00b2 = ${at[4]}. ${verdict} ` +
    `Of the datum \u03b1\u2081 = ${shown(kernel.alpha(1), 3)} is left at the end.`;
}

const dips = (values) => values.some((value, k) => k > 0 && value < values[k - 1] - 0.01);

// What is to be seen now, by the first condition that holds.
const lines = (s) => [
  [() => s.rises.length > 0, () => `From t = ${shown(s.rises[0][0])} the signal grows against the noise. An SDE only adds noise, so none can do this: ` +
    "g\u00b2 would have to be negative, and the paths stop there. The densities go on: they need no SDE."],
  [({ sigmas }) => dips(sigmas), "\u03c3 falls for a while, and still there is an SDE: \u03b1 falls faster, so the SNR never rises. " +
    "Noise may shrink, as long as the signal shrinks more."],
  [({ alphas }) => alphas.at(-1) === 0, "\u03b1 ends at 0: x\u2081 is noise alone, whatever the datum was. The price is at the right edge: " +
    "f goes to \u2212\u221e and g\u00b2 to \u221e. The paths arrive all the same."],
  [({ alphas }) => alphas.every((a) => a === 1), "\u03b1 never moves: f is 0, and noise does all the work. Some of the datum is always left; only a large \u03c3 drowns it."],
  [({ alphas }) => alphas.at(-1) < 0.1, "Drag a handle. The curves f, g\u00b2 and log-SNR, the densities and the paths follow from \u03b1 and \u03c3 alone. " +
    "Here all is finite, and a little of the datum is left at the end."],
  [() => true, "Drag a handle. All follows from \u03b1 and \u03c3 alone. Here all is finite, and much of the datum is left at the end."],
];

export default widget("kernel-editor", build);
